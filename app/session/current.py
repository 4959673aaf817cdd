"""Current scenario and comparison of the session, shared by its pages.

What if sets the scenario, Data adds edits to it, Replay plays it, and Report writes it to files. Other sessions do not
see them.
"""

from __future__ import annotations

from typing import Final

import streamlit as st

from corridors.overlay.proposals import Scenario
from sim.run import BASELINE
from sim.studies.compare import ScenarioComparison

SCENARIO: Final = "present_scenario"
COMPARISON: Final = "present_comparison"


def scenario() -> Scenario:
    """The current scenario; the baseline until the session changes it."""
    found: Scenario = st.session_state.get(SCENARIO, BASELINE)
    return found


def plain(given: Scenario) -> Scenario:
    """A scenario without start, days and warm-up, for pages that set these themselves."""
    return given.model_copy(update={"start": None, "days": None, "warmup_days": None})


def use_scenario(chosen: Scenario) -> None:
    """Set the current scenario."""
    st.session_state[SCENARIO] = chosen


def comparison() -> ScenarioComparison | None:
    """The comparison opened last; None if there is none."""
    found: ScenarioComparison | None = st.session_state.get(COMPARISON)
    return found


def use_comparison(chosen: ScenarioComparison) -> None:
    """Set the current comparison."""
    st.session_state[COMPARISON] = chosen


def forget_scenario() -> None:
    """Reset the current scenario to the baseline."""
    st.session_state.pop(SCENARIO, None)
