"""The state of a run at a second: vehicles under way, stocks, headways and repairs.

Input: visits of a run up to that second or beyond. Output: a :class:`sim.core.state.State`, from which
:func:`sim.core.resuming.resume` continues. The rest of a work is known, as all durations are drawn ahead.

Trips of a fleet are counted by their rows: a trip without a row, which takes no time, is not seen.
"""

from __future__ import annotations

import numpy as np

from sim.core import rules
from sim.core.plan import Ints, Plan
from sim.core.rules import NOT_YET
from sim.core.state import Headway, Repair, Standing, State
from sim.core.trace import Rows, Visits
from sim.output.controllers import times_in_force
from sim.output.run_output import RunOutput
from sim.output.stock_levels import stock_courses
from sim.output.vehicle_rows import VehicleRows


def state_at(visits: Visits, at_s: int) -> State:
    """The state after everything that happens at second ``at_s``."""
    plan = visits.plan
    standing: list[Standing] = []
    headways: list[Headway] = []
    left = visits.vehicle_left_s
    here = (left == NOT_YET) | (left > at_s)
    for rows in visits.pieces():
        headways += _headways(plan, rows, at_s)
        standing += _under_way(plan, rows, here, at_s)
    shut = times_in_force(visits)
    return State(
        at_s,
        tuple(standing),
        tuple(course.after(at_s) for course in stock_courses(RunOutput(visits))),
        tuple(headways),
        tuple(_repairs(visits, at_s)),
        tuple(one.controller for one in shut if one.from_s <= at_s and not NOT_YET < one.to_s <= at_s),
    )


def _in_order(plan: Plan, rows: Rows) -> Ints:
    """Positions of the rows as vehicles lived them; where they do not say so, as :class:`VehicleRows` finds out."""
    return np.arange(len(rows)) if rows.as_lived else VehicleRows(plan, rows).numbers - rows.first


def _over(seconds: np.ndarray, at_s: int) -> np.ndarray:
    return np.asarray((seconds != NOT_YET) & (seconds <= at_s))


def _under_way(plan: Plan, rows: Rows, here: np.ndarray, at_s: int) -> list[Standing]:
    """What the vehicles of a piece do at a second, from their rows up to then; ``here`` are those that had not left."""
    order = _in_order(plan, rows)
    mine = order[here[rows.vehicle[order]] & (rows.queued_s[order] <= at_s)]
    vehicle, op = rows.vehicle[mine], rows.op[mine].astype(np.int64)
    new = np.diff(vehicle, prepend=-1) != 0
    trip = np.cumsum(new | (np.diff(op, prepend=plan.n_ops) <= 0))  # Numbered through; jumps only go forward.
    last = np.flatnonzero(np.append(new[1:], True)) if len(mine) else np.empty(0, np.int64)
    # Who is between two trips, or begins at this second, does nothing: all that was begun is over.
    last = last[~_over(rows.finished_s[mine[last]], at_s)]
    first_trip = trip[np.maximum.accumulate(np.where(new, np.arange(len(mine)), 0))]
    held = (plan.op_code[op] == rules.HOLD) & ~_over(rows.departed_s[mine], at_s)
    kept_by: dict[tuple[int, int], list[int]] = {}
    for row in np.setdiff1d(np.flatnonzero(held), last).tolist():
        kept_by.setdefault((int(vehicle[row]), int(trip[row])), []).append(int(op[row]))
    found = []
    for row in last.tolist():
        who, step, now = int(vehicle[row]), int(op[row]), int(trip[row] - first_trip[row])
        started, queued = int(rows.started_s[mine[row]]), int(rows.queued_s[mine[row]])
        working = started != NOT_YET and started <= at_s
        rest = started + draw_of(plan, step, who, now) - at_s if working else 0
        kept = tuple(kept_by.get((who, int(trip[row])), ()))
        found.append(Standing(who, step, working, rest, float(started if working else queued), kept, now))
    return found


def draw_of(plan: Plan, op: int, vehicle: int, trip: int) -> int:
    """The number drawn for an op, a vehicle and its trip."""
    local = vehicle - int(plan.service_vehicle_start[plan.vehicle_service[vehicle]])
    at = int(plan.op_draw[op]) + int(plan.op_trip_stride[op]) * trip + int(plan.op_vehicle_stride[op]) * local
    return int(plan.draws[at])


def _headways(plan: Plan, rows: Rows, at_s: int) -> list[Headway]:
    passes = np.flatnonzero((plan.op_code[rows.op] == rules.PASS) & _over(rows.started_s, at_s))
    facility = plan.op_target[rows.op[passes]]
    rest = rows.started_s[passes].astype(np.int64) + plan.facility_headway_s[facility] - at_s
    service = plan.vehicle_service[rows.vehicle[passes]]
    kept = rest > 0
    columns = (column[kept].tolist() for column in (facility, rest, service))
    return [Headway(*one) for one in zip(*columns, strict=True)]


def _repairs(visits: Visits, at_s: int) -> list[Repair]:
    plan, began = visits.plan, visits.repair_started_s
    found = []
    for k in np.flatnonzero(plan.failure_time_s <= at_s).tolist():
        waits = not NOT_YET < began[k] <= at_s
        rest = int(plan.failure_repair_s[k] if waits else began[k] + plan.failure_repair_s[k] - at_s)
        if rest > 0:
            found.append(Repair(int(plan.failure_facility[k]), int(plan.failure_server[k]), rest, waits))
    return found
