"""Findings of rules that are kept: worlds that are checked one after the other differ in few tables.

Input: a rule. Output: the same rule, which is not asked again about the very tables that it read before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from corridors.findings import Finding
from corridors.model import TABLES, Corridor

MOST: Final = 4
"""Worlds of each rule."""
Rule = Callable[[Corridor], Iterable[Finding]]


class _WatchedCorridor(Corridor):
    """A corridor that notes which of its tables are read."""

    tables_read: dict[str, Mapping[str, Any]] | None = None

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        if name in TABLES and (read := super().__getattribute__("tables_read")) is not None:
            read[name] = value
        return value


class KeptRule:
    """A rule with its findings about the worlds that it was asked about last."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._known: tuple[tuple[dict[str, Mapping[str, Any]], tuple[Finding, ...]], ...] = ()
        """What was read, and what was found."""

    def __call__(self, corridor: Corridor) -> tuple[Finding, ...]:
        """The findings about a corridor."""
        for entry in self._known:
            read, found = entry
            if all(getattr(corridor, name) is rows for name, rows in read.items()):
                self._keep(entry)
                return found
        watched = _WatchedCorridor(**{name: corridor.table(name) for name in TABLES})
        read = {}
        object.__setattr__(watched, "tables_read", read)
        found = tuple(self._rule(watched))
        self._keep((read, found))
        return found

    def _keep(self, entry: tuple[dict[str, Mapping[str, Any]], tuple[Finding, ...]]) -> None:
        self._known = (entry, *(one for one in self._known if one is not entry))[:MOST]
