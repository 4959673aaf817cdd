"""Processes of this machine: whatever one of them dies of, and whenever, the caller learns it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool

import pytest

from sim.experiments.executors import LocalProcesses
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
