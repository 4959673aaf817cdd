"""Clocks: of places, by their time zone or that of the calendars kept there; of a port and of the world.

The clock of a port is that of its first side, the clock of the world that of its first port (by id) that states one.
Where no place states a time zone, they are UTC+8, as in the base year.
"""

from __future__ import annotations

from corridors.clock.local_time import BEIJING
from corridors.model import Corridor


def zone_of_place(corridor: Corridor, place: str) -> str:
    """The IANA time zone of a place, else of the facilities there; '' for one without either."""
    if declared := stated_zone(corridor, place):
        return declared
    zones = (
        corridor.calendars[facility.calendar].time_zone or stated_clock(corridor)
        for facility in corridor.facilities.values()
        if facility.place == place and facility.calendar in corridor.calendars
    )
    return next(zones, "")


def stated_zone(corridor: Corridor, place: str) -> str:
    """The time zone in the row of a place; '' if it states none."""
    return corridor.places[place].time_zone if place in corridor.places else ""


def clock_of_place(corridor: Corridor, place: str) -> str:
    """The clock of what is at a place without a calendar."""
    return stated_zone(corridor, place) or BEIJING


def clock_of_port(corridor: Corridor, port: str) -> str:
    """The clock of a port: days on which all of it is closed."""
    return clock_of_place(corridor, corridor.ports[port].ends[0]) if port in corridor.ports else BEIJING


def clock_of_link(corridor: Corridor, link: str) -> str:
    """The clock of a link, that of its origin."""
    return clock_of_place(corridor, corridor.links[link].origin)


def stated_clock(corridor: Corridor) -> str:
    """The clock of the world, of all that has no place; '' if no side of a port states one."""
    ends = (end for port in corridor.ports.values() for end in port.ends)
    return next((zone for end in ends if (zone := stated_zone(corridor, end))), "")


def clock_of_world(corridor: Corridor) -> str:
    """The clock of the world; UTC+8 if it states none."""
    return stated_clock(corridor) or BEIJING
