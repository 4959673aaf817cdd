"""Day by day on the page What if: queue, flow and cargo of one traffic class, and the recovery after a closure."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import streamlit as st

from app import background
from app.jobs import Job
from app.language import language, option_key, say
from app.run_cache import Answer
from app.widgets.chart import show_chart
from app.widgets.html_table import show_table
from app.widgets.plain_text import plain_text
from app.world import baseline, names
from corridors.model import Corridor
from sim.reports.chart_style import number
from sim.reports.number_format import NO_VALUE
from sim.reports.time_charts import COLUMNS, DayRow, day_rows, groups_by_change, time_spec
from sim.studies.compare.recovery import open_days, places_of

CHOSEN: Final = "time_traffic"
MEASURE: Final = "time_measure"


@st.fragment
def show_time(port: str, base: Answer, now: Answer, job: Job | None) -> None:
    """Show the days of a port: those of ``job``, finished paired runs of the draft, else of the two short runs."""
    st.subheader(say("what_if.time"), anchor=False)
    before, after, start, days, warmup_days = _daily(base, now, job)
    groups = groups_by_change(before, after, port)
    if not groups:
        st.caption(say("no_traffic"))
        return
    named = names(language())
    traffic, measure = _choices(port, [named.group(klass, direction) for _, direction, klass in groups])
    group = groups[traffic]
    shut = _closures(now.corridor)
    is_open = open_days(baseline(), start, days, places_of(base.dwell, group))
    rows = day_rows(before, after, group, measure, start, shut, is_open, warmup_days)
    chart, beside = st.columns([7, 4], gap="medium") if job and shut else (st.container(), None)
    with chart:
        show_chart(time_spec(rows, group, measure, named))
        st.caption(
            say(
                "what_if.time_of_pairs" if job else "what_if.time_of_one_run", days_begin=names(language()).days_begin()
            )
        )
        with st.expander(say("what_if.time_figures")):
            _table(rows)
    if beside and job:
        with beside:
            _recovery(port, job)
    elif shut:
        st.caption(say("what_if.time_needs_pairs"))


def _choices(port: str, traffic: list[str]) -> tuple[int, str]:
    """The chosen traffic and figure."""
    measures = {measure: say(f"what_if.time_{measure}") for measure in COLUMNS}
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    chosen = left.selectbox(
        say("what_if.traffic"),
        range(len(traffic)),
        format_func=traffic.__getitem__,
        key=option_key(f"{CHOSEN}_{port}"),
    )
    measure = right.segmented_control(
        say("what_if.time_measure"),
        list(measures),
        format_func=measures.__getitem__,
        key=option_key(MEASURE, "queue"),
        required=True,
    )
    return chosen or 0, measure or "queue"


def _daily(base: Answer, now: Answer, job: Job | None) -> tuple[Any, Any, date, int, int]:
    """Daily rows of baseline and scenario, the first day, and the number of days, all and those of the warm-up."""
    if job is None:
        record = base.record
        days, warmup_days = int(record["days"]), int(record["warmup_days"])
        return base.backlog, now.backlog, date.fromisoformat(str(record["start"])), days, warmup_days
    results = background.results_of(job)
    scenario = results.others[0]
    before, after = (results.backlog[results.backlog["scenario"] == id] for id in (results.baseline, scenario))
    return before, after, results.start, results.days, results.warmup_days


def _closures(corridor: Corridor) -> list[tuple[date, date]]:
    """First and last days of the closures that the baseline does not have."""
    known = baseline().closures
    rows = [row for id, row in corridor.closures.items() if id not in known]
    return [(date.fromisoformat(row.first_day), date.fromisoformat(row.last_day or row.first_day)) for row in rows]


def _recovery(port: str, job: Job) -> None:
    """The sentences on the recovery of a port."""
    from sim.reports.comparison_names import names_of
    from sim.reports.comparison_tables import ComparisonTables
    from sim.reports.recovery_tables import recovery_sentences

    comparison = background.comparison_of(job)
    named = names_of(comparison.results, baseline(), language())
    for text in recovery_sentences(ComparisonTables(comparison, baseline(), named), port=port):
        st.markdown(f"- {plain_text(text)}")


def _table(rows: list[DayRow]) -> None:
    """The figures of the chart, day by day."""
    head = [say(f"what_if.time_column_{key}") for key in ("day", "base", "now", "range", "state")]
    states = {(True, True): "shut", (True, False): "shut", (False, True): "open", (False, False): "closed"}
    cells = [
        [
            row.day.isoformat(),
            number(row.base),
            number(row.own),
            NO_VALUE if row.low == row.high else say("what_if.time_range", low=number(row.low), high=number(row.high)),
            say(f"what_if.time_state_{'warmup' if row.warmup else states[row.shut, row.open]}"),
        ]
        for row in rows
    ]
    show_table(head, cells, texts=1, unbroken=0)
