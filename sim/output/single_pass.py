"""One scan over the rows of a run for any number of observers.

Input: Visits and observers. Output: the result of each observer. To produce the rows of a year takes as long as to use
them once, so all tables of a run are made in one scan. Values that several observers need of the same rows (waits,
services, crossings) are derived once for each piece.

A new observer takes a few lines::

    class LongestWait:
        def __init__(self, visits: Visits) -> None:
            self.wait_s = 0

        def add(self, piece: Piece) -> None:
            waited = piece.derived(WaitReader)
            self.wait_s = max(self.wait_s, int((waited.until_s - waited.queued_s).max(initial=0)))

        def result(self) -> int:
            return self.wait_s

    RunOutput(visits).result(LongestWait)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol, TypeVar

from sim.core.plan import Plan
from sim.core.trace import ROWS_AT_A_TIME, Rows, Visits

T = TypeVar("T")
Result = TypeVar("Result", covariant=True)

Reader = Callable[[Plan], Callable[["Piece"], T]]
"""Prepares for a plan what turns a piece into a value."""


class Piece:
    """Rows of some consecutive vehicles."""

    def __init__(self, rows: Rows, visits: Visits, ready: dict[Any, Any]) -> None:
        self.rows = rows
        self.plan = visits.plan
        self.visits = len(visits)
        """Visits of the whole run."""
        self.left_s = visits.vehicle_left_s
        """When each vehicle of the run left, -1 for one that did not."""
        self._ready = ready  # Readers of the scan, prepared for the plan.
        self._values: dict[Any, Any] = {}

    def derived(self, reader: Reader[T]) -> T:
        """The value of a reader for these rows, computed at the first request."""
        if reader not in self._values:
            if reader not in self._ready:
                self._ready[reader] = reader(self.plan)
            self._values[reader] = self._ready[reader](self)
        value: T = self._values[reader]
        return value


class Observer(Protocol[Result]):
    """Collects from all pieces of a run, in order."""

    def add(self, piece: Piece) -> None:
        """Add the rows of a piece."""

    def result(self) -> Result:
        """The result; called once, after the last piece."""


def pieces(visits: Visits, rows_at_a_time: int = ROWS_AT_A_TIME) -> Iterator[Piece]:
    """All rows of a run by vehicle; one piece without rows if there are none."""
    ready: dict[Any, Any] = {}
    return (Piece(rows, visits, ready) for rows in visits.pieces(rows_at_a_time))


def scan(visits: Visits, observers: Iterable[Observer[Any]]) -> list[Any]:
    """Show every row to every observer once; return their results in the same order."""
    remaining, results = list(observers), []
    for piece in pieces(visits):
        for observer in remaining:
            observer.add(piece)
    del piece
    while remaining:  # Each gives up its memory as its result is made.
        results.append(remaining.pop(0).result())
    return results
