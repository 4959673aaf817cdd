"""Two engines, one trace: whatever the plan, the same rows in the same order.

A plan for which the engines differ is saved in ``tests/regressions`` (commit it) and replayed from then on.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given

from sim.core import machine_code
from sim.core.plan import Plan, PlanError
from sim.core.plan_builder import PlanBuilder
from sim.core.trace import COLUMNS, Trace
from sim.engines import compiled, layout, reference, resolve_engine
from tests.helpers.plans import plans, random_plan
from tests.helpers.saved_plans import REGRESSIONS, load_plan, save_plan
from tests.helpers.trace_diff import EVERYTHING, first_difference


def same_trace(plan: Plan, name: str = "") -> Trace:
    """Assert that both engines return the same bytes; else save the plan under ``name`` and show the difference."""
    expected, trace = reference.run(plan), compiled.run(plan)
    difference = first_difference(expected, trace)
    if difference and name:
        difference = f"{save_plan(plan, name)}\n{difference}"
    assert difference is None, difference
    for column in EVERYTHING:
        assert getattr(trace, column).dtype == getattr(expected, column).dtype, column
    return trace


@pytest.mark.parametrize("first", range(0, 400, 100))
def test_random_plans_have_one_trace(first: int) -> None:
    for seed in range(first, first + 100):
        same_trace(random_plan(seed), f"random_{seed}")


@given(plan=plans())
def test_plans_of_the_strategy_have_one_trace(plan: Plan) -> None:
    same_trace(plan, "shrunk")


@pytest.mark.slow
@pytest.mark.parametrize("first", range(1_000, 6_000, 500))
def test_many_random_plans_have_one_trace(first: int) -> None:
    for seed in range(first, first + 500):
        same_trace(random_plan(seed), f"random_{seed}")


@pytest.mark.parametrize("path", sorted(REGRESSIONS.glob("*.npz")), ids=lambda path: path.stem)
def test_what_once_differed_is_one_trace(path: Path) -> None:
    same_trace(load_plan(path))


def test_a_saved_plan_is_the_same_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.helpers.saved_plans.REGRESSIONS", tmp_path)
    plan = random_plan(3)
    loaded = load_plan(save_plan(plan, "kept"))
    assert loaded.fingerprint() == plan.fingerprint()
    assert loaded.labels == plan.labels


# What the random plans are too small for -----------------------------------------------------------------------


def test_a_crowd_of_thousands_with_the_greatest_keys_first() -> None:
    """More vehicles wait than the compiled engine first has room for, and all arrived in the wrong order."""
    b = PlanBuilder(horizon_s=20_000)
    gate = b.facility("gate", servers=3)
    b.service("trucks")
    b.travel(60)
    b.choose([("left", 0, [gate]), ("right", 0, [])])
    b.label("left")
    b.serve(gate, 7)
    b.label("right")
    b.serve(gate, 5)
    b.end()
    b.vehicles([0] * 3_000, keys=list(range(3_000, 0, -1)))
    trace = same_trace(b.build())
    assert (trace.vehicle_left_s >= 0).sum() > 2_900


def test_a_fleet_of_many_trips_leaves_its_rows_in_order() -> None:
    """Far more trips than vehicles: rows and blocks are given room again and again."""
    b = PlanBuilder(horizon_s=30 * 86_400)
    berth = b.facility("berth", servers=2)
    yard = b.stock("yard", level=0, capacity=3)
    b.service("trucks")
    b.hold(berth, 600)
    b.branch(np.arange(8_000).reshape(1_000, 8) % 3 == 0, "empty")
    b.give_back(yard)
    b.label("empty")
    b.free(berth)
    b.travel(np.arange(8_000).reshape(1_000, 8) % 3_000)
    b.end()
    b.vehicles([0] * 8, trips=1_000)
    b.service("trains")
    b.draw(yard, 2)
    b.travel(3_600)
    b.end()
    b.vehicles([100], trips=5_000)
    trace = same_trace(b.build())
    assert len(trace) > 7_000


def test_work_that_lasts_for_years() -> None:
    """Longer than the compiled engine's wheel goes round, beside work of seconds."""
    years = 365 * 86_400
    b = PlanBuilder(horizon_s=20 * years)
    line = b.facility("line", headway_s=2 * years)
    b.service("slow")
    b.travel([3 * years, 5 * years + 1, years // 2, 4_096, 4_095])
    b.pass_(line, 10)
    b.end()
    b.vehicles([0, 1, 4_095, 4_096, years])
    b.service("quick")
    b.travel([k * 7_919 for k in range(200)])
    b.mark()
    b.end()
    b.vehicles([k * 1_000_003 for k in range(200)])
    trace = same_trace(b.build())
    assert (trace.vehicle_left_s >= 0).all()


def test_a_priority_for_everybody() -> None:
    b = PlanBuilder(horizon_s=5_000)
    window = b.facility("window", servers=1)
    for priority in range(60, 0, -1):
        b.service(f"class {priority}")
        b.serve(window, 50)
        b.end()
        b.vehicles([0, priority], priority=priority)
    same_trace(b.build())


def test_two_threads_run_two_plans_at_once() -> None:
    several = [random_plan(seed) for seed in range(40)]
    with ThreadPoolExecutor(2) as pool:
        for one, again in zip(pool.map(compiled.run, several), map(compiled.run, several), strict=True):
            assert first_difference(one, again) is None


# What is too large ---------------------------------------------------------------------------------------------


def test_what_does_not_fit_is_refused_in_words() -> None:
    b = PlanBuilder(horizon_s=2**35)
    b.service("trucks")
    b.travel(1)
    b.end()
    b.vehicles([0])
    with pytest.raises(PlanError) as refused:
        compiled.run(b.build())
    assert [one.code for one in refused.value.messages] == ["plan.too_long"]


def test_the_largest_numbers_of_a_choice_fit() -> None:
    """At the bounds that a plan promises: servers, means, biases; long waits and gates that never open again."""
    b = PlanBuilder(horizon_s=2**31 - 2)
    narrow = b.facility("narrow", 1, mean_s=2**29 - 1)
    wide = b.facility("wide", 2**31 - 1, mean_s=2**29 - 1)
    shut = b.facility("shut", 0, mean_s=2**29 - 1)
    b.servers_change(wide, 5, 1 - 2**31)
    b.servers_change(shut, 2**30, 2**31 - 1)
    b.servers_change(shut, 2**30 + 1, 1 - 2**31)
    b.service("trucks")
    b.serve(wide, 2**31 - 1)
    b.end()
    b.vehicles([0] * 40)
    b.service("crowd")
    b.choose([("far", 2**60 - 1, []), ("narrow", -(2**60), [narrow] * 8 + [wide, shut]), ("shut", 0, [shut])])
    b.label("far")
    b.travel(1, "far")
    b.label("narrow")
    b.serve(narrow, 2**29, "narrow")
    b.end()
    b.label("shut")
    b.serve(shut, 7, "shut")
    b.end()
    b.vehicles(list(range(60)))
    trace = same_trace(b.build())
    step = np.array(trace.plan.labels.op_step)[trace.op]
    assert (step == "narrow").sum() == 60


def test_more_visits_than_can_be_counted_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "MOST", 1_000)
    monkeypatch.setattr(layout, "MOST_AHEAD", 100)
    b = PlanBuilder(horizon_s=10_000)
    b.service("trucks")
    b.travel(1)
    b.end()
    b.vehicles([0], trips=5_000)
    with pytest.raises(PlanError, match=r"^plan\.visits$"):
        compiled.run(b.build())


# What differs, in words ----------------------------------------------------------------------------------------


def _queue() -> Trace:
    b = PlanBuilder(horizon_s=100)
    gate = b.facility("gate", servers=1)
    b.service("trucks")
    b.serve(gate, 10)
    b.mark("through")
    b.end()
    b.vehicles([0, 1, 2])
    return compiled.run(b.build())


def test_the_first_difference_names_the_instant_the_rows_and_who_waits() -> None:
    trace = _queue()
    started, finished = trace.started_s.copy(), trace.finished_s.copy()
    assert started[trace.op == 0].tolist() == [0, 10, 20]
    started[4], finished[4] = 12, 22
    answer = first_difference(trace, replace(trace, started_s=started, finished_s=finished))
    assert answer is not None
    assert answer.splitlines() == [
        "the traces part at second 12; 1 rows differ in all",
        "vehicle 2 of trucks, op 0 (gate)",
        "  a: queued 2, started 20, finished 30, departed 30 (done)",
        "  b: queued 2, started 12, finished 22, departed 30 (done)",
        "waiting when second 12 is over, a:",
        "  gate: vehicles 2",
        "waiting when second 12 is over, b:",
        "  nobody",
    ]


def test_a_missing_row_and_a_late_departure_are_differences() -> None:
    trace = _queue()
    short = replace(trace, **{name: getattr(trace, name)[:-1] for name in COLUMNS})
    assert "no such row" in (first_difference(trace, short) or "")
    late = replace(trace, vehicle_left_s=np.array([10, 20, 99]))
    assert "vehicle 2 leaves, a: at 30, b: at 99" in (first_difference(trace, late) or "")
    assert first_difference(trace, _queue()) is None


def test_traces_of_two_plans_are_not_compared() -> None:
    with pytest.raises(ValueError, match="different plans"):
        first_difference(_queue(), compiled.run(random_plan(1)))


# Which engine runs ---------------------------------------------------------------------------------------------


def test_a_numba_that_does_not_suit_its_numpy_leaves_simpy(monkeypatch: pytest.MonkeyPatch) -> None:
    def unsuited(name: str) -> None:
        raise ImportError("Numba needs another NumPy")

    assert resolve_engine() == resolve_engine("compiled") == "compiled"
    monkeypatch.setattr("sim.engines.import_module", unsuited)
    assert resolve_engine() == resolve_engine("compiled") == resolve_engine("simpy") == "simpy"


def test_where_nothing_can_be_written_machine_code_is_made_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def njit(nogil: bool, cache: bool = False) -> Callable[[str], str]:
        if cache:
            raise RuntimeError("no locator available")
        return lambda function: f"compiled {function}"

    monkeypatch.setattr(machine_code, "njit", njit)
    assert machine_code.jit("loop") == "compiled loop"
