"""Number format of figures: significant digits, thousands separators, signs, missing values, few observations."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Final, TypeGuard

from sim.text.catalogue import Language, say, written_out

NO_VALUE: Final = "—"
"""Shown where there is no value, such as the mean of nothing, or the interval of one replication."""
FEW: Final = 20
"""A percentile of fewer observations is shown with their number."""
SURE: Final = 0.995
"""A probability from which on whole percent would say 100."""


def is_value(value: float | None) -> TypeGuard[float]:
    """Whether there is a value to show: not None, and a finite number."""
    return value is not None and math.isfinite(value)


def of_few(text: str, n: int, language: Language) -> str:
    """The text of a percentile, with the number of its observations if these are few."""
    if n >= FEW or text == NO_VALUE:
        return text
    return say("common.of_few", language, value=text, count=n)


def probability(value: float, language: Language) -> str:
    """An estimated probability in whole percent; one that rounds to 0 or 100% is no certainty, and is given as a bound.

    A value of exactly 0, such as that of what cannot be, stays 0%.
    """
    if value >= SURE:
        return say("common.over_99_percent", language)
    if 0 < value < 1 - SURE:
        return say("common.under_1_percent", language)
    return f"{value:.0%}"


def decimals(half_width: float, value: float, figures: int = 3) -> int:
    """Decimals of a value: at most ``figures`` significant figures, and two of its half-width."""
    uncertain = math.isfinite(half_width) and half_width > 0
    limits = [_decimals(half_width, 2)] if uncertain else []
    if value:
        limits.append(_decimals(value, figures))
    return min(limits, default=0)


def _decimals(value: float, figures: int) -> int:
    return max(0, figures - 1 - math.floor(math.log10(abs(value))))


def plain(value: float, digits: int) -> str:
    """A number with that many decimals; never '-0'."""
    text = f"{value:,.{digits}f}"
    return text.lstrip("-") if not text.strip("-0.,") else text


def signed(value: float, digits: int) -> str:
    """A number with that many decimals and its sign; 0 has none."""
    text = plain(value, digits)
    return text if text.startswith("-") or not text.strip("0.,") else f"+{text}"


def general(value: float, figures: int) -> str:
    """A number with at most that many significant figures, without trailing zeros and never with an exponent."""
    return written_out(f"{value:.{figures}g}")


def exact(value: float) -> str:
    """A number that was given, with all its figures but without trailing zeros, and never with an exponent."""
    return f"{Decimal(f'{value:.12g}'):,f}"


def figure(value: float, figures: int = 3) -> str:
    """A number with about that many significant figures."""
    return plain(value, _decimals(value, figures)) if value else "0"
