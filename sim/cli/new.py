"""``bridgehead new``: a small valid data folder to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from corridors.findings import DataError
from corridors.io.atomic_files import copy_folder
from corridors.io.folders import data_root
from corridors.io.system_problems import os_problem
from sim.cli import console
from sim.cli.failure import Failure
from sim.cli.words import say, text, wrong


def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR")],
) -> None:
    """Create a small data folder to start from: one port, one service."""
    try:
        taken = any(folder.iterdir()) if folder.is_dir() else folder.exists()
        if not taken:
            copy_folder(data_root() / "template", folder)
    except OSError as error:
        raise Failure(say("not_written", path=folder, why=os_problem(error))) from None
    if taken:
        raise DataError([wrong(str(folder), text("option.not_empty"), "option.empty_folder")])
    console.out().print(say("made", folder=folder))
