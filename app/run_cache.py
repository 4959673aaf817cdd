"""Short runs on request and the run of the base year, cached for all pages and sessions.

Input: a scenario. Output: its tables, made by :func:`sim.run.run_scenario`, as the command line and batches make them.
The number of cached results is bounded.
"""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from datetime import date
from typing import Final

import streamlit as st

from app.base_year import base_year_in_child
from app.run_summary import Answer
from app.world import baseline, code, data, proposals
from corridors.model import Corridor
from corridors.overlay.proposals import Scenario, apply, changes_of
from sim.run import BASELINE, RunResult, prepare, run_scenario
from sim.studies.validation.record import Record

QUICK_START: Final = date(2023, 7, 18)
DAYS_VARIABLE: Final = "BRIDGEHEAD_DAYS"
"""Environment variable with the days of a short run; `bridgehead app --days` sets it."""
USUAL_DAYS: Final = 42
USUAL_WARMUP_DAYS: Final = 14
"""Longer than a train takes from Duisburg to China. A warm-up of a month, as in the base year, gives the same figures
within sampling error. The four measured weeks of August contain no public holiday of either side."""
QUICK_DAYS: Final = int(os.environ.get(DAYS_VARIABLE, USUAL_DAYS))
QUICK_WARMUP_DAYS: Final = min(USUAL_WARMUP_DAYS, QUICK_DAYS * USUAL_WARMUP_DAYS // USUAL_DAYS)
SEED: Final = 1
AT_ONCE: Final = 2
"""Runs in this process at the same time; further runs wait."""

_turns = threading.Semaphore(AT_ONCE)


def quick(
    scenario: Scenario = BASELINE,
    days: int = QUICK_DAYS,
    warmup_days: int = QUICK_WARMUP_DAYS,
    start: date = QUICK_START,
    seed: int = SEED,
) -> Answer:
    """One replication of a short period. Raises DataError for changes that cannot be made."""
    return _answer(_text(scenario), start, days, warmup_days, seed, code(), _scenario=scenario)


def traced(
    scenario: Scenario = BASELINE,
    days: int = QUICK_DAYS,
    warmup_days: int = QUICK_WARMUP_DAYS,
    start: date = QUICK_START,
    seed: int = SEED,
) -> RunResult:
    """The same run with its trace, for display by vehicle; few of these are cached."""
    return _traced(_text(scenario), start, days, warmup_days, seed, code(), _scenario=scenario)


def world_of(scenario: Scenario) -> Corridor:
    """The base year with the changes of a scenario. Raises DataError for changes that cannot be made."""
    return _world_of(_text(scenario), _scenario=scenario)


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
        quick()
        base_year()

    threading.Thread(target=work, name="warm-up", daemon=True).start()


def _text(scenario: Scenario) -> str:
    """The parts of a scenario on which its result depends: all but its id and titles."""
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
    return base_year_in_child()


def _run(scenario: Scenario, start: date, days: int, warmup_days: int, seed: int) -> RunResult:
    # The corridor of a scenario is made and checked once; prepare makes the same plan of it as of the scenario.
    world, stocks = world_of(scenario), scenario.stocks_from
    case = prepare(world, start=start, days=days, warmup_days=warmup_days, seed=seed, stocks=stocks)
    case = replace(case, scenario=scenario, data_fingerprint=data())
    with _turns:
        return run_scenario(case)
