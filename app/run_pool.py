"""Worker processes for the short runs of the page: kept warm, killed for time or when no visitor waits any more.

Input: a request (:class:`app.short_run.ShortRun`) as plain values, and the visitor who wants it. Output: the reply of
:mod:`app.run_worker`. Visitors take turns (:mod:`app.fair_queue`); those who want the same run wait for one. A worker
is started when all others are busy, and started again after a run that was killed. A run whose process ends without
having been killed for it is tried once more in a new process. This module does not depend on Streamlit.
"""

from __future__ import annotations

import atexit
import json
import pickle
import subprocess
import threading
import time
import traceback
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import IO, Any, Final

from app import subprocesses
from app.fair_queue import FairQueue
from app.run_worker import LENGTH

WORKERS: Final = 2
MOST_WAITING: Final = 40
GRACE_S: Final = 5.0
"""A run for which no visitor waits any more is killed when it has taken so long; a shorter one may as well end."""

Reply = tuple[str, Any]
"""Those of :mod:`app.run_worker`; beside them ``ended`` with the exit status of a process that died, and ``time`` and
``full``, without a value."""


@dataclass(eq=False)
class Ticket:
    """One run that is waiting, under way or done."""

    key: Hashable
    visitor: str
    request: bytes
    done: threading.Event = field(default_factory=threading.Event)
    reply: Reply = ("ended", None)
    """Valid when done."""
    followers: int = 1
    """Visitors who wait for it."""
    began_s: float | None = None
    """Monotonic time."""
    worker: _Worker | None = None
    is_late: bool = False


class _Worker:
    """One worker process, restarted when it is gone."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._process: subprocess.Popen[bytes] | None = None
        self._is_killed = False
        self._lock = threading.Lock()
        """Of both; the pool kills from other threads."""

    def begin(self) -> None:
        """A new run begins: :meth:`kill` applies to it until the next one."""
        with self._lock:
            self._is_killed = False

    def reply(self, request: bytes) -> Reply:
        """The reply to a request; ``ended`` with its exit status if the process ends before, or the run was killed."""
        with self._lock:
            process = self._process
        if process is not None and process.poll() is not None:
            self.end()
            process = None
        with self._lock:
            if self._is_killed:
                return "ended", None
            if process is None:
                process = self._process = subprocesses.start(self._module, stdout=subprocess.PIPE)
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(request + b"\n")
            process.stdin.flush()
            (length,) = LENGTH.unpack(_read(process.stdout, LENGTH.size))
            reply: Reply = pickle.loads(_read(process.stdout, length))
        except (OSError, EOFError, ValueError):
            self.end()
            return "ended", process.returncode
        return reply

    def kill(self) -> None:
        """End the process at once, or do not start it; a reply that is waited for is then ``ended``."""
        with self._lock:
            self._is_killed = True
            if self._process is not None:
                self._process.kill()

    def end(self) -> None:
        """End the process, wait for it, and close its pipes."""
        with self._lock:
            process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue


class RunPool:
    """The workers of one server. All methods are thread-safe."""

    def __init__(
        self,
        most_s: float,
        workers: int = WORKERS,
        most_waiting: int = MOST_WAITING,
        grace_s: float = GRACE_S,
        module: str = "app.run_worker",
    ) -> None:
        """``most_s`` is the longest time of a run."""
        self._most_s, self._grace_s = most_s, grace_s
        self._most_workers, self._most_waiting, self._module = workers, most_waiting, module
        self._changed = threading.Condition()
        self._queue: FairQueue[Ticket] = FairQueue()
        self._tickets: dict[Hashable, Ticket] = {}
        self._workers: list[_Worker] = []
        self._idle = 0
        self._closed = False
        atexit.register(self.close)

    def submit(self, key: Hashable, request: Mapping[str, Any], visitor: str) -> Ticket:
        """Queue a run, or join the one of the same key. Every ticket must be left by :meth:`leave`."""
        with self._changed:
            ticket = self._tickets.get(key)
            if ticket is not None and not ticket.is_late:
                ticket.followers += 1
                return ticket
            ticket = Ticket(key, visitor, json.dumps(request).encode())
            if len(self._queue) >= self._most_waiting or self._closed:
                ticket.reply = "full", None
                ticket.done.set()
                return ticket
            self._tickets[key] = ticket
            self._queue.add(visitor, ticket)
            if self._idle < len(self._queue) and len(self._workers) < self._most_workers:
                worker = _Worker(self._module)
                self._workers.append(worker)
                threading.Thread(target=self._work, args=(worker,), name="short-runs", daemon=True).start()
            self._changed.notify()
        return ticket

    def ahead(self, ticket: Ticket) -> int | None:
        """Number of waiting runs before this one; None if it does not wait."""
        with self._changed:
            return self._queue.ahead(ticket) if ticket in self._queue else None

    def leave(self, ticket: Ticket) -> None:
        """A visitor has the reply, or does not wait for it any more.

        Without visitors, a waiting run loses its place, and one under way is killed when it takes long.
        """
        with self._changed:
            ticket.followers -= 1
            if ticket.followers or ticket.done.is_set():
                return
            if ticket in self._queue:
                self._queue.remove(ticket)
                self._forget(ticket)
                ticket.done.set()
                return
            began_s = ticket.began_s or time.monotonic()
        _later(began_s + self._grace_s - time.monotonic(), lambda: self._kill(ticket, only_if_left=True))

    def close(self) -> None:
        """End all workers."""
        with self._changed:
            self._closed = True
            self._queue.clear()
            self._changed.notify_all()
            for worker in self._workers:
                worker.kill()

    def _work(self, worker: _Worker) -> None:
        """Answer requests one after the other, until the pool closes."""
        while True:
            with self._changed:
                self._idle += 1
                while not self._queue and not self._closed:
                    self._changed.wait()
                self._idle -= 1
                if self._closed:
                    worker.end()
                    return
                ticket = self._queue.take()
                ticket.began_s, ticket.worker = time.monotonic(), worker
                worker.begin()
            watch = _later(self._most_s, lambda ticket=ticket: self._kill(ticket))  # type: ignore[misc]
            try:
                reply = worker.reply(ticket.request)
                if reply[0] == "ended":
                    # Once more, unless it was killed: the process may have died before this run.
                    reply = worker.reply(ticket.request)
            except Exception:  # A reply that cannot be read must not end this thread.
                worker.end()
                reply = "failed", traceback.format_exc()
            watch.cancel()
            with self._changed:
                ticket.worker = None
                is_late = ticket.is_late
            if is_late:
                # It may have been killed after its reply: the next run must not begin in a process that is ending.
                worker.end()
            with self._changed:
                ticket.reply = ("time", None) if ticket.is_late and reply[0] == "ended" else reply
                ticket.request = b""  # It may hold files of a visitor.
                self._queue.done(ticket.visitor)
                self._forget(ticket)
                ticket.done.set()

    def _kill(self, ticket: Ticket, only_if_left: bool = False) -> None:
        with self._changed:
            if ticket.worker is None or (only_if_left and ticket.followers):
                return
            ticket.is_late = True
            ticket.worker.kill()

    def _forget(self, ticket: Ticket) -> None:
        if self._tickets.get(ticket.key) is ticket:
            del self._tickets[ticket.key]


def _later(seconds: float, what: Any) -> threading.Timer:
    timer = threading.Timer(max(0.0, seconds), what)
    timer.daemon = True
    timer.start()
    return timer


def _read(pipe: IO[bytes], length: int) -> bytes:
    content = pipe.read(length)
    if len(content) < length:
        raise EOFError
    return content
