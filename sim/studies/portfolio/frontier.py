"""The best choice of sets over all ports within a budget: a multiple-choice knapsack, exact, by dynamic programming.

Input: for each port the sets that were valued, with capital and net benefit. Output: for each budget one set a port
with the greatest sum of net benefits (Kellerer, Pferschy and Pisinger 2004, chapter 11). A work that reaches several
ports is paid once: the choice is made for each subset of such works.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from math import ceil
from typing import Final

import numpy as np

from sim.studies.appraisal.schedule import WorkSet
from sim.studies.portfolio.search import NOTHING

STEP: Final = 1.0
"""M USD; capital is rounded up to a multiple of it."""
SLIGHT: Final = 1e-9
"""Of a step, by which a sum of capital may exceed a multiple."""


@dataclass(frozen=True)
class Choice:
    """One set of works at a port, without the cost of works that several ports share."""

    works: WorkSet
    capital: float
    """M USD."""
    net: float
    """M USD a year."""


@dataclass(frozen=True)
class Best:
    """The best choice within a budget."""

    budget: float
    net: float
    capital: float
    works: Mapping[str, WorkSet]
    """By port."""

    @property
    def all_works(self) -> WorkSet:
        """Over the ports."""
        return NOTHING.union(*self.works.values())


def undominated(choices: Iterable[Choice]) -> list[Choice]:
    """The choices for which no other costs no more and brings no less, by capital."""
    found: list[Choice] = []
    for one in sorted(choices, key=lambda one: (one.capital, -one.net, len(one.works), sorted(one.works))):
        if not found or one.net > found[-1].net:
            found.append(one)
    return found


def best_choices(
    ports: Mapping[str, Sequence[Choice]],
    budgets: Sequence[float],
    shared: Mapping[str, tuple[float, float]] | None = None,
    step: float = STEP,
) -> list[Best]:
    """The best choice of one set a port for each budget.

    ``shared`` has (capital, yearly cost) of the works that several ports have, whose costs the choices leave out. Every
    port must have a choice without works.
    """
    shared = shared or {}
    reached = shared_at(ports, shared)
    found: dict[float, Best] = {}
    for some in subsets(shared):
        capital = sum(shared[one][0] for one in some)
        yearly = sum(shared[one][1] for one in some)
        # A shared work is open at every port that has it, or at none.
        here = {
            port: undominated(one for one in choices if one.works & reached[port] == some & reached[port])
            for port, choices in ports.items()
        }
        if not all(here.values()):
            continue
        for budget, chosen in zip(budgets, _knapsack(here, [one - capital for one in budgets], step), strict=True):
            if chosen is None:
                continue
            net = sum(one.net for one in chosen.values()) - yearly
            if budget not in found or net > found[budget].net:
                paid = capital + sum(one.capital for one in chosen.values())
                found[budget] = Best(budget, net, paid, {port: one.works for port, one in chosen.items()})
    return [found[budget] for budget in budgets if budget in found]


def shared_at(ports: Mapping[str, Sequence[Choice]], shared: Iterable[str]) -> dict[str, WorkSet]:
    """By port the shared works that a choice there has."""
    return {
        port: frozenset(shared) & frozenset(chain.from_iterable(one.works for one in choices))
        for port, choices in ports.items()
    }


def subsets(ids: Iterable[str]) -> list[WorkSet]:
    """All subsets, the small ones first."""
    names = sorted(ids)
    return [frozenset(some) for n in range(len(names) + 1) for some in combinations(names, n)]


def _knapsack(
    ports: Mapping[str, Sequence[Choice]], budgets: Sequence[float], step: float
) -> list[dict[str, Choice] | None]:
    """The best choice for each budget; None for one below 0."""
    most = max(budgets, default=-1.0)
    if most < 0:
        return [None] * len(budgets)
    size = int(most / step + SLIGHT) + 1
    value = np.zeros(size)
    """By units of capital: the best sum of the ports so far within them."""
    taken: list[np.ndarray] = []
    for choices in ports.values():
        found, of = np.full(size, -np.inf), np.zeros(size, int)
        for k, one in enumerate(choices):
            units = ceil(one.capital / step - SLIGHT)
            if units < size:
                total = value[: size - units] + one.net
                better = total > found[units:]
                found[units:][better], of[units:][better] = total[better], k
        value = found
        taken.append(of)
    results: list[dict[str, Choice] | None] = []
    for budget in budgets:
        if budget < 0:
            results.append(None)
            continue
        at, chosen = int(budget / step + SLIGHT), {}
        for (port, choices), of in reversed(list(zip(ports.items(), taken, strict=True))):
            one = choices[of[at]]
            chosen[port] = one
            at -= ceil(one.capital / step - SLIGHT)
        results.append({port: chosen[port] for port in ports})
    return results
