"""Logs and maps of the small border, written as files and read as a command reads them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from corridors.findings import DataError, Finding
from corridors.records.cleaning import clean
from corridors.records.mapping import load_map
from corridors.records.reading import read_log
from corridors.records.visits import Visits
from tests.helpers.small_border import small_border

HEAD = "plate,arrived,started,finished"
LANE = """
time_zone: Asia/Shanghai
vehicle: {column: plate, salt: pepper}
service: shuttle
steps:
  - {step: shuttle.lane, arrived: arrived, started: started, finished: finished}
"""
"""The map of a log of the lanes with all three times."""


def at(minutes: float, day: str = "2026-03-02") -> str:
    """A time so many minutes after midnight of a day."""
    return (datetime.fromisoformat(day) + timedelta(minutes=minutes)).strftime("%Y-%m-%d %H:%M:%S")


def visits(
    folder: Path,
    rows: Sequence[str],
    head: str = HEAD,
    lane: str = LANE,
    file: str = "log.csv",
    encoding: str = "utf-8",
) -> Visits:
    """The visits of rows of a CSV log; raises DataError as the commands do."""
    text = "\n".join([head, *rows]) + "\n"
    return visits_of(folder, text.encode(encoding), lane, file)


def visits_of(folder: Path, content: bytes, lane: str, file: str = "log.csv") -> Visits:
    """The visits of a file with this content."""
    (folder / file).write_bytes(content)
    return visits_of_files(folder, [file], lane)


def visits_of_files(folder: Path, files: Sequence[str], lane: str) -> Visits:
    """The visits of files that are in the folder."""
    (folder / "map.yaml").write_text(lane, encoding="utf-8")
    border = small_border()
    found = load_map(folder / "map.yaml", border)
    return clean([read_log(folder / one, found.form, found.columns) for one in files], found, border)


def refusals(folder: Path, rows: Sequence[str], head: str = HEAD, lane: str = LANE) -> tuple[Finding, ...]:
    """The findings by which a log is refused; none if it is not."""
    try:
        visits(folder, rows, head, lane)
    except DataError as error:
        return error.findings
    return ()


def rules(found: Visits) -> list[tuple[str, str, int]]:
    """(rule, done, line) of everything in the ledger."""
    return sorted((row[3], row[6], row[1]) for row in found.ledger.rows)


def regular(n: int = 60, every: float = 20, wait: float = 5, work: float = 4) -> list[str]:
    """Rows of different trucks at equal distances, each with a wait and work of so many minutes."""
    return [f"A{k:05d},{at(k * every)},{at(k * every + wait)},{at(k * every + wait + work)}" for k in range(n)]
