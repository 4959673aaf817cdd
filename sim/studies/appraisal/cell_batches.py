"""Batches of cells, each in its own folder, run as many at once as there are workers.

Input: batches, a number of replications and a pool of workers. Output: the complete store of each. A cell is one set of
works, one future and one year at one port. Cells in which the same is run have one folder, whatever set, future and
year they are: where demand does not grow from one year to the next, both years are one run.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

from corridors.findings import DataError
from corridors.model import Corridor

if TYPE_CHECKING:
    from collections.abc import Hashable

    from sim.experiments.batch import Outcome, Progress
    from sim.experiments.executors import Workers
    from sim.experiments.experiment import Experiment
    from sim.experiments.pool import Pool
    from sim.experiments.store import Store

LOOK_S: Final = 0.5
"""Time between two looks whether another program has finished the same runs."""
IN_USE: Final = "store.in_use"
"""Code of a folder in which another program runs."""


@dataclass(frozen=True)
class CellBatch:
    """What is run for a cell, and where."""

    experiment: Experiment
    """One scenario."""
    folder: Path
    corridor: Corridor
    data_fingerprint: str
    """Of the corridor."""
    like: Hashable = field(compare=False)
    """Equal for cells whose runs have most in common."""

    def run(self, replications: int, workers: Workers, progress: Callable[[Progress], None]) -> Store:
        """Run the first replications that are not yet there. Raises what run_batch does, and FailedRunsError.

        While another program runs the same, as for another programme, wait for it.
        """
        while True:
            try:
                return self._outcome(replications, workers, progress).whole_store()
            except DataError as error:
                if not any(one.code == IN_USE for one in error.findings):
                    raise
            time.sleep(LOOK_S)

    def _outcome(self, replications: int, workers: Workers, progress: Callable[[Progress], None]) -> Outcome:
        from sim.experiments.batch import run_batch

        return run_batch(
            *(self.experiment, self.folder, self.corridor, {}),
            workers=workers,
            progress=progress,
            first=replications,
            data_fingerprint=self.data_fingerprint,
        )


def run_cells(
    batches: Mapping[Path, CellBatch],
    replications: int,
    pool: Pool,
    then: Callable[[CellBatch, Store], None] = lambda batch, store: None,
    progress: Callable[[Progress], None] = lambda progress: None,
) -> None:
    """Run batches by folder; ``then`` receives each with its store, in the thread of its worker."""
    from sim.experiments.batch import Progress

    total, began_s, lock = replications * len(batches), time.monotonic(), Lock()
    done, failed = dict.fromkeys(batches, 0), Counter[Path]()
    before: int | None = None  # Runs that were there at the first message.

    def show(folder: Path, one: Progress) -> None:
        nonlocal before
        with lock:
            done[folder], failed[folder] = min(one.done, replications), one.failed
            runs = sum(done.values())
            before = runs if before is None else before
            made = runs - before
            left_s = (time.monotonic() - began_s) / made * (total - runs) if made else None
            progress(Progress(runs, total, failed.total(), left_s))

    def job(batch: CellBatch) -> Callable[[Workers], None]:
        return lambda workers: then(batch, batch.run(replications, workers, lambda one: show(batch.folder, one)))

    pool.run((batch.like, job(batch)) for batch in batches.values())
