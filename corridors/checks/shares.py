"""Rules about shares of servers and quotas, which are kept in time: a share above 0 suffices for something."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from corridors.checks.clocks import open_share, weekly_minutes
from corridors.checks.report import warning, warns_only
from corridors.clock import closed_days
from corridors.findings import Finding
from corridors.messages import message
from corridors.model import Closure, Corridor, Facility

DAY_MIN = 1440.0
WEEK_DAYS = 7


@warns_only
def shares_suffice_for_a_job(corridor: Corridor) -> Iterator[Finding]:
    """The share of a single server, over all its hours in a run, is longer than one job, and best a whole server.

    Otherwise the server never comes, although its share is above 0, or it comes and goes.
    """
    jobs = _shortest_jobs(corridor)
    days = corridor.parameters["run_days"].value if "run_days" in corridor.parameters else 365.0
    for shift in corridor.shifts.values():
        minutes = weekly_minutes(shift) * days / WEEK_DAYS
        for facility in _with_calendar(corridor, shift.calendar):
            yield from _less_than_one("shifts", shift.id, facility, shift.servers_share, minutes, jobs)
    for holiday in corridor.holidays.values():
        for facility in _with_calendar(corridor, holiday.calendar):
            minutes = (1 + holiday.days_before + holiday.days_after) * _open_min(corridor, facility)
            yield from _less_than_one("holidays", holiday.id, facility, holiday.servers_share, minutes, jobs)
    for closure in corridor.closures.values():
        for facility in _closed(corridor, closure):
            minutes = closed_days.number_of_closed_days(closure) * _open_min(corridor, facility)
            yield from _less_than_one("closures", closure.id, facility, closure.servers_share, minutes, jobs)


@warns_only
def shares_of_a_link_leave_a_path(corridor: Corridor) -> Iterator[Finding]:
    """The share of the train paths of a link, over all days of its closure, is at least one path."""
    for key, closure in corridor.closures.items():
        link = corridor.links.get(closure.target)
        if link and closure.servers_share > 0 and 0 < closed_days.paths_left(closure, link) < 1:
            what = message("share.less_than_a_path", link=link.id)
            yield warning("closures", key, "servers_share", closure.servers_share, what, message("want.share_of_one"))


@warns_only
def shares_of_a_quota_leave_a_place(corridor: Corridor) -> Iterator[Finding]:
    """The share of a daily quota, over all days of its closure, is at least one place."""
    for key, closure in corridor.closures.items():
        stock = corridor.stocks.get(closure.target)
        if stock and stock.daily_quota and closure.servers_share > 0:
            places = stock.daily_quota * closure.servers_share * closed_days.number_of_closed_days(closure)
            if 0 < places < 0.5:
                what, expected = message("share.less_than_a_place", stock=stock.id), message("want.share_of_one")
                yield warning("closures", key, "servers_share", closure.servers_share, what, expected)


def _less_than_one(
    table: str, row: str, facility: Facility, share: float, minutes: float, jobs: dict[str, float]
) -> Iterator[Finding]:
    servers = facility.servers * share
    needed = jobs.get(facility.id, 0.0)
    if not 0 < servers < 1:
        return
    if servers * minutes < needed:
        what = message("share.less_than_a_job", facility=facility.id, hours=servers * minutes / 60, job=needed / 60)
    else:
        what = message("share.part_of_a_server", facility=facility.id, part=servers)
    yield warning(table, row, "servers_share", share, what, message("want.share_of_one"))


def _shortest_jobs(corridor: Corridor) -> dict[str, float]:
    """Mean minutes of the shortest work at each facility."""
    shortest: dict[str, float] = {}
    for step in corridor.itineraries.values():
        duration, facility = corridor.durations.get(step.duration), corridor.facilities.get(step.facility)
        minutes = None
        if step.kind in ("serve", "hold") and duration:
            minutes = duration.mean_min
        elif step.kind == "pass" and facility:
            minutes = facility.headway_min
        if minutes is not None:
            shortest[step.facility] = min(minutes, shortest.get(step.facility, minutes))
    return shortest


def _with_calendar(corridor: Corridor, calendar: str) -> Iterator[Facility]:
    return (facility for facility in corridor.facilities.values() if calendar and facility.calendar == calendar)


def _closed(corridor: Corridor, closure: Closure) -> Iterator[Facility]:
    """The facilities that a closure closes: one, those of a calendar, or those of a port."""
    of_port = (facility for facility in corridor.facilities.values() if facility.port == closure.target)
    own = (facility for facility in corridor.facilities.values() if facility.id == closure.target)
    return chain(own, _with_calendar(corridor, closure.target), of_port)


def _open_min(corridor: Corridor, facility: Facility) -> float:
    """Minutes of a mean day on which the calendar of a facility is open, in servers of its shifts."""
    return open_share(corridor, facility.calendar) * DAY_MIN


RULES = (shares_suffice_for_a_job, shares_of_a_link_leave_a_path, shares_of_a_quota_leave_a_place)
