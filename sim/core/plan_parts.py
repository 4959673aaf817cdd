"""Parts of a plan: some of its components as a separate plan.

A part has what its components have in the whole plan, in the same order; positions are counted anew, and so are keys,
whose order alone matters. It has nothing that depends on other components: equal parts of two plans, however different
the rest, are equal to the last byte, and so are their rows.
"""

from __future__ import annotations

import hashlib
import marshal
from collections.abc import Iterable
from dataclasses import dataclass, fields
from itertools import compress
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.core.components import TO_FACILITY, Components, owners, program_of_op, ranges, ways
from sim.core.plan import Ints, Ints32, Labels, Plan
from sim.core.rules import AT_STOCK, BRANCH, CHOOSE, TIMED

Bools = npt.NDArray[np.bool_]
THINGS: Final = ("facility", "stock", "service", "op")
"""First words of the labels of things."""


@dataclass(frozen=True)
class PlanPart:
    """Some components as a plan, with the positions, ascending, that its things have in the whole plan."""

    plan: Plan
    facility: Ints
    stock: Ints
    service: Ints
    op: Ints
    vehicle: Ints
    failure: Ints
    check: Ints

    def within(self, larger: PlanPart) -> PlanPart:
        """The same part with its positions in a larger part of the same plan."""
        names = [field.name for field in fields(PlanPart) if field.name != "plan"]
        found = (np.searchsorted(getattr(larger, name), getattr(self, name)) for name in names)
        return PlanPart(self.plan, *found)

    def content(self) -> str:
        """SHA-256 of everything that an engine reads and of all names: equal content, equal rows and figures."""
        labels = label_bytes(self.plan.labels)
        digest = hashlib.sha256(f"{self.plan.horizon_s} {len(labels)} ".encode() + labels)
        for name, array in self.plan.arrays().items():
            digest.update(f"{name} {array.dtype} {len(array)}".encode())
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()


def part_of(plan: Plan, of: Components, some: Iterable[int]) -> PlanPart:
    """The part of a valid plan that has ``some`` of its components."""
    wanted = np.zeros(of.n + 1, bool)  # The last is of ops in no program.
    wanted[list(some)] = True
    facility, stock, controller = wanted[of.facility], wanted[of.stock], wanted[of.controller]
    service, op, vehicle = wanted[of.service], wanted[of.op], wanted[of.service][plan.vehicle_service]
    calendar, setting = facility[plan.calendar_facility], stock[plan.stock_set_stock]
    failure, check = facility[plan.failure_facility], controller[plan.check_controller]
    chooses = op & (plan.op_code == CHOOSE)
    choice_count = np.where(chooses, plan.op_choice_count, 0)
    alternative = ranges(plan.op_choice_start[chooses], plan.op_choice_count[chooses])
    watch_count = np.diff(plan.alternative_watch_start)[alternative]
    counted_facility = controller[owners(plan.counted_facility_start)]
    counted_service = controller[owners(plan.counted_service_start)]
    new_facility, new_stock, new_service, new_op, new_controller = (
        np.cumsum(here) - 1 for here in (facility, stock, service, op, controller)
    )
    new_target = np.full(plan.n_ops, -1, np.int64)
    for codes, new in ((TO_FACILITY, new_facility), (AT_STOCK, new_stock)):
        here = op & np.isin(plan.op_code, list(codes))
        new_target[here] = new[plan.op_target[here]]
    drawn = np.isin(plan.op_code, [*TIMED, BRANCH])
    op_draw, draws = _draws(plan, op & drawn, service)
    watched = plan.watch_facility[ranges(plan.alternative_watch_start[alternative], watch_count)]
    made = Plan(
        horizon_s=plan.horizon_s,
        facility_servers=plan.facility_servers[facility],
        facility_nominal=plan.facility_nominal[facility],
        facility_headway_s=plan.facility_headway_s[facility],
        facility_mean_s=plan.facility_mean_s[facility],
        calendar_time_s=plan.calendar_time_s[calendar],
        calendar_facility=_ints32(new_facility[plan.calendar_facility[calendar]]),
        calendar_delta=plan.calendar_delta[calendar],
        stock_level=plan.stock_level[stock],
        stock_capacity=plan.stock_capacity[stock],
        stock_set_time_s=plan.stock_set_time_s[setting],
        stock_set_stock=_ints32(new_stock[plan.stock_set_stock[setting]]),
        stock_set_level=plan.stock_set_level[setting],
        op_code=plan.op_code[op],
        op_target=_ints32(new_target[op]),
        op_amount=plan.op_amount[op],
        op_slot=plan.op_slot[op],
        op_jump=_ints32(np.where(plan.op_code == BRANCH, new_op[plan.op_jump], -1)[op]),
        op_draw=op_draw[op],
        op_trip_stride=np.where(drawn, plan.op_trip_stride, 0)[op],
        op_vehicle_stride=np.where(drawn, plan.op_vehicle_stride, 0)[op],
        op_choice_start=_ints32(np.where(chooses, np.cumsum(choice_count) - choice_count, 0)[op]),
        op_choice_count=_ints32(choice_count[op]),
        alternative_jump=_ints32(new_op[plan.alternative_jump[alternative]]),
        alternative_bias_s=plan.alternative_bias_s[alternative],
        alternative_watch_start=_starts(watch_count),
        watch_facility=_ints32(new_facility[watched]),
        service_entry=_ints32(new_op[plan.service_entry[service]]),
        service_vehicle_start=_starts(np.diff(plan.service_vehicle_start)[service]).astype(np.int64),
        vehicle_service=_ints32(new_service[plan.vehicle_service[vehicle]]),
        vehicle_key=_ranks(plan.vehicle_key[vehicle]),
        vehicle_priority=plan.vehicle_priority[vehicle],
        vehicle_arrival_s=plan.vehicle_arrival_s[vehicle],
        vehicle_trips=plan.vehicle_trips[vehicle],
        vehicle_until_s=plan.vehicle_until_s[vehicle],
        draws=draws,
        labels=labels_of(plan.labels, facility, stock, service, op),
        failure_time_s=plan.failure_time_s[failure],
        failure_facility=_ints32(new_facility[plan.failure_facility[failure]]),
        failure_server=plan.failure_server[failure],
        failure_repair_s=plan.failure_repair_s[failure],
        controller_stock=_ints32(new_stock[plan.controller_stock[controller]]),
        controller_above=plan.controller_above[controller],
        controller_below=plan.controller_below[controller],
        controller_least_s=plan.controller_least_s[controller],
        counted_facility_start=_starts(np.diff(plan.counted_facility_start)[controller]),
        counted_facility=_ints32(new_facility[plan.counted_facility[counted_facility]]),
        counted_service_start=_starts(np.diff(plan.counted_service_start)[controller]),
        counted_service=_ints32(new_service[plan.counted_service[counted_service]]),
        check_time_s=plan.check_time_s[check],
        check_controller=_ints32(new_controller[plan.check_controller[check]]),
    )
    positions = (np.flatnonzero(here) for here in (facility, stock, service, op, vehicle, failure, check))
    return PlanPart(made, *positions)


def label_bytes(labels: Labels) -> bytes:
    """All labels as bytes: equal labels, equal bytes."""
    # Version 0 has no references to objects met before.
    return marshal.dumps([getattr(labels, field.name) for field in fields(labels)], 0)


def labels_of(labels: Labels, facility: Bools, stock: Bools, service: Bools, op: Bools) -> Labels:
    """The labels of some things. KeyError for a field of the labels of which it is not known what a part has of it."""
    here = {name: some.tolist() for name, some in zip(THINGS, (facility, stock, service, op), strict=True)}
    kept: dict[str, Any] = {
        "start": labels.start,
        "clock": labels.clock,
        "warmup_s": labels.warmup_s,
        "closures": _dated(labels.closures, facility),
        "part_time": _dated(labels.part_time, facility),
        "orders": _dated(labels.orders, stock),
    }
    for name in (field.name for field in fields(Labels) if field.name not in kept):
        values, some = getattr(labels, name), here[name.split("_")[0]]
        kept[name] = tuple(compress(values, some))
    return Labels(**kept)


def _dated(rows: Iterable[tuple[int, int, int]], some: Bools) -> tuple[tuple[int, int, int], ...]:
    """(thing, from, to) of some things, numbered anew."""
    number = np.cumsum(some) - 1
    return tuple((int(number[k]), from_s, to_s) for k, from_s, to_s in rows if some[k])


def _draws(plan: Plan, op: Bools, service: Bools) -> tuple[Ints, Ints32]:
    """(nO,) where the numbers of some ops begin in the part, 0 for others; and the numbers of the part.

    The numbers of one op are kept together with all between them; where those of two ops overlap, they still do.
    """
    vehicles, trips = _most_vehicles_and_trips(plan, service)
    used = np.flatnonzero(op & (vehicles > 0))
    first = plan.op_draw[used]
    steps = (plan.op_trip_stride[used] * (trips[used] - 1), plan.op_vehicle_stride[used] * (vehicles[used] - 1))
    low = first + np.minimum(steps[0], 0) + np.minimum(steps[1], 0)
    high = first + np.maximum(steps[0], 0) + np.maximum(steps[1], 0) + 1
    low, high = np.maximum(low, 0), np.minimum(high, len(plan.draws))
    order = np.argsort(low, kind="stable")
    reach = np.maximum.accumulate(high[order])
    new = np.ones(len(order), bool)
    new[1:] = low[order][1:] > reach[:-1]
    begins = np.flatnonzero(new)
    ends = np.append(begins[1:], len(order))[: len(begins)] - 1
    sizes = reach[ends] - low[order][begins]
    shift = low[order][begins] - (np.cumsum(sizes) - sizes)
    op_draw = np.zeros(plan.n_ops, np.int64)
    op_draw[used[order]] = first[order] - shift[np.cumsum(new) - 1]
    pieces = [plan.draws[a:b] for a, b in zip(low[order][begins].tolist(), reach[ends].tolist(), strict=True)]
    return op_draw, np.concatenate([*pieces, np.empty(0, np.int32)])


def _most_vehicles_and_trips(plan: Plan, service: Bools) -> tuple[Ints, Ints]:
    """(nO,) the most vehicles, and trips of one, of the services in ``service`` that may reach an op."""
    count, program = np.diff(plan.service_vehicle_start), plan.once(program_of_op)
    trips = plan.once(_most_trips)
    most = np.zeros((2, int(program.max(initial=0)) + 1), np.int64)
    for by_program, of_service in zip(most, (count, trips), strict=True):
        np.maximum.at(by_program, program[plan.service_entry[service]], of_service[service])
    before, after = program[plan.once(ways)]
    if (before != after).any():  # Ways only lead forward.
        most = np.maximum.accumulate(most, axis=1)
    found = np.append(most, [[0], [0]], axis=1)[:, program]
    return found[0], found[1]


def _most_trips(plan: Plan) -> Ints:
    """(nK,) the most trips of one vehicle of each service."""
    some = np.flatnonzero(np.diff(plan.service_vehicle_start))
    trips = np.zeros(len(plan.service_entry), np.int64)
    if len(some):
        trips[some] = np.maximum.reduceat(plan.vehicle_trips, plan.service_vehicle_start[some])
    return trips


def _ranks(keys: Ints) -> Ints:
    """The place of each key in the order of keys."""
    ranks = np.empty(len(keys), np.int64)
    ranks[np.argsort(keys, kind="stable")] = np.arange(len(keys))
    return ranks


def _starts(counts: npt.NDArray[Any]) -> Ints32:
    """Where slices of such lengths begin, and where the last ends."""
    return _ints32(np.cumsum([0, *counts.tolist()]))


def _ints32(values: npt.NDArray[Any]) -> Ints32:
    return np.asarray(values, np.int32)
