"""Changes of the draft that change nothing, with the reason, in the words of the check and of a run.

A change of a slider is shown beside the slider, a change of a proposal or of a loaded scenario below the proposals.
"""

from __future__ import annotations

from typing import Final

import streamlit as st

from app.language import language, say, text_of
from app.run_cache import kept_programs, refuse_load, world_of
from app.session import what_if as state
from app.widgets.sliders import Slider, sliders
from app.world import baseline, proposals
from corridors.clock.place_clocks import stated_clock
from corridors.findings import DataError, Finding
from corridors.overlay.proposals import Scenario, changes_of
from sim.core.run_settings import RunSettings
from sim.text.findings import in_language

MOST_CHANGES: Final = 60
"""Each change of a scenario is left out in turn, which takes hundredths of a second; with more, none is looked at."""


def of_slider(slider: Slider) -> str:
    """Why a moved slider changes nothing; '' if it changes something, or is not moved."""
    if slider.key not in state.draft().moved:
        return ""
    own, known = set(slider.addresses), proposals()
    found = [one for one in _of_draft() or () if one.column in own and one.file not in known]
    return _sentence(found[0]) if {one.column for one in found} == own else ""


def of_loaded() -> list[tuple[str, str]]:
    """The changes of proposals and of the loaded scenario that change nothing: what changes, and why not."""
    idle = _of_draft()
    if idle is None:
        return [(say("what_if.effects"), say("what_if.effects_unknown", n=MOST_CHANGES))]
    moved = {address for key in state.draft().moved for address in sliders()[key].addresses}
    known = proposals()
    return [
        (text_of(known[one.file], "title") if one.file in known else one.column, _sentence(one))
        for one in idle
        if one.file in known or one.column not in moved
    ]


def _sentence(finding: Finding) -> str:
    return in_language(finding, language()).message


def _of_draft() -> tuple[Finding, ...] | None:
    """Warnings for the changes of the draft without effect; None if there are too many changes to look at."""
    scenario = state.scenario()
    if state.draft().is_base:
        return ()
    try:
        if len(changes_of(scenario, proposals())) > MOST_CHANGES:
            return None
        return _idle(scenario.model_dump_json(exclude_defaults=True), _scenario=scenario)
    except DataError:
        # The page shows the findings of a draft that cannot be run.
        return ()


@st.cache_resource(max_entries=64, show_spinner=False)
def _idle(text: str, _scenario: Scenario) -> tuple[Finding, ...]:
    from sim.compile.idle_changes import idle_changes

    refuse_load(_scenario)
    settings = RunSettings(
        state.HORIZON.start, state.HORIZON.days, state.HORIZON.warmup_days, clock=stated_clock(baseline())
    )
    changes = changes_of(_scenario, proposals())
    world = world_of(_scenario)
    return tuple(idle_changes(baseline(), world, changes, settings, _scenario.in_order, kept_programs()))
