"""Child processes that Ctrl-C of the terminal does not reach: their parent ends them.

The terminal interrupts all processes of a group at the same moment, also one that still imports its modules or waits
for input, which then prints a traceback.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Any


def own_group() -> dict[str, Any]:
    """Options of :class:`subprocess.Popen` for a child in its own group of processes."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}
