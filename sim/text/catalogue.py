"""Sentences for users, from catalogues: ``say("cli.arrived", "en", n=1)``.

A catalogue is a file for each language and room, ``<language>/<room>.po`` in this folder, read at first use of the
room. Its msgids are ids (``cli.arrived`` is ``arrived`` of ``cli.po``); English is a catalogue like any other. What a
language lacks is shown in English, message by message.

Values are placed as :meth:`str.format` does: ``{path}``, ``{n:,}``, ``{hours:.1f}``. Two rules are added. A text with
plural forms is chosen by its value ``n``; where that is 0, message ``<id>.none`` replaces it if there is one.
``{trains:@trains}`` inserts message ``trains`` of the same room, with that value as its ``n``: one sentence may count
several things and each language may divide it differently. A value that is itself a
:class:`~corridors.messages.Message` is inserted as its sentence; a tuple is a list. A number with the format ``g`` is
written out, never with an exponent: ``{n:.2g}`` of 254 is 250.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache, lru_cache
from operator import index
from pathlib import Path
from string import Formatter
from typing import Any, Final

from corridors.io.kept_files import code_of, keep_text, kept_file, kept_text, version_of
from corridors.messages import Message, Text

Language = str
"""A language code such as ``en``; :func:`languages` lists those that have catalogues."""

FOLDER: Final = Path(__file__).parent
ENGLISH: Final = "en"
"""The language that has every message."""
MOST: Final = 128
"""Catalogues kept; there are some fifty."""
MOST_TEXTS: Final = 8192
"""Messages kept that were looked up."""
MISSING: Final = "\0"
"""Returned for a missing message."""
FULL_WIDTH_STOP: Final = "\u3002"
FULL_WIDTH_COMMA: Final = "\uff0c"
ADJOINING_BRACKETS: Final = "\uff09\uff08"
"""A full-width bracket that closes before one that opens: what is in both becomes one list."""
LIST: Final = "common.list_separator"
"""The message that separates the items of a list."""


@cache
def languages() -> tuple[Language, ...]:
    """The languages that have at least one catalogue, English first."""
    found = {path.parent.name for path in FOLDER.glob("*/*.po")}
    return (ENGLISH, *sorted(found - {ENGLISH}))


@cache
def complete_languages() -> tuple[Language, ...]:
    """The languages to offer to users: those without the header ``X-Incomplete`` in ``common.po``."""
    return tuple(one for one in languages() if "x-incomplete" not in catalogue(one, "common").info())


@cache
def catalogue(language: Language, room: str) -> gettext.NullTranslations:
    """The messages of one room; an empty catalogue where the language has none."""
    path = FOLDER / language / f"{room}.po"
    if not path.is_file():
        return _Missing()
    found = gettext.GNUTranslations(io.BytesIO(_compiled(path)))
    found.add_fallback(_Missing())
    return found


def _compiled(path: Path) -> bytes:
    """A catalogue as gettext reads it; kept, as that takes a fifth of the time. Empty and fuzzy entries are left out,
    so these fall back to English."""
    content = path.read_bytes()
    file = kept_file("texts", f"{version_of('polib')} {code_of(__file__)} ".encode() + content)
    if file and (known := kept_text(file)) is not None:
        return known
    import polib

    made: bytes = polib.pofile(str(path), encoding="utf-8").to_binary()
    if file:
        keep_text(file, made, MOST)
    return made


class _Missing(gettext.NullTranslations):
    """Marks a missing message; gettext itself returns the id, which may be the text of a message as well."""

    def gettext(self, message: str) -> str:
        return MISSING

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return MISSING


@cache
def ids(room: str) -> tuple[str, ...]:
    """The ids of all messages of a room, as its English catalogue has them."""
    import polib

    return tuple(entry.msgid for entry in polib.pofile(str(FOLDER / ENGLISH / f"{room}.po"), encoding="utf-8"))


def has(name: str, language: Language = ENGLISH) -> bool:
    """Whether the catalogue of a language itself has a message ``room.id``."""
    room, _, key = name.partition(".")
    return _template(language, room, key, None) is not None


def say(name: str, language: Language, /, **values: Any) -> str:
    """The message ``room.id`` in a language, else in English; raises KeyError for an unknown message."""
    room, _, key = name.partition(".")
    for tongue in dict.fromkeys((language, ENGLISH)):
        template = _template(tongue, room, key, values.get("n"))
        if template is not None:
            return _filled(template, tongue, room, values) if values else template
    raise KeyError(name)


def unfilled(name: str, language: Language) -> str:
    """The message ``room.id`` with its places for values, in the form of several things if it counts any."""
    room, _, key = name.partition(".")
    for tongue in dict.fromkeys((language, ENGLISH)):
        if (template := _template(tongue, room, key, 2)) is not None:
            return template
    raise KeyError(name)


def sentence(text: Text, language: Language) -> str:
    """The text of a message in a language; plain text is returned as it is."""
    if isinstance(text, Message):
        return say(f"{text.room}.{text.code}", language, **dict(text.params))
    return text


def in_one_line(sentences: Iterable[str]) -> str:
    """Sentences as one text; after a full-width stop there is no space."""
    return " ".join(sentences).replace(f"{FULL_WIDTH_STOP} ", FULL_WIDTH_STOP)


def _template(language: Language, room: str, key: str, n: object) -> str | None:
    words = catalogue(language, room)
    return _plain_template(words, key) if n is None else _counting_template(words, key, n)


@lru_cache(maxsize=MOST_TEXTS)
def _plain_template(words: gettext.NullTranslations, key: str) -> str | None:
    found: str = words.gettext(key)
    return None if found == MISSING else found


def _counting_template(words: gettext.NullTranslations, key: str, n: object) -> str | None:
    found = MISSING
    if not isinstance(n, str):
        count = _count(n)
        if count == 0:
            found = words.gettext(f"{key}.none")
        if found == MISSING:
            found = words.ngettext(key, key, count)
    if found == MISSING:
        found = words.gettext(key)
    return None if found == MISSING else found


def _count(n: Any) -> int:
    """A number as a count; a fraction takes the form of 2, which English and Russian use for fractions."""
    if hasattr(n, "__index__"):
        return index(n)
    return int(n) if float(n).is_integer() else 2


def _filled(template: str, language: Language, room: str, values: Mapping[str, Any]) -> str:
    plain = {name: _plain(value, language) for name, value in values.items()}
    if ":@" in template or "g}" in template:
        text = _Filler(language, room).vformat(template, (), plain)
    else:
        text = template.format(**plain)
    # A name may end in brackets, and a sentence puts more behind it.
    return text.replace(ADJOINING_BRACKETS, FULL_WIDTH_COMMA) if ADJOINING_BRACKETS in text else text


def _plain(value: Any, language: Language) -> Any:
    if isinstance(value, Message):
        return sentence(value, language)
    if isinstance(value, tuple):
        return say(LIST, language).join(str(_plain(item, language)) for item in value)
    return value


class _Filler(Formatter):
    """Fills in values; ``{value:@id}`` is another message of the room, counted by that value."""

    def __init__(self, language: Language, room: str) -> None:
        self.language, self.room = language, room

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec.startswith("@"):
            return say(f"{self.room}.{format_spec[1:]}", self.language, n=value)
        text = str(super().format_field(value, format_spec))
        return written_out(text) if format_spec.endswith("g") else text


def written_out(number: str) -> str:
    """The text of a number without an exponent: 2.5e+02 as 250, 1.2e+06 as 1,200,000."""
    return f"{Decimal(number):,f}" if "e" in number else number
