"""Page What if: change numbers, and compare one short run with the baseline."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from app.figures import all_equal, equal_runs, of_two_runs
from app.language import language, say
from app.pages.what_if_answer import show_bottlenecks, show_dwell, show_figures, show_notes, show_notes_on_the_way
from app.pages.what_if_confidence import belongs_here, confidence, finished_pairs, show_confidence
from app.pages.what_if_load import show_load, show_promise
from app.pages.what_if_scenario import show_differences, toolbar
from app.pages.what_if_sliders import SHARED, port_tabs, show_sliders
from app.pages.what_if_sweep import show_sweep
from app.pages.what_if_time import show_time
from app.run_cache import Answer, begun, quick
from app.session import what_if as state
from app.turns import turns
from app.widgets.findings_view import show_findings
from app.widgets.plain_text import plain_text
from app.world import baseline, names
from corridors.findings import DataError
from corridors.model import Corridor
from sim.experiments.experiment import Experiment
from sim.output import deadlock
from sim.run import BASELINE


def answered() -> tuple[Answer, Answer] | None:
    """Short runs of baseline and draft; None, with findings on the page, for a draft that cannot be run."""
    try:
        with st.spinner(say("what_if.running")):
            base = quick(days=state.HORIZON.days, warmup_days=state.HORIZON.warmup_days, start=state.HORIZON.start)
        if state.draft().is_base:
            return base, base
        with st.spinner(say("what_if.running")):
            state.check(state.scenario())
            return base, quick(state.scenario())
    except DataError as error:
        show_findings(error.findings)
        return None


def start_of_sliders() -> Corridor:
    """The loaded corridor, from which the sliders start; the baseline where it cannot be made."""
    try:
        return state.check(state.draft().loaded)
    except DataError:
        return baseline()


def show_answers(ports: Sequence[str], base: Answer, now: Answer) -> None:
    """Show the figures by port, and the runs they come from."""
    found = confidence()
    if found is not None and belongs_here(found[1]):
        st.caption(say("what_if.of_pairs", n=found[1].experiment.replications, span=span(found[1].experiment)))
        figures, same = found[0], all_equal(found[0])
    else:
        if found is not None:
            st.warning(say("what_if.settings_moved"), icon=":material/history:")
        measured = {"days": now.measured_days, "start": state.HORIZON.first_measured}
        st.caption(say("what_if.of_one_run", **measured, warmup=state.HORIZON.warmup_days))
        figures = of_two_runs(base.kpis, now.kpis, ports)
        same = equal_runs(base.kpis, now.kpis)
    if now is not base and same:
        st.info(say("what_if.all_equal"), icon=":material/info:")
    for port in ports:
        if len(ports) > 1:
            st.markdown(f"**{names(language()).port(port)}**")
        show_figures(port, figures, now)
        show_notes(port, now)
    show_notes_on_the_way(SHARED if len(ports) > 1 else ports[0], now)
    for headline, _ in deadlock.headlines(now.deadlocked):
        st.warning(plain_text(names(language()).sentence(headline)))


def span(made: Experiment) -> str:
    """The measured days of paired runs."""
    if made.days is None:
        return say("what_if.span_year")
    measured = made.days - state.HORIZON.warmup_days
    return say("what_if.days_from", n=measured, start=state.HORIZON.first_measured)


def main() -> None:
    """Take the draft from the address, draw the page, and write the draft into the address."""
    with turns.turn():
        state.restore()
        scenario = BASELINE if state.draft().is_base else state.scenario()
        with begun(scenario, state.HORIZON.days, state.HORIZON.warmup_days, state.HORIZON.start):
            draw()
        state.keep()


def draw() -> None:
    """Draw the page from top to bottom, the figures last: a worker makes their run meanwhile.

    The containers of all parts are made first: Streamlit identifies a fragment by its place, and an event in a fragment
    is lost if a rerun of the page moves the fragment.
    """
    st.header(say("what_if.title"), anchor=False)
    st.caption(say("what_if.what"))
    tools, findings, switch = (st.container() for _ in range(3))
    left, right = st.columns([4, 7], gap="medium")
    answers, certainty, reasons, how_many = (right.container() for _ in range(4))
    views = st.container()

    with tools:
        toolbar()
    with findings:
        if state.findings():
            show_findings(state.findings())
            st.info(say("what_if.shown_is_base" if state.draft().is_base else "what_if.shown_is_earlier"))
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
            show_confidence()
        with reasons:
            if port == SHARED:
                st.markdown(f"**{names(language()).place('')}**")
            show_bottlenecks("" if port == SHARED else port, base, now)
            show_differences(now.corridor)
        if port != SHARED:
            with how_many:
                show_sweep(port, loaded, base, now)
            with views:
                show_views(port, base, now)


@st.fragment
def show_views(port: str, base: Answer, now: Answer) -> None:
    """Show the views of a port as tabs, of which only the open one is drawn: their charts take longer than all else."""
    views: dict[str, Callable[[], None]] = {
        "time": lambda: show_time(port, base, now, finished_pairs()),
        "dwell": lambda: show_dwell(port, base, now),
        "load_heading": lambda: show_load(port, base, now),
        "promise": lambda: show_promise(port, base, now),
    }
    tabs = st.tabs([say(f"what_if.{view}") for view in views], key="views", on_change="rerun")
    for tab, show in zip(tabs, views.values(), strict=True):
        if tab.open:
            with tab:
                show()


main()
