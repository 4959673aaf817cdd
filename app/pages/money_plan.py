"""A stored choice of programmes on the page Money: what each budget buys, and in which order it is built."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from app import url_state
from app.language import language, say
from app.widgets.chart import show_chart
from app.widgets.html_table import show_table
from app.widgets.plain_text import plain_text
from app.world import baseline
from sim.reports import money
from sim.reports.plan_summary import PlanSummary
from sim.reports.text_table import Table
from sim.studies.portfolio.stored import StoredBudget, StoredPlan
from sim.text.catalogue import say as text

BUDGET: Final = "budget"


def show_plan(plan: StoredPlan, left: Any, of_file: bool = False) -> None:
    """Show a stored choice; the budget slider is in the column ``left``."""
    made = PlanSummary(plan, baseline(), language(), of_file)
    amounts = [one.budget_musd for one in made.budgets]
    with left:
        shown = _budget(amounts)
        st.caption(made.notes()[0])
    one = next(one for one in made.budgets if one.budget_musd == shown)
    st.info(plain_text(made.sentence(one)), icon=":material/lightbulb:")
    for warning in made.warnings([one]):
        st.warning(plain_text(warning), icon=":material/warning:")
    for note in made.notes()[1:]:
        st.caption(note)
    _order(made, one)
    frontier, *others = made.tables()
    _table(frontier, made.frontier_chart(shown))
    for table in others:
        _table(table)


def _table(table: Table, chart: Any = None) -> None:
    st.markdown(f"**{table.title}**")
    if chart is not None:
        show_chart(chart)
    st.caption(table.note)
    show_table(table.columns, table.rows, texts=table.texts, unbroken=0)


def _budget(amounts: list[float]) -> float:
    """The budget that the visitor or the address chooses."""
    requested = url_state.requested(BUDGET, [f"{amount:g}" for amount in amounts])
    if requested:
        st.session_state["money_plan_budget"] = float(requested)
    if st.session_state.get("money_plan_budget") not in amounts:
        st.session_state["money_plan_budget"] = amounts[-1]
    shown = amounts[-1]
    if len(amounts) > 1:
        help = say("money.plan_budget_help")
        unit = money.unit_of(amounts, language())
        name = say("money.budget", unit=unit.name)
        shown = st.select_slider(name, amounts, format_func=unit.figure, key="money_plan_budget", help=help)
    url_state.keep(BUDGET, f"{shown:g}", f"{amounts[-1]:g}")
    return shown


def _order(made: PlanSummary, one: StoredBudget) -> None:
    """Years of building and use of each work."""
    if (chart := made.order_chart(one)) is not None:
        st.markdown(f"**{text('portfolio.order_chart', language())}**")
        show_chart(chart)
