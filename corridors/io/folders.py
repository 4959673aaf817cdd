"""Where Bridgehead's own data lie: inside the installed package, or beside it in a checkout."""

from __future__ import annotations

from pathlib import Path


def data_root() -> Path:
    """The ``data`` folder: the copy that a wheel brings along if there is one, else the checkout's own."""
    package = Path(__file__).resolve().parents[1]
    bundled = package / "_data"
    return bundled if bundled.is_dir() else package.parent / "data"
