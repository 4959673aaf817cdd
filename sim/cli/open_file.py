"""``bridgehead open``: a file of ``--save``, of runs as ``compare`` shows them, of an appraisal or of a plan."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corridors.findings import DataError, Findings
from sim.cli import console
from sim.cli.compare import USUAL_MARGIN, Best, Margin, compare_results
from sim.cli.options import Author, Brief, Data, OutputOptions
from sim.cli.words import language, say, wrong

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from corridors.findings import Finding
    from sim.experiments.store import Store
    from sim.studies.compare import ExperimentResults
    from sim.studies.result_file import Head


def open_file(
    results_file: Annotated[Path, typer.Argument(metavar="NAME.bridgehead")],
    output: OutputOptions,
    data: Data = None,
    margin: Margin = USUAL_MARGIN,
    best: Best = "",
    brief: Brief = None,
    author: Author = "",
) -> None:
    """Show the results in a file that was saved with --save."""
    from sim.studies.result_file import read_file, read_head, usable
    from sim.studies.result_file.contents import RUNS

    try:
        kind = read_head(results_file).kind
    except DataError:  # It is reported below, with whatever else is wrong.
        kind = RUNS
    if kind != RUNS:
        _open_programme(results_file, output, data, Findings(_of_runs_alone(margin, best, brief, author)))
        return

    def read() -> tuple[ExperimentResults, Store | None]:
        found = read_file(results_file)
        _opened(found.head)
        with usable(results_file.name):
            return found.results(), None

    compare_results(read, output, data, margin, best, brief, author, guard=usable(results_file.name))


def _opened(head: Head) -> None:
    by = say("opened_by", author=head.author) if head.author else ""
    console.err().print(say("opened", name=head.name, day=head.saved_at[:10]) + by, markup=False)


def _of_runs_alone(margin: float, best: str, brief: Sequence[Path] | None, author: str) -> Iterator[Finding]:
    """Findings for options that have no effect on an appraisal or a plan."""
    of_margin = f"{margin:g}" if margin != USUAL_MARGIN else ""
    for option, value in (("--margin", of_margin), ("--best", best), ("--author", author)):
        if value:
            yield wrong(option, value, "option.with_runs")
    for path in brief or ():
        yield wrong("--brief", str(path), "option.with_runs")


def _open_programme(path: Path, output: OutputOptions, data: Path | None, wrongs: Findings) -> None:
    """Show an appraisal, which needs the data with which it was made, or a plan."""
    from corridors.load import load_corridor
    from sim.cli.appraise import programme_data
    from sim.cli.files import asked_files, deliver
    from sim.reports.appraisal_report import write_appraisal
    from sim.reports.appraisal_tables import AppraisalTables
    from sim.reports.plan_summary import PlanSummary, write_plan_summary
    from sim.studies.appraisal import of_study
    from sim.studies.appraisal.document import as_json
    from sim.studies.appraisal.stored import AppraisalData
    from sim.studies.result_file import usable
    from sim.studies.result_file.programmes import KeptPlan, read_programme_file

    with wrongs.gather():
        files = asked_files(output.json, output.report)
    with console.progress() as tell:
        tell("phase_read")
        with wrongs.gather():
            made = read_programme_file(path)
        with wrongs.gather():
            corridor = load_corridor(data)
            beside = programme_data(corridor, data)
        wrongs.refuse()
        if isinstance(made, KeptPlan):
            summary = PlanSummary(made.plan, corridor, language(), of_file=True)
        else:
            study = made.study(AppraisalData(corridor, *beside))
            tell("phase_measure")
            with usable(path.name):
                found = of_study(study, study.planned, study.planned_runs())
                tables = AppraisalTables(found, corridor, language())
    _opened(made.head)
    if isinstance(made, KeptPlan):
        plan = made.plan
        if data is None and summary.unnamed():
            console.err().print(say("opened_without_data"), markup=False)
        deliver(
            files,
            output.json,
            document=lambda: plan.model_dump(mode="json"),
            show=lambda: console.study(summary),
            report=partial(write_plan_summary, made=summary),
        )
        return
    deliver(
        files,
        output.json,
        document=lambda: as_json(found),
        show=lambda: console.study(tables, tables.warnings()),
        report=partial(write_appraisal, tables=tables),
    )
