"""Process that checks one file of results for the shelf and writes it anew; its memory and time are limited.

Request and reply are those of :mod:`app.run_worker`: a line of JSON (the file in base64), a length and a pickle.
"""

from __future__ import annotations

import tempfile
from base64 import b64decode
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app import home
from app.run_worker import replied, serve
from corridors.fingerprint import fingerprint
from corridors.model import Corridor
from corridors.overlay.proposals import Proposal
from sim.studies.result_file import Figure, ResultFile, figures_of, file_bytes, read_bytes, usable


class Intake:
    """The data, read once, and the reply to a request."""

    def __init__(self) -> None:
        self._base, self._proposals = home.corridor(), home.proposals()
        self._data = fingerprint(self._base)

    def reply(self, request: dict[str, Any]) -> tuple[str, Any]:
        """The status and the value of a reply: the name of the results, and their file."""
        return replied(request, self._data, self._made)

    def _made(self, request: dict[str, Any]) -> tuple[str, bytes]:
        name = request["name"]
        made = read_bytes(b64decode(request["content"]), name)
        return made.head.name, written_anew(made, name, self._base, self._proposals, request["language"])


def written_anew(made: ResultFile, name: str, base: Corridor, known: Mapping[str, Proposal], language: str) -> bytes:
    """The file of the same results with figures and brief that this program makes of them.

    Results of another world are kept without both: what the file states of them cannot be checked here.
    """
    from sim.reports.brief import brief_html
    from sim.reports.brief_texts import brief_of
    from sim.studies.answer.best import answers_in_order, check_asked
    from sim.studies.compare import ExperimentResults, compare
    from sim.studies.compare.foreign_rows import foreign_rows

    head = made.head
    with tempfile.TemporaryDirectory() as folder, usable(name):
        store = made.write_store(Path(folder))
        results = ExperimentResults.of(store)
        figures: list[Figure] = []
        brief, question = "", None
        if results.others and not foreign_rows(results, base):
            comparison = compare(results, base, known, question=made.question)
            check_asked(comparison)
            found = answers_in_order(comparison, base)
            question, figures = comparison.question, figures_of(found)
            brief = brief_html(brief_of(comparison, base, language, found, head.author))
        saved_at = datetime.strptime(head.saved_at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        about = {"name": head.name, "author": head.author, "saved_at": saved_at, "question": question}
        return file_bytes(store, **about, figures=figures, brief=brief)  # type: ignore[arg-type]


if __name__ == "__main__":
    serve(Intake, once=True)
