"""Rules about links that closures shut: do vehicles use them, is there another way, and may they take it?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from corridors import network
from corridors.checks import itinerary_paths
from corridors.checks.journeys import goes_over_the_graph, legs
from corridors.checks.parameters import declared_days
from corridors.checks.report import warning, warns_only
from corridors.clock import closed_days, local_time
from corridors.findings import Finding
from corridors.messages import message
from corridors.model import Closure, Corridor, Service


@warns_only
def closed_links_have_no_detour(corridor: Corridor) -> Iterator[Finding]:
    """No vehicle waits before a closed link although the graph has another way.

    Vehicles of a service with ``reroute_after_h`` take it.
    """
    services = _services(corridor)
    for key, link, itineraries in _crossed(corridor):
        waiting = [
            name for name, other_way in itineraries.items() if other_way and not _all_reroute(services.get(name, []))
        ]
        if waiting:
            what = message("closure.detour", link=link, itineraries=tuple(sorted(waiting)))
            yield warning("closures", key, "target", link, what, message("want.choice_of_ways"))


@warns_only
def closures_of_links_stop_vehicles(corridor: Corridor) -> Iterator[Finding]:
    """Vehicles of a service travel over a link that a closure shuts."""
    services = _services(corridor)
    for key, link, itineraries in _crossed(corridor):
        if not itineraries.keys() & services.keys():
            what, expected = message("closure.stops_nothing"), message("want.used_target")
            yield warning("closures", key, "target", link, what, expected)


@warns_only
def services_that_reroute_have_another_way(corridor: Corridor) -> Iterator[Finding]:
    """A service with ``reroute_after_h`` has another way around each closed link of its way."""
    stuck: dict[str, set[str]] = {}
    services = _services(corridor)
    for _, link, itineraries in _crossed(corridor):
        for name, other_way in itineraries.items():
            for service in services.get(name, []):
                if service.reroute_after_h is not None and not other_way:
                    stuck.setdefault(service.id, set()).add(link)
    for key, links in sorted(stuck.items()):
        what, expected = message("service.no_detour", links=tuple(sorted(links))), message("want.another_way")
        yield warning("services", key, "reroute_after_h", corridor.services[key].reroute_after_h, what, expected)


def _crossed(corridor: Corridor) -> Iterator[tuple[str, str, dict[str, bool]]]:
    """Each closure that shuts a link, with the link and the itineraries that travel over it.

    For each itinerary: whether another way avoids the link, on one of its travels over it at least.
    """
    days = declared_days(corridor)
    shut = {
        key: row.target
        for key, row in corridor.closures.items()
        if (row_of_link := corridor.links.get(row.target))
        and closed_days.leaves_no_path(row, row_of_link)
        and _is_in_the_run(row, days)
    }
    if not shut:
        return
    whole = network.net(corridor)
    for key, link in shut.items():
        rest = whole.without({link})
        found: dict[str, bool] = {}
        for visit in itinerary_paths.visits(corridor):
            step, origin = visit.step, visit.standing.place
            if step is None or not origin or not goes_over_the_graph(step):
                continue
            if any(leg.link == link for leg in legs(whole, origin, step.place, step.mode) or []):
                other_way = legs(rest, origin, step.place, step.mode) is not None
                found[visit.itinerary] = other_way or found.get(visit.itinerary, False)
        yield key, link, found


def _is_in_the_run(closure: Closure, days: tuple[date, date] | None) -> bool:
    """Whether a closure has a day of the declared run, on any clock; yes if no run is declared."""
    try:
        opens, closes = local_time.day(closure.first_day), local_time.day(closure.last_day)
    except ValueError:  # Other rules refuse these.
        return True
    return days is None or local_time.touches(opens, closes, *days)


def _services(corridor: Corridor) -> dict[str, list[Service]]:
    """The services whose vehicles follow each itinerary, from their start or after a choice."""
    found: dict[str, list[Service]] = {}
    for service in corridor.services.values():
        for name in corridor.itineraries_from(service.itinerary):
            found.setdefault(name, []).append(service)
    return found


def _all_reroute(services: list[Service]) -> bool:
    return bool(services) and all(service.reroute_after_h is not None for service in services)


RULES = (
    closed_links_have_no_detour,
    services_that_reroute_have_another_way,
)
FOLDER_RULES = (closures_of_links_stop_vehicles,)
"""Of tables only: for a document a change without effect is one finding."""
