"""What people and spreadsheets mean by dates, times and week days that are not in the form of the tables.

Input: a text in half-width characters. Output: the one meaning where it is certain (:func:`certain_day`,
:func:`certain_time`), or all that the text may mean, the most likely first (:func:`days_meant`, :func:`times_meant`,
:func:`weekdays_meant`), for the finding that refuses it. Words of each language are in ``words.csv``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date, timedelta
from typing import Final

from corridors.clock import local_time
from corridors.io.words import expression, words
from corridors.messages import Message, message

ISO_DATE: Final = re.compile(
    rf"([0-9]{{4}})(?:[-/.]|{expression('year')})([0-9]{{1,2}})(?:[-/.]|{expression('month')})([0-9]{{1,2}})"
    rf"{expression('day')}?([ T]0?0:00(:00)?)?"
)
"""Year, month and day with any separator, and midnight, which spreadsheets add."""
DIGITS_DATE: Final = re.compile("([0-9]{4})([0-9]{2})([0-9]{2})")
DAY_AND_TIME: Final = re.compile(r"(?P<day>.{5,30}?)[ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]*)?)?Z?")
SERIAL: Final = re.compile(r"(?P<day>[34567][0-9]{4})(\.[0-9]{1,17})?")
EXCEL_DAY_0: Final = date(1899, 12, 30)
"""Excel counts days from here; a date without its format is shown as such a number, 45667 for 2025-01-10."""
THREE_NUMBERS: Final = re.compile(r"([0-9]{1,2})([-/. ])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})")
WITH_A_NAME: Final = re.compile(r"[A-Za-z0-9 ,.'/-]+")
MONTHS: Final = words("months")
ORDINALS: Final = frozenset(("st", "nd", "rd", "th"))
CENTURY: Final = 2000
"""Added to years of two digits."""

NEXT_DAY: Final = re.compile(r"(1900-01-01|1 day,?)( (?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(:00)?)?")
"""24:00 or later in a workbook: Excel counts on into the next day, its day 1."""
NEXT_FRACTION: Final = re.compile(r"1(?P<part>\.[0-9]{3,17})")
"""The same in a CSV file: 1.333333333 for 32:00."""
FRACTION: Final = re.compile(r"0?\.[0-9]{1,17}")
AFTERNOON: Final = frozenset(words("afternoon"))
TWELVE_HOURS: Final = re.compile(
    rf"(?P<word>{expression('morning')}|{expression('afternoon')})? ?(?P<hour>0?[1-9]|1[0-2])"
    rf"(?:(?::|{expression('clock.hour')})(?P<minute>[0-5][0-9])(?::00|{expression('minute')})?"
    rf"|{expression('clock.hour')})?(?(word)| ?(?P<half>[AaPp])\.?[Mm]\.?)"
)
WORDED_TIME: Final = re.compile(
    rf"(?P<hour>[01]?[0-9]|2[0-4]) ?{expression('clock.hour')}(?P<minute>[0-5][0-9])?{expression('minute')}?",
    re.IGNORECASE,
)
DOTTED_TIME: Final = re.compile(r"(?P<hour>[0-9]{1,2})[.,](?P<minute>[0-9]{1,2})")
DIGITS_TIME: Final = re.compile(r"(?P<hour>[0-9]{1,2})(?P<minute>[0-9]{2})")
SHORT_TIME: Final = re.compile(r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9])")
AT_ITS_END: Final = re.compile(rf" ?{expression('clock.hour')}$", re.IGNORECASE)
EXACT_TIME: Final = re.compile(r"T?(?P<minute>[0-9]{1,2}:[0-9]{2})(:[0-9]{2}([.,][0-9]*)?)?")

DAY_NAMES: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
UNTIL: Final = re.compile(rf"\s*(?:-|\.\.+|{expression('until')})\s*", re.IGNORECASE)
BETWEEN_DAYS: Final = re.compile(rf"(?:[;/&+\s]|{expression('between_ids')}|{expression('and')})+", re.IGNORECASE)
OF_THE_WEEK: Final = re.compile(f"^{expression('week')}")
WHOLE_SETS: Final = {"week.working": "Mon-Fri", "week.weekend": "Sat;Sun", "week.every_day": local_time.DAILY}


def expected_and_meant(kind: Message, meant: tuple[str, ...]) -> tuple[Message, str]:
    """The values expected, where a text has several meanings with these, and the meaning of a text that has one."""
    if len(meant) > 1:
        return message("want.meanings", kind=kind, names=meant), ""
    return kind, meant[0] if meant else ""


def certain_day(text: str) -> tuple[int, int, int] | None:
    """Year, month and day of a text that has one meaning, whether or not the calendar has the day."""
    if found := ISO_DATE.fullmatch(text) or DIGITS_DATE.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3])
    return next(_named(text), None) if re.search("[0-9]{4}", text) else None


def days_meant(text: str) -> tuple[str, ...]:
    """The days that a text may mean, written YYYY-MM-DD: as a serial number, with a time, with day or month first."""
    if found := SERIAL.fullmatch(text):
        # Workbooks of old Macs count from another day, so a person decides.
        return ((EXCEL_DAY_0 + timedelta(days=int(found["day"]))).isoformat(),)
    if timed := DAY_AND_TIME.fullmatch(text):
        text = timed["day"]
    known = certain_day(text.removesuffix(".0"))
    found_days = (iso_day(*numbers) for numbers in ([known] if known else [*_named(text), *_numbered(text)]))
    return tuple(dict.fromkeys(filter(None, found_days)))


def _named(text: str) -> Iterator[tuple[int, int, int]]:
    """Year, month and day of a text with the English name of a month, such as 3-Jan-25 or Friday, January 3, 2025."""
    if not WITH_A_NAME.fullmatch(text):
        return
    parts = [part.lower() for part in re.findall("[A-Za-z]+|[0-9]+", text)]
    parts = [part for n, part in enumerate(parts) if part not in ORDINALS and (n or not _beginning(part, DAY_NAMES))]
    months = [found for part in parts if (found := _beginning(part, MONTHS))]
    numbers = [part for part in parts if part.isdecimal()]
    if len(parts) != 3 or len(months) != 1 or len(numbers) != 2:
        return
    day, year = numbers if len(numbers[0]) <= 2 else numbers[::-1]
    if len(day) <= 2 and len(year) in (2, 4):
        yield _year(year), months[0], int(day)


def _numbered(text: str) -> Iterator[tuple[int, int, int]]:
    """Year, month and day in each order that three numbers may have; between dots the day comes first."""
    if not (found := THREE_NUMBERS.fullmatch(text)):
        return
    first, second, third = found[1], found[3], found[4]
    if len(third) == 2 and int(first) > 12:
        yield _year(first), int(second), int(third)
    yield _year(third), int(second), int(first)
    if found[2] != ".":
        yield _year(third), int(first), int(second)


def _beginning(part: str, names: tuple[str, ...]) -> int:
    """The number, from 1, of the only name that begins with a part of three letters or more; 0 for none."""
    return next((n for n, name in enumerate(names, 1) if len(part) >= 3 and name.startswith(part)), 0)


def _year(text: str) -> int:
    return int(text) + (CENTURY if len(text) == 2 else 0)


def iso_day(year: int, month: int, day: int) -> str:
    """A day written YYYY-MM-DD; '' for one that the calendar does not have."""
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""


def after_midnight(text: str) -> str:
    """24:00 to 47:59 for a time of Excel's day 1, which has no other meaning in a column of times; else the text."""
    if found := NEXT_DAY.fullmatch(text):
        return f"{24 + int(found['hour'] or 0):02d}:{found['minute'] or '00'}"
    if (found := NEXT_FRACTION.fullmatch(text)) and (time := _of_fraction(found["part"])):
        return f"{24 + int(time[:2]):02d}:{time[3:]}"
    return text


def are_fractions(texts: Collection[str]) -> bool:
    """Whether the times of a table are fractions of the day: some mean nothing else, and none is like 8.30."""
    certain = any((FRACTION.fullmatch(text) and certain_time(text)) or NEXT_FRACTION.fullmatch(text) for text in texts)
    return certain and not any(_dotted(text) and not FRACTION.fullmatch(text) for text in texts)


def certain_time(text: str, of_fractions: bool = False) -> str:
    """HH:MM of a time of twelve hours, with a word for the hour, or as a fraction of the day; '' for other texts.

    0.30 is a fraction of the day only beside others (``of_fractions``), as it may mean half past midnight.
    """
    if after_midnight(text) == "24:00" != text:
        return "24:00"
    if FRACTION.fullmatch(text):
        meant = _of_fraction(text)
        return meant if of_fractions or {meant}.issuperset(_dotted(text)) else ""
    if found := TWELVE_HOURS.fullmatch(text):
        afternoon = found["word"] in AFTERNOON or (found["half"] or "").casefold() == "p"
        return f"{int(found['hour']) % 12 + (12 if afternoon else 0):02d}:{found['minute'] or '00'}"
    if found := WORDED_TIME.fullmatch(text):
        return _time(int(found["hour"]), int(found["minute"] or 0))
    return ""


def times_meant(text: str) -> tuple[str, ...]:
    """The times, written HH:MM, that a text may mean which names no time with certainty."""
    return tuple(dict.fromkeys(filter(None, _likely_times(text))))


def _likely_times(text: str) -> Iterator[str]:
    written, text = text, AT_ITS_END.sub("", text)
    if text == "1":
        yield from ("24:00", "01:00")  # A day, as Excel stores midnight at its end.
    elif re.fullmatch("[0-9]{1,2}", text):
        yield _time(int(text), 0)
    elif DOTTED_TIME.fullmatch(text):
        yield from _dotted(text)
        if FRACTION.fullmatch(written):
            yield _of_fraction(text)
    elif found := DIGITS_TIME.fullmatch(text):
        yield _time(int(found["hour"]), int(found["minute"]))
    elif found := SHORT_TIME.fullmatch(text):
        hour, minute = int(found["hour"]), int(found["minute"])
        yield from (_time(hour, minute), _time(hour, 10 * minute))
    elif found := EXACT_TIME.fullmatch(text):
        yield _time(*map(int, found["minute"].split(":")))
    elif re.fullmatch(expression("noon"), text, re.IGNORECASE):
        yield "12:00"
    elif re.fullmatch(expression("midnight"), text, re.IGNORECASE):
        yield from ("24:00", "00:00")


def _dotted(text: str) -> list[str]:
    """The times that hours and minutes with a dot between them may mean."""
    if not (found := DOTTED_TIME.fullmatch(text)):
        return []
    hour, minute = int(found["hour"]), int(found["minute"])
    if len(found["minute"]) == 2:
        times = [_time(hour, minute)]
    elif hour == 1:
        times = []
    else:  # Spreadsheets show 8.30 as 8.3, which is also 8 hours and 18 minutes.
        times = [_time(hour, 10 * minute), _time(hour, 6 * minute)]
    return [time for time in times if time]


def _time(hour: int, minute: int) -> str:
    """HH:MM; '' for a time that a day does not have."""
    return f"{hour:02d}:{minute:02d}" if minute < 60 and hour * 60 + minute <= local_time.DAY_MIN else ""


def _of_fraction(text: str) -> str:
    """HH:MM of a fraction of the day; '' for one that is not a whole minute.

    Excel shows nine digits or more: a minute is 0.0007 of a day.
    """
    minutes = float(text) * local_time.DAY_MIN
    whole = round(minutes)
    return f"{whole // 60:02d}:{whole % 60:02d}" if abs(minutes - whole) < 0.01 else ""


def weekdays_meant(text: str) -> str:
    """Week days in the form that is read, for names in another one: ``Sunday``, ``Sat, Sun``, ``1-5``; '' if unlike."""
    plain = text.strip()
    for key, meant in WHOLE_SETS.items():
        if re.fullmatch(expression(key), plain, re.IGNORECASE):
            return meant
    parts = filter(None, BETWEEN_DAYS.split(UNTIL.sub("-", plain)))
    found = ";".join("-".join(map(_weekday, part.split("-"))) for part in parts)
    try:
        local_time.weekdays(found)
    except ValueError:
        return ""
    return found


def _weekday(name: str) -> str:
    """The abbreviation of a week day, from its name, the beginning of its name or its number (Monday is 1)."""
    name = OF_THE_WEEK.sub("", name.strip().lower()).removesuffix(".")
    numbers = {day: (n - 1) % 7 for n, day in enumerate(words("week.days"))} | {str(n): n - 1 for n in range(1, 8)}
    like = [numbers[name]] if name in numbers else [n for n, day in enumerate(DAY_NAMES) if day.startswith(name[:3])]
    return local_time.WEEKDAYS[like[0]].capitalize() if name.isalnum() and len(like) == 1 else name
