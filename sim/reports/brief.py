"""The brief of a comparison: one or two pages of A4 with the answer, three figures, and what it depends on.

Input: a comparison with its answers, best first. Output: a :class:`Brief`, its texts in a language, which is written as
HTML without scripts and charts, or as a Word document (:mod:`.brief_word`). It has the first answer in full, and the
headlines of at most :data:`MOST_OTHERS` other scenarios.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
from sim.reports.text_table import Table
from sim.studies.answer import Answer
from sim.studies.compare import ScenarioComparison
from sim.text.catalogue import Language, say

MOST_OTHERS: Final = 6
"""Headlines of other scenarios, so that the brief stays within two pages."""
WORD: Final = ".docx"
"""How the name of a Word document ends."""


@dataclass(frozen=True)
class Brief:
    """The texts of a brief in one language. Without an answer, only title, lead and footer are there."""

    title: str
    lead: str
    headline: str = ""
    warnings_title: str = ""
    warnings: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    """Cells of the table of figures; the text after a line break is small."""
    closure: Table | None = None
    """Of a closure: queue, days until normal, what is late and lost."""
    parts: tuple[tuple[str, str], ...] = ()
    """Headings, each with its text."""
    numbers_title: str = ""
    numbers: tuple[str, ...] = ()
    others_title: str = ""
    others: tuple[tuple[str, str], ...] = ()
    """Titles of other scenarios, each with its headline."""
    left_out: str = ""
    footer: str = ""


def write_brief(
    path: Path,
    comparison: ScenarioComparison,
    corridor: Corridor,
    language: Language,
    answers: Sequence[Answer],
    author: str = "",
    day: date | None = None,
) -> None:
    """Write the brief to ``path`` (.html or .docx), complete or not at all; ``day`` is its date (default: today)."""
    what = (comparison, corridor, language, answers, author, day)
    write_atomically(path, brief_word(*what) if path.suffix == WORD else brief_html(*what).encode())


def brief_html(
    comparison: ScenarioComparison,
    corridor: Corridor,
    language: Language,
    answers: Sequence[Answer],
    author: str = "",
    day: date | None = None,
) -> str:
    """The brief as HTML."""
    made = brief_of(comparison, corridor, language, answers, author, day)
    return html_page.filled("brief_template.html", made.title, html_parts(made), language)


def brief_word(
    comparison: ScenarioComparison,
    corridor: Corridor,
    language: Language,
    answers: Sequence[Answer],
    author: str = "",
    day: date | None = None,
) -> bytes:
    """The brief as a Word document."""
    from sim.reports.brief_word import word_document

    made = brief_of(comparison, corridor, language, answers, author, day)
    return word_document(made, language, author, day or date.today())


def brief_of(
    comparison: ScenarioComparison,
    corridor: Corridor,
    language: Language,
    answers: Sequence[Answer],
    author: str = "",
    day: date | None = None,
) -> Brief:
    """The texts of the brief."""
    texts = AnswerTexts(comparison, corridor, language)
    tables = ComparisonTables(comparison, corridor, texts.names)
    footer, lead = _footer(comparison, texts, author, day or date.today()), tables.heading()
    if not answers:
        return Brief(tables.experiment(), lead, footer=footer)
    answer, others = answers[0], answers[1:]
    warnings = tuple(texts.warnings(answer))
    return Brief(
        title=texts.title(answer),
        lead=lead,
        headline=texts.headline(answer),
        warnings_title=texts.say("part.warnings") if warnings else "",
        warnings=warnings,
        heads=figure_heads(texts),
        rows=tuple(figure_rows(texts, answer)),
        closure=closure_of(tables, answer),
        parts=tuple((title, texts.joined(sentences)) for title, sentences in texts.rest(answer)),
        numbers_title=texts.assumed_title(answer) if answer.assumed else "",
        numbers=tuple(texts.assumed(one) for one in answer.assumed),
        others_title=texts.say("others") if others else "",
        others=tuple((texts.title(one), texts.headline(one)) for one in others[:MOST_OTHERS]),
        left_out=texts.say("others_left_out", n=len(others) - MOST_OTHERS) if len(others) > MOST_OTHERS else "",
        footer=footer,
    )


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


def closure_of(tables: ComparisonTables, answer: Answer) -> Table | None:
    """The table of what follows a closure; None without any."""
    made = closure_table(tables, answer.scenario) if answer.closure_figures else None
    return made if made and made.rows else None


def html_parts(made: Brief) -> Iterator[str]:
    """The brief as pieces of HTML."""
    yield f"<h1>{escape(made.title)}</h1>"
    yield f'<p class="lead">{escape(made.lead)}</p>'
    if made.headline:
        yield f'<p class="answer">{escape(made.headline)}</p>'
    if made.warnings:
        yield html_page.warning(made.warnings_title, made.warnings)
    if made.rows:
        yield html_page.table(made.heads, made.rows, texts=1, unbroken=0)
    if after := made.closure:
        yield f"<h2>{escape(after.title)}</h2>"
        yield html_page.table(after.columns, after.rows, texts=after.texts, unbroken=0)
        yield f"<p>{escape(after.note)}</p>"
    for title, text in made.parts:
        yield f"<h2>{escape(title)}</h2><p>{escape(text)}</p>"
    if made.numbers:
        yield f"<h2>{escape(made.numbers_title)}</h2>{html_page.bullets(made.numbers)}"
    if made.others:
        yield f"<h2>{escape(made.others_title)}</h2><ul>"
        for title, text in made.others:
            yield f"<li><b>{escape(title)}</b> {escape(text)}</li>"
        yield "</ul>"
    if made.left_out:
        yield f"<p>{escape(made.left_out)}</p>"
    yield f"<footer>{escape(made.footer)}</footer>"


def _footer(comparison: ScenarioComparison, texts: AnswerTexts, author: str, day: date) -> str:
    results, language = comparison.results, texts.names.language
    manifest = results.manifest
    parts = ["Bridgehead", *([texts.names.labelled(texts.say("author"), author)] if author else [])]
    parts.append(texts.names.labelled(texts.say("date"), day.isoformat()))
    marks = ("version", "data_fingerprint", "code_fingerprint")
    values = {"seed": results.experiment.seed, **{key: manifest[key] for key in marks}}
    parts += [texts.names.labelled(html_page.meta_label(key, language), str(value)) for key, value in values.items()]
    return texts.say("clause_separator").join(parts)
