"""A process that ends with the one that started it, however that one ends.

Who starts it holds the other end of its standard input. When that process is gone, that end closes, and so does this
process with all that works for it.
"""

from __future__ import annotations

import os
import sys
import threading


def end_with_parent() -> None:
    """From now on, watch for the end of whoever started this process."""

    def watch() -> None:
        sys.stdin.buffer.read()
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()
