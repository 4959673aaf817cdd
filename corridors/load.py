"""The Corridor of a data folder, read and checked: how every program gets its world."""

from __future__ import annotations

from pathlib import Path

from corridors.findings import ERROR, DataError
from corridors.io.folders import data_root
from corridors.kept_worlds import keep, kept_world, place_of
from corridors.model import Corridor


def load_corridor(folder: Path | None = None) -> Corridor:
    """Read and check the Corridor in a folder (default: the baseline), or take it as it was checked before.

    Raises DataError with all errors, those of :mod:`corridors.checks` included.
    """
    folder = data_root() / "baseline" if folder is None else folder
    place = place_of(folder)
    if place and (known := kept_world(place)):
        return known
    # They load NumPy and all rules.
    from corridors.checks import check_reading
    from corridors.io.tables import read_folder

    reading = read_folder(folder)
    errors = [finding for finding in check_reading(reading) if finding.level == ERROR]
    if errors:
        raise DataError(errors)
    if place and place == place_of(folder):  # The files are still those that were hashed before.
        keep(reading.draft, place)
    return reading.draft
