"""Everything that is made of rows one by one, in any order, in one loop (:mod:`sim.output.step_loop`).

Input: a scan. Output (:class:`StepRecords`): totals by step, the waits of each day, the state of facilities over time,
the visits at stocks, the visits that are not over, and what is wrong with single rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from corridors.messages import Message
from sim.core import rules
from sim.core.plan import Ints, Ints32, Plan
from sim.core.rules import NOT_YET
from sim.core.trace import Rows, Seconds, Visits
from sim.core.units import DAY_S
from sim.output import step_loop
from sim.output.facility_state import FacilityStates, event_type, ordered_events
from sim.output.intervals import Servers, facility_of_op, headway_of_op, stock_of_op
from sim.output.machine_loops import USUAL, Growing, narrowed, seconds_of, suiting
from sim.output.queue_lengths import DailyQueues, queues_of
from sim.output.single_pass import Piece
from sim.output.step_loop import AT_FACILITY, AT_STOCK, HOLD, INSTANT, MAY_CLOSE, MAY_FAIL, MOVES, PASS, QUEUE
from sim.output.step_totals import OF_CAUSES, StepTotals
from sim.output.trace_checks import RowChecks
from sim.output.vehicle_rows import Bools


@dataclass(frozen=True)
class StepRecords:
    """What the rows of a run add up to."""

    totals: StepTotals
    daily_queues: DailyQueues
    states: FacilityStates
    """The state of each facility over time."""
    stock_moves: Ints
    """(2, n) op and second of every draw from a stock and every return to one."""
    waits: tuple[Ints32, Seconds, Seconds]
    """Op, begin and end of each wait at a facility whose servers may be kept beyond the work, or for a stock; none
    without causes."""
    open_visits: Rows
    """The visits not over at the horizon, in the order of the scan."""
    problems: list[Message]
    """What is wrong with single rows."""


def may_be_kept(plan: Plan) -> Bools:
    """(nF,) whether a step keeps servers of a facility beyond its work."""
    held = np.zeros(plan.n_facilities, bool)
    held[plan.op_target[plan.op_code == rules.HOLD]] = True
    return held


class StepObserver:
    """Adds up the rows of a run."""

    causes = True
    """Whether waits are kept, and their parts while a facility is shut are added up."""

    def __init__(self, visits: Visits) -> None:
        plan = self._plan = visits.plan
        servers = self._servers = Servers.of_run(visits)
        roster = Servers.of(plan) if len(plan.failure_time_s) else servers
        self._closures = bool(plan.labels.closures)
        but_for = Servers.but_for_closures(plan) if self._closures else roster
        self._shares = bool(plan.labels.part_time)
        with_shares = Servers.but_for_shares(plan) if self._shares else roster
        self._shut = _shut(servers), _shut(roster), _shut(but_for)
        self._with_shares = _shut(with_shares)
        self._queues, queue_of_op = queues_of(plan)
        self._steps = step_loop.Steps(
            flags=_flags(plan, servers) & (-1 if self.causes else ~(QUEUE | MAY_CLOSE)),
            facility=facility_of_op(plan).astype(np.int64),
            headway_s=headway_of_op(plan),
            queue=queue_of_op,
        )
        self._sums: Ints = np.zeros((plan.n_ops, step_loop.SHARE + 1), np.int64)
        self._days: Ints = np.zeros((len(self._queues), plan.horizon_s // DAY_S + 1, 2), np.int64)
        seconds, n = seconds_of(plan), len(visits) // USUAL
        self._events = Growing(2 * len(visits), event_type(plan.horizon_s)), Growing(plan.n_facilities, np.int32)
        self._place: Ints = np.zeros(plan.n_facilities, np.int64)
        self._waits = Growing(n, np.int32), Growing(n, seconds)
        self._moves = Growing(n, np.int32), Growing(n, seconds)
        self._kept = Growing(n, np.int32), Growing(n, seconds), Growing(n, seconds)
        self._wrong: Ints = np.empty(0, np.int64)
        self._counts: Ints = np.zeros(step_loop.WRONG + 1, np.int64)
        self._checks = RowChecks()
        self._open: list[Rows] = []

    def add(self, piece: Piece) -> None:
        """Add the rows of a piece."""
        rows, plan = piece.rows, self._plan
        times = (rows.queued_s, rows.started_s, rows.finished_s, rows.departed_s)
        op, *narrow = narrowed(plan, rows.op, *times)
        window = (plan.labels.warmup_s, plan.horizon_s)
        count = suiting(piece.visits, step_loop.PLAIN, step_loop.HELPERS).count
        records = self._with_room(len(rows))
        count(
            op,
            *narrow,
            rows.outcome,
            self._steps,
            *window,
            self._sums,
            *self._shut,
            self._closures,
            self._with_shares,
            self._shares,
            self._days,
            records,
        )
        for place, columns in self._columns().items():
            for column in columns:
                column.n = int(self._counts[place])
        self._events[0].n = int(self._counts[step_loop.CHUNKS]) * step_loop.CHUNK
        if self._counts[step_loop.WRONG] or not self._open:
            odd = rows.taken(self._wrong[: self._counts[step_loop.WRONG]])
            self._checks.add(plan, odd)
            self._open.append(odd.taken(np.flatnonzero(odd.departed_s == NOT_YET)))

    def result(self) -> StepRecords:
        """The records of all pieces; each collection gives up its memory as its result is made."""
        kept = self._kept
        facility, wait_s = self._waits
        totals = StepTotals(*[*np.ascontiguousarray(self._sums.T), (facility.taken(), wait_s.taken())])
        if not self.causes:
            without: dict[str, Any] = dict.fromkeys(OF_CAUSES, np.empty(0, np.int64))
            totals = replace(totals, **without)
        on_the_day, begun = self._days[:, :, step_loop.ON_THE_DAY], self._days[:, :, step_loop.BEGUN]
        return StepRecords(
            totals=totals,
            daily_queues=DailyQueues.of_events(self._queues, on_the_day, begun),
            states=FacilityStates(self._servers, self._plan.labels.warmup_s, self._events_in_order),
            stock_moves=np.stack([column.taken().astype(np.int64) for column in self._moves]),
            waits=(kept[0].taken(), kept[1].taken(), kept[2].taken()),
            open_visits=Rows.joined(self._open),
            problems=self._checks.result(),
        )

    def _columns(self) -> dict[int, tuple[Growing, ...]]:
        """What is collected, by its place in the counts."""
        return {
            step_loop.CHUNKS: (self._events[1],),
            step_loop.WAITS: self._waits,
            step_loop.MOVES_AT_STOCKS: self._moves,
            step_loop.QUEUES: self._kept,
        }

    def _with_room(self, rows: int) -> step_loop.Records:
        """All columns with room for what so many rows may bring."""
        if rows > len(self._wrong):
            self._wrong = np.empty(rows, np.int64)
        chunks = len(self._place) + step_loop.EVENTS_OF_A_VISIT * rows // step_loop.CHUNK + 1
        columns = [self._events[0].room(chunks * step_loop.CHUNK), self._events[1].room(chunks), self._place]
        columns += [column.room(rows) for column in (*self._waits, *self._moves, *self._kept)]
        return step_loop.Records(*[*columns, self._wrong, self._counts])

    def _events_in_order(self) -> tuple[Ints, npt.NDArray[Any]]:
        """Where the events of each facility begin, and all of them in order."""
        events, owner = self._events
        return ordered_events(events.taken(), owner.taken(), self._place, self._plan.horizon_s)


class PlainStepObserver(StepObserver):
    """Adds up the rows of a run without the causes of waiting, which takes an eighth of the time of a run of trucks.

    What is not added up has no entries, so that it cannot be taken for 0.
    """

    causes = False


def _flags(plan: Plan, servers: Servers) -> Ints:
    """(nO,) the flags of each step."""
    code, facility, at_stock = plan.op_code, facility_of_op(plan), stock_of_op(plan) >= 0
    fails = np.bincount(plan.failure_facility, minlength=plan.n_facilities) > 0
    moves = (code == rules.TRAVEL) | (code == rules.MARK)
    instant = (code == rules.MARK) | (code == rules.DRAW) | (code == rules.RETURN)

    def of_facility(has: Bools) -> Bools:
        return np.append(has, False)[facility]

    by_flag = {
        HOLD: code == rules.HOLD,
        MOVES: moves,
        INSTANT: instant,
        AT_FACILITY: facility >= 0,
        PASS: code == rules.PASS,
        AT_STOCK: at_stock,
        QUEUE: of_facility(may_be_kept(plan)) | at_stock,
        MAY_CLOSE: of_facility(servers.ever_closed()),
        MAY_FAIL: of_facility(fails),
    }
    flags: Ints = np.zeros(plan.n_ops, np.int64)
    for flag, has in by_flag.items():
        flags[has] |= flag
    return flags


def _shut(servers: Servers) -> step_loop.Shut:
    """The table of the times without a server, as the loop reads it."""
    closed, total_s = servers.closed_steps
    near = servers.first[:-1].astype(np.int64)
    return step_loop.Shut(servers.first.astype(np.int64), servers.time_s, closed, total_s, servers.opens, near)
