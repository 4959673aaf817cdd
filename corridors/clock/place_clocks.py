"""Clocks of places: the time zone of the calendars that are kept there."""

from __future__ import annotations

from corridors.model import Corridor


def zone_of_place(corridor: Corridor, place: str) -> str:
    """The IANA time zone of the facilities at a place; '' for a place without a facility that has a calendar."""
    zones = (
        corridor.calendars[facility.calendar].time_zone
        for facility in corridor.facilities.values()
        if facility.place == place and facility.calendar in corridor.calendars
    )
    return next(zones, "")
