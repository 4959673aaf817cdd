"""Rules about the days of the run: services and the facilities that they use are open within it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final

import numpy as np

from corridors.checks.parameters import declared_days, outside_the_run
from corridors.checks.report import warning, warns_only
from corridors.clock import closed_days, local_time
from corridors.clock.calendars import Calendars
from corridors.clock.spans import Floats, Ints
from corridors.findings import Finding
from corridors.messages import message
from corridors.model import Closure, Corridor

NEVER: Final = np.zeros(1)
MOST_DAYS: Final = 3
"""Days outside the run that a finding lists."""


@warns_only
def services_open_within_the_run(corridor: Corridor) -> Iterator[Finding]:
    """The opening date of a service is not after the last day of the run."""
    days = declared_days(corridor)
    for key, row in corridor.services.items():
        if days and row.opening_date and local_time.day(row.opening_date) > days[1]:
            what, expected = message("service.opens_after_run"), message("want.day_until", day=days[1].isoformat())
            yield warning("services", key, "opening_date", row.opening_date, what, expected)


@warns_only
def dated_departures_are_within_the_run(corridor: Corridor) -> Iterator[Finding]:
    """Days of lines of the timetable are in the run; of a service whose lines all have a day, at least one."""
    days = declared_days(corridor)
    lines: dict[str, list[str]] = {}
    for row in corridor.timetable.values():
        lines.setdefault(row.service, []).append(row.day)
    for service, dated in sorted(lines.items()):
        if not days or service not in corridor.services:
            continue
        on = {day: local_time.day(day) for day in sorted(filter(None, dated))}
        outside = [text for text, day in on.items() if not local_time.touches(day, day, *days)]
        expected = message("want.day_of_run", first=days[0].isoformat(), last=days[1].isoformat())
        if outside and len(outside) == len(on) and all(dated):
            found = f"{min(dated)} - {max(dated)}"
            yield warning("services", service, "arrivals", found, message("timetable.no_day_in_run"), expected)
        elif outside:
            found = ", ".join(outside[:MOST_DAYS]) + (", ..." if len(outside) > MOST_DAYS else "")
            yield warning("services", service, "arrivals", found, message("timetable.days_outside_run"), expected)


@warns_only
def facilities_open_within_the_run(corridor: Corridor) -> Iterator[Finding]:
    """The opening date of a facility that an itinerary uses is not after the last day of the run."""
    days = declared_days(corridor)
    for key in _used(corridor):
        row = corridor.facilities[key]
        if days and row.opening_date and local_time.day(row.opening_date) > days[1]:
            what, expected = message("facility.opens_after_run"), message("want.day_until", day=days[1].isoformat())
            yield warning("facilities", key, "opening_date", row.opening_date, what, expected)


@warns_only
def facilities_are_not_closed_for_the_whole_run(corridor: Corridor) -> Iterator[Finding]:
    """A closure leaves a facility that an itinerary uses, and a section, open for a part of the run.

    Closures count together; the finding is about the longest one.
    """
    days = declared_days(corridor)
    if not days or not corridor.closures:
        return
    epoch = datetime(days[0].year, days[0].month, days[0].day, tzinfo=UTC)
    horizon_s = ((days[1] - days[0]).days + 1) * 24 * 3600
    with_closures = Calendars(corridor, epoch, horizon_s)
    without = Calendars(replace(corridor, closures={}), epoch, horizon_s)
    shut: dict[str, list[str]] = {}
    for thing, closures in _closed_things(corridor).items():
        if not _open(with_closures, corridor, thing).any() and _open(without, corridor, thing).any():
            longest = max(closures, key=lambda row: (closed_days.number_of_closed_days(row), row.id))
            shut.setdefault(longest.id, []).append(thing)
    for key, things in sorted(shut.items()):
        what, expected = message("closure.whole_run", names=tuple(things)), message("want.open_day")
        yield warning("closures", key, "target", corridor.closures[key].target, what, expected)


def _used(corridor: Corridor) -> list[str]:
    return sorted({step.facility for step in corridor.itineraries.values()} & set(corridor.facilities))


def _closed_things(corridor: Corridor) -> dict[str, list[Closure]]:
    """The facilities that are used and the links to which closures apply, with these."""
    by_target: dict[str, list[Closure]] = {}
    for row in corridor.closures.values():
        by_target.setdefault(row.target, []).append(row)
    found = {}
    for key in _used(corridor):
        facility = corridor.facilities[key]
        found[key] = [one for target in (key, facility.port, facility.calendar) for one in by_target.get(target, [])]
    return {key: rows for key, rows in (found | {id: by_target.get(id, []) for id in corridor.links}).items() if rows}


def _open(made: Calendars, corridor: Corridor, thing: str) -> Floats:
    """Servers of a facility, or the share of the paths of a link, over the run."""
    try:
        return (made.facility_servers(thing) if thing in corridor.facilities else made.path_servers(thing))[1]
    except (LookupError, ValueError, OverflowError):  # Other rules refuse what cannot be computed.
        return NEVER


@warns_only
def closures_change_something(corridor: Corridor) -> Iterator[Finding]:
    """A closure has a day of the run that the parameters declare, and shuts at least a part."""
    days = declared_days(corridor)
    for key, row in corridor.closures.items():
        if row.servers_share == 1:
            what, expected = message("closure.no_effect"), message("want.share_below_1")
            yield warning("closures", key, "servers_share", row.servers_share, what, expected)
        yield from outside_the_run("closures", row, days, "closure.outside_run")


@warns_only
def closures_shut_what_is_open(corridor: Corridor) -> Iterator[Finding]:
    """A closure shuts something that would be open, or more open, without it.

    Of closures that shut the same, the last ones are found.
    """
    days = declared_days(corridor)
    if not days:
        return
    epoch = datetime(days[0].year, days[0].month, days[0].day, tzinfo=UTC)
    horizon_s = ((days[1] - days[0]).days + 1) * 24 * 3600
    rows = {key: row for key, row in corridor.closures.items() if _may_shut(corridor, row, days)}
    for key in sorted(rows, reverse=True):
        whole, rest = (
            Calendars(replace(corridor, closures=some), epoch, horizon_s)
            for some in (rows, {id: row for id, row in rows.items() if id != key})
        )
        things = _things_of(corridor, rows[key].target)
        if not things and rows[key].target in corridor.ports:
            what, expected = message("closure.stops_nothing"), message("want.used_target")
            yield warning("closures", key, "target", rows[key].target, what, expected)
        if things and all(_equal(_level(whole, corridor, thing), _level(rest, corridor, thing)) for thing in things):
            share = rows[key].servers_share
            what = message("closure.share_is_open" if share else "closure.shut_anyway")
            yield warning("closures", key, "target", rows[key].target, what, message("want.open_days"))
            rows.pop(key)


def _may_shut(corridor: Corridor, row: Closure, days: tuple[date, date]) -> bool:
    """Whether a closure has a day of the run and no other finding says that it shuts nothing."""
    link = corridor.links.get(row.target)
    if link and link.paths_per_day is None and row.servers_share > 0:
        return False
    first, last = local_time.day(row.first_day), local_time.day(row.last_day)
    shuts = row.servers_share < 1 and first <= last and closed_days.closed_days(row)
    return bool(shuts) and local_time.touches(first, last, *days)


def _things_of(corridor: Corridor, target: str) -> list[str]:
    """What a closure of a target shuts: a calendar, a link, a stock with a quota, or facilities that are used."""
    stock = corridor.stocks.get(target)
    if target in corridor.calendars or target in corridor.links or (stock and stock.daily_quota is not None):
        return [target]
    return [key for key in _used(corridor) if target in (key, corridor.facilities[key].port)]


def _level(made: Calendars, corridor: Corridor, thing: str) -> tuple[Ints, Floats | Ints]:
    """Open share, servers, share of paths or daily quota over the run.

    Empty where it cannot be computed, which other rules refuse.
    """
    try:
        if thing in corridor.calendars:
            return made.open_share(thing)
        if thing in corridor.facilities:
            return made.facility_servers(thing)
        if thing in corridor.links:
            unlimited = corridor.links[thing].paths_per_day is None
            return made.link_open(thing) if unlimited else made.path_servers(thing)
        return made.quota_levels(thing)
    except (LookupError, ValueError, OverflowError):
        return np.zeros(0, np.int64), NEVER[:0]


def _equal(one: tuple[Ints, Floats | Ints], other: tuple[Ints, Floats | Ints]) -> bool:
    """Whether two step functions have the same values at all times; False for empty ones."""
    if not len(one[0]) or not len(other[0]):
        return False
    times = np.union1d(one[0], other[0])
    mine, others = (level[np.maximum(0, np.searchsorted(at, times, "right") - 1)] for at, level in (one, other))
    return bool(np.array_equal(mine, others))


RULES = (
    services_open_within_the_run,
    dated_departures_are_within_the_run,
    facilities_open_within_the_run,
    facilities_are_not_closed_for_the_whole_run,
)
FOLDER_RULES = (closures_change_something, closures_shut_what_is_open)
"""Of tables only: for a document a change without effect is one finding."""
