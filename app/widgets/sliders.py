"""Sliders of the page What if, declared in ``data/sliders.csv``: addresses and ranges.

=============  =====================================================================================================
port           its tab; empty for numbers that all ports share
group          lanes, cranes, hours, inspection, service, wagons, paths, demand or closures
op             ``set`` writes the value, ``scale`` multiplies by it, ``close`` closes the object for that many days,
               ``order`` puts a rule for orders in use with that threshold, and with half of it to end; 0: not in use
addresses      of the numbers that change together, separated by ';' (``close``: of the objects to close)
low high step  the range, written like the value (times as HH:MM)
label_en, _zh  its label, where it differs from the name of its row
=============  =====================================================================================================
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal

from app import home
from corridors.findings import ERROR, Finding, Findings
from corridors.io.csv_files import read_sheet
from corridors.io.folders import data_root
from corridors.io.plain_files import exists
from corridors.messages import message
from corridors.model import Corridor
from corridors.overlay.changes import Change
from corridors.schema import Field, schema

GROUPS: Final = ("lanes", "cranes", "hours", "inspection", "service", "wagons", "paths", "demand", "closures")
Value = int | float | str
"""A number, or a time of day HH:MM."""


@dataclass(frozen=True)
class Slider:
    """One slider: the numbers that it changes, and its range in the unit of their column."""

    port: str
    group: str
    op: Literal["set", "scale", "close", "order"]
    addresses: tuple[str, ...]
    low: Value
    high: Value
    step: Value
    label_en: str = ""
    label_zh: str = ""

    @property
    def key(self) -> str:
        """The first address; it identifies the slider."""
        return self.addresses[0]

    @property
    def column(self) -> Field | None:
        """The declaration of the number that it changes; None for a closure."""
        table, _, rest = self.key.partition(".")
        return None if self.op == "close" else schema(table)[rest.rpartition(".")[2]]

    @property
    def is_time(self) -> bool:
        """Whether its values are times of day."""
        return self.op == "set" and self.column is not None and self.column.type == "time"

    def value_in(self, corridor: Corridor) -> Value:
        """Its value in a corridor that it has not changed; raises KeyError for a missing row."""
        if self.op == "scale":
            return 1.0
        if self.op == "close":
            return 0
        row = row_of(corridor, self.key)
        if self.op == "order" and not row.active:
            return 0
        value: Value = getattr(row, self.key.rpartition(".")[2])
        return value

    def changes(self, value: Value, closed_from: date) -> tuple[Change, ...]:
        """The changes at a value; a closure begins on ``closed_from``."""
        if self.op == "close":
            days = int(value)
            last = closed_from + timedelta(days - 1)
            closed = (Change(op="close", address=a, first_day=closed_from, last_day=last) for a in self.addresses)
            return tuple(closed) if days else ()
        if self.op == "order":
            above, below, active = self.addresses
            set_to = {above: value, below: max(1, int(value) // 2), active: True} if value else {active: False}
            return tuple(Change(op="set", address=address, value=to) for address, to in set_to.items())
        return tuple(Change(op=self.op, address=address, value=value) for address in self.addresses)

    def parsed(self, text: str) -> Value | None:
        """A value from an address or a file; None for a value out of range."""
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
        """Ends of a slider of numbers that reaches ``start`` by whole steps, and includes ``value``."""
        low, high, step = float(self.low), float(self.high), float(self.step)
        low = round(start - math.floor((start - low) / step + 1e-9) * step, 9)
        return min(low, value), max(high, value)

    def times(self) -> list[str]:
        """All positions of a slider of times."""
        first, last, step = (_minutes(str(text)) for text in (self.low, self.high, self.step))
        return [f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(first, last + 1, step)]


def row_of(corridor: Corridor, address: str) -> Any:
    """The row of the address of a field; raises KeyError."""
    table, _, rest = address.partition(".")
    return corridor.table(table)[rest.rpartition(".")[0]]


def made_of(corridor: Corridor) -> list[Slider]:
    """The sliders of a world without a file of them."""
    from app.widgets.own_sliders import sliders_of

    made: list[Any] = [tuple(declared) for declared in sliders_of(corridor)]
    return [Slider(*declared) for declared in made]


@cache
def sliders() -> Mapping[str, Slider]:
    """The sliders by key, in the order of the file; those of an own folder without a file are made from its world."""
    own = home.folder()
    path = (data_root() if own is None else own) / "sliders.csv"
    if own is not None and not exists(path):
        return MappingProxyType({slider.key: slider for slider in made_of(home.corridor())})
    return MappingProxyType({slider.key: slider for slider in read_sliders(path, home.corridor())})


def read_sliders(path: Path, corridor: Corridor) -> list[Slider]:
    """The sliders of a file. Raises DataError with a finding for each row that declares none of the world."""
    sheet = read_sheet(path)
    wrong = Findings(one for one in sheet.findings if one.level == ERROR)
    made: list[Slider] = []
    for line, cells in sheet.rows:
        row = dict(zip(sheet.header, cells, strict=True))
        try:
            made.append(_slider(row))
            for address in made[-1].addresses if made[-1].op in ("set", "scale") else ():
                getattr(row_of(corridor, address), address.rpartition(".")[2])
        except (AttributeError, LookupError, ValueError):
            what, expected = message("slider.unusable", "app_common"), message("want.slider", "app_common")
            found = row.get("addresses", "")
            wrong.append(Finding(ERROR, path.name, line, "", found, expected, message=what))
    wrong.refuse()
    return made


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
