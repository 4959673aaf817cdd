"""Logs and their map as visits, for the commands that take both."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from corridors.findings import Finding, Findings
from sim.cli import console

if TYPE_CHECKING:
    from corridors.model import Corridor
    from corridors.records.mapping import RecordMap
    from corridors.records.visits import Visits


@dataclass(frozen=True)
class LogVisits:
    """Visits with the map and the world by which they were read."""

    visits: Visits
    map: RecordMap
    corridor: Corridor
    unused: tuple[str, ...] = ()
    """Columns of the logs that the map does not name."""


def read_visits(
    logs: list[Path], map_: Path | None, data: Path | None, wrong: Findings, world: Corridor | None = None
) -> LogVisits:
    """The visits of logs; warnings go to standard error, and all findings, those in ``wrong`` too, are raised.

    ``world`` None: that of the data.
    """
    from corridors.io.plain_files import LARGEST_RECORD, content_of
    from corridors.load import load_corridor
    from corridors.records.cleaning import clean
    from corridors.records.mapping import findings_of, read_map
    from corridors.records.parsing import absent_columns
    from corridors.records.reading import read_log
    from sim.cli.catalogue import data_folder

    wrong.refuse()
    assert map_ is not None
    corridor = world or load_corridor(data_folder(data))
    found, errors = None, list[Finding]()
    with wrong.gather():
        found, errors = read_map(map_, corridor)
    if found is None:  # The form of the logs is unknown, but not whether they are there.
        for path in logs:
            with wrong.gather():
                content_of(path, LARGEST_RECORD)
        wrong.refuse()
    assert found is not None
    if errors:
        wrong += errors
    read = []
    for log in logs:
        with wrong.gather():
            read.append(read_log(log, found.form, found.columns))
    if errors and read and not any(one.code == "map.unsure" for one in errors):
        wrong += absent_columns(read, found)
    wrong.refuse()
    with console.progress() as tell:
        tell("phase_clean")
        visits = clean(read, found, corridor)
    if warnings := [*findings_of(found, corridor, map_), *visits.findings]:
        console.findings(warnings)
    return LogVisits(visits, found, corridor, found.unused(one.header for one in read))
