"""Rules about services: arrivals, profiles, days that differ, timetables."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date
from typing import Final

from corridors.checks.parameters import starts_with_backlog
from corridors.checks.report import error, warning, warns_only
from corridors.clock import local_time
from corridors.clock.mean_day import WEEK, vehicles_per_week
from corridors.findings import Finding
from corridors.messages import message
from corridors.model import Corridor

WEIGHTS: Final = {"month": 12, "hour": 24, "weekday": 7, "week": 168}
PROFILES: Final = {"profile_month": ("month",), "profile_hour": ("hour",), "profile_week": ("weekday", "week")}
"""Columns of services and the kinds of profiles that they name."""


def profiles_cover_their_period(corridor: Corridor) -> Iterator[Finding]:
    """A profile of months has 12 weights, of hours 24, of weekdays 7, of the hours of a week 168; one is above zero."""
    for key, profile in corridor.profiles.items():
        weights = profile.numbers
        if len(weights) != WEIGHTS[profile.kind]:
            found, expected = message("found.weights", n=len(weights)), message("want.weights", n=WEIGHTS[profile.kind])
            yield error("profiles", key, "weights", found, message("profile.weight_count", kind=profile.kind), expected)
        elif not any(weights):
            what, expected = message("profile.all_zero"), message("want.weight_above_0")
            yield error("profiles", key, "weights", "", what, expected)


def services_use_the_right_profile(corridor: Corridor) -> Iterator[Finding]:
    """A service has a profile of months, of hours and of a week; the hours of a week go without those of a day."""
    for key, service in corridor.services.items():
        for column, kinds in PROFILES.items():
            profile = corridor.profiles.get(getattr(service, column))
            if profile and profile.kind not in kinds:
                what = message("service.wrong_profile", kind=profile.kind)
                yield error("services", key, column, profile.id, what, message("want.profile", names=kinds))
            elif profile and profile.kind == "week" and service.profile_hour:
                what = message("service.hours_twice", profile=profile.id)
                yield warning("services", key, "profile_hour", service.profile_hour, what, message("want.empty"))


def _scheduled(corridor: Corridor) -> set[str]:
    """Services with lines of the timetable."""
    return {line.service for line in corridor.timetable.values()}


def services_are_open_or_closed(corridor: Corridor) -> Iterator[Finding]:
    """A closed fleet has vehicles and no arrival rate.

    A service with arrivals has a rate, lines of the timetable or a backlog at the first second, and no fleet.
    """
    scheduled = _scheduled(corridor)
    for key, service in corridor.services.items():
        if service.arrivals == "fleet":
            if service.fleet == 0:
                yield error("services", key, "fleet", 0, message("service.empty_fleet"), message("want.vehicles"))
            if service.per_day > 0:
                what = message("service.fleet_with_rate")
                yield error("services", key, "per_day", service.per_day, what, message("want.zero"))
        else:
            if service.fleet > 0:
                what = message("service.unused_fleet", arrivals=service.arrivals)
                yield error("services", key, "fleet", service.fleet, what, message("want.zero"))
            if service.per_day == 0 and key not in scheduled and not starts_with_backlog(corridor, service):
                what, expected = message("service.no_rate"), message("want.vehicles_a_day")
                yield warning("services", key, "per_day", 0, what, expected)
        if service.delay and service.arrivals != "timetable":
            what = message("service.unused_delay", arrivals=service.arrivals)
            yield warning("services", key, "delay", service.delay, what, message("want.empty"))


@warns_only
def services_use_what_they_state(corridor: Corridor) -> Iterator[Finding]:
    """A service states only what its kind of arrivals uses.

    A closed fleet has no profiles, and a backlog only of vehicles that would else start later; only a fleet spreads its
    starts. The lines of a timetable go without profiles.
    """
    scheduled = _scheduled(corridor)
    for key, service in corridor.services.items():
        fleet = service.arrivals == "fleet"
        if fleet and service.initial_backlog and not service.start_spread_h:
            what, expected = message("service.unused_backlog"), message("want.zero_or_spread")
            yield warning("services", key, "initial_backlog", service.initial_backlog, what, expected)
        if not fleet and service.start_spread_h:
            what = message("service.unused_spread", arrivals=service.arrivals)
            yield warning("services", key, "start_spread_h", service.start_spread_h, what, message("want.zero"))
        if fleet or (service.arrivals == "timetable" and key in scheduled):
            for column in PROFILES:
                if profile := getattr(service, column):
                    what = message("service.unused_profile", arrivals=service.arrivals)
                    yield warning("services", key, column, profile, what, message("want.empty"))


def days_differ_where_they_can(corridor: Corridor) -> Iterator[Finding]:
    """Days differ where a mean of the day is declared: vehicles of a service with arrivals, or a daily quota.

    The demand of a closed fleet is a stock. A correlation needs days that differ.
    """
    scheduled = _scheduled(corridor)
    for key, service in corridor.services.items():
        if service.day_cv and service.arrivals == "fleet":
            what, expected = message("service.days_of_fleet"), message("want.days_of_demand")
            yield error("services", key, "day_cv", service.day_cv, what, expected)
        elif service.day_cv and service.per_day == 0 and key not in scheduled:
            what, expected = message("service.days_without_rate"), message("want.vehicles_a_day")
            yield warning("services", key, "day_cv", service.day_cv, what, expected)
    for key, stock in corridor.stocks.items():
        if stock.day_cv and stock.daily_quota is None:
            what, expected = message("stock.days_without_quota"), message("want.places_a_day")
            yield warning("stocks", key, "day_cv", stock.day_cv, what, expected)
    for table, rows in (("services", corridor.services), ("stocks", corridor.stocks)):
        for key, row in rows.items():
            if row.day_correlation and not row.day_cv:
                what, expected = message("days.unused_correlation"), message("want.days_that_differ")
                yield warning(table, key, "day_correlation", row.day_correlation, what, expected)


def services_close_after_they_open(corridor: Corridor) -> Iterator[Finding]:
    """A service closes after its opening date."""
    for key, service in corridor.services.items():
        if service.opening_date and service.closing_date and service.closing_date <= service.opening_date:
            what, expected = message("service.closing_date"), message("want.day_after", day=service.opening_date)
            yield error("services", key, "closing_date", service.closing_date, what, expected)


def timetables_keep_the_rate(corridor: Corridor) -> Iterator[Finding]:
    """Lines of the timetable belong to timetabled services, and have a day or weekdays.

    Their number agrees with the mean per day of the service; dated lines beside others are extra vehicles.
    """
    weekly: dict[str, int] = {}
    dated: dict[str, list[tuple[date, int]]] = {}
    for key, departure in corridor.timetable.items():
        service = corridor.services.get(departure.service)
        if service and service.arrivals != "timetable":
            what = message("timetable.other_arrivals", arrivals=service.arrivals)
            yield error("timetable", key, "service", service.id, what, message("want.timetabled_service"))
        if departure.day:
            if not local_time.every_day(departure.weekdays):
                what, expected = message("timetable.day_and_weekdays", day=departure.day), message("want.empty")
                yield warning("timetable", key, "weekdays", departure.weekdays, what, expected)
            dated.setdefault(departure.service, []).append((local_time.day(departure.day), departure.vehicles))
            continue
        weekly[departure.service] = weekly.get(departure.service, 0) + vehicles_per_week(departure)
    for name in sorted({*weekly, *dated}):
        service = corridor.services.get(name)
        mean = weekly[name] / WEEK if name in weekly else _mean_of_days(dated[name])
        if service and not math.isclose(service.per_day, mean, rel_tol=0.02):
            what, expected = message("timetable.other_rate"), message("want.timetable_mean", n=mean)
            yield warning("services", name, "per_day", service.per_day, what, expected)


def _mean_of_days(lines: list[tuple[date, int]]) -> float:
    """Vehicles a day from the first to the last of some days."""
    days = [day for day, _ in lines]
    return sum(n for _, n in lines) / ((max(days) - min(days)).days + 1)


RULES = (
    profiles_cover_their_period,
    services_use_the_right_profile,
    services_are_open_or_closed,
    services_use_what_they_state,
    days_differ_where_they_can,
    services_close_after_they_open,
    timetables_keep_the_rate,
)
