"""Workers that stay from one batch of a command to the next, and end with it."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

import sim
from sim.experiments.executors import SerialExecutor
from sim.experiments.staying import local_workers, workers_for, workers_that_stay
from tests.helpers.processes import PATIENCE_S


class Noted(SerialExecutor):
    """Workers that note whether they were closed."""

    started: list[Noted]

    def __init__(self, number: int) -> None:
        self.number = number
        self.closed = 0
        self.started.append(self)

    def close(self) -> None:
        self.closed += 1


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> list[Noted]:
    monkeypatch.setattr(Noted, "started", [], raising=False)
    return Noted.started


def batch(number: int = 2, fails: type[BaseException] | None = None) -> None:
    with local_workers(number, Noted):
        if fails:
            raise fails


def test_batches_of_a_command_share_workers_that_end_with_it(started: list[Noted]) -> None:
    with workers_that_stay():
        batch()
        batch()
        with workers_that_stay():  # A command inside another one.
            batch(3)
        assert [(one.number, one.closed) for one in started] == [(2, 0), (3, 0)]
    assert [one.closed for one in started] == [1, 1]


def test_other_batches_have_separate_workers(started: list[Noted]) -> None:
    batch()
    with workers_that_stay():
        batch()
    batch()
    assert [one.closed for one in started] == [1, 1, 1]


def test_studies_of_a_command_share_workers_too(started: list[Noted], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.experiments.executors.LocalProcesses", Noted)
    with workers_that_stay():
        batch()
        for _ in range(2):
            with workers_for(2) as those:
                assert those.submit(abs, -1).result() == 1
        with workers_for(1):
            assert [(one.number, one.closed) for one in started] == [(2, 0)]
    with workers_for(2):
        pass
    assert [one.closed for one in started] == [1, 1]


def test_only_the_shared_workers_start_local_processes() -> None:
    """A study that starts its own leaves those of its command idle, with all that they keep."""
    room = Path(sim.__file__).parent
    named = {path.name for path in room.rglob("*.py") if "LocalProcesses" in path.read_text("utf-8")}
    assert named == {"executors.py", "staying.py", "batch.py", "pool.py"}


@pytest.mark.parametrize("fails", [ValueError, KeyboardInterrupt])
def test_a_batch_that_fails_ends_its_workers_and_the_next_has_new_ones(
    started: list[Noted], fails: type[BaseException]
) -> None:
    with workers_that_stay():
        batch()
        with pytest.raises(fails):
            batch(fails=fails)
        batch()
        assert [one.closed for one in started] == [1, 0]
    assert [one.closed for one in started] == [1, 1]


def test_a_command_that_is_stopped_ends_its_workers(started: list[Noted]) -> None:
    def command() -> None:
        with workers_that_stay():
            batch()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        command()
    assert [one.closed for one in started] == [1]


def test_another_thread_does_not_use_them(started: list[Noted]) -> None:
    with workers_that_stay():
        batch()
        other = threading.Thread(target=batch)
        other.start()
        other.join(PATIENCE_S)
        assert not other.is_alive()
        assert [one.closed for one in started] == [0, 1]
