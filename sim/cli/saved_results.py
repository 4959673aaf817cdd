"""Save results of a command as one file, see :mod:`sim.studies.result_file`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.findings import Finding
from corridors.io.atomic_files import write_atomically
from sim.cli.words import language, wrong

if TYPE_CHECKING:
    from corridors.model import Corridor
    from sim.experiments.store import Store
    from sim.run import RunResult
    from sim.studies.answer import Answer
    from sim.studies.appraisal import Appraisal
    from sim.studies.appraisal.stored import AppraisalData, Record
    from sim.studies.compare import ScenarioComparison


def author_findings(author: str, brief: Sequence[Path] | None, save: Path | None) -> Iterator[Finding]:
    """The finding for an author where no file names one."""
    if author and not brief and not save:
        yield wrong("--author", author, "option.with_brief")


def save_comparison(
    path: Path,
    *,
    store: Store,
    comparison: ScenarioComparison,
    corridor: Corridor,
    language: str,
    answers: Sequence[Answer],
    author: str = "",
) -> None:
    """Save the results of a comparison with their brief."""
    from sim.reports.brief import brief_html
    from sim.reports.brief_texts import brief_of
    from sim.studies.result_file import figures_of, file_bytes

    brief = brief_html(brief_of(comparison, corridor, language, answers, author))
    about = {"name": path.stem, "author": author, "saved_at": datetime.now(UTC)}
    made = {"figures": figures_of(answers), "brief": brief, "question": comparison.question}
    write_atomically(path, file_bytes(store, **about, **made))  # type: ignore[arg-type]


def save_store(path: Path, *, store: Store, author: str = "") -> None:
    """Save results without a comparison."""
    from sim.studies.result_file import file_bytes

    write_atomically(path, file_bytes(store, name=path.stem, author=author, saved_at=datetime.now(UTC)))


def save_run(result: RunResult, path: Path, author: str = "") -> None:
    """Save the results of a single run."""
    from sim.experiments.shard import tables_of_run
    from sim.reports.run_names import scenario_title
    from sim.studies.result_file.of_runs import experiment_of_run, store_of_runs

    case, record = result.case, result.record()
    experiment, scenario = experiment_of_run(case, scenario_title(case, language()))
    tables = tables_of_run(result, record, result.vehicles, result.deadlocked, result.problems)
    with tempfile.TemporaryDirectory() as folder:
        rows = {scenario.id: (case.settings.replication, tables)}
        store = store_of_runs(Path(folder) / "results", experiment, [scenario], case.data_fingerprint, rows)
        save_store(path, store=store, author=author)


def save_appraisal(path: Path, *, record: Record, world: AppraisalData, found: Appraisal, author: str = "") -> None:
    """Save an appraisal with all figures that its folder has."""
    from sim.reports.appraisal_report import flows_text
    from sim.studies.appraisal.stored import Study
    from sim.studies.result_file.programmes import appraisal_bytes

    study = Study.of(record, world, found.model.rate)
    about = {"name": path.stem, "author": author, "saved_at": datetime.now(UTC)}
    write_atomically(path, appraisal_bytes(study, found, flows_text(found), **about))  # type: ignore[arg-type]


def save_plan(path: Path, *, document: Mapping[str, Any], author: str = "") -> None:
    """Save what each budget of a plan buys."""
    from sim.studies.result_file.programmes import plan_bytes

    write_atomically(path, plan_bytes(document, name=path.stem, author=author, saved_at=datetime.now(UTC)))
