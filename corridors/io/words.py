"""Words that people write in cells and logs, by language: ``words.csv`` in this folder, one row for each meaning.

A cell of the table is a regular expression, most often some words with ``|`` between them; a further language is a
further column. Code that reads cells and logs has no word of Chinese, only the keys of this table.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).with_name("words.csv")


@cache
def _table() -> dict[str, str]:
    """By key the expressions of all languages as one, with ``|`` between them."""
    with FILE.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert all(len(row) == len(head) for row in rows), "a comma without quotes"
    return {key: "|".join(filter(None, expressions)) for key, *expressions in rows}


def expression(key: str) -> str:
    """The regular expression of a meaning, as a group that is not numbered: the words of all languages."""
    return f"(?:{_table()[key]})"


def words(key: str) -> tuple[str, ...]:
    """The words of a meaning that has only plain words, in the order of the table."""
    return tuple(_table()[key].split("|"))


def keys(beginning: str) -> tuple[str, ...]:
    """What follows this beginning in the keys of the table."""
    return tuple(key.removeprefix(beginning) for key in _table() if key.startswith(beginning))
