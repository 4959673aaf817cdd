"""In what order the top proposals stand, by three measures, and what a change of that order would take.

==========  ====================================================================================
``cargo``   tonnes a day more through all ports
``dwell``   hours less that the traffic stays which the proposal is meant to help
``value``   tonnes a year more for a US dollar a year; 1 over it is what a tonne more costs
==========  ====================================================================================

In: what proposals give in the world of each port (:mod:`.outcomes`). A proposal's gain is the sum over the worlds it
reaches. Out: the order of each measure, and every :class:`Pair` of it: by how much the one above leads, and how far
chance alone moves that lead from run to run. Two proposals that chance could swap, or that are as good as equal, have
no order, and no guess is said to swap them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np

from corridors.model import Corridor
from corridors.overlay.proposals import Proposal
from sim.studies.compare.costs import DAYS_A_YEAR, MILLION, Range, annuity
from sim.studies.sensitivity.responses import Array, Outcomes

MEASURES: Final = ("cargo", "dwell", "value")
CHANCE: Final = 2.0
"""Standard deviations of a lead from run to run within which it counts as chance."""
TIE: Final = 0.05
"""Share of the better gain within which two proposals count as equally good."""


@dataclass(frozen=True)
class Pair:
    """Two proposals of one measure; ``above`` leads as declared."""

    measure: str
    above: str
    below: str
    lead: float
    """In the unit of the measure, mean over the replications as declared."""
    room: float
    """A lead of one run within it says nothing: chance alone, or a tie, gives as much."""

    @property
    def told_apart(self) -> bool:
        """Whether there is an order to swap."""
        return self.lead > self.room


@dataclass(frozen=True)
class Orders:
    """The proposals in question and where they stand as declared."""

    declared: Mapping[str, Outcomes]
    """By port."""
    yearly: Mapping[str, Range]
    """What each proposal costs a year, million USD, with its low and high."""
    top: tuple[str, ...]
    pairs: tuple[Pair, ...]

    def order(self, measure: str) -> list[str]:
        """The top proposals by one measure, the best first; those without a figure are left out."""
        means = {id: float(np.mean(self.gain(measure, id))) for id in self.top}
        return sorted((id for id, mean in means.items() if not np.isnan(mean)), key=lambda id: -means[id])

    def gain(self, measure: str, proposal: str, port: str = "", there: Outcomes | None = None) -> Array:
        """Gains of a proposal over all ports, shape (points, replications): as declared, or with ``there`` at a port.

        With fewer replications at the port than as declared, the first ones are taken everywhere.
        """
        return _gain(self.declared, self.yearly, measure, proposal, port, there)

    def lead(self, pair: Pair, port: str, there: Outcomes) -> Array:
        """How far ``above`` leads at each point of a stage, shape (points, replications); below 0 they have swapped."""
        above, below = (self.gain(pair.measure, id, port, there) for id in (pair.above, pair.below))
        return above - below


def orders(declared: Mapping[str, Outcomes], yearly: Mapping[str, Range], top: Sequence[str]) -> Orders:
    """The orders of these proposals."""
    made = Orders(declared, yearly, tuple(top), ())
    return Orders(declared, yearly, tuple(top), tuple(_pairs(made)))


def best(
    declared: Mapping[str, Outcomes], yearly: Mapping[str, Range], proposals: Mapping[str, Proposal], most: int
) -> list[str]:
    """The proposals that bring most cargo, and those that save most hours of dwell, in turns; beyond chance alone.

    Of several with the same measure of policy and the same costs (stages of one thing) the best stands for all.
    """
    orders = [_best_by(measure, declared, yearly) for measure in ("cargo", "dwell")]
    turns = (order[k] for k in range(max(map(len, orders))) for order in orders if k < len(order))
    found: dict[tuple[object, ...], str] = {}
    for id in turns:
        one = proposals[id]
        found.setdefault((one.measure, one.capital_musd, one.yearly_musd), id)
    return list(found.values())[:most]


def _best_by(measure: str, declared: Mapping[str, Outcomes], yearly: Mapping[str, Range]) -> list[str]:
    means = {}
    for id in sorted(yearly):
        gains = _gain(declared, yearly, measure, id)[0]
        if beyond_chance(gains):
            means[id] = float(np.mean(gains))
    return sorted(means, key=lambda id: -means[id])


def yearly_costs(corridor: Corridor, proposals: Iterable[Proposal]) -> dict[str, Range]:
    """What each proposal costs a year, million USD; those that state no cost are left out, and all without a rate."""
    if not {"discount_rate", "life_years"} <= set(corridor.parameters):
        return {}
    factor = annuity(corridor.parameters["discount_rate"].value, corridor.parameters["life_years"].value)
    costs = {}
    for one in proposals:
        parts = [(part, weight) for part, weight in ((one.capital_musd, factor), (one.yearly_musd, 1.0)) if part]
        if parts:
            ends = ("value", "low", "high")
            costs[one.id] = Range(*(sum(weight * getattr(part, end) for part, weight in parts) for end in ends))
    return costs


def _gain(
    declared: Mapping[str, Outcomes],
    yearly: Mapping[str, Range],
    measure: str,
    proposal: str,
    port: str = "",
    there: Outcomes | None = None,
) -> Array:
    what = "cargo" if measure == "value" else measure
    runs = min([one.base.shape[1] for one in (*declared.values(), *([there] if there else []))])
    elsewhere = [one.of(what, proposal)[:, :runs] for at, one in declared.items() if at != port or there is None]
    total = sum(elsewhere, there.of(what, proposal)[:, :runs] if there else np.zeros((1, runs)))
    cost = yearly[proposal].value if measure == "value" and proposal in yearly else 0.0
    if measure == "value":
        return total * (DAYS_A_YEAR / (cost * MILLION)) if cost > 0 else np.full(total.shape, np.nan)
    return np.asarray(total)


def _pairs(orders: Orders) -> Iterator[Pair]:
    for measure in MEASURES:
        for above, below in combinations(orders.order(measure), 2):
            best = orders.gain(measure, above)[0]
            leads = best - orders.gain(measure, below)[0]
            room = max(CHANCE * _spread(leads), TIE * abs(float(best.mean())))
            yield Pair(measure, above, below, float(leads.mean()), room)


def beyond_chance(gains: Array) -> bool:
    """Whether the mean of replications is above 0 by more than it moves by chance."""
    return bool(gains.mean() > CHANCE * _spread(gains) / np.sqrt(gains.size))


def _spread(values: Array) -> float:
    """Standard deviation from run to run; of a single run nothing is known, so nothing is chance."""
    return float(values.std(ddof=1)) if values.size > 1 else 0.0
