"""Rules about time: shifts, holidays and closures."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Final

from corridors.checks.report import error, warning, warns_only
from corridors.clock import closed_days, local_time, public_holidays
from corridors.findings import Finding, nearest
from corridors.messages import message
from corridors.model import Corridor, Shift

WEEK_MIN: Final = 7 * local_time.DAY_MIN
YEARS_SEARCHED: Final = (2024, 2026)
"""Two years apart, so that a holiday of the lunar calendar falls in at least one of them."""
NEIGHBOURS: Final = ("CN", "MN", "RU")
"""Countries of the corridor, whose public holidays are known."""


def shifts_open_within_the_day(corridor: Corridor) -> Iterator[Finding]:
    """A shift opens before 24:00, which is 00:00 of the next day."""
    for key, shift in corridor.shifts.items():
        if local_time.minutes(shift.opens) == local_time.DAY_MIN:
            what, expected = message("shift.opens_at_24"), message("want.before_24")
            yield error("shifts", key, "opens", shift.opens, what, expected, "00:00")


@warns_only
def shifts_do_not_overlap(corridor: Corridor) -> Iterator[Finding]:
    """Two shifts of one calendar do not cover the same hour.

    The larger share would silently apply.
    """
    by_calendar: dict[str, list[tuple[int, int, str]]] = {}
    for shift in corridor.shifts.values():
        by_calendar.setdefault(shift.calendar, []).extend((*span, shift.id) for span in _week(shift))
    for spans in by_calendar.values():
        spans.sort()
        for first, second in sorted(_overlaps(spans)):
            what, expected = message("shift.overlap", shift=first), message("want.other_hours", shift=first)
            yield warning("shifts", second, "opens", corridor.shifts[second].opens, what, expected)


def _overlaps(spans: list[tuple[int, int, str]]) -> set[tuple[str, str]]:
    """Pairs of ids with overlapping spans, for sorted spans.

    Each span is compared with the two ids that reach farthest before it.
    """
    pairs: set[tuple[str, str]] = set()
    latest: dict[str, int] = {}
    """End by id, of at most two ids."""
    for start, end, id in spans:
        pairs.update(
            (min(id, other), max(id, other)) for other, until in latest.items() if start < until and id != other
        )
        latest[id] = max(end, latest.get(id, end))
        if len(latest) > 2:
            del latest[min(latest, key=lambda one: latest[one])]
    return pairs


def _week(shift: Shift) -> Iterator[tuple[int, int]]:
    """The minutes of the week that a shift covers, from Monday 00:00.

    A span ends at the end of the week.
    """
    if local_time.minutes(shift.opens) == local_time.DAY_MIN:
        return
    opens, closes = local_time.hours(shift.opens, shift.closes)
    for day in sorted(local_time.weekdays(shift.weekdays)):
        start, end = day * local_time.DAY_MIN + opens, day * local_time.DAY_MIN + closes
        yield start, min(end, WEEK_MIN)
        if end > WEEK_MIN:
            yield 0, end - WEEK_MIN


def weekly_minutes(shift: Shift) -> int:
    """Minutes of a week that a shift covers."""
    return sum(end - start for start, end in _week(shift))


def open_share(corridor: Corridor, calendar: str) -> float:
    """The share of a week, 0 to 1, that a calendar is open.

    Holidays and closures do not count; '' is always open.
    """
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


@warns_only
def calendars_open_some_time(corridor: Corridor) -> Iterator[Finding]:
    """A calendar has opening hours."""
    for key in corridor.calendars:
        if open_share(corridor, key) == 0:
            yield warning("calendars", key, "id", key, message("calendar.never_open"), message("want.shift_row"))


@warns_only
def shifts_have_servers(corridor: Corridor) -> Iterator[Finding]:
    """A shift opens a share of the servers above zero."""
    for key, shift in corridor.shifts.items():
        if shift.servers_share == 0:
            what, expected = message("shift.no_servers"), message("want.share_above_0")
            yield warning("shifts", key, "servers_share", 0, what, expected)


@warns_only
def holidays_close_something(corridor: Corridor) -> Iterator[Finding]:
    """A holiday leaves a share of the servers below 1."""
    for key, holiday in corridor.holidays.items():
        if holiday.servers_share == 1:
            what, expected = message("holiday.no_effect"), message("want.share_below_1")
            yield warning("holidays", key, "servers_share", 1, what, expected)


def holidays_are_known(corridor: Corridor) -> Iterator[Finding]:
    """A holiday is a known public holiday of its country."""
    for key, holiday in corridor.holidays.items():
        try:
            days = [public_holidays.holiday_days(holiday.country, holiday.holiday, year) for year in YEARS_SEARCHED]
        except ValueError:
            what, expected = message("holiday.unknown_country"), message("want.one_of", names=NEIGHBOURS)
            yield error("holidays", key, "country", holiday.country, what, expected)
            continue
        if not any(days):
            names = _holiday_names(holiday.country)
            what, expected = message("holiday.unknown"), message("want.holiday_name", names=names)
            close = nearest(holiday.holiday, names)
            yield warning("holidays", key, "holiday", holiday.holiday, what, expected, close)


@cache
def _holiday_names(country: str) -> tuple[str, ...]:
    import holidays

    known = holidays.country_holidays(country, years=YEARS_SEARCHED, language="en_US").values()
    each_year = {name for names in known for name in names.split("; ") if not any(map(str.isdigit, name))}
    return tuple(sorted(each_year))


def closures_end_after_they_begin(corridor: Corridor) -> Iterator[Finding]:
    """The last day of a closure is not before the first."""
    for key, closure in corridor.closures.items():
        if closure.last_day < closure.first_day:
            what, expected = message("closure.last_day"), message("want.day_from", day=closure.first_day)
            yield error("closures", key, "last_day", closure.last_day, what, expected)


@warns_only
def closures_have_a_day(corridor: Corridor) -> Iterator[Finding]:
    """A closure has at least one of its week days between first and last day."""
    for key, closure in corridor.closures.items():
        if closure.first_day <= closure.last_day and not closed_days.closed_days(closure):
            ends = (local_time.day(text).weekday() for text in (closure.first_day, closure.last_day))
            there = "-".join(local_time.WEEKDAYS[day].capitalize() for day in dict.fromkeys(ends))
            what, expected = message("closure.no_day"), message("want.weekday_of", days=there)
            yield warning("closures", key, "weekdays", closure.weekdays, what, expected, there)


@warns_only
def closed_stocks_have_a_quota(corridor: Corridor) -> Iterator[Finding]:
    """A stock that a closure names has a daily quota.

    A closure can reduce no other quantity of a stock.
    """
    for key, closure in corridor.closures.items():
        stock = corridor.stocks.get(closure.target)
        if stock and stock.daily_quota is None:
            what, expected = message("closure.no_quota"), message("want.stock_with_quota")
            yield warning("closures", key, "target", closure.target, what, expected)


@warns_only
def closed_links_close_or_have_paths(corridor: Corridor) -> Iterator[Finding]:
    """A closure that leaves a share of a link names one with a limit of paths.

    Where paths are unlimited, a share of them is, too.
    """
    for key, closure in corridor.closures.items():
        link = corridor.links.get(closure.target)
        if link and link.paths_per_day is None and 0 < closure.servers_share < 1:
            what, expected = message("closure.no_paths"), message("want.zero_or_paths", link=link.id)
            yield warning("closures", key, "servers_share", closure.servers_share, what, expected)


RULES = (
    shifts_open_within_the_day,
    shifts_do_not_overlap,
    calendars_open_some_time,
    shifts_have_servers,
    holidays_close_something,
    holidays_are_known,
    closures_end_after_they_begin,
    closures_have_a_day,
    closed_stocks_have_a_quota,
    closed_links_close_or_have_paths,
)
