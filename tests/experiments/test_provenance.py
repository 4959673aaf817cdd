"""Any row of a dataset can be traced and made again: from what stands in the folder, and from a command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sim
from corridors.fingerprint import fingerprint
from corridors.overlay.proposals import Scenario
from sim.experiments.batch import run_batch
from sim.experiments.shard import code_fingerprint
from sim.experiments.store import Store, open_store
from sim.kpi.waiting import waiting_by_day
from sim.run import RunResult, prepare, run_scenario
from tests.conftest import Told
from tests.helpers.small_batch import lanes, my_port

SCENARIO, REPLICATION = "point_1", 2
KINDS = ("kpis", "facilities", "links", "bottlenecks", "waiting", "dwell")
RECORD = ("seed", "version", "data_fingerprint", "plan_fingerprint", "visits")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    out = tmp_path_factory.mktemp("traced") / "out"
    run_batch(lanes(seed=11), out, my_port(), {})
    return open_store(out)


def rows(store: Store, kind: str) -> list[dict[str, Any]]:
    table = store.read(kind)
    mine = table[(table["scenario"] == SCENARIO) & (table["replication"] == REPLICATION)]
    return [dict(row) for row in mine.drop(columns=["scenario", "replication"]).to_dict("records")]


@pytest.fixture(scope="module")
def repeated(store: Store) -> RunResult:
    """The run again, from the manifest and the row of the run alone."""
    (run,) = rows(store, "runs")
    scenario = Scenario.model_validate(store.scenarios[SCENARIO])
    return run_scenario(prepare(my_port(), scenario, seed=run["seed"], replication=REPLICATION), "simpy")


def test_the_dataset_says_of_which_program_data_seed_and_plan_each_run_is(store: Store) -> None:
    runs = store.read("runs")
    assert set(runs["version"]) == {store.manifest["version"]} == {sim.__version__}
    assert set(runs["data_fingerprint"]) == {store.manifest["data_fingerprint"]} == {fingerprint(my_port())}
    assert set(runs["seed"]) == {store.experiment.seed} == {11}
    assert runs["plan_fingerprint"].str.fullmatch("[0-9a-f]{64}").all()
    assert runs["plan_fingerprint"].is_unique
    assert store.manifest["code_fingerprint"] == code_fingerprint()


@pytest.mark.parametrize("kind", KINDS)
def test_running_it_again_gives_equal_rows(store: Store, repeated: RunResult, kind: str) -> None:
    there = rows(store, kind)
    assert there == getattr(repeated, kind).to_dict("records")
    assert there or kind == "links"


def test_running_it_again_gives_the_same_queues_and_the_same_record(store: Store, repeated: RunResult) -> None:
    assert rows(store, "backlog") == waiting_by_day(repeated.trace).to_dict("records")
    (run,) = rows(store, "runs")
    assert {key: run[key] for key in RECORD} == {key: repeated.record()[key] for key in RECORD}
    assert {key: run[key] for key in repeated.vehicles} == repeated.vehicles


def test_a_command_line_makes_the_same_run(store: Store, bridgehead: Callable[..., Told], mine: Path) -> None:
    """What the manifest says of the scenario, given by hand."""
    told = store.scenarios[SCENARIO]
    (change,) = told["changes"]
    command = ["run", "--data", mine, "--set", f"{change['address']}={change['value']}", "--start", told["start"]]
    command += ["--days", told["days"], "--warmup-days", told["warmup_days"], "--seed", store.experiment.seed]
    answer = bridgehead(*map(str, [*command, "--replication", REPLICATION, "--json", "-"]))
    assert answer.status == 0, answer.err
    (run,) = rows(store, "runs")
    document = json.loads(answer.out)
    assert {key: document["run"][key] for key in RECORD} == {key: run[key] for key in RECORD}
    assert document["kpis"] == rows(store, "kpis")
