"""The published figures behind the data: ``data/facts.csv``, by id.

Input: the file of the package. Output: one :class:`Fact` a row. The column ``source`` of every table names facts
and the rows of ``sources.csv``.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from corridors.io.folders import data_root
from corridors.model import TABLES, Corridor
from corridors.schema import schema


@dataclass(frozen=True, slots=True)
class Fact:
    """One published figure."""

    id: str
    topic: str
    place: str
    metric: str
    value: str
    """As published: mostly a number, sometimes a range or several numbers."""
    unit: str
    year: str
    grade: str
    source: str
    url: str
    note: str


@cache
def facts() -> Mapping[str, Fact]:
    """Every fact by id, in the order of the file."""
    with (data_root() / "facts.csv").open(encoding="utf-8-sig", newline="") as file:
        return MappingProxyType({row["id"]: Fact(**row) for row in csv.DictReader(file)})


def grade_counts(corridor: Corridor) -> dict[str, int]:
    """Number of rows of a corridor by grade, in the order of the schema.

    Grades without rows are included.
    """
    grades = [row.grade for table in TABLES for row in corridor.table(table).values() if hasattr(row, "grade")]
    return {grade: grades.count(grade) for grade in schema("assumptions")["grade"].choices}
