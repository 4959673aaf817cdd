"""``bridgehead appraise``: what a programme of works costs and brings, year by year, and to whom."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from corridors.findings import ERROR, DataError, Findings
from sim.cli import console
from sim.cli.options import Author, Data, Days, OutputOptions, Replications, Save, Seed, Workers, processes
from sim.cli.words import language

if TYPE_CHECKING:
    from corridors.model import Corridor
    from corridors.overlay.demand_scenarios import DemandScenarios
    from corridors.overlay.proposals import Proposal
    from sim.studies.appraisal.prices import Prices

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
    parts: Annotated[bool, typer.Option("--parts")] = False,
    runs: Annotated[Path | None, typer.Option("--runs", metavar="DIR")] = None,
    data: Data = None,
    seed: Seed = 1,
    save: Save = None,
    author: Author = "",
) -> None:
    """Appraise a programme of works: costs and benefits by year, and who pays and gains."""
    from corridors.io.yaml_locations import placed
    from corridors.load import load_corridor
    from sim.cli.batch import progress_bar, whole_batches
    from sim.cli.catalogue import find_file, proposal_files
    from sim.cli.files import asked_files, deliver, write_each
    from sim.cli.saved_results import author_findings, save_appraisal
    from sim.reports.appraisal_report import write_appraisal, write_flows
    from sim.reports.appraisal_tables import AppraisalTables
    from sim.run import prepare
    from sim.studies.appraisal import appraise as appraise_programme
    from sim.studies.appraisal.document import as_json
    from sim.studies.appraisal.programme_checks import check_programme, read_programme
    from sim.studies.appraisal.stored import RECORD, AppraisalData, Record, write_record

    wrongs = Findings(author_findings(author, (), save))
    with wrongs.gather():
        # Without --out the folder has the name of the programme, which is not read yet.
        files = asked_files(output.json, output.report, save=save, others=[("--out", out / RECORD)] if out else ())
    with console.progress() as tell:
        tell("phase_read")
        with wrongs.gather():
            corridor = load_corridor(data)
            beside = programme_data(corridor, data)
        with wrongs.gather():
            file = find_file("programmes", programme, PROGRAMME, data)
            asked, found = read_programme(file)
    wrongs.refuse()
    if asked:
        names = proposal_files(data) | dict.fromkeys((f"{asked.id}.yaml", file.name), file)
        found += placed(check_programme(asked, corridor, *beside), names)
    if not asked or any(one.level == ERROR for one in found):
        raise DataError(sorted(found, key=lambda one: one.row or 0))
    if found:
        console.findings(found)
    settings = prepare(corridor, days=days, seed=seed).settings
    folder = out or Path("out") / "appraisal" / asked.id
    runs = runs or folder / "runs"
    with whole_batches(), progress_bar() as show:
        result = appraise_programme(
            *(asked, corridor, *beside, settings, runs),
            replications=replications,
            workers=processes(workers),
            parts=parts,
            progress=show,
        )
    made = AppraisalTables(result, corridor, language())
    record = Record(asked, settings, replications, runs)
    deliver(
        files,
        output.json,
        document=lambda: as_json(result),
        show=lambda: console.study(made, made.warnings()),
        report=partial(write_appraisal, tables=made),
        save=partial(
            save_appraisal, record=record, world=AppraisalData(corridor, *beside), found=result, author=author
        ),
    )
    flows, about = partial(write_flows, found=result), partial(write_record, record=record)
    write_each([(folder / FLOWS, flows), (folder / RECORD, about)])


def programme_data(corridor: Corridor, data: Path | None) -> tuple[dict[str, Proposal], Prices, DemandScenarios]:
    """The proposals, prices and futures of a data folder, with which programmes are checked and appraised."""
    from sim.cli.catalogue import folder_of, proposals_of
    from sim.cli.saturation import demand_scenarios
    from sim.studies.appraisal.prices import load_prices

    wrong = Findings()
    with wrong.gather():
        proposals = proposals_of(data)
    with wrong.gather():
        prices = load_prices(folder_of("appraisal", data), corridor)
    with wrong.gather():
        futures = demand_scenarios(data, corridor)
    wrong.refuse()
    return proposals, prices, futures
