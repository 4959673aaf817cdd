"""The draft of a session: kept from page to page, in the address, and for the other pages to use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from app import url_state
from app.load_guard import too_much
from app.run_cache import QUICK_DAYS, QUICK_START, QUICK_WARMUP_DAYS, world_of
from app.session import current
from app.session.draft import NOTHING, PARAMETERS, Draft, Horizon, from_parameters, with_proposals
from app.world import baseline, proposals
from corridors.findings import ERROR, DataError, Finding
from corridors.model import Corridor
from corridors.overlay.proposals import Scenario
from sim.run import BASELINE

DRAFT: Final = "draft"
FINDINGS: Final = "draft_findings"
CHANGED: Final = "draft_changed"
SAVED: Final = "saved_scenarios"
MADE: Final = "scenario_made_here"
HORIZON: Final = Horizon(QUICK_START, QUICK_DAYS, QUICK_WARMUP_DAYS)


def draft() -> Draft:
    """What this session has made so far."""
    found: Draft = st.session_state.get(DRAFT, Draft())
    return found


def use(made: Draft) -> None:
    """From now on this is the draft. What was found wrong with another one is forgotten."""
    st.session_state[DRAFT] = made
    st.session_state.pop(FINDINGS, None)
    st.session_state[CHANGED] = True


def load(scenario: Scenario) -> None:
    """Start from a scenario; its days are not taken over, short runs have their own."""
    taken = {"title_en", "title_zh", "proposals", "changes", "in_order"} & scenario.model_fields_set
    if scenario.id != BASELINE.id:
        taken.add("id")
    use(Draft(NOTHING.model_copy(update={name: getattr(scenario, name) for name in taken})))


def load_proposals(ids: Sequence[str]) -> None:
    """Start from these proposals."""
    use(with_proposals(ids))


def complain(findings: Sequence[Finding]) -> None:
    """Remember what is wrong with something that was to be loaded, until something else is."""
    st.session_state[FINDINGS] = tuple(findings)
    st.session_state[CHANGED] = True


def complain_of(file: str, found: str, expected: str) -> None:
    """Likewise, of a file as a whole."""
    complain([Finding(ERROR, file, None, "", found, expected)])


def check(scenario: Scenario) -> Corridor:
    """The world that a scenario makes. Raises DataError with all that is wrong, and what is too much for a page."""
    changed = world_of(scenario)
    if found := too_much(baseline(), changed):
        raise DataError(found)
    return changed


def findings() -> tuple[Finding, ...]:
    """What was wrong with what was last to be loaded."""
    found: tuple[Finding, ...] = st.session_state.get(FINDINGS, ())
    return found


def saved() -> dict[str, Scenario]:
    """Scenarios that this session has saved, by the name that a person gave them."""
    kept: dict[str, Scenario] = st.session_state.setdefault(SAVED, {})
    return kept


def scenario() -> Scenario:
    """The draft as one scenario with the days of a short run."""
    return draft().scenario(proposals(), HORIZON)


def follow_changes() -> None:
    """First of all in a part of the page that is drawn by itself: if the draft has changed, all of it is drawn."""
    if st.session_state.pop(CHANGED, False):
        st.rerun()


def restore() -> None:
    """Once a run of the page: take over what the address says, or what another page made of the scenario."""
    asked = {name: st.query_params.get_all(name) for name in PARAMETERS if name in st.query_params}
    if asked and url_state.is_asked(DRAFT, asked):
        try:
            use(from_parameters(asked))
        except DataError as error:
            complain(error.findings)
    elif (here := current.scenario()) != st.session_state.get(MADE, BASELINE):
        load(here)
    st.session_state.pop(CHANGED, None)


def keep() -> None:
    """Once a run of the page, at its end: the draft into the address, and at hand for the other pages."""
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
