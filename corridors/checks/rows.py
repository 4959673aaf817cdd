"""Rules about rows of facilities, stocks, durations and weather."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from corridors.checks.report import error, warning, warns_only
from corridors.findings import Finding
from corridors.messages import message
from corridors.model import DEMAND, Corridor

DAYS_A_YEAR: Final = 365
LEAST_MIN: Final = 0.5 / 60
"""Half a second in minutes: times are whole seconds."""
LARGEST_CV: Final = {"uniform": 1 / math.sqrt(3), "triangular": 1 / math.sqrt(6)}
"""Above it, a distribution that is symmetric about its mean gives negative times."""
VARYING: Final = ("uniform", "triangular", "gamma", "lognormal", "weibull")
"""Distributions that are a constant without a coefficient of variation."""


def breakdowns_have_two_figures(corridor: Corridor) -> Iterator[Finding]:
    """Times between failures and to repair are both filled in, or both empty."""
    for key, facility in corridor.facilities.items():
        if (facility.mtbf_h is None) != (facility.mttr_h is None):
            column = "mtbf_h" if facility.mtbf_h is None else "mttr_h"
            what, expected = message("facility.half_breakdown", column=column), message("want.mtbf_and_mttr")
            yield error("facilities", key, column, "", what, expected)


@warns_only
def paths_have_a_headway(corridor: Corridor) -> Iterator[Finding]:
    """A train path has a headway; other facilities have none."""
    for key, facility in corridor.facilities.items():
        if facility.kind == "path" and facility.headway_min == 0:
            what, expected = message("facility.no_headway"), message("want.minutes_above_0")
            yield warning("facilities", key, "headway_min", 0, what, expected)
        elif facility.kind != "path" and facility.headway_min > 0:
            what, expected = message("facility.unused_headway", kind=facility.kind), message("want.zero")
            yield warning("facilities", key, "headway_min", facility.headway_min, what, expected)


def stocks_fit_their_capacity(corridor: Corridor) -> Iterator[Finding]:
    """The initial level and the daily quota of a stock fit into its capacity.

    A stock of kind quota or demand has a daily quota.
    """
    for key, stock in corridor.stocks.items():
        for column in ("initial", "daily_quota"):
            value = getattr(stock, column)
            if value is not None and stock.capacity is not None and value > stock.capacity:
                what, expected = message("stock.over_capacity"), message("want.at_most_capacity", n=stock.capacity)
                yield error("stocks", key, column, value, what, expected)
        if stock.kind in ("quota", DEMAND) and stock.daily_quota is None:
            what, expected = message("stock.no_quota", kind=stock.kind), message("want.places_a_day")
            yield warning("stocks", key, "daily_quota", "", what, expected)
        elif stock.calendar and stock.daily_quota is None:
            what, expected = message("stock.unused_calendar"), message("want.quota_or_no_calendar")
            yield warning("stocks", key, "calendar", stock.calendar, what, expected)


def durations_have_a_shape(corridor: Corridor) -> Iterator[Finding]:
    """A distribution gives no negative time.

    An empirical one has observed times, some above zero.
    """
    for key, duration in corridor.durations.items():
        largest = LARGEST_CV.get(duration.distribution, math.inf)
        if duration.cv > largest:
            what, expected = (
                message("duration.negative", kind=duration.distribution),
                message("want.at_most", n=round(largest, 3)),
            )
            yield error("durations", key, "cv", duration.cv, what, expected)
        if duration.distribution == "constant" and 0 < duration.mean_min < LEAST_MIN:
            what, expected = message("duration.rounds_to_zero"), message("want.zero_or_second")
            yield warning("durations", key, "mean_min", duration.mean_min, what, expected)
        if duration.distribution == "empirical":
            if not any(float(value) > 0 for value in duration.values_min.split(";") if value):
                what, expected = message("duration.no_values"), message("want.observed_minutes")
                yield error("durations", key, "values_min", duration.values_min, what, expected)
        elif duration.values_min:
            what = message("duration.unused_values", kind=duration.distribution)
            yield warning("durations", key, "values_min", duration.values_min, what, message("want.empty"))


@warns_only
def durations_use_their_variation(corridor: Corridor) -> Iterator[Finding]:
    """A distribution with a coefficient of variation has one above zero; one without leaves it empty."""
    for key, duration in corridor.durations.items():
        kind = duration.distribution
        if duration.cv and (kind in ("constant", "empirical") or (kind == "exponential" and duration.cv != 1)):
            what = message("duration.unused_cv", kind=kind)
            yield warning("durations", key, "cv", duration.cv, what, message("want.empty"))
        elif kind in VARYING and not duration.cv and duration.mean_min:
            what, expected = message("duration.no_spread", kind=kind), message("want.cv_or_constant")
            yield warning("durations", key, "cv", 0, what, expected)


def weather_begins_at_most_once_a_day(corridor: Corridor) -> Iterator[Finding]:
    """The spells of a kind of weather are at most one a day in every month."""
    for key, row in corridor.weather.items():
        profile = corridor.profiles.get(row.profile_month)
        weights = profile.numbers if profile else (1.0,)
        if profile and (profile.kind != "month" or not any(weights)):
            what = message("service.wrong_profile", kind=profile.kind)
            yield error("weather", key, "profile_month", profile.id, what, message("want.profile", names=("month",)))
        elif row.spells_per_year * max(weights) * len(weights) > DAYS_A_YEAR * sum(weights):
            what, expected = message("weather.too_frequent"), message("want.spell_a_day")
            yield error("weather", key, "spells_per_year", row.spells_per_year, what, expected)


@warns_only
def weather_shuts_something(corridor: Corridor) -> Iterator[Finding]:
    """A kind of weather has spells, and shuts at least a part."""
    for key, row in corridor.weather.items():
        for column, value, idle in (
            ("spells_per_year", row.spells_per_year, 0),
            ("servers_share", row.servers_share, 1),
        ):
            if value == idle:
                what, expected = message("weather.no_effect"), message("want.effective_weather")
                yield warning("weather", key, column, value, what, expected)


RULES = (
    breakdowns_have_two_figures,
    paths_have_a_headway,
    stocks_fit_their_capacity,
    durations_have_a_shape,
    durations_use_their_variation,
    weather_begins_at_most_once_a_day,
    weather_shuts_something,
)
