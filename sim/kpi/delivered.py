"""Delivered cargo: what has crossed a port and, if the way across ends in a yard, has left the yard again.

Input: the output of a run. Output: by how much the tonnes that each (port, direction, class) delivers in the measured
window differ from those that cross. A yard is mixed: what leaves it in the window is of all its inflows of the window,
each by its share. Without an inflow in the window the shares are those of the whole run, and without any inflow equal
for all flows that may end there. What goes from one yard into another has not left: it counts when it leaves the last
one, by the shares of the first. Over all flows into yards, delivered = crossed - change of their levels, apart from
vehicles between yards or between a yard and the end of their crossing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.core.plan import Ints, Plan
from sim.output import group_statistics
from sim.output.crossings import Floats, Group, groups_of
from sim.output.intervals import change_of_op, stock_of_op
from sim.output.run_output import RunOutput
from sim.output.vehicle_rows import Bools
from sim.output.yards import Feeder, feeders, is_yard, yard_returned_to

MOST_PASSES: Final = 1_000
"""After so many steps from yard to yard the rest of cargo that goes in circles does not count."""


def delivered_less_crossed_t(output: RunOutput) -> Floats:
    """(n_groups,) tonnes that leave a yard in the window, less those that cross in it on their way to a yard."""
    more = -output.yard_inflows.crossed_t
    for yard, came_t, units in _shares(output):
        more = more + yard.out_of_window * came_t / units
    return np.asarray(more)


def delivered_by_yards_t(output: RunOutput, every_s: int, n: int) -> Floats:
    """(n_groups, n) tonnes that leave yards in each of the first ``n`` periods of ``every_s`` seconds, by the shares of
    the window."""
    found = np.zeros((len(groups_of(output.plan)[0]), n + 1))
    for yard, came_t, units in _shares(output):
        left = group_statistics.sums(np.minimum(yard.went_s // every_s, n), -yard.went, n + 1)
        found += np.outer(came_t, left) / units
    return found[:, :n]


def bound_for_yards(plan: Plan) -> Bools:
    """(nK, n_groups) whether the crossings of a service for a group are on their way to a yard: the service returns
    cargo to one at or after them."""
    groups = groups_of(plan)[0]
    bound = np.zeros((len(plan.labels.service), len(groups)), bool)
    for op in np.flatnonzero(yard_returned_to(plan) >= 0).tolist():
        service = plan.labels.service.index(plan.labels.op_service[op])
        bound[service, [groups.index(group) for group in _crossed_before(plan, op)]] = True
    return bound


@dataclass(frozen=True)
class YardBalance:
    """What one yard receives and gives, in units of the stock."""

    stock: int
    into_window: int
    into_run: int
    out_of_window: int
    """What leaves all yards from it, not what goes into another."""
    went: Ints
    """(n_moves,) change of the level by each vehicle that leaves all yards with it, and its second, ``went_s``."""
    went_s: Ints


def _shares(output: RunOutput) -> list[tuple[YardBalance, Floats, float]]:
    """Of each yard (n_groups,) tonnes by flow of some units of its cargo, and the number of units."""
    if not is_yard(output.plan).any():
        return []  # Without a look at the moves at stocks, of which there may be none to scan the rows for.
    yards = yard_balances(output)
    direct = [_direct_shares(output, yard) for yard in yards]
    place = {yard.stock: k for k, yard in enumerate(yards)}
    own = [came_t for came_t, _ in direct]
    fed = [(place[one.stock], place[to], one, n) for one, to, n in _fed(output, yards)]
    came = own
    # A pass for each yard follows every chain to its end; where cargo goes in circles, its shares converge.
    for _ in range(MOST_PASSES):
        before, came = came, list(own)
        for first, second, one, n in fed:
            came[second] = came[second] + n * one.units * before[first] / direct[first][1]
        if all((now == then).all() for now, then in zip(came, before, strict=True)):
            break
    return [(yard, came_t, units) for yard, came_t, (_, units) in zip(yards, came, direct, strict=True)]


def _fed(output: RunOutput, yards: list[YardBalance]) -> list[tuple[Feeder, int, float]]:
    """Flows from yard to yard, the yard to which they go, and the units that come there of the units of its shares."""
    plan = output.plan
    op, started_s = output.stock_moves
    in_run = np.bincount(op, minlength=plan.n_ops) * plan.op_amount
    in_window = np.bincount(op[started_s >= plan.labels.warmup_s], minlength=plan.n_ops) * plan.op_amount
    found, by_stock = [], {yard.stock: yard for yard in yards}
    for one in feeders(plan):
        to = by_stock[int(plan.op_target[one.into])]
        # As of :func:`_direct_shares`: one unit of each flow where none came.
        n = in_window[one.into] if to.into_window > 0 else in_run[one.into] if to.into_run > 0 else 1
        found.append((one, to.stock, float(n)))
    return found


def units_that_leave(output: RunOutput) -> dict[int, float]:
    """By yard with an inflow in the window, the units of its cargo that leave all yards, also by way of others."""
    yards = {yard.stock: yard for yard in yard_balances(output) if yard.into_window > 0}
    fed = [(one, to, n) for one, to, n in _fed(output, yard_balances(output)) if {one.stock, to} <= set(yards)]
    leaves = own = {k: float(yard.out_of_window) for k, yard in yards.items()}
    for _ in range(MOST_PASSES):
        before, leaves = leaves, dict(own)
        for one, to, n in fed:
            leaves[one.stock] += n * one.units * before[to] / yards[to].into_window
        if leaves == before:
            break
    return leaves


def _direct_shares(output: RunOutput, yard: YardBalance) -> tuple[Floats, float]:
    """(n_groups,) tonnes by flow of what came to a yard from elsewhere than another, and all units that came."""
    flows = output.yard_inflows
    if yard.into_window > 0:
        return flows.in_window_t[yard.stock], float(yard.into_window)
    if yard.into_run > 0:
        return flows.in_run_t[yard.stock], float(yard.into_run)
    tonnes, units = _equal_shares(output.plan, yard.stock)
    return tonnes, max(units, 1.0)


def yard_balances(output: RunOutput) -> list[YardBalance]:
    """What each yard receives and gives."""
    return output.once(_balances)


def _balances(output: RunOutput) -> list[YardBalance]:
    return list(_each_yard(output))


def _each_yard(output: RunOutput) -> Iterator[YardBalance]:
    plan, stock_of = output.plan, stock_of_op(output.plan)
    into = yard_returned_to(plan) >= 0
    op, started_s = output.stock_moves
    change = change_of_op(plan)
    in_window = np.bincount(op[started_s >= plan.labels.warmup_s], minlength=plan.n_ops) * change
    in_run = np.bincount(op, minlength=plan.n_ops) * change
    feeds = np.zeros(plan.n_ops, bool)
    for one in feeders(plan):
        feeds[list(one.moves)] = True
    for k in np.flatnonzero(is_yard(plan)).tolist():
        came, went = (stock_of == k) & into, (stock_of == k) & ~into & ~feeds
        into_window, into_run = int(in_window[came].sum()), int(in_run[came].sum())
        out_of_window = max(0, -int(in_window[went].sum()))
        leave = np.flatnonzero(went[op])
        yield YardBalance(k, into_window, into_run, out_of_window, change[op[leave]], started_s[leave])


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
