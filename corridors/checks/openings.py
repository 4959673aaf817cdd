"""Rules about opening dates: services and the facilities that they use open within the run."""

from __future__ import annotations

from collections.abc import Iterator

from corridors.checks.parameters import declared_days
from corridors.checks.report import warning
from corridors.clock import local_time
from corridors.findings import Finding
from corridors.messages import message
from corridors.model import Corridor


def services_open_within_the_run(corridor: Corridor) -> Iterator[Finding]:
    """The opening date of a service is not after the last day of the run."""
    days = declared_days(corridor)
    for key, row in corridor.services.items():
        if days and row.opening_date and local_time.day(row.opening_date) > days[1]:
            what, expected = message("service.opens_after_run"), message("want.day_until", day=days[1].isoformat())
            yield warning("services", key, "opening_date", row.opening_date, what, expected)


def facilities_open_within_the_run(corridor: Corridor) -> Iterator[Finding]:
    """The opening date of a facility that an itinerary uses is not after the last day of the run."""
    days = declared_days(corridor)
    used = {step.facility for step in corridor.itineraries.values()} & set(corridor.facilities)
    for key in sorted(used):
        row = corridor.facilities[key]
        if days and row.opening_date and local_time.day(row.opening_date) > days[1]:
            what, expected = message("facility.opens_after_run"), message("want.day_until", day=days[1].isoformat())
            yield warning("facilities", key, "opening_date", row.opening_date, what, expected)


RULES = (services_open_within_the_run, facilities_open_within_the_run)
