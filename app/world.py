"""Data that all pages and sessions share: read once per server, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app import home
from app.shared import LastUsed, Shared
from corridors.facts import Fact
from corridors.fingerprint import fingerprint
from corridors.model import Corridor
from corridors.overlay.demand_scenarios import DemandScenarios
from corridors.overlay.proposals import Proposal
from sim.experiments.shard import code_fingerprint
from sim.text.names import Language, Names


@Shared
def baseline() -> Corridor:
    """The corridor of the base year."""
    return home.corridor()


@Shared
def proposals() -> Mapping[str, Proposal]:
    """The proposals by id."""
    return home.proposals()


@Shared
def demand_scenarios() -> DemandScenarios | None:
    """The forecasts of demand; None without any."""
    return home.demand_scenarios()


def names(language: Language) -> Names:
    """The names of the base year in a language."""
    return names_in(baseline(), language)


def names_in(corridor: Corridor, language: Language) -> Names:
    """The names of a corridor in a language, which a page needs many times."""
    last = _last.get(language)
    if last and last[0] is corridor:
        return last[1]
    key = id(corridor), language
    known = _named.get(key)
    if known is None:
        # With the corridor itself: no other one has its id meanwhile.
        known = corridor, Names.of(corridor, language)
        _named.put(key, known)
    _last[language] = known
    return known[1]


_last: Final[dict[Language, tuple[Corridor, Names]]] = {}
_named: Final[LastUsed[tuple[Corridor, Names]]] = LastUsed(64)


def facts() -> Mapping[str, Fact]:
    """The published figures by id."""
    return home.facts()


@Shared
def data() -> str:
    """Fingerprint of the base year data."""
    return fingerprint(baseline())


def code() -> str:
    """Fingerprint of the program that makes results."""
    return code_fingerprint()
