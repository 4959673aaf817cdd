"""Who is at a facility when: queues, busy servers and servers at work, as step functions over the whole run.

Comes in: Visits. Goes out: the servers that calendars, closures and breakdowns leave at work (:class:`Servers`), and
for every facility how things stand after each instant at which something happens there
(:class:`Course`). Utilisation, longest queues, the check of conservation and the bottleneck are all read from these.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim import rules
from sim.lives import Bools
from sim.plan import Ints, Ints32, Plan
from sim.rules import NOT_YET
from sim.trace import Visits


def facility_of_op(plan: Plan) -> Ints32:
    """(nO,) the facility at which a vehicle may queue in this step, -1 for other steps."""
    return np.where(np.isin(plan.op_code, list(rules.AT_FACILITY)), plan.op_target, -1).astype(np.int32)


def stock_of_op(plan: Plan) -> Ints32:
    """(nO,) the stock at which a vehicle may queue in this step, -1 for other steps."""
    return np.where(np.isin(plan.op_code, list(rules.AT_STOCK)), plan.op_target, -1).astype(np.int32)


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
    def of(plan: Plan) -> Servers:
        """Read them from a plan."""
        n = plan.n_facilities
        facility = np.concatenate([np.arange(n, dtype=np.int32), plan.calendar_facility])
        time = np.concatenate([np.full(n, -1, np.int64), plan.calendar_time_s])
        delta = np.concatenate([plan.facility_servers, plan.calendar_delta])
        order = np.lexsort((time, facility))
        facility, time = facility[order], np.maximum(time[order], 0)
        total = np.cumsum(delta[order])
        before = np.concatenate([[0], total])[np.searchsorted(facility, np.arange(n))]
        level = total - before[facility]
        last = (np.diff(facility, append=-1) != 0) | (np.diff(time, append=-1) != 0)
        facility, time, level = facility[last], time[last], level[last]
        return Servers(plan.horizon_s, np.searchsorted(facility, np.arange(n + 1)), facility, time, level)

    def __len__(self) -> int:
        return len(self.time_s)

    def _integral(self, values: npt.NDArray[np.int64], facility: Ints32, time_s: Ints) -> Ints:
        """Integral of a step function of these steps from second 0 to ``time_s``, in seconds."""
        length = np.diff(self.time_s, append=self.horizon_s)
        length[self.first[1:] - 1] = 0
        total = np.cumsum(values * length) - values * length
        at = self.at(facility, time_s)
        area = total[at] + values[at] * (time_s - self.time_s[at])
        return np.asarray(area - total[self.first[:-1]][facility])

    def at(self, facility: Ints32, time_s: Ints) -> Ints:
        """The step that holds at a time (after the changes of that instant)."""
        span = self.horizon_s + 1
        key = self.facility.astype(np.int64) * span + self.time_s
        return np.searchsorted(key, facility.astype(np.int64) * span + time_s, side="right") - 1

    def available_s(self, from_s: int, to_s: int) -> Ints:
        """(nF,) server-seconds at work in a window."""
        every = np.arange(len(self.first) - 1, dtype=np.int32)
        level = np.maximum(self.level, 0)
        both = [self._integral(level, every, np.full(len(every), t, np.int64)) for t in (from_s, to_s)]
        return both[1] - both[0]

    def closed_s(self, facility: Ints32, from_s: Ints, to_s: Ints) -> Ints:
        """Seconds of each interval during which no server of its facility is at work."""
        closed = (self.level <= 0).astype(np.int64)
        return self._integral(closed, facility, to_s) - self._integral(closed, facility, from_s)

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


@dataclass(frozen=True)
class Waits:
    """Visits that had to wait, at facilities and for stocks. Arrays are (n_waits,)."""

    op: Ints
    queued_s: Ints
    until_s: Ints
    """When work began, at most the horizon."""


def waits(visits: Visits) -> Iterator[Waits]:
    """All waits of a run, piece by piece."""
    for rows in visits.pieces():
        some = np.flatnonzero(rows.started_s != rows.queued_s)
        yield Waits(rows.op[some].astype(np.int64), rows.queued_s[some], until_s(rows.started_s[some], visits.plan))


@dataclass(frozen=True)
class Services:
    """Visits that a facility began to serve. Arrays are (n_services,)."""

    op: Ints
    queued_s: Ints
    started_s: Ints
    busy_until_s: Ints
    """When the server is free again, at most the horizon."""


def services(visits: Visits) -> Iterator[Services]:
    """All work at facilities, piece by piece."""
    plan = visits.plan
    at_facility = facility_of_op(plan) >= 0
    passing = plan.op_code == rules.PASS
    headway_s = np.zeros(plan.n_ops, np.int64)
    headway_s[passing] = plan.facility_headway_s[plan.op_target[passing]]
    for rows in visits.pieces():
        some = np.flatnonzero(at_facility[rows.op] & (rows.started_s != NOT_YET))
        op, started = rows.op[some].astype(np.int64), rows.started_s[some]
        ends = until_s(rows.departed_s[some], plan)
        passes = np.flatnonzero(passing[op])
        ends[passes] = np.minimum(started[passes] + headway_s[op[passes]], plan.horizon_s)
        yield Services(op, rows.queued_s[some], started, ends)


@dataclass(frozen=True)
class Course:
    """How one facility stands after each instant at which something happens there.

    Arrays are (n_instants,); there is an instant at second 0 and one at the horizon, when everything still under way
    counts as over.
    """

    time_s: Ints
    waiting: Ints32
    busy: Ints32
    """Servers kept by vehicles, or by the headway of a path."""
    servers: Ints
    """Servers at work (not below 0)."""
    began: Bools
    """Whether work of some length began at this instant."""

    def lasting_s(self) -> Ints:
        """Seconds until the next instant."""
        return np.diff(self.time_s, append=self.time_s[-1])


_SERVERS, _QUEUED, _WAITED, _STARTED, _ENDED = range(5)
_KIND_BITS = 3
_WAITING_BY = np.array([0, 1, -1, 0, 0], np.int32)
_BUSY_BY = np.array([0, 0, 0, 1, -1], np.int32)


def courses(visits: Visits) -> list[Course]:
    """Follow every facility through the run, in the order of facilities."""
    plan = visits.plan
    horizon = plan.horizon_s
    facility_bit = _KIND_BITS + horizon.bit_length()
    servers = Servers.of(plan)
    facility_of = facility_of_op(plan).astype(np.int64) << facility_bit  # Negative away from facilities.
    every = np.arange(plan.n_facilities, dtype=np.int64)
    keys = [
        (servers.facility.astype(np.int64) << facility_bit) + (servers.time_s << _KIND_BITS) + _SERVERS,
        (every << facility_bit) + (horizon << _KIND_BITS) + _SERVERS,
    ]
    for queue in waits(visits):
        here = np.flatnonzero(facility_of[queue.op] >= 0)
        at = facility_of[queue.op[here]]
        keys.append(at + (queue.queued_s[here] << _KIND_BITS) + _QUEUED)
        keys.append(at + (queue.until_s[here] << _KIND_BITS) + _WAITED)
    for work in services(visits):
        lasts = np.flatnonzero(work.busy_until_s > work.started_s)
        at = facility_of[work.op[lasts]]
        keys.append(at + (work.started_s[lasts] << _KIND_BITS) + _STARTED)
        keys.append(at + (work.busy_until_s[lasts] << _KIND_BITS) + _ENDED)
    key = np.concatenate(keys)
    del keys
    key.sort()
    first = np.searchsorted(key, np.arange(plan.n_facilities + 1, dtype=np.int64) << facility_bit)
    return [
        _course(key[first[k] : first[k + 1]] & ((1 << facility_bit) - 1), _levels(servers, k))
        for k in range(plan.n_facilities)
    ]


def _levels(servers: Servers, facility: int) -> Ints:
    """Servers at work of one facility step by step, the last once more for the horizon."""
    level = np.maximum(servers.level[servers.first[facility] : servers.first[facility + 1]], 0)
    return np.append(level, level[-1])


def _course(key: Ints, levels: Ints) -> Course:
    """From all that happens at one facility, as (time, kind) sorted."""
    kind = key & ((1 << _KIND_BITS) - 1)
    time_s = key >> _KIND_BITS
    last = np.flatnonzero(np.diff(time_s, append=-1))
    steps = np.searchsorted(last, np.flatnonzero(kind == _SERVERS))
    return Course(
        time_s=time_s[last],
        waiting=np.cumsum(_WAITING_BY[kind], dtype=np.int32)[last],
        busy=np.cumsum(_BUSY_BY[kind], dtype=np.int32)[last],
        servers=np.repeat(levels, np.diff(steps, append=len(last))),
        began=np.diff(np.cumsum(kind == _STARTED, dtype=np.int32)[last], prepend=0) > 0,
    )
