"""The brief of a comparison: one or two pages of A4 with the answer, three figures, and what it depends on.

Input: a comparison with its answers, best first. Output: one HTML file without scripts and charts, to print or to
attach. It has the first answer in full, and the headlines of at most :data:`MOST_OTHERS` other scenarios.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from html import escape
from pathlib import Path
from typing import Final

from corridors.io.atomic_files import write_atomically
from corridors.model import Corridor
from sim.reports import html_page
from sim.reports.answer_texts import AnswerTexts
from sim.reports.comparison_names import traffic_name
from sim.reports.comparison_tables import ComparisonTables
from sim.reports.effect_texts import change, interval, verdict
from sim.reports.number_format import figure
from sim.reports.recovery_tables import closure_table
from sim.studies.answer import Answer
from sim.studies.compare import ScenarioComparison
from sim.text.catalogue import Language, say

MOST_OTHERS: Final = 6
"""Headlines of other scenarios, so that the brief stays within two pages."""


def write_brief(
    path: Path,
    comparison: ScenarioComparison,
    corridor: Corridor,
    language: Language,
    answers: Sequence[Answer],
    author: str = "",
    day: date | None = None,
) -> None:
    """Write the brief to ``path`` (.html), complete or not at all; ``day`` is its date (default: today)."""
    write_atomically(path, brief_html(comparison, corridor, language, answers, author, day).encode())


def brief_html(
    comparison: ScenarioComparison,
    corridor: Corridor,
    language: Language,
    answers: Sequence[Answer],
    author: str = "",
    day: date | None = None,
) -> str:
    """The brief as HTML."""
    texts = AnswerTexts(comparison, corridor, language)
    tables = ComparisonTables(comparison, corridor, texts.names)
    title = texts.title(answers[0]) if answers else tables.experiment()
    body = [f"<h1>{escape(title)}</h1>", f'<p class="lead">{escape(tables.heading())}</p>']
    if answers:
        body += _answer(texts, tables, answers[0])
        body += _others(texts, answers[1:])
    body.append(f"<footer>{_footer(comparison, texts, author, day or date.today())}</footer>")
    return html_page.filled("brief_template.html", title, body, language)


def figure_rows(texts: AnswerTexts, answer: Answer) -> list[tuple[str, ...]]:
    """The three figures: name with its traffic and unit, baseline, scenario, change, interval, conclusion."""
    names = texts.names
    rows: list[tuple[str, ...]] = []
    for one in answer.figures:
        # The table shows the second line small.
        name = f"{names.with_unit(names.figure(one.kpi), one.unit)}\n{traffic_name(names, one.port, one.klass)}"
        after = one.paired.mean_baseline + one.difference
        values = (figure(one.paired.mean_baseline), figure(after), change(one), interval(one, names.language))
        rows.append((name, *values, verdict(one, names.language)))
    return rows


def figure_heads(texts: AnswerTexts) -> tuple[str, ...]:
    """The headings of the table of figures."""
    language = texts.names.language
    keys = ("figure", "before", "scenario", "change", "interval", "verdict")
    return tuple(say(f"comparison.{key}", language) for key in keys)


def _answer(texts: AnswerTexts, tables: ComparisonTables, answer: Answer) -> Iterator[str]:
    yield f'<p class="answer">{escape(texts.headline(answer))}</p>'
    if warnings := texts.warnings(answer):
        yield html_page.warning(texts.say("part.warnings"), warnings)
    if answer.figures:
        yield html_page.table(figure_heads(texts), figure_rows(texts, answer), texts=1, unbroken=0)
    if answer.closure_figures:
        after = closure_table(tables, answer.scenario)
        if after.rows:
            yield f"<h2>{escape(after.title)}</h2>"
            yield html_page.table(after.columns, after.rows, texts=after.texts, unbroken=0)
            yield f"<p>{escape(after.note)}</p>"
    for title, sentences in texts.rest(answer):
        yield f"<h2>{escape(title)}</h2><p>{escape(texts.joined(sentences))}</p>"
    if answer.assumed:
        numbers = html_page.bullets(texts.assumed(one) for one in answer.assumed)
        yield f"<h2>{escape(texts.assumed_title(answer))}</h2>{numbers}"


def _others(texts: AnswerTexts, others: Sequence[Answer]) -> Iterator[str]:
    """The headlines of the other scenarios, and the number of those that are left out."""
    if not others:
        return
    yield f"<h2>{escape(texts.say('others'))}</h2><ul>"
    for one in others[:MOST_OTHERS]:
        yield f"<li><b>{escape(texts.title(one))}</b> {escape(texts.headline(one))}</li>"
    yield "</ul>"
    if len(others) > MOST_OTHERS:
        yield f"<p>{escape(texts.say('others_left_out', n=len(others) - MOST_OTHERS))}</p>"


def _footer(comparison: ScenarioComparison, texts: AnswerTexts, author: str, day: date) -> str:
    results, language = comparison.results, texts.names.language
    manifest = results.manifest
    parts = ["Bridgehead", *([texts.names.labelled(texts.say("author"), author)] if author else [])]
    parts.append(texts.names.labelled(texts.say("date"), day.isoformat()))
    marks = ("version", "data_fingerprint", "code_fingerprint")
    values = {"seed": results.experiment.seed, **{key: manifest[key] for key in marks}}
    parts += [texts.names.labelled(html_page.meta_label(key, language), str(value)) for key, value in values.items()]
    return escape(texts.say("clause_separator").join(parts))
