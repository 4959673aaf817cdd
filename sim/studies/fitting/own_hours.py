"""Opening hours of a facility by its log: whether they are written, and the calendar that they become.

They are written where the log has all traffic of the facility with its starts, where they differ from those of the
world, where they are sharp (:mod:`sim.studies.fitting.opening_hours`), and where vehicles wait while work rests: else
it may rest as none come, since another place is shut before it. The facility then gets a calendar that it alone uses,
with the public holidays and closures of the one before. Single closed days lie in the past and are listed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from corridors.clock import local_time
from corridors.clock.calendars import Calendars
from corridors.model import Corridor, ids_in
from corridors.overlay.changes import Change, put_row
from corridors.records.visits import Visits
from sim.core.units import DAY_S
from sim.studies.fitting.arrivals import weekdays_of
from sim.studies.fitting.estimate import MEASURED, OWN_AGAIN, Estimate, Floats, Ints, word
from sim.studies.fitting.opening_hours import CHANCE, SLOT_S, SLOTS, Hours, Opening, opening


@dataclass(frozen=True)
class OwnHours:
    """The hours of one facility, and the estimate that says whether they are written."""

    found: Opening
    estimate: Estimate
    time_zone: str


def own_hours(
    facility: str,
    starts: Floats,
    waits: tuple[Floats, Floats] | None,
    visits: Visits,
    corridor: Corridor,
    others: tuple[str, ...],
) -> OwnHours | None:
    """The hours in which work begins at a facility; None where the log is too short to say.

    ``starts`` are instants; ``waits`` the instants at which vehicles came and began, None where the log has ends alone;
    ``others`` services there that the log does not have.
    """
    found = opening(visits.local_s(starts), visits.exposed_days, 0.0)
    if found is None:
        return None
    text = "; ".join(_text(one) for one in found.hours)
    words = [word("closed_days", names=tuple(map(_day, found.closed_days)))] if found.closed_days else []
    made = Estimate(
        f"facilities.{facility}.calendar", text, n=found.n, days=found.days, method="hours", words=tuple(words)
    )
    old = corridor.facilities[facility].calendar
    if (found.week() == week_of_world(facility, visits, corridor)).all():
        made = made.refused(word("hours_same"))
    elif others:
        made = made.refused(word("other_traffic", names=others))
    elif waits is None:
        made = made.refused(word("hours_of_ends"))
    elif not found.sharp:
        made = made.refused(word("hours_not_sharp"))
    elif not _waits_while_shut(found, visits.local_s(waits[0]), visits.local_s(waits[1]), visits.exposed_days):
        made = made.refused(word("hours_of_others"))
    elif old and (
        any(0 < row.servers_share < 1 for row in corridor.shifts.values() if row.calendar == old)
        or any(old in ids_in(row.targets) for row in corridor.weather.values())
    ):
        made = made.refused(word("hours_of_shares"))
    return OwnHours(found, made, visits.clock)


def _waits_while_shut(found: Opening, came: Floats, began: Floats, days: Ints) -> bool:
    """Whether vehicles wait after closing, before opening and on shut days: enough that an open place had served some.

    Times are local seconds since 1970.
    """
    came, began, week = np.sort(came), np.sort(began), found.week()
    kinds: dict[str, list[float]] = {}
    for day, weekday in zip(days.tolist(), weekdays_of(days).tolist(), strict=True):
        open_ = week[weekday]
        slots = np.flatnonzero(~open_)
        if not open_.any():
            slots = np.array([SLOTS // 2])
        for slot in slots.tolist():
            kind = (
                "shut"
                if not open_.any()
                else "after"
                if open_[slot - 1]
                else "before"
                if open_[(slot + 1) % SLOTS]
                else ""
            )
            if kind:
                kinds.setdefault(kind, []).append(day * DAY_S + (slot + 0.5) * SLOT_S)
    for instants in kinds.values():
        at = np.array(instants)
        waiting = np.searchsorted(came, at, side="right") - np.searchsorted(began, at, side="right")
        if waiting.sum() < -math.log(CHANCE):
            return False
    return True


def week_of_world(facility: str, visits: Visits, corridor: Corridor) -> npt.NDArray[np.bool_]:
    """(7, 96) quarters of an hour of a week, clock of the log: whether a facility mostly has servers by the world."""
    zone = local_time.zone(visits.clock)
    days = np.arange(int(visits.exposed_days[0]), int(visits.exposed_days[-1]) + 1)
    epoch = datetime.fromtimestamp((int(days[0]) - 1) * DAY_S, UTC)
    times, servers = Calendars(corridor, epoch, (len(days) + 3) * DAY_S).facility_servers(facility)
    begins = np.array([local_time.instant(_date(int(one)), 0, zone) for one in days]) - epoch.timestamp()
    at = begins[:, np.newaxis] + (np.arange(SLOTS) + 0.5) * SLOT_S
    open_ = servers[np.searchsorted(times, at, side="right") - 1] > 0
    return np.array([open_[weekdays_of(days) == one].mean(axis=0) > 0.5 for one in range(7)])


def changes(facility: str, made: OwnHours, source: str, corridor: Corridor) -> Iterator[Change]:
    """The calendar of a facility with fitted hours; that of an earlier fit is set, unless others use it, too."""
    own, graded = "own", {"source": source, "grade": MEASURED}
    old = corridor.facilities[facility].calendar
    users = {one.calendar for id, one in corridor.facilities.items() if id != facility}
    users |= {one.calendar for one in corridor.itineraries.values()}
    while (calendar := f"{facility}_hours_{own}") in users:
        own += OWN_AGAIN
    yield from put_row(f"calendars.{calendar}", {"time_zone": made.time_zone, **graded}, corridor)
    shifts: dict[str, dict[str, Any]] = {}
    for hours in made.found.hours:
        for opens, closes in hours.spans:
            row: dict[str, Any] = {"calendar": calendar, "weekdays": _weekdays(hours), **graded}
            row |= {"opens": _clock(opens), "closes": _clock(closes)}
            shifts[f"{facility}_{own}_{min(hours.weekdays) + 1}_{opens:04d}"] = row
    yield from _rows_of_calendar(calendar, "shifts", "calendar", shifts, corridor)
    for table, column in (("holidays", "calendar"), ("closures", "target")):
        copies: dict[str, dict[str, Any]] = {}
        for id, row_before in corridor.table(table).items():
            if old and getattr(row_before, column) == old:
                kept = {one.name: getattr(row_before, one.name) for one in fields(row_before) if one.name != "id"}
                copies[f"{id}_{facility}_{own}"] = kept | {column: calendar}
        if old != calendar:
            yield from _rows_of_calendar(calendar, table, column, copies, corridor)
    yield Change(op="set", address=f"facilities.{facility}.calendar", value=calendar)


def _rows_of_calendar(
    calendar: str, table: str, column: str, rows: dict[str, dict[str, Any]], corridor: Corridor
) -> Iterator[Change]:
    """Changes by which a calendar has these rows of a table, and no others."""
    for id, row in corridor.table(table).items():
        if getattr(row, column) == calendar and id not in rows:
            yield Change(op="remove", address=f"{table}.{id}")
    for id, given in rows.items():
        yield from put_row(f"{table}.{id}", given, corridor)


def _weekdays(hours: Hours) -> str:
    names = [local_time.WEEKDAYS[one].capitalize() for one in hours.weekdays]
    return local_time.DAILY if len(names) == 7 else ";".join(names)


def _date(day: int) -> date:
    return date(1970, 1, 1) + timedelta(days=day)


def _day(day: int) -> str:
    return _date(day).isoformat()


def _text(hours: Hours) -> str:
    names = [local_time.WEEKDAYS[one].capitalize() for one in hours.weekdays]
    days = names[0] if len(names) == 1 else f"{names[0]}-{names[-1]}"
    spans = ", ".join(f"{_clock(first)}-{_clock(end)}" for first, end in hours.spans)
    return f"{days} {spans or '-'}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
