"""``bridgehead new``: a small valid data folder to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from corridors.findings import DataError
from corridors.io.atomic_files import copy_folder
from corridors.io.folders import data_root
from corridors.io.system_problems import os_problem
from corridors.messages import message
from sim.cli import console
from sim.cli.failure import Failure
from sim.cli.words import say, text, wrong

EXAMPLES: Final = "examples"
"""Folder of the worlds that `--like` copies."""


def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR")],
    like: Annotated[str | None, typer.Option("--like", metavar="NAME")] = None,
) -> None:
    """Create a small data folder to start from: one port, one service; or a copy of an example world."""
    from sim.cli.catalogue import unknown_ids

    known = sorted(path.name for path in (data_root() / EXAMPLES).iterdir() if path.is_dir())
    refused = unknown_ids("--like", [like] if like else None, known, message("want.one_of", names=tuple(known)))
    if refused:
        raise DataError(refused)
    source = data_root() / EXAMPLES / like if like else data_root() / "template"
    try:
        taken = any(folder.iterdir()) if folder.is_dir() else folder.exists()
        if not taken:
            copy_folder(source, folder)
    except OSError as error:
        raise Failure(say("not_written", path=folder, why=os_problem(error))) from None
    if taken:
        raise DataError([wrong(str(folder), text("option.not_empty"), "option.empty_folder")])
    made = say("made_like", folder=folder, name=like) if like else say("made", folder=folder)
    console.out().print(made)
