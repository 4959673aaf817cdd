"""What is known of the ends of visits, and of the days on which the system recorded.

Input and output: frames of visits as in :data:`corridors.records.visits.FRAME`. Rules R7 to R10 and R12, the rounding
of times, the window of the log, missing days.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from corridors.clock import local_time
from corridors.model import Corridor
from corridors.records.journeys import last_time
from corridors.records.mapping import TIMES, RecordMap
from corridors.records.stamps import DAY_S, iso
from corridors.records.visits import DROPPED, KEPT, Ledger

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.int64]

ROUNDED_TO: Final = (5, 10, 15, 30)
"""Minutes to which people round, the finest first."""
MANY_ROUND: Final = 0.5
FEW_TIMES: Final = 20
"""Fewer times do not show whether they are rounded."""
GAP_DAYS: Final = 60
"""Records behind a gap of so many days, and few, have a wrong year."""
FEW_RECORDS: Final = 0.001
FAR_DAYS: Final = 300
"""Behind a gap of so many days, a single visit is enough."""
BATCH: Final = 5
BATCH_CHANCE: Final = 0.001
"""Probability below which as many ends in one minute are a batch."""
SHIFT_END_S: Final = 300.0
SHIFT_SURPLUS: Final = 3.0
STILL_THERE: Final = 3.0
"""A visit without an end that began more than so many times the longest ones before the end of the log was not
recorded to its end."""


def rounding(frame: pd.DataFrame, found: RecordMap) -> dict[int, float]:
    """By step of the map the seconds to which its times are rounded: as declared, or as most of them are."""
    made = {}
    for number, step in enumerate(found.steps):
        if step.rounded_min is not None:
            made[number] = step.rounded_min * 60.0
            continue
        own = frame[(frame["step"] == number).to_numpy()]
        made[number] = max((_rounded(own[name].dropna().to_numpy()) for name in TIMES), default=0.0)
    return made


def _rounded(times: Floats) -> float:
    """The seconds to which one column is rounded; 0 if seconds are recorded."""
    if len(times) < FEW_TIMES:
        return 60.0 if len(times) and (times % 60 == 0).all() else 0.0
    whole = float((times % 60 == 0).mean())
    minutes, found, finer = np.floor_divide(times, 60), 0, 0.0
    for step in ROUNDED_TO if whole > MANY_ROUND else ():
        share = float((minutes % step == 0).mean())
        # Half of the times rounded to 5 minutes are full tens by themselves: without those, many must be.
        by_itself = found / step if found and step % found == 0 else 0.0
        if share > MANY_ROUND + (finer - MANY_ROUND) * by_itself:
            found, finer = step, share
    return 60.0 * (found or (whole > 0.9))


@dataclass(frozen=True)
class Window:
    """The first and the last instant of the records, and the clock of their days."""

    first: float
    last: float
    clock: str
    declared: bool
    """Whether the map gives the last day."""

    @classmethod
    def of(cls, frame: pd.DataFrame, found: RecordMap, clock: str) -> Window:
        """The window of a log: that of the map, else from the first end of a visit to the last record.

        A few records far behind all others have a wrong date and do not count.
        """
        ends = np.sort(frame[list(TIMES)].to_numpy().ravel())
        ends = ends[~np.isnan(ends)]
        first, last = float(ends[0]), float(ends[-1])
        gaps = np.flatnonzero(np.diff(ends) > GAP_DAYS * DAY_S)
        one_visit = len(TIMES) if len(ends) > FEW_TIMES else 0
        for gap in gaps:
            # A single visit years away has a wrong year; months away it may be the first or last of a season.
            alone = one_visit if ends[gap + 1] - ends[gap] > FAR_DAYS * DAY_S else 0
            if gap + 1 <= max(alone, FEW_RECORDS * len(ends)):
                first = float(ends[gap + 1])
            elif len(ends) - gap - 1 <= max(alone, 1, FEW_RECORDS * len(ends)):
                last = float(ends[gap])
                break
        closed = np.fmax(frame["finished"].to_numpy(), frame["left"].to_numpy())
        closed = closed[closed >= first]
        first = float(closed.min()) if len(closed) else first
        declared = found.window.last_day is not None
        if found.window.first_day:
            first = float(_midnight(found.window.first_day, clock))
        if found.window.last_day:
            last = float(_midnight(found.window.last_day, clock, 1440))
        return cls(first, last, clock, declared)


def _midnight(day: date, clock: str, minutes: int = 0) -> int:
    return local_time.instant(day, minutes, local_time.zone(clock))


def within(frame: pd.DataFrame, found: RecordMap, window: Window, ledger: Ledger) -> pd.DataFrame:
    """The visits of the window that are not longer than the map allows (R10)."""
    times = frame[list(TIMES)].to_numpy()
    late = (np.where(np.isnan(times), -np.inf, times) > window.last).any(1)
    early = np.where(np.isnan(times), np.inf, times)
    old = (early < window.first - GAP_DAYS * DAY_S).any(1)
    longest = np.array([one.longest_h * 3600 if one.longest_h else np.inf for one in found.steps])
    start = np.where(np.isnan(times[:, 1]), times[:, 0], times[:, 1])
    end = np.where(np.isnan(times[:, 2]), times[:, 3], times[:, 2])
    off = np.asarray(late | old, bool)
    long = np.asarray(end - start > longest[frame["step"].to_numpy()], bool) & ~off
    stamps = last_time(frame)
    ledger.add("R10", DROPPED, frame[off], "", [iso(one) for one in stamps[off]], "window")
    ledger.add("R10", DROPPED, frame[long], "", [iso(one) for one in stamps[long]], "longest")
    return frame[~(off | long)].reset_index(drop=True)


def long_gap(frame: pd.DataFrame) -> tuple[float, float] | None:
    """The last time before and the first after the longest gap of a log, if it is longer than GAP_DAYS."""
    times = frame[list(TIMES)].to_numpy().ravel()
    times = np.sort(times[~np.isnan(times)])
    gaps = np.diff(times)
    if not len(gaps) or gaps.max() <= GAP_DAYS * DAY_S:
        return None
    at = int(gaps.argmax())
    return float(times[at]), float(times[at + 1])


def ends(frame: pd.DataFrame, found: RecordMap, window: Window, ledger: Ledger) -> pd.DataFrame:
    """The visits with what is known of their ends (R7, R8), and those that began before the log (R9)."""
    frame = frame.sort_values(["vehicle", "begin", "position"], kind="stable", ignore_index=True)
    has_end = np.array([bool(one.finished or one.left or one.zone) for one in found.steps])
    by_left = np.array([not one.finished and bool(one.left or one.zone) for one in found.steps])
    step = frame["step"].to_numpy()
    begin = np.where(np.isnan(frame["started"]), frame["arrived"], frame["started"])
    end = np.where(by_left[step], frame["left"], frame["finished"])
    low, high = end.copy(), end.copy()
    open_ = np.isnan(end) & has_end[step] & ~np.isnan(begin)
    following, same_journey = _next_begin(frame)
    later = open_ & ~np.isnan(following)
    low[later], high[later] = begin[later], following[later]
    # Between journeys a vehicle is anywhere: the next journey bounds the end, but says little.
    going_on = open_ & ~later & ~too_long(frame, end, window.last)
    low[going_on], high[going_on] = window.last, np.inf
    lost = open_ & ~later & ~going_on
    for bad, rule, note in (
        (later & same_journey, "R7", ""),
        (later & ~same_journey, "R7", "next_journey"),
        (lost, "R7", "no_later_event"),
        (going_on, "R8", ""),
    ):
        ledger.add(rule, KEPT, frame[bad], "left" if by_left.all() else "finished", "", note)
    entry = np.where(begin < window.first, window.first, np.nan)
    first_of_log = frame["begin"].to_numpy() <= window.first + found.journey.gap_h * 3600
    is_first = ~frame.duplicated("journey").to_numpy()
    first_place = frame.groupby("service")["position"].transform("min").to_numpy()
    firsts = is_first & (frame["position"].to_numpy() == first_place)
    inside = is_first & ~firsts & first_of_log
    counted = is_first & ~(inside | (begin < window.first))
    ledger.add("R9", KEPT, frame[inside | ~np.isnan(entry)], "", [iso(one) for one in begin[inside | ~np.isnan(entry)]])
    return frame.assign(low=low, high=high, entry=entry, counted=counted)


def _next_begin(frame: pd.DataFrame) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """For each visit the first time of the next one of its vehicle, NaN if there is none; whether of the journey."""
    vehicle, journey, begin = (frame[name].to_numpy() for name in ("vehicle", "journey", "begin"))
    following, same = np.full(len(frame), np.nan), np.zeros(len(frame), bool)
    if len(frame) > 1:
        own = vehicle[1:] == vehicle[:-1]
        following[:-1] = np.where(own, begin[1:], np.nan)
        same[:-1] = own & (journey[1:] == journey[:-1])
    return following, same


def too_long(frame: pd.DataFrame, end: Floats, at: Floats | float) -> npt.NDArray[np.bool_]:
    """Visits that began so long before an instant that they cannot have been under way at it.

    ``end`` has the known ends, NaN else. A vehicle of which no start is known may have waited: its time counts from the
    arrival, as does that of the visits with which it is compared; else from the start.
    """
    steps = frame["step"].to_numpy()
    arrived, started = frame["arrived"].to_numpy(), frame["started"].to_numpy()
    found = np.zeros(len(frame), bool)
    for step in range(int(steps.max(initial=-1)) + 1):
        own = steps == step
        for since, mine in ((started, own & ~np.isnan(started)), (arrived, own & np.isnan(started))):
            took = (end - since)[own]
            took = took[~np.isnan(took)]
            if len(took) >= FEW_TIMES:
                limit = STILL_THERE * max(float(np.quantile(took, 0.99)), 60.0)
                found |= mine & (at - since > limit)
    return found


def batches(
    frame: pd.DataFrame, found: RecordMap, corridor: Corridor, ledger: Ledger, rounded: Mapping[int, float]
) -> pd.DataFrame:
    """Ends that people entered together, or after the next step of the journey had begun (R12).

    The work was over at any time between its start and the entry.
    """
    low, high = frame["low"].to_numpy().copy(), frame["high"].to_numpy()
    following, same_journey = _next_begin(frame)
    for number, step in enumerate(found.steps):
        own = np.flatnonzero((frame["step"] == number).to_numpy() & (low == high))
        if step.recorded_by != "person" or not len(own):
            continue
        stamps = low[own]
        raster = max(rounded[number], 60.0)
        late = same_journey[own] & (following[own] < stamps - raster)
        together = late | _entered_together(stamps, raster) | _at_shift_end(stamps, step.step, corridor)
        at = own[together]
        name = "finished" if step.finished else "left"
        ledger.add("R12", KEPT, frame.iloc[at], name, [iso(one) for one in stamps[together]])
        begin = np.where(np.isnan(frame["started"]), frame["arrived"], frame["started"])
        low[at] = np.where(np.isnan(begin[at]), low[at], begin[at])
    return frame.assign(low=low)


def _entered_together(stamps: Floats, raster_s: float) -> npt.NDArray[np.bool_]:
    """Stamps in a minute (or unit of rounding) that has five or more, far more than the hour around it gives."""
    from scipy.special import pdtrc

    _, at, counts = np.unique(np.floor_divide(stamps, raster_s), return_inverse=True, return_counts=True)
    ordered = np.sort(stamps)
    around = np.searchsorted(ordered, stamps + 1800) - np.searchsorted(ordered, stamps - 1800)
    own = counts[at]
    # The batch itself is not what the hour gives.
    expected = np.maximum(around - own, 0) * raster_s / 3600.0 + 0.1
    return (own >= BATCH) & (np.asarray(pdtrc(own - 1, expected)) < BATCH_CHANCE)


def _at_shift_end(stamps: Floats, step: str, corridor: Corridor) -> npt.NDArray[np.bool_]:
    """Stamps within five minutes of the end of a shift, if they are three times as many as the hours around give."""
    facility = corridor.facilities.get(corridor.itineraries[step].facility)
    calendar = corridor.calendars.get(facility.calendar) if facility else None
    found = np.zeros(len(stamps), bool)
    if calendar is None:
        return found
    clock = (stamps + local_time.offset_s(float(stamps[0]), local_time.zone(calendar.time_zone))) % DAY_S
    for shift in corridor.shifts.values():
        if shift.calendar != calendar.id:
            continue
        end = local_time.minutes(shift.closes) * 60.0 % DAY_S
        away = np.abs((clock - end + DAY_S / 2) % DAY_S - DAY_S / 2)
        near, around = away <= SHIFT_END_S, (away > SHIFT_END_S) & (away <= 3600 + SHIFT_END_S)
        due = around.sum() * SHIFT_END_S / 3600.0
        if near.sum() >= BATCH and near.sum() >= SHIFT_SURPLUS * max(due, 1.0):
            found |= near
    return found


def days(frame: pd.DataFrame, found: RecordMap, window: Window) -> tuple[Days, Days]:
    """(days with records, days without), numbers since 1970 on the clock of the log.

    A day is missing where no step of the whole log has a record, or where the map says so. The days of the first and
    the last record count only if the map declares the window, since they are parts of days.
    """
    zone = local_time.zone(window.clock)
    stamps = frame[list(TIMES)].to_numpy().ravel()
    stamps = stamps[~np.isnan(stamps)]
    recorded = np.unique(np.floor_divide(local_time.local_s(stamps, zone), DAY_S).astype(np.int64))
    ends = local_time.local_s(np.array([window.first, window.last - 1], np.float64), zone)
    first, last = (int(one // DAY_S) for one in ends)
    if not window.declared:
        first, last = first + 1, last - 1
    every = np.arange(first, last + 1)
    named = np.array([(day - date(1970, 1, 1)).days for day in found.missing_days], np.int64)
    seen = every[np.isin(every, recorded) & ~np.isin(every, named)]
    return seen, np.setdiff1d(every, seen)
