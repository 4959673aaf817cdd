"""Rules about sources: origin, data grade and range of every number."""

from __future__ import annotations

from collections.abc import Iterator

from corridors.checks.references import numbers_of
from corridors.checks.report import error, warning
from corridors.findings import Finding
from corridors.messages import message
from corridors.model import TABLES, Corridor
from corridors.schema import schema


def numbers_have_a_source(corridor: Corridor) -> Iterator[Finding]:
    """A row of any grade but assumed names its published figure or source."""
    for table in TABLES:
        if "source" not in schema(table):
            continue
        for key, row in corridor.table(table).items():
            if row.grade != "assumed" and not row.source:
                what, expected = message("source.missing", grade=row.grade), message("want.source")
                yield error(table, key, "source", "", what, expected)


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


RULES = (numbers_have_a_source, assumptions_have_a_range, ranges_hold_their_number)
