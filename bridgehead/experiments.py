"""Experiments of files, and folders of their results."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bridgehead.comparison import Comparison
from bridgehead.errors import in_english, in_words
from bridgehead.frames import with_units
from bridgehead.loading import load
from bridgehead.settings import checked
from bridgehead.world import World

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiments.store import Store


@dataclass(frozen=True, repr=False)
class Results:
    """A folder of results, complete or not."""

    store: Store
    world: World

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Ids of the scenarios, the baseline first."""
        return tuple(self.store.scenarios)

    def table(self, kind: str) -> pd.DataFrame:
        """Rows of one kind after scenario and replication: kpis, facilities, links, bottlenecks, waiting, backlog,
        stocks, dwell or runs. Raises KeyError for another kind and DataError for damaged files."""
        with in_words():
            return with_units(self.store.read(kind))

    def compare(self) -> Comparison:
        """Every scenario against the baseline, paired by replication.

        Raises DataError for results of a world with other ports, classes or sections.
        """
        from corridors.findings import DataError
        from sim.cli.catalogue import proposals_of
        from sim.studies.compare import ExperimentResults, compare
        from sim.studies.compare.foreign_rows import foreign_rows

        with in_words():
            known = proposals_of(self.world.folder)
            results = ExperimentResults.of(self.store)
            if findings := foreign_rows(results, self.world.base):
                raise DataError(findings)
            return Comparison.of(compare(results, self.world.base, known), self.world.base)

    def __repr__(self) -> str:
        return in_english("results", n=len(self.scenarios), folder=self.store.folder)


def experiment(
    name: str | Path,
    out: str | Path,
    *,
    world: World | None = None,
    workers: int = 1,
    executor: Executor | None = None,
    progress: Callable[[Any], None] | None = None,
) -> Results:
    """Run an experiment of a file or id, such as ``smoke``, into a folder; a second call continues where it stopped.

    ``executor`` is any of ``concurrent.futures`` or of Dask. Raises DataError for an experiment that does not fit.
    """
    from sim.cli.catalogue import find_file, proposals_of
    from sim.experiments.batch import run_batch
    from sim.experiments.experiment import load_experiment

    checked({"workers": workers})
    world = world or load()
    with in_words():
        made = load_experiment(find_file("experiments", str(name), "experiment", world.folder))
        known = proposals_of(world.folder)
        outcome = run_batch(
            made,
            Path(out),
            world.base,
            known,
            executor=executor,
            workers=workers,
            progress=progress or (lambda progress: None),
        )
    return Results(outcome.store, world)


def open_results(folder: str | Path, world: World | None = None) -> Results:
    """The results in a folder that ``batch`` or :func:`experiment` wrote. Raises DataError for a damaged folder."""
    from sim.experiments.store import open_store

    with in_words():
        return Results(open_store(Path(folder)), world or load())
