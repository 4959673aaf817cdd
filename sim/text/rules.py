"""Rules of the check as data: codes with a bad and a good text, from ``rules.yaml`` in this folder, and their pages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from corridors.messages import FINDINGS
from sim.text.catalogue import Language, has, ids, say, unfilled

FILE: Final = Path(__file__).with_name("rules.yaml")
NO_RULES: Final = ("want", "found", "plan", "conservation", "batch", "runs", "count")
"""Families of messages of runs that are no codes of findings."""
ROOMS: Final = {"price": "appraisal", "programme": "appraisal", "state": "forecast"}
"""By family the catalogue of its sentences, where another file than the data of a world is checked."""
PLACE: Final = re.compile(r"\{(\w+)[^}]*\}")
CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f]")


@dataclass(frozen=True)
class Example:
    """A bad and a good text for one rule."""

    file: str
    """The table, the kind of document (``scenario.yaml``), the option ``--set`` or the command ``route``."""
    bad: str
    good: str
    good_file: str = ""
    """Name of the good file; '' if it is that of the bad one."""
    whole: bool = False
    """Whether the text is the whole file, and not some rows of it."""
    encoding: str = ""
    """Encoding of the bad file; '' is UTF-8."""
    also: Mapping[str, str] = field(default_factory=dict)
    """Rows of other tables that both texts need, by file."""
    remove: tuple[str, ...] = ()
    """Rows (``table.id``) that both texts do not have."""
    more_codes: tuple[str, ...] = ()
    """Other rules that the bad text always breaks, too."""


@cache
def examples() -> Mapping[str, Example]:
    """The examples by code, in the order of the rules."""
    return MappingProxyType({code: _example(**one) for code, one in _read()["examples"].items()})


def without_example() -> tuple[str, ...]:
    """Codes without an example; the catalogue has the reasons."""
    return tuple(_read()["without_example"])


@cache
def codes() -> tuple[str, ...]:
    """Every code, family by family."""
    known = [*examples(), *without_example()]
    families = list(dict.fromkeys(code.partition(".")[0] for code in known))
    return tuple(sorted(known, key=lambda code: families.index(code.partition(".")[0])))


@cache
def without_page() -> Mapping[str, str]:
    """By code the catalogue of its sentence, for findings about runs and appraisals, which have no page."""
    runs = (code for code in ids("runs") if "." in code and code.partition(".")[0] not in NO_RULES)
    appraisals = (code for code in ids("appraisal") if room_of(code) == "appraisal")
    return {code: room_of(code, "runs") for code in (*runs, *appraisals)}


def room_of(code: str, otherwise: str = FINDINGS) -> str:
    """The catalogue that has the sentence of a code, by its family."""
    return ROOMS.get(code.partition(".")[0], otherwise)


@cache
def of_programmes() -> Mapping[str, Mapping[str, str]]:
    """By code of a finding about programmes a ``bad`` and a ``good`` file, without id and titles."""
    return MappingProxyType(_read()["programmes"])


@cache
def of_scenarios() -> Mapping[str, Mapping[str, str]]:
    """By code of a finding about changes without effect a ``bad`` and a ``good`` file, without id and titles."""
    return MappingProxyType(_read()["scenarios"])


def short_page(code: str, language: Language) -> str:
    """The sentence of a finding without a page, what is expected if the code says it, and its examples or that it
    has none."""
    room, name = without_page()[code], code.partition(".")[2]
    text = f"{code}: {sentence_of(code, language, room)}"
    if room == "appraisal":
        expected = say("findings.line.expected", language, expected=sentence_of(f"want.{name}", language, room))
        text = f"{text}{say('findings.line.separator', language)}{expected}"
    lines = [text, *note_on_values(code, language, room)]
    kept = {"programme.yaml": of_programmes(), "scenario.yaml": of_scenarios()}
    shown = [(file, *it) for file, known in kept.items() for it in known.get(code, {}).items()]
    lines += [] if shown else [say("rules.page.no_example", language)]
    for file, kind, example in shown:
        lines += ["", say(f"rules.page.{kind}", language, file=file)]
        lines += [f"  {line}" for line in example.splitlines()]
    return "\n".join([*lines, say("rules.page.mend", language, text=cure(code, language))])


def cure(code: str, language: Language) -> str:
    """The way to mend a finding without a page: its own, else that of its family, else the general one."""
    ways = (f"rules.page.cure.{code}", f"rules.page.cure.{code.partition('.')[0]}", "rules.page.cure")
    return say(next(way for way in ways if has(way)), language)


def title(code: str, language: Language) -> str:
    """The rule in one sentence."""
    return say(f"rules.{code}.rule", language)


def sentence_of(code: str, language: Language, room: str = "") -> str:
    """The sentence of a finding, with a description in brackets in the place of each value."""

    def described(place: re.Match[str]) -> str:
        return say("rules.page.value", language, what=say(f"rules.page.value.{place[1]}", language))

    return PLACE.sub(described, unfilled(f"{room or room_of(code)}.{code}", language))


def note_on_values(code: str, language: Language, room: str = "") -> list[str]:
    """What the brackets in the sentence of a finding mean; nothing if it has none."""
    has_values = PLACE.search(unfilled(f"{room or room_of(code)}.{code}", language))
    return [say("rules.page.values", language)] if has_values else []


def page(code: str, language: Language) -> str:
    """The page of a rule as plain text: sentence, message, bad and good text, and the way to mend it."""
    parts = [code, title(code, language), say("rules.page.message", language, text=sentence_of(code, language))]
    parts += note_on_values(code, language)
    if code in examples():
        for kind, (where, text) in texts_of(code, language).items():
            parts += ["", say(f"rules.page.{kind}", language, file=where)]
            parts += [f"  {line}" for line in text.splitlines()]
        parts.append("")
    else:
        parts.append(say(f"rules.{code}.no_example", language))
    return "\n".join([*parts, say("rules.page.mend", language, text=say(f"rules.{code}.mend", language))])


def texts_of(code: str, language: Language) -> dict[str, tuple[str, str]]:
    """By ``bad`` and ``good``: the description of the file, and its text with control characters escaped."""
    one = examples()[code]
    files = {"bad": one.file, "good": one.good_file or one.file}
    names = {kind: _described(file, language) for kind, file in files.items()}
    if one.encoding:
        names["bad"] = say("rules.page.encoded", language, file=one.file, encoding=one.encoding.upper())
    return {kind: (names[kind], _visible(text)) for kind, text in (("bad", one.bad), ("good", one.good))}


def _described(file: str, language: Language) -> str:
    if file.startswith("--"):
        return say("rules.page.option", language, option=file)
    return say("rules.page.route", language) if file == "route" else file


def _visible(text: str) -> str:
    return CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def _example(remove: Sequence[str] = (), more_codes: Sequence[str] = (), **fields: Any) -> Example:
    return Example(remove=tuple(remove), more_codes=tuple(more_codes), **fields)


@cache
def _read() -> dict[str, Any]:
    import yaml

    made: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return made
