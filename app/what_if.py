"""The page What if: move a slider, see at once what it does at the border, then how sure that is."""

from __future__ import annotations

import streamlit as st

from app import what_if_state as state
from app.figures import of_two_runs
from app.findings_view import show_findings
from app.language import say
from app.running import Answer, quick
from app.what_if_answer import show_bottlenecks, show_dwell, show_figures
from app.what_if_scenario import show_differences, toolbar
from app.what_if_sliders import SHARED, port_tabs, show_sliders
from app.what_if_sure import belongs_here, show_sure
from app.what_if_sweep import show_sweep
from app.world import baseline
from corridors.findings import DataError
from corridors.model import Corridor


def answered() -> tuple[Answer, Answer] | None:
    """The base and the draft, one short run each; None, with the reasons on the page, for what cannot be run."""
    base = quick(days=state.HORIZON.days, warmup_days=state.HORIZON.warmup_days, start=state.HORIZON.start)
    if state.draft().is_base:
        return base, base
    try:
        state.check(state.scenario())
        return base, quick(state.scenario())
    except DataError as error:
        show_findings(error.findings)
        return None


def start_of_sliders() -> Corridor:
    """The world that was loaded, before sliders; the base where it cannot be made."""
    try:
        return state.check(state.draft().loaded)
    except DataError:
        return baseline()


def show_answer(port: str, base: Answer, now: Answer) -> None:
    """All on the right: figures, how sure they are, bottlenecks."""
    place = st.container()
    found = show_sure()
    with place:
        if found is not None and belongs_here(found[1]):
            st.caption(say("what_if.of_pairs", n=found[1].experiment.replications))
            show_figures(port, found[0])
        else:
            if found is not None:
                st.warning(say("what_if.settings_moved"), icon=":material/history:")
            measured = {"days": now.measured_days, "start": state.HORIZON.first_measured}
            st.caption(say("what_if.of_one_run", **measured, warmup=state.HORIZON.warmup_days))
            show_figures(port, of_two_runs(base.kpis, now.kpis))
        if now.deadlocked:
            st.warning(say("what_if.gridlock", n=len(now.deadlocked)))
    show_bottlenecks(port, base, now)
    show_differences(now.corridor)


def main() -> None:
    """The page from top to bottom."""
    state.restore()
    st.header(say("what_if.title"), anchor=False)
    st.caption(say("what_if.what"))
    toolbar()
    if state.findings():
        show_findings(state.findings())
    port = port_tabs()
    left, right = st.columns([4, 7], gap="medium")
    loaded = start_of_sliders()
    with left:
        show_sliders(port, loaded)
    shown = port if port != SHARED else next(iter(baseline().ports))
    with right:
        runs = answered()
        if runs:
            show_answer(shown, *runs)
            show_sweep(shown, loaded, of_two_runs(*(run.kpis for run in runs)))
    if runs:
        show_dwell(shown, *runs)
    state.keep()


main()
