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


_SERVERS, _QUEUED, _WAITED, _ENDED, _STARTED = range(5)
"""Kinds of events, in the order in which those of one instant are sorted: a start of work is the last."""
_KIND_BITS = 3
_EVENTS_OF_A_VISIT = 4
_LEVELS_BY = np.array([0, 1, -1, -(1 << 32), 1 << 32], np.int64)
"""Change of vehicles waiting, in the lower 32 bits, and of servers busy, in the upper."""
_EVENTS_AT_A_TIME = 2**16
"""Events that are processed together; what is made of so few stays in a processor's cache."""


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
        key, bit = self._keys[: self._n], self._facility_bit - _KIND_BITS
        key.sort()
        instant, waiting, busy, began = _instants(key)
        first = np.searchsorted(instant, np.arange(self._n_facilities + 1, dtype=np.int64) << bit)
        instant &= (1 << bit) - 1
        found = []
        for k in range(self._n_facilities):
            here = slice(first[k], first[k + 1])
            time_s, steps = instant[here], slice(self._servers.first[k], self._servers.first[k + 1])
            begins = np.searchsorted(time_s, self._servers.time_s[steps])
            level = np.maximum(self._servers.level[steps], 0)
            servers = np.repeat(level, np.diff(begins, append=len(time_s)))
            found.append(StateTrajectory(time_s, waiting[here], busy[here], servers, began[here]))
        return found


def _instants(key: Ints) -> tuple[Ints, Ints32, Ints32, Bools]:
    """Of sorted events each (facility, second), vehicles waiting and servers busy after it, and whether work began.

    The events of a facility cancel out, so that the next begins with none. Instants are written over the events.
    """
    n, instant = len(key), key
    waiting, busy, began = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, bool)
    levels, upto = 0, 0
    for first in range(0, n, _EVENTS_AT_A_TIME):
        some = key[first : first + _EVENTS_AT_A_TIME]
        of_event = some >> _KIND_BITS
        following = key[first + len(some)] >> _KIND_BITS if first + len(some) < n else -1
        last = np.flatnonzero(np.append(of_event[1:] != of_event[:-1], of_event[-1] != following))
        kind = some & ((1 << _KIND_BITS) - 1)
        after = np.cumsum(_LEVELS_BY[kind])
        after += levels
        levels = after[-1]
        after = after[last]
        new = slice(upto, upto + len(last))
        upto = new.stop
        instant[new], began[new] = of_event[last], kind[last] == _STARTED
        waiting[new] = after & 0xFFFFFFFF
        after -= waiting[new]
        after >>= 32
        busy[new] = after
    return instant[:upto], waiting[:upto], busy[:upto], began[:upto]
