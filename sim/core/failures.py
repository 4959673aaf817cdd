"""Reasons of failed runs as the results store them, independent of any language.

An error with messages is stored as JSON, of which a program with catalogues makes sentences (:mod:`sim.text.runs`);
any other error as its own text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any, Final

from corridors.findings import DataError, Finding
from corridors.io.json_files import json_values
from corridors.messages import InvalidValueError, Message, MessageError, from_plain, to_plain

FIELDS: Final = tuple(field.name for field in fields(Finding))
Reason = Message | Finding | str


def stored(error: BaseException) -> str:
    """The text that the results store about an error."""
    if isinstance(error, DataError) and error.findings:
        return _json(error.findings)
    if isinstance(error, MessageError):
        return _json(error.messages)
    if isinstance(error, InvalidValueError):
        return _json(error.reasons)
    return str(error)


def stored_messages(messages: Iterable[Message]) -> str:
    """The text that the results store about violated balances."""
    return _json(messages)


def reasons(text: str) -> list[Reason]:
    """The reasons in a stored text; a text that is no JSON of this module is one reason."""
    if not text.startswith("[{"):
        return [text]
    try:
        return [_reason(one) for one in json_values(text)]
    except (AttributeError, KeyError, TypeError, ValueError):
        return [text]


def _json(parts: Iterable[Message | Finding]) -> str:
    plain = [_of_finding(one) if isinstance(one, Finding) else to_plain(one) for one in parts]
    return json.dumps(plain, ensure_ascii=False)


def _of_finding(finding: Finding) -> dict[str, Any]:
    return {name: to_plain(getattr(finding, name)) for name in FIELDS if getattr(finding, name) not in ("", None)}


def _reason(plain: dict[str, Any]) -> Reason:
    if "level" not in plain:
        made = from_plain(plain)
        return made if isinstance(made, Message) else str(made)
    values = {name: from_plain(value) for name, value in plain.items() if name in FIELDS}
    return replace(Finding("", "", None, "", "", ""), **values)  # type: ignore[arg-type]
