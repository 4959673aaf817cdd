"""What the web page says: complete in both languages, and neither more nor less than the pages ask for."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(file.stem for file in (ROOT / "app" / "words").glob("[!_]*.py"))
SOURCES = [ROOT / "streamlit_app.py", *sorted((ROOT / "app").rglob("*.py"))]
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def words(page: str) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = import_module(f"app.words.{page}").WORDS
    return found


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("page", PAGES)
def test_each_key_has_both_languages_with_the_same_values_in_them(page: str) -> None:
    for key, (english, chinese) in words(page).items():
        assert english.strip(), key
        assert chinese.strip(), key
        assert not CHINESE.search(english), key
        assert placeholders(english) == placeholders(chinese), key


def asked() -> Iterator[tuple[str, str]]:
    """What the pages ask for: (whole key, '') or, where part of it is only known when it runs, (head, tail)."""
    for file in SOURCES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say"):
                continue
            for part in ast.walk(node.args[0]):
                if isinstance(part, ast.JoinedStr):
                    texts = [piece.value if isinstance(piece, ast.Constant) else None for piece in part.values]
                    head, tail = texts[0] or "", texts[-1] or ""
                    yield str(head), str(tail) if len(texts) > 1 else ""
            if isinstance(node.args[0], ast.Constant):
                yield str(node.args[0].value), ""
            elif isinstance(node.args[0], ast.IfExp):
                for branch in (node.args[0].body, node.args[0].orelse):
                    if isinstance(branch, ast.Constant):
                        yield str(branch.value), ""


def test_every_key_that_a_page_asks_for_is_there_and_no_other() -> None:
    known = {key if page == "common" else f"{page}.{key}" for page in PAGES for key in words(page)}
    requests = set(asked())
    whole = {head for head, tail in requests if head in known and not tail}
    parts = requests - {(key, "") for key in whole}
    matched = {key for key in known for head, tail in parts if key.startswith(head) and key.endswith(tail)}
    lost = {(head, tail) for head, tail in parts if not any(k.startswith(head) and k.endswith(tail) for k in known)}
    assert lost == set()
    assert known - whole - matched == set(), "never said"
