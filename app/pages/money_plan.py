"""A stored choice of programmes on the page Money: what each budget buys, and in which order it is built."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from app import money_data, url_state
from app.language import language, say
from app.results import results_root
from app.widgets.chart import show_chart
from app.widgets.findings_view import show_findings
from app.widgets.html_table import show_table
from app.widgets.plain_text import plain_text
from app.world import baseline, names
from corridors.findings import ERROR, DataError, Finding
from corridors.io.json_files import read_json
from corridors.messages import message
from sim.reports import appraisal_charts as charts
from sim.reports.lever_titles import lever_title
from sim.reports.number_format import NO_VALUE, figure
from sim.text.catalogue import say as text

BUDGET: Final = "budget"


def show_plan(name: str | None, left: Any) -> None:
    """Show the stored choice in a folder; the budget slider is in the column ``left``."""
    if name is None:
        return
    try:
        found = _read(name)
    except DataError as error:
        show_findings(error.findings)
        return
    budgets = sorted(found["budgets"], key=lambda one: one["budget_musd"])
    amounts = [one["budget_musd"] for one in budgets]
    with left:
        requested = url_state.requested(BUDGET, [f"{amount:g}" for amount in amounts])
        if requested:
            st.session_state["money_plan_budget"] = float(requested)
        if st.session_state.get("money_plan_budget") not in amounts:
            st.session_state["money_plan_budget"] = amounts[-1]
        shown = amounts[-1]
        if len(amounts) > 1:
            help = say("money.plan_budget_help")
            shown = st.select_slider(
                say("money.budget"), amounts, format_func=figure, key="money_plan_budget", help=help
            )
        url_state.keep(BUDGET, f"{shown:g}", f"{amounts[-1]:g}")
        st.caption(say("money.plan_sets", n=found["sets_valued"]))
    one = next(one for one in budgets if one["budget_musd"] == shown)
    st.info(plain_text(_sentence(one, found)), icon=":material/lightbulb:")
    for warning in one.get("warnings", ()):
        st.warning(plain_text(text(f"portfolio.{warning}", language())), icon=":material/warning:")
    if found["quick"]:
        st.caption(say("money.plan_quick"))
    _order(one, found)
    _frontier(budgets, shown, found)


def _read(name: str) -> dict[str, Any]:
    """The choice of a folder. Raises DataError for an unknown folder and a damaged file."""
    root = results_root()
    why = "unknown"
    if name in money_data.planned(root):
        try:
            found = read_json(root / name / money_data.PLAN)
            if found["budgets"] and found["works"] is not None:
                return dict(found)
        except (OSError, ValueError, KeyError, TypeError):
            why = "unreadable"
    raise DataError([Finding(ERROR, name, None, "", name, message(f"results.{why}", "app_common"))])


def _title(id: str, found: dict[str, Any]) -> str:
    """The title of a work; of a lever, the servers that it adds and the facility."""
    if lever := lever_title(id, baseline(), names(language()), language()):
        return lever
    work = found["works"].get(id, {})
    return str(work.get(f"title_{language()}") or work.get("title_en") or id)


def _listed(one: dict[str, Any], found: dict[str, Any]) -> str:
    opened = sorted(one["opens"].items(), key=lambda item: (item[1], item[0]))
    between = text("portfolio.between", language())
    return between.join(
        text("portfolio.opened", language(), work=_title(id, found), year=str(year)) for id, year in opened
    )


def _sentence(one: dict[str, Any], found: dict[str, Any]) -> str:
    budget = figure(one["budget_musd"])
    if not one["opens"]:
        return text("portfolio.nothing", language(), budget=budget)
    net = figure(one["net_musd_a_year"])
    return say("money.plan_answer", budget=budget, works=_listed(one, found), net=net, **_worth(one))


def _worth(one: dict[str, Any]) -> dict[str, Any]:
    """The part of the sentence on net present values, with the share of assumed prices."""
    if one["assumed_share"] is None:  # A file of an earlier version.
        return {"worth": ""}
    share = f"{one['assumed_share']:.0%}"
    if not one["npv"]:
        return {"worth": say("money.plan_rests", share=share)}
    values = tuple(
        text(
            "portfolio.of_future",
            language(),
            future=text(f"appraisal.future.{id}", language()),
            npv=figure(of["value"]),
        )
        for id, of in one["npv"].items()
    )
    return {"worth": say("money.plan_worth", npvs=values, share=share)}


def _order(one: dict[str, Any], found: dict[str, Any]) -> None:
    """Years of building and use of each work."""
    if not one["opens"]:
        return
    st.markdown(f"**{text('portfolio.order_chart', language())}**")
    opened = sorted(one["opens"].items(), key=lambda item: (item[1], item[0]))
    spans = [(_title(id, found), found["works"].get(id, {}).get("build_years", 1), year) for id, year in opened]
    show_chart(charts.order_chart(spans))


def _frontier(budgets: list[dict[str, Any]], shown: float, found: dict[str, Any]) -> None:
    """What each budget buys."""
    st.markdown(f"**{text('portfolio.frontier', language())}**")
    if len(budgets) > 1:
        points = [(one["budget_musd"], one["net_musd_a_year"]) for one in budgets]
        budget, net = (text(f"portfolio.column.{key}", language()) for key in ("budget", "net"))
        show_chart(charts.frontier_chart(points, budget, net, shown))
    futures = next((tuple(one["npv"]) for one in budgets if one["npv"]), ())
    rows = tuple(
        (
            _listed(one, found) or text("portfolio.no_works", language()),
            figure(one["budget_musd"]),
            figure(one["capital_musd"]),
            figure(one["net_musd_a_year"]),
            *(figure(one["npv"][id]["value"]) if one["npv"] else NO_VALUE for id in futures),
        )
        for one in budgets
    )
    heads = [text(f"portfolio.column.{key}", language()) for key in ("works", "budget", "capital", "net")]
    heads += [
        text("portfolio.column.npv", language(), future=text(f"appraisal.future.{id}", language())) for id in futures
    ]
    st.caption(text("portfolio.frontier_note", language()))
    show_table(heads, rows, texts=1, unbroken=0)
