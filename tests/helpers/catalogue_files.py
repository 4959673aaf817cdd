"""The files of the catalogues as they are written; each is read once a process, which takes longer than most tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import polib

from sim.text.catalogue import FOLDER


def catalogue_file(language: str, room: str, folder: Path = FOLDER) -> polib.POFile:
    """A catalogue with all its entries; not to be changed."""
    path = folder / language / f"{room}.po"
    return _read(path, path.stat().st_mtime_ns, path.stat().st_size)


@cache
def _read(path: Path, written_ns: int, size: int) -> polib.POFile:
    return polib.pofile(str(path), encoding="utf-8")
