"""``bridgehead saturation``: years in which ports and sections saturate."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corridors.findings import DataError, Findings
from sim.cli import console
from sim.cli.options import Data, OutputOptions, Replications, Seed, Workers, count, processes
from sim.cli.words import language, text, wrong

if TYPE_CHECKING:
    from corridors.model import Corridor
    from corridors.overlay.demand_scenarios import DemandScenarios
    from corridors.overlay.proposals import Proposal
    from sim.core.run_settings import RunSettings
    from sim.reports.saturation_tables import SaturationTables
    from sim.studies.saturation import SaturationYears

DAYS = 180
"""Days of one run with --confirm: half a year distinguishes a growing queue from a steady one."""
REPLICATIONS = 5
"""Pairs of runs with --confirm."""
LEAST_DAYS = 40
"""Least days of one run with --confirm."""


def saturation(
    output: OutputOptions,
    future: Annotated[
        list[str] | None,
        typer.Option("--future", metavar="low|central|high"),
    ] = None,
    proposal: Annotated[
        list[str] | None,
        typer.Option("--proposal", metavar="ID"),
    ] = None,
    until: Annotated[int | None, typer.Option("--until", metavar="YEAR")] = None,
    confirm: Annotated[bool, typer.Option("--confirm")] = False,
    replications: Replications = REPLICATIONS,
    days: Annotated[int, count("--days", LEAST_DAYS)] = DAYS,
    workers: Workers = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR")] = None,
    data: Data = None,
    seed: Seed = 1,
) -> None:
    """Find the years of saturation and the effect of proposals on them."""
    from corridors.load import load_corridor
    from corridors.overlay.proposals import NOT_BUILT
    from sim.cli.catalogue import proposals_of, unknown_ids
    from sim.cli.files import asked_files, deliver
    from sim.cli.option_errors import idle_options, too_few
    from sim.reports.saturation_report import write_saturation
    from sim.reports.saturation_tables import SaturationTables
    from sim.run import prepare
    from sim.studies.saturation import saturation_years
    from sim.text.names import Names

    wrongs = Findings()
    with wrongs.gather():
        files = asked_files(output.json, output.report)
    if not confirm:
        of_runs = {"--replications": (replications, REPLICATIONS), "--days": (days, DAYS), "--out": (out, None)}
        of_runs |= {"--workers": (workers, None), "--seed": (seed, 1)}
        wrongs += idle_options("option.only_with", "--confirm", of_runs)
    with console.progress() as tell:
        tell("phase_read")
        with wrongs.gather():
            corridor = load_corridor(data)
            wrongs += too_few(corridor, days) if confirm else []
            futures = demand_scenarios(data, corridor)
            ids = [one.id for one in futures.futures]
            wrongs += unknown_ids("--future", future, ids, text("option.one_of", values=tuple(ids)))
            last = until or futures.last_year
            if last <= futures.base_year:
                wrongs.append(wrong("--until", last, "option.year_after", year=futures.base_year))
        with wrongs.gather():
            known = proposals_of(data)
            wrongs += unknown_ids("--proposal", proposal, known, text("option.proposal_id"))
        wrongs.refuse()
        asked = tuple(id for id in ids if not future or id in future)
        # Without --proposal, all works are tried by offered load; only named ones are run.
        named = {id: known[id] for id in proposal or ()}
        tried = named or {id: one for id, one in known.items() if one.measure not in NOT_BUILT}
        tell("phase_measure")
        settings = prepare(corridor).settings
        found = saturation_years(corridor, futures, settings, selected=asked, last_year=last, proposals=tried)
    case = prepare(corridor, days=days, seed=seed)
    if confirm:
        with _folder(out) as folder:
            found = _confirmed(found, corridor, named, case.settings, folder, replications, workers)
    added = (change.model_dump() for one in tried.values() for change in one.changes)
    made = SaturationTables(found, Names.of(corridor, language()).with_added(added), tried)
    deliver(
        files,
        output.json,
        document=found.as_json,
        show=partial(_show, made, case.settings),
        report=partial(write_saturation, tables=made, case=case),
    )


def demand_scenarios(data: Path | None, corridor: Corridor) -> DemandScenarios:
    """The demand scenarios in or beside a data folder."""
    from corridors.io.yaml_locations import placed
    from corridors.overlay.demand_scenarios import check_demand_scenarios, load_demand_scenarios
    from sim.cli.catalogue import data_folder, demand_scenarios_file

    file = demand_scenarios_file(data)
    if file is None:
        raise DataError(
            [wrong(str(data_folder(data)), text("option.no_demand_scenarios"), "option.demand_scenarios_file")]
        )
    futures = load_demand_scenarios(file)
    if findings := check_demand_scenarios(futures, corridor):
        raise DataError(placed(findings, {file.name: file}))
    return futures


@contextmanager
def _folder(out: Path | None) -> Iterator[Path]:
    """The requested folder, or a temporary one."""
    if out:
        yield out
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "results"


def _confirmed(
    found: SaturationYears,
    corridor: Corridor,
    named: Mapping[str, Proposal],
    settings: RunSettings,
    folder: Path,
    replications: int,
    workers: int | None,
) -> SaturationYears:
    from sim.cli.batch import progress_bar, whole_batches
    from sim.studies.saturation.confirm import confirm

    with whole_batches(), progress_bar() as show:
        return confirm(
            *(found, corridor, named, settings, folder),
            replications=replications,
            workers=processes(workers),
            progress=show,
        )


def _show(made: SaturationTables, settings: RunSettings) -> None:
    out = console.out()
    for note in (*made.lead(), *made.runs_note(settings.days)):
        out.print(note)
    for sentence in made.sentences():
        out.print(f"- {sentence}")
    for table in (made.ports(), made.sections(), made.moves(), made.moves_in_runs()):
        if not table.rows and not table.rest:
            continue
        out.print()
        out.print(table.title, style="bold")
        if table.note:
            out.print(table.note)
        if table.rows:
            out.print(console.table(out, table.columns, table.rows, texts=table.texts))
        if table.rest:
            out.print(table.rest)
