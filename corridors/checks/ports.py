"""Rules about ports and places: sides, directions, countries and clocks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from corridors.checks.report import error, warning, warns_only
from corridors.clock.place_clocks import clock_of_world
from corridors.findings import Finding
from corridors.messages import message
from corridors.model import Corridor, Place
from corridors.sides import ALL, CHINA, FROM_CHINA, NEUTRAL


def ports_have_two_sides(corridor: Corridor) -> Iterator[Finding]:
    """A border port has two places in two countries.

    One of them is in China where the port is seen from there, by the columns place_cn and place_foreign.
    """
    for key, port in corridor.ports.items():
        ends, columns = port.ends, port.naming.columns
        others = [column for own in ALL for column in own.columns if column not in columns and getattr(port, column)]
        here, there = (corridor.places.get(end) for end in ends)
        if others or not all(ends):
            column = others[0] if others else columns[ends.index("")]
            what = message("port.two_kinds" if others else "port.one_place", column=column)
            yield error("ports", key, column, getattr(port, column), what, message("want.two_places"))
        elif port.naming is NEUTRAL:
            if here and there and here.country == there.country:
                what = message("port.one_country", country=there.country)
                yield error("ports", key, columns[1], ends[1], what, message("want.two_countries"))
        elif here and here.country != CHINA:
            what = message("port.not_in_china", country=here.country)
            yield error("ports", key, "place_cn", port.place_cn, what, message("want.place_in_china"))
        elif there and there.country == CHINA:
            what, expected = message("port.not_abroad"), message("want.place_abroad")
            yield error("ports", key, "place_foreign", port.place_foreign, what, expected)


def sides_and_directions_are_those_of_the_port(corridor: Corridor) -> Iterator[Finding]:
    """A row names sides and directions as its port does: cn and foreign, outbound and inbound, or a and b."""
    named = (("facilities", "side", "port"), ("stocks", "side", "port"), ("itineraries", "direction", "port"))
    for table, column, of in (*named, ("orders", "direction", "target"), ("order_rules", "direction", "target")):
        for key, row in corridor.table(table).items():
            port, value = corridor.ports.get(getattr(row, of)), getattr(row, column)
            if port is None or not value or not all(port.ends):
                continue
            known = port.naming.sides if column == "side" else port.naming.directions
            if value not in known:
                what = message("port.other_names", port=port.id, column=column)
                yield error(table, key, column, value, what, message("want.one_of", names=known))


@warns_only
def ports_of_two_countries_state_their_clocks(corridor: Corridor) -> Iterator[Finding]:
    """The places of a port of two places a and b have a time zone, else they would have UTC+8."""
    for port in corridor.ports.values():
        for end in port.ends if port.naming is NEUTRAL and not port.place_cn and not port.place_foreign else ():
            if end in corridor.places and not corridor.places[end].time_zone:
                what = message("place.no_zone", port=port.id)
                yield warning("places", end, "time_zone", "", what, message("want.zone"))


@warns_only
def calendars_have_the_clock_of_the_place(corridor: Corridor) -> Iterator[Finding]:
    """A facility's calendar is kept in the time zone of the facility's place, where that states one."""
    for key, row in corridor.facilities.items():
        calendar, place = corridor.calendars.get(row.calendar), corridor.places.get(row.place)
        zone = calendar.time_zone or clock_of_world(corridor) if calendar else ""
        if calendar and place and place.time_zone and place.time_zone != zone:
            what = message("facility.other_zone", calendar=calendar.id, zone=zone, place=place.id)
            expected = message("want.calendar_in_zone", zone=place.time_zone)
            yield warning("facilities", key, "calendar", row.calendar, what, expected)


def port_and_side_go_together(corridor: Corridor) -> Iterator[Finding]:
    """A facility or stock at a port has a side, in the country of that side.

    Inland it has neither port nor side.
    """
    for table in ("facilities", "stocks"):
        for key, row in corridor.table(table).items():
            place = corridor.places.get(row.place)
            if bool(row.port) != bool(row.side):
                column = "side" if row.port else "port"
                what, expected = message("port.no_side", column=column), message("want.port_and_side")
                yield error(table, key, column, "", what, expected)
            elif row.side and place and not _is_in_country_of(corridor, row.side, row.port, place):
                what = message("port.wrong_side", place=row.place, country=place.country)
                yield warning(table, key, "side", row.side, what, message("want.side_of_country"))


def _is_in_country_of(corridor: Corridor, side: str, port_id: str, place: Place) -> bool:
    """Whether a place is in the country of a side of a port; of one seen from China, whether it is in China."""
    port = corridor.ports.get(port_id)
    if port is None or side not in port.naming.sides or port.naming is FROM_CHINA:
        return (side == FROM_CHINA.sides[0]) == (place.country == CHINA) if side in FROM_CHINA.sides else True
    end = corridor.places.get(port.ends[port.naming.sides.index(side)])
    return end is None or end.country == place.country


@warns_only
def places_are_in_a_country(corridor: Corridor) -> Iterator[Finding]:
    """The code of the country of a place is assigned in ISO 3166."""
    for key, place in corridor.places.items():
        if place.country and place.country not in _countries():
            what, expected = message("place.unknown_country"), message("want.country")
            yield warning("places", key, "country", place.country, what, expected)


@cache
def _countries() -> frozenset[str]:
    """The country codes that the rules of time zones list."""
    text = files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text(encoding="utf-8")
    return frozenset(line[:2] for line in text.splitlines() if line and not line.startswith("#"))


RULES = (
    ports_have_two_sides,
    sides_and_directions_are_those_of_the_port,
    ports_of_two_countries_state_their_clocks,
    calendars_have_the_clock_of_the_place,
    port_and_side_go_together,
    places_are_in_a_country,
)
