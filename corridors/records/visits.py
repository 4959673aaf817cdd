"""Visits: one vehicle at one step of its itinerary, with what is known of its times; and the ledger of the cleaning.

Instants are seconds since 1970 in UTC (float64, NaN: not known).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from corridors.clock import local_time
from corridors.findings import Finding
from corridors.records.stamps import DAY_S

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]

RULES: Final = tuple(f"R{n}" for n in range(1, 15))
"""Rules of cleaning, in the order of their numbers."""
DROPPED, CORRECTED, KEPT = "dropped", "corrected", "kept"
COLUMNS: Final = ("file", "line", "vehicle", "rule", "column", "found", "done", "note")
"""Columns of the table of all that was dropped, corrected or kept with a mark."""
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""First characters by which a spreadsheet takes a text for a formula."""
FRAME: Final[Mapping[str, str]] = {
    "file": "int16",
    "line": "int64",
    "vehicle": "int32",
    "service": "int16",
    "step": "int16",
    "key": "int32",
    "journey": "int64",
    "arrived": "float64",
    "started": "float64",
    "finished": "float64",
    "left": "float64",
    "low": "float64",
    "high": "float64",
    "entry": "float64",
    "counted": "bool",
    "load": "float64",
}
"""Columns of the visits. ``vehicle``, ``service`` and ``step`` are positions in the names of :class:`Visits`;
``journey`` numbers journeys; the end of work was in [``low``, ``high``] (equal: known; high infinite: not before the
end of the log; NaN: nothing known); the visit is in the log because it was not over at ``entry`` (NaN: from the start);
``counted``: it is the first of a journey that began in the log."""


Entry = tuple[int, int, int, str, str, str, str, str]


@dataclass
class Ledger:
    """Everything that the cleaning dropped, corrected or marked, in the order of rules."""

    files: tuple[str, ...]
    vehicles: list[str]
    """Hashes by number; shared with the visits."""
    rows: list[Entry] = field(default_factory=list)
    """(file, line, vehicle, rule, column, found, done, note); vehicle -1 is none."""

    def add(
        self,
        rule: str,
        done: str,
        rows: pd.DataFrame,
        column: str = "",
        found: Iterable[str] | str = "",
        note: str = "",
    ) -> None:
        """Enter visits, with what was found in each."""
        if len(rows):
            texts = [found] * len(rows) if isinstance(found, str) else list(found)
            self.rows += [
                (file, line, vehicle, rule, column, text, done, note)
                for file, line, vehicle, text in zip(
                    rows["file"].tolist(), rows["line"].tolist(), rows["vehicle"].tolist(), texts, strict=True
                )
            ]

    def add_line(
        self, rule: str, done: str, file: int, line: int, column: str = "", found: str = "", note: str = ""
    ) -> None:
        """Enter a row of which no visit was made."""
        self.rows.append((file, line, -1, rule, column, found, done, note))

    def counts(self) -> dict[tuple[str, str], int]:
        """Entries by (rule, done), in the order of rules."""
        found = Counter((row[3], row[6]) for row in self.rows)
        return {key: found[key] for key in sorted(found, key=lambda key: (RULES.index(key[0]), key[1]))}

    def table(self) -> list[tuple[str, ...]]:
        """All entries as texts, by file, line and rule; what a spreadsheet would take for a formula has a quote."""
        made: list[tuple[str, ...]] = []
        for file, line, vehicle, rule, column, found, done, note in sorted(self.rows):
            name = self.vehicles[vehicle] if vehicle >= 0 else ""
            made.append((self.files[file], str(line), name, rule, column, harmless(found), done, note))
        return made


def begin_of(visits: pd.DataFrame) -> Floats:
    """When each visit began as far as is known: its arrival, else the start of work, else the least end of work."""
    begin = np.where(visits["arrived"].isna(), visits["started"], visits["arrived"])
    return np.where(np.isnan(begin), visits["low"], begin)


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


@dataclass(frozen=True)
class Visits:
    """The visits of one or several logs."""

    frame: pd.DataFrame
    """Columns of :data:`FRAME`, sorted by (vehicle, journey, first time)."""
    vehicles: tuple[str, ...]
    """Hashed ids."""
    services: tuple[str, ...]
    steps: tuple[str, ...]
    """Steps of the world, ``itinerary.step``, in the order of the map."""
    rounding_s: Mapping[str, float]
    """By step: the seconds to which its times are rounded."""
    first_s: float
    """The first instant of the records."""
    last_s: float
    """The last instant, at which visits without an end were under way."""
    exposed_days: npt.NDArray[np.int64]
    """Days (numbers since 1970, clock of the log) on which the system recorded."""
    missing_days: npt.NDArray[np.int64]
    """Days without any record between the first and the last, and those that the map names."""
    clock: str
    """Zone of the days."""
    records: int
    """Rows of the logs."""
    ledger: Ledger
    refused_steps: frozenset[str] = frozenset()
    """Steps with too many dropped records to give a number."""
    findings: tuple[Finding, ...] = ()

    def at(self, step: str, service: str = "") -> pd.DataFrame:
        """The visits at one step, of one service or all."""
        if step not in self.steps:
            return self.frame.iloc[:0]
        found = self.frame[self.frame["step"] == self.steps.index(step)]
        if service and service in self.services:
            found = found[found["service"] == self.services.index(service)]
        return found

    def local_s(self, seconds: Floats) -> Floats:
        """(n,) instants as seconds on the clock of the days, with its summer time."""
        return local_time.local_s(np.asarray(seconds, np.float64), local_time.zone(self.clock))

    def day_of(self, second: float) -> int:
        """The day of an instant, by number since 1970."""
        return int(self.local_s(np.array([second]))[0] // DAY_S)

    @property
    def days(self) -> int:
        """Number of days with records."""
        return len(self.exposed_days)
