"""The rule about single values: each fits its column."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from corridors.checks.report import error
from corridors.findings import Finding
from corridors.io import cells
from corridors.model import TABLES, Corridor
from corridors.schema import Field, schema

PLAIN: Final = (str, float, int, bool, type(None))
"""Types of values in tables; a program may put others into a row."""


@cache
def _sound(table: str) -> tuple[tuple[Field, set[tuple[type, object]]], ...]:
    """Each column of a table with the values that are known to fit it, as (type, value): 1, 1.0 and True differ."""
    return tuple((column, set()) for column in schema(table).values())


_FIT: Final[dict[str, dict[str, Any]]] = {}
"""By table the rows that were found to fit last."""


def values_fit_the_schema(corridor: Corridor) -> Iterator[Finding]:
    """Every value has the type of its column and is within its bounds.

    Rows and values that fit are remembered, because worlds that are checked one after the other differ in few numbers.
    """
    for table in TABLES:
        columns, rows, fit = _sound(table), corridor.table(table), _FIT.get(table, {})
        new = [(key, row) for key, row in rows.items() if fit.get(key) is not row]
        all_fit = True
        for key, row in new:
            for column, sound in columns:
                value = getattr(row, column.name)
                known = (type(value), value)
                if known[0] in PLAIN and known in sound:
                    continue
                if complaint := cells.complain(value, column):
                    what, expected = complaint.message, complaint.expected
                    all_fit = False
                    yield error(table, key, column.name, value, what, expected, complaint.nearest)
                elif known[0] in PLAIN:
                    sound.add(known)
        if new and all_fit:
            _FIT[table] = dict(rows)
