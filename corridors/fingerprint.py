"""Fingerprint of data: a short text, equal for equal worlds only.

It is made of the rows' values, so neither the order of rows in a file nor its encoding or line ends matter.
"""

from __future__ import annotations

import hashlib
from dataclasses import fields

from corridors.model import TABLES, Corridor


def fingerprint(corridor: Corridor) -> str:
    """SHA-256 over every value of every row, as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    for table, kind in TABLES.items():
        names = [field.name for field in fields(kind)]
        digest.update(repr((table, names)).encode())
        for row in corridor.table(table).values():
            digest.update(repr([getattr(row, name) for name in names]).encode())
    return digest.hexdigest()
