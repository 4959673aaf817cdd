"""Columns of every table, for loading, checks, docs and screens.

One file a table, ``data/schema/<table>.csv``, one line a column, in the order of the columns in the data. Types are

=========  =========================================================================================
id         key or reference: lower-case letters, digits and underscores
key        key of a source: letters, digits and underscores, as facts.csv writes them
ids        ids separated by ';'
text       any text
int float  a number, ASCII digits and a decimal point, without unit
numbers    numbers separated by ';'
bool       yes or no
date       YYYY-MM-DD
time       HH:MM, up to 24:00
weekdays   'daily', a range 'Mon-Sat' or a list 'Mon;Thu'
zone       IANA name of a time zone
country    ISO 3166 code, two capital letters
address    table.id.field
=========  =========================================================================================
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from types import MappingProxyType

from corridors.io.folders import data_root
from corridors.model import TABLES
from corridors.step_kinds import step_kinds


@dataclass(frozen=True)
class Field:
    """One column of one table.

    ``name`` to ``unit`` and the labels are as in the schema file.
    """

    table: str
    name: str
    type: str
    unit: str
    default: str
    """Value of an empty cell or a missing column, as text; '=other' copies that column."""
    low: float | None
    """Lowest value allowed; None: no bound."""
    high: float | None
    choices: tuple[str, ...]
    """The only values allowed; () for any. In the file separated by ';', or the name of the table of kinds."""
    reference: tuple[str, ...]
    """Tables ('places') or columns ('itineraries.itinerary') that declare the ids; () for no reference."""
    required: bool
    """Whether the cell must be filled."""
    label_en: str
    label_zh: str
    meaning_en: str
    meaning_zh: str

    @property
    def is_text(self) -> bool:
        """Whether the value is text, and neither a number nor yes/no."""
        return self.type not in ("int", "float", "bool")


@cache
def schema(table: str) -> Mapping[str, Field]:
    """The columns of one table by name, in their order in the file.

    Raises KeyError for an unknown table.
    """
    if table not in TABLES:
        raise KeyError(table)
    with (data_root() / "schema" / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
        return MappingProxyType({row["field"]: _field(table, row) for row in csv.DictReader(file)})


def _field(table: str, row: dict[str, str]) -> Field:
    made: dict[str, object] = {f.name: row.get(f.name, "") for f in fields(Field)}
    made["table"] = table
    made["name"] = row["field"]
    made["low"] = float(row["low"]) if row["low"] else None
    made["high"] = float(row["high"]) if row["high"] else None
    made["choices"] = _choices(row["choices"])
    made["reference"] = tuple(row["reference"].split(";")) if row["reference"] else ()
    made["required"] = row["required"] == "yes"
    return Field(**made)  # type: ignore[arg-type]


def _choices(cell: str) -> tuple[str, ...]:
    if cell == "step_kinds.csv":
        return tuple(step_kinds())
    return tuple(cell.split(";")) if cell else ()
