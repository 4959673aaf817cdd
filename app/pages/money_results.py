"""Results of the page Money: the answer on the first screen, then charts and tables in tabs."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from app import home, money_data
from app.language import language, say, text_of
from app.pages.money_controls import unit_name
from app.session.money import Settings
from app.widgets.chart import show_chart
from app.widgets.html_table import show_table
from app.widgets.plain_text import plain_text
from app.world import baseline, facts, names
from corridors.model import ids_in
from sim.reports import appraisal_charts as charts
from sim.reports import money
from sim.reports.appraisal_report import flows_text
from sim.reports.appraisal_tables import AppraisalTables
from sim.reports.number_format import NO_VALUE, figure
from sim.reports.text_table import Table
from sim.studies.appraisal import Appraisal
from sim.studies.appraisal.stored import Moved, Study
from sim.text.data_texts import source_title

TABS: Final = ("years", "turns", "parties", "works", "prices", "numbers")
BOM: Final = "\ufeff"
"""Excel shows Chinese in a CSV file that begins with it."""


def show_results(study: Study, settings: Settings, found: Appraisal, moved: Moved, missing: int) -> None:
    """Show an appraisal: the answer, then everything behind it."""
    made = AppraisalTables(found, baseline(), language())
    _answer(made)
    tabs = st.tabs([say(f"money.tab_{key}") for key in TABS])
    with tabs[0]:
        _chart(charts.streams_by_year_chart(made), made.by_year_note())
        _chart(charts.cumulative_chart(made), made.findings()["cumulative"])
        _csv(flows_text(found), "flows", say("money.flows"))
    with tabs[1]:
        _chart(charts.tornado_chart(made), made.findings()["swings"])
        _table(made.swings(), "tornado")
    with tabs[2]:
        _chart(charts.parties_chart(made), made.findings()["parties"])
        _table(made.parties(), "parties")
    with tabs[3]:
        _table(made.works(), "works")
        _parts(study, settings, moved, missing)
    with tabs[4]:
        _prices(made)
    with tabs[5]:
        for key, table in (("indicators", made.futures()), ("streams", made.streams())):
            _table(table, key)


def _answer(made: AppraisalTables) -> None:
    """The first screen: answer, indicators, three kinds of uncertainty, where it turns, who pays."""
    first, *rest = made.first_screen()
    st.info(plain_text(first), icon=":material/lightbulb:")
    if large := made.ratio_warning():
        st.warning(plain_text(large), icon=":material/warning:")
    cards = made.cards()
    future = made.future(made.found.main)
    for column, (label, value) in zip(st.columns(len(cards)), cards, strict=True):
        column.metric(label, value, help=say("money.in_future", future=future))
    unsure = made.uncertainty()
    show_table(unsure.columns, unsure.rows, texts=1, unbroken=0)
    st.markdown("  \n".join(plain_text(line) for line in rest))
    if others := list(made.warnings()):
        with st.expander(say("money.warnings", n=len(others)), icon=":material/info:"):
            for line in others:
                st.markdown(f"- {plain_text(line)}")


def _chart(chart: Any, finding: str) -> None:
    if finding:
        st.markdown(f"**{plain_text(finding)}**")
    show_chart(chart)


def _table(table: Table, name: str) -> None:
    st.markdown(f"**{plain_text(table.title)}**")
    if table.note:
        st.caption(plain_text(table.note))
    show_table(table.columns, table.rows, texts=table.texts, unbroken=0)
    if table.rest:
        st.caption(plain_text(table.rest))
    _csv(_as_csv(table.columns, table.rows), name, say("money.csv"))


def _as_csv(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.replace("\n", " ") for column in columns])
    writer.writerows(rows)
    return text.getvalue()


def _csv(text: str, name: str, label: str) -> None:
    content = (BOM + text).encode()
    key = f"money_csv_{name}"
    icon = ":material/download:"
    st.download_button(label, content, f"{name}.csv", "text/csv", key=key, icon=icon, on_click="ignore")


def _parts(study: Study, settings: Settings, moved: Moved, missing: int) -> None:
    """Every choice of the works that was run, by capital: what a budget buys."""
    values = money_data.values_of_parts(study, missing, settings.moved())
    if len(values) < 2:
        return
    works = {work.id: work for work in study.works}
    rows = []
    for ids, value in values.items():
        capital = sum(moved.capital.get(id, works[id].capital.value) for id in ids)
        title = say("money.between").join(text_of(work, "title") for id, work in works.items() if id in ids)
        rows.append((capital, value, title, ids == moved.works))
    rows.sort(key=lambda row: row[:2])
    st.markdown(f"**{say('money.parts')}**")
    st.caption(say("money.parts_note"))
    unit = money.unit_of((amount for row in rows for amount in row[:2]), language())
    shown = tuple(
        (title, say("money.shown") if now else "", unit.figure(capital), unit.figure(value))
        for capital, value, title, now in rows
    )
    columns = tuple(say(f"money.column_{key}", unit=unit.name) for key in ("works", "now", "capital", "npv"))
    show_table(columns, shown, texts=2, unbroken=0)
    _csv(_as_csv(columns, shown), "choices", say("money.csv"))


def _prices(made: AppraisalTables) -> None:
    """Every price that counts, with its range, grade and sources."""
    st.caption(say("money.prices_table"))
    named, rows = names(language()), made.model.prices.rows
    head = [say(f"money.column_{key}") for key in ("price", "value", "range", "grade", "sources")]
    lines = [f"| {' | '.join(head)} |", "|---|--:|--:|---|---|"]
    plain = []
    for id in made.model.used:
        price = rows[id]
        span = say("money.span", low=figure(price.low), high=figure(price.high)) if price.uncertain else NO_VALUE
        unit = unit_name(price.unit)
        value = named.measured(figure(price.value), unit) if unit else figure(price.value)
        cells = [text_of(price, "meaning"), value, span, named.grade(price.grade)]
        links = "; ".join(_link(source) for source in ids_in(price.source))
        lines.append(f"| {' | '.join([*map(plain_text, cells), links])} |")
        plain.append([id, *cells, price.source])
    st.markdown("\n".join(lines))
    _csv(_as_csv([say("money.column_id"), *head], plain), "prices", say("money.csv"))


def _link(id: str) -> str:
    """A source with its address, if it has one."""
    known = facts().get(id) if home.folder() is None else None
    source = baseline().sources.get(id)
    address = (known.url if known else source.url if source else "").strip()
    title = plain_text(source_title(baseline(), id, language()) or id)
    return f"[{id}]({address}): {title}" if address.startswith("http") else f"{id}: {title}"
