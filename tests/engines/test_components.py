"""Components of plans: each leaves the same rows alone as within the whole plan, and depends on nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.compile.assembly import compile_plan
from sim.core.components import components
from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder
from sim.core.plan_parts import PlanPart, part_of
from sim.core.plan_validation import validate
from sim.core.trace import Trace
from sim.engines import ENGINES, simulate
from tests.helpers.plan_changes import cut, side_by_side
from tests.helpers.plans import random_plan
from tests.helpers.random_worlds import random_world

every_engine = pytest.mark.parametrize("engine", ENGINES)
SEEDS = range(50)


def world_plan(seed: int) -> Plan:
    """The plan of a random world with links, closures, choices and fleets."""
    corridor, settings = random_world(seed)
    return compile_plan(corridor, settings)


def parts(plan: Plan) -> list[PlanPart]:
    """Every component as a part."""
    found = components(plan)
    return [part_of(plan, found, [k]) for k in range(found.n)]


def assert_same_rows(part: PlanPart, alone: Trace, whole: Trace) -> int:
    """Assert that a part left the rows alone that it has in the whole; return how many."""
    mine = np.isin(whole.vehicle, part.vehicle)
    assert np.array_equal(part.vehicle[alone.vehicle], whole.vehicle[mine])
    assert np.array_equal(part.op[alone.op], whole.op[mine])
    for name in ("queued_s", "started_s", "finished_s", "departed_s", "outcome"):
        assert np.array_equal(getattr(alone, name), getattr(whole, name)[mine]), name
    assert np.array_equal(alone.vehicle_left_s, whole.vehicle_left_s[part.vehicle])
    assert np.array_equal(alone.repair_started_s, whole.repair_started_s[part.failure])
    assert np.array_equal(alone.check_count, whole.check_count[part.check])
    return len(alone)


def rows_alone(plan: Plan, engine: str) -> int:
    """Assert that each component leaves the rows alone that it leaves in the whole plan; return their number."""
    whole = simulate(plan, engine)
    rows = events = 0
    for part in parts(plan):
        validate(part.plan)
        alone = simulate(part.plan, engine)
        rows += assert_same_rows(part, alone, whole)
        events += alone.events
    assert rows == len(whole)
    if engine == "compiled":
        assert events == whole.events
    return components(plan).n


@every_engine
def test_rows_of_random_plans_do_not_depend_on_other_components(engine: str) -> None:
    found = [rows_alone(random_plan(seed), engine) for seed in SEEDS]
    assert sum(n > 1 for n in found) > 8


@every_engine
def test_rows_of_two_worlds_side_by_side_are_those_of_each(engine: str) -> None:
    for seed in range(0, 24, 2):
        one, other = random_plan(seed), random_plan(seed + 1)
        together = side_by_side(one, other)
        assert rows_alone(together, engine) == components(one).n + components(other).n


@every_engine
def test_rows_of_compiled_worlds_do_not_depend_on_other_components(engine: str) -> None:
    assert max(rows_alone(world_plan(seed), engine) for seed in range(3)) > 1


def test_some_components_together_are_one_part() -> None:
    for seed in range(20):
        plan = side_by_side(random_plan(seed), random_plan(seed + 100))
        found = components(plan)
        some = [k for k in range(found.n) if k % 2 == 0]
        part = part_of(plan, found, some)
        validate(part.plan)
        assert_same_rows(part, simulate(part.plan), simulate(plan))
        assert components(part.plan).n == len(some)


def test_content_of_a_component_does_not_depend_on_the_others() -> None:
    """The same world beside others, before and behind it, has the same components."""
    world = cut(random_plan(1), 20)
    world = replace(world, labels=side_by_side(world, world).labels)  # Without names.
    mine = {part.content() for part in parts(world)}
    for seed in range(2, 12):
        other = random_plan(seed)
        if other.horizon_s >= world.horizon_s:
            for together in (side_by_side(world, other), side_by_side(other, world)):
                assert mine <= {part.content() for part in parts(together)}


@pytest.mark.parametrize("name", sorted(random_plan(3).arrays()))
def test_content_covers_every_array_that_an_engine_reads(name: str) -> None:
    """A change of any number of the plan changes the content of the component to which it belongs."""
    for seed in range(200):
        plan = random_plan(seed)
        found = components(plan)
        whole = part_of(plan, found, range(found.n)).plan
        array = getattr(whole, name)
        if len(array):
            changed = array.copy()
            changed[len(array) // 2] += 1
            part = PlanPart(whole, *[np.empty(0, np.int64)] * 7)
            assert part.content() != replace(part, plan=replace(whole, **{name: changed})).content()
            return
    raise AssertionError(f"no plan has {name}")


def test_a_chain_of_facilities_stocks_choices_and_controllers_is_one_component() -> None:
    builder = PlanBuilder(1000)
    gates = [builder.facility(f"gate {n}", 1) for n in range(6)]
    yard = builder.stock("yard", 3, 5)
    shut = builder.stock("shut", 1, 1)
    for n, own in enumerate((gates[0], gates[1], gates[2])):
        builder.service(f"direct {n}")
        builder.serve(own, 5)
        builder.end()
        builder.vehicles([1, 2])
    for n in range(2):
        builder.service(f"yard {n}")
        builder.serve(gates[3 + n], 5)
        (builder.draw if n else builder.give_back)(yard, 1)
        builder.end()
        builder.vehicles([1, 2])
    assert components(builder.build()).n == 6  # Three direct ones, those of the yard, the last gate, the other stock.
    builder.service("chooser")
    builder.choose([("a", 0, [gates[0]]), ("b", 5, [gates[1]])])
    builder.label("a")
    builder.label("b")
    builder.end()
    builder.vehicles([3])
    builder.controller(shut, 1, 1, facilities=[gates[2]], services=[3], checks_s=[5])
    found = components(builder.build())
    assert found.service.tolist() == [0, 0, 1, 1, 1, 0]
    assert found.n == 3  # With the last gate.
