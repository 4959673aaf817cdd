"""Arrivals of a service over a run, from its yearly mean, its profiles and its timetable.

Arrivals are made in operational time, the number of vehicles expected until an instant: a service's rate is its mean
per day times weights of the month, of the hour and of the week, each on the clock of its profile (else of the world,
else UTC+8), and zero outside its opening and closing dates. A process that is regular in operational time (a Poisson
process of rate 1, evenly spaced points) is mapped back to the clock. So a busier month gets more vehicles, in the same
order and from the same random numbers.

Where the days of a service differ (``day_cv``), its rate of a day on the clock of the world is multiplied by the factor
of the date (:mod:`sim.compile.day_factors`). A line of the timetable then runs floor(factor + u) times on a date, with
a uniform number u of the line and the date: once, not at all, or with a second train; its mean is the factor.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from corridors.clock import calendars, local_time
from corridors.clock.mean_day import vehicles_per_day
from corridors.clock.place_clocks import clock_of_world
from corridors.model import Corridor, Departure, Profile, Service
from sim.compile import distributions
from sim.compile.day_factors import DayVariation
from sim.core.plan import Ints
from sim.core.random_streams import RandomStreams
from sim.core.run_settings import RunSettings
from sim.core.units import DAY_S, HOUR_S

Floats = npt.NDArray[np.float64]

ROUNDING_S = 1e-6
"""Lets a train that is due on the full hour come on it, though sums of rates are a little short in binary."""
MONTH_DAYS = np.array([31.0, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
WEEK_H: Final = 7 * 24
MONDAY: Final = 3
"""Days from the Monday before 1970 to its first day, a Thursday."""
QUARTERS_S: Final = tuple(range(0, HOUR_S, HOUR_S // 4))
"""Where an hour of a run is looked at on a clock that is half or a quarter of an hour apart from it."""


@dataclass(frozen=True)
class _Kind:
    """How weights of a kind lie in time."""

    lengths: Floats
    """Days or hours of each weight."""
    position: Callable[[Ints], Ints]
    """The weight of local seconds since 1970."""


KINDS: Final[Mapping[str, _Kind]] = {
    "month": _Kind(MONTH_DAYS, lambda local_s: local_s.astype("M8[s]").astype("M8[M]").astype(np.int64) % 12),
    "hour": _Kind(np.ones(24), lambda local_s: local_s // HOUR_S % 24),
    "weekday": _Kind(np.ones(7), lambda local_s: (local_s // DAY_S + MONDAY) % 7),
    "week": _Kind(np.ones(WEEK_H), lambda local_s: (local_s // HOUR_S + MONDAY * 24) % WEEK_H),
}
"""The kinds of profiles."""


@dataclass(frozen=True)
class Arrivals:
    """The vehicles of one service: those at the origin at second 0 first, then the others."""

    backlog: int
    """Vehicles at the origin at second 0 (a fleet counts them among its own: 0)."""
    times_s: Ints
    """(n_vehicles,) seconds from the epoch; one that is late may come after the horizon, that is, never."""

    @property
    def later(self) -> int:
        """Vehicles beside the backlog."""
        return len(self.times_s) - self.backlog


class Schedule:
    """The rates and the timetable of a corridor over a run, from which the arrivals of its services are made."""

    def __init__(self, corridor: Corridor, settings: RunSettings) -> None:
        self._settings = settings
        self._durations = corridor.durations
        self._timetable: dict[str, list[Departure]] = {}
        for line in corridor.timetable.values():
            self._timetable.setdefault(line.service, []).append(line)
        self._hours_s = np.arange(settings.horizon_s // HOUR_S + 1) * HOUR_S
        self._local_s = cache(self._on_clock)
        self._clock = clock_of_world(corridor)
        days = self._local_s(self._clock) // DAY_S
        self._first_day: date = days[:1].astype("M8[D]")[0].item()
        self._day = days - days[0]
        self._profiles = corridor.profiles
        self._weights = cache(self._by_hour)

    def arrivals(self, service: Service, streams: RandomStreams) -> Arrivals:
        """All vehicles of a service in a run. A timetabled vehicle is counted by the time at which it is due."""
        settings = self._settings
        if service.arrivals == "fleet":
            return Arrivals(0, _fleet_starts(service, settings, self.span_s(service), streams))
        backlog = service.initial_backlog if operates(service, settings, self._clock) else 0
        if service.arrivals == "rate":
            times_s = _poisson(*self.operational_time(service, streams), streams, service.id)
        else:
            times_s = self._due(service, streams)
            if service.delay:
                u = streams.uniforms(len(times_s), "delay", service.id)
                times_s = times_s + distributions.seconds(self._durations[service.delay], u)
        return Arrivals(backlog, np.concatenate((np.zeros(backlog, np.int64), times_s)))

    def read_for(self, service: Service) -> tuple[Hashable, ...]:
        """All that the arrivals of a service depend on beside the random numbers."""
        profiles = (self._profiles[profile] for profile in service.profiles if profile)
        delay = self._durations[service.delay] if service.delay else None
        lines = self._timetable.get(service.id, ())
        return service, self._settings, self._clock, delay, *profiles, *lines

    def operational_time(self, service: Service, streams: RandomStreams | None = None) -> tuple[Ints, Floats]:
        """Vehicles expected from second 0 until each full hour: (n_hours + 1,) times and (n_hours + 1,) vehicles.

        With ``streams``, those expected on days as they are drawn, else the mean.
        """
        rate = np.full(len(self._day), service.per_day / 24)
        for profile in filter(None, service.profiles):
            rate *= self._weights(profile)
        if streams and service.day_cv:
            rate *= self._day_factors(service, streams)[self._day]
        opens, closes = self.span_s(service)
        begins_s = self._hours_s[:-1]
        rate[(begins_s < opens) | (begins_s >= closes)] = 0.0
        return self._hours_s, np.concatenate(([0.0], np.cumsum(rate)))

    def span_s(self, service: Service) -> tuple[int, int]:
        """First and past-the-last second at which the service sends vehicles."""
        return operating_span_s(service, self._settings, self._clock)

    def expected(self, service: Service) -> float:
        """Vehicles that arrive during the run beside those at the first second, or an upper bound with a timetable."""
        if lines := self._timetable.get(service.id) if service.arrivals == "timetable" else None:
            opens, closes = self.span_s(service)
            weeks, days = divmod(max(0, closes - opens) // DAY_S + 1, 7) if closes > opens else (0, 0)
            on = ((line.vehicles, len(local_time.weekdays(line.weekdays))) for line in lines if not line.day)
            dated = sum(line.vehicles for line in lines if line.day and self._is_in_run(line.day))
            return float(dated + sum(vehicles * (n * weeks + min(n, days)) for vehicles, n in on))
        return float(self.operational_time(service)[1][-1])

    def per_day(self, service: Service) -> float:
        """Vehicles that arrive on a mean day of the run, of a service with arrivals."""
        last = self._first_day + timedelta(self._settings.days - 1)
        return vehicles_per_day(service, self._timetable.get(service.id, ()), self._first_day, last)

    def served_per_day(self, service: Service) -> float:
        """The same, but where none arrive those that are there at the first second."""
        return self.per_day(service) or service.initial_backlog / self._settings.days

    def _is_in_run(self, day: str) -> bool:
        """Whether a day, on any clock, may be in the run."""
        on = local_time.day(day)
        return local_time.touches(on, on, self._first_day, self._first_day + timedelta(int(self._day[-1])))

    def _on_clock(self, clock: str) -> Ints:
        """(n_hours,) local seconds since 1970 at which the hours of the run begin on a clock."""
        begins_s = local_time.seconds(self._settings.epoch) + self._hours_s[:-1]
        return np.asarray(begins_s + local_time.offsets_s(begins_s, local_time.zone(clock)), np.int64)

    def _by_hour(self, profile: str) -> Floats:
        """(n_hours,) weights of the hours of the run; a mean where hours of the clock lie across those of the run."""
        row = self._profiles[profile]
        kind, local_s = KINDS[row.kind], self._local_s(row.time_zone or self._clock)
        weights = _weights(row, kind.lengths)
        if not (local_s % HOUR_S).any():
            return weights[kind.position(local_s)]
        return np.asarray(np.mean([weights[kind.position(local_s + later)] for later in QUARTERS_S], axis=0))

    def _day_factors(self, service: Service, streams: RandomStreams) -> Floats:
        """(n_days,) factors of the days of the run, from its first on the clock of the world."""
        variation = DayVariation("services", service.id, service.day_cv, service.day_correlation)
        return variation.factors(self._first_day, int(self._day[-1]) + 1, streams)

    def _due(self, service: Service, streams: RandomStreams) -> Ints:
        """When timetabled vehicles are due: by the lines of the timetable, else evenly spaced in operational time."""
        settings, lines = self._settings, self._timetable.get(service.id)
        if not lines:
            times_s, expected = self.operational_time(service, streams)
            return _at(np.arange(0.5, float(expected[-1])), times_s, expected)
        opens, closes = self.span_s(service)
        of_lines = [calendars.departures(line, settings.epoch, settings.horizon_s, self._clock) for line in lines]
        if service.day_cv:
            factors = self._day_factors(service, streams)
            of_lines = [
                self._on_days_that_differ(due, factors, streams, (service.id, line.id))
                for due, line in zip(of_lines, lines, strict=True)
            ]
        due = np.concatenate(of_lines)
        return np.sort(due[(due >= opens) & (due < closes)])

    def _on_days_that_differ(self, due: Ints, factors: Floats, streams: RandomStreams, names: tuple[str, str]) -> Ints:
        """The departures of a line of the timetable of which some are cancelled and others run twice."""
        u = streams.uniforms(len(factors), "extra", *names, first=self._first_day.toordinal())
        return np.repeat(due, np.floor(factors + u).astype(np.int64)[self._day[due // HOUR_S]])


def operating_span_s(service: Service, settings: RunSettings, clock: str) -> tuple[int, int]:
    """First and past-the-last second at which the service sends vehicles (or a fleet starts trips), within the run.

    The dates are those of the clock, that of the world.
    """
    opens, closes = 0, settings.horizon_s
    if service.opening_date:
        opens = max(opens, calendars.midnight_s(service.opening_date, settings.epoch, clock))
    if service.closing_date:
        closes = min(closes, calendars.midnight_s(service.closing_date, settings.epoch, clock))
    return opens, closes


def operates(service: Service, settings: RunSettings, clock: str) -> bool:
    """Whether the service runs at the first second."""
    opens, closes = operating_span_s(service, settings, clock)
    return opens == 0 < closes


def month_weights(profile: Profile) -> Floats:
    """(12,) weights of months with a mean of 1 over a year."""
    return _weights(profile, MONTH_DAYS)


def _weights(profile: Profile, lengths: Floats) -> Floats:
    """Weights with a mean of 1 over a year (months count by their days), a day or a week."""
    weights = np.array(profile.numbers)
    return np.asarray(weights / np.average(weights, weights=lengths), np.float64)


def _poisson(times_s: Ints, expected: Floats, streams: RandomStreams, service: str) -> Ints:
    """A Poisson process: unit exponential gaps in operational time, as many as the run has room for."""
    total = float(expected[-1])
    n = int(total + 6 * np.sqrt(total)) + 10
    while True:
        points = np.cumsum(-np.log1p(-streams.uniforms(n, "arrival", service)))
        if points[-1] >= total:
            return _at(points[points < total], times_s, expected)
        n *= 2


def _at(points: Floats, times_s: Ints, expected: Floats) -> Ints:
    """The second at which so many vehicles are expected: within an hour the rate is even."""
    hour = np.searchsorted(expected[1:], points, "right")
    within = (points - expected[hour]) / (expected[hour + 1] - expected[hour])
    return np.asarray(times_s[hour] + np.floor(within * HOUR_S + ROUNDING_S), np.int64)


def _fleet_starts(service: Service, settings: RunSettings, span_s: tuple[int, int], streams: RandomStreams) -> Ints:
    """When the vehicles of a fleet start their first trip: those of the backlog at the first second, the others
    evenly at random over the spread; one whose turn comes after the closing day never does."""
    opens, closes = span_s
    if opens >= closes:
        return np.empty(0, np.int64)
    starts = streams.uniforms(service.fleet, "start", service.id) * service.start_spread_h * HOUR_S
    starts[: service.initial_backlog] = 0.0
    times_s = opens + starts.astype(np.int64)
    return np.where(times_s < closes, times_s, settings.horizon_s)
