"""Confidence intervals of the page What if: paired replications as a background job."""

from __future__ import annotations

from typing import Final

import streamlit as st

from app import background
from app.differences import Difference, differences
from app.experiment_titles import FIELD, experiment_titles
from app.figures import Figures, of_pairs
from app.jobs import Job
from app.language import message_name, option_key, say
from app.run_cache import SEED, world_of
from app.session import what_if as state
from app.world import baseline
from corridors.findings import DataError
from corridors.overlay.proposals import Scenario
from sim.experiments.experiment import Experiment
from sim.text.catalogue import say as text

JOB: Final = "job"
SHOWN: Final = "job_shown"
NOW: Final = "what_if"
REPLICATIONS: Final = (5, 10, 20, 40)
USUAL: Final = 10
WHOLE_YEAR: Final = "whole_year"
MOST_IN_TITLE: Final = 2
"""Changes that the title of a scenario names."""


def experiment(scenario: Scenario, replications: int, whole_year: bool) -> Experiment:
    """The scenario against the baseline in paired replications, as `bridgehead batch` runs it."""
    horizon = {} if whole_year else {"start": scenario.start, "days": scenario.days}
    plain = {
        "id": NOW,
        **{name: getattr(scenario, name) or title for name, title in experiment_titles("what_if.experiment").items()},
        "scenarios": [
            {
                "id": NOW,
                **titles_of(scenario),
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


def titles_of(scenario: Scenario) -> dict[str, str]:
    """The first changes of a scenario in words, as its titles; its own where it has them."""
    own = {name: getattr(scenario, name) for name in experiment_titles("what_if.experiment")}
    if any(own.values()):
        return {name: title for name, title in own.items() if title}
    try:
        now = world_of(scenario)
    except DataError:  # It is refused, with its findings, where it is started.
        return {}
    return {name: _in_words(differences(baseline(), now, name.removeprefix(FIELD)), name) for name in own}


def _in_words(found: list[Difference], name: str) -> str:
    """The first differences as one line."""
    code = name.removeprefix(FIELD)
    lines = []
    for one in found[:MOST_IN_TITLE]:
        values = {"thing": one.thing, "field": one.field, "before": one.before, "after": one.after}
        lines.append(text(message_name("what_if.changed"), code, **values) if one.field else one.thing)
    more = len(found) - len(lines)
    if more:
        lines.append(text(message_name("what_if.more_changes"), code, n=more))
    return text(message_name("what_if.between"), code).join(lines)


def confidence() -> tuple[Figures, Job] | None:
    """The figures with confidence intervals, and their job; None before it is finished."""
    job = background.current(JOB)
    if job is None or job.state != "done":
        return None
    st.session_state[SHOWN] = job.id
    return of_pairs(background.results_of(job).kpis, "baseline", NOW), job


@st.fragment
def show_confidence() -> None:
    """Show the choice of replications, and the progress of the job."""
    job = background.current(JOB)
    if job is not None and job.state == "done" and st.session_state.get(SHOWN) != job.id:
        # The job ended after the figures were drawn.
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
        key=option_key(WHOLE_YEAR),
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
    """Whether a job was run for the present draft."""
    made = job.experiment
    mine = experiment(state.scenario(), made.replications, whole_year=made.days is None)
    return mine.scenarios == made.scenarios


def finished_pairs() -> Job | None:
    """The job with the finished paired runs of the present draft; None without any."""
    job = background.current(JOB)
    return job if job is not None and job.state == "done" and belongs_here(job) else None


def _start() -> None:
    many, whole = st.session_state["replications"], st.session_state[WHOLE_YEAR]
    background.start(experiment(state.scenario(), many, whole), JOB)
