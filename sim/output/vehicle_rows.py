"""Rows of a run in the order in which each vehicle lived them, some thousand rows at a time.

Input: Visits. Output: one :class:`VehicleRows` after the other, each with all rows of some consecutive vehicles.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.core.plan import Ints, Ints32, Plan
from sim.core.trace import ROWS_AT_A_TIME, Rows, Seconds, Visits
from sim.output import group_statistics
from sim.output.single_pass import Piece, pieces

Bools = npt.NDArray[np.bool_]


def vehicle_rows(visits: Visits, rows_at_a_time: int = ROWS_AT_A_TIME) -> Iterator[VehicleRows]:
    """The rows of all vehicles of a run; one piece without rows if there are none."""
    return (piece.derived(VehicleRowReader) for piece in pieces(visits, rows_at_a_time))


class VehicleRows:
    """Rows of some vehicles, each vehicle's as it lived them. Arrays are (n_rows,)."""

    def __init__(self, plan: Plan, rows: Rows) -> None:
        self._plan = plan
        self._rows = rows
        self.rows = slice(rows.first, rows.first + len(rows))
        """Positions of these rows among all rows; they are the same in both orders."""
        self.vehicle: Ints32 = rows.vehicle
        self.op = self._in_order(rows.op).astype(np.intp, copy=False)
        self.queued_s: Seconds = self._in_order(rows.queued_s)
        self.started_s: Seconds = self._in_order(rows.started_s)
        self.finished_s: Seconds = self._in_order(rows.finished_s)
        self.departed_s: Seconds = self._in_order(rows.departed_s)

    def _in_order(self, column: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return column if self._order is None else column[self._order]

    @cached_property
    def wait_s(self) -> Seconds:
        """Time from queued to started; not meaningful for a row that has not started."""
        return self.started_s - self.queued_s

    @cached_property
    def numbers(self) -> Ints:
        """Positions among all rows."""
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
        vehicle, queued_s = self.vehicle, self._rows.queued_s
        if not len(vehicle) or not (self._plan.vehicle_trips[vehicle[0] : vehicle[-1] + 1] > 1).any():
            return None
        key = (vehicle - vehicle[0]).astype(np.int64) * (self._plan.horizon_s + 1) + queued_s
        passes = self._rows.finished_s != queued_s
        if self._rows.as_lived:
            if _seen_so(key, self._rows.op, passes):
                return None
            order = np.lexsort((self._rows.op, key))
        else:
            order = group_statistics.order(key)
        key, passes = key[order], passes[order]
        first = np.flatnonzero(np.diff(key, prepend=-1))
        before = np.cumsum(passes) - passes
        instant = np.repeat(np.arange(len(first)), np.diff(first, append=len(key)))
        earlier = before > before[first][instant]
        if earlier.any():
            order = order[group_statistics.order(2 * instant + ~earlier)]
        return order


class VehicleRowReader:
    """Derives the rows of a piece in the order in which vehicles lived them."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def __call__(self, piece: Piece) -> VehicleRows:
        """The rows of a piece of the scan, by vehicle."""
        return VehicleRows(self._plan, piece.rows)


def _seen_so(key: Ints, op: npt.NDArray[Any], passes: Bools) -> bool:
    """Whether rows as they were lived are in the order that a trace shows: wherever a trip ends and the next begins
    in one instant of a vehicle (``key``), all of the one is above the step at which time passes in the other.

    Whole trips without length, or cut short by a branch, may look otherwise; a trace cannot show their order, so it is
    not restored.
    """
    same = key[1:] == key[:-1]
    ends = np.flatnonzero(same & (op[1:] <= op[:-1]))
    if not len(ends):
        return True
    first = np.flatnonzero(np.append(True, ~same))
    last = np.append(first[1:], len(key)) - 1
    instant = np.searchsorted(first, ends, side="right") - 1
    first, last = first[instant], last[instant]
    return bool((instant[1:] > instant[:-1]).all() and (op[first] > op[last]).all() and passes[last].all())
