"""Log files as columns of texts: CSV with any encoding and separator that tables may have, Excel, XES and OCEL JSON.

Input: the path of a log. Output: a :class:`Log` of encoded columns (each different text is kept once) with the line of
every row, and findings about the file. Cells stay texts; formulas of a workbook are texts, too, and never evaluated.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from corridors.findings import ERROR, WARNING, DataError, Finding, nearest
from corridors.io.csv_files import EMPTY_CELL, ragged_row, records_of, separator_of, text_of
from corridors.io.plain_files import LARGEST_RECORD, Source, content_of
from corridors.io.workbooks import is_workbook, read_workbook
from corridors.messages import message
from corridors.records import event_logs

ENCODINGS: Final = ("utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "cp1251", "cp1252", "big5", "shift_jis")
"""Encodings that a map may name; without a name UTF-8 and Chinese GB18030 are recognised."""
QUIET: Final = ("file.gb18030", "file.separator")
"""Findings of tables that are none of logs: other programs write logs as they please."""


@dataclass(frozen=True)
class Column:
    """One column: ``texts[codes[n]]`` is the cell of row *n*."""

    codes: npt.NDArray[np.int32]
    texts: tuple[str, ...]

    def __getitem__(self, row: int) -> str:
        return self.texts[self.codes[row]]


@dataclass(frozen=True)
class Log:
    """The rows of one log."""

    file: str
    header: tuple[str, ...]
    lines: npt.NDArray[np.int64]
    """Line of each row in the file; for event logs the line of the event, or its number."""
    columns: Mapping[str, Column]
    """The columns that were wanted, by name."""
    ragged: tuple[int, ...] = ()
    """Lines with another number of cells than the header; they are no rows here, and the first is a finding."""
    findings: list[Finding] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.lines)


@dataclass(frozen=True)
class Form:
    """How a file is to be read; '' and 0 mean: find out."""

    sheet: str = ""
    header_row: int = 0
    encoding: str = ""
    delimiter: str = ""
    object_type: str = ""
    """Which objects of an OCEL log are the vehicles."""


def read_log(path: Source, form: Form | None = None, wanted: Collection[str] | None = None, most: int = 0) -> Log:
    """The rows of a log; only the wanted columns (default: all), and only the first ``most`` rows if that is not 0.

    Raises DataError if the file cannot be read as what it is, or has a wanted column twice.
    """
    form, findings = form or Form(), list[Finding]()
    findings += _unused(path, form)
    if path.suffix.lower() == ".xes":
        return _encoded(path.name, event_logs.xes(path), None, findings, most)
    if path.suffix.lower() in (".json", ".jsonocel"):
        return _encoded(path.name, event_logs.ocel(path, form.object_type), None, findings, most)
    rows = _of_workbook(path, form) if is_workbook(path) else _of_csv(path, form, findings)
    log = _encoded(path.name, _below_header(rows, form.header_row), wanted, findings, most)
    if not log.header:
        raise DataError([*findings, _refused(path.name, "file.empty", "found.empty_file", "want.header")])
    if not len(log) and log.ragged:  # The header does not belong to these rows.
        raise DataError([replace(one, level=ERROR) for one in log.findings])
    if not len(log):
        raise DataError([*findings, _refused(path.name, "log.no_rows", "found.header_only", "want.records")])
    return log


def _unused(path: Source, form: Form) -> Iterator[Finding]:
    """The keys of a map that say nothing about a file of this format; they would be ignored in silence."""
    is_event_log = path.suffix.lower() in (".xes", ".json", ".jsonocel")
    if form.sheet and (is_event_log or not is_workbook(path)):
        what, expected = message("log.sheet_unused"), message("want.sheets")
        yield Finding(WARNING, path.name, None, "", form.sheet, expected, message=what)
    plain = {"encoding": form.encoding, "delimiter": form.delimiter}
    unused = plain | {"header_row": str(form.header_row or "")} if is_event_log else plain if is_workbook(path) else {}
    for key, value in unused.items():
        if value:
            what, expected = message("log.key_unused", key=key), message("want.csv_log", key=key)
            yield Finding(WARNING, path.name, None, "", value, expected, message=what)


def _encoded(
    file: str,
    rows: Iterator[tuple[int, Sequence[str]]],
    wanted: Collection[str] | None,
    findings: list[Finding],
    most: int,
) -> Log:
    """The rows below the first, which has the names of the columns."""
    top, header = next(rows, (0, ()))
    names = tuple(header)
    used = [(n, name) for n, name in enumerate(names) if name and (wanted is None or name in wanted)]
    if repeated := [(name, n) for name, n in Counter(name for _, name in used).items() if n > 1]:
        raise DataError([*findings, *(_repeated(file, top, name, n) for name, n in repeated)])
    codes = [array("i") for _ in used]
    known: list[dict[str, int]] = [{} for _ in used]
    lines, ragged, width = array("q"), list[int](), len(names)
    store = [(n, one.append, texts) for (n, _), one, texts in zip(used, codes, known, strict=True)]
    for line, cells in rows:
        if len(cells) != width and (len(cells) < width or any(cells[width:])):
            if any(cells):
                if not ragged:
                    findings.append(replace(ragged_row(file, line, len(cells), width), level=WARNING))
                ragged.append(line)
            continue
        lines.append(line)
        for n, append, texts in store:
            cell = cells[n]
            append(texts.setdefault(cell, len(texts)))
        if most and len(lines) >= most:
            break
    columns = {
        name: Column(np.array(one, np.int32), tuple(text.strip(EMPTY_CELL + "\r\n") for text in texts))
        for (_, name), one, texts in zip(used, codes, known, strict=True)
    }
    return Log(file, names, np.array(lines, np.int64), columns, tuple(ragged), findings)


def _below_header(rows: Iterator[tuple[int, Sequence[str]]], header_row: int) -> Iterator[tuple[int, Sequence[str]]]:
    """The header and the rows below it; without ``header_row`` the header is the first row with a cell."""
    for line, cells in rows:
        if line < header_row or not any(cell.strip(EMPTY_CELL) for cell in cells):
            continue
        names = [cell.strip(EMPTY_CELL + "\r\n") for cell in cells]
        while names and not names[-1]:
            names.pop()
        yield line, names
        break
    for line, cells in rows:
        if any(cells):
            yield line, cells


def _of_csv(path: Source, form: Form, findings: list[Finding]) -> Iterator[tuple[int, Sequence[str]]]:
    text = _decoded(path, form.encoding, findings)
    separator = form.delimiter or separator_of(_from_row(text, form.header_row), path.name, findings)
    findings[:] = [one for one in findings if one.code not in QUIET]
    return records_of(_lines(text), "\t" if separator in ("tab", "\\t") else separator, path.name)


def _from_row(text: str, row: int) -> str:
    for _ in range(row - 1):
        text = text.partition("\n")[2]
    return text


def _lines(text: str) -> Iterator[str]:
    """The lines of a text with their ends, without a copy of the whole."""
    if "\n" not in text:
        text = text.replace("\r", "\n")
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield text[start:end]
        start = end


def _decoded(path: Source, encoding: str, findings: list[Finding]) -> str:
    """The text of a file. A wrong encoding is a finding that names one with which the file can be read."""
    if not encoding:
        return text_of(path, findings, LARGEST_RECORD)
    raw = content_of(path, LARGEST_RECORD)
    try:
        return raw.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
    except LookupError:  # The map has been checked, so this is an encoding of bytes.
        line = 1
    fits = next((name for name in ENCODINGS if name != encoding and _can_decode(raw, name)), "")
    what, expected = message("log.encoding"), message("want.encoding", names=ENCODINGS)
    raise DataError([Finding(ERROR, path.name, line, "", encoding, expected, fits, what)])


def _can_decode(raw: bytes, encoding: str) -> bool:
    if encoding == "utf-16" and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _of_workbook(path: Source, form: Form) -> Iterator[tuple[int, Sequence[str]]]:
    """The cells of one sheet, every row as wide as the widest."""
    sheets = read_workbook(path)
    names = list(sheets)
    name = names[int(form.sheet) - 1] if form.sheet.isdigit() and 0 < int(form.sheet) <= len(names) else form.sheet
    if name and name not in sheets:
        what, expected = message("log.no_sheet"), message("want.one_of", names=tuple(names))
        raise DataError([Finding(ERROR, path.name, None, "", name, expected, nearest(name, names), what)])
    cells = sheets[name or names[0]]
    if errors := [one for one in cells.findings if one.level == ERROR]:
        raise DataError(errors)
    width = max((len(row) for _, row in cells.rows), default=0)
    return ((line, (*row, *[""] * (width - len(row)))) for line, row in cells.rows)


def _repeated(file: str, line: int, name: str, n: int) -> Finding:
    """The finding about several columns of one name: which of them is meant cannot be known."""
    found, expected = message("found.columns", n=n), message("want.one_column")
    return Finding(ERROR, file, line, name, found, expected, message=message("column.repeated"))


def _refused(file: str, code: str, found: str, expected: str) -> Finding:
    return Finding(ERROR, file, None, "", message(found), message(expected), message=message(code))


def warnings_of(logs: Iterable[Log]) -> list[Finding]:
    """The warnings about files that were read."""
    return [one for log in logs for one in log.findings if one.level == WARNING]
