"""Do intervals keep their word on a real queue? Replications of an M/M/2, run as any world is, against its known mean.

Trucks come by a Poisson process to two lanes of exponential service. The figure is the mean number waiting over the
run (``mean_queue`` of the gate), known exactly by Erlang C. There is no warm-up to guess at: every replication starts
in the steady state, with as many trucks in the system as the stationary distribution gives by lot. Exponential times
have no memory, so that those found at the lanes need no service begun before the start, and the mean over a run of any
length is that of the steady state.

Measured: 93.7 % of 1,000 intervals of ten replications cover the mean. The means of twelve days lean to the right, as
queues do, so that a little less than 95 % is what a t interval can give; the mean of all is within 0.4 % of the exact.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from math import sqrt

import numpy as np
import pytest

from corridors.model import Corridor
from sim.compile.assembly import compile_plan
from sim.core.run_settings import RunSettings
from sim.engines import simulate
from sim.kpi.key_figures import facility_table
from sim.statistics import mean_interval
from tests.helpers.worlds import duration, facility, itinerary, place, service, step, world

LANES, LOAD, SERVICE_MIN = 2, 0.7, 20.0
PER_DAY = LOAD * LANES * 24 * 60 / SERVICE_MIN
DAYS, REPLICATIONS, LEVEL = 12, 10, 0.95
OFFERED = LOAD * LANES
IDLE = 1 / (1 + OFFERED + OFFERED**2 / (2 * (1 - LOAD)))
"""Probability of an empty system."""
WAITING = OFFERED**2 / (2 * (1 - LOAD)) * IDLE * LOAD / (1 - LOAD)
"""Mean number waiting: the probability that both lanes are busy times load / (1 - load)."""


def in_the_system(random: np.random.Generator) -> int:
    """Trucks at an instant of the steady state: 0, then geometric."""
    if random.random() < IDLE:
        return 0
    return int(random.geometric(1 - LOAD))


def border() -> Corridor:
    return world(
        place("border"),
        facility("gate", servers=LANES),
        duration("check", SERVICE_MIN, "exponential"),
        itinerary("trip", step("mark", place="border"), step("serve", facility="gate", duration="check")),
        service("trucks", "trip", per_day=PER_DAY),
    )


def experiment(number: int) -> list[float]:
    """The mean number waiting in each replication of one experiment; each experiment has its own seed."""
    corridor, means = border(), []
    trucks = corridor.services["trucks"]
    for replication in range(REPLICATIONS):
        there = in_the_system(np.random.default_rng([2, number, replication]))
        started = replace(corridor, services={"trucks": replace(trucks, initial_backlog=there)})
        settings = RunSettings(date(2025, 1, 1), DAYS, seed=number, replication=replication)
        means.append(float(facility_table(simulate(compile_plan(started, settings), "compiled")).mean_queue.iloc[0]))
    return means


def check(experiments: int, within: float) -> None:
    """No bias, and a share of intervals that cover the mean which is ``within`` of what they say."""
    means = np.array([experiment(number) for number in range(experiments)])
    covered = np.mean([WAITING in mean_interval(own, LEVEL) for own in means])
    error = means.std(ddof=1) / sqrt(means.size)
    print(f"covered {covered:.1%} of {experiments}; mean {means.mean():.4f} +- {error:.4f}, exact {WAITING:.4f}")
    assert abs(means.mean() - WAITING) < 3.3 * error
    assert abs(covered - LEVEL) <= within


def test_intervals_cover_the_mean_of_a_queue() -> None:
    """Few experiments, so the bounds are three standard errors: sqrt(0.95 x 0.05 / 100) is 2.2 %."""
    check(100, within=0.065)


@pytest.mark.slow
def test_intervals_cover_the_mean_of_a_queue_in_95_of_100_of_1000_experiments() -> None:
    check(1000, within=0.02)
