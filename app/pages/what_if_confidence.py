"""How sure is the answer of the page What if: paired replications as a background job, and what they show."""

from __future__ import annotations

from typing import Final

import streamlit as st

from app import background
from app.figures import Figures, of_pairs
from app.jobs import Job
from app.language import say, told_anew
from app.run_cache import SEED
from app.session import what_if as state
from corridors.overlay.proposals import Scenario
from sim.experiments.experiment import Experiment

JOB: Final = "job"
SHOWN: Final = "job_shown"
NOW: Final = "what_if"
REPLICATIONS: Final = (5, 10, 20, 40)
USUAL: Final = 10
WHOLE_YEAR: Final = "whole_year"


def experiment(scenario: Scenario, replications: int, whole_year: bool) -> Experiment:
    """The scenario against the base, in pairs: what the page runs is what `bridgehead batch` would."""
    horizon = {} if whole_year else {"start": scenario.start, "days": scenario.days}
    plain = {
        "id": NOW,
        "title_en": scenario.title_en or "What if",
        "title_zh": scenario.title_zh or "情景推演",
        "scenarios": [
            {
                "id": NOW,
                "proposals": scenario.proposals,
                "changes": [change.model_dump(mode="json", exclude_unset=True) for change in scenario.changes],
                "in_order": scenario.in_order,
            }
        ],
        "seed": SEED,
        "replications": replications,
        **horizon,
        **({} if whole_year else {"warmup_days": scenario.warmup_days}),
    }
    return Experiment.model_validate(plain)


def sure() -> tuple[Figures, Job] | None:
    """The figures that tell how sure the answer is, and the job that made them; None while there are none."""
    job = background.current(JOB)
    if job is None or job.state != "done":
        return None
    st.session_state[SHOWN] = job.id
    return of_pairs(background.results_of(job).kpis, "baseline", NOW), job


@st.fragment
def show_sure() -> None:
    """The question how sure the answer is, and the job that answers it."""
    job = background.current(JOB)
    if job is not None and job.state == "done" and st.session_state.get(SHOWN) != job.id:
        # It ended after the figures were drawn.
        st.rerun()
    under_way = job is not None and not job.over
    st.markdown(f"**{say('what_if.sure')}**")
    spans = {False: say("what_if.span_short"), True: say("what_if.span_year")}
    many, span, go = st.columns([1.2, 1.6, 1.4], vertical_alignment="bottom")
    many.selectbox(
        say("what_if.replications"),
        REPLICATIONS,
        index=REPLICATIONS.index(USUAL),
        key="replications",
        disabled=under_way,
    )
    span.selectbox(
        say("what_if.span"),
        list(spans),
        format_func=spans.__getitem__,
        key=told_anew(WHOLE_YEAR),
        disabled=under_way,
    )
    go.button(
        say("what_if.run_pairs"),
        type="primary",
        on_click=_start,
        disabled=under_way or state.draft().is_base,
        width="stretch",
    )
    if state.draft().is_base and job is None:
        st.caption(say("what_if.nothing_to_compare"))
    background.show_note(JOB)
    if job is not None:
        background.follow(job, JOB)


def belongs_here(job: Job) -> bool:
    """Whether a job was run for the scenario as it is now."""
    asked = job.experiment
    mine = experiment(state.scenario(), asked.replications, whole_year=asked.days is None)
    return mine.scenarios == asked.scenarios


def _start() -> None:
    many, whole = st.session_state["replications"], st.session_state[WHOLE_YEAR]
    background.start(experiment(state.scenario(), many, whole), JOB)
