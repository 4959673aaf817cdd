"""Deadlock: vehicles that block each other indefinitely, found from the state at the horizon.

A set of waiting vehicles is deadlocked if no vehicle outside the set can ever help one of its members:

* for a member that waits for a server, members of the set keep every server of that facility, also those of its best
  opening hours;
* for a member that waits for a stock, no vehicle outside the set can reach a step that returns (or draws) what is
  missing without a server that the set keeps and without queueing behind a member for the same stock. Vehicles outside
  are those under way, and one more of every service that continues to send vehicles. A stock with a daily quota is
  refilled in any case.

A vehicle in service will move, so it is never in the set, and the servers that it keeps will become free. Waiting for
opening hours, or for wagons that another service brings, is no deadlock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from corridors.messages import Message, Param, message
from sim.core import rules
from sim.core.plan import Plan
from sim.core.trace import Visits
from sim.core.units import DAY_S, HOUR_S, MINUTE_S
from sim.core.vehicle_names import vehicle_name
from sim.output.intervals import Servers, facility_of_op, stock_of_op
from sim.output.run_output import RunOutput


@dataclass(frozen=True)
class Kept:
    """A server that a deadlocked vehicle keeps, since a second of the run."""

    facility: str
    since_s: int


@dataclass(frozen=True)
class Deadlocked:
    """One vehicle of a deadlock: what it waits for, and the servers that it keeps."""

    vehicle: str
    step: str
    waits_for: str
    """Facility or stock."""
    since_s: int
    keeps: tuple[Kept, ...]


@dataclass(frozen=True)
class _Waiting:
    vehicle: int
    op: int
    since_s: int


def deadlocks(visits: Visits | RunOutput) -> list[Deadlocked]:
    """Every deadlocked vehicle at the horizon, in the order of vehicles."""
    output = RunOutput.of(visits)
    plan = output.plan
    keeps: dict[int, list[tuple[int, int]]] = {}
    waiting: dict[int, _Waiting] = {}
    under_way: set[int] = set()  # The next ops of vehicles in service.
    for vehicle, op, outcome, queued_s, started_s in _unfinished(output):
        if outcome == rules.WAITING:
            waiting[vehicle] = _Waiting(vehicle, op, queued_s)
        elif outcome == rules.HELD:
            keeps.setdefault(vehicle, []).append((int(plan.op_target[op]), started_s))
        else:
            under_way.add(op + 1)
    stuck = _stuck(plan, waiting, keeps, under_way)
    labels, at_facility = plan.labels, facility_of_op(plan)
    return [
        Deadlocked(
            vehicle=vehicle_name(plan, w.vehicle),
            step=labels.op_step[w.op],
            waits_for=(labels.facility if at_facility[w.op] >= 0 else labels.stock)[plan.op_target[w.op]],
            since_s=w.since_s,
            keeps=tuple(Kept(labels.facility[f], since) for f, since in keeps.get(w.vehicle, [])),
        )
        for w in (waiting[vehicle] for vehicle in sorted(stuck))
    ]


def _unfinished(output: RunOutput) -> Iterator[tuple[int, int, int, int, int]]:
    """(vehicle, op, outcome, queued, started) of every visit that is not over."""
    rows = output.open_visits
    columns = (rows.vehicle, rows.op, rows.outcome, rows.queued_s, rows.started_s)
    return zip(*(column.tolist() for column in columns), strict=True)


def messages(deadlocked: Iterable[Deadlocked]) -> list[Message]:
    """One message per vehicle: the facility or stock it waits for, since when, and the servers it occupies."""
    found = []
    for one in deadlocked:
        occupied = tuple(_message("occupied", thing=k.facility, since=_time(k.since_s)) for k in one.keeps)
        waits: dict[str, Param] = {"vehicle": one.vehicle, "thing": one.waits_for, "since": _time(one.since_s)}
        if occupied:
            found.append(_message("deadlocked_occupying", **waits, occupied=occupied))
        else:
            found.append(_message("deadlocked", **waits))
    return found


def _message(code: str, **params: Param) -> Message:
    return message(code, "results", **params)


def _time(time_s: int) -> Message:
    """Day (the first is 1) and time of the run."""
    day, second = divmod(time_s, DAY_S)
    return _message(
        "run_time", day=day + 1, clock=f"{second // HOUR_S:02d}:{second // MINUTE_S % 60:02d}:{second % 60:02d}"
    )


def _stuck(
    plan: Plan, waiting: dict[int, _Waiting], keeps: dict[int, list[tuple[int, int]]], under_way: set[int]
) -> set[int]:
    """The largest set of waiting vehicles without help from outside: start with all, remove those that have it."""
    most = Servers.of(plan).most()
    at_facility, at_stock = facility_of_op(plan), stock_of_op(plan)
    filled = set(plan.stock_set_stock.tolist())
    stuck = {v for v, w in waiting.items() if at_facility[w.op] >= 0 or at_stock[w.op] not in filled}
    senders = {int(plan.service_entry[k]) for k in _sending(plan)}
    while True:
        kept = np.zeros(plan.n_facilities, np.int64)
        for vehicle in stuck:
            for facility, _ in keeps.get(vehicle, []):
                kept[facility] += 1
        # The last entry is for steps at no facility (-1).
        blocked = np.append((kept >= most) & (kept > 0), False)[at_facility]
        # First come, first served: a vehicle that joins the queue of a stock is behind the member in it.
        ops = {waiting[vehicle].op for vehicle in stuck}
        for op in ops:
            if at_stock[op] >= 0:
                blocked |= (at_stock == at_stock[op]) & (plan.op_code == plan.op_code[op])
        start = senders | under_way | {w.op for v, w in waiting.items() if v not in stuck}
        reached = _reachable(plan, start, blocked)
        helped = {op for op in ops if _is_helped(plan, op, blocked, reached, at_facility, at_stock)}
        if not helped:
            return stuck
        stuck = {v for v in stuck if waiting[v].op not in helped}


def _is_helped(
    plan: Plan, op: int, blocked: np.ndarray, reached: np.ndarray, at_facility: np.ndarray, at_stock: np.ndarray
) -> bool:
    """Whether a vehicle outside the set may free the server, or move the stock, awaited at ``op``."""
    if at_facility[op] >= 0:
        return not blocked[op]
    other_way = rules.RETURN if plan.op_code[op] == rules.DRAW else rules.DRAW
    return bool(np.any(reached & (at_stock == at_stock[op]) & (plan.op_code == other_way)))


def _sending(plan: Plan) -> list[int]:
    """Services that continue to send vehicles: several arrivals over time, neither a fleet nor a single train."""
    continuing = []
    for service in range(len(plan.service_entry)):
        mine = slice(int(plan.service_vehicle_start[service]), int(plan.service_vehicle_start[service + 1]))
        arrivals = plan.vehicle_arrival_s[mine]
        if len(arrivals) and arrivals.min() < arrivals.max() and plan.vehicle_trips[mine].max() == 1:
            continuing.append(service)
    return continuing


def _reachable(plan: Plan, start: set[int], blocked: np.ndarray) -> np.ndarray:
    """(nO,) ops that vehicles before the ops of ``start`` may reach and complete."""
    entry_of = np.searchsorted(plan.service_entry, np.arange(plan.n_ops), side="right") - 1
    circulates = np.zeros(len(plan.service_entry), bool)
    circulates[np.unique(plan.vehicle_service[plan.vehicle_trips > 1])] = True
    reached = np.zeros(plan.n_ops, bool)
    todo = list(start)
    while todo:
        op = todo.pop()
        if reached[op] or blocked[op]:
            continue
        reached[op] = True
        code = plan.op_code[op]
        if code == rules.END:
            service = entry_of[op]
            if circulates[service]:
                todo.append(int(plan.service_entry[service]))
        elif code == rules.CHOOSE:
            first = plan.op_choice_start[op]
            todo += plan.alternative_jump[first : first + plan.op_choice_count[op]].tolist()
        else:
            todo.append(op + 1)
            if code == rules.BRANCH:
                todo.append(int(plan.op_jump[op]))
    return reached
