"""Measurements of the benchmark, and how much is measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Result = dict[str, Any]


@dataclass(frozen=True)
class Size:
    """How long the simulated horizons are, in days, and how often everything is measured."""

    rounds: int
    days: int
    slow_days: int
    """For peers that would take hours."""
    cimba_days: int
    """For Cimba, which keeps all vehicles in memory to the end."""
    growth_days: int
    """Also for two workers."""
    start_rounds: int


FULL = Size(rounds=3, days=365, slow_days=7, cimba_days=28, growth_days=91, start_rounds=5)
QUICK = Size(rounds=2, days=14, slow_days=1, cimba_days=7, growth_days=7, start_rounds=1)


@dataclass
class Measurements:
    """Everything that was measured, by name, one entry a round; None where something is missing here."""

    size: Size
    rounds: dict[str, list[Result]]
    growth: dict[str, dict[int, list[Result]]]
    """By task and volume."""
    start: dict[str, list[float]]
    missing: dict[str, str]
