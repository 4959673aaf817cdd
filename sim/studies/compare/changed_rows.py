"""What a changed row concerns: things at which vehicles wait, and services.

A changed facility, stock, link or port is such a thing itself; a link at which no vehicle waits, as it has no train
paths, concerns the services that travel over it. A duration, share, choice or profile concerns the
services whose vehicles meet it; a shift or holiday the facilities and stocks of its calendar; a closure or weather
what it shuts. Orders hold vehicles on the way, so they concern no traffic at a port.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import Final

from corridors.model import Corridor, Service, Step, ids_in

OF_STEP: Final = {"durations": "duration", "shares": "share"}
"""The column of a step that names a row of a table."""


def things_of(own: Mapping[str, Set[str]], corridor: Corridor) -> set[str]:
    """Facilities and stocks of changed calendars, shifts, holidays, and what changed closures and weather shut.

    ``own`` are the ids of the changed rows by table.
    """
    calendars = set(own["calendars"])
    calendars |= {row.calendar for id, row in corridor.shifts.items() if id in own["shifts"]}
    calendars |= {row.calendar for id, row in corridor.holidays.items() if id in own["holidays"]}
    things = {row.target for id, row in corridor.closures.items() if id in own["closures"]}
    for id, weather in corridor.weather.items():
        things |= set(ids_in(weather.targets)) if id in own["weather"] else set()
    return things | _keeping(calendars | things, corridor)


def _keeping(calendars: Set[str], corridor: Corridor) -> set[str]:
    """The facilities and stocks that use these calendars."""
    found = {row.id for row in corridor.facilities.values() if row.calendar in calendars}
    return found | {row.id for row in corridor.stocks.values() if row.calendar in calendars}


def services_of(own: Mapping[str, Set[str]], corridor: Corridor) -> list[Service]:
    """The services whose vehicles meet changed rows other than things, such as a duration of one of their steps."""
    named = set(own["services"])
    named |= {row.service for id, row in corridor.timetable.items() if id in own["timetable"]}
    met = {step.itinerary for step in _changed_steps(own, corridor)} | _travelling(own["links"], corridor)
    return [
        row
        for row in corridor.services.values()
        if row.id in named
        or row.vehicle_class in own["classes"]
        or row.delay in own["durations"]
        or not own["profiles"].isdisjoint(row.profiles)
        or met.intersection(corridor.itineraries_from(row.itinerary))
    ]


def _travelling(links: Set[str], corridor: Corridor) -> set[str]:
    """The itineraries with a travel over any of these links."""
    if not links:
        return set()
    # They load all rules.
    from corridors import network
    from corridors.checks import itinerary_paths
    from corridors.checks.journeys import goes_over_the_graph, legs

    net = network.net(corridor)
    return {
        visit.itinerary
        for visit in itinerary_paths.visits(corridor)
        if visit.step
        and visit.standing.place
        and goes_over_the_graph(visit.step)
        and any(leg.link in links for leg in legs(net, visit.standing.place, visit.step.place, visit.step.mode) or [])
    }


def facilities_of(own: Mapping[str, Set[str]], corridor: Corridor) -> set[str]:
    """The facilities and stocks at which changed steps, or steps with changed rows, happen."""
    steps = _changed_steps(own, corridor)
    return {thing for step in steps for thing in (step.facility, step.stock) if thing}


def _changed_steps(own: Mapping[str, Set[str]], corridor: Corridor) -> Iterator[Step]:
    choices = {row.choice for id, row in corridor.alternatives.items() if id in own["alternatives"]}
    for step in corridor.itineraries.values():
        meets = any(getattr(step, column) in own[table] for table, column in OF_STEP.items())
        if meets or step.itinerary in own["itineraries"] or step.choice in choices or step.calendar in own["calendars"]:
            yield step
