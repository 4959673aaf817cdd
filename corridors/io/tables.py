"""Tables of a data folder: files read to a Corridor, and written.

Input: a folder of CSV files or workbooks, as people and spreadsheets save them. Output: the Corridor, typed by the
schema and sorted by id whatever the order of rows, and all findings, each with file, line and column. A few tables are
required (:data:`ESSENTIAL`), a few if rows name their rows (:data:`NEEDED_IF_NAMED`); the others may be missing and are
then empty. Relations between rows are checked by :mod:`corridors.checks`.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from io import StringIO
from pathlib import Path
from typing import Any, Final

from corridors.findings import ERROR, WARNING, Finding, limited_suggestions, nearest
from corridors.io import cells
from corridors.io.atomic_files import write_atomically
from corridors.io.csv_files import Sheet, read_sheet, sheet_of
from corridors.io.plain_files import exists, is_folder
from corridors.io.system_problems import os_problem
from corridors.io.workbook_tables import TableSheet, Workbooks, other_format, records
from corridors.io.workbooks import Cells, is_workbook
from corridors.messages import Message, Text, message
from corridors.model import TABLES, Corridor, key_of
from corridors.schema import Field, schema

ESSENTIAL: Final = ("places", "classes", "services", "itineraries")
"""Tables that every world needs."""
NEEDED_IF_NAMED: Final = ("facilities", "durations")
"""Tables that a world needs if a row of another one names their rows: one finding instead of one for each name."""
SPARE: Final = ("~", ".bak", ".orig", ".old", ".tmp", ".swp")
"""Ends of the names of spare copies, which may be kept beside the file that is read."""


@dataclass
class Reading:
    """The content of a folder.

    ``draft`` has neutral values where cells were wrong.
    """

    draft: Corridor
    findings: list[Finding]
    lines: dict[tuple[str, str], int]
    """Line number of every row by (file, id)."""
    wrong: dict[tuple[str, str], frozenset[str]]
    """Columns of the wrong cells of rows, by (file, id)."""
    lost: frozenset[str]
    """Tables of which rows are missing from the draft, so that references to them cannot be checked."""
    repeated: list[tuple[str, str, Any, int]] = field(default_factory=list)
    """Table, id, row and line of rows whose id an earlier row has; these are in no table."""
    workbooks: dict[str, str] = field(default_factory=dict)
    """The workbook and sheet of tables that are in one, by the name of the CSV file in whose place they are."""

    def at_home(self, finding: Finding) -> Finding:
        """The finding with the name of the file that has the table."""
        home = self.workbooks.get(finding.file)
        return replace(finding, file=home) if home else finding

    @property
    def has_errors(self) -> bool:
        """Whether any finding is an error."""
        return any(finding.level == ERROR for finding in self.findings)


def read(folder: Path) -> tuple[Corridor | None, list[Finding]]:
    """The Corridor in a folder and all findings.

    The Corridor is None if any cell or file is wrong. Bad data raise no error.
    """
    reading = read_folder(folder)
    return None if reading.has_errors else reading.draft, [*map(reading.at_home, reading.findings)]


def save(corridor: Corridor, folder: Path) -> None:
    """Write every table to ``folder``, which is made if need be.

    The same Corridor gives the same bytes. Each file is written whole or not at all; raises OSError.

    The byte order mark lets Excel open Chinese names. Lines end as RFC 4180 has it, which also keeps a line break
    within a note.
    """
    for table in TABLES:
        text = StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(schema(table))
        for row in corridor.table(table).values():
            writer.writerow(cells.show(getattr(row, name)) for name in schema(table))
        write_atomically(folder / f"{table}.csv", text.getvalue().encode("utf-8-sig"))


def assemble(rows: Mapping[str, Iterable[Any]]) -> Corridor:
    """The Corridor of these rows by table, in any order.

    Tables that are not named are empty.

    Raises ValueError for an unknown table, or an id that one table has twice.
    """
    if unknown := sorted(set(rows) - set(TABLES)):
        raise ValueError(f"no table is called {', '.join(unknown)}")
    made = {table: sorted_by_id(table, rows.get(table, ())) for table in TABLES}
    return Corridor(**made)


@limited_suggestions()
def read_folder(folder: Path) -> Reading:
    """Every table of a folder, with all findings about files and cells.

    Never raises on bad data.
    """
    try:
        present = {path.name for path in folder.iterdir()}
    except OSError as error:
        return _no_tables(
            folder, message("found.file") if exists(folder) and not is_folder(folder) else os_problem(error)
        )
    books = Workbooks(folder, present)
    findings = [*_unread_files(folder, present, books.tables.keys()), *books.findings]
    unread = any(finding.level == ERROR for finding in findings)
    if not unread and not books.tables and not present & {f"{table}.csv" for table in TABLES}:
        reading = _no_tables(folder, message("found.no_tables"))
        return replace(reading, findings=[*reading.findings, *findings])
    tables = [_Table(folder, table, book=books.tables.get(table)) for table in TABLES]
    for table in tables:
        table.read(present)
    draft = assemble({table.name: table.rows.values() for table in tables})
    for table in tables:
        table.require_rows(present, draft)
        findings += table.findings
    return Reading(
        draft,
        findings,
        {(table.file, key): line for table in tables for key, line in table.lines.items()},
        {(table.file, key): columns for table in tables for key, columns in table.wrong.items()},
        lost=frozenset(table.name for table in tables if unread or table.lost),
        repeated=[(table.name, *row) for table in tables for row in table.repeated],
        workbooks={table.file: table.book.place for table in tables if table.book and table.file not in present},
    )


def _no_tables(folder: Path, found: Text) -> Reading:
    """One finding for a folder that is not there, or has no table: most likely another folder was meant."""
    what = message("file.no_folder")
    finding = Finding(ERROR, str(folder), None, "", found, message("want.data_folder"), message=what)
    return Reading(assemble({}), [finding], {}, {}, lost=frozenset(TABLES))


@dataclass
class _Table:
    """One table while it is read."""

    folder: Path
    name: str
    book: TableSheet | None = None
    """The sheet of a workbook that has the table."""
    rows: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    wrong: dict[str, frozenset[str]] = field(default_factory=dict)
    """Columns of the wrong cells of rows, by id."""
    unsure: frozenset[str] = frozenset()
    """Columns that the header does not have, but may mean by an unknown name."""
    findings: list[Finding] = field(default_factory=list)
    repeated: list[tuple[str, Any, int]] = field(default_factory=list)
    """Id, row and line of rows whose id is taken."""
    lost: bool = False
    of_fractions: bool = False
    """Whether its times are fractions of the day."""
    formulas: set[tuple[int, str]] = field(default_factory=set)
    """Cells of a workbook with a formula, by (line, column); each has its finding."""

    @property
    def file(self) -> str:
        return f"{self.name}.csv"

    def read(self, present: set[str]) -> None:
        """Read the file if the folder has it.

        Names differ by case on every machine.
        """
        if self.book and self.file in present:
            what, expected = message("file.two_sources", other=self.book.place), message("want.one_source")
            self._fail(None, "", "", what, expected)
            self.lost = True
            return
        if self.book:
            findings = [replace(one, file=self.file) for one in self.book.cells.findings]
            sheet = sheet_of(records(self.book.cells), self.file, findings)
            self._refuse_formulas(self.book.cells, sheet.header)
        elif self.file in present:
            sheet = read_sheet(self.folder / self.file)
        else:
            return
        self.findings += sheet.findings
        self.lost = not sheet.header or any(f.level == ERROR and f.row not in sheet.ragged for f in sheet.findings)
        if sheet.header:
            self._check_header(sheet)
        times = {column.name for column in schema(self.name).values() if column.type == "time"}
        of_times = [n for n, name in enumerate(sheet.header) if name in times]
        self.of_fractions = cells.has_fractions(row[n] for _, row in sheet.rows for n in of_times)
        if all(column.name in sheet.header for column in schema(self.name).values() if column.required):
            for line, row in sheet.rows:
                self._read_row(line, dict(zip(sheet.header, row, strict=True)), line in sheet.ragged)

    def _refuse_formulas(self, cells: Cells, header: tuple[str, ...]) -> None:
        """One finding for each cell of a workbook with a formula, by the name of its column."""
        from openpyxl.utils import get_column_letter

        texts = {(row, n): text for row, found in cells.rows for n, text in enumerate(found)}
        top = cells.rows[0][0] if cells.rows else 0
        for row, n in sorted(cells.formulas):
            named = row > top and n < len(header) and header[n]
            column = header[n] if named else get_column_letter(n + 1)
            self._fail(row, column, texts[row, n], message("cell.formula"), message("want.value_of_formula"))
            self.formulas.add((row, column if named else texts[row, n]))

    def require_rows(self, present: set[str], draft: Corridor) -> None:
        """Refuse a required table that is missing or empty."""
        required = self.name in ESSENTIAL or (self.name in NEEDED_IF_NAMED and _is_named(self.name, draft))
        if self.rows or self.findings or not required:
            return
        if self.file in present or self.book:
            self._fail(None, "", message("found.header_only"), message("file.no_rows"), message("want.rows"))
        else:
            self._fail(None, "", "", message("file.missing_table"), message("want.this_table"))
        self.lost = True

    def _check_header(self, sheet: Sheet) -> None:
        columns = schema(self.name)
        times = Counter(sheet.header)
        free = tuple(column for column in columns if column not in times)
        valid = message("want.one_of", names=free) if free else message("want.no_column")
        for name, n in times.items():
            if not name:
                self._fail(1, "", "", message("column.unnamed"), message("want.column_name"))
            elif n > 1:
                self._fail(
                    1, name, message("found.columns", n=n), message("column.repeated"), message("want.one_column")
                )
                self.lost = True
            elif name not in columns and not any(column == name for _, column in self.formulas):
                close = nearest(name, free)
                self._fail(1, name, name, message("column.unknown"), valid, close)
                self.unsure |= {close} if close else set(free)
        for column in columns.values():
            if column.required and column.name not in times:
                self._fail(1, column.name, "", message("column.missing"), _meaning(column))
                self.lost = True

    def _read_row(self, line: int, row: dict[str, str], ragged: bool) -> None:
        """Add one row, unless its key is wrong or taken.

        A ragged row has one finding, its cells have none. A key of another form is read as the one that is suggested.
        """
        findings: list[Finding] = []
        wrong = set(schema(self.name)) if ragged else set(self.unsure)
        values: dict[str, cells.Value] = {}
        for column in schema(self.name).values():
            if (line, column.name) in self.formulas:
                values[column.name] = cells.neutral(column)
                wrong.add(column.name)
                continue
            text = row.get(column.name, "") or _default(column, values)
            values[column.name], complaint = cells.parse(text, column, self.of_fractions)
            if complaint and complaint.level == ERROR:
                wrong.add(column.name)
                if column.type in ("id", "key") and not column.reference:
                    values[column.name] = complaint.nearest
            if complaint and not ragged:
                findings.append(_of_cell(self.file, line, column.name, text, complaint))
        self.findings += findings
        made = TABLES[self.name](**values)
        key = key_of(made)
        if not all(key.split(".")):
            self.lost = True
        elif key in self.rows:
            what = message("row.repeated_id", line=self.lines[key])
            self._fail(line, next(iter(values)), key, what, message("want.unique_id"))
            if not ragged:
                self.repeated.append((key, made, line))
        else:
            self.rows[key] = made
            self.lines[key] = line
            if wrong:
                self.wrong[key] = frozenset(wrong)

    def _fail(self, row: int | None, column: str, found: Text, what: Message, expected: Text, close: str = "") -> None:
        self.findings.append(Finding(ERROR, self.file, row, str(_short(column)), _short(found), expected, close, what))


def _is_named(table: str, draft: Corridor) -> bool:
    """Whether a row names a row of a table."""
    return any(
        getattr(row, column.name)
        for other in TABLES
        for column in schema(other).values()
        if column.reference == (table,)
        for row in draft.table(other).values()
    )


def _default(column: Field, values: Mapping[str, cells.Value]) -> str:
    """The value of a blank cell of the column, as text."""
    if column.default.startswith("="):
        return cells.show(values[column.default[1:]])
    return column.default


def _meaning(column: Field) -> Message:
    return message("want.column", column=column.name, meaning=cells.meaning(column))


def _of_cell(file: str, line: int, column: str, found: str, complaint: cells.Complaint) -> Finding:
    return Finding(
        complaint.level, file, line, column, _short(found), complaint.expected, complaint.nearest, complaint.message
    )


def _short(text: Text) -> Text:
    """The text of a cell, cut to the length that a message can show."""
    return text if isinstance(text, Message) or len(text) <= 60 else f"{text[:57]}..."


def _unread_files(folder: Path, present: set[str], in_books: Set[str]) -> list[Finding]:
    """Findings about files that are not read: tables in other formats, and CSV files with another, misspelt name."""
    known = {f"{table}.csv" for table in TABLES}
    found: list[Finding] = []
    for name in sorted(present - known):
        table = name.partition(".")[0].casefold()
        if table in TABLES and not is_workbook(Path(name)) and not is_folder(folder / name):
            spare = name.casefold().endswith(SPARE) and (f"{table}.csv" in present or table in in_books)
            found.append(other_format(WARNING if spare else ERROR, name, table))
        elif name.lower().endswith(".csv"):
            what, expected = message("file.unknown_table"), message("want.table_file")
            found.append(Finding(WARNING, name, None, "", name, expected, nearest(name, known), what))
    return found


def sorted_by_id(table: str, rows: Iterable[Any]) -> dict[str, Any]:
    """The rows of a table by id, in order. Raises ValueError for an id that is there twice."""
    ordered = sorted(rows, key=_running_order if table == "itineraries" else key_of)
    by_id = {key_of(row): row for row in ordered}
    if len(by_id) < len(ordered):
        keys = [key_of(row) for row in ordered]
        twice = sorted(key for key, times in Counter(keys).items() if times > 1)
        raise ValueError(f"{table} has these ids twice: {', '.join(twice)}")
    return by_id


def _running_order(step: Any) -> tuple[str, int, str]:
    return step.itinerary, step.order, step.step
