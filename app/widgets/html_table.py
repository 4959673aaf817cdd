"""Tables that are read, not edited: the same HTML as in the offline reports, in the looks of the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Final

import streamlit as st

from app.widgets.chart import save_buttons
from sim.reports import html_page

CSS: Final = """
.table { overflow-x: auto; }
.table table { border-collapse: collapse; width: 100%; font-size: 13px; font-variant-numeric: tabular-nums; }
.table th, .table td { padding: 3px 6px; text-align: right; border: 0; border-bottom: 1px solid var(--line); }
.table th { color: var(--soft); font-weight: 500; vertical-align: bottom; border-bottom-color: var(--strong); }
.table th { line-height: 1.25; }
.table th small { display: block; color: var(--soft); font-weight: 400; }
.table td small { display: block; color: var(--soft); font-size: 11px; }
.table td.name, .table th.name { text-align: left; white-space: nowrap; }
.table td.text, .table th.text { text-align: left; }
.table th { white-space: nowrap; }
.table tr.above th { border-bottom: 0; padding-bottom: 0; color: var(--soft); text-align: right; }
.table tr.group td { border-top: 1px solid var(--strong); }
.table tr.over td { font-weight: 600; padding-top: 10px; border-bottom-color: var(--strong); }
.table tr.total td { color: var(--soft); }
details, details p { margin: 6px 0; font-size: 13px; } details p { color: var(--soft); } summary { cursor: pointer; }
@media (max-width: 1100px) { .table th { white-space: normal; } }
@media (max-width: 700px) {
  .table table { font-size: 12px; } .table th, .table td { padding: 3px 4px; }
  .table td.text { min-width: 4.5em; }
}
.legend span { font-size: 12px; margin-right: 14px; white-space: nowrap; }
.legend i { display: inline-block; width: 10px; height: 10px; margin-right: 5px; }
.card h4 { font-size: 16px; margin: 0; padding: 0; }
.card p { font-size: 13px; margin: 2px 0 6px; color: var(--soft); }
.card h5 { font-size: 13px; margin: 10px 0 2px; padding: 0; }
.card ul { font-size: 13px; margin: 0; padding-left: 18px; line-height: 1.4; }
.card li { margin: 0 0 3px; font-size: 13px; }
"""


def styled(html: str) -> str:
    """HTML of :mod:`sim.reports.html_page` with the style of the page; texts from data must be escaped."""
    return f"<style>{CSS}</style>{html}"


def show_table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    texts: int,
    unbroken: int = 1,
    marked: Sequence[str] | None = None,
    above: Iterable[tuple[str, int]] = (),
    grouped: bool = False,
) -> None:
    """Show a table; arguments as of :func:`sim.reports.html_page.table`."""
    table = html_page.table(head, rows, texts=texts, unbroken=unbroken, marked=marked, above=above, grouped=grouped)
    st.html(styled(saved(table)))


def saved(table: str) -> str:
    """A table with a button that saves it as CSV."""
    return f"<div>{table}{save_buttons(('csv',))}</div>"


def show_legend(colours: Mapping[str, str]) -> None:
    """Show one legend for several charts, on as many lines as needed."""
    entries = "".join(
        f'<span><i style="background:{colour}"></i>{escape(name)}</span>' for name, colour in colours.items()
    )
    st.html(styled(f'<div class="legend">{entries}</div>'))
