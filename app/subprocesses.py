"""Child processes for long work, and the watch that ends them with the process that started them.

A parent holds the other end of the standard input of its child. When the parent ends, that end closes, and the child
ends with all that works for it.
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

LOWER_PRIORITY: Final = 10
"""On the Unix scale of niceness."""
GRACE_S: Final = 15.0
"""How long one that may tidy up has for it."""


def start(module: str, *arguments: str, patient: bool = False, **options: Any) -> subprocess.Popen[bytes]:
    """Start a module as a program, whose standard input closes when this process ends.

    A ``patient`` one has lower priority: nobody stands waiting for it.
    """
    root = Path(sim.__file__).parent.parent
    paths = [str(root), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths), "PYTHONUTF8": "1"}
    if patient and sys.platform == "win32":
        options["creationflags"] = subprocess.BELOW_NORMAL_PRIORITY_CLASS
    # -P: a folder that happens to be the current one must not bring along modules of the same names.
    command = [sys.executable, "-P", "-m", module, *arguments]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment, **options)
    if patient and hasattr(os, "setpriority"):
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, LOWER_PRIORITY)
    return process


def end_with_parent(tidily: bool = False) -> None:
    """From now on, watch for the end of whoever started this process; ``tidily``: end as after Ctrl-C."""

    def watch() -> None:
        sys.stdin.buffer.read()
        if tidily:
            signal.raise_signal(signal.SIGINT)
            time.sleep(GRACE_S)
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()
