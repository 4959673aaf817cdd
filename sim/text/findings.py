"""Findings as sentences of a language: in parts for tables, in a line for pipes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from corridors.findings import Finding, capped
from corridors.io.characters import visible
from corridors.messages import SCHEMA, Message, Param, Text
from corridors.schema import schema
from sim.text.catalogue import ENGLISH, Language, has, say, sentence
from sim.text.rules import room_of


@dataclass(frozen=True)
class WordedFinding:
    """A finding as text; fields as in :class:`~corridors.findings.Finding`."""

    level: str
    code: str
    file: str
    row: int | None
    column: str
    id: str
    message: str
    expected: str
    found: str
    nearest: str
    used_by: str
    """The other documents with the problem, as a phrase; '' if there is none."""


def in_language(finding: Finding, language: Language) -> WordedFinding:
    """The finding with its sentences in a language; names of files, ids and values stay as they
    are, with control characters as escapes."""
    return WordedFinding(
        level=finding.level,
        code=finding.code,
        file=visible(finding.file),
        row=finding.row,
        column=visible(finding.column),
        id=visible(finding.id),
        message=visible(_text(finding.message, language)),
        expected=_text(finding.expected, language),
        found=visible(sentence(finding.found, language)),
        nearest=visible(finding.nearest),
        used_by=visible(say("findings.line.used_by", language, names=finding.used_by)) if finding.used_by else "",
    )


def explained(finding: Finding) -> bool:
    """Whether ``bridgehead explain`` knows the code of a finding."""
    code = finding.code
    return bool(code) and (has(f"rules.{code}.rule") or has(f"{room_of(code, 'runs')}.{code}"))


def line(finding: Finding, language: Language) -> str:
    """The finding in one line: level, place, problem, values expected and found, and the code if it is explained."""
    worded = in_language(finding, language)
    row = say("findings.line.row", language, row=worded.row) if worded.row else ""
    where = filter(None, (worded.file, row, worded.id, worded.column))
    found = ""
    if worded.found:
        phrase = isinstance(finding.found, Message)
        found = say(f"findings.line.{'found' if phrase else 'found_value'}", language, found=worded.found)
    parts = (
        worded.message,
        say("findings.line.expected", language, expected=worded.expected) if worded.expected else "",
        found,
        say("findings.line.nearest", language, nearest=worded.nearest) if worded.nearest else "",
        worded.used_by,
    )
    made = say(
        f"findings.line.{worded.level}",
        language,
        where=say("findings.line.where_separator", language).join(where),
        parts=say("findings.line.separator", language).join(filter(None, parts)),
    )
    return f"{made} [{finding.code}]" if explained(finding) else made


def lines(findings: Sequence[Finding], language: Language) -> list[str]:
    """The first findings in a line each, and the number of the others in a last line."""
    shown, more = capped(findings)
    made = [line(one, language) for one in shown]
    return [*made, more_findings(more, language)] if more else made


def more_findings(n: int, language: Language) -> str:
    """The line that counts the findings that are not shown."""
    return say("findings.line.more", language, n=n)


def _text(text: Text, language: Language) -> str:
    if isinstance(text, Message):
        return sentence(_with_meanings(text, language), language)
    return text


def _with_meanings(value: Any, language: Language) -> Any:
    """The value with the meanings of columns, which the schema holds in its languages, filled in as text."""
    if isinstance(value, tuple):
        return tuple(_with_meanings(item, language) for item in value)
    if not isinstance(value, Message):
        return value
    params: dict[str, Param] = dict(value.params)
    if value.room == SCHEMA:
        return _meaning(str(params["table"]), str(params["column"]), language)
    return replace(value, params=tuple((name, _with_meanings(param, language)) for name, param in value.params))


def _meaning(table: str, column: str, language: Language) -> str:
    field = schema(table)[column]
    own: str = getattr(field, f"meaning_{language}", "") if language != ENGLISH else ""
    return own or field.meaning_en[0].lower() + field.meaning_en[1:]
