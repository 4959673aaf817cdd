"""No word of Chinese in code: sentences are in the catalogues, those of cells in ``corridors/io/words.csv``."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("app", "bridgehead", "corridors", "sim")


def wide(text: str) -> set[str]:
    """The characters of a text that Chinese uses: ideographs, and punctuation or letters of their width."""
    return {letter for letter in text if unicodedata.east_asian_width(letter) in "WF"}


def found(source: str) -> Iterator[tuple[int, str]]:
    """Lines with such characters in a module, and those with an ideograph that is written as an escape.

    Code about the setting of texts may name a punctuation mark by its escape.
    """
    written = wide(source)
    if written:
        for line, text in enumerate(source.splitlines(), start=1):
            yield from ((line, letter) for letter in sorted(wide(text)))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda code: chr(int(code[1], 16)), node.value)  # As ``re`` reads it.
            yield from ((node.lineno, letter) for letter in sorted(wide(text) - written) if letter.isalpha())


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_module_has_a_character_of_chinese(folder: str) -> None:
    modules = sorted((ROOT / folder).rglob("*.py"))
    assert modules
    lines = [(module.relative_to(ROOT).as_posix(), found(module.read_text(encoding="utf-8"))) for module in modules]
    assert [(name, *place) for name, places in lines for place in places] == []


@pytest.mark.parametrize(
    "source",
    [
        'NAMES = "plate|车牌"',
        'title = f"{name}，{span}"',
        'clock = r"[:：]"',
        'yes = "\\u662f"',
        r'year = "[0-9]{4}\u5e74"',
        'month = r"[0-9]{1,2}\\u6708"',
        "# 无",
        'text = "，".join(names)',
        'close = "」"',
        'size = "Ａ"',
        "def 数(): ...",
    ],
)
def test_such_a_character_is_found(source: str) -> None:
    assert [line for line, _ in found(source)][:1] == [1]


def test_signs_of_other_scripts_are_no_chinese() -> None:
    assert list(found('text = "12 ± 3 · 5 km² — Хоргос é"')) == []
    assert list(found('comma = "\\uff0c"')) == []
