"""The loop over rows one by one: sums by step, waits of each day, events at facilities, and rows to be looked at.

One function, :func:`count`, as plain Python and as machine code (:data:`PLAIN`, see :mod:`sim.output.machine_loops`).
:mod:`sim.output.step_records` prepares its tables and makes results of what it collects.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.core.plan import Bytes, Ints, Ints32
from sim.core.rules import DONE, NOT_YET
from sim.core.units import DAY_S
from sim.output.machine_loops import Function

Array = npt.NDArray[Any]
_int: Any = np.int64

HOLD, MOVES, INSTANT, AT_FACILITY, PASS, AT_STOCK, QUEUE, MAY_CLOSE, MAY_FAIL = (1 << bit for bit in range(9))
"""Flags of a step: it is a HOLD; a vehicle never waits there; it takes no time; it is at a facility; its server frees
itself after the headway; it is at a stock; its waits are kept; its facility may be shut; servers of it may fail."""

QUEUED, WAITED, ENDED, STARTED, SERVED_NOW = range(1, 6)
"""Kinds of events, in the order in which those of one instant are sorted: a start of work is the last. ``SERVED_NOW``
is the end of a wait and a start of work in one."""
KIND_BITS: Final = 3
KINDS: Final = (1 << KIND_BITS) - 1
EVENTS_OF_A_VISIT: Final = 3
NO_EVENT: Final = -1
CHUNK: Final = 1024
"""Events of one facility that are kept together."""

(
    DONE_ROWS,
    SERVED,
    SERVED_WAIT,
    BUSY,
    WAIT,
    WHOLE_BUSY,
    WHOLE_WAIT,
    CLOSED,
    HOURS,
    CLOSURE,
    CLOSURE_OR_PACE,
    REPAIR,
    SHARE,
) = range(13)
"""Columns of ``sums``, in the order of the fields of :class:`~sim.output.step_totals.StepTotals`."""
ON_THE_DAY, BEGUN = range(2)
"""What ``days`` (n_queues, n_days, 2) has of the waits that began less those that ended: the seconds of the day behind
each event, and their number."""
CHUNKS, WAITS, MOVES_AT_STOCKS, QUEUES, WRONG = range(5)
"""Places of ``counts``."""


class Steps(NamedTuple):
    """What the loop reads of a step. Arrays (nO,)."""

    flags: Ints
    facility: Ints
    headway_s: Ints
    queue: Ints
    """Row of the daily queues."""


class Shut(NamedTuple):
    """When facilities have no server, as a table of steps by facility (:class:`~sim.output.intervals.Servers`)."""

    first: Ints
    """(nF + 1,) slices of the following."""
    time_s: Ints
    closed: Ints
    """1 where no server is at work."""
    total_s: Ints
    """Seconds closed from second 0 of the first facility to each step."""
    opens_s: Ints
    """When the facility is next open, -1 while it is."""
    near: Ints
    """(nF,) the step that was found last: rows that follow each other are often close in time."""


class Records(NamedTuple):
    """What is collected, from the places in ``counts`` on."""

    events: Array
    """Events at facilities, as (second, kind) in one integer, in chunks of one facility each."""
    owner: Ints32
    """The facility of each chunk."""
    place: Ints
    """(nF,) where the next event of a facility is written; a new chunk is begun at a multiple of its size."""
    wait_facility: Ints32
    """Of the visits served in the window that had to wait, the facility, and how long they did."""
    wait_s: Array
    move_op: Ints32
    """Of draws from stocks and returns to them, the op and the second."""
    move_s: Array
    queue_op: Ints32
    """Of waits that are kept, the op, the begin and the end."""
    queue_from_s: Array
    queue_to_s: Array
    wrong: Ints
    """Positions of rows that are not over, or that are wrong."""
    counts: Ints


def _step_at(shut: Shut, facility: int, time: int) -> int:
    """The step of a facility that holds at a time, after the changes of that instant."""
    low, high = shut.first[facility], shut.first[facility + 1]
    near = shut.near[facility]
    if shut.time_s[near] <= time and (near + 1 == high or shut.time_s[near + 1] > time):
        return near
    while high - low > 1:
        middle = (low + high) // 2
        if shut.time_s[middle] <= time:
            low = middle
        else:
            high = middle
    shut.near[facility] = low
    return low


def _closed_s(shut: Shut, facility: int, from_s: int, to_s: int) -> int:
    """Seconds of an interval in which a facility has no server."""
    if from_s == to_s:
        return 0
    a = _step_at(shut, facility, from_s)
    b = _step_at(shut, facility, to_s)
    before = shut.total_s[a] + shut.closed[a] * (from_s - shut.time_s[a])
    return shut.total_s[b] + shut.closed[b] * (to_s - shut.time_s[b]) - before


def _add_shut(
    sums: Ints,
    o: int,
    facility: int,
    fails: bool,
    queued: int,
    joined: int,
    left: int,
    on_duty: Shut,
    roster: Shut,
    but_for: Shut,
    closures: bool,
    with_shares: Shut,
    shares: bool,
) -> None:
    """Add the parts of a wait in the window during which the facility is shut."""
    closed_s = _closed_s(on_duty, facility, joined, left)
    sums[o, CLOSED] += closed_s
    if fails:
        sums[o, REPAIR] += closed_s - _closed_s(roster, facility, joined, left)
    if shares:
        sums[o, SHARE] += _closed_s(roster, facility, joined, left) - _closed_s(with_shares, facility, joined, left)
    opens = with_shares.opens_s[_step_at(with_shares, facility, queued)]
    opens = max(min(opens, left), joined)
    sums[o, HOURS] += opens - joined
    if closures:
        before_s = _closed_s(but_for, facility, joined, opens)
        sums[o, HOURS] -= before_s
        sums[o, CLOSURE] += before_s
        sums[o, CLOSURE_OR_PACE] += _closed_s(but_for, facility, opens, left)


def count(
    op: Array,
    queued: Array,
    started: Array,
    finished: Array,
    departed: Array,
    outcome: Bytes,
    steps: Steps,
    from_s: int,
    horizon: int,
    sums: Ints,
    on_duty: Shut,
    roster: Shut,
    but_for: Shut,
    closures: bool,
    with_shares: Shut,
    shares: bool,
    days: Ints,
    records: Records,
) -> None:
    """Add rows to ``sums`` (nO, 13), ``days`` and ``records``, which has room for all that they may bring.

    ``on_duty`` are the servers at work, ``roster`` those of the calendar, ``but_for`` those but for closures if there
    are ``closures``, ``with_shares`` those of the calendar and one where a share of servers leaves none, if there are
    ``shares``. Seconds are counted in the window [from_s, horizon), but for whole sums, days and events.
    """
    counts = records.counts
    n_chunks, n_waits, n_moves = counts[CHUNKS], counts[WAITS], counts[MOVES_AT_STOCKS]
    n_queues, n_wrong = counts[QUEUES], _int(0)
    last_day, last_event = days.shape[1] - 1, (_int(horizon) << KIND_BITS) + KINDS
    for r in range(len(op)):
        o = _int(op[r])
        q, s, f, d = _int(queued[r]), _int(started[r]), _int(finished[r]), _int(departed[r])
        flags = steps.flags[o]
        wrong = not (0 <= q <= s <= f <= d < horizon) or outcome[r] != DONE
        wrong = wrong or (d != f and not flags & HOLD) or (s != q and flags & MOVES) or (f != s and flags & INSTANT)
        if wrong:
            records.wrong[n_wrong] = r
            n_wrong += 1
        if f >= from_s:
            sums[o, DONE_ROWS] += 1
        begins = serves = ends = _int(NO_EVENT)
        if s != q:
            until = horizon if s == NOT_YET else s
            sums[o, WHOLE_WAIT] += until - q
            joined, left = max(q, from_s), max(until, from_s)
            sums[o, WAIT] += left - joined
            if flags & MAY_CLOSE:
                fails = flags & MAY_FAIL != 0
                facility = steps.facility[o]
                _add_shut(
                    sums, o, facility, fails, q, joined, left, on_duty, roster, but_for, closures, with_shares, shares
                )
            day = min(max(q // DAY_S, 0), last_day)
            days[steps.queue[o], day, ON_THE_DAY] += (day + 1) * DAY_S - q
            days[steps.queue[o], day, BEGUN] += 1
            day = min(max(until // DAY_S, 0), last_day)
            days[steps.queue[o], day, ON_THE_DAY] -= (day + 1) * DAY_S - until
            days[steps.queue[o], day, BEGUN] -= 1
            begins = (q << KIND_BITS) + QUEUED
            serves = (until << KIND_BITS) + WAITED
            if flags & QUEUE:
                records.queue_op[n_queues] = o
                records.queue_from_s[n_queues] = q
                records.queue_to_s[n_queues] = until
                n_queues += 1
        if flags & AT_FACILITY:
            facility = steps.facility[o]
            if s != NOT_YET:
                free = horizon if d == NOT_YET else d
                if flags & PASS:
                    free = min(s + steps.headway_s[o], horizon)
                sums[o, WHOLE_BUSY] += free - s
                sums[o, BUSY] += max(free, from_s) - max(s, from_s)
                if s >= from_s:
                    sums[o, SERVED] += 1
                    if s > q:
                        sums[o, SERVED_WAIT] += s - q
                        records.wait_facility[n_waits] = facility
                        records.wait_s[n_waits] = s - q
                        n_waits += 1
                if free > s:
                    serves = (s << KIND_BITS) + (STARTED if s == q else SERVED_NOW)
                    ends = (free << KIND_BITS) + ENDED
            for event in (begins, serves, ends):
                if event >= 0:
                    at = records.place[facility]
                    if at & (CHUNK - 1) == 0:
                        at = n_chunks * CHUNK
                        records.owner[n_chunks] = facility
                        n_chunks += 1
                    # Rows that are wrong may be later than the horizon.
                    records.events[at] = min(event, last_event)
                    records.place[facility] = at + 1
        elif flags & AT_STOCK and s != NOT_YET:
            records.move_op[n_moves] = o
            records.move_s[n_moves] = s
            n_moves += 1
    counts[CHUNKS], counts[WAITS], counts[MOVES_AT_STOCKS] = n_chunks, n_waits, n_moves
    counts[QUEUES], counts[WRONG] = n_queues, n_wrong


class Loops(NamedTuple):
    """The function that is called from elsewhere."""

    count: Function


PLAIN: Final = Loops(count)
HELPERS: Final = (_step_at, _closed_s, _add_shut)
