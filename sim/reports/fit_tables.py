"""Tables of a fit in a language: the numbers, those that were not written with the reason, the cleaning, the check."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from sim.reports.number_format import NO_VALUE
from sim.reports.text_table import Table
from sim.text import catalogue
from sim.text.catalogue import Language, sentence

if TYPE_CHECKING:
    from sim.studies.fitting.estimate import Estimate
    from sim.studies.fitting.fitting import Fit
    from sim.studies.fitting.replaying import Checked

ROOM: Final = "records"
DIGITS: Final = 4
LONGEST: Final = 40
"""Characters of a value that is a list."""


def say(key: str, language: Language, /, **values: Any) -> str:
    """A message of room ``records``."""
    return catalogue.say(f"{ROOM}.{key}", language, **values)


def number(value: float | str) -> str:
    """A value as a cell."""
    if isinstance(value, str):
        return value if len(value) <= LONGEST else value[: LONGEST - 1] + "…"
    return f"{value:.{DIGITS}g}" if math.isfinite(value) else NO_VALUE


def words(one: Estimate, language: Language) -> str:
    """The sentences about an estimate in one cell."""
    return say("words_separator", language).join(sentence(word, language) for word in one.words)


def numbers(made: Fit, language: Language) -> Table:
    """The numbers that the scenario has."""
    rows = []
    for one in made.written():
        interval = say("interval", language, low=number(one.low), high=number(one.high))
        interval = interval if math.isfinite(one.low) else NO_VALUE
        method = say(f"method.{one.method or 'moments'}", language)
        rows.append((one.address, method, words(one, language), number(one.value), interval, f"{one.n:,}"))
    return _table("numbers", ("address", "method", "words", "value", "interval", "n"), rows, 3, language)


def refused(made: Fit, language: Language) -> Table:
    """The numbers that are not written, with the reason."""
    rows = [
        (one.address, words(one, language), number(one.value), f"{one.n:,}")
        for one in made.estimates
        if not one.written
    ]
    return _table("refused", ("address", "why", "value", "n"), rows, 2, language)


def cleaning(counts: Mapping[tuple[str, str], int], language: Language) -> Table:
    """How many records each rule dropped, corrected or marked; by (rule, done)."""
    rows = [
        (rule, say(f"rule.{rule.lower()}", language), say(f"done.{done}", language), f"{n:,}")
        for (rule, done), n in counts.items()
    ]
    return _table("cleaning", ("rule", "meaning", "done", "records"), rows, 3, language)


def check(checked: Sequence[Checked], language: Language) -> Table:
    """The comparisons with the weeks that were held out."""
    rows = [
        (
            one.name,
            say(f"measure.{one.measure}", language),
            say("agrees" if one.agrees else "differs", language),
            number(one.observed),
            number(one.fitted),
            number(one.w1),
        )
        for one in checked
    ]
    return _table("check", ("name", "measure", "verdict", "observed", "fitted", "w1"), rows, 3, language)


def _table(key: str, columns: Sequence[str], rows: Sequence[tuple[str, ...]], texts: int, language: Language) -> Table:
    headings = tuple(say(f"column.{name}", language) for name in columns)
    return Table(say(key, language), say(f"{key}_note", language), headings, tuple(rows), texts)


def verdict(checked: Sequence[Checked], weeks: int, language: Language) -> str:
    """The first sentence about a fit: whether it agrees with the weeks that it has not seen."""
    if not checked:
        return say("not_checked", language)
    failed = tuple(dict.fromkeys(one.name for one in checked if not one.agrees))
    if failed:
        return say("check_failed", language, names=failed, weeks=weeks)
    return say("check_passed", language, weeks=weeks)
