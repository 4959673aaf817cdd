"""Where time goes and why vehicles wait at one port, in the base and in one scenario of a comparison, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from app.language import say, told_anew
from app.world import baseline
from sim import charts
from sim.compare import Comparison
from sim.compare_tables import Tables
from sim.names import Names

if TYPE_CHECKING:
    import pandas as pd

DWELL_KEYS: Final = ["port", "direction", "class", "at", "side"]
CAUSE_KEYS: Final = ["port", "direction", "class", "cause"]
KPI_KEYS: Final = ["port", "side", "direction", "class", "kpi"]


def show_dwell(tables: Tables, names: Names) -> None:
    """Choose a scenario and a port; see hours by step, and by cause, before and after."""
    comparison = tables.of
    which, where = st.columns(2)
    scenario = which.selectbox(
        say("compare.scenario"), tables.order, format_func=tables.title, key=told_anew("compare_scenario")
    )
    target = comparison.main_target(scenario) if scenario else None
    ports = list(baseline().ports)
    start = target.port if target and target.port in ports else ports[0]
    key = told_anew(f"compare_port_{scenario}", start)
    port = where.selectbox(say("compare.port"), ports, format_func=names.port, key=key)
    if scenario is None or port is None:
        return
    before, after = comparison.results.baseline, scenario
    for column, id in zip(st.columns(2, gap="medium"), (before, after), strict=True):
        with column:
            st.markdown(f"**{tables.title(id)}**")
            _one(comparison, id, port, names)


def _one(comparison: Comparison, scenario: str, port: str, names: Names) -> None:
    results = comparison.results
    dwell = _mean(results.dwell, scenario, DWELL_KEYS, ["wait_h", "service_h"])
    here = dwell[dwell["port"] == port]
    if here.empty:
        st.caption(say("compare.no_traffic"))
        return
    waiting = _mean(results.waiting, scenario, CAUSE_KEYS, ["hours"])
    kpis = _mean(results.kpis, scenario, KPI_KEYS, ["value"])
    if (waiting["port"] == port).any():
        causes = charts.waiting_chart(waiting, kpis, results.measured_days, port, names)
        st.altair_chart(charts.styled(causes.properties(width="container")), theme=None, width="stretch")
    for (direction, klass), rows in here.groupby(["direction", "class"]):
        chart = charts.dwell_of_class(rows, str(direction), str(klass), names).properties(width="container")
        st.altair_chart(charts.styled(chart), theme=None, width="stretch")


def _mean(table: pd.DataFrame, scenario: str, keys: list[str], values: list[str]) -> pd.DataFrame:
    """Means over the replications of a scenario; what a replication has no row for counts as 0 in it."""
    rows = table[table["scenario"] == scenario]
    runs = max(1, rows["replication"].nunique())
    return rows.groupby(keys, as_index=False)[values].sum().assign(**{v: lambda t, v=v: t[v] / runs for v in values})
