"""Short runs on request and the run of the base year, cached for all pages and sessions.

Input: a scenario. Output: its tables, made by :func:`sim.run.run_scenario` in a worker process
(:mod:`app.run_pool`), as the command line and batches make them. The number of cached results is bounded. A visitor
who leaves, or moves a slider again, does not wait any more.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date
from typing import Any, Final

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from app import home, short_run, visitors
from app.base_year import base_year_in_child
from app.kept_base_year import kept_or_made
from app.language import say
from app.load_guard import too_much
from app.run_failure import failed_run
from app.run_pool import RunPool, Ticket
from app.run_summary import Answer
from app.server_settings import setting
from app.shared import LastUsed
from app.short_run import ShortRun
from app.train_graph_run import TrainGraphRun
from app.turns import turns
from app.world import baseline, code, data, proposals
from corridors.findings import ERROR, DataError, Finding
from corridors.messages import Text, message
from corridors.model import Corridor
from corridors.overlay.proposals import Scenario
from sim.cli import page_settings
from sim.compile.programs import KeptPrograms
from sim.core.run_settings import RunSettings
from sim.run import BASELINE, RunResult
from sim.studies.validation.record import Record

QUICK_START: Final = setting(lambda _: home.first_day())
USUAL_WARMUP_DAYS: Final = 14
"""Longer than a train takes from Duisburg to China. A warm-up of a month, as in the base year, gives the same figures
within sampling error. The four measured weeks of August contain no public holiday of either side."""
QUICK_DAYS: Final = setting(page_settings.days_of)
QUICK_WARMUP_DAYS: Final = min(USUAL_WARMUP_DAYS, QUICK_DAYS * USUAL_WARMUP_DAYS // page_settings.USUAL_DAYS)
SEED: Final = 1
QUICK_SETTINGS: Final = RunSettings(QUICK_START, QUICK_DAYS, QUICK_WARMUP_DAYS, SEED)
MOST_S: Final = setting(page_settings.seconds_of)
"""Longest time of a short run."""
TICK_S: Final = 0.25
"""Time between two looks whether the visitor still waits."""
KEPT: Final = {"answer": 60, "result": 4, "train_graph": 6}
"""Results that are cached, by kind; one of six weeks takes a megabyte, those with visits take tens of them."""


def quick(
    scenario: Scenario = BASELINE,
    days: int = QUICK_DAYS,
    warmup_days: int = QUICK_WARMUP_DAYS,
    start: date = QUICK_START,
    seed: int = SEED,
) -> Answer:
    """One replication of a short period. Raises DataError for changes that cannot be made."""
    answer: Answer = _made(ShortRun("answer", scenario, start, days, warmup_days, seed))
    return answer


@contextmanager
def begun(scenario: Scenario, days: int, warmup_days: int, start: date) -> Iterator[None]:
    """Let a worker begin with a run that :func:`quick` returns inside, while the page draws other parts."""
    run = ShortRun("answer", scenario, start, days, warmup_days, SEED)
    ticket = None
    if _kept[run.kind].get(_key(run)) is None:
        # A scenario that cannot be run is refused where its run is needed.
        with suppress(DataError):
            ticket = _submitted(run)
    try:
        yield
    finally:
        if ticket is not None:
            _pool().leave(ticket)


def traced(
    scenario: Scenario = BASELINE,
    days: int = QUICK_DAYS,
    warmup_days: int = QUICK_WARMUP_DAYS,
    start: date = QUICK_START,
    seed: int = SEED,
) -> RunResult:
    """The same run with its trace, for display by vehicle; few of these are cached."""
    result: RunResult = _made(ShortRun("result", scenario, start, days, warmup_days, seed))
    return result


def trains_of(
    line: str, scenario: Scenario, days: int, warmup_days: int, start: date, seed: int = SEED
) -> TrainGraphRun:
    """The train graph of a line in the same run."""
    graph: TrainGraphRun = _made(ShortRun("train_graph", scenario, start, days, warmup_days, seed, line))
    return graph


def world_of(scenario: Scenario) -> Corridor:
    """The base year with the changes of a scenario. Raises DataError for changes that cannot be made."""
    return _world_of(_text(scenario), _scenario=scenario)


def refuse_load(scenario: Scenario) -> None:
    """Raise DataError for a scenario that cannot be made, or is too large for the page in its days.

    Days that the scenario leaves open are those of a short run.
    """
    days = (scenario.start or QUICK_START, scenario.days or QUICK_DAYS)
    if found := _load_of(_text(scenario), *days, _scenario=scenario):
        raise DataError(found)


@st.cache_resource(show_spinner=False)
def kept_programs() -> KeptPrograms:
    """Programs that scenarios of any visitor needed, for the next ones: most differ in one service or none."""
    return KeptPrograms()


def base_year() -> Answer:
    """The run of the base year, as `bridgehead run` makes it."""
    return _base_year(code())[0]


def published_record() -> Record:
    """That run and the published figures, without other years; one replication has no intervals."""
    return _base_year(code())[1]


@st.cache_resource(show_spinner=False)
def warm_up() -> None:
    """Make the runs that the first visitor needs, in the background, once per server."""

    def work() -> None:
        # The pages show why a run failed.
        with suppress(DataError):
            base_year()
        with suppress(DataError):
            quick()

    threading.Thread(target=work, name="warm-up", daemon=True).start()


def _text(scenario: Scenario) -> str:
    """The parts of a scenario on which its result depends: all but its id and titles."""
    return scenario.model_dump_json(exclude={"id", "title_en", "title_zh"}, exclude_defaults=True)


@st.cache_resource(max_entries=32, show_spinner=False)
def _world_of(text: str, _scenario: Scenario) -> Corridor:
    return short_run.world_of(baseline(), _scenario, proposals())


@st.cache_resource(max_entries=64, show_spinner=False)
def _load_of(text: str, start: date, days: int, _scenario: Scenario) -> tuple[Finding, ...]:
    case = ShortRun("answer", _scenario, start, days, 0, SEED).case(world_of(_scenario), data())
    return tuple(too_much(baseline(), case.corridor, case.settings, kept_programs()))


@st.cache_resource(show_spinner=False)
def _base_year(version: str) -> tuple[Answer, Record]:
    return kept_or_made(base_year_in_child)


_kept: Final[dict[str, LastUsed[Any]]] = {kind: LastUsed(most) for kind, most in KEPT.items()}


def forget_runs() -> None:
    """Forget all cached short runs."""
    for kept in _kept.values():
        kept.clear()


@st.cache_resource(show_spinner=False)
def _pool() -> RunPool:
    """The workers of this server."""
    return RunPool(MOST_S)


def _made(run: ShortRun) -> Any:
    # Always there, whether the run is cached or not: Streamlit knows the parts of a page by their places.
    place = st.empty() if get_script_run_ctx(suppress_warning=True) else None
    found = _kept[run.kind].get(_key(run))
    if found is None:
        found = _run(run, place)
        _kept[run.kind].put(_key(run), found)
    return found


def _key(run: ShortRun) -> Hashable:
    return _text(run.scenario), run.start, run.days, run.warmup_days, run.seed, run.line, code()


def _submitted(run: ShortRun) -> Ticket:
    """The run in the queue of the workers. Raises DataError for a scenario that is too large or cannot be made."""
    refuse_load(run.scenario.model_copy(update={"start": run.start, "days": run.days}))
    plain = run.plain()
    return _pool().submit(repr(plain), plain | {"data": data()}, visitors.me())


def _run(run: ShortRun, place: Any = None) -> Any:
    """Run in a worker process; ``place`` shows the place in the queue."""
    ticket = _submitted(run)
    try:
        with turns.aside():
            _wait(ticket, place)
    finally:
        _pool().leave(ticket)
    status, value = ticket.reply
    if status == "made":
        return replace(value, corridor=world_of(run.scenario)) if run.kind == "answer" else value
    raise refused_reply(run.scenario.id, status, value, MOST_S)


LIMITS: Final = ("time", "memory", "full", "changed")
"""Statuses of replies about limits of runs."""


def refused_reply(where: str, status: str, value: Any, most_s: float) -> DataError:
    """The findings of a reply without a result; ``where`` is what was to be made, ``most_s`` its longest time."""
    if status == "refused":
        return DataError(value)
    if status in LIMITS:
        expected: Text = message("load.at_most_seconds", "app_common", n=round(most_s)) if status == "time" else ""
        why = message(f"load.{status}", "app_common")
        return DataError([Finding(ERROR, where, None, "", "", expected, message=why)])
    return DataError([failed_run(where, status, value)])


def _wait(ticket: Ticket, place: Any) -> None:
    """Wait for a reply. A visitor who leaves or wants something else ends the wait, by an exception of Streamlit."""
    shown: int | None = None
    while not ticket.done.wait(TICK_S):
        visitors.let_go()
        ahead = _pool().ahead(ticket)
        if place is not None and ahead != shown:
            shown = ahead
            if ahead is None:
                place.empty()
            else:
                place.caption(say("run_waiting", n=ahead))
    if shown is not None:
        place.empty()
