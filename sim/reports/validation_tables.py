"""Tables and sentences of a validation as text, for the terminal and the HTML page.

Input: a Record. Output: headings, rows and sentences in a language.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from corridors.translations import translated
from sim.reports.number_format import NO_VALUE
from sim.reports.validation_numbers import between, figure, in_unit, percent, scaled, unit
from sim.studies.validation.compared_figure import ComparedFigure
from sim.studies.validation.comparisons import TOLERANCE, TOPICS
from sim.studies.validation.experiments import ReplayedExperiment
from sim.studies.validation.record import Record
from sim.studies.validation.scores import by_part
from sim.text import catalogue
from sim.text.catalogue import Language

COLUMNS: Final = (
    "fact",
    "what",
    "unit",
    "year",
    "role",
    "kind",
    "published",
    "model",
    "interval",
    "difference",
    "within",
)
LEFT_OUT: Final = ("year", "role", "kind", "interval")
"""Columns that a narrow table does not have."""


@dataclass(frozen=True)
class ValidationTable:
    """Headings and rows as text; the first ``texts`` columns are words."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    texts: int


def say(language: Language, key: str, /, **values: object) -> str:
    """A message of the catalogue ``validation``."""
    return catalogue.say(f"validation.{key}", language, **values)


def how(language: Language) -> str:
    """The meaning of the words in the tables."""
    return say(language, "how", tolerance=TOLERANCE)


def topics(record: Record, language: Language, narrow: bool = False) -> dict[str, ValidationTable]:
    """A table for each topic by its id, outcomes of the test first.

    A ``narrow`` table has only the columns of the comparison itself.
    """
    kept = [k for k, key in enumerate(COLUMNS) if not narrow or key not in LEFT_OUT]
    columns = tuple(say(language, COLUMNS[k]) for k in kept)
    texts = sum(k < COLUMNS.index("published") for k in kept)
    found = {}
    for topic in TOPICS:
        cells = [_cells(row, language) for row in by_part(record.rows) if row.of.topic == topic]
        if cells:
            rows = tuple(tuple(row[k] for k in kept) for row in cells)
            found[topic] = ValidationTable(columns, rows, texts)
    return found


def _cells(row: ComparedFigure, language: Language) -> tuple[str, ...]:
    of = row.of
    published = in_unit(language, of.published, of.unit)
    if of.low is not None and of.high is not None:
        low, high = (in_unit(language, end, of.unit) for end in (of.low, of.high))
        published = say(language, "with_range", value=published, low=low, high=high)
    return (
        of.fact,
        translated(of, "what", language),
        unit(language, of.unit),
        of.figure.year,
        say(language, f"role.{of.role}"),
        say(language, f"kind.{of.kind}"),
        published,
        in_unit(language, row.model, of.unit),
        interval(row, language),
        percent(row.difference),
        say(language, "agrees_yes" if row.within else "agrees_no"),
    )


def interval(row: ComparedFigure, language: Language) -> str:
    """The confidence interval of a figure, which cannot be negative; a dash where no replication differs."""
    low, high = (scaled(language, max(0.0, end), row.of.unit) for end in (row.low, row.high))
    return NO_VALUE if figure(low) == figure(high) else between(low, high, language)


def misses(record: Record, language: Language) -> list[str]:
    """A sentence with the reason for every figure out of tolerance, outcomes of the test first."""
    return [
        say(
            language,
            "miss",
            fact=row.of.fact,
            role=say(language, f"role.{row.of.role}"),
            kind=say(language, f"kind.{row.of.kind}"),
            what=translated(row.of, "what", language),
            difference=percent(row.difference),
            why=translated(row.of, "why", language),
        )
        for row in by_part(record.rows)
        if not row.within
    ]


def beside(row: ComparedFigure, language: Language) -> str:
    """One sentence: the published figure, that of the model, and whether they agree."""
    of = row.of
    values = {"published": in_unit(language, of.published, of.unit), "model": in_unit(language, row.model, of.unit)}
    return say(
        language,
        "beside_within" if row.within else "beside_out",
        what=translated(of, "what", language),
        unit=unit(language, of.unit),
        difference=percent(row.difference),
        grade=catalogue.say(f"names.grade.{of.figure.grade}", language),
        **values,
    )


def experiments(record: Record, language: Language) -> ValidationTable:
    """A table with one row for each natural experiment."""
    keys = ("experiment", "facts", "unit", "kind", "published_change", "model_change", "change", "interval", "ratio")
    columns = (*(say(language, key) for key in keys), say(language, "agrees"))
    return ValidationTable(columns, tuple(_experiment(one, language) for one in record.experiments), texts=4)


def _experiment(one: ReplayedExperiment, language: Language) -> tuple[str, ...]:
    of = one.of
    low, high = (scaled(language, end, of.unit) for end in (one.low, one.high))
    return (
        translated(of, "title", language),
        " ".join(of.facts),
        unit(language, of.unit),
        say(language, f"kind.{of.kind}"),
        from_to(language, of.before.published, of.after.published, of.unit),
        from_to(language, one.before, one.after, of.unit),
        f"{scaled(language, one.change, of.unit):+,.3g}",
        between(low, high, language),
        f"{one.ratio:.2f}",
        say(language, "agrees_yes" if one.agrees else "agrees_no"),
    )


def from_to(language: Language, before: float, after: float, name: str) -> str:
    """Two figures before and after a change, in the unit of the language."""
    values = (figure(scaled(language, value, name)) for value in (before, after))
    return say(language, "from_to", **dict(zip(("before", "after"), values, strict=True)))


def experiment_misses(record: Record, language: Language) -> list[str]:
    """A sentence with the reason for every experiment that does not agree."""
    return [
        say(
            language,
            "experiment_miss",
            title=translated(one.of, "title", language),
            why=translated(one.of, "why", language),
        )
        for one in record.experiments
        if not one.agrees
    ]
