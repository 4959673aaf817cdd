"""What the last programmes of a budget bring in every demand scenario, and what to build whatever happens.

Input: programmes of one budget and the searches at all ports. Output: net benefits of a year by programme and demand
scenario (mean of 2030 and 2035, half-year runs), their regret, and the works by the demand scenarios in which they are
in the best programme of this budget or in one within the indifference of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from corridors.overlay.demand_scenarios import DemandScenarioId
from sim.studies.portfolio.frontier import Best
from sim.studies.portfolio.regret import Regrets, Robust, regrets, robust_works
from sim.studies.portfolio.search import Candidate
from sim.studies.portfolio.searching import DATED, PortSearch


@dataclass(frozen=True)
class OverFutures:
    """The last programmes of one budget over demand scenarios; money in M USD a year."""

    net: Mapping[str, Mapping[str, float]]
    """By programme and demand scenario."""
    regrets: Regrets
    robust: Robust


def over_futures(
    programmes: Mapping[str, Best],
    ports: Sequence[PortSearch],
    costs: Mapping[str, Candidate],
    futures: Sequence[DemandScenarioId],
    indifference: float,
) -> OverFutures:
    """The programmes of one budget in every demand scenario."""
    years = [year for _, year in DATED]
    net: dict[str, dict[str, float]] = {id: {} for id in programmes}
    for future in futures:
        cells = [(future, year) for year in years]
        for port in ports:
            sets = list(dict.fromkeys(best.works[port.port] for best in programmes.values()))
            found = port.searched(sets, cells)
            for id, best in programmes.items():
                net[id][future] = net[id].get(future, 0.0) + float(found[best.works[port.port]].mean())
        for id, best in programmes.items():
            net[id][future] -= yearly_cost(best, costs)
    works = {id: best.all_works for id, best in programmes.items()}
    return OverFutures(net, regrets(net), robust_works(net, works, indifference))


def yearly_cost(best: Best, costs: Mapping[str, Candidate]) -> float:
    """Upkeep and annuities of all works, each once, M USD a year."""
    return sum(costs[id].yearly for id in sorted(best.all_works))
