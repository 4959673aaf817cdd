"""What controllers did in a run, from the vehicles that their checks counted.

Input: visits with the counts of the checks. Output: each time in force (:class:`InForce`), and the settings of stocks
by plan and controllers together (:class:`StockSettings`). The thresholds of the plan and the counts determine both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.core.plan import Ints
from sim.core.rules import NOT_YET
from sim.core.trace import Visits


@dataclass(frozen=True)
class InForce:
    """One time in force of a controller."""

    controller: int
    from_s: int
    to_s: int
    """When it ended; -1 if it had not by the horizon."""
    count: int
    """Vehicles that the check counted with which it came into force."""


class StockSettings(NamedTuple):
    """Levels to which stocks are set, in the order in which that happens. Arrays are (n_settings,)."""

    time_s: Ints
    stock: Ints
    level: Ints


def times_in_force(visits: Visits) -> list[InForce]:
    """Each time in force, in order of its begin."""
    plan = visits.plan
    found: list[InForce] = []
    open_at: dict[int, int] = {}
    """Place in ``found`` of the present time in force, by controller."""
    above, below, least_s = (
        column.tolist() for column in (plan.controller_above, plan.controller_below, plan.controller_least_s)
    )
    checks = zip(plan.check_time_s.tolist(), plan.check_controller.tolist(), visits.check_count.tolist(), strict=True)
    for time_s, controller, count in checks:
        at = open_at.get(controller)
        if at is None:
            if count >= above[controller]:
                open_at[controller] = len(found)
                found.append(InForce(controller, time_s, NOT_YET, count))
        elif count < below[controller] and time_s - found[at].from_s >= least_s[controller]:
            found[at] = InForce(controller, found[at].from_s, time_s, found[at].count)
            del open_at[controller]
    return found


def stock_settings(visits: Visits) -> StockSettings:
    """Settings by the plan (daily quotas) and by controllers, which come after those of the same second."""
    plan = visits.plan
    shut = times_in_force(visits)
    rows = [(one.from_s, one.controller, True) for one in shut]
    rows += [(one.to_s, one.controller, False) for one in shut if one.to_s != NOT_YET]
    changes = np.array(sorted(rows), np.int64).reshape(-1, 3)
    stock = plan.controller_stock[changes[:, 1]]
    level = np.where(changes[:, 2] == 1, 0, plan.stock_capacity[stock])
    time_s = np.concatenate([plan.stock_set_time_s, changes[:, 0]])
    order = np.argsort(time_s, kind="stable")
    stocks, levels = np.concatenate([plan.stock_set_stock, stock]), np.concatenate([plan.stock_set_level, level])
    return StockSettings(time_s[order], stocks[order].astype(np.int64), levels[order])
