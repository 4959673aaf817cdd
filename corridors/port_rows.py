"""Rows of a port: facilities, stocks, steps, and all that these use.

Input: a Corridor and the id of a port. Output: the ids of rows by table, to show or edit one port alone. A row may
belong to several ports (a duration that two of them use); rows of no port are in none of the results.
"""

from __future__ import annotations

from collections.abc import Mapping

from corridors.model import Corridor, ids_in


def rows_of_port(corridor: Corridor, port: str) -> Mapping[str, frozenset[str]]:
    """Ids of the rows that belong to a port, by table.

    Raises KeyError for an unknown port.
    """
    at = corridor.ports[port]
    places = set(at.ends)
    facilities = {row.id for row in corridor.facilities.values() if row.port == port or row.place in places}
    stocks = {row.id for row in corridor.stocks.values() if row.port == port or row.place in places}
    steps = [
        row
        for row in corridor.itineraries.values()
        if row.port == port or row.facility in facilities or row.stock in stocks
    ]
    itineraries = {step.itinerary for step in steps}
    alternatives = [row for row in corridor.alternatives.values() if row.itinerary in itineraries]
    choices = {row.choice for row in alternatives}
    itineraries |= {row.itinerary for row in corridor.itineraries.values() if row.choice and row.choice in choices}
    services = [row for row in corridor.services.values() if row.itinerary in itineraries]
    calendars = {corridor.facilities[id].calendar for id in facilities}
    calendars |= {corridor.stocks[id].calendar for id in stocks} | {step.calendar for step in steps}
    links = {row.id for row in corridor.links.values() if places & {row.origin, row.destination}}
    closed = facilities | stocks | calendars | links | {port}
    found = {
        "places": places,
        "links": links,
        "ports": {port},
        "facilities": facilities,
        "stocks": stocks,
        "durations": {step.duration for step in steps} | {row.delay for row in services},
        "shares": {step.share for step in steps},
        "classes": {row.vehicle_class for row in services},
        "services": {row.id for row in services},
        "timetable": {row.id for row in corridor.timetable.values() if row.service in {s.id for s in services}},
        "itineraries": {step.id for step in steps},
        "alternatives": {row.id for row in alternatives},
        "calendars": calendars,
        "shifts": {row.id for row in corridor.shifts.values() if row.calendar in calendars},
        "holidays": {row.id for row in corridor.holidays.values() if row.calendar in calendars},
        "closures": {row.id for row in corridor.closures.values() if row.target in closed},
        "weather": {row.id for row in corridor.weather.values() if closed.intersection(ids_in(row.targets))},
        "orders": {row.id for row in corridor.orders.values() if row.target in {port, *links}},
        "order_rules": {row.id for row in corridor.order_rules.values() if row.target in {port, *links}},
        "profiles": {profile for row in services for profile in row.profiles},
    }
    rows = {(table, id) for table, ids in found.items() for id in ids}
    found["assumptions"] = {address for address in corridor.assumptions if _row_of(address) in rows}
    return {table: frozenset(ids - {""}) for table, ids in found.items()}


def _row_of(address: str) -> tuple[str, str]:
    """Table and id of an address, whose last part is a field."""
    table, _, rest = address.partition(".")
    return table, rest.rpartition(".")[0]
