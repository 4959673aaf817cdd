"""Ranking of the scenarios by a figure over all ports, with the probability that each is the best.

The baseline is included. Demand scenarios and shocks cannot be chosen: they are ranked below the works, without a
probability. An increase of cargo may come from more demand or from less waiting; the ranking does not weigh the figure
against the cost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from sim.core.kpi_declarations import higher_is_better
from sim.statistics import Interval, mean_interval, probability_best
from sim.studies.compare.figures import ALL, CROSSED, DELIVERED
from sim.studies.compare.paired_effects import finite
from sim.studies.compare.results import ExperimentResults

if TYPE_CHECKING:
    import pandas as pd

RANKED: Final = (DELIVERED, "cost_usd_per_t", "co2_kg_per_t")
"""Figures over all ports and classes by which scenarios are ranked, in the order of the report."""
ALSO_RANKED: Final = (CROSSED,)
"""Ranked for programs that read the JSON; reports leave it out, because cargo that fills a yard is not delivered."""


@dataclass(frozen=True)
class Rank:
    """Mean of a figure of one scenario over all ports, and the probability that no other is better."""

    scenario: str
    kpi: str
    mean: Interval
    probability_best: float | None
    """None for fewer than two replications, for demand scenarios and shocks, and if all scenarios are equal."""

    def as_json(self) -> dict[str, object]:
        """The rank as plain values."""
        return {
            "scenario": self.scenario,
            "kpi": self.kpi,
            "mean": self.mean.estimate,
            "ci_low": finite(self.mean.low),
            "ci_high": finite(self.mean.high),
            "probability_best": self.probability_best,
        }


def ranking(table: pd.DataFrame, results: ExperimentResults) -> list[Rank]:
    """For each of :data:`RANKED` and :data:`ALSO_RANKED` the scenarios, best mean first.

    Means are over the replications that all scenarios have. Demand scenarios and shocks follow the works, and none of
    them can be best. A scenario without any run is left out.
    ``table`` is the result of :func:`~sim.studies.compare.figures.figures`.
    """
    whole = table[(table["port"] == ALL) & (table["class"] == ALL)]
    return [rank for kpi in (*RANKED, *ALSO_RANKED) for rank in _ranked(whole[whole["kpi"] == kpi], kpi, results)]


def one_for_equals(ranks: Sequence[Rank], equal: Set[str], baseline: str) -> list[Rank]:
    """Ranks of one figure without the scenarios that equal the baseline in every run, which has their probabilities.

    What is the same cannot be better than itself: the probability of the baseline is that of all of them together, so
    that the probabilities still sum to 1.
    """
    of_equals = [rank.probability_best for rank in ranks if rank.scenario in equal]
    shared = sum(chance for chance in of_equals if chance is not None)
    kept = [rank for rank in ranks if rank.scenario not in equal]
    return [
        replace(rank, probability_best=rank.probability_best + shared)
        if rank.scenario == baseline and rank.probability_best is not None
        else rank
        for rank in kept
    ]


def _ranked(rows: pd.DataFrame, kpi: str, results: ExperimentResults) -> Iterator[Rank]:
    wide = rows.pivot(index="scenario", columns="replication", values="value")
    wide = wide.reindex([scenario for scenario in results.scenarios if scenario in wide.index])
    common = wide.dropna(axis="columns")
    if common.empty:
        return
    higher = higher_is_better(kpi)
    choice = common[[not results.outside(str(scenario)) for scenario in common.index]]
    some = choice.shape[1] > 1 and len(choice) > 0 and bool((choice != choice.iloc[0]).any(axis=None))
    found = probability_best(choice.to_numpy(), higher_is_better=higher).tolist() if some else []
    chances = dict(zip(choice.index, found, strict=False))
    ranks = [
        Rank(str(scenario), kpi, mean_interval(own), chances.get(scenario))
        for scenario, own in zip(common.index, common.to_numpy(), strict=True)
    ]
    sign = -1 if higher else 1
    yield from sorted(ranks, key=lambda rank: (bool(results.outside(rank.scenario)), sign * rank.mean.estimate))
