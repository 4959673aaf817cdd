"""Lays changes over a corridor.

Input: a Corridor and changes. Output: a Corridor with the changes made, or all findings about them.

The assumption about a number (its range, its source) is removed when the number is written or removed, unless the
changes write the assumption, too. An assumption that they write is removed where a later change writes the number once
more, such as a slider over a fitted scenario.

Two changes that write the same field contradict each other, unless the caller declares that their order counts.
Otherwise the result is the same for every order.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from corridors.findings import ERROR, DataError, Finding, Findings, limited_suggestions, nearest
from corridors.io import cells
from corridors.messages import Message, Text, message
from corridors.model import TABLES, Corridor
from corridors.overlay.changes import (
    CLOSED_KINDS,
    OPTIONS,
    Change,
    Scalar,
    closure_of,
    contradictions,
    is_number,
    key_columns,
)
from corridors.schema import Field as Column
from corridors.schema import schema


@limited_suggestions()
def apply(corridor: Corridor, changes: Iterable[Change], in_order: bool = False) -> Corridor:
    """The corridor with the changes made; the given one is not modified.

    ``in_order``: changes are made one after the other and may write the same field. Raises DataError with all errors:
    unknown tables, rows and fields (with the nearest names), wrong types, values out of bounds, changes that
    contradict each other, and errors that the checks find only after the changes.
    """
    changes = list(changes)
    if not changes:
        return corridor
    draft = _draft_with(corridor, changes, in_order)
    if not draft.findings:
        changed = draft.corridor()
        _check(corridor, changed, changes)
        return changed
    wrong = Findings(dict.fromkeys(draft.findings))
    with wrong.gather():  # A change that cannot be made hides nothing that is wrong about the others.
        _check(corridor, draft.corridor(), changes, draft.failed)
    raise DataError(wrong)


def lay_over(corridor: Corridor, changes: Iterable[Change], in_order: bool = False) -> Corridor:
    """The corridor with the changes made, as by :func:`apply`, but without the checks of the result.

    Settings of the command line come after all other changes, and may write the same fields.
    """
    draft = _draft_with(corridor, changes, in_order)
    if draft.findings:
        raise DataError(dict.fromkeys(draft.findings))
    return draft.corridor()


def _draft_with(corridor: Corridor, changes: Iterable[Change], in_order: bool) -> _Draft:
    """A draft with the changes that can be made."""
    changes = list(changes)
    draft = _Draft(corridor)
    if not in_order:
        settings = [change for change in changes if change.origin in OPTIONS]
        others = [change for change in changes if change.origin not in OPTIONS]
        draft.findings += [*contradictions(others), *contradictions(settings)]
        if draft.findings:
            draft.failed += changes
        changes = [*sorted(others, key=str), *sorted(settings, key=str)]
    for change in changes:
        before = len(draft.findings)
        draft.make(change)
        if len(draft.findings) > before:
            draft.failed.append(change)
    return draft


@limited_suggestions()
def attempt(corridor: Corridor, changes: Iterable[Change]) -> tuple[Corridor, list[Finding]]:
    """The corridor with all possible changes made, and the added findings.

    Changes are made one after the other.

    For data that are still being edited: no error is raised. A value that cannot be read counts as a neutral one.
    """
    from corridors.checks import check

    changes = list(changes)
    if not changes:
        return corridor, []
    draft = _Draft(corridor)
    for change in changes:
        draft.make(change)
    changed = draft.corridor()
    known = set(check(corridor))
    return changed, [*dict.fromkeys(draft.findings), *(finding for finding in check(changed) if finding not in known)]


class _Draft:
    """A corridor while changes are made to it, and the findings about them."""

    def __init__(self, corridor: Corridor) -> None:
        self.before = corridor
        self.tables: dict[str, dict[str, Any]] = {name: dict(corridor.table(name)) for name in TABLES}
        self.outdated: set[str] = set()
        """Addresses of fields and rows whose assumptions are removed."""
        self.written: set[str] = set()
        """Addresses of fields that a change has written."""
        self.restated: set[str] = set()
        """Addresses of fields that were written again, and whose assumption was not."""
        self.findings: list[Finding] = []
        self.failed: list[Change] = []
        """Changes with a finding."""

    def corridor(self) -> Corridor:
        kept = {
            address: row
            for address, row in self.tables["assumptions"].items()
            if address not in self.restated
            and (
                not ({address, address.rpartition(".")[0]} & self.outdated)
                or row is not self.before.assumptions.get(address)
            )
        }
        tables = self.tables | {"assumptions": kept}
        return replace(
            self.before,
            **{name: _in_order(name, rows) for name, rows in tables.items() if not self._is_as_before(name, rows)},
        )

    def _is_as_before(self, table: str, rows: Mapping[str, Any]) -> bool:
        """Whether a table has the rows of before, which are in order."""
        before = self.before.table(table)
        return len(rows) == len(before) and all(map(operator.is_, rows.values(), before.values()))

    def make(self, change: Change) -> None:
        table, _, rest = change.address.partition(".")
        if table == "assumptions":
            self.restated -= {rest, rest.rpartition(".")[0]}
        if table not in TABLES:
            close = nearest(table, TABLES)
            self._fail(change, table, message("change.unknown_table"), message("want.address_of_table"), close)
        elif change.op == "close":
            self._close(change, table, rest)
        elif change.op == "remove":
            self._remove(change, table, rest)
        elif change.row is not None:
            self._add_row(change, change.row, table, rest)
        else:
            row_id, _, name = rest.rpartition(".")
            self._write(change, table, row_id, name)

    def _write(self, change: Change, table: str, row_id: str, name: str) -> None:
        if not self._knows(change, table, row_id):
            return
        free = [column for column in schema(table) if column not in key_columns(table)]
        if name not in free:
            what, expected = message("change.unknown_field", table=table), message("want.one_of", names=tuple(free))
            self._fail(change, name, what, expected, nearest(name, free))
            return
        row = self.tables[table][row_id]
        before = getattr(row, name)
        if change.op != "set" and not is_number(before):
            what, expected = message("change.no_number", op=change.op), message("want.op_set")
            self._fail(change, cells.show(before), what, expected)
            return
        text = cells.show(_result(change, before, schema(table)[name]))
        found = f"{_sum(change, before)} = {text}" if change.op != "set" else ""
        value = self._parsed(change, schema(table)[name], text, lambda other: getattr(row, other), found)
        self.tables[table][row_id] = replace(row, **{name: value})
        self.outdated.add(change.address)
        if change.address in self.written:
            self.restated.add(change.address)
        self.written.add(change.address)

    def _add_row(self, change: Change, given: Mapping[str, Scalar], table: str, row_id: str) -> None:
        keys = key_columns(table)
        # A step's id has two parts; every other is taken whole.
        values: dict[str, Any] = dict(zip(keys, row_id.split(".", len(keys) - 1), strict=False))
        free = [column for column in schema(table) if column not in keys]
        for name in sorted(set(given) - set(free)):
            what, expected = message("change.unknown_column", table=table), message("want.one_of", names=tuple(free))
            self._fail(change, name, what, expected, nearest(name, free))
        if row_id in self.tables[table]:
            self._fail(change, row_id, message("change.id_taken"), message("want.new_id", file=f"{table}.csv"))
        texts = {name: cells.show(value) for name, value in {**values, **given}.items()}
        for column in schema(table).values():
            values[column.name] = self._parsed(change, column, texts.get(column.name, ""), values.__getitem__)
        self.tables[table][row_id] = TABLES[table](**values)
        self.written |= {f"{change.address}.{name}" for name in given}

    def _remove(self, change: Change, table: str, row_id: str) -> None:
        if self._knows(change, table, row_id):
            del self.tables[table][row_id]
            self.outdated.add(change.address)

    def _close(self, change: Change, table: str, row_id: str) -> None:
        if table not in CLOSED_KINDS:
            expected, close = message("want.one_of", names=CLOSED_KINDS), nearest(table, CLOSED_KINDS)
            self._fail(change, table, message("change.not_closable"), expected, close)
        elif self._knows(change, table, row_id):
            closure = closure_of(change)
            if closure.id in self.tables["closures"]:
                self._fail(change, closure.id, message("change.closed_already"), message("want.other_days"))
            self.tables["closures"][closure.id] = closure

    def _knows(self, change: Change, table: str, row_id: str) -> bool:
        rows = self.tables[table]
        if row_id not in rows:
            close = nearest(row_id, rows)
            self._fail(change, row_id, message("change.unknown_row"), message("want.id_of", file=f"{table}.csv"), close)
        return row_id in rows

    def _parsed(self, change: Change, column: Column, text: str, other: Callable[[str], Any], found: str = "") -> Any:
        """The value of a text in a column, with the default of the column; ``found`` is how a finding shows it."""
        if not text and column.default:
            text = cells.show(other(column.default[1:])) if column.default.startswith("=") else column.default
        value, complaint = cells.parse(text.strip(), column)
        if complaint and complaint.level == ERROR:
            self._fail(change, found or text, complaint.message, complaint.expected, complaint.nearest, column.name)
        return value

    def _fail(
        self, change: Change, found: str, what: Message, expected: Text, close: str = "", column: str = ""
    ) -> None:
        where = f"{change.address}.{column}" if column and change.row is not None else change.address
        self.findings.append(Finding(ERROR, change.origin or "changes", None, where, found, expected, close, what))


def _sum(change: Change, before: Any) -> str:
    """The sum or product that a change makes, such as ``3 - 5``."""
    value: Any = change.value
    if change.op == "scale":
        return f"{cells.show(before)} * {cells.show(value)}"
    return f"{cells.show(before)} {'-' if value < 0 else '+'} {cells.show(abs(value))}"


def _in_order(table: str, rows: Mapping[str, Any]) -> dict[str, Any]:
    """The rows of a table by id, in the order of a table that is read."""
    from corridors.io.tables import sorted_by_id

    ids = list(rows)
    # Steps have another order. Most changes of rows leave them where they are.
    return dict(rows) if table != "itineraries" and ids == sorted(ids) else sorted_by_id(table, rows.values())


def _result(change: Change, before: Any, column: Column) -> Scalar:
    """The value of a field after a change."""
    match change.op:
        case "set":
            return change.value
        case "add":
            return before + change.value
        case _:
            made: float = before * change.value
            # What is beyond all numbers is refused by the bounds of the column.
            return math.floor(made + 0.5) if column.type == "int" and math.isfinite(made) else made


def _check(before: Corridor, after: Corridor, changes: Iterable[Change], failed: Iterable[Change] = ()) -> None:
    """Raise DataError for errors that the changes add, whatever those that ``failed`` are meant to be.

    Earlier ones do not count.
    """
    from corridors.checks import check

    wrong: dict[tuple[str, str], set[str]] = {}
    lost: set[str] = set()
    for change in failed:
        table, _, rest = change.address.partition(".")
        row, _, name = rest.rpartition(".")
        if table not in TABLES:
            continue
        if change.op in ("set", "scale", "add") and change.row is None:
            wrong.setdefault((f"{table}.csv", row), set()).add(name)
        else:
            lost.add(table)
    errors = [finding for finding in check(after, wrong, lost, warn=False) if finding.level == ERROR]
    old = set(check(before, warn=False)) if errors else set()
    origins = tuple(sorted({change.origin or "changes" for change in changes}))
    broken = [
        replace(finding, message=message("after_changes", changes=origins, problem=finding.message))
        for finding in errors
        if finding not in old
    ]
    if broken:
        raise DataError(broken)
