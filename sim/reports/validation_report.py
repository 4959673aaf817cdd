"""A validation as one HTML file that works without a network and without Bridgehead.

Input: a Record. Output: a page with the number of figures that agree beside naive forecasts, the charts, the reasons
for differences, the natural experiments, every figure, the sources, and the figures that are not compared.
"""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from corridors.facts import facts
from corridors.io.atomic_files import write_atomically
from corridors.translations import translated
from sim.reports import chart_style, html_page, validation_scores, validation_tables
from sim.reports.validation_charts import experiments_chart, overview_chart, ratio_charts
from sim.reports.validation_tables import say
from sim.studies.validation.comparisons import TOLERANCE
from sim.studies.validation.experiments import FACTOR
from sim.studies.validation.not_compared import load_not_compared
from sim.studies.validation.record import Record
from sim.text.catalogue import Language
from sim.text.data_texts import facts_note
from sim.text.names import Names


def write_validation(path: Path, record: Record, language: Language = "en") -> None:
    """Write the report to ``path`` (.html), atomically."""
    write_atomically(path, html(record, language).encode("utf-8"))


def html(record: Record, language: Language) -> str:
    """The whole page as HTML."""
    specs: dict[str, Any] = {}
    title = say(language, "title")
    parts = [
        f"<h1>{escape(title)}</h1>",
        *(f'<p class="lead">{escape(sentence)}</p>' for sentence in validation_scores.summary(record, language)),
        _note(validation_tables.how(language)),
        *_scores(record, language),
    ]
    parts.append(chart_style.place(specs, "overview", overview_chart(record, language)))
    misses = validation_tables.misses(record, language)
    if misses:
        parts += [f"<h2>{escape(say(language, 'misses'))}</h2>", html_page.bullets(misses)]
    if record.experiments:
        parts += _experiments(record, language, specs)
    charts = ratio_charts(record, language)
    parts.append(f"<h2>{escape(say(language, 'each_figure'))}</h2>")
    parts.append(_note(say(language, "each_figure_note", tolerance=TOLERANCE)))
    for topic, table in validation_tables.topics(record, language).items():
        name = escape(say(language, f"topic.{topic}"))
        parts.append(f"<h3>{name}</h3>{chart_style.place(specs, f'each-{topic}', charts.get(topic))}{_table(table)}")
    parts += _sources(record, language)
    if not any(row.of.is_own for row in record.rows):
        parts += _not_compared(language)
    made = html_page.produced_by(language)
    parts.append(f"<footer>{escape(made)}</footer>")
    return html_page.whole(title, parts, specs, language)


def _scores(record: Record, language: Language) -> list[str]:
    """Shares by role and kind, and the naive forecasts where there are any."""
    shares, naive = validation_scores.scores(record, language), validation_scores.forecasts(record, language)
    parts = [_table(shares)] if shares.rows else []
    if naive.rows:
        parts += [f"<h2>{escape(say(language, 'forecasts'))}</h2>", _note(say(language, "forecasts_note"))]
        parts.append(_table(naive, unbroken=0))
    return parts


def _experiments(record: Record, language: Language, specs: dict[str, Any]) -> list[str]:
    return [
        f"<h2>{escape(say(language, 'experiments'))}</h2>",
        _note(say(language, "experiments_note", factor=FACTOR)),
        chart_style.place(specs, "changes", experiments_chart(record, language)),
        _table(validation_tables.experiments(record, language), unbroken=0),
        html_page.bullets(validation_tables.experiment_misses(record, language)),
    ]


def _sources(record: Record, language: Language) -> list[str]:
    keys = ("fact", "what", "published", "unit", "year", "grade", "source")
    columns = [say(language, key) for key in keys]
    used = {fact: facts()[fact] for one in record.experiments for fact in one.of.facts}
    used |= {row.of.fact: row.of.figure for row in record.rows}
    rows = [
        (
            id,
            f"{one.place}: {one.metric}",
            one.value,
            one.unit,
            one.year,
            Names(language).grade(one.grade),
            one.source,
        )
        for id, one in sorted(used.items())
    ]
    inside = html_page.table(columns, rows, texts=len(keys), unbroken=1)
    heading, show = escape(say(language, "sources")), say(language, "show_sources", n=len(rows))
    foreign = _note(note) if (note := facts_note(language)) else ""
    return [f"<h2>{heading}</h2>{foreign}<details><summary>{escape(show)}</summary>{inside}</details>"]


def _not_compared(language: Language) -> list[str]:
    """The published figures without a comparison, with reasons."""
    rows = [
        (one.fact, f"{fact.place}: {fact.metric}", fact.year, translated(one, "why", language))
        for one in load_not_compared()
        for fact in [facts()[one.fact]]
    ]
    inside = html_page.table([say(language, key) for key in ("fact", "what", "year", "why")], rows, texts=4, unbroken=1)
    heading, show = escape(say(language, "not_compared")), say(language, "show_not_compared", n=len(rows))
    return [f"<h2>{heading}</h2><details><summary>{escape(show)}</summary>{inside}</details>"]


def _table(table: validation_tables.ValidationTable, unbroken: int = 1) -> str:
    return html_page.table(table.columns, table.rows, texts=table.texts, unbroken=unbroken)


def _note(text: str) -> str:
    return f'<p class="note">{escape(text)}</p>'
