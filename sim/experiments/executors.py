"""Who runs the shards of a batch: this thread, processes of this machine, or any executor that somebody brings along.

In: a function and its argument. Out: a future. Local processes are started afresh (spawn) on every system, hear nothing
of Ctrl-C, and end with the program that started them, however it ends: each holds an end of a pipe, and what comes
through it is that the other end is gone.

Processes and not threads, for the compiled engine, too: its loop runs free of Python's lock but is a seventh of a run.
Drawing the plan and measuring the trace take turns at the lock, and two threads were no faster than one.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import Final, Protocol, TypeVar

Argument = TypeVar("Argument")
Result = TypeVar("Result")


SHARDS_AHEAD: Final = 2
"""Handed to each worker: one in work and one that waits, so that nobody is idle and a stop costs little."""
MOST_PROCESSES: Final = 61
"""Windows cannot wait for more."""
M_TRIM_THRESHOLD: Final = -1
M_MMAP_MAX: Final = -4
"""Names of glibc's mallopt: free memory beyond which it is handed back, and pieces that are got one by one."""


class Workers(Protocol):
    """What a batch needs of those who work for it."""

    number: int
    """How many work at the same time."""
    ahead: int
    """How much to give to each in advance."""
    renewable: bool
    """Whether the dead among them can be replaced."""

    def submit(self, function: Callable[[Argument], Result], argument: Argument) -> Future[Result]:
        """Have the function called; raises an exception if there is nobody any more to call it."""

    def renew(self) -> None:
        """Replace those who died."""

    def close(self) -> None:
        """Let go of them at once; what is under way is of no interest any more."""


class SerialExecutor:
    """No workers at all: what is submitted is done before the answer comes."""

    number = 1
    ahead = 1
    renewable = False

    def submit(self, function: Callable[[Argument], Result], argument: Argument) -> Future[Result]:
        future: Future[Result] = Future()
        try:
            future.set_result(function(argument))
        except Exception as error:
            future.set_exception(error)
        return future

    def renew(self) -> None: ...

    def close(self) -> None: ...


class InjectedExecutor:
    """An executor that belongs to the caller (threads, a Dask cluster), who also shuts it down."""

    ahead = SHARDS_AHEAD
    renewable = False

    def __init__(self, executor: Executor, number: int) -> None:
        self._executor = executor
        self.number = number

    def submit(self, function: Callable[[Argument], Result], argument: Argument) -> Future[Result]:
        return self._executor.submit(function, argument)

    def renew(self) -> None: ...

    def close(self) -> None: ...


class LocalProcesses:
    """Processes of this machine. One that dies takes all futures with it (BrokenProcessPool); then :meth:`renew`."""

    ahead = SHARDS_AHEAD
    renewable = True

    def __init__(self, number: int) -> None:
        self.number = min(number, MOST_PROCESSES)
        self._open()

    def _open(self) -> None:
        self._theirs, self._ours = multiprocessing.Pipe(duplex=False)
        self._pool = ProcessPoolExecutor(
            self.number, multiprocessing.get_context("spawn"), initializer=_end_with_parent, initargs=(self._theirs,)
        )

    def submit(self, function: Callable[[Argument], Result], argument: Argument) -> Future[Result]:
        with _interrupts_later():
            return self._pool.submit(function, argument)

    def renew(self) -> None:
        self.close()
        self._open()

    def close(self) -> None:
        self._ours.close()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._theirs.close()


def _end_with_parent(pipe: Connection) -> None:
    """In a worker: ignore Ctrl-C, which is for the parent to handle, and end when the parent closes the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keep_freed_memory()

    def watch() -> None:
        try:
            pipe.recv_bytes()
        finally:
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def keep_freed_memory() -> None:
    """Have what one piece of work, such as a replication, frees lie ready for the next, if the C library can be told.

    Handed back to the system it comes again a page at a time, cleared, which costs more than to write to it, and all
    processes of a machine wait for each other meanwhile.
    """
    if sys.platform != "linux":
        return
    import ctypes

    with suppress(AttributeError):  # A C library other than glibc.
        told = ctypes.CDLL(None).mallopt
        told(M_MMAP_MAX, 0)
        told(M_TRIM_THRESHOLD, 2**31 - 1)


@contextmanager
def _interrupts_later() -> Iterator[None]:
    """Hold Ctrl-C back until afterwards. A process started meanwhile never hears it, not even while it loads."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
