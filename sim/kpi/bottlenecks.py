"""Bottlenecks by two measures: share of the waiting time, and the longest active period.

*Share of waiting*: the share of each facility or stock in all hours that the vehicles of one (port, direction, class)
wait at the port.

*Momentary bottleneck* (the active-period method of Roser, Nakano and Tanaka, 2002): a facility is active while all
its servers at work are busy, or while a vehicle waits for it (also in closed hours), unless a server is blocked: kept
by a vehicle that waits elsewhere. At each instant the bottleneck
of a (port, direction, class) is, of the facilities that it passes, the one whose active period, unbroken and taken
at its whole length, is the longest; ties go to the first in the plan. While the periods of two bottlenecks that
follow each other overlap, the bottleneck is *shifting*; else it is the *sole* one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.messages import Message, message
from sim.core import rules
from sim.core.plan import Ints, Plan
from sim.core.trace import Seconds, Visits
from sim.core.wait_causes import DEMAND, ORDER
from sim.kpi.frames import rows_of, sums_by_key, typed_table
from sim.kpi.waiting import congestion
from sim.kpi.waiting_roots import root_messages
from sim.output import group_statistics, turn_loop
from sim.output.intervals import facility_of_op, place_of_facility
from sim.output.journeys import Floats, Group
from sim.output.kept_servers import KeptServerObserver
from sim.output.machine_loops import suiting
from sim.output.queue_lengths import waits_of
from sim.output.run_output import RunOutput

if TYPE_CHECKING:
    import pandas as pd

KEYS = ["port", "direction", "class"]
COLUMNS = [*KEYS, "facility", "share_of_waiting", "momentary_share"]
LEAST_SHARE = 0.005
"""Shares of the time, and of the waiting, below which a facility is not mentioned as the momentary bottleneck."""
MOST_TURNS = 2
"""Number of momentary bottlenecks that a message mentions."""
IDLE = "idle"
"""Code of the message about vehicles that wait for demand."""
RESULTS = "results"
"""The catalogue of the messages."""


@dataclass(frozen=True)
class Periods:
    """Active periods, sorted by (facility, start). Arrays (n_periods,)."""

    facility: Ints
    from_s: Ints
    to_s: Ints


def prepare(output: RunOutput) -> None:
    """Have the active periods of the facilities that vehicles queue for ready, with all else that is made of events."""
    output.once(_expected)


def _expected(output: RunOutput) -> list[int]:
    """The facilities that vehicles queue for, of which active periods are looked for."""
    some = sorted({f for facilities in output.plan.once(_passed).values() for f in facilities})
    output.trajectories.expect(blocked=_blocked(output, some))
    return some


def active_periods(output: RunOutput) -> Periods:
    """All uninterrupted periods in which a facility that vehicles queue for at a port is active."""
    some = output.once(_expected)
    found = [output.trajectories.active(facility) for facility in some]
    none = np.empty(0, np.int64)
    from_s, to_s = (np.concatenate([none, *(part[k] for part in found)]) for k in range(2))
    return Periods(np.repeat(np.array(some, np.int64), [len(part[0]) for part in found]), from_s, to_s)


def _blocked(output: RunOutput, wanted: Sequence[int]) -> dict[int, tuple[Seconds, Seconds]]:
    """By facility begin and end of the times in which some vehicle keeps one of its servers and waits elsewhere."""
    kept, plan = output.result(KeptServerObserver), output.plan
    is_wanted = np.zeros(plan.n_facilities + 1, bool)
    is_wanted[list(wanted)] = True
    facility = np.where(plan.op_code == rules.HOLD, plan.op_target, -1).astype(np.int64)
    facility[~is_wanted[facility]] = -1
    first: Ints = np.empty(plan.n_facilities + 1, np.int64)
    begin, end, by_begin, until = (np.empty_like(kept.from_s) for _ in range(4))
    loops = suiting(len(output.visits), turn_loop.PLAIN)
    loops.spells_at(facility, kept.hold_op, kept.waits, kept.from_s, kept.to_s, first, begin, end)
    found = {}
    for f in wanted:
        some = slice(first[f], first[f + 1])
        n = loops.united(begin[some], end[some], by_begin, until)
        found[f] = by_begin[:n].copy(), until[:n].copy()
    return found


def momentary_table(visits: Visits | RunOutput) -> pd.DataFrame:
    """Share of the window in which each facility is the bottleneck of a (port, direction, class) that passes it.

    The sections and passing places of a single track count for their link.

    Columns: port, direction, class, facility; momentary_share (each instant counts for one facility, the one with
    the longest period); sole_share (the part of it without an overlap with the bottleneck before or after);
    shifting_share (time in which it was one of two between which the bottleneck shifted, counted for both). Sorted
    by port, direction, class and falling momentary share.
    """
    import pandas as pd

    output = RunOutput.of(visits)
    plan, labels = output.plan, output.plan.labels
    passed = plan.once(_passed)
    periods, places = active_periods(output), place_of_facility(plan)
    rows: list[tuple[Any, ...]] = []
    for group, facilities in passed.items():
        mine = np.isin(periods.facility, facilities)
        of_group = Periods(periods.facility[mine], periods.from_s[mine], periods.to_s[mine])
        shares = _shares(of_group, plan.n_facilities, labels.warmup_s, plan.horizon_s)
        rows += [(*group, places[f], *(float(share[f]) for share in shares)) for f in facilities]
    by_share = [sums_by_key((row[:4], row[k]) for row in rows) for k in (4, 5, 6)]
    summed: list[tuple[Any, ...]] = [(*key, *(of[key] for of in by_share)) for key in by_share[0]]
    summed.sort(key=lambda row: (*row[:3], -row[4], row[3]))
    return pd.DataFrame(summed, columns=[*KEYS, "facility", "momentary_share", "sole_share", "shifting_share"])


def _passed(plan: Plan) -> dict[Group, list[int]]:
    """The facilities for which vehicles of each (port, direction, class) queue, sorted."""
    passed: dict[Group, set[int]] = {}
    for group, facility in zip(plan.once(waits_of), facility_of_op(plan).tolist(), strict=True):
        if group[0] and facility >= 0:
            passed.setdefault(group, set()).add(facility)
    return {group: sorted(passed[group]) for group in sorted(passed)}


def _shares(periods: Periods, n: int, from_s: int, to_s: int) -> tuple[Floats, Floats, Floats]:
    """(n,) shares of the window: momentary, sole, shifting."""
    period, start, end = _turns(periods, from_s, to_s)
    facility = periods.facility[period]
    # A turn is sole from the end of the bottleneck before to the start of the bottleneck after.
    before = np.concatenate([[from_s], periods.to_s[period[:-1]]])
    after = np.concatenate([periods.from_s[period[1:]], [to_s]])
    sole = np.maximum(np.minimum(end, after) - np.maximum(start, before), 0)
    overlap = np.minimum(periods.to_s[period[:-1]], to_s) - np.maximum(periods.from_s[period[1:]], from_s)
    overlap = np.maximum(overlap, 0)
    shifting = group_statistics.sums(facility[:-1], overlap, n) + group_statistics.sums(facility[1:], overlap, n)
    window = to_s - from_s
    return (
        group_statistics.sums(facility, end - start, n) / window,
        group_statistics.sums(facility, sole, n) / window,
        shifting / window,
    )


def _turns(periods: Periods, from_s: int, to_s: int) -> tuple[Ints, Ints, Ints]:
    """The successive bottlenecks of one group: (period, start, end), clipped to the window.

    A period has at most one turn: its successor is longer, or begins before it ends and ends after it.
    """
    first = np.append(np.flatnonzero(np.diff(periods.facility, prepend=-1)), len(periods.facility))
    room = len(periods.facility)
    found: list[Ints] = [np.empty(room, np.int64) for _ in range(3)]
    loops = suiting(room, turn_loop.PLAIN)
    n = loops.turns(first, periods.from_s, periods.to_s, from_s, to_s, *found)
    period, start, end = (column[:n] for column in found)
    return period, start, end


def bottleneck_table(waiting: pd.DataFrame, momentary: pd.DataFrame) -> pd.DataFrame:
    """One row per (port, direction, class) and facility or stock with waiting vehicles.

    ``waiting`` is a :func:`sim.kpi.waiting.waiting_by_cause`, ``momentary`` a :func:`momentary_table`.
    Waiting for demand is no congestion and has no row.
    share_of_waiting: of the waiting of that port, direction and class. momentary_share: of the measured time, among
    the facilities that it passes; NaN for a stock, which has no servers. Sorted by port, direction, class and falling
    share of waiting.
    """
    waits = rows_of(waiting, [*KEYS, "at", "cause", "hours"])
    hours = sums_by_key((wait[:4], wait[5]) for wait in waits if wait[0] and wait[4] != DEMAND)
    total = sums_by_key((key[:3], hours[key]) for key in sorted(hours))
    at_times = {row[:4]: row[4] for row in rows_of(momentary, [*KEYS, "facility", "momentary_share"])}
    rows = [(*key, part / total[key[:3]], at_times.get(key, math.nan)) for key, part in hours.items()]
    rows.sort(key=lambda row: (*row[:3], -row[4], row[3]))
    return typed_table(COLUMNS, rows, COLUMNS[4:])


def messages(
    waiting: pd.DataFrame, momentary: pd.DataFrame, roots: pd.DataFrame | None = None
) -> dict[str, list[Message]]:
    """By port a message for each direction and class that waits, longest waiting first; '' is outside the ports.

    ``waiting`` is a :func:`sim.kpi.waiting.waiting_by_cause`, ``momentary`` a :func:`momentary_table`, ``roots`` a
    :func:`sim.kpi.waiting_roots.waiting_by_root`, without which the messages name no roots. A port without waiting has
    an empty list. Waiting for demand is no congestion: a message at the end has its hours. The values of the messages
    are ids.
    """
    idle = waiting[waiting["cause"] == DEMAND]
    waiting = congestion(waiting)
    hours: dict[Group, dict[str, dict[str, float]]] = {}
    for port, direction, klass, thing, cause, part in rows_of(waiting, [*KEYS, "at", "cause", "hours"]):
        by_cause = hours.setdefault((port, direction, klass), {}).setdefault(thing, {})
        by_cause[cause] = by_cause.get(cause, 0.0) + part
    often: dict[Group, list[tuple[str, float]]] = {}
    found: dict[str, list[Message]] = {}
    for port, direction, klass, facility, share in rows_of(momentary, [*KEYS, "facility", "momentary_share"]):
        found.setdefault(port, [])
        if share >= LEAST_SHARE:
            often.setdefault((port, direction, klass), []).append((facility, share))
    in_the_end = {} if roots is None else root_messages(roots)
    total = {group: sum(sum(by_cause.values()) for by_cause in things.values()) for group, things in hours.items()}
    for group in sorted(total, key=lambda group: (group[0], -total[group], group)):
        thing, waits = _waiting_message(group, hours[group])
        # A facility at which nothing waits is busy, but holds nothing up.
        waits_at = hours[group]
        turns = [
            turn
            for turn in often.get(group, [])
            if sum(waits_at.get(turn[0], {}).values()) >= LEAST_SHARE * total[group]
        ][:MOST_TURNS]
        found.setdefault(group[0], []).append(
            _with_turns(_with_roots(waits, in_the_end.get((group, thing), ())), turns)
        )
    of_idle = sums_by_key(((row[0], row[1]), row[2]) for row in rows_of(idle, ["port", "class", "hours"]))
    for port, klass in sorted(of_idle):
        found.setdefault(port, []).append(message(IDLE, RESULTS, traffic_class=klass, hours=of_idle[port, klass]))
    return found


def _waiting_message(group: Group, hours: dict[str, dict[str, float]]) -> tuple[str, Message]:
    """The thing with the most hours waited, by thing and cause, and the message about it."""
    port, direction, klass = group
    of_thing = {thing: sum(by_cause.values()) for thing, by_cause in sorted(hours.items())}
    thing = max(of_thing, key=lambda thing: of_thing[thing])
    cause = max(sorted(hours[thing]), key=lambda cause: hours[thing][cause])
    total = sum(of_thing.values())
    share = of_thing[thing] / total
    if not port:
        return thing, message(
            "bottleneck_outside", RESULTS, traffic_class=klass, share=share, hours=total, thing=thing, cause=cause
        )
    return thing, message(
        "bottleneck_order" if cause == ORDER else "bottleneck",
        RESULTS,
        traffic_class=klass,
        direction=direction,
        share=share,
        thing=thing,
        cause=cause,
    )


def _with_roots(waits: Message, roots: tuple[Message, ...]) -> Message:
    return message("bottleneck_with_roots", RESULTS, waiting=waits, roots=roots) if roots else waits


def _with_turns(waits: Message, often: list[tuple[str, float]]) -> Message:
    """With the facilities that are most often the momentary bottleneck."""
    if not often:
        return waits
    turns = tuple(message("turn", RESULTS, thing=facility, share=part) for facility, part in often)
    return message("bottleneck_with_turns", RESULTS, waiting=waits, turns=turns)
