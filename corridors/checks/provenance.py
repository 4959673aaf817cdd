"""Rules about sources: origin, data grade and range of every number."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

from corridors.checks.references import numbers_of
from corridors.checks.report import error, warning, warns_only
from corridors.facts import facts
from corridors.findings import Finding
from corridors.messages import message
from corridors.model import TABLES, Corridor
from corridors.schema import schema
from corridors.stated_numbers import agrees, derived_in, numbers_in, numbers_of_fact, states

CLAIMING: Final = ("measured", "reported", "derived")
"""Grades that say that the sources state the number, or what it is derived from."""
SETTINGS: Final = frozenset({"order", "priority", "start_spread_h", "reroute_after_h"})
"""Numeric columns that order or start vehicles in the model: nothing outside states them."""
UNITS: Final = {"amount": 1, "servers_share": 1}
"""Values that say nothing: one unit for a vehicle, all servers."""


def numbers_have_a_source(corridor: Corridor) -> Iterator[Finding]:
    """A row of any grade but assumed names its published figure or source."""
    for table in TABLES:
        if "source" not in schema(table):
            continue
        for key, row in corridor.table(table).items():
            if row.grade != "assumed" and not row.source:
                what, expected = message("source.missing", grade=row.grade), message("want.source")
                yield error(table, key, "source", "", what, expected)


@warns_only
def assumptions_have_a_range(corridor: Corridor) -> Iterator[Finding]:
    """An assumed number has a reason or a range.

    The reason is in its note, the range in assumptions.csv.
    """
    explained = {address.rpartition(".")[0] for address in corridor.assumptions}
    for table in TABLES:
        if "grade" not in schema(table) or not numbers_of(table):
            continue
        for key, row in corridor.table(table).items():
            if row.grade != "assumed" or row.note or f"{table}.{key}" in explained:
                continue
            if table == "assumptions":
                if row.low is None or row.high is None:
                    yield warning(table, key, "low", "", message("source.no_range"), message("want.range_or_note"))
            elif table != "itineraries" or row.amount:
                yield warning(table, key, "note", "", message("source.no_reason"), message("want.note_or_range"))


def ranges_hold_their_number(corridor: Corridor) -> Iterator[Finding]:
    """The number is between low and high."""
    for address, assumption in corridor.assumptions.items():
        low, high = assumption.low, assumption.high
        if low is not None and high is not None and low > high:
            what, expected = message("range.reversed"), message("want.at_most_high", n=high)
            yield error("assumptions", address, "low", low, what, expected)
            continue
        value = number_at(corridor, address)
        if value is None:
            continue
        if low is not None and value < low:
            what, expected = message("range.above_value"), message("want.at_most_value", n=value)
            yield error("assumptions", address, "low", low, what, expected)
        if high is not None and value > high:
            what, expected = message("range.below_value"), message("want.at_least_value", n=value)
            yield error("assumptions", address, "high", high, what, expected)


def number_at(corridor: Corridor, address: str) -> float | None:
    """The number at an address; None if there is none."""
    table, _, rest = address.partition(".")
    key, _, name = rest.rpartition(".")
    row = corridor.table(table).get(key) if table in TABLES else None
    if row is None or name not in numbers_of(table):
        return None
    value: float | None = getattr(row, name)
    return value


class Claim(NamedTuple):
    """One number with the source and grade that hold for it: its own, or those of its row."""

    address: str
    value: float
    sources: tuple[str, ...]
    grade: str
    notes: tuple[str, ...]
    own: bool
    """Whether the number has its own row in assumptions.csv."""


def claims(corridor: Corridor) -> Iterator[Claim]:
    """Every number that says something about the world, in the order of the tables.

    Zero, the default of a column, one unit for a vehicle, and settings of the model say nothing.
    """
    for table in TABLES:
        columns = schema(table)
        names = [name for name in numbers_of(table) if name not in SETTINGS]
        if "grade" not in columns or table == "assumptions":
            continue
        for key, row in corridor.table(table).items():
            for name in names:
                value = getattr(row, name)
                if not value or value == UNITS.get(name):
                    continue
                own = corridor.assumptions.get(f"{table}.{key}.{name}")
                of = own or row
                notes = (own.note, row.note) if own else (row.note,)
                yield Claim(f"{table}.{key}.{name}", value, tuple(of.source.split(";")), of.grade, notes, bool(own))


@warns_only
def sources_state_their_number(corridor: Corridor) -> Iterator[Finding]:
    """A number of the grade measured, reported or derived is stated by one of its sources, or its note calculates it.

    A source of sources.csv whose note has no number is a document that cannot be read here: it is taken at its word.
    """
    for claim in claims(corridor):
        if claim.grade in CLAIMING and claim.sources != ("",) and not stated(corridor, claim):
            table, _, rest = claim.address.partition(".")
            key, _, name = rest.rpartition(".")
            where = ("assumptions", claim.address, "source") if claim.own else (table, key, name)
            what = message("source.not_stated", ids=claim.sources, grade=claim.grade)
            yield warning(*where, claim.value, what, message("want.stated_number"))


def stated(corridor: Corridor, claim: Claim) -> bool:
    """Whether a source of the claim states its number, or one of its notes calculates it from them."""
    known: set[float] = set()
    for source in claim.sources:
        numbers = _numbers_of_source(corridor, source)
        if numbers is None:
            return True
        known |= numbers
    known -= {0.0}

    def other(address: str) -> float | None:
        return None if address == claim.address else number_at(corridor, address)

    results = (one for note in claim.notes for one in derived_in(note, known, other))
    return states(known, claim.value) or any(agrees(claim.value, one) for one in results)


def _numbers_of_source(corridor: Corridor, source: str) -> set[float] | None:
    """The numbers that a source states; None for a document that cannot be read here."""
    if source in facts():
        return _numbers_of_fact(source)
    row = corridor.sources.get(source)
    return None if row is None else numbers_in(row.note) or None


@cache
def _numbers_of_fact(id: str) -> set[float]:
    """The numbers of a published figure; an assumed one is an estimate, which states nothing."""
    fact = facts()[id]
    return set() if fact.grade == "assumed" else numbers_of_fact(fact)


RULES = (numbers_have_a_source, assumptions_have_a_range, ranges_hold_their_number)
FOLDER_RULES = (sources_state_their_number,)
"""Rules of tables only: a change in a document or on the page sets a number that the source of its row cannot state."""
