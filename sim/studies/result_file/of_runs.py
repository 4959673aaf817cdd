"""A store of runs that were made one by one, such as a single run of the command line, to be saved as one file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from corridors.overlay.changes import Change
from corridors.overlay.proposals import Scenario
from sim.experiments.batch import manifest_with
from sim.experiments.experiment import Experiment, Variation
from sim.experiments.shard import Done, shard_content
from sim.experiments.store import Store, create_store
from sim.run import BASELINE, Case

if TYPE_CHECKING:
    from collections.abc import Sequence


def experiment_of_run(case: Case, title: str) -> tuple[Experiment, Scenario]:
    """A single run as an experiment without other scenarios, and its scenario with all changes."""
    settings = case.settings
    own = case.scenario
    experiment = Experiment(
        id="run",
        title_en=title,
        title_zh=title,
        baseline=variation(own, BASELINE.id, title),
        start=settings.start,
        days=settings.days,
        warmup_days=settings.warmup_days,
        seed=settings.seed,
        replications=settings.replication + 1,
        replications_per_shard=1,
    )
    period = {"start": settings.start, "days": settings.days, "warmup_days": settings.warmup_days}
    titles = {"id": BASELINE.id, "title_en": title, "title_zh": title}
    return experiment, own.model_copy(update={**titles, **period, "changes": unsigned(case.changes)})


def variation(scenario: Scenario, id: str, title: str) -> Variation:
    """A scenario as part of an experiment, with another title."""
    return Variation(
        id=id,
        title_en=title,
        title_zh=title,
        proposals=scenario.proposals,
        changes=unsigned(scenario.changes),
        in_order=scenario.in_order,
    )


def unsigned(changes: Sequence[Change]) -> tuple[Change, ...]:
    """Changes without the document that each comes from."""
    return tuple(change.unsigned() for change in changes)


def store_of_runs(
    folder: Path,
    experiment: Experiment,
    scenarios: Sequence[Scenario],
    data_fingerprint: str,
    rows: Mapping[str, tuple[int, Mapping[str, pd.DataFrame]]],
) -> Store:
    """The store of one run of each scenario, in ``folder``.

    ``rows`` are, by scenario, the number of its replication and its tables, see
    :func:`sim.experiments.shard.tables_of_run`.
    """
    with create_store(folder, manifest_with(experiment, scenarios, data_fingerprint)) as store:
        by_place = {(shard.scenario, shard.first): shard for shard in store.shards.values()}
        for id, (replication, tables) in rows.items():
            shard = by_place[id, replication]
            failed = int(tables["runs"]["failure_stage"].notna().sum())
            content = shard_content(
                {kind: [(replication, table)] for kind, table in tables.items()}, store.fingerprint, shard, failed
            )
            store.commit(shard, Done(content, failed, (0.0,)))
    return store
