"""The compiled engine: the rules of :mod:`sim.rules` as one numba event loop over the arrays of a plan.

In comes a :class:`~sim.plan.Plan`, out goes its :class:`~sim.trace.Trace`, the same, row for row, as that of the
reference engine. What makes it fast is that nothing is ever sorted, searched or allocated while vehicles move:

*Time* is a wheel: one bucket for each second of the present window, one for each later window, which is spread over
the seconds when it becomes the present. What happens at one instant commutes, so buckets are plain chains.
*Seats* are vehicles under way, a cache line each, given to others when a vehicle leaves. Whatever a vehicle stands
in, the wheel or a queue, is a chain through the seats, so there is no limit to any of them.
*Queues* are one chain per priority. Time only grows, so a newcomer belongs at the end, before those of this same
instant whose key is greater; as arrivals come in the order of keys, that is hardly ever a step.
*Rows* lie together in one block per trip, as many as the longest way through the program leaves; they are counted
into the order of the trace when all is over.

Where an array is full, the loop returns at a moment at which nothing is under way, and goes on in larger ones.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from sim.engines.layout import (
    COARSE,
    COUNTS,
    FINE,
    FINE_BITS,
    NOBODY,
    TIME_BITS,
    Records,
    State,
    World,
    seats_needed,
    state_of,
    too_large,
    with_room,
    world_of,
)
from sim.plan import Bytes, Ints, Ints32, Plan, PlanError
from sim.rules import (
    BRANCH,
    CHOOSE,
    DONE,
    DRAW,
    FREE,
    HELD,
    HOLD,
    IN_SERVICE,
    MARK,
    NOT_YET,
    PASS,
    RETURN,
    SERVE,
    TRAVEL,
    WAITING,
)
from sim.trace import Trace

_jit = njit(nogil=True, cache=True)
_u = np.uint64
"""Indices are cast to unsigned, which spares numba the question whether they count from the end."""

_VEHICLES = 2**TIME_BITS - 1
_BLOCKS, _EVENTS = COUNTS.index("blocks"), COUNTS.index("events")
_room_for = njit(nogil=True, cache=True)(seats_needed)
_NEW_TRIP = -1


def run(plan: Plan) -> Trace:
    """Run ``plan`` up to its horizon; raises PlanError, in words, if no engine may run it or it is too large."""
    plan.validate()
    found = list(too_large(plan))
    if found:
        raise PlanError("\n".join(found))
    world = world_of(plan)
    state = state_of(plan, world)
    while not _play(world, state):
        state = with_room(world, state)
    blocks = state.blocks[: state.count[_BLOCKS]]
    order, starts = _order(blocks, plan.n_vehicles)
    n_rows = int(starts[-1])
    vehicle, op = np.empty(n_rows, np.int32), np.empty(n_rows, np.int32)
    times = [np.empty(n_rows, np.int64) for _ in range(4)]
    outcome = np.empty(n_rows, np.int8)
    _collect(state.rows, blocks, order, starts, plan.n_ops, vehicle, op, *times, outcome)
    return Trace(plan, vehicle, op, *times, outcome, state.left, int(state.count[_EVENTS]))


# The wheel -----------------------------------------------------------------------------------------------------


@_jit
def _append(wheel: Ints32, bucket: int, seats: Records, s: int) -> None:
    """Put a seat at the end of the ring of a bucket, which is known by its last."""
    last = np.int64(wheel[_u(bucket)])
    if last == NOBODY:
        seats[_u(s)].after = s
    else:
        seats[_u(s)].after = seats[_u(last)].after
        seats[_u(last)].after = s
    wheel[_u(bucket)] = s


@_jit
def _take(wheel: Ints32, bucket: int, seats: Records) -> int:
    """Take the first seat out of a bucket that is not empty."""
    last = np.int64(wheel[_u(bucket)])
    first = np.int64(seats[_u(last)].after)
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
def _next_turn(wheel: Ints32, seats: Records, now: int, limit: int) -> int:
    """The next second at which it is somebody's turn, but at most ``limit``."""
    while now < limit:
        now += 1
        if now & (FINE - 1) == 0:
            bucket = FINE + ((now >> FINE_BITS) & (COARSE - 1))
            last = s = np.int64(wheel[_u(bucket)])
            more = last != NOBODY
            while more:
                s = _take(wheel, bucket, seats)
                _schedule(wheel, seats, s, now, np.int64(seats[_u(s)].time))
                more = s != last
        if wheel[_u(now & (FINE - 1))] != NOBODY:
            break
    return now


# Queues --------------------------------------------------------------------------------------------------------


@_jit
def _enqueue(lanes: Records, lane: int, seats: Records, s: int, now: int) -> None:
    """Put a seat at the end of its lane, before those that came at this same instant with a greater key."""
    seat = seats[_u(s)]
    before = np.int64(lanes[_u(lane)].tail)
    after = np.int64(NOBODY)
    while before != NOBODY and seats[_u(before)].time == now and seats[_u(before)].rank > seat.rank:
        after = before
        before = np.int64(seats[_u(before)].before)
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
    s = np.int64(lanes[_u(lane)].head)
    after = seats[_u(s)].after
    lanes[_u(lane)].head = after
    if after == NOBODY:
        lanes[_u(lane)].tail = NOBODY
    else:
        seats[_u(after)].before = NOBODY
    return s


@_jit
def _touch(touched: Ints, n_touched: int, is_touched: npt.NDArray[np.uint8], place: int) -> int:
    """Remember a facility or stock that may be able to serve; return how many there are."""
    if is_touched[_u(place)]:
        return n_touched
    is_touched[_u(place)] = 1
    touched[_u(n_touched)] = place
    return n_touched + 1


# Steps ---------------------------------------------------------------------------------------------------------


@_jit
def _draw(draws: Ints32, ops: Records, seats: Records, o: int, s: int) -> int:
    """The duration or outcome drawn for this op and this trip of the vehicle."""
    op, seat = ops[_u(o)], seats[_u(s)]
    return np.int64(draws[_u(op.draw + op.per_trip * seat.trip + op.per_vehicle * seat.local)])


@_jit
def _choice(
    ops: Records, alternatives: Records, watch: Ints32, facilities: Records, waiting: Ints, o: int
) -> int:
    """The op at which the alternative of least expected delay goes on; the first among equals."""
    least = np.int64(2**63 - 1)
    jump = np.int64(NOBODY)
    for a in range(ops[_u(o)].target, ops[_u(o)].amount):
        delay = alternatives[_u(a)].bias
        for w in range(alternatives[_u(a)].watch, alternatives[_u(a)].watch_end):
            f = watch[_u(w)]
            delay += waiting[_u(f)] * facilities[_u(f)].mean // facilities[_u(f)].nominal
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
def _play(world: World, state: State) -> bool:
    """Play the instants before the horizon. False if an array might be too small: give room and call again."""
    horizon, n_priorities, n_slots, longest = world.horizon, world.n_priorities, world.n_slots, world.longest
    ops, alternatives, watch, facilities = world.ops, world.alternatives, world.watch, world.facilities
    services, service_of, priority, trips = world.services, world.service_of, world.priority, world.trips
    until, draws, vehicle_of, arrivals = world.until, world.draws, world.vehicle_of, world.arrivals
    capacity, changes = world.capacity, world.changes
    rows, blocks, seats, kept, left = state.rows, state.blocks, state.seats, state.kept, state.left
    free, level, waiting, lanes, wheel = state.free, state.level, state.waiting, state.lanes, state.wheel
    touched, is_touched, count = state.touched, state.is_touched, state.count
    now, used, n_seats, free_seat, n_rows, n_blocks, n_touched, next_change, next_arrival, events = count
    n_facilities, n_stocks = len(free), len(level)
    choosers = n_facilities + 2 * n_stocks
    allocating = False
    while now < horizon:
        granted = choosing = False
        if allocating:
            # Phase B: the next in a queue that may be able to move.
            if n_touched == 0:
                allocating = False
                continue
            place = touched[_u(n_touched - 1)]
            if place < n_facilities and free[_u(place)] > 0 and waiting[_u(place)] > 0:
                waiting[_u(place)] -= 1
                s = _dequeue(lanes, _first_lane(lanes, place, n_priorities), seats)
                granted = True
            else:
                n_touched -= 1
                is_touched[_u(place)] = 0
                if place >= n_facilities:
                    _move_stock(
                        place - n_facilities, now, place + n_stocks, place, level, capacity, waiting, lanes,
                        n_priorities, ops, seats, rows, wheel,
                    )  # fmt: skip
                continue
        elif _room_for(used) > len(seats) or n_rows + longest > len(rows) or n_blocks == len(blocks):
            break
        elif wheel[_u(now & (FINE - 1))] != NOBODY:
            # Phase A: work ends, a server frees itself, or a fleet vehicle starts its next trip.
            s = _take(wheel, now & (FINE - 1), seats)
            events += 1
            o = np.int64(seats[_u(s)].op)
            if o != _NEW_TRIP:
                passed = seats[_u(s)].vehicle == NOBODY
                if passed or ops[_u(o)].code == SERVE:
                    place = ops[_u(o)].target
                    free[_u(place)] += 1
                    if free[_u(place)] > 0 and waiting[_u(place)] > 0:
                        n_touched = _touch(touched, n_touched, is_touched, place)
                    if passed:
                        seats[_u(s)].after = free_seat
                        free_seat = s
                        used -= 1
                        continue
                o += 1
        elif arrivals[_u(next_arrival)] >> TIME_BITS <= now:
            # Phase A: a vehicle arrives.
            rank = arrivals[_u(next_arrival)] & _VEHICLES
            next_arrival += 1
            events += 1
            used += 1
            if free_seat == NOBODY:
                s = n_seats
                n_seats += 1
            else:
                s = free_seat
                free_seat = np.int64(seats[_u(s)].after)
            vehicle = vehicle_of[_u(rank)]
            service = np.int64(service_of[_u(vehicle)])
            seat = seats[_u(s)]
            seat.vehicle = vehicle
            seat.service = service
            seat.local = vehicle - services[_u(service)].vehicle
            seat.rank = rank
            seat.priority = priority[_u(vehicle)]
            seat.trip = -1
            o = np.int64(_NEW_TRIP)
        elif waiting[_u(choosers)] > 0:
            # Phase B: the next chooser looks at the queues.
            waiting[_u(choosers)] -= 1
            s = _dequeue(lanes, choosers * n_priorities, seats)
            o = np.int64(seats[_u(s)].op)
            choosing = True
        elif n_touched > 0:
            allocating = True
            continue
        else:
            # Nothing more happens at this instant.
            limit = min(min(arrivals[_u(next_arrival)] >> TIME_BITS, changes[_u(next_change)].time), horizon)
            now = limit if used == 0 else _next_turn(wheel, seats, now, limit)
            while changes[_u(next_change)].time == now:
                place = changes[_u(next_change)].index
                if place < n_facilities:
                    free[_u(place)] += changes[_u(next_change)].value
                else:
                    level[_u(place - n_facilities)] = changes[_u(next_change)].value
                n_touched = _touch(touched, n_touched, is_touched, place)
                next_change += 1
                events += 1
            continue

        seat = seats[_u(s)]
        r = np.int64(seat.row)
        moving = not granted
        if moving and o == _NEW_TRIP:
            service = np.int64(seat.service)
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
            if code == TRAVEL or code == MARK:
                ends = now
                if code == TRAVEL:
                    ends += _draw(draws, ops, seats, o, s)
                    if ends >= horizon:
                        ends = np.int64(NOT_YET)
                r += 1
                row = rows[_u(r)]
                row.op = o
                row.queued = now
                row.started = now
                row.finished = ends
                row.departed = ends
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
                place = op.target
                free[_u(place)] += 1
                if free[_u(place)] > 0 and waiting[_u(place)] > 0:
                    n_touched = _touch(touched, n_touched, is_touched, place)
                o += 1
                continue
            elif code == SERVE or code == HOLD or code == PASS or code == DRAW or code == RETURN:
                r += 1
                row = rows[_u(r)]
                row.op = o
                row.queued = now
                row.started = NOT_YET
                row.finished = NOT_YET
                row.departed = NOT_YET
                place = queue = op.target
                if code == DRAW or code == RETURN:
                    place += n_facilities
                    queue = place if code == DRAW else place + n_stocks
                elif (
                    free[_u(place)] > 0
                    and waiting[_u(place)] == 0
                    and n_touched == 0
                    and waiting[_u(choosers)] == 0
                    and wheel[_u(now & (FINE - 1))] == NOBODY
                    and arrivals[_u(next_arrival)] >> TIME_BITS > now
                ):
                    # Nothing else happens in this phase A, so this is what phase B would do.
                    granted = True
                if not granted:
                    waiting[_u(queue)] += 1
                    _enqueue(lanes, queue * n_priorities + seat.priority, seats, s, now)
                    if place >= n_facilities or free[_u(place)] > 0:
                        n_touched = _touch(touched, n_touched, is_touched, place)
            elif code == CHOOSE:
                if choosing:
                    o = _choice(ops, alternatives, watch, facilities, waiting, o)
                    continue
                waiting[_u(choosers)] += 1
                _enqueue(lanes, choosers * n_priorities, seats, s, now)
            else:
                blocks[_u(seat.block)].end = r + 1
                if seat.trip + 1 < trips[_u(seat.vehicle)] and now < until[_u(seat.vehicle)]:
                    o = np.int64(_NEW_TRIP)
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
            o = np.int64(seat.op)
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
                if free_seat == NOBODY:
                    s = n_seats
                    n_seats += 1
                else:
                    s = free_seat
                    free_seat = np.int64(seats[_u(s)].after)
                seats[_u(s)].vehicle = NOBODY
                seats[_u(s)].op = o
                _schedule(wheel, seats, s, now, ends)

    count[0], count[1], count[2], count[3], count[4] = now, used, n_seats, free_seat, n_rows
    count[5], count[6], count[7], count[8], count[9] = n_blocks, n_touched, next_change, next_arrival, events
    if now < horizon:
        return False
    for s in range(n_seats):
        if seats[_u(s)].vehicle != NOBODY:
            blocks[_u(seats[_u(s)].block)].end = seats[_u(s)].row + 1
    return True


# The rows in order ---------------------------------------------------------------------------------------------


@_jit
def _order(blocks: Records, n_vehicles: int) -> tuple[Ints32, Ints]:
    """Blocks by vehicle, trips in order; and (nV + 1,) the first row of each vehicle in the trace."""
    next_block = np.zeros(n_vehicles + 1, np.int32)
    starts = np.zeros(n_vehicles + 1, np.int64)
    for b in range(len(blocks)):
        vehicle = np.int64(blocks[b].vehicle)
        next_block[_u(vehicle + 1)] += 1
        starts[_u(vehicle + 1)] += blocks[b].end - blocks[b].first
    for vehicle in range(n_vehicles):
        next_block[vehicle + 1] += next_block[vehicle]
        starts[vehicle + 1] += starts[vehicle]
    order = np.empty(len(blocks), np.int32)
    for b in range(len(blocks)):
        vehicle = np.int64(blocks[b].vehicle)
        order[_u(next_block[_u(vehicle)])] = b
        next_block[_u(vehicle)] += 1
    return order, starts


@_jit
def _collect(
    rows: Records,
    blocks: Records,
    order: Ints32,
    starts: Ints,
    n_ops: int,
    vehicle: Ints32,
    op: Ints32,
    queued: Ints,
    started: Ints,
    finished: Ints,
    departed: Ints,
    outcome: Bytes,
) -> None:
    """Fill the columns, sorted by (vehicle, op, queued): one trip is so already, more are counted by op."""
    place = np.zeros(n_ops, np.int64)
    first = 0
    while first < len(order):
        v = np.int64(blocks[_u(order[_u(first)])].vehicle)
        end = first + 1
        while end < len(order) and blocks[_u(order[_u(end)])].vehicle == v:
            end += 1
        at = starts[_u(v)]
        if end - first > 1:
            lowest, highest = n_ops, 0
            for b in range(first, end):
                block = blocks[_u(order[_u(b)])]
                for r in range(block.first, block.end):
                    o = np.int64(rows[_u(r)].op)
                    place[_u(o)] += 1
                    lowest, highest = min(lowest, o), max(highest, o)
            following = at
            for o in range(lowest, highest + 1):
                following, place[_u(o)] = following + place[_u(o)], following
        for b in range(first, end):
            block = blocks[_u(order[_u(b)])]
            for r in range(block.first, block.end):
                row = rows[_u(r)]
                if end - first > 1:
                    at = place[_u(row.op)]
                    place[_u(row.op)] += 1
                vehicle[_u(at)] = v
                op[_u(at)] = row.op
                queued[_u(at)] = row.queued
                started[_u(at)] = row.started
                finished[_u(at)] = row.finished
                departed[_u(at)] = row.departed
                if row.departed != NOT_YET:
                    outcome[_u(at)] = DONE
                elif row.finished != NOT_YET:
                    outcome[_u(at)] = HELD
                elif row.started != NOT_YET:
                    outcome[_u(at)] = IN_SERVICE
                else:
                    outcome[_u(at)] = WAITING
                at += 1
        if end - first > 1:
            for o in range(lowest, highest + 1):
                place[_u(o)] = 0
        first = end
