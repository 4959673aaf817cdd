"""``bridgehead new``: a small valid world of one's own to start from."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from corridors.findings import ERROR, DataError, Finding
from corridors.io.folders import data_root
from sim.cli import console
from sim.cli.options import Speak
from sim.core.atomic_files import write_atomically
from sim.text import cli
from sim.text.cli import say


def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to make; it must not hold anything yet.")],
    language: Speak = "en",
) -> None:
    """Make a small data folder of your own to start from: one port, one service."""
    cli.use(language)
    if any(folder.iterdir()) if folder.is_dir() else folder.exists():
        raise DataError([Finding(ERROR, str(folder), None, "", say("not_empty"), say("empty_folder"))])
    shutil.copytree(data_root() / "template", folder, dirs_exist_ok=True, copy_function=_copy)
    console.out().print(say("made", folder=folder))


def _copy(source: str, target: str) -> None:
    write_atomically(Path(target), Path(source).read_bytes())
