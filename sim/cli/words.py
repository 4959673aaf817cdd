"""Language and number formats of the command that runs.

A process runs one command in one language, so the language is kept here; :func:`use` sets it before the command.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from itertools import pairwise
from typing import Any, Final

from corridors.findings import ERROR, DataError, Finding, nearest
from corridors.messages import Message, Param, message
from sim.reports.number_format import NO_VALUE, is_value
from sim.text import catalogue
from sim.text.catalogue import ENGLISH, Language, languages

ROOM: Final = "cli"
"""The catalogue of the command line."""
MOST_NAMES: Final = 20
"""Names that a finding lists all; of more it lists the :data:`NEAREST`."""
NEAREST: Final = 4
OPTION: Final = "--language"
VARIABLE: Final = "BRIDGEHEAD_LANGUAGE"
"""Environment variable with the language to use where no option sets it."""

_language: Language = ENGLISH


def use(language: Language) -> None:
    """Set the language of all later texts."""
    global _language
    _language = language


def language() -> Language:
    """The language in use."""
    return _language


def chosen(arguments: Sequence[str], environment: Mapping[str, str]) -> Language:
    """The language of a command line, known before its commands are built.

    The last ``--language`` among the arguments, else the environment variable, else English. Raises DataError for a
    language without a catalogue.
    """
    source, name = VARIABLE, environment.get(VARIABLE, "") or ENGLISH
    for word, following in pairwise([*arguments, ""]):
        option, equals, value = word.partition("=")
        if option == OPTION and (given := value if equals else following).strip():
            source, name = OPTION, given
    if name in languages():
        return name
    finding = wrong(source, name, "option.one_of", values=languages())
    raise DataError([replace(finding, nearest=nearest(name, languages()))])


def say(key: str, /, **values: Any) -> str:
    """The message of the command line with that id, with its values."""
    return catalogue.say(f"{ROOM}.{key}", _language, **values)


def text(key: str, /, **values: Param) -> Message:
    """The message of the command line with that id, not yet in a language."""
    return message(key, ROOM, **values)


def wrong(where: str, found: object, expected: str, /, **values: Param) -> Finding:
    """A finding about an option; ``expected`` is its code and message."""
    value = found if isinstance(found, Message) else str(found)
    return Finding(ERROR, where, None, "", value, text(expected, **values), code=expected)


def not_one_of(where: str, found: str, names: Sequence[str], close: bool = True) -> Finding:
    """The finding about an option whose value is none of some names: all of few, of many the nearest.

    ``close`` is whether the value may be a misspelt one of them.
    """
    near = nearest(found, names) if close else ""
    shown: Param = tuple(names)
    if len(names) > MOST_NAMES:
        some = tuple(get_close_matches(found, names, NEAREST, 0.0)) or tuple(names[:NEAREST])
        shown = text("option.some_of", values=some, n=len(names))
    return replace(wrong(where, found, "option.one_of", values=shown), nearest=near)


def own_text(row: object, field: str) -> str:
    """A text such as ``title`` of a row of data, else its English."""
    return str(getattr(row, f"{field}_{_language}", "") or getattr(row, f"{field}_{ENGLISH}"))


def figure(value: float | None, digits: int = 3) -> str:
    """A number with significant digits: 0.04, 41.2, 4,120; a dash for none."""
    if not is_value(value):
        return NO_VALUE
    rounded = float(f"{value:.{digits}g}")
    before_point = len(str(int(abs(rounded))))
    return f"{rounded:,.{max(digits - before_point, 0)}f}"


def percent(share: float) -> str:
    """A share as a whole percentage; a dash for none."""
    return f"{100 * share:.0f}%" if is_value(share) else NO_VALUE


def in_unit(value: float, scale: str) -> float:
    """A value in the unit of the language.

    ``scale`` is the id of the message with the factor, such as ``unit.mt_scale``.
    """
    return value * float(say(scale))
