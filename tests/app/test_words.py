"""Texts of the web page: complete in both languages, and each used by a page."""

from __future__ import annotations

import ast
import re
import string
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.language import message_name
from app.pages.what_if_sliders import is_of_wagons
from app.widgets.drawing_component import SCRIPTS
from app.widgets.replay_payload import WORDS
from app.widgets.slider_words import explanation, plain_label, unit_of, value_text
from app.widgets.sliders import sliders
from app.widgets.train_graph_payload import GRAPH_WORDS
from app.world import baseline, facts
from tests.helpers.catalogue_files import catalogue_file

ROOT = Path(__file__).parents[2]
CATALOGUES = ROOT / "sim" / "text"
ROOMS = sorted(file.stem for file in (CATALOGUES / "en").glob("app_*.po"))
SOURCES = [ROOT / "streamlit_app.py", *sorted((ROOT / "app").rglob("*.py"))]
ROOMS_OF = {
    "say": "",
    "experiment_titles": "",
    "_say": "app_common",
    "message": "app_common",
    "_worded": "app_questions",
}
"""Functions that take the key of a message, and the room if that is fixed."""
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def messages(language: str, room: str) -> dict[str, list[str]]:
    """The texts of a catalogue by id, each with its plural forms."""
    entries = catalogue_file(language, room)
    return {entry.msgid: list(entry.msgstr_plural.values()) or [entry.msgstr] for entry in entries}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("room", ROOMS)
def test_a_message_with_a_count_has_plural_forms(room: str) -> None:
    """A text without plural forms may not have a count, apart from line numbers and numbers after a colon."""
    plain = {key for key, texts in messages("en", room).items() if len(texts) == 1 and "n" in placeholders(texts[0])}
    assert plain <= {"finding_line", "filtered"}


def test_the_catalogues_hold_all_words_of_the_drawing_component() -> None:
    parts = {"drawing_component.js": WORDS, "port_diagram.js": WORDS, "train_graph.js": GRAPH_WORDS}
    assert set(parts) == set(SCRIPTS)
    for name, words in parts.items():
        script = (ROOT / "app" / "widgets" / name).read_text(encoding="utf-8")
        used = set(re.findall(r'(?:this\.say|replay\.say|\bsay|button)\("(\w+)"', script))
        assert used <= set(words), name
    every = {*WORDS, *GRAPH_WORDS}
    assert {key.removeprefix("c_") for key in messages("en", "app_replay") if key.startswith("c_")} == every


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
        assert "英文原文" not in text, slider.key


@pytest.fixture(params=["en", "zh"])
def shown_in(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A language in which the words of sliders are made."""
    for module in ("app.language", "app.widgets.slider_words"):
        monkeypatch.setattr(f"{module}.language", lambda: request.param)
    return str(request.param)


def test_the_names_of_sliders_of_a_page_are_unique(shown_in: str) -> None:
    """A reader cannot distinguish two sliders of one name."""
    names = Counter((slider.port, plain_label(slider)) for slider in sliders().values())
    assert [name for name, n in names.items() if n > 1] == [], shown_in


def test_every_slider_but_those_of_lines_and_hours_has_a_unit(shown_in: str) -> None:
    """Lines of a facility are named by the facility; times of day need no unit."""
    plain = {slider.key for slider in sliders().values() if not unit_of(slider)}
    assert {key for key in plain if not key.startswith("shifts.") and not key.endswith(".servers")} == set()
    # An id that no catalogue has would be shown as it is.
    if shown_in == "zh":
        assert [unit_of(one) for one in sliders().values() if re.search("[a-z]", unit_of(one))] == []


@pytest.mark.parametrize(
    ("key", "value", "en", "zh"),
    [
        ("order_rules.manzhouli_out.above", 0, "not in use", "不启用"),
        ("order_rules.manzhouli_out.above", 40, "40 trains", "40列"),
        ("stocks.coal_demand_gqm.day_cv", 0.185, "18.5%", "18.5%"),
        ("stocks.coal_demand_gqm.daily_quota", 1012, "1,012 trips a day", "1,012趟/日"),
        ("stocks.wagons_zabaikalsk.initial", 50, "50 wagon sets", "50组"),
        ("services.coal_train_gqm.fleet", 1, "1 train", "1列"),
        ("services.bulk_mzl.per_day", 12.4, "12.4 trains/day", "12.4列/日"),
        ("links.manzhouli_zabaikalsk_1520.paths_per_day", 40, "40 trains/day each way", "40列/日·单向"),
        ("ports.ceke", 1, "1 day", "1天"),
        ("shares.rail_opened.share", 0.05, "5%", "5%"),
    ],
)
def test_a_value_of_a_slider_has_the_unit_of_what_it_counts(
    key: str, value: float, en: str, zh: str, shown_in: str
) -> None:
    assert value_text(sliders()[key], value) == {"en": en, "zh": zh}[shown_in]


def test_the_help_of_a_rule_for_orders_names_both_its_state_and_the_threshold_of_the_table(shown_in: str) -> None:
    """The baseline value of the slider is 0, the table beside it shows 40."""
    text = explanation(sliders()["order_rules.manzhouli_out.above"])
    assert {"en": "not in use (threshold in the table: 40 trains)", "zh": "不启用（表中门槛为40列）"}[shown_in] in text


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
            if function in ROOMS_OF and not of_another_room(node):
                yield from ((full_name(ROOMS_OF[function], head), tail) for head, tail in keys(node.args[0]))


def of_another_room(call: ast.Call) -> bool:
    """Whether a call is for a message of the program, not of the page: of a room so named, or of a report's names."""
    room = call.args[1].value if len(call.args) > 1 and isinstance(call.args[1], ast.Constant) else "app_"
    return ast.unparse(call.func) == "named.say" or not str(room).startswith("app_")


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
