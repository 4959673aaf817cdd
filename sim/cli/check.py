"""``bridgehead check``: every finding in tables, proposals, scenarios and experiments at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from corridors.findings import ERROR, DataError, Finding, Findings
from corridors.model import Corridor
from sim.cli import console
from sim.cli.options import Data
from sim.cli.words import say

if TYPE_CHECKING:
    from corridors.overlay.demand_scenarios import Futures
    from corridors.overlay.proposals import Proposal, Scenario
    from sim.experiments.experiment import Experiment

WRONG_INPUT = 2


def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE]...",
            help="Tables (.csv), proposals, scenarios or experiments (.yaml); all if none is named.",
        ),
    ] = None,
    data: Data = None,
) -> None:
    """Tell everything that is wrong, or odd, in the data: where, what was found, what would be right."""
    from sim.cli.catalogue import data_folder, folder_of, futures_file

    folder, named = data_folder(data), bool(files)
    if not files:
        files = [folder]
        for kind in ("proposals", "scenarios", "years", "experiments"):
            files += sorted(folder_of(kind, data).glob("*.yaml"))
        files += [file for file in (futures_file(data),) if file]
    findings = [finding for file in files for finding in _findings(file, folder, named)]
    if findings:
        console.findings(findings)
    else:
        console.out().print(say("data_ok", files=", ".join(map(str, files))))
    if any(finding.level == ERROR for finding in findings):
        raise typer.Exit(WRONG_INPUT)


def _findings(file: Path, folder: Path, named: bool) -> list[Finding]:
    from corridors.checks import check_folder

    if not file.exists():
        return [Finding(ERROR, str(file), None, "", "nothing", "a file or a folder of that name")]
    if file.is_dir():
        return check_folder(file)
    if file.suffix == ".csv":
        return [finding for finding in check_folder(file.parent) if finding.file == file.name]
    if file.suffix in (".yaml", ".yml"):
        return _document_findings(file, folder, named)
    return [Finding(ERROR, str(file), None, "", file.suffix, ".csv, .yaml or a folder")]


def _document_findings(file: Path, folder: Path, named: bool) -> list[Finding]:
    """What is wrong with a proposal, scenario, experiment or futures: whichever of these the file reads most like.

    Of a scenario that somebody ``named`` also what a run of it would warn of; years that come along do so knowingly.
    """
    from corridors.io import tables
    from corridors.io.yaml_files import UNKNOWN_KEY
    from corridors.io.yaml_locations import placed
    from corridors.overlay.demand_scenarios import load_futures
    from corridors.overlay.proposals import load_proposal, load_scenario
    from sim.cli.catalogue import proposal_files
    from sim.experiments.experiment import load_experiment

    corridor, _ = tables.read(folder)
    kinds: list[tuple[Callable[[Path], Any], Callable[[Any, Corridor, Path], list[Finding]]]] = [
        (load_proposal, _of_proposal),
        (load_scenario, partial(_of_scenario, as_run=named)),
        (load_experiment, _of_experiment),
        (load_futures, _of_futures),
    ]
    misread: list[tuple[Finding, ...]] = []
    for load, look_at in kinds:
        try:
            document = load(file)
        except DataError as error:
            misread.append(error.findings)
        else:
            if not corridor:
                return []
            # Findings call a document by its id, or by the file that has such a name.
            names = [getattr(document, "id", ""), file.stem]
            files = proposal_files(folder) | dict.fromkeys([*names, *(f"{name}.yaml" for name in names)], file)
            return placed(look_at(document, corridor, folder), files)
    fewest = min(misread, key=lambda found: (sum(one.expected == UNKNOWN_KEY for one in found), len(found)))
    return list(fewest)


def _of_proposal(proposal: Proposal, corridor: Corridor, folder: Path) -> list[Finding]:
    from corridors.overlay.proposals import check_proposal

    return check_proposal(corridor, proposal)


def _of_scenario(scenario: Scenario, corridor: Corridor, folder: Path, as_run: bool) -> list[Finding]:
    from corridors.overlay.proposals import check_scenario, load_proposals
    from sim.cli.catalogue import folder_of
    from sim.cli.single_run import odd_findings
    from sim.run import prepare

    wrong = Findings(check_scenario(scenario))
    with wrong.gather():
        case = prepare(corridor, scenario, load_proposals(folder_of("proposals", folder)) if scenario.proposals else {})
        for one in odd_findings(corridor, case.corridor) if as_run else ():
            address = f"{one.file.removesuffix('.csv')}.{one.id}.{one.column}"
            wrong.append(replace(one, file=scenario.id, row=None, id="", column=address))
    return wrong


def _of_experiment(experiment: Experiment, corridor: Corridor, folder: Path) -> list[Finding]:
    from corridors.overlay.proposals import load_proposals
    from sim.cli.catalogue import folder_of
    from sim.experiments.experiment import check_experiment

    try:
        proposals = load_proposals(folder_of("proposals", folder))
    except DataError as error:
        return list(error.findings)
    return check_experiment(experiment, corridor, proposals)


def _of_futures(futures: Futures, corridor: Corridor, folder: Path) -> list[Finding]:
    from corridors.overlay.demand_scenarios import check_futures

    return check_futures(futures, corridor)
