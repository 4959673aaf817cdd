"""Short runs while a person waits, and the base year, shared by all pages and sessions.

In: a scenario. Out: its tables, made by the same :func:`sim.run.run_scenario` that the command line and batches call;
what was run once for anybody is there for everybody. How many results are kept is bounded.
"""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from datetime import date
from typing import Final

import streamlit as st

from app.base_year import base_year_of_its_own
from app.run_summary import Answer
from app.world import baseline, code, data, proposals
from corridors.model import Corridor
from corridors.overlay.proposals import Scenario, apply, changes_of
from sim.run import BASELINE, RunResult, prepare, run_scenario
from sim.studies.validation.record import Record

QUICK_START: Final = date(2023, 7, 18)
DAYS_VARIABLE: Final = "BRIDGEHEAD_DAYS"
"""Of the environment: the days of a short run, as `bridgehead app --days` gives them."""
USUAL_DAYS: Final = 42
USUAL_WARMUP_DAYS: Final = 14
"""Longer than a train runs from Duisburg to China; a month, as in the base year, gives the same figures up to chance.
Four weeks of August are measured, in which there is no public holiday on either side."""
QUICK_DAYS: Final = int(os.environ.get(DAYS_VARIABLE, USUAL_DAYS))
QUICK_WARMUP_DAYS: Final = min(USUAL_WARMUP_DAYS, QUICK_DAYS * USUAL_WARMUP_DAYS // USUAL_DAYS)
SEED: Final = 1
AT_ONCE: Final = 2
"""Runs in this process at the same time; further ones wait their turn."""

_turns = threading.Semaphore(AT_ONCE)


def quick(
    scenario: Scenario = BASELINE,
    days: int = QUICK_DAYS,
    warmup_days: int = QUICK_WARMUP_DAYS,
    start: date = QUICK_START,
    seed: int = SEED,
) -> Answer:
    """One replication, short enough to wait for. Raises DataError for changes that cannot be made."""
    return _answer(_text(scenario), start, days, warmup_days, seed, code(), _scenario=scenario)


def traced(
    scenario: Scenario = BASELINE,
    days: int = QUICK_DAYS,
    warmup_days: int = QUICK_WARMUP_DAYS,
    start: date = QUICK_START,
    seed: int = SEED,
) -> RunResult:
    """The same run with its trace, for what must be drawn vehicle by vehicle; few of these are kept."""
    return _traced(_text(scenario), start, days, warmup_days, seed, code(), _scenario=scenario)


def world_of(scenario: Scenario) -> Corridor:
    """The base year with a scenario laid over it. Raises DataError for changes that cannot be made."""
    return _world_of(_text(scenario), _scenario=scenario)


def base_year() -> Answer:
    """The base year as `bridgehead run` runs it."""
    return _base_year(code())[0]


def published_record() -> Record:
    """That run beside the published record, without other years: one replication, so no intervals."""
    return _base_year(code())[1]


@st.cache_resource(show_spinner=False)
def warm_up() -> None:
    """Once a server, in the background: what the first visitor would have to wait for."""

    def work() -> None:
        quick()
        base_year()

    threading.Thread(target=work, name="warm-up", daemon=True).start()


def _text(scenario: Scenario) -> str:
    """All of a scenario that makes a difference to its result; what it is called does not."""
    return scenario.model_dump_json(exclude={"id", "title_en", "title_zh"}, exclude_defaults=True)


@st.cache_resource(max_entries=32, show_spinner=False)
def _world_of(text: str, _scenario: Scenario) -> Corridor:
    return apply(baseline(), changes_of(_scenario, proposals()), _scenario.in_order)


@st.cache_resource(max_entries=200, show_spinner=False)
def _answer(
    text: str, start: date, days: int, warmup_days: int, seed: int, version: str, _scenario: Scenario
) -> Answer:
    return Answer.of(_run(_scenario, start, days, warmup_days, seed))


@st.cache_resource(max_entries=4, show_spinner=False)
def _traced(
    text: str, start: date, days: int, warmup_days: int, seed: int, version: str, _scenario: Scenario
) -> RunResult:
    return _run(_scenario, start, days, warmup_days, seed)


@st.cache_resource(show_spinner=False)
def _base_year(version: str) -> tuple[Answer, Record]:
    return base_year_of_its_own()


def _run(scenario: Scenario, start: date, days: int, warmup_days: int, seed: int) -> RunResult:
    # The world of a scenario is made, and checked, once; what prepare makes of it is what it makes of the scenario.
    case = prepare(world_of(scenario), start=start, days=days, warmup_days=warmup_days, seed=seed)
    case = replace(case, scenario=scenario, data_fingerprint=data())
    with _turns:
        return run_scenario(case)
