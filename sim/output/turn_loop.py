"""Loops behind momentary bottlenecks: when servers are blocked, and whose turn it is to be the bottleneck.

Functions as plain Python and as machine code (:data:`PLAIN`, see :mod:`sim.output.machine_loops`).
:mod:`sim.kpi.bottlenecks` says what active periods and bottlenecks are.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.core.plan import Ints
from sim.output.machine_loops import Function

Array = npt.NDArray[Any]
_int: Any = np.int64
OF_BUCKET: Final = 8
"""Spells of a bucket, on average."""


def spells_at(
    facility_of_op: Ints, op: Array, waits: Array, from_s: Array, to_s: Array, first: Ints, begin: Array, end: Array
) -> None:
    """Gather the spells of waiting vehicles by the facility of their HOLD, -1 for none that is looked at.

    ``first`` (nF + 1,) becomes where those of each facility begin in ``begin`` and ``end``.
    """
    first[:] = 0
    for k in range(len(op)):
        if waits[k] and facility_of_op[op[k]] >= 0:
            first[facility_of_op[op[k]] + 1] += 1
    for f in range(len(first) - 1):
        first[f + 1] += first[f]
    place = first.copy()
    for k in range(len(op)):
        facility = facility_of_op[op[k]]
        if waits[k] and facility >= 0:
            begin[place[facility]] = from_s[k]
            end[place[facility]] = to_s[k]
            place[facility] += 1


def united(begin: Array, end: Array, by_begin: Array, until: Array) -> int:
    """Join spells that overlap or meet; return how many are left, which ``by_begin`` and ``until`` receive in order.

    Spells are put into buckets by their begin, of some few each, and there in order as they come.
    """
    if not len(begin):
        return 0
    lowest = highest = _int(begin[0])
    for k in range(len(begin)):
        lowest, highest = min(lowest, _int(begin[k])), max(highest, _int(begin[k]))
    shift = _int(0)
    while (highest - lowest) >> shift > len(begin) // OF_BUCKET:
        shift += 1
    first = np.zeros(((highest - lowest) >> shift) + 2, np.int64)
    for k in range(len(begin)):
        first[((_int(begin[k]) - lowest) >> shift) + 1] += 1
    for bucket in range(len(first) - 1):
        first[bucket + 1] += first[bucket]
    place = first.copy()
    for k in range(len(begin)):
        bucket = (_int(begin[k]) - lowest) >> shift
        at = place[bucket]
        place[bucket] += 1
        while at > first[bucket] and by_begin[at - 1] > begin[k]:
            by_begin[at], until[at] = by_begin[at - 1], until[at - 1]
            at -= 1
        by_begin[at], until[at] = begin[k], end[k]
    n = _int(0)
    for k in range(1, len(begin)):
        if by_begin[k] <= until[n]:
            until[n] = max(until[n], until[k])
        else:
            n += 1
            by_begin[n], until[n] = by_begin[k], until[k]
    return n + 1


def turns(first: Ints, from_s: Ints, to_s: Ints, begin: int, end: int, period: Ints, starts: Ints, ends: Ints) -> int:
    """Find the period that is the longest of those at each instant of [begin, end); return how many turns there are.

    ``first`` (n + 1,) is where the periods of each facility begin, of which the first one goes before others that are
    as long. Fills period, start and end of each turn.
    """
    n_facilities = len(first) - 1
    at = first[:-1].copy()
    starts_s, ends_s = np.full(n_facilities, end, np.int64), np.full(n_facilities, end, np.int64)
    n, last = _int(0), _int(-1)
    now = following = _int(begin)
    while now < end:
        best, longest = _int(-1), _int(0)
        following = _int(end)
        for f in range(n_facilities):
            if ends_s[f] <= now or now == begin:  # The next one, but none that is over before the window.
                while at[f] < first[f + 1] and to_s[at[f]] <= now:
                    at[f] += 1
                starts_s[f] = ends_s[f] = end
                if at[f] < first[f + 1]:
                    starts_s[f], ends_s[f] = from_s[at[f]], to_s[at[f]]
            if starts_s[f] > now:
                following = min(following, starts_s[f])
                continue
            following = min(following, ends_s[f])
            lasts = ends_s[f] - starts_s[f]
            if at[f] < first[f + 1] and lasts > longest:
                best, longest = at[f], lasts
        if best != last:
            if last >= 0:
                ends[n] = now
                n += 1
            if best >= 0:
                period[n], starts[n] = best, now
            last = best
        now = following
    if last >= 0:
        ends[n] = end
        n += 1
    return n


class Loops(NamedTuple):
    """The functions that are called from elsewhere."""

    spells_at: Function
    united: Function
    turns: Function


PLAIN: Final = Loops(spells_at, united, turns)
