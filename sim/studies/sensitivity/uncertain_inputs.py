"""Guesses: the assumed numbers of the world, those that belong together moved together.

In: ``assumptions.csv``, which has the range of each number by address, and ``guesses.csv``, which says which numbers
are one guess, what people call it and what measurement would settle it. One measurement, one guess: the tracks of a
station are read off one diagram, so they are one guess. Out: a :class:`Guess` for each; a number that no row of
``guesses.csv`` names is a guess by itself.

A guess at share 0 has all its numbers at the low ends of their ranges, at share 1 at the high ends, and between them
goes by way of the declared values, at the mean share of these. A number whose address is written with a '-' goes the
other way (cranes that fail seldom are repaired soon). ``follower=address`` has a number that is always that of another
(what a truck unloads is what it carries). Prices and emission factors are no guesses here: they weigh hours and
tonne-kilometres afterwards and move no vehicle.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

from corridors.findings import ERROR, DataError, Finding
from corridors.io.csv_files import read_sheet
from corridors.messages import Message, message
from corridors.model import Corridor
from corridors.overlay.changes import Change
from corridors.schema import schema
from sim.experiments.designs import Range

COLUMNS: Final = ("id", "addresses", "name_en", "name_zh", "measure_en", "measure_zh")
WEIGHED: Final = frozenset(
    {"cost_usd_per_tkm", "co2_g_per_tkm", "handling_usd", "wait_usd_per_h", "idle_co2_kg_per_h", "value"}
)
"""Fields that only weigh what has happened; 'value' is that of parameters.csv, which no vehicle knows."""


@dataclass(frozen=True)
class Number:
    """One number of a guess, by address, in the unit of its column."""

    address: str
    declared: float
    low: float
    high: float
    whole: bool
    label: tuple[str, str] = ("", "")
    """What the column is called, in English and Chinese."""
    unit: str = ""
    against: bool = False
    """Goes down where the guess goes up."""
    followers: tuple[str, ...] = ()
    """Addresses of numbers that are always the same as this one."""

    def at(self, share: float) -> float:
        """Its value where the guess stands at a share of its range, from 0 to 1."""
        share = 1 - share if self.against else share
        found = Range(self.low, self.high, self.whole)
        return found.at(min(share, math.nextafter(1.0, 0.0))) if self.whole else found.at(share)

    @property
    def share(self) -> float:
        """Where in its range the declared value lies."""
        share = (self.declared - self.low) / (self.high - self.low)
        return 1 - share if self.against else share


@dataclass(frozen=True)
class Guess:
    """Numbers that one measurement would settle."""

    id: str
    numbers: tuple[Number, ...]
    name: tuple[str, str]
    """In English and Chinese, like ``measure``: what to go and measure."""
    measure: tuple[str, str]

    def at(self, share: float) -> tuple[Change, ...]:
        """What sets all its numbers to a share of their ranges; at the share ``declared`` to what is declared."""
        return tuple(
            Change(op="set", address=address, value=_plain(self.value(one, share)))
            for one in self.numbers
            for address in (one.address, *one.followers)
        )

    def value(self, number: Number, share: float) -> float:
        """One of its numbers where the guess stands at ``share``: from end to end by way of the declared value."""
        middle, own = self.declared, number.share
        if share < middle:
            return number.at(own * share / middle)
        return number.at(own + (1 - own) * (share - middle) / (1 - middle) if middle < 1 else own)

    @cached_property
    def declared(self) -> float:
        """Where the declared values lie in the range, on average over its numbers."""
        return sum(number.share for number in self.numbers) / len(self.numbers)


def load_guesses(corridor: Corridor, file: Path | None = None) -> tuple[Guess, ...]:
    """Every guess of a world that may move a vehicle, in the order of ``file``, then of addresses.

    Raises DataError for a file that is none, and for an address that two guesses claim. Addresses that the world has
    no range for are passed over: the file may serve several worlds.
    """
    ranged = {number.address: number for number in _ranged(corridor)}
    claimed: dict[str, str] = {}
    made, findings = [], []
    for row in _rows(file) if file and file.exists() else ():
        texts = [text.strip() for text in row["addresses"].split(";")]
        pairs = [text.split("=") for text in texts if "=" in text]
        numbers = []
        for text in texts:
            address = text.removeprefix("-")
            if "=" in text or address not in ranged:
                continue
            if address in claimed:
                findings.append(
                    _wrong(
                        file,
                        "repeated_address",
                        address,
                        message("want.unclaimed_address", "runs", id=claimed[address]),
                        row["id"],
                    )
                )
            claimed[address] = row["id"]
            followers = tuple(pair[0] for pair in pairs if pair[1] == address)
            numbers.append(replace(ranged[address], against=text.startswith("-"), followers=followers))
        if numbers:
            name, measure = (row["name_en"], row["name_zh"]), (row["measure_en"], row["measure_zh"])
            made.append(Guess(row["id"], tuple(numbers), name, measure))
    if findings:
        raise DataError(findings)
    alone = (_alone(corridor, number) for address, number in ranged.items() if address not in claimed)
    return (*made, *alone)


def weighing(corridor: Corridor) -> tuple[str, ...]:
    """Addresses with a range that only weigh what has happened, and so are no guesses here."""
    return tuple(address for address in corridor.assumptions if address.rpartition(".")[2] in WEIGHED)


def _ranged(corridor: Corridor) -> Iterator[Number]:
    """Every number with a range to move in, but those that only weigh."""
    for address, row in corridor.assumptions.items():
        table, _, rest = address.partition(".")
        key, _, field = rest.rpartition(".")
        thing = corridor.table(table).get(key)
        declared = getattr(thing, field, None) if thing else None
        if row.low is None or row.high is None or row.low >= row.high or field in WEIGHED or declared is None:
            continue
        column = schema(table)[field]
        label = (column.label_en, column.label_zh)
        yield Number(address, float(declared), row.low, row.high, column.type == "int", label, column.unit)


def _alone(corridor: Corridor, number: Number) -> Guess:
    table, _, rest = number.address.partition(".")
    key, _, field = rest.rpartition(".")
    row, column = corridor.table(table)[key], schema(table)[field]
    things = (getattr(row, "name_en", key), getattr(row, "name_zh", key))
    name = (f"{things[0]}: {column.label_en}", f"{things[1]}：{column.label_zh}")
    measure = (f"Measure it where it happens: {column.meaning_en}", f"现场实测：{column.meaning_zh}")
    return Guess(number.address.replace(".", "_"), (number,), name, measure)


def _rows(file: Path) -> list[Mapping[str, str]]:
    sheet = read_sheet(file)
    findings = [finding for finding in sheet.findings if finding.level == ERROR]
    if not findings and set(sheet.header) != set(COLUMNS):
        findings.append(
            _wrong(
                file, "other_columns", ", ".join(sheet.header), message("want.columns", "runs", names=tuple(COLUMNS))
            )
        )
    if findings:
        raise DataError(findings)
    return [dict(zip(sheet.header, cells, strict=True)) for _, cells in sheet.rows]


def _wrong(file: Path | None, code: str, found: str, expected: Message, id: str = "") -> Finding:
    why, column = message(f"input.{code}", "runs"), "addresses" if id else ""
    return Finding(ERROR, file.name if file else "", None, column, found, expected, message=why, id=id)


def _plain(value: float) -> int | float:
    return int(value) if value == int(value) else value
