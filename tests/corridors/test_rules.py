"""Every rule of the check: its bad example raises it and nothing else, its good example raises nothing."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest

from corridors.checks import check_folder
from corridors.findings import DataError, Finding
from corridors.graph import routes
from corridors.io.tables import save
from corridors.overlay import demand_scenarios, proposals
from corridors.overlay.changes import apply, parse_setting
from sim.text.rules import Example, examples
from tests.helpers import damage
from tests.helpers.small_border import small_border

CORRIDORS = Path(__file__).parents[2] / "corridors"
ID = re.compile(r"[a-z_]+\.[a-z][a-z0-9_]*")
LANGUAGES = ("en", "zh")
PHRASES = ("want", "found", "line", "after_changes")
"""Families of phrases and of the grammar of a line: parts of a finding, no rules."""
MESSAGES = ("route.no_way", "route.no_way_by_mode", "route.no_transshipment")
"""Messages of an error that is no finding."""
LATIN = re.compile(
    r"CSV|UTF-8|UTF-16|GB18030|Excel|YAML|JSON|Parquet|ZIP|NUL|ISO|IANA|HH:MM|YYYY-MM-DD|Asia/\w+|nan|DIV"
    r"|[a-z_0-9]+\.(?:csv|yaml)|bridgehead \w+|Mon-Sat|Mon;Thu|\bCN\b|\bMN\b|\bRU\b"
)


def merged(rows: list[list[str]], more: str) -> list[list[str]]:
    """A table with rows changed or added, by id."""
    head, *new = csv.reader(io.StringIO(more))
    rows[0] += [name for name in head if name not in rows[0]]
    key = 2 if head[:2] == ["itinerary", "step"] else 1
    for cells in new:
        at = next((row for row in rows[1:] if row[:key] == cells[:key]), None)
        if at is None:
            at = [""] * len(rows[0])
            rows.append(at)
        for name, cell in zip(head, cells, strict=True):
            at[rows[0].index(name)] = cell
    return rows


def change(folder: Path, file: str, more: str) -> None:
    damage.write(folder / file, merged(damage.read(folder / file), more))


def of_tables(example: Example, text: str, file: str, encoding: str, folder: Path) -> list[Finding]:
    save(small_border(), folder)
    for address in example.remove:
        table, _, key = address.partition(".")
        rows = damage.read(folder / f"{table}.csv")
        rest = [row for row in rows if key not in (row[0], f"{row[0]}.{row[1]}")]
        assert len(rest) < len(rows), address
        damage.write(folder / f"{table}.csv", rest)
    for other, more in example.also.items():
        change(folder, other, more)
    if example.whole:
        (folder / file).write_bytes(text.encode(encoding or "utf-8"))
    else:
        change(folder, file, text)
    return check_folder(folder)


def of_document(text: str, file: str, encoding: str, folder: Path) -> list[Finding]:
    border = small_border()
    folder.mkdir()
    path = folder / file
    path.write_bytes(text.encode(encoding or "utf-8"))
    try:
        if file == "--set":
            apply(border, [parse_setting(text)])
        elif file == "route":
            routes(border, text, "plain")
        elif file == "futures.yaml":
            return demand_scenarios.check_futures(demand_scenarios.load_futures(path), border)
        elif file == "proposal.yaml":
            return proposals.check_proposal(border, proposals.load_proposal(path))
        else:
            scenario = proposals.load_scenario(path)
            change = proposals.Change(op="add", address="facilities.lanes.servers", value=1)
            known = proposals.Proposal(
                id="third_lane", title_en="", title_zh="", measure="", article="", changes=(change,)
            )
            apply(border, proposals.changes_of(scenario, {known.id: known}), scenario.in_order)
            return proposals.check_scenario(scenario)
    except DataError as error:
        return list(error.findings)
    return []


def found(example: Example, bad: bool, folder: Path) -> list[Finding]:
    text = example.bad if bad else example.good
    file = example.file if bad or not example.good_file else example.good_file
    encoding = example.encoding if bad else ""
    if example.file.endswith(".csv"):
        return of_tables(example, text, file, encoding, folder)
    return of_document(text, file, encoding, folder)


@pytest.mark.parametrize("code", examples())
def test_the_bad_example_raises_the_rule_and_the_good_one_nothing(code: str, tmp_path: Path) -> None:
    bad = found(examples()[code], True, tmp_path / "bad")
    assert {finding.code for finding in bad} == {code, *examples()[code].more_codes}, "\n".join(map(str, bad))
    good = found(examples()[code], False, tmp_path / "good")
    assert good == [], "\n".join(map(str, good))
