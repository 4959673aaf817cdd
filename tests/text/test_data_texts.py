"""Texts that the data have in English only are named as English in other languages."""

from __future__ import annotations

from corridors.facts import facts
from corridors.load import load_corridor
from sim.text.catalogue import has
from sim.text.data_texts import note, source_title
from tests.helpers.catalogue_files import catalogue_file


def test_a_source_is_translated_else_named_as_english() -> None:
    corridor = load_corridor()
    own = corridor.sources["bridgehead_assumption"].title
    assert source_title(corridor, "bridgehead_assumption", "en") == own
    assert source_title(corridor, "bridgehead_assumption", "zh") == "建模者设定的假定，取值范围见assumptions.csv"
    assert source_title(corridor, "K041", "zh").startswith("满洲里铁路机检设备")
    untranslated = next(id for id in facts() if not has(f"data_texts.fact.{id}", "zh"))
    english = source_title(corridor, untranslated, "en")
    assert source_title(corridor, untranslated, "zh") == f"{english}（英文原文）"
    assert source_title(corridor, untranslated, "ru") == f"{english} (in English)"
    assert source_title(corridor, "nothing", "zh") == ""


def test_a_note_of_a_user_is_named_as_english_where_it_is() -> None:
    assert note("note.facilities.mine", "counted at the gate", "en") == "counted at the gate"
    assert note("note.facilities.mine", "counted at the gate", "zh") == "counted at the gate（英文原文）"
    assert note("note.facilities.mine", "现场记录 2025", "zh") == "现场记录 2025"
    assert note("note.facilities.mine", "", "zh") == ""


def test_a_translated_note_has_the_english_of_today_in_its_comment() -> None:
    """Who changes a note sees which translation to change; a note that is gone leaves none behind."""
    corridor = load_corridor()
    entries = catalogue_file("zh", "data_texts")
    notes = {entry.msgid.removeprefix("note."): entry.comment for entry in entries if entry.msgid.startswith("note.")}
    assert len(notes) > 70
    for address, english in notes.items():
        table, _, id = address.partition(".")
        row = corridor.assumptions.get(address) or corridor.table(table).get(id)
        assert row is not None, address
        assert english == row.note, address
