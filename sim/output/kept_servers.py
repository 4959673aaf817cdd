"""Servers that vehicles keep while they are elsewhere.

Input: a scan. Output (:class:`KeptServers`): for each HOLD whose server is not given up when its work ends, the steps
of the vehicle until then. :mod:`sim.output.waiting_roots` follows waiting through them, and
:mod:`sim.kpi.bottlenecks` finds the servers that are blocked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.core.plan import Ints
from sim.core.rules import NOT_YET
from sim.core.trace import Visits
from sim.output.journey_cuts import JourneyReader
from sim.output.single_pass import Piece
from sim.output.vehicle_rows import Bools, VehicleRowReader


@dataclass(frozen=True)
class KeptServers:
    """Spells of vehicles that keep a server. Arrays (n_spells,)."""

    hold_op: Ints
    """The HOLD by which the vehicle has the server."""
    op: Ints
    """The step at which it is meanwhile."""
    waits: Bools
    """Whether it waits there; else it is at work or travels."""
    from_s: Ints
    to_s: Ints


class KeptServerObserver:
    """Collects the steps during which vehicles keep servers elsewhere."""

    def __init__(self, visits: Visits) -> None:
        plan = visits.plan
        self._horizon_s, self._n_visits = plan.horizon_s, len(visits)
        self._spells: list[Ints] = [np.empty((5, 0), np.int64)]

    def add(self, piece: Piece) -> None:
        """Add the rows of a piece."""
        lived = piece.derived(VehicleRowReader)
        holds = piece.derived(JourneyReader).holds
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
        """All spells."""
        hold_op, op, waits, from_s, to_s = (np.concatenate(parts) for parts in zip(*self._spells, strict=True))
        return KeptServers(hold_op, op, waits == 1, from_s, to_s)
