"""Calendars: the number of servers at work at any second.

Sources are shifts, public holidays, closures and opening dates.

In: the tables calendars, shifts, holidays, closures and orders, in their own local clocks. Out: step functions over the
seconds of a run (piecewise constant: ``times_s[i]`` is the second from which ``values[i]`` holds; ``times_s[0]`` is 0,
all are below the horizon, neighbours differ). Local time exists only here and in :mod:`corridors.clock.local_time`.

The share of servers at work is that of the shift in force in the calendar's clock, the largest if several are, and 0
outside all shifts. On a day of a public holiday or a closure with ``servers_share`` *s* it is at most *s*: the figure
says how many work on that day, so a night shift that is already thinner is not thinned again, and a day that two
rules name is not cut twice. Days run from midnight to midnight: a closure ends the shift that began the evening before.
Servers are ``servers x share``, with a fraction where that is no whole number: so many work on average, and
:mod:`sim.compile.part_time` says when. A daily quota is a whole number; what a share of it leaves over is given on a
later day.

A share of a link's paths that leaves no path on all days of the closure shuts the link.

A closure follows the clock of what it names: a calendar's own, that of a facility's or a stock's calendar, else that of
its place; that of its first side for a port (it shuts on both sides at one instant), of its origin for a link.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from importlib.util import find_spec, module_from_spec
from threading import Lock
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from corridors.clock import local_time
from corridors.clock.place_clocks import clock_of_link, clock_of_place, clock_of_port, clock_of_world
from corridors.io.kept_files import code_of, keep_text, kept_file, kept_text, version_of
from corridors.model import (
    DEMAND,
    Calendar,
    Closure,
    Corridor,
    Departure,
    Holiday,
    Link,
    Order,
    OrderRule,
    Shift,
)

MOST_YEARS: Final = 256
"""Years with their public holidays that are kept, of all countries."""

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Span = tuple[int, int, float]
"""From this second (of 1970) until before that one, this share."""

DayFactors = Callable[[date, int], Floats]
"""Factors of so many days from a day on: (n_days,)."""

ONE_DAY: Final = timedelta(days=1)
HOUR_S: Final = 3600
NO_LIMIT: Final = -1
"""Instead of a number of places: as many as come."""
_LOADING: Final = Lock()
DECIMALS: Final = 9
"""Products are rounded to these, so that 0.29 x 50 is 14.5, which it is on paper but not in binary."""


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
        facility = self._corridor.facilities[facility_id]
        clock = self._clock(facility.calendar, facility.place)
        limits = self._closed(facility_id, clock) + self._closed(
            facility.port, clock_of_port(self._corridor, facility.port)
        )
        limits += _before_opening(facility.opening_date, clock, self._start_s)
        return _servers(facility.servers, self._limited(self.open_share(facility.calendar), limits))

    def path_servers(self, link_id: str) -> tuple[Ints, Floats]:
        """1 while trains may enter a link, 0 while it is closed or not yet opened, else the share of its paths."""
        limits = self._link_closed(link_id)
        limits += _before_opening(
            self._corridor.links[link_id].opening_date, clock_of_link(self._corridor, link_id), self._start_s
        )
        return _servers(1, self._limited(_always(1.0), limits))

    def link_open(self, link_id: str) -> tuple[Ints, Floats]:
        """1 while vehicles may enter a link, 0 while it is shut; without a limit of paths any share is no limit."""
        limits = [span for span in self._link_closed(link_id) if span[2] == 0]
        limits += _before_opening(
            self._corridor.links[link_id].opening_date, clock_of_link(self._corridor, link_id), self._start_s
        )
        return _servers(1, self._limited(_always(1.0), limits))

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
        edges = _distinct(np.concatenate((hours, midnights, times)))
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
            return _always(1.0)
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

    def _calendar(self, id: str) -> Calendar:
        """A calendar with its time zone, that of the world where it states none."""
        found = self._corridor.calendars[id]
        return found if found.time_zone else replace(found, time_zone=self._world_clock)

    def _clock(self, calendar_id: str, place: str) -> str:
        return self._calendar(calendar_id).time_zone if calendar_id else clock_of_place(self._corridor, place)

    def _limited(self, share: tuple[Ints, Floats], limits: list[Span]) -> tuple[Ints, Floats]:
        return _limit(share, limits, self._start_s, self._horizon_s)


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


@lru_cache
def holiday_days(country: str, name: str, year: int) -> frozenset[date]:
    """The days of a year with a public holiday named ``name``, in part.

    A border shuts on the day itself: a day off that an office takes instead, "(observed)", counts only if ``name``
    asks for it, and a working weekend that makes up for a holiday is none. Raises ValueError for a country that the
    ``holidays`` library does not know; a holiday that it does not know has no days (closures give the dates then).
    """
    known = _public_holidays(country, year)
    return frozenset(day for day, names in known.items() if any(_asked(name, one) for one in names.split("; ")))


@lru_cache
def _public_holidays(country: str, year: int) -> Mapping[date, str]:
    """The names of the public holidays of a year by day; kept, as the library takes longer to load than a world."""
    key = f"{version_of('holidays')} {code_of(__file__)} {country} {year}"
    file = kept_file("holidays", key.encode())
    if file and (text := kept_text(file)) is not None:
        return {date.fromisoformat(day): names for day, names in json.loads(text).items()}
    import holidays

    try:
        _load(country)
        days = holidays.country_holidays(country, years=year, language="en_US")
    except NotImplementedError:
        raise ValueError(f"'{country}' is no country whose public holidays are known; write CN, MN or RU") from None
    known = {day: names for day, names in days.items() if day.year == year}
    if file:
        keep_text(file, json.dumps({day.isoformat(): names for day, names in known.items()}).encode(), MOST_YEARS)
    return known


@lru_cache
def _load(country: str) -> None:
    """Let the library load one country by itself.

    Its package of countries would first load all 250 of them, which takes longer than to read and check a corridor;
    so an empty package takes its place meanwhile.
    """
    import holidays

    name = f"{holidays.__name__}.countries"
    with _LOADING:
        package = find_spec(name)
        if package and name not in sys.modules:
            sys.modules[name] = module_from_spec(package)
            try:
                holidays.country_holidays(country)
            finally:
                del sys.modules[name]


def _asked(part: str, name: str) -> bool:
    part, name = part.lower(), name.lower()
    return part in name and ("observed" in part or "(observed)" not in name)


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
    share = _combine(_always(0.0), spans, np.maximum, start_s, horizon_s)
    limits = _closed_spans(closures, calendar.time_zone, start_s, horizon_s)
    for holiday in holidays:
        limits += _holiday_spans(holiday, calendar.time_zone, start_s, horizon_s)
    times, values = _changes(*_limit(share, limits, start_s, horizon_s))
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


def closed_days(closure: Closure, within: tuple[date, date] | None = None) -> list[tuple[date, date]]:
    """First and last day, both included, of each span of a closure.

    Days are those of the clock of the closed row. Single week days are listed where a run can have them, or between the
    days ``within``, both included.
    """
    first, last = local_time.day(closure.first_day), local_time.day(closure.last_day)
    if local_time.every_day(closure.weekdays):
        return [(first, last)]
    on = local_time.weekdays(closure.weekdays)
    low, high = (max(first, within[0]), min(last, within[1])) if within else _of_a_run(first, last)
    days = (low + timedelta(days=n) for n in range((high - low).days + 1))
    return [(day, day) for day in days if day.weekday() in on]


def number_of_closed_days(closure: Closure) -> int:
    """Days of a closure, week days where a run can have them; 0 if it ends before it begins."""
    first, last = local_time.day(closure.first_day), local_time.day(closure.last_day)
    if not local_time.every_day(closure.weekdays):
        first, last = _of_a_run(first, last)
    return local_time.days_on(closure.weekdays, first, last)


def _of_a_run(first: date, last: date) -> tuple[date, date]:
    """The days that a run can have; of days that none has the first week, with every week day that they have."""
    low, high = max(first, local_time.FIRST_KNOWN), min(last, local_time.LAST_KNOWN)
    return (low, high) if low <= high else (first, first + timedelta(days=min(6, (last - first).days)))


def paths_left(closure: Closure, link: Link) -> float:
    """Paths of a link that a closure leaves in one direction over all its days; infinite without a limit of paths."""
    if link.paths_per_day is None:
        return math.inf if closure.servers_share else 0.0
    both = 2 if link.is_single_track else 1
    return round(link.paths_per_day * both * closure.servers_share * number_of_closed_days(closure), DECIMALS)


def leaves_no_path(closure: Closure, link: Link) -> bool:
    """Whether a closure shuts a link: its share is 0, or too small for a single path on all its days together."""
    return closure.servers_share == 0 or paths_left(closure, link) < 1


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


def _always(share: float) -> tuple[Ints, Floats]:
    return np.zeros(1, np.int64), np.array([share])


def _limit(share: tuple[Ints, Floats], limits: list[Span], start_s: int, horizon_s: int) -> tuple[Ints, Floats]:
    return _combine(share, limits, np.minimum, start_s, horizon_s) if limits else share


def _combine(
    base: tuple[Ints, Floats], spans: list[Span], rule: np.ufunc, start_s: int, horizon_s: int
) -> tuple[Ints, Floats]:
    """Apply spans to a step function by ``rule`` (maximum or minimum)."""
    inside = [
        (max(0, low - start_s), min(horizon_s, high - start_s), part)
        for low, high, part in spans
        if low < high and low - start_s < horizon_s and high > start_s
    ]
    edges = np.array([edge for low, high, _ in inside for edge in (low, high)], np.int64)
    times = _distinct(np.concatenate((base[0], edges[edges < horizon_s])))
    values = base[1][np.searchsorted(base[0], times, "right") - 1]
    for low, high, part in inside:
        where = slice(np.searchsorted(times, low), np.searchsorted(times, high))
        values[where] = rule(values[where], part)
    return times, values


def _servers(servers: int, share: tuple[Ints, Floats]) -> tuple[Ints, Floats]:
    times, values = share
    return _changes(times, np.round(servers * values, DECIMALS))


def _distinct(seconds: Ints) -> Ints:
    """Each second once, sorted; many times faster than NumPy's ``unique``, which hashes."""
    ordered = np.sort(seconds)
    return ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))] if len(ordered) else ordered


def _rounded(number: float) -> int:
    return math.floor(round(number, DECIMALS) + 0.5)


def _changes(times: Ints, values: npt.NDArray[Any]) -> tuple[Ints, Any]:
    kept = np.concatenate(([True], values[1:] != values[:-1]))
    return times[kept], values[kept]
