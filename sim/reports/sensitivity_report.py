"""A sensitivity study as one HTML file that works without a network and without Bridgehead.

Input: a Sensitivity, and the corridor for names. Output: a page whose first table lists the five assumptions to measure
before the ranking is used; then the ranking, every assumption, and the method.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from corridors.io.atomic_files import write_atomically
from corridors.model import Corridor
from sim.reports import chart_style, html_page
from sim.reports.sensitivity_charts import threat_chart
from sim.reports.sensitivity_tables import SensitivityTables
from sim.studies.sensitivity.study import Sensitivity
from sim.text.names import Language, Names


def write_sensitivity(path: Path, study: Sensitivity, corridor: Corridor, language: Language = "en") -> None:
    """Write the report of a study to ``path`` (.html), atomically."""
    write_atomically(path, page_of(study, Names.of(corridor, language)).encode("utf-8"))


def page_of(study: Sensitivity, names: Names) -> str:
    """The whole page as HTML."""
    tables = SensitivityTables(study, names)
    say, settings = tables.say, study.settings

    def note(text: str) -> str:
        return f'<p class="note">{escape(text)}</p>' if text else ""

    def head(key: str) -> str:
        return f"<h2>{escape(say(key))}</h2>"

    chart = threat_chart(tables)
    specs: dict[str, Any] = {"threat": chart_style.spec_of(chart)} if chart else {}
    title = say("title")
    columns, rows = tables.first()
    ranking_columns, ranking_rows = tables.ranking()
    threat_columns, threat_rows = tables.threats()
    input_columns, input_rows = tables.all_inputs()
    made = html_page.produced_by(names.language)
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="lead">{escape(tables.lead())}</p>',
        head("first"),
        note(say("first_note")),
        html_page.table(columns, rows, texts=len(columns), unbroken=0),
        head("ranking"),
        note(say("ranking_note", n=settings.replications)),
        html_page.table(ranking_columns, ranking_rows, texts=3, unbroken=0) if ranking_rows else "",
        note(tables.ties() if len(study.rankings.top) > 1 else say("no_pairs")),
        head("threats"),
        note(say("threats_note", trajectories=settings.trajectories, samples=settings.samples)),
        html_page.chart_place("threat") if chart else "",
        html_page.table(threat_columns, threat_rows, texts=3, unbroken=0),
        head("costs"),
        note(say("costs_note")),
        html_page.bullets(tables.costs() or [say("no_costs")]),
        head("how"),
        html_page.bullets(tables.how()),
        head("all_inputs"),
        f"<details><summary>{escape(say('show', n=len(input_rows)))}</summary>"
        f"{html_page.table(input_columns, input_rows, texts=len(input_columns), unbroken=1)}</details>",
        f"<footer>{escape(made)}</footer>",
    ]
    return html_page.whole(title, parts, specs, names.language)
