"""Calendars: the number of servers at work at any second.

Sources are shifts, public holidays, closures and opening dates.

In: the tables calendars, shifts, holidays, closures and orders, in their own local clocks. Out: step functions over the
seconds of a run (:mod:`corridors.clock.spans`). Local time exists only in this folder.

The share of servers at work is that of the shift in force in the calendar's clock, the largest if several are, and 0
outside all shifts. On a day of a public holiday or a closure with ``servers_share`` *s* it is at most *s*: the figure
says how many work on that day, so a night shift that is already thinner is not thinned again, and a day that two
rules name is not cut twice. Days run from midnight to midnight: a closure ends the shift that began the evening before.
Servers are ``servers x share``, with a fraction where that is no whole number: so many work on average, and
:mod:`sim.compile.part_time` says when. A daily quota is a whole number; what a share of it leaves over is given on a
later day.

A closure follows the clock of what it names: a calendar's own, that of a facility's or a stock's calendar, else that of
its place; that of its first side for a port (it shuts on both sides at one instant), of its origin for a link.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from corridors.clock import local_time
from corridors.clock.closed_days import DECIMALS, closed_days, leaves_no_path
from corridors.clock.place_clocks import clock_of_link, clock_of_place, clock_of_port, clock_of_world
from corridors.clock.public_holidays import holiday_days
from corridors.clock.spans import Floats, Ints, Span, always, changes, combine, distinct, limited
from corridors.model import DEMAND, Calendar, Closure, Corridor, Departure, Facility, Holiday, Order, OrderRule, Shift

DayFactors = Callable[[date, int], Floats]
"""Factors of so many days from a day on: (n_days,)."""
ONE_DAY: Final = timedelta(days=1)
HOUR_S: Final = 3600
NO_LIMIT: Final = -1
"""Instead of a number of places: as many as come."""


class Calendars:
    """The calendars of a corridor over one period: the step functions of all that opens and closes."""

    def __init__(self, corridor: Corridor, epoch: datetime, horizon_s: int) -> None:
        self._corridor = corridor
        self._world_clock = clock_of_world(corridor)
        self._start_s = local_time.seconds(epoch)
        self._horizon_s = horizon_s
        self._shifts = _by(corridor.shifts.values(), "calendar")
        self._holidays = _by(corridor.holidays.values(), "calendar")
        self._closures = _by(corridor.closures.values(), "target")

    def open_share(self, calendar_id: str) -> tuple[Ints, Floats]:
        """The share of servers at work, 0 to 1, by a calendar; '' is always open."""
        return self._open_share(calendar_id, self._start_s, self._horizon_s)

    def facility_servers(self, facility_id: str) -> tuple[Ints, Floats]:
        """The mean servers at a facility: its calendar, closures of it and of its port, and its opening date."""
        return self.servers_of(self._corridor.facilities[facility_id])

    def servers_of(self, facility: Facility) -> tuple[Ints, Floats]:
        """The same for a row of any table of facilities."""
        clock = self._clock(facility.calendar, facility.place)
        limits = self._closed(facility.id, clock) + self._closed(
            facility.port, clock_of_port(self._corridor, facility.port)
        )
        limits += _before_opening(facility.opening_date, clock, self._start_s)
        return _servers(facility.servers, self._limited(self.open_share(facility.calendar), limits))

    def path_servers(self, link_id: str) -> tuple[Ints, Floats]:
        """1 while trains may enter a link, 0 while it is closed or not yet opened, else the share of its paths."""
        return self._of_link(link_id, self._link_closed(link_id))

    def link_open(self, link_id: str) -> tuple[Ints, Floats]:
        """1 while vehicles may enter a link, 0 while it is shut; without a limit of paths any share is no limit."""
        return self._of_link(link_id, [span for span in self._link_closed(link_id) if span[2] == 0])

    def shuts(self, link_id: str) -> bool:
        """Whether a closure shuts a link, without any path left, at some time of the period."""
        end_s = self._start_s + self._horizon_s
        return any(
            share == 0 and low < end_s and high > self._start_s for low, high, share in self._link_closed(link_id)
        )

    def quota_levels(self, stock_id: str, factors: DayFactors | None = None) -> tuple[Ints, Ints]:
        """The level to which a quota is set at second 0 (of the day under way) and at every local midnight.

        Every setting is kept, for unused places lapse. A day on which the stock's calendar never opens gives none.
        Demand is set at every hour at which the calendar is open, to an even part of the day's, and to none when it
        closes. ``factors`` gives (n_days,) factors of the quota from a day on; the quota of such a day is rounded by
        itself, so that it does not depend on the days before. Both arrays are empty for a stock without a quota.
        """
        stock = self._corridor.stocks[stock_id]
        if stock.daily_quota is None:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        clock = self._clock(stock.calendar, stock.place)
        zone = local_time.zone(clock)
        first_day, midnights = _midnights(self._start_s, self._horizon_s, zone)
        # From the first local midnight on, so that a day already under way is judged by all its hours.
        first_s = int(midnights[0])
        times, share = self._open_share(stock.calendar, first_s, int(midnights[-1]) - first_s)
        begins = np.searchsorted(times, midnights[:-1] - first_s, "right") - 1
        ends = np.searchsorted(times, midnights[1:] - first_s)
        spans_open = np.append(0, np.cumsum(share != 0))
        part = np.ones(len(begins))
        for low, high, limit in self._closed(stock_id, clock):
            shut = slice(*np.searchsorted(midnights[:-1], (low, high)))
            np.minimum(part[shut], limit, out=part[shut])
        opens = spans_open[ends] > spans_open[begins]
        mean = [round(stock.daily_quota * given, DECIMALS) for given in np.where(opens, part, 0).tolist()]
        if factors is None:
            levels = np.diff([0, *map(_rounded, np.cumsum(mean).tolist())]).tolist()
        else:
            varied = factors(first_day, len(mean)).tolist()
            levels = [_rounded(of_day * factor) for of_day, factor in zip(mean, varied, strict=True)]
        if stock.kind == DEMAND:
            return self._by_hours(midnights, levels, first_s + times, share > 0)
        return np.maximum(0, midnights[:-1] - self._start_s), np.array(levels, np.int64)

    def _by_hours(
        self, midnights: Ints, of_day: list[int], times: Ints, is_open: npt.NDArray[np.bool_]
    ) -> tuple[Ints, Ints]:
        """The parts of a day's demand by its open hours: seconds from the start, and levels set there.

        ``midnights`` are those that bound the days; ``times`` and ``is_open`` a step function, all in seconds of 1970.
        """
        hours = np.arange(midnights[0], midnights[-1], HOUR_S)
        edges = distinct(np.concatenate((hours, midnights, times)))
        edges = edges[(edges >= midnights[0]) & (edges <= midnights[-1])]
        lasts = np.diff(edges) * is_open[np.searchsorted(times, edges[:-1], "right") - 1]
        day = np.searchsorted(midnights, edges[:-1], "right") - 1
        open_s = np.concatenate(([0], np.cumsum(lasts)))
        first = np.searchsorted(edges, midnights)
        whole = np.diff(open_s[first])[day]
        share = (open_s - open_s[first][np.append(day, 0)])[:-1], np.cumsum(lasts) - open_s[first][day]
        low, high = (np.divide(part, whole, out=np.zeros(len(day)), where=whole > 0) for part in share)
        total = np.array(of_day, np.int64)[day]
        levels = np.floor(np.round(total * high, DECIMALS) + 0.5) - np.floor(np.round(total * low, DECIMALS) + 0.5)
        begins = edges[:-1] - self._start_s
        kept = (edges[1:] - self._start_s > 0) & (begins < self._horizon_s)
        return np.maximum(0, begins[kept]), levels[kept].astype(np.int64)

    def order_levels(self, order_id: str) -> tuple[Ints, Ints]:
        """Vehicles that an order lets pass from second 0, and from each of its local midnights, until the next.

        :data:`NO_LIMIT` outside its days. Places that are not taken lapse. Fractions of places add up from its
        first day; the sum is rounded to whole places, a half upwards.
        """
        order = self._corridor.orders[order_id]
        zone = local_time.zone(order.time_zone or self._world_clock)
        first, last = local_time.day(order.first_day), local_time.day(order.last_day)
        low = max(first, local_time.local_day(self._start_s, zone))
        high = min(last, local_time.local_day(self._start_s + self._horizon_s - 1, zone))
        levels = {0: NO_LIMIT}
        for n in range((low - first).days, (high - first).days + 1):
            midnight_s = local_time.instant(first + n * ONE_DAY, 0, zone) - self._start_s
            levels[max(0, midnight_s)] = _rounded(order.takes_per_day * (n + 1)) - _rounded(order.takes_per_day * n)
        end_s = local_time.instant(high, local_time.DAY_MIN, zone) - self._start_s
        if low <= high and end_s < self._horizon_s:
            levels[end_s] = NO_LIMIT
        return np.array(list(levels), np.int64), np.array(list(levels.values()), np.int64)

    def order_span(self, order_id: str) -> tuple[int, int]:
        """First second of a dated order and the first one after it, by its dates, also outside of the period."""
        order = self._corridor.orders[order_id]
        zone = local_time.zone(order.time_zone or self._world_clock)
        ends = (local_time.day(order.first_day), 0), (local_time.day(order.last_day), local_time.DAY_MIN)
        first_s, end_s = (local_time.instant(day, minute, zone) - self._start_s for day, minute in ends)
        return first_s, end_s

    def check_times(self, rule_id: str) -> Ints:
        """Seconds at which a rule looks at the queues, ascending; none if it is not in use."""
        rule = self._corridor.order_rules[rule_id]
        zone, minute = local_time.zone(rule.time_zone or self._world_clock), local_time.minutes(rule.check_time)
        days = _days(self._start_s, self._horizon_s, zone, before=1) if rule.active else ()
        found = sorted({local_time.instant(day, minute, zone) - self._start_s for day in days})
        return np.array([second for second in found if 0 <= second < self._horizon_s], np.int64)

    def orders_in_force(self) -> tuple[Order | OrderRule, ...]:
        """The orders that limit what is taken at some time of the period, and the rules that may issue one."""
        orders, order_rules = self._corridor.orders, self._corridor.order_rules
        dated = (row for id, row in orders.items() if (self.order_levels(id)[1] != NO_LIMIT).any())
        return (*dated, *(row for id, row in order_rules.items() if len(self.check_times(id))))

    def _open_share(self, calendar_id: str, start_s: int, horizon_s: int) -> tuple[Ints, Floats]:
        if not calendar_id:
            return always(1.0)
        rows = (group.get(calendar_id, ()) for group in (self._shifts, self._holidays, self._closures))
        return _calendar_share(self._calendar(calendar_id), *rows, start_s, horizon_s)

    def _closed(self, target: str, clock: str) -> list[Span]:
        return _closed_spans(self._closures.get(target, ()), clock, self._start_s, self._horizon_s)

    def _link_closed(self, link_id: str) -> list[Span]:
        """Closures of a link; a share that leaves no path in the whole closure is 0."""
        link = self._corridor.links[link_id]
        closures = (
            replace(row, servers_share=0.0) if leaves_no_path(row, link) else row
            for row in self._closures.get(link_id, ())
        )
        return _closed_spans(closures, clock_of_link(self._corridor, link_id), self._start_s, self._horizon_s)

    def _of_link(self, link_id: str, closed: list[Span]) -> tuple[Ints, Floats]:
        """What closed spans and the opening date of a link leave of it."""
        clock = clock_of_link(self._corridor, link_id)
        limits = closed + _before_opening(self._corridor.links[link_id].opening_date, clock, self._start_s)
        return _servers(1, self._limited(always(1.0), limits))

    def clock_of(self, target: str) -> str:
        """The clock of the days on which a row of any table is closed."""
        corridor = self._corridor
        if target in corridor.links:
            return clock_of_link(corridor, target)
        if target in corridor.calendars:
            return self._calendar(target).time_zone
        row = corridor.facilities.get(target) or corridor.stocks.get(target)
        return self._clock(row.calendar, row.place) if row else clock_of_port(corridor, target)

    def _calendar(self, id: str) -> Calendar:
        """A calendar with its time zone, that of the world where it states none."""
        found = self._corridor.calendars[id]
        return found if found.time_zone else replace(found, time_zone=self._world_clock)

    def _clock(self, calendar_id: str, place: str) -> str:
        return self._calendar(calendar_id).time_zone if calendar_id else clock_of_place(self._corridor, place)

    def _limited(self, share: tuple[Ints, Floats], limits: list[Span]) -> tuple[Ints, Floats]:
        return limited(share, limits, self._start_s, self._horizon_s)


def _by(rows: Iterable[Any], column: str) -> dict[str, tuple[Any, ...]]:
    """Rows by the value of a column, without those that have none."""
    groups: dict[str, list[Any]] = {}
    for row in rows:
        if key := getattr(row, column):
            groups.setdefault(key, []).append(row)
    return {key: tuple(group) for key, group in groups.items()}


def departures(departure: Departure, epoch: datetime, horizon_s: int, clock: str = "") -> Ints:
    """The departures of one line of the timetable, in ascending seconds, one for each vehicle.

    ``clock`` is that of a line without a time zone.
    """
    zone = local_time.zone(departure.time_zone or clock)
    start_s = local_time.seconds(epoch)
    on, minute = local_time.weekdays(departure.weekdays), local_time.minutes(departure.time)
    days: Iterable[date] = _days(start_s, horizon_s, zone, before=1)
    if departure.day:
        days = [local_time.day(departure.day)]
    found = [local_time.instant(day, minute, zone) - start_s for day in days if departure.day or day.weekday() in on]
    return np.repeat(np.array([one for one in found if 0 <= one < horizon_s], np.int64), departure.vehicles)


def midnight_s(day: str, epoch: datetime, clock: str = "") -> int:
    """Seconds from the epoch to the start of an ISO day on a clock.

    '' is UTC+8; a day before the epoch is negative.
    """
    return local_time.instant(local_time.day(day), 0, local_time.zone(clock)) - local_time.seconds(epoch)


@lru_cache(maxsize=1024)
def _calendar_share(
    calendar: Calendar,
    shifts: tuple[Shift, ...],
    holidays: tuple[Holiday, ...],
    closures: tuple[Closure, ...],
    start_s: int,
    horizon_s: int,
) -> tuple[Ints, Floats]:
    zone = local_time.zone(calendar.time_zone)
    spans: list[Span] = []
    for shift in shifts:
        on, (opens, closes) = local_time.weekdays(shift.weekdays), local_time.hours(shift.opens, shift.closes)
        spans += [
            (local_time.instant(day, opens, zone), local_time.instant(day, closes, zone), shift.servers_share)
            for day in _days(start_s, horizon_s, zone, before=1)
            if day.weekday() in on
        ]
    share = combine(always(0.0), spans, np.maximum, start_s, horizon_s)
    limits = _closed_spans(closures, calendar.time_zone, start_s, horizon_s)
    for holiday in holidays:
        limits += _holiday_spans(holiday, calendar.time_zone, start_s, horizon_s)
    times, values = changes(*limited(share, limits, start_s, horizon_s))
    times.setflags(write=False)
    values.setflags(write=False)
    return times, values


def _holiday_spans(holiday: Holiday, clock: str, start_s: int, horizon_s: int) -> list[Span]:
    zone = local_time.zone(clock)
    before, after = timedelta(days=holiday.days_before), timedelta(days=holiday.days_after)
    first = local_time.local_day(start_s, zone) - after
    last = local_time.local_day(start_s + horizon_s, zone) + before
    return [
        (
            local_time.instant(day - before, 0, zone),
            local_time.instant(day + after + ONE_DAY, 0, zone),
            holiday.servers_share,
        )
        for year in range(first.year, last.year + 1)
        for day in sorted(holiday_days(holiday.country, holiday.holiday, year))
    ]


def _closed_spans(closures: Iterable[Closure], clock: str, start_s: int, horizon_s: int) -> list[Span]:
    """The spans of closures, of those on week days the ones of a period."""
    zone = local_time.zone(clock)
    days = local_time.local_day(start_s, zone), local_time.local_day(start_s + horizon_s, zone)
    return [
        (local_time.instant(first, 0, zone), local_time.instant(last, local_time.DAY_MIN, zone), closure.servers_share)
        for closure in closures
        for first, last in closed_days(closure, days)
    ]


def _before_opening(opening_date: str, clock: str, start_s: int) -> list[Span]:
    if not opening_date:
        return []
    return [(start_s, local_time.instant(local_time.day(opening_date), 0, local_time.zone(clock)), 0.0)]


def _days(start_s: int, horizon_s: int, zone: Any, before: int = 0) -> Iterable[date]:
    """The local days of a run, and some before it.

    The evening before belongs to the shift that began then.
    """
    day = local_time.local_day(start_s, zone) - before * ONE_DAY
    last = local_time.local_day(start_s + horizon_s - 1, zone)
    while day <= last:
        yield day
        day += ONE_DAY


@lru_cache(maxsize=256)
def _midnights(start_s: int, horizon_s: int, zone: ZoneInfo) -> tuple[date, Ints]:
    """The first local day of a run, and the seconds of 1970 at which its days begin and the last one ends."""
    days = [*_days(start_s, horizon_s, zone)]
    midnights = np.array([local_time.instant(day, 0, zone) for day in (*days, days[-1] + ONE_DAY)])
    midnights.flags.writeable = False
    return days[0], midnights


def _servers(servers: int, share: tuple[Ints, Floats]) -> tuple[Ints, Floats]:
    times, values = share
    return changes(times, np.round(servers * values, DECIMALS))


def _rounded(number: float) -> int:
    return math.floor(round(number, DECIMALS) + 0.5)
