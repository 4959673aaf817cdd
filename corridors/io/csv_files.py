"""One CSV file as people leave it behind: saved by Excel, in several encodings, with other separators, or damaged.

In: the path of a file. Out: a :class:`Sheet` of stripped cells with the line each row begins at, and a finding for all
that is odd about the file itself. What the cells mean is for :mod:`corridors.io.tables`.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from corridors.findings import ERROR, WARNING, DataError, Finding

SAVE_AS = "Save it in Excel as 'CSV UTF-8 (comma delimited)'."
NO_TEXT = {b"PK": "an Excel or other zipped workbook", b"\xd0\xcf\x11\xe0": "an Excel 97 workbook", b"PAR1": "Parquet"}
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
SEPARATORS = {";": "semicolons", "\t": "tabs", "，": "full-width commas"}
EMPTY_CELL = " \t\u3000\u00a0\ufeff\u200b"
"""What spreadsheets leave around a value: spaces (ASCII, ideographic, fixed), byte order marks, zero-width spaces."""


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
    """The rows of one CSV file. Never raises for what is in it; the findings say what is wrong and how to cure it."""
    findings: list[Finding] = []
    try:
        text = _text(path, findings)
    except DataError as refused:
        return Sheet(findings=list(refused.findings))
    separator = _separator(text, path.name, findings)
    records = _records(text, separator, path.name, findings)
    header = next((_without_blank_end(cells) for _, cells in records if any(cells)), ())
    if not header and not findings:
        findings.append(
            Finding(ERROR, path.name, None, "", "an empty file", "a header line with the names of the columns")
        )
    rows, ragged = [], set()
    for line, cells in records:
        if not any(cells):
            continue
        if len(cells) < len(header) or any(cells[len(header) :]):
            ragged.add(line)
            findings.append(_ragged(path.name, line, len(cells), len(header)))
        rows.append((line, (cells + ("",) * len(header))[: len(header)]))
    return Sheet(header, tuple(rows), frozenset(ragged), findings)


def _text(path: Path, findings: list[Finding]) -> str:
    """The file as text; raises DataError if it holds none."""

    def refused(found: str, expected: str, message: str, row: int | None = None) -> DataError:
        return DataError([Finding(ERROR, path.name, row, "", found, expected, message=message)])

    try:
        raw = path.read_bytes()
    except OSError as error:
        found = "a folder" if path.is_dir() else (error.strerror or "a file that cannot be read")
        cure = "Close it in other programs and look at its permissions."
        raise refused(found, "a CSV file that may be read", cure) from None
    for magic, what in NO_TEXT.items():
        if raw.startswith(magic):
            raise refused(what, "a CSV file", f"Its name says .csv but it is none. {SAVE_AS}")
    if raw.startswith(UTF_16):
        raise refused("UTF-16 ('Unicode text')", "UTF-8", SAVE_AS)
    if b"\0" in raw:
        line = raw[: raw.index(b"\0")].count(b"\n") + 1
        raise refused("a NUL byte", "text", f"The file is binary or damaged; take a sound copy. {SAVE_AS}", line)
    raw = raw.removeprefix(codecs.BOM_UTF8)
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        chinese = _gb18030(raw)
        if chinese is None:
            line = raw[: error.start].count(b"\n") + 1
            cause = "The encoding is unknown, or the file is damaged here."
            raise refused(f"the byte 0x{raw[error.start]:02x}", "UTF-8", f"{cause} {SAVE_AS}", line) from None
    told = f"Read as GB18030 (Chinese Excel). {SAVE_AS}"
    findings.append(Finding(WARNING, path.name, None, "", "GB18030", "UTF-8", message=told))
    return chinese


def _gb18030(raw: bytes) -> str | None:
    """The text if it is convincingly Chinese in GB18030: nearly any bytes can be read as such, few make sense."""
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
    """Whether a character is an everyday one. Python's GB2312 writes the dash and the middle dot in another way."""
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return character in "—·"
    return True


def _separator(text: str, file: str, findings: list[Finding]) -> str:
    """What separates the cells, judged by the header; anything but a comma is told."""
    header = text.lstrip().partition("\n")[0].partition("\r")[0]
    if "," in header:
        return ","
    for separator, name in SEPARATORS.items():
        if separator in header:
            findings.append(
                Finding(
                    WARNING,
                    file,
                    1,
                    "",
                    name,
                    "commas between the cells",
                    message=f"Read as cells separated by {name}. {SAVE_AS}",
                )
            )
            return separator
    return ","


def _records(text: str, separator: str, file: str, findings: list[Finding]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """(first line, stripped cells) of every record; where quotes or size stop the reader, a finding and the end."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            message = "The rows from here on were not read: look for a missing or superfluous double quote."
            if "limit" in str(error):
                message = "The rows from here on were not read: a cell is longer than 131072 characters."
            findings.append(Finding(ERROR, file, line, "", str(error), "CSV with every quote closed", message=message))
            return
        yield line, tuple(cell.strip(EMPTY_CELL + "\r\n") for cell in cells)


def _without_blank_end(cells: tuple[str, ...]) -> tuple[str, ...]:
    """The cells up to the last that is filled: spreadsheets add empty columns at the right."""
    filled = [n for n, cell in enumerate(cells) if cell]
    return cells[: filled[-1] + 1] if filled else ()


def _ragged(file: str, line: int, found: int, expected: int) -> Finding:
    cause = "a text with a comma needs double quotes" if found > expected else "empty cells need their commas"
    return Finding(ERROR, file, line, "", f"{found} cells", f"{expected} cells, as in the header", message=cause)
