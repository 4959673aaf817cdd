"""Finished batches that the page may open: those directly below one folder, which the server was started with.

In: a name from the list of what is there. Nothing else opens anything: no path comes from the page, and what a link
leads out of the folder is not listed.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from corridors.findings import ERROR, DataError, Finding

if TYPE_CHECKING:
    from sim.studies.compare import Results

VARIABLE: Final = "BRIDGEHEAD_RESULTS"
"""Of the environment: the folder, as `bridgehead app --results` gives it."""
USUAL: Final = "out"
MANIFEST: Final = "_manifest.json"
MOST: Final = 200


def results_root() -> Path:
    """The folder below which results may be opened."""
    return Path(os.environ.get(VARIABLE) or USUAL)


def finished(root: Path) -> list[str]:
    """The names of the folders of results directly below the root, in order."""
    if not root.is_dir():
        return []
    inside = root.resolve()
    names = [path.name for path in root.iterdir() if path.resolve().parent == inside and (path / MANIFEST).is_file()]
    return sorted(names)[:MOST]


def open_results(root: Path, name: str) -> Results:
    """The tables of one of them. Raises DataError for a name that is not in the list, and for damaged files."""
    from sim.experiments.store import open_store
    from sim.studies.compare import Results

    if name not in finished(root):
        raise DataError([Finding(ERROR, name, None, "", name, "a folder of results on this server")])
    return Results.of(open_store(root / name))


def version_of(root: Path, name: str) -> tuple[int, int]:
    """What changes when a batch goes on: how many files there are, and when the manifest was written."""
    folder = root / name
    return len(list(folder.glob("*.parquet"))), (folder / MANIFEST).stat().st_mtime_ns
