"""Rows of logs to visits with instants: what each row says, and what is wrong with it alone (R1, R2, R11, R13, R14).

Input: logs as texts, their map and the world. Output: a frame of visits, findings about columns, the ledger of rows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from corridors.findings import ERROR, WARNING, DataError, Finding, nearest
from corridors.io.words import expression, words
from corridors.messages import Text, message
from corridors.model import LARGEST_LOAD_T, LEAST_LOAD_T, Corridor
from corridors.records.mapping import TIMES, RecordMap, StepMap
from corridors.records.reading import Column, Log
from corridors.records.secrecy import Secrets, hashed, plate
from corridors.records.stamps import NEXT_DAY, NO_TIME, SKIPPED, TWICE, Instants, day_order, instants, take_later
from corridors.records.visits import CORRECTED, DROPPED, FRAME, KEPT, Ledger

if TYPE_CHECKING:
    import pandas as pd

BLANK: Final = frozenset(words("blank"))
TEST: Final = re.compile(expression("test_id"))
"""Plates of tests."""
THOUSANDS: Final = re.compile(expression("thousands"))
NO_VEHICLE: Final = -1
HEAVIER: Final = 20
"""A load that is so many times that of the world, or so many times less, is most likely in another unit."""


def absent_columns(logs: Sequence[Log], found: RecordMap) -> list[Finding]:
    """Findings about the columns that a map needs and no log has."""
    there = {name for log in logs for name in log.header}
    expected = message("want.one_of", names=tuple(sorted(filter(None, there)))[:20])
    return [
        finding_of(logs[0].file, name, name, "log.no_column", expected, nearest(name, there))
        for name in sorted(found.required - there)
    ]


@dataclass(frozen=True)
class _Times:
    """Instants of one column by row, and the texts for the ledger."""

    seconds: npt.NDArray[np.float64]
    later: npt.NDArray[np.float64]
    codes: npt.NDArray[np.int8]
    column: Column

    def text(self, row: int) -> str:
        return self.column[row]


class Parsing:
    """Rows of all logs to visits with instants; findings about columns, entries about rows."""

    def __init__(self, logs: Sequence[Log], found: RecordMap, corridor: Corridor) -> None:
        self.logs, self.map, self.corridor = logs, found, corridor
        self.findings: list[Finding] = []
        self.warnings: list[Finding] = []
        self.ledger = Ledger(tuple(log.file for log in logs), [])
        self._numbers: dict[str, int] = {}
        self.services = found.services or tuple(sorted(corridor.services))
        self._keys: dict[str, int] = {}
        self._tests = frozenset(map(plate, found.test_vehicles))

    def refuse(self) -> None:
        """Raise DataError with the findings, if there are any."""
        if self.findings:
            secrets = self.secrets()
            raise DataError([secrets.finding(one) for one in self.findings])

    def secrets(self) -> Secrets:
        """The ids of the vehicles of all logs."""
        given = self.map.vehicle
        if given is None:
            return Secrets((), str)
        texts = (log.columns[given.column].texts for log in self.logs if given.column in log.columns)
        ids = {text for column in texts for text in column if text not in BLANK}
        return Secrets(ids, lambda text: hashed(plate(text), given.salt))

    def pieces(self) -> Iterator[pd.DataFrame]:
        """The visits of each log."""
        self.findings += absent_columns(self.logs, self.map)
        if self.findings:
            return
        for n, log in enumerate(self.logs):
            for line in log.ragged:
                self.ledger.add_line("R1", DROPPED, n, line, note="cells")
            rows = self._rows(n, log)
            if self.map.layout == "wide":
                yield from self._wide(n, log, rows)
            elif self.map.layout == "stops":
                yield from self._stops(n, log, rows)
            else:
                yield from self._long(n, log, rows)

    def _rows(self, n: int, log: Log) -> dict[str, Any]:
        """The rows that count, with vehicle, service, key of the journey and load."""
        size, ledger = len(log), self.ledger
        good = np.ones(size, bool)
        for name, values in self.map.keep.items():
            if name not in log.columns:
                continue
            column = log.columns[name]
            fits = np.array([text in values for text in column.texts], bool)[column.codes]
            for row in np.flatnonzero(good & ~fits).tolist():
                ledger.add_line("R11", DROPPED, n, int(log.lines[row]), name, column[row])
            good &= fits
        vehicle = self._vehicles(log)
        assert self.map.vehicle is not None
        name = self.map.vehicle.column
        for row in np.flatnonzero(good & (vehicle == NO_VEHICLE)).tolist():
            # The text of a test plate is no id of a vehicle, but may be a misread one: only its hash is shown.
            note = "blank" if log.columns[name][row] in BLANK else "test"
            ledger.add_line("R14", DROPPED, n, int(log.lines[row]), name, "", note)
        good &= vehicle != NO_VEHICLE
        service = self._service(n, log, good)
        good &= service >= 0
        key = np.full(size, -1, np.int32)
        if self.map.journey.column in log.columns:
            column = log.columns[self.map.journey.column]
            numbers = [-1 if text in BLANK else self._keys.setdefault(text, len(self._keys)) for text in column.texts]
            key = np.array(numbers, np.int32)[column.codes]
        load = self._loads(n, log, good)
        at = np.flatnonzero(good)
        return {"at": at, "vehicle": vehicle, "service": service, "key": key, "load": load, "lines": log.lines}

    def _vehicles(self, log: Log) -> npt.NDArray[np.int32]:
        assert self.map.vehicle is not None
        if self.map.vehicle.column not in log.columns:
            return np.full(len(log), NO_VEHICLE, np.int32)
        column, salt = log.columns[self.map.vehicle.column], self.map.vehicle.salt
        numbers = []
        for text in column.texts:
            name = plate(text)
            if text in BLANK or not name or TEST.fullmatch(name) or name in self._tests:
                numbers.append(NO_VEHICLE)
                continue
            hash_ = hashed(name, salt)
            if hash_ not in self._numbers:
                self._numbers[hash_] = len(self.ledger.vehicles)
                self.ledger.vehicles.append(hash_)
            numbers.append(self._numbers[hash_])
        return np.array(numbers, np.int32)[column.codes]

    def _service(self, n: int, log: Log, good: npt.NDArray[np.bool_]) -> npt.NDArray[np.int16]:
        given = self.map.service
        if self.map.preset == "bridgehead" and not given:
            assert self.map.vehicle is not None
            column = log.columns[self.map.vehicle.column]
            names = [text.rpartition("-")[0] for text in column.texts]
        elif isinstance(given, str):
            return np.full(len(log), self.services.index(given), np.int16)
        elif given.column not in log.columns:
            return np.full(len(log), -1, np.int16)
        else:
            column = log.columns[given.column]
            names = [given.values.get(text, "") for text in column.texts]
        numbers = np.array([self.services.index(one) if one in self.services else -1 for one in names], np.int16)
        found: npt.NDArray[np.int16] = numbers[column.codes]
        lost = np.flatnonzero(good & (found < 0)).tolist()
        where = "" if isinstance(given, str) else given.column
        for row in lost:
            self.ledger.add_line("R13", DROPPED, n, int(log.lines[row]), where, column[row], "service")
        self._unmapped(log.file, where, Counter(column[row] for row in lost))
        return found

    def _unmapped(self, file: str, column: str, counts: Counter[str]) -> None:
        """A warning with the values that the map does not have, the most frequent first."""
        if counts:
            most = tuple(f"{text or repr(text)} ({n})" for text, n in counts.most_common(8))
            what, expected = message("log.unmapped"), message("want.mapped")
            self.warnings.append(Finding(WARNING, file, None, column, ", ".join(most), expected, message=what))

    def _loads(self, n: int, log: Log, good: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
        part = self.map.load
        if part is None or part.column not in log.columns:
            return np.full(len(log), np.nan)
        column = log.columns[part.column]
        values = np.array([_number(text) for text in column.texts])
        values[values < 0] = np.nan
        loads: npt.NDArray[np.float64] = values[column.codes] / (1000.0 if part.unit == "kg" else 1.0)
        blank = np.array([text in BLANK for text in column.texts], bool)[column.codes]
        for row in np.flatnonzero(good & np.isnan(loads) & ~blank).tolist():
            self.ledger.add_line("R1", DROPPED, n, int(log.lines[row]), part.column, column[row], "load")
        usual = float(np.nanmedian(loads[good])) if np.isfinite(loads[good]).any() else 0.0
        known = self.corridor.services[part.of].load_t
        if usual > HEAVIER * (known or 250.0):
            expected = message("want.load", n=known or 250.0)
            self.findings.append(finding_of(log.file, part.column, f"{usual:g} t", "log.load_unit", expected))
        elif 0 < usual < (known / HEAVIER or LEAST_LOAD_T):
            expected = (
                message("want.load", n=known)
                if known
                else message("want.load_between", low=LEAST_LOAD_T, high=LARGEST_LOAD_T)
            )
            light = finding_of(log.file, part.column, f"{usual:g} t", "log.load_light", expected)
            self.warnings.append(replace(light, level=WARNING))
        return loads

    def _times(self, log: Log, name: str, where: str = "") -> _Times:
        """The instants of a column; a blank has none."""
        column = log.columns[name]
        texts = column.texts
        used = [m for m, text in enumerate(texts) if text not in BLANK]
        shown = [texts[m] for m in used]
        form, clock = self.map.time_format, where or self.map.time_zone
        if not form and day_order(shown) == "unclear":
            expected = message("want.time_format")
            self._of_text(log, name, next(one for one in shown if day_order([one])), "log.day_month", expected)
        read: Instants = instants(shown, clock, form)
        if read.without_zone and not clock:
            expected = message("want.zone_of_log")
            self._of_text(log, name, shown[int(np.argmax(read.bare))], "log.no_zone", expected)
        elif read.mixed:
            other = int(
                np.flatnonzero(~np.isnan(read.seconds) & (read.bare != read.bare[~np.isnan(read.seconds)][0]))[0]
            )
            self._of_text(log, name, shown[other], "log.mixed_offsets", message("want.same_offsets"), WARNING)
        if shown and (read.codes == NO_TIME).all():
            expected = message("want.stamps_of_form", form=form) if form else message("want.stamps")
            self._of_text(log, name, shown[0], "log.no_times", expected)
        seconds, later = np.full(len(texts), np.nan), np.full(len(texts), np.nan)
        codes = np.zeros(len(texts), np.int8)
        seconds[used], later[used], codes[used] = read.seconds, read.later, read.codes
        return _Times(seconds[column.codes], later[column.codes], codes[column.codes], column)

    def _of_text(self, log: Log, name: str, text: str, code: str, expected: Text, level: str = ERROR) -> None:
        """The finding about a text of a column, with the line of its first row; once for each column."""
        column = log.columns[name]
        line = int(log.lines[np.flatnonzero(column.codes == column.texts.index(text))[0]])
        made = replace(finding_of(log.file, name, text, code, expected), row=line, level=level)
        kept = self.findings if level == ERROR else self.warnings
        if made not in kept:  # A column is read once for each zone of the steps.
            kept.append(made)

    def _enter(self, n: int, rows: Mapping[str, Any], at: npt.NDArray[Any], name: str, times: _Times) -> None:
        """Enter what became of the texts of rows."""
        for code, rule, done, note in (
            (NO_TIME, "R1", DROPPED, ""),
            (NEXT_DAY, "R1", CORRECTED, "24:00"),
            (SKIPPED, "R2", DROPPED, "skipped"),
            (TWICE, "R2", KEPT, "twice"),
        ):
            for row in at[times.codes[at] == code]:
                self.ledger.rows.append(
                    (n, int(rows["lines"][row]), int(rows["vehicle"][row]), rule, name, times.text(row), done, note)
                )

    def _wide(self, n: int, log: Log, rows: Mapping[str, Any]) -> Iterator[pd.DataFrame]:
        at, read = rows["at"], dict[tuple[str, str], _Times]()
        for number, step in enumerate(self.map.steps):
            given = {slot: name for slot, name in step.times.items() if name in log.columns}
            if not given:
                continue
            slots = {}
            for slot, name in given.items():
                if (name, step.time_zone) not in read:
                    times = read[name, step.time_zone] = self._times(log, name, step.time_zone)
                    self._enter(n, rows, at, name, times)
                slots[slot] = read[name, step.time_zone]
            yield self._made(n, rows, at, number, slots)

    def _stops(self, n: int, log: Log, rows: Mapping[str, Any]) -> Iterator[pd.DataFrame]:
        assert self.map.zone is not None
        part = self.map.zone
        if part.column not in log.columns:
            return
        both = {"arrived": self._times(log, part.entered), "left": self._times(log, part.left)}
        for slot, name in (("arrived", part.entered), ("left", part.left)):
            self._enter(n, rows, rows["at"], name, both[slot])
        zones = log.columns[part.column]
        taken = np.zeros(len(log), bool)
        for number, step in enumerate(self.map.steps):
            inside = np.array([text == step.zone for text in zones.texts], bool)[zones.codes]
            at = rows["at"][inside[rows["at"]]]
            taken |= inside
            yield self._made(n, rows, at, number, both)
        self._not_on_the_way(n, log, rows["at"][~taken[rows["at"]]], part.column)

    def _long(self, n: int, log: Log, rows: Mapping[str, Any]) -> Iterator[pd.DataFrame]:
        assert self.map.activity is not None
        assert self.map.time is not None
        part, at = self.map.activity, rows["at"]
        if part.column not in log.columns or self.map.time.column not in log.columns:
            return
        names, phases = log.columns[part.column], log.columns.get(part.lifecycle)
        meaning = _meaning(self.map.steps)
        width = len(phases.texts) if phases else 1
        pairs = names.codes.astype(np.int64) * width + (phases.codes if phases else 0)
        different, where = np.unique(pairs, return_inverse=True)
        known = np.full((len(different), 2), -1)
        for m, pair in enumerate(different):
            name = names.texts[pair // width]
            phase = phases.texts[pair % width] if phases else ""
            known[m] = meaning.get((name, phase), meaning.get((name, ""), (-1, -1)))
        step, slot = known[where, 0], known[where, 1]
        self._not_on_the_way(n, log, at[step[at] < 0], part.column)
        at = at[step[at] >= 0]
        zones = {one.time_zone for one in self.map.steps}
        read = {one: self._times(log, self.map.time.column, one) for one in zones}
        seconds, later = np.full(len(log), np.nan), np.full(len(log), np.nan)
        for number, one in enumerate(self.map.steps):
            own = at[step[at] == number]
            seconds[own], later[own] = read[one.time_zone].seconds[own], read[one.time_zone].later[own]
            self._enter(n, rows, own, self.map.time.column, read[one.time_zone])
        at = at[~np.isnan(seconds[at])]
        take_later([rows["vehicle"], step, rows["key"]], at, slot, seconds, later)
        yield self._paired(n, rows, at, step, slot, seconds)

    def _not_on_the_way(self, n: int, log: Log, at: npt.NDArray[Any], column: str) -> None:
        """Enter rows of events or zones that the map does not have."""
        texts = log.columns[column]
        for row in at:
            self.ledger.add_line("R13", DROPPED, n, int(log.lines[row]), column, texts[row], "unmapped")
        self._unmapped(log.file, column, Counter(texts[row] for row in at))

    def _paired(
        self,
        n: int,
        rows: Mapping[str, Any],
        at: npt.NDArray[Any],
        step: npt.NDArray[Any],
        slot: npt.NDArray[Any],
        seconds: npt.NDArray[np.float64],
    ) -> pd.DataFrame:
        """Visits of events: those of a vehicle at a step in order of time, until one comes again or after a gap."""
        order = np.lexsort((slot[at], seconds[at], rows["key"][at], step[at], rows["vehicle"][at]))
        at = at[order]
        groups = [rows["vehicle"][at], step[at], rows["key"][at]]
        new = np.ones(len(at), bool)
        if len(at):
            same = np.logical_and.reduce([one[1:] == one[:-1] for one in groups])
            gap = np.diff(seconds[at]) > self.map.journey.gap_h * 3600
            new[1:] = ~same | gap | (slot[at][1:] <= slot[at][:-1])
        visit = np.cumsum(new) - 1
        firsts = at[new]
        made = self._base(n, rows, firsts, step[firsts])
        for k, name in enumerate(TIMES):
            own = slot[at] == k
            values = np.full(len(firsts), np.nan)
            values[visit[own]] = seconds[at][own]
            made[name] = values
        return made

    def _made(
        self, n: int, rows: Mapping[str, Any], at: npt.NDArray[Any], step: int, slots: Mapping[str, _Times]
    ) -> pd.DataFrame:
        """Visits of rows; those without any time are none.

        An hour that came twice is the later one if the earlier would break the order.
        """
        seen = np.zeros(len(at), bool)
        values, before = {}, np.full(len(at), -np.inf)
        for name in TIMES:
            if name not in slots:
                values[name] = np.full(len(at), np.nan)
                continue
            one, later = slots[name].seconds[at], slots[name].later[at]
            values[name] = np.where((one < before) & (later >= before), later, one)
            seen |= ~np.isnan(one)
            before = np.fmax(before, values[name])
        made = self._base(n, rows, at[seen], np.full(int(seen.sum()), step))
        for name in TIMES:
            made[name] = values[name][seen]
        return made

    def _base(self, n: int, rows: Mapping[str, Any], at: npt.NDArray[Any], step: npt.NDArray[Any]) -> pd.DataFrame:
        values = {name: rows[name][at] for name in ("vehicle", "service", "key", "load")}
        return frame_of(values | {"file": np.full(len(at), n), "line": rows["lines"][at], "step": step}, len(at))


def frame_of(values: Mapping[str, Any], size: int) -> pd.DataFrame:
    """The frame of so many visits; columns without values are empty."""
    import pandas as pd

    blank = {"float64": np.nan, "bool": True}
    return pd.DataFrame(
        {name: np.asarray(values.get(name, np.full(size, blank.get(kind, 0))), kind) for name, kind in FRAME.items()}
    )


def _meaning(steps: Sequence[StepMap]) -> dict[tuple[str, str], tuple[int, int]]:
    """By (event, lifecycle) the step and the time that it gives; written as ``event`` or ``event|lifecycle``."""
    made = {}
    for number, step in enumerate(steps):
        for name, text in step.times.items():
            event, _, phase = text.partition("|")
            made[event, phase] = (number, TIMES.index(name))
    return made


def _number(text: str) -> float:
    try:
        return float(THOUSANDS.sub("", text))
    except ValueError:
        return float("nan")


def finding_of(file: str, column: str, found: str, code: str, expected: Text, close: str = "") -> Finding:
    """An error about a column of a log."""
    return Finding(ERROR, file, None, column, found, expected, close, message(code))
