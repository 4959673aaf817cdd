"""The answers of a finished job, as the command line gives them for the same experiment."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from app import background
from app.jobs import Job
from app.world import baseline, proposals
from corridors.messages import Message
from corridors.overlay.proposals import Scenario
from sim.experiments.expansion import expand
from sim.studies.answer import Answer
from sim.studies.compare import Question


def answers_of(job: Job, question: Question | None = None) -> list[Answer]:
    """The answers of a finished job, the best for a question, else the scenario with the most extra cargo, first."""
    return _answers(job.id, question, _job=job)


@st.cache_resource(max_entries=16, show_spinner=False)
def _answers(id: str, question: Question | None, _job: Job) -> list[Answer]:
    from sim.studies.answer.best import answers_in_order

    comparison = background.comparison_of(_job, question)
    _, *others = expand(_job.experiment, baseline(), proposals())
    return answers_in_order(comparison, baseline(), {one.id: _idle(one) for one in others})


def _idle(scenario: Scenario) -> Sequence[Message]:
    """The reasons of changes of a scenario that change nothing."""
    from sim.compile.idle_changes import idle_changes
    from sim.run import prepare

    case = prepare(baseline(), scenario, proposals())
    found = idle_changes(baseline(), case.corridor, case.changes, case.settings, scenario.in_order)
    return tuple(why for one in found if isinstance(why := one.message, Message))
