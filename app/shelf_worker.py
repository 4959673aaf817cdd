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
from sim.studies.appraisal.stored import AppraisalData
from sim.studies.result_file import Figure, Head, ResultFile, figures_of, file_bytes, head_of, read_bytes, usable
from sim.studies.result_file.contents import RUNS, TIME
from sim.studies.result_file.programmes import KeptAppraisal, KeptPlan, appraisal_bytes, plan_bytes, programme_file


class Intake:
    """The data, read once, and the reply to a request."""

    def __init__(self) -> None:
        self._base, self._proposals = home.corridor(), home.proposals()
        self._data = fingerprint(self._base)

    def reply(self, request: dict[str, Any]) -> tuple[str, Any]:
        """The status and the value of a reply: the name of the results, and their file."""
        return replied(request, self._data, self._made)

    def _made(self, request: dict[str, Any]) -> tuple[str, bytes]:
        name, content = request["name"], b64decode(request["content"])
        if head_of(content, name).kind != RUNS:
            return programme_anew(programme_file(content, name), name, self._base)
        made = read_bytes(content, name)
        return made.head.name, written_anew(made, name, self._base, self._proposals, request["language"])


def programme_anew(made: KeptAppraisal | KeptPlan, name: str, base: Corridor) -> tuple[str, bytes]:
    """The name and the file of the same appraisal, with values that this program makes of its figures; or of a plan.

    Raises DataError for an appraisal on other data than those of this server.
    """
    from sim.cli.appraise import programme_data
    from sim.reports.appraisal_report import flows_text
    from sim.studies.appraisal import of_study

    head = made.head
    about: dict[str, Any] = {"name": head.name, "author": head.author, "saved_at": time_of(head)}
    if isinstance(made, KeptPlan):
        return head.name, plan_bytes(made.plan.model_dump(mode="json"), **about)
    study = made.study(AppraisalData(base, *programme_data(base, home.folder())))
    with usable(name):
        found = of_study(study, study.planned, study.planned_runs())
        return head.name, appraisal_bytes(study, found, flows_text(found), **about)


def time_of(head: Head) -> datetime:
    """When a file was saved first."""
    return datetime.strptime(head.saved_at, TIME).replace(tzinfo=UTC)


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
        about = {"name": head.name, "author": head.author, "saved_at": time_of(head), "question": question}
        return file_bytes(store, **about, figures=figures, brief=brief)  # type: ignore[arg-type]


if __name__ == "__main__":
    serve(Intake, once=True)
