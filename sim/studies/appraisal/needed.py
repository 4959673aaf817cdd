"""What works must bring to pay for themselves, from their costs alone, without a run.

Input: a study with what was moved. Output: :class:`Needed`, the present value of all costs and the constant yearly
benefit, from the first opening to the last year, that has the same present value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.studies.appraisal.costs import work_costs
from sim.studies.appraisal.indicators import discount_factors
from sim.studies.appraisal.prices import Prices
from sim.studies.appraisal.programme import Work


@dataclass(frozen=True)
class Needed:
    """Costs of works, and the benefit that equals them; M USD."""

    capital: float
    """Of all works, with their uplift, not discounted."""
    costs: float
    """Present value of capital, upkeep and renewal, less the residual value."""
    yearly: float
    """Benefit of each year from the first opening to the last year."""
    first: int
    """Year of the first opening."""
    last: int


def needed_benefit(works: Sequence[Work], prices: Prices, rate: float, discount_year: int, last: int) -> Needed:
    """What these works must bring; at least one of them opens by the ``last`` year."""
    years = range(discount_year, last + 1)
    factors, total, capital = discount_factors(rate, len(years)), np.zeros(len(years)), 0.0
    for work in works:
        uplift = float(prices.central[f"uplift.{work.kind}"])
        made = work_costs(work.capital.value, work.yearly.value, work.spend, work.opens, work.life, years, uplift)
        total += made.total
        capital += float(made.capital.sum())
    first = min(work.opens for work in works)
    costs = float(factors @ total)
    return Needed(capital, costs, costs / float(factors[first - discount_year :].sum()), first, last)
