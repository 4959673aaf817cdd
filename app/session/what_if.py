"""The draft of the page What if in this session, in the address, and as current scenario."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from app import url_state
from app.run_cache import QUICK_DAYS, QUICK_START, QUICK_WARMUP_DAYS, refuse_load, world_of
from app.session import current
from app.session.draft import NOTHING, PARAMETERS, Draft, RunPeriod, from_parameters, with_proposals
from app.shared import LastUsed
from app.world import proposals
from corridors.findings import ERROR, DataError, Finding
from corridors.model import Corridor
from corridors.overlay.proposals import Scenario
from sim.run import BASELINE

DRAFT: Final = "draft"
FINDINGS: Final = "draft_findings"
CHANGED: Final = "draft_changed"
SAVED: Final = "saved_scenarios"
MADE: Final = "scenario_made_here"
PERIOD: Final = "period_of_scenario"
HORIZON: Final = RunPeriod(QUICK_START, QUICK_DAYS, QUICK_WARMUP_DAYS)
NO_DRAFT: Final = Draft()
_scenarios: Final[LastUsed[tuple[Draft, Scenario]]] = LastUsed(200)
"""The scenario of each draft, for which a page asks at each of its parts."""


def draft() -> Draft:
    """The draft of this session."""
    found: Draft = st.session_state.get(DRAFT, NO_DRAFT)
    return found


def use(made: Draft) -> None:
    """Set the draft, and drop findings about an earlier input."""
    st.session_state[DRAFT] = made
    st.session_state.pop(FINDINGS, None)
    st.session_state[CHANGED] = True


def load(scenario: Scenario) -> None:
    """Start a draft from a scenario, without its days: short runs have their own."""
    taken = {"title_en", "title_zh", "proposals", "changes", "in_order"} & scenario.model_fields_set
    if scenario.id != BASELINE.id:
        taken.add("id")
    use(Draft(NOTHING.model_copy(update={name: getattr(scenario, name) for name in taken})))
    st.session_state[PERIOD] = (scenario.start, scenario.days)


def load_proposals(ids: Sequence[str]) -> None:
    """Start a draft from these proposals."""
    use(with_proposals(ids))
    st.session_state.pop(PERIOD, None)


def has_another_period() -> bool:
    """Whether the scenario that was opened has a start or a length that short runs do not have."""
    start, days = st.session_state.get(PERIOD, (None, None))
    return start not in (None, HORIZON.start) or days not in (None, HORIZON.days)


def complain(findings: Sequence[Finding]) -> None:
    """Keep the findings about an input that was not accepted, until the next input."""
    st.session_state[FINDINGS] = tuple(findings)
    st.session_state[CHANGED] = True


def complain_of(file: str, found: str, expected: str) -> None:
    """Keep one finding about a file as a whole."""
    complain([Finding(ERROR, file, None, "", found, expected)])


def check(scenario: Scenario) -> Corridor:
    """The corridor of a scenario. Raises DataError with all problems, also if it is too large for the web page."""
    period = {"start": HORIZON.start, "days": HORIZON.days}
    refuse_load(scenario.model_copy(update=period))
    return world_of(scenario)


def findings() -> tuple[Finding, ...]:
    """Findings about the input that was not accepted."""
    found: tuple[Finding, ...] = st.session_state.get(FINDINGS, ())
    return found


def saved() -> dict[str, Scenario]:
    """The saved scenarios of this session by name."""
    kept: dict[str, Scenario] = st.session_state.setdefault(SAVED, {})
    return kept


def scenario() -> Scenario:
    """The draft as a scenario with the days of a short run."""
    own = draft()
    known = _scenarios.get(id(own))
    if known is None:
        # With the draft itself: no other one has its id meanwhile.
        known = own, own.scenario(proposals(), HORIZON)
        _scenarios.put(id(own), known)
    return known[1]


def follow_changes() -> None:
    """Rerun the whole page if the draft has changed; to be called first in a fragment."""
    if st.session_state.pop(CHANGED, False):
        st.rerun()


def restore() -> None:
    """Take the draft from the address, or from the current scenario if another page changed it."""
    requested = {name: st.query_params.get_all(name) for name in PARAMETERS if name in st.query_params}
    if requested and url_state.is_requested(DRAFT, requested):
        try:
            use(from_parameters(requested))
        except DataError as error:
            complain(error.findings)
    elif (here := current.scenario()) != st.session_state.get(MADE, BASELINE):
        load(here)
    st.session_state.pop(CHANGED, None)


def keep() -> None:
    """Write the draft into the address, and make it the current scenario."""
    parameters = draft().parameters()
    for name in PARAMETERS:
        values = parameters.get(name, [])
        if values != st.query_params.get_all(name):
            if values:
                st.query_params[name] = values
            elif name in st.query_params:
                del st.query_params[name]
    url_state.written(DRAFT, parameters)
    made = BASELINE if draft().is_base else scenario()
    st.session_state[MADE] = made
    if made != current.scenario():
        current.use_scenario(made)
