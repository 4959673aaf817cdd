"""Batches: the same files for any workers and interruptions; failures are reported and stored."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import yaml

from corridors.findings import DataError
from corridors.io.cache_folder import REUSE
from corridors.load import load_corridor
from corridors.messages import message
from sim.cli import words
from sim.cli.batch import called
from sim.core.failures import reasons
from sim.experiments import batch, shard
from sim.experiments.batch import BatchError, Outcome, Progress, in_turns, run_batch
from sim.experiments.executors import LocalProcesses
from sim.experiments.experiment import Experiment
from sim.experiments.result_schema import KINDS
from sim.experiments.shard import Done, Shard, shards_of
from sim.experiments.staying import workers_that_stay
from sim.experiments.store import StoreError, open_store
from sim.output.kept_servers import KeptServerObserver
from sim.studies.compare import ExperimentResults
from sim.text.names import Language
from tests.conftest import Told
from tests.helpers.small_batch import LANES, lanes, my_port, results
from tests.helpers.workers_that_fail import Deadly


def run(out: Path, experiment: Experiment | None = None, **how: Any) -> Outcome:
    return run_batch(experiment or lanes(), out, my_port(), {}, **how)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of the small experiment, run in this thread from beginning to end."""
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    outcome = run(out)
    assert (outcome.failed, outcome.replications, len(results(out))) == (0, 3, 7)
    return out


def test_every_scenario_meets_the_same_luck_and_more_lanes_mean_less_waiting(undisturbed: Path) -> None:
    store = open_store(undisturbed)
    runs = store.read("runs")
    assert runs.groupby("scenario")["arrived"].apply(tuple).nunique() == 1, "the same trucks come to every scenario"
    assert runs["arrived"].nunique() > 1, "but not in every replication"
    assert (runs["arrived"] == runs["departed"] + runs["in_system"]).all()
    assert runs["plan_fingerprint"].nunique() == 9
    assert set(runs["problems"]) == set(runs["deadlocked"]) == {0}
    kpis = store.read("kpis")
    waits = kpis[(kpis["kpi"] == "wait_h_mean") & (kpis["side"] == "both")].groupby("scenario")["value"].mean()
    assert waits["point_1"] > waits["baseline"] > waits["point_2"]
    for kind in ("facilities", "links", "bottlenecks", "waiting", "dwell"):
        assert store.read(kind).groupby(["scenario", "replication"]).ngroups == 9


def test_a_row_is_what_a_single_run_gives(undisturbed: Path) -> None:
    from sim.run import prepare, run_scenario

    alone = run_scenario(prepare(my_port(), days=4, warmup_days=1, replication=2), "simpy")
    kpis = open_store(undisturbed).read("kpis")
    mine = kpis[(kpis["scenario"] == "baseline") & (kpis["replication"] == 2)].drop(columns=["scenario", "replication"])
    assert mine.to_dict("records") == alone.kpis.to_dict("records")


def test_only_the_tables_that_are_named_are_computed_and_their_rows_are_the_same(
    undisturbed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.kpi import waiting_roots

    def refuse(*args: object) -> None:
        raise AssertionError("computed without need")

    for name in ("waiting_by_root", "with_main_root"):
        monkeypatch.setattr(waiting_roots, name, refuse)
    monkeypatch.setattr(KeptServerObserver, "__init__", refuse)
    outcome = run(tmp_path / "out", lanes(tables=["kpis", "stocks"]))
    assert outcome.failed == 0
    fewer, all_tables = outcome.store, open_store(undisturbed)
    for kind in ("kpis", "stocks", "runs"):
        assert fewer.read(kind).equals(all_tables.read(kind)), kind
    with pytest.raises(DataError, match=r"no_table; expected want\.tables.*found 'waiting_by_root'"):
        fewer.read("waiting_by_root")
    assert ExperimentResults.of(fewer, ("kpis",)).kpis.equals(ExperimentResults.of(all_tables).kpis)
    with pytest.raises(DataError, match="no_table"):
        ExperimentResults.of(fewer)


def test_the_first_replications_alone_and_later_the_others_are_as_all_at_once(
    undisturbed: Path, tmp_path: Path
) -> None:
    assert run(tmp_path / "out", first=2).store.read("runs")["replication"].max() == 1
    assert len(results(tmp_path / "out")) < len(results(undisturbed))
    run(tmp_path / "out")
    assert results(tmp_path / "out") == results(undisturbed)


def test_a_target_is_measured_although_its_table_is_not_named() -> None:
    target = {"kpi": "flow_per_day", "port": "p", "direction": "outbound", "vehicle_class": "all", "relative": 0.1}
    few = lanes(tables=["stocks"], target=target | {"maximum": 9})
    assert few.kinds == ("kpis", "stocks", "runs")
    assert lanes().kinds == tuple(KINDS)


def test_processes_give_the_same_files(undisturbed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also those that have done a batch before: they end with the command."""
    opened: list[LocalProcesses] = []

    def processes(number: int) -> LocalProcesses:
        opened.append(LocalProcesses(number))
        return opened[-1]

    monkeypatch.setattr(batch, "LocalProcesses", processes)
    with workers_that_stay():
        for out in (tmp_path / "one", tmp_path / "two"):
            run(out, workers=2)
            assert results(out) == results(undisturbed)
    assert len(opened) == 1
    with pytest.raises(RuntimeError):
        opened[0].submit(len, ())


def test_any_executor_gives_the_same_files(undisturbed: Path, tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as executor:
        run(tmp_path / "out", executor=executor, workers=2)
    assert results(tmp_path / "out") == results(undisturbed)


def test_the_compiled_engine_in_processes_gives_the_same_figures(undisturbed: Path, tmp_path: Path) -> None:
    run(tmp_path / "first", lanes(engine="compiled", design=None, replications=1))  # Compiles it once for all.
    run(tmp_path / "out", lanes(engine="compiled"), workers=2)
    there, here = open_store(undisturbed), open_store(tmp_path / "out")
    for kind in ("kpis", "runs", "waiting"):
        assert here.read(kind).equals(there.read(kind))


class Backwards(Executor):
    """Runs the last submission first, and only when no other is left."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Future[Any], Callable[..., Any], Any]] = []
        self.most = 0

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **_: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.waiting.append((future, function, arguments))
        self.most = max(self.most, len(self.waiting))
        if len(self.waiting) == 4:
            self.work()
        return future

    def work(self) -> None:
        future, function, arguments = self.waiting.pop()
        future.set_result(function(*arguments))


def test_in_any_order_and_never_more_under_way_than_agreed(
    undisturbed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    executor = Backwards()

    def wait(*_: Any, **__: Any) -> None:
        if executor.waiting:
            executor.work()

    monkeypatch.setattr(batch, "wait", wait)
    run(tmp_path / "out", executor=executor, workers=2)
    assert executor.most == 4
    assert results(tmp_path / "out") == results(undisturbed)


def test_stopped_and_continued_it_is_as_if_nothing_had_happened(undisturbed: Path, tmp_path: Path) -> None:
    answer: list[Progress] = []

    def interrupt(progress: Progress) -> None:
        answer.append(progress)
        if progress.done >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "out", progress=interrupt)
    assert [progress.done for progress in answer] == [0, 2, 4]
    assert (answer[0].left_s, answer[0].total) == (None, 9)
    assert all(progress.left_s is not None and progress.left_s > 0 for progress in answer[1:])
    half = results(tmp_path / "out")
    assert half.items() < results(undisturbed).items()
    answer.clear()
    run(tmp_path / "out", progress=answer.append)
    assert answer[0].done == 4
    assert answer[-1].done == answer[-1].total == 9
    assert results(tmp_path / "out") == results(undisturbed)


def test_what_is_there_is_not_run_again(undisturbed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    shutil.copytree(undisturbed, out)
    (out / "point_1-00002-00002.parquet").unlink()
    ran: list[Shard] = []

    def watched(task: shard.Task) -> Done:
        ran.append(task.shard)
        return shard.run_shard(task)

    monkeypatch.setattr(batch, "run_shard", watched)
    run(out)
    assert ran == [Shard("point_1", 2, 2)]
    assert results(out) == results(undisturbed)


def test_the_world_and_each_scenario_are_made_once_for_all_replications(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    prepare = shard.prepare

    def counted(corridor: Any, scenario: Any, **how: Any) -> Any:
        made.append(scenario.id)
        return prepare(corridor, scenario, **how)

    monkeypatch.setattr(shard, "prepare", counted)
    run(tmp_path, lanes(seed=99))
    assert sorted(made) == ["baseline", "point_1", "point_2"]


def test_another_experiment_is_refused(undisturbed: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(undisturbed, out)
    with pytest.raises(DataError, match=r"experiment\.seed: store\.differs; expected 2; found '1'"):
        run(out, lanes(seed=2))
    assert results(out) == results(undisturbed)


def test_a_run_that_fails_is_a_row_that_says_why_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.kpi import key_figures

    table = key_figures.kpi_table
    seen = count(1)

    def broken_table(trace: Any) -> Any:
        if next(seen) == 2:
            raise ZeroDivisionError("no trucks to divide by")
        return table(trace)

    monkeypatch.setattr(key_figures, "kpi_table", broken_table)
    monkeypatch.setenv(REUSE, "0")  # Figures that another test left would not be computed.
    outcome = run(tmp_path, lanes(design=None))
    assert outcome.failed == 1
    runs = outcome.store.read("runs")
    [row] = runs[runs["failure_stage"].notna()].to_dict("records")
    assert (row["scenario"], row["replication"], row["failure_stage"], row["failure_type"], row["failure_message"]) == (
        "baseline",
        1,
        "measure",
        "ZeroDivisionError",
        "no trucks to divide by",
    )
    assert sorted(outcome.store.read("kpis")["replication"].unique()) == [0, 2]
    assert run(tmp_path, lanes(design=None)).failed == 1, "a failure of the model is a result, and stays one"


def test_figures_that_do_not_add_up_are_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = [message("conservation.idle", "runs", n=1), message("conservation.gap", "runs", n=2)]
    monkeypatch.setattr("sim.output.conservation.check", lambda trace: broken)
    monkeypatch.setenv(REUSE, "0")
    outcome = run(tmp_path, lanes(design=None))
    assert outcome.failed == 3
    assert outcome.store.read("kpis").empty
    runs = outcome.store.read("runs")
    assert set(runs["failure_stage"]) == {"conservation"}
    assert [reasons(text) for text in runs["failure_message"]] == [broken] * 3
    assert set(runs["problems"]) == {2}


def test_a_scenario_that_cannot_be_laid_over_the_world_fails_alone(tmp_path: Path) -> None:
    prepare = shard.prepare

    def refuse(corridor: Any, scenario: Any, **how: Any) -> Any:
        if scenario.id == "point_2":
            raise DataError([])
        return prepare(corridor, scenario, **how)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(shard, "prepare", refuse)
        shard._case.cache_clear()
        outcome = run(tmp_path)
    assert outcome.failed == 3
    runs = outcome.store.read("runs")
    assert set(runs["scenario"][runs["failure_stage"] == "prepare"]) == {"point_2"}


@pytest.mark.parametrize("trouble", [MemoryError("no room"), OSError(errno.EIO, "the disk is tired")])
def test_what_the_machine_is_to_blame_for_is_tried_again_by_the_next_batch(
    undisturbed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    def tired(case: Any, *arguments: Any, **how: Any) -> Any:
        if case.scenario.id == "point_1" and case.settings.replication == 1:
            raise trouble
        return run_scenario(case, *arguments, **how)

    run_scenario = shard.run_scenario
    with monkeypatch.context() as patched:
        patched.setattr(shard, "run_scenario", tired)
        outcome = run(tmp_path)
    assert outcome.failed == 2, "the whole shard"
    runs = outcome.store.read("runs")
    assert set(runs["failure_type"].dropna()) == {type(trouble).__name__}
    assert set(runs["failure_stage"].dropna()) == {"worker"}
    assert run(tmp_path).failed == 0
    assert results(tmp_path) == results(undisturbed)


@pytest.fixture
def deadly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Makes local workers die over one shard, so many times."""
    (tmp_path / "notes").mkdir()

    def arrange(times: int) -> None:
        name = Shard("point_1", 0, 1).file_name
        monkeypatch.setattr(batch, "LocalProcesses", lambda number: Deadly(number, name, times, tmp_path / "notes"))

    return arrange


def test_a_dead_worker_is_replaced_and_what_is_left_goes_on(
    undisturbed: Path, tmp_path: Path, deadly: Callable[[int], None]
) -> None:
    deadly(2)
    assert run(tmp_path / "out", workers=2).failed == 0
    assert results(tmp_path / "out") == results(undisturbed)


def test_a_shard_that_kills_every_worker_is_a_failure_and_the_others_are_done(
    undisturbed: Path, tmp_path: Path, deadly: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    deadly(99)
    outcome = run(tmp_path / "out", workers=2)
    assert outcome.failed == 2
    runs = outcome.store.read("runs")
    assert runs["failure_stage"].dropna().tolist() == ["worker", "worker"]
    assert runs["failure_type"].dropna().tolist() == ["BrokenProcessPool", "BrokenProcessPool"]
    mine, theirs = results(tmp_path / "out"), results(undisturbed)
    assert [name for name in theirs if mine[name] != theirs[name]] == ["point_1-00000-00001.parquet"]
    deaths = len(list((tmp_path / "notes").iterdir()))
    assert deaths <= 2 + batch.RETRIES
    monkeypatch.setattr(batch, "LocalProcesses", LocalProcesses)
    assert run(tmp_path / "out", workers=2).failed == 0, "the next batch tries it again"
    assert results(tmp_path / "out") == theirs


class Refusing(Executor):
    """Takes some work, and then none."""

    def __init__(self, takes: int) -> None:
        self.left = takes

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **_: Any) -> Future[Any]:
        if self.left == 0:
            raise RuntimeError("closed for today")
        self.left -= 1
        future: Future[Any] = Future()
        future.set_result(function(*arguments))
        return future


def test_when_nobody_takes_work_any_more_it_stops_and_keeps_what_it_has(undisturbed: Path, tmp_path: Path) -> None:
    with pytest.raises(BatchError, match="closed for today"):
        run(tmp_path, executor=Refusing(takes=3), workers=1)
    assert len(results(tmp_path)) == 1 + 2, "the manifest, and what had come back before"
    assert run(tmp_path).failed == 0
    assert results(tmp_path) == results(undisturbed)


def test_workers_that_never_bring_anything_do_not_go_on_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shard, "code_fingerprint", lambda: "another")
    with pytest.raises(BatchError, match=r"batch\.no_results\(n=12, why=batch\.foreign_code"):
        run(tmp_path, lanes(replications=12, replications_per_shard=1))


def test_a_full_disk_stops_the_batch_and_the_same_call_goes_on(
    undisturbed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace, seen = os.replace, count()

    def no_room(*arguments: Any) -> None:
        if next(seen) == 4:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        replace(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", no_room)
        with pytest.raises(StoreError, match="disk_full"):
            run(tmp_path)
    assert results(tmp_path).items() < results(undisturbed).items()
    assert len(results(tmp_path)) == 4
    run(tmp_path)
    assert results(tmp_path) == results(undisturbed)


TARGET: dict[str, Any] = {
    "kpi": "vehicles_per_day",
    "port": "my_port",
    "direction": "outbound",
    "vehicle_class": "truck",
    "maximum": 40,
}


def test_rounds_go_on_until_every_scenario_is_sure_enough(tmp_path: Path) -> None:
    one_lane = {"id": "one_lane", "changes": [{"op": "set", "address": "facilities.exit_gate.servers", "value": 1}]}
    asked = lanes(target={**TARGET, "relative": 0.1}, replications=3, design=None, scenarios=[one_lane])
    answer: list[Progress] = []
    outcome = run(tmp_path / "out", asked, progress=answer.append)
    assert outcome.unmet == ()
    assert 4 < outcome.replications < 40
    assert outcome.replications % 2 == 0, "shards are not cut"
    assert len({progress.total for progress in answer}) > 1, "there was more than one round"
    runs = outcome.store.read("runs")
    assert set(runs.groupby("scenario").size()) == {outcome.replications}

    def interrupt(progress: Progress) -> None:
        if progress.done >= 14:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "stopped", asked, progress=interrupt)
    assert run(tmp_path / "stopped", asked).replications == outcome.replications
    assert results(tmp_path / "stopped") == results(tmp_path / "out")


def test_a_target_out_of_reach_ends_at_the_maximum_and_is_told(tmp_path: Path) -> None:
    outcome = run(tmp_path, lanes(design=None, target={**TARGET, "half_width": 0.001, "maximum": 7}, replications=2))
    assert (outcome.replications, outcome.unmet) == (7, ("baseline",))
    assert len(outcome.store.read("runs")) == 7


def test_a_figure_of_traffic_that_is_not_there_is_no_target(tmp_path: Path) -> None:
    asked = lanes(design=None, target={**TARGET, "direction": "inbound", "relative": 0.1}, replications=2)
    with pytest.raises(DataError, match=r"target\.no_traffic"):
        run(tmp_path, asked)


# The command


Bridgehead = Callable[..., Told]


@pytest.fixture
def file(mine: Path) -> Path:
    """The small experiment as a file beside a new data folder."""
    asked = {"id": "lanes", "title_en": "Gate lanes", "title_zh": "卡口通道", "days": 4, "warmup_days": 1}
    path = mine.parent / "lanes.yaml"
    path.write_text(yaml.safe_dump(asked | {"replications": 2, "design": LANES}), encoding="utf-8")
    return path


def test_the_command_runs_tells_and_goes_on(bridgehead: Bridgehead, mine: Path, file: Path, tmp_path: Path) -> None:
    command = ("batch", file, "--out", tmp_path / "out", "--data", mine, "--workers", 1)
    answer = bridgehead(*command)
    assert (answer.status, answer.err) == (0, "")
    assert "Gate lanes: 3 scenarios, 2 replications each, 4 days from 2025-01-01" in answer.out
    assert f"6 runs saved in {tmp_path / 'out'}" in answer.out
    before = results(tmp_path / "out")
    assert bridgehead(*command).status == 0
    assert results(tmp_path / "out") == before
    assert "卡口通道：3个情景" in bridgehead(*command, "--language", "zh").out


def test_an_experiment_by_its_id_and_checked(bridgehead: Bridgehead, mine: Path, file: Path, tmp_path: Path) -> None:
    (mine / "experiments").mkdir()
    file.rename(mine / "experiments" / "lanes.yaml")
    assert bridgehead("batch", "lanes", "--out", tmp_path / "out", "--data", mine, "--workers", 1).status == 0
    unknown = bridgehead("batch", "lane", "--out", tmp_path / "out", "--data", mine)
    assert (unknown.status, unknown.out) == (2, "")
    assert "did you mean 'lanes'" in unknown.err
    assert bridgehead("check", "--data", mine).status == 0
    text = (mine / "experiments" / "lanes.yaml").read_text(encoding="utf-8")
    (mine / "experiments" / "lanes.yaml").write_text(text.replace("exit_gate", "exit_gat"), encoding="utf-8")
    answer = bridgehead("check", "--data", mine)
    assert answer.status == 2
    assert "'exit_gate'" in answer.err


def test_a_warm_up_that_gives_way_to_few_days_is_told(
    bridgehead: Bridgehead, mine: Path, file: Path, tmp_path: Path
) -> None:
    asked = yaml.safe_load(file.read_text(encoding="utf-8"))
    del asked["warmup_days"]
    parameters = mine / "parameters.csv"
    text = parameters.read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if line.startswith("run_warmup_days"))
    id, _, *rest = row.split(",")
    parameters.write_text(text.replace(row, ",".join([id, "31", *rest])), encoding="utf-8")
    file.write_text(yaml.safe_dump(asked), encoding="utf-8")
    answer = bridgehead("batch", file, "--out", tmp_path / "out", "--data", mine, "--workers", 1)
    assert "a warm-up of 31 days does not fit into 4 days" in answer.err


def test_an_experiment_without_a_title_is_told_what_it_lacks(bridgehead: Bridgehead, mine: Path, file: Path) -> None:
    """And not what it has too much for a scenario, which needs no title."""
    file.write_text("{id: lanes, title_en: Lanes, days: 4, replications: 2}", encoding="utf-8")
    answer = bridgehead("check", file, "--data", mine)
    assert answer.status == 2
    assert "title_zh" in answer.err
    assert "A required key is missing" in answer.err


def test_ctrl_c_says_how_to_go_on(
    bridgehead: Bridgehead, mine: Path, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = count()

    def interrupted(task: shard.Task) -> Done:
        if next(seen) == 2:
            raise KeyboardInterrupt
        return shard.run_shard(task)

    command = ("batch", file, "--out", tmp_path / "out", "--data", mine, "--workers", 1)
    with monkeypatch.context() as patched:
        patched.setattr(batch, "run_shard", interrupted)
        answer = bridgehead(*command)
    assert (answer.status, answer.out) == (1, "")
    assert "Stopped" in answer.err
    assert "4 of 6 runs are saved" in answer.err
    assert bridgehead(*command).status == 0


def test_failed_runs_are_told_and_end_with_status_1(
    bridgehead: Bridgehead, mine: Path, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = [message("conservation.waiting_balance", "runs", facility="gate", over_time=1, over_visits=2)]
    monkeypatch.setattr("sim.output.conservation.check", lambda trace: broken)
    monkeypatch.setenv(REUSE, "0")
    answer = bridgehead("batch", file, "--out", tmp_path / "out", "--data", mine, "--workers", 1)
    assert answer.status == 1
    assert "6 of 6 runs failed" in answer.err
    assert "gate: waiting time does not balance: 1 s over time, 2 s over visits" in answer.err
    answer = bridgehead("batch", file, "--out", tmp_path / "out", "--data", mine, "--workers", 1, "--language", "zh")
    assert "gate：等待时间不平衡" in answer.err


def test_wrong_input_of_a_batch(bridgehead: Bridgehead, mine: Path, file: Path, tmp_path: Path) -> None:
    here = ("--out", tmp_path / "out", "--data", mine)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").touch()
    for arguments, part in (
        ((file, "--data", mine), "--out"),
        ((file, *here, "--workers", 0), "--workers"),
        ((file, *here, "--workers", 2, "--dask", "tcp://127.0.0.1:1"), "either --workers or --dask"),
        ((tmp_path / "none.yaml", *here), "none.yaml"),
        (
            ("lane", *here),
            "expected a file, or an id in the folder of experiments; found 'lane'",
        ),
        ((file, "--out", tmp_path / "full", "--data", mine), "thesis.txt"),
    ):
        answer = bridgehead("batch", *arguments)
        assert answer.status == 2, arguments
        assert part in answer.err
        assert "Traceback" not in answer.err
    assert not (tmp_path / "out").exists()


def test_without_dask_it_says_what_to_install(
    bridgehead: Bridgehead, mine: Path, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    answer = bridgehead("batch", file, "--out", tmp_path / "out", "--data", mine, "--dask", "tcp://127.0.0.1:1")
    assert answer.status == 2
    assert "bridgehead[dask]" in answer.err


def test_the_small_experiment_is_of_the_world_that_new_makes(mine: Path) -> None:
    assert load_corridor(mine) == my_port()


@pytest.mark.parametrize(("language", "answer"), [("en", "Second line (line)"), ("zh", "第二条线（line）")])
def test_a_failed_run_is_told_by_the_title_of_its_scenario_and_its_id(language: Language, answer: str) -> None:
    words.use(language)
    assert called("line", {"title_en": "Second line", "title_zh": "第二条线"}) == answer
    assert called("baseline", {"title_en": "", "title_zh": ""}) == "baseline"


def test_workers_take_different_replications_and_scenarios_of_the_same_ones_next() -> None:
    """A worker that runs what another one runs at the same time cannot use its figures."""
    shards = shards_of(["base", "more"], 5, 1)
    assert in_turns(shards, ["base", "more"], 1) == shards
    order = [(one.scenario, one.first) for one in in_turns(shards, ["base", "more"], 2)]
    assert order[:4] == [("base", 0), ("base", 1), ("more", 0), ("more", 1)]
    assert order[-2:] == [("base", 4), ("more", 4)]
    assert sorted(order) == sorted((one.scenario, one.first) for one in shards)
    for workers in (5, 8):
        in_turn = [one.scenario for one in in_turns(shards, ["base", "more"], workers)]
        assert in_turn == ["base"] * 5 + ["more"] * 5
    rest = [one for one in shards if one.scenario == "more" and one.first > 2]
    assert in_turns(rest, ["base", "more"], 2) == rest
    assert in_turns([], ["base"], 2) == []
