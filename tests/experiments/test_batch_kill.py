"""Batches that are killed at any moment: the folder is always complete, and the next call continues."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from corridors.overlay.proposals import to_yaml
from sim.experiments.batch import run_batch
from sim.experiments.store import open_store
from tests.helpers.processes import BRIDGEHEAD, PATIENCE_S, in_terminal, last_texts, texts_of, until
from tests.helpers.small_batch import lanes, my_port, results
from tests.helpers.workers_that_fail import die_or_work

ROOT = Path(__file__).parents[2]
MANY = {"replications": 6, "replications_per_shard": 1}
"""Eighteen short shards: there is often something being saved when a kill comes."""

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no process groups to kill")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "lanes.yaml"
    path.write_text(to_yaml(lanes(**MANY)), encoding="utf-8")
    return path


def started(file: Path, out: Path) -> AbstractContextManager[subprocess.Popen[str]]:
    """The command with two processes, in a separate process group that is killed at the end."""
    command = [*BRIDGEHEAD, "batch", str(file), "--out", str(out), "--workers", "2"]
    command += ["--data", str(ROOT / "data" / "template")]
    return in_terminal(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def shards(out: Path) -> int:
    return len(list(out.glob("*.parquet")))


def look(out: Path) -> None:
    """There are results that anybody can read, or, soon after the start, none at all."""
    if (out / "_manifest.json").exists():
        open_store(out).saved()
    else:
        assert shards(out) == 0


def nobody_left(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def kill_and_go_on(file: Path, folder: Path, kills: int, luck: random.Random) -> None:
    """Kill the whole program at random moments, again and again; look at the folder each time, and at its end."""
    run_batch(lanes(**MANY), folder / "undisturbed", my_port(), {})
    killed = 0
    while killed < kills:
        out = folder / f"out_{killed}"
        complete = False
        while not complete and killed < kills:
            complete = run_and_kill(file, out, luck)
            killed += not complete
            look(out)
        with started(file, out) as process:
            answer = texts_of(process)
        assert process.returncode == 0, answer
        assert results(out) == results(folder / "undisturbed")
        assert list(out.glob(".*")) == []


def run_and_kill(file: Path, out: Path, luck: random.Random) -> bool:
    """Kill it after so many results and a moment more, often in its first second; whether it was complete by then."""
    with started(file, out) as process:
        there = shards(out) + luck.randrange(5)
        until(lambda: shards(out) >= there or process.poll() is not None)
        time.sleep(luck.random() * 0.3)
        return process.poll() is not None


@posix
def test_killed_at_random_moments_nothing_is_half_and_nothing_is_lost(file: Path, tmp_path: Path) -> None:
    kill_and_go_on(file, tmp_path, 3, random.Random(4))


@posix
@pytest.mark.slow
def test_killed_fifty_times(file: Path, tmp_path: Path) -> None:
    kill_and_go_on(file, tmp_path, 50, random.Random(50))


@posix
@pytest.mark.parametrize("whom", ["everybody", "the parent"])
def test_ctrl_c_ends_at_once_says_how_to_go_on_and_leaves_nobody(file: Path, tmp_path: Path, whom: str) -> None:
    """A terminal interrupts the whole group; `kill -INT` the parent alone.

    The batch is long, so that it is not complete before the signal arrives on a busy machine.
    """
    out = tmp_path / "out"
    file.write_text(to_yaml(lanes(**MANY | {"replications": 100})), encoding="utf-8")
    with started(file, out) as process:
        until(lambda: shards(out) > 2)
        (os.killpg if whom == "everybody" else os.kill)(process.pid, signal.SIGINT)
        _, answer = texts_of(process)
        assert process.returncode == 1
        assert "of 300 runs are saved" in answer
        assert "Traceback" not in answer
        until(lambda: nobody_left(process.pid), 10)
    look(out)


@posix
def test_workers_do_not_outlive_a_killed_parent(file: Path, tmp_path: Path) -> None:
    with started(file, tmp_path / "out") as process:
        until(lambda: shards(tmp_path / "out") > 0)
        process.kill()
        process.wait(PATIENCE_S)
        until(lambda: nobody_left(process.pid), 10)


# Dask: a real scheduler and real workers on this machine


@pytest.fixture
def distributed() -> Any:
    return pytest.importorskip("distributed", reason="Dask is an extra: pip install 'bridgehead[dask]'")


@contextmanager
def dask_process(role: str, scheduler_file: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", f"distributed.cli.dask_{role}", "--scheduler-file", str(scheduler_file)]
    command += ["--host", "127.0.0.1", "--no-dashboard", *options]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait(PATIENCE_S)


class Cluster:
    """A scheduler and two workers, each one process; only :meth:`replace` restarts a dead one."""

    def __init__(self, distributed: Any, folder: Path) -> None:
        self.known = folder / "scheduler.json"
        self._running = ExitStack()
        self._running.enter_context(dask_process("scheduler", self.known, "--port", "0"))
        self.workers = [self._worker(), self._worker()]
        until(self.known.exists)
        with distributed.Client(scheduler_file=str(self.known), timeout=300) as client:
            client.wait_for_workers(2, timeout=300)
            self.address = str(client.scheduler.address)

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def _worker(self) -> subprocess.Popen[bytes]:
        return self._running.enter_context(dask_process("worker", self.known, "--nthreads", "1", "--no-nanny"))

    def replace(self, number: int) -> None:
        """Kill a worker and start another."""
        self.workers[number].kill()
        self.workers[number] = self._worker()

    @contextmanager
    def batch(self, file: Path, out: Path) -> Iterator[subprocess.Popen[str]]:
        """The command on this cluster; nothing of it is left behind."""
        command = [*BRIDGEHEAD, "batch", str(file), "--out", str(out), "--dask", self.address]
        command += ["--data", str(ROOT / "data" / "template")]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            yield process
        finally:
            process.kill()
            last_texts(process)


def test_a_dask_cluster_of_which_a_worker_is_killed_gives_the_same_files(
    distributed: Any, tmp_path: Path, file: Path
) -> None:
    run_batch(lanes(**MANY), tmp_path / "undisturbed", my_port(), {})
    out = tmp_path / "out"
    with Cluster(distributed, tmp_path) as cluster, cluster.batch(file, out) as process:
        until(lambda: shards(out) > 2)
        cluster.workers[0].kill()
        answer = texts_of(process)
    assert process.returncode == 0, answer
    assert results(out) == results(tmp_path / "undisturbed")


@pytest.mark.slow
def test_dask_workers_and_the_program_killed_fifty_times(distributed: Any, tmp_path: Path, file: Path) -> None:
    """At a random moment a worker, which is replaced, or the program itself, whichever the lot falls on."""
    run_batch(lanes(**MANY), tmp_path / "undisturbed", my_port(), {})
    luck, killed, batches = random.Random(50), Counter[str](), 0
    with Cluster(distributed, tmp_path) as cluster:
        while killed.total() < 50:
            out = tmp_path / f"out_{batches}"
            while not complete_on_dask(cluster, file, out, luck, killed):
                look(out)
            assert results(out) == results(tmp_path / "undisturbed")
            assert list(out.glob(".*")) == []
            batches += 1
    print(f"killed {dict(killed)} in {batches} batches")
    assert min(killed["worker"], killed["program"]) > 10


def complete_on_dask(cluster: Cluster, file: Path, out: Path, luck: random.Random, killed: Counter[str]) -> bool:
    """Start the command; kill workers under it, or it, fifty in all; whether it came to its end and all is there.

    It may end with status 1: a shard under which several workers died is given up, and left to the next call.
    """
    with cluster.batch(file, out) as process:
        while killed.total() < 50:
            there = shards(out) + luck.randrange(5)
            until(lambda there=there: shards(out) >= there or process.poll() is not None)
            time.sleep(luck.random() * 0.3)
            if process.poll() is not None:
                break
            if luck.random() < 0.5:
                killed["program"] += 1
                return False
            killed["worker"] += 1
            cluster.replace(luck.randrange(2))
        texts_of(process)
        return process.returncode == 0


class Deadly(Executor):
    """A Dask cluster of which a worker dies over one shard, every time."""

    def __init__(self, executor: Executor, file_name: str, notes: Path) -> None:
        self._executor, self._deadly = executor, (file_name, 99, notes)

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **_: Any) -> Future[Any]:
        return self._executor.submit(die_or_work, (function, *arguments, *self._deadly))


@pytest.mark.slow
def test_a_shard_that_kills_dask_workers_fails_alone(distributed: Any, tmp_path: Path) -> None:
    with (
        distributed.LocalCluster(2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        deadly = Deadly(client.get_executor(pure=False), "point_1-00000-00001.parquet", tmp_path)
        outcome = run_batch(lanes(), tmp_path / "out", my_port(), {}, executor=deadly, workers=2)
    assert outcome.failed == 2
    runs = outcome.store.read("runs")
    assert runs["failure_type"].dropna().tolist() == ["KilledWorker", "KilledWorker"]
    assert len(runs) == 9


def test_no_dask_scheduler_at_that_address_is_told(
    distributed: Any, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bridgehead: Callable[..., Any]
) -> None:
    monkeypatch.setattr("sim.cli.batch.DASK_PATIENCE_S", 1)
    for address in ("tcp://127.0.0.1:9", "nowhere://"):
        answer = bridgehead("batch", file, "--out", tmp_path / "out", "--dask", address)
        assert answer.status == 2
        assert address in answer.err
        assert "Traceback" not in answer.err
