"""Totals over the visits of each step, for the tables of facilities, links and causes of waiting.

Input: a scan. Output (:class:`StepTotals`): counts and seconds by op, inside the measured window (from warm-up to
horizon) and over the whole run. An event that had not happened by the horizon counts as happening then.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from sim.core.plan import Ints
from sim.core.trace import Visits
from sim.output import group_statistics
from sim.output.crossings import Floats
from sim.output.intervals import Servers, ServiceReader, WaitReader, facility_of_op
from sim.output.single_pass import Piece


@dataclass
class StepTotals:
    """Totals of a run. All arrays are (nO,) but for :attr:`p95_wait_s`, which is (nF,)."""

    done: Ints
    """Visits finished in the window."""
    served: Ints
    """Visits whose work began in the window."""
    served_wait_s: Ints
    """How long these had waited."""
    busy_s: Ints
    """Server time kept in the window."""
    wait_s: Ints
    """Time waited in the window, at facilities and for stocks."""
    whole_busy_s: Ints
    """Server time kept in the run."""
    whole_wait_s: Ints
    """Time waited in the run."""
    closed_s: Ints
    """Time waited in the window while the facility had no server at work."""
    hours_s: Ints
    """The part of it outside opening hours, for vehicles that arrive while the facility is shut, before it opens."""
    closure_s: Ints
    """Likewise the part of it in which closures are the reason."""
    closure_or_pace_s: Ints
    """The part of it in which closures are the reason, for vehicles that are in the queue before."""
    repair_s: Ints
    """The part of it in which the calendar has servers, all under repair."""
    p95_wait_s: Floats
    """Of the waits of the visits served in the window; NaN for none."""


class StepTotalObserver:
    """Adds up the visits of a run by step."""

    def __init__(self, visits: Visits) -> None:
        plan, n_visits = visits.plan, len(visits)
        self._from_s = plan.labels.warmup_s
        self._facility = facility_of_op(plan)
        self._servers = Servers.of_run(visits)
        self._roster = Servers.of(plan) if len(plan.failure_time_s) else self._servers
        self._but_for_closures = Servers.but_for_closures(plan) if plan.labels.closures else None
        self._may_close = np.append(self._servers.ever_closed(), False)[self._facility]
        self._may_fail = np.append(np.bincount(plan.failure_facility, minlength=plan.n_facilities) > 0, False)
        # Room for the most possible; what is never written takes no memory.
        self._waited = np.empty((2, n_visits), np.int32 if plan.horizon_s < 2**31 else np.int64)
        self._n = 0
        zeros = {field.name: np.zeros(plan.n_ops, np.int64) for field in fields(StepTotals)}
        self._totals = StepTotals(**zeros | {"p95_wait_s": np.full(plan.n_facilities, np.nan)})

    def add(self, piece: Piece) -> None:
        """Add the rows of a piece."""
        rows, waited, served = piece.rows, piece.derived(WaitReader), piece.derived(ServiceReader)
        totals, n, from_s = self._totals, len(self._totals.done), self._from_s
        totals.done += np.bincount(rows.op[rows.finished_s >= from_s], minlength=n)
        op, began, ends = served.op, served.started_s, served.busy_until_s
        _add(totals.whole_busy_s, op, ends - began)
        _add(totals.busy_s, op, np.maximum(ends, from_s) - np.maximum(began, from_s))
        counted = began >= from_s
        totals.served += np.bincount(op[counted], minlength=n)
        counted &= began > served.queued_s
        op, wait_s = op[counted], (began - served.queued_s)[counted]
        _add(totals.served_wait_s, op, wait_s)
        upto = self._n + len(op)
        self._waited[:, self._n : upto] = op, wait_s
        self._n = upto
        op = waited.op
        _add(totals.whole_wait_s, op, waited.until_s - waited.queued_s)
        joined, left = np.maximum(waited.queued_s, from_s), np.maximum(waited.until_s, from_s)
        _add(totals.wait_s, op, left - joined)
        shut = np.flatnonzero(self._may_close[op])
        op, joined, left = op[shut], joined[shut], left[shut]
        facility = self._facility[op]
        closed_s = self._servers.closed_s(facility, joined, left)
        _add(totals.closed_s, op, closed_s)
        fails = np.flatnonzero(self._may_fail[facility])
        if len(fails):
            by_roster_s = self._roster.closed_s(facility[fails], joined[fails], left[fails])
            _add(totals.repair_s, op[fails], closed_s[fails] - by_roster_s)
        opens = self._roster.opens_s(facility, waited.queued_s[shut])
        opens = np.maximum(np.minimum(opens, left), joined)
        _add(totals.hours_s, op, opens - joined)
        if self._but_for_closures:
            before_s, after_s = (
                self._but_for_closures.closed_s(facility, *times) for times in ((joined, opens), (opens, left))
            )
            _add(totals.hours_s, op, -before_s)
            _add(totals.closure_s, op, before_s)
            _add(totals.closure_or_pace_s, op, after_s)

    def result(self) -> StepTotals:
        """The totals, with the percentile of waits, which needs all of them."""
        op, wait_s = self._waited[:, : self._n]
        n = len(self._totals.p95_wait_s)
        facility = self._facility[op]
        at = self._facility >= 0
        at_once = group_statistics.sums(self._facility[at], self._totals.served[at], n).astype(np.int64)
        at_once -= group_statistics.counts(facility, n)
        self._totals.p95_wait_s = group_statistics.percentiles(facility, wait_s, n, (0.95,), at_once)[:, 0]
        return self._totals


def _add(total: Ints, op: Ints, seconds: Ints) -> None:
    """Add seconds by op; sums stay far below 2^53, so those of doubles are exact."""
    total += np.bincount(op, seconds, len(total)).astype(np.int64)
