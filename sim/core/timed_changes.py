"""Changes of servers and levels over time, as columns of a plan: in order, and one for each time and place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.core.columns import ints, joined
from sim.core.plan import Ints


@dataclass(frozen=True)
class TimedChanges:
    """What changes at a facility or a stock, and when."""

    place: int
    times_s: Ints
    values: Ints


def before(horizon_s: int, changes: Sequence[TimedChanges]) -> tuple[Ints, Ints, Ints]:
    """Time, place and value of all changes before the horizon, by time and place, in the order given."""
    time_s = joined([one.times_s for one in changes], np.int64)
    place = np.repeat(ints(one.place for one in changes), ints(len(one.times_s) for one in changes))
    value = joined([one.values for one in changes], np.int64)
    some = np.flatnonzero(time_s < horizon_s)
    order = some[np.lexsort((place[some], time_s[some]))]
    return time_s[order], place[order], value[order]


def summed(time_s: Ints, place: Ints, value: Ints) -> tuple[Ints, Ints, Ints]:
    """Changes of one time and place as their sum, without those that come to nothing."""
    first = np.flatnonzero(_differs(time_s, place)[:-1])
    total = np.add.reduceat(value, first) if len(first) else value
    some = total != 0
    return time_s[first][some], place[first][some], total[some]


def latest(time_s: Ints, place: Ints, value: Ints) -> tuple[Ints, Ints, Ints]:
    """Of the values of one time and place the last."""
    last = np.flatnonzero(_differs(time_s, place)[1:])
    return time_s[last], place[last], value[last]


def _differs(time_s: Ints, place: Ints) -> npt.NDArray[np.bool_]:
    """(n + 1,) whether each time or place is another than the one before, and whether nothing follows."""
    new = np.ones(len(time_s) + 1, bool)
    new[1:-1] = (time_s[1:] != time_s[:-1]) | (place[1:] != place[:-1])
    return new
