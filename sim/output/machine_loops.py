"""Loops over rows as plain Python or as machine code, whichever suits the run, and columns that both can fill.

Machine code pays once numba is loaded: the compiled engine has loaded it, and a long run may. A short run on the
SimPy engine uses the same functions as plain Python.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from sim.core.plan import Plan

SHORT: Final = 30_000
"""Visits of a run for which Python is faster than to load numba."""
GROWTH: Final = 4
"""A column that is full grows by one part in so many."""
USUAL: Final = 8
"""Visits of a run for each entry with which a column begins: more than a journey has at most ports."""
NARROW_S: Final = 2**31
"""A horizon below which seconds have 32 bits."""

Function = Callable[..., Any]
Loops = TypeVar("Loops", bound=NamedTuple)
Array = npt.NDArray[Any]


def suiting(n_visits: int, plain: Loops, helpers: tuple[Function, ...] = ()) -> Loops:
    """The functions of ``plain`` for a run of so many visits, with ``helpers`` of the same file, which they call.

    Machine code, unless the run is short and nothing has loaded numba yet.
    """
    if n_visits < SHORT and "numba" not in sys.modules:
        return plain
    return machine_code(plain, helpers)


@cache
def machine_code(plain: Loops, helpers: tuple[Function, ...] = ()) -> Loops:
    """The functions as machine code; plain without numba."""
    try:
        from sim.core.machine_code import callable_from_jit, jit
    except ImportError:
        return plain
    for helper in helpers:
        callable_from_jit(helper)
    return type(plain)(*(jit(function) for function in plain))


def seconds_of(plan: Plan) -> type[np.signedinteger[Any]]:
    """The type of the times of a run: 32 bits are enough for 68 years."""
    return seconds_within(plan.horizon_s)


def seconds_within(horizon_s: int) -> type[np.signedinteger[Any]]:
    """The same for a horizon."""
    return np.int32 if horizon_s < NARROW_S else np.int64


def narrowed(plan: Plan, op: Array, *times: Array) -> tuple[Array, ...]:
    """Columns as the loops are made for: steps as indices, times as :func:`seconds_of`.

    A time that no run can have, in rows that are wrong, is cut to one that is as wrong.
    """
    kind = seconds_of(plan)
    bounds = np.iinfo(kind)
    narrow = (time if time.dtype == kind else np.clip(time, bounds.min, bounds.max).astype(kind) for time in times)
    return (op.astype(np.intp, copy=False), *narrow)


class Growing:
    """A column that loops fill to its ``n``-th entry, with more room where it is needed."""

    def __init__(self, room: int, kind: npt.DTypeLike, width: tuple[int, ...] = ()) -> None:
        # What is never written takes no memory.
        self._column: Array = np.empty((room, *width), kind)
        self.n = 0

    def room(self, more: int) -> Array:
        """The column with room for so many entries beyond ``n``; the array of before is not valid any more."""
        needed = self.n + more
        if needed > len(self._column):
            rows = max(needed, len(self._column) + len(self._column) // GROWTH)
            self._column.resize((rows, *self._column.shape[1:]), refcheck=False)  # In place, where the system can.
        return self._column

    def add(self, values: Array) -> None:
        """Add some entries."""
        self.room(len(values))[self.n : self.n + len(values)] = values
        self.n += len(values)

    def taken(self) -> Array:
        """All entries; the column is empty afterwards."""
        column = self._column
        self._column = np.empty((0, *column.shape[1:]), column.dtype)  # A view of the column would hold its memory.
        column.resize((self.n, *column.shape[1:]), refcheck=False)
        self.n = 0
        return column
