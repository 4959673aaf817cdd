"""The loop over rows as vehicles lived them: journeys, crossings and the times that crossings take at each step.

One function, :func:`cut`, as plain Python and as machine code (:data:`PLAIN`, see :mod:`sim.output.machine_loops`). It
fills columns that are as long as the rows; :mod:`sim.output.journeys` and :mod:`sim.output.crossings` describe them.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.core.plan import Ints, Ints32
from sim.core.rules import NOT_YET
from sim.output.machine_loops import Function

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]
_int: Any = np.int64

LOADED, CLEARANCE, HOLD, RETURN = 1, 2, 4, 8
"""Flags of a step: the vehicle has a load; customs, police or inspection; a HOLD; cargo is returned to a yard."""
SIDES_: Final = 3
BLOCK: Final = 8
LARGEST: Final = 128
"""Rows that numpy adds up in blocks; it halves more of them."""
HALVINGS: Final = 64


class Steps(NamedTuple):
    """What the loop reads of a step. Arrays (nO,)."""

    flags: npt.NDArray[np.uint8]
    side: npt.NDArray[np.int8]
    group: Ints32
    cost_usd: Floats
    co2_kg: Floats


class Vehicles(NamedTuple):
    """What the loop reads of a vehicle. Arrays (nV,)."""

    service: Ints32
    left_s: Ints


class JourneyColumns(NamedTuple):
    """Columns of :class:`~sim.output.journeys.Journeys`."""

    first_row: Ints
    vehicle: Ints32
    service: Ints32
    start_s: Array
    end_s: Array
    done_s: Array
    delivered_s: Array
    waited_s: Array
    loaded_waited_s: Array
    cost_usd: Floats
    co2_kg: Floats


class CrossingColumns(NamedTuple):
    """Columns of :class:`~sim.output.crossings.Crossings`."""

    group: Ints32
    vehicle: Ints32
    service: Ints32
    journey: Ints
    enter_s: Array
    exit_s: Array
    loaded: npt.NDArray[np.bool_]
    wait_s: Array
    clearance_s: Array
    dwell_s: Array
    side_now: Ints32


class Found(NamedTuple):
    """Positions of rows that are looked at one by one, and the number of everything that was found."""

    crossing_row: Ints
    """The first row of each crossing."""
    late: Ints
    """Rows after which a vehicle did not reach its next step at once."""
    holds: Ints
    """HOLDs whose server is kept beyond the work."""
    returns: Ints
    """Rows in which cargo is returned to a yard."""
    counts: Ints
    """(5,) journeys, crossings, late, holds, returns."""


def _block(values: Floats, op: Array, at: int, n: int) -> float:
    """The sum over at most :data:`LARGEST` rows from ``at`` on."""
    end = at + n
    if n < BLOCK:
        total = 0.0
        while at < end:
            total += values[op[at]]
            at += 1
    else:
        a, b, c, d = values[op[at]], values[op[at + 1]], values[op[at + 2]], values[op[at + 3]]
        e, f, g, h = values[op[at + 4]], values[op[at + 5]], values[op[at + 6]], values[op[at + 7]]
        stop = at + n - n % BLOCK
        at += BLOCK
        while at < stop:
            a += values[op[at]]
            b += values[op[at + 1]]
            c += values[op[at + 2]]
            d += values[op[at + 3]]
            e += values[op[at + 4]]
            f += values[op[at + 5]]
            g += values[op[at + 6]]
            h += values[op[at + 7]]
            at += BLOCK
        total = ((a + b) + (c + d)) + ((e + f) + (g + h))
        while at < end:
            total += values[op[at]]
            at += 1
    return total


def _long(values: Floats, op: Array, at: int, n: int) -> float:
    """The sum over more rows: that of the first half, in whole blocks, and that of the rest, each so again."""
    begin, rows = np.zeros(HALVINGS, np.int64), np.zeros(HALVINGS, np.int64)
    before, halves = np.zeros(HALVINGS), np.zeros(HALVINGS, np.int64)
    begin[0], rows[0] = at, n
    depth, total = 0, 0.0
    while depth >= 0:
        half = rows[depth] // 2
        half -= half % BLOCK
        if rows[depth] <= LARGEST:
            total = _block(values, op, begin[depth], rows[depth])
            depth -= 1
            while depth >= 0 and halves[depth] == 2:
                total = before[depth] + total
                depth -= 1
            if depth >= 0:
                before[depth] = total
        elif halves[depth] == 0:
            halves[depth] = 1
            begin[depth + 1], rows[depth + 1], halves[depth + 1] = begin[depth], half, 0
            depth += 1
        else:
            halves[depth] = 2
            begin[depth + 1], rows[depth + 1], halves[depth + 1] = begin[depth] + half, rows[depth] - half, 0
            depth += 1
    return total


def _sum(values: Floats, op: Array, first: int, end: int) -> float:
    """The sum over rows in numpy's order of additions (``np.add.reduceat``), which the last bit depends on."""
    n = end - first - 1
    rest = _block(values, op, first + 1, n) if n <= LARGEST else _long(values, op, first + 1, n)
    return values[op[first]] + rest


def cut(
    vehicle: Ints32,
    op: Array,
    queued: Array,
    started: Array,
    finished: Array,
    departed: Array,
    steps: Steps,
    vehicles: Vehicles,
    from_s: int,
    horizon: int,
    first_number: int,
    first_journey: int,
    journeys: JourneyColumns,
    crossings: CrossingColumns,
    sums: Ints,
    sides: Ints,
    found: Found,
) -> None:
    """Cut the rows into journeys, and these into crossings, where the port or the direction changes.

    Of all rows of the run, the first one here has the number ``first_number``; of all journeys ``first_journey``.
    ``sums`` (nO, 3) receives rows, seconds waited and seconds served of the crossings that end in [from_s, horizon),
    and ``sides`` (n_groups, 3, 4) their number by side with seconds of dwell, wait and clearance.
    """
    flags, side_of, group_of = steps.flags, steps.side, steps.group
    enter, leave = np.zeros(SIDES_, np.int64), np.zeros(SIDES_, np.int64)
    wait, clearance = np.zeros(SIDES_, np.int64), np.zeros(SIDES_, np.int64)
    n_rows = len(op)
    j, c = _int(-1), _int(-1)
    n_late = n_holds = n_returns = _int(0)
    first = begin = _int(0)
    group = _int(-1)
    over = full = True
    waited = loaded_waited = delivered = _int(0)
    all_delivered = True
    i = _int(0)
    while i <= n_rows:
        # The row before may be the last of its journey and crossing; after the last row it is.
        same = False
        new = True
        next_group = _int(-1)
        if i < n_rows:
            o = _int(op[i])
            q, s, f, d = _int(queued[i]), _int(started[i]), _int(finished[i]), _int(departed[i])
            next_group = _int(group_of[o])
            if i > 0:
                same = vehicle[i] == vehicle[i - 1]
                new = not same or o <= op[i - 1]
                if same and q != finished[i - 1]:
                    found.late[n_late] = i - 1
                    n_late += 1
        if group >= 0 and (new or next_group != group):
            exit_s = max(leave[0], leave[1], leave[2])
            crossings.dwell_s[c, 0] = exit_s - crossings.enter_s[c]
            for side in range(1, SIDES_):
                reached = enter[side] < horizon
                crossings.dwell_s[c, side] = leave[side] - enter[side] if reached else NOT_YET
                crossings.wait_s[c, side] = wait[side]
                crossings.clearance_s[c, side] = clearance[side]
            crossings.wait_s[c, 0] = wait[0] + wait[1] + wait[2]
            crossings.clearance_s[c, 0] = clearance[0] + clearance[1] + clearance[2]
            crossings.exit_s[c] = exit_s if over else NOT_YET
            crossings.loaded[c] = full
            crossings.side_now[c] = side_of[op[i - 1]]
            if over and from_s <= exit_s < horizon:
                for side in range(SIDES_):
                    if crossings.dwell_s[c, side] != NOT_YET:
                        sides[group, side, 0] += 1
                        sides[group, side, 1] += crossings.dwell_s[c, side]
                        sides[group, side, 2] += crossings.wait_s[c, side]
                        sides[group, side, 3] += crossings.clearance_s[c, side]
                for k in range(begin, i):
                    step = op[k]
                    sums[step, 0] += 1
                    sums[step, 1] += _int(started[k]) - queued[k]
                    sums[step, 2] += _int(finished[k]) - started[k]
        if new and j >= 0:
            journeys.end_s[j] = q if same else vehicles.left_s[vehicle[i - 1]]
            journeys.done_s[j] = finished[i - 1]
            journeys.delivered_s[j] = delivered if all_delivered else NOT_YET
            journeys.waited_s[j] = waited
            journeys.loaded_waited_s[j] = loaded_waited
            journeys.cost_usd[j] = _sum(steps.cost_usd, op, first, i)
            journeys.co2_kg[j] = _sum(steps.co2_kg, op, first, i)
        if i == n_rows:
            break
        if new:
            j += 1
            first = i
            journeys.first_row[j] = first_number + i
            journeys.vehicle[j] = vehicle[i]
            journeys.service[j] = vehicles.service[vehicle[i]]
            journeys.start_s[j] = q
            waited, loaded_waited, delivered, all_delivered = _int(0), _int(0), _int(NOT_YET), True
        if next_group >= 0:
            if new or next_group != group:
                c += 1
                begin = i
                found.crossing_row[c] = i
                crossings.group[c] = next_group
                crossings.vehicle[c] = vehicle[i]
                crossings.service[c] = vehicles.service[vehicle[i]]
                crossings.journey[c] = first_journey + j
                crossings.enter_s[c] = q
                over, full = True, False
                for side in range(SIDES_):
                    enter[side], leave[side], wait[side], clearance[side] = horizon, NOT_YET, 0, 0
            side = _int(side_of[o])
            enter[side] = min(enter[side], q)
            leave[side] = max(leave[side], d)
            wait[side] += s - q
            if flags[o] & CLEARANCE:
                clearance[side] += f - q
            if d == NOT_YET:
                over = False
            if flags[o] & LOADED:
                full = True
        group = next_group
        waited += s - q
        if flags[o]:
            if flags[o] & LOADED:
                delivered = max(delivered, d)
                loaded_waited += s - q
                if d == NOT_YET:
                    all_delivered = False
            if flags[o] & HOLD and d != f:
                found.holds[n_holds] = i
                n_holds += 1
            if flags[o] & RETURN:
                found.returns[n_returns] = i
                n_returns += 1
        i += 1
    found.counts[0], found.counts[1], found.counts[2] = j + 1, c + 1, n_late
    found.counts[3], found.counts[4] = n_holds, n_returns


class Loops(NamedTuple):
    """The functions that are called from elsewhere."""

    cut: Function


PLAIN: Final = Loops(cut)
HELPERS: Final = (_block, _long, _sum)
