"""The answers of a finished job, as the command line gives them for the same experiment."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from app import background
from app.jobs import Job
from app.world import baseline, proposals
from corridors.messages import Message
from corridors.overlay.proposals import Scenario
from sim.experiments.experiment import expand
from sim.studies.answer import Answer


def answers_of(job: Job) -> list[Answer]:
    """The answers of a finished job, the scenario with the most extra cargo first."""
    return _answers(job.id, _job=job)


@st.cache_resource(max_entries=16, show_spinner=False)
def _answers(id: str, _job: Job) -> list[Answer]:
    from sim.studies.answer import answers

    comparison = background.comparison_of(_job)
    _, *others = expand(_job.experiment, baseline(), proposals())
    return answers(comparison, baseline(), {one.id: _idle(one) for one in others})


def _idle(scenario: Scenario) -> Sequence[Message]:
    """The reasons of changes of a scenario that change nothing."""
    from sim.compile.idle_changes import idle_changes
    from sim.run import prepare

    case = prepare(baseline(), scenario, proposals())
    found = idle_changes(baseline(), case.corridor, case.changes, case.settings, scenario.in_order)
    return tuple(why for one in found if isinstance(why := one.message, Message))
