"""Costs of works by year: capital, upkeep, renewal and the residual value.

Input: one work with its opening. Output: :class:`WorkCosts`, arrays (years,) in M USD from the first year on.

=========  ============================================================================================
capital    capital x (1 + uplift) x share of the year
upkeep     yearly cost from the opening to the last year, whole years
renewal    capital x (1 + uplift) again every ``life_years`` within the appraisal
residual   at the end of the last year capital x (1 + uplift) x (life - age) / life, a cost that is saved
=========  ============================================================================================

``uplift`` is the optimism bias (Flyvbjerg, Holm and Buhl 2002): 0 unless stated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class WorkCosts:
    """Costs of one work, (years,) each, M USD; all are positive, the residual value too."""

    capital: Floats
    upkeep: Floats
    renewal: Floats
    residual: Floats

    @property
    def total(self) -> Floats:
        """All costs less the residual value."""
        return self.capital + self.upkeep + self.renewal - self.residual


def work_costs(
    capital: float,
    yearly: float,
    spend: Mapping[int, float],
    opens: int,
    life: int,
    years: range,
    uplift: float = 0.0,
) -> WorkCosts:
    """The costs of a work that opens in ``opens`` and has the shares ``spend`` of its capital by year.

    ``capital`` and ``yearly`` in M USD, ``life`` in years; ``years`` are those of the appraisal.
    """
    made = capital * (1 + uplift)
    position = {year: n for n, year in enumerate(years)}
    flows = {name: np.zeros(len(years)) for name in ("capital", "upkeep", "renewal", "residual")}
    for year, share in spend.items():
        flows["capital"][position[year]] += made * share
    flows["upkeep"][[n for year, n in position.items() if year >= opens]] = yearly
    for year in range(opens + life, years[-1] + 1, life):
        flows["renewal"][position[year]] += made
    flows["residual"][-1] = residual_value(made, life, age(opens, life, years[-1]))
    return WorkCosts(**flows)


def age(opens: int, life: int, last_year: int) -> int:
    """Years in use at the end of the last year, since the last renewal; ``life`` at most."""
    used = last_year + 1 - opens
    return used if used <= life else (used - 1) % life + 1


def residual_value(made: float, life: int, years_used: int) -> float:
    """What is left of ``made``: linear over its life, never negative; 0 for a work that has not opened."""
    return made * max(0, life - years_used) / life if years_used > 0 else made
