"""Page Replay: vehicles on the map and queues at the ports over some days of one replication."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import streamlit as st

from app.language import language, say, text_of
from app.run_cache import QUICK_START, QUICK_WARMUP_DAYS, SEED, traced
from app.session import current
from app.widgets.findings_view import show_findings
from app.widgets.replay_component import show_replay
from app.widgets.replay_payload import WORDS, pack
from app.world import proposals
from corridors.findings import DataError
from corridors.overlay.proposals import Scenario
from sim.core.units import DAY_S, HOUR_S
from sim.kpi.replay_frames import replay
from sim.run import BASELINE, RunResult
from sim.text.catalogue import Language
from sim.text.names import Names

WINDOWS: Final = (1, 3, 7, 14)
USUAL: Final = 7
WARMUP_DAYS: Final = max(1, QUICK_WARMUP_DAYS)
FIRST_DAY: Final = QUICK_START + timedelta(days=WARMUP_DAYS)
BEIJING_S: Final = 8 * HOUR_S
"""Offset of the clock by which a day begins, ahead of UTC."""


def choices() -> dict[str, Scenario]:
    """The scenarios to choose from by title: baseline, current scenario, proposals."""
    found = {say("replay.base"): BASELINE}
    now = current.scenario()
    if now.changes or now.proposals:
        found[say("replay.present", n=len(now.changes) + len(now.proposals))] = now
    for proposal in proposals().values():
        found[text_of(proposal, "title")] = Scenario(id=proposal.id, proposals=(proposal.id,))
    return found


@st.cache_data(max_entries=8, show_spinner=False)
def payload(fingerprint: str, days: int, shown_in: Language, _result: RunResult) -> tuple[bytes, int]:
    """The data of the component for the days after the warm-up, and the number of vehicles."""
    plan, corridor = _result.trace.plan, _result.case.corridor
    from_s = plan.labels.warmup_s - BEIJING_S
    seen = replay(_result.trace, from_s, from_s + days * DAY_S)
    words = {word: say(f"replay.c_{word}") for word in WORDS}
    return pack(seen, plan, corridor, Names.of(corridor, shown_in), words), len(seen.vehicle)


def play(scenario: Scenario, first_day: date, days: int) -> None:
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
    data, vehicles = payload(result.trace.plan.fingerprint(), days, language(), result)
    show_replay(key="replay", data=data)
    st.caption(say("replay.size", n=vehicles, mb=len(data) / 1e6))


st.header(say("replay.title"))
st.info(say("replay.one_run", seed=SEED), icon=":material/info:")
offered = choices()
with st.container(horizontal=True, vertical_alignment="bottom"):
    chosen = st.selectbox(say("replay.what"), list(offered), key="replay_what", width=380)
    first = st.date_input(
        say("replay.first_day"),
        value=FIRST_DAY,
        min_value=date(FIRST_DAY.year, 1, 15),
        max_value=date(FIRST_DAY.year, 12, 17),
        key="replay_first_day",
        help=say("replay.first_day_help", n=WARMUP_DAYS),
        width=170,
    )
    window = st.segmented_control(say("replay.days"), WINDOWS, default=USUAL, key="replay_days", required=True)
play(offered[chosen], first, window or USUAL)
