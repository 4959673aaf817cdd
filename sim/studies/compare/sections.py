"""What a scenario changes on the lines behind the ports: how full a section is, and how long trains wait for a path.

The figures of a port do not show it: a second track in the desert moves no queue at the border. Told are the sections
of which a figure changes by enough to be felt (:data:`FELT`) and beyond chance, by Holm's adjustment over the scenarios
that change it, like every other figure (see :mod:`.pairs`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sim.statistics import Paired
from sim.studies.compare.paired_effects import adjusted_p, pairs_of
from sim.studies.compare.results import Results

IN_USE: Final = "utilisation"
WAIT: Final = "mean_wait_h"
FELT: Final[Mapping[str, float]] = {IN_USE: 0.01, WAIT: 0.1}
"""The least change worth a line: of the share of paths in use, and of the mean wait for a path in hours."""


@dataclass(frozen=True)
class Line:
    """One section with limited paths on which a scenario changes something; a figure is None where nothing is felt."""

    scenario: str
    link: str
    in_use: Paired | None
    """Share of the paths of the measured days."""
    wait_h: Paired | None
    """Mean wait for a path, hours a train."""

    @property
    def weight(self) -> float:
        """How many times what is just felt."""
        found = ((self.in_use, IN_USE), (self.wait_h, WAIT))
        return max(abs(paired.difference.estimate) / FELT[name] for paired, name in found if paired)


def lines(results: Results) -> Iterator[Line]:
    """By scenario the sections that change, the greatest change first.

    A section that only one of the two worlds has is no change of a section and is left out.
    """
    felt = {name: _felt(results, name) for name in FELT}
    for scenario in results.others:
        links = sorted({link for found in felt.values() for one, link in found if one == scenario})
        made = [Line(scenario, link, *(felt[name].get((scenario, link)) for name in (IN_USE, WAIT))) for link in links]
        yield from sorted(made, key=lambda line: -line.weight)


def _felt(results: Results, name: str) -> dict[tuple[str, str], Paired]:
    """By (scenario, link) what changes one figure by enough and beyond chance."""
    import pandas as pd

    wide = results.links.pivot(index="link", columns=["scenario", "replication"], values=name)
    numbers = sorted(results.links["replication"].unique())
    scenarios = list(results.scenarios)
    wide = wide.reindex(columns=pd.MultiIndex.from_product([scenarios, numbers])).sort_index()
    found = {}
    for link, values in zip(wide.index, wide.to_numpy().reshape(len(wide), len(scenarios), len(numbers)), strict=True):
        pairs = pairs_of(values[0], dict(zip(results.others, values[1:], strict=True)))
        for scenario, p in adjusted_p(pairs).items():
            paired = pairs[scenario]
            if p < 1 - paired.difference.level and abs(paired.difference.estimate) >= FELT[name]:
                found[scenario, str(link)] = paired
    return found
