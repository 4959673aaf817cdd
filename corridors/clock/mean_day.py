"""Vehicles of a service on a mean day of a run: those that it states, else those that its timetable sends.

A service with lines of the timetable may state no number a day. Its lines on weekdays then count as in any week, and
those with a day over the days of the run.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from corridors.clock import local_time
from corridors.model import Departure, Service

WEEK: Final = 7


def vehicles_per_day(service: Service, lines: Iterable[Departure], first: date, last: date) -> float:
    """Mean of a service with arrivals, by its ``lines`` of the timetable and the first and last day of a run."""
    if service.per_day:
        return service.per_day
    weekly = dated = 0
    for line in lines if service.arrivals == "timetable" else ():
        if not line.day:
            weekly += vehicles_per_week(line)
        elif local_time.touches(day := local_time.day(line.day), day, first, last):
            dated += line.vehicles
    return weekly / WEEK + dated / max(1, (last - first).days + 1)


def vehicles_per_week(line: Departure) -> int:
    """Of a line of the timetable without a day, in any week."""
    return line.vehicles * len(local_time.weekdays(line.weekdays))
