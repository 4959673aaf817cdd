"""Servers that vehicles keep while they are elsewhere.

Input: a scan. Output (:class:`KeptServers`): for each HOLD whose server is not given up when its work ends, the steps
of the vehicle until then. :mod:`sim.output.waiting_roots` follows waiting through them, and
:mod:`sim.kpi.bottlenecks` finds the servers that are blocked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.core.plan import Ints32
from sim.core.trace import Seconds, Visits
from sim.output.journey_cuts import JourneyReader
from sim.output.machine_loops import Growing, seconds_of
from sim.output.single_pass import Piece
from sim.output.vehicle_rows import Bools, VehicleRowReader

SPELLS_OF_A_ROW: Final = 2
"""A wait and the work after it; more where vehicles keep several servers."""


@dataclass(frozen=True)
class KeptServers:
    """Spells of vehicles that keep a server. Arrays (n_spells,)."""

    hold_op: Ints32
    """The HOLD by which the vehicle has the server."""
    op: Ints32
    """The step at which it is meanwhile."""
    waits: Bools
    """Whether it waits there; else it is at work or travels."""
    from_s: Seconds
    to_s: Seconds
    is_hold: Bools
    """(nO,) whether a HOLD has spells."""


class KeptServerObserver:
    """Collects the steps during which vehicles keep servers elsewhere."""

    def __init__(self, visits: Visits) -> None:
        plan = visits.plan
        self._horizon_s, self._n_visits = plan.horizon_s, len(visits)
        seconds = seconds_of(plan)
        kinds = (np.int32, np.int32, np.bool_, seconds, seconds)
        self._is_hold: Bools = np.zeros(plan.n_ops, bool)
        self._spells = [Growing(len(visits) // 2, kind) for kind in kinds]

    def add(self, piece: Piece) -> None:
        """Add the rows of a piece."""
        lived = piece.derived(VehicleRowReader)
        holds = piece.derived(JourneyReader).holds
        if len(holds):
            from sim.output.root_sweep import loops

            columns = (lived.vehicle, lived.op, lived.queued_s, lived.started_s, lived.finished_s, lived.departed_s)
            room, needed = 0, SPELLS_OF_A_ROW * len(lived.op)
            while needed > room:  # Again, where there are more.
                room = needed
                found = [column.room(room)[column.n :] for column in self._spells]
                needed = loops(self._n_visits).kept_spells(holds, *columns, self._horizon_s, *found, self._is_hold)
            for column in self._spells:
                column.n += needed

    def result(self) -> KeptServers:
        """All spells."""
        hold_op, op, waits, from_s, to_s = (column.taken() for column in self._spells)
        return KeptServers(hold_op, op, waits, from_s, to_s, self._is_hold)
