"""Queues that grow without bound: more arrives than gets through.

The mean, median and 95th percentile of waiting and dwell times of such a queue are no properties of the port: they are
as long as the run. Input: the vehicles that wait on each day of the run, warm-up included (test:
:mod:`sim.statistics.stability`). Output: the growth of each queue, with the facility where it grows most.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from corridors.messages import Message, message
from sim.core.plan import Ints, Plan
from sim.core.trace import Visits
from sim.core.units import DAY_S
from sim.kpi.frames import by_group
from sim.output.crossings import Floats, Group
from sim.output.intervals import place_of_time
from sim.output.queue_lengths import waits_of
from sim.output.run_output import RunOutput

if TYPE_CHECKING:
    import pandas as pd

    from sim.statistics import Interval

LEAST_WAITING: Final = 1.0
"""Vehicles; shorter queues are not assessed."""
LEAST_CLOSED_DAYS: Final = 3
"""Shorter closures, such as of a week day, are part of the ordinary course; a queue may grow by them."""
LEAST_DAYS: Final = 20
"""Shorter runs do not show growth."""
LEAST_DAYS_OF_WEEKS: Final = 140
"""Longer runs show growth also where the queue has a weekly cycle: each of their batches has a week."""
LEAST_QUARTERED_DAYS: Final = 4
"""Shorter runs do not even show whether a queue rises."""
MATERIAL: Final = 0.1
"""Part of its length by which a queue must be longer than a quarter of the run before, to be said to rise."""
COLUMNS = [
    *("port", "direction", "class", "facility", "growth_per_day", "ci_low", "ci_high"),
    *("arrivals_per_day", "departures_per_day"),
]
RISING_COLUMNS: Final = ["class", "facility", "weeks", "days", "first", "last", "still", "waiting"]
LEAST_STILL_S: Final = 3 * DAY_S // 2
"""A place without servers for a shorter time at the end of a run is shut for a night or a Sunday."""
LEAST_STANDING: Final = 2
"""Vehicles that wait there at the end."""
RESULTS = "results"
"""The catalogue of the messages."""
NAN: Final = float("nan")


@dataclass(frozen=True)
class AssessedDays:
    """The days of a queue that say whether it grows: the longest span outside closures, one rule for all programs."""

    days: slice
    """The longest span."""
    warmup_days: int
    """Of the days assessed."""
    vehicles: Floats
    """(n_days,) or (n_replications, n_days) vehicles that wait on the days assessed: those of the span or, where that
    is too short, of all spans, each continuing at the level of the one before (:func:`joined`)."""

    @staticmethod
    def of(vehicles: Floats, warmup_days: int, closed: Iterable[tuple[int, int]] = ()) -> AssessedDays | None:
        """Of all days of a run, warm-up included; None for a span that is too short or has no measured day, or a
        queue that is.

        ``closed`` are the closures of the place where vehicles wait, see :func:`open_spans`.
        """
        spans = open_spans(vehicles.shape[-1], closed)
        span = longest(spans)
        assessed = spans if span.stop - span.start < LEAST_DAYS else [span]
        warmup_days = sum(max(0, min(one.stop, warmup_days) - one.start) for one in assessed)
        own = np.concatenate([vehicles[..., one] for one in assessed], axis=-1)
        if own.shape[-1] < max(LEAST_DAYS, warmup_days + 1) or own[..., warmup_days:].mean() < LEAST_WAITING:
            return None
        return AssessedDays(span, warmup_days, joined(vehicles, assessed))

    @property
    def as_in_the_run(self) -> bool:
        """Whether the vehicles are those of the run from its first day on."""
        return self.days.start == 0 and self.vehicles.shape[-1] == self.days.stop

    @property
    def growth(self) -> Interval | None:
        """Growth in vehicles per day of a queue that grows without bound; None for any other."""
        from sim.statistics import Series, growing

        found = growing(Series(self.vehicles, 1.0))
        return found.rate if found else None


def open_spans(days: int, closed: Iterable[tuple[int, int]]) -> list[slice]:
    """The spans of the days of a run outside closures, each from a first day until before another; at least one.

    Closures shorter than :data:`LEAST_CLOSED_DAYS` do not count. The queue of a closure grows as long as it lasts,
    which says nothing about the capacity.
    """
    edges = [0]
    for first, end in sorted((max(0, first), min(days, end)) for first, end in closed):
        if end - first >= LEAST_CLOSED_DAYS:
            edges += [max(first, edges[-1]), max(end, edges[-1])]
    edges.append(days)
    return [slice(*span) for span in zip(edges[::2], edges[1::2], strict=True)]


def longest(spans: list[slice]) -> slice:
    """The longest of some spans, of equal ones the first."""
    return max(spans, key=lambda span: span.stop - span.start)  # type: ignore[no-any-return]


def joined(vehicles: Floats, spans: list[slice]) -> Floats:
    """The vehicles of some spans in a row, each shifted so that it begins at the level at which the last one ended.

    What came to the queue while the place was closed is left out; what it gains on open days remains.
    """
    parts: list[Floats] = []
    for span in spans:
        part = vehicles[..., span]
        if parts and part.shape[-1]:
            part = part + (parts[-1][..., -1:] - part[..., :1])
        if part.shape[-1]:
            parts.append(part)
    return np.concatenate(parts, axis=-1) if parts else vehicles[..., :0]


def growing_queues(visits: Visits | RunOutput) -> pd.DataFrame:
    """One row for each queue that grows; none for runs of fewer than 20 days.

    Queues at ports come first, the fastest first.

    Columns: port, direction, class (see :func:`sim.output.queue_lengths.waits_of`; '' for port and direction away from
    ports, where each facility has its own queue); facility, the facility or stock where the queue grows most;
    growth_per_day with its 95% interval ci_low to ci_high; departures_per_day, crossings that ended in the second half
    of the days that count (:class:`AssessedDays`), and arrivals_per_day, these and the vehicles by which the queue is
    longer at their end (NaN away from ports). Where only some services of the class use that facility, both are of
    these services; NaN if they also wait in a queue that grows and that they share with the others.
    """
    return sorted_rows(_rows(RunOutput.of(visits)))


def sorted_rows(rows: Iterable[tuple[Any, ...]]) -> pd.DataFrame:
    """The table of some rows in any order."""
    import pandas as pd

    in_order = sorted(rows, key=lambda row: (not row[0], -row[4], row[:4]))
    return pd.DataFrame(in_order, columns=COLUMNS)


def _rows(output: RunOutput) -> Iterator[tuple[Any, ...]]:
    queues = output.daily_queues
    warmup_days = output.plan.labels.warmup_s // DAY_S
    by_place: dict[tuple[Group, str], dict[str, Floats]] = {}
    counted: dict[tuple[Group, str], Ints] = {}
    for (group, place), vehicles, at_end in zip(queues.keys, queues.vehicles, queues.at_end, strict=True):
        by_place.setdefault((group, "" if group[0] else place), {})[place] = vehicles
        counted[group, place] = at_end
    labels = output.plan.labels
    closed: dict[str, list[tuple[int, int]]] = {}
    for facility, from_s, to_s in labels.closures:
        closed.setdefault(labels.facility[facility], []).append((from_s // DAY_S, -(-to_s // DAY_S)))
    at = _services_at(output.plan)
    for (group, _), places in by_place.items():
        vehicles = np.sum(list(places.values()), axis=0)
        if len(vehicles) < LEAST_DAYS:
            return
        place = max(sorted(places), key=lambda place: _gain(places[place]))
        shut = closed.get(place, ())
        assessed = AssessedDays.of(vehicles, warmup_days, shut)
        found = assessed.growth if assessed else None
        if assessed is None or found is None:
            continue
        span = assessed.days
        place = max(sorted(places), key=lambda place: _gain(places[place][span]))
        arrivals, through = NAN, NAN
        if group[0]:
            users, own, known = at[group, place], list(places), True
            if any(services - users for (other, _), services in at.items() if other == group):
                own = [name for name in places if at[group, name] <= users]
                shared = [name for name in places if name not in own and at[group, name] & users]
                # Nothing says whose vehicles make a shared queue grow.
                known = _grows([places[name] for name in own], warmup_days, shut) and not (
                    shared and _grows([places[name] for name in shared], warmup_days, shut)
                )
            late = slice((span.start + span.stop) // 2, span.stop)
            if known and late.start:
                through = _departures(output, late, group, users)
                longer = sum(
                    int(counted[group, name][late.stop - 1] - counted[group, name][late.start - 1]) for name in own
                )
                arrivals = through + longer / (late.stop - late.start)
        yield (*group, place, found.estimate, found.low, found.high, arrivals, through)


def _services_at(plan: Plan) -> dict[tuple[Group, str], set[str]]:
    """Which services wait where, by the group to which their waits are assigned and the facility or stock."""
    found: dict[tuple[Group, str], set[str]] = {}
    for group, place, service in zip(
        plan.once(waits_of), plan.once(place_of_time), plan.labels.op_service, strict=True
    ):
        found.setdefault((group, place), set()).add(service)
    return found


def _grows(places: list[Floats], warmup_days: int, closed: Iterable[tuple[int, int]]) -> bool:
    """Whether the queue at some places together grows without bound."""
    assessed = AssessedDays.of(np.sum(places, axis=0), warmup_days, closed)
    return assessed is not None and assessed.growth is not None


def _gain(vehicles: Floats) -> float:
    """By how much a queue is longer in the last quarter of a run than in the one before; 0 in fewer than four days."""
    quarter = len(vehicles) // 4
    if not quarter:
        return 0.0
    return float(vehicles[-quarter:].mean() - vehicles[-2 * quarter : -quarter].mean())


def _departures(output: RunOutput, days: slice, group: Group, services: set[str]) -> float:
    """Crossings of some services of a group that ended on some days, per day."""
    history = output.history
    crossings = history.crossings
    if group not in history.groups:
        return 0.0
    names = output.plan.labels.service
    mine = np.array([name in services for name in names], bool)[crossings.service]
    mine &= crossings.group == history.groups.index(group)
    over = crossings.leave_in(days.start * DAY_S, days.stop * DAY_S)
    return float((mine & over).sum() / (days.stop - days.start))


def rising_away_from_ports(visits: Visits | RunOutput) -> pd.DataFrame:
    """One row for each queue away from ports that rises in a run of fewer than 140 days, or has come to a standstill.

    As :func:`weekly_messages` has it at ports, or :func:`rising_messages` in fewer than 20 days. Columns: class;
    facility, the facility, link or stock; weeks, 0 in so few days; days of the run; first and last, the means of the
    first and last week, or day; still, the last days without servers, or 0; waiting, the vehicles that wait at the end.
    """
    import pandas as pd

    output = RunOutput.of(visits)
    queues = output.daily_queues
    rows = []
    for (group, place), vehicles, at_end in zip(queues.keys, queues.vehicles, queues.at_end, strict=True):
        days, waiting = len(vehicles), int(at_end[-1]) if len(at_end) else 0
        if group[0]:
            continue
        rise = None
        if days < LEAST_DAYS_OF_WEEKS:
            rise = _weekly_rise(vehicles) if days >= LEAST_DAYS else _short_rise(vehicles)
        if rise:
            rows.append((group[2], place, rise[0], days, *rise[1:], 0, waiting))
        elif waiting >= LEAST_STANDING and (still := _days_shut_at_the_end(output.plan, place)):
            rows.append((group[2], place, 0, days, 0.0, 0.0, still, waiting))
    return pd.DataFrame(sorted(rows), columns=RISING_COLUMNS)


def _days_shut_at_the_end(plan: Plan, place: str) -> int:
    """The days up to the end of the run on which a facility or link has no servers; 0 if it was as long shut before."""
    if place not in plan.labels.facility:
        return 0
    facility = plan.labels.facility.index(place)
    own = plan.calendar_facility == facility
    begins = np.append(0, plan.calendar_time_s[own])
    servers = plan.facility_servers[facility] + np.append(0, np.cumsum(plan.calendar_delta[own]))
    is_open, ends = servers > 0, np.append(begins[1:], plan.horizon_s)
    opens, closes = begins[is_open], ends[is_open]
    if not len(opens):
        return 0
    shut_s = plan.horizon_s - int(closes[-1])
    before_s = int(np.max(opens[1:] - closes[:-1], initial=0))
    return shut_s // DAY_S if shut_s >= max(LEAST_STILL_S, before_s + 1) else 0


def rising_away_messages(table: pd.DataFrame, growing: pd.DataFrame) -> Iterator[Message]:
    """A message for each row of :func:`rising_away_from_ports`; not for queues of :func:`growing_queues`."""
    away = growing[growing["port"] == ""]
    known = set(zip(away["class"], away["facility"], strict=True))
    for row in table.to_dict("records"):
        if (row["class"], row["facility"]) not in known:
            values = {"traffic_class": row["class"], "thing": row["facility"], "days": row["days"]}
            values |= {name: row[name] for name in ("first", "last")}
            if row["still"]:
                thing = {"traffic_class": row["class"], "thing": row["facility"]}
                yield message("standstill_inland", RESULTS, **thing, n=row["still"], vehicles=row["waiting"])
            elif row["weeks"]:
                yield message("growing.weekly_inland", RESULTS, weeks=row["weeks"], **values)
            else:
                yield message("growing.too_short_inland", RESULTS, least=LEAST_DAYS, **values)


def messages(table: pd.DataFrame) -> Iterator[Message]:
    """A message for each row of :func:`growing_queues`. Values are ids and numbers."""
    for row in table.to_dict("records"):
        values = {"traffic_class": row["class"], "thing": row["facility"], "rate": row["growth_per_day"]}
        if not row["port"]:
            yield message("growing.inland", RESULTS, **values)
            continue
        group = {"port": row["port"], "direction": row["direction"], **values}
        arrivals, through = row["arrivals_per_day"], row["departures_per_day"]
        if math.isnan(arrivals):
            yield message("growing.mixed", RESULTS, **group)
            continue
        if not through > 0:
            yield message("growing.stopped", RESULTS, **group)
            continue
        if arrivals <= through:  # The rate is that of all days, the arrivals are counted between two instants.
            yield message("growing.uneven", RESULTS, **group)
            continue
        flows = {"arrivals": arrivals, "departures": through}
        yield message("growing.port", RESULTS, excess=100 * (arrivals - through) / through, **flows, **group)


def rising_messages(backlog: pd.DataFrame, known: Collection[Group] = ()) -> Iterator[Message]:
    """A message for each queue at a port that rises through a run too short to show whether it grows without bound.

    Not for those of ``known``, which are reported anyway.

    ``backlog`` is a :func:`sim.kpi.waiting.waiting_by_day`. A queue rises if it is materially longer in each
    quarter of the run than in the one before, and longer on the last day than on the first. Values are ids and numbers.
    """
    for group, vehicles in _queues(backlog, known, LEAST_QUARTERED_DAYS, LEAST_DAYS):
        if rise := _short_rise(vehicles):
            _, first, last = rise
            days = len(vehicles)
            yield message("growing.too_short", RESULTS, **group, days=days, least=LEAST_DAYS, first=first, last=last)


def weekly_messages(backlog: pd.DataFrame, known: Collection[Group] = ()) -> Iterator[Message]:
    """A message for each queue at a port that rises from week to week though its cycle hides growth without bound.

    Not for those of ``known``, nor for runs that are too short or long enough (:data:`LEAST_DAYS_OF_WEEKS`). Parameters
    as of :func:`rising_messages`.
    """
    for group, vehicles in _queues(backlog, known, LEAST_DAYS, LEAST_DAYS_OF_WEEKS):
        if rise := _weekly_rise(vehicles):
            weeks, first, last = rise
            yield message("growing.weekly", RESULTS, **group, weeks=weeks, days=len(vehicles), first=first, last=last)


def _short_rise(vehicles: Floats) -> tuple[int, float, float] | None:
    """0 weeks, and the vehicles of the first and the last day, of a queue that rises from quarter to quarter."""
    if len(vehicles) < LEAST_QUARTERED_DAYS:
        return None
    quarters = [float(part.mean()) for part in np.array_split(vehicles, 4)]
    rises = min(np.diff(quarters)) >= MATERIAL * quarters[-1] and vehicles[-1] > vehicles[0]
    return (0, float(vehicles[0]), float(vehicles[-1])) if rises and quarters[-1] >= LEAST_WAITING else None


def _weekly_rise(vehicles: Floats) -> tuple[int, float, float] | None:
    """Over how many weeks a queue rises from week to week, and its means of the first and last of them."""
    from sim.statistics import weekly_growth

    if vehicles[-7:].mean() < LEAST_WAITING:
        return None
    rate = weekly_growth(vehicles)
    if rate is None:
        return None
    weeks = rate.n + 1
    return weeks, float(vehicles[-7 * weeks :][:7].mean()), float(vehicles[-7:].mean())


def _queues(
    backlog: pd.DataFrame, known: Collection[Group], least: int, below: int
) -> Iterator[tuple[dict[str, str], Floats]]:
    """Ids and daily vehicles of each queue at a port that is not ``known``, in runs of some numbers of days."""
    for (port, direction, klass), rows in sorted(by_group(backlog, ["day", "vehicles_waiting"]).items()):
        if port and (port, direction, klass) not in known and least <= len(rows) < below:
            vehicles = np.array([waiting for _, waiting in sorted(rows)], float)
            yield {"port": port, "traffic_class": klass, "direction": direction}, vehicles
