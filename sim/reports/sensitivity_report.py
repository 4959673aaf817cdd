"""A sensitivity study as one HTML file that opens anywhere, without a network and without Bridgehead.

In: a Sensitivity and the corridor for names. Out: a page in English or Chinese whose first table answers "which five
numbers should I go and measure before I trust this ranking?"; then the ranking, every guess, and how it was done.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from corridors.model import Corridor
from sim.core.atomic_files import atomic_file
from sim.reports import html_page, run_charts
from sim.reports.sensitivity_charts import threat_chart
from sim.reports.sensitivity_tables import Tables
from sim.studies.sensitivity.study import Sensitivity
from sim.text.names import Language, Names
from sim.text.sensitivity import say


def write_sensitivity(path: Path, study: Sensitivity, corridor: Corridor, language: Language = "en") -> None:
    """Write the report of a study to ``path`` (.html), complete or not at all."""
    text = page_of(study, Names.of(corridor, language))
    with atomic_file(path) as file:
        file.write(text.encode("utf-8"))


def page_of(study: Sensitivity, names: Names) -> str:
    """The whole page."""
    tables = Tables(study, names)
    asked = study.asked

    def note(text: str) -> str:
        return f'<p class="note">{escape(text)}</p>' if text else ""

    def head(key: str) -> str:
        return f"<h2>{escape(say(names, key))}</h2>"

    chart = threat_chart(tables)
    specs: dict[str, Any] = {"threat": run_charts.styled(chart).to_dict()} if chart else {}
    title = say(names, "title")
    columns, rows = tables.five()
    order_columns, order_rows = tables.order()
    threat_columns, threat_rows = tables.threats()
    guess_columns, guess_rows = tables.all_guesses()
    every = say(names, "show", n=len(guess_rows))
    made = html_page.produced_by(names.language)
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="lead">{escape(tables.lead())}</p>',
        head("five"),
        note(say(names, "five_note")),
        html_page.table(columns, rows, texts=len(columns), unbroken=0),
        head("order"),
        note(say(names, "order_note", replications=asked.replications)),
        html_page.table(order_columns, order_rows, texts=3, unbroken=0) if order_rows else "",
        note(tables.close_calls() if len(study.orders.top) > 1 else say(names, "no_pairs")),
        head("threats"),
        note(say(names, "threats_note", trajectories=asked.trajectories, samples=asked.samples)),
        html_page.chart_place("threat") if chart else "",
        html_page.table(threat_columns, threat_rows, texts=3, unbroken=0),
        head("costs"),
        note(say(names, "costs_note")),
        html_page.bullets(tables.costs() or [say(names, "no_costs")]),
        head("how"),
        html_page.bullets(tables.how()),
        head("all_guesses"),
        f"<details><summary>{escape(every)}</summary>"
        f"{html_page.table(guess_columns, guess_rows, texts=len(guess_columns), unbroken=1)}</details>",
        f"<footer>{escape(made)}</footer>",
    ]
    return html_page.whole(title, parts, specs, names.language)
