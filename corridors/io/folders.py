"""The folder of Bridgehead's data, in the package or in a checkout."""

from __future__ import annotations

from pathlib import Path


def data_root(root: Path | None = None) -> Path:
    """The ``data`` folder: that of a wheel if there is one, else of a checkout.

    ``root`` is the folder with the package ``corridors``, by default that of the running program.
    """
    root = root or Path(__file__).resolve().parents[2]
    bundled = root / "corridors" / "_data"
    return bundled if bundled.is_dir() else root / "data"
