"""The few visits that checks look at one by one: those not over at the horizon, and those at stocks."""

from __future__ import annotations

import numpy as np

from sim.core.plan import Ints
from sim.core.rules import NOT_YET
from sim.core.trace import Rows, Visits
from sim.output.intervals import stock_of_op
from sim.output.single_pass import Piece


class OpenVisitObserver:
    """Collects the visits that are not over at the horizon."""

    def __init__(self, visits: Visits) -> None:
        self._found: list[Rows] = []

    def add(self, piece: Piece) -> None:
        """Add the rows of a piece."""
        rows = piece.rows
        self._found.append(rows.taken(np.flatnonzero(rows.departed_s == NOT_YET)))

    def result(self) -> Rows:
        """The visits not over at the horizon, in the order of the trace."""
        return Rows.joined(self._found)


class StockMoveObserver:
    """Collects the visits in which a vehicle draws from a stock or returns to it."""

    def __init__(self, visits: Visits) -> None:
        self._at_stock = stock_of_op(visits.plan) >= 0
        self._found: list[Ints] = []

    def add(self, piece: Piece) -> None:
        """Add the rows of a piece."""
        rows = piece.rows
        moved = np.flatnonzero(self._at_stock[rows.op] & (rows.started_s != NOT_YET))
        self._found.append(np.stack((rows.op[moved].astype(np.int64), rows.started_s[moved])))

    def result(self) -> Ints:
        """(2, n) op and second of every draw from a stock and every return to one."""
        return np.concatenate(self._found, axis=1)
