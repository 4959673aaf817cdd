"""Loops over the events at facilities: into order, to the state after each instant, and to sums of states.

Functions as plain Python and as machine code (:data:`PLAIN`, see :mod:`sim.output.machine_loops`). An event is one
integer, its second with its kind in the lowest bits, which :mod:`sim.output.step_loop` writes into chunks of one
facility each. :mod:`sim.output.facility_state` has the events in order and makes states of them.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.core.plan import Ints, Ints32
from sim.output.machine_loops import Function
from sim.output.step_loop import CHUNK, ENDED, KIND_BITS, KINDS, QUEUED, SERVED_NOW, STARTED, WAITED

Array = npt.NDArray[Any]
_int: Any = np.int64

DIGIT: Final = 8
"""Bits of a digit: the ends of 256 lists fit into the fastest memory."""
WAITING_S, BUSY_S, SERVERS_S, LONGEST, OVERLOADED, IDLE = 0, 1, 2, 3, 4, 9
"""Columns of :func:`balance`: sums over time; the most that wait within the window; instants at which work begins
beyond the servers at work, and at which a server is idle while a vehicle waits, either with the first of them as
second, vehicles waiting, servers busy and at work."""
BALANCES: Final = 14


def in_order(chunks: Array, owner: Ints32, room: Ints, bits: int, first: Ints, event: Array, aside: Array) -> None:
    """Sort the events of each facility by their digits, the lowest first.

    ``owner`` (n_chunks,) is the facility of each chunk, ``room`` (nF,) how many entries the last chunk of each facility
    has left, ``first`` (nF + 1,) where the events of each begin in ``event``. ``aside`` has room for those of any
    facility.
    """
    size, n_facilities = 1 << DIGIT, len(room)
    passes = (bits + DIGIT - 1) // DIGIT
    start = np.zeros(n_facilities + 1, np.int64)
    for c in range(len(owner)):
        start[owner[c] + 1] += 1
    for f in range(n_facilities):
        start[f + 1] += start[f]
    chunk = np.zeros(len(owner), np.int64)
    last = start.copy()
    for c in range(len(owner)):
        chunk[last[owner[c]]] = c
        last[owner[c]] += 1
    ends = np.zeros((passes, size + 1), np.int64)
    for f in range(n_facilities):
        ends[:] = 0
        for k in range(start[f], start[f + 1]):
            begin = chunk[k] * CHUNK
            end = begin + CHUNK - (room[f] if k == start[f + 1] - 1 else 0)
            for i in range(begin, end):
                for p in range(passes):
                    ends[p, ((_int(chunks[i]) >> p * DIGIT) & (size - 1)) + 1] += 1
        for p in range(passes):
            for digit in range(size):
                ends[p, digit + 1] += ends[p, digit]
        # The last pass ends in the place of the facility.
        own, other = event[first[f] : first[f + 1]], aside
        if passes % 2 == 0:
            own, other = other, own
        place = ends[0]
        for k in range(start[f], start[f + 1]):
            begin = chunk[k] * CHUNK
            end = begin + CHUNK - (room[f] if k == start[f + 1] - 1 else 0)
            for i in range(begin, end):
                digit = _int(chunks[i]) & (size - 1)
                own[place[digit]] = chunks[i]
                place[digit] += 1
        for p in range(1, passes):
            own, other = other, own
            place, shift = ends[p], p * DIGIT
            for i in range(first[f + 1] - first[f]):
                digit = (_int(other[i]) >> shift) & (size - 1)
                own[place[digit]] = other[i]
                place[digit] += 1


def follow(
    event: Array,
    step_s: Ints,
    level: Ints,
    horizon: int,
    time_s: Ints,
    waiting: Ints32,
    busy: Ints32,
    servers: Ints,
    began: npt.NDArray[np.bool_],
) -> int:
    """Find the state of a facility after each instant, from its events in order; return how many instants there are.

    ``level`` are its servers from each ``step_s`` on, the first of which is second 0. There is an instant at each of
    these, and at the horizon.
    """
    n = n_waiting = n_busy = _int(0)
    k = step = _int(0)
    now = _int(0)
    while True:
        kind = _int(0)
        while k < len(event) and _int(event[k]) >> KIND_BITS <= now:
            kind = _int(event[k]) & KINDS
            n_waiting += _int(kind == QUEUED) - _int(kind == WAITED) - _int(kind == SERVED_NOW)
            n_busy += _int(kind >= STARTED) - _int(kind == ENDED)
            k += 1
        while step + 1 < len(step_s) and step_s[step + 1] <= now:
            step += 1
        time_s[n], waiting[n], busy[n] = now, n_waiting, n_busy
        servers[n], began[n] = max(level[step], 0), kind >= STARTED
        n += 1
        if now >= horizon:
            return n
        now = horizon
        if k < len(event):
            now = min(now, _int(event[k]) >> KIND_BITS)
        if step + 1 < len(step_s):
            now = min(now, step_s[step + 1])


def _note(found: Ints, kind: int, now: int, waiting: int, busy: int, servers: int) -> None:
    """Count an instant, and keep the first."""
    if found[kind] == 0:
        found[kind + 1], found[kind + 2], found[kind + 3], found[kind + 4] = now, waiting, busy, servers
    found[kind] += 1


def balance(event: Array, step_s: Ints, level: Ints, from_s: int, horizon: int, found: Ints) -> None:
    """Add up the states of a facility over time, and look for work beyond its servers and for idle ones.

    The window begins at ``from_s``.
    """
    n_waiting = n_busy = _int(0)
    k = step = _int(0)
    now = _int(0)
    while now < horizon:
        kind = _int(0)
        while k < len(event) and _int(event[k]) >> KIND_BITS <= now:
            kind = _int(event[k]) & KINDS
            n_waiting += _int(kind == QUEUED) - _int(kind == WAITED) - _int(kind == SERVED_NOW)
            n_busy += _int(kind >= STARTED) - _int(kind == ENDED)
            k += 1
        while step + 1 < len(step_s) and step_s[step + 1] <= now:
            step += 1
        following = _int(horizon)
        if k < len(event):
            following = min(following, _int(event[k]) >> KIND_BITS)
        if step + 1 < len(step_s):
            following = min(following, step_s[step + 1])
        at_work = max(level[step], 0)
        found[WAITING_S] += n_waiting * (following - now)
        found[BUSY_S] += n_busy * (following - now)
        found[SERVERS_S] += at_work * (following - now)
        if following > from_s:
            found[LONGEST] = max(found[LONGEST], n_waiting)
        if n_busy > at_work and kind >= STARTED:
            _note(found, OVERLOADED, now, n_waiting, n_busy, at_work)
        if n_waiting > 0 and n_busy < at_work:
            _note(found, IDLE, now, n_waiting, n_busy, at_work)
        now = following


def by_period(
    event: Array,
    step_s: Ints,
    level: Ints,
    from_s: int,
    horizon: int,
    every_s: int,
    waiting: Ints,
    busy: Ints,
    servers: Ints,
) -> None:
    """Add up the states of a facility over each period of ``every_s`` seconds from ``from_s`` on.

    Arrays (n,) of the periods that are looked at.
    """
    end_s = from_s + len(waiting) * every_s
    n_waiting = n_busy = _int(0)
    k = step = _int(0)
    now = _int(0)
    while now < horizon:
        while k < len(event) and _int(event[k]) >> KIND_BITS <= now:
            kind = _int(event[k]) & KINDS
            n_waiting += _int(kind == QUEUED) - _int(kind == WAITED) - _int(kind == SERVED_NOW)
            n_busy += _int(kind >= STARTED) - _int(kind == ENDED)
            k += 1
        while step + 1 < len(step_s) and step_s[step + 1] <= now:
            step += 1
        following = _int(horizon)
        if k < len(event):
            following = min(following, _int(event[k]) >> KIND_BITS)
        if step + 1 < len(step_s):
            following = min(following, step_s[step + 1])
        begin, last = max(now, from_s), min(following, end_s)
        while begin < last:
            period = (begin - from_s) // every_s
            until = min(last, from_s + (period + 1) * every_s)
            waiting[period] += n_waiting * (until - begin)
            busy[period] += n_busy * (until - begin)
            servers[period] += max(level[step], 0) * (until - begin)
            begin = until
        now = following


class Loops(NamedTuple):
    """The functions that are called from elsewhere."""

    in_order: Function
    follow: Function
    balance: Function
    by_period: Function


PLAIN: Final = Loops(in_order, follow, balance, by_period)
HELPERS: Final = (_note,)
