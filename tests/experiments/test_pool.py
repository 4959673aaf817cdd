"""Workers for many batches at once: jobs of one kind stay with one worker, and a worker that dies is replaced."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.experiments import pool
from sim.experiments.batch import run_batch
from sim.experiments.executors import LocalProcesses, SerialExecutor, Workers
from sim.experiments.pool import Pool
from sim.experiments.shard import Shard
from tests.helpers.processes import PATIENCE_S
from tests.helpers.small_batch import lanes, my_port, results
from tests.helpers.workers_that_fail import Deadly


def not_started(number: int) -> Workers:
    """A worker that is this process, so that no test of the order of jobs starts one."""
    return SerialExecutor()


def test_jobs_of_one_key_stay_with_one_worker_as_long_as_others_have_other_keys(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool, "LocalProcesses", not_started)
    both_begin = threading.Barrier(2)
    seen: dict[str, list[Workers]] = defaultdict(list)

    def job(key: str) -> Callable[[Workers], None]:
        def work(workers: Workers) -> None:
            if len(seen[key]) < 2:
                both_begin.wait(PATIENCE_S)
            seen[key].append(workers)

        return work

    with Pool(2) as two:
        two.run((key, job(key)) for _ in range(2) for key in "ab")
    assert {key: len(set(map(id, some))) for key, some in seen.items()} == {"a": 1, "b": 1}
    assert seen["a"][0] is not seen["b"][0]


def test_a_worker_without_jobs_of_its_key_helps_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "LocalProcesses", not_started)
    both_at_work = threading.Barrier(2)
    with Pool(2) as two:
        two.run(("a", lambda workers: both_at_work.wait(PATIENCE_S) and None) for _ in range(2))


@pytest.mark.parametrize("number", [1, 2])
def test_after_a_job_that_fails_no_other_begins(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "LocalProcesses", not_started)
    begun: list[int] = []

    def fails(workers: Workers) -> None:
        begun.append(1)
        raise ValueError("the first")

    with pytest.raises(ValueError, match="the first"), Pool(number) as some:
        some.run(("a", fails) for _ in range(9))
    assert len(begun) <= number


def test_a_process_that_dies_is_replaced_and_the_files_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone, world = tmp_path / "alone", my_port()
    run_batch(lanes(), alone, world, {})
    deadly = Shard("baseline", 0, 1).file_name
    monkeypatch.setattr(pool, "LocalProcesses", lambda number: Deadly(number, deadly, 1, tmp_path))
    with Pool(2) as two:
        two.run(
            (out, lambda workers, out=out: run_batch(lanes(), tmp_path / out, world, {}, workers=workers) and None)
            for out in ("one", "two")
        )
    assert list(tmp_path.glob("death_*"))
    assert results(tmp_path / "one") == results(tmp_path / "two") == results(alone)


def test_a_pool_ends_its_processes() -> None:
    with Pool(2) as two:
        those = list(two._workers)
    assert all(isinstance(one, LocalProcesses) for one in those)
    with pytest.raises(RuntimeError):
        those[0].submit(len, ())
