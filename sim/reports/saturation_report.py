"""Years of saturation as one HTML file that opens anywhere, without a network and without Bridgehead."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

import sim
from sim.core.atomic_files import atomic_file
from sim.reports import html_page, run_charts, saturation_charts
from sim.reports.comparison_tables import Table
from sim.reports.saturation_tables import HorizonTables
from sim.run import Case
from sim.text.saturation import say


def write_horizons(path: Path, tables: HorizonTables, case: Case) -> None:
    """Write the report to ``path`` (.html), complete or not at all; ``case`` is what was or would be run."""
    with atomic_file(path) as file:
        file.write(_html(tables, case).encode("utf-8"))


def _html(tables: HorizonTables, case: Case) -> str:
    names, last = tables.names, tables.of.last_year
    specs: dict[str, Any] = {}
    title = say(names, "title")
    made = html_page.produced_by(names.language)
    parts = [
        f"<h1>{escape(title)}</h1>",
        *(f"<p>{escape(text)}</p>" for text in (*tables.lead(), *tables.runs_note(case.settings.days))),
        html_page.bullets(tables.sentences()),
        _heading(tables, "years_chart", last=last),
        _chart(specs, "years", saturation_charts.years_chart(tables)),
        _section(tables, tables.ports()),
        _section(tables, tables.sections()),
        _section(tables, tables.moves()),
        _section(tables, tables.moves_in_runs()),
        _heading(tables, "load_chart", future=tables.titles[tables.main]),
        _chart(specs, "loads", saturation_charts.load_chart(tables)),
        _growth(tables),
        f"<h2>{escape(say(names, 'settings'))}</h2><p>{escape(_settings(tables, case))}</p>",
        f"<footer>{escape(made)}</footer>",
    ]
    return html_page.whole(title, parts, specs, names.language)


def _chart(specs: dict[str, Any], key: str, chart: Any) -> str:
    if chart is None:
        return ""
    specs[key] = run_charts.styled(chart).to_dict()
    return html_page.chart_place(key)


def _heading(tables: HorizonTables, key: str, **values: Any) -> str:
    title, note = say(tables.names, key, **values), say(tables.names, f"{key}_note", **values)
    return f'<h2>{escape(title)}</h2><p class="note">{escape(note)}</p>'


def _section(tables: HorizonTables, table: Table) -> str:
    if not table.rows and not table.rest:
        return ""
    parts = [f"<h2>{escape(say(tables.names, table.key))}</h2>"]
    parts += [f'<p class="note">{escape(text)}</p>' for text in (table.note, table.rest) if text]
    parts.append(html_page.table(table.columns, table.rows, texts=table.texts, unbroken=0))
    return "\n".join(parts)


def _growth(tables: HorizonTables) -> str:
    """Each path with its figures, grade, source and note."""
    names = tables.names
    pairs = []
    for path in tables.of.futures.paths:
        years = [names.labelled(str(p.year), f"{p.low:.3g} - {p.central:.3g} - {p.high:.3g}") for p in path.factors]
        grade = names.grade(path.grade)
        note = names.pick((path.note_en, path.note_zh))
        semicolon = names.pick(("; ", "；"))
        told = names.bracketed(semicolon.join(years), semicolon.join((grade, *path.source.split(";"))))
        pairs.append((names.pick((path.title_en, path.title_zh)), f"{told}{names.pick(('. ', '。'))}{note}"))
    return f"<h2>{escape(say(names, 'grows'))}</h2>{html_page.pairs_list(pairs)}"


def _settings(tables: HorizonTables, case: Case) -> str:
    settings = case.settings
    return say(
        tables.names,
        "settings_days",
        days=settings.days,
        start=settings.start,
        warmup=settings.warmup_days,
        seed=settings.seed,
        version=sim.__version__,
        data=case.data_fingerprint,
    )
