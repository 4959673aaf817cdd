"""Servers that work part of the time: a fraction of a server, as a calendar of whole servers.

Input: the mean number of servers over time, such as 2.4 during a shift (servers x share). Output: whole servers. The
whole part works all the time, and one more server works the fraction, in equal slices of time: each time with one
level, a shift or a week of them, is cut into slices in which that server does some 20 jobs, of an hour at least and of
a day at most. It comes at the beginning of a slice and goes when it has done its share of the slice.

Nothing is pre-empted: a server that goes still finishes a job, for which the slice has no time. So its time is counted
in whole jobs of mean length; it goes earlier by the mean time that the job in hand still takes, and what is left of its
share is worked in a later slice. With vehicles always waiting, the jobs done are therefore those of the fraction, to
one job in a run, however long jobs and slices are. With *w* others at work, the first of *w* + 1 jobs ends after
``mean (1 + c^2) / (2 + w (1 + c^2))``, *c* the coefficient of variation: exact for a single server (mean residual life;
Asmussen 2003, *Applied Probability and Queues*), for constant jobs out of step and for exponential ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from math import floor
from typing import Final

import numpy as np

from sim.compile.expected_load import Job
from sim.core.plan import Ints
from sim.core.random_streams import Floats
from sim.core.units import DAY_S, HOUR_S

JOBS_OF_A_SLICE: Final = 20
LEAST_STAY: Final = 0.25
"""A server does not come for less than this part of a mean job."""
ROUNDING: Final = 1e-9

Step = tuple[int, int]
"""From this second on, so many servers."""


def whole_servers(times_s: Ints, levels: Floats, horizon_s: int, job: Job) -> tuple[Ints, Ints]:
    """The step function of whole servers for one of mean numbers; both begin at second 0."""
    if not (levels % 1).any():
        return times_s, levels.astype(np.int64)
    steps = _steps(times_s, levels, horizon_s, job)
    found: list[Step] = []
    for time_s, servers in steps:
        if found and found[-1][0] == time_s:
            found.pop()
        if not found or found[-1][1] != servers:
            found.append((time_s, servers))
    return np.array([step[0] for step in found], np.int64), np.array([step[1] for step in found], np.int64)


def _steps(times_s: Ints, levels: Floats, horizon_s: int, job: Job) -> Iterator[Step]:
    owed_s = 0.0
    ends_s = [*times_s[1:].tolist(), horizon_s]
    for start_s, end_s, level in zip(times_s.tolist(), ends_s, levels.tolist(), strict=True):
        whole = floor(level)
        part = level - whole
        yield start_s, whole
        for begin_s, until_s in _slices(start_s, end_s, part, job) if part else ():
            owed_s += part * (until_s - begin_s)
            stays_s, worked_s = _stay(owed_s, until_s - begin_s, whole, job)
            owed_s -= worked_s
            yield begin_s, whole + (stays_s > 0)
            yield begin_s + stays_s, whole


def spells_off(
    mean: tuple[Ints, Floats], whole: tuple[Ints, Ints], shut: Iterable[Step], horizon_s: int
) -> Iterator[Step]:
    """The spells in which a part of a server is at work on average, and none is; not those ``shut`` by closures.

    ``mean`` are the numbers of servers of which :func:`whole_servers` made ``whole``; ``shut`` are (from, to).
    """
    if not (mean[1] % 1).any():
        return
    spells = np.array(sorted(shut), np.int64).reshape(-1, 2)
    edges = np.unique(np.concatenate([mean[0], whole[0], spells.ravel()]))
    edges = edges[edges < horizon_s]
    average, at_work = (values[np.searchsorted(times, edges, "right") - 1] for times, values in (mean, whole))
    before = np.searchsorted(spells[:, 0], edges, "right")
    is_shut = edges < np.append(-1, spells[:, 1])[before]
    off = np.append((average > 0) & (at_work <= 0) & ~is_shut, False)
    ends = np.append(edges, horizon_s)[np.flatnonzero(np.diff(off, prepend=False))].tolist()
    yield from zip(ends[::2], ends[1::2], strict=True)


def slice_s(mean_s: float, part: float) -> float:
    """Length of a slice in which a server works a part of the time on jobs of mean length."""
    return min(max(JOBS_OF_A_SLICE * mean_s / part, HOUR_S), DAY_S)


def _slices(start_s: int, end_s: int, part: float, job: Job) -> Iterator[Step]:
    """Equal slices between two seconds, with their ends."""
    n = max(1, round((end_s - start_s) / slice_s(job.mean_s, part)))
    edges = [start_s + (end_s - start_s) * k // n for k in range(n + 1)]
    yield from pairwise(edges)


def _stay(owed_s: float, length_s: int, others: int, job: Job) -> tuple[int, float]:
    """Seconds for which a server comes, and the seconds of work that it does with vehicles always waiting."""
    if not job.mean_s:
        return round(owed_s), owed_s
    jobs = floor(owed_s / job.mean_s + ROUNDING)
    spread = 1 + job.squared_variation
    stays_s = jobs * job.mean_s - job.mean_s * spread / (2 + others * spread)
    if stays_s >= length_s:
        return length_s, length_s
    if stays_s < LEAST_STAY * job.mean_s or round(stays_s) < 1:
        return 0, 0.0
    return round(stays_s), jobs * job.mean_s
