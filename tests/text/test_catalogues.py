"""All catalogues: the same messages with the same values in every language, apart from what an incomplete one lacks."""

from __future__ import annotations

import re

import pytest

from corridors.load import load_corridor
from corridors.model import TABLES
from sim.core.kpi_declarations import KPIS
from sim.text.catalogue import ENGLISH, FOLDER, complete_languages, languages
from tests.helpers.catalogue_files import catalogue_file

PLACE = re.compile(r"\{(\w+)")
CHINESE = re.compile(r"[\u3400-\u9fff\uff00-\uffef\u3000-\u303f]")
CYRILLIC = re.compile(r"[\u0400-\u04ff]")
OF_DATA = ("data_texts", "key_figures", "world_names")
"""Catalogues of texts of the data; the English is in the tables."""
CATALOGUES = sorted((file.parent.name, file.stem) for file in FOLDER.glob("*/*.po"))


def forms(language: str, room: str) -> dict[str, list[str]]:
    """By id the texts of a message: one, or its plural forms."""
    file = catalogue_file(language, room, FOLDER)
    assert len({one.msgid for one in file}) == len(file), "an id twice"
    return {one.msgid: list(one.msgstr_plural.values()) or [one.msgstr] for one in file}


def values(texts: list[str]) -> set[str]:
    """Values of a message, those of all its forms together; a count may be hidden in the form ("one vehicle")."""
    return {name for text in texts for name in PLACE.findall(text)} - {"n"}


@pytest.mark.parametrize(("language", "room"), CATALOGUES)
def test_a_catalogue_has_the_messages_of_english_with_the_same_values(language: str, room: str) -> None:
    found = forms(language, room)
    assert all(text or id.endswith("separator") for id, texts in found.items() for text in texts)
    if room in OF_DATA:
        return
    english = forms(ENGLISH, room)
    if language in complete_languages():
        assert found.keys() == english.keys()
    assert found.keys() <= english.keys()
    for id, texts in found.items():
        assert values(texts) == values(english[id]), id


@pytest.mark.parametrize("language", complete_languages())
def test_a_complete_language_has_every_room(language: str) -> None:
    rooms = {room for own, room in CATALOGUES if own == ENGLISH and room not in OF_DATA}
    assert rooms <= {room for own, room in CATALOGUES if own == language}


@pytest.mark.parametrize(("language", "room"), CATALOGUES)
def test_a_catalogue_states_its_language_and_has_all_plural_forms(language: str, room: str) -> None:
    file = catalogue_file(language, room, FOLDER)
    assert file.metadata["Language"] == language
    n = int(re.match(r"nplurals=(\d+);", file.metadata["Plural-Forms"])[1])  # type: ignore[index]
    for one in file:
        assert len(one.msgstr_plural) in (0, n), one.msgid
        assert "fuzzy" not in one.flags, one.msgid


@pytest.mark.parametrize(("language", "room"), CATALOGUES)
def test_a_catalogue_is_written_in_its_script(language: str, room: str) -> None:
    for id, texts in forms(language, room).items():
        for text in texts:
            assert language == "zh" or not CHINESE.search(text), id
            assert language == "ru" or not CYRILLIC.search(text), id


def test_an_incomplete_language_says_so_in_every_catalogue() -> None:
    for language, room in CATALOGUES:
        marked = "X-Incomplete" in catalogue_file(language, room, FOLDER).metadata
        assert marked == (language not in complete_languages()), (language, room)


@pytest.mark.parametrize("language", languages())
def test_texts_of_the_data_belong_to_something_there_is(language: str) -> None:
    corridor = load_corridor()
    known = {
        "key_figures": {f"{id}{part}" for id in KPIS for part in ("", ".meaning")},
        "world_names": {f"{table}.{id}" for table in TABLES for id in corridor.table(table)}
        | {f"vehicles.{id}" for id in corridor.classes},
    }
    for room, ids in known.items():
        if (language, room) in CATALOGUES:
            found = {id for id in forms(language, room) if not id.startswith("units.")}
            assert found <= ids
