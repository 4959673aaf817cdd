"""``bridgehead validate``: the model beside what was published of these ports, fact by fact."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Annotated, Final

import typer

from corridors.findings import Findings
from sim.cli import console
from sim.cli.failure import Failure
from sim.cli.options import RUN, Data, Json, Report, Seed, Speak, Workers
from sim.text import cli
from sim.text.cli import say

if TYPE_CHECKING:
    from corridors.model import Corridor
    from sim.studies.validation.record import Record

ROOMY: Final = 120
"""Columns of a terminal from which on tables have all that the report has."""


def validate(
    data: Data = None,
    replications: Annotated[
        int, typer.Option("--replications", metavar="N", min=1, help="Of each year, in pairs.", rich_help_panel=RUN)
    ] = 2,
    quick: Annotated[
        bool, typer.Option("--quick", help="The base year alone, without other years.", rich_help_panel=RUN)
    ] = False,
    seed: Seed = 1,
    workers: Workers = None,
    json: Json = None,
    report: Report = None,
    language: Speak = "en",
) -> None:
    """Compare the model with published figures and replay changes that happened: what agrees, what not, and why."""
    from corridors.load import load_corridor
    from sim.cli.files import asked_files, deliver
    from sim.reports.validation_report import write_validation

    cli.use(language)
    wrong = Findings()
    with wrong.gather():
        files = asked_files(json, report)
    with wrong.gather():
        world = load_corridor(data)
    wrong.refuse()
    record = _record(world, replications, quick, seed, workers or os.cpu_count() or 1)
    deliver(
        files,
        json,
        document=partial(record.as_json, language),
        show=partial(_show, record),
        report=partial(write_validation, record=record, language=language),
    )


def _record(world: Corridor, replications: int, quick: bool, seed: int, workers: int) -> Record:
    from sim.cli.batch import progress_bar
    from sim.experiments.batch import Progress
    from sim.studies.validation.comparisons import load_comparisons
    from sim.studies.validation.experiments import load_experiments
    from sim.studies.validation.levels import BASE, RunError
    from sim.studies.validation.record import validate as compare

    comparisons = [one for one in load_comparisons() if not quick or one.level == BASE]
    experiments = [] if quick else load_experiments()
    with progress_bar() as show:
        try:
            return compare(
                world,
                comparisons,
                experiments,
                replications=replications,
                seed=seed,
                workers=workers if not quick or replications > 1 else 1,
                progress=lambda done, total: show(Progress(done, total, 0, None)),
            )
        except RunError as error:
            raise Failure("\n".join((say("conservation_broken"), str(error)))) from None


def _show(record: Record) -> None:
    from sim.reports import validation_tables
    from sim.studies.validation.experiments import FACTOR
    from sim.text.validation import say as tell

    out, language = console.out(), cli.language()
    for name, table in validation_tables.topics(record, language, narrow=out.width < ROOMY):
        out.print(name, style="bold")
        out.print(console.table(out, table.columns, table.rows, texts=table.texts))
        out.print()
    if record.experiments:
        table = validation_tables.experiments(record, language)
        out.print(tell(language, "experiments"), style="bold")
        out.print(tell(language, "experiments_note", factor=FACTOR))
        out.print(console.table(out, table.columns, table.rows, texts=table.texts))
        out.print()
    told = [*validation_tables.misses(record, language), *validation_tables.experiment_misses(record, language)]
    if told:
        out.print(tell(language, "misses"), style="bold")
        for sentence in told:
            out.print(f"  {sentence}")
        out.print()
    for sentence in validation_tables.summary(record, language):
        out.print(sentence)
