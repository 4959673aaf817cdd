"""Rules about the way a vehicle takes through its itinerary: over the graph, from place to place, what it keeps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from corridors import network
from corridors.checks import itinerary_paths
from corridors.checks.report import error, warning
from corridors.findings import DataError, Finding
from corridors.model import Corridor, Step

RAIL: Final = ("rail_1435", "rail_1520")


def travels_have_a_way(corridor: Corridor) -> Iterator[Finding]:
    """A travel over the graph has a way of its mode from where the vehicle stands to where it goes."""
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
            expected = f"another place than {origin}, where the vehicle is"
            yield warning("itineraries", step.id, "place", step.place, expected, "nobody moves")
        elif legs(net, origin, step.place, step.mode) is None:
            yield error(
                "itineraries",
                step.id,
                "place",
                step.place,
                f"a place to which {step.mode} leads from {origin}",
                _obstacle(net, origin, step),
            )


def goes_over_the_graph(step: Step) -> bool:
    """Whether a step is a travel over links, as against time spent on the spot."""
    return step.kind == "travel" and bool(step.mode) and not step.duration


def legs(net: network.Net, origin: str, destination: str, mode: str) -> list[network.Leg] | None:
    """The links of the fastest way within a mode; None if there is none or a place is unknown."""
    try:
        return network.path(net, origin, destination, mode)
    except (network.NoRoute, DataError):
        return None


def _obstacle(net: network.Net, origin: str, step: Step) -> str:
    """What is in the way: no link at one of the ends, or a gap between them."""
    of_mode = [edge for leaving in net.edges.values() for edge in leaving if edge.mode == step.mode]
    if not any(edge.origin == origin for edge in of_mode):
        return f"the chain ends in {origin}: no link of {step.mode} leads on from there"
    if not any(edge.destination == step.place for edge in of_mode):
        return f"no link of {step.mode} leads to {step.place}"
    return f"the links of {step.mode} have a gap between {origin} and {step.place}"


def gauges_change_where_cargo_transships(corridor: Corridor) -> Iterator[Finding]:
    """Who goes on by another mode (track gauge, rail or road) does so at a place that transships."""
    for visit in itinerary_paths.visits(corridor):
        step, standing = visit.step, visit.standing
        if step is None or not goes_over_the_graph(step) or standing.mode in ("", step.mode):
            continue
        place = corridor.places.get(standing.place)
        if place and not place.transships and {standing.mode, step.mode} & set(RAIL):
            yield error(
                "itineraries",
                step.id,
                "mode",
                step.mode,
                f"{standing.mode}, by which it came, or a change at a place that transships",
                f"nothing transships at {place.id} (places.csv, column transships)",
            )


def places_are_reached_by_travel(corridor: Corridor) -> Iterator[Finding]:
    """Only a travel over the graph moves a vehicle: a mark, or time spent on the spot, is where it stands."""
    for visit in itinerary_paths.visits(corridor):
        step, here = visit.step, visit.standing.place
        if step is None or not here or not step.place or step.place == here:
            continue
        if step.kind == "mark":
            yield error(
                "itineraries", step.id, "place", step.place, f"{here}, where the vehicle is", "no travel leads there"
            )
        elif step.kind == "travel" and step.duration:
            yield warning(
                "itineraries",
                step.id,
                "place",
                step.place,
                f"{here}, where the vehicle is, or a mode instead of the duration",
                "time spent on the spot moves nobody over a link",
            )


def work_is_done_where_the_vehicle_is(corridor: Corridor) -> Iterator[Finding]:
    """A vehicle is served where it stands; what it queues for, keeps or draws may lie at another place of its way."""
    on_the_way = {
        name: {step.place for step in steps if step.kind in ("travel", "mark")}
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
            expected = f"a facility at {here}, where the vehicle is"
            yield warning("itineraries", step.id, "facility", step.facility, expected, f"it stands at {there}")
        elif facility and step.kind != "free" and there not in on_the_way[step.itinerary] | {"", here}:
            expected = "a facility at a place of this itinerary"
            yield warning("itineraries", step.id, "facility", step.facility, expected, f"it stands at {there}")
        if step.place and facility and step.place != there:
            expected = f"{there}, where {step.facility} stands, or nothing"
            yield warning("itineraries", step.id, "place", step.place, expected)


def ports_are_where_the_vehicle_is(corridor: Corridor) -> Iterator[Finding]:
    """A vehicle that is served at a port, or passes it, is in one of the two countries that meet there."""
    for visit in itinerary_paths.visits(corridor):
        step, here = visit.step, corridor.places.get(visit.standing.place)
        port = corridor.ports.get(step.port) if step else None
        if step is None or here is None or port is None or step.kind in ("mark", "travel"):
            continue
        sides = [corridor.places[end] for end in (port.place_cn, port.place_foreign) if end in corridor.places]
        if sides and here.country not in {side.country for side in sides}:
            expected = f"nothing: the vehicle is at {here.id}, in {here.country}"
            yield warning("itineraries", step.id, "port", step.port, expected)


def what_is_kept_is_given_up(corridor: Corridor) -> Iterator[Finding]:
    """A vehicle frees only what it keeps, keeps no facility twice, and keeps nothing at the end of its journey."""
    for visit in itinerary_paths.visits(corridor):
        step, kept = visit.step, visit.standing.kept
        if step is None:
            for facility in sorted(kept):
                hold = _last_hold(corridor, visit.itinerary, facility)
                yield error(
                    "itineraries", hold, "facility", facility, f"a later step of kind free at {facility} on every way"
                )
        elif step.kind == "free" and step.facility not in kept:
            expected = "a facility that the vehicle keeps on every way to this step"
            yield error("itineraries", step.id, "facility", step.facility, expected, "no hold leads here")
        elif step.kind == "hold" and step.facility in kept:
            expected = "a facility that the vehicle does not keep yet"
            yield error("itineraries", step.id, "facility", step.facility, expected, "held twice; free it in between")


def _last_hold(corridor: Corridor, itinerary: str, facility: str) -> str:
    """The step that took what is still kept at the end of an itinerary: in it, or in one that led to it."""
    holds = [step for step in corridor.itineraries.values() if step.kind == "hold" and step.facility == facility]
    return max(holds, key=lambda step: (step.itinerary == itinerary, step.order)).id


def ways_meet_alike(corridor: Corridor) -> Iterator[Finding]:
    """Where the ways of a branch meet again, the vehicle keeps the same facilities and stands at the same place."""
    for walk in itinerary_paths.walks(corridor):
        met: dict[str, itinerary_paths.Standing] = {}
        for visit in walk:
            step, standing = visit.step, visit.standing
            if step is None:
                continue
            first = met.setdefault(step.id, standing)
            if first.place != standing.place:
                expected = f"one place on every way to this step, not {first.place} and {standing.place}"
                yield error("itineraries", step.id, "step", step.step, expected, "a branch jumps over a travel")
            if first.kept != standing.kept:
                names = ", ".join(sorted(first.kept ^ standing.kept))
                expected = f"the same facilities kept on every way to this step; on some only: {names}"
                yield error("itineraries", step.id, "step", step.step, expected, "a branch jumps over a hold or a free")


def fleets_come_home(corridor: Corridor) -> Iterator[Finding]:
    """A closed fleet ends its cycle where it began, or the next trip would start elsewhere."""
    fleets = {service.itinerary for service in corridor.services.values() if service.arrivals == "fleet"}
    for visit in itinerary_paths.visits(corridor):
        if visit.step is not None or visit.itinerary not in fleets:
            continue
        steps = corridor.steps(visit.itinerary)
        if steps[0].place and visit.standing.place != steps[0].place:
            expected = f"a last travel to {steps[0].place}, where the cycle begins"
            yield warning("itineraries", steps[-1].id, "place", visit.standing.place, expected)


RULES = (
    travels_have_a_way,
    gauges_change_where_cargo_transships,
    places_are_reached_by_travel,
    work_is_done_where_the_vehicle_is,
    ports_are_where_the_vehicle_is,
    what_is_kept_is_given_up,
    ways_meet_alike,
    fleets_come_home,
)
