"""Errors of pydantic as messages: code, expected values, nearest name.

Input: one problem of a pydantic ValidationError. Output: what a :class:`~corridors.findings.Finding` needs, without
the wording of pydantic.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from corridors.findings import nearest
from corridors.io.other_forms import days_meant, expected_and_meant
from corridors.io.system_problems import library_problem
from corridors.messages import InvalidValueError, Message, Text, message

ID: Final = r"^[a-z0-9_]+$"
"""The pattern of an id."""
UNKNOWN_KEY: Final = "yaml.unknown_key"
"""Code of the finding about a key that a document does not have."""
DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "int_": ("yaml.not_integer", "want.whole_number"),
    "float_": ("yaml.not_number", "want.number"),
    "finite_number": ("yaml.not_finite", "want.finite_number"),
    "string_type": ("yaml.not_text", "want.text"),
    "string_too_short": ("yaml.empty_text", "want.text"),
    "json_": ("yaml.not_json", "want.json_change"),
    "bool_": ("yaml.not_boolean", "want.boolean"),
    "date_": ("yaml.not_date", "want.date"),
    "missing": ("yaml.missing_key", "want.this_key"),
}
"""Code and phrase of the values expected, by the first letters of the type of a problem."""
LIMITS: Final[Mapping[str, tuple[str, str, str]]] = {
    "greater_than_equal": ("yaml.too_small", "want.at_least", "ge"),
    "greater_than": ("yaml.too_small", "want.above", "gt"),
    "less_than_equal": ("yaml.too_large", "want.at_most", "le"),
    "less_than": ("yaml.too_large", "want.below", "lt"),
}
"""The same for bounds, with the name that pydantic gives to the bound."""


@dataclass(frozen=True)
class Refusal:
    """The reason why one value was refused.

    Fields as in a :class:`~corridors.findings.Finding`.
    """

    found: str
    message: Message
    expected: Text = ""
    nearest: str = ""


def refusals_of(problem: Mapping[str, Any], keys: list[str]) -> list[Refusal]:
    """The reasons why one value was refused.

    ``keys`` are the valid keys if it should have keys, or those beside an unknown one.

    There are several where a validator gave several reasons.
    """
    kind, value = problem["type"], problem["input"]
    if kind == "extra_forbidden":
        key = str(problem["loc"][-1])
        wanted = message("want.one_of", names=tuple(keys)) if keys else message("want.no_key")
        return [Refusal(key, message(UNKNOWN_KEY), wanted, nearest(key, keys))]
    found = shown(value)
    if kind == "value_error":
        error = problem["ctx"]["error"]
        if isinstance(error, InvalidValueError):
            return [Refusal(found, reason, error.expected, error.nearest) for reason in error.reasons]
        return [Refusal(found, _invalid(text)) for text in str(error).split("; ")]
    if kind == "literal_error":
        names = re.findall(r"'([^']*)'", problem["ctx"]["expected"])
        close = nearest(str(value), names)
        want = message("want.one_of", names=tuple(names)) if len(names) > 1 else message("want.word", name=names[0])
        return [Refusal(found, _message("yaml.not_choice", problem), want, close)]
    code, expected = _expected(kind, problem, keys)
    close = ""
    if code == "yaml.not_date" and isinstance(expected, Message):
        expected, close = expected_and_meant(expected, days_meant(found))
    return [Refusal(found, _message(code, problem), expected, close)]


def shown(value: Any) -> str:
    """A value as a YAML file has it; '' for none and for keys with values."""
    if value is None or isinstance(value, dict):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(shown, value))}]"
    return str(value)


def _expected(kind: str, problem: Mapping[str, Any], keys: list[str]) -> tuple[str, Text]:
    """The code of a problem and the values expected."""
    context = problem.get("ctx", {})
    for beginning, (code, want, bound) in LIMITS.items():
        if kind == beginning:
            return code, message(want, n=f"{context[bound]:.15g}")
    for beginning, (code, want) in KINDS.items():
        if kind.startswith(beginning):
            return code, message(want)
    if kind == "too_short":
        return "yaml.too_short", message("want.list_of_at_least", n=context["min_length"])
    if kind.startswith(("list", "tuple")):
        return "yaml.not_list", _a_list(problem["input"], keys)
    if kind.startswith(("dict", "model")):
        return "yaml.not_keys", keys_wanted(keys)
    if kind == "string_pattern_mismatch" and context["pattern"] == ID:
        return "yaml.not_id", message("want.id")
    return "yaml.invalid", ""


def keys_wanted(keys: list[str]) -> Message:
    """Keys with values, of which the first are named."""
    return message("want.keys_such_as", names=tuple(keys[:3])) if keys else message("want.keys")


def _a_list(value: Any, keys: list[str]) -> Message:
    if keys:
        return message("want.list_of", items=keys_wanted(keys))
    if isinstance(value, str | int | float):
        return message("want.list_such_as", example=f"[{shown(value)}]")
    return message("want.list")


def _message(code: str, problem: Mapping[str, Any]) -> Message:
    """The message of a problem.

    A missing value and a day that does not exist have their own.
    """
    value = problem["input"]
    if value is None and code != "yaml.missing_key":
        return message("yaml.no_value")
    if code == "yaml.not_date" and DAY.fullmatch(str(value)) and not _is_day(str(value)):
        return message("yaml.no_such_day")
    return _invalid(problem["msg"]) if code == "yaml.invalid" else message(code)


def _invalid(text: str) -> Message:
    return message("yaml.invalid", problem=library_problem("pydantic", text))


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
