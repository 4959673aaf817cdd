"""Arrivals of a service over a run, from its yearly mean, its profiles and its timetable.

Arrivals are made in operational time, the number of vehicles expected until an instant: a service's rate is its mean
per day times a monthly and an hourly weight (clock of UTC+8), and zero outside its opening and closing dates. A process
that is regular in operational time (a Poisson process of rate 1, evenly spaced points) is mapped back to the clock. So
a busier month gets more vehicles, in the same order and from the same random numbers.

Where the days of a service differ (``day_cv``), its rate of a day, on the same clock, is multiplied by the factor of
the date (:mod:`sim.compile.day_factors`). A line of the timetable then runs floor(factor + u) times on a date, with a
uniform number u of the line and the date: once, not at all, or with a second train; its mean is the factor.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from corridors.clock import calendars, local_time
from corridors.model import Corridor, Departure, Profile, Service
from sim.compile import distributions
from sim.compile.day_factors import DayVariation
from sim.core.plan import Ints
from sim.core.random_streams import RandomStreams
from sim.core.run_settings import RunSettings
from sim.core.units import DAY_S, HOUR_S

Floats = npt.NDArray[np.float64]

PROFILE_CLOCK = timedelta(hours=8)
"""Profiles are written in UTC+8."""
ROUNDING_S = 1e-6
"""Lets a train that is due on the full hour come on it, though sums of rates are a little short in binary."""
MONTH_DAYS = np.array([31.0, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


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
        hours = np.arange(settings.horizon_s // HOUR_S)
        local = np.datetime64((settings.epoch + PROFILE_CLOCK).replace(tzinfo=None), "h") + hours
        self._hours_s = np.arange(len(hours) + 1) * HOUR_S
        days = local.astype("M8[D]")
        self._first_day: date = days[0].item()
        self._day = (days - days[0]).astype(np.int64)
        self._month = local.astype("M8[M]").astype(np.int64) % 12
        self._hour = local.astype(np.int64) % 24
        lengths = {"month": MONTH_DAYS, "hour": np.ones(24)}
        self._weights = {row.id: _weights(row, lengths[row.kind]) for row in corridor.profiles.values()}

    def arrivals(self, service: Service, streams: RandomStreams) -> Arrivals:
        """All vehicles of a service in a run. A timetabled vehicle is counted by the time at which it is due."""
        settings = self._settings
        if service.arrivals == "fleet":
            return Arrivals(0, _fleet_starts(service, settings, streams))
        backlog = service.initial_backlog if operates(service, settings) else 0
        if service.arrivals == "rate":
            times_s = _poisson(*self.operational_time(service, streams), streams, service.id)
        else:
            times_s = self._due(service, streams)
            if service.delay:
                u = streams.uniforms(len(times_s), "delay", service.id)
                times_s = times_s + distributions.seconds(self._durations[service.delay], u)
        return Arrivals(backlog, np.concatenate((np.zeros(backlog, np.int64), times_s)))

    def operational_time(self, service: Service, streams: RandomStreams | None = None) -> tuple[Ints, Floats]:
        """Vehicles expected from second 0 until each full hour: (n_hours + 1,) times and (n_hours + 1,) vehicles.

        With ``streams``, those expected on days as they are drawn, else the mean.
        """
        rate = np.full(len(self._hour), service.per_day / 24)
        for profile, at in ((service.profile_month, self._month), (service.profile_hour, self._hour)):
            if profile:
                rate *= self._weights[profile][at]
        if streams and service.day_cv:
            rate *= self._day_factors(service, streams)[self._day]
        opens, closes = operating_span_s(service, self._settings)
        begins_s = self._hours_s[:-1]
        rate[(begins_s < opens) | (begins_s >= closes)] = 0.0
        return self._hours_s, np.concatenate(([0.0], np.cumsum(rate)))

    def expected(self, service: Service) -> float:
        """Vehicles that arrive during the run beside those at the first second, or an upper bound with a timetable."""
        if lines := self._timetable.get(service.id) if service.arrivals == "timetable" else None:
            opens, closes = operating_span_s(service, self._settings)
            weeks, days = divmod(max(0, closes - opens) // DAY_S + 1, 7) if closes > opens else (0, 0)
            on = (len(local_time.weekdays(line.weekdays)) for line in lines)
            return float(sum(n * weeks + min(n, days) for n in on))
        return float(self.operational_time(service)[1][-1])

    def _day_factors(self, service: Service, streams: RandomStreams) -> Floats:
        """(n_days,) factors of the days of the run, from its first on the clock of profiles."""
        variation = DayVariation("services", service.id, service.day_cv, service.day_correlation)
        return variation.factors(self._first_day, int(self._day[-1]) + 1, streams)

    def _due(self, service: Service, streams: RandomStreams) -> Ints:
        """When timetabled vehicles are due: by the lines of the timetable, else evenly spaced in operational time."""
        settings, lines = self._settings, self._timetable.get(service.id)
        if not lines:
            times_s, expected = self.operational_time(service, streams)
            return _at(np.arange(0.5, float(expected[-1])), times_s, expected)
        opens, closes = operating_span_s(service, settings)
        of_lines = [calendars.departures(line, settings.epoch, settings.horizon_s) for line in lines]
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


def operating_span_s(service: Service, settings: RunSettings) -> tuple[int, int]:
    """First and past-the-last second at which the service sends vehicles (or a fleet starts trips), within the run."""
    opens, closes = 0, settings.horizon_s
    if service.opening_date:
        opens = max(opens, calendars.midnight_s(service.opening_date, settings.epoch))
    if service.closing_date:
        closes = min(closes, calendars.midnight_s(service.closing_date, settings.epoch))
    return opens, closes


def operates(service: Service, settings: RunSettings) -> bool:
    """Whether the service runs at the first second."""
    opens, closes = operating_span_s(service, settings)
    return opens == 0 < closes


def month_weights(profile: Profile) -> Floats:
    """(12,) weights of months with a mean of 1 over a year."""
    return _weights(profile, MONTH_DAYS)


def _weights(profile: Profile, lengths: Floats) -> Floats:
    """Weights with a mean of 1 over a year (months count by their days) or over a day."""
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


def _fleet_starts(service: Service, settings: RunSettings, streams: RandomStreams) -> Ints:
    """When the vehicles of a fleet start their first trip: those of the backlog at the first second, the others
    evenly at random over the spread; one whose turn comes after the closing day never does."""
    opens, closes = operating_span_s(service, settings)
    if opens >= closes:
        return np.empty(0, np.int64)
    starts = streams.uniforms(service.fleet, "start", service.id) * service.start_spread_h * HOUR_S
    starts[: service.initial_backlog] = 0.0
    times_s = opens + starts.astype(np.int64)
    return np.where(times_s < closes, times_s, settings.horizon_s)
