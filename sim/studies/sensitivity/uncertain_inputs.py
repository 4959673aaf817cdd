"""Uncertain inputs: assumed numbers of the model, in groups that move together.

Input: ``assumptions.csv``, which has the range of each number by address, and ``uncertain_inputs.csv``, which says
which numbers form one input, its name, and the measurement that would settle it. Numbers that the same measurement
settles are one input: the tracks of a station are read off one diagram. Output: one :class:`UncertainInput` a group; a
number that no row of ``uncertain_inputs.csv`` names is an input by itself.

At share 0 all numbers of an input are at the low ends of their ranges, at share 1 at the high ends. In between, the
values are interpolated through the declared values, which lie at their mean share. A number whose address has a
leading '-' moves in the opposite direction (cranes that fail rarely are repaired soon). ``follower=address`` makes a
number always equal to another (a truck unloads as much as it carries). Prices and emission factors are not inputs of
this study: they weigh hours and tonne-kilometres afterwards and move no vehicle.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Final

from corridors.findings import ERROR, DataError, Finding
from corridors.io.csv_files import read_sheet, repeated_columns
from corridors.messages import Message, message
from corridors.model import Corridor
from corridors.overlay.changes import Change
from corridors.schema import Field, schema
from corridors.translations import DATA_LANGUAGES, Translations, translations
from sim.experiments.designs import Range

ROOM: Final = "sensitivity"
"""Catalogue of the messages."""
COLUMNS: Final = ("id", "addresses", "name_en", "name_zh", "measure_en", "measure_zh")
WEIGHED: Final = frozenset(
    {"cost_usd_per_tkm", "co2_g_per_tkm", "handling_usd", "wait_usd_per_h", "idle_co2_kg_per_h", "value"}
)
"""Fields that only weigh results; 'value' is that of parameters.csv, which no vehicle depends on."""


@dataclass(frozen=True)
class Number:
    """One number of an input, by address, in the unit of its column."""

    address: str
    declared: float
    low: float
    high: float
    whole: bool
    label: Translations = field(default_factory=dict)
    """Label of the column."""
    unit: str = ""
    against: bool = False
    """Whether the number falls as the input rises."""
    followers: tuple[str, ...] = ()
    """Addresses of numbers that always equal this one."""

    def at(self, share: float) -> float:
        """The value at a share of the input's range, from 0 to 1."""
        share = 1 - share if self.against else share
        found = Range(self.low, self.high, self.whole)
        return found.at(min(share, math.nextafter(1.0, 0.0))) if self.whole else found.at(share)

    @property
    def share(self) -> float:
        """Position of the declared value in the range, from 0 to 1."""
        share = (self.declared - self.low) / (self.high - self.low)
        return 1 - share if self.against else share


@dataclass(frozen=True)
class UncertainInput:
    """Numbers that one measurement would settle."""

    id: str
    numbers: tuple[Number, ...]
    name: Translations
    measure: Translations
    """The measurement that would settle the numbers."""

    def at(self, share: float) -> tuple[Change, ...]:
        """Changes that set all numbers to a share of their ranges; the share ``declared`` gives the declared values."""
        return tuple(
            Change(op="set", address=address, value=_plain(self.value(one, share)))
            for one in self.numbers
            for address in (one.address, *one.followers)
        )

    def value(self, number: Number, share: float) -> float:
        """The value of one number at ``share`` of the input, interpolated through the declared value."""
        middle, own = self.declared, number.share
        if share < middle:
            return number.at(own * share / middle)
        return number.at(own + (1 - own) * (share - middle) / (1 - middle) if middle < 1 else own)

    @cached_property
    def declared(self) -> float:
        """Mean position of the declared values in their ranges, from 0 to 1."""
        return sum(number.share for number in self.numbers) / len(self.numbers)


def load_uncertain_inputs(corridor: Corridor, file: Path | None = None) -> tuple[UncertainInput, ...]:
    """Read every input of a corridor that may move a vehicle, in the order of ``file``, then of addresses.

    Raises DataError for an invalid file and for an address in two rows. Addresses without a range in this corridor are
    skipped: one file may serve several corridors.
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
            number = ranged[address]
            # what equals a whole number is whole itself: a truck of 125.1 t cannot give 125 t to a yard
            whole = number.whole or any(_column(follower).type == "int" for follower in followers)
            numbers.append(replace(number, against=text.startswith("-"), followers=followers, whole=whole))
        if numbers:
            name, measure = ({of: row[f"{column}_{of}"] for of in DATA_LANGUAGES} for column in ("name", "measure"))
            made.append(UncertainInput(row["id"], tuple(numbers), name, measure))
    if findings:
        raise DataError(findings)
    alone = (_alone(corridor, number) for address, number in ranged.items() if address not in claimed)
    return (*made, *alone)


def weighing(corridor: Corridor) -> tuple[str, ...]:
    """Addresses with a range that only weigh results, and so are not inputs of this study."""
    return tuple(address for address in corridor.assumptions if address.rpartition(".")[2] in WEIGHED)


def _ranged(corridor: Corridor) -> Iterator[Number]:
    """Every number with a range, except those that only weigh results."""
    for address, row in corridor.assumptions.items():
        table, _, rest = address.partition(".")
        key, _, name = rest.rpartition(".")
        thing = corridor.table(table).get(key)
        declared = getattr(thing, name, None) if thing else None
        if row.low is None or row.high is None or row.low >= row.high or name in WEIGHED or declared is None:
            continue
        column = _column(address)
        label = translations(column, "label")
        yield Number(address, float(declared), row.low, row.high, column.type == "int", label, column.unit)


def _column(address: str) -> Field:
    """The column of an address such as ``facilities.berth.servers``."""
    return schema(address.partition(".")[0])[address.rpartition(".")[2]]


def _alone(corridor: Corridor, number: Number) -> UncertainInput:
    table, _, rest = number.address.partition(".")
    key = rest.rpartition(".")[0]
    column = _column(number.address)
    things = translations(corridor.table(table)[key], "name", missing=key)
    labels, meanings = translations(column, "label"), translations(column, "meaning")
    names = {of: message("unnamed_name", ROOM, thing=things[of], column=labels[of]) for of in DATA_LANGUAGES}
    measures = {of: message("unnamed_measure", ROOM, meaning=meanings[of]) for of in DATA_LANGUAGES}
    return UncertainInput(number.address.replace(".", "_"), (number,), names, measures)


def _rows(file: Path) -> list[Mapping[str, str]]:
    sheet = read_sheet(file)
    findings = [finding for finding in sheet.findings if finding.level == ERROR]
    findings += repeated_columns(file.name, sheet.header)
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
