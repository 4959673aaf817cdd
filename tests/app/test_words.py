"""Texts of the web page: complete in both languages, and each used by a page."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest

from app.language import message_name
from app.pages.what_if_sliders import is_of_wagons
from app.widgets.replay_payload import WORDS
from app.widgets.slider_words import explanation
from app.widgets.sliders import sliders
from app.world import baseline, facts

ROOT = Path(__file__).parents[2]
CATALOGUES = ROOT / "sim" / "text"
ROOMS = sorted(file.stem for file in (CATALOGUES / "en").glob("app_*.po"))
SOURCES = [ROOT / "streamlit_app.py", *sorted((ROOT / "app").rglob("*.py"))]
ROOMS_OF = {"say": "", "experiment_titles": "", "_say": "app_common", "message": "app_common"}
"""Functions that take the key of a message, and the room if that is fixed."""
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def messages(language: str, room: str) -> dict[str, list[str]]:
    """The texts of a catalogue by id, each with its plural forms."""
    entries = polib.pofile(str(CATALOGUES / language / f"{room}.po"), encoding="utf-8")
    return {entry.msgid: list(entry.msgstr_plural.values()) or [entry.msgstr] for entry in entries}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("room", ROOMS)
def test_a_message_with_a_count_has_plural_forms(room: str) -> None:
    """A text without plural forms may not have a count, apart from line numbers and units that do not change."""
    plain = {key for key, texts in messages("en", room).items() if len(texts) == 1 and "n" in placeholders(texts[0])}
    assert plain <= {"finding_line", "amount_min", "amount_per_day"}


def test_the_catalogues_hold_all_words_of_the_replay_component() -> None:
    script = (ROOT / "app" / "widgets" / "replay_component.js").read_text(encoding="utf-8")
    used = set(re.findall(r'this\.say\("(\w+)"\)', script))
    assert used <= set(WORDS)
    assert {key.removeprefix("c_") for key in messages("en", "app_replay") if key.startswith("c_")} == set(WORDS)


def test_notes_and_sources_of_sliders_have_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("app.language", "app.widgets.slider_words"):
        monkeypatch.setattr(f"{module}.language", lambda: "zh")
    english = {fact.metric for fact in facts().values() if " " in fact.metric}
    english |= {row.note for row in baseline().facilities.values() if " " in row.note}
    for slider in sliders().values():
        text = explanation(slider)
        assert CHINESE.search(text), slider.key
        assert not any(line.endswith("：** ") for line in text.splitlines()), slider.key
        assert not [part for part in english if part in text], slider.key


@pytest.mark.parametrize(("port", "says"), [("erenhot", True), ("manzhouli", True), ("ganqimaodu", False)])
def test_sliders_of_wagon_pools_have_the_note_on_their_supply(port: str, says: bool) -> None:
    """The supply of empty wagons is not published by month; yards and quotas of the group are not meant."""
    mine = [one for one in sliders().values() if (one.port, one.group) == (port, "wagons")]
    assert mine
    assert any(is_of_wagons(one, baseline()) for one in mine) == says


def requested() -> Iterator[tuple[str, str]]:
    """Messages that the pages use: (name, ''), or (head, tail) of a name that is made at run time."""
    for file in SOURCES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and node.args):
                continue
            function = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if function in ROOMS_OF:
                yield from ((full_name(ROOMS_OF[function], head), tail) for head, tail in keys(node.args[0]))


def full_name(room: str, key: str) -> str:
    """The name of a message in the catalogues, or as much of it as the key determines."""
    if not key:
        return f"{room or 'app_'}"
    return key if key.startswith("app_") else f"{room}.{key}" if room else message_name(key)


def keys(argument: ast.expr) -> Iterator[tuple[str, str]]:
    """The keys that an argument can have, as (key, '') or (head, tail)."""
    for part in ast.walk(argument):
        if isinstance(part, ast.JoinedStr):
            texts = [piece.value if isinstance(piece, ast.Constant) else None for piece in part.values]
            yield str(texts[0] or ""), str(texts[-1] or "") if len(texts) > 1 else ""
    branches = [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument]
    yield from ((str(one.value), "") for one in branches if isinstance(one, ast.Constant))


def test_every_message_that_a_page_uses_exists_and_no_other() -> None:
    found = [(f"{room}.{key}", texts) for room in ROOMS for key, texts in messages("en", room).items()]
    inserted = {f"{name.partition('.')[0]}.{id}" for name, texts in found for id in re.findall(r":@(\w+)", texts[0])}
    known = {name for name, _ in found}
    assert inserted <= known
    requests = set(requested())
    whole = {head for head, tail in requests if head in known and not tail}
    parts = requests - {(key, "") for key in whole}
    matched = {key for key in known for head, tail in parts if key.startswith(head) and key.endswith(tail)}
    lost = {(head, tail) for head, tail in parts if not any(k.startswith(head) and k.endswith(tail) for k in known)}
    assert lost == set()
    for_none = {f"{name}.none" for name in inserted}
    assert known - whole - matched - inserted - for_none == set(), "never shown"
