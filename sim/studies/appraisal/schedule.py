"""From sets of open works in anchor years to benefits of every year.

Input: works with their openings and ramps, and anchor years. Output: for each set of works (a frozenset of ids) its
weight in each year: the benefit of a year is the sum over sets of weight x benefit of the set, which is linear between
anchor years and constant before the first and after the last. A ramp scales what the last works add:
``B(before) + ramp x (B(after) - B(before))``. So another order of the same works needs no new run if the sets on the
way are known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

import numpy as np
import numpy.typing as npt

from sim.studies.appraisal.programme import Work

Floats = npt.NDArray[np.float64]
WorkSet = frozenset[str]
YearsOf = Mapping[WorkSet, frozenset[int]]
"""The anchor years in which sets are run."""
AT_LEAST_APART = 2
"""Years between two default anchors."""
STANDARD_ANCHORS = (2030, 2035)


def anchors_of(first_opening: int, stated: Sequence[int]) -> tuple[int, ...]:
    """The anchor years: those stated, else the year after the first opening, 2030 and 2035, two years apart."""
    if stated:
        return tuple(sorted(set(stated)))
    found = [first_opening + 1]
    for year in STANDARD_ANCHORS:
        if year >= found[-1] + AT_LEAST_APART:
            found.append(year)
    return tuple(found)


def steps_of(works: Sequence[Work], late: Mapping[str, int]) -> list[tuple[int, tuple[float, ...], WorkSet]]:
    """(opening year, ramp, set of all works open from then on), by year; ``late`` has years of delay by work."""
    dated = sorted((work.opens + late.get(work.id, 0), work.ramp, work.id) for work in works)
    steps, open_works = [], frozenset[str]()
    for (opens, ramp), some in groupby(dated, key=lambda one: one[:2]):
        open_works = open_works | {id for _, _, id in some}
        steps.append((opens, ramp, open_works))
    return steps


def sets_of(works: Sequence[Work]) -> tuple[WorkSet, ...]:
    """Every set on the way, as planned and with each possible delay, in the order of their sizes."""
    plans: list[dict[str, int]] = [{}, *({work.id: work.delay.high} for work in works if work.delay.high)]
    plans.append({work.id: work.delay.high for work in works})
    found = {open_works for late in plans for _, _, open_works in steps_of(works, late)}
    return tuple(sorted(found, key=lambda one: (len(one), sorted(one))))


def years_of(works: Sequence[Work], anchors: Sequence[int], last_year: int) -> dict[WorkSet, frozenset[int]]:
    """The anchor years that the years of each set on the way lie at or between, however late any works are.

    In every other anchor year the weight of the set is 0 in all years up to the last one.
    """
    found = {}
    for one in sets_of(works):
        first = max(work.opens for work in works if work.id in one)
        ends = (work.opens + work.delay.high + len(work.ramp) for work in works if work.id not in one)
        end = max(first, min(ends, default=last_year + 1) - 1)
        used = [bool(row.any()) for row in between(anchors, range(first, end + 1))]
        found[one] = frozenset(year for year, is_used in zip(anchors, used, strict=True) if is_used)
    return found


def weights(
    works: Sequence[Work], sets: Sequence[WorkSet], anchors: Sequence[int], years: range, late: Mapping[str, int]
) -> Floats:
    """(sets, anchors, years) weight of each run year in each year of the appraisal."""
    share = np.zeros((len(sets), len(years)))
    before: WorkSet | None = None
    for opens, ramp, open_works in steps_of(works, late):
        full = np.array([_open_share(year - opens, ramp) for year in years])
        share[sets.index(open_works)] += full
        if before is not None:
            share[sets.index(before)] -= full
        before = open_works
    return share[:, None, :] * between(anchors, years)[None]


def _open_share(age: int, ramp: tuple[float, ...]) -> float:
    """The share of the full effect in a year of use, the first being 0."""
    if age < 0:
        return 0.0
    return ramp[age] if age < len(ramp) else 1.0


def between(anchors: Sequence[int], years: range) -> Floats:
    """(anchors, years) weights of linear interpolation, constant outside."""
    return np.array([np.interp(years, anchors, row) for row in np.eye(len(anchors))])
