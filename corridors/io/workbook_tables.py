"""Tables of a data folder that are in Excel workbooks.

Input: a folder. Output: the sheets that are tables, and findings about workbooks that are none or have none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from corridors.findings import ERROR, WARNING, DataError, Finding, nearest
from corridors.io.csv_files import EMPTY_CELL
from corridors.io.workbooks import Cells, is_workbook, read_workbook
from corridors.messages import Text, message
from corridors.model import TABLES


@dataclass(frozen=True)
class TableSheet:
    """A sheet of a workbook that is a table."""

    place: str
    """Name of the workbook, and of the sheet in brackets."""
    cells: Cells


class Workbooks:
    """The tables of a folder that are in workbooks.

    A workbook with the name of a table is that table: its only sheet with cells, or the sheet of the same name. Of any
    other workbook, each sheet with the name of a table is that table.
    """

    def __init__(self, folder: Path, present: set[str]) -> None:
        self.tables: dict[str, TableSheet] = {}
        self.findings: list[Finding] = []
        for name in sorted(present):
            if is_workbook(Path(name)):
                try:
                    self._add(name, read_workbook(folder / name))
                except DataError as error:
                    self.findings += error.findings

    def _add(self, file: str, sheets: Mapping[str, Cells]) -> None:
        table = Path(file).stem
        filled = {title: cells for title, cells in sheets.items() if cells.rows or cells.findings}
        if table in TABLES:
            title = table if table in filled else next(iter(filled), "")
            if not title or (len(filled) > 1 and title != table):
                self._fail(ERROR, file, message("found.sheets", n=len(filled)), message("want.sheet", name=table))
            else:
                self._take(table, TableSheet(f"{file}[{title}]", filled[title]))
            return
        likely = file.partition(".")[0].casefold()
        if likely in TABLES and filled and not filled.keys() & TABLES.keys():
            self.findings.append(other_format(ERROR, file, likely))
            return
        for title, sheet in filled.items():
            if title in TABLES:
                self._take(title, TableSheet(f"{file}[{title}]", sheet))
            else:
                close = nearest(title, TABLES)
                self._fail(WARNING, f"{file}[{title}]", title, message("want.sheet_of_table"), close)

    def _take(self, table: str, sheet: TableSheet) -> None:
        if table in self.tables:
            what, expected = message("file.two_sources", other=self.tables[table].place), message("want.one_source")
            self.findings.append(Finding(ERROR, sheet.place, None, "", "", expected, message=what))
        self.tables.setdefault(table, sheet)

    def _fail(self, level: str, file: str, found: Text, expected: Text, close: str = "") -> None:
        what = message("file.not_one_sheet" if level == ERROR else "file.unknown_sheet")
        self.findings.append(Finding(level, file, None, "", found, expected, close, what))


def records(cells: Cells) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The number and the stripped cells of every row of a sheet, filled up to the width of its first row.

    Rows of a sheet are not ragged: a blank cell is not there.
    """
    width = 0
    for number, row in cells.rows:
        stripped = tuple(cell.strip(EMPTY_CELL + "\r\n") for cell in row)
        width = width or (len(row) if any(stripped) else 0)
        yield number, stripped + ("",) * (width - len(row))


def other_format(level: str, name: str, table: str) -> Finding:
    """A finding about a file that is a table in another format."""
    file = f"{table}.csv"
    expected = message("want.table_format", file=file, workbook=f"{table}.xlsx")
    return Finding(level, name, None, "", name, expected, file, message("file.other_format"))
