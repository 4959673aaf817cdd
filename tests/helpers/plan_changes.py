"""Changes of a plan that must not change what happens, or only in a way that is known beforehand.

``renumbered`` gives everything other numbers, ``cut`` ends a plan earlier, ``side_by_side`` puts two worlds that
know nothing of each other into one plan.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.core import rules
from sim.core.plan import Labels, Plan
from sim.core.resuming import cut

__all__ = ["cut", "renumbered", "side_by_side", "without_outlook"]
Array = npt.NDArray[Any]
AT_FACILITY = [*rules.AT_FACILITY, rules.FREE]
AT_STOCK = [*rules.AT_STOCK]
STARTS = ("alternative_watch_start", "service_vehicle_start", "counted_facility_start", "counted_service_start")
"""Arrays of slices, with one entry more than there are rows."""


def without_outlook(plan: Plan) -> Plan:
    """The same plan with no change of servers, by calendar or failure, where a chooser looks ahead."""
    arrays = plan.arrays()
    for table in ("calendar_", "failure_"):
        kept = ~np.isin(arrays[f"{table}facility"], plan.watch_facility)
        plan = replace(plan, **{name: array[kept] for name, array in arrays.items() if name.startswith(table)})
    return plan


@dataclass(frozen=True)
class Renumbered:
    """A plan with other numbers, and the old number of each of its vehicles. Ops keep their numbers."""

    plan: Plan
    old_vehicle: Array


def renumbered(plan: Plan, random: Random) -> Renumbered:
    """Shuffle facilities, stocks, services and the vehicles of each service, who keep their keys and draws."""
    facility, stock, service = (
        _shuffled(size, random) for size in (plan.n_facilities, plan.n_stocks, len(plan.service_entry))
    )
    starts = plan.service_vehicle_start
    members = [np.arange(starts[k], starts[k + 1])[_shuffled(starts[k + 1] - starts[k], random)] for k in service]
    vehicle = np.concatenate([np.empty(0, np.int64), *members])
    arrays = plan.arrays()
    changed: dict[str, Array] = {
        **{name: array[facility] for name, array in arrays.items() if name.startswith("facility_")},
        "stock_level": plan.stock_level[stock],
        "stock_capacity": plan.stock_capacity[stock],
        **{name: array[vehicle] for name, array in arrays.items() if name.startswith("vehicle_")},
        "service_entry": plan.service_entry[service],
        "service_vehicle_start": np.cumsum([0, *map(len, members)]),
        "watch_facility": _new(facility)[plan.watch_facility],
        "controller_stock": _new(stock)[plan.controller_stock],
        "counted_facility": _new(facility)[plan.counted_facility],
        "counted_service": _new(service)[plan.counted_service],
        "draws": _moved_draws(plan, service, members),
    }
    changed["vehicle_service"] = _new(service)[changed["vehicle_service"]]
    at_facility, at_stock = np.isin(plan.op_code, AT_FACILITY), np.isin(plan.op_code, AT_STOCK)
    target = plan.op_target.copy()
    target[at_facility] = _new(facility)[target[at_facility]]
    target[at_stock] = _new(stock)[target[at_stock]]
    changed["op_target"] = target
    changed |= _sorted(arrays, "calendar_", "calendar_facility", _new(facility)[plan.calendar_facility])
    changed |= _sorted(arrays, "failure_", "failure_facility", _new(facility)[plan.failure_facility])
    changed |= _sorted(arrays, "stock_set_", "stock_set_stock", _new(stock)[plan.stock_set_stock])
    typed = {name: array.astype(arrays[name].dtype) for name, array in changed.items()}
    return Renumbered(replace(plan, labels=Labels(plan.labels.start, 0), **typed), vehicle)


def _shuffled(size: int, random: Random) -> Array:
    order = list(range(size))
    random.shuffle(order)
    return np.array(order, np.int64)


def _new(old_of_new: Array) -> Array:
    """New number of each old number."""
    return np.argsort(old_of_new)


def _sorted(arrays: dict[str, Array], table: str, index: str, renamed: Array) -> dict[str, Array]:
    """The rows of a table in order of time and new index."""
    order = np.lexsort((renamed, arrays[f"{table}time_s"]))
    rows = {name: array[order] for name, array in arrays.items() if name.startswith(table)}
    return rows | {index: renamed[order]}


def _moved_draws(plan: Plan, service: Array, members: list[Array]) -> Array:
    """Each vehicle takes its draws along to its new place."""
    draws = plan.draws.copy()
    ends = np.append(np.sort(plan.service_entry)[1:], plan.n_ops)
    for k, old_vehicles in zip(service.tolist(), members, strict=True):
        places = old_vehicles - plan.service_vehicle_start[k]
        entry = plan.service_entry[k]
        for op in range(entry, ends[np.searchsorted(np.sort(plan.service_entry), entry)]):
            if plan.op_vehicle_stride[op]:
                for trip in range(plan.vehicle_trips[old_vehicles].max(initial=0)):
                    first = plan.op_draw[op] + plan.op_trip_stride[op] * trip
                    draws[first : first + len(places)] = plan.draws[first + places]
    return draws


def side_by_side(one: Plan, other: Plan) -> Plan:
    """Both worlds in one plan that ends when the shorter does; first all numbers of ``one``, then of ``other``.

    Vehicle keys of the two are mixed like cards, so that each world keeps its order.
    """
    horizon_s = min(one.horizon_s, other.horizon_s)
    one, other = cut(one, horizon_s), cut(other, horizon_s)
    offsets = {
        "calendar_facility": one.n_facilities,
        "failure_facility": one.n_facilities,
        "watch_facility": one.n_facilities,
        "stock_set_stock": one.n_stocks,
        "controller_stock": one.n_stocks,
        "counted_facility_start": len(one.counted_facility),
        "counted_facility": one.n_facilities,
        "counted_service_start": len(one.counted_service),
        "counted_service": len(one.service_entry),
        "check_controller": one.n_controllers,
        "op_target": np.select(
            [np.isin(other.op_code, AT_FACILITY), np.isin(other.op_code, AT_STOCK)], [one.n_facilities, one.n_stocks]
        ),
        "op_jump": one.n_ops,
        "op_draw": len(one.draws),
        "op_choice_start": len(one.alternative_jump),
        "alternative_jump": one.n_ops,
        "alternative_watch_start": len(one.watch_facility),
        "service_entry": one.n_ops,
        "service_vehicle_start": one.n_vehicles,
        "vehicle_service": len(one.service_entry),
    }
    both: dict[str, Array] = {}
    for name, array in one.arrays().items():
        more = getattr(other, name) + offsets.get(name, 0)
        kept = array[:-1] if name in STARTS else array
        both[name] = np.concatenate([kept, more]).astype(array.dtype)
    both["vehicle_key"] = np.concatenate([_ranks(one.vehicle_key) * 2, _ranks(other.vehicle_key) * 2 + 1])
    both |= _sorted(both, "calendar_", "calendar_facility", both["calendar_facility"])
    both |= _sorted(both, "failure_", "failure_facility", both["failure_facility"])
    both |= _sorted(both, "stock_set_", "stock_set_stock", both["stock_set_stock"])
    both |= _sorted(both, "check_", "check_controller", both["check_controller"])
    return replace(one, labels=Labels(one.labels.start, 0), **both)


def _ranks(keys: Array) -> Array:
    return np.argsort(np.argsort(keys))
