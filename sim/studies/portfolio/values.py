"""Yearly benefits of sets of works at one port, from runs that are kept.

Input: the submodel of a port, sets of candidates, and the futures and years to run. Output: for each set the benefit of
a year by replication, M USD, and what binds once the set is open. Each set has its own folder, named by what is run, so
another search, budget or list of candidates repeats nothing; random numbers are common to all sets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from corridors.overlay.demand_scenarios import DemandScenarioId
from sim.core.run_settings import RunSettings
from sim.studies.appraisal.generalised import Flows, Pricing
from sim.studies.appraisal.prices import Prices
from sim.studies.appraisal.runs import REFERENCE, PortCase, flows_of, scenario_id, shifted_services
from sim.studies.appraisal.schedule import WorkSet
from sim.studies.compare.costs import DAYS_A_YEAR, MILLION

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
TABLES: Final = ("flows", "waiting_by_root")
"""Tables of a run that a search reads."""
WORST: Final = 3
"""Roots of waiting, by vehicle-hours, that count as binding."""


@dataclass
class PortValues:
    """Values of sets at one port. All sets have the same cells."""

    case: PortCase
    cells: Sequence[tuple[DemandScenarioId, int]]
    """Futures and years that are run."""
    prices: Prices
    settings: RunSettings
    out: Path
    replications: int
    executor: Executor | None = None
    workers: int = 1
    _rows: dict[WorkSet, tuple[pd.DataFrame, pd.DataFrame]] = field(default_factory=dict)
    _benefits: dict[WorkSet, Floats] = field(default_factory=dict)

    @property
    def sets(self) -> int:
        """Number of sets with benefits."""
        return len(self._benefits)

    def benefit(self, works: WorkSet) -> Floats:
        """(cells, replications) M USD a year, against no works."""
        if works not in self._benefits:
            before, after = self._flows_of(REFERENCE), self._flows_of(works)
            services = tuple(sorted({*_services(before), *_services(after)}))
            shifted = shifted_services(self.case.corridor_of(REFERENCE), self.case.corridor_of(works))
            pricing = Pricing(self.prices, services, shifted)
            found = pricing.benefit(
                self._arrays(before, services),
                self._arrays(after, services),
                self.prices.central,
                np.array([year for _, year in self.cells], float),
            )
            self._benefits[works] = found.total.sum(axis=2) * DAYS_A_YEAR / MILLION
        return self._benefits[works]

    def binding(self, works: WorkSet) -> tuple[str, ...]:
        """Ids of the roots of most waiting with a set open, the worst first."""
        roots = self.roots(works)
        roots = roots[roots["root"].notna() & (roots["root"] != "")]
        hours = roots.groupby("root")["hours"].sum().sort_values(ascending=False, kind="stable")
        return tuple(map(str, hours.index[:WORST]))

    def roots(self, works: WorkSet) -> pd.DataFrame:
        """The roots of waiting with a set open, of all cells and replications."""
        self._flows_of(works)
        return self._rows[works][1]

    def _flows_of(self, works: WorkSet) -> pd.DataFrame:
        if works not in self._rows:
            self._rows[works] = self._run(works)
        return self._rows[works][0]

    def _run(self, works: WorkSet) -> tuple[pd.DataFrame, pd.DataFrame]:
        from sim.experiments.batch import run_batch

        experiment = self.case.experiment_of(
            [(works, future, year) for future, year in self.cells],
            self.settings,
            self.replications,
            a_shard=1,
            tables=TABLES,
        )
        folder = self.out / self.case.folder(experiment)
        store = run_batch(
            experiment, folder, self.case.model.corridor, {}, executor=self.executor, workers=self.workers
        ).whole_store()
        return store.read("flows"), store.read("waiting_by_root")

    def _arrays(self, rows: pd.DataFrame, services: Sequence[tuple[str, str]]) -> Flows:
        cells = dict(iter(rows.groupby("scenario")))
        ids = [scenario_id(0, future, year) for future, year in self.cells]
        return flows_of([cells.get(id) for id in ids], self.replications, services)


def _services(rows: pd.DataFrame) -> set[tuple[str, str]]:
    return {(str(a), str(b)) for a, b in zip(rows["service"], rows["class"], strict=True)}


def relieving(
    values: PortValues, relieves: Mapping[str, frozenset[str]], order: Sequence[str]
) -> Callable[[WorkSet], list[str]]:
    """A function that names the candidates that relieve what binds with a set open."""

    def found(works: WorkSet) -> list[str]:
        worst = set(values.binding(works))
        return [id for id in order if id not in works and relieves.get(id, frozenset()) & worst]

    return found
