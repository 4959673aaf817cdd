"""A plan that begins in the middle: vehicles under way at a second enter at their steps, with what is left of the work.

Input: a plan and the :class:`State` of its world after everything at a second has happened. Output: a plan
(:func:`resume`) that an engine plays like any other. No vehicle moves before that second *o* but to take up what it
had: at *o* - 1 vehicles take the servers that they keep, and at *o* those that wait join their queues in the order in
which they waited; they find no server free then that they had not found before. (From second 0, all this is a second
later.) So the start needs no rule and no array of the plan.

The program of a service gets a *lead-in* before its first op for each (op, work or wait, kept servers) at which
vehicles are: a HOLD for each server kept, the rest of the work, and a jump to the op where they continue. A BRANCH lets
all other trips pass by. The server of a PASS, which frees itself, is kept by a *ghost* that leaves when its headway is
over.

Keys are given anew: those that wait in order of their queueing, then the others, then all to come. Where two vehicles
queue at one facility in the same second, it may settle their tie the other way.

A controller in force cannot be taken over: its stock is full again at *o*, and its next check decides anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.core import rules
from sim.core.plan import Ints, Labels, Plan
from sim.core.state import Standing, State

GHOST: Final = -1
"""In place of a vehicle: a server that frees itself when its headway is over."""


@dataclass(frozen=True)
class Resumed:
    """A plan that begins at a state, and where its vehicles and ops come from."""

    plan: Plan
    vehicle_of: Ints
    """(vehicles of ``plan``,) the vehicle of the first plan; :data:`GHOST` for none."""
    op_of: Ints
    """(ops of ``plan``,) the op of the first plan for each; -1 for none."""
    leads: npt.NDArray[np.bool_]
    """(ops of ``plan``,) ops by which vehicles take up what they had."""
    standing_of: Ints
    """(vehicles of ``plan``,) place in :attr:`State.standing`; -1 for others."""
    joining_of: Ints
    """(vehicles of ``plan``,) place in :attr:`State.joining`; -1 for others."""


def cut(plan: Plan, horizon_s: int) -> Plan:
    """The same plan with an earlier horizon."""
    times = {"calendar": "time_s", "stock_set": "time_s", "failure": "time_s", "check": "time_s"}
    arrays = plan.arrays()
    kept: dict[str, Any] = {}
    for table, column in times.items():
        before = arrays[f"{table}_{column}"] < horizon_s
        kept |= {name: array[before] for name, array in arrays.items() if name.startswith(f"{table}_")}
    return replace(plan, horizon_s=horizon_s, **kept)


def resume(plan: Plan, state: State) -> Resumed:
    """The plan from a state on; a trace of it has no row before ``state.at_s``."""
    return _Resumption(plan, state).made()


@dataclass
class _Ops:
    """Ops in the making, as columns."""

    code: list[int] = field(default_factory=list)
    of: list[int] = field(default_factory=list)
    """The op of the first plan that it is made from; -1 for none."""
    whole: list[bool] = field(default_factory=list)
    """Whether it is that op with all its numbers."""
    target: list[int] = field(default_factory=list)
    slot: list[int] = field(default_factory=list)
    jump: list[int] = field(default_factory=list)
    draw: list[int | npt.NDArray[np.int32]] = field(default_factory=list)
    """A constant, or (trips, vehicles) or (vehicles,) of the service."""

    def add(
        self,
        code: int,
        of: int = -1,
        *,
        whole: bool = False,
        target: int = -1,
        slot: int = -1,
        draw: int | npt.NDArray[np.int32] = 0,
        jump: int = -1,
    ) -> int:
        """Append an op; returns its place."""
        self.code.append(code)
        self.of.append(of)
        self.whole.append(whole)
        self.target.append(target)
        self.slot.append(slot)
        self.jump.append(jump)
        self.draw.append(draw)
        return len(self.code) - 1


@dataclass(frozen=True)
class _Vehicles:
    """The vehicles of one service in the new plan: columns (n,)."""

    of: Ints
    """Vehicle of the first plan whose numbers it has; for a ghost the first of the service."""
    trip: Ints
    group: Ints
    """Number of the lead-in; -1 for those to come."""
    arrival: Ints
    trips: Ints
    ghost: npt.NDArray[np.bool_]
    rest: Ints
    order: tuple[Ints, npt.NDArray[np.float64], Ints]
    """Sort keys of the new keys: kind, second, old key."""
    place: Ints
    """Among the standing or the joining of the state; -1 for ghosts and those to come."""


_DRAWN: Final = frozenset((*rules.TIMED, rules.BRANCH))
_Group = tuple[int, bool, tuple[int, ...], int]
"""(op, working, kept ops, facility of a ghost or -1)."""


class _Resumption:
    def __init__(self, plan: Plan, state: State) -> None:
        self.plan, self.state, self.at = plan, state, state.at_s
        self.take = max(self.at - 1, 0)
        """The second at which vehicles take the servers that they keep; those that wait queue a second later."""
        self.ops = _Ops()
        self.leads: list[bool] = []
        # One by one, numbers of lists are read far faster than those of arrays.
        self.op: dict[str, list[int]] = {
            name: getattr(plan, f"op_{name}").tolist()
            for name in ("code", "target", "slot", "jump", "draw", "trip_stride", "vehicle_stride")
        }

    def made(self) -> Resumed:
        plan = self.plan
        ends = [*plan.service_entry.tolist()[1:], plan.n_ops]
        per_service: list[_Vehicles] = []
        entries, moved = [], np.zeros(plan.n_ops, np.int64)
        first_op = plan.service_entry.tolist()
        by_service: dict[int, list[tuple[int, Standing]]] = {}
        for place, one in enumerate(self.state.standing):
            by_service.setdefault(int(plan.vehicle_service[one.vehicle]), []).append((place, one))
        for k, (first, end) in enumerate(zip(first_op, ends, strict=True)):
            groups: dict[_Group, int] = {}
            vehicles = self._vehicles(k, by_service.get(k, []), groups)
            entries.append(len(self.ops.code))
            at = self._service(first, end, vehicles, groups)
            moved[first:end] = np.arange(at, at + end - first)
            per_service.append(vehicles)
        return self._plan(per_service, entries, moved)

    def _vehicles(self, k: int, standing: list[tuple[int, Standing]], groups: dict[_Group, int]) -> _Vehicles:
        plan, at, take = self.plan, self.at, self.take
        first, end = int(plan.service_vehicle_start[k]), int(plan.service_vehicle_start[k + 1])
        rows: list[tuple[int, ...]] = []
        """(vehicle, trip, lead-in, arrival, trips, ghost, rest, kind of key, key, place in the state)"""
        seconds: list[float] = []
        for place, one in standing:
            group = groups.setdefault((one.op, one.working, one.kept, -1), len(groups))
            arrival = take if one.working or one.kept else take + 1
            rest = one.rest_s + at - take if one.working else 0
            trips = max(int(plan.vehicle_trips[one.vehicle]) - one.trip, 1)
            key = int(plan.vehicle_key[one.vehicle])
            rows.append((one.vehicle, one.trip, group, arrival, trips, 0, rest, int(one.working), key, place))
            seconds.append(0.0 if one.working else one.since_s)
        for ghost in self.state.headways:
            if ghost.service == k:
                group = groups.setdefault((-1, True, (), ghost.facility), len(groups))
                rows.append((first, 0, group, take, 1, 1, ghost.rest_s + at - take, 2, ghost.facility, -1))
                seconds.append(0.0)
        for place, new in enumerate(self.state.joining):
            if plan.vehicle_service[new.vehicle] == k:
                rows.append((new.vehicle, 0, -1, new.arrival_s, new.trips, 0, 0, 4, place, place))
                seconds.append(0.0)
        to_come = first + np.flatnonzero(plan.vehicle_arrival_s[first:end] > at)
        table, n = np.array(rows, np.int64).reshape(-1, 10), len(to_come)

        def column(place: int, later: Any) -> Ints:
            return np.concatenate([table[:, place], np.broadcast_to(later, n)]).astype(np.int64)

        return _Vehicles(
            column(0, to_come),
            column(1, 0),
            column(2, -1),
            column(3, plan.vehicle_arrival_s[to_come]),
            column(4, plan.vehicle_trips[to_come]),
            column(5, 0).astype(bool),
            column(6, 0),
            (column(7, 3), np.array([*seconds, *np.zeros(n)]), column(8, plan.vehicle_key[to_come])),
            column(9, -1),
        )

    def _service(self, first: int, end: int, vehicles: _Vehicles, groups: dict[_Group, int]) -> int:
        """Append the lead-ins and the program of a service; returns where the program begins."""
        ops, code = self.ops, self.op["code"]
        waiting: list[tuple[int, int]] = []
        """(BRANCH, op of the first plan to which it jumps)."""
        if groups:
            trips = int(vehicles.trips.max(initial=1))
            later = np.ones((trips, len(vehicles.of)), np.int32)
            later[0] = vehicles.group < 0
            start = ops.add(rules.BRANCH, draw=later)
            gates = [ops.add(rules.BRANCH, draw=(vehicles.group == g).astype(np.int32)) for g in groups.values()]
            ops.add(rules.END)
            for (op, working, kept, facility), g in groups.items():
                ops.jump[gates[g]] = len(ops.code)
                rest = np.where(vehicles.group == g, vehicles.rest, 0).astype(np.int32)
                if facility >= 0:
                    ops.add(rules.SERVE, target=facility, draw=rest)
                    ops.add(rules.END)
                    continue
                for n, one in enumerate(kept):
                    # Who waits with a server in hand joins the queue a second after it took the last one.
                    second = int(not working and n == len(kept) - 1)
                    self._like(rules.HOLD, one, second)
                onward = op
                if working:
                    # The server of a PASS is kept by a ghost.
                    self._like(rules.TRAVEL if code[op] == rules.PASS else code[op], op, rest)
                    onward = op + 1
                waiting.append((ops.add(rules.BRANCH, draw=1), onward))
                still = [*kept, op] if working and code[op] == rules.HOLD else [*kept]
                for one in still:
                    ops.add(rules.FREE, target=int(self.plan.op_target[one]), slot=int(self.plan.op_slot[one]))
                ops.add(rules.END)
            ops.jump[start] = len(ops.code)
        at = len(ops.code)
        for branch, onward in waiting:
            ops.jump[branch] = at + onward - first
        self.leads += [True] * (at - len(self.leads))
        target, slot, jump = self.op["target"], self.op["slot"], self.op["jump"]
        for op in range(first, end):
            ops.add(
                code[op],
                op,
                whole=True,
                target=target[op],
                slot=slot[op],
                jump=at + jump[op] - first if jump[op] >= 0 else -1,
                draw=self._draws(op, vehicles),
            )
        self.leads += [False] * (end - first)
        return at

    def _like(self, code: int, op: int, draw: int | npt.NDArray[np.int32]) -> None:
        at_facility = code in rules.AT_FACILITY
        target, slot = self.op["target"][op], self.op["slot"][op]
        self.ops.add(code, op, target=target if at_facility else -1, slot=slot if at_facility else -1, draw=draw)

    def _draws(self, op: int, vehicles: _Vehicles) -> int | npt.NDArray[np.int32]:
        """The numbers of an op for the new vehicles and trips: those of the trips that are left."""
        plan = self.plan
        offset, per_trip, per_vehicle = (self.op[name][op] for name in ("draw", "trip_stride", "vehicle_stride"))
        if not len(plan.draws) or self.op["code"][op] not in _DRAWN:
            return 0
        if not per_vehicle and not per_trip:
            return int(plan.draws[offset])
        k = int(plan.vehicle_service[vehicles.of[0]]) if len(vehicles.of) else 0
        local = vehicles.of - (plan.service_vehicle_start[k] if len(vehicles.of) else 0)
        trips = np.arange(int(vehicles.trips.max(initial=1)) if per_trip else 1)
        at = np.minimum(vehicles.trip + trips[:, np.newaxis], plan.vehicle_trips[vehicles.of] - 1)
        return plan.draws[offset + per_trip * at + per_vehicle * local]

    def _plan(self, per_service: Sequence[_Vehicles], entries: list[int], moved: Ints) -> Resumed:
        plan, ops = self.plan, self.ops
        source = np.array(ops.of, np.int64)
        whole = np.array(ops.whole, bool)
        draws, strides = _pool(ops.draw)
        counts = [len(one.of) for one in per_service]

        def joined(name: str) -> Any:
            parts = [getattr(one, name) for one in per_service]
            return np.concatenate(parts) if parts else np.empty(0, np.int64)

        of, ghost = joined("of").astype(np.int64), joined("ghost").astype(bool)
        kind, second, old = (
            np.concatenate([one.order[n] for one in per_service]) if per_service else np.empty(0) for n in range(3)
        )
        ranks = np.lexsort((np.arange(len(of)), old, second, kind))
        keys = np.empty(len(of), np.int64)
        keys[ranks] = np.arange(len(of))
        taken = np.where(whole, source, 0)

        def kept(column: npt.NDArray[Any], default: int) -> npt.NDArray[Any]:
            return np.where(whole, column[taken], default).astype(column.dtype)

        made = replace(
            plan,
            **self._times(),
            op_code=np.array(ops.code, np.int8),
            op_target=np.array(ops.target, np.int32),
            op_amount=kept(plan.op_amount, 0),
            op_slot=np.array(ops.slot, np.int32),
            op_jump=np.array(ops.jump, np.int32),
            op_draw=strides[:, 0].copy(),
            op_trip_stride=strides[:, 1].copy(),
            op_vehicle_stride=strides[:, 2].copy(),
            op_choice_start=kept(plan.op_choice_start, 0),
            op_choice_count=kept(plan.op_choice_count, 0),
            alternative_jump=moved[plan.alternative_jump].astype(np.int32),
            service_entry=np.array(entries, np.int32),
            service_vehicle_start=np.cumsum([0, *counts]).astype(np.int64),
            vehicle_service=np.repeat(np.arange(len(counts), dtype=np.int32), counts),
            vehicle_key=keys,
            vehicle_priority=plan.vehicle_priority[of],
            vehicle_arrival_s=joined("arrival").astype(np.int64),
            vehicle_trips=joined("trips").astype(np.int32),
            vehicle_until_s=plan.vehicle_until_s[of],
            draws=draws,
            labels=self._labels(source),
        )
        place, is_standing = joined("place").astype(np.int64), joined("group") >= 0
        return Resumed(
            made,
            np.where(ghost, GHOST, of),
            source,
            np.array(self.leads, bool),
            np.where(is_standing, place, -1),
            np.where(is_standing, -1, place),
        )

    def _labels(self, source: Ints) -> Labels:
        """Labels of the ops that the new ones stand for; what only leads somewhere has those of the first op."""
        labels, starts = self.plan.labels, self.plan.service_entry.tolist()
        if not labels.op_service:
            return labels
        service = np.searchsorted(self._ends(), np.arange(len(source)), side="right")
        like = [one if one >= 0 else starts[k] for one, k in zip(source.tolist(), service.tolist(), strict=True)]
        names = [name for name in vars(labels) if name.startswith("op_") and name != "op_class"]
        moved: dict[str, Any] = {name: tuple(map(getattr(labels, name).__getitem__, like)) for name in names}
        return replace(labels, **moved)

    def _ends(self) -> list[int]:
        """Where the program of each service ends in the new table."""
        ends, lead = [], self.leads
        for at in range(1, len(lead) + 1):
            if not lead[at - 1] and (at == len(lead) or lead[at]):
                ends.append(at)
        return ends

    def _times(self) -> dict[str, Any]:
        """Servers, stocks, failures and checks from the second of the state on."""
        plan, at, join = self.plan, self.at, self.take + 1
        past = plan.calendar_time_s <= self.take
        roster, next_roster = plan.facility_servers.copy(), np.zeros(plan.n_facilities, np.int64)
        np.add.at(roster, plan.calendar_facility[past], plan.calendar_delta[past])
        soon = plan.calendar_time_s == join
        np.add.at(next_roster, plan.calendar_facility[soon], plan.calendar_delta[soon])
        next_roster += roster
        # While vehicles take up their servers there is one for each in use; then as many as the calendar has.
        needed = np.zeros(plan.n_facilities, np.int64)
        for facility in self._in_use():
            needed[facility] += 1
        now = np.maximum(np.maximum(roster, 0), needed)
        change = next_roster - now
        changed = np.flatnonzero(change) if join < plan.horizon_s else np.empty(0, np.int64)
        later = plan.calendar_time_s > join
        sets, checks = plan.stock_set_time_s > at, plan.check_time_s > at
        levels = np.array(self.state.levels, np.int64)
        for one in self.state.in_force:
            levels[plan.controller_stock[one]] = plan.stock_capacity[plan.controller_stock[one]]
        return {
            "facility_servers": now,
            "calendar_time_s": np.concatenate([np.full(len(changed), join), plan.calendar_time_s[later]]),
            "calendar_facility": np.concatenate([changed, plan.calendar_facility[later]]).astype(np.int32),
            "calendar_delta": np.concatenate([change[changed], plan.calendar_delta[later]]),
            "stock_level": levels,
            "stock_set_time_s": plan.stock_set_time_s[sets],
            "stock_set_stock": plan.stock_set_stock[sets],
            "stock_set_level": plan.stock_set_level[sets],
            "check_time_s": plan.check_time_s[checks],
            "check_controller": plan.check_controller[checks],
            **self._failures(),
        }

    def _in_use(self) -> Iterable[int]:
        plan = self.plan
        for one in self.state.standing:
            yield from (int(plan.op_target[hold]) for hold in one.kept)
            if one.working and plan.op_code[one.op] in (rules.SERVE, rules.HOLD):
                yield int(plan.op_target[one.op])
        yield from (one.facility for one in self.state.headways)
        yield from (one.facility for one in self.state.repairs if not one.waits)

    def _failures(self) -> dict[str, Any]:
        plan, at = self.plan, self.at
        rows: dict[tuple[int, int, int], int] = {}
        for one in sorted(self.state.repairs, key=lambda one: one.waits):
            second = self.take + int(one.waits)
            while (second, one.facility, one.server) in rows:
                second += 1
            rows[second, one.facility, one.server] = one.rest_s + (0 if one.waits else at - self.take)
        for k in np.flatnonzero(plan.failure_time_s > at).tolist():
            second = int(plan.failure_time_s[k])
            while (second, int(plan.failure_facility[k]), int(plan.failure_server[k])) in rows:
                second += 1
            rows[second, int(plan.failure_facility[k]), int(plan.failure_server[k])] = int(plan.failure_repair_s[k])
        table = np.array([[*key, rest] for key, rest in sorted(rows.items()) if key[0] < plan.horizon_s], np.int64)
        table = table.reshape(-1, 4)
        return {
            "failure_time_s": table[:, 0].copy(),
            "failure_facility": table[:, 1].astype(np.int32),
            "failure_server": table[:, 2].astype(np.int32),
            "failure_repair_s": table[:, 3].copy(),
        }


def _pool(draws: Sequence[int | npt.NDArray[np.int32]]) -> tuple[npt.NDArray[np.int32], Ints]:
    """All draws in one array, and (offset, trip stride, vehicle stride) of each op."""
    parts: list[npt.NDArray[np.int32]] = []
    strides, size = [], 0
    for one in draws:
        if isinstance(one, int):
            strides.append((size, 0, 0))
            parts.append(np.array((one,), np.int32))
        else:
            strides.append((size, one.shape[-1] if one.ndim == 2 and len(one) > 1 else 0, 1))
            parts.append(one.reshape(-1))
        size += parts[-1].size
    return np.concatenate(parts) if parts else np.empty(0, np.int32), np.array(strides, np.int64).reshape(-1, 3)
