"""The compiled engine: the rules of :mod:`sim.core.rules` as one event loop over arrays (:mod:`sim.engines.loop`).

Input: a :class:`~sim.core.plan.Plan`. Output: its :class:`~sim.core.trace.Trace`, the same, row for row, as that of the
reference engine; or, for figures without a trace, the rows as the loop wrote them (:class:`Played`), which take half
the memory and are already in the order in which vehicles lived them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from sim.core.machine_code import is_switched_off
from sim.core.plan import Ints, Ints32, Plan, PlanError
from sim.core.plan_validation import validate
from sim.core.trace import COLUMNS, ROWS_AT_A_TIME, Rows, Trace
from sim.engines import loop
from sim.engines.layout import BLOCKS, EVENTS, MOST, Records, State, layout_of, state_of, too_large, with_room

if is_switched_off():
    raise ImportError("NUMBA_DISABLE_JIT is set: without machine code the loop does not run")


def run(plan: Plan) -> Trace:
    """Run ``plan`` up to its horizon; raises PlanError if no engine may run it or it is too large."""
    return play(plan).trace()


def play(plan: Plan) -> Played:
    """Likewise, with the rows where the loop wrote them."""
    validate(plan)
    found = list(too_large(plan))
    if found:
        raise PlanError(*found)
    layout = layout_of(plan)
    state = state_of(plan, layout, loop.BUCKETS)
    while not loop.play(layout, state):
        state = with_room(layout, state)
    return Played(plan, layout.failures, state)


class Played:
    """The visits of a run in blocks of one trip each: a :class:`~sim.core.trace.Visits`."""

    def __init__(self, plan: Plan, failures: Records, state: State) -> None:
        self.plan = plan
        self.vehicle_left_s: Ints = state.left
        self.repair_started_s: Ints = np.empty(len(plan.failure_time_s), np.int64)
        self.repair_started_s[failures["place"]] = state.repair_started
        self.check_count: Ints = state.check_count
        self.events = int(state.counts[EVENTS])
        self._records = state.rows
        self._blocks = state.blocks[: state.counts[BLOCKS]]
        self._by_vehicle, self._first_block, self._first_row = loop.order(self._blocks, plan.n_vehicles)

    def __len__(self) -> int:
        return int(self._first_row[-1])

    def pieces(self, rows_at_a_time: int = ROWS_AT_A_TIME) -> Iterator[Rows]:
        """Rows as the vehicles lived them; see :class:`~sim.core.trace.Visits`."""
        vehicle, last = 0, self.plan.n_vehicles
        while True:
            upto = int(np.searchsorted(self._first_row, self._first_row[vehicle] + rows_at_a_time, side="right")) - 1
            end = min(max(upto, vehicle + 1), last)
            first, columns = self._columns(vehicle, end, as_lived=True)
            yield Rows(first, True, *columns)
            if end == last:
                return
            vehicle = end

    def between(self, first_vehicle: int, end_vehicle: int, from_s: int, to_s: int) -> Iterator[Rows]:
        """Rows of whole trips; see :class:`~sim.core.trace.Visits`. Trips are numbered in the order of their begin."""
        first, end = int(self._first_block[first_vehicle]), int(self._first_block[end_vehicle])
        trip = self._by_vehicle[first:end]
        following = np.append(trip[1:], MOST)
        # After the last trip of each vehicle, it may still be under way.
        following[self._first_block[first_vehicle + 1 : end_vehicle + 1] - 1 - first] = MOST
        some = trip[(trip < self._begun_before(to_s)) & (following >= self._begun_before(from_s))]
        rows = self._blocks["end"][some].astype(np.int64) - self._blocks["first"][some]
        parts = np.cumsum(rows) // ROWS_AT_A_TIME
        cuts = [0, *(np.flatnonzero(np.diff(parts)) + 1).tolist(), len(some)]
        for begin, upto in pairwise(cuts):
            yield Rows(0, True, *self._collected(some, begin, upto, int(rows[begin:upto].sum()), as_lived=True))

    def _begun_before(self, time_s: int) -> int:
        """How many trips began before a time; one without rows goes with those after it."""
        low, high = 0, len(self._blocks)
        while low < high:
            middle = seen = (low + high) // 2
            while seen < high and self._blocks["first"][seen] == self._blocks["end"][seen]:
                seen += 1
            if seen < high and self._records["queued"][self._blocks["first"][seen]] < time_s:
                low = seen + 1
            else:
                high = middle
        return low

    def trace(self) -> Trace:
        """All rows, sorted."""
        _, columns = self._columns(0, self.plan.n_vehicles, as_lived=False)
        named = dict(zip(COLUMNS, columns, strict=True))
        return Trace(
            plan=self.plan,
            **named,
            vehicle_left_s=self.vehicle_left_s,
            events=self.events,
            repair_started_s=self.repair_started_s,
            check_count=self.check_count,
        )

    def _columns(self, vehicle: int, end: int, as_lived: bool) -> tuple[int, tuple[Any, ...]]:
        """The rows of vehicles up to before ``end``: where they begin among all rows, and their columns."""
        first, n = int(self._first_row[vehicle]), int(self._first_row[end] - self._first_row[vehicle])
        blocks = int(self._first_block[vehicle]), int(self._first_block[end])
        return first, self._collected(self._by_vehicle, *blocks, n, as_lived)

    def _collected(self, trips: Ints32, first: int, end: int, n: int, as_lived: bool) -> tuple[Any, ...]:
        """The columns of the ``n`` rows of some trips."""
        # Figures are made of some thousand rows at a time: in half the bytes they stay nearer to the processor. All
        # that this engine runs fits (``too_large``); steps are as wide as numpy wants its indices.
        op, seconds = (np.int64, np.int32) if as_lived else (np.int32, np.int64)
        columns = (
            np.empty(n, np.int32),
            np.empty(n, op),
            np.empty(n, seconds),
            np.empty(n, seconds),
            np.empty(n, seconds),
            np.empty(n, seconds),
            np.empty(n, np.int8),
        )
        loop.collect(self._records, self._blocks, trips, first, end, as_lived, self.plan.n_ops, *columns)
        return columns
