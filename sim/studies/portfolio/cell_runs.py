"""Runs of one port by set of works, demand scenario and year, each in its own folder, so that none is repeated.

Input: the submodel of a port, run settings and the number of replications that a run may need at most. Output: tables
of the first replications of a cell. A folder is named by what is run: another search, budget, list of candidates or
question of the same settings finds it. Random numbers are common to all cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sim.core.run_settings import RunSettings
from sim.experiments.pool import Pool
from sim.studies.appraisal.cell_batches import CellBatch, run_cells
from sim.studies.appraisal.cells import growing_queues
from sim.studies.appraisal.runs import REFERENCE, Asked, Cell, CellTables, PortCase, PortRuns, port_runs
from sim.studies.appraisal.runs import TABLES as APPRAISED
from sim.studies.appraisal.schedule import YearsOf

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiments.store import Store

SEARCHED: Final = ("flows", "waiting_by_root")
"""Tables of a run that a search reads."""
BACKLOG: Final = "backlog"
"""From this table it is known which queues grow."""
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
    pool: Pool = field(default_factory=partial(Pool, 1))
    _rows: dict[tuple[Path, int], Mapping[str, pd.DataFrame]] = field(default_factory=dict)
    _growing: dict[tuple[Path, int], frozenset[tuple[str, str, str]]] = field(default_factory=dict)

    def run(self, cells: Iterable[Cell], replications: int) -> None:
        """Run the first replications of cells that are not known yet, as many cells at once as there are workers."""
        batches = {one.folder: one for one in map(self._batch, cells) if (one.folder, replications) not in self._rows}

        def read(batch: CellBatch, store: Store) -> None:
            tables: dict[str, pd.DataFrame] = {
                kind: store.read(kind, replications) for kind in IN_MEMORY if kind in self.tables
            }
            if BACKLOG in self.tables:
                self._growing[batch.folder, replications] = growing_queues(store, replications)
            self._rows[batch.folder, replications] = tables

        run_cells(batches, replications, self.pool, read)

    def rows(self, cell: Cell, replications: int, table: str = "flows") -> pd.DataFrame:
        """A table of the first replications of a cell."""
        self.run([cell], replications)
        return self._rows[self._batch(cell).folder, replications][table]

    def port_runs(self, years: YearsOf, asked: Asked, here: frozenset[str]) -> PortRuns:
        """Input of an appraisal: the runs of sets of works of all ports in their years, and of the reference."""
        own = self.case.years_here(years, asked)
        cells, replications = asked.cells(own), asked.replications
        self.run(cells, replications)
        growing = frozenset[tuple[str, str, str]]()
        for cell in cells:
            growing |= self._growing[self._batch(cell).folder, replications]
        flows, stocks = ({cell: self.rows(cell, replications, kind) for cell in cells} for kind in ("flows", "stocks"))
        tables = CellTables(flows, stocks, growing)
        return port_runs(self.case, tables, own, asked.selected, asked.anchors, replications, here)

    def _batch(self, cell: Cell) -> CellBatch:
        return self.case.batch_of(cell, self.settings, self.replications, self.tables, self.out)


__all__ = ["APPRAISED", "REFERENCE", "SEARCHED", "CellRuns"]
