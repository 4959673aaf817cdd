"""A run that is cut at a second and continued from its state continues as the run that was not cut."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from sim.compile.assembly import compile_plan
from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder
from sim.core.resuming import resume
from sim.core.state import Headway, Standing
from sim.engines import ENGINES, play, simulate
from sim.output.standing_at import state_at
from tests.helpers.continuation import continued
from tests.helpers.plans import fine_plan, random_plan
from tests.helpers.random_worlds import random_world

every_engine = pytest.mark.parametrize("engine", ENGINES)
WORLDS = 2_000


def compiled_world(seed: int) -> Plan:
    """The plan of a random world with detours, shares, breakdowns and choices."""
    return compile_plan(*random_world(seed))


def agree(make: Callable[[int], Plan], seeds: range, engine: str) -> tuple[int, int]:
    """How many plans agree after their cut, and how many of these have vehicles under way at it."""
    same = under_way = 0
    for seed in seeds:
        plan = make(seed)
        found = continued(plan, seed, engine) if plan.horizon_s > 1 else None
        if found:
            agrees = found.resumed == found.whole
            assert agrees or found.ties, (seed, found.resumed - found.whole, found.whole - found.resumed)
            same += agrees
            under_way += agrees and found.standing > 0
    return same, under_way


def enough(same: int, under_way: int, seeds: int) -> None:
    """Most plans were compared and agree, without ties; some have states that cannot be taken over, or ties."""
    print(same, under_way, seeds)
    assert same > 0.6 * seeds
    assert under_way > 0.3 * seeds


@every_engine
@pytest.mark.parametrize(("make", "seeds"), [(fine_plan, 30), (random_plan, 30), (compiled_world, 8)])
def test_a_continued_run_is_the_run_that_was_not_cut_but_for_ties(
    make: Callable[[int], Plan], seeds: int, engine: str
) -> None:
    enough(*agree(make, range(seeds), engine), seeds)


@pytest.mark.slow
@every_engine
@pytest.mark.parametrize("make", [fine_plan, random_plan])
def test_two_thousand_worlds_continue_as_if_they_were_not_cut(make: Callable[[int], Plan], engine: str) -> None:
    enough(*agree(make, range(1_000, 1_000 + WORLDS), engine), WORLDS)


@pytest.mark.slow
@every_engine
def test_hundreds_of_compiled_worlds_continue_as_if_they_were_not_cut(engine: str) -> None:
    enough(*agree(compiled_world, range(100, 100 + WORLDS // 4), engine), WORLDS // 4)


def lane(work_s: int | list[int], arrivals_s: list[int]) -> PlanBuilder:
    """One lane that serves these vehicles."""
    b = PlanBuilder(200_000)
    gate = b.facility("gate", 1)
    b.service("truck")
    b.serve(gate, work_s)
    b.end()
    b.vehicles(arrivals_s)
    return b


def test_state_has_who_works_with_the_rest_of_the_work_and_who_waits_in_order() -> None:
    plan = lane(3600, [0, 600, 1200]).build()
    state = state_at(play(plan, "compiled"), 1200)
    assert state.standing == (
        Standing(0, 0, working=True, rest_s=2400, since_s=0.0),
        Standing(1, 0, working=False, rest_s=0, since_s=600.0),
        Standing(2, 0, working=False, rest_s=0, since_s=1200.0),
    )


@every_engine
def test_one_at_work_since_20_min_and_two_waiting_are_through_at_40_100_and_160_min(engine: str) -> None:
    made = resume((plan := lane(3600, [0, 600, 1200]).build()), state_at(play(plan, "compiled"), 1200))
    trace = simulate(made.plan, engine)
    assert sorted((trace.vehicle_left_s - 1200).tolist()) == [40 * 60, 100 * 60, 160 * 60]


@every_engine
def test_work_goes_on_after_hours_and_who_waits_is_served_when_the_gate_opens(engine: str) -> None:
    b = lane(3600, [19 * 3600 + 1800, 20 * 3600 + 300])
    b.servers_change(0, 20 * 3600, -1)
    b.servers_change(0, 32 * 3600, 1)
    plan = b.build()
    made = resume(plan, state_at(play(plan, "compiled"), 20 * 3600 + 900))
    trace = simulate(made.plan, engine)
    assert sorted(trace.vehicle_left_s.tolist()) == [20 * 3600 + 1800, 33 * 3600]


@every_engine
def test_a_path_entered_10_min_ago_is_free_again_when_its_headway_is_over(engine: str) -> None:
    b = PlanBuilder(100_000)
    path = b.facility("path", 1, headway_s=1800)
    b.service("train")
    b.pass_(path, 300)
    b.end()
    b.vehicles([0, 600])
    plan = b.build()
    state = state_at(play(plan, "compiled"), 600)
    assert state.headways == (Headway(0, 1200, 0),)
    trace = simulate(resume(plan, state).plan, engine)
    assert max(trace.vehicle_left_s) == 1800 + 300


@every_engine
def test_who_ends_work_a_second_later_queues_behind_all_who_wait(engine: str) -> None:
    b = PlanBuilder(100_000)
    yard, gate = b.facility("yard", 1), b.facility("gate", 1)
    b.service("truck")
    b.serve(yard, 101)
    b.serve(gate, 1000)
    b.end()
    b.vehicles([0])
    b.service("other")
    b.serve(gate, 1000)
    b.end()
    b.vehicles([0, 10, 20, 30])
    plan = b.build()
    made = resume(plan, state_at(play(plan, "compiled"), 100))
    trace = simulate(made.plan, engine)
    assert int(trace.vehicle_left_s[made.vehicle_of == 0][0]) == 5000


@every_engine
def test_a_truck_of_a_fleet_ends_its_trip_and_makes_the_others_with_their_numbers(engine: str) -> None:
    """A trip of 6 h, 4 h of it done: trips end at 2, 8, 14 and 20 h."""
    b = PlanBuilder(24 * 3600)
    b.service("shuttle")
    b.travel(6 * 3600)
    b.end()
    b.vehicles([0], trips=9)
    plan = b.build()
    made = resume(plan, state_at(play(plan, "compiled"), 4 * 3600))
    trace = simulate(made.plan, engine)
    assert sorted(trace.departed_s.tolist()) == [-1, 6 * 3600, 12 * 3600, 18 * 3600]


@every_engine
def test_a_train_that_waits_for_a_wagon_set_draws_when_one_comes_back(engine: str) -> None:
    """No set is free; the one that is under way comes back in 3 h."""
    b = PlanBuilder(24 * 3600)
    sets = b.stock("sets", 1, 1)
    b.service("first")
    b.draw(sets)
    b.travel(4 * 3600)
    b.give_back(sets)
    b.end()
    b.vehicles([0])
    b.service("second")
    b.draw(sets)
    b.travel(1800)
    b.give_back(sets)
    b.end()
    b.vehicles([1800])
    plan = b.build()
    made = resume(plan, state_at(play(plan, "compiled"), 3600))
    trace = simulate(made.plan, engine)
    assert sorted(trace.vehicle_left_s.tolist()) == [4 * 3600, 4 * 3600 + 1800]


@every_engine
def test_who_is_served_is_not_displaced_by_a_higher_priority(engine: str) -> None:
    b = PlanBuilder(100_000)
    gate = b.facility("gate", 1)
    for name, priority, arrival in (("late", 9, 0), ("early", 0, 600)):
        b.service(name)
        b.serve(gate, 3600)
        b.end()
        b.vehicles([arrival], priority=priority)
    plan = b.build()
    made = resume(plan, state_at(play(plan, "compiled"), 1200))
    trace = simulate(made.plan, engine)
    assert [int(trace.vehicle_left_s[made.vehicle_of == k][0]) for k in (0, 1)] == [3600, 7200]


@every_engine
@pytest.mark.parametrize("last", ["return", "mark"])
def test_trips_that_end_with_a_step_without_length_are_counted_each_once(engine: str, last: str) -> None:
    """A wagon set works 100, 200, ... s on its trips; in the second in which one ends, the next begins."""
    b = PlanBuilder(10_000)
    wagons, crane = b.stock("wagons", 1), b.facility("crane", 1)
    b.service("set")
    b.draw(wagons)
    b.serve(crane, np.array([[100 * trip] for trip in range(1, 11)], np.int32))
    b.give_back(wagons)
    if last == "mark":
        b.mark()
    b.end()
    b.vehicles([0], trips=10, until_s=10_000)
    visits = play(b.build(), engine)
    begins = 0
    for trip in range(10):
        for at_s in (begins, begins + 99 * (trip + 1)):
            rest_s = begins + 100 * (trip + 1) - at_s
            assert state_at(visits, at_s).standing == (Standing(0, 1, True, rest_s, float(begins), (), trip),), at_s
        begins += 100 * (trip + 1)
