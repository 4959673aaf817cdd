"""Opening hours and closed days, from the times at which work begins."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.core.units import DAY_S
from sim.studies.fitting.arrivals import weekdays_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SLOT_S: Final = 900
SLOTS: Final = DAY_S // SLOT_S
LEAST_DAYS: Final = 28
CHANCE: Final = 0.001
"""A slot without a start is shut if an open one is so seldom without any."""
LEAST_SHUT: Final = 4
"""Slots: an hour."""
GROUPINGS: Final = (
    (tuple(range(7)),),
    (tuple(range(6)), (6,)),
    (tuple(range(5)), (5,), (6,)),
    tuple((day,) for day in range(7)),
)
"""Days of the week that have the same hours, from coarse to fine; Monday is 0."""


@dataclass(frozen=True)
class Hours:
    """Opening hours of some days of the week; no spans: closed."""

    weekdays: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]
    """(opens, closes), minutes after midnight."""


@dataclass(frozen=True)
class Opening:
    """Hours by groups of days, and single days without any start."""

    hours: tuple[Hours, ...]
    closed_days: tuple[int, ...]
    """Days (numbers since 1970) that are open by the hours and had no start."""
    days: int
    n: int
    sharp: bool = False
    """Whether work begins so often inside of every edge that a quarter of an hour more would have shown."""

    def is_open(self, local_s: Floats) -> npt.NDArray[np.bool_]:
        """Whether the hours are open at local seconds since 1970."""
        day = np.floor_divide(local_s, DAY_S).astype(np.int64)
        slot = (local_s % DAY_S // SLOT_S).astype(np.int64)
        return self.week()[weekdays_of(day), slot] & ~np.isin(day, self.closed_days)

    def week(self) -> npt.NDArray[np.bool_]:
        """(7, 96) quarters of an hour of a week, from Monday on: whether they are open."""
        found = np.zeros((7, SLOTS), bool)
        for hours in self.hours:
            for opens, closes in hours.spans:
                found[list(hours.weekdays), opens * 60 // SLOT_S : closes * 60 // SLOT_S] = True
        return found


def opening(starts: Floats, days: Ints, shift_s: float) -> Opening | None:
    """The hours in which work begins; None for fewer than 28 days.

    ``starts`` are instants, ``days`` those on which the system recorded, by number since 1970 on the clock that is
    ``shift_s`` ahead of UTC.
    """
    if len(days) < LEAST_DAYS:
        return None
    local = starts + shift_s
    day = np.floor_divide(local, DAY_S).astype(np.int64)
    inside = np.isin(day, days)
    day, slot = day[inside], (local[inside] % DAY_S // SLOT_S).astype(np.int64)
    weekday = weekdays_of(days)
    counts = np.zeros((7, SLOTS))
    np.add.at(counts, (weekdays_of(day), slot), 1)
    # Each weekday has its own traffic, so that groups differ by their hours alone; without any it is that of all.
    traffic = counts.sum(1)
    traffic = np.where(traffic > 0, traffic, traffic.mean())
    best: tuple[Hours, ...] = ()
    least = math.inf
    for grouping in GROUPINGS:
        hours, cost, free = [], 0.0, 0
        for group in grouping:
            open_ = _open(counts[list(group)].sum(0))
            hours.append(Hours(group, _spans(open_)))
            free += 2 * len(hours[-1].spans)
            for one in group:
                expected = np.where(open_, traffic[one] / max(int(open_.sum()), 1), 1e-6)
                cost += float((expected - counts[one] * np.log(np.maximum(expected, 1e-9))).sum())
        bic = 2 * cost + free * math.log(max(len(day), 2))
        if bic < least - 1e-6:
            best, least = tuple(hours), bic
    open_weekdays = {one for hours in best for one in hours.weekdays if hours.spans}
    closed = days[np.isin(weekday, list(open_weekdays)) & ~np.isin(days, day)]
    made = Opening(best, tuple(closed.tolist()), len(days), len(day))
    return replace(made, sharp=_is_sharp(made, counts, np.bincount(weekday, minlength=7)))


def _is_sharp(made: Opening, counts: Floats, days: Ints) -> bool:
    """Whether shut slots beside each edge of the week, and shut days, would hardly lack a start if they were open.

    ``counts`` (7, slots) starts, ``days`` (7,) days of each weekday.
    """
    need = -math.log(CHANCE)
    for hours in made.hours:
        group = list(hours.weekdays)
        if not hours.spans:
            open_days = [one for other in made.hours if other.spans for one in other.weekdays]
            if counts[open_days].sum() / days[open_days].sum() * days[group].sum() < need:
                return False
            continue
        of_slots = counts[group].sum(axis=0)
        open_ = made.week()[group[0]]
        for first, end in _runs(np.concatenate([open_, open_])):
            if first == 0 or end == 2 * SLOTS:  # Cut at midnight, or open day and night.
                continue
            inside = np.arange(first, end)
            for edge in (inside[:LEAST_SHUT], inside[-LEAST_SHUT:]):
                if of_slots[edge % SLOTS].mean() < need:
                    return False
    return True


def _open(counts: Floats) -> npt.NDArray[np.bool_]:
    """Which slots of a day are open: those with starts, and gaps too short or too likely to be a closure."""
    if not counts.any():
        return np.zeros(SLOTS, bool)
    mean = float(counts[counts > 0].mean())
    shut = counts == 0
    # A run of empty slots is a closure where so many would hardly ever be empty together.
    need = max(LEAST_SHUT, math.ceil(-math.log(CHANCE) / mean))
    found = np.ones(SLOTS, bool)
    # The day is a circle: a night is one run.
    runs = _runs(np.concatenate([shut, shut]))
    for first, end in runs:
        if end - first >= need:
            found[np.arange(first, min(end, first + SLOTS)) % SLOTS] = False
    return found


def _runs(flags: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.diff(np.concatenate([[0], flags.astype(np.int8), [0]]))
    return list(zip(np.flatnonzero(edges == 1).tolist(), np.flatnonzero(edges == -1).tolist(), strict=True))


def _spans(open_: npt.NDArray[np.bool_]) -> tuple[tuple[int, int], ...]:
    minutes = SLOT_S // 60
    return tuple((first * minutes, end * minutes) for first, end in _runs(open_))
