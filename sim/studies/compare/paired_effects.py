"""Differences from the baseline, paired by replication, with their verdicts.

Holm's adjustment limits the probability of any false positive to 5% over a family: one figure (one port, class,
direction and key figure) over all scenarios that change it. The question of a family is which of many proposals
changes that figure. A scenario whose figure equals the baseline's in each replication is not a test and does not
count.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.core.kpi_declarations import KPIS, aggregated, higher_is_better
from sim.statistics import Interval, Paired, holm, judge, paired_difference
from sim.statistics.samples import Floats
from sim.statistics.verdict import Outcome
from sim.studies.compare.figures import BOTH
from sim.studies.compare.results import ExperimentResults

if TYPE_CHECKING:
    import pandas as pd

EQUAL = 1e-9
"""Differences below this share of the figure are rounding errors of sums in another order."""
VERDICT_IDS: Final[Mapping[Outcome, str]] = {
    "better": "better",
    "worse": "worse",
    "no_difference": "no difference shown",
    "cannot_tell": "cannot tell yet",
}
"""Ids of the outcomes in JSON. Programs read them, so they stay when the wording on the screen changes."""

Key = tuple[str, str, str, str]
"""(scenario, port, class, key figure) of both directions together."""


@dataclass(frozen=True)
class Effect:
    """Effect of one scenario on one figure: its difference from the baseline, in the figure's unit."""

    scenario: str
    port: str
    klass: str
    direction: str
    """'both'; for percentiles 'outbound' or 'inbound'."""
    kpi: str
    unit: str
    paired: Paired
    p_adjusted: float
    outcome: Outcome
    more: int | None
    """Expected number of further replications; None if no number is expected to decide."""

    @property
    def key(self) -> Key:
        """Scenario, port, class and key figure."""
        return (self.scenario, self.port, self.klass, self.kpi)

    @property
    def n(self) -> int:
        """Replications that both scenarios have."""
        return self.paired.difference.n

    @property
    def difference(self) -> float:
        """Scenario minus baseline."""
        return self.paired.difference.estimate

    @property
    def equal(self) -> bool:
        """Whether the figure equals the baseline's in all replications."""
        return equal(self.paired)

    @property
    def significant(self) -> bool:
        """Whether the difference is significant, for better or worse."""
        return self.outcome in ("better", "worse")

    def as_json(self) -> dict[str, object]:
        """The effect as plain values."""
        interval = self.paired.difference
        return {
            "scenario": self.scenario,
            "port": self.port,
            "class": self.klass,
            "direction": self.direction,
            "kpi": self.kpi,
            "unit": self.unit,
            "n": self.n,
            "mean_baseline": self.paired.mean_baseline,
            "mean": self.paired.mean_proposal,
            "difference": self.difference,
            "ci_low": finite(interval.low),
            "ci_high": finite(interval.high),
            "p_adjusted": self.p_adjusted,
            "variance_ratio": finite(self.paired.variance_ratio),
            "verdict": VERDICT_IDS[self.outcome],
        }


def beyond_error(found: Interval) -> bool:
    """Whether a change is beyond the sampling error: its interval excludes 0; of a single run whether it is not 0."""
    return found.estimate != 0 and (found.n == 1 or not found.low <= 0 <= found.high)


def equal(paired: Paired) -> bool:
    """Whether the figures are equal in all replications."""
    difference = paired.difference
    return difference.estimate == 0 and (difference.n == 1 or paired.difference_spread == 0)


def finite(value: float) -> float | None:
    """The number; None for infinity and nan."""
    return value if math.isfinite(value) else None


def by_key(effects: Iterable[Effect]) -> dict[Key, Effect]:
    """The effects on both directions together by their key."""
    return {effect.key: effect for effect in effects if effect.direction == BOTH}


def paired_effects(table: pd.DataFrame, results: ExperimentResults, margin: float) -> list[Effect]:
    """The effects on all figures that the baseline and another scenario both have.

    ``table`` is the result of :func:`~sim.studies.compare.figures.figures`. A sum that only one of the two has is 0 in
    the other. ``margin`` is the negligible difference as a share of the baseline's figure.
    """
    import pandas as pd

    scenarios = [scenario for scenario in results.scenarios if (table["scenario"] == scenario).any()]
    if results.baseline not in scenarios or len(scenarios) == 1:
        return []
    wide = table.pivot(index=["port", "class", "direction", "kpi"], columns=["scenario", "replication"], values="value")
    summed = wide.index.get_level_values("kpi").isin(aggregated("sum"))
    wide.loc[summed] = wide.loc[summed].fillna(0.0)
    numbers = sorted(table["replication"].unique())
    wide = wide.reindex(columns=pd.MultiIndex.from_product([scenarios, numbers]))
    values = dict(zip(wide.index, wide.to_numpy().reshape(-1, len(scenarios), len(numbers)), strict=True))
    made: list[Effect] = []
    for figure in sorted(values, key=_order):
        base, *others = values[figure]
        made += _judged(pairs_of(base, dict(zip(scenarios[1:], others, strict=True))), figure, margin)
    rank = {scenario: k for k, scenario in enumerate(scenarios)}
    return sorted(made, key=lambda effect: rank[effect.scenario])


def _order(figure: tuple[str, str, str, str]) -> tuple[str, str, int, str]:
    port, klass, direction, kpi = figure
    return port, klass, list(KPIS).index(kpi), direction


def pairs_of(base: Floats, others: Mapping[str, Floats]) -> dict[str, Paired]:
    """By scenario the paired comparison over the replications that it and the baseline both have."""
    pairs = {}
    for scenario, own in others.items():
        both = np.isfinite(base) & np.isfinite(own)
        if both.any():
            a, b = base[both], own[both]
            close = np.abs(b - a) <= EQUAL * np.maximum(np.abs(a), np.abs(b))
            pairs[scenario] = paired_difference(a, np.where(close, a, b))
    return pairs


def adjusted_p(pairs: Mapping[str, Paired]) -> dict[str, float]:
    """Holm-adjusted p-values of the scenarios that change the figure."""
    tested = [scenario for scenario, paired in pairs.items() if not equal(paired)]
    return dict(zip(tested, holm([pairs[scenario].p_value for scenario in tested]).tolist(), strict=True))


def _judged(pairs: Mapping[str, Paired], figure: tuple[str, str, str, str], share: float) -> Iterable[Effect]:
    port, klass, direction, kpi = figure
    adjusted = adjusted_p(pairs)
    for scenario, paired in pairs.items():
        p = adjusted.get(scenario, 1.0)
        verdict = judge(
            paired,
            higher_is_better=higher_is_better(kpi),
            margin=share * abs(paired.mean_baseline),
            p_adjusted=p,
            comparisons=max(1, len(adjusted)),
        )
        # Also in a single run: equal plans give equal runs, so equality needs no further replications.
        outcome = "no_difference" if equal(paired) else verdict.outcome
        more = 0 if equal(paired) else verdict.more
        yield Effect(scenario, port, klass, direction, kpi, KPIS[kpi].unit, paired, p, outcome, more)
