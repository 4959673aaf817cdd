"""What would have been right where a model refused a value, in the words of checks and not in those of pydantic.

In: one of the problems of a pydantic ValidationError. Out: what would be right, which of the names that are allowed was
most likely meant, and what was found, as a file has it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from corridors.findings import nearest

ID: Final = r"^[a-z0-9_]+$"
"""The pattern of an id."""
DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Refusal:
    """Why one value was refused; every part is told as in a :class:`~corridors.findings.Finding`."""

    found: str
    expected: str
    nearest: str = ""
    message: str = ""


def refusals_of(problem: Mapping[str, Any], keys: list[str]) -> list[Refusal]:
    """What is wrong with one value; ``keys`` are those that it may have, if it is to have keys.

    There are several where a model said several things at once, separated by semicolons.
    """
    kind, value = problem["type"], problem["input"]
    found = shown(value)
    if kind == "value_error":
        return [Refusal(found, told) for told in problem["msg"].removeprefix("Value error, ").split("; ")]
    if kind == "literal_error":
        names = re.findall(r"'([^']*)'", problem["ctx"]["expected"])
        expected = f"one of {', '.join(names)}" if len(names) > 1 else f"the word {names[0]}"
        return [Refusal(found, expected, nearest(str(value), names))]
    return [Refusal(found, _expected(kind, problem, keys), message=_why(kind, value))]


def shown(value: Any) -> str:
    """A value as a YAML file has it; '' for none and for keys with values, which are told by their line."""
    if value is None or isinstance(value, dict):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(shown, value))}]"
    return str(value)


def _expected(kind: str, problem: Mapping[str, Any], keys: list[str]) -> str:
    context = problem.get("ctx", {})
    for beginning, told in KINDS.items():
        if kind.startswith(beginning):
            return told(context) if callable(told) else told
    with_keys = f"keys such as {', '.join(keys[:3])}" if keys else "keys with values"
    if kind.startswith(("list", "tuple")):
        if keys:
            return f"a list, each with {with_keys}"
        value = problem["input"]
        return f"a list in brackets: [{shown(value)}]" if isinstance(value, str | int | float) else "a list in brackets"
    if kind.startswith(("dict", "model")):
        return with_keys
    if kind == "string_pattern_mismatch":
        pattern = context["pattern"]
        return "an id of lower-case letters, digits and underscores" if pattern == ID else f"text of the form {pattern}"
    told_by_pydantic: str = problem["msg"]
    return told_by_pydantic


KINDS: Final[Mapping[str, str | Callable[[Mapping[str, Any]], str]]] = {
    "int_": "a whole number",
    "float_": "a number",
    "finite_number": "a finite number",
    "string_type": "text",
    "string_too_short": "text",
    "json_": "one change as JSON",
    "bool_": "true or false",
    "date_": "a date written YYYY-MM-DD",
    "greater_than_equal": lambda context: f"a number of at least {context['ge']:g}",
    "greater_than": lambda context: f"a number above {context['gt']:g}",
    "less_than_equal": lambda context: f"a number of at most {context['le']:g}",
    "less_than": lambda context: f"a number below {context['lt']:g}",
    "too_short": lambda context: f"a list of at least {context['min_length']}",
    "missing": "this key, which is missing",
}
"""What would be right, by how the kind of a problem begins; the first that fits."""


def _why(kind: str, value: Any) -> str:
    if value is None:
        return "no value"
    if kind.startswith("date_") and DAY.fullmatch(str(value)) and not _is_day(str(value)):
        return "there is no such day"
    return ""


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
