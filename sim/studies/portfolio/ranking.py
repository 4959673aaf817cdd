"""The best programmes within a budget, in order: exact, by depth-first search with bounds of the knapsack.

Input: for each port the sets that were valued, with capital and net benefit, as in :mod:`.frontier`. Output: the
``number`` best choices of one set a port. A choice of the first ports is left as soon as the exact best completion,
from dynamic programming over the capital that is left, is not better than the worst of those found so far (branch and
bound; Kellerer, Pferschy and Pisinger 2004, sections 2.4 and 11.4).
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Mapping, Sequence
from math import ceil

import numpy as np

from sim.studies.appraisal.schedule import WorkSet
from sim.studies.portfolio.frontier import SLIGHT, STEP, Best, Choice, shared_at, subsets, undominated


def ranked_choices(
    ports: Mapping[str, Sequence[Choice]],
    budget: float,
    number: int,
    shared: Mapping[str, tuple[float, float]] | None = None,
    step: float = STEP,
) -> list[Best]:
    """The best choices within a budget, best first; of equal ones that with fewer works, then by name.

    ``shared`` is that of :func:`~.frontier.best_choices`.
    """
    shared = shared or {}
    here = shared_at(ports, shared)
    patterns: dict[str, dict[WorkSet, list[Choice]]] = {port: {} for port in ports}
    for port, choices in ports.items():
        for one in sorted(choices, key=lambda one: (-one.net, len(one.works), sorted(one.works))):
            patterns[port].setdefault(one.works & here[port], []).append(one)
    found: list[tuple[tuple[float, int, list[str]], Best]] = []
    for some in subsets(shared):
        matching = [patterns[port].get(some & here[port], []) for port in ports]
        capital = sum(shared[one][0] for one in sorted(some))
        if not all(matching) or capital > budget + SLIGHT * step:
            continue
        yearly = sum(shared[one][1] for one in sorted(some))
        units = int((budget - capital) / step + SLIGHT)
        after = _completions(matching, units, step)
        names = list(ports)

        def visit(
            k: int,
            left: int,
            net: float,
            chosen: tuple[Choice, ...],
            matching: list[list[Choice]] = matching,
            after: list[np.ndarray] = after,
            paid: float = capital,
            names: list[str] = names,
        ) -> None:
            worst = -np.inf if len(found) < number else -found[-1][0][0]
            if net + after[k][left] < worst - SLIGHT:
                return
            if k == len(matching):
                works = dict(zip(names, (one.works for one in chosen), strict=True))
                best = Best(budget, net, paid + sum(one.capital for one in chosen), works)
                key = (-net, len(best.all_works), sorted(best.all_works))
                insort(found, (key, best), key=lambda item: item[0])
                del found[number:]
                return
            for one in matching[k]:
                rest = left - ceil(one.capital / step - SLIGHT)
                if rest >= 0:
                    visit(k + 1, rest, net + one.net, (*chosen, one))

        visit(0, units, -yearly, ())
    return [best for _, best in found]


def _completions(ports: Sequence[Sequence[Choice]], units: int, step: float) -> list[np.ndarray]:
    """By port and capital that is left: the best sum of this port and those after it."""
    after = [np.zeros(units + 1)]
    for choices in reversed(ports):
        best = np.full(units + 1, -np.inf)
        for one in undominated(choices):
            cost = ceil(one.capital / step - SLIGHT)
            if cost <= units:
                best[cost:] = np.maximum(best[cost:], after[0][: units + 1 - cost] + one.net)
        after.insert(0, best)
    return after
