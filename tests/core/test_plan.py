"""Plans: what the builder makes of its pieces, and which plans no engine may run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from sim.core import rules
from sim.core.plan import Plan, PlanError
from sim.core.plan_builder import PlanBuilder
from sim.core.plan_validation import validate
from sim.engines import ENGINES, simulate
from tests.helpers.plans import plans, random_plan


def small_world() -> PlanBuilder:
    """One of everything: a crane with a shift, a stock with a quota, a choice, a branch, two trucks and a fleet."""
    b = PlanBuilder(horizon_s=100)
    crane = b.facility("crane", servers=2, mean_s=5, port="erenhot", side="cn")
    b.servers_over_time(crane, [0, 50, 60], [2, 0, 2])
    wagons = b.stock("wagons", level=1, capacity=4)
    b.stock_set(wagons, 24, 2)
    b.service("trucks", vehicle_class="truck", teu=2.0)
    b.choose([("crane", 0, [crane]), ("out", 30, [])])
    b.label("crane")
    b.hold(crane, 5, loaded=False, km=1.5)
    b.branch([0, 1], to="give up")
    b.draw(wagons, 2)
    b.label("give up")
    b.free(crane)
    b.label("out")
    b.end()
    b.vehicles([3, 1], priority=1)
    b.service("shuttle")
    b.travel(np.array([[7, 8], [9, 10]]), step="drive")
    b.end()
    b.vehicles([0, 0], trips=[1, 2], until_s=40)
    return b


def test_builder_makes_arrays_of_the_pieces() -> None:
    plan = small_world().build()
    assert plan.facility_servers.tolist() == [2]
    assert plan.facility_nominal.tolist() == [2]
    assert list(zip(plan.calendar_time_s.tolist(), plan.calendar_delta.tolist(), strict=True)) == [(50, -2), (60, 2)]
    assert (plan.stock_set_time_s.tolist(), plan.stock_set_level.tolist()) == ([24], [2])
    names = [rules.STEP_NAMES[code] for code in plan.op_code]
    assert names == ["choose", "hold", "branch", "draw", "free", "end", "travel", "end"]
    assert plan.op_jump[2] == 4
    assert plan.alternative_jump.tolist() == [1, 5]
    assert plan.alternative_bias_s.tolist() == [0, 30]
    assert plan.alternative_watch_start.tolist() == [0, 1, 1]
    assert plan.service_entry.tolist() == [0, 6]
    assert plan.service_vehicle_start.tolist() == [0, 2, 4]
    assert plan.vehicle_service.tolist() == [0, 0, 1, 1]
    assert plan.vehicle_key.tolist() == [0, 1, 2, 3]
    assert plan.vehicle_priority.tolist() == [1, 1, 0, 0]
    assert plan.vehicle_trips.tolist() == [1, 1, 1, 2]
    assert plan.vehicle_until_s.tolist() == [100, 100, 40, 40]


def test_builder_labels_steps_and_services() -> None:
    labels = small_world().build().labels
    assert labels.op_step == ("choose", "crane", "branch", "draw wagons", "free crane", "end", "drive", "end")
    assert labels.op_service == ("trucks",) * 6 + ("shuttle",) * 2
    assert labels.op_loaded[1] is False
    assert labels.op_km[1] == 1.5
    assert labels.facility_port == ("erenhot",)
    assert labels.service_class == ("truck", "")
    assert labels.service_teu == (2.0, 0.0)


def test_draws_are_addressed_by_trip_and_vehicle() -> None:
    plan = small_world().build()

    def draw(op: int, trip: int, vehicle: int) -> int:
        place = vehicle - plan.service_vehicle_start[plan.vehicle_service[vehicle]]
        return int(plan.draws[plan.op_draw[op] + plan.op_trip_stride[op] * trip + plan.op_vehicle_stride[op] * place])

    assert [draw(1, 0, vehicle) for vehicle in (0, 1)] == [5, 5], "a constant"
    assert [draw(2, 0, vehicle) for vehicle in (0, 1)] == [0, 1], "one a vehicle"
    assert [[draw(6, trip, vehicle) for vehicle in (2, 3)] for trip in (0, 1)] == [[7, 8], [9, 10]], "one a trip"


def test_differences_of_one_instant_add_up_and_what_comes_after_the_horizon_is_left_out() -> None:
    b = PlanBuilder(horizon_s=50)
    gate = b.facility("gate", servers=3)
    b.servers_change(gate, 10, -1)
    b.servers_change(gate, 10, -2)
    b.servers_change(gate, 20, 1)
    b.servers_change(gate, 20, -1)
    b.servers_change(gate, 50, 5)
    quota = b.stock("quota", 0)
    b.stock_set(quota, 50, 9)
    plan = b.build()
    assert plan.calendar_time_s.tolist() == [10]
    assert plan.calendar_delta.tolist() == [-3]
    assert len(plan.stock_set_time_s) == 0


def test_each_facility_that_a_service_holds_has_a_slot_of_its_own() -> None:
    b = PlanBuilder(horizon_s=50)
    left, right, siding = (b.facility(name) for name in ("left", "right", "siding"))
    b.service("train")
    b.hold(siding)
    b.branch([0], to="right")
    b.hold(left)
    b.free(siding)
    b.free(left)
    b.end()
    b.label("right")
    b.hold(right)
    b.free(siding)
    b.free(right)
    b.end()
    b.vehicles([0])
    plan = b.build()
    assert plan.op_slot.tolist() == [0, -1, 1, 0, 1, -1, 2, 0, 2, -1]
    assert plan.n_slots == 3


def test_unknown_labels_and_impossible_draws_are_refused() -> None:
    b = PlanBuilder(horizon_s=50)
    b.service("truck")
    with pytest.raises(TypeError, match=r"unknown step labels \['kilometres'\]; known: .*'km'"):
        b.travel(5, kilometres=3)
    with pytest.raises(ValueError, match="found -1 to 5"):
        b.travel([5, -1])
    with pytest.raises(ValueError, match="found 2147483648"):
        b.travel(2**31)


def test_a_service_without_vehicles_and_an_empty_world_are_valid() -> None:
    b = PlanBuilder(horizon_s=50)
    b.service("nobody")
    b.travel([])
    b.end()
    b.vehicles([])
    for engine in ENGINES:
        assert len(simulate(b.build(), engine)) == 0
        assert len(simulate(PlanBuilder(horizon_s=50).build(), engine)) == 0


def test_the_arrays_of_a_plan_cannot_be_changed() -> None:
    plan = small_world().build()
    for array in plan.arrays().values():
        with pytest.raises(ValueError, match="read-only"):
            array[:1] = 0


def test_fingerprint_tells_plans_apart() -> None:
    plan = small_world().build()
    assert plan.fingerprint() == small_world().build().fingerprint()
    longer = replace(plan, horizon_s=101)
    other_draw = replace(plan, draws=np.where(plan.draws == 9, np.int32(11), plan.draws))
    assert len({p.fingerprint() for p in (plan, longer, other_draw)}) == 3


def array(name: str, index: int, value: int) -> Callable[[Plan], Plan]:
    """The plan with one number changed."""

    def change(plan: Plan) -> Plan:
        changed = getattr(plan, name).copy()
        changed[index] = value
        return replace(plan, **{name: changed})

    return change


BROKEN: dict[str, Callable[[Plan], Plan]] = {
    "op_jump has 7 entries, expected 8": lambda plan: replace(plan, op_jump=plan.op_jump[:-1]),
    "vehicle_key has 3 entries, expected 4": lambda plan: replace(plan, vehicle_key=plan.vehicle_key[1:]),
    "stock_capacity has 0 entries, expected 1": lambda plan: replace(plan, stock_capacity=plan.stock_capacity[1:]),
    "one entry more than service_entry": lambda plan: replace(plan, service_entry=plan.service_entry[:1]),
    "one entry more than alternative_jump": lambda plan: replace(plan, alternative_watch_start=plan.watch_facility),
    "alternative_bias_s has 1 entries": lambda plan: replace(plan, alternative_bias_s=plan.alternative_bias_s[:1]),
    "calendar_facility holds 0 to 1, expected 0 to 0": array("calendar_facility", 0, 1),
    "stock_set_stock holds -1 to -1": array("stock_set_stock", 0, -1),
    "watch_facility holds 7": array("watch_facility", 0, 7),
    "op_code holds 0 to 11, expected 0 to 10": array("op_code", 0, 11),
    "vehicle_service does not agree with service_vehicle_start": array("vehicle_service", 0, 1),
    "does not agree": array("service_vehicle_start", 2, 3),
    "alternative_watch_start must rise from 0 to 1": array("alternative_watch_start", 0, 1),
    "the end of choices holds 0 to 3, expected 0 to 2": array("op_choice_count", 0, 3),
    "op_vehicle_stride holds -1 to 1": array("op_vehicle_stride", 1, -1),
    "horizon_s is 0, expected 1 to 2\\^40": lambda plan: replace(plan, horizon_s=0),
    "vehicle_key has duplicates": array("vehicle_key", 0, 1),
    "arrives before second 0": array("vehicle_arrival_s", 0, -1),
    "a vehicle has no trip": array("vehicle_trips", 0, 0),
    "calendar entries are not sorted": array("calendar_time_s", 0, 70),
    "calendar has two entries for one index at one time": array("calendar_time_s", 0, 60),
    "calendar times must lie in": array("calendar_time_s", 1, 100),
    "stock_set times must lie in": array("stock_set_time_s", 0, -1),
    "a stock starts below zero or above its capacity": array("stock_level", 0, 5),
    "a stock is set below zero or above its capacity": array("stock_set_level", 0, 5),
    "draws holds -3 to 10, expected 0 to 2147483647": array("draws", 0, -3),
    "facility_headway_s holds -1": array("facility_headway_s", 0, -1),
    "facility_nominal must be at least 1": array("facility_nominal", 0, 0),
    "facility_servers must not be negative": array("facility_servers", 0, -1),
    "service trucks, op 1 \\(hold\\): facility 4 does not exist": array("op_target", 1, 4),
    "op 3 \\(draw\\): stock 1 does not exist": array("op_target", 3, 1),
    "op 3 \\(draw\\): amount 5 must lie between 1 and the capacity": array("op_amount", 3, 5),
    "op 3 \\(draw\\): amount 0 must lie": array("op_amount", 3, 0),
    "op 6 \\(travel\\): its draws lie outside the pool": array("op_draw", 6, 100),
    "op 2 \\(branch\\): jumps back to op 2": array("op_jump", 2, 2),
    "op 0 \\(choose\\): nothing to choose from": array("op_choice_count", 0, 0),
    "op 4 \\(free\\): frees a server that the vehicle does not keep": array("op_slot", 4, 1),
    "op 1 \\(hold\\): keeps a second server of one facility, or has no slot": array("op_slot", 1, -1),
    "the program runs past its last step": array("op_code", 7, rules.MARK),
    "op 5 is reached with different servers kept": array("op_jump", 2, 5),
}


@pytest.mark.parametrize("message", BROKEN)
def test_no_engine_may_run(message: str) -> None:
    broken = BROKEN[message](small_world().build())
    with pytest.raises(PlanError, match=message):
        validate(broken)


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_refuses_what_is_not_valid_and_names_every_reason(engine: str) -> None:
    broken = array("vehicle_key", 0, 1)(array("vehicle_trips", 0, 0)(small_world().build()))
    with pytest.raises(PlanError) as refused:
        simulate(broken, engine)
    assert str(refused.value).splitlines() == ["vehicle_key has duplicates", "a vehicle has no trip"]


def test_a_vehicle_that_leaves_with_a_server_is_refused() -> None:
    b = PlanBuilder(horizon_s=50)
    track = b.facility("track")
    b.service("train")
    b.hold(track)
    b.end()
    b.vehicles([0])
    with pytest.raises(PlanError, match=r"service train, op 1 \(end\): the vehicle leaves and still keeps 1 server"):
        b.build()


def test_a_second_server_of_one_facility_is_refused() -> None:
    b = PlanBuilder(horizon_s=50)
    track = b.facility("track", servers=2)
    b.service("train")
    b.hold(track)
    b.hold(track)
    b.free(track)
    b.end()
    b.vehicles([0])
    with pytest.raises(PlanError, match="keeps a second server of one facility"):
        b.build()


def test_random_plans_are_the_same_every_time_and_have_everything() -> None:
    several = [random_plan(seed) for seed in range(60)]
    assert [p.fingerprint() for p in several] == [random_plan(seed).fingerprint() for seed in range(60)]
    assert {code for p in several for code in p.op_code.tolist()} == set(range(len(rules.STEP_NAMES)))


@given(plans())
def test_plans_of_the_strategy_are_valid(plan: Plan) -> None:
    validate(plan)
