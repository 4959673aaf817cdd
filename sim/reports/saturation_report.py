"""Report of the years of saturation as one HTML file that works without a network and without Bridgehead."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

import sim
from corridors.io.atomic_files import write_atomically
from corridors.translations import translated
from sim.reports import chart_style, html_page, saturation_charts
from sim.reports.number_format import general
from sim.reports.saturation_tables import SaturationTables
from sim.reports.text_table import Table
from sim.run import Case


def write_saturation(path: Path, tables: SaturationTables, case: Case) -> None:
    """Write the report to ``path`` (.html), complete or not at all; ``case`` has the settings of the runs."""
    write_atomically(path, _html(tables, case).encode())


def _html(tables: SaturationTables, case: Case) -> str:
    language, last = tables.names.language, tables.of.last_year
    specs: dict[str, Any] = {}
    title = tables.say("title")
    made = html_page.produced_by(language)
    parts = [
        f"<h1>{escape(title)}</h1>",
        *(f"<p>{escape(text)}</p>" for text in (*tables.lead(), *tables.runs_note(case.settings.days))),
        html_page.bullets(tables.sentences()),
        _heading(tables, "years_chart", last=last),
        chart_style.place(specs, "years", saturation_charts.years_chart(tables)),
        _section(tables.ports()),
        _section(tables.sections()),
        _section(tables.moves()),
        _section(tables.moves_in_runs()),
        _heading(tables, "load_chart", future=tables.titles[tables.main]),
        chart_style.place(specs, "loads", saturation_charts.load_chart(tables)),
        _growth(tables),
        f"<h2>{escape(tables.say('settings'))}</h2><p>{escape(_settings(tables, case))}</p>",
        f"<footer>{escape(made)}</footer>",
    ]
    return html_page.whole(title, parts, specs, language)


def _heading(tables: SaturationTables, key: str, **values: Any) -> str:
    title, note = tables.say(key, **values), tables.say(f"{key}_note", **values)
    return f'<h2>{escape(title)}</h2><p class="note">{escape(note)}</p>'


def _section(table: Table) -> str:
    return html_page.section(table) if table.rows or table.rest else ""


def _growth(tables: SaturationTables) -> str:
    """The growth paths with their figures, data grades, sources and notes."""
    names, separator = tables.names, tables.say("separator")
    pairs = []
    for path in tables.of.futures.paths:
        years = [
            names.labelled(str(p.year), " - ".join(general(one, 3) for one in (p.low, p.central, p.high)))
            for p in path.factors
        ]
        source = separator.join((names.grade(path.grade), *path.source.split(";")))
        note = translated(path, "note", names.language)
        text = tables.say("growth", years=separator.join(years), source=source, note=note)
        pairs.append((translated(path, "title", names.language), text))
    return f"<h2>{escape(tables.say('grows'))}</h2>{html_page.pairs_list(pairs)}"


def _settings(tables: SaturationTables, case: Case) -> str:
    settings = case.settings
    return tables.say(
        "settings_days",
        days=settings.days,
        start=str(settings.start),
        warmup=settings.warmup_days,
        seed=settings.seed,
        version=sim.__version__,
        data=case.data_fingerprint,
    )
