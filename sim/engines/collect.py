"""The rows of a run of the compiled engine, brought into the order of the trace by counting: nothing is sorted.

Written as plain loops over arrays, which ``compiled`` turns into machine code; numba's cache goes by the file in
which a function stands, so what is called from Python may stand here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sim.plan import Bytes, Ints, Ints32
from sim.rules import DONE, HELD, IN_SERVICE, NOT_YET, WAITING

Records = npt.NDArray[Any]
_int: Any = np.int64
_u: Any = np.uint64


def order(blocks: Records, n_vehicles: int) -> tuple[Ints32, Ints]:
    """Blocks by vehicle, trips in order; and (nV + 1,) the first row of each vehicle in the trace."""
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
    return by_vehicle, starts


def collect(
    rows: Records,
    blocks: Records,
    by_vehicle: Ints32,
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
    while first < len(by_vehicle):
        v = _int(blocks[_u(by_vehicle[_u(first)])].vehicle)
        end = first + 1
        while end < len(by_vehicle) and blocks[_u(by_vehicle[_u(end)])].vehicle == v:
            end += 1
        at = starts[_u(v)]
        lowest, highest = n_ops, -1
        if end - first > 1:
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
        for b in range(first, end):
            block = blocks[_u(by_vehicle[_u(b)])]
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
        for o in range(lowest, highest + 1):
            place[_u(o)] = 0
        first = end
