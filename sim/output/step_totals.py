"""Totals over the visits of each step, for the tables of facilities, links and causes of waiting.

:mod:`sim.output.step_records` makes them (:class:`StepTotals`): counts and seconds by op, inside the measured window
(from warm-up to horizon) and over the whole run. An event that had not happened by the horizon counts as happening
then.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.core.plan import Ints, Ints32, Plan
from sim.core.trace import Seconds
from sim.output import group_statistics
from sim.output.crossings import Floats
from sim.output.intervals import facility_of_op

OF_CAUSES: Final = ("closed_s", "hours_s", "closure_s", "closure_or_pace_s", "repair_s", "share_s")
"""Totals that only the causes of waiting need, and that have no entries where these are not looked for."""


@dataclass
class StepTotals:
    """Totals of a run. All arrays are (nO,) but for :attr:`waits`."""

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
    share_s: Ints
    """The part of it in which a share of servers is why there is none."""
    waits: tuple[Ints32, Seconds]
    """Facility and seconds of each wait of the visits served in the window that had to wait."""

    def p95_wait_s(self, plan: Plan) -> Floats:
        """(nF,) 95th percentile of the waits of the visits served in the window; NaN for none."""
        at_op, n = facility_of_op(plan), plan.n_facilities
        at, (facility, wait_s) = at_op >= 0, self.waits
        served = group_statistics.sums(at_op[at], self.served[at], n).astype(np.int64)
        at_once = served - group_statistics.counts(facility, n)
        return group_statistics.percentiles(facility, wait_s, n, (0.95,), at_once)[:, 0]
