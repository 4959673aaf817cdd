"""How a rule reports: a finding about one row of one table, by id (the line is filled in by whoever read the file)."""

from __future__ import annotations

from corridors.findings import ERROR, WARNING, Finding
from corridors.io.cells import Value, show


def error(
    table: str, row: str, column: str, found: Value, expected: str, message: str = "", nearest: str = ""
) -> Finding:
    """What makes the data impossible to run."""
    return Finding(ERROR, f"{table}.csv", None, column, show(found), expected, nearest, message, row)


def warning(
    table: str, row: str, column: str, found: Value, expected: str, message: str = "", nearest: str = ""
) -> Finding:
    """What can be run but is most likely not what was meant."""
    return Finding(WARNING, f"{table}.csv", None, column, show(found), expected, nearest, message, row)
