"""Process of one job: a command line such as ``batch``, ended with the server, with the memory that a run may have."""

from __future__ import annotations

import os
import sys

from app.run_worker import limit_memory
from app.subprocesses import end_with_parent

if __name__ == "__main__":
    end_with_parent()
    limit_memory()
    from sim.__main__ import main

    # Not sys.exit: it would wait for the watching thread.
    status = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
