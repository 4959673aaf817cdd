"""Effect of one more unit of capacity at bottlenecks: shorter dwell time at a busy gate."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from corridors.overlay.changes import apply, from_settings
from sim.kpi.waiting import waiting_by_cause, waiting_by_day
from sim.run import RunResult, prepare, run_scenario
from sim.studies.marginal_capacity import Marginal, candidates, marginal, one_more
from tests.conftest import Told
from tests.helpers.small_batch import my_port
from tests.helpers.small_border import small_border


@pytest.fixture(scope="module")
def run() -> RunResult:
    """The template port with a single gate lane."""
    world = apply(my_port(), from_settings(["facilities.exit_gate.servers=1"]))
    return run_scenario(prepare(world, days=10, warmup_days=2), "simpy")


@pytest.fixture(scope="module")
def found(run: RunResult) -> Marginal:
    return marginal(run, replications=3, most=2)


def test_candidates_are_the_worst_bottlenecks_each_once(run: RunResult) -> None:
    worst = candidates(run, most=10)
    assert len({one.thing for one in worst}) == len(worst) >= 1
    assert [one.hours for one in worst] == sorted((one.hours for one in worst), reverse=True)
    assert candidates(run, most=1) == worst[:1]


def test_one_more_of_the_worst_shortens_the_stay(found: Marginal) -> None:
    first = found.candidates[0]
    row = found.comparison.effect(first.scenario, first.traffic.port, first.traffic.klass, "dwell_h_mean")
    assert row
    assert row.n == 3
    assert row.difference < 0
    assert found.comparison.main_target(first.scenario) == first.traffic


def test_every_kind_of_bottleneck_can_have_one_more() -> None:
    world = small_border()
    facility = next(iter(world.facilities))
    link = next(id for id, row in world.links.items() if row.paths_per_day is not None)
    road = next(id for id, row in world.links.items() if row.paths_per_day is None)
    assert [str(change) for change in one_more(world, facility)] == [f"facilities.{facility}.servers=+1"]
    assert [str(change) for change in one_more(world, link)] == [f"links.{link}.paths_per_day=+1"]
    assert one_more(world, road) == ()
    quota = next(id for id, row in world.stocks.items() if row.daily_quota is not None)
    assert f"stocks.{quota}.daily_quota=+1" in [str(change) for change in one_more(world, quota)]
    apply(world, one_more(world, quota))
    assert one_more(world, "nowhere") == ()


def test_the_days_of_waiting_add_up_to_all_waiting(run: RunResult) -> None:
    days = waiting_by_day(run.trace)
    measured = days[days["day"] >= 2].groupby(["port", "direction", "class"])["vehicles_waiting"].sum() * 24
    waiting = waiting_by_cause(run.trace)
    hours = waiting[waiting["port"] != ""].groupby(["port", "direction", "class"])["hours"].sum()
    assert measured[measured > 0].to_dict() == pytest.approx(hours.to_dict())
    assert set(days["day"]) == set(range(10))


def test_the_command_shows_and_keeps_what_one_more_would_give(
    bridgehead: Callable[..., Told], mine: Path, tmp_path: Path
) -> None:
    file = tmp_path / "bottlenecks.json"
    asked = ("--marginal", "--replications", 2, "--top", 1, "--days", 6, "--workers", 1, "--engine", "simpy")
    answer = bridgehead("bottlenecks", "--data", mine, *asked, "--json", file)
    assert answer.status == 0, answer.err
    assert "Effect of one more unit of capacity" in answer.out
    document = json.loads(file.read_text(encoding="utf-8"))
    assert document["bottlenecks"]
    assert document["marginal"]["rows"]
