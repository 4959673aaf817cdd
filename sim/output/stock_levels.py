"""Levels of stocks over time: quotas, orders, draws and returns from the level at second 0.

Input: a plan and the visits at its stocks. Output: the level of each stock after every instant at which it changes
(:class:`StockCourse`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sim.core.plan import Ints
from sim.core.rules import NOT_YET
from sim.output import group_statistics
from sim.output.controllers import stock_settings
from sim.output.intervals import change_of_op, stock_of_op
from sim.output.run_output import RunOutput


@dataclass(frozen=True)
class StockCourse:
    """One stock over time. Arrays are (n_instants,), of the instants at which vehicles draw or return."""

    stock: int
    times_s: Ints
    level: Ints
    """After the instant."""
    set_times_s: Ints
    """(n_sets + 1,) when a quota or order sets the level; first :data:`~sim.core.rules.NOT_YET`, the initial level."""
    set_levels: Ints

    def before(self, time_s: int) -> int:
        """The level at a time, after a quota of that instant and before its draws and returns."""
        return int(self.levels_before(np.array([time_s]))[0])

    def after(self, time_s: int) -> int:
        """The level after everything that happens at a time."""
        rule = int(np.searchsorted(self.set_times_s, time_s, side="right")) - 1
        k = int(np.searchsorted(self.times_s, time_s, side="right")) - 1
        moved = k >= 0 and self.times_s[k] >= self.set_times_s[rule]
        return int(self.level[k] if moved else self.set_levels[rule])

    def levels_before(self, times_s: Ints) -> Ints:
        """The same at several times."""
        k = np.searchsorted(self.times_s, times_s) - 1
        rule = np.searchsorted(self.set_times_s, times_s, side="right") - 1
        if not len(self.times_s):
            return self.set_levels[rule]
        moved = (k >= 0) & (self.times_s[k] >= self.set_times_s[rule])
        return np.where(moved, self.level[k], self.set_levels[rule])


def stock_courses(output: RunOutput) -> list[StockCourse]:
    """The course of each stock, in the order of the plan."""
    return output.once(_courses)


def _courses(output: RunOutput) -> list[StockCourse]:
    return list(_each(output))


def _each(output: RunOutput) -> Iterator[StockCourse]:
    plan = output.plan
    settings = stock_settings(output.visits)
    op, started = output.stock_moves
    stock = stock_of_op(plan)[op].astype(np.int64)
    order = group_statistics.order(stock * (plan.horizon_s + 1) + started)
    first = np.searchsorted(stock[order], np.arange(plan.n_stocks + 1))
    started, amount = started[order], change_of_op(plan)[op[order]]
    for k in range(plan.n_stocks):
        mine = slice(first[k], first[k + 1])
        last = np.flatnonzero(np.diff(started[mine], append=-1))
        times, after = started[mine][last], np.cumsum(amount[mine])[last]
        sets = settings.stock == k
        set_times = np.concatenate([[NOT_YET], settings.time_s[sets]])
        set_levels = np.concatenate([plan.stock_level[[k]], settings.level[sets]])
        # A setting comes before the draws of its instant, and wipes out all that was before.
        before_set = np.concatenate([[0], after])[np.searchsorted(times, set_times)]
        rule = np.searchsorted(set_times, times, side="right") - 1
        yield StockCourse(k, times, set_levels[rule] + after - before_set[rule], set_times, set_levels)
