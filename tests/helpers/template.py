"""Small changes to a data folder made by ``bridgehead new``."""

from __future__ import annotations

from pathlib import Path


def in_file(file: Path, old: str, new: str) -> None:
    """Replace a text that the file has, everywhere."""
    text = file.read_text(encoding="utf-8-sig")
    assert old in text, file
    file.write_text(text.replace(old, new), encoding="utf-8")


def without_rows(file: Path, *parts: str) -> None:
    """Remove the rows that have one of the parts, which each at least one row has; the header stays."""
    head, *rows = file.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    assert all(any(part in row for row in rows) for part in parts), file
    file.write_text("".join([head, *(row for row in rows if not any(part in row for part in parts))]), encoding="utf-8")
