"""The Corridor of a data folder, read and checked: how every program gets its world."""

from __future__ import annotations

from pathlib import Path

from corridors.findings import ERROR, DataError
from corridors.io.folders import data_root
from corridors.io.tables import read_folder
from corridors.model import Corridor


def load_corridor(folder: Path | None = None) -> Corridor:
    """Read and check the Corridor in a folder (default: the baseline).

    Raises DataError with all errors, those of :mod:`corridors.checks` included.
    """
    from corridors.checks import check_reading  # It loads NumPy.

    reading = read_folder(data_root() / "baseline" if folder is None else folder)
    errors = [finding for finding in check_reading(reading) if finding.level == ERROR]
    if errors:
        raise DataError(errors)
    return reading.draft
