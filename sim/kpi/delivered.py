"""Delivered cargo: what has crossed a port and, if the way across ends in a yard, has left the yard again.

Input: the output of a run. Output: by how much the tonnes that each (port, direction, class) delivers in the measured
window differ from those that cross. A yard is mixed: what leaves it in the window is of all its inflows of the window,
each by its share. Without an inflow in the window the shares are those of the whole run, and without any inflow equal
for all flows that may end there. Over all flows into a yard, delivered = crossed - change of its
level, apart from vehicles between the yard and the end of their crossing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sim.core.plan import Plan
from sim.output.crossings import Floats, Group, groups_of
from sim.output.intervals import change_of_op, stock_of_op
from sim.output.run_output import RunOutput
from sim.output.yards import is_yard, yard_returned_to


def delivered_less_crossed_t(output: RunOutput) -> Floats:
    """(n_groups,) tonnes that leave a yard in the window, less those that cross in it on their way to a yard."""
    plan, flows = output.plan, output.yard_inflows
    more = -flows.crossed_t
    for yard in yard_balances(output):
        for came_t, units in (
            (flows.in_window_t[yard.stock], yard.into_window),
            (flows.in_run_t[yard.stock], yard.into_run),
            _equal_shares(plan, yard.stock),
        ):
            if units > 0:
                more = more + yard.out_of_window * came_t / units
                break
    return np.asarray(more)


@dataclass(frozen=True)
class YardBalance:
    """What one yard receives and gives, in units of the stock."""

    stock: int
    into_window: int
    into_run: int
    out_of_window: int


def yard_balances(output: RunOutput) -> Iterator[YardBalance]:
    """What each yard receives and gives."""
    plan, stock_of = output.plan, stock_of_op(output.plan)
    into = yard_returned_to(plan) >= 0
    op, started_s = output.stock_moves
    amount = change_of_op(plan)[op]
    in_window = started_s >= plan.labels.warmup_s
    for k in np.flatnonzero(is_yard(plan)).tolist():
        here = stock_of[op] == k
        came, went = here & into[op], here & ~into[op]
        into_window, into_run = int(amount[came & in_window].sum()), int(amount[came].sum())
        yield YardBalance(k, into_window, into_run, max(0, -int(amount[went & in_window].sum())))


def _equal_shares(plan: Plan, stock: int) -> tuple[Floats, float]:
    """Tonnes by group of one unit of each flow that may end in a yard, and the number of units."""
    groups = groups_of(plan)[0]
    tonnes, flows = np.zeros(len(groups)), 0
    for op in np.flatnonzero(yard_returned_to(plan) == stock).tolist():
        service = plan.labels.op_service[op]
        t_a_unit = plan.labels.service_t[plan.labels.service.index(service)] / plan.op_amount[op]
        for group in _crossed_before(plan, op):
            tonnes[groups.index(group)] += t_a_unit
        flows += 1
    return tonnes, float(flows)


def _crossed_before(plan: Plan, op: int) -> set[Group]:
    labels, (groups, of_op) = plan.labels, groups_of(plan)
    before = [k for k in range(op + 1) if labels.op_service[k] == labels.op_service[op] and labels.op_loaded[k]]
    return {groups[of_op[k]] for k in before if of_op[k] >= 0}
