"""Rules about the days that are measured, those of the run after its warm-up: each service has traffic in them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from corridors.checks.parameters import declared_days, measured_days, starts_with_backlog
from corridors.checks.report import warning, warns_only
from corridors.clock import local_time
from corridors.findings import Finding
from corridors.messages import message
from corridors.model import Corridor, Service

YEARS: Final = 4
"""Days of so many years have every month with every week day."""
LEAST: Final = 0.5
"""Vehicles expected in all measured days: fewer are most likely none."""
ALL_YEAR: Final = frozenset(range(12))
ALL_WEEK: Final = frozenset(range(7))


@warns_only
def services_have_traffic_in_the_measured_days(corridor: Corridor) -> Iterator[Finding]:
    """A service is not closed, or without vehicles by its profiles, timetable or rate, in all measured days.

    Without a warm-up, a backlog starts on the first of them.
    """
    measured = measured_days(corridor)
    if measured is None:
        return
    first, last = measured
    no_warmup = declared_days(corridor) == measured
    for key, service in corridor.services.items():
        closes = local_time.day(service.closing_date) if service.closing_date else date.max
        opens = local_time.day(service.opening_date) if service.opening_date else date.min
        if closes <= opens or opens > last:  # Other rules find these.
            continue
        expected = message("want.day_of_run", first=first.isoformat(), last=last.isoformat())
        if closes <= first:
            what = message("service.closed_before_measuring")
            yield warning("services", key, "closing_date", service.closing_date, what, expected)
            continue
        if no_warmup and starts_with_backlog(corridor, service):
            continue
        days = max(first, opens), min(last, closes - timedelta(days=1))
        if column := _column_without_traffic(corridor, service, *days):
            what = message("service.no_traffic_when_measured", column=column)
            yield warning("services", key, column, getattr(service, column), what, expected)
        elif service.arrivals == "rate" and 0 < service.per_day * ((days[1] - days[0]).days + 1) < LEAST:
            number = (days[1] - days[0]).days + 1
            what = message("service.rare", vehicles=service.per_day * number)
            yield warning("services", key, "per_day", service.per_day, what, message("want.vehicle_in_run"))


def _column_without_traffic(corridor: Corridor, service: Service, first: date, last: date) -> str:
    """The column by which no vehicle of a service starts on some days; '' if some do, or may."""
    days = _months_and_weekdays(first, last)
    if service.arrivals == "fleet" or not days:
        return ""
    lines = [line for line in corridor.timetable.values() if line.service == service.id]
    if lines and service.arrivals == "timetable":
        on = set().union(*(local_time.weekdays(line.weekdays) for line in lines if not line.day))
        dated = any(line.day for line in lines)
        return "" if dated or any(weekday in on for _, weekday in days) else "arrivals"
    by_column = {"profile_month": ALL_YEAR, "profile_week": ALL_WEEK}
    for column, period in by_column.items():
        by_column[column] = _used(corridor, getattr(service, column), period)
    for column, place in (("profile_month", 0), ("profile_week", 1)):
        if not any(day[place] in by_column[column] for day in days):
            return column
    both = any(month in by_column["profile_month"] and weekday in by_column["profile_week"] for month, weekday in days)
    return "" if both else "profile_week"


def _months_and_weekdays(first: date, last: date) -> set[tuple[int, int]]:
    """The months and week days, both from 0, of days, all included."""
    number = min((last - first).days + 1, YEARS * 366)
    days = (first + timedelta(days=n) for n in range(number))
    return {(day.month - 1, day.weekday()) for day in days}


def _used(corridor: Corridor, id: str, period: frozenset[int]) -> frozenset[int]:
    """The months or week days with a weight above zero in a profile; all without one, or with one of another kind."""
    profile = corridor.profiles.get(id)
    if profile is None:
        return period
    weights = profile.numbers
    each = 24 if profile.kind == "week" and len(weights) == 24 * len(period) else 1
    if len(weights) != each * len(period):  # Another rule finds this.
        return period
    return frozenset(n for n in period if any(weights[each * n : each * (n + 1)]))


RULES = (services_have_traffic_in_the_measured_days,)
