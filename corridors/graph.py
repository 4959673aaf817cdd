"""The graph of the corridor in NetworkX, and the ways over it.

In: places and links. Out: a read-only graph of ids and numbers (:func:`build`), the fastest way within one mode
(:func:`path`, the way of a vehicle), and ranked routes over all modes (:func:`routes`, the choice of a cargo). A cargo
changes mode, from one track gauge to the other or between rail and road, only at a place that transships; the change
takes ``transship_h`` hours and ``transship_usd_per_t``, two rows of the table of parameters, 0 where they are absent.
Running times are without waiting.

Sums are compared as integers (milliseconds, millionths of a dollar), and equal routes by the ids of their links, so no
order of rows decides anything. The compile step has a fast twin of :func:`path` in :mod:`corridors.network`, because
the import of NetworkX takes longer than all searches of a run; a test holds both against each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date
from itertools import pairwise
from typing import Any, Final, Literal

import networkx as nx

from corridors.model import Corridor
from corridors.network import (
    MICRODOLLARS,
    MILLISECONDS_PER_H,
    Leg,
    Route,
    check_known,
    net,
    no_route,
    no_way,
    place_ids,
)

By = Literal["time", "cost"]
SHIFT: Final = 1 << 48
"""Places of the digits of a composite weight: no sum of hours or costs in their small units reaches it."""
START: Final = ("", "start")
END: Final = ("", "end")


def build(corridor: Corridor, on: date | None = None) -> nx.MultiDiGraph:
    """The frozen graph of all links, or of those open on a day.

    A link of both ways is two edges.

    Nodes are place ids with ``latitude``, ``longitude``, ``transships``. Edges are keyed by link id and carry ``mode``,
    ``km``, ``hours``, ``usd_per_t``, ``co2_kg_per_t`` and ``forward`` (False against the declared direction).
    """
    made = net(corridor, on)
    graph = nx.MultiDiGraph(transship_h=made.transship_h, transship_usd_per_t=made.transship_usd_per_t)
    for place_id, place in sorted(corridor.places.items()):
        graph.add_node(place_id, latitude=place.latitude, longitude=place.longitude, transships=place.transships)
    for edge in (edge for leaving in made.edges.values() for edge in leaving):
        numbers = asdict(edge)
        graph.add_edge(numbers.pop("origin"), numbers.pop("destination"), key=numbers.pop("link"), **numbers)
    return nx.freeze(graph)


def path(graph: nx.MultiDiGraph, origin: str, destination: str, mode: str) -> list[Leg]:
    """The fastest way between two place ids within one mode.

    No legs if they are the same place.

    Raises NoRoute, and DataError for an unknown place.
    """
    check_known(graph.nodes, origin, destination)
    if origin == destination:
        return []
    within = nx.DiGraph()
    within.add_nodes_from(graph)
    for here, there, link, edge in graph.edges(keys=True, data=True):
        if edge["mode"] == mode:
            _keep_least(within, here, there, (_weight(edge, "time"), link), {**edge, "origin": here})
    try:
        ways = list(nx.all_shortest_paths(within, origin, destination, weight="weight"))
    except nx.NetworkXNoPath:
        raise no_way(mode, origin, destination) from None
    return [_leg(within.edges[pair]) for pair in pairwise(min(ways, key=lambda way: _links(within, way)))]


def routes(
    world: Corridor | nx.MultiDiGraph,
    origin: str,
    destination: str,
    k: int = 3,
    by: By = "time",
    on: date | None = None,
) -> list[Route]:
    """Up to ``k`` routes over all modes, best first.

    No two pass the same places, none passes a place twice.

    Over a Corridor, places may be given by name, and ``on`` keeps to the links open on a day. Equal times are ranked
    by cost, and equal costs by time, then by changes of mode and ids of links. Raises NoRoute if there is none, and
    DataError for an unknown place.
    """
    if by not in ("time", "cost"):
        raise ValueError(f"routes are ranked by time or by cost, not by {by!r}")
    if isinstance(world, Corridor):
        origin, destination = place_ids(world.places, origin, destination)
        world = build(world, on)
    check_known(world.nodes, origin, destination)
    if origin == destination:
        return [Route(0.0, 0.0, 0.0, 0, (origin,), (), ())]
    by_mode = _by_mode(world, origin, destination, by)
    found = [_route(world, by_mode, way) for way in _best(by_mode, k)]
    if not found:
        raise no_route(origin, destination, _cannot_transship(world, origin, destination, by))
    return found


def _by_mode(graph: nx.MultiDiGraph, origin: str, destination: str, by: By, anywhere: bool = False) -> nx.DiGraph:
    """The graph of (place, mode of arrival).

    It has an edge for each possible next link, with the change of mode.
    """
    made = nx.DiGraph()
    made.add_nodes_from((START, END))
    change = _number(graph.graph["transship_h"], graph.graph["transship_usd_per_t"], 1, by)
    modes: dict[str, set[str]] = {place: set() for place in graph}
    for _, there, edge in graph.edges(data=True):
        modes[there].add(edge["mode"])
    for here, there, link, edge in graph.edges(keys=True, data=True):
        arrivals: list[tuple[str, str]] = [START] if here == origin else [(here, mode) for mode in sorted(modes[here])]
        for arrival in arrivals:
            changes = arrival != START and arrival[1] != edge["mode"]
            if changes and not (anywhere or graph.nodes[here]["transships"]):
                continue
            weight = _weight(edge, by) + (change if changes else 0)
            _keep_least(made, arrival, (there, edge["mode"]), (weight, link), {**edge, "origin": here})
    for mode in sorted(modes[destination]):
        made.add_edge((destination, mode), END, weight=0, link="")
    return made


def _best(graph: nx.DiGraph, k: int) -> list[list[Any]]:
    """The k best ways from START to END over different places."""
    best: dict[tuple[str, ...], tuple[int, tuple[str, ...], list[Any]]] = {}
    for way in _simple_paths(graph):
        places = tuple(place for place, _ in way[1:-1])
        weight = sum(graph.edges[pair]["weight"] for pair in pairwise(way))
        if len(best) >= k and weight > sorted(one[0] for one in best.values())[k - 1]:
            break
        if len(set(places)) == len(places):
            label = (weight, _links(graph, way), way)
            best[places] = min(label, best.get(places, label), key=lambda one: one[:2])
    return [way for *_, way in sorted(best.values(), key=lambda one: one[:2])[:k]]


def _simple_paths(graph: nx.DiGraph) -> Iterator[list[Any]]:
    """All ways from START to END, least weight first (Yen 1971)."""
    try:
        yield from nx.shortest_simple_paths(graph, START, END, weight="weight")
    except nx.NetworkXNoPath:
        return


def _route(graph: nx.MultiDiGraph, by_mode: nx.DiGraph, way: list[Any]) -> Route:
    edges = [by_mode.edges[pair] for pair in pairwise(way[:-1])]
    places = (edges[0]["origin"], *(place for place, _ in way[1:-1]))
    changes = [
        (place, before["mode"], after["mode"])
        for place, (before, after) in zip(places[1:], pairwise(edges), strict=False)
        if before["mode"] != after["mode"]
    ]
    return Route(
        km=sum(edge["km"] for edge in edges),
        hours=sum(edge["hours"] for edge in edges) + graph.graph["transship_h"] * len(changes),
        usd_per_t=sum(edge["usd_per_t"] for edge in edges) + graph.graph["transship_usd_per_t"] * len(changes),
        gauge_changes=sum(before.startswith("rail") and after.startswith("rail") for _, before, after in changes),
        places=places,
        legs=tuple(_leg(edge) for edge in edges),
        transshipments=tuple(place for place, _, _ in changes),
    )


def _cannot_transship(graph: nx.MultiDiGraph, origin: str, destination: str, by: By) -> tuple[str, ...]:
    """The places at which a cargo would have to change mode and cannot.

    () if there is no way even then.
    """
    anywhere = _by_mode(graph, origin, destination, by, anywhere=True)
    ways = _best(anywhere, 1)
    if not ways:
        return ()
    changes = _route(graph, anywhere, ways[0]).transshipments
    return tuple(place for place in changes if not graph.nodes[place]["transships"])


def _keep_least(graph: nx.DiGraph, here: Any, there: Any, label: tuple[int, str], edge: dict[str, Any]) -> None:
    """Add an edge; keep the one of least weight between the same nodes.

    Equal weights keep the least id.
    """
    weight, link = label
    if graph.has_edge(here, there):
        other = graph.edges[here, there]
        if (other["weight"], other["link"]) <= label:
            return
    graph.add_edge(here, there, **{**edge, "weight": weight, "link": link})


def _weight(edge: dict[str, Any], by: str) -> int:
    return _number(edge["hours"], edge["usd_per_t"], 0, by)


def _number(hours: float, usd_per_t: float, changes: int, by: str) -> int:
    """Weight, tie breaker and changes of mode as the digits of one number."""
    time, cost = round(hours * MILLISECONDS_PER_H), round(usd_per_t * MICRODOLLARS)
    first, second = (time, cost) if by == "time" else (cost, time)
    return (first * SHIFT + second) * SHIFT + changes


def _links(graph: nx.DiGraph, way: Iterable[Any]) -> tuple[str, ...]:
    return tuple(graph.edges[pair]["link"] for pair in pairwise(way))


def _leg(edge: dict[str, Any]) -> Leg:
    return Leg(edge["link"], edge["forward"], edge["km"], edge["hours"], edge["mode"])
