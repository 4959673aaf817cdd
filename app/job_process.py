"""Process of one job: ``bridgehead batch``, ended together with the server."""

from __future__ import annotations

import os
import sys

from app.subprocesses import end_with_parent

if __name__ == "__main__":
    end_with_parent()
    from sim.__main__ import main

    # Not sys.exit: it would wait for the watching thread.
    status = main(["batch", *sys.argv[1:]])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
