"""Turns of scripts that draw: order, scripts that wait aside, visitors who leave, and scripts that take too long."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from app.turns import Turns
from tests.helpers.processes import PATIENCE_S


class LeftError(Exception):
    """A visitor has left."""


class Scripts:
    """Scripts in threads, that begin and continue when the test says so."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.order: list[str] = []
        self.threads: list[threading.Thread] = []

    def begin(self, work: Callable[[], None]) -> None:
        """Run a script in a thread, up to the point at which it waits."""
        thread = threading.Thread(target=work, daemon=True)
        waiting = len(self.turns._waiting)
        self.threads.append(thread)
        thread.start()
        while thread.is_alive() and len(self.turns._waiting) == waiting:
            thread.join(0.01)

    def draw(self, name: str) -> Callable[[], None]:
        def work() -> None:
            with self.turns.turn():
                self.order.append(name)

        return work

    def end(self) -> None:
        for thread in self.threads:
            thread.join(PATIENCE_S)
            assert not thread.is_alive()


def test_scripts_draw_in_the_order_in_which_they_began() -> None:
    scripts = Scripts(Turns())
    with scripts.turns.turn():
        for name in "abc":
            scripts.begin(scripts.draw(name))
        assert scripts.order == []
    scripts.end()
    assert scripts.order == ["a", "b", "c"]


def test_a_script_that_waits_aside_comes_back_before_later_ones() -> None:
    scripts = Scripts(Turns())
    replied, drawn = threading.Event(), threading.Event()

    def first() -> None:
        with scripts.turns.turn():
            with scripts.turns.aside():
                assert replied.wait(PATIENCE_S)
            scripts.order.append("first again")

    def second() -> None:
        with scripts.turns.turn():
            scripts.order.append("second")
            replied.set()
            while len(scripts.turns._waiting) < 2:
                assert not drawn.wait(0.01)

    thread = threading.Thread(target=first, daemon=True)
    scripts.threads.append(thread)
    with ExitStack() as stack:
        thread.start()
        while not replied.is_set() and scripts.turns._at_work is not None:
            thread.join(0.01)
        stack.enter_context(scripts.turns.turn())
        scripts.begin(second)
        scripts.begin(scripts.draw("third"))
    scripts.end()
    assert scripts.order == ["second", "first again", "third"]


def test_a_visitor_who_leaves_is_not_waited_for() -> None:
    leaving: set[threading.Thread] = set()

    def let_go() -> None:
        if threading.current_thread() in leaving:
            raise LeftError

    scripts = Scripts(Turns(let_go=let_go))
    ended = threading.Event()

    def left() -> None:
        with pytest.raises(LeftError), scripts.turns.turn():
            scripts.order.append("left")
        ended.set()

    with scripts.turns.turn():
        scripts.begin(left)
        leaving.add(scripts.threads[-1])
        assert ended.wait(PATIENCE_S)
        scripts.begin(scripts.draw("stays"))
    scripts.end()
    assert scripts.order == ["stays"]


def test_a_script_that_takes_too_long_keeps_no_other_waiting() -> None:
    seconds = [0.0]
    scripts = Scripts(Turns(longest_s=2.0, clock=lambda: seconds[0]))
    with scripts.turns.turn():
        scripts.begin(scripts.draw("next"))
        assert scripts.order == []
        seconds[0] = 2.0
        scripts.end()
        assert scripts.order == ["next"]
    with scripts.turns.turn(), scripts.turns.aside():
        scripts.begin(scripts.draw("after"))
    scripts.end()
    assert scripts.order == ["next", "after"]


def test_a_script_that_fails_gives_its_turn_away() -> None:
    scripts = Scripts(Turns())
    with pytest.raises(ZeroDivisionError), scripts.turns.turn():
        raise ZeroDivisionError
    scripts.begin(scripts.draw("next"))
    scripts.end()
    assert scripts.order == ["next"]
