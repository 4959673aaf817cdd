"""The folder of Bridgehead's data, in the package or in a checkout."""

from __future__ import annotations

from pathlib import Path


def data_root() -> Path:
    """The ``data`` folder: that of a wheel if there is one, else of a checkout."""
    package = Path(__file__).resolve().parents[1]
    bundled = package / "_data"
    return bundled if bundled.is_dir() else package.parent / "data"
