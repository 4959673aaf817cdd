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

DIGIT: Final = 10
"""Bits of a digit: the events of a year need three."""
WAITING_S, BUSY_S, SERVERS_S, LONGEST, BEGUN, OVERLOADED, IDLE = 0, 1, 2, 3, 4, 5, 10
"""Columns of :func:`add_up`: sums over time; the most that wait within the window; whether work of some length ever
began; instants at which work begins beyond the servers at work, and at which a server is idle while a vehicle waits,
either with the first of them as second, vehicles waiting, servers busy and at work."""
BALANCES: Final = 15


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
        if start[f] == start[f + 1]:
            continue
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


def add_up(
    event: Array,
    step_s: Ints,
    level: Ints,
    from_s: int,
    horizon: int,
    every_s: int,
    blocked_s: Array,
    freed_s: Array,
    found: Ints,
    waiting: Ints,
    busy: Ints,
    servers: Ints,
    edge: Ints,
) -> int:
    """Add up the states of a facility over time, look for work beyond its servers and for idle ones, and find the
    unbroken periods in which it is active (:mod:`sim.kpi.bottlenecks`).

    The window begins at ``from_s``. ``waiting``, ``busy`` and ``servers`` (n,) become the sums over as many periods of
    ``every_s`` seconds from then on. ``blocked_s`` and ``freed_s`` are the times at which a server begins and ceases to
    be blocked, each in order. ``edge`` receives where active periods begin and end by turns; if it has no room, none is
    looked for. Returns how many edges there are.

    Of the events of one instant all but the last are followed by no time. That is not asked, as it cannot be foreseen:
    what they add is nothing.
    """
    n_events, n_periods, n_steps = len(event), len(waiting), len(step_s)
    n_waiting = n_busy = kind = _int(0)
    waiting_s = busy_s = servers_s = longest = n_edges = _int(0)
    k = blocked = freed = now = since = bound = _int(0)
    step, period = _int(-1), _int(-1)
    period_ends = _int(from_s)
    at_work = _int(0)
    seeks, free, changed_here, was_active = len(edge) > 0, True, True, False
    while True:
        at = _int(horizon)
        if k < n_events:
            at = min(at, _int(event[k]) >> KIND_BITS)
        splits = bound < at
        until = max(bound, now) if splits else at
        lasts_s = until - now
        lasts = lasts_s > 0
        waiting_s += n_waiting * lasts_s
        busy_s += n_busy * lasts_s
        longest = max(longest, n_waiting * lasts)
        is_active = ((n_waiting > 0) | ((n_busy > 0) & (n_busy >= at_work))) & free
        if seeks:
            changes = lasts & (is_active != was_active)
            edge[n_edges] = now
            n_edges += changes
            was_active ^= changes
        overloaded = lasts & (n_busy > at_work) & (kind >= STARTED)
        idle = lasts & (n_waiting > 0) & (n_busy < at_work) & changed_here
        if overloaded | idle:
            if overloaded:
                _note(found, OVERLOADED, now, n_waiting, n_busy, at_work)
            if idle:
                _note(found, IDLE, now, n_waiting, n_busy, at_work)
        now = until
        if splits:
            if lasts:
                kind, changed_here = _int(0), False
            # The servers, the period, or whether a server is blocked, from now on.
            while step + 1 < n_steps and step_s[step + 1] <= now:
                servers_s += at_work * (now - since)
                step, since, changed_here = step + 1, now, True
                at_work = max(level[step], _int(0))
            while blocked < len(blocked_s) and _int(blocked_s[blocked]) <= now:
                blocked += 1
            while freed < len(freed_s) and _int(freed_s[freed]) <= now:
                freed += 1
            free = blocked == freed
            if period_ends <= now:
                servers_s += at_work * (now - since)
                since = now
                if period < 0:
                    longest = _int(0)
                elif period < n_periods:
                    waiting[period], busy[period], servers[period] = waiting_s, busy_s, servers_s
                found[WAITING_S] += waiting_s
                found[BUSY_S] += busy_s
                found[SERVERS_S] += servers_s
                waiting_s = busy_s = servers_s = _int(0)
                period += 1
                period_ends = period_ends + every_s if period < n_periods else _int(horizon)
            bound = min(period_ends, _int(horizon))
            if step + 1 < n_steps:
                bound = min(bound, step_s[step + 1])
            if blocked < len(blocked_s):
                bound = min(bound, _int(blocked_s[blocked]))
            if freed < len(freed_s):
                bound = min(bound, _int(freed_s[freed]))
            continue
        if now >= horizon:
            break
        kind, changed_here = _int(event[k]) & KINDS, True
        n_waiting += _int(kind == QUEUED) - _int(kind == WAITED) - _int(kind == SERVED_NOW)
        n_busy += _int(kind >= STARTED) - _int(kind == ENDED)
        found[BEGUN] |= _int(kind >= STARTED)
        k += 1
    servers_s += at_work * (now - since)
    if 0 <= period < n_periods:
        waiting[period], busy[period], servers[period] = waiting_s, busy_s, servers_s
    found[WAITING_S] += waiting_s
    found[BUSY_S] += busy_s
    found[SERVERS_S] += servers_s
    found[LONGEST] = longest if period >= 0 else 0
    if was_active:
        edge[n_edges] = horizon
        n_edges += 1
    return n_edges


def server_changes(event: Array, horizon: int, periods: Ints, time_s: Ints, change: Ints) -> int:
    """Find when the number of busy servers changes within periods (n, 2) in order, and by how many; return how often.

    What changed before a period counts as changed at its begin.
    """
    n = n_busy = known = k = _int(0)
    for p in range(len(periods)):
        begin, end = periods[p, 0], min(periods[p, 1], horizon - 1)
        now = begin
        while True:
            while k < len(event) and _int(event[k]) >> KIND_BITS <= now:
                kind = _int(event[k]) & KINDS
                n_busy += _int(kind >= STARTED) - _int(kind == ENDED)
                k += 1
            if n_busy != known:
                time_s[n], change[n] = now, n_busy - known
                known = n_busy
                n += 1
            if k == len(event) or _int(event[k]) >> KIND_BITS > end:
                break
            now = _int(event[k]) >> KIND_BITS
    return n


class Loops(NamedTuple):
    """The functions that are called from elsewhere."""

    in_order: Function
    follow: Function
    add_up: Function
    server_changes: Function


PLAIN: Final = Loops(in_order, follow, add_up, server_changes)
HELPERS: Final = (_note,)
