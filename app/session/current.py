"""What is at hand in this session: the scenario that a person has made so far, and the comparison last looked at.

What-if sets the scenario, Data adds edits to it, Replay plays it, Report writes it down. Both stay while one goes from
page to page; nobody else sees them.
"""

from __future__ import annotations

from typing import Final

import streamlit as st

from corridors.overlay.proposals import Scenario
from sim.run import BASELINE
from sim.studies.compare import Comparison

SCENARIO: Final = "present_scenario"
COMPARISON: Final = "present_comparison"


def scenario() -> Scenario:
    """The scenario at hand; the baseline until somebody changes something."""
    found: Scenario = st.session_state.get(SCENARIO, BASELINE)
    return found


def plain(given: Scenario) -> Scenario:
    """A scenario without days of its own, for pages that run days of theirs."""
    return given.model_copy(update={"start": None, "days": None, "warmup_days": None})


def use_scenario(chosen: Scenario) -> None:
    """From now on this is the scenario at hand."""
    st.session_state[SCENARIO] = chosen


def comparison() -> Comparison | None:
    """The comparison that was last looked at, if any."""
    found: Comparison | None = st.session_state.get(COMPARISON)
    return found


def use_comparison(chosen: Comparison) -> None:
    """From now on this is the comparison at hand."""
    st.session_state[COMPARISON] = chosen


def forget_scenario() -> None:
    """Back to the baseline."""
    st.session_state.pop(SCENARIO, None)
