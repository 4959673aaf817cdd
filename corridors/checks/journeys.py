"""Rules about the journey of a vehicle: travel, places, held facilities."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from corridors import network
from corridors.checks import itinerary_paths
from corridors.checks.report import error, warning, warns_only
from corridors.findings import DataError, Finding
from corridors.messages import Message, message
from corridors.model import Corridor, Step
from corridors.step_kinds import step_kinds

RAIL: Final = ("rail_1435", "rail_1520")


def travels_have_a_way(corridor: Corridor) -> Iterator[Finding]:
    """Links of its mode lead to the place of a travel."""
    net = network.net(corridor)
    asked: set[tuple[str, str, str, str]] = set()
    for visit in itinerary_paths.visits(corridor):
        step, origin = visit.step, visit.standing.place
        if step is None or not goes_over_the_graph(step) or (step.id, origin, step.place, step.mode) in asked:
            continue
        asked.add((step.id, origin, step.place, step.mode))
        if origin not in corridor.places or step.place not in corridor.places:
            continue
        if origin == step.place:
            what, expected = message("travel.same_place"), message("want.another_place", place=origin)
            yield warning("itineraries", step.id, "place", step.place, what, expected)
        elif legs(net, origin, step.place, step.mode) is None:
            expected = message("want.reachable_place", mode=step.mode, origin=origin)
            yield error("itineraries", step.id, "place", step.place, _obstacle(net, origin, step), expected)


def goes_over_the_graph(step: Step) -> bool:
    """Whether a step is a travel over links, and not time at one place."""
    return step.kind == "travel" and bool(step.mode) and not step.duration


def legs(net: network.Net, origin: str, destination: str, mode: str) -> list[network.Leg] | None:
    """The links of the fastest way within a mode.

    None if there is none or a place is unknown.
    """
    try:
        return network.path(net, origin, destination, mode)
    except (network.NoRoute, DataError):
        return None


def _obstacle(net: network.Net, origin: str, step: Step) -> Message:
    """The reason for no way: no link at one of the ends, or a gap."""
    of_mode = [edge for leaving in net.edges.values() for edge in leaving if edge.mode == step.mode]
    if not any(edge.origin == origin for edge in of_mode):
        return message("travel.no_link_from", mode=step.mode, place=origin)
    if not any(edge.destination == step.place for edge in of_mode):
        return message("travel.no_link_to", mode=step.mode, place=step.place)
    return message("travel.gap", mode=step.mode, origin=origin, destination=step.place)


def gauges_change_where_cargo_transships(corridor: Corridor) -> Iterator[Finding]:
    """A vehicle changes mode only at a place that transships.

    A mode is a track gauge, road or driverless lane.
    """
    for visit in itinerary_paths.visits(corridor):
        step, standing = visit.step, visit.standing
        if step is None or not goes_over_the_graph(step) or standing.mode in ("", step.mode):
            continue
        place = corridor.places.get(standing.place)
        if place and not place.transships and {standing.mode, step.mode} & set(RAIL):
            what = message("travel.no_transshipment", place=place.id)
            expected = message("want.mode_or_transshipment", mode=standing.mode)
            yield error("itineraries", step.id, "mode", step.mode, what, expected)


def places_are_reached_by_travel(corridor: Corridor) -> Iterator[Finding]:
    """Only a travel over the graph moves a vehicle.

    A mark, and time at one place, have the place of the vehicle.
    """
    for visit in itinerary_paths.visits(corridor):
        step, here = visit.step, visit.standing.place
        if step is None or not here or not step.place or step.place == here:
            continue
        if step.kind == "mark":
            what, expected = message("travel.mark_elsewhere"), message("want.place_of_vehicle", place=here)
            yield error("itineraries", step.id, "place", step.place, what, expected)
        elif step.kind == "travel" and step.duration:
            what, expected = message("travel.by_duration"), message("want.place_of_vehicle_or_mode", place=here)
            yield warning("itineraries", step.id, "place", step.place, what, expected)


@warns_only
def work_is_done_where_the_vehicle_is(corridor: Corridor) -> Iterator[Finding]:
    """A vehicle is served at its place.

    Facilities that it holds and stocks may be at another place of its itinerary.
    """
    on_the_way = {
        name: {step.place for step in steps if step_kinds()[step.kind].moves}
        for name, steps in itinerary_paths.by_itinerary(corridor).items()
    }
    for visit in itinerary_paths.visits(corridor):
        step, here = visit.step, visit.standing.place
        if step is None or not here:
            continue
        facility = corridor.facilities.get(step.facility)
        stock = corridor.stocks.get(step.stock)
        there = facility.place if facility else stock.place if stock else ""
        if step.kind == "serve" and there not in ("", here):
            what, expected = message("step.facility_elsewhere", place=there), message("want.facility_at", place=here)
            yield warning("itineraries", step.id, "facility", step.facility, what, expected)
        elif facility and step.kind != "free" and there not in on_the_way[step.itinerary] | {"", here}:
            what, expected = message("step.facility_off_route", place=there), message("want.facility_on_route")
            yield warning("itineraries", step.id, "facility", step.facility, what, expected)
        if step.place and facility and step.place != there:
            what = message("step.other_place", facility=step.facility)
            yield warning(
                "itineraries", step.id, "place", step.place, what, message("want.place_or_empty", place=there)
            )


@warns_only
def ports_are_where_the_vehicle_is(corridor: Corridor) -> Iterator[Finding]:
    """A vehicle at a step of a port is in a country of the port."""
    for visit in itinerary_paths.visits(corridor):
        step, here = visit.step, corridor.places.get(visit.standing.place)
        port = corridor.ports.get(step.port) if step else None
        if step is None or here is None or port is None or step_kinds()[step.kind].moves:
            continue
        sides = [corridor.places[end] for end in port.ends if end in corridor.places]
        if sides and here.country not in {side.country for side in sides}:
            what = message("step.port_elsewhere", place=here.id, country=here.country)
            yield warning("itineraries", step.id, "port", step.port, what, message("want.empty"))


def held_facilities_are_freed(corridor: Corridor) -> Iterator[Finding]:
    """A vehicle frees exactly the facilities that it holds.

    It holds none twice, and none at the end of its journey.
    """
    for visit in itinerary_paths.visits(corridor):
        step, kept = visit.step, visit.standing.kept
        if step is None:
            for facility in sorted(kept):
                hold = _last_hold(corridor, visit.itinerary, facility)
                what, expected = message("hold.not_freed"), message("want.free_step", facility=facility)
                yield error("itineraries", hold, "facility", facility, what, expected)
        elif step.kind == "free" and step.facility not in kept:
            what, expected = message("hold.nothing_to_free"), message("want.held_facility")
            yield error("itineraries", step.id, "facility", step.facility, what, expected)
        elif step.kind == "hold" and step.facility in kept:
            what, expected = message("hold.twice"), message("want.free_facility")
            yield error("itineraries", step.id, "facility", step.facility, what, expected)


def vehicles_do_not_wait_for_themselves(corridor: Corridor) -> Iterator[Finding]:
    """A vehicle is served by a facility of which it holds no server.

    With one server it would wait for itself, with more all vehicles together may.
    """
    for visit in itinerary_paths.visits(corridor):
        step, kept = visit.step, visit.standing.kept
        if step is None or step.kind not in ("serve", "pass") or step.facility not in kept:
            continue
        facility, expected = corridor.facilities.get(step.facility), message("want.free_facility")
        if facility and facility.servers > 1:
            what = message("hold.second_server", n=facility.servers)
            yield warning("itineraries", step.id, "facility", step.facility, what, expected)
        elif facility:
            yield error("itineraries", step.id, "facility", step.facility, message("hold.only_server"), expected)


def _last_hold(corridor: Corridor, itinerary: str, facility: str) -> str:
    """The last hold of a facility at the end of an itinerary.

    It is a step of the itinerary, or of one that leads to it.
    """
    holds = [step for step in corridor.itineraries.values() if step.kind == "hold" and step.facility == facility]
    return max(holds, key=lambda step: (step.itinerary == itinerary, step.order)).id


def branches_join_in_one_state(corridor: Corridor) -> Iterator[Finding]:
    """The ways of a branch join at one place, with the same facilities held."""
    for walk in itinerary_paths.walks(corridor):
        met: dict[str, itinerary_paths.Standing] = {}
        for visit in walk:
            step, standing = visit.step, visit.standing
            if step is None:
                continue
            first = met.setdefault(step.id, standing)
            if first.place != standing.place:
                what = message("branch.other_place", one=first.place, other=standing.place)
                yield error("itineraries", step.id, "step", step.step, what, message("want.one_place"))
            if first.kept != standing.kept:
                what = message("branch.other_holds", names=tuple(sorted(first.kept ^ standing.kept)))
                yield error("itineraries", step.id, "step", step.step, what, message("want.same_holds"))


@warns_only
def fleets_come_home(corridor: Corridor) -> Iterator[Finding]:
    """A closed fleet ends its cycle at the place where it began."""
    fleets = {service.itinerary for service in corridor.services.values() if service.arrivals == "fleet"}
    for visit in itinerary_paths.visits(corridor):
        if visit.step is not None or visit.itinerary not in fleets:
            continue
        steps = corridor.steps(visit.itinerary)
        if steps[0].place and visit.standing.place != steps[0].place:
            what, expected = message("fleet.other_end"), message("want.travel_to", place=steps[0].place)
            yield warning("itineraries", steps[-1].id, "place", visit.standing.place, what, expected)


RULES = (
    travels_have_a_way,
    gauges_change_where_cargo_transships,
    places_are_reached_by_travel,
    work_is_done_where_the_vehicle_is,
    ports_are_where_the_vehicle_is,
    held_facilities_are_freed,
    vehicles_do_not_wait_for_themselves,
    branches_join_in_one_state,
    fleets_come_home,
)
