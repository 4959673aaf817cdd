"""A corridor that notes what is read of it, so that what was made of it can be used for another corridor.

Input: a corridor. Output: one with the same rows (:attr:`WatchedCorridor.corridor`), whose tables note every row that
is looked up, or that all of them were; of the tables in :data:`BY_FIELD` they note single fields. What was made from
the watched corridor alone is the same for every corridor that has equal rows and fields where something was noted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields
from typing import Any, Final, cast

from corridors.model import TABLES, Corridor

BY_FIELD: Final = ("facilities", "stocks", "services")
"""Tables whose rows are read field by field and never kept: most sliders change one field of one row."""


class WatchedRow:
    """One row, whose fields are noted as they are read."""

    def __init__(self, row: Any) -> None:
        self._row = row
        self._read: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._row, name)
        self._read[name] = value
        return value

    def _suits(self, row: Any) -> bool:
        """Whether another row has the same values where this one was read."""
        return row is self._row or all(getattr(row, name) == value for name, value in self._read.items())


class _Table(Mapping[str, Any]):
    """One table that notes the rows that are looked up."""

    def __init__(self, rows: Mapping[str, Any], by_field: bool) -> None:
        self.rows, self._by_field = rows, by_field
        self._looked_up: dict[str, Any] = {}
        self._all = False

    def __getitem__(self, id: str) -> Any:
        if id not in self._looked_up:
            row = self.rows.get(id)
            self._looked_up[id] = WatchedRow(row) if row is not None and self._by_field else row
        if self._looked_up[id] is None:
            raise KeyError(id)
        return self._looked_up[id]

    def __iter__(self) -> Iterator[str]:
        self._all = True
        return iter(self.rows)

    def __len__(self) -> int:
        self._all = True
        return len(self.rows)

    def suits(self, rows: Mapping[str, Any]) -> bool:
        """Whether another table has the same where this one was read."""
        if self._all and rows == self.rows:
            return True
        return not self._all and all(_same(known, rows.get(id)) for id, known in self._looked_up.items())

    def read_of(self, rows: Mapping[str, Any]) -> None:
        """Read of another table from now on, which :meth:`suits`."""
        self.rows = rows
        for id, known in self._looked_up.items():
            if isinstance(known, WatchedRow):
                known._row = rows[id]


class _NotRead(Mapping[str, Any]):
    """A table that must not be read."""

    def __getitem__(self, id: str) -> Any:
        raise AssertionError("a table that is not watched")

    def __iter__(self) -> Iterator[str]:
        raise AssertionError("a table that is not watched")

    def __len__(self) -> int:
        raise AssertionError("a table that is not watched")


_NOT_READ: Final = _NotRead()


class WatchedCorridor:
    """A corridor and what was read of it."""

    def __init__(self, corridor: Corridor, by_field: Collection[str] = BY_FIELD, without: Collection[str] = ()) -> None:
        """The rows of tables ``by_field`` are noted by field; it is ``without`` some tables, which must not be read."""
        there = [name for name in TABLES if name not in without]
        self._tables = {name: _Table(corridor.table(name), name in by_field) for name in there}
        self.corridor = Corridor(**cast(dict[str, Any], dict.fromkeys(without, _NOT_READ) | self._tables))
        assert [one.name for one in fields(Corridor)] == list(TABLES)

    def suits(self, corridor: Corridor) -> bool:
        """Whether another corridor has the same where this one was read; what is read later is read of that one."""
        others = [
            (table, rows) for name, table in self._tables.items() if (rows := getattr(corridor, name)) is not table.rows
        ]
        if not all(table.suits(rows) for table, rows in others):
            return False
        for table, rows in others:
            table.read_of(rows)
        return True


def _same(known: Any, row: Any) -> bool:
    if isinstance(known, WatchedRow):
        return row is not None and known._suits(row)
    return bool(known is row or known == row)
