"""The validation as finished texts, for a terminal and a page alike.

In: a Record. Out: headings, rows, and sentences in English or Chinese.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from corridors.facts import facts
from sim.studies.validation.comparisons import TOLERANCE, TOPICS
from sim.studies.validation.experiments import FACTOR
from sim.studies.validation.record import Record, ComparedFigure
from sim.text.names import Language
from sim.text.validation import between, figure, say, unit


@dataclass(frozen=True)
class Table:
    """Headings and rows of finished texts; the first ``texts`` columns are words."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    texts: int


def summary(record: Record, language: Language) -> list[str]:
    """How many agree, in a sentence or two."""
    (n, of), (outcome, outcomes) = record.count("test"), record.count("test", "outcome")
    fit, fits = record.count("fit")
    told = []
    if record.rows:
        told.append(say(language, "lead", n=n, of=of, outcome=outcome, outcomes=outcomes, fit=fit, fits=fits))
    if record.experiments:
        agree = sum(one.agrees for one in record.experiments)
        told.append(say(language, "experiments_lead", n=agree, of=len(record.experiments), factor=FACTOR))
    key = "run" if record.replications == 1 else "runs"
    return [*told, say(language, key, replications=record.replications, seed=record.seed)]


def how(language: Language) -> str:
    """What the words of the table mean."""
    return say(language, "how", tolerance=TOLERANCE)


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
"""Where there is little room."""


def topics(record: Record, language: Language, narrow: bool = False) -> list[tuple[str, Table]]:
    """A table a topic, with its title; a ``narrow`` one has only what tells how the model compares."""
    kept = [k for k, key in enumerate(COLUMNS) if not narrow or key not in LEFT_OUT]
    columns = tuple(say(language, COLUMNS[k]) for k in kept)
    texts = sum(k < COLUMNS.index("published") for k in kept)
    found = []
    for topic, names in TOPICS.items():
        cells = [_cells(row, language) for row in record.rows if row.of.topic == topic]
        if cells:
            rows = tuple(tuple(row[k] for k in kept) for row in cells)
            found.append((names[language == "zh"], Table(columns, rows, texts)))
    return found


def _cells(row: ComparedFigure, language: Language) -> tuple[str, ...]:
    of = row.of
    published = figure(of.published)
    if of.low is not None and of.high is not None:
        published += f" ({figure(of.low)}–{figure(of.high)})"
    nothing = math.isnan(row.model)
    return (
        of.fact,
        getattr(of, f"what_{language}"),
        unit(language, of.unit),
        facts()[of.fact].year,
        say(language, of.role),
        say(language, of.kind),
        published,
        "" if nothing else figure(row.model),
        between(row.low, row.high),
        "" if nothing else _percent(row.difference),
        say(language, "yes" if row.within else "no"),
    )


def _percent(share: float) -> str:
    """A difference with its sign; what is less than half a percent has none."""
    told = f"{share:+.0%}"
    return "0%" if told in ("+0%", "-0%") else told


def misses(record: Record, language: Language) -> list[str]:
    """Every comparison out of tolerance with its reason, those for the test first."""
    rows = sorted((row for row in record.rows if not row.within), key=lambda row: row.of.role != "test")
    return [
        say(
            language,
            "miss",
            fact=row.of.fact,
            role=say(language, row.of.role),
            what=getattr(row.of, f"what_{language}"),
            difference=_percent(row.difference),
            why=getattr(row.of, f"why_{language}"),
        )
        for row in rows
    ]


def experiments(record: Record, language: Language) -> Table:
    """The natural experiments, one row each."""
    keys = ("experiment", "facts", "unit", "kind", "published_change", "model_change", "change", "interval", "ratio")
    columns = (*(say(language, key) for key in keys), say(language, "agrees"))
    rows = tuple(
        (
            getattr(one.of, f"title_{language}"),
            " ".join(one.of.facts),
            unit(language, one.of.unit),
            say(language, one.of.kind),
            f"{figure(one.of.before.published)} → {figure(one.of.after.published)}",
            f"{figure(one.before)} → {figure(one.after)}",
            f"{one.change:+,.3g}",
            between(one.low, one.high),
            f"{one.ratio:.2f}",
            say(language, "yes" if one.agrees else "no"),
        )
        for one in record.experiments
    )
    return Table(columns, rows, texts=4)


def experiment_misses(record: Record, language: Language) -> list[str]:
    """Every experiment that does not agree, with its reason."""
    colon = "：" if language == "zh" else ": "
    return [
        f"{getattr(one.of, f'title_{language}')}{colon}{getattr(one.of, f'why_{language}')}"
        for one in record.experiments
        if not one.agrees
    ]
