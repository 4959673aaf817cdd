"""Worker processes that stay for the next batch of a command, with all that they keep (:mod:`sim.reuse`).

A command such as ``plan`` runs many batches over one world. Inside :func:`workers_that_stay`, local processes are
started once for each number of workers and end with the block, whichever way it is left; a batch that fails ends its
own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.experiments.executors import Workers

_here: ContextVar[dict[int, Workers] | None] = ContextVar("workers that stay", default=None)


@contextmanager
def workers_that_stay() -> Iterator[None]:
    """Let the batches inside share their local processes, in this thread."""
    if _here.get() is not None:
        yield
        return
    known: dict[int, Workers] = {}
    before = _here.set(known)
    try:
        yield
    finally:
        _here.reset(before)
        for those in known.values():
            those.close()


@contextmanager
def workers_for(number: int, started: Callable[[int], Workers] | None = None) -> Iterator[Workers]:
    """This thread for one worker, else so many local processes, which stay or end as :func:`local_workers` says.

    ``started`` starts those that are not there (default: LocalProcesses).
    """
    from sim.experiments.executors import LocalProcesses, SerialExecutor

    if number <= 1:
        yield SerialExecutor()
        return
    with local_workers(number, started or LocalProcesses) as those:
        yield those


@contextmanager
def local_workers(number: int, started: Callable[[int], Workers]) -> Iterator[Workers]:
    """So many workers: those that stayed, or new ones, which end with the block if none stay."""
    known = _here.get()
    those = (known or {}).get(number) or started(number)
    stay = False
    try:
        yield those
        stay = known is not None
    finally:
        if stay and known is not None:
            known[number] = those
        else:
            (known or {}).pop(number, None)
            those.close()
