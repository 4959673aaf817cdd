"""Process that works with the logs of one visitor, for one request: its memory ends with it.

Request and reply are those of :mod:`app.run_worker`: a line of JSON (files in base64), a length and a pickle. Nothing
is written to a disk, and the reason of an unexpected error has no text of the logs: kinds and places of code alone.
"""

from __future__ import annotations

import traceback
from base64 import b64decode
from datetime import datetime
from pathlib import Path
from typing import Any

from app import home, record_work
from app.run_worker import replied, serve
from corridors.fingerprint import fingerprint
from corridors.io.plain_files import FileInMemory
from corridors.overlay.proposals import Scenario
from corridors.records.reading import Form


class Records:
    """The data, read once, and the reply to a request."""

    def __init__(self) -> None:
        self._base = home.corridor()
        self._data = fingerprint(self._base)

    def reply(self, request: dict[str, Any]) -> tuple[str, Any]:
        """The status and the value of a reply."""
        return replied(request, self._data, self._made, places)

    def _made(self, request: dict[str, Any]) -> Any:
        kind, base = request.pop("kind"), self._base
        files = [FileInMemory(one["name"], b64decode(one["content"])) for one in request.pop("files", ())]
        if kind == "look":
            return record_work.look(files, Form(**request["form"]))
        if kind == "fit":
            return record_work.fit(files, request["map"], base)
        fitted = {"map": request["map"], "kept": b64decode(request["kept"])}
        if kind == "forecast":
            scenarios = [Scenario.model_validate(one) for one in request["scenarios"]]
            at = datetime.fromisoformat(request["at"])
            chosen = (scenarios, at, request["days"], request["members"])
            return record_work.forecast(fitted, *chosen, base, home.proposals())
        return record_work.backtest(fitted, request["days"], request["members"], request["every"], base)


def places(error: BaseException) -> str:
    """Kind of an error and where it occurred: a message could repeat a text of the logs."""
    lines = [type(error).__name__]
    for frame in traceback.extract_tb(error.__traceback__):
        lines.append(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}")
    return "\n".join(lines)


if __name__ == "__main__":
    serve(Records, once=True)
