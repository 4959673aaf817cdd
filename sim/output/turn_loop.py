"""The loop that finds the momentary bottlenecks of a group of facilities, one after the other, and those over spells.

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
    turns: Function


PLAIN: Final = Loops(spells_at, turns)
