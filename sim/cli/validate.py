"""``bridgehead validate``: the model against published figures."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Final

import typer

from corridors.findings import Findings
from sim.cli import console
from sim.cli.failure import Failure, reason
from sim.cli.options import RUN, Data, OutputOptions, Seed, Workers, count, processes
from sim.cli.words import language, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.model import Corridor
    from sim.studies.validation.comparisons import FactComparison
    from sim.studies.validation.experiments import NaturalExperiment
    from sim.studies.validation.record import Record

ROOMY: Final = 120
"""Least width of a terminal for tables with all columns of the report, characters."""


def validate(
    output: OutputOptions,
    data: Data = None,
    replications: Annotated[int, count("--replications", 1)] = 2,
    quick: Annotated[bool, typer.Option("--quick", rich_help_panel=RUN)] = False,
    seed: Seed = 1,
    workers: Workers = None,
) -> None:
    """Compare the model with published figures and replay past changes."""
    from corridors.load import load_corridor
    from sim.cli.catalogue import comparisons_of, experiments_of
    from sim.cli.files import asked_files, deliver
    from sim.reports.validation_report import write_validation
    from sim.studies.validation.levels import BASE

    wrong = Findings()
    with wrong.gather():
        files = asked_files(output.json, output.report)
    with wrong.gather():
        world = load_corridor(data)
    wrong.refuse()
    figures, replays = comparisons_of(world, data), experiments_of(data)
    experiments = () if quick else replays
    if quick and (replays or any(one.level != BASE for one in figures)):
        console.err().print(say("base_year_alone"))
    record = _record(world, figures, experiments, replications, quick, seed, processes(workers))
    deliver(
        files,
        output.json,
        document=partial(record.as_json, language()),
        show=partial(_show, record),
        report=partial(write_validation, record=record, language=language()),
    )


def _record(
    world: Corridor,
    figures: Sequence[FactComparison],
    experiments: Sequence[NaturalExperiment],
    replications: int,
    quick: bool,
    seed: int,
    workers: int,
) -> Record:
    from sim.cli.batch import progress_bar
    from sim.experiments.batch import Progress
    from sim.studies.validation.levels import BASE, UnbalancedRunError
    from sim.studies.validation.record import validate as compare

    comparisons = [one for one in figures if not quick or one.level == BASE]
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
        except UnbalancedRunError as error:
            raise Failure("\n".join((say("balance_failed"), reason(error)))) from None


def _show(record: Record) -> None:
    from sim.reports import validation_scores, validation_tables
    from sim.reports.validation_tables import say as tell
    from sim.studies.validation.experiments import FACTOR

    out, tongue = console.out(), language()
    for sentence in validation_scores.summary(record, tongue):
        out.print(sentence)
    out.print()
    for topic, table in validation_tables.topics(record, tongue, narrow=out.width < ROOMY).items():
        out.print(tell(tongue, f"topic.{topic}"), style="bold")
        out.print(console.table(out, table.columns, table.rows, texts=table.texts))
        out.print()
    if record.experiments:
        table = validation_tables.experiments(record, tongue)
        out.print(tell(tongue, "experiments"), style="bold")
        out.print(tell(tongue, "experiments_note", factor=FACTOR))
        out.print(console.table(out, table.columns, table.rows, texts=table.texts))
        out.print()
    misses = [*validation_tables.misses(record, tongue), *validation_tables.experiment_misses(record, tongue)]
    if misses:
        out.print(tell(tongue, "misses"), style="bold")
        for sentence in misses:
            out.print(f"  {sentence}")
        out.print()
    for heading, table in (
        ("shares", validation_scores.scores(record, tongue)),
        ("forecasts", validation_scores.forecasts(record, tongue)),
    ):
        if table.rows:
            out.print(tell(tongue, heading), style="bold")
            out.print(console.table(out, table.columns, table.rows, texts=table.texts))
            out.print()
