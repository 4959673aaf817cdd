"""Servers that vehicles keep while they are elsewhere, and the waits for those servers and for stocks.

Input: a scan. Output (:class:`KeptServers`): for each HOLD whose server is not given up when its work ends, the steps
of the vehicle until then. :mod:`sim.output.waiting_roots` follows waiting through them, and
:mod:`sim.kpi.bottlenecks` finds the servers that are blocked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.core import rules
from sim.core.plan import Ints, Plan
from sim.core.rules import NOT_YET
from sim.core.trace import Visits
from sim.output.intervals import WaitReader, facility_of_op, stock_of_op
from sim.output.single_pass import Piece
from sim.output.vehicle_rows import Bools, VehicleRowReader


@dataclass(frozen=True)
class KeptServers:
    """Spells of vehicles that keep a server, and waits. Arrays (n_spells,) and (3, n_waits)."""

    hold_op: Ints
    """The HOLD by which the vehicle has the server."""
    op: Ints
    """The step at which it is meanwhile."""
    waits: Bools
    """Whether it waits there; else it is at work or travels."""
    from_s: Ints
    to_s: Ints
    queue: Ints
    """Op, begin and end of each wait at a facility whose servers may be kept so, or for a stock."""


def may_be_kept(plan: Plan) -> Bools:
    """(nF,) whether a step keeps servers of a facility beyond its work."""
    held = np.zeros(plan.n_facilities, bool)
    held[plan.op_target[plan.op_code == rules.HOLD]] = True
    return held


class KeptServerObserver:
    """Collects the steps during which vehicles keep servers elsewhere."""

    def __init__(self, visits: Visits) -> None:
        plan = visits.plan
        self._horizon_s, self._n_visits = plan.horizon_s, len(visits)
        self._hold = plan.op_code == rules.HOLD
        self._queues = np.append(may_be_kept(plan), False)[facility_of_op(plan)] | (stock_of_op(plan) >= 0)
        self._spells: list[Ints] = [np.empty((5, 0), np.int64)]
        self._waits: list[Ints] = [np.empty((3, 0), np.int64)]

    def add(self, piece: Piece) -> None:
        """Add the rows of a piece."""
        waited = piece.derived(WaitReader)
        some = np.flatnonzero(self._queues[waited.op])
        if len(some):
            self._waits.append(np.stack([waited.op[some], waited.queued_s[some], waited.until_s[some]]))
        lived = piece.derived(VehicleRowReader)
        holds = np.flatnonzero(self._hold[lived.op])
        holds = holds[lived.departed_s[holds] != lived.finished_s[holds]]
        if len(holds):
            from sim.output.root_sweep import loops

            until = lived.departed_s[holds].astype(np.int64)
            until[until == NOT_YET] = self._horizon_s
            columns = (lived.vehicle, lived.op, lived.queued_s, lived.started_s, lived.finished_s)
            found = np.empty((8 * len(holds), 5), np.int64)
            follow = loops(self._n_visits).kept_spells
            n = follow(holds, until, *columns, self._horizon_s, found)
            if n > len(found):
                found = np.empty((n, 5), np.int64)
                follow(holds, until, *columns, self._horizon_s, found)
            self._spells.append(np.ascontiguousarray(found[:n].T))

    def result(self) -> KeptServers:
        """All spells and waits."""
        hold_op, op, waits, from_s, to_s = (np.concatenate(parts) for parts in zip(*self._spells, strict=True))
        return KeptServers(hold_op, op, waits == 1, from_s, to_s, np.concatenate(self._waits, axis=1))
