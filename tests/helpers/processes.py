"""Other programs in tests: patience has an end, and a failure has what the program printed.

No other file of the tests waits for a program: one that hangs would stop all tests without a word.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).parents[2]
PATIENCE_S: Final = 600
"""How long a test waits for what must come, also for a job, which gives way to all else, on a busy machine."""
PYTHON: Final = (sys.executable, "-c")
BRIDGEHEAD: Final = (sys.executable, "-m", "sim")


@contextmanager
def in_terminal(command: Sequence[object], **more: Any) -> Iterator[subprocess.Popen[Any]]:
    """A program in a separate group of processes, as a shell starts it in a terminal; nothing of it is left behind."""
    words = [str(word) for word in command]
    process = subprocess.Popen(words, start_new_session=True, preexec_fn=_can_be_interrupted, **{"cwd": ROOT} | more)
    try:
        yield process
    finally:
        kill_group(process)


def _can_be_interrupted() -> None:
    """Ctrl-C ends the program, also where the tests run in the background, whose processes ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def kill_group(process: subprocess.Popen[Any]) -> None:
    """Kill a program of :func:`in_terminal` with all its processes."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    last_texts(process)


def until(happened: Callable[[], bool], seconds: float = PATIENCE_S, what: str = "what must come") -> None:
    """Wait until something has happened."""
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            pytest.fail(f"{what} did not happen within {seconds:g} s")
        time.sleep(0.02)


def run(
    command: Sequence[object], *, status: int | None = 0, seconds: float = PATIENCE_S, **more: Any
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end and return its texts; None is any status."""
    words = [str(word) for word in command]
    streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8", "cwd": ROOT}
    try:
        done = subprocess.run(words, timeout=seconds, check=False, **streams | more)
    except subprocess.TimeoutExpired as late:
        pytest.fail(f"{words} did not end within {seconds:g} s:\n{_text(late.stdout)}\n{_text(late.stderr)}")
    if status is not None and done.returncode != status:
        pytest.fail(f"{words} ended with {done.returncode}, not {status}:\n{done.stdout}\n{done.stderr}")
    return done


def texts_of(process: subprocess.Popen[str], seconds: float = PATIENCE_S) -> tuple[str, str]:
    """What a program prints until it ends by itself."""
    try:
        return process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        pytest.fail(f"{process.args!r} did not end within {seconds:g} s:\n{last_texts(process)}")


def last_texts(process: subprocess.Popen[Any], seconds: float = 20) -> tuple[str, str]:
    """What a program printed that was killed; a child of it may keep the pipes open."""
    out = err = None
    with suppress(subprocess.TimeoutExpired):
        out, err = process.communicate(timeout=seconds)
    return _text(out), _text(err)


def _text(said: str | bytes | None) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said or ""
