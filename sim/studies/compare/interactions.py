"""Interactions of proposals in pairs: what two bring together beyond the sum of what each brings alone.

Input: the figures by run of :func:`.figures.figures`. For proposals a and b the interaction is

    I = F(a and b) - F(a) - F(b) + F(baseline),

paired by replication, so that the variation that the four runs share cancels. Its t interval and Holm's adjustment
over all pairs are those of :mod:`.paired_effects`: the sum F(a) + F(b) - F(baseline) takes the place of the baseline.
A positive interaction of cargo makes two proposals complements: lanes without room in the yard behind them bring
nothing, both together do. A negative one makes them substitutes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

from sim.core.kpi_declarations import KPIS, higher_is_better
from sim.statistics import Paired, judge
from sim.statistics.verdict import Outcome
from sim.studies.compare.figures import ALL
from sim.studies.compare.paired_effects import adjusted_p, equal, finite, pairs_of
from sim.studies.compare.ranking import RANKED
from sim.studies.compare.results import ExperimentResults

if TYPE_CHECKING:
    import pandas as pd

KINDS: Final[dict[Outcome, str]] = {
    "better": "complements",
    "worse": "substitutes",
    "no_difference": "independent",
    "cannot_tell": "cannot_tell",
}
"""Ids of the verdict, by the outcome of the comparison with the sum."""


@dataclass(frozen=True)
class Interaction:
    """The interaction of two proposals on one figure over all ports, in the figure's unit."""

    first: str
    second: str
    """Scenarios with one of the two proposals each, in the order of the experiment."""
    both: str
    """The scenario with both."""
    kpi: str
    first_alone: float
    second_alone: float
    together: float
    """Mean differences from the baseline."""
    paired: Paired
    """Both together against the sum of each alone; its difference is the interaction."""
    p_adjusted: float
    outcome: Outcome
    more: int | None
    """Expected number of further replications; None if no number is expected to decide."""

    @property
    def kind(self) -> str:
        """One of the values of :data:`KINDS`."""
        return KINDS[self.outcome]

    def as_json(self) -> dict[str, object]:
        """The interaction as plain values."""
        found = self.paired.difference
        return {
            "first": self.first,
            "second": self.second,
            "both": self.both,
            "kpi": self.kpi,
            "unit": KPIS[self.kpi].unit,
            "n": found.n,
            "first_alone": self.first_alone,
            "second_alone": self.second_alone,
            "together": self.together,
            "interaction": found.estimate,
            "ci_low": finite(found.low),
            "ci_high": finite(found.high),
            "p_adjusted": self.p_adjusted,
            "kind": self.kind,
        }


def interactions(table: pd.DataFrame, results: ExperimentResults, margin: float) -> Iterator[Interaction]:
    """The interactions of all pairs of proposals that were run alone and together, for each of :data:`RANKED`.

    In the order of the experiment. ``margin`` is the negligible interaction as a share of the figure.
    """
    sets = proposal_sets(results)
    alone = [only for only in sets if len(only) == 1]
    pairs = [(a, b, a | b) for a, b in combinations(alone, 2) if a | b in sets]
    if not pairs:
        return
    whole = table[(table["port"] == ALL) & (table["class"] == ALL)]
    for kpi in RANKED:
        wide = whole[whole["kpi"] == kpi].pivot(index="scenario", columns="replication", values="value")
        needed = {sets[part] for pair in pairs for part in pair} | {results.baseline}
        if not needed <= set(wide.index):
            continue
        values: dict[str, Any] = {scenario: wide.loc[scenario].to_numpy() for scenario in needed}
        base = values[results.baseline]
        found: dict[str, Paired] = {}
        for a, b, both in pairs:
            expected = values[sets[a]] + values[sets[b]] - base
            found |= pairs_of(expected, {sets[both]: values[sets[both]]})
        adjusted = adjusted_p(found)
        for a, b, both in pairs:
            if paired := found.get(sets[both]):
                three = (sets[a], sets[b], sets[both])
                changes = [pairs_of(base, {one: values[one]})[one].difference.estimate for one in three]
                p = adjusted.get(sets[both], 1.0)
                yield _judged(three, kpi, changes, paired, p, margin, len(adjusted))


def proposal_sets(results: ExperimentResults) -> dict[frozenset[str], str]:
    """The scenarios that are proposals beyond the baseline and nothing else, by the set of their proposals."""
    below = set(results.experiment.baseline.proposals)
    with_own_changes = {one.id for one in results.experiment.scenarios if one.changes or one.alone}
    found: dict[frozenset[str], str] = {}
    for scenario in results.others:
        own = frozenset(results.scenarios[scenario].get("proposals", ())) - below
        if own and scenario not in with_own_changes:
            found.setdefault(own, scenario)
    return found


def _judged(
    scenarios: tuple[str, str, str],
    kpi: str,
    changes: list[float],
    paired: Paired,
    p: float,
    margin: float,
    tested: int,
) -> Interaction:
    verdict = judge(
        paired,
        higher_is_better=higher_is_better(kpi),
        margin=margin * abs(paired.mean_baseline),
        p_adjusted=p,
        comparisons=max(1, tested),
    )
    same = equal(paired)
    outcome: Outcome = "no_difference" if same else verdict.outcome
    first, second, both = changes
    return Interaction(*scenarios, kpi, first, second, both, paired, p, outcome, 0 if same else verdict.more)
