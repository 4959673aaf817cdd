"""Links for a fast search, and the fastest way within one mode.

This is the way of a vehicle.

The graph of the product is that of :mod:`corridors.graph`, in NetworkX. A run needs only this search, and the import of
NetworkX takes longer than all searches of a run; a test holds both against each other.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from corridors.clock.local_time import day
from corridors.findings import ERROR, DataError, Finding, Findings, nearest
from corridors.messages import Message, message
from corridors.model import Corridor, Place

MILLISECONDS_PER_H: Final = 3_600_000
MICRODOLLARS: Final = 1_000_000
"""Sums are compared as integers, so that equal routes are equal whatever the order of adding."""


@dataclass(frozen=True)
class Leg:
    """One link travelled; ``forward`` is False against its declared direction."""

    link: str
    forward: bool
    km: float
    hours: float
    mode: str


@dataclass(frozen=True)
class Route:
    """One way from origin to destination, with its places and links."""

    km: float
    hours: float
    """Running time and changes of mode."""
    usd_per_t: float
    """Haulage and changes of mode."""
    gauge_changes: int
    places: tuple[str, ...]
    legs: tuple[Leg, ...]
    transshipments: tuple[str, ...]
    """Places where the cargo changes gauge, or between rail and road."""


@dataclass(frozen=True)
class Edge:
    """One link in one of its directions."""

    origin: str
    destination: str
    link: str
    forward: bool
    mode: str
    km: float
    hours: float
    usd_per_t: float
    co2_kg_per_t: float


@dataclass(frozen=True)
class Net:
    """The graph as the fast search reads it."""

    edges: Mapping[str, tuple[Edge, ...]]
    """By place id: the edges that leave it, by link."""
    transship_h: float
    transship_usd_per_t: float

    def without(self, links: Collection[str]) -> Net:
        """The graph without some links."""
        edges = {
            place: tuple(edge for edge in leaving if edge.link not in links) for place, leaving in self.edges.items()
        }
        return replace(self, edges=edges)


class NoRoute(ValueError):  # noqa: N818 (an outcome, not a fault)
    """No way from one place to another, with the reason as a message."""

    def __init__(self, reason: Message) -> None:
        self.reason = reason
        super().__init__(str(reason))

    def __reduce__(self) -> tuple[type[NoRoute], tuple[Message]]:
        """Keep the reason when a worker process returns the error."""
        return type(self), (self.reason,)


def net(corridor: Corridor, on: date | None = None) -> Net:
    """All links, or those open on a day; a two-way link is two edges."""
    numbers = {name: row.value for name, row in corridor.parameters.items()}
    edges: dict[str, list[Edge]] = {place: [] for place in sorted(corridor.places)}
    for link_id, link in sorted(corridor.links.items()):
        if on and link.opening_date and day(link.opening_date) > on:
            continue
        for forward in (True, False) if link.both_ways else (True,):
            origin, destination = (link.origin, link.destination) if forward else (link.destination, link.origin)
            edge = Edge(
                origin=origin,
                destination=destination,
                link=link_id,
                forward=forward,
                mode=link.mode,
                km=link.length_km,
                hours=link.length_km / link.speed_kmh,
                usd_per_t=link.cost_usd_per_tkm * link.length_km,
                co2_kg_per_t=link.co2_g_per_tkm * link.length_km / 1000,
            )
            edges.setdefault(origin, []).append(edge)
            edges.setdefault(destination, [])
    return Net(
        {place: tuple(leaving) for place, leaving in edges.items()},
        numbers.get("transship_h", 0.0),
        numbers.get("transship_usd_per_t", 0.0),
    )


def place_id(places: Mapping[str, Place], name: str) -> str:
    """The id of a place given by id, English or Chinese name, in any case.

    Raises DataError with the nearest name.
    """
    wanted = _folded(name)
    for spelling in ("id", "name_en", "name_zh"):
        for row in places.values():
            if _folded(getattr(row, spelling)) == wanted:
                return row.id
    names = [text for row in places.values() for text in (row.id, row.name_en, row.name_zh)]
    raise DataError([_unknown_place(name, names)])


def place_ids(places: Mapping[str, Place], *names: str) -> list[str]:
    """The ids of several places.

    Raises DataError with all names that are unknown.
    """
    found: list[str] = []
    wrong = Findings()
    for name in names:
        with wrong.gather():
            found.append(place_id(places, name))
    wrong.refuse()
    return found


def path(net: Net, origin: str, destination: str, mode: str) -> list[Leg]:
    """The fastest way between two place ids within one mode.

    No legs if they are the same place.

    Raises NoRoute, and DataError for an unknown place.
    """
    check_known(net.edges, origin, destination)
    label = _fastest(net, origin, destination, mode)
    if label is None:
        raise no_way(mode, origin, destination)
    return [_leg(edge) for edge in label.edges]


@dataclass(frozen=True, order=True)
class _Label:
    """One way to a place, compared by time, cost, then the ids of its links."""

    milliseconds: int
    microdollars: int
    links: tuple[str, ...]
    place: str
    edges: tuple[Edge, ...]

    def extended(self, edge: Edge) -> _Label:
        """This way and one more link."""
        return _Label(
            self.milliseconds + round(edge.hours * MILLISECONDS_PER_H),
            self.microdollars + round(edge.usd_per_t * MICRODOLLARS),
            (*self.links, edge.link),
            edge.destination,
            (*self.edges, edge),
        )


def _fastest(net: Net, origin: str, destination: str, mode: str) -> _Label | None:
    """The best way within one mode (Dijkstra 1959); None if there is none."""
    heap = [_Label(0, 0, (), origin, ())]
    settled = set()
    while heap:
        label = heapq.heappop(heap)
        if label.place == destination:
            return label
        if label.place in settled:
            continue
        settled.add(label.place)
        for edge in net.edges[label.place]:
            if edge.mode == mode and edge.destination not in settled:
                heapq.heappush(heap, label.extended(edge))
    return None


def _leg(edge: Edge) -> Leg:
    return Leg(edge.link, edge.forward, edge.km, edge.hours, edge.mode)


def no_way(mode: str, origin: str, destination: str) -> NoRoute:
    """The error for two places that no link of a mode joins."""
    return NoRoute(message("route.no_way_by_mode", mode=mode, origin=origin, destination=destination))


def no_route(origin: str, destination: str, obstacles: Sequence[str]) -> NoRoute:
    """The error for two places without a route.

    ``obstacles`` names places where the cargo would transship and cannot.
    """
    if not obstacles:
        return NoRoute(message("route.no_way", origin=origin, destination=destination))
    places = tuple(obstacles)
    return NoRoute(message("route.no_transshipment", origin=origin, destination=destination, places=places))


def check_known(known: Collection[str], *places: str) -> None:
    """Raise DataError with every place id that the corridor does not have."""
    unknown = [_unknown_place(place, known) for place in places if place not in known]
    if unknown:
        raise DataError(unknown)


def _unknown_place(name: str, known: Iterable[str]) -> Finding:
    what, expected = message("route.unknown_place"), message("want.place")
    return Finding(ERROR, "places.csv", None, "id", name, expected, nearest(name, known), what)


def _folded(name: Any) -> str:
    return " ".join(str(name).casefold().replace("_", " ").replace("-", " ").split())
