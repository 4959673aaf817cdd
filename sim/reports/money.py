"""Money in the units of a language, from M USD: an amount with the unit that fits its size, and figures of a table.

A language may count in another unit than millions, in a larger one from a certain size on, and in a smaller one below
another: the catalogue ``common`` has the factors (``money.scale``, ``money.large_scale``, ``money.small_scale``), the
sizes (``money.large_from``, ``money.small_below``, M USD) and the names of the units.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sim.reports import number_format
from sim.reports.number_format import NO_VALUE, figure, is_value
from sim.text.catalogue import Language, say

DOLLARS = 6
"""Decimals of M USD that are counted: less than a dollar is 0."""


@dataclass(frozen=True)
class Unit:
    """What tables, charts and sliders of some amounts are in."""

    scale: float
    """Factor from M USD."""
    name: str
    is_small: bool = False

    def figure(self, value_musd: float | None, figures: int = 3) -> str:
        """A figure of a table whose heading names the unit; less than a dollar is 0."""
        return figure(round(value_musd, DOLLARS) * self.scale, figures) if is_value(value_musd) else NO_VALUE


def unit_of(values_musd: Iterable[float | None], language: Language) -> Unit:
    """The unit of a table, chart or slider that has these amounts: the smaller one if all are small."""
    largest = max((abs(one) for one in values_musd if is_value(one)), default=0.0)
    if _is_small(largest, language):
        return Unit(float(say("common.money.small_scale", language)), say("common.money.unit_small", language), True)
    return Unit(scale(language), say("common.money.unit", language))


def _is_small(size_musd: float, language: Language) -> bool:
    return bool(round(size_musd, DOLLARS)) and size_musd < float(say("common.money.small_below", language))


def scale(language: Language) -> float:
    """Factor from M USD to the usual unit of tables, charts and sliders."""
    return float(say("common.money.scale", language))


def figure_of(value_musd: float | None, language: Language, figures: int = 3) -> str:
    """A figure of a table whose heading names the usual unit; less than a dollar is 0."""
    return Unit(scale(language), "").figure(value_musd, figures)


def amount(value_musd: float | None, language: Language, exact: bool = False) -> str:
    """An amount with its unit, in a sentence; less than a dollar is 0. An exact one has all its figures."""
    if not is_value(value_musd):
        return NO_VALUE
    size, value_musd = abs(value_musd), round(value_musd, DOLLARS)
    if size >= float(say("common.money.large_from", language)):
        key, factor = "amount_large", float(say("common.money.large_scale", language))
    elif _is_small(size, language):
        key, factor = "amount_small", float(say("common.money.small_scale", language))
    else:
        key, factor = "amount", scale(language)
    text = number_format.exact(value_musd * factor) if exact else figure(value_musd * factor)
    return say(f"common.money.{key}", language, value=text)
