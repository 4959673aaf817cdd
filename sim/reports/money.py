"""Money in the units of a language, from M USD: an amount with the unit that fits its size, and figures of a table.

A language may count in another unit than millions, and in a larger one from a certain size on: the catalogue ``common``
has the factors (``money.scale``, ``money.large_scale``) and the size (``money.large_from``, M USD).
"""

from __future__ import annotations

from sim.reports import number_format
from sim.reports.number_format import NO_VALUE, figure, is_value
from sim.text.catalogue import Language, say


def scale(language: Language) -> float:
    """Factor from M USD to the unit of tables, charts and sliders."""
    return float(say("common.money.scale", language))


def figure_of(value_musd: float | None, language: Language, figures: int = 3) -> str:
    """A figure of a table whose heading names the unit; less than a dollar is 0."""
    return figure(round(value_musd, 6) * scale(language), figures) if is_value(value_musd) else NO_VALUE


def amount(value_musd: float | None, language: Language, exact: bool = False) -> str:
    """An amount with its unit, in a sentence; less than a dollar is 0. An exact one has all its figures."""
    if not is_value(value_musd):
        return NO_VALUE
    is_large = abs(value_musd) >= float(say("common.money.large_from", language))
    factor = float(say("common.money.large_scale", language)) if is_large else scale(language)
    value = round(value_musd, 6) * factor
    text = number_format.exact(value) if exact else figure(value)
    return say("common.money.amount_large" if is_large else "common.money.amount", language, value=text)
