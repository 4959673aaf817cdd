"""``bridgehead horizons``: the year in which each port and each section saturates, and what proposals move."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corridors.findings import ERROR, DataError, Finding, Findings
from sim.cli import console
from sim.cli.failure import Failure
from sim.cli.options import RUN, Data, Json, Report, Seed, Speak, Workers
from sim.text import cli

if TYPE_CHECKING:
    from corridors.model import Corridor
    from corridors.overlay.demand_scenarios import Futures
    from corridors.overlay.proposals import Proposal
    from sim.core.run_settings import RunSettings
    from sim.reports.saturation_tables import HorizonTables
    from sim.studies.saturation import Horizons

NOT_BUILT = ("M25", "M26")
"""Measures whose proposals are tests of shocks, and futures of demand themselves: nothing that puts off a year."""
DAYS = 180
"""Of one run with --confirm: half a year tells a queue that grows from one that settles."""


def horizons(
    future: Annotated[
        list[str] | None,
        typer.Option("--future", metavar="low|central|high", help="A future (repeatable); all if left out."),
    ] = None,
    proposal: Annotated[
        list[str] | None,
        typer.Option("--proposal", metavar="ID", help="A proposal to try (repeatable); all if left out."),
    ] = None,
    until: Annotated[
        int | None, typer.Option("--until", metavar="YEAR", help="Last year; that of the futures' last figure.")
    ] = None,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Also run every year, as things are and with each --proposal named.")
    ] = False,
    replications: Annotated[
        int, typer.Option("--replications", metavar="N", min=2, help="Runs of a year, with --confirm.")
    ] = 5,
    days: Annotated[
        int, typer.Option("--days", metavar="N", min=40, help="Days of a run, with --confirm.", rich_help_panel=RUN)
    ] = DAYS,
    workers: Workers = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Keep the runs here; the same command goes on from what is there."),
    ] = None,
    data: Data = None,
    seed: Seed = 1,
    json: Json = None,
    report: Report = None,
    language: Speak = "en",
) -> None:
    """Tell when ports and lines are full as demand grows, in three futures, and which proposals put that off."""
    from corridors.load import load_corridor
    from corridors.overlay.proposals import load_proposals
    from sim.cli.catalogue import folder_of, unknown_ids
    from sim.cli.files import asked_files, deliver
    from sim.cli.option_errors import too_few
    from sim.reports.saturation_report import write_horizons
    from sim.reports.saturation_tables import HorizonTables
    from sim.run import prepare
    from sim.studies.saturation import horizons as of
    from sim.text.names import Names

    cli.use(language)
    wrong = Findings()
    with wrong.gather():
        files = asked_files(json, report)
    with console.progress() as tell:
        tell("phase_read")
        with wrong.gather():
            corridor = load_corridor(data)
            wrong += too_few(corridor, days) if confirm else []
            futures = _futures(data, corridor)
            ids = [one.id for one in futures.futures]
            wrong += unknown_ids("--future", future, ids, f"one of {', '.join(ids)}")
            last = until or futures.last_year
            if last <= futures.base_year:
                wrong.append(Finding(ERROR, "--until", None, "", str(last), f"a year after {futures.base_year}"))
        with wrong.gather():
            known = load_proposals(folder_of("proposals", data))
            wrong += unknown_ids("--proposal", proposal, known, "the id of a proposal")
        wrong.refuse()
        asked = tuple(id for id in ids if not future or id in future)
        named = {id: known[id] for id in proposal or ()}  # Those to run; by load all are tried if none is named.
        tried = named or {id: one for id, one in known.items() if one.measure not in NOT_BUILT}
        tell("phase_measure")
        found = of(corridor, futures, prepare(corridor).settings, asked=asked, last_year=last, proposals=tried)
    case = prepare(corridor, days=days, seed=seed)
    if confirm:
        with _folder(out) as folder:
            found = _confirmed(found, corridor, named, case.settings, folder, replications, workers)
    added = (change.model_dump() for one in tried.values() for change in one.changes)
    made = HorizonTables(found, Names.of(corridor, language).with_added(added), tried)
    deliver(
        files,
        json,
        document=found.as_json,
        show=partial(_show, made, case.settings),
        report=partial(write_horizons, tables=made, case=case),
    )


def _futures(data: Path | None, corridor: Corridor) -> Futures:
    """The futures of a data folder, in it or beside it; those that come along for the baseline."""
    from corridors.io.yaml_locations import placed
    from corridors.overlay.demand_scenarios import check_futures, load_futures
    from sim.cli.catalogue import data_folder, futures_file

    file = futures_file(data)
    if file is None:
        expected = "futures.yaml, in the folder or beside it, as data/futures.yaml shows"
        raise DataError([Finding(ERROR, str(data_folder(data)), None, "", "no futures of demand", expected)])
    futures = load_futures(file)
    if findings := check_futures(futures, corridor):
        raise DataError(placed(findings, {file.name: file}))
    return futures


@contextmanager
def _folder(out: Path | None) -> Iterator[Path]:
    """The folder asked for, or one that is thrown away."""
    if out:
        yield out
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "results"


def _confirmed(
    found: Horizons,
    corridor: Corridor,
    named: Mapping[str, Proposal],
    settings: RunSettings,
    folder: Path,
    replications: int,
    workers: int | None,
) -> Horizons:
    from sim.cli.batch import progress_bar
    from sim.experiments.batch import BatchError
    from sim.experiments.store import StoreError
    from sim.studies.saturation.confirm import FailedRunsError, confirm

    try:
        with progress_bar() as show:
            return confirm(
                *(found, corridor, named, settings, folder),
                replications=replications,
                workers=workers or os.cpu_count() or 1,
                progress=show,
            )
    except (StoreError, BatchError, FailedRunsError) as stop:
        raise Failure(str(stop)) from None


def _show(made: HorizonTables, settings: RunSettings) -> None:
    from sim.text.saturation import say

    out = console.out()
    for text in (*made.lead(), *made.runs_note(settings.days)):
        out.print(text)
    for sentence in made.sentences():
        out.print(f"- {sentence}")
    for table in (made.ports(), made.sections(), made.moves(), made.moves_in_runs()):
        if not table.rows and not table.rest:
            continue
        out.print()
        out.print(say(made.names, table.key), style="bold")
        if table.note:
            out.print(table.note)
        if table.rows:
            out.print(console.table(out, table.columns, table.rows, texts=table.texts))
        if table.rest:
            out.print(table.rest)
