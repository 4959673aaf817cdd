"""CSV files as Excel and other programs save them, also damaged.

Input: the path of a file. Output: a :class:`Sheet` of stripped cells with the line at which each row begins, and the
findings about the file itself. The cells are interpreted by :mod:`corridors.io.tables`.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from corridors.findings import ERROR, WARNING, DataError, Finding
from corridors.io.plain_files import LARGEST_TABLE, Source, content_of
from corridors.messages import Text, message

NO_TEXT: Final = {b"PK": "found.workbook", b"\xd0\xcf\x11\xe0": "found.old_workbook", b"PAR1": "found.parquet"}
"""First bytes of files that are no CSV, and the phrase for each."""
UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
SEPARATORS: Final = {";": "found.semicolons", "\t": "found.tabs", "\uff0c": "found.full_width_commas"}
EMPTY_CELL: Final = " \t\u3000\u00a0\ufeff\u200b"
"""Characters that spreadsheets leave around a value: spaces (ASCII, ideographic, fixed), byte order marks, zero-width
spaces."""
SEPARATOR_LINE: Final = re.compile(r'(\s*"?sep=(?P<separator>[^\r\n"])"?[ \t,;]*)(?=[\r\n])', re.IGNORECASE)
"""The line by which Excel is made to use a separator, ``sep=;``, before the header."""
LARGEST_CELL: Final = 131_072
"""Characters; the limit of Python's csv module."""


@dataclass(frozen=True)
class Sheet:
    """The cells of one file. Every row has as many cells as the header."""

    header: tuple[str, ...] = ()
    """Names of the columns; () where not even a header could be read."""
    rows: tuple[tuple[int, tuple[str, ...]], ...] = ()
    """(line number in the file, cells) of every row that is not blank."""
    ragged: frozenset[int] = frozenset()
    """Lines with too many or too few cells, here cut or filled up; their cells cannot be trusted."""
    findings: list[Finding] = field(default_factory=list)


def read_sheet(path: Path) -> Sheet:
    """The rows of one CSV file, with findings.

    Its content never raises an error.
    """
    findings: list[Finding] = []
    try:
        text = text_of(path, findings)
    except DataError as refused:
        return Sheet(findings=list(refused.findings))
    declared = SEPARATOR_LINE.match(text)
    if declared:
        what, expected = message("file.separator_line"), message("want.header")
        found = declared[0].strip()
        findings.append(Finding(WARNING, path.name, 1, "", found, expected, message=what))
        text = text[declared.end() :]  # The end of the line stays, so that lines keep their numbers.
    separator = declared["separator"] if declared else separator_of(text, path.name, findings)
    return sheet_of(_records(text, separator, path.name, findings), path.name, findings)


def sheet_of(read: Iterable[tuple[int, tuple[str, ...]]], file: str, findings: list[Finding]) -> Sheet:
    """The rows below a header, of a CSV file or a workbook; ``read`` gives the line and the cells of each record."""
    records = iter(read)
    header = next((_without_blank_end(cells) for _, cells in records if any(cells)), ())
    if not header and not findings:
        what, expected = message("file.empty"), message("want.header")
        findings.append(Finding(ERROR, file, None, "", message("found.empty_file"), expected, message=what))
    rows, ragged = [], set()
    for line, cells in records:
        if not any(cells):
            continue
        if len(cells) < len(header) or any(cells[len(header) :]):
            ragged.add(line)
            findings.append(ragged_row(file, line, len(cells), len(header)))
        rows.append((line, (cells + ("",) * len(header))[: len(header)]))
    return Sheet(header, tuple(rows), frozenset(ragged), findings)


def repeated_columns(file: str, header: Iterable[str]) -> Iterator[Finding]:
    """A finding for each name that several columns have: which of them is meant cannot be known."""
    for name, n in Counter(header).items():
        if name and n > 1:
            what, expected = message("column.repeated"), message("want.one_column")
            yield Finding(ERROR, file, 1, name, message("found.columns", n=n), expected, message=what)


def text_of(path: Source, findings: list[Finding], largest: int | None = None) -> str:
    """The file, of at most ``largest`` bytes (default: of a table), as text; raises DataError if it is no text."""

    def refused(found: Text, code: str, row: int | None = None) -> DataError:
        expected = message("want.utf8_csv")
        return DataError([Finding(ERROR, path.name, row, "", found, expected, message=message(code))])

    raw = content_of(path, LARGEST_TABLE if largest is None else largest)
    for magic, phrase in NO_TEXT.items():
        if raw.startswith(magic):
            raise refused(message(phrase), "file.not_csv")
    if raw.startswith(UTF_16):
        raise refused("UTF-16", "file.utf16")
    if b"\0" in raw:
        line = raw[: raw.index(b"\0")].count(b"\n") + 1
        raise refused(message("found.nul_byte"), "file.binary", line)
    raw = raw.removeprefix(codecs.BOM_UTF8)
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        chinese = _gb18030(raw)
        if chinese is None:
            line = raw[: error.start].count(b"\n") + 1
            found = message("found.byte", byte=f"0x{raw[error.start]:02x}")
            raise refused(found, "file.not_utf8", line) from None
    what, expected = message("file.gb18030"), message("want.utf8_csv")
    findings.append(Finding(WARNING, path.name, None, "", "GB18030", expected, message=what))
    return chinese


def _gb18030(raw: bytes) -> str | None:
    """The text if it is most likely Chinese in GB18030.

    Nearly any bytes decode as such, few give common characters.
    """
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError:
        return None
    foreign = [character for character in text if character > "\x7f"]
    everyday = sum(1 for character in foreign if _in_gb2312(character))
    # A UTF-8 file with a damaged byte still has most of its characters whole.
    as_utf_8 = raw.decode("utf-8", errors="replace")
    broken = as_utf_8.count("\ufffd")
    whole = sum(1 for character in as_utf_8 if character > "\x7f") - broken
    return text if everyday > 0.9 * len(foreign) and broken > whole else None


def _in_gb2312(character: str) -> bool:
    """Whether a character is common.

    Python's GB2312 encodes the dash and the middle dot in another way.
    """
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return character in "—·"
    return True


def separator_of(text: str, file: str, findings: list[Finding]) -> str:
    """The separator of the cells, judged by the header.

    A warning for any but the comma.
    """
    header = text.lstrip().partition("\n")[0].partition("\r")[0]
    if "," in header:
        return ","
    for separator, name in SEPARATORS.items():
        if separator in header:
            what, expected = message("file.separator"), message("want.commas")
            findings.append(Finding(WARNING, file, 1, "", message(name), expected, message=what))
            return separator
    return ","


def records_of(lines: Iterable[str], separator: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """(first line, cells) of every record; raises DataError where quotes or size stop the reader."""
    reader = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            what, expected = message("file.quotes"), message("want.closed_quotes")
            if "limit" in str(error):
                what, expected = message("file.long_cell"), message("want.short_cells", most=LARGEST_CELL)
            raise DataError([Finding(ERROR, file, line, "", "", expected, message=what)]) from None
        yield line, cells


def _records(text: str, separator: str, file: str, findings: list[Finding]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Records with stripped cells; a finding and the end where the reader stops."""
    try:
        for line, cells in records_of(io.StringIO(text, newline=""), separator, file):
            yield line, tuple(cell.strip(EMPTY_CELL + "\r\n") for cell in cells)
    except DataError as error:
        findings += error.findings


def _without_blank_end(cells: tuple[str, ...]) -> tuple[str, ...]:
    """The cells up to the last that is filled.

    Spreadsheets add empty columns at the right.
    """
    filled = [n for n, cell in enumerate(cells) if cell]
    return cells[: filled[-1] + 1] if filled else ()


def ragged_row(file: str, line: int, found: int, expected: int) -> Finding:
    """The finding about a row with another number of cells than the header."""
    what = message("row.too_many_cells" if found > expected else "row.too_few_cells")
    cells, wanted = message("found.cells", n=found), message("want.cells", n=expected)
    return Finding(ERROR, file, line, "", cells, wanted, message=what)
