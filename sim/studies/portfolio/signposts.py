"""Signposts: from which traffic on a work pays, and when each demand scenario reaches it.

Input: a work in a set at the ports that it affects, and the searches there. Output: :class:`Signpost`. What a work
gains in a year, with the other works of its set open, less its yearly cost, is known in every demand scenario of 2030
and 2035 (half-year runs). The traffic is that of the market that gains or loses most, as the ratio of its demand to
that of the base year, which the paths of ``futures.yaml`` give for every year. Between two neighbouring ratios with
gains of different signs the gain is linear. The idea: dynamic adaptive policy pathways (Haasnoot et al. 2013).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from corridors.model import Corridor
from corridors.overlay.demand_scenarios import DemandScenarioId, DemandScenarios, Growth
from sim.studies.appraisal.schedule import WorkSet
from sim.studies.portfolio.frontier import Best
from sim.studies.portfolio.search import Candidate
from sim.studies.portfolio.searching import DATED, PortSearch

YEARS: Final = tuple(year for _, year in DATED)
ALWAYS, FROM, UP_TO, NEVER, UNCLEAR = "always", "from", "up_to", "never", "unclear"
"""When a work pays: at all traffic that was run, from a ratio on, up to a ratio, at none, or with several changes."""


@dataclass(frozen=True)
class Signpost:
    """One work."""

    work: str
    port: str
    """Where the market is."""
    vehicle_class: str
    pays: str
    ratio: float | None
    """Of the demand to that of the base year, at which the answer turns."""
    per_day: float | None
    """The same in vehicles a day; None for fleets."""
    reached: Mapping[str, int | None]
    """First year to 2035 with this traffic by demand scenario; None for none."""
    build_years: int
    gains: tuple[tuple[str, int, float, float], ...]
    """(demand scenario, year, ratio, M USD a year net of the yearly cost) that were run."""


def signposts(
    works: Mapping[str, tuple[Best, int]],
    ports: Sequence[PortSearch],
    costs: Mapping[str, Candidate],
    futures: DemandScenarios,
    selected: Sequence[DemandScenarioId],
    last: int,
) -> list[Signpost]:
    """The signposts of ``works``, each with the programme it is in and its years of building."""
    found = (_signpost(id, *of, ports, costs[id].yearly, futures, selected, last) for id, of in works.items())
    return [one for one in found if one]


def _signpost(
    work: str,
    best: Best,
    build_years: int,
    ports: Sequence[PortSearch],
    yearly: float,
    futures: DemandScenarios,
    selected: Sequence[DemandScenarioId],
    last: int,
) -> Signpost | None:
    cells = [(future, year) for future in selected for year in YEARS]
    net = np.full(len(cells), -yearly)
    size: dict[tuple[str, str, str], float] = {}
    for port in ports:
        here = best.works[port.port]
        if work not in here:
            continue
        found = port.searched([here, here - {work}], cells)
        net += found[here] - found[here - {work}]
        for market, gain in _by_market(port, here, work, cells):
            size[port.port, *market] = size.get((port.port, *market), 0.0) + gain
    for at, service, klass in sorted(size, key=lambda one: (-size[one], one)):
        path = futures.path_of(service, klass)
        if path is None:
            continue
        corridor = next(port for port in ports if port.port == at).values.reference
        ratios = [futures.factor(path, future, year) for future, year in cells]
        pays, ratio = turning(list(zip(ratios, net.tolist(), strict=True)))
        return Signpost(
            work,
            at,
            klass,
            pays,
            ratio,
            _per_day(corridor, klass, ratio),
            {str(future): _reached(futures, path, future, ratio, last) for future in selected},
            build_years,
            tuple((*cell, r, value) for cell, r, value in zip(cells, ratios, net.tolist(), strict=True)),
        )
    return None


def _by_market(
    port: PortSearch, here: WorkSet, work: str, cells: Sequence[tuple[DemandScenarioId, int]]
) -> Iterator[tuple[tuple[str, str], float]]:
    """What a work changes for each market, without sign, summed over cells."""
    values = port.values
    for part in values.parts(here):
        if work in part:
            values.run([part, part - {work}], values.screened, cells)
            for cell in cells:
                after = values.by_market(part, cell, values.screened)
                before = values.by_market(part - {work}, cell, values.screened)
                for market in {*after, *before}:
                    gain = after.get(market, np.zeros(1)).mean() - before.get(market, np.zeros(1)).mean()
                    yield market, abs(float(gain))


def turning(points: Sequence[tuple[float, float]]) -> tuple[str, float | None]:
    """When a work pays, and the traffic at which that turns, from (ratio of traffic, net gain).

    Points with equal traffic are averaged; between neighbours the gain is linear.
    """
    at: dict[float, list[float]] = {}
    for ratio, gain in points:
        at.setdefault(ratio, []).append(gain)
    line = sorted((ratio, sum(gains) / len(gains)) for ratio, gains in at.items())
    turns = [(a, b) for a, b in pairwise(line) if (a[1] > 0) != (b[1] > 0)]
    if not turns:
        return (ALWAYS if line[0][1] > 0 else NEVER), None
    if len(turns) > 1:
        return UNCLEAR, None
    [((x, low), (y, high))] = turns
    return (FROM if high > 0 else UP_TO), x + (y - x) * -low / (high - low)


def _per_day(corridor: Corridor, klass: str, ratio: float | None) -> float | None:
    """Vehicles a day of a class with this ratio of the demand; None if some are a fleet."""
    services = [row for row in corridor.services.values() if row.vehicle_class == klass]
    known = [row.per_day for row in services]
    if ratio is None or not known or not all(known):
        return None
    return ratio * sum(one for one in known if one)


def _reached(
    futures: DemandScenarios, path: Growth, future: DemandScenarioId, ratio: float | None, last: int
) -> int | None:
    if ratio is None:
        return None
    years = range(futures.base_year, last + 1)
    return next((year for year in years if futures.factor(path, future, year) >= ratio), None)
