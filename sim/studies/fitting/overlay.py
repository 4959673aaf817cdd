"""A fit as a scenario: changes of the world with ranges, the grade measured and a separate source.

It runs, is laid under proposals and opens on the page like every other scenario; over any other world as well.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any, Final

from corridors.model import Corridor
from corridors.overlay.changes import Change, put_row
from corridors.overlay.proposals import Scenario
from corridors.records.mapping import RecordMap
from corridors.records.visits import Visits
from corridors.schema import schema
from sim.studies.fitting import own_hours
from sim.studies.fitting.demand import OWN_PROFILES, profile_id
from sim.studies.fitting.estimate import MEASURED, OWN_AGAIN, Estimate
from sim.studies.fitting.fitting import Fit

WHOLE: Final = ("servers", "fleet")
"""Fields that are whole numbers."""
DIGITS: Final = 6
OWN: Final = (("durations", "duration"), ("shares", "share"))
"""Tables of which a step may get a row that it alone uses, and the column that names it."""


def scenario(made: Fit, visits: Visits, found: RecordMap, corridor: Corridor) -> Scenario:
    """The scenario with the id of the map; its title, name and days of the log, is the same in every language."""
    changes = tuple(_changes(made, visits, found, corridor))
    first, last = (_day(second) for second in (visits.first_s, visits.last_s))
    title = f"{found.title or found.id} {first.isoformat()} - {last.isoformat()}"
    return Scenario(id=found.id, title_en=title, title_zh=title, changes=changes)


def over(below: Scenario | None, made: Scenario) -> Scenario:
    """The scenario of a fit to the world of another one: both, the fit last; None: that of the data."""
    if below is None:
        return made
    changes = (*(one.unsigned() for one in below.changes), *made.changes)
    named = {"id": made.id, "title_en": made.title_en, "title_zh": made.title_zh}
    return below.model_copy(update={**named, "changes": changes, "in_order": True})


def _changes(made: Fit, visits: Visits, found: RecordMap, corridor: Corridor) -> Iterator[Change]:
    numbers = list(made.written())
    if not numbers:
        return
    source = found.id
    title = f"{found.title or found.id}: {visits.records} records on {visits.days} days"
    if source not in corridor.sources:
        yield Change(op="add", address=f"sources.{source}", row={"title": title, "year": str(_day(visits.last_s).year)})
    rows: dict[str, list[Estimate]] = {}
    for one in numbers:
        rows.setdefault(one.address.rpartition(".")[0], []).append(one)
    for address, estimates in rows.items():
        table, _, key = address.partition(".")
        if key in made.own_rows.values():
            yield from _new_row(table, key, made, estimates, source, corridor)
        elif table == "profiles":
            yield from _profile(key, estimates[0], source, corridor)
        else:
            plain = [one for one in estimates if not one.address.endswith(".calendar")]
            yield from _numbers(address, plain, source, corridor)
            if len(plain) < len(estimates):
                yield from own_hours.changes(key, made.hours[key], source, corridor)
    for step, row in made.own_rows.items():
        for table, column in OWN:
            if f"{table}.{row}" in rows:
                yield Change(op="set", address=f"itineraries.{step}.{column}", value=row)


def _new_row(
    table: str, key: str, made: Fit, estimates: list[Estimate], source: str, corridor: Corridor
) -> Iterator[Change]:
    """A row of durations or shares for one step; what the evidence does not give is that of the row before."""
    step = next(step for step, row in made.own_rows.items() if row == key)
    before = corridor.table(table)[getattr(corridor.itineraries[step], dict(OWN)[table])]
    row = {one.name: getattr(before, one.name) for one in fields(before) if one.name != "id"}
    row |= {one.address.rpartition(".")[2]: _value(one) for one in estimates}
    graded = {"source": source, "grade": MEASURED} if table == "shares" else _graded(estimates, source, row)
    yield Change(op="add", address=f"{table}.{key}", row=row | {"note": ""} | graded)
    yield from _ranges(estimates, source, corridor)


def _graded(estimates: list[Estimate], source: str, row: dict[str, Any]) -> dict[str, Any]:
    """Source and grade of a row of durations, if all its numbers are measured."""
    given = {one.address.rpartition(".")[2] for one in estimates}
    whole = "mean_min" in given and ("cv" in given or row["distribution"] in ("constant", "exponential", "empirical"))
    return {"source": source, "grade": MEASURED} if whole else {}


def _profile(key: str, weights: Estimate, source: str, corridor: Corridor) -> Iterator[Change]:
    """A fitted profile and the service that has it; one of an earlier fit is set, unless others use it, too."""
    for end, (kind, column) in OWN_PROFILES.items():
        service = key.removesuffix(profile_id("", end))
        if service != key:
            row: dict[str, Any] = {"kind": kind, "weights": str(weights.value), "source": source, "grade": MEASURED}
            while any(key in one.profiles for id, one in corridor.services.items() if id != service):
                key += OWN_AGAIN
            yield from put_row(f"profiles.{key}", row, corridor)
            yield Change(op="set", address=f"services.{service}.{column}", value=key)


def _numbers(address: str, estimates: list[Estimate], source: str, corridor: Corridor) -> Iterator[Change]:
    table, _, key = address.partition(".")
    for one in estimates:
        yield Change(op="set", address=one.address, value=_value(one))
    if table == "durations":
        row = {one.name: getattr(corridor.durations[key], one.name) for one in fields(corridor.durations[key])}
        row |= {one.address.rpartition(".")[2]: _value(one) for one in estimates}
        for name, value in _graded(estimates, source, row).items():
            yield Change(op="set", address=f"{address}.{name}", value=value)
    yield from _ranges(estimates, source, corridor)


def _ranges(estimates: list[Estimate], source: str, corridor: Corridor) -> Iterator[Change]:
    """The assumption of each number: its interval, within the bounds of its column."""
    for one in estimates:
        if isinstance(one.value, str):
            continue
        table, _, name = one.address.partition(".")[0], "", one.address.rpartition(".")[2]
        column = schema(table)[name]
        value = _value(one)
        assert isinstance(value, int | float)
        low, high = min(one.low, value), max(one.high, value)
        low = max(low, column.low) if column.low is not None else low
        high = min(high, column.high) if column.high is not None else high
        row: dict[str, Any] = {"grade": MEASURED, "source": source, "note": ""}
        row |= {"low": _rounded(low, math.floor), "high": _rounded(high, math.ceil)}
        yield from put_row(f"assumptions.{one.address}", row, corridor)


def _rounded(bound: float, towards: Any) -> float:
    """A bound with six digits, rounded away from the value."""
    if not math.isfinite(bound) or bound == 0:
        return bound if bound == 0 else math.copysign(1e15, bound)
    scale = 10.0 ** (DIGITS - 1 - math.floor(math.log10(abs(bound))))
    return float(towards(bound * scale) / scale)


def _value(one: Estimate) -> int | float | str:
    """The value as the table has it."""
    if isinstance(one.value, str):
        return one.value
    if one.address.rpartition(".")[2] in WHOLE:
        return round(one.value)
    return float(f"{one.value:.{DIGITS}g}")


def _day(second: float) -> date:
    return datetime.fromtimestamp(second, UTC).date()
