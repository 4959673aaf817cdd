"""Rules about trust: where every number comes from, how well it is known, and how far it may be off."""

from __future__ import annotations

from collections.abc import Iterator

from corridors.checks.references import numbers_of
from corridors.checks.report import error, warning
from corridors.findings import Finding
from corridors.model import TABLES, Corridor
from corridors.schema import schema


def numbers_have_a_source(corridor: Corridor) -> Iterator[Finding]:
    """Whatever is more than assumed names the fact or source that it comes from."""
    for table in TABLES:
        if "source" not in schema(table):
            continue
        for key, row in corridor.table(table).items():
            if row.grade != "assumed" and not row.source:
                yield error(
                    table,
                    key,
                    "source",
                    "",
                    "an id of facts.csv or sources.csv, or the grade assumed with a note",
                    f"{row.grade}, but nobody can look it up",
                )


def assumptions_have_a_range(corridor: Corridor) -> Iterator[Finding]:
    """Who assumes a number says why, in a note, or how far it may be off, in assumptions.csv."""
    explained = {address.rpartition(".")[0] for address in corridor.assumptions}
    for table in TABLES:
        if "grade" not in schema(table) or not numbers_of(table):
            continue
        for key, row in corridor.table(table).items():
            if row.grade != "assumed" or row.note or f"{table}.{key}" in explained:
                continue
            if table == "assumptions":
                if row.low is None or row.high is None:
                    yield warning(table, key, "low", "", "low and high, or a note")
            elif table != "itineraries" or row.amount:
                yield warning(
                    table, key, "note", "", "a note, or a range in assumptions.csv", "assumed without a reason"
                )


def ranges_hold_their_number(corridor: Corridor) -> Iterator[Finding]:
    """low <= the number itself <= high."""
    for address, assumption in corridor.assumptions.items():
        low, high = assumption.low, assumption.high
        if low is not None and high is not None and low > high:
            yield error("assumptions", address, "low", low, f"no more than high, {high:g}")
            continue
        value = number_at(corridor, address)
        if value is None:
            continue
        if low is not None and value < low:
            yield error("assumptions", address, "low", low, f"no more than the number itself, {value:g}")
        if high is not None and value > high:
            yield error("assumptions", address, "high", high, f"no less than the number itself, {value:g}")


def number_at(corridor: Corridor, address: str) -> float | None:
    """The number that an address names; None if it names none."""
    table, _, rest = address.partition(".")
    key, _, name = rest.rpartition(".")
    row = corridor.table(table).get(key) if table in TABLES else None
    if row is None or name not in numbers_of(table):
        return None
    value: float | None = getattr(row, name)
    return value


RULES = (numbers_have_a_source, assumptions_have_a_range, ranges_hold_their_number)
