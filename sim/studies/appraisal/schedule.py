"""From sets of open works in anchor years to benefits of every year.

Input: works with their openings and ramps, and anchor years. Output: for each set of works (a frozenset of ids) its
weight in each year: the benefit of a year is the sum over sets of weight x benefit of the set, which is linear between
anchor years and constant before the first and after the last. A ramp scales what the last works add:
``B(before) + ramp x (B(after) - B(before))``. So another order of the same works needs no new run if the sets on the
way are known.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import combinations, groupby
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.studies.appraisal.programme import Work

Floats = npt.NDArray[np.float64]
WorkSet = frozenset[str]
YearsOf = Mapping[WorkSet, frozenset[int]]
"""The anchor years in which sets are run."""
Date = tuple[int, tuple[float, ...]]
"""An opening year and a ramp: works with the same open as one."""
NEVER: Final[Date] = (sys.maxsize, ())
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
    """Every set on the way, however late any works are, in the order of their sizes."""
    dates = {work.id: _dates(work) for work in works}
    found: set[WorkSet] = set()
    for at, *_ in dates.values():
        surely = [id for id, of in dates.items() if of[-1] <= at]
        maybe = [id for id, of in dates.items() if of[0] <= at < of[-1]]
        found |= {frozenset((*surely, *some)) for n in range(len(maybe) + 1) for some in combinations(maybe, n)}
    return tuple(sorted(found - {frozenset()}, key=lambda one: (len(one), sorted(one))))


def years_of(works: Sequence[Work], anchors: Sequence[int], last_year: int) -> dict[WorkSet, frozenset[int]]:
    """The anchor years in which each set on the way has a weight, however late any works are; at least one.

    In every other anchor year the weight of the set is 0 in all years up to the last one: the share of the last works
    of the set less that of the next ones.
    """
    years = range(min(work.opens for work in works), last_year + 1)
    near = between(anchors, years)
    dates = {work.id: _dates(work) for work in works}

    @cache
    def used(last: Date, following: Date) -> frozenset[int]:
        (opens, ramp), (opens_next, ramp_next) = last, following
        share = np.array(
            [_open_share(year - opens, ramp) - _open_share(year - opens_next, ramp_next) for year in years]
        )
        return frozenset(year for year, row in zip(anchors, share * near, strict=True) if row.any())

    found = {}
    for one in sets_of(works):
        inside, outside = ([of for id, of in dates.items() if (id in one) is there] for there in (True, False))
        begin, until = max(of[0] for of in inside), min((of[-1] for of in outside), default=NEVER)
        lasts = {at for of in inside for at in of if begin <= at < until}
        following = {at for of in outside for at in of if at <= until} or {NEVER}
        counted = (used(at, then) for at in lasts for then in following if at < then)
        found[one] = frozenset().union(*counted) or frozenset(anchors[:1])
    return found


def _dates(work: Work) -> list[Date]:
    """When a work may open, with its ramp: as planned, or late."""
    return [(work.opens + late, work.ramp) for late in sorted({0, *range(work.delay.low, work.delay.high + 1)})]


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
