"""Question: when do the trains or trucks that leave on a day arrive, and where do they wait?"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from app.language import language, say
from app.pages.questions_forms import year_of_days
from app.run_cache import QUICK_DAYS, QUICK_START, QUICK_WARMUP_DAYS, traced
from app.session import asked
from app.widgets.findings_view import show_findings
from app.widgets.html_table import show_table
from app.widgets.plain_text import plain_text
from app.world import baseline, names
from corridors.clock.local_time import zone
from corridors.findings import DataError
from sim.reports.number_format import NO_VALUE, figure

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    import pandas as pd

    from sim.run import RunResult

AFTER: Final = 42
"""Days of the run from the day on; longer than a train takes to Europe."""
MINUTES: Final = 1440.0
HOURS: Final = 24.0
"""Of a day."""
LONG_DAYS: Final = 2.0
"""Journeys from that long on are shown in days."""
LACKING: Final = (NO_VALUE, NO_VALUE, NO_VALUE)
"""Arrival, journey and wait of a vehicle under way at the end of the run."""
MOST: Final = 20
"""Vehicles that are listed."""


def trip(place: Any) -> None:
    """Show the fields in ``place``, then journeys and waits of the vehicles that leave on the day, in one run."""
    from sim.kpi.departures import departures, port_times
    from sim.output.run_output import RunOutput

    services = {id: names(language()).service(id) for id in baseline().services}
    service = asked.choice(place, say("questions.service"), "thing", "trip", services)
    usual = QUICK_START + timedelta(QUICK_WARMUP_DAYS)
    day = asked.day(place, say("questions.leaves"), "day", "trip", year_of_days(), usual)
    result = _run(day)
    if result is None:
        return
    output = RunOutput.of(result.visits)
    found = departures(output, service, day)
    if found.empty:
        st.info(plain_text(say("questions.none_leaves", service=services[service], day=str(day))))
        return
    st.info(plain_text(_sentence(found, services[service], str(day))), icon=":material/lightbulb:")
    st.caption(say("questions.one_replication", clock=names(language()).clock()))
    _ports(port_times(output, found))
    _vehicles(found, output.plan.labels.epoch.astimezone(UTC), zone(output.plan.labels.clock))
    st.page_link("app/pages/replay.py", label=say("questions.replay"), icon=":material/play_circle:")


def _run(day: date) -> RunResult | None:
    """The baseline around the day; None, with findings on the page, where it cannot be run."""
    days = QUICK_WARMUP_DAYS + min(AFTER, 2 * QUICK_DAYS)
    try:
        with st.spinner(say("what_if.running")):
            return traced(days=days, warmup_days=QUICK_WARMUP_DAYS, start=day - timedelta(QUICK_WARMUP_DAYS))
    except DataError as error:
        show_findings(error.findings)
        return None


def _sentence(found: pd.DataFrame, service: str, day: str) -> str:
    """What becomes of the vehicles that leave on the day."""
    over = found.dropna(subset=["days"])
    if over.empty:
        return say("questions.none_arrives", n=len(found), service=service, day=day)
    unit, each = unit_of(found)
    days = {"low": over["days"].min(), "middle": over["days"].median(), "high": over["days"].max()}
    values = {key: figure(value * each) for key, value in days.items()} | {"wait": figure(over["wait_h"].mean())}
    values["unit"] = say(f"questions.unit_{unit}")
    text = say("questions.arrive", n=len(found), service=service, day=day, **values)
    left = len(found) - len(over)
    return say("questions.and_under_way", text=text, n=left) if left else text


def unit_of(found: pd.DataFrame) -> tuple[str, float]:
    """The unit of journeys, and how many of it a day has: minutes below an hour, hours below two days."""
    longest = found["days"].max()
    return ("min", MINUTES) if longest < 1 / HOURS else ("h", HOURS) if longest < LONG_DAYS else ("d", 1.0)


def _ports(times: pd.DataFrame) -> None:
    """Show the time at each port on the way."""
    rows = [
        [names(language()).port(row["port"]), f"{row['vehicles']:,}", figure(row["dwell_h"]), figure(row["wait_h"])]
        for row in times.to_dict("records")
    ]
    if rows:
        show_table(
            [say(f"questions.head_{key}") for key in ("port", "n", "dwell", "wait_here")], rows, texts=1, unbroken=0
        )


def _vehicles(found: pd.DataFrame, epoch: datetime, clock: ZoneInfo) -> None:
    """Show the first vehicles of the day, on the clock of the world."""

    def at(second: int) -> str:
        return f"{(epoch + timedelta(seconds=second)).astimezone(clock):%Y-%m-%d %H:%M}"

    unit, each = unit_of(found)
    rows = [
        [
            row["vehicle"],
            at(row["start_s"]),
            *((at(row["end_s"]), figure(row["days"] * each), figure(row["wait_h"])) if row["end_s"] >= 0 else LACKING),
        ]
        for row in found.head(MOST).to_dict("records")
    ]
    show_table(
        [say(f"questions.head_{key}") for key in ("vehicle", "left", "arrived", f"took_{unit}", "wait")],
        rows,
        texts=3,
        unbroken=0,
    )
    if len(found) > MOST:
        st.caption(say("questions.more_vehicles", n=len(found) - MOST))
