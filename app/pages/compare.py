"""Page Compare: effects of scenarios with confidence intervals, costs and bottlenecks."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app.language import language, say
from app.pages.compare_board import show_board
from app.pages.compare_choice import choose
from app.pages.compare_dwell import show_dwell
from app.session import current
from app.widgets.chart import show_chart
from app.widgets.html_table import show_table
from app.widgets.plain_text import plain_text
from app.world import baseline
from sim.reports import comparison_charts
from sim.reports.comparison_names import names_of, warning_texts
from sim.reports.comparison_tables import ComparisonTables
from sim.reports.interactions import interaction_matrix, interaction_table
from sim.reports.text_table import Table
from sim.studies.compare import ScenarioComparison
from sim.studies.compare.ranking import RANKED
from sim.text.catalogue import say as text_of


def draw(chart: Any) -> None:
    """Show a chart at the width of the page; nothing for None."""
    if chart is not None:
        show_chart(chart)


def table(found: Table, with_title: bool = True) -> None:
    """Show a table of the comparison with its note and the rows left out."""
    if with_title:
        st.subheader(found.title, anchor=False)
    if found.note:
        st.caption(found.note)
    if found.rows:
        show_table(found.columns, found.rows, texts=found.texts, unbroken=0, grouped=found.grouped)
    if found.rest:
        st.caption(found.rest)


def effects(tables: ComparisonTables) -> None:
    """Show what is requested, and the effects on cargo and its yards, and on the target traffic."""
    if (asked := tables.asked()).rows:
        table(asked)
    cargo = tables.cargo()
    st.subheader(cargo.title, anchor=False)
    draw(comparison_charts.cargo_forest(tables))
    table(cargo, with_title=False)
    yards = tables.yards()
    if yards.rows:
        table(yards)
    st.subheader(text_of("comparison.effects", language()), anchor=False)
    draw(comparison_charts.dwell_forest(tables))
    table(tables.target())
    pairs = interaction_table(tables)
    if pairs.rows:
        st.subheader(pairs.title, anchor=False)
        draw(interaction_matrix(tables))
        table(pairs, with_title=False)


def ranking(tables: ComparisonTables) -> None:
    """Show the scenarios in order of a figure over all ports."""
    st.caption(text_of("comparison.ranking_note", language()))
    for kpi in RANKED:
        chart = comparison_charts.ranking_chart(tables, kpi)
        if chart is None:
            continue
        st.subheader(tables.names.figure(kpi), anchor=False)
        # Side by side on the page, because panels of one chart do not grow with it.
        for column, panel in zip(st.columns([4, 1]), chart.hconcat, strict=False):
            with column:
                draw(panel.properties(data=chart.data))
        if len(chart.hconcat) == 1:
            st.caption(text_of("comparison.ranking_unclear", language()))


def costs(tables: ComparisonTables) -> None:
    """Show costs and benefits."""
    found = tables.costs()
    if not (found.rows or found.rest):
        st.caption(say("compare.no_costs"))
        return
    draw(comparison_charts.pareto_chart(tables))
    table(found)


def show(comparison: ScenarioComparison) -> None:
    """Show a comparison in tabs."""
    names = names_of(comparison.results, baseline(), language())
    tables = ComparisonTables(comparison, baseline(), names)
    st.caption(plain_text(tables.heading()))
    st.caption(tables.how())
    warnings = warning_texts(comparison, names)
    if warnings:
        with st.expander(say("compare.warnings", n=len(warnings)), icon=":material/info:", expanded=len(warnings) < 3):
            for warning in warnings:
                st.markdown(f"- {plain_text(warning)}")
    keys = ("board", "effects", "ranking", "costs", "bottlenecks", "dwell", "all")
    tabs = st.tabs([say(f"compare.tab_{key}") for key in keys])
    with tabs[0]:
        show_board(tables)
    with tabs[1]:
        effects(tables)
    with tabs[2]:
        ranking(tables)
    with tabs[3]:
        costs(tables)
    with tabs[4]:
        table(tables.bottleneck())
        table(tables.sections())
        table(tables.journeys())
    with tabs[5]:
        show_dwell(tables, names)
    with tabs[6]:
        table(tables.all_effects())


def main() -> None:
    """Draw the page from top to bottom."""
    st.header(say("compare.title"), anchor=False)
    st.caption(say("compare.what"))
    comparison = choose()
    if comparison is not None:
        current.use_comparison(comparison)
        show(comparison)


main()
