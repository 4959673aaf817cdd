"""Settings of runs, checked: whole numbers within their bounds, and days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from operator import index
from typing import Any, Final

from bridgehead.errors import DataError, EngineError, in_english
from corridors.findings import ERROR, Finding
from corridors.messages import message

LEAST: Final[Mapping[str, int]] = {
    "days": 1,
    "warmup_days": 0,
    "seed": 0,
    "replication": 0,
    "replications": 1,
    "workers": 1,
}
"""Least value of each setting that is a whole number."""


def checked(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as plain values; None stays None. Raises DataError with every setting that does not fit, and TypeError
    for an unknown one.

    Whole numbers of NumPy count as such, and ``start`` may be a date, a datetime or text such as ``2023-03-01``.
    """
    if unknown := settings.keys() - {*LEAST, "start", "engine"}:
        raise TypeError(in_english("unknown_setting", names=tuple(sorted(unknown))))
    findings: list[Finding] = []
    made = {name: _checked(name, value, findings) for name, value in settings.items()}
    if findings:
        raise DataError(tuple(findings))
    return made


def _checked(name: str, value: Any, findings: list[Finding]) -> Any:
    if value is None or name == "engine":
        return value
    if name == "start":
        return _day(value, findings)
    try:
        number = None if isinstance(value, bool) else index(value)
    except TypeError:
        number = None
    if number is None or number < LEAST[name]:
        what, expected = message("setting", "python"), message("whole_number", "python", least=LEAST[name])
        findings.append(Finding(ERROR, name, None, "", repr(value), expected, message=what))
    return number


def _day(value: Any, findings: list[Finding]) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        what, expected = message("setting", "python"), message("day", "python")
        findings.append(Finding(ERROR, "start", None, "", repr(value), expected, message=what))
        return None


def engine_of(name: str | None) -> str | None:
    """The engine to use; an engine that cannot run here is refused, never replaced."""
    from sim.engines import ENGINES, resolve_engine

    if name is None:
        return None
    if name not in ENGINES:
        raise EngineError(in_english("unknown_engine", name=name, engines=tuple(ENGINES)))
    if resolve_engine(name) != name:
        raise EngineError(in_english("no_numba"))
    return name
