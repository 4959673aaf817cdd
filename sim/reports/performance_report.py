"""Report of corridor performance as one HTML file that works without a network and without Bridgehead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from corridors.io.atomic_files import write_atomically
from sim.reports import chart_style, html_page, performance_charts
from sim.reports.performance_tables import PerformanceTables
from sim.reports.text_table import Table


def write_performance(path: Path, tables: PerformanceTables, records: Sequence[Mapping[str, Any]]) -> None:
    """Write the report to ``path`` (.html), complete or not at all; ``records`` are those of the runs."""
    write_atomically(path, _html(tables, records).encode())


def lead(tables: PerformanceTables, record: Mapping[str, Any]) -> list[str]:
    """Sentences on the methods and on the runs."""
    keys = {"days": "days", "start": "start", "warmup": "warmup_days", "seed": "seed", "replication": "replication"}
    texts = [tables.say("lead", **{name: record[key] for name, key in keys.items()})]
    if tables.scenario:
        texts.append(tables.say("beside", scenario=tables.scenario.title))
    return texts


def _html(tables: PerformanceTables, records: Sequence[Mapping[str, Any]]) -> str:
    names = tables.names
    title = tables.say("title", scenario=tables.runs[-1].title)
    specs = {
        f"profile-{number}": chart_style.spec_of(performance_charts.profile_chart(tables, group))
        for number, group in enumerate(performance_charts.groups(tables))
    }
    made = html_page.produced_by(names.language)
    parts = [
        f"<h1>{escape(title)}</h1>",
        *(f'<p class="lead">{escape(text)}</p>' for text in lead(tables, records[0])),
        _section(tables.crossings(), unbroken=1),
        _section(tables.routes(), unbroken=0),
        f"<h2>{escape(tables.say('profile'))}</h2>",
        f'<p class="note">{escape(tables.say("profile_note"))}</p>',
        *(html_page.chart_place(key) for key in specs),
        _section(tables.sections(), unbroken=0),
        f"<h2>{escape(tables.say('settings'))}</h2>",
        *(html_page.pairs_list(_settings(tables, record)) for record in records),
        f"<footer>{escape(made)}</footer>",
    ]
    return html_page.whole(title, parts, specs, names.language)


def _section(table: Table, unbroken: int) -> str:
    return "\n".join(
        [
            f"<h2>{escape(table.title)}</h2>",
            f'<p class="note">{escape(table.note)}</p>',
            html_page.table(table.columns, table.rows, texts=table.texts, unbroken=unbroken),
        ]
    )


def _settings(tables: PerformanceTables, record: Mapping[str, Any]) -> list[tuple[str, str]]:
    keys = ("scenario", "start", "days", "warmup_days", "seed", "replication", "version")
    language = tables.names.language
    return [
        (html_page.meta_label(key, language), str(record[key]))
        for key in (*keys, "data_fingerprint", "plan_fingerprint")
    ]
