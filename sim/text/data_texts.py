"""Translations that may hold messages, as sentences in the language of the user, else in English."""

from __future__ import annotations

from corridors.translations import Translations
from sim.text.catalogue import ENGLISH, Language, sentence


def in_language(texts: Translations, language: Language) -> str:
    """One of the translations of a text, as a sentence."""
    return sentence(texts.get(language) or texts[ENGLISH], language)
