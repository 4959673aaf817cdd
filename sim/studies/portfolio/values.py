"""Yearly benefits of sets of works at one port, from runs that are kept.

Input: the submodel of a port, sets of candidates, and the futures and years to run. Output: for each set the benefit of
a year by replication, M USD, and what binds once the set is open. Each set has its own folder, named by what is run, so
another search, budget or list of candidates repeats nothing; random numbers are common to all sets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from corridors.model import Corridor
from corridors.overlay.demand_scenarios import DemandScenarioId
from sim.core.run_settings import RunSettings
from sim.studies.appraisal.generalised import Flows, Pricing
from sim.studies.appraisal.prices import Prices
from sim.studies.appraisal.runs import REFERENCE, PortCase, flows_of, scenario_id, shifted_services
from sim.studies.appraisal.schedule import WorkSet
from sim.studies.compare.costs import DAYS_A_YEAR, MILLION

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiments.experiment import Experiment

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
    screened: int
    """The first replications, of which all sets are valued; chosen sets are valued of all."""
    executor: Executor | None = None
    workers: int = 1
    _experiments: dict[WorkSet, tuple[Experiment, Path]] = field(default_factory=dict)
    _rows: dict[tuple[Path, int], tuple[pd.DataFrame, pd.DataFrame]] = field(default_factory=dict)
    _benefits: dict[tuple[WorkSet, int], Floats] = field(default_factory=dict)

    @property
    def sets(self) -> int:
        """Number of sets with benefits."""
        return len({works for works, _ in self._benefits})

    @cached_property
    def _reference(self) -> Corridor:
        return self.case.corridor_of(REFERENCE)

    def run(self, sets: Iterable[WorkSet], replications: int) -> None:
        """Run the first replications of sets that are not known yet, as many sets at once as there are workers."""
        wanted = {folder: made for made, folder in map(self._experiment_of, (REFERENCE, *sets))}
        fresh = [(made, folder) for folder, made in wanted.items() if (folder, replications) not in self._rows]
        if self.executor is None:
            for made, folder in fresh:
                self._rows[folder, replications] = self._read(made, folder, replications)
            return
        with ThreadPoolExecutor(self.workers) as threads:
            futures = [threads.submit(self._read, *one, replications) for one in fresh]
            try:
                for (_, folder), future in zip(fresh, futures, strict=True):
                    self._rows[folder, replications] = future.result()
            finally:
                for future in futures:
                    future.cancel()

    def benefit(self, works: WorkSet, replications: int | None = None) -> Floats:
        """(cells, replications) M USD a year, against no works; of the screened replications unless given."""
        n = replications or self.screened
        if (works, n) not in self._benefits:
            before, after = self._rows_of(REFERENCE, n)[0], self._rows_of(works, n)[0]
            services = tuple(sorted({*_services(before), *_services(after)}))
            shifted = shifted_services(self._reference, self.case.corridor_of(works))
            pricing = Pricing(self.prices, services, shifted)
            found = pricing.benefit(
                self._arrays(before, services, n),
                self._arrays(after, services, n),
                self.prices.central,
                np.array([year for _, year in self.cells], float),
            )
            self._benefits[works, n] = found.total.sum(axis=2) * DAYS_A_YEAR / MILLION
        return self._benefits[works, n]

    def parts(self, works: WorkSet) -> list[WorkSet]:
        """The set, in parts whose works change no flow in common when each is open alone.

        Such parts add up: what a part changes, the others leave alone to the last bit. A set with a work that was not
        valued alone is one part.
        """
        touched = {one: self._touched(frozenset({one})) for one in sorted(works)}
        parts: list[tuple[set[str], frozenset[str]]] = []
        for one, services in touched.items():
            if services is None:
                return [works]
            near = [part for part in parts if part[1] & services]
            parts = [part for part in parts if part not in near]
            parts.append(({one}.union(*(ids for ids, _ in near)), services.union(*(some for _, some in near))))
        return [frozenset(ids) for ids, _ in parts]

    def _touched(self, works: WorkSet) -> frozenset[str] | None:
        """Services whose flows a set changes; None for a set that was not run."""
        if (self._experiment_of(works)[1], self.screened) not in self._rows:
            return None
        keys = ["service", "scenario", "replication"]
        rows = [self._rows_of(one, self.screened)[0].set_index(keys) for one in (REFERENCE, works)]
        before, after = (set(table.index.get_level_values("service")) for table in rows)
        same = {id for id in before & after if rows[0].loc[[id]].equals(rows[1].loc[[id]])}
        return frozenset(map(str, (before | after) - same))

    def binding(self, works: WorkSet) -> tuple[str, ...]:
        """Ids of the roots of most waiting with a set open, the worst first."""
        roots = self.roots(works)
        roots = roots[roots["root"].notna() & (roots["root"] != "")]
        hours = roots.groupby("root")["hours"].sum().sort_values(ascending=False, kind="stable")
        return tuple(map(str, hours.index[:WORST]))

    def roots(self, works: WorkSet) -> pd.DataFrame:
        """The roots of waiting with a set open, of all cells and screened replications."""
        return self._rows_of(works, self.screened)[1]

    def _rows_of(self, works: WorkSet, replications: int) -> tuple[pd.DataFrame, pd.DataFrame]:
        self.run([works], replications)
        return self._rows[self._experiment_of(works)[1], replications]

    def _experiment_of(self, works: WorkSet) -> tuple[Experiment, Path]:
        """What is run for a set, and its folder: sets that change the same have the same."""
        if works not in self._experiments:
            cells = [(works, future, year) for future, year in self.cells]
            experiment = self.case.experiment_of(cells, self.settings, self.replications, a_shard=1, tables=TABLES)
            self._experiments[works] = experiment, self.out / self.case.folder(experiment)
        return self._experiments[works]

    def _read(self, experiment: Experiment, folder: Path, replications: int) -> tuple[pd.DataFrame, pd.DataFrame]:
        from sim.experiments.batch import run_batch

        store = run_batch(
            *(experiment, folder, self.case.model.corridor, {}),
            executor=self.executor,
            workers=self.workers,
            first=replications,
        ).whole_store()
        return store.read("flows", replications), store.read("waiting_by_root", replications)

    def _arrays(self, rows: pd.DataFrame, services: Sequence[tuple[str, str]], replications: int) -> Flows:
        cells = dict(iter(rows.groupby("scenario")))
        ids = [scenario_id(0, future, year) for future, year in self.cells]
        return flows_of([cells.get(id) for id in ids], replications, services)


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
