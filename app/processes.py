"""Processes of their own for what would keep everybody else waiting, and how they are started."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import sim

LOWER_PRIORITY: Final = 10
"""On the Unix scale of niceness."""


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
