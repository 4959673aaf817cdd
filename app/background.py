"""Background jobs as a page sees them: started, followed with their progress, cancelled, and their results read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import streamlit as st

from app import url_state
from app.jobs import Job, Jobs, TooManyJobsError
from app.language import say
from app.world import baseline, proposals
from corridors.overlay.proposals import Proposal
from sim.experiments.experiment import Experiment, expand

if TYPE_CHECKING:
    from sim.studies.compare import Comparison, Results

EVERY_S: Final = 1.0
NOTE: Final = "note_on_"
QUEUE_FULL, UNKNOWN = "full", "unknown"


@st.cache_resource(show_spinner=False)
def jobs() -> Jobs:
    """All jobs of this server."""
    return Jobs()


def start(experiment: Experiment, parameter: str) -> None:
    """Queue an experiment, and put its id into the address and into the memory of the session.

    Raises DataError for one that does not fit the world.
    """
    scenarios = expand(experiment, baseline(), proposals())
    try:
        id = jobs().start(experiment, len(scenarios))
    except TooManyJobsError:
        _note(parameter, QUEUE_FULL)
        return
    _note(parameter, None)
    st.session_state[parameter] = id
    url_state.show(parameter, id)


def current(parameter: str) -> Job | None:
    """The job of this session, or the one that the address names: a page that was loaded anew finds its job again."""
    asked = st.query_params.get(parameter)
    if asked and url_state.is_asked(parameter, asked):
        st.session_state[parameter] = asked
    known = st.session_state.get(parameter)
    job = jobs().get(known)
    if job is None:
        if known:
            _note(parameter, UNKNOWN)
        forget(parameter)
        return None
    url_state.show(parameter, job.id)
    return job


def has_note(parameter: str) -> bool:
    """Whether there is something to say about a job that is not there."""
    return NOTE + parameter in st.session_state


def show_note(parameter: str) -> None:
    """Why there is no job: the address names one that this server does not know, or the queue was full."""
    if has_note(parameter):
        full = st.session_state[NOTE + parameter] == QUEUE_FULL
        st.warning(say("queue_full" if full else "job_unknown"), icon=":material/info:")


def _note(parameter: str, what: str | None) -> None:
    """Remember what to say, or that nothing is to be said any more."""
    if what:
        st.session_state[NOTE + parameter] = what
    else:
        st.session_state.pop(NOTE + parameter, None)


def forget(parameter: str) -> None:
    """Let go of a job; it is not stopped."""
    st.session_state.pop(parameter, None)
    if parameter in st.query_params:
        del st.query_params[parameter]


def follow(job: Job, parameter: str) -> None:
    """Progress and Cancel of a job that is under way; a word on one that did not bring all that was asked for."""
    if not job.over:
        _watch(job.id, parameter)
    elif job.state == "cancelled":
        st.info(say("job_cancelled", done=job.done(), total=job.total))
    elif job.state == "failed":
        st.error(say("job_failed"))
        st.code(job.error or "-", language=None)
    elif job.error:
        with st.expander(say("job_partly"), icon=":material/warning:"):
            st.code(job.error, language=None)


@st.fragment(run_every=EVERY_S)
def _watch(id: str, parameter: str) -> None:
    job = jobs().get(id)
    if job is None or job.over:
        st.rerun()
    done = job.done()
    if job.state == "waiting":
        told = say("job_waiting", ahead=jobs().ahead(job))
    elif (left_s := job.left_s()) is None:
        told = say("job_starting")
    else:
        told = say("job_running", done=done, total=job.total, left=_time(left_s))
    bar, stop = st.columns([5, 1], vertical_alignment="center")
    bar.progress(min(1.0, done / job.total), text=told)
    stop.button(say("cancel"), key=f"cancel_{parameter}", on_click=jobs().cancel, args=(id,), width="stretch")


def results_of(job: Job) -> Results:
    """The tables of a job that is done."""
    return _results(job.id, _job=job)


def comparison_of(job: Job) -> Comparison:
    """The comparison of a job that is done with its baseline."""
    return _comparison(job.id, _job=job)


@st.cache_resource(max_entries=16, show_spinner=False)
def _results(id: str, _job: Job) -> Results:
    from sim.experiments.store import open_store
    from sim.studies.compare import Results

    return Results.of(open_store(_job.results))


@st.cache_resource(max_entries=16, show_spinner=False)
def _comparison(id: str, _job: Job) -> Comparison:
    return compared(_results(id, _job=_job), proposals())


def compared(results: Results, known: Mapping[str, Proposal]) -> Comparison:
    """Every scenario of results against their baseline."""
    from sim.studies.compare import compare

    return compare(results, baseline(), known)


def _time(seconds: float) -> str:
    minutes, rest = divmod(max(0, round(seconds)), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"
