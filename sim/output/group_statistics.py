"""Statistics of whole seconds by group, without a loop over rows.

The one definition of a percentile in this project is the linear interpolation between order statistics (type 7 of
Hyndman and Fan, numpy's default): the p-th of n sorted values is at position p (n - 1), counted from 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.core.plan import Ints
from sim.output.integer_sort import ascending
from sim.output.machine_loops import Function, suiting


def order(key: Ints) -> Ints:
    """Indices that sort keys >= 0, equal keys in their order; numpy sorts values much faster than indices."""
    place_bits = len(key).bit_length()
    if not len(key) or int(key.max()) >= 2 ** (63 - place_bits):
        return np.argsort(key, kind="stable")
    packed = (key << place_bits) | np.arange(len(key))
    packed = ascending(packed)
    return np.asarray(packed & (2**place_bits - 1))


def count_rows(group: npt.NDArray[Any], found: Ints) -> bool:
    """Count the rows of each group; return whether all groups are among those of ``found``."""
    for k in range(len(group)):
        if not 0 <= group[k] < len(found):
            return False
        found[group[k]] += 1
    return True


def add_rows(group: npt.NDArray[Any], values: npt.NDArray[Any], found: npt.NDArray[np.float64]) -> bool:
    """Add up the values of each group in the order of numpy's bincount; return likewise.

    Rows of a group often follow each other, so that its sum stays where it is added to.
    """
    last, total = -1, 0.0
    for k in range(len(group)):
        if group[k] != last:
            if last >= 0:
                found[last] = total
            last = group[k]
            if not 0 <= last < len(found):
                return False
            total = found[last]
        total += values[k]
    if last >= 0:
        found[last] = total
    return True


class Loops(NamedTuple):
    """The functions as machine code."""

    count_rows: Function
    add_rows: Function


PLAIN: Final = Loops(count_rows, add_rows)
MANY: Final = 50_000
"""Rows for which machine code is faster, as it converts no columns."""


def counts(group: npt.NDArray[Any], n_groups: int) -> Ints:
    """(n_groups,) how many rows each group has."""
    found: Ints = np.zeros(n_groups, np.int64)
    loops = suiting(len(group), PLAIN)
    if len(group) >= MANY and loops is not PLAIN and loops.count_rows(group, found):
        return found
    return np.bincount(group, minlength=n_groups)


def sums(group: npt.NDArray[Any], values: npt.NDArray[Any], n_groups: int) -> npt.NDArray[np.float64]:
    """(n_groups,) sum of the values of each group."""
    found: npt.NDArray[np.float64] = np.zeros(n_groups)
    loops = suiting(len(group), PLAIN)
    if len(group) >= MANY and len(values) == len(group) and loops is not PLAIN and loops.add_rows(group, values, found):
        return found
    return np.asarray(np.bincount(group, weights=values, minlength=n_groups), float)


def ratio(amount: npt.NDArray[Any], of: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Quotients of equal shape, NaN where there is nothing to divide by."""
    return np.divide(amount, of, out=np.full(np.shape(of), np.nan), where=np.asarray(of) > 0)


def means(group: npt.NDArray[Any], values: npt.NDArray[Any], n_groups: int) -> npt.NDArray[np.float64]:
    """(n_groups,) mean of each group, NaN for one without rows."""
    return ratio(sums(group, values, n_groups), counts(group, n_groups))


def percentiles(
    group: npt.NDArray[Any],
    values: npt.NDArray[Any],
    n_groups: int,
    shares: Sequence[float],
    zeros: npt.NDArray[Any] | int = 0,
) -> npt.NDArray[np.float64]:
    """(n_groups, len(shares)) percentiles of values >= 0, NaN for a group without rows.

    ``zeros`` (n_groups,) is the number of further rows with the value 0.
    """
    result: npt.NDArray[np.float64] = np.full((n_groups, len(shares)), np.nan)
    n = counts(group, n_groups)
    some = np.flatnonzero(n + zeros)
    if not len(some):
        return result
    more = np.broadcast_to(zeros, n.shape)[some, np.newaxis]
    last = n[some, np.newaxis] + more - 1
    position = last * np.asarray(shares, float)
    below = np.floor(position).astype(np.int64)
    above = np.minimum(below + 1, last)
    first = (np.cumsum(n) - n)[some, np.newaxis] - more
    span = int(values.max(initial=0)) + 1
    key = group.astype(np.int64) * span + values if len(values) else np.zeros(1, np.int64)
    key = ascending(key)  # Many times faster than a partition, although only the requested values need be in place.
    low, high = (np.where(k < more, 0, key.take(first + k, mode="clip") % span) for k in (below, above))
    result[some] = low + (high - low) * (position - below)
    return result
