"""Idle vehicles: those that wait for demand, parked and in no queue.

Input: a scan, and the journeys and crossings of the run. Output: the idle seconds of each journey and crossing, which
their waiting includes and which no key figure counts as waiting.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.core.plan import Ints
from sim.core.rules import NOT_YET
from sim.core.trace import Visits
from sim.output.intervals import idle_ops
from sim.output.journeys import History
from sim.output.single_pass import Piece


@dataclass(frozen=True)
class IdleWaits:
    """The waits for demand that are over, in the order of vehicles. Arrays are (n,)."""

    vehicle: Ints
    queued_s: Ints
    idle_s: Ints
    op: Ints

    def of_journeys(self, history: History) -> tuple[Ints, Ints]:
        """(n_journeys,) idle seconds of whole journeys, and of those until the last loaded step was over."""
        journeys = history.journeys
        n = len(journeys.vehicle)
        if not len(self.vehicle):
            return np.zeros(n, np.int64), np.zeros(n, np.int64)
        end_s = history.plan.horizon_s + 1
        began = journeys.vehicle.astype(np.int64) * end_s + journeys.start_s
        journey = np.searchsorted(began, self.vehicle * end_s + self.queued_s, side="right") - 1
        loaded = self.queued_s < journeys.delivered_s[journey]
        return _sums(journey, self.idle_s, n), _sums(journey[loaded], self.idle_s[loaded], n)

    def at_crossings(self, history: History) -> tuple[Ints, Ints, Ints]:
        """(3, n) crossing, op and idle seconds of each wait while the vehicle was at the port."""
        crossings = history.crossings
        if not len(self.vehicle) or not len(crossings):
            none = np.empty(0, np.int64)
            return none, none, none
        end_s = history.plan.horizon_s + 1
        began = crossings.vehicle.astype(np.int64) * end_s + crossings.enter_s
        at = np.searchsorted(began, self.vehicle * end_s + self.queued_s, side="right") - 1
        crossing = np.maximum(at, 0)
        exit_s = np.where(crossings.exit_s == NOT_YET, end_s, crossings.exit_s)[crossing]
        inside = (at >= 0) & (crossings.vehicle[crossing] == self.vehicle) & (self.queued_s < exit_s)
        return crossing[inside], self.op[inside], self.idle_s[inside]


def _sums(position: Ints, seconds: Ints, n: int) -> Ints:
    found = np.zeros(n, np.int64)
    np.add.at(found, position, seconds)
    return found


class IdleObserver:
    """Collects the waits for demand."""

    def __init__(self, visits: Visits) -> None:
        self._idle = idle_ops(visits.plan)
        self._any = bool(self._idle.any())
        self._parts: list[Ints] = [np.empty((4, 0), np.int64)]

    def add(self, piece: Piece) -> None:
        """Add the waits of a piece."""
        if not self._any:
            return
        rows = piece.rows
        some = np.flatnonzero(self._idle[rows.op] & (rows.started_s != NOT_YET))
        queued_s = rows.queued_s[some].astype(np.int64)
        columns = (rows.vehicle[some], queued_s, rows.started_s[some] - queued_s, rows.op[some])
        self._parts.append(np.stack([column.astype(np.int64) for column in columns]))

    def result(self) -> IdleWaits:
        """All waits, sorted by vehicle and time."""
        found = np.concatenate(self._parts, axis=1)
        after, later = np.diff(found[0]), np.diff(found[1])
        if not ((after > 0) | ((after == 0) & (later >= 0))).all():  # Those of a trace are by step.
            found = found[:, np.lexsort((found[1], found[0]))]
        return IdleWaits(*found)
