"""State of every facility over time: vehicles waiting, servers busy and servers at work.

Input: waits and services (:mod:`sim.output.intervals`) in any order. Output: a :class:`StateTrajectory` for each
facility. Utilisation, longest queues, the check of conservation and the momentary bottleneck are computed from these.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.core.plan import Ints, Ints32
from sim.core.trace import Visits
from sim.output.intervals import Servers, ServiceReader, WaitReader, facility_of_op
from sim.output.single_pass import Piece
from sim.output.vehicle_rows import Bools


@dataclass(frozen=True)
class StateTrajectory:
    """The state of one facility after each instant at which it changes.

    Arrays are (n_instants,). There is an instant at second 0 and one at the horizon, at which everything under way
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
_EVENTS_OF_A_VISIT = 4
_WAITING_BY = np.array([0, 1, -1, 0, 0], np.int32)
_BUSY_BY = np.array([0, 0, 0, 1, -1], np.int32)


class FacilityStateObserver:
    """Collects the events at facilities, each as one integer: (facility, second, kind)."""

    def __init__(self, visits: Visits) -> None:
        plan, n_visits = visits.plan, len(visits)
        self._n_facilities = plan.n_facilities
        self._servers = servers = Servers.of_run(visits)
        self._facility_bit = bit = _KIND_BITS + plan.horizon_s.bit_length()
        self._facility_of = facility_of_op(plan).astype(np.int64) << bit  # Negative away from facilities.
        every = np.arange(plan.n_facilities, dtype=np.int64) << bit
        # Room for the most possible: what is never written takes no memory.
        self._keys = np.empty(_EVENTS_OF_A_VISIT * n_visits + len(servers) + len(every), np.int64)
        self._n = 0
        self._add(servers.facility.astype(np.int64) << bit, servers.time_s, _SERVERS)
        self._add(every, np.full(len(every), plan.horizon_s), _SERVERS)

    def add(self, piece: Piece) -> None:
        """Add the waits and services of a piece."""
        waited, served = piece.derived(WaitReader), piece.derived(ServiceReader)
        at = self._facility_of[waited.op]
        here = np.flatnonzero(at >= 0)
        at = at[here]
        self._add(at, waited.queued_s[here], _QUEUED)
        self._add(at, waited.until_s[here], _WAITED)
        lasts = np.flatnonzero(served.busy_until_s > served.started_s)
        at = self._facility_of[served.op[lasts]]
        self._add(at, served.started_s[lasts], _STARTED)
        self._add(at, served.busy_until_s[lasts], _ENDED)

    def _add(self, at: Ints, time_s: Ints, kind: int) -> None:
        upto = self._n + len(at)
        self._keys[self._n : upto] = at + (time_s << _KIND_BITS) + kind
        self._n = upto

    def result(self) -> list[StateTrajectory]:
        """The trajectory of each facility, in their order."""
        key, bit = self._keys[: self._n], self._facility_bit
        key.sort()
        first = np.searchsorted(key, np.arange(self._n_facilities + 1, dtype=np.int64) << bit)
        return [
            _trajectory(key[first[k] : first[k + 1]] & ((1 << bit) - 1), _levels(self._servers, k))
            for k in range(self._n_facilities)
        ]


def _levels(servers: Servers, facility: int) -> Ints:
    """Servers at work of one facility step by step, the last once more for the horizon."""
    level = np.maximum(servers.level[servers.first[facility] : servers.first[facility + 1]], 0)
    return np.append(level, level[-1])


def _trajectory(key: Ints, levels: Ints) -> StateTrajectory:
    """The trajectory of the events at one facility, sorted by (time, kind)."""
    kind = key & ((1 << _KIND_BITS) - 1)
    time_s = key >> _KIND_BITS
    last = np.flatnonzero(np.diff(time_s, append=-1))
    steps = np.searchsorted(last, np.flatnonzero(kind == _SERVERS))
    return StateTrajectory(
        time_s=time_s[last],
        waiting=np.cumsum(_WAITING_BY[kind], dtype=np.int32)[last],
        busy=np.cumsum(_BUSY_BY[kind], dtype=np.int32)[last],
        servers=np.repeat(levels, np.diff(steps, append=len(last))),
        began=np.diff(np.cumsum(kind == _STARTED, dtype=np.int32)[last], prepend=0) > 0,
    )
