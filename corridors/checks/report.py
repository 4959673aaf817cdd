"""Findings of a rule: one row of one table, by id.

The line is filled in by the reader of the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from corridors.findings import ERROR, WARNING, Finding
from corridors.io.cells import Value, show
from corridors.messages import Message, Text

R = TypeVar("R", bound=Callable[..., Iterable[Finding]])


def names_all_rows_of(table: str) -> Callable[[R], R]:
    """Mark a rule that names all rows of a table in one finding, so that a change of one row changes the finding."""

    def marked(rule: R) -> R:
        rule.names_all_rows_of = table  # type: ignore[attr-defined]
        return rule

    return marked


def table_named(rule: Any) -> str:
    """The table of which a rule names all rows in one finding; '' for rules with a finding for each row."""
    return getattr(rule, "names_all_rows_of", "")


def warns_only(rule: R) -> R:
    """Mark a rule that only warns, which need not be asked whether data can be run."""
    rule.warns_only = True  # type: ignore[attr-defined]
    return rule


def may_refuse(rule: Any) -> bool:
    """Whether a rule may find an error."""
    return not getattr(rule, "warns_only", False)


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
