"""The inputs of the command that runs, which no output may replace, and the folders made for its outputs.

A process runs one command, so they are kept here; :func:`use` sets them before the command.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from corridors.findings import ERROR, DataError, Finding
from corridors.io.plain_files import exists, is_folder, real_path
from corridors.messages import message

ROOM: Final = "runs"
"""The catalogue of the messages about files."""
FOLDERS: Final = (
    *("proposals", "scenarios", "years", "experiments", "calibration", "sensitivity"),
    *("programmes", "appraisal"),
)
"""Folders of documents that belong to a data folder."""
NAMED: Final = (
    "scenario",
    "beside",
    "experiment",
    "programme",
    "files",
    "log",
    "logs",
    "map_",
    "state",
    "announced",
    "backtest",
    "results_file",
)
"""Parameters of commands with the paths of documents."""

_folders: tuple[Path, ...] = ()
_files: tuple[Path, ...] = ()
_made: list[Path] = []


def use(values: Mapping[str, Any]) -> None:
    """Set the inputs that the values of a command name. Raises DataError where ``out`` lies among them."""
    global _folders, _files
    from sim.cli.catalogue import data_folder, demand_scenarios_file, folder_of

    if "data" not in values and "folder" not in values:
        _folders, _files = (), ()
        return
    data = values.get("data")
    _folders = tuple(real_path(one) for one in (data_folder(data), *(folder_of(kind, data) for kind in FOLDERS)))
    named: list[Any] = [demand_scenarios_file(data)]
    for name in NAMED:
        value = values.get(name)
        named += value if isinstance(value, list) else [value]
    named += _results(values.get("folder"))
    _files = tuple(real_path(Path(one)) for one in named if one)
    out = values.get("out")
    if out is not None and (findings := [*protected("--out", out)]):
        raise DataError(findings)


def protected(option: str, path: Path) -> Iterable[Finding]:
    """The finding for an output that lies in the folder of the data or replaces an input."""
    real = real_path(path)
    expected = message("want.other_file", ROOM)
    if any(real == folder or folder in real.parents for folder in _folders):
        yield Finding(ERROR, option, None, "", str(path), expected, message=message("file.in_data", ROOM))
    elif any(same(real, file) for file in _files):
        yield Finding(ERROR, option, None, "", str(path), expected, message=message("file.is_input", ROOM))


def make_folder(folder: Path) -> None:
    """Make a folder for an output, with those above it. Raises OSError."""
    missing = [one for one in (folder, *folder.parents) if not exists(one)]
    _made.extend(missing)
    folder.mkdir(parents=True, exist_ok=True)


@contextmanager
def folders_only_for_files() -> Iterator[None]:
    """Remove the folders that a command made for its outputs if it ends before a file is in them."""
    _made.clear()
    try:
        yield
    finally:
        for folder in sorted(_made, key=lambda one: -len(one.parts)):
            with suppress(OSError, ValueError):  # It has a file.
                folder.rmdir()
        _made.clear()


def same(one: Path, other: Path) -> bool:
    """Whether two paths are the same file, also under another spelling of its name."""
    try:
        return os.path.normcase(one) == os.path.normcase(other) or one.samefile(other)
    except (OSError, ValueError):
        return False


def _results(folder: Any) -> list[Path]:
    """The files of results in a folder, for commands that read one."""
    if folder is None or not is_folder(Path(folder)):
        return []
    try:
        return [one for one in Path(folder).iterdir() if one.suffix == ".parquet" or one.name.startswith("_")]
    except OSError:
        return []
