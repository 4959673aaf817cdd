"""Reads and writes the tables of a data folder: ``<table>.csv`` to :class:`~corridors.model.Corridor` and back.

In: a folder of CSV files, as people and spreadsheets leave them. Out: the Corridor, typed by the schema and sorted by
id whatever the order of rows, and findings for all that is wrong, each with file, line and column. A few tables make a
world (:data:`ESSENTIAL`); the others may be missing and are then empty. What the rows say about one another is for
:mod:`corridors.checks`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from corridors.findings import ERROR, WARNING, Finding, nearest
from corridors.io import cells
from corridors.io.csv_files import Sheet, read_sheet
from corridors.model import TABLES, Corridor, key_of
from corridors.schema import Field, schema

ESSENTIAL: Final = ("places", "facilities", "durations", "classes", "services", "itineraries")
"""Tables without which nothing moves; every other may be left out of a folder."""


@dataclass
class Reading:
    """A folder as far as it could be read. ``draft`` has neutral values where cells were wrong."""

    draft: Corridor
    findings: list[Finding]
    lines: dict[tuple[str, str], int]
    """Line number of every row by (file, id)."""
    spoiled: set[tuple[str, str]]
    """Rows with a wrong cell, by (file, id)."""
    lost: bool
    """True where rows are missing from the draft, so that what names them cannot be judged."""

    @property
    def has_errors(self) -> bool:
        return any(finding.level == ERROR for finding in self.findings)


def read(folder: Path) -> tuple[Corridor | None, list[Finding]]:
    """The Corridor in a folder (None if any cell or file is wrong) and all findings. Never raises on bad data."""
    reading = read_folder(folder)
    return None if reading.has_errors else reading.draft, reading.findings


def save(corridor: Corridor, folder: Path) -> None:
    """Write every table to ``folder``, which is made if need be; the same Corridor gives the same bytes.

    The byte order mark lets Excel open Chinese names. Lines end as RFC 4180 has it, which also keeps a line break
    within a note.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for table in TABLES:
        with (folder / f"{table}.csv").open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(schema(table))
            for row in corridor.table(table).values():
                writer.writerow(cells.show(getattr(row, name)) for name in schema(table))


def assemble(rows: Mapping[str, Iterable[Any]]) -> Corridor:
    """The Corridor of these rows by table, in any order; tables that are not named are empty.

    Raises ValueError for an unknown table or an id that stands twice in one.
    """
    if unknown := sorted(set(rows) - set(TABLES)):
        raise ValueError(f"no table is called {', '.join(unknown)}")
    made = {table: _sorted(table, rows.get(table, ())) for table in TABLES}
    return Corridor(**made)


def read_folder(folder: Path) -> Reading:
    """Every table of a folder, with all findings about files and cells. Never raises on bad data."""
    try:
        present = {path.name for path in folder.iterdir()}
    except OSError as error:
        found = "a file" if folder.is_file() else (error.strerror or "nothing that can be read")
        finding = Finding(ERROR, str(folder), None, "", found, "a folder with the tables of a corridor")
        return Reading(assemble({}), [finding], {}, set(), lost=True)
    findings = _strangers(present)
    tables = [_Table(folder, table) for table in TABLES]
    for table in tables:
        table.read(present)
        findings += table.findings
    return Reading(
        assemble({table.name: table.rows.values() for table in tables}),
        findings,
        {(table.file, key): line for table in tables for key, line in table.lines.items()},
        {(table.file, key) for table in tables for key in table.spoiled},
        lost=any(table.lost for table in tables),
    )


@dataclass
class _Table:
    """One table while it is read."""

    folder: Path
    name: str
    rows: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    spoiled: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    lost: bool = False

    @property
    def file(self) -> str:
        return f"{self.name}.csv"

    def read(self, present: set[str]) -> None:
        """Read the file if the folder has it. Names are told apart by case on every machine."""
        if self.file not in present:
            if self.name in ESSENTIAL:
                self._fail(None, "", "no such file", "a table without which nothing moves", message="Add the file.")
                self.lost = True
            return
        sheet = read_sheet(self.folder / self.file)
        self.findings += sheet.findings
        self.lost = not sheet.header or any(f.level == ERROR and f.row not in sheet.ragged for f in sheet.findings)
        if sheet.header:
            self._check_header(sheet)
        if not self.findings and not sheet.rows and self.name in ESSENTIAL:
            self._fail(None, "", "a header and no rows", "at least one row", message="Nothing moves without it.")
        if all(column.name in sheet.header for column in schema(self.name).values() if column.required):
            for line, row in sheet.rows:
                self._read_row(line, dict(zip(sheet.header, row, strict=True)), line in sheet.ragged)

    def _check_header(self, sheet: Sheet) -> None:
        columns = schema(self.name)
        for name in dict.fromkeys(sheet.header):
            if not name:
                self._fail(1, "", "a column without a name", "a name in the header, or no such column")
            elif sheet.header.count(name) > 1:
                self._fail(1, name, f"{sheet.header.count(name)} columns of this name", "one", message="Keep one.")
                self.lost = True
            elif name not in columns:
                free = [column for column in columns if column not in sheet.header]
                expected = "one of " + ", ".join(free) if free else "no further column"
                self._fail(1, name, name, expected, nearest(name, free), "no such column; remarks go into note")
        for column in columns.values():
            if column.required and column.name not in sheet.header:
                self._fail(1, column.name, "no such column", f"a column {column.name}: {column.meaning_en}")
                self.lost = True

    def _read_row(self, line: int, row: dict[str, str], ragged: bool) -> None:
        """Add one row, unless its key is wrong or taken. The cells of a ragged row are not worth a finding each."""
        findings: list[Finding] = []
        values: dict[str, cells.Value] = {}
        for column in schema(self.name).values():
            text = row.get(column.name, "") or _default(column, values)
            values[column.name], complaint = cells.parse(text, column)
            if complaint and not ragged:
                findings.append(_told(self.file, line, column.name, text, complaint))
        self.findings += findings
        made = TABLES[self.name](**values)
        key = key_of(made)
        if not all(key.split(".")):
            self.lost = True
        elif key in self.rows:
            self._fail(line, next(iter(values)), key, f"an id of its own; line {self.lines[key]} has the same")
        else:
            self.rows[key] = made
            self.lines[key] = line
            if ragged or any(finding.level == ERROR for finding in findings):
                self.spoiled.add(key)

    def _fail(
        self, row: int | None, column: str, found: str, expected: str, close: str = "", message: str = ""
    ) -> None:
        self.findings.append(Finding(ERROR, self.file, row, _short(column), _short(found), expected, close, message))


def _default(column: Field, values: Mapping[str, cells.Value]) -> str:
    """What a blank cell of the column stands for, as text."""
    if column.default.startswith("="):
        return cells.show(values[column.default[1:]])
    return column.default


def _told(file: str, line: int, column: str, found: str, complaint: cells.Complaint) -> Finding:
    return Finding(
        complaint.level, file, line, column, _short(found), complaint.expected, complaint.nearest, complaint.message
    )


def _short(text: str) -> str:
    """As much of what stands in a cell as a message can bear."""
    return text if len(text) <= 60 else f"{text[:57]}..."


def _strangers(present: set[str]) -> list[Finding]:
    """CSV files of a folder that are no table: most likely a misspelt name."""
    known = {f"{table}.csv" for table in TABLES}
    return [
        Finding(WARNING, name, None, "", name, "the name of a table", nearest(name, known), "Not read.")
        for name in sorted(present - known)
        if name.lower().endswith(".csv")
    ]


def _sorted(table: str, rows: Iterable[Any]) -> dict[str, Any]:
    ordered = sorted(rows, key=_running_order if table == "itineraries" else key_of)
    by_id = {key_of(row): row for row in ordered}
    if len(by_id) < len(ordered):
        keys = [key_of(row) for row in ordered]
        raise ValueError(f"{table}: these ids stand twice: {', '.join(sorted({k for k in keys if keys.count(k) > 1}))}")
    return by_id


def _running_order(step: Any) -> tuple[str, int, str]:
    return step.itinerary, step.order, step.step
