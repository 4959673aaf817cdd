"""Scores of a validation as text: shares of figures that agree, outcomes first, beside naive forecasts.

Input: a Record. Output: sentences and tables in a language, for the terminal, the HTML page, the web page and the docs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sim.reports.number_format import NO_VALUE, is_value
from sim.reports.validation_tables import ValidationTable, say
from sim.studies.validation.experiments import FACTOR
from sim.studies.validation.naive import FORECASTS, KNOWN_YEAR
from sim.studies.validation.record import Record
from sim.studies.validation.scores import PARTS, VOLUME_TOLERANCE, NaiveScore, Score, naive_score, part, score, volumes
from sim.text.catalogue import Language

SCORES: Final = ("part", "agreeing", "share", "median_difference", "agreeing_volumes")
NAIVE: Final = ("forecast", "part", "agreeing_model", "agreeing_naive", "median_model", "median_naive")


def summary(record: Record, language: Language) -> list[str]:
    """Sentences with the number of figures that agree, outcomes of the test first, and the number of replications."""
    sentences = [*_parts(record, language), *_forecasts(record, language)]
    if record.experiments:
        agree = sum(one.agrees for one in record.experiments)
        of = len(record.experiments)
        sentences.append(say(language, "experiments_lead", within=agree, of=of, factor=FACTOR))
    key = "run" if record.replications == 1 else "runs"
    return [*sentences, say(language, key, replications=record.replications, seed=record.seed)]


def _parts(record: Record, language: Language) -> Iterator[str]:
    for name, rows in (
        ("outcome_lead", part(record.rows, "test", "outcome")),
        ("given_lead", part(record.rows, "test", "given")),
        ("fit_lead", part(record.rows, "fit")),
    ):
        if rows:
            yield say(language, name, **_values(score(rows)))
        strict = volumes(rows)
        if name == "given_lead" and strict.of:
            yield say(language, "volumes_lead", tolerance=VOLUME_TOLERANCE, **_values(strict))


def _forecasts(record: Record, language: Language) -> Iterator[str]:
    for name in FORECASTS:
        both = naive_score(part(record.rows, "test"), name)
        if both.model.of:
            values = {"model": both.model.within, "naive": both.naive.within, "of": both.model.of}
            yield say(language, f"forecast_lead.{name}", year=KNOWN_YEAR, **values)


def _values(found: Score) -> dict[str, object]:
    return {"within": found.within, "of": found.of, "share": _share(found), "median": size(found.median_difference)}


def scores(record: Record, language: Language) -> ValidationTable:
    """A table with one row for each role and kind."""
    rows = []
    for role, kind in PARTS:
        these = part(record.rows, role, kind)
        if these:
            found, strict = score(these), volumes(these)
            cells = (_share(found), size(found.median_difference), _agreeing(strict, language))
            rows.append((_part(language, role, kind), _agreeing(found, language), *cells))
    columns = tuple(say(language, key, tolerance=VOLUME_TOLERANCE) for key in SCORES)
    return ValidationTable(columns, tuple(rows), texts=1)


def forecasts(record: Record, language: Language) -> ValidationTable:
    """A table with one row for each naive forecast, role and kind that has figures with this forecast."""
    rows = tuple(
        (say(language, f"forecast.{name}", year=KNOWN_YEAR), _part(language, role, kind), *_both(both, language))
        for name in FORECASTS
        for role, kind in PARTS
        if (both := naive_score(part(record.rows, role, kind), name)).model.of
    )
    return ValidationTable(tuple(say(language, key) for key in NAIVE), rows, texts=2)


def _both(found: NaiveScore, language: Language) -> tuple[str, ...]:
    shares = (_agreeing(one, language) for one in (found.model, found.naive))
    return (*shares, *(size(one.median_difference) for one in (found.model, found.naive)))


def _part(language: Language, role: str, kind: str) -> str:
    return say(language, "part_of", role=say(language, f"role.{role}"), kind=say(language, f"kind.{kind}"))


def _agreeing(found: Score, language: Language) -> str:
    return say(language, "of", within=found.within, of=found.of) if found.of else NO_VALUE


def _share(found: Score) -> str:
    return f"{found.within / found.of:.0%}" if found.of else NO_VALUE


def size(difference: float) -> str:
    """The size of a relative difference, with one digit after the point below ten percent; a dash for none."""
    if not is_value(difference):
        return NO_VALUE
    return f"{difference:.1%}" if difference < 0.1 else f"{difference:.0%}"
