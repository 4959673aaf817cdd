"""Turns of the scripts that draw What if: one works at a time, that of the earliest event first.

Python runs one thread at a time. If the scripts of many visitors share it bit by bit, all of them end late, as late as
the last one does in turns. A script that waits for its run gives its turn away, and comes back before those of later
events. One that takes too long keeps no other waiting.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from app import visitors

LONGEST_S: Final = 2.0
"""Of one turn; a script needs some tenths of it. After it the next script begins, too."""
TICK_S: Final = 0.25
"""Time between two looks whether the visitor still waits, and whether a turn takes too long."""


@dataclass(eq=False)
class Turn:
    """One run of a script, by the time at which it began."""

    arrived_s: float
    called: threading.Event = field(default_factory=threading.Event)


class Turns:
    """The scripts that wait for a turn, and the one that has it. Thread-safe."""

    def __init__(
        self,
        longest_s: float = LONGEST_S,
        let_go: Callable[[], None] = visitors.let_go,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``let_go`` raises an exception for a visitor who does not wait any more."""
        self._longest_s, self._let_go, self._clock = longest_s, let_go, clock
        self._lock = threading.Lock()
        self._waiting: list[Turn] = []
        self._at_work: Turn | None = None
        self._began_s = 0.0
        self._own = threading.local()
        """The turn of each thread."""

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn, in order of arrival, and have it inside."""
        own = Turn(self._clock())
        self._take(own)
        self._own.turn = own
        try:
            yield
        finally:
            self._own.turn = None
            self._give(own)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Give the turn of this thread away inside, while it waits; nothing without a turn."""
        own: Turn | None = getattr(self._own, "turn", None)
        if own is None:
            yield
            return
        self._give(own)
        yield
        self._take(own)

    def _take(self, turn: Turn) -> None:
        with self._lock:
            self._waiting.append(turn)
            self._call_next()
        try:
            while not turn.called.wait(TICK_S):
                self._let_go()
                with self._lock:
                    self._call_next()
        except BaseException:
            self._give(turn)
            raise

    def _give(self, turn: Turn) -> None:
        with self._lock:
            turn.called.clear()
            if turn in self._waiting:
                self._waiting.remove(turn)
            if self._at_work is turn:
                self._at_work = None
            self._call_next()

    def _call_next(self) -> None:
        if not self._waiting or (self._at_work is not None and self._clock() - self._began_s < self._longest_s):
            return
        first = min(self._waiting, key=lambda turn: turn.arrived_s)
        self._waiting.remove(first)
        self._at_work, self._began_s = first, self._clock()
        first.called.set()


turns: Final = Turns()
"""Those of this server."""
