"""Load by hour of the week and promised waiting times of one port on the page What if."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd
import streamlit as st

from app.language import language, option_key, say
from app.run_cache import Answer
from app.widgets.chart import show_chart
from app.widgets.html_table import show_table
from app.world import names_in
from corridors.sides import DIRECTIONS
from sim.kpi.waits_over import PROMISES_H
from sim.reports import chart_style
from sim.reports.load_charts import load_heat, most_waiting, percent, waited_for
from sim.reports.number_format import NO_VALUE, signed
from sim.text.names import Names

USUAL_H: Final = 4.0
"""Promised time at first, hours."""
POINTS: Final = 100


@st.fragment
def show_load(port: str, base: Answer, now: Answer) -> None:
    """Show the queue for a facility by hour and day of the week, the longest queue first, on one scale."""
    st.subheader(say("what_if.load_heading"), anchor=False)
    answers = {"now": now} if now is base else {"now": now, "base": base}
    named = names_in(now.corridor, language())
    there = waited_for(now.load, port)
    if not there:
        st.caption(say("no_traffic"))
        return
    titles = {id: _title(now, id, named) for id in there}
    facility = st.selectbox(
        say("what_if.load_facility"),
        there,
        format_func=titles.__getitem__,
        key=option_key(f"load_facility_{port}"),
        width=480,
    )
    st.caption(say("what_if.load_note", days=now.measured_days, clock=named.clock(long=True)))
    most = max(most_waiting(one.load, facility) for one in answers.values() if facility in set(one.load["facility"]))
    for column, (key, answer) in zip(st.columns(2, gap="medium"), answers.items(), strict=False):
        with column:
            if len(answers) > 1:
                st.markdown(f"**{say(f'what_if.{key}')}**")
            if facility not in set(answer.load["facility"]):
                st.caption(NO_VALUE)
                continue
            show_chart(load_heat(answer.load, facility, named, most))


def _title(answer: Answer, facility: str, named: Names) -> str:
    row = answer.corridor.facilities.get(facility)
    return named.thing_on(facility, row.side) if row else named.thing(facility)


@st.fragment
def show_promise(port: str, base: Answer, now: Answer) -> None:
    """Show the share of vehicles that wait longer than a time that a slider sets."""
    st.subheader(say("what_if.promise"), anchor=False)
    hours = st.select_slider(
        say("what_if.promise_hours"),
        PROMISES_H,
        value=USUAL_H,
        format_func=lambda hours: say("what_if.promise_value", hours=f"{hours:g}"),
        key="promise_hours",
        width=480,
    )
    st.caption(say("what_if.promise_note", days=now.measured_days))
    named = names_in(now.corridor, language())
    shares = [_shares(answer, port, hours) for answer in (base, now)]
    rows = []
    for key in sorted({*shares[0], *shares[1]}, key=lambda key: (DIRECTIONS.index(key[0]), named.klass(key[1]))):
        before, after = (found.get(key) for found in shares)
        change = NO_VALUE
        if before and after:
            points = POINTS * (after[0] - before[0])
            change = signed(points, 1 if points else 0)
        cells = [percent(one[0]) if one else NO_VALUE for one in (before, after)]
        rows.append([named.group(key[1], key[0]), chart_style.number(after[1]) if after else NO_VALUE, *cells, change])
    columns = ("traffic", "promise_vehicles", "promise_base", "promise_now", "promise_change")
    show_table([say(f"what_if.{key}") for key in columns], rows, texts=1, unbroken=0)


def _shares(answer: Answer, port: str, hours: Any) -> dict[tuple[str, str], tuple[float, float]]:
    """Share over the promise and number of vehicles by direction and class."""
    table: pd.DataFrame = answer.waits_over
    here = table[(table["port"] == port) & (table["hours"] == hours)]
    return {
        (row["direction"], row["class"]): (row["share"], float(row["vehicles"])) for row in chart_style.records(here)
    }
