"""The sliders of the page What if: which numbers of the world they move, and how far. Declared in ``data/sliders.csv``.

=============  =====================================================================================================
port           the tab in which it stands; empty for what all ports share
group          lanes, cranes, hours, inspection, service, wagons, paths, demand or closures
op             ``set`` writes the value, ``scale`` multiplies by it, ``close`` shuts what is addressed for so many days
addresses      of the numbers that move together, separated by ';' (of ``close``: what is shut)
low high step  the slider's range, as the value is written (times as HH:MM)
label_en, _zh  what it is called, where it is not called like the row that it belongs to
=============  =====================================================================================================
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType
from typing import Any, Final, Literal

from corridors.io.folders import data_root
from corridors.model import Corridor
from corridors.overlay.changes import Change
from corridors.schema import Field, schema

GROUPS: Final = ("lanes", "cranes", "hours", "inspection", "service", "wagons", "paths", "demand", "closures")
Value = int | float | str
"""A number, or a time of day HH:MM."""


@dataclass(frozen=True)
class Slider:
    """One slider."""

    port: str
    group: str
    op: Literal["set", "scale", "close"]
    addresses: tuple[str, ...]
    low: Value
    high: Value
    step: Value
    label_en: str = ""
    label_zh: str = ""

    @property
    def key(self) -> str:
        """What it is known by: no two sliders begin with the same address."""
        return self.addresses[0]

    @property
    def column(self) -> Field | None:
        """The declaration of the number that it moves; None for a closure."""
        table, _, rest = self.key.partition(".")
        return None if self.op == "close" else schema(table)[rest.rpartition(".")[2]]

    @property
    def is_time(self) -> bool:
        """Whether its values are times of day."""
        return self.op == "set" and self.column is not None and self.column.type == "time"

    def value_in(self, corridor: Corridor) -> Value:
        """Where it stands in a world to which nothing was done by it; raises KeyError for a row that is not there."""
        if self.op == "scale":
            return 1.0
        if self.op == "close":
            return 0
        value: Value = getattr(row_of(corridor, self.key), self.key.rpartition(".")[2])
        return value

    def changes(self, value: Value, closed_from: date) -> tuple[Change, ...]:
        """What it does to the world at that value; a closure begins on ``closed_from``."""
        if self.op == "close":
            days = int(value)
            last = closed_from + timedelta(days - 1)
            closed = (Change(op="close", address=a, first_day=closed_from, last_day=last) for a in self.addresses)
            return tuple(closed) if days else ()
        return tuple(Change(op=self.op, address=address, value=value) for address in self.addresses)

    def parsed(self, text: str) -> Value | None:
        """A value as it stands in an address or a file; None for what the slider cannot be moved to."""
        try:
            if self.is_time:
                return text if text in self.times() else None
            number = float(text)
        except ValueError:
            return None
        whole = isinstance(self.low, int) and isinstance(self.step, int)
        if not float(self.low) <= number <= float(self.high) or (whole and number != int(number)):
            return None
        return int(number) if whole else number

    def ends(self, start: float, value: float) -> tuple[float, float]:
        """Both ends of a slider of numbers that can stand at ``start`` by whole steps, and reaches ``value``."""
        low, high, step = float(self.low), float(self.high), float(self.step)
        low = round(start - math.floor((start - low) / step + 1e-9) * step, 9)
        return min(low, value), max(high, value)

    def times(self) -> list[str]:
        """All positions of a slider of times."""
        first, last, step = (_minutes(str(text)) for text in (self.low, self.high, self.step))
        return [f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(first, last + 1, step)]


def row_of(corridor: Corridor, address: str) -> Any:
    """The row that an address of a field lies in; raises KeyError."""
    table, _, rest = address.partition(".")
    return corridor.table(table)[rest.rpartition(".")[0]]


@cache
def sliders() -> Mapping[str, Slider]:
    """Every slider by its key, in the order of the file."""
    with (data_root() / "sliders.csv").open(encoding="utf-8-sig", newline="") as file:
        made = [_slider(row) for row in csv.DictReader(file)]
    return MappingProxyType({slider.key: slider for slider in made})


def _slider(row: Mapping[str, str]) -> Slider:
    addresses = tuple(row["addresses"].split(";"))
    table, _, rest = addresses[0].partition(".")
    of = "int" if row["op"] == "close" else "float" if row["op"] == "scale" else schema(table)[rest.split(".")[-1]].type
    read: Any = {"int": int, "float": float}.get(of, str)
    low, high, step = (read(row[name]) for name in ("low", "high", "step"))
    op: Any = row["op"]
    return Slider(row["port"], row["group"], op, addresses, low, high, step, row["label_en"], row["label_zh"])


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)
