"""Fingerprint of data: a short text, equal for equal worlds only.

It is made of the rows' values, so neither the order of rows in a file nor its encoding or line ends matter.
"""

from __future__ import annotations

import hashlib
from dataclasses import Field, fields
from typing import Any, Final

from corridors.model import TABLES, Corridor

ADDED: Final = {
    "ports": ("place_a", "place_b"),
    "places": ("time_zone",),
    "profiles": ("time_zone",),
    "services": ("profile_week",),
    "timetable": ("day", "vehicles"),
}
"""Columns that a table got later: they count where a row differs from the default, so that older data keep theirs."""


def fingerprint(corridor: Corridor) -> str:
    """SHA-256 over every value of every row, as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    for table, kind in TABLES.items():
        names = [field.name for field in fields(kind) if _counts(corridor, table, field)]
        digest.update(repr((table, names)).encode())
        for row in corridor.table(table).values():
            digest.update(repr([getattr(row, name) for name in names]).encode())
    return digest.hexdigest()


def _counts(corridor: Corridor, table: str, column: Field[Any]) -> bool:
    rows: Any = corridor.table(table).values()
    return column.name not in ADDED.get(table, ()) or any(getattr(row, column.name) != column.default for row in rows)
