"""Weather: spells on days that are drawn, as closures of a run.

A spell begins on a date with the probability of its month, the mean number a year times the weight of the month over
365 days, and lasts a geometric number of days, on the clocks of the closed rows. Both numbers of a date have the date
as their position in streams named by seed, replication and the row, so the spells of a date are the same in runs of
any start and length, in every scenario, and whatever other rows there are. Spells may overlap.
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import numpy as np

from corridors.model import Closure, Corridor, Weather, ids_in
from sim.compile.arrivals import MONTH_DAYS, month_weights
from sim.core.random_streams import RandomStreams
from sim.core.run_settings import RunSettings

DAYS_A_YEAR: Final = 365
RAREST: Final = 2.0**-53
"""Below the smallest number of a stream: no spell is longer than one of this probability."""


def with_weather(corridor: Corridor, settings: RunSettings, streams: RandomStreams) -> Corridor:
    """The corridor with the spells of the run among its closures; the same object without weather."""
    if not corridor.weather:
        return corridor
    closures = dict(corridor.closures)
    for row in corridor.weather.values():
        for first, last in spells(corridor, row, settings, streams):
            for target in ids_in(row.targets):
                id = f"{row.id}.{first}.{target}"
                days = (first.isoformat(), last.isoformat())
                closures[id] = Closure(id, target, *days, "daily", row.servers_share, row.source, row.grade)
    return replace(corridor, closures=dict(sorted(closures.items())))


def spells(corridor: Corridor, row: Weather, settings: RunSettings, streams: RandomStreams) -> list[tuple[date, date]]:
    """First and last day of each spell that may touch the run, by its first day."""
    going_on = 1 - 1 / row.mean_days
    longest = 1 if going_on == 0 else 1 + math.floor(math.log(RAREST) / math.log(going_on))
    before = longest + 1
    first = settings.start - timedelta(days=before)
    n = before + settings.days + 1
    began = streams.uniforms(n, "spell", row.id, first=first.toordinal())
    length = streams.uniforms(n, "spell_days", row.id, first=first.toordinal())
    chance = row.spells_per_year / DAYS_A_YEAR * _weights(corridor, row)
    found = []
    for at in range(n):
        day = first + timedelta(days=at)
        if began[at] < chance[day.month - 1]:
            more = 0 if going_on == 0 else math.floor(math.log(length[at]) / math.log(going_on))
            found.append((day, day + timedelta(days=more)))
    return [(begins, ends) for begins, ends in found if ends >= settings.start - timedelta(days=1)]


def _weights(corridor: Corridor, row: Weather) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """(12,) weights of the months, with a mean of 1 over a year."""
    return month_weights(corridor.profiles[row.profile_month]) if row.profile_month else np.ones(len(MONTH_DAYS))
