"""Traces written by hand: rows of (vehicle, step, queued, started, finished, departed), None for what is still open."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.core import rules
from sim.core.plan import Plan
from sim.core.trace import Trace, sort_rows

Row = tuple[int, str, int, int | None, int | None, int | None]


def hand_trace(plan: Plan, rows: Sequence[Row], left: dict[int, int]) -> Trace:
    """A trace of these rows; ``left`` has the departure times. Steps are named as in the vehicle's service."""
    labels = plan.labels
    op_of = {pair: k for k, pair in enumerate(zip(labels.op_service, labels.op_step, strict=True))}

    def op(vehicle: int, step: str) -> int:
        return op_of[labels.service[plan.vehicle_service[vehicle]], step]

    def outcome(started: int | None, finished: int | None, departed: int | None) -> int:
        if started is None:
            return rules.WAITING
        if finished is None:
            return rules.IN_SERVICE
        return rules.HELD if departed is None else rules.DONE

    def times(column: int) -> np.ndarray:
        return np.array([rules.NOT_YET if row[column] is None else row[column] for row in rows], np.int64)

    vehicle = np.array([row[0] for row in rows], np.int32)
    ops = np.array([op(row[0], row[1]) for row in rows], np.int32)
    outcomes = np.array([outcome(*row[3:]) for row in rows], np.int8)
    left_s = np.full(plan.n_vehicles, rules.NOT_YET, np.int64)
    for who, when in left.items():
        left_s[who] = when
    order = sort_rows(vehicle, ops, times(2))
    columns = (vehicle, ops, *(times(k) for k in range(2, 6)), outcomes)
    return Trace(plan, *(column[order] for column in columns), vehicle_left_s=left_s, events=len(rows))
