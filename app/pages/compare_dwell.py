"""Time by step and causes of waiting at one port, in the baseline and one scenario side by side."""

from __future__ import annotations

from typing import Final

import pandas as pd
import streamlit as st

from app.language import option_key, say
from app.widgets.chart import show_chart
from app.widgets.html_table import show_legend
from app.widgets.plain_text import plain_text
from app.world import baseline
from sim.reports import run_charts
from sim.reports.comparison_tables import ComparisonTables
from sim.studies.compare import ScenarioComparison
from sim.text.names import Names

DWELL_KEYS: Final = ["port", "direction", "class", "at", "side"]
CAUSE_KEYS: Final = ["port", "direction", "class", "cause", "at"]
KPI_KEYS: Final = ["port", "side", "direction", "class", "kpi"]


def show_dwell(tables: ComparisonTables, names: Names) -> None:
    """Choose a scenario and a port; show hours by cause and by step in baseline and scenario."""
    comparison = tables.of
    which, where = st.columns([3, 2])
    scenario = which.selectbox(
        say("compare.scenario"), tables.order, format_func=tables.title, key=option_key("compare_scenario")
    )
    target = comparison.main_target(scenario) if scenario else None
    ports = list(baseline().ports)
    start = target.port if target and target.port in ports else ports[0]
    key = option_key(f"compare_port_{scenario}", start)
    port = where.selectbox(say("compare.port"), ports, format_func=names.port, key=key)
    if scenario is None or port is None:
        return
    pair = [_PortTimes(comparison, id, port) for id in (comparison.results.baseline, scenario)]
    show_legend(run_charts.cause_colours(pd.concat([one.waiting for one in pair]), names))
    for column, one in zip(st.columns(2, gap="medium"), pair, strict=True):
        column.markdown(f"**{plain_text(tables.title(one.scenario))}**")
    for column, one in zip(st.columns(2, gap="medium"), pair, strict=True):
        with column:
            one.show_causes(port, names)
    show_legend(run_charts.time_colours(names))
    for direction in dict.fromkeys(direction for one in pair for direction in one.dwell):
        longest_h = max(run_charts.longest_step(one.dwell[direction]) for one in pair if direction in one.dwell)
        for column, one in zip(st.columns(2, gap="medium"), pair, strict=True):
            with column:
                one.show_steps(direction, longest_h, names)


class _PortTimes:
    """Times of one scenario at one port, as means over its replications."""

    def __init__(self, comparison: ScenarioComparison, scenario: str, port: str) -> None:
        results = comparison.results
        self.scenario, self.days = scenario, results.measured_days
        dwell = _mean(results.dwell, scenario, DWELL_KEYS, ["wait_h", "service_h"])
        waiting = _mean(results.waiting, scenario, CAUSE_KEYS, ["hours"])
        self.dwell, self.waiting = run_charts.dwell_by_direction(dwell, port), waiting[waiting["port"] == port]
        self.kpis = _mean(results.kpis, scenario, KPI_KEYS, ["value"])

    def show_causes(self, port: str, names: Names) -> None:
        """Show the hours of waiting by cause."""
        if not self.dwell:
            st.caption(say("no_traffic"))
        elif not self.waiting.empty:
            show_chart(run_charts.waiting_chart(self.waiting, self.kpis, self.days, port, names, legend=False))

    def show_steps(self, direction: str, longest_h: float, names: Names) -> None:
        """Show the hours of a direction by step, on the common scale of both scenarios."""
        if direction in self.dwell:
            rows = self.dwell[direction]
            show_chart(run_charts.dwell_of_direction(rows, direction, names, most_h=longest_h, legend=False))


def _mean(table: pd.DataFrame, scenario: str, keys: list[str], values: list[str]) -> pd.DataFrame:
    """Means over the replications of a scenario, in the order of the rows; a missing row counts as 0."""
    rows = table[table["scenario"] == scenario]
    runs = max(1, rows["replication"].nunique())
    return (
        rows.groupby(keys, as_index=False, sort=False)[values]
        .sum()
        .assign(**{v: lambda t, v=v: t[v] / runs for v in values})
    )
