"""``bridgehead sensitivity``: which guesses could change the order of the top proposals, and what to go and measure."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corridors.findings import ERROR, Finding, Findings
from sim.cli import console
from sim.cli.failure import Failure
from sim.cli.options import RUN, WORLD, Data, Json, Report, Seed, Speak, Start, Workers
from sim.text import cli
from sim.text.cli import say

if TYPE_CHECKING:
    from corridors.model import Corridor
    from corridors.overlay.proposals import Proposal
    from sim.studies.sensitivity import Guess, Sensitivity

SHOWN = 15
"""Guesses in the table on the screen; --json and --report have all."""


def sensitivity(
    proposals: Annotated[
        list[str] | None,
        typer.Option(
            "--proposals",
            metavar="ID",
            help="A proposal of the ranking (repeatable); the best ones if not said.",
            rich_help_panel=WORLD,
        ),
    ] = None,
    top: Annotated[
        int,
        typer.Option(
            "--top", metavar="N", min=2, help="How many of the best by tonnes and by dwell.", rich_help_panel=WORLD
        ),
    ] = 6,
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder of results; what is there is not redone.")
    ] = Path("out") / "sensitivity",
    trajectories: Annotated[
        int,
        typer.Option("--trajectories", metavar="N", min=2, help="Of Morris' screening.", rich_help_panel=RUN),
    ] = 4,
    samples: Annotated[
        int,
        typer.Option("--samples", metavar="N", min=2, help="Of Sobol; a power of 2.", rich_help_panel=RUN),
    ] = 16,
    close: Annotated[
        int,
        typer.Option("--close", metavar="N", min=1, help="Guesses to look at closely.", rich_help_panel=RUN),
    ] = 8,
    replications: Annotated[
        int,
        typer.Option("--replications", metavar="N", min=2, help="Of the order as declared.", rich_help_panel=RUN),
    ] = 4,
    start: Start = None,
    days: Annotated[
        int, typer.Option("--days", metavar="N", min=1, help="Simulated days, warm-up included.", rich_help_panel=RUN)
    ] = 90,
    warmup_days: Annotated[
        int, typer.Option("--warmup-days", metavar="N", min=0, help="First days, not measured.", rich_help_panel=RUN)
    ] = 31,
    seed: Seed = 1,
    workers: Workers = None,
    data: Data = None,
    json: Json = None,
    report: Report = None,
    language: Speak = "en",
) -> None:
    """Try every guess over its range, with and without the top proposals, and tell which guesses could swap them.

    Takes about a quarter of an hour on two cores; a stop loses nothing that was saved, the same command goes on.
    """
    from sim.cli.batch import progress_bars
    from sim.cli.catalogue import unknown_ids
    from sim.cli.files import asked_files, deliver
    from sim.cli.option_errors import told_by_option
    from sim.experiments.batch import BatchError
    from sim.experiments.store import StoreError
    from sim.reports.sensitivity_report import write_sensitivity
    from sim.studies.sensitivity import Asked, Horizon, run_sensitivity
    from sim.studies.sensitivity.document import as_json
    from sim.text.names import Names
    from sim.text.sensitivity import say as tell_of

    cli.use(language)
    wrong = Findings()
    if samples & (samples - 1):
        wrong.append(Finding(ERROR, "--samples", None, "", str(samples), "a power of 2, such as 16"))
    if warmup_days >= days:
        wrong.append(Finding(ERROR, "--days", None, "", str(days), f"more than the {warmup_days} of the warm-up"))
    with wrong.gather():
        files = asked_files(json, report)
    with console.progress() as tell, wrong.gather():
        tell("phase_read")
        corridor, known, guesses = _read(data)
        wrong += unknown_ids("--proposals", proposals, known, "the id of a proposal")
    wrong.refuse()
    first = start.date() if start else None
    horizon = Horizon(first, days, warmup_days, seed)
    asked = Asked(horizon, tuple(proposals or ()), top, replications, trajectories, samples, close)
    try:
        with progress_bars() as progress, told_by_option(start=start, days=days):
            number = workers or os.cpu_count() or 1
            study = run_sensitivity(corridor, known, guesses, out, asked, workers=number, progress=progress)
    except (KeyboardInterrupt, StoreError, BatchError) as stop:
        raise Failure(f"{str(stop) or say('stopped')}\n{tell_of(Names(language), 'go_on', folder=out)}") from None
    deliver(
        files,
        json,
        document=partial(as_json, study),
        show=partial(_show, study, corridor),
        report=partial(write_sensitivity, study=study, corridor=corridor, language=language),
    )


def _read(data: Path | None) -> tuple[Corridor, dict[str, Proposal], tuple[Guess, ...]]:
    from corridors.load import load_corridor
    from corridors.overlay.proposals import load_proposals
    from sim.cli.catalogue import folder_of
    from sim.studies.sensitivity import load_guesses

    corridor = load_corridor(data)
    guesses = load_guesses(corridor, folder_of("sensitivity", data) / "guesses.csv")
    return corridor, load_proposals(folder_of("proposals", data)), guesses


def _show(study: Sensitivity, corridor: Corridor) -> None:
    from sim.reports.sensitivity_tables import Tables
    from sim.text.names import Names
    from sim.text.sensitivity import say as tell

    out, names = console.out(), Names.of(corridor, cli.language())
    tables = Tables(study, names)
    out.print(tables.lead())
    for key, (columns, rows), texts in (
        ("five", tables.five(), 5),
        ("order", tables.order(), 3),
        ("threats", tables.threats(SHOWN), 3),
    ):
        out.print()
        out.print(tell(names, key), style="bold")
        out.print(console.table(out, columns, rows, texts=texts))
    if len(study.orders.top) < 2:
        out.print(tell(names, "no_pairs"))
    for line in (tables.close_calls(), *tables.costs()):
        if line:
            out.print(line)
