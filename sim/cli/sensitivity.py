"""``bridgehead sensitivity``: assumptions that could change a ranking."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corridors.findings import ERROR, Finding, Findings
from corridors.messages import message
from sim.cli import console
from sim.cli.failure import Failure, reason
from sim.cli.options import (
    WORLD,
    Data,
    DaysOfStudy,
    OutFolder,
    OutputOptions,
    Replications,
    Seed,
    Start,
    WarmupDaysOfStudy,
    Workers,
    count,
    processes,
)
from sim.cli.words import language, say, text, wrong
from sim.text import catalogue

if TYPE_CHECKING:
    from corridors.model import Corridor
    from corridors.overlay.proposals import Proposal
    from sim.studies.sensitivity import Sensitivity, UncertainInput

SHOWN = 15
"""Assumptions in the table on the screen; --json and --report have all."""


def sensitivity(
    output: OutputOptions,
    proposals: Annotated[list[str] | None, typer.Option("--proposals", metavar="ID", rich_help_panel=WORLD)] = None,
    top: Annotated[int, count("--top", 2, WORLD)] = 6,
    out: OutFolder = Path("out") / "sensitivity",
    trajectories: Annotated[int, count("--trajectories", 2)] = 4,
    samples: Annotated[int, count("--samples", 2)] = 16,
    close: Annotated[int, count("--close", 1)] = 8,
    replications: Replications = 4,
    start: Start = None,
    days: DaysOfStudy = 90,
    warmup_days: WarmupDaysOfStudy = 31,
    seed: Seed = 1,
    workers: Workers = None,
    data: Data = None,
) -> None:
    """Test which uncertain assumptions could change the ranking."""
    from sim.cli.batch import progress_bars
    from sim.cli.catalogue import unknown_ids
    from sim.cli.files import asked_files, deliver
    from sim.cli.option_errors import told_by_option
    from sim.experiments.batch import BatchError
    from sim.experiments.store import StoreError
    from sim.reports.sensitivity_report import write_sensitivity
    from sim.studies.sensitivity import Horizon, SensitivitySettings, run_sensitivity
    from sim.studies.sensitivity.document import as_json

    found = Findings()
    if samples & (samples - 1):
        found.append(wrong("--samples", samples, "option.power_of_2"))
    if warmup_days >= days:
        found.append(wrong("--days", days, "option.more_than_warmup", n=warmup_days))
    with found.gather():
        files = asked_files(output.json, output.report)
    with console.progress() as tell, found.gather():
        tell("phase_read")
        corridor, known, inputs = _read(data)
        found += unknown_ids("--proposals", proposals, known, text("option.proposal_id"))
        if not inputs:
            found.append(_no_ranges())
    found.refuse()
    first = start.date() if start else None
    horizon = Horizon(first, days, warmup_days, seed)
    settings = SensitivitySettings(horizon, tuple(proposals or ()), top, replications, trajectories, samples, close)
    try:
        with progress_bars() as progress, told_by_option(start=start, days=days):
            number = processes(workers)
            study = run_sensitivity(corridor, known, inputs, out, settings, workers=number, progress=progress)
    except (KeyboardInterrupt, StoreError, BatchError) as stop:
        resume = catalogue.say("sensitivity.resume", language(), folder=out)
        raise Failure(f"{reason(stop) or say('stopped')}\n{resume}") from None
    deliver(
        files,
        output.json,
        document=partial(as_json, study, partial(catalogue.sentence, language=catalogue.ENGLISH)),
        show=partial(_show, study, corridor),
        report=partial(write_sensitivity, study=study, corridor=corridor, language=language()),
    )


def _read(data: Path | None) -> tuple[Corridor, dict[str, Proposal], tuple[UncertainInput, ...]]:
    from corridors.load import load_corridor
    from sim.cli.catalogue import proposals_of, uncertain_inputs_file
    from sim.studies.sensitivity import load_uncertain_inputs

    corridor = load_corridor(data)
    inputs = load_uncertain_inputs(corridor, uncertain_inputs_file(data))
    return corridor, proposals_of(data), inputs


def _no_ranges() -> Finding:
    """The finding about a world whose assumptions cannot be varied: there would be nothing to study."""
    what, expected = message("assumptions.no_range", "runs"), message("want.ranges", "runs")
    return Finding(ERROR, "assumptions.csv", None, "low", "", expected, message=what)


def _show(study: Sensitivity, corridor: Corridor) -> None:
    from sim.reports.sensitivity_tables import SensitivityTables
    from sim.text.names import Names

    out = console.out()
    tables = SensitivityTables(study, Names.of(corridor, language()))
    out.print(tables.lead())
    for key, (columns, rows), texts in (
        ("first", tables.first(), 5),
        ("ranking", tables.ranking(), 3),
        ("threats", tables.threats(SHOWN), 3),
    ):
        out.print()
        out.print(tables.say(key), style="bold")
        out.print(console.table(out, columns, rows, texts=texts))
    if len(study.rankings.top) < 2:
        out.print(tables.say("no_pairs"))
    for line in (tables.ties(), *tables.costs()):
        if line:
            out.print(line)
