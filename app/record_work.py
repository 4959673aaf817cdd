"""What a process does with the logs of a visitor: look at them, fit, forecast, check on past days.

Input: files as bytes, never written to a disk, and a map as text. Output: plain results for the page. No id of a
vehicle leaves this module, hashed or not, apart from the ledger of the cleaning (hashes), which is a file for the
visitor: examples and findings that repeat one show its last two characters only.
"""

from __future__ import annotations

import pickle
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from corridors.clock.place_clocks import clock_of_world
from corridors.findings import ERROR, WARNING, DataError, Finding
from corridors.io.plain_files import FileInMemory
from corridors.messages import message
from corridors.model import Corridor
from corridors.overlay.proposals import Proposal, Scenario
from corridors.records.guessing import Guess, Seen, columns_of, guess, like_a_plate
from corridors.records.mapping import RecordMap, load_map
from corridors.records.reading import Form, Log, read_log, warnings_of
from corridors.records.stamps import is_time
from corridors.records.visits import Ledger, Visits
from sim.studies.fitting.fitting import Fit
from sim.studies.fitting.replaying import Checked
from sim.studies.forecast.backtest import Backtest
from sim.studies.forecast.fan import Forecast

ROOM: Final = "app_common"
MOST_MB: Final = 20
"""Of all logs together."""
MOST_ROWS: Final = 200_000
"""Of all logs together; the command line has no such limit."""
LOOK_ROWS: Final = 20_000
"""Rows that are enough to see what a column has."""
MOST_VALUES: Final = 12
"""Different texts of a column that are shown, such as kinds of cargo."""
EXAMPLES: Final = 3
SHOWN: Final = 2
"""Last characters of a vehicle's number that are shown."""
WARMUP_DAYS: Final = 10
MAP: Final = "map.yaml"
STAMP: Final = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})([T ]+)(\d{1,2}:\d{2})(:\d{2})?")


@dataclass(frozen=True)
class Column:
    """What one column of the logs looks like."""

    name: str
    examples: tuple[str, ...]
    values: tuple[str, ...]
    """Its texts, the most frequent first, where they are few; those of vehicles are left out."""
    distinct: int
    is_time: bool
    is_vehicle: bool


@dataclass(frozen=True)
class Look:
    """What the logs look like, and a first map of them."""

    columns: tuple[Column, ...]
    guess: Guess
    preset: str
    """``xes``, ``ocel2``, ``bridgehead`` or ''."""
    rows: int
    """Rows that were looked at."""
    formats: tuple[tuple[str, str], ...]
    """(format, example) among which the visitor must choose, where day and month may be confused."""
    warnings: tuple[Finding, ...]


@dataclass(frozen=True)
class Fitted:
    """The numbers of the logs, and what later steps need of them."""

    map: str
    fit: Fit
    checked: tuple[Checked, ...]
    weeks: int
    scenario: Scenario
    files: Mapping[str, bytes]
    """Those of ``bridgehead fit``, by name."""
    records: int
    visits: int
    days: int
    missing_days: int
    cleaning: Mapping[tuple[str, str], int]
    warnings: tuple[Finding, ...]
    services: tuple[str, ...]
    facilities: tuple[str, ...]
    """Of the steps of the map."""
    first_s: float
    last_s: float
    clock: str
    shut_before: tuple[str, ...]
    """Facilities with opening hours on the way to the logs."""
    unused: tuple[str, ...]
    """Columns of the logs that the map does not use."""
    kept: bytes
    """The visits without ids, as this module reads them again."""


@dataclass(frozen=True)
class Cast:
    """Forecasts of several scenarios from one state, over the same members."""

    forecasts: tuple[Forecast, ...]
    state: Mapping[tuple[str, str, str], int]
    """Vehicles by service, step and what they do."""
    without_end: int
    past: tuple[tuple[datetime, int | None], ...]
    """Vehicles that waited at the steps of the logs at each hour before the instant; None while they were down."""
    age_h: float
    """Hours from the last time that the logs have before the instant."""


def look(files: Sequence[FileInMemory], form: Form) -> Look:
    """What the columns of logs look like. Raises DataError for a file that cannot be read."""
    logs = [read_log(file, form, most=LOOK_ROWS) for file in files]
    seen = _columns(logs)
    found = guess(seen)
    others = {one.name for one in seen if one.share(is_time) > 0.9} | {found.columns.get("load", "")}
    plates = vehicle_columns(seen, found.columns.get("vehicle", "")) - others
    columns = tuple(_column(one, one.name in plates) for one in seen)
    names = {one.name for one in seen}
    preset = next((_PRESETS[file.suffix.lower()] for file in files if file.suffix.lower() in _PRESETS), "")
    if not preset and {"case", "activity", "timestamp"} <= names:
        preset = "bridgehead"
    formats = _formats(seen) if found.order_unclear else ()
    return Look(columns, found, preset, sum(map(len, logs)), formats, tuple(_masked(warnings_of(logs), seen, plates)))


_PRESETS: Final = {".xes": "xes", ".json": "ocel2", ".jsonocel": "ocel2"}


def _columns(logs: Sequence[Log]) -> list[Seen]:
    """The columns of all logs, those of the first log first."""
    found: dict[str, Seen] = {}
    for log in logs:
        for one in columns_of(log):
            found.setdefault(one.name, one)
    return list(found.values())


def vehicle_columns(seen: Sequence[Seen], named: Collection[str] | str) -> set[str]:
    """Columns with numbers of vehicles: those that the map or the guess names, and those that look like plates."""
    known = {named} if isinstance(named, str) else set(named)
    return {one.name for one in seen if one.name in known or (one.texts and one.share(like_a_plate) > 0.9)}


def mask(text: str) -> str:
    """The number of a vehicle with its last characters alone."""
    return f"…{text[-SHOWN:]}" if len(text) > SHOWN else "…"


def _column(one: Seen, is_vehicle: bool) -> Column:
    shown = tuple(map(mask, one.texts[:EXAMPLES])) if is_vehicle else one.texts[:EXAMPLES]
    few = one.texts if one.distinct <= MOST_VALUES and not is_vehicle else ()
    return Column(one.name, shown, few, one.distinct, bool(one.texts) and one.share(is_time) > 0.9, is_vehicle)


def _formats(seen: Sequence[Seen]) -> tuple[tuple[str, str], ...]:
    """The two readings of a day and a month that may be confused, each with an example."""
    for text in (text for one in seen for text in one.texts if one.share(is_time) > 0.9):
        if found := STAMP.fullmatch(text):
            mark, gap, seconds = found[2], found[5], ":%S" if found[7] else ""
            clock = f"{gap}%H:%M{seconds}"
            return tuple(
                (f"{first}{mark}{second}{mark}%Y{clock}", text) for first, second in (("%d", "%m"), ("%m", "%d"))
            )
    return ()


def _masked(findings: Iterable[Finding], seen: Sequence[Seen], plates: Collection[str]) -> list[Finding]:
    """Findings that repeat no number of a vehicle."""
    numbers = {text for one in seen if one.name in plates for text in one.texts}
    return [without_vehicles(one, numbers) for one in findings]


def without_vehicles(finding: Finding, numbers: Collection[str]) -> Finding:
    """The finding with every number of a vehicle masked."""

    def clean(text: Any) -> Any:
        if not isinstance(text, str):
            return text
        for number in numbers:
            if len(number) > SHOWN and number in text:
                text = text.replace(number, mask(number))
        return text

    return replace(finding, found=clean(finding.found), id=clean(finding.id), nearest=clean(finding.nearest))


def _numbers_of(logs: Sequence[Log], map_: RecordMap | None) -> set[str]:
    """All texts of the columns with vehicles."""
    named = map_.vehicle.column if map_ and map_.vehicle else ""
    plates = vehicle_columns(_columns(logs), named)
    return {text for log in logs for name in plates if name in log.columns for text in log.columns[name].texts}


def fit(files: Sequence[FileInMemory], map_text: str, corridor: Corridor, seed: int = 1) -> Fitted:
    """The numbers of logs by a map. Raises DataError with all findings, which repeat no number of a vehicle."""
    from corridors.records.cleaning import clean
    from corridors.records.mapping import findings_of
    from sim.reports import fit_files
    from sim.studies.fitting.demand import shut_before
    from sim.studies.fitting.fitting import fit as fitted
    from sim.studies.fitting.held_out import check_held_out
    from sim.studies.fitting.overlay import scenario

    there = FileInMemory(MAP, map_text.encode())
    found = load_map(there, corridor)
    logs = [read_log(file, found.form, None if file.suffix.lower() in _PRESETS else found.columns) for file in files]
    _refuse_many(logs)
    numbers = _numbers_of(logs, found)
    try:
        visits = clean(logs, found, corridor)
    except DataError as error:
        raise DataError([without_vehicles(one, numbers) for one in error.findings]) from None
    warnings = [without_vehicles(one, numbers) for one in (*findings_of(found, corridor, there), *visits.findings)]
    checked, weeks = check_held_out(visits, found, corridor, None, seed)
    made = fitted(visits, found, corridor, seed)
    overlay = scenario(made, visits, found, corridor)
    facilities = [corridor.itineraries[one.step].facility for one in found.steps if one.step in corridor.itineraries]
    return Fitted(
        map=map_text,
        fit=made,
        checked=tuple(checked),
        weeks=weeks,
        scenario=overlay,
        files=fit_files.contents(made, overlay, visits, checked),
        records=visits.records,
        visits=len(visits.frame),
        days=visits.days,
        missing_days=len(visits.missing_days),
        cleaning=visits.ledger.counts(),
        warnings=tuple(one for one in warnings if one.level == WARNING),
        services=found.services or visits.services,
        facilities=tuple(dict.fromkeys(filter(None, facilities))),
        first_s=visits.first_s,
        last_s=visits.last_s,
        clock=visits.clock,
        shut_before=shut_before(found, corridor, datetime.fromtimestamp(visits.first_s, UTC).date()),
        unused=found.unused(one.header for one in logs),
        kept=pickle.dumps(without_ids(visits), protocol=5),
    )


def _refuse_many(logs: Sequence[Log]) -> None:
    rows = sum(map(len, logs))
    if rows > MOST_ROWS:
        found, most = f"{rows:,}", message("records.at_most_rows", ROOM, most=MOST_ROWS)
        raise DataError(
            [Finding(ERROR, logs[0].file, None, "", found, most, message=message("records.too_many", ROOM))]
        )


def without_ids(visits: Visits) -> Visits:
    """The visits without ledger and without hashes: positions distinguish vehicles."""
    nameless = ("",) * len(visits.vehicles)
    return replace(visits, vehicles=nameless, ledger=Ledger((), []), findings=())


def forecast(
    fitted: Mapping[str, Any],
    scenarios: Sequence[Scenario],
    at: datetime,
    days: int,
    members: int,
    base: Corridor,
    proposals: Mapping[str, Proposal],
) -> Cast:
    """Forecasts of scenarios from the state of the logs at an instant."""
    from app.load_guard import too_much
    from sim.run import prepare
    from sim.studies.forecast.fan import forecast as forecasted
    from sim.studies.forecast.from_log import past_queue, state_of_log
    from sim.studies.forecast.members import Request
    from sim.studies.forecast.worlds import days_of, world_of_forecast

    visits, found = _again(fitted, base)
    request = Request(at, days, WARMUP_DAYS, 1, (at,))
    cases = [prepare(base, one, proposals, **days_of(request)) for one in scenarios]
    if refused := [one for case in cases for one in too_much(base, case.corridor, case.settings)]:
        raise DataError(refused)
    request = replace(request, clock=clock_of_world(base))
    state = state_of_log(visits, found, cases[0].corridor, at)
    made = [forecasted(world_of_forecast(case, state.state, request), state.state, request, members) for case in cases]
    past = tuple(past_queue(visits, found, at))
    return Cast(tuple(made), state.state.counts(), state.without_end, past, state.age_h)


def backtest(fitted: Mapping[str, Any], days: int, members: int, every: int, base: Corridor) -> Backtest:
    """Forecasts of past days of the logs, by fits to the records before."""
    from sim.studies.forecast.backtest import backtest as tested

    visits, found = _again(fitted, base)
    return tested(visits, found, base, every=every, days=days, members=members)


def _again(fitted: Mapping[str, Any], base: Corridor) -> tuple[Visits, RecordMap]:
    """The visits and the map of a fit; its bytes were made by :func:`fit` in a process of this server."""
    visits: Visits = pickle.loads(fitted["kept"])
    return visits, load_map(FileInMemory(MAP, fitted["map"].encode()), base)
