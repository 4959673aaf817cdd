"""Indicators of a flow of money over years: present value, return, payback, first-year return.

Input: arrays (years,) of real money of one price year, the first of them in the discount year, which counts in full.
Signs: benefits and costs are positive each; a *flow* is benefit less cost. Sources: Boardman et al. (2018),
*Cost-Benefit Analysis*, 5th ed., chapters 6 and 9; the definitions are those of every national guide.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LEAST_RATE: Final = -0.99
LARGEST_RATE: Final = 10.0
"""Rates between which the rate of return is searched."""
GRID: Final = 2_000
"""Rates at which the sign of the present value is looked at, evenly spaced in the logarithm of 1 + rate."""
NEGLIGIBLE: Final = 1e-9
"""A present value below this share of the sum of all flows is 0."""


def discount_factors(rate: npt.ArrayLike, years: int, first: int = 0) -> Floats:
    """(..., years) the factors (1 + rate)^-(first + n), n = 0 ... years - 1, of one rate or several."""
    return np.asarray((1.0 + np.asarray(rate, float)[..., None]) ** -(first + np.arange(years, dtype=float)))


@dataclass(frozen=True)
class Return:
    """The rate of return of a flow."""

    kind: Literal["unique", "none", "not_unique"]
    rate: float | None
    """Per year; None unless the rate is unique."""
    roots: tuple[float, ...] = ()
    """All rates at which the present value is 0, in rising order."""


def rate_of_return(flow: npt.ArrayLike) -> Return:
    """The only rate in (-0.99, 10) at which the present value of a flow (years,) is 0.

    ``not_unique`` if several rates are, ``none`` if no rate is.
    """
    values = np.asarray(flow, float)
    return root_of(lambda rates: discount_factors(rates, len(values)) @ values, float(np.abs(values).sum()))


def root_of(value: Callable[[Any], Any], scale: float) -> Return:
    """The only root of a present value as a function of rates (..., ); ``scale`` is the sum of the absolute flows."""
    logs = np.linspace(np.log1p(LEAST_RATE), np.log1p(LARGEST_RATE), GRID)
    rates = np.expm1(logs)
    found = np.array(value(rates), float)
    found[np.abs(found) <= NEGLIGIBLE * scale] = 0.0
    roots: list[tuple[float, float]] = [(rate, rate) for rate in rates[found == 0.0]]
    turns = np.flatnonzero(found[:-1] * found[1:] < 0)
    roots += [(rates[k], rates[k + 1]) for k in turns]
    exact = tuple(sorted(float(low if low == high else bisect(value, low, high)) for low, high in roots))
    if scale == 0 or not exact:
        return Return("none", None)
    if len(exact) > 1:
        return Return("not_unique", None, exact)
    return Return("unique", exact[0], exact)


def bisect(value: Callable[[float], float], low: float, high: float, steps: int = 100) -> float:
    """The root of a function between two places at which its signs differ."""
    rising = value(low) < value(high)
    for _ in range(steps):
        middle = (low + high) / 2
        if (value(middle) < 0) == rising:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def payback_year(flow: npt.ArrayLike, rate: float, first_year: int) -> int | None:
    """The first year from which on the cumulative discounted flow (years,) stays at 0 or more; None if there is none.

    A year that a later cost makes negative again, such as that of a second work, does not count. Pass the flow without
    the residual value. Without any negative year, the first year.
    """
    values = np.asarray(flow, float)
    cumulative = np.cumsum(values * discount_factors(rate, len(values)))
    spent = np.flatnonzero(cumulative < 0)
    if not len(spent):
        return first_year
    paid = int(spent[-1]) + 1
    return first_year + paid if paid < len(values) else None


def first_year_return(
    benefit: npt.ArrayLike, upkeep: npt.ArrayLike, capital: npt.ArrayLike, rate: float, opening: int
) -> float | None:
    """Benefit less upkeep of the year with the index ``opening``, over the capital compounded to it.

    None without capital. Below the discount rate, a later opening has a higher present value.
    """
    spent = np.asarray(capital, float)[: opening + 1]
    compounded = float(spent @ (1.0 + rate) ** np.arange(opening, opening - len(spent), -1.0))
    net = float(np.asarray(benefit, float)[opening] - np.asarray(upkeep, float)[opening])
    return net / compounded if compounded > 0 else None


def ratio(benefits: float, costs: float) -> float | None:
    """Benefit-cost ratio; None where the costs are not positive."""
    return benefits / costs if costs > 0 else None
