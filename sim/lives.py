"""The rows of a trace in the order in which each vehicle lived them, some thousand rows at a time.

Comes in: a Trace. Goes out: one :class:`Lives` after the other, each with all rows of some consecutive vehicles. A year
is ten million rows; a piece of them fits into a processor's cache, where array work is several times as fast.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from sim import grouped
from sim.plan import Ints, Ints32
from sim.trace import Trace

Bools = npt.NDArray[np.bool_]

ROWS_AT_A_TIME = 2**15
"""Rows of one piece; more only where a single vehicle has more."""


def pieces(n_rows: int) -> Iterator[slice]:
    """Consecutive slices of rows, for work that looks at each row by itself."""
    return (slice(first, min(first + ROWS_AT_A_TIME, n_rows)) for first in range(0, n_rows, ROWS_AT_A_TIME))


def lives(trace: Trace, rows_at_a_time: int = ROWS_AT_A_TIME) -> Iterator[Lives]:
    """All vehicles of a trace; one piece without rows if there are none."""
    first = 0
    while first < len(trace) or first == 0:
        end = min(first + rows_at_a_time, len(trace))
        if end < len(trace):
            vehicle = trace.vehicle[end - 1]
            end = int(np.searchsorted(trace.vehicle, vehicle, side="left"))
            if end <= first:
                end = int(np.searchsorted(trace.vehicle, vehicle, side="right"))
        yield Lives(trace, slice(first, end))
        if end == first:
            return
        first = end


class Lives:
    """The rows of some vehicles. Arrays are (n_rows,) in the order of lives."""

    def __init__(self, trace: Trace, rows: slice) -> None:
        self.trace = trace
        self.rows = rows
        """Where these rows stand in the trace; in both orders they take the same places."""
        self.vehicle: Ints32 = trace.vehicle[rows]
        self.op = self._in_order(trace.op).astype(np.intp)
        self.queued_s: Ints = self._in_order(trace.queued_s)
        self.started_s: Ints = self._in_order(trace.started_s)
        self.finished_s: Ints = self._in_order(trace.finished_s)
        self.departed_s: Ints = self._in_order(trace.departed_s)

    def _in_order(self, column: npt.NDArray[Any]) -> npt.NDArray[Any]:
        values = column[self.rows]
        return values if self._order is None else values[self._order]

    @cached_property
    def numbers(self) -> Ints:
        """Positions in the trace."""
        own = np.arange(self.rows.start, self.rows.stop) if self._order is None else self.rows.start + self._order
        return np.asarray(own, np.int64)

    @cached_property
    def new_journey(self) -> Bools:
        """True at the first row of a journey: another vehicle, or a step not after the one before."""
        new = np.ones(len(self.op), bool)
        new[1:] = (self.vehicle[1:] != self.vehicle[:-1]) | (self.op[1:] <= self.op[:-1])
        return new

    @cached_property
    def _order(self) -> Ints | None:
        """Order of the rows by (vehicle, time, step), or None where they are in that order already.

        A trace is sorted by (vehicle, step). That is the order of time for a vehicle that comes once; the trips of a
        fleet lie mixed. Steps without length that end one trip and begin the next share an instant: there, the row
        at which time passes was the last, and higher steps than its own belong to the trip before.
        """
        trace = self.trace
        vehicle, queued_s = self.vehicle, trace.queued_s[self.rows]
        if len(vehicle) < 2 or not (trace.plan.vehicle_trips[vehicle[0] : vehicle[-1] + 1] > 1).any():
            return None
        key = (vehicle - vehicle[0]).astype(np.int64) * (trace.plan.horizon_s + 1) + queued_s
        order = grouped.order(key)
        key = key[order]
        first = np.flatnonzero(np.diff(key, prepend=-1))
        passes = (trace.finished_s[self.rows] != queued_s)[order]
        before = np.cumsum(passes) - passes
        instant = np.repeat(np.arange(len(first)), np.diff(first, append=len(key)))
        earlier = before > before[first][instant]
        if earlier.any():
            order = order[grouped.order(2 * instant + ~earlier)]
        return order
