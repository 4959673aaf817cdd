"""Child processes for long work, which end together with their parent.

The parent holds the writing end of the child's standard input. When the parent ends, that pipe closes, and the child
ends with its own children. Ctrl-C reaches the parent alone, which ends its children.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Final

import sim
from sim.cli.child_processes import own_group

LOWER_PRIORITY: Final = 10
"""Increment of the Unix nice value."""
GRACE_S: Final = 15.0
"""Time for a child to clean up before it is ended."""


def start(module: str, *arguments: str, patient: bool = False, **options: Any) -> subprocess.Popen[bytes]:
    """Start a module as a program in a child process that ends with this process.

    A ``patient`` child runs at lower priority. ``options`` are those of :class:`subprocess.Popen`.
    """
    root = Path(sim.__file__).parent.parent
    paths = [str(root), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths), "PYTHONUTF8": "1"}
    options |= own_group()
    if patient and sys.platform == "win32":
        options["creationflags"] |= subprocess.BELOW_NORMAL_PRIORITY_CLASS
    # -P: modules of the current folder must not shadow ours.
    command = [sys.executable, "-P", "-m", module, *arguments]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment, **options)
    if patient and hasattr(os, "setpriority"):
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, LOWER_PRIORITY)
    return process


def end_with_parent(tidily: bool = False) -> None:
    """End this process when its parent ends; ``tidily``: as after Ctrl-C."""

    def watch() -> None:
        # Not sys.stdin, whose lock this thread would keep while the interpreter shuts down, which is a fatal error.
        while os.read(0, 4096):
            continue
        if tidily:
            signal.raise_signal(signal.SIGINT)
            time.sleep(GRACE_S)
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()
