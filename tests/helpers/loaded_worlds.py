"""The shipped world, read and checked once for all tests that load it as it is.

No test may change it, which is checked at the end. A folder that is not the shipped one is read anew each time, and so
is the shipped one after any file of the data has changed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from corridors import load
from corridors.fingerprint import fingerprint
from corridors.io.folders import data_root
from corridors.model import Corridor

_read = load.load_corridor


def load_once() -> None:
    """Let modules that import the function that loads a world get one that keeps the shipped world."""
    load.load_corridor = _load_corridor


def _load_corridor(folder: Path | None = None) -> Corridor:
    shipped = data_root() / "baseline"
    if folder not in (None, shipped):
        return _read(folder)
    return _kept(shipped, tuple(sorted(_files(str(data_root())))))


def _files(folder: str) -> Iterator[tuple[str, int, int]]:
    """Path, time and size of every table and document, at any depth; paths of the library would take longer."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _files(entry.path)
            elif entry.name.endswith((".csv", ".yaml")):
                yield entry.path, entry.stat().st_mtime_ns, entry.stat().st_size


@cache
def _kept(folder: Path, state: tuple[tuple[str, int, int], ...]) -> Corridor:
    corridor = _read(folder)
    _prints.append((corridor, fingerprint(corridor)))
    return corridor


def changed_worlds() -> int:
    """How many of the kept worlds are not as they were read."""
    return sum(fingerprint(corridor) != before for corridor, before in _prints)


_prints: list[tuple[Corridor, str]] = []
