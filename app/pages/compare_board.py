"""The board of the page Compare: scenarios by figures, with the choice of traffic, figures and order."""

from __future__ import annotations

from typing import Final

import streamlit as st

from app.language import language, option_key, say
from app.widgets.html_table import styled
from sim.reports.board import (
    CSS,
    USUAL,
    Board,
    board_csv,
    board_html,
    column_title,
    figure_choices,
    traffic_choices,
    usual_traffic,
)
from sim.reports.comparison_names import traffic_name
from sim.reports.comparison_tables import ComparisonTables
from sim.studies.compare import Traffic
from sim.text.catalogue import say as text

OWN: Final = ""
"""Key of the choice of the traffic that each scenario is for."""
MOST_FIGURES: Final = 6


def show_board(tables: ComparisonTables) -> None:
    """Show the board; nothing without other scenarios than the baseline."""
    if not tables.order:
        return
    st.caption(say("compare.board_what"))
    names = tables.names
    known: dict[str, Traffic | None] = {OWN: None}
    known |= {f"{one.port}.{one.klass}": one for one in traffic_choices(tables)}
    titles = {key: traffic_name(names, one.port, one.klass) for key, one in known.items() if one}
    titles[OWN] = text("comparison.own_target", language())
    usual = usual_traffic(tables)
    left, middle, right = st.columns([2, 3, 2])
    traffic = left.selectbox(
        say("compare.board_traffic"),
        list(known),
        format_func=titles.__getitem__,
        key=option_key("board_traffic", f"{usual.port}.{usual.klass}" if usual else OWN),
    )
    chosen = known[traffic]
    figures = {kpi: names.figure(kpi) for kpi in figure_choices(tables, chosen)}
    key = option_key(f"board_figures_{traffic}", [kpi for kpi in USUAL if kpi in figures])
    shown = middle.multiselect(
        say("compare.board_figures"),
        list(figures),
        format_func=figures.__getitem__,
        key=key,
        max_selections=MOST_FIGURES,
    )
    board = Board(tables, chosen, tuple(shown))
    orders: dict[str, int | None] = {"cargo": None} | {f"by_{n}": n for n in range(len(board.columns))}
    labels = {"cargo": say("compare.board_by_cargo")}
    labels |= {
        f"by_{n}": say("compare.board_by", figure=column_title(board, one)[0]) for n, one in enumerate(board.columns)
    }
    by = right.selectbox(
        say("compare.board_sort"), list(orders), format_func=labels.__getitem__, key=option_key("board_sort")
    )
    order = board.order(orders[by])
    st.html(f"<style>{CSS}</style>{styled(board_html(board, order))}")
    st.download_button(
        say("compare.board_csv"),
        lambda: board_csv(board, order),
        "board.csv",
        "text/csv",
        key="board_csv",
        icon=":material/download:",
        on_click="ignore",
    )
