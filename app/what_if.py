"""The page What if: move a slider, see at once what it does at the border, then how sure that is."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from app import what_if_state as state
from app.figures import of_two_runs
from app.findings_view import show_findings
from app.language import language, say
from app.running import Answer, quick
from app.what_if_answer import show_bottlenecks, show_dwell, show_figures
from app.what_if_scenario import show_differences, toolbar
from app.what_if_sliders import SHARED, port_tabs, show_sliders
from app.what_if_sure import belongs_here, show_sure, sure
from app.what_if_sweep import show_sweep
from app.world import baseline, names
from corridors.findings import DataError
from corridors.model import Corridor
from sim.experiment import Experiment


def answered() -> tuple[Answer, Answer] | None:
    """The base and the draft, one short run each; None, with the reasons on the page, for what cannot be run."""
    with st.spinner(say("what_if.running")):
        base = quick(days=state.HORIZON.days, warmup_days=state.HORIZON.warmup_days, start=state.HORIZON.start)
    if state.draft().is_base:
        return base, base
    try:
        with st.spinner(say("what_if.running")):
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


def show_answer(ports: Sequence[str], base: Answer, now: Answer) -> None:
    """All on the right: figures port by port, how sure they are, and what differs from the base."""
    found = sure()
    if found is not None and belongs_here(found[1]):
        st.caption(say("what_if.of_pairs", n=found[1].experiment.replications, span=span(found[1].experiment)))
        figures = found[0]
    else:
        if found is not None:
            st.warning(say("what_if.settings_moved"), icon=":material/history:")
        measured = {"days": now.measured_days, "start": state.HORIZON.first_measured}
        st.caption(say("what_if.of_one_run", **measured, warmup=state.HORIZON.warmup_days))
        figures = of_two_runs(base.kpis, now.kpis)
    for port in ports:
        if len(ports) > 1:
            st.markdown(f"**{names(language()).port(port)}**")
        show_figures(port, figures)
    if now.deadlocked:
        st.warning(say("what_if.gridlock", n=len(now.deadlocked)))
    show_sure()
    if len(ports) == 1:
        show_bottlenecks(ports[0], base, now)
    show_differences(now.corridor)


def span(asked: Experiment) -> str:
    """The days that pairs of runs measure."""
    if asked.days is None:
        return say("what_if.span_year")
    measured = asked.days - state.HORIZON.warmup_days
    return say("what_if.days_from", days=measured, start=state.HORIZON.first_measured)


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
    with right:
        runs = answered()
        if runs:
            show_answer(list(baseline().ports) if port == SHARED else [port], *runs)
            if port != SHARED:
                show_sweep(port, loaded, of_two_runs(*(run.kpis for run in runs)))
    if runs and port != SHARED:
        show_dwell(port, *runs)
    state.keep()


main()
