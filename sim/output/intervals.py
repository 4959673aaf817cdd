"""Intervals at facilities: servers at work, waits and services.

Input: a plan, and pieces of a scan. Output: the servers at work after calendars, closures and breakdowns
(:class:`Servers`), and the visits that waited (:class:`WaitIntervals`) and were served (:class:`ServiceIntervals`).
:mod:`sim.output.facility_state` makes the state of facilities over time of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from corridors import single_tracks
from sim.core import rules
from sim.core.plan import Ints, Ints32, Plan
from sim.core.rules import NOT_YET
from sim.core.trace import Visits
from sim.core.wait_causes import DEMAND, ORDER
from sim.output.single_pass import Piece
from sim.output.vehicle_rows import Bools


def facility_of_op(plan: Plan) -> Ints32:
    """(nO,) the facility at which a vehicle may queue in this step, -1 for other steps."""
    return np.where(np.isin(plan.op_code, list(rules.AT_FACILITY)), plan.op_target, -1).astype(np.int32)


def stock_of_op(plan: Plan) -> Ints32:
    """(nO,) the stock at which a vehicle may queue in this step, -1 for other steps."""
    return np.where(np.isin(plan.op_code, list(rules.AT_STOCK)), plan.op_target, -1).astype(np.int32)


def gates(plan: Plan) -> Bools:
    """(nS,) whether a stock is the gate of an order, which the plan or a controller sets."""
    gate = np.zeros(plan.n_stocks, bool)
    gate[plan.controller_stock] = True
    gate[[k for k, kind in enumerate(plan.labels.stock_kind) if kind == ORDER]] = True
    return gate


def idle_ops(plan: Plan) -> Bools:
    """(nO,) whether vehicles wait for demand in this step: idle, and not in a queue."""
    return np.array([cause == DEMAND for cause in plan.labels.op_cause], bool)


def change_of_op(plan: Plan) -> Ints:
    """(nO,) units by which this step changes the level of its stock: above 0 for a return, below 0 for a draw."""
    return np.where(plan.op_code == rules.DRAW, -plan.op_amount, plan.op_amount)


def headway_of_op(plan: Plan) -> Ints:
    """(nO,) seconds after which the server of a path frees itself in this step, 0 for other steps."""
    headway_s = np.append(plan.facility_headway_s, 0)[facility_of_op(plan)]
    return np.where(plan.op_code == rules.PASS, headway_s, 0)


def place_of_facility(plan: Plan) -> list[str]:
    """(nF,) the id of each facility; of the sections and passing places of a single track, that of their link."""
    labels = plan.labels
    return [
        link if kind in single_tracks.KINDS else name
        for name, kind, link in zip(labels.facility, labels.facility_kind, labels.facility_link, strict=True)
    ]


def place_of_time(plan: Plan) -> list[str]:
    """The id of the facility (see :func:`place_of_facility`), stock or link of each op, else of its place."""
    labels = plan.labels
    facility, stock = facility_of_op(plan).tolist(), stock_of_op(plan).tolist()
    of_facility = place_of_facility(plan)
    names = []
    for op in range(plan.n_ops):
        if facility[op] >= 0:
            names.append(of_facility[facility[op]])
        elif stock[op] >= 0:
            names.append(labels.stock[stock[op]])
        else:
            names.append(labels.op_link[op] or labels.op_place[op])
    return names


def until_s(times_s: Ints, plan: Plan) -> Ints:
    """Times of a trace in which what had not happened by the horizon counts as the horizon."""
    return np.where(times_s == NOT_YET, plan.horizon_s, times_s)


@dataclass(frozen=True)
class Servers:
    """Servers at work per facility as one table of steps, sorted by (facility, time); each begins at second 0."""

    horizon_s: int
    first: Ints
    """(nF + 1,) slices of the following."""
    facility: Ints32
    time_s: Ints
    level: Ints
    """May be negative where a plan takes away more than there is; counts as none."""

    @staticmethod
    def of_run(visits: Visits) -> Servers:
        """Those of the calendar less those under repair."""
        plan = visits.plan
        return Servers.of(plan, *_under_repair(plan, visits.repair_started_s))

    @staticmethod
    def of(plan: Plan, at: Ints32 | None = None, from_s: Ints | None = None, to_s: Ints | None = None) -> Servers:
        """Those of the calendar, less one at each facility ``at`` between ``from_s`` and ``to_s``."""
        facility, time, delta = plan.calendar_facility, plan.calendar_time_s, plan.calendar_delta
        if at is not None and from_s is not None and to_s is not None:
            less = _taken_away(at, from_s, to_s, plan.horizon_s)
            facility, time = np.concatenate([facility, less[0]]), np.concatenate([time, less[1]])
            delta = np.concatenate([delta, less[2]])
        return Servers._changing(plan.horizon_s, plan.facility_servers, facility, time, delta)

    @staticmethod
    def but_for_closures(plan: Plan) -> Servers:
        """At least one at each facility, but for times when it has none because of closures (``Labels.closures``)."""
        at, from_s, to_s = np.array(plan.labels.closures, np.int64).reshape(-1, 3).T
        less = _taken_away(at.astype(np.int32), from_s, to_s, plan.horizon_s)
        tables = Servers.of(plan), Servers._changing(plan.horizon_s, np.ones(plan.n_facilities, np.int64), *less)
        facility, time_s, levels = _together(tables)
        first = np.searchsorted(facility, np.arange(plan.n_facilities + 1))
        return Servers(plan.horizon_s, first, facility, time_s, np.maximum(*levels))

    @staticmethod
    def but_for_shares(plan: Plan) -> Servers:
        """Those of the calendar, and one where a share of servers is why there is none (``Labels.part_time``)."""
        at, from_s, to_s = np.array(plan.labels.part_time, np.int64).reshape(-1, 3).T
        facility, time, change = _taken_away(at.astype(np.int32), from_s, to_s, plan.horizon_s)
        more = Servers._changing(plan.horizon_s, np.zeros(plan.n_facilities, np.int64), facility, time, -change)
        tables = Servers.of(plan), more
        facility, time_s, levels = _together(tables)
        first = np.searchsorted(facility, np.arange(plan.n_facilities + 1))
        return Servers(plan.horizon_s, first, facility, time_s, np.maximum(*levels))

    @staticmethod
    def _changing(horizon_s: int, at_first: Ints, facility: Ints32, time: Ints, delta: Ints) -> Servers:
        """So many servers before second 0, and changes from then on in any order."""
        n = len(at_first)
        facility = np.concatenate([np.arange(n, dtype=np.int32), facility])
        time = np.concatenate([np.full(n, -1, np.int64), time])
        delta = np.concatenate([at_first, delta])
        order = np.lexsort((time, facility))
        facility, time = facility[order], np.maximum(time[order], 0)
        total = np.cumsum(delta[order])
        before = np.concatenate([[0], total])[np.searchsorted(facility, np.arange(n))]
        level = total - before[facility]
        last = (np.diff(facility, append=-1) != 0) | (np.diff(time, append=-1) != 0)
        facility, time, level = facility[last], time[last], level[last]
        return Servers(horizon_s, np.searchsorted(facility, np.arange(n + 1)), facility, time, level)

    def __len__(self) -> int:
        return len(self.time_s)

    def _area(self, values: Ints) -> tuple[Ints, Ints]:
        """A step function by its steps: its values, and its integral from second 0 of the first facility to each."""
        length = np.diff(self.time_s, append=self.horizon_s)
        length[self.first[1:] - 1] = 0
        return values, np.cumsum(values * length) - values * length

    def _integral(self, area: tuple[Ints, Ints], facility: Ints32, time_s: Ints) -> Ints:
        """Integral of a step function from second 0 of each facility to ``time_s``, in seconds."""
        values, total = area
        at = self.at(facility, time_s)
        upto = total[at] + values[at] * (time_s - self.time_s[at])
        return np.asarray(upto - total[self.first[:-1]][facility])

    @cached_property
    def _key(self) -> Ints:
        return self.facility.astype(np.int64) * (self.horizon_s + 1) + self.time_s

    def at(self, facility: Ints32, time_s: Ints) -> Ints:
        """The step that holds at a time (after the changes of that instant)."""
        return np.searchsorted(self._key, facility.astype(np.int64) * (self.horizon_s + 1) + time_s, side="right") - 1

    def available_s(self, from_s: int, to_s: int) -> Ints:
        """(nF,) server-seconds at work in a window."""
        every = np.arange(len(self.first) - 1, dtype=np.int32)
        level = self._area(np.maximum(self.level, 0))
        both = [self._integral(level, every, np.full(len(every), t, np.int64)) for t in (from_s, to_s)]
        return both[1] - both[0]

    @cached_property
    def closed_steps(self) -> tuple[Ints, Ints]:
        """By step 1 if no server is at work, and the seconds without one from second 0 of the first facility."""
        return self._area((self.level <= 0).astype(np.int64))

    def closed_s(self, facility: Ints32, from_s: Ints, to_s: Ints) -> Ints:
        """Seconds of each interval during which no server of its facility is at work."""
        return self._integral(self.closed_steps, facility, to_s) - self._integral(self.closed_steps, facility, from_s)

    @cached_property
    def opens(self) -> Ints:
        """By step when the facility is next open, the horizon if it is not again; -1 for a step at which it is."""
        periods, first = shut_periods(self, self)
        opens = np.full(len(self), -1, np.int64)
        shut = np.flatnonzero(self.level <= 0)
        facility = self.facility[shut]
        key = np.repeat(np.arange(len(first) - 1), np.diff(first)) * (self.horizon_s + 1) + periods[:, 0]
        at = np.searchsorted(key, facility.astype(np.int64) * (self.horizon_s + 1) + self.time_s[shut], side="right")
        opens[shut] = periods[at - 1, 1]
        return opens

    def ever_closed(self) -> Bools:
        """(nF,) whether at some time no server is at work."""
        closed = np.zeros(len(self.first) - 1, bool)
        closed[self.facility[self.level <= 0]] = True
        return closed

    def most(self) -> Ints:
        """(nF,) the most servers that are ever at work in the run."""
        if not len(self):
            return self.level
        return np.maximum(np.maximum.reduceat(self.level, self.first[:-1]), 0)


def without_servers(plan: Plan) -> Bools:
    """(nF,) whether a facility has no server at any time. Links, calendars and what closures shut are closed.

    So is a share of servers that comes to no job.
    """
    labels = plan.labels
    served = np.array(
        [not link and kind != "opening" for link, kind in zip(labels.facility_link, labels.facility_kind, strict=True)],
        bool,
    )
    served[[facility for facility, _, _ in (*labels.closures, *labels.part_time)]] = False
    return np.asarray(served & (Servers.of(plan).most() == 0))


BY_HOURS, BY_REPAIRS, BY_CLOSURES, BY_SHARES = 0, 1, 2, 3
"""Reasons of a shut period."""


def shut_periods(
    roster: Servers,
    on_duty: Servers,
    but_for_closures: Servers | None = None,
    but_for_shares: Servers | None = None,
) -> tuple[Ints, Ints]:
    """Periods without a server on duty, in parts: by opening hours, by closures, by a share of servers, and by repairs
    while the roster has servers.

    Returns (n, 4) begin, end, reason, and since when the roster has had none, not a part of one; and (nF + 1,)
    where the periods of each facility begin.
    """
    n = len(roster.first) - 1
    tables = (roster, on_duty, but_for_closures or on_duty, but_for_shares or roster)
    facility, time_s, (on_roster, at_work, open_but_for, with_shares) = _together(tables)
    none = np.where((open_but_for > 0) | (but_for_closures is None), BY_HOURS, BY_CLOSURES)
    none = np.where((with_shares > 0) & (on_roster <= 0), BY_SHARES, none)
    kind = np.where(on_roster <= 0, none, np.where(at_work > 0, -1, BY_REPAIRS))
    first_step = np.diff(facility, prepend=-1) != 0
    last_step = np.diff(facility, append=-1) != 0
    begins = np.flatnonzero(first_step | (np.diff(kind, prepend=-2) != 0))
    ends = np.append(begins[1:], len(kind))[: len(begins)] - 1
    end_s = np.where(last_step, roster.horizon_s, np.append(time_s[1:], 0)[: len(kind)])[ends]
    opened = first_step.copy()
    opened[1:] |= with_shares[:-1] > 0
    shut_since_s = time_s[np.maximum.accumulate(np.where(opened, np.arange(len(kind)), 0))]
    some = np.flatnonzero(kind[begins] >= 0)
    periods = np.stack([time_s[begins], end_s, kind[begins], shut_since_s[begins]], axis=1)[some]
    return np.ascontiguousarray(periods), np.searchsorted(facility[begins[some]], np.arange(n + 1))


def _together(tables: Sequence[Servers]) -> tuple[Ints32, Ints, list[Ints]]:
    """Facility and time of every step of some tables, and the level of each table there."""
    span = tables[0].horizon_s + 1
    key = np.unique(np.concatenate([table._key for table in tables]))
    facility, time_s = (key // span).astype(np.int32), key % span
    return facility, time_s, [table.level[table.at(facility, time_s)] for table in tables]


def _taken_away(at: Ints32, from_s: Ints, to_s: Ints, horizon_s: int) -> tuple[Ints32, Ints, Ints]:
    """Facility, time and change of one server less at each facility ``at`` between two times."""
    ends = np.flatnonzero(to_s < horizon_s)
    change = np.repeat(np.array([-1, 1]), [len(at), len(ends)])
    return np.concatenate([at, at[ends]]), np.concatenate([from_s, to_s[ends]]), change


def _under_repair(plan: Plan, started_s: Ints) -> tuple[Ints32, Ints, Ints]:
    """When a server of the roster is under repair: (facility, from, to), a repair in parts where the roster changes.

    Servers of a facility are numbered; those with a number below the roster are on it (see ``sim.core.rules``).
    """
    began = np.flatnonzero(started_s != NOT_YET)
    if not len(began):
        return np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0, np.int64)
    roster = Servers.of(plan)
    facility, server = plan.failure_facility[began], plan.failure_server[began]
    from_s = started_s[began]
    to_s = np.minimum(from_s + plan.failure_repair_s[began], plan.horizon_s)
    first, last = roster.at(facility, from_s), roster.at(facility, to_s - 1)
    parts = last - first + 1
    repair = np.repeat(np.arange(len(began)), parts)
    step = np.arange(len(repair)) - np.repeat(np.cumsum(parts) - parts, parts) + first[repair]
    part_from = np.maximum(roster.time_s[step], from_s[repair])
    following = np.append(roster.time_s[1:], plan.horizon_s)
    following[roster.first[1:] - 1] = plan.horizon_s
    part_to = np.minimum(following[step], to_s[repair])
    on = np.flatnonzero(roster.level[step] > server[repair])
    return facility[repair[on]], part_from[on], part_to[on]


@dataclass(frozen=True)
class WaitIntervals:
    """Visits that had to wait, at facilities and for stocks. Arrays are (n_waits,)."""

    op: Ints
    queued_s: Ints
    until_s: Ints
    """When work began, at most the horizon."""


@dataclass(frozen=True)
class ServiceIntervals:
    """Visits that a facility began to serve. Arrays are (n_services,)."""

    op: Ints
    queued_s: Ints
    started_s: Ints
    busy_until_s: Ints
    """When the server is free again, at most the horizon."""
    row: Ints
    """Positions in the piece."""


class WaitReader:
    """Derives the visits of a piece that had to wait."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def __call__(self, piece: Piece) -> WaitIntervals:
        """The waits of a piece of the scan."""
        rows = piece.rows
        some = np.flatnonzero(rows.started_s != rows.queued_s)
        op, queued, started = (column[some].astype(np.int64) for column in (rows.op, rows.queued_s, rows.started_s))
        return WaitIntervals(op, queued, until_s(started, self._plan))


class ServiceReader:
    """Derives the visits of a piece that a facility began to serve."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._at_facility = facility_of_op(plan) >= 0
        self._passing = plan.op_code == rules.PASS
        self._headway_s = headway_of_op(plan)

    def __call__(self, piece: Piece) -> ServiceIntervals:
        """The services of a piece of the scan."""
        rows = piece.rows
        some = np.flatnonzero(self._at_facility[rows.op] & (rows.started_s != NOT_YET))
        columns = (rows.op, rows.queued_s, rows.started_s, rows.departed_s)
        op, queued, started, departed = (column[some].astype(np.int64) for column in columns)
        ends = until_s(departed, self._plan)
        passes = np.flatnonzero(self._passing[op])
        ends[passes] = np.minimum(started[passes] + self._headway_s[op[passes]], self._plan.horizon_s)
        return ServiceIntervals(op, queued, started, ends, some)
