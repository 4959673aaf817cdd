"""``bridgehead appraise``: what a programme of works costs and brings, year by year, and to whom."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corridors.findings import ERROR, DataError, Findings
from sim.cli import console
from sim.cli.failure import Failure, reason
from sim.cli.options import Data, Days, OutputOptions, Replications, Seed, Workers
from sim.cli.words import language

if TYPE_CHECKING:
    from corridors.findings import Finding
    from corridors.model import Corridor
    from sim.reports.appraisal_tables import AppraisalTables
    from sim.studies.appraisal.programme import Programme

PROGRAMME = "PROGRAMME.yaml"
"""Placeholder of the argument."""
FLOWS = "flows.csv"


def appraise(
    programme: Annotated[str, typer.Argument(metavar=PROGRAMME)],
    output: OutputOptions,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR")] = None,
    replications: Replications = 5,
    days: Days = None,
    workers: Workers = None,
    data: Data = None,
    seed: Seed = 1,
) -> None:
    """Appraise a programme of works: costs and benefits by year, and who pays and gains."""
    from corridors.load import load_corridor
    from corridors.overlay.proposals import load_proposals
    from sim.cli.batch import progress_bar
    from sim.cli.catalogue import find_file, folder_of
    from sim.cli.files import asked_files, deliver, write_each
    from sim.cli.saturation import demand_scenarios
    from sim.experiments.batch import BatchError
    from sim.experiments.store import StoreError
    from sim.reports.appraisal_report import write_appraisal, write_flows
    from sim.reports.appraisal_tables import AppraisalTables
    from sim.run import prepare
    from sim.studies.appraisal import appraise as appraise_programme
    from sim.studies.appraisal import as_json
    from sim.studies.appraisal.prices import load_prices
    from sim.studies.appraisal.programme import load_programme
    from sim.studies.appraisal.runs import FailedRunsError
    from sim.text import catalogue
    from sim.text.runs import failure_reason

    wrongs = Findings()
    with wrongs.gather():
        files = asked_files(output.json, output.report)
    with console.progress() as tell:
        tell("phase_read")
        with wrongs.gather():
            corridor = load_corridor(data)
            proposals = load_proposals(folder_of("proposals", data))
            futures = demand_scenarios(data, corridor)
            prices = load_prices(folder_of("appraisal", data), corridor)
        with wrongs.gather():
            file = find_file("programmes", programme, PROGRAMME, data)
            asked = load_programme(file)
    wrongs.refuse()
    found = programme_findings(asked, corridor, file, data)
    if any(one.level == ERROR for one in found):
        raise DataError(found)
    if found:
        console.findings(found)
    settings = prepare(corridor, days=days, seed=seed).settings
    folder = out or Path("out") / "appraisal" / asked.id
    try:
        with progress_bar() as show:
            result = appraise_programme(
                *(asked, corridor, proposals, futures, prices, settings, folder / "runs"),
                replications=replications,
                workers=workers or os.cpu_count() or 1,
                progress=show,
            )
    except (StoreError, BatchError) as stop:
        raise Failure(reason(stop)) from None
    except FailedRunsError as failed:
        first = failure_reason(failed.first, language())
        raise Failure(f"{reason(failed)}\n{catalogue.say('runs.runs.first_reason', language(), why=first)}") from None
    made = AppraisalTables(result, corridor, language())
    deliver(
        files,
        output.json,
        document=lambda: as_json(result),
        show=partial(_show, made),
        report=partial(write_appraisal, tables=made),
    )
    write_each([(folder / FLOWS, partial(write_flows, found=result))])


def programme_findings(asked: Programme, corridor: Corridor, file: Path, data: Path | None) -> list[Finding]:
    """The findings about a programme with the data that belong to a folder, with their lines."""
    from corridors.io.yaml_locations import placed
    from corridors.overlay.proposals import load_proposals
    from sim.cli.catalogue import folder_of, proposal_files
    from sim.studies.appraisal.prices import load_prices
    from sim.studies.appraisal.programme import check_programme

    proposals = load_proposals(folder_of("proposals", data))
    prices = load_prices(folder_of("appraisal", data), corridor)
    found = check_programme(asked, corridor, proposals, prices)
    return placed(found, proposal_files(data) | {f"{asked.id}.yaml": file, file.name: file})


def _show(made: AppraisalTables) -> None:
    out = console.out()
    out.print(made.title, style="bold")
    for sentence in made.answer():
        out.print(sentence)
    for warning in made.warnings():
        console.err().print(warning)
    for table in made.tables():
        out.print()
        out.print(table.title, style="bold")
        out.print(table.note)
        out.print(console.table(out, table.columns, table.rows, texts=table.texts))
        if table.rest:
            out.print(table.rest)
