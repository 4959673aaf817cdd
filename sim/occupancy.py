"""Who is at a facility when: queues, busy servers and servers at work, as step functions over the whole run.

Comes in: a Trace. Goes out: the servers that calendars, closures and breakdowns leave at work (:class:`Servers`), and
for every instant at which something happens at a facility, how things stand when the instant is over
(:class:`Sweep`). Utilisation, longest queues, the check of conservation and the bottleneck are all read from these.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim import rules
from sim.plan import Ints, Ints32, Plan
from sim.rules import NOT_YET
from sim.trace import Trace


def facility_of_op(plan: Plan) -> Ints32:
    """(nO,) the facility at which a vehicle may queue in this step, -1 for other steps."""
    return np.where(np.isin(plan.op_code, list(rules.AT_FACILITY)), plan.op_target, -1).astype(np.int32)


def stock_of_op(plan: Plan) -> Ints32:
    """(nO,) the stock at which a vehicle may queue in this step, -1 for other steps."""
    return np.where(np.isin(plan.op_code, list(rules.AT_STOCK)), plan.op_target, -1).astype(np.int32)


def until_s(trace: Trace, column: str) -> Ints:
    """A column of times in which what had not happened by the horizon counts as the horizon."""
    times: Ints = getattr(trace, column)
    return np.where(times == NOT_YET, trace.plan.horizon_s, times)


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

    def most(self) -> Ints:
        """(nF,) the most servers that are ever at work in the run."""
        if not len(self):
            return self.level
        return np.maximum(np.maximum.reduceat(self.level, self.first[:-1]), 0)


@dataclass(frozen=True)
class Sweep:
    """How facilities stand after each instant at which something happens there, sorted by (facility, time).

    Arrays are (n_instants,); every facility has an instant at second 0 and one at the horizon, when everything
    still under way counts as over.
    """

    facility: Ints32
    time_s: Ints
    waiting: Ints32
    busy: Ints32
    """Servers kept by vehicles, or by the headway of a path."""
    servers: Ints
    """Servers at work (not below 0)."""
    started: Ints32
    """Work of some length that began at this instant."""

    def __len__(self) -> int:
        return len(self.time_s)

    def lasting_s(self) -> Ints:
        """Seconds until the next instant of the same facility."""
        lasting = np.diff(self.time_s, append=0)
        return np.where(np.diff(self.facility, append=-1) == 0, lasting, 0)


_SERVERS, _QUEUED, _STARTED, _WAITED, _ENDED = range(5)
_KINDS = 8


def busy_until_s(trace: Trace, facility: Ints32, rows: npt.NDArray[np.bool_] | slice = slice(None)) -> Ints:
    """When the server of each row is free again, at most the horizon; ``facility`` and the result are of ``rows``."""
    plan, horizon = trace.plan, trace.plan.horizon_s
    op, started = trace.op[rows], trace.started_s[rows]
    departed = np.where(trace.departed_s[rows] == NOT_YET, horizon, trace.departed_s[rows])
    passing = (plan.op_code == rules.PASS)[op]
    headway = plan.facility_headway_s[facility]
    return np.where(passing, np.minimum(started + headway, horizon), departed)


def sweep(trace: Trace) -> Sweep:
    """Follow every facility through the run."""
    plan = trace.plan
    span = (plan.horizon_s + 1) * _KINDS
    servers = Servers.of(plan)
    facility = facility_of_op(plan)[trace.op]

    def keys(facility: Ints32, time_s: Ints, kind: int) -> Ints:
        return facility.astype(np.int64) * span + time_s * _KINDS + kind

    waits = (facility >= 0) & (trace.started_s != trace.queued_s)
    serves = (facility >= 0) & (trace.started_s != NOT_YET)
    served_at, started = facility[serves], trace.started_s[serves]
    ends = busy_until_s(trace, served_at, serves)
    lasts = ends > started
    every = np.arange(plan.n_facilities, dtype=np.int32)
    key = np.concatenate(
        [
            keys(servers.facility, servers.time_s, _SERVERS),
            keys(every, np.full(plan.n_facilities, plan.horizon_s), _SERVERS),
            keys(facility[waits], trace.queued_s[waits], _QUEUED),
            keys(facility[waits], until_s(trace, "started_s")[waits], _WAITED),
            keys(served_at[lasts], started[lasts], _STARTED),
            keys(served_at[lasts], ends[lasts], _ENDED),
        ]
    )
    key.sort()
    kind = (key % _KINDS).astype(np.int8)
    key //= _KINDS
    last = np.flatnonzero(np.diff(key, append=-1))
    key = key[last]
    at_facility = (key // (plan.horizon_s + 1)).astype(np.int32)

    def after(*changes: tuple[int, int]) -> Ints32:
        change = np.zeros(_KINDS, np.int32)
        for what, by in changes:
            change[what] = by
        return np.cumsum(change[kind], dtype=np.int32)[last]

    step = after((_SERVERS, 1)) - 1 - at_facility
    at_end = key % (plan.horizon_s + 1) == plan.horizon_s
    level = servers.level[np.where(at_end, step - 1, step)] if len(step) else step.astype(np.int64)
    return Sweep(
        facility=at_facility,
        time_s=key % (plan.horizon_s + 1),
        waiting=after((_QUEUED, 1), (_WAITED, -1)),
        busy=after((_STARTED, 1), (_ENDED, -1)),
        servers=np.maximum(level, 0),
        started=np.diff(after((_STARTED, 1)), prepend=0).astype(np.int32),
    )
