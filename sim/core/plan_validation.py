"""What makes a plan runnable: shapes, bounds, and programs in which every server kept is given up again."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.core import rules
from sim.core.plan import Plan, PlanError


def validate(plan: Plan) -> None:
    """Raise :class:`~sim.core.plan.PlanError` with every reason why no engine may run ``plan``."""
    found = list(problems(plan))
    if found:
        raise PlanError("\n".join(found))


def problems(plan: Plan) -> Iterator[str]:
    """Yield every reason why no engine may run ``plan``, in words."""
    shape_problems = list(_shapes(plan)) or list(_indices(plan))
    yield from shape_problems
    if shape_problems:
        return
    yield from _numbers(plan)
    for service, entry in enumerate(plan.service_entry.tolist()):
        yield from _program(plan, service, entry)


def _shapes(plan: Plan) -> Iterator[str]:
    groups = {
        "facility_": plan.n_facilities,
        "calendar_": len(plan.calendar_time_s),
        "stock_set_": len(plan.stock_set_time_s),
        "op_": plan.n_ops,
        "vehicle_": plan.n_vehicles,
    }
    for name, array in plan.arrays().items():
        for prefix, size in groups.items():
            if name.startswith(prefix) and len(array) != size:
                yield f"{name} has {len(array)} entries, expected {size}"
    if len(plan.stock_capacity) != plan.n_stocks:
        yield f"stock_capacity has {len(plan.stock_capacity)} entries, expected {plan.n_stocks}"
    if len(plan.service_vehicle_start) != len(plan.service_entry) + 1:
        yield "service_vehicle_start must have one entry more than service_entry"
    if len(plan.alternative_watch_start) != len(plan.alternative_jump) + 1:
        yield "alternative_watch_start must have one entry more than alternative_jump"
    if len(plan.alternative_bias_s) != len(plan.alternative_jump):
        yield f"alternative_bias_s has {len(plan.alternative_bias_s)} entries, expected {len(plan.alternative_jump)}"


def _indices(plan: Plan) -> Iterator[str]:
    """What points outside its table: an engine must never follow it."""
    starts, watch_starts = plan.service_vehicle_start, plan.alternative_watch_start
    n_watched, n_alternatives, n_draws = len(plan.watch_facility), len(plan.alternative_jump), len(plan.draws)
    if watch_starts[0] != 0 or watch_starts[-1] != n_watched or (np.diff(watch_starts) < 0).any():
        yield f"alternative_watch_start must rise from 0 to {n_watched}"
    own = np.repeat(np.arange(len(plan.service_entry)), np.maximum(np.diff(starts), 0))
    if starts[0] != 0 or not np.array_equal(own, plan.vehicle_service):
        yield "vehicle_service does not agree with service_vehicle_start"
    for name, values, first, end in (
        ("calendar_facility", plan.calendar_facility, 0, plan.n_facilities),
        ("stock_set_stock", plan.stock_set_stock, 0, plan.n_stocks),
        ("watch_facility", plan.watch_facility, 0, plan.n_facilities),
        ("op_choice_start", plan.op_choice_start, 0, n_alternatives + 1),
        ("op_choice_count", plan.op_choice_count, 0, n_alternatives + 1),
        ("the end of choices", plan.op_choice_start + plan.op_choice_count, 0, n_alternatives + 1),
        ("op_code", plan.op_code, rules.END, rules.MARK + 1),
        ("op_trip_stride", plan.op_trip_stride, 0, n_draws + 2),
        ("op_vehicle_stride", plan.op_vehicle_stride, 0, n_draws + 2),
        ("draws", plan.draws, 0, 2**31),
        ("facility_headway_s", plan.facility_headway_s, 0, 2**40),
        ("facility_mean_s", plan.facility_mean_s, 0, 2**40),
    ):
        if len(values) and not first <= values.min() <= values.max() < end:
            yield f"{name} holds {values.min()} to {values.max()}, expected {first} to {end - 1}"


def _numbers(plan: Plan) -> Iterator[str]:
    if not 0 < plan.horizon_s < 2**40:
        yield f"horizon_s is {plan.horizon_s}, expected 1 to 2^40"
    if (np.diff(np.sort(plan.vehicle_key)) == 0).any():
        yield "vehicle_key has duplicates"
    if plan.n_vehicles and (plan.vehicle_arrival_s < 0).any():
        yield "a vehicle arrives before second 0"
    if plan.n_vehicles and (plan.vehicle_trips < 1).any():
        yield "a vehicle has no trip"
    for name, times, who in (
        ("calendar", plan.calendar_time_s, plan.calendar_facility),
        ("stock_set", plan.stock_set_time_s, plan.stock_set_stock),
    ):
        order = np.lexsort((who, times))
        if (order != np.arange(len(times))).any():
            yield f"{name} entries are not sorted by time and index"
        elif len(times) > 1 and ((np.diff(times) == 0) & (np.diff(who) == 0)).any():
            yield f"{name} has two entries for one index at one time"
        if len(times) and (times[0] < 0 or times[-1] >= plan.horizon_s):
            yield f"{name} times must lie in [0, horizon)"
    level, capacity = plan.stock_level, plan.stock_capacity
    if plan.n_stocks and ((level < 0) | (level > capacity)).any():
        yield "a stock starts below zero or above its capacity"
    if (
        len(plan.stock_set_level)
        and ((plan.stock_set_level < 0) | (plan.stock_set_level > capacity[plan.stock_set_stock])).any()
    ):
        yield "a stock is set below zero or above its capacity"
    if (plan.facility_nominal < 1).any():
        yield "facility_nominal must be at least 1"
    if (plan.facility_servers < 0).any():
        yield "facility_servers must not be negative"


def _program(plan: Plan, service: int, entry: int) -> Iterator[str]:
    """Walk every way through one program and follow which servers are kept."""
    name = plan.labels.service[service] if plan.labels.service else str(service)
    held_at: dict[int, dict[int, int]] = {entry: {}}
    todo = [entry]
    trips = slice(int(plan.service_vehicle_start[service]), int(plan.service_vehicle_start[service + 1]))
    last_trip = int(plan.vehicle_trips[trips].max(initial=1)) - 1
    last_vehicle = trips.stop - trips.start - 1
    while todo:
        op = todo.pop()
        if not 0 <= op < plan.n_ops:
            yield f"service {name}: the program runs past its last step"
            continue
        held = dict(held_at[op])
        code, target, slot = int(plan.op_code[op]), int(plan.op_target[op]), int(plan.op_slot[op])
        where = f"service {name}, op {op} ({rules.STEP_NAMES[code]})"
        if code in rules.AT_FACILITY or code == rules.FREE:
            if not 0 <= target < plan.n_facilities:
                yield f"{where}: facility {target} does not exist"
                continue
        elif code in rules.AT_STOCK:
            if not 0 <= target < plan.n_stocks:
                yield f"{where}: stock {target} does not exist"
                continue
            if not 0 < plan.op_amount[op] <= plan.stock_capacity[target]:
                yield f"{where}: amount {plan.op_amount[op]} must lie between 1 and the capacity of the stock"
        if (code in rules.TIMED or code == rules.BRANCH) and trips.start < trips.stop:
            end = plan.op_draw[op] + plan.op_trip_stride[op] * last_trip + plan.op_vehicle_stride[op] * last_vehicle
            if not 0 <= plan.op_draw[op] <= end < len(plan.draws):
                yield f"{where}: its draws lie outside the pool"
        if code == rules.HOLD:
            if slot < 0 or slot in held.values() or target in held:
                yield f"{where}: keeps a second server of one facility, or has no slot of its own"
                continue
            held[target] = slot
        elif code == rules.FREE and held.pop(target, None) != slot:
            yield f"{where}: frees a server that the vehicle does not keep on every way to this step"
            continue
        elif code == rules.END:
            if held:
                yield f"{where}: the vehicle leaves and still keeps {len(held)} server(s)"
            continue
        after = [op + 1] if code != rules.CHOOSE else []
        if code == rules.BRANCH:
            after.append(int(plan.op_jump[op]))
        if code == rules.CHOOSE:
            first = int(plan.op_choice_start[op])
            after += plan.alternative_jump[first : first + int(plan.op_choice_count[op])].tolist()
            if not after:
                yield f"{where}: nothing to choose from"
        for step in after:
            if step <= op:
                yield f"{where}: jumps back to op {step}"
            elif step not in held_at:
                held_at[step] = held
                todo.append(step)
            elif held_at[step] != held:
                yield f"{where}: op {step} is reached with different servers kept"
