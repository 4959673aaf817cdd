"""Excel workbooks as tables: ``places.xlsx`` instead of ``places.csv``, or one workbook with a sheet for each table.

Input: the path of a workbook. Output: the cells of its sheets as texts, such as a CSV file has them, so that the same
values give the same world and the same fingerprint. Dates and times of Excel become ISO dates and HH:MM. A formula is
refused, for its value is only known after Excel has calculated it: copy the cells and paste their values.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Final

from corridors.findings import ERROR, DataError, Finding
from corridors.io.plain_files import LARGEST_TABLE, MB, Source, content_of
from corridors.messages import Message, Text, message

SUFFIX: Final = ".xlsx"
LOCK: Final = "~$"
"""Beginning of the names of files that Excel keeps beside an open workbook."""
LARGEST_UNPACKED: Final = 8 * LARGEST_TABLE
"""Bytes of the parts of a workbook; a small file may unpack to any size."""
MOST_COLUMNS: Final = 1000


@dataclass(frozen=True)
class Cells:
    """The cells of one sheet as texts: of every row that is not blank, up to its last cell with a value."""

    rows: tuple[tuple[int, tuple[str, ...]], ...]
    """(number of the row in the sheet, cells)."""
    formulas: frozenset[tuple[int, int]] = frozenset()
    """Cells with a formula, which is their text here, by (number of the row, position in the row from 0)."""
    findings: list[Finding] = field(default_factory=list)


def is_workbook(path: Source) -> bool:
    """Whether the name is that of a workbook, and not of a file that Excel keeps beside one."""
    return path.suffix.lower() == SUFFIX and not path.name.startswith((LOCK, "."))


def read_workbook(path: Source) -> Mapping[str, Cells]:
    """The sheets of a workbook by title, in their order. Raises DataError for a file that is none."""
    import warnings

    from openpyxl import load_workbook

    content = content_of(path, LARGEST_TABLE)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            size = sum(part.file_size for part in parts.infolist())
        if size <= LARGEST_UNPACKED:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # About styles and other parts that have no values.
                book = load_workbook(io.BytesIO(content), read_only=True)
                return {sheet.title: _cells(sheet, path.name) for sheet in book.worksheets}
    except Exception:  # The library raises whatever the damage leads to.
        raise _refused(path, "", message("file.not_workbook"), message("want.workbook")) from None
    found, expected = message("found.megabytes", n=size / MB), message("want.megabytes", n=LARGEST_UNPACKED / MB)
    raise _refused(path, found, message("file.too_large"), expected)


def _cells(sheet: Any, file: str) -> Cells:
    """The cells of a sheet; formats of cells without a value, however far from the others, cost no time and no row."""
    sheet.reset_dimensions()  # What the file claims about its size may be wrong.
    rows: list[tuple[int, tuple[str, ...]]] = []
    formulas: set[tuple[int, int]] = set()
    findings: list[Finding] = []
    for number, cells in enumerate(sheet.iter_rows(min_row=1), start=1):
        width = next((n for n in range(len(cells), 0, -1) if cells[n - 1].value is not None), 0)
        if width > MOST_COLUMNS:
            found, expected = message("found.cells", n=width), message("want.at_most_cells", n=MOST_COLUMNS)
            what = message("row.too_many_cells")
            findings.append(Finding(ERROR, file, number, "", found, expected, message=what))
            break  # Rows below it may be as wide, which takes time.
        if width:
            filled = cells[:width]
            formulas |= {(number, n) for n, cell in enumerate(filled) if cell.data_type == "f"}
            rows.append((number, tuple(_text(getattr(cell.value, "text", cell.value)) for cell in filled)))
    return Cells(tuple(rows), frozenset(formulas), findings)


def _text(value: Any) -> str:
    """The value of a cell as a CSV file has it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M}" if value.second == 0 == value.microsecond else value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _refused(path: Source, found: Text, what: Message, expected: Text) -> DataError:
    return DataError([Finding(ERROR, path.name, None, "", found, expected, message=what)])
