"""Short runs of the page What if as an entry of the shelf: the baseline and a scenario, one run each."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd

from app import shelf
from app.language import language
from app.pages.what_if_confidence import experiment, titles_of
from app.run_cache import quick
from app.run_summary import Answer
from app.world import baseline, data, proposals
from corridors.overlay.proposals import Scenario, changes_of
from sim.experiments.expansion import expand
from sim.experiments.experiment import Experiment
from sim.experiments.shard import tables_of_run
from sim.studies.compare import ExperimentResults, compare
from sim.studies.result_file.of_runs import store_of_runs


def keep_runs(scenario: Scenario, name: str = "", is_base: bool = False) -> str:
    """Keep the runs of a scenario and the baseline; returns the name of the entry.

    Raises ShelfFullError, DataError.
    """
    titles = {"title_en": name, "title_zh": name} if name else {} if is_base else titles_of(scenario)
    titled = scenario.model_copy(update=titles)
    made = experiment(titled, 1, whole_year=False)
    if is_base:
        made = Experiment.model_validate(made.model_dump(exclude_unset=True) | {"scenarios": ()})
    base, *others = expand(made, baseline(), proposals())
    period = {"start": scenario.start, "days": scenario.days, "warmup_days": scenario.warmup_days}
    answers = {base.id: quick(**period)} | {one.id: quick(scenario) for one in others}  # type: ignore[arg-type]
    whole = [one.model_copy(update={"changes": changes_of(one, proposals())}) for one in (base, *others)]
    with tempfile.TemporaryDirectory() as folder:
        rows = {id: (0, _rows(answer)) for id, answer in answers.items()}
        store = store_of_runs(Path(folder) / "results", made, whole, data(), rows)
        comparison = compare(ExperimentResults.of(store), baseline(), proposals())
        shelf.kept_comparison(comparison, store.folder, language(), name=name)
    return name or titles.get(f"title_{language()}", "") or comparison.results.title(base.id, language())


def _rows(answer: Answer) -> dict[str, pd.DataFrame]:
    return tables_of_run(answer, answer.record, answer.vehicles, answer.deadlocked, answer.problems)
