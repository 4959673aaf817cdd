"""A state of a table in a plan: its vehicles at their ops, with numbers of the plan, in place of those of a run before.

Input: a plan, the state of a run of it at the instant (the warm-up), and a
:class:`~sim.studies.forecast.state_file.WorldState`. Output: a :class:`sim.core.state.State` for
:func:`sim.core.resuming.resume`. Where the table has every vehicle of a step, those of the warm-up there go; elsewhere
they stay, so that what the table does not know differs from member to member.

A vehicle of the table takes the random numbers of one that came before the instant, which no other needs any more; one
of a fleet is one of its vehicles.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from corridors.model import Corridor
from sim.compile.programs import Op
from sim.core import rules
from sim.core.plan import Plan, followers
from sim.core.random_streams import RandomStreams
from sim.core.state import Joining, Standing, State, kept_ops
from sim.studies.forecast.from_run import StepOps
from sim.studies.forecast.residuals import is_longer, rest_s
from sim.studies.forecast.state_file import PRESENT, WORKING, StateVehicle, WorldState, covered

CIRCULATING: Final = ("wagons", "containers")
"""Kinds of stocks whose units vehicles have with them and bring back."""
UNKNOWN_S: Final = 2.0**60
"""In place of the second at which a vehicle joined its queue: behind all of which it is known."""


@dataclass(frozen=True)
class Placed:
    """The state of a plan, and what did not fit."""

    state: State
    longer: int
    """Works that have taken longer than the model knows; they end at once."""
    free: int
    """Vehicles that wait though a server is free; they are served at once."""
    without_op: int
    """Vehicles at steps that the plan does not have."""
    shared: int
    """Vehicles that have the random numbers of others, as fewer came before than are in the table."""


def place(
    world: WorldState,
    before: State,
    plan: Plan,
    names: StepOps,
    program: list[Op],
    corridor: Corridor,
    streams: RandomStreams,
) -> Placed:
    """The state of a plan by the table; ``program`` has the ops of all services, ``before`` the warm-up's state."""
    return _Placing(world, before, plan, names, program, corridor, streams).placed()


def ops_of(programs: Mapping[str, Sequence[Op]]) -> list[Op]:
    """The ops of all services in the order of the plan."""
    return [op for program in programs.values() for op in program]


def drawn_before(plan: Plan) -> dict[int, dict[int, int]]:
    """By op that can be reached: units of each stock that a vehicle has drawn and not given back, on one way to it."""
    found: dict[int, dict[int, int]] = {}
    for entry in plan.service_entry.tolist():
        found[entry] = {}
        todo = [entry]
        while todo:
            op = todo.pop()
            code, stock = int(plan.op_code[op]), int(plan.op_target[op])
            after = found[op]
            if code in rules.AT_STOCK:
                sign = 1 if code == rules.DRAW else -1
                after = {**after, stock: after.get(stock, 0) + sign * int(plan.op_amount[op])}
            for step in followers(plan, op):
                if step not in found:
                    found[step] = after
                    todo.append(step)
    return found


class _Placing:
    def __init__(
        self,
        world: WorldState,
        before: State,
        plan: Plan,
        names: StepOps,
        program: list[Op],
        corridor: Corridor,
        streams: RandomStreams,
    ) -> None:
        self.world, self.before, self.plan, self.names = world, before, plan, names
        self.program, self.corridor, self.streams = program, corridor, streams
        self.at = before.at_s
        steps = covered(world, (step for step in names.step_of if step))
        self.gone = [one for one in before.standing if names.step_of[one.op] in steps]
        self.stay = [one for one in before.standing if names.step_of[one.op] not in steps]
        self.kept_of, self.drawn_of = kept_ops(plan), drawn_before(plan)
        self.service_at = {name: k for k, name in enumerate(plan.labels.service)}
        self.busy: Counter[int] = Counter()
        self.longer = self.without_op = self.shared = 0

    def placed(self) -> Placed:
        vehicles = [
            one for row in self.world.vehicles for one in [row if row.count == 1 else replace(row, count=1)] * row.count
        ]
        known = [(one, op) for one in vehicles if (op := self._op(one)) is not None]
        self.without_op = len(vehicles) - len(known)
        for there in self.stay:
            self.busy.update(int(self.plan.op_target[hold]) for hold in there.kept)
            if there.working and self.plan.op_code[there.op] in (rules.SERVE, rules.HOLD):
                self.busy[int(self.plan.op_target[there.op])] += 1
        for one, op in known:
            self.busy.update(int(self.plan.op_target[hold]) for hold in self.kept_of.get(op, ()))
            if one.doing == WORKING and self.plan.op_code[op] in (rules.SERVE, rules.HOLD):
                self.busy[int(self.plan.op_target[op])] += 1
        columns, joining = self._columns([op for _, op in known])
        ordinals: Counter[tuple[str, str, str]] = Counter()
        standing = []
        for (one, op), column in zip(known, columns, strict=True):
            key = (one.service, one.step, one.vehicle)
            standing.append(self._standing(one, op, column, ordinals[key]))
            ordinals[key] += 1
        state = replace(
            self.before,
            standing=(*self.stay, *standing),
            levels=self._levels([op for _, op in known]),
            joining=tuple(joining),
        )
        return Placed(state, self.longer, self._free(standing), self.without_op, self.shared)

    def _op(self, one: StateVehicle) -> int | None:
        ops = self.names.ops_of.get((one.service, one.step), ())
        if not ops:
            return None
        op = ops[min(one.part, len(ops) - 1)]
        code = int(self.plan.op_code[op])
        fits = code in rules.TIMED if one.doing == WORKING else code in (*rules.AT_FACILITY, *rules.AT_STOCK)
        return op if fits or one.doing == PRESENT else next((o for o in ops if self._able(o, one.doing)), None)

    def _able(self, op: int, doing: str) -> bool:
        code = int(self.plan.op_code[op])
        return code in rules.TIMED if doing == WORKING else code in (*rules.AT_FACILITY, *rules.AT_STOCK)

    def _columns(self, ops: list[int]) -> tuple[list[int], list[Joining]]:
        """The vehicle of the plan whose numbers each takes; and fleet vehicles without a place, which begin a trip."""
        plan = self.plan
        service_of_op = [self.service_at[name] for name in plan.labels.op_service]
        taken: dict[int, list[int]] = {}
        joining: list[Joining] = []
        wanted = Counter(service_of_op[op] for op in ops)
        gone_of, stay_of = self._by_service(self.gone), self._by_service(self.stay)
        for k in range(len(plan.service_entry)):
            first, end = int(plan.service_vehicle_start[k]), int(plan.service_vehicle_start[k + 1])
            mine = np.arange(first, end)
            gone, stays = gone_of.get(k, []), set(stay_of.get(k, []))
            if self._is_fleet(k):
                there = stays.union(gone)
                spare = [one for one in mine.tolist() if one not in there]
                spare = [one for one in spare if plan.vehicle_arrival_s[one] <= self.at]
                order = [*gone, *spare, *sorted(stays)][: wanted[k]]
                replaced = set(order)
                self.stay = [one for one in self.stay if one.vehicle not in replaced]
                left = [one for one in gone if one not in replaced]
                joining += [Joining(one, self.at + 1, int(plan.vehicle_trips[one])) for one in left]
                late = [one for one in mine.tolist() if plan.vehicle_arrival_s[one] > self.at]
            else:
                past = [one for one in mine[plan.vehicle_arrival_s[mine] <= self.at].tolist() if one not in stays]
                order = past[::-1][: wanted[k]]
                late = [one for one in mine.tolist() if plan.vehicle_arrival_s[one] > self.at][::-1]
            # More than came before: the numbers of those that come last, each once as long as there are any.
            beyond = wanted[k] - len(order)
            self.shared += beyond
            others = late or mine.tolist()
            order += [others[n % len(others)] for n in range(beyond)] if others else []
            taken[k] = [int(one) for one in order]
        numbers = {k: iter(of) for k, of in taken.items()}
        return [next(numbers[service_of_op[op]], -1) for op in ops], joining

    def _by_service(self, standing: Sequence[Standing]) -> dict[int, list[int]]:
        """The vehicles of each service."""
        found: dict[int, list[int]] = {}
        for one in standing:
            found.setdefault(int(self.plan.vehicle_service[one.vehicle]), []).append(one.vehicle)
        return found

    def _is_fleet(self, k: int) -> bool:
        service = self.corridor.services.get(self.plan.labels.service[k])
        return service is not None and service.fleet > 0

    def _standing(self, one: StateVehicle, op: int, vehicle: int, ordinal: int) -> Standing:
        """The vehicle; its numbers are by service, step and hash, and the ordinal among those of the same names."""
        plan, epoch = self.plan, self.world.at.timestamp() - self.at
        code, facility = int(plan.op_code[op]), int(plan.op_target[op])
        since = None if one.since is None else one.since.timestamp() - epoch
        working = one.doing == WORKING or code == rules.TRAVEL
        if one.doing == PRESENT and code in rules.AT_FACILITY and self.busy[facility] < self._servers(facility):
            # Of those of whom it is not known who is served, the first of the queue are, since when is not known.
            working, since = True, None
            if code != rules.PASS:
                self.busy[facility] += 1
        u = np.zeros(3)
        if since is None or (working and one.rest_s is None):
            u = self.streams.uniforms(3, "standing", one.service, one.step, one.vehicle, ordinal)
        rest = 0
        if working:
            work = self.program[op]
            elapsed = None if since is None else self.at - since
            if one.rest_s is not None:
                rest = one.rest_s
            else:
                rest = rest_s(work.duration, work.seconds, elapsed, (float(u[0]), float(u[1])))
                self.longer += elapsed is not None and is_longer(work.duration, work.seconds, elapsed)
        queued = UNKNOWN_S + float(u[2]) if since is None else since
        return Standing(vehicle, op, working, rest, queued, self.kept_of.get(op, ()))

    @cached_property
    def _on_duty(self) -> list[int]:
        """Servers at the instant of each facility."""
        plan = self.plan
        now, past = plan.facility_servers.astype(np.int64), plan.calendar_time_s <= self.at
        np.add.at(now, plan.calendar_facility[past], plan.calendar_delta[past])
        return [int(one) for one in now]

    def _servers(self, facility: int) -> int:
        """Servers on duty at the instant; none where it is shut."""
        return max(self._on_duty[facility], 0)

    def _free(self, standing: list[Standing]) -> int:
        waiting = Counter(
            int(self.plan.op_target[one.op])
            for one in standing
            if not one.working and self.plan.op_code[one.op] in rules.AT_FACILITY
        )
        return sum(min(n, max(0, self._servers(f) - self.busy[f])) for f, n in waiting.items())

    def _levels(self, ops: list[int]) -> tuple[int, ...]:
        plan = self.plan
        levels = list(self.before.levels)
        for sign, those in ((1, [one.op for one in self.gone]), (-1, ops)):
            for op in those:
                for stock, units in self.drawn_of.get(op, {}).items():
                    if plan.labels.stock_kind[stock] in CIRCULATING:
                        levels[stock] += sign * units
        for id, level in self.world.stocks.items():
            if id in plan.labels.stock:
                levels[plan.labels.stock.index(id)] = level
        capacity = plan.stock_capacity.tolist()
        return tuple(min(max(level, 0), most) for level, most in zip(levels, capacity, strict=True))
