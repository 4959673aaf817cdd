"""The process of one job: ``bridgehead batch`` with the arguments it is given, for as long as the page lives.

The page holds the other end of this process's standard input. When the page ends, however it ends, that end closes, and
so do this process and all that work for it.
"""

from __future__ import annotations

import os
import sys
import threading


def _end_with_page() -> None:
    def watch() -> None:
        sys.stdin.buffer.read()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    _end_with_page()
    from sim.__main__ import main

    # Not sys.exit: it would wait for the watch.
    status = main(["batch", *sys.argv[1:]])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
