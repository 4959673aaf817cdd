"""Runs of one port by set of works, demand scenario and year, each in its own folder, so that none is repeated.

Input: the submodel of a port, run settings and the number of replications that a run may need at most. Output: tables
of the first replications of a cell. A folder is named by what is run: another search, budget, list of candidates or
question of the same settings finds it. Random numbers are common to all cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from corridors.overlay.demand_scenarios import DemandScenarioId
from sim.core.run_settings import RunSettings
from sim.studies.appraisal.cells import growing_queues
from sim.studies.appraisal.runs import REFERENCE, Cell, CellTables, PortCase, PortRuns, port_runs
from sim.studies.appraisal.runs import TABLES as APPRAISED
from sim.studies.appraisal.schedule import WorkSet

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiments.experiment import Experiment
    from sim.experiments.store import Store

SEARCHED: Final = ("flows", "waiting_by_root")
"""Tables of a run that a search reads."""
IN_MEMORY: Final = ("flows", "waiting_by_root", "stocks")


@dataclass
class CellRuns:
    """Runs of one port."""

    case: PortCase
    settings: RunSettings
    out: Path
    replications: int
    """The most of one cell."""
    tables: tuple[str, ...] = SEARCHED
    executor: Executor | None = None
    workers: int = 1
    _experiments: dict[Cell, tuple[Experiment, Path]] = field(default_factory=dict)
    _rows: dict[tuple[Path, int], Mapping[str, pd.DataFrame]] = field(default_factory=dict)

    def run(self, cells: Iterable[Cell], replications: int) -> None:
        """Run the first replications of cells that are not known yet, as many cells at once as there are workers."""
        wanted = {folder: made for made, folder in map(self._experiment_of, cells)}
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

    def knows(self, cell: Cell, replications: int) -> bool:
        """Whether these replications were run in this process or read by it."""
        return (self._experiment_of(cell)[1], replications) in self._rows

    def rows(self, cell: Cell, replications: int, table: str = "flows") -> pd.DataFrame:
        """A table of the first replications of a cell."""
        self.run([cell], replications)
        return self._rows[self._experiment_of(cell)[1], replications][table]

    def port_runs(
        self,
        sets: Sequence[WorkSet],
        selected: Sequence[DemandScenarioId],
        anchors: Sequence[int],
        replications: int,
        here: frozenset[str],
    ) -> PortRuns:
        """Input of an appraisal: the runs of all sets, of which the first is the reference and the last ``here``."""
        cells = [(one, future, year) for one in sets for future in selected for year in anchors]
        self.run(cells, replications)
        growing = frozenset[tuple[str, str, str]]()
        for cell in cells:
            growing |= growing_queues(self._store(*self._experiment_of(cell), replications))
        flows, stocks = ({cell: self.rows(cell, replications, kind) for cell in cells} for kind in ("flows", "stocks"))
        tables = CellTables(flows, stocks, growing)
        return port_runs(self.case, tables, sets, selected, anchors, replications, here)

    def _experiment_of(self, cell: Cell) -> tuple[Experiment, Path]:
        """What is run for a cell, and its folder: sets that change the same have the same."""
        if cell not in self._experiments:
            made = self.case.experiment_of([cell], self.settings, self.replications, a_shard=1, tables=self.tables)
            self._experiments[cell] = made, self.out / self.case.folder(made)
        return self._experiments[cell]

    def _read(self, experiment: Experiment, folder: Path, replications: int) -> Mapping[str, pd.DataFrame]:
        store = self._store(experiment, folder, replications)
        return {kind: store.read(kind, replications) for kind in IN_MEMORY if kind in self.tables}

    def _store(self, experiment: Experiment, folder: Path, replications: int) -> Store:
        from sim.experiments.batch import run_batch

        return run_batch(
            *(experiment, folder, self.case.model.corridor, {}),
            executor=self.executor,
            workers=self.workers,
            first=replications,
        ).whole_store()


__all__ = ["APPRAISED", "REFERENCE", "SEARCHED", "CellRuns"]
