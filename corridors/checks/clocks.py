"""Rules about time: shifts, holidays and closures."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from corridors.checks.report import error, warning
from corridors.clock import calendars, local_time
from corridors.findings import Finding, nearest
from corridors.model import Corridor, Shift

WEEK_MIN: Final = 7 * local_time.DAY_MIN
YEARS_ASKED: Final = (2024, 2026)
"""Two years apart: a holiday by the moon falls in one of them at least."""


def shifts_open_within_the_day(corridor: Corridor) -> Iterator[Finding]:
    """A shift opens before midnight; what would open at 24:00 opens at 00:00 of the next day."""
    for key, shift in corridor.shifts.items():
        if local_time.minutes(shift.opens) == local_time.DAY_MIN:
            yield error("shifts", key, "opens", shift.opens, "a time before 24:00", nearest="00:00")


def shifts_do_not_overlap(corridor: Corridor) -> Iterator[Finding]:
    """Two shifts of one calendar do not cover the same hour: the larger share would silently win."""
    by_calendar: dict[str, list[tuple[int, int, str]]] = {}
    for shift in corridor.shifts.values():
        by_calendar.setdefault(shift.calendar, []).extend((*span, shift.id) for span in _week(shift))
    for spans in by_calendar.values():
        spans.sort()
        pairs = [
            (first, second)
            for n, (_, end, first) in enumerate(spans)
            for start, _, second in spans[n + 1 :]
            if start < end and first != second
        ]
        for first, second in sorted({(min(pair), max(pair)) for pair in pairs}):
            yield warning(
                "shifts", second, "opens", corridor.shifts[second].opens, f"hours that {first} does not cover"
            )


def _week(shift: Shift) -> Iterator[tuple[int, int]]:
    """The minutes of the week that a shift covers, from Monday 00:00, cut at the end of the week."""
    if local_time.minutes(shift.opens) == local_time.DAY_MIN:
        return
    opens, closes = local_time.hours(shift.opens, shift.closes)
    for day in sorted(local_time.weekdays(shift.weekdays)):
        start, end = day * local_time.DAY_MIN + opens, day * local_time.DAY_MIN + closes
        yield start, min(end, WEEK_MIN)
        if end > WEEK_MIN:
            yield 0, end - WEEK_MIN


def open_share(corridor: Corridor, calendar: str) -> float:
    """The share of a week, 0 to 1, that a calendar is open, holidays and closures apart; '' is always open."""
    if not calendar:
        return 1.0
    shifts = [shift for shift in corridor.shifts.values() if shift.calendar == calendar]
    edges = sorted({0, WEEK_MIN, *(minute for shift in shifts for span in _week(shift) for minute in span)})
    spans = [(*span, shift.servers_share) for shift in shifts for span in _week(shift)]
    return (
        sum(
            (after - before) * max((share for start, end, share in spans if start <= before < end), default=0.0)
            for before, after in pairwise(edges)
        )
        / WEEK_MIN
    )


def calendars_open_some_time(corridor: Corridor) -> Iterator[Finding]:
    """A calendar has hours at which somebody works."""
    for key in corridor.calendars:
        if open_share(corridor, key) == 0:
            yield warning("calendars", key, "id", key, "a row of shifts.csv with its hours", "it is never open")


def holidays_are_known(corridor: Corridor) -> Iterator[Finding]:
    """The country of a holiday is one whose public holidays are known, and it has a holiday of that name."""
    for key, holiday in corridor.holidays.items():
        try:
            days = [calendars.holiday_days(holiday.country, holiday.holiday, year) for year in YEARS_ASKED]
        except ValueError:
            yield error(
                "holidays", key, "country", holiday.country, "a country whose public holidays are known: CN, MN, RU"
            )
            continue
        if not any(days):
            names = _holiday_names(holiday.country)
            expected = f"part of the English name of a public holiday: {', '.join(names)}"
            message = "no day of the year is shut by it"
            yield warning(
                "holidays", key, "holiday", holiday.holiday, expected, message, nearest(holiday.holiday, names)
            )


def _holiday_names(country: str) -> list[str]:
    import holidays

    known = holidays.country_holidays(country, years=YEARS_ASKED, language="en_US").values()
    return sorted({name for names in known for name in names.split("; ")})


def closures_end_after_they_begin(corridor: Corridor) -> Iterator[Finding]:
    """The last day of a closure is its first or a later one."""
    for key, closure in corridor.closures.items():
        if closure.last_day < closure.first_day:
            yield error("closures", key, "last_day", closure.last_day, f"{closure.first_day} or a later day")


def closures_shut_some_day(corridor: Corridor) -> Iterator[Finding]:
    """Between the first and the last day of a closure lies one of its week days."""
    for key, closure in corridor.closures.items():
        if closure.first_day <= closure.last_day and not calendars.closed_days(closure):
            ends = (local_time.day(text).weekday() for text in (closure.first_day, closure.last_day))
            there = "-".join(local_time.WEEKDAYS[day].capitalize() for day in dict.fromkeys(ends))
            expected = f"a week day between its first and its last day: {there}"
            yield warning("closures", key, "weekdays", closure.weekdays, expected, "it shuts nothing", there)


def closed_stocks_have_a_quota(corridor: Corridor) -> Iterator[Finding]:
    """Of stocks, a closure can only cut a daily quota."""
    for key, closure in corridor.closures.items():
        stock = corridor.stocks.get(closure.target)
        if stock and stock.daily_quota is None:
            yield warning("closures", key, "target", closure.target, "a stock with a daily quota", "it shuts nothing")


RULES = (
    shifts_open_within_the_day,
    shifts_do_not_overlap,
    calendars_open_some_time,
    holidays_are_known,
    closures_end_after_they_begin,
    closures_shut_some_day,
    closed_stocks_have_a_quota,
)
