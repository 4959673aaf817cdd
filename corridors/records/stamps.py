"""Texts of times as instants: seconds since 1970 in UTC.

Input: the different texts of one column. Output: an instant for each, with a code where it is none or had to be mended.
Times without an offset are of a zone; one that the zone shows twice has two instants. Forms: ISO and Chinese dates with
or without seconds and offset, digits without separators, day and month before the year, 12-hour clocks, and the serial
numbers of Excel; or one form of :meth:`datetime.strptime`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from corridors.clock.local_time import zone as zone_of
from corridors.io.other_forms import EXCEL_DAY_0
from corridors.io.words import expression

Floats = npt.NDArray[np.float64]
DayOrder = Literal["day", "month", "unclear", ""]
"""Which comes first where the year is last; '' where no text has that form."""

OK, NO_TIME, NEXT_DAY, SKIPPED, TWICE = range(5)
"""What became of a text: read; no time; 24:00, read as 00:00 of the next day; an hour that the zone skips; an hour that
the zone has twice."""

YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, COLON, MORNING, AFTERNOON = map(
    expression, ("year", "month", "day", "hour", "minute", "second", "colon", "morning", "afternoon")
)
TIME: Final = (
    rf"(?:(?:[T ]+|(?<={DAY}))(?P<half>{MORNING}|{AFTERNOON}|[AP]M )? ?(?P<hour>\d{{1,2}})(?:{COLON}|{HOUR})"
    rf"(?P<minute>\d{{2}})(?:(?:{COLON}|{MINUTE})(?P<second>\d{{2}})(?:[.,]\d{{1,9}})?)?(?:{SECOND}|{MINUTE})?"
    r"(?P<after> ?[AP]\.?M\.?)?)?"
    r" ?(?P<offset>Z|UTC|[+-]\d{2}:?\d{2})?"
)
YEAR_FIRST: Final = re.compile(
    rf"(?P<year>\d{{4}})(?:[-/.]|{YEAR})(?P<a>\d{{1,2}})(?:[-/.]|{MONTH})(?P<b>\d{{1,2}}){DAY}?{TIME}", re.IGNORECASE
)
YEAR_LAST: Final = re.compile(rf"(?P<a>\d{{1,2}})[-/.](?P<b>\d{{1,2}})[-/.](?P<year>\d{{4}}){TIME}", re.IGNORECASE)
DIGITS: Final = re.compile(
    r"(?P<year>\d{4})(?P<a>\d{2})(?P<b>\d{2})[T ]?(?P<hour>\d{2}):?(?P<minute>\d{2}):?(?P<second>\d{2})?"
)
SERIAL: Final = re.compile(r"[3-6]\d{4}(\.\d{1,17})?")
DAY_S: Final = 86_400
EPOCH: Final = date(1970, 1, 1).toordinal()
SERIAL_0: Final = EXCEL_DAY_0.toordinal() - EPOCH
BLOCK_S: Final = 900
"""Offsets of zones change at whole quarters of an hour."""
NONE: Final = float("nan")


@dataclass(frozen=True)
class Instants:
    """Instants of the different texts of one column; arrays of their length."""

    seconds: Floats
    """Seconds since 1970, UTC; NaN where the text is no time."""
    later: Floats
    """The second instant of a time that its zone shows twice, else NaN."""
    codes: npt.NDArray[np.int8]
    bare: npt.NDArray[np.bool_]
    """Whether the text is a time without an offset, so that a zone is needed."""

    @property
    def without_zone(self) -> bool:
        """Whether any text has no offset."""
        return bool(self.bare.any())

    @property
    def mixed(self) -> bool:
        """Whether some times have an offset and others have none."""
        return self.without_zone and bool((~np.isnan(self.seconds) & ~self.bare).any())


def day_order(texts: Iterable[str]) -> DayOrder:
    """Whether day or month comes first in texts with the year last; a number above 12 settles it for the column."""
    first = second = 0
    for text in texts:
        if found := YEAR_LAST.fullmatch(text):
            first, second = max(first, int(found["a"])), max(second, int(found["b"]))
    if first == 0:
        return ""
    return "unclear" if max(first, second) <= 12 else "day" if first > 12 else "month"


def is_time(text: str) -> bool:
    """Whether a text has a form of a day with a time, in which the order of day and month may be unclear."""
    found = YEAR_FIRST.fullmatch(text) or YEAR_LAST.fullmatch(text) or DIGITS.fullmatch(text)
    return bool(found and found["hour"])


def instants(texts: Sequence[str], zone: str = "", form: str = "") -> Instants:
    """The instants of texts.

    ``zone`` is the IANA name for texts without an offset; '' reads them as UTC. ``form`` is a form of ``strptime``.
    """
    walls, offsets = np.full(len(texts), NONE), np.full(len(texts), NONE)
    codes = np.zeros(len(texts), np.int8)
    order = "" if form else day_order(texts)
    for n, text in enumerate(texts):
        wall, offset, code = _by_form(text, form) if form else _wall(text, order)
        walls[n], codes[n] = wall, code
        offsets[n] = NONE if offset is None else offset
    seconds, later = walls - offsets, np.full(len(texts), NONE)
    bare = ~np.isnan(walls) & np.isnan(offsets)
    if bare.any():
        first, second, found = _in_zone(walls[bare], zone or "UTC")
        seconds[bare], later[bare] = first, second
        codes[bare] = np.where(found != OK, found, codes[bare])
    return Instants(seconds, later, codes, bare)


def take_later(
    groups: Sequence[npt.NDArray[Any]],
    at: npt.NDArray[Any],
    slot: npt.NDArray[Any],
    seconds: Floats,
    later: Floats,
) -> None:
    """Give events of an hour that came twice their ``later`` instant where the earlier would break the order.

    That is before an event of an earlier slot in the same groups (vehicle, step, journey), which the later one follows.
    """
    unsure = at[~np.isnan(later[at])]
    for row in unsure[np.argsort(slot[unsure], kind="stable")]:
        own = np.logical_and.reduce([slot[at] < slot[row], *(group[at] == group[row] for group in groups)])
        before = seconds[at[own]]
        if ((seconds[row] < before) & (before <= later[row])).any():
            seconds[row] = later[row]


def _in_zone(walls: Floats, name: str) -> tuple[Floats, Floats, npt.NDArray[np.int8]]:
    """(instant, later instant, code) of times on the clock of a zone."""
    clock = zone_of(name)
    blocks, where = np.unique(np.floor_divide(walls, BLOCK_S), return_inverse=True)
    shifts = np.empty((2, len(blocks)))
    for n, block in enumerate(blocks):
        wall = datetime(1970, 1, 1) + timedelta(seconds=float(block) * BLOCK_S)
        for fold in (0, 1):
            shift = wall.replace(tzinfo=clock, fold=fold).utcoffset()
            shifts[fold, n] = shift.total_seconds() if shift is not None else 0.0
    first, second = shifts[0][where], shifts[1][where]
    codes = np.where(first < second, SKIPPED, np.where(first > second, TWICE, OK)).astype(np.int8)
    seconds = np.where(codes == SKIPPED, NONE, walls - first)
    return seconds, np.where(codes == TWICE, walls - second, NONE), codes


def _by_form(text: str, form: str) -> tuple[float, float | None, int]:
    """(wall clock in seconds, offset or None, code) of a text in a form; 24:00 and serial numbers are read as well."""
    try:
        read = datetime.strptime(text, form)
        code = OK
    except ValueError:
        midnight = re.sub(rf"\b24({COLON}?00)", r"00\1", text, count=1)
        try:
            read, code = datetime.strptime(midnight, form) + timedelta(days=1), NEXT_DAY
        except (ValueError, OverflowError):
            read, code = datetime.min, NO_TIME
        if code == NO_TIME or midnight == text:
            return _serial(text) if SERIAL.fullmatch(text) else (NONE, None, NO_TIME)
    shift = read.utcoffset()
    wall = (read.replace(tzinfo=None) - datetime(1970, 1, 1)).total_seconds()
    return wall, None if shift is None else shift.total_seconds(), code


def _wall(text: str, order: DayOrder | str) -> tuple[float, float | None, int]:
    """(wall clock in seconds, offset or None, code) of a text in any known form."""
    found = YEAR_FIRST.fullmatch(text)
    month, day = ("a", "b") if found or order == "month" else ("b", "a")
    found = found or YEAR_LAST.fullmatch(text)
    if not found:
        found, month, day = DIGITS.fullmatch(text), "a", "b"
    if not found:
        return _serial(text) if SERIAL.fullmatch(text) else (NONE, None, NO_TIME)
    parts = found.groupdict()
    hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
    half = (parts.get("half") or parts.get("after") or "").strip(" .").upper().replace(".", "")
    if half:
        hour = hour % 12 + (12 if half == "PM" or re.fullmatch(AFTERNOON, half) else 0)
    late = (hour, minute, second) == (24, 0, 0)
    try:
        days = date(int(parts["year"]), int(parts[month]), int(parts[day])).toordinal() - EPOCH
    except ValueError:
        return NONE, None, NO_TIME
    if (hour > 23 and not late) or minute > 59 or second > 59:
        return NONE, None, NO_TIME
    wall = days * float(DAY_S) + hour * 3600 + minute * 60 + second
    return wall, _offset(parts.get("offset")), NEXT_DAY if late else OK


def _serial(text: str) -> tuple[float, float | None, int]:
    return float(round((float(text) + SERIAL_0) * DAY_S)), None, OK


def _offset(text: str | None) -> float | None:
    if not text:
        return None
    if text.upper() in ("Z", "UTC"):
        return 0.0
    digits = text[1:].replace(":", "")
    shift = int(digits[:2]) * 3600.0 + int(digits[2:]) * 60.0
    return -shift if text[0] == "-" else shift


def iso(second: float) -> str:
    """An instant as text, ``2026-03-01 08:30:00`` in UTC; '' for none."""
    if not np.isfinite(second):
        return ""
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%d %H:%M:%S")
