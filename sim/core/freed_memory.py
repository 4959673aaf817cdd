"""Freed memory that a process keeps for its next run, where the process belongs to this program.

In any other process, such as that of a notebook that calls the library, the allocator stays as it is.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from threading import Event
from typing import Final

M_TRIM_THRESHOLD: Final = -1
M_MMAP_MAX: Final = -4
"""Parameters of glibc's mallopt: free memory that is returned, and blocks that are mapped one by one."""
OWN_PROCESS: Final = Event()
"""Set in a process that runs one command and ends."""


def keep_freed_memory() -> None:
    """Keep the memory that one replication frees for the next one, if the C library allows it.

    Memory returned to the system comes back page by page and cleared, which costs more than writing to it, and blocks
    the other processes of the machine meanwhile.
    """
    if sys.platform != "linux":
        return
    import ctypes

    with suppress(AttributeError):  # A C library other than glibc.
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(M_MMAP_MAX, 0)
        mallopt(M_TRIM_THRESHOLD, 2**31 - 1)
