"""Provenance: any stored row can be reproduced, from the folder of results and from a command line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import sim
from corridors.fingerprint import fingerprint
from corridors.io.folders import data_root
from corridors.overlay.proposals import Scenario
from sim.experiments.batch import run_batch
from sim.experiments.shard import code_fingerprint, fingerprint_of_code
from sim.experiments.store import Store, open_store
from sim.kpi.waiting import waiting_by_day
from sim.run import RunResult, prepare, run_scenario
from tests.conftest import Told
from tests.helpers.processes import PYTHON, run
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
    return plain(mine.drop(columns=["scenario", "replication"]))


def plain(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table; a missing value is None, which equals itself."""
    return [dict(row) for row in table.astype(object).where(table.notna(), None).to_dict("records")]


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
    assert there == plain(getattr(repeated, kind))
    assert there or kind == "links"


def test_running_it_again_gives_the_same_queues_and_the_same_record(store: Store, repeated: RunResult) -> None:
    assert rows(store, "backlog") == waiting_by_day(repeated.trace).to_dict("records")
    (run,) = rows(store, "runs")
    assert {key: run[key] for key in RECORD} == {key: repeated.record()[key] for key in RECORD}
    assert {key: run[key] for key in repeated.vehicles} == repeated.vehicles


def test_a_command_line_makes_the_same_run(store: Store, bridgehead: Callable[..., Told], mine: Path) -> None:
    """What the manifest says of the scenario, given by hand."""
    words = store.scenarios[SCENARIO]
    (change,) = words["changes"]
    command = ["run", "--data", mine, "--set", f"{change['address']}={change['value']}", "--start", words["start"]]
    command += ["--days", words["days"], "--warmup-days", words["warmup_days"], "--seed", store.experiment.seed]
    answer = bridgehead(*map(str, [*command, "--replication", REPLICATION, "--json", "-"]))
    assert answer.status == 0, answer.err
    (run,) = rows(store, "runs")
    document = json.loads(answer.out)
    assert {key: document["run"][key] for key in RECORD} == {key: run[key] for key in RECORD}
    assert [row for row in document["kpis"] if row["value"] is not None] == rows(store, "kpis")


ROOT = Path(sim.__file__).parents[1]


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source of the program, to be changed."""
    root = tmp_path_factory.mktemp("code")
    for room in ("corridors", "sim"):
        shutil.copytree(ROOT / room, root / room, ignore=shutil.ignore_patterns("__pycache__", "_data"))
    shutil.copytree(data_root() / "schema", root / "data" / "schema")
    return root


def after_a_change(root: Path, file: str) -> str:
    """The fingerprint with a comment added to a file, which is then restored."""
    path = root / file
    before = path.read_bytes()
    path.write_bytes(before + b"# changed\n")
    try:
        return fingerprint_of_code(root)
    finally:
        path.write_bytes(before)


def test_the_fingerprint_of_the_code_is_that_of_its_source(copied: Path) -> None:
    assert fingerprint_of_code(copied) == code_fingerprint()


@pytest.mark.parametrize(
    "file",
    [
        "corridors/model.py",
        "corridors/checks/capacity.py",
        "sim/core/rules.py",
        "sim/compile/variates.py",
        "sim/engines/loop.py",
        "sim/output/intervals.py",
        "sim/kpi/waiting.py",
        "sim/statistics/intervals.py",
        "sim/experiments/shard.py",
        "sim/run.py",
        "data/schema/kpis.csv",
        "data/schema/step_kinds.csv",
    ],
)
def test_a_change_in_a_room_that_can_change_a_run_changes_the_fingerprint(copied: Path, file: str) -> None:
    assert after_a_change(copied, file) != code_fingerprint()


@pytest.mark.parametrize(
    "file",
    [
        "sim/reports/run_report.py",
        "sim/text/catalogue.py",
        "sim/text/en/common.po",
        "sim/studies/threshold_sweep.py",
        "sim/cli/run.py",
        "sim/__main__.py",
        "data/schema/facilities.csv",
    ],
)
def test_a_change_in_any_other_room_does_not_change_the_fingerprint(copied: Path, file: str) -> None:
    assert after_a_change(copied, file) == code_fingerprint()


def test_a_wheel_has_the_fingerprint_of_its_checkout(copied: Path, tmp_path: Path) -> None:
    shutil.copytree(copied, tmp_path / "wheel")
    (tmp_path / "wheel" / "data").rename(tmp_path / "wheel" / "corridors" / "_data")
    assert fingerprint_of_code(tmp_path / "wheel") == code_fingerprint()


def test_a_new_module_in_such_a_room_changes_the_fingerprint(copied: Path) -> None:
    (copied / "sim" / "kpi" / "extra.py").write_text("", encoding="utf-8")
    try:
        assert fingerprint_of_code(copied) != code_fingerprint()
    finally:
        (copied / "sim" / "kpi" / "extra.py").unlink()


def test_a_run_imports_no_code_beyond_the_fingerprint() -> None:
    """But for the words of names, which change no figure."""
    code = (
        "import sys; from sim.experiments.shard import RESULT_ROOMS; from sim.run import *;"
        "import sim.experiments.batch;"
        "from tests.helpers.small_batch import my_port; run_scenario(prepare(my_port()), 'simpy');"
        "rooms = tuple(r.removesuffix('.py').replace('/', '.') for r in RESULT_ROOMS);"
        "ours = [n for n in sys.modules if n.split('.')[0] in ('corridors', 'sim') and n not in ('sim', 'sim.text')];"
        "print(*[n for n in ours if not any(n == r or n.startswith(r + '.') for r in rooms)])"
    )
    assert set(run([*PYTHON, code]).stdout.split()) <= {"sim.text.names", "sim.text.catalogue"}
