"""Tables of a fit in a language: the numbers, those that were not written with the reason, the cleaning, the check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from sim.reports.fit_names import FitNames, number, percent, say
from sim.reports.text_table import Table
from sim.text.catalogue import Language

if TYPE_CHECKING:
    from sim.studies.fitting.fitting import Fit
    from sim.studies.fitting.replaying import Checked

SHARE: Final = "cover_80"
"""The measure of a check that is a share."""


def numbers(made: Fit, named: FitNames) -> Table:
    """The numbers that the scenario has."""
    rows = []
    for one in made.written():
        thing, field, value, interval = named.number(one)
        rows.append((thing, field, named.method(one), named.words(one), value, interval, f"{one.n:,}"))
    columns = ("thing", "field", "method", "words", "value", "interval", "n")
    return _table("numbers", columns, rows, 4, named.language)


def refused(made: Fit, named: FitNames) -> Table:
    """The numbers that are not written, with the reason."""
    rows = []
    for one in made.estimates:
        if not one.written:
            thing, field, value, interval = named.number(one)
            rows.append((thing, field, named.words(one), value, interval, f"{one.n:,}"))
    return _table("refused", ("thing", "field", "why", "value", "interval", "n"), rows, 3, named.language)


def cleaning(counts: Mapping[tuple[str, str], int], language: Language) -> Table:
    """How many records each rule dropped, corrected or marked; by (rule, done)."""
    rows = [
        (rule, say(f"rule.{rule.lower()}", language), say(f"done.{done}", language), f"{n:,}")
        for (rule, done), n in counts.items()
    ]
    return _table("cleaning", ("rule", "meaning", "done", "records"), rows, 3, language)


def check(checked: Sequence[Checked], named: FitNames) -> Table:
    """The comparisons with the weeks that were held out."""
    rows = []
    for one in checked:
        in_digits = percent if one.measure == SHARE else number
        verdict = named.say("agrees" if one.agrees else "differs")
        figures = (in_digits(one.observed), in_digits(one.fitted), number(one.w1))
        rows.append((named.compared(one.name), named.say(f"measure.{one.measure}"), verdict, *figures))
    return _table("check", ("name", "measure", "verdict", "observed", "fitted", "w1"), rows, 3, named.language)


def _table(key: str, columns: Sequence[str], rows: Sequence[tuple[str, ...]], texts: int, language: Language) -> Table:
    headings = tuple(say(f"column.{name}", language) for name in columns)
    return Table(say(key, language), say(f"{key}_note", language), headings, tuple(rows), texts)


def verdict(checked: Sequence[Checked], weeks: int, named: FitNames) -> str:
    """The first sentence about a fit: whether it agrees with the weeks that it has not seen."""
    if not checked:
        return named.say("not_checked")
    failed = tuple(dict.fromkeys(named.compared(one.name) for one in checked if not one.agrees))
    if failed:
        return named.say("check_failed", names=failed, weeks=weeks)
    return named.say("check_passed", weeks=weeks)
