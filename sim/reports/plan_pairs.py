"""Pairs of works that do not add up, as a table: of a choice from its runs and of one from a file alike.

Input: pairs with their interaction, in M USD a year. Output: the table, the largest first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from sim.reports import money
from sim.reports.text_table import Table
from sim.studies.portfolio.search import NEGLIGIBLE
from sim.text.catalogue import Language, say
from sim.text.names import Names

MOST_PAIRS: Final = 12
"""Pairs in the table; JSON has all."""


class Pair(NamedTuple):
    """Two works at a port: the benefit of both less the benefits of each."""

    port: str
    first: str
    second: str
    value: float
    low: float | None
    """An end of the interval over replications; None for one replication."""
    high: float | None


def pairs_table(pairs: Iterable[Pair], work: Callable[[str], str], names: Names, language: Language) -> Table:
    """The pairs whose interaction is not negligible; ``work`` is the title of a work."""
    known = sorted(pairs, key=lambda one: -abs(one.value))[:MOST_PAIRS]
    unit = money.unit_of((one.value for one in known), language)
    rows = tuple(
        (
            *(names.port(one.port), work(one.first), work(one.second)),
            *(say(f"portfolio.{_kind(one)}", language), unit.figure(one.value)),
        )
        for one in known
        if abs(one.value) >= NEGLIGIBLE
    )
    keys = ("port", "first", "second", "kind", "interaction")
    columns = tuple(say(f"portfolio.column.{key}", language) for key in keys)
    title = say("portfolio.interactions", language)
    return Table(title, say("portfolio.interactions_note", language, unit=unit.name), columns, rows, 4)


def _kind(one: Pair) -> str:
    if one.low is None or one.high is None:
        return "one_run"
    if one.low < 0 < one.high:
        return "not_certain"
    return "complement" if one.value > 0 else "substitute"
