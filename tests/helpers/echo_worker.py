"""A worker like :mod:`app.run_worker` that says what it is asked to say, after a sleep."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from app.run_worker import serve


class Echo:
    """Replies with the text and the number of the process; dies where it is asked to."""

    def reply(self, request: dict[str, Any]) -> tuple[str, Any]:
        if request.get("die"):
            os._exit(3)
        if (once := request.get("die_once")) and not Path(once).exists():
            Path(once).touch()
            os._exit(3)
        time.sleep(request["sleep"])
        return "made", {"say": request["say"], "pid": os.getpid()}


if __name__ == "__main__":
    serve(Echo)
