"""Vehicles that are announced for the coming days: a file of services, times and counts.

Input: a CSV file with the columns ``service``, ``due`` (when they begin at the origin of their itinerary), ``count``
and ``certain_until``, the instant up to which the file has every vehicle of the service: until then none is drawn
beside them. Without it they come beside those that are drawn. Output: :class:`Announced`, and the plan of a member in
which they take the place of the drawn ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np

from corridors.clock.place_clocks import clock_of_world
from corridors.findings import DataError, nearest
from corridors.model import Corridor
from sim.compile.arrivals import operates
from sim.core.plan import Plan
from sim.core.run_settings import RunSettings
from sim.core.state import Joining
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


def plan_for(
    vehicles: Sequence[Announced], corridor: Corridor, settings: RunSettings, compiled: Callable[[Corridor], Plan]
) -> Plan:
    """The plan of a member that has random numbers for the announced vehicles: also where no vehicle is drawn.

    Such a service gets a vehicle that never comes. It has random numbers of its backlog, so that others keep theirs.
    """
    plan, clock = compiled(corridor), clock_of_world(corridor)
    services = [corridor.services[name] for name in sorted({one.service for one in vehicles} & set(corridor.services))]
    lacking = [one.id for one in services if not _vehicles_of(plan, one.id) and operates(one, settings, clock)]
    if not lacking:
        return plan
    more = {name: replace(corridor.services[name], initial_backlog=1) for name in lacking}
    plan = compiled(replace(corridor, services={**corridor.services, **more}))
    arrival = plan.vehicle_arrival_s.copy()
    for name in lacking:
        there = _vehicles_of(plan, name)
        arrival[there.start : there.stop] = plan.horizon_s
    return replace(plan, vehicle_arrival_s=arrival)


def _vehicles_of(plan: Plan, service: str) -> range:
    if service not in plan.labels.service:
        return range(0)
    k = plan.labels.service.index(service)
    return range(int(plan.service_vehicle_start[k]), int(plan.service_vehicle_start[k + 1]))


def with_announced(
    plan: Plan, vehicles: Sequence[Announced], epoch: datetime, at_s: int
) -> tuple[Plan, list[Joining], int]:
    """The plan without the drawn vehicles whose place is taken, the announced ones, and how many are left out.

    They have the random numbers of those whose place they take, else of others of their service; those of a service
    without any in the plan are left out.
    """
    arrival = plan.vehicle_arrival_s.copy()
    joining: list[Joining] = []
    left_out = 0
    for name in dict.fromkeys(one.service for one in vehicles):
        own = [one for one in vehicles if one.service == name]
        there = _vehicles_of(plan, name)
        first, end = there.start, there.stop
        if not there:
            left_out += sum(one.count for one in own)
            continue
        until_s = max((_second(one.certain_until, epoch) for one in own if one.certain_until), default=at_s)
        times = arrival[first:end]
        gone = first + np.flatnonzero((times > at_s) & (times <= until_s))
        arrival[gone] = plan.horizon_s  # It never comes.
        seconds = sorted(_second(one.due, epoch) for one in own for _ in range(one.count))
        freed = set(gone.tolist())
        numbers = [*sorted(freed), *(one for one in range(first, end) if one not in freed)]
        joining += [Joining(numbers[n % len(numbers)], second) for n, second in enumerate(seconds)]
    return replace(plan, vehicle_arrival_s=arrival), joining, left_out


def _second(time: datetime, epoch: datetime) -> int:
    return round((time - epoch).total_seconds())
