"""Process of the short runs of the page: requests on standard input, replies on standard output.

A request is one line of JSON, plain data that were checked like any input. A reply is its length in eight bytes and a
pickle, which only the server reads: ``(status, value)`` with

=============  ========================================================
``made``       an Answer without its corridor, a RunResult, or a TrainGraphRun
``refused``    findings: the scenario cannot be run
``changed``    the data on disk are not those that the server has read
``memory``     the run needs more memory than a run may have
``failed``     the traceback of any other error
=============  ========================================================

The process ends when its standard input closes, that is with the server, and when it has run out of memory.
"""

from __future__ import annotations

import gc
import json
import os
import pickle
import queue
import struct
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final, Protocol

from app import home
from app.run_summary import Answer
from app.short_run import ShortRun, carried_out
from app.train_graph_run import TrainGraphRun
from corridors.findings import DataError
from corridors.fingerprint import fingerprint
from sim.core.freed_memory import keep_freed_memory
from sim.experiments.executors import GARBAGE
from sim.reuse import rows_played
from sim.run import RunResult

LENGTH: Final = struct.Struct("<Q")
MEMORY: Final = 8 * 2**30
"""Address space of the process, bytes, where the system can limit it; the libraries alone take two gigabytes of it."""


def limit_memory(most: int = MEMORY) -> None:
    """Let requests for more memory fail, where the system has such a limit.

    Linux keeps it; macOS hardly does, and Windows has none.
    """
    try:
        import resource
    except ImportError:
        return
    with suppress(OSError, ValueError):
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (most if hard < 0 else min(most, hard), hard))


class Replies(Protocol):
    """What a process answers with."""

    def reply(self, request: dict[str, Any]) -> tuple[str, Any]:
        """The status and the value of a reply."""
        ...


class Runner:
    """The data, read once, and the replies to requests."""

    def __init__(self) -> None:
        self._base = home.corridor()
        self._proposals = home.proposals()
        self._data = fingerprint(self._base)

    def reply(self, request: dict[str, Any]) -> tuple[str, Any]:
        """The status and the value of a reply."""
        return replied(request, self._data, self._made)

    def _made(self, request: dict[str, Any]) -> Any:
        run = ShortRun.from_plain(request)
        return _value(run, carried_out(run, self._base, self._proposals, self._data))


def replied(
    request: dict[str, Any],
    data: str,
    made: Callable[[dict[str, Any]], Any],
    unexpected: Callable[[BaseException], str] = lambda error: "".join(traceback.format_exception(error)),
) -> tuple[str, Any]:
    """The status and the value of a reply: what is ``made`` of the rest of a request about the same data.

    ``unexpected`` gives the reason of any error that is no finding.
    """
    if request["data"] != data:
        return "changed", None
    try:
        return "made", made({key: value for key, value in request.items() if key != "data"})
    except DataError as error:
        return "refused", error.findings
    except MemoryError:
        return "memory", None
    except Exception as error:
        return "failed", unexpected(error)


def _value(run: ShortRun, result: RunResult) -> Any:
    """The result in the form that is wanted; no engine runs for it in the server, which has no limits of runs."""
    if run.kind == "answer":
        # The server has the corridor.
        return replace(Answer.of(result), corridor=None)  # type: ignore[arg-type]
    if run.kind == "train_graph":
        return TrainGraphRun.of(result, run.line)
    return replace(result, visits=rows_played(result.visits))


def serve(make: Callable[[], Replies], once: bool = False) -> None:
    """Answer requests until standard input closes, or only one."""
    limit_memory()
    keep_freed_memory()
    gc.set_threshold(GARBAGE)
    requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def listen() -> None:
        # Not sys.stdin, whose lock this thread would keep while the interpreter shuts down, which is a fatal error.
        with open(0, "rb", closefd=False) as lines:
            for line in lines:
                requests.put(line)
        os._exit(0)

    threading.Thread(target=listen, name="server", daemon=True).start()
    out, sys.stdout = sys.stdout.buffer, sys.stderr  # What a library prints is no reply.
    runner = make()
    while True:
        status, value = runner.reply(json.loads(requests.get()))
        content = pickle.dumps((status, value), protocol=5)
        out.write(LENGTH.pack(len(content)))
        out.write(content)
        out.flush()
        if status == "memory" or once:
            os._exit(status == "memory")


if __name__ == "__main__":
    serve(Runner)
