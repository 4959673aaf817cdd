"""Texts of the data in the language of the user, else in English, named as such.

Columns such as ``name_en`` and ``name_zh`` hold most of them. Notes, sources and published figures are in English in
the tables; other languages have the more visible ones in the catalogue ``data_texts``.
"""

from __future__ import annotations

from corridors.facts import facts
from corridors.model import Corridor
from corridors.translations import Translations
from sim.text.catalogue import ENGLISH, Language, has, say, sentence


def in_language(texts: Translations, language: Language) -> str:
    """One of the translations of a text, as a sentence."""
    return sentence(texts.get(language) or texts[ENGLISH], language)


def source_title(corridor: Corridor, id: str, language: Language) -> str:
    """A source in one line: the title of a document, or a published figure with its value; '' if unknown."""
    own, fact = corridor.sources.get(id), facts().get(id)
    if own:
        return note(f"source.{id}", own.title, language)
    return note(f"fact.{id}", f"{fact.place}: {fact.metric}, {fact.value} {fact.unit}", language) if fact else ""


def note(id: str, english: str, language: Language) -> str:
    """The translation of a text that the data have in English, else the English, which other languages name so."""
    name = f"data_texts.{id}"
    if has(name, language):
        return say(name, language)
    # The tables of a user may be in another script.
    foreign = language != ENGLISH and all(one.isascii() for one in english if one.isalpha())
    return say("common.in_english", language, text=english) if foreign and english else english


def facts_note(language: Language) -> str:
    """What to say above a list of published figures, which are recorded in English; '' in English."""
    return "" if language == ENGLISH else say("common.facts_in_english", language)
