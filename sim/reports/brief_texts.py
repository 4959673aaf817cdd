"""The texts of the brief of a comparison: the answer, three figures, and what it depends on.

Input: a comparison with its answers, best first. Output: a :class:`Brief`, which :mod:`.brief` writes as HTML and
:mod:`.brief_word` as a Word document. It has the first answer in full, and the headlines of at most
:data:`MOST_OTHERS` other scenarios.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

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


@dataclass(frozen=True)
class Brief:
    """The texts of a brief in one language. Without an answer, only title, lead and footer are there."""

    language: Language
    author: str
    day: date
    title: str
    lead: str
    asked: str = ""
    """Which scenario is best for what is asked."""
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


def brief_of(
    comparison: ScenarioComparison,
    corridor: Corridor,
    language: Language,
    answers: Sequence[Answer],
    author: str = "",
    day: date | None = None,
) -> Brief:
    """The texts of the brief; ``day`` is its date (default: today)."""
    day = day or date.today()
    texts = AnswerTexts(comparison, corridor, language)
    tables = ComparisonTables(comparison, corridor, texts.names)
    footer, lead = _footer(comparison, texts, author, day), tables.heading()
    if not answers:
        return Brief(language, author, day, tables.experiment(), lead, footer=footer)
    answer, others = answers[0], answers[1:]
    warnings = tuple(texts.warnings(answer))
    return Brief(
        *(language, author, day, texts.title(answer), lead),
        asked=texts.joined(texts.asked()),
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


def _footer(comparison: ScenarioComparison, texts: AnswerTexts, author: str, day: date) -> str:
    results, language = comparison.results, texts.names.language
    manifest = results.manifest
    parts = ["Bridgehead", *([texts.names.labelled(texts.say("author"), author)] if author else [])]
    parts.append(texts.names.labelled(texts.say("date"), day.isoformat()))
    marks = ("version", "data_fingerprint", "code_fingerprint")
    values = {"seed": results.experiment.seed, **{key: manifest[key] for key in marks}}
    parts += [texts.names.labelled(html_page.meta_label(key, language), str(value)) for key, value in values.items()]
    return texts.say("clause_separator").join(parts)
