"""Sums over the visits of each step, from which facilities, links and causes of waiting are told.

Comes in: rows of a run, some at a time. Goes out (:class:`Sums`): counts and seconds by op, inside the measured window
(from warm-up to horizon) and over the whole run. What had not happened by the horizon counts as happening then.
"""

from __future__ import annotations

import numpy as np

from sim.core.plan import Ints, Plan
from sim.core.trace import Rows
from sim.output import group_statistics
from sim.output.intervals import Servers, Services, Waits, facility_of_op
from sim.output.journeys import Floats


class Sums:
    """All arrays are (nO,) but for :attr:`p95_wait_s`, which is (nF,)."""

    def __init__(self, plan: Plan, n_visits: int) -> None:
        n = plan.n_ops
        self._from_s = plan.labels.warmup_s
        self._facility = facility_of_op(plan)
        self._n_facilities = plan.n_facilities
        self._servers = Servers.of(plan)
        self._may_close = np.append(self._servers.ever_closed(), False)[self._facility]
        # Room for the most there can be; what is never written takes no memory.
        self._waited = np.empty((2, n_visits), np.int32 if plan.horizon_s < 2**31 else np.int64)
        self._n = 0
        self.done = np.zeros(n, np.int64)
        """Visits finished in the window."""
        self.served = np.zeros(n, np.int64)
        """Visits whose work began in the window."""
        self.served_wait_s = np.zeros(n, np.int64)
        """How long these had waited."""
        self.busy_s = np.zeros(n, np.int64)
        """Server time kept in the window."""
        self.wait_s = np.zeros(n, np.int64)
        """Time waited in the window, at facilities and for stocks."""
        self.whole_busy_s = np.zeros(n, np.int64)
        """Server time kept in the run."""
        self.whole_wait_s = np.zeros(n, np.int64)
        """Time waited in the run."""
        self.closed_s = np.zeros(n, np.int64)
        """Time waited in the window while the facility had no server at work."""
        self.p95_wait_s: Floats = np.full(plan.n_facilities, np.nan)
        """(nF,) of the waits of those served in the window; NaN for none."""

    def add(self, rows: Rows, waited: Waits, served: Services) -> None:
        """Add some rows, and those of them that waited and were served."""
        n, from_s = len(self.done), self._from_s
        self.done += np.bincount(rows.op[rows.finished_s >= from_s], minlength=n)
        op, began, ends = served.op, served.started_s, served.busy_until_s
        _add(self.whole_busy_s, op, ends - began)
        _add(self.busy_s, op, np.maximum(ends, from_s) - np.maximum(began, from_s))
        counted = np.flatnonzero(began >= from_s)
        op, wait_s = op[counted], (began - served.queued_s)[counted]
        self.served += np.bincount(op, minlength=n)
        _add(self.served_wait_s, op, wait_s)
        upto = self._n + len(op)
        self._waited[:, self._n : upto] = op, wait_s
        self._n = upto
        op = waited.op
        _add(self.whole_wait_s, op, waited.until_s - waited.queued_s)
        joined, left = np.maximum(waited.queued_s, from_s), np.maximum(waited.until_s, from_s)
        _add(self.wait_s, op, left - joined)
        shut = np.flatnonzero(self._may_close[op])
        op, joined, left = op[shut], joined[shut], left[shut]
        _add(self.closed_s, op, self._servers.closed_s(self._facility[op], joined, left))

    def close(self) -> None:
        """After the last rows: what needs all of them."""
        op, wait_s = self._waited[:, : self._n]
        self.p95_wait_s = group_statistics.percentiles(self._facility[op], wait_s, self._n_facilities, (0.95,))[:, 0]
        self._waited = self._waited[:, :0].copy()


def _add(total: Ints, op: Ints, seconds: Ints) -> None:
    """Add seconds by op; sums stay far below 2^53, so those of doubles are exact."""
    total += np.bincount(op, seconds, len(total)).astype(np.int64)
