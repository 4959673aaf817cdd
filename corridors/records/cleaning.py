"""Logs to visits: everything that is wrong in a log is dropped, corrected or marked by one of fourteen rules.

Input: logs as texts (:mod:`corridors.records.reading`), their map and the world. Output: :class:`Visits` with a
ledger in which nothing is missing. Order of work: parse (R1, R2, R11, R14), duplicates (R3, R4), journeys (R13), order
within a visit (R5, R6), window (R10), order of steps (R13), missing ends (R7 to R9), batches (R12).

R1 no time; R2 hour skipped or twice; R3 same record again; R4 nearly the same; R5 end before start; R6 a form saved
once; R7 end missing, a later event known; R8 end missing at the end of the log; R9 began before the log; R10 after the
log or too long; R11 planned; R12 entered in a batch; R13 not on the way; R14 no vehicle. Patterns: Suriadi and others,
Information Systems 64 (2017).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from corridors.clock.place_clocks import clock_of_world
from corridors.findings import WARNING, DataError, Finding
from corridors.messages import message
from corridors.model import Corridor
from corridors.records import journeys, marks
from corridors.records.mapping import RecordMap
from corridors.records.parsing import Parsing, finding_of, frame_of
from corridors.records.reading import Log, warnings_of
from corridors.records.stamps import iso
from corridors.records.visits import DROPPED, FRAME, Ledger, Visits

MANY_DROPPED: Final = 0.05
TOO_MANY_DROPPED: Final = 0.20


def clean(logs: Sequence[Log], found: RecordMap, corridor: Corridor) -> Visits:
    """The visits of logs. Raises DataError with all reasons why the logs cannot be read by the map."""
    import pandas as pd

    parsing = Parsing(logs, found, corridor)
    pieces = list(parsing.pieces())
    parsing.refuse()
    secrets = parsing.secrets()
    frame = pd.concat(pieces, ignore_index=True) if pieces else frame_of({}, 0)
    ledger = parsing.ledger
    if not len(frame):
        raise DataError([finding_of(logs[0].file, "", "", "log.no_visits", message("want.records"))])
    rounding = marks.rounding(frame, found)
    frame = journeys.without_repeats(frame, ledger)
    recorded = np.bincount(frame["step"].to_numpy(), minlength=len(found.steps))
    frame = journeys.numbered(frame, found, corridor, ledger)
    clock = found.time_zone or clock_of_world(corridor)
    frame = journeys.in_order(frame, found, ledger, rounding, clock)
    window = marks.Window.of(frame, found, clock)
    frame = marks.within(frame, found, window, ledger)
    gap = marks.long_gap(frame)
    frame = journeys.on_the_way(frame, found, ledger, rounding)
    frame = marks.ends(frame, found, window, ledger)
    frame = marks.batches(frame, found, corridor, ledger, rounding)
    left = np.bincount(frame["step"].to_numpy(), minlength=len(found.steps))
    refused = frozenset(
        one.step
        for one, before, after in zip(found.steps, recorded, left, strict=True)
        if before and before - after > TOO_MANY_DROPPED * before
    )
    records = sum(map(len, logs))
    findings = [
        *warnings_of(logs),
        *map(secrets.finding, parsing.warnings),
        *_of_gap(logs[0].file, gap),
        *_of_losses(logs[0].file, ledger, records, refused),
    ]
    days = marks.days(frame, found, window)
    ledger.rows[:] = secrets.entries(ledger.rows)
    return Visits(
        frame=frame.sort_values(["vehicle", "journey", "begin", "step"], kind="stable", ignore_index=True)[list(FRAME)],
        vehicles=tuple(ledger.vehicles),
        services=parsing.services,
        steps=tuple(one.step for one in found.steps),
        rounding_s={one.step: rounding[n] for n, one in enumerate(found.steps)},
        first_s=window.first,
        last_s=window.last,
        exposed_days=days[0],
        missing_days=days[1],
        clock=window.clock,
        records=records,
        ledger=ledger,
        refused_steps=refused,
        findings=tuple(findings),
    )


def _of_gap(file: str, gap: tuple[float, float] | None) -> Iterator[Finding]:
    if gap is not None:
        found, expected = " – ".join(map(iso, gap)), message("want.no_gaps")
        yield Finding(WARNING, file, None, "", found, expected, message=message("log.long_gap"))


def _of_losses(file: str, ledger: Ledger, records: int, refused: frozenset[str]) -> Iterator[Finding]:
    lost = len({(row[0], row[1]) for row in ledger.rows if row[6] == DROPPED and row[3] not in ("R3", "R11")})
    if lost > MANY_DROPPED * records:
        share = message("found.percent", n=100 * lost / records)
        yield Finding(WARNING, file, None, "", share, message("want.few_dropped"), message=message("log.many_dropped"))
    for step in sorted(refused):
        expected = message("want.few_dropped")
        yield Finding(WARNING, file, None, "", step, expected, message=message("log.step_dropped"), id=step)
