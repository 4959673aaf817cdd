"""Texts of input data by language, from columns such as ``name_en`` and ``name_zh``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from corridors.messages import Text

DATA_LANGUAGES: Final = ("en", "zh")
"""Languages that the tables have columns for; every text has the first."""
Translations = Mapping[str, Text]
"""One text by language code; English is always there."""


def translations(row: object, field: str, missing: str = "") -> dict[str, str]:
    """The texts of a field by language; ``missing`` if the row does not have the field."""
    return {language: str(getattr(row, f"{field}_{language}", missing)) for language in DATA_LANGUAGES}


def translated(row: object, field: str, language: str) -> str:
    """The text of a field in one language, else in English."""
    texts = translations(row, field)
    return texts.get(language) or texts[DATA_LANGUAGES[0]]
