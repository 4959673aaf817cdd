"""State of every facility over time: vehicles waiting, servers busy and servers at work.

Input: events at facilities (:mod:`sim.output.step_loop`). Output: :class:`FacilityStates`. Utilisation, longest queues,
the check of conservation and the momentary bottleneck are computed from these. The events in order take four bytes
each; the state after each instant, six times as much, is made of them for one facility at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, overload

import numpy as np
import numpy.typing as npt

from sim.core.plan import Ints, Ints32
from sim.core.trace import Seconds
from sim.output import event_loop
from sim.output.intervals import Servers
from sim.output.machine_loops import seconds_within, suiting
from sim.output.step_loop import CHUNK, KIND_BITS, KINDS
from sim.output.vehicle_rows import Bools

STATES: Final = ("waiting", "busy", "servers")
"""What a state has."""
SHORT_S: Final = 2**29
"""A horizon below which an event has 32 bits."""


def event_type(horizon_s: int) -> type[np.integer[Any]]:
    """The type of events: 32 bits are enough for 17 years."""
    return np.uint32 if horizon_s < SHORT_S else np.int64


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


@dataclass(frozen=True)
class FirstWrong:
    """Instants at which a state is wrong: their number, and the first of them."""

    number: int
    second: int
    waiting: int
    busy: int
    servers: int


@dataclass(frozen=True)
class Balance:
    """The states of one facility added up over the run, in vehicle-seconds and server-seconds."""

    waiting_s: int
    busy_s: int
    servers_s: int
    longest_queue: int
    """The most that wait at the same time within the window."""
    has_begun: int
    """1 if work of some length ever began."""
    overloaded: FirstWrong
    """Instants at which work begins beyond the servers at work."""
    idle: FirstWrong
    """Instants after which a server is idle while a vehicle waits."""


Times = tuple[Seconds, Seconds]


@dataclass(frozen=True)
class Sums:
    """What one pass over the events of a facility finds."""

    balance: Balance
    by_period: dict[str, Ints]
    """(n,) vehicle-seconds waiting and server-seconds busy and at work in each period from the warm-up on."""
    active: Times
    """Begin and end of each unbroken period in which the facility is active; none where that was not asked."""


class FacilityStates(Sequence[StateTrajectory]):
    """The state of each facility, in the order of the plan; the last one that was looked at is kept."""

    def __init__(self, servers: Servers, warmup_s: int, in_order: Callable[[], tuple[Ints, npt.NDArray[Any]]]) -> None:
        """``in_order`` gives where the events of each facility begin, and all of them; called once they are needed."""
        self._servers = servers
        self._in_order: Callable[[], tuple[Ints, npt.NDArray[Any]]] | None = in_order
        self._from_s, self._horizon_s = warmup_s, servers.horizon_s
        self._last: tuple[int, StateTrajectory] | None = None
        self._periods = (servers.horizon_s, 0)
        self._blocked: Mapping[int, Times] = {}
        self._sums: list[Sums] | None = None

    def __len__(self) -> int:
        return len(self._servers.first) - 1

    @overload
    def __getitem__(self, facility: int) -> StateTrajectory: ...

    @overload
    def __getitem__(self, facility: slice) -> list[StateTrajectory]: ...

    def __getitem__(self, facility: int | slice) -> StateTrajectory | list[StateTrajectory]:
        """The state of a facility, by its number, or of some."""
        if isinstance(facility, slice):
            return [self[k] for k in range(*facility.indices(len(self)))]
        if not -len(self) <= facility < len(self):
            raise IndexError(facility)
        facility %= len(self)
        if self._last is None or self._last[0] != facility:
            self._last = facility, self._trajectory(facility)
        return self._last[1]

    def expect(self, periods: tuple[int, int] | None = None, blocked: Mapping[int, Times] | None = None) -> None:
        """Say what will be asked, so that one pass over the events finds all of it.

        Sums by period: the seconds of each, and how many there are from the warm-up on. Active periods: by facility the
        times at which a server begins to be blocked, and at which one ceases to be, each in order.
        """
        self._periods = periods or self._periods
        self._blocked = self._blocked if blocked is None else blocked
        self._sums = None

    @property
    def balances(self) -> list[Balance]:
        """The sums of each facility over the run."""
        return [one.balance for one in self._added_up()]

    def by_period(self, facility: int, every_s: int, n: int) -> dict[str, Ints]:
        """(n,) vehicle-seconds waiting and server-seconds busy and at work in each period from the warm-up on."""
        if self._periods != (every_s, n):
            self.expect(periods=(every_s, n))
        return self._added_up()[facility].by_period

    def active(self, facility: int) -> Times:
        """Begin and end of each period in which a facility is active, for one whose blocked servers are expected."""
        assert facility in self._blocked
        return self._added_up()[facility].active

    def server_changes(self, facility: int, periods: Ints) -> tuple[Ints, Ints]:
        """When the number of busy servers changes within periods (n, 2), begin and end in order, and by how many.

        What changed before a period counts as changed at its begin.
        """
        event, *_ = self._of(facility)
        found: tuple[Ints, Ints] = (
            np.empty(len(event) + len(periods), np.int64),
            np.empty(len(event) + len(periods), np.int64),
        )
        n = self._loops.server_changes(event, self._horizon_s, periods, *found)
        return found[0][:n].copy(), found[1][:n].copy()

    def _trajectory(self, facility: int) -> StateTrajectory:
        event, *steps = self._of(facility)
        room = len(event) + len(steps[0]) + 1
        columns: list[Any] = [np.empty(room, kind) for kind in (np.int64, np.int32, np.int32, np.int64, np.bool_)]
        n = self._loops.follow(event, *steps, self._horizon_s, *columns)
        return StateTrajectory(*(column[:n] for column in columns))

    def _added_up(self) -> list[Sums]:
        if self._sums is None:
            self._sums = [self._sums_of(facility) for facility in range(len(self))]
        return self._sums

    def _sums_of(self, facility: int) -> Sums:
        event, time_s, level = self._of(facility)
        every_s, n = self._periods
        by_period: dict[str, Ints] = {name: np.zeros(n, np.int64) for name in STATES}
        seconds = seconds_within(self._horizon_s)
        none = np.empty(0, seconds)
        blocked_s, freed_s = self._blocked.get(facility, (none, none))
        room = len(event) + len(time_s) + 2 * len(blocked_s) + 2 if facility in self._blocked else 0
        edge = np.empty(room, seconds)
        found = np.zeros(event_loop.BALANCES, np.int64)
        window = (self._from_s, self._horizon_s, every_s)
        n_edges = self._loops.add_up(
            event, time_s, level, *window, blocked_s, freed_s, found, *by_period.values(), edge
        )
        sums: list[Any] = found.tolist()
        wrong = [FirstWrong(*sums[first : first + 5]) for first in (event_loop.OVERLOADED, event_loop.IDLE)]
        active = edge[0:n_edges:2].copy(), edge[1:n_edges:2].copy()
        return Sums(Balance(*sums[: event_loop.OVERLOADED], *wrong), by_period, active)

    def _of(self, facility: int) -> tuple[npt.NDArray[Any], Ints, Ints]:
        """The events of a facility, and its servers by steps."""
        if self._in_order is not None:
            (self._first, self._event), self._in_order = self._in_order(), None
        steps = slice(self._servers.first[facility], self._servers.first[facility + 1])
        event = self._event[self._first[facility] : self._first[facility + 1]]
        return event, self._servers.time_s[steps], self._servers.level[steps]

    @property
    def _loops(self) -> event_loop.Loops:
        return suiting(len(self._event), event_loop.PLAIN, event_loop.HELPERS)


def ordered_events(
    chunks: npt.NDArray[Any], owner: Ints32, place: Ints, horizon_s: int
) -> tuple[Ints, npt.NDArray[Any]]:
    """Where the events of each facility begin, (nF + 1,), and all events by facility and time.

    ``owner`` is the facility of each chunk, ``place`` where the next event of each facility would be written.
    """
    room = -place % CHUNK
    numbers = np.bincount(owner, minlength=len(place)) * CHUNK - room
    first = np.concatenate([[0], np.cumsum(numbers)])
    event = np.empty(int(first[-1]), chunks.dtype)
    aside = np.empty(int(numbers.max(initial=0)), chunks.dtype)
    bits = ((horizon_s << KIND_BITS) | KINDS).bit_length()
    loops = suiting(len(event), event_loop.PLAIN, event_loop.HELPERS)
    loops.in_order(chunks, owner, room, bits, first, event, aside)
    return first, event
