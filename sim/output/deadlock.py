"""Vehicles that can never move again, and why, found from the state at the horizon.

A set of waiting vehicles is stuck if no vehicle outside the set can ever help one of its members:

* for a member that waits for a server, members of the set keep every server of that facility, also those of its best
  opening hours;
* for a member that waits for a stock, no vehicle outside the set can reach a step that returns (or draws) what is
  missing without a server that the set keeps and without queueing behind a member for the same stock. Vehicles outside
  are those under way, and one more of every service that continues to send vehicles. A stock with a daily quota is
  refilled in any case, and an order ends some day.

A vehicle in service will move, so it is never in the set, and the servers that it keeps will become free. Waiting for
opening hours, or for wagons that another service brings, is not being stuck.

There are three kinds. A vehicle waits for a stock that is *not filled* (or *not emptied*) if no vehicle that does so
comes there even where all servers and all other stocks are free. A vehicle is *behind* such vehicles if it could move
once their stock allowed them to. All others block each other: a *deadlock*; where all of these wait for servers, those
who keep none are behind the others. Each component of the plan (:mod:`sim.core.components`) is judged by itself, so its
kinds are the same whether it runs alone or within the whole plan.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from corridors.messages import Message, Param, message
from sim.core import rules
from sim.core.components import components
from sim.core.plan import Plan, circulating, followers
from sim.core.trace import Visits
from sim.core.units import DAY_S, HOUR_S, MINUTE_S
from sim.core.vehicle_names import vehicle_name
from sim.output.intervals import Servers, facility_of_op, gates, stock_of_op
from sim.output.run_output import RunOutput

Kind = Literal["deadlock", "not_filled", "not_emptied", "behind"]
KINDS: Final[tuple[Kind, ...]] = ("deadlock", "not_filled", "not_emptied", "behind")
"""Why a vehicle can never move again, as above."""


@dataclass(frozen=True)
class Kept:
    """A server that a stuck vehicle keeps, since a second of the run."""

    facility: str
    since_s: int


@dataclass(frozen=True)
class Deadlocked:
    """One vehicle that can never move again: what it waits for, and the servers that it keeps."""

    vehicle: str
    step: str
    waits_for: str
    """Facility or stock."""
    since_s: int
    keeps: tuple[Kept, ...]
    kind: Kind = "deadlock"
    unsupplied: bool = False
    """Whether it waits for a stock that is not filled or not emptied, or is behind those who do."""


@dataclass(frozen=True)
class _Waiting:
    vehicle: int
    op: int
    since_s: int


def deadlocks(visits: Visits | RunOutput) -> list[Deadlocked]:
    """Every vehicle that is stuck at the horizon, in the order of vehicles."""
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
    state = _State(plan, waiting, keeps, under_way)
    stuck = _stuck(state)
    kinds: dict[int, Kind] = {}
    unsupplied: set[int] = set()
    for own in _by_component(state, stuck):
        of_part = _kinds(state, own)
        kinds |= of_part
        if any(kind.startswith("not_") for kind in of_part.values()):
            unsupplied |= {vehicle for vehicle, kind in of_part.items() if kind != "deadlock"}
    labels, at_facility = plan.labels, facility_of_op(plan)
    return [
        Deadlocked(
            vehicle=vehicle_name(plan, w.vehicle),
            step=labels.op_step[w.op],
            waits_for=(labels.facility if at_facility[w.op] >= 0 else labels.stock)[plan.op_target[w.op]],
            since_s=w.since_s,
            keeps=tuple(Kept(labels.facility[f], since) for f, since in keeps.get(w.vehicle, [])),
            kind=kinds[w.vehicle],
            unsupplied=w.vehicle in unsupplied,
        )
        for w in (waiting[vehicle] for vehicle in sorted(kinds))
    ]


def _unfinished(output: RunOutput) -> Iterator[tuple[int, int, int, int, int]]:
    """(vehicle, op, outcome, queued, started) of every visit that is not over."""
    rows = output.open_visits
    columns = (rows.vehicle, rows.op, rows.outcome, rows.queued_s, rows.started_s)
    return zip(*(column.tolist() for column in columns), strict=True)


def headlines(deadlocked: Iterable[Deadlocked]) -> list[tuple[Message, list[Message]]]:
    """For each kind of stuck vehicles a message with their number, and a message per vehicle."""
    found = []
    for kind in KINDS:
        some = [one for one in deadlocked if one.kind == kind]
        if some:
            things = tuple(dict.fromkeys(one.waits_for for one in some))
            stocks: dict[str, Param] = {"things": things} if kind.startswith("not_") else {}
            found.append((_message(f"stuck.{kind}", n=len(some), **stocks), messages(some)))
    return found


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


@dataclass(frozen=True)
class _State:
    """The vehicles in the system at the horizon."""

    plan: Plan
    waiting: dict[int, _Waiting]
    keeps: dict[int, list[tuple[int, int]]]
    """(facility, since) of each server that a vehicle keeps, by vehicle."""
    under_way: set[int]
    """The next ops of vehicles in service."""


def stuck_counts(deadlocked: Collection[Deadlocked]) -> tuple[int, int]:
    """Numbers of vehicles that block each other or are behind those, and of all others, at stocks or behind them."""
    unsupplied = sum(one.unsupplied for one in deadlocked)
    return len(deadlocked) - unsupplied, unsupplied


def _by_component(state: _State, stuck: set[int]) -> list[set[int]]:
    """The stuck vehicles of each component of the plan that has any."""
    if not stuck:
        return []
    part = components(state.plan).op
    found: dict[int, set[int]] = {}
    for vehicle in stuck:
        found.setdefault(int(part[state.waiting[vehicle].op]), set()).add(vehicle)
    return list(found.values())


def _kinds(state: _State, stuck: set[int]) -> dict[int, Kind]:
    """Why each stuck vehicle of a component is stuck."""
    plan, at_stock = state.plan, stock_of_op(state.plan)
    kinds: dict[int, Kind] = dict.fromkeys(stuck, "deadlock")
    for stock, code in {(int(at_stock[op]), int(plan.op_code[op])) for op in (state.waiting[v].op for v in stuck)}:
        if stock < 0:
            continue
        queue = (at_stock == stock) & (plan.op_code == code)
        others = {w.op for w in state.waiting.values() if not queue[w.op]}
        reached = _reachable(plan, _senders(plan) | state.under_way | others, queue)
        if not np.any(reached & (at_stock == stock) & (plan.op_code == _other_way(code))):
            kind: Kind = "not_filled" if code == rules.DRAW else "not_emptied"
            kinds |= {v: kind for v in stuck if queue[state.waiting[v].op]}
    alone = {v for v, kind in kinds.items() if kind != "deadlock"}
    # What is stuck even if those at such stocks move blocks itself.
    blocked = _stuck(state, moving=alone) & stuck
    held_up = stuck - alone - blocked
    if all(at_stock[state.waiting[v].op] < 0 for v in blocked):  # Else one in a queue might bring what another awaits.
        held_up |= {v for v in blocked if not state.keeps.get(v)}
    return kinds | dict.fromkeys(held_up, "behind")


def _stuck(state: _State, moving: AbstractSet[int] = frozenset()) -> set[int]:
    """The largest set of waiting vehicles without help from outside: start with all, remove those that have it.

    Vehicles of ``moving`` are outside the set from the start.
    """
    plan, waiting = state.plan, state.waiting
    most = Servers.of(plan).most()
    at_facility, at_stock = facility_of_op(plan), stock_of_op(plan)
    filled = {*plan.stock_set_stock.tolist(), *np.flatnonzero(gates(plan)).tolist()}
    stuck = {v for v, w in waiting.items() if at_facility[w.op] >= 0 or at_stock[w.op] not in filled} - moving
    senders = _senders(plan)
    while stuck:
        kept = np.zeros(plan.n_facilities, np.int64)
        for vehicle in stuck:
            for facility, _ in state.keeps.get(vehicle, []):
                kept[facility] += 1
        # The last entry is for steps at no facility (-1).
        blocked = np.append((kept >= most) & (kept > 0), False)[at_facility]
        # First come, first served: a vehicle that joins the queue of a stock is behind the member in it.
        ops = {waiting[vehicle].op for vehicle in stuck}
        for op in ops:
            if at_stock[op] >= 0:
                blocked |= (at_stock == at_stock[op]) & (plan.op_code == plan.op_code[op])
        start = senders | state.under_way | {w.op for v, w in waiting.items() if v not in stuck}
        reached = _reachable(plan, start, blocked)
        helped = {op for op in ops if _is_helped(plan, op, blocked, reached, at_facility, at_stock)}
        if not helped:
            break
        stuck = {v for v in stuck if waiting[v].op not in helped}
    return stuck


def _is_helped(
    plan: Plan, op: int, blocked: np.ndarray, reached: np.ndarray, at_facility: np.ndarray, at_stock: np.ndarray
) -> bool:
    """Whether a vehicle outside the set may free the server, or move the stock, awaited at ``op``."""
    if at_facility[op] >= 0:
        return not blocked[op]
    return bool(np.any(reached & (at_stock == at_stock[op]) & (plan.op_code == _other_way(plan.op_code[op]))))


def _other_way(code: int) -> int:
    """The step that moves a stock as one that waits at ``code`` needs it."""
    return rules.RETURN if code == rules.DRAW else rules.DRAW


def _senders(plan: Plan) -> set[int]:
    """The first ops of services that continue to send vehicles."""
    return {int(plan.service_entry[k]) for k in _sending(plan)}


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
    circulates = circulating(plan)
    reached = np.zeros(plan.n_ops, bool)
    todo = list(start)
    while todo:
        op = todo.pop()
        if reached[op] or blocked[op]:
            continue
        reached[op] = True
        todo += followers(plan, op)
        if plan.op_code[op] == rules.END and circulates[entry_of[op]]:
            todo.append(int(plan.service_entry[entry_of[op]]))
    return reached
