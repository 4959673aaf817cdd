"""Frames of a replay: positions of all vehicles and lengths of the queues at the ports, over some days of a run.

Input: a Trace and a window of it. Output (:class:`Replay`): for each vehicle under way in the window its *stations*,
the instants at which it begins to move, to wait or to be served, and for each queue at a port its length over time.

A vehicle is where its last mark or travel left it, and moves on a straight line at constant speed. It is at station
*k* from ``minute[k]`` to ``minute[k + 1]``; if it moves, it is at the place of the next station when that begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.core import rules
from sim.core.plan import Bytes, Ints, Ints32, Plan
from sim.core.rules import NOT_YET
from sim.core.trace import Trace, Visits
from sim.core.units import DAY_S, MINUTE_S
from sim.kpi.port_layout import ports_of_ops
from sim.output.intervals import Servers, ServiceReader, WaitReader, idle_ops, place_of_facility, place_of_time, until_s
from sim.output.queue_lengths import waits_of
from sim.output.single_pass import pieces
from sim.output.vehicle_rows import VehicleRowReader, VehicleRows, vehicle_rows

MOVING: Final = 0
WAITING: Final = 1
SERVED: Final = 2
GONE: Final = 3
IDLE: Final = 4
"""Waiting for demand, which is no queue."""
STATES: Final = ("moving", "waiting", "served", "gone", "idle")

SAMPLE_S: Final = 600
"""Seconds between two counts of a queue."""
LONGEST_S: Final = 21 * DAY_S
"""Window whose minutes fit into 16 bits."""

Minutes = npt.NDArray[np.int16]
Codes = npt.NDArray[np.uint16]


@dataclass(frozen=True)
class Queue:
    """The queue for one facility or stock of a port. Arrays are (n_samples,), one count every ``SAMPLE_S``."""

    port: str
    thing: str
    waiting: Ints
    busy: Ints
    """Servers kept; always 0 for a stock."""
    servers: Ints
    """Servers at work, 0 while it is closed; always 0 for a stock."""
    blocked: Ints
    """Servers kept by a vehicle that waits elsewhere, part of ``busy``; always 0 for a stock."""
    is_stock: bool
    crosses: bool = True
    """Whether those who wait cross the border there; others do not wait for the port, such as trains at its yard."""


@dataclass(frozen=True)
class Replay:
    """Some days of a run, ready to be drawn. The stations of vehicle *v* are ``first[v] : first[v + 1]``."""

    from_s: int
    to_s: int
    """The window, seconds from the epoch of the plan."""
    places: tuple[str, ...]
    things: tuple[str, ...]
    """Ids of the facilities, stocks, links and places where vehicles wait, are served or travel."""
    vehicle: Ints32
    """(n_vehicles,) numbers in the plan."""
    first: Ints
    """(n_vehicles + 1,)"""
    minute: Minutes
    """(n_stations,) from the start of the window; negative for stations that began earlier."""
    place: Codes
    """(n_stations,) positions in ``places``."""
    state: Bytes
    """(n_stations,) positions in ``STATES``; the last of a vehicle only marks where and when the one before ends."""
    thing: Codes
    """(n_stations,) positions in ``things``."""
    queues: tuple[Queue, ...]
    """The queues of the facilities of ports, and of all else at a port for which vehicles wait within the window, by
    port and thing."""


def replay(trace: Trace, from_s: int, to_s: int) -> Replay:
    """The window [from_s, to_s) of a run, at most ``LONGEST_S`` long; raises ValueError for any other.

    A vehicle on a link at the horizon is drawn as if it took the mean time of those that reached its end.
    """
    if not (0 <= from_s < to_s <= trace.plan.horizon_s and to_s - from_s <= LONGEST_S):
        raise ValueError(f"no window of at most {LONGEST_S} s within the run: {from_s} to {to_s}")
    reader = _Reader(trace)
    parts = [_seen(reader.stations(piece), from_s, to_s) for piece in vehicle_rows(trace)]
    vehicle, time_s, place, state, thing = (np.concatenate([part[k] for part in parts]) for k in range(5))
    first = np.flatnonzero(np.diff(vehicle, prepend=-1))
    bounds = np.iinfo(np.int16)
    return Replay(
        from_s=from_s,
        to_s=to_s,
        places=reader.places,
        things=reader.things,
        vehicle=vehicle[first].astype(np.int32),
        first=np.append(first, len(vehicle)),
        minute=np.clip((time_s - from_s) // MINUTE_S, bounds.min, bounds.max).astype(np.int16),
        place=place.astype(np.uint16),
        state=state.astype(np.int8),
        thing=thing.astype(np.uint16),
        queues=tuple(queues_of_ports(trace, from_s, to_s)),
    )


_Stations = tuple[Ints, Ints, Ints, Ints, Ints]
"""vehicle, time_s, place, state, thing; all (n_stations,), in the order of vehicles and time."""


class _Reader:
    """Turns rows of a trace into stations."""

    def __init__(self, trace: Trace) -> None:
        plan, labels = trace.plan, trace.plan.labels
        self._horizon_s = plan.horizon_s
        self.places, self._place = _numbered(labels.op_place)
        self.things, self._thing = _numbered(place_of_time(plan))
        self._moves = (plan.op_code == rules.TRAVEL) | np.array([bool(link) for link in labels.op_link], bool)
        self._settles = self._moves | (plan.op_code == rules.MARK)
        self._usual_s = _usual_s(trace)
        self._waits = np.where(idle_ops(plan), IDLE, WAITING)

    def stations(self, piece: VehicleRows) -> _Stations:
        """Two stations a row, to wait and to be served or move, and one at the end of each vehicle."""
        op, vehicle, n = piece.op, piece.vehicle.astype(np.int64), len(piece.op)
        before, after = self._places(op, vehicle)
        moves = self._moves[op]
        arrives_s = np.where(moves, piece.started_s + self._usual_s[op], self._horizon_s)
        over_s = np.where(piece.finished_s == NOT_YET, arrives_s, piece.finished_s)
        began = piece.started_s != NOT_YET
        last = np.diff(vehicle, append=-1) != 0
        # For each row: its wait, its work, and the end of the vehicle's time here.
        happens = np.stack([np.ones(n, bool), began, last], axis=1).reshape(-1)
        time_s = np.stack([piece.queued_s, piece.started_s, np.where(began, over_s, self._horizon_s)], axis=1)
        place = np.stack([before, before, np.where(began, after, before)], axis=1)
        state = np.stack([self._waits[op], np.where(moves, MOVING, SERVED), np.full(n, GONE)], axis=1)
        columns = (np.repeat(vehicle, 3), time_s, place, state, np.repeat(self._thing[op], 3))
        return tuple(column.reshape(-1)[happens] for column in columns)  # type: ignore[return-value]

    def _places(self, op: Ints, vehicle: Ints) -> tuple[Ints, Ints]:
        """Places (n_rows,) of a vehicle before and after each row."""
        rows = np.arange(len(op))
        own = np.flatnonzero(np.diff(vehicle, prepend=-1))
        begins = np.repeat(own, np.diff(own, append=len(op)))
        settled = np.maximum.accumulate(np.where(self._settles[op], rows, -1)) if len(op) else rows
        # A vehicle that was never settled is at the place of its first step.
        after = self._place[op[np.maximum(settled, begins)]]
        before = np.where(rows > begins, np.roll(after, 1), after)
        return before, after


def _usual_s(trace: Trace) -> Ints:
    """(nO,) mean seconds of a step over the rows that are done; 0 where none is."""
    done = trace.finished_s != NOT_YET
    n = trace.plan.n_ops
    rows = np.bincount(trace.op[done], minlength=n)
    total = np.bincount(trace.op[done], weights=(trace.finished_s - trace.started_s)[done], minlength=n)
    return np.asarray(np.rint(total / np.maximum(rows, 1)), np.int64)


def _seen(stations: _Stations, from_s: int, to_s: int) -> _Stations:
    """Stations in the window that last at least to the next minute, and the one after each."""
    vehicle, time_s, *_ = stations
    continues = np.diff(vehicle, append=-1) == 0
    minute = (time_s - from_s) // MINUTE_S
    lasts = continues & (np.diff(minute, append=0) != 0)
    until_s = np.append(time_s[1:], to_s)
    here = lasts & (time_s < to_s) & (until_s > from_s)
    # The station after a kept one marks its end; it may itself be too short to be shown.
    kept = here | np.append(False, here[:-1])
    vehicle, time_s, place, state, thing = (column[kept] for column in stations)
    state = np.where(here[kept], state, GONE)
    # Stations between two shown ones are dropped.
    between = (state == GONE) & (np.diff(vehicle, append=-1) == 0)
    return tuple(column[~between] for column in (vehicle, time_s, place, state, thing))  # type: ignore[return-value]


def queues_of_ports(visits: Visits, from_s: int, to_s: int) -> Iterator[Queue]:
    """The queues at the ports within a window; see :attr:`Replay.queues`."""
    plan = visits.plan
    things, at = place_of_time(plan), [group[0] for group in waits_of(plan)]
    own = {
        (port, thing, True)
        for port, thing in zip(plan.labels.facility_port, place_of_facility(plan), strict=True)
        if port
    }
    of_op = [
        (port or home, thing, bool(port)) for port, home, thing in zip(at, ports_of_ops(plan), things, strict=True)
    ]
    keys = sorted(own | {key for key in of_op if key[0]}, key=lambda key: (key[0], key[1], not key[2]))
    number = {key: k for k, key in enumerate(keys)}
    key_of_op = np.array([number.get(key, -1) for key in of_op], np.int64)
    key_of_op[idle_ops(plan)] = -1
    counts = _Counts(len(keys), from_s, to_s)
    work, stuck = (_Counts(plan.n_facilities, from_s, to_s) for _ in range(2))
    for piece in pieces(visits):
        waited, served = piece.derived(WaitReader), piece.derived(ServiceReader)
        counts.add(key_of_op[waited.op], waited.queued_s, waited.until_s)
        work.add(plan.op_target[served.op].astype(np.int64), served.started_s, served.busy_until_s)
        for facility_kept, since_s, waits_until_s in _kept_by_waiting(piece.derived(VehicleRowReader), plan):
            stuck.add(facility_kept, since_s, waits_until_s)
    waiting = counts.over_time()
    busy, blocked, servers = work.over_time(), stuck.over_time(), Servers.of_run(visits)
    facility = {name: k for k, name in enumerate(plan.labels.facility)}
    times_s = np.arange(from_s, to_s, SAMPLE_S)
    closed = np.zeros(len(times_s), np.int64)
    for (port, thing, crosses), waits_here in zip(keys, waiting, strict=True):
        k = facility.get(thing, -1)
        if waits_here.any() or (crosses and k >= 0 and plan.labels.facility_port[k] == port):
            level = servers.level[servers.at(np.full(len(times_s), k, np.int32), times_s)] if k >= 0 else closed
            kept_here, stuck_here = (busy[k], blocked[k]) if k >= 0 else (closed, closed)
            yield Queue(port, thing, waits_here, kept_here, np.maximum(level, 0), stuck_here, k < 0, crosses)


def _kept_by_waiting(lived: VehicleRows, plan: Plan) -> Iterator[tuple[Ints, Ints, Ints]]:
    """Servers that vehicles keep while they wait elsewhere: facility, begin and end of the wait; one slot a time."""
    rows = np.arange(len(lived.op))
    until = until_s(np.asarray(lived.started_s, np.int64), plan)
    waits = np.flatnonzero(until > lived.queued_s)
    for slot in range(plan.n_slots):
        holds = (plan.op_code[lived.op] == rules.HOLD) & (plan.op_slot[lived.op] == slot)
        last = np.maximum.accumulate(np.where(holds, rows, -1)) if len(rows) else rows
        # The last HOLD with this slot before each wait: a slot is used again only after it was given up.
        wait = waits[waits > 0]
        hold = last[wait - 1]
        same = (hold >= 0) & (lived.vehicle[hold] == lived.vehicle[wait]) & (lived.started_s[hold] != NOT_YET)
        gone_s = until_s(np.asarray(lived.departed_s[hold], np.int64), plan)
        kept = np.flatnonzero(same & (gone_s > lived.queued_s[wait]))
        facility = plan.op_target[lived.op[hold[kept]]].astype(np.int64)
        yield facility, np.asarray(lived.queued_s[wait[kept]], np.int64), until[wait[kept]]


class _Counts:
    """Counts of several kinds at each sample."""

    def __init__(self, n: int, from_s: int, to_s: int) -> None:
        self._from_s = from_s
        self._n = n
        self._samples = -((from_s - to_s) // SAMPLE_S)
        self._changes = np.zeros((n, self._samples + 1), np.int64)

    def add(self, kind: Ints, since_s: Ints, until_s: Ints) -> None:
        """Count each item from ``since_s`` until just before ``until_s``; kinds below 0 are ignored."""
        for times_s, by in ((since_s[kind >= 0], 1), (until_s[kind >= 0], -1)):
            sample = np.clip(-((self._from_s - times_s) // SAMPLE_S), 0, self._samples)
            cell = kind[kind >= 0] * (self._samples + 1) + sample
            self._changes += by * np.bincount(cell, minlength=self._changes.size).reshape(self._changes.shape)

    def over_time(self) -> Ints:
        """(n, n_samples) number of items of each kind at each sample."""
        return np.asarray(np.cumsum(self._changes, axis=1)[:, :-1], np.int64)


def _numbered(names: Any) -> tuple[tuple[str, ...], Ints]:
    """The distinct names, sorted, and the position of each of ``names`` among them."""
    different = tuple(sorted(set(names)))
    position = {name: k for k, name in enumerate(different)}
    return different, np.array([position[name] for name in names], np.int64)
