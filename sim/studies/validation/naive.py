"""Naive forecasts: the figure of an earlier year in place of the year of the comparison.

Input: a comparison. Output: for each forecast that applies, the level of the earlier year and the quantity with its
days moved to that year. A model that agrees no more often than these forecasts knows nothing about the later year.

``as_in_2023``    the model of 2023, for years after it
``year_before``   the model of the year before, where there is one
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import cache
from typing import Final

from sim.studies.validation.comparisons import FactComparison
from sim.studies.validation.levels import BASE, level, level_files
from sim.studies.validation.quantity import Quantity

KNOWN_YEAR: Final = 2023
"""The year of the base data."""
FORECASTS: Final[Mapping[str, Callable[[int], int | None]]] = {
    "as_in_2023": lambda year: KNOWN_YEAR if year > KNOWN_YEAR else None,
    "year_before": lambda year: year - 1,
}
"""The year that each forecast repeats, by the year of the comparison; None where it does not apply."""


def naive_quantities(comparison: FactComparison) -> dict[str, tuple[str, Quantity]]:
    """Level and quantity of each naive forecast of a comparison; none for the base year and for the first year."""
    if comparison.level == BASE:
        return {}
    year = year_of(comparison.level)
    repeated = {name: earlier(year) for name, earlier in FORECASTS.items()}
    return {
        name: (_levels()[then], _moved(comparison, then - year))
        for name, then in repeated.items()
        if then is not None and then in _levels()
    }


@cache
def year_of(name: str) -> int:
    """The year that a level measures: that of the first day after its warm-up."""
    scenario = level(name)
    assert scenario.start is not None
    return (scenario.start + timedelta(days=scenario.warmup_days or 0)).year


@cache
def _levels() -> Mapping[int, str]:
    return {year_of(name): name for name in level_files()}


def _moved(comparison: FactComparison, years: int) -> Quantity:
    """The quantity of a comparison, some years later (before, if negative)."""
    fields = {name: getattr(comparison, name) for name in Quantity.model_fields}
    days = {name: _in_year(day, years) for name in ("first_day", "last_day") if (day := fields[name]) is not None}
    return Quantity(**(fields | days))


def _in_year(day: date, years: int) -> date:
    """The same day of another year; 28 February for a 29th that the year does not have."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
