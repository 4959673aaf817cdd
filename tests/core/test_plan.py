"""Plans: what the builder makes of its pieces, and which plans no engine may run."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from sim.core import plan_validation, rules
from sim.core.kept import Kept
from sim.core.plan import Plan, PlanError
from sim.core.plan_builder import PlanBuilder
from sim.core.plan_validation import problems, validate
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


def outcome_of_2(plan: Plan) -> Plan:
    draws = plan.draws.copy()
    draws[plan.op_draw[2]] = 2
    return replace(plan, draws=draws)


BROKEN: tuple[tuple[str, dict[str, Any], Callable[[Plan], Plan]], ...] = (
    ("entries", {"name": "op_jump", "found": 7, "expected": 8}, lambda plan: replace(plan, op_jump=plan.op_jump[:-1])),
    ("entries", {"name": "vehicle_key", "found": 3}, lambda plan: replace(plan, vehicle_key=plan.vehicle_key[1:])),
    (
        "entries",
        {"name": "stock_capacity", "found": 0, "expected": 1},
        lambda plan: replace(plan, stock_capacity=plan.stock_capacity[1:]),
    ),
    ("one_entry_more", {"other": "service_entry"}, lambda plan: replace(plan, service_entry=plan.service_entry[:1])),
    (
        "one_entry_more",
        {"other": "alternative_jump"},
        lambda plan: replace(plan, alternative_watch_start=plan.watch_facility),
    ),
    (
        "entries",
        {"name": "alternative_bias_s", "found": 1},
        lambda plan: replace(plan, alternative_bias_s=plan.alternative_bias_s[:1]),
    ),
    (
        "values",
        {"name": "calendar_facility", "low": 0, "high": 1, "first": 0, "last": 0},
        array("calendar_facility", 0, 1),
    ),
    ("values", {"name": "stock_set_stock", "low": -1, "high": -1}, array("stock_set_stock", 0, -1)),
    ("values", {"name": "watch_facility", "high": 7}, array("watch_facility", 0, 7)),
    ("values", {"name": "op_code", "low": 0, "high": 11, "first": 0, "last": 10}, array("op_code", 0, 11)),
    ("disagree", {"name": "vehicle_service", "other": "service_vehicle_start"}, array("vehicle_service", 0, 1)),
    ("disagree", {}, array("service_vehicle_start", 2, 3)),
    ("not_rising", {"name": "alternative_watch_start", "last": 1}, array("alternative_watch_start", 0, 1)),
    (
        "values",
        {"name": "op_choice_start + op_choice_count", "low": 0, "high": 3, "last": 2},
        array("op_choice_count", 0, 3),
    ),
    ("values", {"name": "op_vehicle_stride", "low": -1, "high": 1}, array("op_vehicle_stride", 1, -1)),
    ("horizon", {"found": 0}, lambda plan: replace(plan, horizon_s=0)),
    ("duplicates", {"name": "vehicle_key"}, array("vehicle_key", 0, 1)),
    ("early_arrival", {}, array("vehicle_arrival_s", 0, -1)),
    ("no_trip", {}, array("vehicle_trips", 0, 0)),
    ("not_sorted", {"name": "calendar"}, array("calendar_time_s", 0, 70)),
    ("same_time", {"name": "calendar"}, array("calendar_time_s", 0, 60)),
    ("outside_run", {"name": "calendar"}, array("calendar_time_s", 1, 100)),
    ("outside_run", {"name": "stock_set"}, array("stock_set_time_s", 0, -1)),
    ("stock_start", {}, array("stock_level", 0, 5)),
    ("stock_set", {}, array("stock_set_level", 0, 5)),
    ("values", {"name": "draws", "low": -3, "high": 10, "first": 0, "last": 2147483647}, array("draws", 0, -3)),
    ("values", {"name": "facility_headway_s", "low": -1}, array("facility_headway_s", 0, -1)),
    ("too_small", {"name": "facility_nominal", "least": 1}, array("facility_nominal", 0, 0)),
    ("too_small", {"name": "facility_servers", "least": 0}, array("facility_servers", 0, -1)),
    ("no_facility", {"service": "trucks", "op": 1, "kind": "hold", "facility": 4}, array("op_target", 1, 4)),
    ("no_stock", {"op": 3, "kind": "draw", "stock": 1}, array("op_target", 3, 1)),
    ("amount", {"op": 3, "kind": "draw", "amount": 5}, array("op_amount", 3, 5)),
    ("amount", {"op": 3, "kind": "draw", "amount": 0}, array("op_amount", 3, 0)),
    ("draws", {"op": 6, "kind": "travel"}, array("op_draw", 6, 100)),
    ("jump_back", {"op": 2, "kind": "branch", "to": 2}, array("op_jump", 2, 2)),
    ("no_alternative", {"op": 0, "kind": "choose"}, array("op_choice_count", 0, 0)),
    ("not_held", {"op": 4, "kind": "free"}, array("op_slot", 4, -1)),
    ("second_server", {"op": 1, "kind": "hold"}, array("op_slot", 1, -1)),
    ("past_end", {}, array("op_code", 7, rules.MARK)),
    ("held_differs", {"to": 5}, array("op_jump", 2, 5)),
    ("disagree", {}, array("service_vehicle_start", -1, 2**31)),
    ("disagree", {}, array("service_vehicle_start", -1, 2**62)),
    ("values", {"name": "op_slot", "high": 2**31 - 1, "first": -1, "last": 0}, array("op_slot", 6, 2**31 - 1)),
    ("values", {"name": "op_jump", "high": 10**6, "last": 7}, array("op_jump", 2, 10**6)),
    ("values", {"name": "alternative_jump", "high": 8}, array("alternative_jump", 0, 8)),
    ("values", {"name": "alternative_bias_s", "low": -(2**60) - 1}, array("alternative_bias_s", 0, -(2**60) - 1)),
    ("values", {"name": "facility_mean_s", "high": 2**29}, array("facility_mean_s", 0, 2**29)),
    ("values", {"name": "facility_servers + calendar_delta", "high": 2**31}, array("calendar_delta", 1, 2**31)),
    ("values", {"name": "facility_servers + calendar_delta", "low": -(2**63)}, array("calendar_delta", 0, -(2**63))),
    ("not_integers", {"name": "draws", "found": "float64"}, lambda plan: replace(plan, draws=plan.draws / 2)),
    ("not_integers", {"name": "op_code", "dimensions": 2}, lambda plan: replace(plan, op_code=plan.op_code[None])),
    ("outcome", {"op": 2, "kind": "branch", "found": 2}, outcome_of_2),
)


@pytest.mark.parametrize(("code", "params", "change"), BROKEN)
def test_no_engine_may_run(code: str, params: dict[str, Any], change: Callable[[Plan], Plan]) -> None:
    broken = change(small_world().build())
    with pytest.raises(PlanError) as refused:
        validate(broken)
    found = [dict(one.params) for one in refused.value.messages if one.code == f"plan.{code}"]
    assert any(params.items() <= one.items() for one in found), refused.value


@pytest.mark.parametrize(("code", "params", "change"), BROKEN)
def test_problems_are_the_same_where_programs_were_found_sound_before(
    code: str, params: dict[str, Any], change: Callable[[Plan], Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sound programs are walked through once; their numbers are looked at in every plan."""
    found = []
    for known in (True, False):
        monkeypatch.setattr(plan_validation, "_SOUND", Kept[bool](2**20))
        plan = small_world().build()
        if not known:
            monkeypatch.setattr(plan_validation, "_SOUND", Kept[bool](0))
        found.append([str(one) for one in problems(change(plan))])
    assert found[0] == found[1] != []


def failing(*failures: tuple[int, int, int]) -> Callable[[], Plan]:
    """A facility with failures (second, server, length of the repair), in this order."""

    def plan() -> Plan:
        b = PlanBuilder(horizon_s=100)
        b.facility("crane", 2)
        columns = np.array(failures).T
        return replace(
            b.build(),
            failure_time_s=columns[0],
            failure_facility=np.zeros(len(failures), np.int32),
            failure_server=columns[1].astype(np.int32),
            failure_repair_s=columns[2],
        )

    return plan


@pytest.mark.parametrize(
    ("code", "params", "plan"),
    [
        ("not_sorted", {"name": "failure"}, failing((5, 1, 9), (5, 0, 9))),
        ("same_time", {"name": "failure"}, failing((5, 1, 9), (5, 1, 8))),
        ("outside_run", {"name": "failure"}, failing((5, 1, 9), (100, 0, 9))),
        ("values", {"name": "failure_repair_s", "low": 0}, failing((5, 1, 0))),
        ("values", {"name": "failure_server", "low": -1}, failing((5, -1, 1))),
        (
            "entries",
            {"name": "failure_server"},
            lambda: replace(failing((5, 1, 9))(), failure_server=np.empty(0, np.int32)),
        ),
    ],
)
def test_failures_that_no_engine_may_run(code: str, params: dict[str, Any], plan: Callable[[], Plan]) -> None:
    validate(failing((5, 0, 9), (5, 1, 9), (6, 0, 1))())
    with pytest.raises(PlanError) as refused:
        validate(plan())
    found = [dict(one.params) for one in refused.value.messages if one.code == f"plan.{code}"]
    assert any(params.items() <= one.items() for one in found), refused.value


def controlled(*checks_s: int) -> Plan:
    """The small world with a controller that looks at its crane, and shuts its wagons."""
    b = small_world()
    b.controller(0, 3, 1, facilities=[0, 0], services=[0, 1], checks_s=checks_s or (10, 20), least_s=5)
    return b.build()


@pytest.mark.parametrize(
    ("code", "params", "change"),
    [
        ("values", {"name": "controller_stock", "high": 1, "last": 0}, array("controller_stock", 0, 1)),
        ("values", {"name": "controller_above", "high": 2**31}, array("controller_above", 0, 2**31)),
        ("values", {"name": "controller_below", "low": -1}, array("controller_below", 0, -1)),
        ("values", {"name": "controller_least_s", "high": 2**40}, array("controller_least_s", 0, 2**40)),
        ("values", {"name": "counted_facility", "high": 1}, array("counted_facility", 1, 1)),
        ("values", {"name": "counted_service", "high": 2}, array("counted_service", 0, 2)),
        ("values", {"name": "check_controller", "low": -1}, array("check_controller", 0, -1)),
        ("thresholds", {}, array("controller_below", 0, 4)),
        ("counted_twice", {}, array("counted_service", 0, 1)),
        ("not_rising", {"name": "counted_facility_start", "last": 2}, array("counted_facility_start", 1, 1)),
        ("not_rising", {"name": "counted_service_start", "last": 2}, array("counted_service_start", 0, 1)),
        ("not_sorted", {"name": "check"}, array("check_time_s", 0, 21)),
        ("same_time", {"name": "check"}, array("check_time_s", 0, 20)),
        ("outside_run", {"name": "check"}, array("check_time_s", 1, 100)),
        ("entries", {"name": "controller_above", "expected": 1}, lambda p: replace(p, controller_above=p.draws[:0])),
        (
            "one_entry_more",
            {"name": "counted_service_start", "other": "controller_stock"},
            lambda p: replace(p, counted_service_start=p.counted_service_start[:1]),
        ),
    ],
)
def test_controllers_that_no_engine_may_run(code: str, params: dict[str, Any], change: Callable[[Plan], Plan]) -> None:
    validate(controlled())
    with pytest.raises(PlanError) as refused:
        validate(change(controlled()))
    found = [dict(one.params) for one in refused.value.messages if one.code == f"plan.{code}"]
    assert any(params.items() <= one.items() for one in found), refused.value


def test_a_controller_changes_the_fingerprint_and_checks_after_the_horizon_never_come() -> None:
    plan = controlled()
    assert len({small_world().build().fingerprint(), plan.fingerprint(), controlled(10).fingerprint()}) == 3
    assert controlled(20, 10, 100, 10).fingerprint() == plan.fingerprint()


def test_jumps_of_steps_that_no_vehicle_reaches_stay_inside_the_program() -> None:
    b = PlanBuilder(50)
    b.service("trains")
    b.travel(1)
    b.end()
    b.branch(1, "end")
    b.label("end")
    b.end()
    b.vehicles([0])
    with pytest.raises(PlanError, match=r"^plan\.values\(.*name=op_jump"):
        validate(array("op_jump", 2, 10**6)(b.build()))


def test_a_plan_without_failures_has_the_fingerprint_of_before() -> None:
    plan = small_world().build()
    digest = hashlib.sha256(str(plan.horizon_s).encode())
    for name, values in plan.arrays().items():
        if not name.startswith(("failure_", "controller_", "counted_", "check_")):
            digest.update(name.encode())
            digest.update(values.tobytes())
    assert plan.fingerprint() == digest.hexdigest()
    assert failing((5, 0, 9))().fingerprint() != failing((6, 0, 9))().fingerprint()


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_refuses_what_is_not_valid_and_names_every_reason(engine: str) -> None:
    broken = array("vehicle_key", 0, 1)(array("vehicle_trips", 0, 0)(small_world().build()))
    with pytest.raises(PlanError) as refused:
        simulate(broken, engine)
    assert [one.code for one in refused.value.messages] == ["plan.duplicates", "plan.no_trip"]


def test_a_vehicle_that_leaves_with_a_server_is_refused() -> None:
    b = PlanBuilder(horizon_s=50)
    track = b.facility("track")
    b.service("train")
    b.hold(track)
    b.end()
    b.vehicles([0])
    with pytest.raises(PlanError, match=r"^plan.still_held\(held=1, kind=end, op=1, service=train\)$"):
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
    with pytest.raises(PlanError, match=r"^plan\.second_server"):
        b.build()


def test_random_plans_are_the_same_every_time_and_have_everything() -> None:
    several = [random_plan(seed) for seed in range(60)]
    assert [p.fingerprint() for p in several] == [random_plan(seed).fingerprint() for seed in range(60)]
    assert {code for p in several for code in p.op_code.tolist()} == set(range(len(rules.STEP_NAMES)))


@given(plans())
def test_plans_of_the_strategy_are_valid(plan: Plan) -> None:
    validate(plan)
