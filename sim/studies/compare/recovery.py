"""Recovery of a closure or a reduced capacity: queue, days until normal, what is late and what is lost.

Input: queues and flows day by day (rows of kind ``backlog``) of a scenario that shuts something within the run. All
figures are differences from the baseline in the same replication, so they do not include the ordinary queue. Days are
those of the run, which begin at the hour of its start. The definitions are in :mod:`sim.statistics.recovery`. No figure
can be negative, so their intervals are those of :func:`~sim.statistics.nonnegative_interval`.

A vehicle that arrives sooner or later gets through; so what open traffic misses is late, not lost. A closed fleet has
fewer trips on fewer days: the trips that it misses at the end of the run are lost, and its cargo waits at its origin.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from corridors.clock.calendars import Calendars
from corridors.clock.local_time import DAILY, every_day
from corridors.clock.place_clocks import stated_clock
from corridors.model import Corridor
from sim.core.run_settings import RunSettings
from sim.core.units import DAY_S
from sim.statistics import Interval, nonnegative_interval
from sim.statistics.recovery import GONE, flow_recovery, queue_recovery
from sim.statistics.samples import Floats
from sim.studies.compare.figures import ALL, DELIVERED
from sim.studies.compare.paired_effects import Effect, by_key, finite
from sim.studies.compare.question import Traffic
from sim.studies.compare.results import ExperimentResults
from sim.studies.compare.target_traffic import shut_traffic

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["GONE", "FlowLoss", "Recovery", "recoveries", "shut_days"]

LEAST_WAITING: Final = 1.0
"""Vehicles; less is no effect."""
SAME: Final = 1e-6
"""Relative difference of sums of the same flow in another order, and more."""
GROUP: Final = ("port", "direction", "class")
FLOWS: Final = ("waiting_end", "crossings", "fleet_crossings", "crossed_t", "fleet_crossed_t", "delivered_t")


@dataclass(frozen=True)
class FlowLoss:
    """What does not pass in time, in vehicles or tonnes."""

    most: Interval
    """The most that are missing at the end of a day."""
    late: Interval
    lost: Interval
    open: Interval
    """Still missing at the end of the run, although not lost."""
    delay: Interval
    """Resilience triangle: the area between both cumulated flows until normal, in units x days."""


@dataclass(frozen=True)
class Recovery:
    """Recovery of one direction and class at one port."""

    scenario: str
    port: str
    direction: str
    klass: str
    first_day: int
    last_day: int
    """First and last day shut, as days of the run from 0."""
    partly: bool
    """Whether a share of the capacity, or some weekdays, stay open."""
    backlog: Interval
    """Extra vehicles waiting compared with the baseline, as a mean over the worst day."""
    peak: Interval
    """The same at the end of the worst day."""
    days: Interval | None
    """Days after the last one shut until at most 5% of the extra queue is left; None if it stays in all pairs."""
    open_days: Interval | None
    """The same, of those days alone on which all facilities of this traffic are open."""
    lasting: int
    """Replications in which it is not cleared by the end of the run."""
    fleet: bool
    """Whether the missing vehicles are trips of a closed fleet."""
    vehicles: FlowLoss | None
    """Crossings; None for results of versions that did not store daily flows."""
    tonnes: FlowLoss | None
    at_origin_t: Interval | None
    """The most cargo of a closed fleet that waits where it loads: trips not made, without the vehicles that queue with
    their loads. None without a fleet that carries cargo."""
    cargo: Effect | None
    """Effect on the tonnes that the port delivers per day over the whole run."""
    delivered: FlowLoss | None
    """Tonnes that the port delivers, all classes and directions."""

    @property
    def n(self) -> int:
        """Pairs of runs."""
        return self.backlog.n

    def as_json(self) -> dict[str, object]:
        """The recovery as plain values; intervals as estimate, ci_low, ci_high."""
        row: dict[str, object] = {
            "scenario": self.scenario,
            "port": self.port,
            "direction": self.direction,
            "class": self.klass,
            "n": self.n,
            **{name: getattr(self, name) for name in ("first_day", "last_day", "partly", "lasting", "fleet")},
        }
        for name in ("backlog", "peak", "days", "open_days", "at_origin_t"):
            row[name] = _plain(getattr(self, name))
        for name in ("vehicles", "tonnes", "delivered"):
            loss = getattr(self, name)
            row[name] = loss and {field.name: _plain(getattr(loss, field.name)) for field in fields(FlowLoss)}
        return row


def _plain(found: Interval | None) -> dict[str, float | None] | None:
    if found is None:
        return None
    return {"estimate": found.estimate, "ci_low": finite(found.low), "ci_high": finite(found.high)}


def recoveries(
    results: ExperimentResults,
    corridor: Corridor,
    effects: Sequence[Effect],
    target_traffic: Mapping[str, tuple[Traffic, ...]],
) -> Iterator[Recovery]:
    """For each scenario that shuts something, the traffic that passes it, the largest effect first.

    ``corridor`` is the world of the baseline, whose calendars say which days are open.
    """
    known = by_key(effects)
    for scenario in results.others:
        shut = shut_days(results, scenario)
        if shut is None:
            continue
        traffic = shut_traffic(results, scenario, corridor) or set(target_traffic[scenario])
        surplus = _surplus(results, scenario)
        base_steps = results.dwell[results.dwell["scenario"] == results.baseline]
        found = []
        for group, days in surplus.items():
            if Traffic(group[0], group[2]) in traffic:
                cargo = known.get((scenario, group[0], ALL, DELIVERED))
                delivered = with_interval_of(cargo, _delivered(surplus, group[0], shut[1]), results.measured_days)
                made = _recovery(
                    scenario,
                    group,
                    days,
                    shut,
                    open_days(corridor, results.start, results.days, places_of(base_steps, group)),
                    cargo,
                    delivered,
                )
                if max(made.peak.estimate, made.vehicles.most.estimate if made.vehicles else 0.0) >= LEAST_WAITING:
                    found.append(made)
        yield from sorted(found, key=lambda one: (-one.peak.estimate, -(one.tonnes.most.estimate if one.tonnes else 0)))


def shut_days(results: ExperimentResults, scenario: str) -> tuple[int, int, bool] | None:
    """First and last day on which a scenario shuts what the baseline does not, and whether only in part.

    None without any, and for closures that begin before the run or last beyond it.
    """
    spans = []
    for change in results.closures(scenario):
        first = (date.fromisoformat(change["first_day"]) - results.start).days
        last = (date.fromisoformat(change.get("last_day") or change["first_day"]) - results.start).days
        if first >= 0 and last < results.days - 1:
            part = bool(change.get("servers_share")) or not every_day(change.get("weekdays", DAILY))
            spans.append((first, last, part))
    if not spans:
        return None
    return min(one[0] for one in spans), max(one[1] for one in spans), all(one[2] for one in spans)


def _recovery(
    scenario: str,
    group: tuple[str, str, str],
    days: Mapping[str, Floats],
    shut: tuple[int, int, bool],
    is_open: Sequence[bool],
    cargo: Effect | None,
    delivered: FlowLoss | None,
) -> Recovery:
    """The recovery of one group from its differences day by day."""
    _, last, _ = shut
    queue = queue_recovery(days["vehicles_waiting"], days.get("waiting_end"), last, LEAST_WAITING)
    cleared = ~np.isnan(queue.days)
    until = queue.days[cleared]
    open_until = np.concatenate([[0], np.cumsum(is_open[last + 1 :])])
    gone = nonnegative_interval(until) if cleared.any() else None
    opened = open_until[until.astype(int)].astype(float)
    vehicles = tonnes = origin = None
    fleet = False
    if "crossings" in days:
        trips = -days["fleet_crossings"].cumsum(axis=1)
        fleet = bool(trips.max() >= LEAST_WAITING)
        vehicles = _loss(days["crossings"], trips[:, -1], last)
        tonnes = _loss(days["crossed_t"], -days["fleet_crossed_t"].sum(axis=1), last)
        if fleet and tonnes.most.estimate > 0:
            origin = nonnegative_interval(_at_origin(days))
    return Recovery(
        scenario,
        *group,
        *shut,
        backlog=nonnegative_interval(queue.worst),
        peak=nonnegative_interval(queue.peak),
        days=gone,
        open_days=open_part(nonnegative_interval(opened), gone) if gone else None,
        lasting=int((~cleared).sum()),
        fleet=fleet,
        vehicles=vehicles,
        tonnes=tonnes,
        at_origin_t=origin,
        cargo=cargo,
        delivered=delivered,
    )


def open_part(opened: Interval, days: Interval) -> Interval:
    """The interval of open days, which are among all days: not beyond the upper end of those."""
    return replace(opened, high=min(opened.high, days.high))


def _at_origin(days: Mapping[str, Floats]) -> Floats:
    """(n_replications,) the most tonnes of fleets that wait where they load: missing, and on no vehicle that queues."""
    missing_t, missing = (-days[name].cumsum(axis=1) for name in ("fleet_crossed_t", "fleet_crossings"))
    each_t = missing_t.max() / missing.max()
    return np.maximum(missing_t - each_t * np.maximum(days["waiting_end"], 0.0), 0.0).max(axis=1)


def _loss(change: Floats, lost: Floats, last: int) -> FlowLoss:
    """What is missing, from the change of a flow day by day and what of it is lost by the end."""
    found = flow_recovery(-change.cumsum(axis=1), lost, last)
    return FlowLoss(**{field.name: nonnegative_interval(getattr(found, field.name)) for field in fields(FlowLoss)})


def _delivered(surplus: Mapping[tuple[str, str, str], Mapping[str, Floats]], port: str, last: int) -> FlowLoss | None:
    """Of all classes of a port; what is missing at the end of the run counts as lost as far as it is of fleets."""
    own = [days for group, days in surplus.items() if group[0] == port]
    if not own or any("delivered_t" not in days for days in own):
        return None
    change, trips, crossed = (
        np.sum([days[name] for days in own], axis=0) for name in ("delivered_t", "fleet_crossed_t", "crossed_t")
    )
    missing = -change.sum(axis=1)
    still = np.maximum(-(crossed - trips).sum(axis=1), 0.0)
    return _loss(change, np.maximum(missing - still, 0.0), last)


def with_interval_of(cargo: Effect | None, delivered: FlowLoss | None, days: int) -> FlowLoss | None:
    """What a port delivers less with the interval of its change of cargo over so many days, where it is that change.

    A figure has one interval: that of the change, with which answers begin.
    """
    if cargo is None or delivered is None:
        return delivered
    change = cargo.paired.difference
    if not math.isclose(-days * change.estimate, delivered.lost.estimate, rel_tol=SAME) or not change.estimate:
        return delivered
    low, high = max(0.0, -days * change.high), max(0.0, -days * change.low)
    return replace(delivered, lost=replace(delivered.lost, low=low, high=high))


def open_days(corridor: Corridor, start: date, days: int, places: Iterable[str]) -> list[bool]:
    """For each day of a run whether every facility among ``places`` is open at some time, by its calendar.

    Places are facilities, stocks and links of the steps of a traffic class; those without opening hours always work.
    """
    calendars = {
        corridor.facilities[at].calendar
        for at in places
        if at in corridor.facilities and corridor.facilities[at].calendar
    }
    horizon_s = days * DAY_S
    known = Calendars(corridor, RunSettings(start, days, clock=stated_clock(corridor)).epoch, horizon_s)
    is_open = np.ones(days, bool)
    for calendar in sorted(calendars):
        times_s, share = known.open_share(calendar)
        ends_s = np.append(times_s[1:], horizon_s)
        works = np.zeros(days, bool)
        for begin, end in zip(times_s[share > 0] // DAY_S, (ends_s[share > 0] - 1) // DAY_S, strict=True):
            works[begin : end + 1] = True
        is_open &= works
    return is_open.tolist()


def places_of(steps: pd.DataFrame, group: tuple[str, str, str]) -> list[str]:
    """The places of the steps of a group, from the table ``dwell`` of a run or of several."""
    return sorted(steps.loc[_is(steps, group), "at"].unique())


def _is(table: pd.DataFrame, group: tuple[str, str, str]) -> Any:
    return np.logical_and.reduce([table[name] == value for name, value in zip(GROUP, group, strict=True)])


def _surplus(results: ExperimentResults, scenario: str) -> dict[tuple[str, str, str], dict[str, Floats]]:
    """By (port, direction, class) each daily figure less that of the baseline, (n_replications, n_days).

    Figures that the results do not have are left out.
    """
    keys = [*GROUP, "replication", "day"]
    table = results.backlog.set_index(keys).sort_index()
    own, base = (table[table["scenario"] == one] for one in (scenario, results.baseline))
    found: dict[tuple[str, str, str], dict[str, Floats]] = {}
    for name in ("vehicles_waiting", *FLOWS):
        if name not in table or table[name].isna().all():
            continue
        wide = (own[name] - base[name]).dropna().unstack("day").dropna()
        for group, rows in wide.groupby(level=list(GROUP)):
            port, direction, klass = map(str, group)
            found.setdefault((port, direction, klass), {})[name] = np.asarray(rows.to_numpy(), np.float64)
    return found
