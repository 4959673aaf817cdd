"""The rows of a run of the compiled engine, brought into the order of the trace by counting: nothing is sorted.

Written as plain loops over arrays, which ``loop`` turns into machine code; numba's cache is kept by file, so
only functions that are called from Python may be here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sim.core.plan import Bytes, Ints, Ints32
from sim.core.rules import DONE, HELD, IN_SERVICE, NOT_YET, WAITING

Records = npt.NDArray[Any]
_int: Any = np.int64
_u: Any = np.uint64

FETCHED = 64
"""Blocks fetched ahead: their rows, some 20 kB, stay in a processor's nearest cache until they are copied."""
LINE_ROWS = 3
"""Rows in a line of the cache, 64 bytes."""


def order(blocks: Records, n_vehicles: int) -> tuple[Ints32, Ints32, Ints]:
    """Blocks by vehicle, trips in order; (nV + 1,) the first of each vehicle's; and (nV + 1,) the first row of each
    vehicle in the trace."""
    next_block = np.zeros(n_vehicles + 1, np.int32)
    starts = np.zeros(n_vehicles + 1, np.int64)
    for b in range(len(blocks)):
        vehicle = _int(blocks[b].vehicle)
        next_block[_u(vehicle + 1)] += 1
        starts[_u(vehicle + 1)] += blocks[b].end - blocks[b].first
    for vehicle in range(n_vehicles):
        next_block[vehicle + 1] += next_block[vehicle]
        starts[vehicle + 1] += starts[vehicle]
    by_vehicle = np.empty(len(blocks), np.int32)
    for b in range(len(blocks)):
        vehicle = _int(blocks[b].vehicle)
        by_vehicle[_u(next_block[_u(vehicle)])] = b
        next_block[_u(vehicle)] += 1
    for vehicle in range(n_vehicles, 0, -1):
        next_block[vehicle] = next_block[vehicle - 1]
    next_block[0] = 0
    return by_vehicle, next_block, starts


def collect(
    rows: Records,
    blocks: Records,
    by_vehicle: Ints32,
    first: int,
    last: int,
    as_lived: bool,
    n_ops: int,
    vehicle: Ints32,
    op: Ints32,
    queued: Ints,
    started: Ints,
    finished: Ints,
    departed: Ints,
    outcome: Bytes,
) -> int:
    """Fill the columns with the rows of blocks ``first`` to before ``last`` by vehicle: ``as_lived`` trip by trip,
    else sorted by (vehicle, op, queued). One trip is so already, more are counted by op.

    Blocks of vehicles in a row lie far apart in memory. Copied one after the other, each would be waited for alone;
    so some are read at first, all at once, which is three times as fast. What is read adds up to the number that is
    returned, and means nothing.
    """
    place = np.zeros(n_ops, np.int64)
    at = touched = _int(0)
    ahead = first
    while first < last:
        if first >= ahead:
            ahead = min(first + FETCHED, last)
            for b in range(first, ahead):
                touched += blocks[_u(by_vehicle[_u(b)])].first
            for b in range(first, ahead):
                block = blocks[_u(by_vehicle[_u(b)])]
                for r in range(block.first, block.end, LINE_ROWS):
                    touched += rows[_u(r)].op
        v = _int(blocks[_u(by_vehicle[_u(first)])].vehicle)
        end = first + 1
        while not as_lived and end < last and blocks[_u(by_vehicle[_u(end)])].vehicle == v:
            end += 1
        sorting = end - first > 1
        lowest, highest = n_ops, -1
        if sorting:
            for b in range(first, end):
                block = blocks[_u(by_vehicle[_u(b)])]
                for r in range(block.first, block.end):
                    o = _int(rows[_u(r)].op)
                    place[_u(o)] += 1
                    lowest = min(lowest, o)
                    highest = max(highest, o)
            following = at
            for o in range(lowest, highest + 1):
                following, place[_u(o)] = following + place[_u(o)], following
            at = following
        for b in range(first, end):
            block = blocks[_u(by_vehicle[_u(b)])]
            for r in range(block.first, block.end):
                row = rows[_u(r)]
                if sorting:
                    to = place[_u(row.op)]
                    place[_u(row.op)] += 1
                else:
                    to = at
                    at += 1
                vehicle[_u(to)] = v
                op[_u(to)] = row.op
                queued[_u(to)] = row.queued
                started[_u(to)] = row.started
                finished[_u(to)] = row.finished
                departed[_u(to)] = row.departed
                if row.departed != NOT_YET:
                    outcome[_u(to)] = DONE
                elif row.finished != NOT_YET:
                    outcome[_u(to)] = HELD
                elif row.started != NOT_YET:
                    outcome[_u(to)] = IN_SERVICE
                else:
                    outcome[_u(to)] = WAITING
        for o in range(lowest, highest + 1):
            place[_u(o)] = 0
        first = end
    return touched
