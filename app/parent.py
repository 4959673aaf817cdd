"""A process that ends with the one that started it, however that one ends.

Who starts it holds the other end of its standard input. When that process is gone, that end closes, and so does this
process with all that works for it.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from typing import Final

GRACE_S: Final = 15.0
"""How long one that may tidy up has for it."""


def end_with_parent(tidily: bool = False) -> None:
    """From now on, watch for the end of whoever started this process; ``tidily``: end as after Ctrl-C."""

    def watch() -> None:
        sys.stdin.buffer.read()
        if tidily:
            signal.raise_signal(signal.SIGINT)
            time.sleep(GRACE_S)
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()
