"""Workers to break things with: what they do must lie in a module that a fresh process can import."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from types import FrameType
from typing import Any, Final

from sim.experiments.executors import LocalProcesses
from sim.experiments.shard import Done, Task


class Deadly(LocalProcesses):
    """Local processes of which one dies over the shard of that name, so many times (a file keeps count)."""

    def __init__(self, number: int, file_name: str, times: int, notes: Path) -> None:
        super().__init__(number)
        self._deadly = (file_name, times, notes)

    def submit(self, function: Callable[[Any], Any], argument: Any) -> Future[Any]:
        return super().submit(die_or_work, (function, argument, *self._deadly))


def die_or_work(given: tuple[Callable[[Task], Done], Task, str, int, Path]) -> Done:
    """In the worker: die without a word, as one that the system kills does, or do the work."""
    function, task, file_name, times, notes = given
    if task.shard.file_name == file_name:
        deaths = len(list(notes.glob("death_*")))
        if deaths < times:
            (notes / f"death_{deaths}").touch()
            os._exit(9)
    return function(task)


LONG: Final = 200_000_000
"""Bytes of a result that takes a while to send."""


def die_while_sending(size: int) -> bytes:
    """In the worker: a result, in the middle of which the process dies."""
    main = threading.main_thread().ident

    def die() -> None:
        while not is_sending(sys._current_frames().get(main or 0)):
            time.sleep(0.0001)
        os._exit(9)

    threading.Thread(target=die, daemon=True).start()
    return bytes(size)


def is_sending(frame: FrameType | None) -> bool:
    """Whether a function of this call stack is writing a message to a pipe."""
    while frame is not None:
        if frame.f_code.co_name == "_send":
            return True
        frame = frame.f_back
    return False


def sleep(seconds: float) -> None:
    """In the worker: a call that takes so long."""
    time.sleep(seconds)
