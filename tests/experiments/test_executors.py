"""Processes of this machine: whatever one of them dies of, and whenever, the caller learns it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool

import pytest

from sim.core.freed_memory import OWN_PROCESS
from sim.experiments import executors
from sim.experiments.executors import LocalProcesses, SerialExecutor
from tests.helpers import processes
from tests.helpers.workers_that_fail import LONG, die_while_sending, sleep

PATIENCE_S = 120


def within_patience(action: Callable[[], None]) -> bool:
    """Whether the action ends; in another thread, so that the test fails rather than hangs."""
    thread = threading.Thread(target=action, daemon=True)
    thread.start()
    thread.join(PATIENCE_S)
    return not thread.is_alive()


def started(number: int) -> LocalProcesses:
    those = LocalProcesses(number)
    assert those.submit(len, "abc").result(PATIENCE_S) == 3
    return those


def test_a_worker_that_dies_in_the_middle_of_a_result_fails_all_calls() -> None:
    """The result is longer than the buffer of a pipe, so half of it has arrived."""
    those = started(2)
    calls: list[Future[object]] = [those.submit(sleep, 10 * PATIENCE_S), those.submit(die_while_sending, LONG)]
    for call in calls:
        with pytest.raises(BrokenProcessPool):
            call.result(PATIENCE_S)
    with pytest.raises(BrokenProcessPool):
        those.submit(len, "abc")
    assert within_patience(those.close)


def test_after_that_new_ones_do_the_work() -> None:
    those = started(2)
    with pytest.raises(BrokenProcessPool):
        those.submit(die_while_sending, LONG).result(PATIENCE_S)
    assert within_patience(those.renew)
    assert those.submit(len, "abcd").result(PATIENCE_S) == 4
    assert within_patience(those.close)


def test_closing_ends_workers_whatever_they_do() -> None:
    """As Ctrl-C does: one sleeps, one sends, and the other calls have not begun."""
    those = started(2)
    calls = [those.submit(sleep, 10 * PATIENCE_S), *(those.submit(bytes, LONG) for _ in range(9))]
    calls[1].result(PATIENCE_S)
    assert within_patience(those.close)
    assert all(call.done() for call in calls)


FREED = """
import numpy as np
from sim.experiments.executors import SerialExecutor

def held_mb():
    return int(open("/proc/self/statm").read().split()[1]) * 4096 / 1e6

SerialExecutor()
before = held_mb()
large = np.ones(12_500_000)
after = np.ones(1000)
del large
print(held_mb() - before < 50)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the allocator is that of glibc")
def test_a_library_call_leaves_the_allocator_of_its_process_as_it_is() -> None:
    assert processes.run([*processes.PYTHON, FREED]).stdout.strip() == "True"


def test_the_process_of_a_command_keeps_the_memory_it_frees(monkeypatch: pytest.MonkeyPatch) -> None:
    called = []
    monkeypatch.setattr(executors, "keep_freed_memory", lambda: called.append(True))
    monkeypatch.setattr(executors, "OWN_PROCESS", threading.Event())
    SerialExecutor()
    assert called == []
    executors.OWN_PROCESS.set()
    SerialExecutor()
    assert called == [True]
    assert not OWN_PROCESS.is_set()
    answer = processes.run([*processes.PYTHON, PROGRAM])
    assert answer.stdout.split()[-1] == "True"


PROGRAM = """
import sys
from sim import __main__
from sim.core.freed_memory import OWN_PROCESS

sys.argv = ["bridgehead", "--version"]
__main__.program()
print(OWN_PROCESS.is_set())
"""
