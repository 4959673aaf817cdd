"""Local clocks: week days, hours, days and time zones as instants.

In: the text of a cell (``Mon-Sat``, ``08:00``, ``2027-05-01``, ``Asia/Chita``). Out: plain values, and seconds since
1970 in UTC. Everything here raises ValueError with a sentence that says what was found and what is expected, so that
checks may quote it. The rules of summer time are those of the IANA time zone data.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

BEIJING: Final = "Asia/Shanghai"
"""The clock (UTC+8) of everything without a clock."""

DAY_MIN: Final = 1440
HOUR: Final = 3600
"""Seconds; clocks change at full hours of UTC, but for a few in the south."""
STRETCH: Final = 24
"""Instants that are looked at together: with hours a day, within which a clock changes once at most."""

FIRST_KNOWN: Final = date(1900, 1, 1)
LAST_KNOWN: Final = date(2300, 1, 1)
"""Days with a separate instant. An earlier or later day, such as 9999-12-31, is before or after every run, as
these two are, and has their instant."""

FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2200
"""Years of instants that a user gives."""

DAILY: Final = "daily"
"""Every day of the week."""

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

WEEKDAYS_FORM: Final = "daily, a range (Mon-Sat) or a list (Mon;Thu)"
"""How week days are written."""


@lru_cache
def weekdays(text: str) -> frozenset[int]:
    """Week days (Monday is 0) of ``daily``, a day, a range or a list.

    Examples: ``Mon-Sat``, ``Sat-Mon``, ``Mon;Thu``.
    """
    if text.strip().lower() == DAILY:
        return frozenset(range(7))
    found: set[int] = set()
    for part in text.split(";"):
        names = [name.strip().lower() for name in part.split("-")]
        if len(names) > 2 or any(name not in WEEKDAYS for name in names):
            raise ValueError(f"'{text}' names no week days; write {WEEKDAYS_FORM}")
        first, last = WEEKDAYS.index(names[0]), WEEKDAYS.index(names[-1])
        found.update((first + n) % 7 for n in range((last - first) % 7 + 1))
    return frozenset(found)


def every_day(text: str) -> bool:
    """Whether week days, however they are written, are all seven."""
    return len(weekdays(text)) == len(WEEKDAYS)


def day_of_number(number: float) -> date:
    """The day that a parameter writes as YYYYMMDD. Raises ValueError for a number that is none."""
    if not 1 <= number <= 99_991_231 or number != int(number):
        raise ValueError(f"{number:g} is no day; write YYYYMMDD")
    whole = int(number)
    return date(whole // 10_000, whole // 100 % 100, whole % 100)


def number_of_day(day: date) -> int:
    """The inverse of :func:`day_of_number`."""
    return day.year * 10_000 + day.month * 100 + day.day


def days_on(text: str, first: date, last: date) -> int:
    """Number of days from one to another, both included, that are on these week days."""
    on = weekdays(text)
    weeks, rest = divmod(max(0, (last - first).days + 1), 7)
    return len(on) * weeks + sum((first.weekday() + n) % 7 in on for n in range(rest))


def touches(first: date, last: date, run_first: date, run_last: date) -> bool:
    """Whether days, on any clock, may overlap those of a run, which are in UTC; all are included.

    East of UTC the day after the last one of the run begins before the run ends.
    """
    return (first - run_last).days <= 1 and last >= run_first


@lru_cache
def minutes(text: str) -> int:
    """Minutes after midnight of ``HH:MM``, from 00:00 to 24:00 (1440)."""
    match = re.fullmatch(r"(\d{1,2}):([0-5]\d)", text.strip())
    value = int(match[1]) * 60 + int(match[2]) if match else DAY_MIN + 1
    if value > DAY_MIN:
        raise ValueError(f"'{text}' is no time of day; write HH:MM from 00:00 to 24:00")
    return value


def hours(opens: str, closes: str) -> tuple[int, int]:
    """A shift as minutes after the midnight of the day on which it starts.

    It may end on the next day.

    ``closes`` at or before ``opens`` means the next day, so 08:00 to 08:00 lasts 24 hours.
    """
    start, end = minutes(opens), minutes(closes)
    if start == DAY_MIN:
        raise ValueError("a shift cannot open at 24:00; write 00:00 of the next day")
    return start, end if end > start else end + DAY_MIN


@lru_cache
def day(text: str) -> date:
    """A day written as an ISO date, ``2027-05-01``."""
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text.strip()):
            raise ValueError
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"'{text}' is no day; write it as 2027-05-01") from None


OF_MACHINE: Final = ("localtime", "posixrules", "Factory")
"""Files beside the time zones that are none, or another one on another machine."""


@lru_cache
def zone(name: str) -> ZoneInfo:
    """The time zone with this IANA name; '' is UTC+8. That of the machine has none."""
    try:
        if name in OF_MACHINE:
            raise ValueError
        return ZoneInfo(name or BEIJING)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"'{name}' is no time zone; write an IANA name such as {BEIJING}") from None


def instant(on: date, minute: int, clock: tzinfo) -> int:
    """Seconds since 1970 (UTC) at ``minute`` minutes after a local midnight.

    Minutes may exceed 24 h. Days are limited to those from ``FIRST_KNOWN`` to ``LAST_KNOWN``.

    A wall time that the clock shows twice means the first; one that it skips means as long after midnight as if it
    had not been skipped.
    """
    known = min(max(on, FIRST_KNOWN), LAST_KNOWN)
    wall = datetime.combine(known, time()) + timedelta(minutes=minute)
    return int(wall.replace(tzinfo=clock).timestamp())


def local_day(second: int, clock: ZoneInfo) -> date:
    """The day that a clock shows at a second since 1970 (UTC)."""
    return datetime.fromtimestamp(second, clock).date()


def instant_of(text: str) -> datetime:
    """A text of ISO 8601 as an instant, with its offset if it has one. ValueError, also for years out of the model."""
    found = datetime.fromisoformat(text)
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError(text)
    return found


def offset_s(second: float, clock: tzinfo) -> float:
    """How far a clock is ahead of UTC at a second since 1970 (UTC), in seconds."""
    shift = datetime.fromtimestamp(second, clock).utcoffset()
    return shift.total_seconds() if shift else 0.0


def offsets_s(seconds: npt.NDArray[np.int64], clock: tzinfo) -> npt.NDArray[np.int64]:
    """(n,) how far a clock is ahead of UTC at ascending seconds since 1970 (UTC), in whole seconds.

    They are hours or less apart: the clock is read twice for each :data:`STRETCH` of them if it does not change there.
    """
    import numpy as np

    found = np.zeros(len(seconds), np.int64)
    for begin in range(0, len(seconds), STRETCH):
        part = seconds[begin : begin + STRETCH]
        ends = [round(offset_s(int(one), clock)) for one in (part[0], part[-1])]
        every = ends[:1] if ends[0] == ends[1] else [round(offset_s(one, clock)) for one in part.tolist()]
        found[begin : begin + STRETCH] = every
    return found


def local_s(seconds: npt.NDArray[Any], clock: tzinfo) -> npt.NDArray[Any]:
    """(n,) what a clock shows at seconds since 1970 (UTC), in any order, as seconds since its own 1970; NaN stays."""
    import numpy as np

    known = np.isfinite(seconds)
    if not known.any():
        return seconds
    hour = np.floor_divide(seconds[known], HOUR).astype(np.int64)
    first, last = int(hour.min()), int(hour.max())
    found = seconds.copy()
    found[known] += offsets_s(np.arange(first, last + 1) * HOUR, clock)[hour - first].astype(seconds.dtype)
    return found


def midnight(on: date, clock: tzinfo) -> datetime:
    """The instant at which a day begins on a clock, in UTC."""
    return datetime.fromtimestamp(instant(on, 0, clock), UTC)


def seconds(epoch: datetime) -> int:
    """Seconds since 1970 of an epoch.

    One without a time zone is refused, for its meaning would differ by machine.
    """
    if epoch.tzinfo is None:
        raise ValueError(f"the epoch {epoch} has no time zone; use UTC")
    return int(epoch.astimezone(UTC).timestamp())
