"""The page What if: move a slider, see at once what it does at the border, then how sure that is."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from app.figures import of_two_runs
from app.language import language, say
from app.pages.what_if_answer import show_bottlenecks, show_dwell, show_figures
from app.pages.what_if_confidence import belongs_here, show_sure, sure
from app.pages.what_if_scenario import show_differences, toolbar
from app.pages.what_if_sliders import SHARED, port_tabs, show_sliders
from app.pages.what_if_sweep import show_sweep
from app.run_cache import Answer, quick
from app.session import what_if as state
from app.widgets.findings_view import show_findings
from app.world import baseline, names
from corridors.findings import DataError
from corridors.model import Corridor
from sim.experiments.experiment import Experiment


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


def show_answers(ports: Sequence[str], base: Answer, now: Answer) -> None:
    """The figures port by port, and of what runs they are."""
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


def span(asked: Experiment) -> str:
    """The days that pairs of runs measure."""
    if asked.days is None:
        return say("what_if.span_year")
    measured = asked.days - state.HORIZON.warmup_days
    return say("what_if.days_from", days=measured, start=state.HORIZON.first_measured)


def main() -> None:
    """The page from top to bottom.

    Every part has its place before any is drawn: a part that is drawn by itself is known by its place, and what is
    pressed in one while the page is drawn anew is lost if the part is somewhere else afterwards.
    """
    state.restore()
    st.header(say("what_if.title"), anchor=False)
    st.caption(say("what_if.what"))
    tools, findings, switch = (st.container() for _ in range(3))
    left, right = st.columns([4, 7], gap="medium")
    answers, certainty, reasons, how_many = (right.container() for _ in range(4))
    dwell = st.container()

    with tools:
        toolbar()
    with findings:
        if state.findings():
            show_findings(state.findings())
    with switch:
        port = port_tabs()
    loaded = start_of_sliders()
    with left:
        show_sliders(port, loaded)
    with answers:
        runs = answered()
    if runs:
        base, now = runs
        with answers:
            show_answers(list(baseline().ports) if port == SHARED else [port], base, now)
        with certainty:
            show_sure()
        with reasons:
            if port != SHARED:
                show_bottlenecks(port, base, now)
            show_differences(now.corridor)
        if port != SHARED:
            with how_many:
                show_sweep(port, loaded, of_two_runs(base.kpis, now.kpis))
            with dwell:
                show_dwell(port, base, now)
    state.keep()


main()
