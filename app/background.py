"""Background jobs on a page: start, progress, cancel and results."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from subprocess import PIPE
from threading import Lock
from typing import TYPE_CHECKING, Final

import streamlit as st

from app import shelf, subprocesses, url_state, visitors
from app.jobs import MOST_OF_A_VISITOR, MOST_S, Job, Jobs, Program, TooManyJobsError, TooManyOfVisitorError
from app.language import language, say
from app.run_cache import refuse_load
from app.shelve_job import FULL
from app.widgets.findings_view import show_findings
from app.world import baseline, proposals
from corridors.findings import DataError, Finding
from corridors.overlay.proposals import Proposal
from sim.experiments.expansion import expand
from sim.experiments.experiment import Experiment
from sim.reports.number_format import NO_VALUE

if TYPE_CHECKING:
    from sim.studies.compare import ExperimentResults, Question, ScenarioComparison

EVERY_S: Final = 1.0
_KEEPING: Final = Lock()
"""Results are put on the shelf one after the other on request, so that visitors start one process at a time."""
NOTE: Final = "note_on_"
QUEUE_FULL, OWN_FULL, UNKNOWN = "full", "own_full", "unknown"
"""Messages ``no_job_*``."""


@st.cache_resource(show_spinner=False)
def jobs() -> Jobs:
    """The jobs of this server."""
    return Jobs(is_here=visitors.is_here, keep=None if shelf.shared() else keep)


def keep(job: Job) -> str:
    """Put the results of a finished job on the shelf, in another process; returns why that failed, or ''."""
    what = (str(job.results), job.language, job.question)
    with subprocesses.start("app.shelve_job", *what, patient=True, stderr=PIPE) as process:
        # Not communicate(): it closes standard input, and the child ends when that closes.
        assert process.stderr is not None
        said = process.stderr.read().decode(errors="replace").strip()
    if process.returncode == FULL:
        return shelf.full_text(job.language)
    return "" if process.returncode == 0 else said or NO_VALUE


def start(experiment: Experiment, parameter: str, question: str = "") -> None:
    """Queue an experiment, and keep the id of its job in the session and in the address.

    An experiment that does not fit the data, or that has a scenario too large for the page, is not queued;
    :func:`show_note` shows the findings. ``question`` is what the results on the shelf answer.
    """

    def queue() -> str:
        scenarios = expand(experiment, baseline(), proposals())
        for scenario in scenarios:
            refuse_load(scenario)
        return jobs().start(experiment, len(scenarios), language(), visitors.me(), question)

    _start(queue, parameter)


def start_program(program: Program, parameter: str) -> None:
    """Queue a program, as :func:`start` does an experiment."""
    _start(lambda: jobs().start_program(program, language(), visitors.me()), parameter)


def _start(queue: Callable[[], str], parameter: str) -> None:
    try:
        id = queue()
    except DataError as error:
        _note(parameter, error.findings)
        return
    except TooManyOfVisitorError:
        _note(parameter, OWN_FULL)
        return
    except TooManyJobsError:
        _note(parameter, QUEUE_FULL)
        return
    _note(parameter, None)
    st.session_state[parameter] = id
    url_state.show(parameter, id)


def current(parameter: str) -> Job | None:
    """The job of this session, or the job of the address, so that a reloaded page finds its job again."""
    requested = st.query_params.get(parameter)
    if requested and url_state.is_requested(parameter, requested):
        st.session_state[parameter] = requested
    known = st.session_state.get(parameter)
    job = jobs().get(known)
    if job is None:
        if known:
            _note(parameter, UNKNOWN)
        forget(parameter)
        return None
    jobs().follow(job.id, visitors.me())
    url_state.show(parameter, job.id)
    return job


def has_note(parameter: str) -> bool:
    """Whether :func:`show_note` has a message to show."""
    return NOTE + parameter in st.session_state


def show_note(parameter: str) -> None:
    """Show why there is no job: findings, an unknown id in the address, or too many jobs."""
    note = st.session_state.get(NOTE + parameter)
    if isinstance(note, tuple):
        show_findings(note)
    elif note:
        st.warning(say(f"no_job_{note}", most=MOST_OF_A_VISITOR), icon=":material/info:")


def _note(parameter: str, what: str | tuple[Finding, ...] | None) -> None:
    """Keep the message or the findings to show, or remove it."""
    if what:
        st.session_state[NOTE + parameter] = what
    else:
        st.session_state.pop(NOTE + parameter, None)


def forget(parameter: str) -> None:
    """Remove a job from the session and the address, without stopping it."""
    st.session_state.pop(parameter, None)
    if parameter in st.query_params:
        del st.query_params[parameter]


def follow(job: Job, parameter: str) -> None:
    """Show progress and Cancel of a job under way, or a message about a job with runs missing."""
    if not job.over:
        _watch(job.id, parameter)
    elif job.state == "cancelled":
        st.info(say("job_cancelled", done=job.done(), total=job.total))
    elif job.state == "too_long":
        minutes = round(MOST_S / 60)
        ended = say("job_too_long", minutes=minutes, done=job.done(), total=job.total)
        st.warning(ended, icon=":material/timer_off:")
    elif job.state == "failed":
        st.error(say("job_failed"))
        st.code(job.error or NO_VALUE, language=None)
    elif job.not_kept:
        with st.expander(say("job_not_kept"), icon=":material/warning:"):
            st.code(job.not_kept, language=None)
    elif job.error:
        with st.expander(say("job_partly"), icon=":material/warning:"):
            st.code(job.error, language=None)
    if job.state == "done" and isinstance(job.asked, Experiment) and shelf.shared():
        _keep_button(job, parameter)


def _keep_button(job: Job, parameter: str) -> None:
    """Keep the results of a job of a shared server on request; elsewhere they are kept without one."""
    if job.kept:
        st.caption(say("shelf.job_kept"))
    elif st.button(say("shelf.keep_job"), key=f"keep_{parameter}", icon=":material/inventory_2:"):
        with st.spinner(say("shelf.keeping")), _KEEPING:
            # Another visitor who has the page of the job may have done it meanwhile.
            job.not_kept = "" if job.kept else keep(job)
            job.kept = not job.not_kept
        st.rerun()


@st.fragment(run_every=EVERY_S)
def _watch(id: str, parameter: str) -> None:
    job = jobs().get(id)
    if job is None or job.over:
        st.rerun()
    jobs().follow(id, visitors.me())
    done = job.done()
    if job.state == "waiting":
        text = say("job_waiting", n=jobs().ahead(job))
    elif (left_s := job.left_s()) is None:
        text = say("job_starting", n=job.total)
    else:
        text = say("job_running", done=done, total=job.total, left=_time(left_s))
    bar, stop = st.columns([5, 1], vertical_alignment="center")
    bar.progress(min(1.0, done / job.total), text=text)
    stop.button(say("cancel"), key=f"cancel_{parameter}", on_click=jobs().cancel, args=(id,), width="stretch")


def results_of(job: Job) -> ExperimentResults:
    """The tables of a finished job."""
    return _results(job.id, _job=job)


def comparison_of(job: Job, question: Question | None = None) -> ScenarioComparison:
    """The comparison of a finished job with its baseline, for a question."""
    return _comparison(job.id, question, _job=job)


@st.cache_resource(max_entries=16, show_spinner=False)
def _results(id: str, _job: Job) -> ExperimentResults:
    from sim.experiments.store import open_store
    from sim.studies.compare import ExperimentResults

    return ExperimentResults.of(open_store(_job.results))


@st.cache_resource(max_entries=16, show_spinner=False)
def _comparison(id: str, question: Question | None, _job: Job) -> ScenarioComparison:
    return compared(_results(id, _job=_job), proposals(), question)


def compared(
    results: ExperimentResults, known: Mapping[str, Proposal], question: Question | None = None
) -> ScenarioComparison:
    """The comparison of each scenario with the baseline of the results, for a question."""
    from sim.studies.compare import compare

    return compare(results, baseline(), known, question=question)


def _time(seconds: float) -> str:
    minutes, rest = divmod(max(0, round(seconds)), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"
