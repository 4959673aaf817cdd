"""Do intervals keep their word on a real queue? Replications of an M/M/2, run as any world is, against its known mean.

Trucks come by a Poisson process to two lanes of exponential service. The figure is the mean number waiting over the
run (``mean_queue`` of the gate), known exactly by Erlang C. There is no warm-up to guess at: every replication starts
in the steady state, with as many trucks in the system as the stationary distribution gives by lot. Exponential times
have no memory, so that those found at the lanes need no service begun before the start, and the mean over a run of any
length is that of the steady state.

Measured: 94.0 % of 1,000 intervals of ten replications cover the mean. The means of twelve days lean to the right, as
queues do, so that a little less than 95 % is what a t interval can give; the mean of all is within 0.2 % of the exact.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from corridors.model import Corridor
from sim.compile.assembly import compile_plan
from sim.core.run_settings import RunSettings
from sim.engines import simulate
from sim.kpi.facilities import facility_table
from sim.statistics import mean_interval
from tests.helpers.worlds import duration, facility, itinerary, place, service, step, world

LANES, LOAD, SERVICE_MIN = 2, 0.7, 20.0
PER_DAY = LOAD * LANES * 24 * 60 / SERVICE_MIN
DAYS, REPLICATIONS, LEVEL = 12, 10, 0.95
AT_ONCE = 20
"""Experiments in one world."""
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


def borders() -> Corridor:
    """``AT_ONCE`` borders that have nothing in common, in one world: it is compiled and run once for all."""
    check = duration("check", SERVICE_MIN, "exponential")
    rows: list[Any] = [place("border"), check]
    for border in range(AT_ONCE):
        gate, trip = f"gate_{border}", f"trip_{border}"
        rows += [facility(gate, servers=LANES), service(f"trucks_{border}", trip, per_day=PER_DAY)]
        rows += [itinerary(trip, step("mark", place="border"), step("serve", facility=gate, duration=check.id))]
    return world(*rows)


def experiments(seed: int) -> npt.NDArray[np.float64]:
    """(AT_ONCE, REPLICATIONS) mean numbers waiting: one experiment at each border, with its own streams."""
    corridor, means = borders(), []
    for replication in range(REPLICATIONS):
        random = np.random.default_rng([2, seed, replication])
        services = {id: replace(row, initial_backlog=in_the_system(random)) for id, row in corridor.services.items()}
        settings = RunSettings(date(2025, 1, 1), DAYS, seed=seed, replication=replication)
        plan = compile_plan(replace(corridor, services=services), settings)
        means.append(facility_table(simulate(plan, "compiled")).mean_queue.to_numpy())
    return np.array(means).T


def check(number: int, within: float) -> None:
    """No bias, and a share of intervals that cover the mean which is ``within`` of what they say."""
    means = np.concatenate([experiments(seed) for seed in range(number // AT_ONCE)])
    assert means.shape == (number, REPLICATIONS)
    covered = np.mean([WAITING in mean_interval(own, LEVEL) for own in means])
    error = means.std(ddof=1) / sqrt(means.size)
    print(f"covered {covered:.1%} of {number}; mean {means.mean():.4f} +- {error:.4f}, exact {WAITING:.4f}")
    assert abs(means.mean() - WAITING) < 3.3 * error
    assert abs(covered - LEVEL) <= within


def test_intervals_cover_the_mean_of_a_queue() -> None:
    """Few experiments, so the bounds are three standard errors: sqrt(0.95 x 0.05 / 100) is 2.2 %."""
    check(100, within=0.065)


@pytest.mark.slow
def test_intervals_cover_the_mean_of_a_queue_in_95_of_100_of_1000_experiments() -> None:
    check(1000, within=0.02)
