"""The scores of a backtest in its JSON file, as ``bridgehead backtest --json`` writes them.

Input: the file. Output: its scores; their verdict is shown beside a forecast that was made by the same model.
"""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

from corridors.io.json_files import read_json
from sim.studies.forecast.backtest import TARGETS, VERDICTS, Score


def read_scores(path: Path) -> tuple[Score, ...]:
    """The scores in a file. Raises ValueError where it is no file of a backtest, OSError where it cannot be read."""
    document = read_json(path)
    rows = document.get("scores") if isinstance(document, dict) else None
    if not isinstance(rows, list):
        raise ValueError("no scores")
    return tuple(map(_score, rows))


def _score(row: object) -> Score:
    names = [one.name for one in fields(Score)]
    if not isinstance(row, dict) or set(row) != set(names):
        raise ValueError("other columns")
    if row["target"] not in TARGETS or row["verdict"] not in VERDICTS:
        raise ValueError("another target or verdict")
    numbers: dict[str, Any] = {name: float("nan") if row[name] is None else row[name] for name in names}
    if not all(isinstance(numbers[name], int | float) for name in names if name not in ("target", "verdict")):
        raise ValueError("no number")
    return Score(**numbers)
