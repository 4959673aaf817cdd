"""Chosen programmes in the whole model, beside the sum over the submodels of the ports.

Input: programmes, the works with their changes, and the searches. Output: for each programme the benefit of a year in
the whole model and as the sum over ports, of the same years and replications: their difference is the error of taking
ports apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.statistics import Interval, mean_interval
from sim.studies.portfolio.frontier import Best
from sim.studies.portfolio.searching import PortSearch
from sim.studies.portfolio.values import PortValues


@dataclass(frozen=True)
class Confirmed:
    """The benefit of a year of one programme, M USD, mean of the cells."""

    whole: float
    ports: float
    difference: Interval
    """Whole less ports, over replications."""


def confirmed(
    programmes: Mapping[str, Best], ports: Sequence[PortSearch], whole: PortValues, replications: int
) -> dict[str, Confirmed]:
    """Run the programmes in the whole model."""
    sets = [best.all_works for best in programmes.values()]
    whole.run(sets, replications)
    found = {}
    for id, best in programmes.items():
        one = whole.benefit(best.all_works, replications).mean(axis=0)
        parts = np.zeros(replications)
        for port in ports:
            assert port.years is not None
            parts += port.years.benefit(best.works[port.port], replications, whole.cells).mean(axis=0)
        found[id] = Confirmed(float(one.mean()), float(parts.mean()), mean_interval(one - parts))
    return found
