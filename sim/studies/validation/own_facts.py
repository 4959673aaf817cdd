"""The published figures of an own data folder: ``facts.csv`` beside its ``comparisons.csv``, by id.

Input: the file, with the columns of ``data/facts.csv``; those left out are empty. Output: facts, and all findings about
the file. An own world is compared with these, and with figures of the base year that its comparisons name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Final

from corridors.facts import Fact
from corridors.findings import ERROR, Finding, nearest
from corridors.io.csv_files import read_sheet, repeated_columns
from corridors.io.plain_files import exists
from corridors.messages import message
from corridors.schema import schema

FILE: Final = "facts.csv"
ROOM: Final = "runs"
COLUMNS: Final = tuple(one.name for one in fields(Fact))
REQUIRED: Final = ("id", "metric", "value", "unit", "year", "grade", "source")


def own_facts(folder: Path) -> tuple[Mapping[str, Fact], list[Finding]]:
    """The facts in a folder and the findings about them; none where it has no such file."""
    path = folder / FILE
    if not exists(path):
        return {}, []
    sheet = read_sheet(path)
    findings = [one for one in sheet.findings if one.level == ERROR]
    if not findings:
        findings = list(_of_header(path.name, sheet.header))
    if findings:
        return {}, findings
    grades = schema("assumptions")["grade"].choices
    found: dict[str, Fact] = {}
    for line, cells in sheet.rows:
        given = {name: cell for name, cell in zip(sheet.header, cells, strict=True) if name}
        row = dict.fromkeys(COLUMNS, "") | given
        for name in REQUIRED:
            if not row[name]:
                why, expected = message("cell.blank"), message("want.fact_column", ROOM, column=name)
                findings.append(Finding(ERROR, path.name, line, name, "", expected, message=why))
        if row["grade"] and row["grade"] not in grades:
            why, expected = message("cell.not_choice"), message("want.one_of", names=tuple(grades))
            close = nearest(row["grade"], grades)
            findings.append(Finding(ERROR, path.name, line, "grade", row["grade"], expected, close, why))
        if row["id"] in found:
            why, expected = message("comparison.repeated_id", ROOM), message("want.each_id_once", ROOM)
            findings.append(Finding(ERROR, path.name, line, "id", row["id"], expected, message=why))
        found[row["id"]] = Fact(**row)
    return found, findings


def _of_header(file: str, header: tuple[str, ...]) -> Iterator[Finding]:
    yield from repeated_columns(file, header)
    for name in REQUIRED:
        if name not in header:
            expected = message("want.fact_column", ROOM, column=name)
            yield Finding(ERROR, file, 1, name, "", expected, message=message("column.missing"))
    for name in dict.fromkeys(header):
        if name and name not in COLUMNS:
            expected = message("want.one_of", names=COLUMNS)
            yield Finding(ERROR, file, 1, name, name, expected, nearest(name, COLUMNS), message("column.unknown"))
