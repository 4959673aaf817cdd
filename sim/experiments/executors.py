"""Executors of the shards of a batch: this thread, processes of this machine, or an executor of the caller.

Input: a function and its argument. Output: a future. Local processes are started anew (spawn) on every system, ignore
Ctrl-C, and end with the program that started them, however it ends: each holds one end of a pipe, which closes with
the program.

Processes and not threads, also for the compiled engine: its loop runs without Python's lock but is a fifth of a run.
Compiling the plan and computing the tables hold the lock, and two threads were no faster than one.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import connection
from multiprocessing.connection import Connection
from typing import Any, Final, Protocol, TypeVar

from sim.core.freed_memory import OWN_PROCESS, keep_freed_memory

Argument = TypeVar("Argument")
Result = TypeVar("Result")


SHARDS_AHEAD: Final = 2
"""Shards submitted for each worker: one that runs and one that waits, so that no worker is idle."""
MOST_PROCESSES: Final = 61
"""Limit of Windows on processes to wait for."""
LOOK_FOR_NEW_PROCESSES_S: Final = 0.2
"""Seconds of one wait for the death of a process; processes started meanwhile are in the next."""


class Workers(Protocol):
    """The interface of a batch to its workers."""

    number: int
    """Workers that run at the same time."""
    ahead: int
    """Shards to submit for each worker."""
    renewable: bool
    """Whether dead workers can be replaced."""

    def submit(self, function: Callable[[Argument], Result], argument: Argument) -> Future[Result]:
        """Call the function in a worker; raises an exception if there are no workers any more."""

    def renew(self) -> None:
        """Replace dead workers."""

    def close(self) -> None:
        """Stop the workers at once, without their results."""


class SerialExecutor:
    """This thread: :meth:`submit` returns after the call.

    As those of other workers, the process of a command keeps the memory it frees; any other stays as it is.
    """

    number = 1
    ahead = 1
    renewable = False

    def __init__(self) -> None:
        if OWN_PROCESS.is_set():
            keep_freed_memory()

    def submit(self, function: Callable[[Argument], Result], argument: Argument) -> Future[Result]:
        """Call the function now; the future has its result or its exception."""
        future: Future[Result] = Future()
        try:
            future.set_result(function(argument))
        except Exception as error:
            future.set_exception(error)
        return future

    def renew(self) -> None:
        """Do nothing: there is no process to replace."""

    def close(self) -> None:
        """Do nothing: there is nothing to shut down."""


class InjectedExecutor:
    """An executor of the caller (threads, a Dask cluster), who also shuts it down."""

    ahead = SHARDS_AHEAD
    renewable = False

    def __init__(self, executor: Executor, number: int) -> None:
        self._executor = executor
        self.number = number

    def submit(self, function: Callable[[Argument], Result], argument: Argument) -> Future[Result]:
        """Submit the call to the executor of the caller."""
        return self._executor.submit(function, argument)

    def renew(self) -> None:
        """Do nothing: the caller replaces dead workers."""

    def close(self) -> None:
        """Do nothing: the caller shuts the executor down."""


class ProcessesThatEnd(ProcessPoolExecutor):
    """Processes that all end when one dies, even in the middle of sending a result, and at once when asked to.

    A result longer than the buffer of a pipe is written in pieces. The standard pool waits indefinitely for the missing
    pieces if a process dies between two of them: it holds the other end of that pipe itself, so the pipe never closes.
    A thread therefore waits for the first death, ends all others, and closes that end. The names of the pool's own
    parts are private, and the same from Python 3.11 to 3.14.
    """

    def __init__(self, number: int) -> None:
        self._theirs, self._ours = multiprocessing.Pipe(duplex=False)
        """Each process holds the first and ends when the second closes, at the latest with the program."""
        context = multiprocessing.get_context("spawn")
        super().__init__(number, context, initializer=_end_with_parent, initargs=(self._theirs,))
        # The pool forgets both when it is shut down.
        self._started: Mapping[int, Any] = self._processes
        self._results: Any = self._result_queue
        self._ending, self._ended = threading.Lock(), False
        threading.Thread(target=self._end_after_a_death, daemon=True).start()

    def submit(self, function: Callable[..., Result], /, *arguments: Any, **named: Any) -> Future[Result]:
        """Submit the call; raises BrokenProcessPool if the processes have ended."""
        with self._ending:
            if self._ended:
                raise BrokenProcessPool("the processes have ended")
            return super().submit(function, *arguments, **named)

    def close(self) -> None:
        """End all processes at once; calls that have not begun are cancelled, all others fail."""
        self._end()
        self.shutdown(wait=True, cancel_futures=True)
        self._theirs.close()

    def _end_after_a_death(self) -> None:
        while not self._ended:
            processes = list(self._started.values())
            if not processes:
                time.sleep(LOOK_FOR_NEW_PROCESSES_S)
            elif connection.wait([one.sentinel for one in processes], LOOK_FOR_NEW_PROCESSES_S):
                self._end()

    def _end(self) -> None:
        with self._ending:
            if not self._ended:
                self._ended = True
                self._ours.close()
                self._results._writer.close()


class LocalProcesses:
    """Processes of this machine. If one dies, all futures fail (BrokenProcessPool); then :meth:`renew`."""

    ahead = SHARDS_AHEAD
    renewable = True

    def __init__(self, number: int) -> None:
        self.number = min(number, MOST_PROCESSES)
        self._pool = ProcessesThatEnd(self.number)

    def submit(self, function: Callable[[Argument], Result], argument: Argument) -> Future[Result]:
        """Submit the call to a process; Ctrl-C during it is delivered afterwards."""
        with _interrupts_later():
            return self._pool.submit(function, argument)

    def renew(self) -> None:
        """Replace all processes, after one has died."""
        self.close()
        self._pool = ProcessesThatEnd(self.number)

    def close(self) -> None:
        """End all processes; calls that have not begun are cancelled."""
        self._pool.close()


def _end_with_parent(pipe: Connection) -> None:
    """In a worker: ignore Ctrl-C, which the parent handles, and end when the parent closes the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keep_freed_memory()
    gc.set_threshold(GARBAGE)

    def watch() -> None:
        try:
            pipe.recv_bytes()
        finally:
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


GARBAGE: Final = 100_000
"""Objects that may be garbage before a worker looks for it: a run makes little, and looking through all that a worker
keeps took a tenth of its time."""


@contextmanager
def _interrupts_later() -> Iterator[None]:
    """Block Ctrl-C inside. A process that is started meanwhile never receives it, not even while it loads."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
