"""Times in force of controllers and settings of their stocks, from the counts of checks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.core.plan_builder import PlanBuilder
from sim.core.rules import UNLIMITED
from sim.engines import ENGINES, simulate
from sim.output.conservation import check
from sim.output.controllers import InForce, stock_settings, times_in_force
from sim.output.deadlock import deadlocks
from sim.output.run_output import RunOutput
from sim.output.stock_levels import stock_courses
from tests.worked import controller


def test_times_in_force_follow_from_the_counts() -> None:
    for engine in ENGINES:
        trace = simulate(controller.plan(), engine)
        assert times_in_force(trace) == [InForce(controller=0, from_s=20, to_s=60, count=2)]
        settings = stock_settings(trace)
        assert [column.tolist() for column in settings] == [[20, 60], [0, 0], [0, UNLIMITED]]
        assert check(trace) == []


def test_one_that_does_not_end_is_in_force_at_the_horizon_and_who_waits_is_not_stuck() -> None:
    trace = simulate(replace(controller.plan(), horizon_s=50, check_time_s=np.array([20, 40]),
                             check_controller=np.zeros(2, np.int32)))  # fmt: skip
    assert times_in_force(trace) == [InForce(controller=0, from_s=20, to_s=-1, count=2)]
    assert (trace.outcome == 1).sum() == 2
    assert deadlocks(trace) == []


def test_a_quota_of_the_same_second_comes_before_the_controller() -> None:
    b = PlanBuilder(horizon_s=100)
    gate, places = b.facility("gate", servers=0), b.stock("places", level=5, capacity=9)
    for second in (10, 20):
        b.stock_set(places, second, 3)
    b.service("trucks")
    b.draw(places)
    b.serve(gate, 5)
    b.end()
    b.vehicles([0, 10, 15, 20])
    b.controller(places, 1, 1, facilities=[gate], services=[0], checks_s=[10])
    for engine in ENGINES:
        trace = simulate(b.build(), engine)
        [course] = stock_courses(RunOutput.of(trace))
        # At 10 the quota sets 3, then the controller 0; at 20 the quota sets 3 again.
        assert (course.times_s.tolist(), course.level.tolist()) == ([0, 20], [4, 0])
        assert check(trace) == []
