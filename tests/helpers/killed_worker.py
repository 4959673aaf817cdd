"""A worker like :mod:`app.run_worker` that the system kills during each run, as for want of memory."""

from __future__ import annotations

import os
import signal
from typing import Any

from app.run_worker import serve


class Killed:
    """Has no reply to any request."""

    def reply(self, request: dict[str, Any]) -> tuple[str, Any]:
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
        raise AssertionError(request)


if __name__ == "__main__":
    serve(Killed)
