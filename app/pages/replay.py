"""Page Replay: vehicles on the map and queues at the ports over some days of one replication; trains of a line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

import streamlit as st

from app import url_state
from app.language import language, option_key, say, text_of
from app.run_cache import QUICK_START, QUICK_WARMUP_DAYS, SEED, traced, trains_of, world_of
from app.run_summary import content_of
from app.session import current
from app.train_graph_run import TrainGraphRun
from app.widgets.drawing_component import show_drawing
from app.widgets.findings_view import show_findings
from app.widgets.html_table import show_table
from app.widgets.plain_text import plain_text
from app.widgets.replay_payload import ALONE, FOLLOWS, LEADS, WORDS, pack
from app.widgets.train_graph_payload import GRAPH_WORDS, pack_graph
from app.world import baseline, names_in, proposals
from corridors.findings import DataError
from corridors.model import Corridor
from corridors.overlay.proposals import Scenario
from corridors.rail_lines import rail_lines
from sim.core.units import DAY_S
from sim.kpi.path_use import path_use
from sim.kpi.replay_frames import replay
from sim.reports.number_format import NO_VALUE, figure
from sim.reports.train_graph_files import line_name
from sim.run import BASELINE, RunResult
from sim.text.catalogue import Language
from sim.text.names import Names

WINDOWS: Final = (1, 3, 7, 14)
USUAL: Final = 7
YEAR: Final = 365
GRAPH_WINDOWS: Final = (7, 30, YEAR)
"""Days of a train graph."""
WARMUP_DAYS: Final = max(1, QUICK_WARMUP_DAYS)
FIRST_DAY: Final = QUICK_START + timedelta(days=WARMUP_DAYS)
VIEWS: Final = ("map", "train_graph")
PORT: Final = "replay_port"
"""Port of the address, whose diagram is open at first."""


def choices() -> dict[str, Scenario]:
    """The scenarios to choose from by title: baseline, current scenario, proposals."""
    found = {say("replay.base"): BASELINE}
    now = current.scenario()
    if now.changes or now.proposals:
        found[say("present", n=len(now.changes) + len(now.proposals))] = now
    for proposal in proposals().values():
        found[text_of(proposal, "title")] = Scenario(id=proposal.id, proposals=(proposal.id,))
    return found


@st.cache_data(max_entries=8, show_spinner=False)
def payload(content: str, days: int, shown_in: Language, role: str, port: str, _result: RunResult) -> tuple[bytes, int]:
    """The data of the component for the days after the warm-up, and the number of vehicles."""
    plan, corridor = _result.trace.plan, _result.case.corridor
    from_s = plan.labels.midnight_s(plan.labels.warmup_s)
    seen = replay(_result.trace, from_s, from_s + days * DAY_S)
    words = {word: say(f"replay.c_{word}") for word in WORDS}
    return pack(seen, plan, corridor, names_in(corridor, shown_in), words, role, port), len(seen.vehicle)


def play(scenario: Scenario, first_day: date, days: int, role: str = ALONE) -> None:
    """Run a scenario and show its replay."""
    start = first_day - timedelta(days=WARMUP_DAYS)
    try:
        with st.spinner(say("replay.running")):
            result = traced(current.plain(scenario), WARMUP_DAYS + days, WARMUP_DAYS, start)
    except DataError as error:
        show_findings(error.findings)
        return
    if result.problems:
        st.error(say("replay.unsound"))
        return
    port = st.session_state.get(PORT, "")
    data, vehicles = payload(content_of(result.record(), result.case.corridor), days, language(), role, port, result)
    show_drawing(key=f"replay{role}", data=data)
    st.caption(say("replay.size", n=vehicles, mb=len(data) / 1e6))


def play_beside(both: Sequence[tuple[str, Scenario]], first_day: date, days: int) -> None:
    """Show the replays of two scenarios on one clock, that of the first."""
    for place, (title, scenario), role in zip(st.columns(2, gap="medium"), both, (LEADS, FOLLOWS), strict=True):
        with place:
            st.markdown(f"**{plain_text(title)}**")
            play(scenario, first_day, days, role)
    st.caption(say("replay.one_clock"))


def show_trains(scenario: Scenario, first_day: date, days: int) -> None:
    """Run a scenario and show the train graph of the line that the reader chooses."""
    try:
        corridor = world_of(current.plain(scenario))
        lines = {line.id: line for line in rail_lines(corridor)}
        if not lines:
            st.info(say("replay.no_line"))
            return
        named = names_in(corridor, language())
        titles = {id: line_name(line, named) for id, line in lines.items()}
        line = st.selectbox(
            say("replay.line"), list(lines), format_func=titles.__getitem__, key=option_key("replay_line"), width=380
        )
        start = first_day - timedelta(days=WARMUP_DAYS)
        with st.spinner(say("replay.running")):
            run = trains_of(line or next(iter(lines)), current.plain(scenario), WARMUP_DAYS + days, WARMUP_DAYS, start)
    except DataError as error:
        show_findings(error.findings)
        return
    if run.problems:
        st.error(say("replay.unsound"))
        return
    data = graph_payload(run.content, run.graph.line.id, language(), run, scenario)
    show_drawing(key="train_graph", data=data)
    st.caption(say("replay.graph_size", n=len(run.graph.vehicle), mb=len(data) / 1e6))
    show_paths(run, corridor, named)


def show_paths(run: TrainGraphRun, corridor: Corridor, named: Names) -> None:
    """Show the used and free train paths of the sections of a line."""
    found = path_use(run.graph, corridor)
    if not found:
        return
    st.markdown(f"**{say('replay.paths')}**")
    keys = ("section", "paths_a_day", "used_mean", "used_most", "free")
    rows = [
        [
            say(
                "replay.both_ways" if one.both else "replay.one_way",
                a=named.thing(one.origin),
                b=named.thing(one.destination),
            ),
            say("replay.no_limit") if one.paths is None else figure(one.paths),
            figure(one.mean),
            str(one.most),
            NO_VALUE if one.free is None else figure(one.free),
        ]
        for one in found
    ]
    show_table([say(f"replay.{key}") for key in keys], rows, texts=1, unbroken=0)
    st.caption(say("replay.paths_note"))


@st.cache_data(max_entries=4, show_spinner=False)
def graph_payload(content: str, line: str, shown_in: Language, _run: TrainGraphRun, _scenario: Scenario) -> bytes:
    """The data of the component for the train graph of a line."""
    corridor = world_of(current.plain(_scenario))
    words = {word: say(f"replay.c_{word}") for word in GRAPH_WORDS}
    return pack_graph(_run, corridor, names_in(corridor, shown_in), words)


st.header(say("replay.title"))
st.info(say("replay.one_run", seed=SEED), icon=":material/info:")
if asked_port := url_state.requested("port", baseline().ports):
    st.session_state[PORT] = asked_port
view = st.segmented_control(
    say("replay.view"),
    VIEWS,
    format_func={one: say(f"replay.view_{one}") for one in VIEWS}.__getitem__,
    key=option_key("replay_view", "map"),
    required=True,
    label_visibility="collapsed",
)
offered = choices()
with st.container(horizontal=True, vertical_alignment="bottom"):
    chosen = st.selectbox(say("replay.what"), list(offered), key="replay_what", width=380)
    beside = None
    if view == "map":
        others = [title for title in offered if title != chosen]
        nothing = say("replay.nothing")
        beside = st.selectbox(say("replay.beside"), [nothing, *others], key=option_key("replay_beside"), width=300)
        beside = beside if beside in others else None
    if view == "train_graph":
        window = st.segmented_control(
            say("replay.days"),
            GRAPH_WINDOWS,
            format_func=lambda days: say("replay.year") if days == YEAR else str(days),
            key=option_key("replay_graph_days", USUAL),
            required=True,
        )
    else:
        window = st.segmented_control(say("replay.days"), WINDOWS, default=USUAL, key="replay_days", required=True)
    if window == YEAR:
        first = date(FIRST_DAY.year, 1, 1)
    else:
        first = st.date_input(
            say("replay.first_day"),
            value=FIRST_DAY,
            min_value=date(FIRST_DAY.year, 1, 15),
            max_value=date(FIRST_DAY.year, 12, 17 if view == "map" else 1),
            key="replay_first_day" if view == "map" else "replay_graph_first_day",
            help=say("replay.first_day_help", n=WARMUP_DAYS),
            width=170,
        )
if view == "train_graph":
    show_trains(offered[chosen], first, window or USUAL)
elif beside:
    play_beside([(chosen, offered[chosen]), (beside, offered[beside])], first, window or USUAL)
else:
    play(offered[chosen], first, window or USUAL)
