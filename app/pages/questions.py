"""Page Questions, the first page: sentences to fill in, and the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from app import background
from app.answered import answers_of
from app.jobs import Job
from app.language import say
from app.pages import questions_forms as forms
from app.pages.questions_trip import trip
from app.pages.questions_why import why
from app.session import asked, current
from app.widgets.answer_card import show_answers
from app.widgets.findings_view import show_findings
from corridors.findings import DataError
from sim.experiments.experiment import Experiment
from sim.studies.compare import Question

PARTS = ("thing", "n", "day", "traffic", "figure", "candidate")
"""Fields of a question in the address."""
PAIRED: Mapping[str, Callable[[], Experiment | None]] = {
    "servers": forms.servers,
    "close": forms.close,
    "best": forms.best,
    "demand": forms.demand,
}
"""Questions that are answered by pairs of runs."""
AT_ONCE: Mapping[str, Callable[[Any], None]] = {"trip": trip, "why": why}
"""Questions that are answered by one run, or by the run of the base year."""
PARTS_OF: Mapping[str, tuple[str, ...]] = {
    "servers": ("thing", "n"),
    "close": ("thing", "n", "day"),
    "best": ("traffic", "figure", "candidate"),
    "demand": ("thing", "n", "candidate"),
    "trip": ("thing", "day"),
    "why": ("thing",),
}


def main() -> None:
    """Draw the page from top to bottom: the question, its fields, and the answer."""
    st.header(say("questions.title"), anchor=False)
    st.caption(say("questions.what"))
    kinds = {kind: say(f"questions.ask_{kind}") for kind in PARTS_OF}
    left, right = st.columns([4, 7], gap="medium")
    with left:
        kind = asked.choice(st, say("questions.which"), "ask", "", kinds, open_list=True)
        asked.clear([part for part in PARTS if part not in PARTS_OF[kind]])
        if kind in PAIRED:
            made = _fields(PAIRED[kind])
            question = forms.question_chosen() if kind == "best" else None
            _button(made, question)
    with right:
        if kind in AT_ONCE:
            AT_ONCE[kind](left)
        else:
            _answer(kind, made, question)


def _fields(form: Callable[[], Experiment | None]) -> Experiment | None:
    try:
        return form()
    except DataError as error:
        show_findings(error.findings)
        return None


def _button(made: Experiment | None, question: Question | None) -> None:
    job = background.current(forms.JOB)
    under_way = job is not None and not job.over
    st.button(
        say("questions.run", n=forms.PAIRS),
        type="primary",
        key="question_run",
        disabled=made is None or under_way,
        on_click=background.start,
        args=(made, forms.JOB, str(question or "")),
    )
    background.show_note(forms.JOB)


def _answer(kind: str, made: Experiment | None, question: Question | None) -> None:
    """Show the progress of the runs, then the answer; nothing of the runs of another question."""
    job = background.current(forms.JOB)
    if job is None or job.experiment.id != kind:
        st.caption(say("questions.hint"))
        return
    background.follow(job, forms.JOB)
    if job.state != "done":
        return
    if made is not None and not _is_of(job, made):
        st.caption(say("questions.moved"))
    comparison = background.comparison_of(job, question)
    current.use_comparison(comparison)
    show_answers(comparison, answers_of(job, question), job)


def _is_of(job: Job, made: Experiment) -> bool:
    """Whether a job has the scenarios of an experiment."""
    own = job.experiment
    return (own.scenarios, own.proposals, own.start, own.days) == (
        made.scenarios,
        made.proposals,
        made.start,
        made.days,
    )


main()
