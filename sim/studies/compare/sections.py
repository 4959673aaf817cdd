"""Effects of scenarios on sections of line: capacity utilisation and waiting for train paths.

The figures of a port do not show these effects: a second track in the desert moves no queue at the border. A section is
listed if one of its figures changes by at least :data:`LEAST_CHANGE` and significantly, Holm-adjusted over the
scenarios that change it, as for all other figures (see :mod:`.paired_effects`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sim.statistics import Paired
from sim.studies.compare.paired_effects import adjusted_p, pairs_of
from sim.studies.compare.results import ExperimentResults

IN_USE: Final = "utilisation"
WAIT: Final = "mean_wait_h"
LEAST_CHANGE: Final[Mapping[str, float]] = {IN_USE: 0.01, WAIT: 0.1}
"""The least change that is listed: of the share of train paths in use, and of the mean wait for one in hours."""


@dataclass(frozen=True)
class SectionChange:
    """Change of one section with limited train paths; None for a figure without a relevant change."""

    scenario: str
    link: str
    in_use: Paired | None
    """Share of the train paths of the measured days."""
    wait_h: Paired | None
    """Mean wait for a train path, in hours per train."""

    @property
    def weight(self) -> float:
        """The largest change, as a multiple of the least change that is listed."""
        found = ((self.in_use, IN_USE), (self.wait_h, WAIT))
        return max(abs(paired.difference.estimate) / LEAST_CHANGE[name] for paired, name in found if paired)


def section_changes(results: ExperimentResults) -> Iterator[SectionChange]:
    """By scenario the sections that change, the largest change first.

    A section that only the baseline or only the scenario has is left out.
    """
    changed = {name: _changed(results, name) for name in LEAST_CHANGE}
    for scenario in results.others:
        links = sorted({link for found in changed.values() for one, link in found if one == scenario})
        made = [
            SectionChange(scenario, link, *(changed[name].get((scenario, link)) for name in (IN_USE, WAIT)))
            for link in links
        ]
        yield from sorted(made, key=lambda change: -change.weight)


def _changed(results: ExperimentResults, name: str) -> dict[tuple[str, str], Paired]:
    """By (scenario, link) the significant changes of one figure of at least the listed size."""
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
            if p < 1 - paired.difference.level and abs(paired.difference.estimate) >= LEAST_CHANGE[name]:
                found[scenario, str(link)] = paired
    return found
