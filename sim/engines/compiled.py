"""The compiled engine: the rules of :mod:`sim.rules` as one event loop over arrays (:mod:`sim.engines.loop`).

In comes a :class:`~sim.plan.Plan`, out goes its :class:`~sim.trace.Trace`, the same, row for row, as that of the
reference engine; or, for whoever wants figures and no trace, the rows as the loop left them (:class:`Played`), which
take half the memory and are in the order of lives already.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.engines import loop
from sim.engines.layout import BLOCKS, EVENTS, State, state_of, too_large, with_room, world_of
from sim.plan import Ints, Plan, PlanError
from sim.trace import ROWS_AT_A_TIME, Rows, Trace


def run(plan: Plan) -> Trace:
    """Run ``plan`` up to its horizon; raises PlanError, in words, if no engine may run it or it is too large."""
    return play(plan).trace()


def play(plan: Plan) -> Played:
    """Likewise, with the rows where the loop wrote them."""
    plan.validate()
    found = list(too_large(plan))
    if found:
        raise PlanError("\n".join(found))
    world = world_of(plan)
    state = state_of(plan, world, loop.BUCKETS)
    while not loop.play(world, state):
        state = with_room(world, state)
    return Played(plan, state)


class Played:
    """The visits of a run in blocks of one trip each: a :class:`~sim.trace.Visits`."""

    def __init__(self, plan: Plan, state: State) -> None:
        self.plan = plan
        self.vehicle_left_s: Ints = state.left
        self.events = int(state.counts[EVENTS])
        self._records = state.rows
        self._blocks = state.blocks[: state.counts[BLOCKS]]
        self._by_vehicle, self._first_block, self._first_row = loop.order(self._blocks, plan.n_vehicles)

    def __len__(self) -> int:
        return int(self._first_row[-1])

    def pieces(self, rows_at_a_time: int = ROWS_AT_A_TIME) -> Iterator[Rows]:
        """Rows in the order of lives; see :class:`~sim.trace.Visits`."""
        vehicle, last = 0, self.plan.n_vehicles
        while True:
            upto = int(np.searchsorted(self._first_row, self._first_row[vehicle] + rows_at_a_time, side="right")) - 1
            end = min(max(upto, vehicle + 1), last)
            yield self._rows(vehicle, end, as_lived=True)
            if end == last:
                return
            vehicle = end

    def trace(self) -> Trace:
        """All rows, sorted."""
        rows = self._rows(0, self.plan.n_vehicles, as_lived=False)
        return Trace(
            plan=self.plan,
            vehicle=rows.vehicle,
            op=rows.op,
            queued_s=rows.queued_s,
            started_s=rows.started_s,
            finished_s=rows.finished_s,
            departed_s=rows.departed_s,
            outcome=rows.outcome,
            vehicle_left_s=self.vehicle_left_s,
            events=self.events,
        )

    def _rows(self, vehicle: int, end: int, as_lived: bool) -> Rows:
        """The rows of vehicles up to before ``end``."""
        first, n = int(self._first_row[vehicle]), int(self._first_row[end] - self._first_row[vehicle])
        columns = (
            np.empty(n, np.int32),
            np.empty(n, np.int32),
            np.empty(n, np.int64),
            np.empty(n, np.int64),
            np.empty(n, np.int64),
            np.empty(n, np.int64),
            np.empty(n, np.int8),
        )
        blocks = int(self._first_block[vehicle]), int(self._first_block[end])
        loop.collect(self._records, self._blocks, self._by_vehicle, *blocks, as_lived, self.plan.n_ops, *columns)
        return Rows(first, as_lived, *columns)
