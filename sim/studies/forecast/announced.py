"""Vehicles that are announced for the coming days: a file of services, times and counts.

Input: a CSV file with the columns ``service``, ``due`` (when they begin at the origin of their itinerary), ``count``
and ``certain_until``, the instant up to which the file has every vehicle of the service: until then none is drawn
beside them. Without it they come beside those that are drawn. Output: :class:`Announced`, and the plan of a member in
which they take the place of the drawn ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np

from corridors.findings import DataError, nearest
from corridors.model import Corridor
from sim.core.plan import Plan
from sim.core.standing import Joining
from sim.studies.forecast.state_file import MOST_COUNT, StateReader, rows_of, text_of

COLUMNS: Final = ("service", "due")
ROOM: Final = "runs"


@dataclass(frozen=True)
class Announced:
    """So many vehicles of a service that begin at an instant."""

    service: str
    due: datetime
    count: int = 1
    certain_until: datetime | None = None
    """Until when no other vehicle of the service comes."""


def read_announced(path: Path, corridor: Corridor, at: datetime, days: int) -> tuple[Announced, ...]:
    """The announced vehicles of a file for a forecast of days from an instant; raises DataError with all findings."""
    reader = StateReader(str(path), corridor)
    made: list[Announced] = []
    end = at + timedelta(days=days)
    lines = {row.service for row in corridor.timetable.values()}
    for line, row in rows_of(path, reader, COLUMNS):
        before = len(reader.findings)
        name = row.get("service", "")
        service = corridor.services.get(name)
        if service is None:
            reader.refuse(line, "service", name, "state.service", "service", nearest(name, corridor.services))
        elif service.fleet or not (service.per_day or name in lines):
            reader.refuse(line, "service", name, "announced.not_drawn", "drawn_service", room=ROOM)
        due = reader.time(line, "due", row.get("due", ""))
        if due is None and len(reader.findings) == before:
            reader.refuse(line, "due", "", "state.no_time", "instant")
        if due is not None and not at < due < end:
            first, last = text_of(at), text_of(end)
            reader.refuse(
                line, "due", row["due"], "announced.outside", "in_forecast", room=ROOM, first=first, last=last
            )
        until = reader.time(line, "certain_until", row.get("certain_until", ""))
        count = reader.number(line, "count", row.get("count", ""), 1, 1, MOST_COUNT)
        if due is not None and len(reader.findings) == before:
            made.append(Announced(name, due, count, until))
    if reader.findings:
        raise DataError(reader.findings)
    return tuple(made)


def with_announced(plan: Plan, vehicles: Sequence[Announced], epoch: datetime, at_s: int) -> tuple[Plan, list[Joining]]:
    """The plan without the drawn vehicles whose place is taken, and the announced ones.

    They have the random numbers of those whose place they take, else of others of their service.
    """
    arrival = plan.vehicle_arrival_s.copy()
    joining: list[Joining] = []
    for name in dict.fromkeys(one.service for one in vehicles):
        if name not in plan.labels.service:
            continue
        k = plan.labels.service.index(name)
        first, end = int(plan.service_vehicle_start[k]), int(plan.service_vehicle_start[k + 1])
        own = [one for one in vehicles if one.service == name]
        until_s = max((_second(one.certain_until, epoch) for one in own if one.certain_until), default=at_s)
        times = arrival[first:end]
        gone = first + np.flatnonzero((times > at_s) & (times <= until_s))
        arrival[gone] = plan.horizon_s  # It never comes.
        seconds = sorted(_second(one.due, epoch) for one in own for _ in range(one.count))
        freed = set(gone.tolist())
        numbers = [*sorted(freed), *(one for one in range(first, end) if one not in freed)]
        joining += [Joining(numbers[n % len(numbers)], second) for n, second in enumerate(seconds) if numbers]
    return replace(plan, vehicle_arrival_s=arrival), joining


def _second(time: datetime, epoch: datetime) -> int:
    return round((time - epoch).total_seconds())
