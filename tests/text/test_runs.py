"""The catalogue of messages about runs: used by the source with the same values."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from sim.text.catalogue import FOLDER, ids
from tests.helpers.catalogue_files import catalogue_file

ROOT = Path(__file__).parents[2]
PLACE = re.compile(r"\{(\w+)[^}]*\}")
LATIN = re.compile(r"[A-Za-z_][A-Za-z_0-9.^]*")
SOURCES = [file for file in sorted((ROOT / "sim").rglob("*.py")) if '"runs"' in file.read_text(encoding="utf-8")]
"""Modules that name the room of these messages."""
IDS = {"YYYYMMDD", "CSV", "YAML", "SimPy", "s"}


@cache
def entries(language: str) -> dict[str, set[str]]:
    """Values of each message: those of all its plural forms together."""
    texts = {one.msgid: [one.msgstr, *one.msgstr_plural.values()] for one in catalogue_file(language, "runs")}
    return {id: {name for text in forms for name in PLACE.findall(text)} for id, forms in texts.items()}


def literals() -> set[str]:
    """All text in the source that has the form of a code, and every code from a short one."""
    found: set[str] = set()
    for room in ("sim", "app"):
        for file in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.add(node.value)
    return found


def test_every_message_is_used() -> None:
    found = literals()
    unused = [id for id in ids("runs") if id not in found and id.partition(".")[2] not in found]
    texts = (FOLDER / "en" / "runs.po").read_text(encoding="utf-8")
    assert [id for id in unused if f"runs.{id}" not in found and f":@{id}}}" not in texts] == []


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.name)
def test_every_message_of_the_source_has_a_sentence_with_its_values(file: Path) -> None:
    known = entries("en")
    tree = ast.parse(file.read_text(encoding="utf-8"))
    own = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        and isinstance(node.value, ast.Constant)
        and node.value.value == "runs"
        for target in ([node.target] if isinstance(node, ast.AnnAssign) else node.targets)
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name("message"), args=[ast.Constant(str(code)), room]):
                in_runs = (isinstance(room, ast.Constant) and room.value == "runs") or (
                    isinstance(room, ast.Name) and room.id in own
                )
                if in_runs:
                    assert code in known, code
                    given = {word.arg for word in node.keywords}
                    assert None in given or given == known[code] or given - {"n"} == known[code] - {"n"}, code


def test_the_chinese_has_no_latin_words_but_names_of_the_data() -> None:
    file = catalogue_file("zh", "runs")
    data = set(re.findall(r"[A-Za-z_][A-Za-z_0-9.]*", (ROOT / "sim" / "text" / "en" / "runs.po").read_text()))
    for one in file:
        for text in [one.msgstr, *one.msgstr_plural.values()]:
            words = set(LATIN.findall(re.sub(r"`[^`]*`|\{[^}]*\}", "", text))) - IDS
            assert {word for word in words if word not in data} == set(), one.msgid
