"""Published figures that are not compared, each with its reason.

Input: ``data/validation/not_compared.csv``. Output: one :class:`NotCompared` a row. The file lists figures since the
review of the facts up to :data:`LAST_REVIEWED`, whose reasons are given by kind in ``docs/model.md``.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import Final

from corridors.io.folders import data_root

LAST_REVIEWED: Final = "X210"
"""The last fact, in the order of the file, that was examined before each figure that is not compared was listed."""


@dataclass(frozen=True)
class NotCompared:
    """A fact without a comparison, and the reason."""

    fact: str
    why_en: str
    why_zh: str


def load_not_compared() -> tuple[NotCompared, ...]:
    """Every listed fact, in the order of the file."""
    path = data_root() / "validation" / "not_compared.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return tuple(NotCompared(**row) for row in csv.DictReader(file))
