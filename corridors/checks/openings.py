"""Rules about opening dates: services and the facilities that they use open within the run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from corridors.checks.report import warning
from corridors.clock import local_time
from corridors.findings import Finding
from corridors.messages import message
from corridors.model import Corridor


def services_open_within_the_run(corridor: Corridor) -> Iterator[Finding]:
    """The opening date of a service is not after the last day of the run."""
    last = _last_day(corridor)
    for key, row in corridor.services.items():
        if last and row.opening_date and local_time.day(row.opening_date) > last:
            what, expected = message("service.opens_after_run"), message("want.day_until", day=last.isoformat())
            yield warning("services", key, "opening_date", row.opening_date, what, expected)


def facilities_open_within_the_run(corridor: Corridor) -> Iterator[Finding]:
    """The opening date of a facility that an itinerary uses is not after the last day of the run."""
    last = _last_day(corridor)
    used = {step.facility for step in corridor.itineraries.values()} & set(corridor.facilities)
    for key in sorted(used):
        row = corridor.facilities[key]
        if last and row.opening_date and local_time.day(row.opening_date) > last:
            what, expected = message("facility.opens_after_run"), message("want.day_until", day=last.isoformat())
            yield warning("facilities", key, "opening_date", row.opening_date, what, expected)


def _first_day(corridor: Corridor) -> date | None:
    """The first day of the run that the parameters declare; None where they declare none."""
    row = corridor.parameters.get("run_start")
    text = str(int(row.value)) if row else ""
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def _last_day(corridor: Corridor) -> date | None:
    first, days = _first_day(corridor), corridor.parameters.get("run_days")
    try:
        return first + timedelta(days=int(days.value) - 1) if first and days else None
    except OverflowError:
        return None


RULES = (services_open_within_the_run, facilities_open_within_the_run)
