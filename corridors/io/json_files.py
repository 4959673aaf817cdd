"""JSON files that the program wrote and reads again, also damaged: each is read, or is a ValueError.

Input: the path of a file. Output: its plain values, nested at most :data:`MOST_LEVELS` deep, so that a walk through
them ends. Python's reader stops with RecursionError at deep nesting, and a pipe would never end.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from corridors.io.plain_files import LARGEST_RECORD, exists

MOST_LEVELS: Final = 50
"""Levels of lists and objects within each other; manifests have about ten."""


def read_json(path: Path) -> Any:
    """The values of a JSON file. Raises ValueError for any other content, OSError where it cannot be read."""
    if exists(path) and not path.is_file() and not path.is_dir():
        raise ValueError("no plain file")
    if path.stat().st_size > LARGEST_RECORD:
        raise ValueError("too large")
    return json_values(path.read_bytes())


def json_values(text: str | bytes) -> Any:
    """The values of a JSON text; raises ValueError for any other text, also one that is nested too deeply."""
    try:
        values = json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    level = [values]
    for _ in range(MOST_LEVELS):
        level = [inside for one in level if isinstance(one, dict | list) for inside in _inside(one)]
        if not level:
            return values
    raise ValueError("nested too deeply")


def _inside(one: dict[str, Any] | list[Any]) -> list[Any]:
    return list(one.values()) if isinstance(one, dict) else one
