"""Sums over the visits of each step, from which facilities, links and causes of waiting are told.

Comes in: Visits. Goes out (:class:`Sums`): counts and seconds by op, inside the measured window (from warm-up to
horizon) and over the whole run. What had not happened by the horizon counts as happening then.
"""

from __future__ import annotations

import numpy as np

from sim import grouped
from sim.journeys import Floats
from sim.occupancy import Servers, facility_of_op, services, waits
from sim.plan import Ints
from sim.trace import Visits


class Sums:
    """All arrays are (nO,) but for :attr:`p95_wait_s`, which is (nF,)."""

    def __init__(self, visits: Visits) -> None:
        plan = visits.plan
        n = plan.n_ops
        from_s = plan.labels.warmup_s
        facility = facility_of_op(plan)
        servers = Servers.of(plan)
        may_close = np.append(servers.ever_closed(), False)[facility]
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
        waited, shut_out = [_no_rows(2)], [_no_rows(3)]
        for rows in visits.pieces():
            self.done += np.bincount(rows.op[rows.finished_s >= from_s], minlength=n)
        for work in services(visits):
            op, began, ends = work.op, work.started_s, work.busy_until_s
            _add(self.whole_busy_s, op, ends - began)
            _add(self.busy_s, op, np.maximum(ends, from_s) - np.maximum(began, from_s))
            counted = np.flatnonzero(began >= from_s)
            op, wait_s = op[counted], (began - work.queued_s)[counted]
            self.served += np.bincount(op, minlength=n)
            _add(self.served_wait_s, op, wait_s)
            waited.append(np.stack((op, wait_s)))
        for queue in waits(visits):
            op = queue.op
            _add(self.whole_wait_s, op, queue.until_s - queue.queued_s)
            joined, left = np.maximum(queue.queued_s, from_s), np.maximum(queue.until_s, from_s)
            _add(self.wait_s, op, left - joined)
            shut = np.flatnonzero(may_close[op])
            shut_out.append(np.stack((op[shut], joined[shut], left[shut])))
        op, wait_s = np.concatenate(waited, axis=1)
        self.p95_wait_s: Floats = grouped.percentiles(facility[op], wait_s, plan.n_facilities, (0.95,))[:, 0]
        """(nF,) of the waits of those served in the window; NaN for none."""
        op, joined, left = np.concatenate(shut_out, axis=1)
        self.closed_s = np.zeros(n, np.int64)
        """Time waited in the window while the facility had no server at work."""
        _add(self.closed_s, op, servers.closed_s(facility[op], joined, left))


def _add(total: Ints, op: Ints, seconds: Ints) -> None:
    """Add seconds by op; sums stay far below 2^53, so those of doubles are exact."""
    total += np.bincount(op, seconds, len(total)).astype(np.int64)


def _no_rows(columns: int) -> Ints:
    return np.empty((columns, 0), np.int64)
