"""Texts of input data in the language of the user, else in English."""

from __future__ import annotations

from corridors.translations import Translations, translations
from sim.text.catalogue import ENGLISH, Language, sentence


def in_language(texts: Translations, language: Language) -> str:
    """One of the translations of a text, as a sentence."""
    return sentence(texts.get(language) or texts[ENGLISH], language)


def data_text(row: object, field: str, language: Language) -> str:
    """The text of a field that has a column for each language, such as ``title`` of a proposal."""
    return in_language(translations(row, field), language)
