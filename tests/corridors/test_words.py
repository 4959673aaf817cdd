"""The table of words of cells and logs: every meaning is a sound expression, and each word of it is seen."""

from __future__ import annotations

import csv
import re

import pytest

from corridors.io import cells, words
from corridors.records.parsing import BLANK, TEST

with words.FILE.open(encoding="utf-8", newline="") as table:
    HEAD, *ROWS = csv.reader(table)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_the_expressions_of_a_meaning_are_those_of_all_languages(row: list[str]) -> None:
    assert HEAD == ["key", "en", "zh"]
    assert len(row) == len(HEAD), "a comma without quotes"
    key, *expressions = row
    assert any(expressions)
    joined = re.compile(words.expression(key))
    assert joined.groups == sum(re.compile(one).groups for one in expressions)


def test_a_meaning_in_the_table_is_used_and_one_that_is_used_is_in_the_table() -> None:
    folder = words.FILE.parents[1]
    code = "".join(file.read_text(encoding="utf-8") for file in folder.rglob("*.py"))
    keys = [key for key, *_ in ROWS]
    assert [
        key
        for key in keys
        if not key.startswith(("column.", "country.", "zone.")) and f'"{key}"' not in code.replace("'", '"')
    ] == []
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("plate", ["TEST", "TEST01", "XXX", "0000", "123456", "1234567", "DEMO7", "测试1", "无牌"])
def test_a_plate_of_a_test_is_seen(plate: str) -> None:
    assert TEST.fullmatch(plate)


@pytest.mark.parametrize("plate", ["A1234567", "000", "XX", "蒙A12345"])
def test_a_plate_of_a_vehicle_is_none_of_a_test(plate: str) -> None:
    assert not TEST.fullmatch(plate)


def test_words_for_yes_no_and_nothing() -> None:
    assert {"yes", "true", "1", "y", "是"} == cells.YES
    assert {"no", "false", "0", "n", "否"} == cells.NO
    assert {"", "-", "—", "N/A", "null", "无"} < BLANK
