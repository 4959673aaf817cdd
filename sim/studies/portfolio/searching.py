"""The search at one port on its runs: values of sets in half-year runs, and of the last sets in whole years.

Input: the submodel of a port, works, and how runs are made. Output: :class:`PortSearch`, with every set that was
valued, and the levers that were candidates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from corridors.overlay.demand_scenarios import DemandScenarios
from sim.studies.appraisal.prices import Prices
from sim.studies.appraisal.programme import Programme, Work, WorkEntry, work_of
from sim.studies.appraisal.runs import PortCase
from sim.studies.appraisal.schedule import WorkSet
from sim.studies.portfolio.candidates import candidate_of, relations_of
from sim.studies.portfolio.cell_runs import CellRuns
from sim.studies.portfolio.levers import lever_entries, one_less, thing_of
from sim.studies.portfolio.search import NOTHING, Floats, Interaction, Known, search
from sim.studies.portfolio.values import PortValues, YearOfFuture, relieving
from sim.studies.sensitivity.port_submodels import PortSubmodel

QUICK: Final[tuple[YearOfFuture, ...]] = (("central", 2030),)
SEARCHED: Final[tuple[YearOfFuture, ...]] = (("central", 2030), ("high", 2035))
"""What a search values: with both, a work that only much traffic needs is found, too."""
DATED: Final[tuple[YearOfFuture, ...]] = (("central", 2030), ("central", 2035))
"""Between these years benefits are linear."""


@dataclass(frozen=True)
class PortSearch:
    """The search at one port."""

    port: str
    known: Known
    values: PortValues
    """Of half-year runs."""
    years: PortValues | None = None
    """Of runs of whole years, with other random numbers; None for a quick choice."""

    def interactions(self) -> list[Interaction]:
        """Of pairs of works, the largest first."""
        return self.known.interactions()

    def searched(self, sets: Sequence[WorkSet], cells: Sequence[YearOfFuture]) -> dict[WorkSet, Floats]:
        """Mean benefits (cells,) of sets in half-year runs, M USD a year."""
        values = self.values
        parts = {one: values.parts(one) for one in sets}
        values.run((part for some in parts.values() for part in some), values.screened, cells)
        zero = np.zeros(len(cells))
        return {
            one: sum((values.benefit(part, cells=cells).mean(axis=1) for part in some), zero)
            for one, some in parts.items()
        }


@dataclass(frozen=True)
class Makers:
    """How the runs of a port are made."""

    searched: Callable[[PortCase], CellRuns]
    years: Callable[[PortCase], CellRuns] | None
    """None for a quick choice."""


def search_port(
    model: PortSubmodel,
    works: Sequence[Work],
    base: Programme,
    futures: DemandScenarios,
    prices: Prices,
    rate: float,
    budgets: Sequence[float],
    levers: int,
    make: Makers,
    progress: Callable[[str, int], None],
) -> tuple[PortSearch, Mapping[str, WorkEntry]]:
    """Search at one port; also the levers that were candidates, at ``levers`` facilities."""
    cells = QUICK if make.years is None else SEARCHED
    here = [work for work in works if work.id in model.proposals]
    standing = tuple(id for id in base.committed if id in model.proposals)
    case = PortCase(model, standing, frozenset(standing), futures)
    first = PortValues(make.searched(case), cells, prices, 1)
    entries = {
        str(one.id): one for one in lever_entries(case.corridor_of(NOTHING), first.roots(NOTHING), prices, levers)
    }
    here += [work_of(one, base, {}, prices) for one in entries.values()]
    added = {one.id: one.proposal for one in here if one.id in entries}
    model = replace(model, proposals={**model.proposals, **added})
    case = PortCase(model, (*standing, *(work.id for work in here)), frozenset(standing), futures)
    values = PortValues(make.searched(case), cells, prices, 1)

    def value(sets: Sequence[WorkSet]) -> list[Floats]:
        parts = {one: values.parts(one) for one in sets}
        values.run((part for some in parts.values() for part in some), values.screened)
        found: list[Floats] = []
        for one in sets:
            found.append(sum((values.benefit(part).mean(axis=0) for part in parts[one]), np.zeros(values.screened)))
            progress(model.port, values.sets)
        return found

    known = Known([candidate_of(work, rate) for work in here], relations_of(here), value, quick=True)
    relieves = {
        work.id: frozenset(work.proposal.relieves) | {thing_of(work.id)} for work in here if not one_less(work.id)
    }
    search(known, budgets, relieving(values, relieves, list(relieves)))
    years = PortValues(make.years(case), DATED, prices, 1) if make.years else None
    return PortSearch(model.port, known, values, years), entries
