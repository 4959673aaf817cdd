"""Kinds of steps in an itinerary: ``data/schema/step_kinds.csv``, one row a kind.

The checks, the compile step, the documentation and the table editor read this table. Column ``op`` is the operation of
the engine (:mod:`sim.core.rules`); ``needs`` and ``uses`` are columns of ``itineraries.csv`` that a step of the kind
must fill and may fill, beside its place; ``moves`` says whether the vehicle is at the place of the step afterwards.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from corridors.io.folders import data_root


@dataclass(frozen=True)
class StepKind:
    """One kind of step."""

    id: str
    op: str
    needs: tuple[str, ...]
    uses: tuple[str, ...]
    moves: bool
    label_en: str
    label_zh: str
    meaning_en: str
    meaning_zh: str


@cache
def step_kinds() -> Mapping[str, StepKind]:
    """All kinds by id, in the order of the file."""
    with (data_root() / "schema" / "step_kinds.csv").open(encoding="utf-8-sig", newline="") as file:
        return MappingProxyType({row["id"]: _kind(row) for row in csv.DictReader(file)})


def _kind(row: dict[str, str]) -> StepKind:
    needs, uses = (tuple(name for name in row[column].split(";") if name) for column in ("needs", "uses"))
    texts = {name: text for name, text in row.items() if name.startswith(("label_", "meaning_"))}
    return StepKind(row["id"], row["op"], needs, uses, row["moves"] == "yes", **texts)
