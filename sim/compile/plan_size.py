"""Size of a plan, counted from the tables before anything of that size is made.

Input: the corridor, the settings of the run and the programs of the services. Output: findings for what a plan has too
many of, breakdowns, changes of calendars, vehicles or steps, each at the row that makes most of them. A plan is never
smaller than counted here by more than random numbers vary, so a run that is refused would not have fitted, and one that
is accepted has bounded memory. The command line has :data:`MOST`; the web page has lower limits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Final

from corridors.checks.report import error
from corridors.clock import local_time
from corridors.findings import DataError, Finding
from corridors.messages import message
from corridors.model import Closure, Corridor
from sim.compile.arrivals import Schedule, operates, operating_span_s
from sim.compile.expected_load import facility_jobs, trip_s
from sim.compile.part_time import slice_s
from sim.compile.programs import Program
from sim.core import rules
from sim.core.run_settings import RunSettings
from sim.core.units import HOUR_S

HOLIDAY_DAYS: Final = 10
"""At most so many days a year have a public holiday of one name."""


@dataclass(frozen=True)
class Limits:
    """The most that a plan may have."""

    breakdowns: int
    """Of all servers in the run."""
    calendar_changes: int
    """Times at which servers come or go, or a quota is set."""
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
    corridor: Corridor, settings: RunSettings, programs: Mapping[str, Program], limits: Limits = MOST
) -> None:
    """Raise DataError with the findings of :func:`too_large`, if there is any."""
    if found := too_large(corridor, settings, programs, limits):
        raise DataError(found)


def too_large(
    corridor: Corridor, settings: RunSettings, programs: Mapping[str, Program], limits: Limits = MOST
) -> list[Finding]:
    """A finding for each kind of which the plan has more than its limit, at the row with the most."""
    counted = {
        "found.breakdowns": (_breakdowns(corridor, settings), limits.breakdowns),
        "found.calendar_changes": (_calendar_changes(corridor, settings, programs), limits.calendar_changes),
        "found.vehicles": (_vehicles(corridor, settings), limits.vehicles),
        "found.steps": (_steps(corridor, settings, programs), limits.steps),
    }
    return [one for what, (parts, most) in counted.items() for one in _over(what, parts, most, settings)]


def _over(what: str, parts: Iterable[Part], most: int, settings: RunSettings) -> Iterator[Finding]:
    listed = list(parts)
    total = sum(part.n for part in listed)
    if total > most:
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


def _calendar_changes(corridor: Corridor, settings: RunSettings, programs: Mapping[str, Program]) -> Iterator[Part]:
    days = settings.days + 2
    closed: dict[str, float] = {}
    for closure in corridor.closures.values():
        closed[closure.target] = closed.get(closure.target, 0) + _edges(closure, days)
    of_calendar = {calendar: closed.get(calendar, 0) + 1.0 for calendar in corridor.calendars}
    fractions: dict[str, list[float]] = {calendar: [] for calendar in corridor.calendars}
    for shift in corridor.shifts.values():
        if shift.calendar in of_calendar:
            of_calendar[shift.calendar] += 2 * days * len(local_time.weekdays(shift.weekdays)) / 7
            fractions[shift.calendar].append(shift.servers_share)
    for holiday in corridor.holidays.values():
        if holiday.calendar in of_calendar:
            of_calendar[holiday.calendar] += 2 * HOLIDAY_DAYS * (1 + days // 365)
            fractions[holiday.calendar].append(holiday.servers_share)
    shares: dict[str, list[float]] = {}
    for closure in corridor.closures.values():
        shares.setdefault(closure.target, []).append(closure.servers_share)
    jobs = facility_jobs(corridor.services, programs, _headways_s(corridor, programs))
    for row in corridor.facilities.values():
        changes = of_calendar.get(row.calendar, 1.0) + closed.get(row.id, 0) + closed.get(row.port, 0)
        parts = [*fractions.get(row.calendar, ()), *shares.get(row.id, ()), *shares.get(row.port, ())]
        parts += shares.get(row.calendar, ())
        if any(row.servers * part % 1 for part in parts):
            mean_s = jobs[row.id].mean_s if row.id in jobs else 0.0
            changes += 2 * (changes + settings.horizon_s / slice_s(mean_s, 1.0))
        yield Part("facilities", row.id, "calendar", changes)
    for stock in corridor.stocks.values():
        if stock.daily_quota is not None:
            yield Part("stocks", stock.id, "daily_quota", days)
    for link in corridor.links.values():
        if n := closed.get(link.id, 0):
            yield Part("links", link.id, "", 2 * n)
    for calendar in {step.calendar for step in corridor.itineraries.values() if step.kind == "wait"}:
        yield Part("calendars", calendar, "", of_calendar.get(calendar, 0))


def _headways_s(corridor: Corridor, programs: Mapping[str, Program]) -> dict[str, int]:
    """Zero for all that vehicles pass: only the mean jobs of facilities of the table are read."""
    passed = (op.target for op in chain(*programs.values()) if op.code == rules.PASS)
    return dict.fromkeys([*corridor.facilities, *passed], 0)


def _edges(closure: Closure, days: int) -> float:
    """First and last seconds of the spans of a closure, within the run at most."""
    if local_time.every_day(closure.weekdays):
        return 2
    return 2 * days * len(local_time.weekdays(closure.weekdays)) / 7


def _vehicles(corridor: Corridor, settings: RunSettings) -> Iterator[Part]:
    """Vehicles that are there at the first second, and those expected to come later."""
    schedule = Schedule(corridor, settings)
    for service in corridor.services.values():
        if service.arrivals == "fleet":
            yield Part("services", service.id, "fleet", service.fleet)
            continue
        backlog = service.initial_backlog if operates(service, settings) else 0
        yield Part("services", service.id, "initial_backlog", backlog)
        column = "per_day" if service.per_day else "arrivals"
        yield Part("services", service.id, column, schedule.expected(service))


def _steps(corridor: Corridor, settings: RunSettings, programs: Mapping[str, Program]) -> Iterator[Part]:
    """Steps of all trips, of fleets those that they could make if they never waited."""
    arriving: dict[str, float] = {}
    for part in _vehicles(corridor, settings):
        arriving[part.row] = arriving.get(part.row, 0) + part.n
    for service in corridor.services.values():
        program, trips = programs[service.id], 1.0
        if service.arrivals == "fleet":
            opens_s, closes_s = operating_span_s(service, settings)
            trips += max(0, closes_s - opens_s) / max(1.0, trip_s(program))
        yield Part("services", service.id, "itinerary", arriving[service.id] * trips * len(program))
