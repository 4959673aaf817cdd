"""Report of an appraisal as one HTML file that works without a network, and its flows as a CSV file."""

from __future__ import annotations

import csv
import io
from html import escape
from pathlib import Path
from typing import Any, Final

from corridors.io.atomic_files import write_atomically
from corridors.translations import translated
from sim.reports import chart_style, html_page
from sim.reports.appraisal_charts import (
    cumulative_chart,
    parties_chart,
    streams_by_year_chart,
    tornado_chart,
    waterfall_chart,
)
from sim.reports.appraisal_tables import AppraisalTables
from sim.studies.appraisal import Appraisal
from sim.studies.appraisal.document import flow_rows

FLOW_COLUMNS: Final = (
    *("future", "year", "stream", "party", "country", "value_musd", "low_musd", "high_musd", "discount_factor"),
    "present_value_musd",
)
DIGITS: Final = 6


def write_flows(path: Path, found: Appraisal) -> None:
    """Write :func:`flows_text` to a file."""
    write_atomically(path, flows_text(found).encode())


def flows_text(found: Appraisal) -> str:
    """CSV with a row for each future, year, stream, party and country; the sum of the last column is the NPV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(FLOW_COLUMNS)
    for one in found.futures.values():
        for row in flow_rows(found.model, one):
            values = (row["value"], row["low"], row["high"], row["discount_factor"])
            numbers = ["" if value is None else f"{value:.{DIGITS}f}" for value in values]
            present = f"{row['value'] * row['discount_factor']:.{DIGITS}f}"
            names = (row["future"], row["year"], row["stream"], row["party"], row["country"])
            writer.writerow([*names, *numbers, present])
    return text.getvalue()


def write_appraisal(path: Path, tables: AppraisalTables) -> None:
    """Write the report to ``path`` (.html), complete or not at all."""
    write_atomically(path, _html(tables).encode())


def _html(tables: AppraisalTables) -> str:
    specs: dict[str, Any] = {}
    futures, streams, parties, swings, works = tables.tables()
    findings = tables.findings()
    parts = [
        f"<h1>{escape(tables.title)}</h1>",
        *(f"<p>{escape(sentence)}</p>" for sentence in tables.answer()),
        html_page.bullets(tables.warnings()),
        html_page.section(futures),
        _heading(tables, "waterfall", findings["waterfall"]),
        chart_style.place(specs, "waterfall", waterfall_chart(tables)),
        _heading(tables, "streams_by_year", ""),
        chart_style.place(specs, "streams_by_year", streams_by_year_chart(tables)),
        _heading(tables, "cumulative", findings["cumulative"]),
        chart_style.place(specs, "cumulative", cumulative_chart(tables)),
        html_page.section(parties, findings["parties"]),
        chart_style.place(specs, "parties", parties_chart(tables)),
        html_page.section(swings, findings["swings"]),
        chart_style.place(specs, "tornado", tornado_chart(tables)),
        html_page.section(works),
        html_page.section(streams),
        f"<p>{escape(translated(tables.found.programme, 'note', tables.language))}</p>",
        f"<footer>{escape(html_page.produced_by(tables.language))}</footer>",
    ]
    return html_page.whole(tables.title, parts, specs, tables.language)


def _heading(tables: AppraisalTables, key: str, finding: str) -> str:
    title, note = tables.say(key), tables.say(f"{key}_note")
    return f'<h2>{escape(title)}</h2><p>{escape(finding)}</p><p class="note">{escape(note)}</p>'
