"""Workers for many batches at once, each with one process and all that the process keeps (:mod:`sim.reuse`).

Input: jobs, each with what it has in common with others, as a key. A worker takes jobs of one key as long as there are
any, so that the units of a plan that two scenarios share are simulated once and not once a process. A process that dies
is replaced by the batch that it served.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock

from sim.experiments.executors import MOST_PROCESSES, LocalProcesses, SerialExecutor, Workers

Job = Callable[[Workers], None]


class Pool:
    """So many processes of this machine; one worker is this thread."""

    def __init__(self, number: int) -> None:
        self.number = max(1, min(number, MOST_PROCESSES))
        several = self.number > 1
        self._workers: list[Workers] = [LocalProcesses(1) if several else SerialExecutor() for _ in range(self.number)]
        self._last: dict[int, Hashable] = {}
        """By worker the key of its last job."""

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *error: object) -> None:
        for one in self._workers:
            one.close()

    def run(self, jobs: Iterable[tuple[Hashable, Job]]) -> None:
        """Do all jobs; an exception of one is raised once those under way have ended, and the others do not begin."""
        todo: dict[Hashable, deque[Job]] = {}
        for key, job in jobs:
            todo.setdefault(key, deque()).append(job)
        lock, stop = Lock(), Event()

        def serve(k: int) -> None:
            while not stop.is_set():
                with lock:
                    job = self._next(k, todo)
                if job is None:
                    return
                try:
                    job(self._workers[k])
                except BaseException:
                    stop.set()
                    raise

        if self.number == 1:
            serve(0)
            return
        with ThreadPoolExecutor(self.number) as threads:
            futures = [threads.submit(serve, k) for k in range(self.number)]
            try:
                for future in futures:
                    future.result()
            finally:
                stop.set()

    def _next(self, k: int, todo: dict[Hashable, deque[Job]]) -> Job | None:
        """A job of the key that a worker is at, else of one that no other is at, else of the one with most jobs."""
        if not todo:
            return None
        mine = self._last.get(k)
        if mine not in todo:
            others = {key for worker, key in self._last.items() if worker != k}
            mine = min(todo, key=lambda key: (key in others, -len(todo[key])))
        self._last[k] = mine
        job = todo[mine].popleft()
        if not todo[mine]:
            del todo[mine]
        return job
