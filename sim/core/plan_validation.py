"""Validation of a plan: shapes, bounds, and programs in which every server that is kept is freed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from corridors.messages import Message
from sim.core import rules
from sim.core.components import program_of_op, ways
from sim.core.kept import Kept
from sim.core.plan import Ints, Ints32, Plan, PlanError, followers, problem

MOST_SERVERS: Final = 2**31 - 1
"""Servers of a facility at any time, or fewer than none by so many."""
WALKED: Final = (
    *("service_entry", "op_code", "op_target", "op_amount", "op_slot", "op_jump", "op_choice_start"),
    *("op_choice_count", "alternative_jump", "stock_capacity"),
)
"""The arrays that decide which ways programs have and what is kept there."""
_SOUND: Final[Kept[bool]] = Kept(2**22)
"""Programs, by these arrays, in which no problem was found."""


def validate(plan: Plan) -> None:
    """Raise :class:`~sim.core.plan.PlanError` with every reason why no engine may run ``plan``; looks once."""
    plan.once(_valid)


def _valid(plan: Plan) -> bool:
    """Whether there is no problem; otherwise raises PlanError, and the next call looks again."""
    found = list(problems(plan))
    if found:
        raise PlanError(*found)
    return True


def problems(plan: Plan) -> Iterator[Message]:
    """Yield every reason why no engine may run ``plan``."""
    shapes = list(_types(plan)) or list(_shapes(plan)) or list(_indices(plan))
    yield from shapes
    if shapes:
        return
    yield from _numbers(plan)
    yield from _servers(plan)
    yield from _programs(plan)


def _programs(plan: Plan) -> Iterator[Message]:
    """Problems of programs; those of an earlier plan, found sound, are not walked through again for other numbers."""
    structure = tuple(getattr(plan, name).tobytes() for name in WALKED), plan.n_facilities
    if _SOUND.get(structure) and _numbers_suit(plan):
        return
    columns = {name: array.tolist() for name, array in plan.arrays().items() if name.startswith("op_")}
    found = [
        one
        for service, entry in enumerate(plan.service_entry.tolist())
        for one in _program(plan, columns, service, entry)
    ]
    if not found:
        _SOUND.put(structure, True, sum(map(len, structure[0])))
    yield from found


def _numbers_suit(plan: Plan) -> bool:
    """Whether the numbers of all ops that have some are there, and outcomes are 0 or 1; False if that is not clear."""
    service = plan.once(program_of_op)
    before, after = service[plan.once(ways)]
    if (np.diff(plan.service_entry) <= 0).any() or (before != after).any():
        return False  # Services that share ops.
    count = np.diff(plan.service_vehicle_start)
    some = np.flatnonzero(np.isin(plan.op_code, [*rules.TIMED, rules.BRANCH]) & (service >= 0))
    some = some[count[service[some]] > 0]
    trips = np.ones(len(count), np.int64)
    present = np.flatnonzero(count)
    if len(present):
        trips[present] = np.maximum.reduceat(plan.vehicle_trips, plan.service_vehicle_start[present])
    first = plan.op_draw[some]
    last = first + plan.op_trip_stride[some] * (trips - 1)[service[some]]
    last += plan.op_vehicle_stride[some] * (count - 1)[service[some]]
    if not ((first >= 0) & (first <= last) & (last < len(plan.draws))).all():
        return False
    branch = plan.op_code[some] == rules.BRANCH
    drawn = zip(first[branch].tolist(), last[branch].tolist(), strict=True)
    return all(int(plan.draws[low : high + 1].max()) <= 1 for low, high in drawn)


def _types(plan: Plan) -> Iterator[Message]:
    for name, array in plan.arrays().items():
        if array.ndim != 1 or array.dtype.kind != "i":
            yield problem("not_integers", name=name, found=f"{array.dtype}", dimensions=array.ndim)


def _shapes(plan: Plan) -> Iterator[Message]:
    groups = {
        "facility_": plan.n_facilities,
        "calendar_": len(plan.calendar_time_s),
        "failure_": len(plan.failure_time_s),
        "stock_set_": len(plan.stock_set_time_s),
        "op_": plan.n_ops,
        "vehicle_": plan.n_vehicles,
        "controller_": plan.n_controllers,
        "check_": len(plan.check_time_s),
    }
    for name, array in plan.arrays().items():
        for prefix, size in groups.items():
            if name.startswith(prefix) and len(array) != size:
                yield problem("entries", name=name, found=len(array), expected=size)
    if len(plan.stock_capacity) != plan.n_stocks:
        yield problem("entries", name="stock_capacity", found=len(plan.stock_capacity), expected=plan.n_stocks)
    if len(plan.service_vehicle_start) != len(plan.service_entry) + 1:
        yield problem("one_entry_more", name="service_vehicle_start", other="service_entry")
    if len(plan.alternative_watch_start) != len(plan.alternative_jump) + 1:
        yield problem("one_entry_more", name="alternative_watch_start", other="alternative_jump")
    for name in ("counted_facility_start", "counted_service_start"):
        if len(getattr(plan, name)) != plan.n_controllers + 1:
            yield problem("one_entry_more", name=name, other="controller_stock")
    if len(plan.alternative_bias_s) != len(plan.alternative_jump):
        found, expected = len(plan.alternative_bias_s), len(plan.alternative_jump)
        yield problem("entries", name="alternative_bias_s", found=found, expected=expected)


def _indices(plan: Plan) -> Iterator[Message]:
    """Indices that point outside their table; an engine does not check them."""
    starts, watch_starts = plan.service_vehicle_start, plan.alternative_watch_start
    n_watched, n_alternatives, n_draws = len(plan.watch_facility), len(plan.alternative_jump), len(plan.draws)
    if watch_starts[0] != 0 or watch_starts[-1] != n_watched or (np.diff(watch_starts) < 0).any():
        yield problem("not_rising", name="alternative_watch_start", last=n_watched)
    for name in ("counted_facility", "counted_service"):
        first, last = getattr(plan, f"{name}_start"), len(getattr(plan, name))
        if first[0] != 0 or first[-1] != last or (np.diff(first) < 0).any():
            yield problem("not_rising", name=f"{name}_start", last=last)
    rising = starts[0] == 0 and starts[-1] == plan.n_vehicles and bool((starts[1:] >= starts[:-1]).all())
    if not rising or (np.repeat(np.arange(len(starts) - 1), np.diff(starts)) != plan.vehicle_service).any():
        yield problem("disagree", name="vehicle_service", other="service_vehicle_start")
    for name, values, first, end in (
        ("calendar_facility", plan.calendar_facility, 0, plan.n_facilities),
        ("failure_facility", plan.failure_facility, 0, plan.n_facilities),
        ("failure_server", plan.failure_server, 0, MOST_SERVERS),
        ("failure_repair_s", plan.failure_repair_s, 1, 2**40),
        ("stock_set_stock", plan.stock_set_stock, 0, plan.n_stocks),
        ("watch_facility", plan.watch_facility, 0, plan.n_facilities),
        ("op_choice_start", plan.op_choice_start, 0, n_alternatives + 1),
        ("op_choice_count", plan.op_choice_count, 0, n_alternatives + 1),
        ("op_choice_start + op_choice_count", _sum(plan.op_choice_start, plan.op_choice_count), 0, n_alternatives + 1),
        ("op_code", plan.op_code, rules.END, rules.MARK + 1),
        ("op_jump", plan.op_jump[plan.op_code == rules.BRANCH], 0, plan.n_ops),
        ("op_slot", plan.op_slot, -1, plan.n_facilities),
        ("alternative_jump", plan.alternative_jump, 0, plan.n_ops),
        ("stock_capacity", plan.stock_capacity, 0, rules.UNLIMITED + 1),
        ("op_trip_stride", plan.op_trip_stride, 0, n_draws + 2),
        ("op_vehicle_stride", plan.op_vehicle_stride, 0, n_draws + 2),
        ("draws", plan.draws, 0, 2**31),
        ("facility_headway_s", plan.facility_headway_s, 0, 2**40),
        ("facility_mean_s", plan.facility_mean_s, 0, 2**29),
        ("alternative_bias_s", plan.alternative_bias_s, -(2**60), 2**60),
        ("controller_stock", plan.controller_stock, 0, plan.n_stocks),
        ("controller_above", plan.controller_above, 0, 2**31),
        ("controller_below", plan.controller_below, 0, 2**31),
        ("controller_least_s", plan.controller_least_s, 0, 2**40),
        ("counted_facility", plan.counted_facility, 0, plan.n_facilities),
        ("counted_service", plan.counted_service, 0, len(plan.service_entry)),
        ("diff(counted_facility_start)", np.diff(plan.counted_facility_start.astype(np.int64)), 0, 2**20),
        ("check_controller", plan.check_controller, 0, plan.n_controllers),
        ("diff(alternative_watch_start)", np.diff(watch_starts.astype(np.int64)), 0, 2**20),
    ):
        if len(values) and not first <= values.min() <= values.max() < end:
            low, high = int(values.min()), int(values.max())
            yield problem("values", name=name, low=low, high=high, first=first, last=end - 1)


def _numbers(plan: Plan) -> Iterator[Message]:
    if not 0 < plan.horizon_s < 2**40:
        yield problem("horizon", found=plan.horizon_s)
    in_order = plan.vehicle_key
    if (in_order[1:] <= in_order[:-1]).any():  # They rise in most plans, and sorting takes long.
        in_order = np.sort(in_order)
    if (in_order[1:] == in_order[:-1]).any():
        yield problem("duplicates", name="vehicle_key")
    if plan.n_vehicles and (plan.vehicle_arrival_s < 0).any():
        yield problem("early_arrival")
    if plan.n_vehicles and (plan.vehicle_trips < 1).any():
        yield problem("no_trip")
    who: Sequence[Ints | Ints32]
    for name, times, who in (
        ("calendar", plan.calendar_time_s, [plan.calendar_facility]),
        ("failure", plan.failure_time_s, [plan.failure_facility, plan.failure_server]),
        ("stock_set", plan.stock_set_time_s, [plan.stock_set_stock]),
        ("check", plan.check_time_s, [plan.check_controller]),
    ):
        keys: list[npt.NDArray[Any]] = [*reversed(who), times]
        order = np.lexsort(keys)
        if (order != np.arange(len(times))).any():
            yield problem("not_sorted", name=name)
        elif np.logical_and.reduce([np.diff(times) == 0, *(np.diff(index) == 0 for index in who)]).any():
            yield problem("same_time", name=name)
        if len(times) and (times[0] < 0 or times[-1] >= plan.horizon_s):
            yield problem("outside_run", name=name)
    if (plan.controller_below > plan.controller_above).any():
        yield problem("thresholds")
    counted = zip(plan.counted_service_start[:-1].tolist(), plan.counted_service_start[1:].tolist(), strict=True)
    if any(len(np.unique(plan.counted_service[low:high])) < high - low for low, high in counted):
        yield problem("counted_twice")
    level, capacity = plan.stock_level, plan.stock_capacity
    if plan.n_stocks and ((level < 0) | (level > capacity)).any():
        yield problem("stock_start")
    if (
        len(plan.stock_set_level)
        and ((plan.stock_set_level < 0) | (plan.stock_set_level > capacity[plan.stock_set_stock])).any()
    ):
        yield problem("stock_set")
    if (plan.facility_nominal < 1).any():
        yield problem("too_small", name="facility_nominal", least=1)
    if (plan.facility_servers < 0).any():
        yield problem("too_small", name="facility_servers", least=0)


def _servers(plan: Plan) -> Iterator[Message]:
    """Servers of the calendar beyond 32 bits, at any time."""
    order = np.argsort(plan.calendar_facility, kind="stable")
    facility, delta = plan.calendar_facility[order], plan.calendar_delta[order]
    levels = [plan.facility_servers, plan.calendar_delta]
    if all(_fits(level) for level in levels):
        total = np.cumsum(delta)
        first = np.searchsorted(facility, np.arange(plan.n_facilities))
        before = np.append(0, total)[first]
        levels.append(plan.facility_servers[facility] + total - before[facility])
    for values in levels:
        if not _fits(values):
            low, high = int(values.min()), int(values.max())
            name, most = "facility_servers + calendar_delta", MOST_SERVERS
            yield problem("values", name=name, low=low, high=high, first=-most, last=most)
            return


def _sum(one: Ints32, other: Ints32) -> Ints:
    return one.astype(np.int64) + other


def _fits(servers: Ints) -> bool:
    return not len(servers) or (int(servers.min()) >= -MOST_SERVERS and int(servers.max()) <= MOST_SERVERS)


class _Where(NamedTuple):
    """An op of a program."""

    service: str
    op: int
    code: int

    @property
    def params(self) -> dict[str, str | int]:
        """Its names in a problem."""
        return {"service": self.service, "op": self.op, "kind": rules.STEP_NAMES[self.code]}


def _program(plan: Plan, columns: dict[str, list[int]], service: int, entry: int) -> Iterator[Message]:
    """Walk every path through one program with the servers that a vehicle keeps; ``columns`` are those of its ops."""
    name = plan.labels.service[service] if service < len(plan.labels.service) else str(service)
    held_at: dict[int, dict[int, int]] = {entry: {}}
    todo = [entry]
    trips = slice(int(plan.service_vehicle_start[service]), int(plan.service_vehicle_start[service + 1]))
    last_trip = int(plan.vehicle_trips[trips].max(initial=1)) - 1
    last_vehicle = trips.stop - trips.start - 1
    codes, targets, slots = columns["op_code"], columns["op_target"], columns["op_slot"]
    while todo:
        op = todo.pop()
        if not 0 <= op < plan.n_ops:
            yield problem("past_end", service=name)
            continue
        held = held_at[op]
        code, target, slot = codes[op], targets[op], slots[op]
        where = _Where(name, op, code)
        if code in rules.AT_FACILITY or code == rules.FREE:
            if not 0 <= target < plan.n_facilities:
                yield problem("no_facility", facility=target, **where.params)
                continue
        elif code in rules.AT_STOCK:
            if not 0 <= target < plan.n_stocks:
                yield problem("no_stock", stock=target, **where.params)
                continue
            if not 0 < columns["op_amount"][op] <= plan.stock_capacity[target]:
                yield problem("amount", amount=columns["op_amount"][op], **where.params)
        if (code in rules.TIMED or code == rules.BRANCH) and trips.start < trips.stop:
            first = columns["op_draw"][op]
            last = first + columns["op_trip_stride"][op] * last_trip + columns["op_vehicle_stride"][op] * last_vehicle
            if not 0 <= first <= last < len(plan.draws):
                yield problem("draws", **where.params)
            elif code == rules.BRANCH and plan.draws[first : last + 1].max() > 1:
                yield problem("outcome", found=int(plan.draws[first : last + 1].max()), **where.params)
        if code == rules.HOLD:
            if slot < 0 or slot in held.values() or target in held:
                yield problem("second_server", **where.params)
                continue
            held = {**held, target: slot}
        elif code == rules.FREE:
            if held.get(target) != slot:
                yield problem("not_held", **where.params)
                continue
            held = {facility: kept for facility, kept in held.items() if facility != target}
        elif code == rules.END:
            if held:
                yield problem("still_held", held=len(held), **where.params)
            continue
        after = followers(plan, op)
        if not after:
            yield problem("no_alternative", **where.params)
        for step in after:
            if step <= op:
                yield problem("jump_back", to=step, **where.params)
            elif step not in held_at:
                held_at[step] = held
                todo.append(step)
            elif held_at[step] != held:
                yield problem("held_differs", to=step, **where.params)
