"""Size of a plan, counted from the tables before anything of that size is made.

Input: the corridor, the settings of the run and the programs of the services. Output: findings for what a plan has too
many of, breakdowns, changes of calendars, vehicles or steps, each at the row that makes most of them. A plan has at
most what is counted here, apart from how far random numbers vary from their mean, so one that is accepted has bounded
memory. Changes of calendars are counted at most twice as many as are made where closures and holidays do not overlap;
steps of fleets as many as are drawn for them, by the servers in their weekly hours, without what closures, public
holidays and train paths take away. The command line has :data:`MOST`; the web page has lower limits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from itertools import chain
from math import inf
from typing import Final

import numpy as np

from corridors.clock import local_time
from corridors.clock.closed_days import DECIMALS
from corridors.clock.local_time import DAY_MIN
from corridors.clock.place_clocks import clock_of_world
from corridors.clock.public_holidays import holiday_days
from corridors.findings import DataError, Finding
from corridors.messages import message
from corridors.model import DEMAND, Closure, Corridor, Holiday, Shift
from sim.compile.arrivals import Schedule, operates, operating_span_s
from sim.compile.expected_load import NO_JOB, Job, facility_jobs, likely_trips_of, trip_s, trips_let_through
from sim.compile.part_time import slice_s
from sim.compile.programs import Program
from sim.core import rules
from sim.core.run_settings import RunSettings
from sim.core.units import DAY_S, HOUR_S, MINUTE_S


@dataclass(frozen=True)
class Limits:
    """The most that a plan may have."""

    breakdowns: int
    """Of all servers in the run."""
    calendar_changes: int
    """Times at which servers come or go, a quota is set, or a rule looks at the queues."""
    vehicles: int
    steps: int
    """Of all trips of all vehicles."""


MOST: Final = Limits(breakdowns=5_000_000, calendar_changes=5_000_000, vehicles=50_000_000, steps=2**31 - 1)
"""Of any plan: some gigabytes of memory; engines number steps up to 2^31 - 1."""


@dataclass(frozen=True)
class Part:
    """What one row adds to the size of a plan."""

    table: str
    row: str
    column: str
    n: float


def refuse_large(
    corridor: Corridor,
    settings: RunSettings,
    programs: Mapping[str, Program],
    limits: Limits = MOST,
    likely_trips: bool = False,
) -> None:
    """Raise DataError with the findings of :func:`too_large`, if there is any."""
    if found := too_large(corridor, settings, programs, limits, likely_trips):
        raise DataError(found)


def too_large(
    corridor: Corridor,
    settings: RunSettings,
    programs: Mapping[str, Program],
    limits: Limits = MOST,
    likely_trips: bool = False,
) -> list[Finding]:
    """A finding for each kind of which the plan has more than its limit, at the row with the most.

    With ``likely_trips``, fleets count with the trips that :func:`sim.compile.assembly.compile_plan` draws then.
    """
    vehicles = list(_vehicles(corridor, settings))
    few = _most_calendar_changes(corridor, settings) <= limits.calendar_changes
    counted = {
        "found.breakdowns": (_breakdowns(corridor, settings), limits.breakdowns),
        "found.calendar_changes": (
            () if few else _calendar_changes(corridor, settings, programs),
            limits.calendar_changes,
        ),
        "found.vehicles": (vehicles, limits.vehicles),
        "found.steps": (_steps(corridor, settings, programs, vehicles, likely_trips), limits.steps),
    }
    return [one for what, (parts, most) in counted.items() for one in _over(what, parts, most, settings)]


def _over(what: str, parts: Iterable[Part], most: int, settings: RunSettings) -> Iterator[Finding]:
    listed = list(parts)
    total = sum(part.n for part in listed)
    if total > most:
        from corridors.checks.report import error  # It loads all rules.

        largest = max(listed, key=lambda part: part.n)
        days = message("found.days", n=settings.days)
        found = message("found.of_run", n=round(largest.n), total=round(total), days=days)
        expected = message("want.at_most_in_run", n=most)
        yield error(
            largest.table, largest.row, largest.column, found, message("size.too_large", what=message(what)), expected
        )


def _breakdowns(corridor: Corridor, settings: RunSettings) -> Iterator[Part]:
    """Expected failures: of each server one at the start, and one a cycle of running and repair."""
    for row in corridor.facilities.values():
        if row.mtbf_h is not None and row.mttr_h is not None:
            cycles = settings.horizon_s / HOUR_S / max(row.mtbf_h + row.mttr_h, 1 / HOUR_S)
            yield Part("facilities", row.id, "mtbf_h", row.servers * (1 + cycles))


def _most_calendar_changes(corridor: Corridor, settings: RunSettings) -> float:
    """At least as many changes as :func:`_calendar_changes` counts, from the numbers of rows and days alone.

    A run far from its limit needs no more; to walk weeks, closures and holidays takes as long as to compile them.
    """
    days = settings.days + 2
    shares: dict[str, list[float]] = {}
    for name, share in chain(
        ((row.calendar, row.servers_share) for row in corridor.shifts.values()),
        ((row.calendar, row.servers_share) for row in corridor.holidays.values()),
        ((row.target, row.servers_share) for row in corridor.closures.values()),
    ):
        shares.setdefault(name, []).append(share)

    def changes(*names: str) -> int:
        """A shift begins and ends once a day, as does a closure or a holiday."""
        return 2 + 2 * days * sum(len(shares.get(name, ())) for name in names)

    most = sum(map(changes, corridor.calendars))
    for row in corridor.facilities.values():
        names = {row.id, row.port, row.calendar}
        own = [share for name in names for share in shares.get(name, ())]
        parts = sum(round(row.servers * share, DECIMALS) % 1 > 0 for share in own)
        slices = changes(*names) + (DAY_S // HOUR_S + 1) * days
        most += changes(*names) + 2 * parts * slices
    for stock in corridor.stocks.values():
        if stock.daily_quota is not None:
            most += (DAY_S // HOUR_S + 1) * days + 2 * changes(stock.calendar)
    most += days * (len(corridor.orders) + len(corridor.order_rules))
    return most + sum(2 * changes(link) for link in corridor.links.keys() & shares.keys())


def _calendar_changes(corridor: Corridor, settings: RunSettings, programs: Mapping[str, Program]) -> Iterator[Part]:
    days = settings.days + 2
    closed: dict[str, list[_Spans]] = {}
    for closure in corridor.closures.values():
        closed.setdefault(closure.target, []).append(_closed(closure, settings))
    hours = {calendar: _hours(corridor, calendar) for calendar in corridor.calendars}
    holidays: dict[str, list[_Spans]] = {}
    for holiday in corridor.holidays.values():
        holidays.setdefault(holiday.calendar, []).append(_holidays(holiday, settings))

    @cache
    def jobs() -> Mapping[str, Job]:
        per_day = Schedule(corridor, settings).served_per_day
        headways_s = _headways_s(corridor, programs)
        return facility_jobs(corridor.services, programs, headways_s, per_day, only=corridor.facilities)

    def edges(spans: Iterable[_Spans]) -> float:
        return sum(2 * one.n for one in spans)

    def of_calendar(calendar: str) -> float:
        week = hours[calendar].edges if calendar in hours else 0
        return 1 + week * days / 7 + edges([*closed.get(calendar, ()), *holidays.get(calendar, ())])

    for row in corridor.facilities.values():
        limits = [one for target in (row.id, row.port, row.calendar) for one in closed.get(target, ())]
        limits += holidays.get(row.calendar, ())
        week = hours.get(row.calendar, _ALWAYS)
        changes = 1 + bool(row.opening_date) + week.edges * days / 7 + edges(limits)
        slices = 0.0
        for share, (n, minutes) in week.at_share.items():
            if part := round(row.servers * share, DECIMALS) % 1:
                mean_s = jobs().get(row.id, NO_JOB).mean_s
                slices += days / 7 * (n + minutes * MINUTE_S / slice_s(mean_s, part)) + edges(limits)
        for one in limits:
            if part := round(row.servers * one.share, DECIMALS) % 1:
                # Hours, and closures of other days, may cut the span.
                mean_s = jobs().get(row.id, NO_JOB).mean_s
                pieces = min(changes, one.n + one.days * week.edges_a_day + edges(limits) - 2 * one.n)
                slices += pieces + one.days * DAY_S / slice_s(mean_s, part)
        yield Part("facilities", row.id, "calendar", changes + 2 * slices)
    for stock in corridor.stocks.values():
        if stock.daily_quota is not None:
            a_day = 1 if stock.kind != DEMAND else DAY_S / HOUR_S + _hours(corridor, stock.calendar).edges_a_day + 1
            yield Part("stocks", stock.id, "daily_quota", days * a_day)
    for order in corridor.orders.values():
        yield Part("orders", order.id, "takes_per_day", days)
    for rule in corridor.order_rules.values():
        yield Part("order_rules", rule.id, "check_time", days)
    for link in corridor.links.values():
        if ends := edges(closed.get(link.id, ())):
            yield Part("links", link.id, "", 2 * ends)
    for calendar in {step.calendar for step in corridor.itineraries.values() if step.kind == "wait"}:
        yield Part("calendars", calendar, "", of_calendar(calendar))


@dataclass(frozen=True)
class _Spans:
    """Days of a run with at most a share of the servers."""

    n: float
    """Spans of consecutive days."""
    days: float
    share: float


@dataclass(frozen=True)
class _Hours:
    """A week of a calendar by its shifts."""

    edges: int
    """Times a week at which the share changes."""
    edges_a_day: int
    """The most of them on one day."""
    at_share: Mapping[float, tuple[int, int]]
    """Spans and minutes a week of each share."""


_ALWAYS: Final = _Hours(0, 0, {})
"""Of a facility without a calendar: it always has its servers, a whole number."""


def _hours(corridor: Corridor, calendar: str) -> _Hours:
    return _hours_of(tuple(shift for shift in corridor.shifts.values() if shift.calendar == calendar))


@lru_cache(maxsize=1024)
def _hours_of(shifts: tuple[Shift, ...]) -> _Hours:
    week = np.zeros(7 * DAY_MIN)
    for shift in shifts:
        opens, closes = local_time.hours(shift.opens, shift.closes)
        for day in local_time.weekdays(shift.weekdays):
            at = np.arange(day * DAY_MIN + opens, day * DAY_MIN + closes) % len(week)
            week[at] = np.maximum(week[at], shift.servers_share)
    changes = np.flatnonzero(week != np.roll(week, 1))
    shares = {
        float(share): (max(1, int((week[changes] == share).sum())), int((week == share).sum()))
        for share in np.unique(week)
    }
    a_day = int(np.bincount(changes // DAY_MIN, minlength=7).max()) if len(changes) else 0
    return _Hours(len(changes), a_day, shares)


def _holidays(holiday: Holiday, settings: RunSettings) -> _Spans:
    before, after = timedelta(days=holiday.days_before), timedelta(days=holiday.days_after)
    first, last = _days(settings)
    closed: set[date] = set()
    for year in range((first - after).year, (last + before).year + 1):
        for day in holiday_days(holiday.country, holiday.holiday, year):
            low, high = max(first, day - before), min(last, day + after)
            closed |= {low + timedelta(days=n) for n in range((high - low).days + 1)}
    n = sum(day - timedelta(days=1) not in closed for day in closed)
    return _Spans(n, len(closed), holiday.servers_share)


def _days(settings: RunSettings) -> tuple[date, date]:
    """First and last day of a run on any clock."""
    return settings.start - timedelta(days=1), settings.start + timedelta(days=settings.days)


def _headways_s(corridor: Corridor, programs: Mapping[str, Program]) -> dict[str, int]:
    """Zero for all that vehicles pass: only the mean jobs of facilities of the table are read."""
    passed = (op.target for op in chain(*programs.values()) if op.code == rules.PASS)
    return dict.fromkeys([*corridor.facilities, *passed], 0)


def _closed(closure: Closure, settings: RunSettings) -> _Spans:
    """The spans of a closure within the run."""
    first, last = _days(settings)
    first, last = max(first, local_time.day(closure.first_day)), min(last, local_time.day(closure.last_day))
    days = max(0, (last - first).days + 1)
    if local_time.every_day(closure.weekdays):
        return _Spans(min(1, days), days, closure.servers_share)
    closed = local_time.days_on(closure.weekdays, first, last)
    on = local_time.weekdays(closure.weekdays)
    begins = sum(local_time.days_on(local_time.WEEKDAYS[day], first, last) for day in on if (day - 1) % 7 not in on)
    return _Spans(min(begins + 1, closed), closed, closure.servers_share)


def _vehicles(corridor: Corridor, settings: RunSettings) -> Iterator[Part]:
    """Vehicles that are there at the first second, and those expected to come later."""
    schedule = Schedule(corridor, settings)
    for service in corridor.services.values():
        if service.arrivals == "fleet":
            yield Part("services", service.id, "fleet", service.fleet)
            continue
        backlog = service.initial_backlog if operates(service, settings, clock_of_world(corridor)) else 0
        yield Part("services", service.id, "initial_backlog", backlog)
        column = "per_day" if service.per_day else "arrivals"
        yield Part("services", service.id, column, schedule.expected(service))


def expected_vehicles(corridor: Corridor, settings: RunSettings) -> float:
    """The vehicles that a run is expected to have, those of fleets once."""
    return sum(part.n for part in _vehicles(corridor, settings))


def _steps(
    corridor: Corridor,
    settings: RunSettings,
    programs: Mapping[str, Program],
    vehicles: Iterable[Part],
    likely_trips: bool,
) -> Iterator[Part]:
    """Steps of all trips; of fleets those that they could make if they never waited, or likely ones where these are
    fewer."""
    arriving: dict[str, float] = {}
    for part in vehicles:
        arriving[part.row] = arriving.get(part.row, 0) + part.n
    for service in corridor.services.values():
        program, trips = programs[service.id], 1.0
        if service.arrivals == "fleet":
            opens_s, closes_s = operating_span_s(service, settings, clock_of_world(corridor))
            trips += max(0, closes_s - opens_s) / max(1.0, program.once(trip_s))
            if likely_trips and service.fleet:
                trips = min(trips, likely_trips_of(service.fleet, _let_through(corridor, settings, program)))
        yield Part("services", service.id, "itinerary", arriving[service.id] * trips * len(program))


def _let_through(corridor: Corridor, settings: RunSettings, program: Program) -> float:
    """Trips that the facilities of the table let through in their weekly hours, never without vehicles."""
    named = {op.target for op in program if op.code in rules.AT_FACILITY}
    server_s = dict.fromkeys(named, inf)
    for name in named & corridor.facilities.keys():
        row = corridor.facilities[name]
        week = _hours(corridor, row.calendar).at_share if row.calendar else {1.0: (1, 7 * DAY_MIN)}
        open_s = sum(share * minutes for share, (_, minutes) in week.items()) / (7 * DAY_MIN) * settings.horizon_s
        server_s[name] = row.servers * (open_s + 2 * DAY_S)
    return trips_let_through(program, server_s, dict.fromkeys(named, 0))
