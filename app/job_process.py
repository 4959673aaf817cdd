"""The process of one job: ``bridgehead batch`` with the arguments it is given, for as long as the page lives."""

from __future__ import annotations

import os
import sys

from app.subprocesses import end_with_parent

if __name__ == "__main__":
    end_with_parent()
    from sim.__main__ import main

    # Not sys.exit: it would wait for the one who watches.
    status = main(["batch", *sys.argv[1:]])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
