"""Rankings of the top proposals by three measures, and the sampling error of each lead.

==========  ==============================================================================
``cargo``   additional tonnes a day through all ports
``dwell``   reduction of the mean dwell time of the proposal's target traffic, hours
``value``   additional tonnes a year per US dollar a year; 1 over it is USD per tonne
==========  ==============================================================================

Input: gains of the proposals in each port submodel (:mod:`.responses`). The gain of a proposal is the sum over the
submodels that it affects. Output: the ranking by each measure, and every :class:`Pair` of it with its lead and the
variation of that lead between replications. A pair whose lead is within this variation, or nearly 0, is not ranked, and
no input can be found to reverse it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np

from corridors.model import Corridor
from corridors.overlay.proposals import Proposal
from sim.studies.compare.costs import DAYS_A_YEAR, MILLION, CostRange, annuity
from sim.studies.sensitivity.responses import Array, Responses

MEASURES: Final = ("cargo", "dwell", "value")
NOISE: Final = 2.0
"""Standard deviations of a lead between replications within which it counts as sampling error."""
TIE: Final = 0.05
"""Share of the greater gain within which two proposals count as equal."""


@dataclass(frozen=True)
class Pair:
    """Two proposals by one measure; ``above`` leads with all inputs as declared."""

    measure: str
    above: str
    below: str
    lead: float
    """Mean lead over the replications with all inputs as declared, in the unit of the measure."""
    threshold: float
    """A lead of a single run up to this size is sampling error or a tie."""

    @property
    def distinct(self) -> bool:
        """Whether the pair is ranked at all."""
        return self.lead > self.threshold


@dataclass(frozen=True)
class Rankings:
    """The top proposals and their rankings with all inputs as declared."""

    declared: Mapping[str, Responses]
    """By port."""
    yearly: Mapping[str, CostRange]
    """Annual cost of each proposal, million USD, with its low and high estimate."""
    top: tuple[str, ...]
    pairs: tuple[Pair, ...]

    def ranking(self, measure: str) -> list[str]:
        """The top proposals by one measure, the best first, without those that have no figure."""
        means = {id: float(np.mean(self.gain(measure, id))) for id in self.top}
        return sorted((id for id, mean in means.items() if not np.isnan(mean)), key=lambda id: -means[id])

    def gain(self, measure: str, proposal: str, port: str = "", there: Responses | None = None) -> Array:
        """Gains of a proposal over all ports, shape (points, replications): as declared, or with ``there`` at a port.

        If the port has fewer replications than the others, only the first ones of every port are used.
        """
        return _gain(self.declared, self.yearly, measure, proposal, port, there)

    def lead(self, pair: Pair, port: str, there: Responses) -> Array:
        """Lead of ``above`` at each point of a stage, shape (points, replications); negative where reversed."""
        above, below = (self.gain(pair.measure, id, port, there) for id in (pair.above, pair.below))
        return above - below


def rankings(declared: Mapping[str, Responses], yearly: Mapping[str, CostRange], top: Sequence[str]) -> Rankings:
    """Rank these proposals and compare every two of them."""
    made = Rankings(declared, yearly, tuple(top), ())
    return Rankings(declared, yearly, tuple(top), tuple(_pairs(made)))


def best_proposals(
    declared: Mapping[str, Responses], yearly: Mapping[str, CostRange], proposals: Mapping[str, Proposal], most: int
) -> list[str]:
    """Choose at most ``most`` proposals: the best by cargo and by dwell time in turns, if beyond the sampling error.

    Of several with the same policy measure and the same costs (stages of one project), only the best is chosen.
    """
    rankings = [_best_by(measure, declared, yearly) for measure in ("cargo", "dwell")]
    turns = (ranking[k] for k in range(max(map(len, rankings))) for ranking in rankings if k < len(ranking))
    found: dict[tuple[object, ...], str] = {}
    for id in turns:
        one = proposals[id]
        found.setdefault((one.measure or id, one.capital_musd, one.yearly_musd), id)
    return list(found.values())[:most]


def _best_by(measure: str, declared: Mapping[str, Responses], yearly: Mapping[str, CostRange]) -> list[str]:
    means = {}
    for id in sorted(yearly):
        gains = _gain(declared, yearly, measure, id)[0]
        if beyond_noise(gains):
            means[id] = float(np.mean(gains))
    return sorted(means, key=lambda id: -means[id])


def yearly_costs(corridor: Corridor, proposals: Iterable[Proposal]) -> dict[str, CostRange]:
    """Annual cost of each proposal with a stated cost, million USD; empty if the corridor has no discount rate."""
    if not {"discount_rate", "life_years"} <= set(corridor.parameters):
        return {}
    factor = annuity(corridor.parameters["discount_rate"].value, corridor.parameters["life_years"].value)
    costs = {}
    for one in proposals:
        parts = [(part, weight) for part, weight in ((one.capital_musd, factor), (one.yearly_musd, 1.0)) if part]
        if parts:
            ends = ("value", "low", "high")
            costs[one.id] = CostRange(*(sum(weight * getattr(part, end) for part, weight in parts) for end in ends))
    return costs


def _gain(
    declared: Mapping[str, Responses],
    yearly: Mapping[str, CostRange],
    measure: str,
    proposal: str,
    port: str = "",
    there: Responses | None = None,
) -> Array:
    what = "cargo" if measure == "value" else measure
    runs = min([one.base.shape[1] for one in (*declared.values(), *([there] if there else []))])
    elsewhere = [one.of(what, proposal)[:, :runs] for at, one in declared.items() if at != port or there is None]
    total = sum(elsewhere, there.of(what, proposal)[:, :runs] if there else np.zeros((1, runs)))
    cost = yearly[proposal].value if measure == "value" and proposal in yearly else 0.0
    if measure == "value":
        return total * (DAYS_A_YEAR / (cost * MILLION)) if cost > 0 else np.full(total.shape, np.nan)
    return np.asarray(total)


def _pairs(rankings: Rankings) -> Iterator[Pair]:
    for measure in MEASURES:
        for above, below in combinations(rankings.ranking(measure), 2):
            gains = rankings.gain(measure, above)[0]
            leads = gains - rankings.gain(measure, below)[0]
            threshold = max(NOISE * _spread(leads), TIE * abs(float(gains.mean())))
            yield Pair(measure, above, below, float(leads.mean()), threshold)


def beyond_noise(gains: Array) -> bool:
    """Whether the mean over replications is positive by more than its sampling error."""
    return bool(gains.mean() > NOISE * _spread(gains) / np.sqrt(gains.size))


def _spread(values: Array) -> float:
    """Standard deviation between replications; 0 for a single one."""
    return float(values.std(ddof=1)) if values.size > 1 else 0.0
