"""The event loop of the compiled engine, as machine code.

It is fast because nothing is sorted, searched or allocated while vehicles move:

*Time* is a wheel: one bucket for each second of the present window, one for each later window, which is spread over
the seconds when it becomes the present. What happens at one instant commutes, so buckets are plain rings.
*Seats* are vehicles under way, a cache line each, given to others when a vehicle leaves. The wheel and
the queues are chains through the seats, so there is no limit to any of them.
*Queues* are one chain per priority. Time only grows, so a newcomer belongs at the end, before those of this same
instant whose key is greater; as arrivals are in the order of keys, that is hardly ever a step.
*Rows* lie together in one block per trip, as many as the longest way through the program leaves; they are counted
into the order of the trace when all is over.

Where an array is full, the loop returns at a moment at which nothing is under way, and continues in larger ones.

Two habits look odd and are measured. Indices are cast to unsigned, which spares numba the question whether they
count from the end. Small functions take arrays and end in one place: otherwise numba counts references to the arrays
at every call, which costs more than the work. All functions that the loop calls are in this file, however long it gets,
because numba's cache of machine code is kept by file.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.core.machine_code import jit as _jit
from sim.core.plan import Ints, Ints32
from sim.core.rules import BRANCH, CHOOSE, DRAW, FREE, HOLD, MARK, NEVER_S, NOT_YET, PASS, RETURN, SERVE, TRAVEL
from sim.engines import records
from sim.engines.layout import NOBODY, RANK, RANK_BITS, PlanLayout, Records, State

NEW_TRIP: Final = -1
"""In place of an op: the next trip starts."""
REPAIR: Final = -2
"""In place of an op: less than this by the place of the failure whose repair ends."""
FINE_BITS: Final = 12
FINE: Final = 1 << FINE_BITS
"""Seconds in a window of the wheel."""
COARSE: Final = 1 << 12
"""Windows that have separate buckets (194 days); later ones share them, and wait until it is their turn."""

BUCKETS: Final = FINE + COARSE

_int: Any = np.int64
_u: Any = np.uint64

order, collect = _jit(records.order), _jit(records.collect)


# The wheel -----------------------------------------------------------------------------------------------------


@_jit
def _append(wheel: Ints32, bucket: int, seats: Records, s: int) -> None:
    """Put a seat at the end of the ring of a bucket, which is known by its last; alone, it comes after itself."""
    last = _int(wheel[_u(bucket)])
    if last == NOBODY:
        last = s
    seats[_u(s)].after = seats[_u(last)].after
    seats[_u(last)].after = s
    wheel[_u(bucket)] = s


@_jit
def _take(wheel: Ints32, bucket: int, seats: Records) -> int:
    """Take the first seat out of a bucket that is not empty."""
    last = _int(wheel[_u(bucket)])
    first = _int(seats[_u(last)].after)
    if first == last:
        wheel[_u(bucket)] = NOBODY
    else:
        seats[_u(last)].after = seats[_u(first)].after
    return first


@_jit
def _schedule(wheel: Ints32, seats: Records, s: int, now: int, time: int) -> None:
    """Let the turn of a seat come at ``time``, now or later."""
    seats[_u(s)].time = time
    window = time >> FINE_BITS
    bucket = time & (FINE - 1) if window == now >> FINE_BITS else FINE + (window & (COARSE - 1))
    _append(wheel, bucket, seats, s)


@_jit
def _open_window(wheel: Ints32, seats: Records, now: int, limit: int) -> int:
    """Pass windows without anybody up to ``limit`` and spread the first other one over its seconds; return its
    start. A later window that shares its bucket goes back."""
    bucket = FINE + ((now >> FINE_BITS) & (COARSE - 1))
    while wheel[_u(bucket)] == NOBODY and now + FINE <= limit:
        now += FINE
        bucket = FINE + ((now >> FINE_BITS) & (COARSE - 1))
    last = _int(wheel[_u(bucket)])
    s = _int(NOBODY)
    while s != last:
        s = _take(wheel, bucket, seats)
        _schedule(wheel, seats, s, now, _int(seats[_u(s)].time))
    return now


# Queues --------------------------------------------------------------------------------------------------------


@_jit
def _enqueue(lanes: Records, lane: int, seats: Records, s: int, now: int) -> None:
    """Put a seat at the end of its lane, before those that came at this same instant with a greater key."""
    seat = seats[_u(s)]
    before = _int(lanes[_u(lane)].tail)
    after = _int(NOBODY)
    while before != NOBODY and seats[_u(before)].time == now and seats[_u(before)].rank > seat.rank:
        after = before
        before = _int(seats[_u(before)].before)
    seat.time = now
    seat.before = before
    seat.after = after
    if before == NOBODY:
        lanes[_u(lane)].head = s
    else:
        seats[_u(before)].after = s
    if after == NOBODY:
        lanes[_u(lane)].tail = s
    else:
        seats[_u(after)].before = s


@_jit
def _first_lane(lanes: Records, queue: int, n_priorities: int) -> int:
    """The lane of the first in a queue that is not empty."""
    lane = queue * n_priorities
    while lanes[_u(lane)].head == NOBODY:
        lane += 1
    return lane


@_jit
def _dequeue(lanes: Records, lane: int, seats: Records) -> int:
    """Take the first out of a lane that is not empty."""
    s = _int(lanes[_u(lane)].head)
    after = seats[_u(s)].after
    lanes[_u(lane)].head = after
    if after == NOBODY:
        lanes[_u(lane)].tail = NOBODY
    else:
        seats[_u(after)].before = NOBODY
    return s


@_jit
def _touch(touched: Ints, n_touched: int, is_touched: npt.NDArray[np.uint8], place: int, able: bool) -> int:
    """Remember a facility or stock if it may be able to serve; return how many there are."""
    if not able or is_touched[_u(place)]:
        return n_touched
    is_touched[_u(place)] = 1
    touched[_u(n_touched)] = place
    return n_touched + 1


@_jit
def _release(
    free: Ints, waiting: Ints, touched: Ints, n_touched: int, is_touched: npt.NDArray[np.uint8], place: int
) -> int:
    """Free a server; return how many places are touched. A failure off the roster waits only for ``free`` to be 0."""
    free[_u(place)] += 1
    able = (free[_u(place)] >= 0) & (waiting[_u(place)] > 0)
    return _touch(touched, n_touched, is_touched, place, able)


# Breakdowns ----------------------------------------------------------------------------------------------------


@_jit
def _under_way(failures: Records, windows: Records, repair_started: Ints, f: int, roster: int, after: int) -> int:
    """Repairs under way that end later than ``after``, of servers on a roster of that size."""
    n = _int(0)
    if windows[_u(f)].under_way > 0:
        for x in range(windows[_u(f)].first, windows[_u(f)].end):
            began = repair_started[_u(x)]
            if began != NOT_YET and began + failures[_u(x)].repair > after and failures[_u(x)].server < roster:
                n += 1
    return n


@_jit
def _next_end(failures: Records, windows: Records, repair_started: Ints, f: int, after: int, horizon: int) -> int:
    """The first end of a repair under way after a second; the horizon if there is none before it."""
    end = horizon
    if windows[_u(f)].under_way > 0:
        for x in range(windows[_u(f)].first, windows[_u(f)].end):
            began = repair_started[_u(x)]
            if began != NOT_YET and began + failures[_u(x)].repair > after:
                end = min(end, began + failures[_u(x)].repair)
    return end


@_jit
def _count(
    failures: Records, windows: Records, repair_started: Ints, on_duty: Ints, free: Ints, f: int, now: int
) -> None:
    """Count the servers on duty anew; as many are free more or less."""
    roster = windows[_u(f)].roster
    there = roster - _under_way(failures, windows, repair_started, f, roster, now)
    free[_u(f)] += there - on_duty[_u(f)]
    on_duty[_u(f)] = there


@_jit
def _first_failure(
    failures: Records, windows: Records, repair_started: Ints, under_repair: npt.NDArray[np.uint8], free: Ints, f: int
) -> int:
    """The first of the failures that wait at a facility whose repair can begin; -1 if there is none."""
    x, found = windows[_u(f)].first, _int(NOBODY)
    while x < windows[_u(f)].end and found == NOBODY:
        if repair_started[_u(x)] == NOT_YET and not under_repair[_u(failures[_u(x)].own)]:
            takes = 1 if failures[_u(x)].server < windows[_u(f)].roster else 0
            if free[_u(f)] >= takes:
                found = x
        x += 1
    return found


@_jit
def _end_repair(
    failures: Records,
    windows: Records,
    repair_started: Ints,
    under_repair: npt.NDArray[np.uint8],
    on_duty: Ints,
    free: Ints,
    x: int,
    now: int,
) -> None:
    """A server is there again, if the calendar has it; failures that are over leave the window."""
    f = failures[_u(x)].facility
    under_repair[_u(failures[_u(x)].own)] = 0
    windows[_u(f)].under_way -= 1
    _count(failures, windows, repair_started, on_duty, free, f, now)
    first = windows[_u(f)].first
    while first < windows[_u(f)].end and repair_started[_u(first)] != NOT_YET:
        if repair_started[_u(first)] + failures[_u(first)].repair > now:
            break
        first += 1
    windows[_u(f)].first = first


# Steps ---------------------------------------------------------------------------------------------------------


@_jit
def _write(rows: Records, r: int, op: int, queued: int, started: int, finished: int) -> None:
    """Write a row of the trace at ``r``; times in seconds, departed as soon as finished."""
    row = rows[_u(r)]
    row.op = op
    row.queued = queued
    row.started = started
    row.finished = finished
    row.departed = finished


@_jit
def _draw(draws: Ints32, ops: Records, seats: Records, o: int, s: int) -> int:
    """The duration or outcome drawn for this op and this trip of the vehicle."""
    op, seat = ops[_u(o)], seats[_u(s)]
    return _int(draws[_u(op.draw + op.per_trip * seat.trip + op.per_vehicle * seat.local)])


@_jit
def _expected_delay(
    f: int,
    now: int,
    horizon: int,
    facilities: Records,
    shifts: Records,
    next_shift: Ints,
    failures: Records,
    windows: Records,
    repair_started: Ints,
    on_duty: Ints,
    free: Ints,
    waiting: Ints,
) -> int:
    """Seconds for which one who joins the queue of a facility now is expected to wait."""
    mean, n, t = facilities[_u(f)].mean, on_duty[_u(f)], now
    busy, at, roster = n - free[_u(f)], now, windows[_u(f)].roster
    work = (waiting[_u(f)] - windows[_u(f)].waiting + busy) * mean
    shift, last = next_shift[_u(f)], facilities[_u(f)].shift_end
    while True:
        end = _next_end(failures, windows, repair_started, f, at, horizon)
        if shift < last and shifts[_u(shift)].time <= end:
            end = shifts[_u(shift)].time
            roster += shifts[_u(shift)].delta
            shift += 1
        elif end == horizon:
            break
        after = roster - _under_way(failures, windows, repair_started, f, roster, end)
        if n > 0:
            if max(0, work - (n - 1) * mean) // n < end - t:
                break
            work -= n * (end - t)
            busy = n
            t = end
        elif after > 0:
            left = _int(0)
            if mean > 0:
                left = max(0, (work + mean - 1) // mean - busy)
            work -= min(work - left * mean, busy * min(mean, end - t))
            t = end
        n, at = after, end
    delay = _int(NEVER_S)
    if n > 0:
        delay = min(delay, t - now + max(0, work - (n - 1) * mean) // n)
    return delay


@_jit
def _choice(
    o: int,
    now: int,
    horizon: int,
    ops: Records,
    alternatives: Records,
    watch: Ints32,
    facilities: Records,
    shifts: Records,
    next_shift: Ints,
    failures: Records,
    windows: Records,
    repair_started: Ints,
    on_duty: Ints,
    free: Ints,
    waiting: Ints,
) -> int:
    """The op at which the alternative of least expected delay continues; the first among equals."""
    least = _int(2**63 - 1)
    jump = _int(NOBODY)
    for a in range(ops[_u(o)].target, ops[_u(o)].amount):
        delay = alternatives[_u(a)].bias
        for w in range(alternatives[_u(a)].watch, alternatives[_u(a)].watch_end):
            f = _int(watch[_u(w)])
            delay += _expected_delay(
                f,
                now,
                horizon,
                facilities,
                shifts,
                next_shift,
                failures,
                windows,
                repair_started,
                on_duty,
                free,
                waiting,
            )
        if delay < least:
            least = delay
            jump = alternatives[_u(a)].jump
    return jump


@_jit
def _move_stock(
    stock: int,
    now: int,
    giving: int,
    drawing: int,
    level: Ints,
    capacity: Ints,
    waiting: Ints,
    lanes: Records,
    n_priorities: int,
    ops: Records,
    seats: Records,
    rows: Records,
    wheel: Ints32,
) -> None:
    """Let the first of those who give and the first of those who draw go in turn, until neither can."""
    moved = True
    while moved:
        moved = False
        for queue in (giving, drawing):
            if waiting[_u(queue)] == 0:
                continue
            lane = _first_lane(lanes, queue, n_priorities)
            seat = seats[_u(lanes[_u(lane)].head)]
            amount = ops[_u(seat.op)].amount
            if queue == giving:
                if amount > capacity[_u(stock)] - level[_u(stock)]:
                    continue
                level[_u(stock)] += amount
            else:
                if amount > level[_u(stock)]:
                    continue
                level[_u(stock)] -= amount
            moved = True
            waiting[_u(queue)] -= 1
            row = rows[_u(seat.row)]
            row.started = now
            row.finished = now
            row.departed = now
            _schedule(wheel, seats, _dequeue(lanes, lane, seats), now, now)


@_jit
def _count_waiting(
    c: int,
    controllers: Records,
    counted: Ints32,
    counts_service: npt.NDArray[np.uint8],
    n_services: int,
    lanes: Records,
    n_priorities: int,
    seats: Records,
) -> int:
    """Vehicles of the services of a controller that wait at its facilities."""
    n = _int(0)
    for k in range(controllers[_u(c)].first, controllers[_u(c)].end):
        first = _int(counted[_u(k)]) * n_priorities
        for lane in range(first, first + n_priorities):
            s = _int(lanes[_u(lane)].head)
            while s != NOBODY:
                n += _int(counts_service[_u(c * n_services + seats[_u(s)].service)])
                s = _int(seats[_u(s)].after)
    return n


@_jit
def play(layout: PlanLayout, state: State) -> bool:
    """Play the instants before the horizon. False if an array might be too small: give room and call again."""
    horizon, n_priorities, n_slots, longest = layout.horizon, layout.n_priorities, layout.n_slots, layout.longest
    ops, alternatives, watch, facilities = layout.ops, layout.alternatives, layout.watch, layout.facilities
    services, service_of, priority, trips = layout.services, layout.service_of, layout.priority, layout.trips
    until, draws, vehicle_of, arrivals = layout.until, layout.draws, layout.vehicle_of, layout.arrivals
    capacity, changes, shifts = layout.capacity, layout.changes, layout.shifts
    rows, blocks, seats, kept, left = state.rows, state.blocks, state.seats, state.kept, state.left
    free, level, waiting, lanes, wheel = state.free, state.level, state.waiting, state.lanes, state.wheel
    on_duty, next_shift, windows, failures = state.on_duty, state.next_shift, state.windows, layout.failures
    under_repair, repair_started = state.under_repair, state.repair_started
    touched, is_touched, counts = state.touched, state.is_touched, state.counts
    controllers, counted, counts_service = layout.controllers, layout.counted, layout.counts_service
    check_controller, in_force_since, check_count = layout.check_controller, state.in_force_since, state.check_count
    now, used, free_seat, n_rows, n_blocks, n_touched, next_change, next_arrival, events, next_check, due = counts
    n_facilities, n_stocks = len(free), len(level)
    choosers = n_facilities + 2 * n_stocks
    room = len(seats) - 2 - layout.n_failing
    allocating = False
    while now < horizon:
        granted = choosing = False
        if allocating:
            # Phase B: the next in a queue that may be able to move.
            if n_touched == 0:
                allocating = False
                continue
            place = touched[_u(n_touched - 1)]
            if place < n_facilities and waiting[_u(place)] > 0 and free[_u(place)] >= 0:
                if windows[_u(place)].waiting > 0:
                    x = _first_failure(failures, windows, repair_started, under_repair, free, place)
                    if x != NOBODY:
                        # A repair begins; its seat comes up when it ends.
                        waiting[_u(place)] -= 1
                        windows[_u(place)].waiting -= 1
                        windows[_u(place)].under_way += 1
                        under_repair[_u(failures[_u(x)].own)] = 1
                        repair_started[_u(x)] = now
                        _count(failures, windows, repair_started, on_duty, free, place, now)
                        ends = now + failures[_u(x)].repair
                        if ends < horizon:
                            used += 1
                            s = free_seat
                            free_seat = _int(seats[_u(s)].after)
                            seats[_u(s)].vehicle = NOBODY
                            seats[_u(s)].op = REPAIR - x
                            _schedule(wheel, seats, s, now, ends)
                        continue
                if free[_u(place)] > 0 and waiting[_u(place)] > windows[_u(place)].waiting:
                    waiting[_u(place)] -= 1
                    s = _dequeue(lanes, _first_lane(lanes, place, n_priorities), seats)
                    granted = True
            if not granted:
                n_touched -= 1
                is_touched[_u(place)] = 0
                if place >= n_facilities:
                    _move_stock(
                        place - n_facilities, now, place + n_stocks, place, level, capacity, waiting, lanes,
                        n_priorities, ops, seats, rows, wheel,
                    )  # fmt: skip
                continue
        elif 2 * used > room or n_rows + longest > len(rows) or n_blocks == len(blocks):
            break
        elif wheel[_u(now & (FINE - 1))] != NOBODY:
            # Phase A: work ends, a server frees itself, or a fleet vehicle starts its next trip.
            s = _take(wheel, now & (FINE - 1), seats)
            events += 1
            o = _int(seats[_u(s)].op)
            if o < NEW_TRIP:
                # A repair ends.
                x = REPAIR - o
                _end_repair(failures, windows, repair_started, under_repair, on_duty, free, x, now)
                n_touched = _touch(touched, n_touched, is_touched, failures[_u(x)].facility, True)
                seats[_u(s)].after = free_seat
                free_seat = s
                used -= 1
                continue
            if o != NEW_TRIP:
                passed = seats[_u(s)].vehicle == NOBODY
                if passed or ops[_u(o)].code == SERVE:
                    n_touched = _release(free, waiting, touched, n_touched, is_touched, ops[_u(o)].target)
                    if passed:
                        seats[_u(s)].after = free_seat
                        free_seat = s
                        used -= 1
                        continue
                o += 1
        elif arrivals[_u(next_arrival)] >> RANK_BITS <= now:
            # Phase A: a vehicle arrives.
            rank = arrivals[_u(next_arrival)] & RANK
            next_arrival += 1
            events += 1
            used += 1
            s = free_seat
            free_seat = _int(seats[_u(s)].after)
            vehicle = vehicle_of[_u(rank)]
            service = _int(service_of[_u(vehicle)])
            seat = seats[_u(s)]
            seat.vehicle = vehicle
            seat.service = service
            seat.local = vehicle - services[_u(service)].vehicle
            seat.rank = rank
            seat.priority = priority[_u(vehicle)]
            seat.trip = -1
            o = _int(NEW_TRIP)
        elif next_check < due:
            # Phase B: a controller looks at the queues.
            c = _int(check_controller[_u(next_check)])
            stock = controllers[_u(c)].stock
            n = _count_waiting(c, controllers, counted, counts_service, len(services), lanes, n_priorities, seats)
            check_count[_u(next_check)] = n
            next_check += 1
            events += 1
            if in_force_since[_u(c)] == NOT_YET:
                if n >= controllers[_u(c)].above:
                    in_force_since[_u(c)] = now
                    level[_u(stock)] = 0
            elif n < controllers[_u(c)].below and now - in_force_since[_u(c)] >= controllers[_u(c)].least:
                in_force_since[_u(c)] = NOT_YET
                level[_u(stock)] = capacity[_u(stock)]
                n_touched = _touch(touched, n_touched, is_touched, n_facilities + stock, True)
            continue
        elif waiting[_u(choosers)] > 0:
            # Phase B: the next chooser looks at the queues.
            waiting[_u(choosers)] -= 1
            s = _dequeue(lanes, choosers * n_priorities, seats)
            o = _int(seats[_u(s)].op)
            choosing = True
        elif n_touched > 0:
            allocating = True
            continue
        else:
            # Nothing more happens at this instant.
            limit = min(min(arrivals[_u(next_arrival)] >> RANK_BITS, changes[_u(next_change)].time), horizon)
            while now < limit:
                now += 1
                if now & (FINE - 1) == 0:
                    now = _open_window(wheel, seats, now, limit)
                if wheel[_u(now & (FINE - 1))] != NOBODY:
                    break
            while changes[_u(next_change)].time == now:
                place = changes[_u(next_change)].index
                if place < n_facilities:
                    windows[_u(place)].roster += changes[_u(next_change)].value
                    _count(failures, windows, repair_started, on_duty, free, place, now)
                    next_shift[_u(place)] += 1
                elif place >= n_facilities + n_stocks + len(failures):
                    due += 1
                    next_change += 1
                    continue
                elif place >= n_facilities + n_stocks:
                    place = failures[_u(place - n_facilities - n_stocks)].facility
                    windows[_u(place)].end += 1
                    windows[_u(place)].waiting += 1
                    waiting[_u(place)] += 1
                else:
                    level[_u(place - n_facilities)] = changes[_u(next_change)].value
                n_touched = _touch(touched, n_touched, is_touched, place, True)
                next_change += 1
                events += 1
            continue

        seat = seats[_u(s)]
        r = _int(seat.row)
        moving = not granted
        if moving and o == NEW_TRIP:
            service = _int(seat.service)
            seat.trip += 1
            seat.block = n_blocks
            r = n_rows - 1
            blocks[_u(n_blocks)].vehicle = seat.vehicle
            blocks[_u(n_blocks)].first = n_rows
            n_blocks += 1
            n_rows += services[_u(service)].rows
            o = services[_u(service)].entry
        while moving:
            # The vehicle advances until it must wait or spend time.
            op = ops[_u(o)]
            code = op.code
            if code in (TRAVEL, MARK):
                ends = now
                if code == TRAVEL:
                    ends += _draw(draws, ops, seats, o, s)
                    if ends >= horizon:
                        ends = _int(NOT_YET)
                r += 1
                _write(rows, r, o, now, now, ends)
                if ends == now:
                    o += 1
                    continue
                if ends != NOT_YET:
                    _schedule(wheel, seats, s, now, ends)
            elif code == BRANCH:
                o = op.jump if _draw(draws, ops, seats, o, s) != 0 else o + 1
                continue
            elif code == FREE:
                rows[_u(kept[_u(s * n_slots + op.slot)])].departed = now
                n_touched = _release(free, waiting, touched, n_touched, is_touched, op.target)
                o += 1
                continue
            elif code in (SERVE, HOLD, PASS, DRAW, RETURN):
                r += 1
                _write(rows, r, o, now, NOT_YET, NOT_YET)
                place = queue = op.target
                if code in (DRAW, RETURN):
                    place += n_facilities
                    queue = place if code == DRAW else place + n_stocks
                elif (
                    free[_u(place)] > 0
                    and waiting[_u(place)] == 0
                    and n_touched == 0
                    and waiting[_u(choosers)] == 0
                    and next_check == due
                    and wheel[_u(now & (FINE - 1))] == NOBODY
                    and arrivals[_u(next_arrival)] >> RANK_BITS > now
                ):
                    # Nothing else happens in this phase A, so this is what phase B would do.
                    granted = True
                if not granted:
                    waiting[_u(queue)] += 1
                    _enqueue(lanes, queue * n_priorities + seat.priority, seats, s, now)
                    able = place >= n_facilities or free[_u(place)] > 0
                    n_touched = _touch(touched, n_touched, is_touched, place, able)
            elif code == CHOOSE:
                if choosing:
                    o = _choice(
                        o, now, horizon, ops, alternatives, watch, facilities, shifts, next_shift, failures, windows,
                        repair_started, on_duty, free, waiting,
                    )  # fmt: skip
                    continue
                waiting[_u(choosers)] += 1
                _enqueue(lanes, choosers * n_priorities, seats, s, now)
            else:
                blocks[_u(seat.block)].end = r + 1
                if seat.trip + 1 < trips[_u(seat.vehicle)] and now < until[_u(seat.vehicle)]:
                    o = _int(NEW_TRIP)
                    _schedule(wheel, seats, s, now, now)
                else:
                    left[_u(seat.vehicle)] = now
                    seat.vehicle = NOBODY
                    seat.after = free_seat
                    free_seat = s
                    used -= 1
            seat.op = o
            seat.row = r
            moving = False

        if granted:
            # A server: for as long as the work takes, until the FREE, or until the headway is over.
            o = _int(seat.op)
            op = ops[_u(o)]
            place = op.target
            free[_u(place)] -= 1
            row = rows[_u(seat.row)]
            row.started = now
            ends = now + _draw(draws, ops, seats, o, s)
            if ends < horizon:
                row.finished = ends
                if op.code == HOLD:
                    kept[_u(s * n_slots + op.slot)] = seat.row
                else:
                    row.departed = ends
                _schedule(wheel, seats, s, now, ends)
            ends = now + facilities[_u(place)].headway
            if op.code == PASS and ends < horizon:
                used += 1
                s = free_seat
                free_seat = _int(seats[_u(s)].after)
                seats[_u(s)].vehicle = NOBODY
                seats[_u(s)].op = o
                _schedule(wheel, seats, s, now, ends)

    counts[0], counts[1], counts[2], counts[3], counts[4] = now, used, free_seat, n_rows, n_blocks
    counts[5], counts[6], counts[7], counts[8] = n_touched, next_change, next_arrival, events
    counts[9], counts[10] = next_check, due
    if now < horizon:
        return False
    for s in range(len(seats)):
        if seats[_u(s)].vehicle != NOBODY:
            blocks[_u(seats[_u(s)].block)].end = seats[_u(s)].row + 1
    return True
