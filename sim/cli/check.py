"""``bridgehead check``: every finding in tables, proposals and scenarios at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from corridors.findings import ERROR, DataError, Finding
from corridors.model import Corridor
from sim.cli import console, words
from sim.cli.options import Data, Speak
from sim.cli.words import say

WRONG_INPUT = 2


def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE]...", help="Tables (.csv), proposals or scenarios (.yaml); all if none is named."
        ),
    ] = None,
    data: Data = None,
    language: Speak = "en",
) -> None:
    """Tell everything that is wrong, or odd, in the data: where, what was found, what would be right."""
    from sim.cli.lookup import data_folder, folder_of

    words.use(language)
    folder = data_folder(data)
    if not files:
        files = [folder, *sorted(folder_of("proposals", data).glob("*.yaml"))]
        files += sorted(folder_of("scenarios", data).glob("*.yaml"))
    findings = [finding for file in files for finding in _findings(file, folder)]
    if findings:
        console.findings(findings)
    else:
        console.out().print(say("data_ok", files=", ".join(map(str, files))))
    if any(finding.level == ERROR for finding in findings):
        raise typer.Exit(WRONG_INPUT)


def _findings(file: Path, folder: Path) -> list[Finding]:
    from corridors.checks import check_folder

    if not file.exists():
        return [Finding(ERROR, str(file), None, "", "nothing", "a file or a folder of that name")]
    if file.is_dir():
        return check_folder(file)
    if file.suffix == ".csv":
        return [finding for finding in check_folder(file.parent) if finding.file == file.name]
    if file.suffix in (".yaml", ".yml"):
        return _document_findings(file, folder)
    return [Finding(ERROR, str(file), None, "", file.suffix, ".csv, .yaml or a folder")]


def _document_findings(file: Path, folder: Path) -> list[Finding]:
    """What is wrong with a proposal or a scenario: whichever of the two the file looks more like."""
    from corridors import tables

    corridor, _ = tables.read(folder)
    as_proposal, as_scenario = _of_proposal(file, corridor), _of_scenario(file, corridor, folder)
    return min(as_proposal, as_scenario, key=len)


def _of_proposal(file: Path, corridor: Corridor | None) -> list[Finding]:
    from corridors.proposals import check_proposal, load_proposal

    try:
        proposal = load_proposal(file)
    except DataError as error:
        return list(error.findings)
    return check_proposal(corridor, proposal) if corridor else []


def _of_scenario(file: Path, corridor: Corridor | None, folder: Path) -> list[Finding]:
    from corridors.proposals import apply, changes_of, load_proposals, load_scenario
    from sim.cli.lookup import folder_of

    try:
        scenario = load_scenario(file)
        proposals = load_proposals(folder_of("proposals", folder)) if scenario.proposals else {}
        if corridor:
            apply(corridor, changes_of(scenario, proposals), scenario.in_order)
    except DataError as error:
        return list(error.findings)
    return []
