"""Tables of a fit in a language: the numbers, those that were not written with the reason, the cleaning, the check."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from sim.reports.fit_names import FitNames, number, percent, say
from sim.reports.number_format import NO_VALUE
from sim.reports.text_table import Table
from sim.text.catalogue import Language

if TYPE_CHECKING:
    from corridors.records.mapping import RecordMap
    from sim.studies.fitting.fitting import Fit
    from sim.studies.fitting.replaying import Checked

SHARE: Final = "cover_80"
"""The measure of a check that is a share."""


def numbers(made: Fit, named: FitNames) -> Table:
    """The numbers that the scenario has, with a column of notes if any has one."""
    written = tuple(made.written())
    has_notes = any(one.words for one in written)
    rows = []
    for one in written:
        thing, field, value, interval = named.number(one)
        notes = [named.words(one)] if has_notes else []
        rows.append((thing, field, named.method(one), *notes, value, interval, f"{one.n:,}"))
    columns = ("thing", "field", "method", *(["words"] if has_notes else []), "value", "interval", "n")
    return _table("numbers", columns, rows, 3 + has_notes, named.language)


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
        verdict = named.say("agrees" if one.agrees else "within_error" if one.within_error else "differs")
        cause = named.say(f"cause.{one.cause}") if one.cause else ""
        figures = (in_digits(one.observed), in_digits(one.fitted), difference(one), number(one.w1))
        rows.append((named.compared(one.name), named.say(f"measure.{one.measure}"), verdict, cause, *figures))
    columns = ("name", "measure", "verdict", "cause", "observed", "fitted", "bias", "w1")
    return _table("check", columns, rows, 4, named.language)


def difference(one: Checked) -> str:
    """By how much a fit is above what was observed, in percent; a dash for a cover."""
    return f"{100 * one.bias:+.1f}%" if math.isfinite(one.bias) else NO_VALUE


def _table(key: str, columns: Sequence[str], rows: Sequence[tuple[str, ...]], texts: int, language: Language) -> Table:
    headings = tuple(say(f"column.{name}", language) for name in columns)
    return Table(say(key, language), say(f"{key}_note", language), headings, tuple(rows), texts)


def left_out(found: RecordMap, unused: Sequence[str], named: FitNames) -> list[str]:
    """Sentences about what the map leaves out of a log: columns, and arrivals."""
    lines = [named.say("unused_columns", n=len(unused), names=tuple(unused))] if unused else []
    return lines if found.arrivals else [*lines, named.say("no_arrivals")]


def verdict(checked: Sequence[Checked], weeks: int, named: FitNames) -> str:
    """The first sentence about a fit: whether it may be used, by the weeks that it has not seen."""
    if not checked:
        return named.say("not_checked")
    failed = [one for one in checked if not one.agrees]
    shown = failed or [one for one in checked if one.measure != SHARE]
    all_by_error = all(one.within_error for one in failed)
    parts = named.say("hours_separator").join(_part(one, named, not all_by_error) for one in shown)
    kind = "passed" if not failed else "outside" if all_by_error else "failed"
    return named.say(f"check_{kind}", parts=parts, weeks=weeks)


def _part(one: Checked, named: FitNames, says_error: bool) -> str:
    """One comparison in the sentence: by how much it is off, and why unless the sentence says so of all."""
    bias = percent(one.observed) if one.measure == SHARE else difference(one)
    measure = named.say(f"measure.{one.measure}")
    part = named.say("verdict_part", name=named.compared(one.name), measure=measure, bias=bias)
    if one.within_error:
        return named.say("verdict_error", part=part) if says_error else part
    return named.say("verdict_cause", part=part, cause=named.say(f"cause.{one.cause}")) if one.cause else part
