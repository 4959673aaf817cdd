"""Servers that vehicles keep while they are elsewhere.

Input: a scan. Output (:class:`KeptServers`): for each HOLD whose server is not given up when its work ends, the steps
of the vehicle until then. :mod:`sim.output.waiting_roots` follows waiting through them, and
:mod:`sim.kpi.bottlenecks` finds the servers that are blocked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.core.plan import Ints, Ints32
from sim.core.rules import NOT_YET
from sim.core.trace import Seconds, Visits
from sim.output.journey_cuts import JourneyReader
from sim.output.machine_loops import USUAL, Growing, seconds_of
from sim.output.single_pass import Piece
from sim.output.vehicle_rows import Bools, VehicleRowReader


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


class KeptServerObserver:
    """Collects the steps during which vehicles keep servers elsewhere."""

    def __init__(self, visits: Visits) -> None:
        plan = visits.plan
        self._horizon_s, self._n_visits = plan.horizon_s, len(visits)
        seconds = seconds_of(plan)
        kinds = (np.int32, np.int32, np.bool_, seconds, seconds)
        self._found: Ints = np.empty((0, 5), np.int64)
        """Spells of a piece; the next piece overwrites them."""
        self._spells = [Growing(len(visits) // USUAL, kind) for kind in kinds]

    def add(self, piece: Piece) -> None:
        """Add the rows of a piece."""
        lived = piece.derived(VehicleRowReader)
        holds = piece.derived(JourneyReader).holds
        if len(holds):
            from sim.output.root_sweep import loops

            until = lived.departed_s[holds].astype(np.int64)
            until[until == NOT_YET] = self._horizon_s
            columns = (lived.vehicle, lived.op, lived.queued_s, lived.started_s, lived.finished_s)
            follow = loops(self._n_visits).kept_spells
            n = follow(holds, until, *columns, self._horizon_s, self._found)
            if n > len(self._found):
                self._found = np.empty((n + n // 4, 5), np.int64)
                follow(holds, until, *columns, self._horizon_s, self._found)
            for column, values in zip(self._spells, self._found[:n].T, strict=True):
                column.add(values)

    def result(self) -> KeptServers:
        """All spells."""
        return KeptServers(*(column.taken() for column in self._spells))
