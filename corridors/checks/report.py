"""Findings of a rule: one row of one table, by id.

The line is filled in by the reader of the file.
"""

from __future__ import annotations

from corridors.findings import ERROR, WARNING, Finding
from corridors.io.cells import Value, show
from corridors.messages import Message, Text


def error(
    table: str, row: str, column: str, found: Value | Message, what: Message, expected: Text, nearest: str = ""
) -> Finding:
    """The finding for data that cannot be run."""
    return _finding(ERROR, table, row, column, found, what, expected, nearest)


def warning(
    table: str, row: str, column: str, found: Value | Message, what: Message, expected: Text, nearest: str = ""
) -> Finding:
    """The finding for data that can be run but are most likely a mistake."""
    return _finding(WARNING, table, row, column, found, what, expected, nearest)


def _finding(
    level: str, table: str, row: str, column: str, found: Value | Message, what: Message, expected: Text, nearest: str
) -> Finding:
    value = found if isinstance(found, Message) else show(found)
    return Finding(level, f"{table}.csv", None, column, value, expected, nearest, what, row)
