"""The state of a world as a table: the vehicles under way, what they do since when, and the levels of stocks.

Input and output: a CSV file of the columns :data:`COLUMNS` (see ``docs/records.md``) and :class:`WorldState`.
Steps are ``itinerary.step`` of the world, so a state outlives a change of the data that leaves its steps in place.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from corridors.clock.local_time import instant_of
from corridors.findings import ERROR, DataError, Finding, nearest
from corridors.io.atomic_files import write_atomically
from corridors.io.csv_files import read_sheet, repeated_columns
from corridors.messages import Message, Param, message
from corridors.model import Corridor, Step
from corridors.single_tracks import has_sections

ROOM: Final = "forecast"
COLUMNS: Final = (
    *("what", "service", "step", "part", "doing", "since", "rest_s", "count", "vehicle", "entered"),
    *("id", "level"),
)
TIME, COVERS, VEHICLE, STOCK = KINDS = ("time", "covers", "vehicle", "stock")
"""The instant; a step of which the state has every vehicle; a vehicle or a group; a stock."""
WAITING, WORKING, PRESENT = DOINGS = ("waiting", "working", "present")
"""Waits; works or travels; one of the two, the first of the queue being those at work."""
QUEUEING: Final = frozenset({"serve", "hold", "pass", "draw", "return", "wait"})
TIMED: Final = frozenset({"serve", "hold", "pass", "travel"})
MOST_COUNT: Final = 100_000
MOST_REST_S: Final = 10 * 366 * 86_400
MOST_DIGITS: Final = 20


@dataclass(frozen=True)
class StateVehicle:
    """One vehicle, or ``count`` of which the same is known."""

    service: str
    step: str
    doing: str
    since: datetime | None = None
    """When it came to wait, or began the work."""
    rest_s: int | None = None
    """Seconds of work that are left, where that is known."""
    count: int = 1
    vehicle: str = ""
    """A hashed id."""
    entered: datetime | None = None
    """When it came to the port."""
    part: int = 0
    """Which op of the step, for a travel over several links."""


@dataclass(frozen=True)
class WorldState:
    """A world at an instant."""

    at: datetime
    vehicles: tuple[StateVehicle, ...] = ()
    stocks: dict[str, int] = field(default_factory=dict)
    covers: tuple[str, ...] = ()
    """Steps of which all vehicles are in the state; all steps if empty."""

    @property
    def total(self) -> int:
        """Vehicles of the state."""
        return sum(one.count for one in self.vehicles)

    def counts(self) -> dict[tuple[str, str, str], int]:
        """Vehicles by service, step and what they do, in the order of their first row."""
        found: dict[tuple[str, str, str], int] = {}
        for one in self.vehicles:
            key = (one.service, one.step, one.doing)
            found[key] = found.get(key, 0) + one.count
        return found


def text_of(time: datetime | None) -> str:
    """An instant as the file has it: ISO 8601 in UTC; '' for none."""
    return "" if time is None else time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def state_csv(state: WorldState) -> bytes:
    """The file of a state."""
    blank = dict.fromkeys(COLUMNS, "")
    rows = [blank | {"what": TIME, "since": text_of(state.at)}]
    rows += [blank | {"what": COVERS, "step": one} for one in state.covers]
    for one in state.vehicles:
        row = {"what": VEHICLE, "service": one.service, "step": one.step, "part": str(one.part or "")}
        row |= {"doing": one.doing, "since": text_of(one.since), "count": str(one.count), "vehicle": one.vehicle}
        row |= {"rest_s": "" if one.rest_s is None else str(one.rest_s), "entered": text_of(one.entered)}
        rows.append(blank | row)
    rows += [blank | {"what": STOCK, "id": id, "level": str(level)} for id, level in state.stocks.items()]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def write_state(path: Path, state: WorldState) -> None:
    """Write the file of a state, complete or not at all."""
    write_atomically(path, state_csv(state))


def read_state(path: Path, corridor: Corridor) -> WorldState:
    """The state in a file; raises DataError with every finding about it."""
    reader = StateReader(str(path), corridor)
    rows = rows_of(path, reader)
    made = reader.state(rows)
    if reader.findings or made is None:
        raise DataError(reader.findings)
    check_fleets(made, corridor, str(path))
    return made


def read_instant(path: Path) -> datetime:
    """The instant of the state in a file, for which no world is needed; raises DataError where there is none."""
    reader = InstantReader(str(path))
    rows = rows_of(path, reader)
    at = reader.instant(rows)
    if reader.findings or at is None:
        raise DataError(reader.findings)
    return at


def check_fleets(state: WorldState, corridor: Corridor, file: str = "") -> None:
    """Raises DataError for services of which a state has more vehicles than their fleets."""
    reader, count = StateReader(file, corridor), Counter[str]()
    for one in state.vehicles:
        count[one.service] += one.count
    for id, n in count.items():
        fleet = corridor.services[id].fleet if id in corridor.services else 0
        if 0 < fleet < n:
            reader.refuse(None, "count", f"{id}: {n}", "state.more_than_fleet", "fleet", fleet=int(fleet))
    if reader.findings:
        raise DataError(reader.findings)


def rows_of(
    path: Path, reader: InstantReader, columns: Sequence[str] = ("what", "since")
) -> list[tuple[int, dict[str, str]]]:
    """The rows of a file by their lines; raises DataError where it is no table."""
    sheet = read_sheet(path)
    findings = [replace(one, file=str(path)) for one in sheet.findings if one.level == ERROR]
    findings += repeated_columns(str(path), sheet.header)
    if findings:
        raise DataError(findings)
    if "what" in columns and not set(columns) & set(sheet.header):
        reader.refuse(None, "", ", ".join(sheet.header), "state.not_state", "state_file")
        raise DataError(reader.findings)
    for name in columns:
        if name not in sheet.header:
            reader.refuse(None, name, "", "state.no_column", "column")
    return [(line, dict(zip(sheet.header, cells, strict=True))) for line, cells in sheet.rows]


class InstantReader:
    """Reads the instant of a file and keeps the findings about it."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []

    def refuse(
        self,
        line: int | None,
        column: str,
        found: str,
        code: str,
        want: str,
        close: str = "",
        *,
        room: str = ROOM,
        **params: Param,
    ) -> None:
        """Keep a finding."""
        expected: Message = message(f"want.{want}", room, **params)
        self.findings.append(Finding(ERROR, self.file, line, column, found, expected, close, message(code, room)))

    def instant(self, rows: list[tuple[int, dict[str, str]]]) -> datetime | None:
        """The instant of a state."""
        times = [(line, row) for line, row in rows if row.get("what") == TIME]
        if len(times) != 1:
            self.refuse(None, "what", str(len(times)), "state.one_time", "one_time")
            return None
        at = self.time(times[0][0], "since", times[0][1].get("since", ""))
        if at is None and not self.findings:
            self.refuse(times[0][0], "since", "", "state.no_time", "instant")
        return at

    def time(self, line: int, column: str, cell: str) -> datetime | None:
        """The instant in a cell; None for an empty one, and for one about which there is a finding."""
        if not cell:
            return None
        try:
            found = instant_of(cell)
        except ValueError:
            self.refuse(line, column, cell, "state.no_time", "instant")
            return None
        if found.tzinfo is None:
            self.refuse(line, column, cell, "state.no_offset", "instant")
            return None
        return found.astimezone(UTC)


class StateReader(InstantReader):
    """Reads the rest, by a world."""

    def __init__(self, file: str, corridor: Corridor) -> None:
        super().__init__(file)
        self.corridor = corridor

    def state(self, rows: list[tuple[int, dict[str, str]]]) -> WorldState | None:
        """The state in the rows."""
        at = self.instant(rows)
        if at is None:
            return None
        vehicles: list[StateVehicle] = []
        stocks: dict[str, int] = {}
        covers: list[str] = []
        for line, row in rows:
            match row.get("what", ""):
                case "time":
                    pass
                case "covers":
                    if self._step(line, row.get("step", "")):
                        covers.append(row.get("step", ""))
                case "vehicle":
                    vehicles += self._vehicle(line, row, at)
                case "stock":
                    self._stock(line, row, stocks)
                case other:
                    self.refuse(line, "what", other, "state.what", "one_of", nearest(other, KINDS), names=KINDS)
        return WorldState(at, tuple(vehicles), stocks, tuple(covers))

    def _vehicle(self, line: int, row: dict[str, str], at: datetime) -> Iterator[StateVehicle]:
        before = len(self.findings)
        service, step, doing = row.get("service", ""), row.get("step", ""), row.get("doing", "")
        if service not in self.corridor.services:
            close = nearest(service, self.corridor.services)
            self.refuse(line, "service", service, "state.service", "service", close)
        if self._step(line, step):
            self._fits(line, service, step, doing)
        if doing not in DOINGS:
            self.refuse(line, "doing", doing, "state.doing", "one_of", nearest(doing, DOINGS), names=DOINGS)
        since = self.time(line, "since", row.get("since", ""))
        entered = self.time(line, "entered", row.get("entered", ""))
        for column, found in (("since", since), ("entered", entered)):
            if found and found > at:
                self.refuse(line, column, row[column], "state.later", "not_after", at=text_of(at))
        count = self.number(line, "count", row.get("count", ""), 1, 1, MOST_COUNT)
        rest = self.number(line, "rest_s", row.get("rest_s", ""), -1, 1, MOST_REST_S)
        part = self.number(line, "part", row.get("part", ""), 0, 0, 10_000)
        kind = self.corridor.itineraries[step].kind if step in self.corridor.itineraries else "travel"
        if part and kind != "travel":
            self.refuse(line, "part", row["part"], "state.part", "no_part", kind=kind)
        if len(self.findings) == before:
            known = None if rest < 0 else rest
            yield StateVehicle(service, step, doing, since, known, count, row.get("vehicle", ""), entered, part)

    def _step(self, line: int, step: str) -> bool:
        if step in self.corridor.itineraries:
            return True
        self.refuse(line, "step", step, "state.step", "step", nearest(step, self.corridor.itineraries))
        return False

    def _fits(self, line: int, service: str, step: str, doing: str) -> None:
        """A step at which a vehicle can be, on a way of its service, and do what it does."""
        row = self.corridor.itineraries[step]
        known = self.corridor.services.get(service)
        if known and row.itinerary not in self.corridor.itineraries_from(known.itinerary):
            self.refuse(line, "step", step, "state.other_itinerary", "step")
        able = row.kind in (QUEUEING | TIMED)
        if not able:
            steps = self.corridor.steps(row.itinerary)
            after = steps[[one.id for one in steps].index(step) + 1 :]
            onward = next((one.id for one in after if one.kind in QUEUEING | TIMED), "")
            self.refuse(line, "step", step, "state.step_kind", "step_of_stay", onward, kind=row.kind)
        elif (doing == WAITING and not self._waits_at(row)) or (doing == WORKING and row.kind not in TIMED):
            self.refuse(line, "doing", doing, "state.cannot", "other_doing", kind=row.kind)

    def _waits_at(self, row: Step) -> bool:
        """Whether a vehicle can wait at a step; on its way only for a path or a free section."""
        links = [link for link in self.corridor.links.values() if link.mode == row.mode]
        return row.kind != "travel" or any(link.paths_per_day or has_sections(link) for link in links)

    def _stock(self, line: int, row: dict[str, str], stocks: dict[str, int]) -> None:
        id = row.get("id", "")
        if id not in self.corridor.stocks:
            self.refuse(line, "id", id, "state.stock", "stock", nearest(id, self.corridor.stocks))
            return
        if id in stocks:
            self.refuse(line, "id", id, "state.stock_twice", "once")
        stocks[id] = self.number(line, "level", row.get("level", ""), -1, 0, 2**40)
        if not row.get("level", ""):
            self.refuse(line, "level", "", "state.number", "number", low=0, high=2**40)

    def number(self, line: int, column: str, cell: str, default: int, low: int, high: int) -> int:
        """The whole number in a cell; the default for an empty one."""
        if not cell:
            return default
        if len(cell) <= MOST_DIGITS and cell.isascii() and cell.isdigit() and low <= int(cell) <= high:
            return int(cell)
        self.refuse(line, column, cell, "state.number", "number", low=low, high=high)
        return default


def covered(state: WorldState, steps: Iterable[str]) -> frozenset[str]:
    """The steps of which the state has every vehicle."""
    return frozenset(state.covers or steps)
