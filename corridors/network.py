"""The graph of the corridor and the routes over it: who can go where, by which mode, how long and for how much.

In: places and links. Out: a read-only NetworkX graph of ids and numbers, the fastest path within one mode (what a
vehicle travels), and ranked routes over all modes (what a cargo may choose). A cargo changes mode, from one track
gauge to the other or between rail and road, only at a place that transships; the change takes ``transship_h`` hours
and ``transship_usd_per_t``, two rows of the table of parameters, 0 where they are absent. Running times are without
waiting: what the border costs in time is what the simulation is for.

Equal routes are told apart by the ids of their links, so that no order of rows decides anything.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final, Literal

from corridors.findings import ERROR, DataError, Finding, nearest
from corridors.local_time import day
from corridors.model import Corridor, Place

if TYPE_CHECKING:
    import networkx as nx

MILLISECONDS_PER_H: Final = 3_600_000
MICRODOLLARS: Final = 1_000_000
"""Sums are compared as integers, so that equal routes are equal whatever the order of adding."""


@dataclass(frozen=True)
class Leg:
    """One link travelled; ``forward`` is False against the direction in which it is declared."""

    link: str
    forward: bool
    km: float
    hours: float
    mode: str


@dataclass(frozen=True)
class Route:
    """One way from origin to destination, with the places passed and the links travelled between them."""

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


class NoRoute(ValueError):  # noqa: N818 (the name of the outcome, not of a fault)
    """Nothing leads from one place to another; the message says what is in the way."""


def build(corridor: Corridor, on: date | None = None) -> nx.MultiDiGraph:
    """The graph of all links, or of those open on a day; nodes are place ids, edges are keyed by link id.

    Edges carry ``mode``, ``km``, ``hours``, ``usd_per_t``, ``co2_kg_per_t`` and ``forward``; a two-way link is two
    edges. The graph is frozen.
    """
    import networkx as nx

    numbers = {name: row.value for name, row in corridor.parameters.items()}
    graph = nx.MultiDiGraph(
        transship_h=numbers.get("transship_h", 0.0), transship_usd_per_t=numbers.get("transship_usd_per_t", 0.0)
    )
    for place_id, place in sorted(corridor.places.items()):
        graph.add_node(place_id, latitude=place.latitude, longitude=place.longitude, transships=place.transships)
    for link_id, link in sorted(corridor.links.items()):
        if on and link.opening_date and day(link.opening_date) > on:
            continue
        edge = {
            "mode": link.mode,
            "km": link.length_km,
            "hours": link.length_km / link.speed_kmh,
            "usd_per_t": link.cost_usd_per_tkm * link.length_km,
            "co2_kg_per_t": link.co2_g_per_tkm * link.length_km / 1000,
        }
        graph.add_edge(link.origin, link.destination, key=link_id, forward=True, **edge)
        if link.both_ways:
            graph.add_edge(link.destination, link.origin, key=link_id, forward=False, **edge)
    return nx.freeze(graph)


def place_id(places: Mapping[str, Place], name: str) -> str:
    """The id of a place given by its id or its English or Chinese name, in any case.

    Raises DataError with the nearest name.
    """
    wanted = _folded(name)
    for spelling in ("id", "name_en", "name_zh"):
        for row in places.values():
            if _folded(getattr(row, spelling)) == wanted:
                return row.id
    names = [text for row in places.values() for text in (row.id, row.name_en, row.name_zh)]
    raise DataError([_unknown_place(name, names)])


def _place_ids(places: Mapping[str, Place], *names: str) -> list[str]:
    """The ids of several places; raises DataError with all names that are unknown."""
    found: list[str] = []
    findings: list[Finding] = []
    for name in names:
        try:
            found.append(place_id(places, name))
        except DataError as error:
            findings += error.findings
    if findings:
        raise DataError(findings)
    return found


def path(graph: nx.MultiDiGraph, origin: str, destination: str, mode: str) -> list[Leg]:
    """The fastest way between two place ids within one mode; no legs if they are the same place.

    Raises NoRoute, and DataError for an unknown place.
    """
    _check_known(graph, origin, destination)
    search = _Search(graph, "time", only=mode)
    label = search.best([_start(origin)], destination)
    if label is None:
        raise NoRoute(f"no {mode} leads from {origin} to {destination}")
    return [search.leg(*step) for step in label.steps()]


def routes(
    world: Corridor | nx.MultiDiGraph,
    origin: str,
    destination: str,
    k: int = 3,
    by: Literal["time", "cost"] = "time",
    on: date | None = None,
) -> list[Route]:
    """Up to ``k`` routes over all modes, best first; no two pass the same places, none passes a place twice.

    Over a Corridor, places may be given by name, and ``on`` keeps to the links open on a day. Equal times are ranked
    by cost, and equal costs by time. Raises NoRoute if there is none, and DataError for an unknown place.
    """
    if by not in ("time", "cost"):
        raise ValueError(f"routes are ranked by time or by cost, not by {by!r}")
    if isinstance(world, Corridor):
        origin, destination = _place_ids(world.places, origin, destination)
        graph = build(world, on)
    else:
        graph = world
    _check_known(graph, origin, destination)
    search = _Search(graph, by)
    found = search.ranked(origin, destination, k)
    if not found:
        raise NoRoute(f"no route leads from {origin} to {destination}" + _obstacle(graph, by, origin, destination))
    return [search.route(label) for label in found]


@dataclass(frozen=True, order=True)
class _Label:
    """One way to a place, compared by its weights and then by the ids of its links."""

    weights: tuple[int, int, int]
    """What is ranked by, what settles ties, and the changes of mode."""
    links: tuple[str, ...]
    places: tuple[str, ...]
    modes: tuple[str, ...]

    def steps(self) -> Iterable[tuple[str, str, str]]:
        return zip(self.places, self.places[1:], self.links, strict=False)


def _start(origin: str) -> _Label:
    return _Label((0, 0, 0), (), (origin,), ())


class _Search:
    """Dijkstra's and Yen's algorithms over (place, mode of arrival), where Yen's looks at places only.

    NetworkX's k shortest paths would call the same places by another mode another route.
    """

    def __init__(self, graph: nx.MultiDiGraph, by: str, only: str = "", anywhere: bool = False) -> None:
        self.graph = graph
        self.by = by
        self.only = only
        self.anywhere = anywhere
        self.change = self._weights(graph.graph["transship_h"], graph.graph["transship_usd_per_t"], 1)

    def _weights(self, hours: float, usd_per_t: float, changes: int) -> tuple[int, int, int]:
        time, cost = round(hours * MILLISECONDS_PER_H), round(usd_per_t * MICRODOLLARS)
        return (time, cost, changes) if self.by == "time" else (cost, time, changes)

    def extended(self, label: _Label) -> Iterable[_Label]:
        """The label carried on over every link that may come next."""
        here = label.places[-1]
        for _, there, link, edge in self.graph.out_edges(here, keys=True, data=True):
            mode = edge["mode"]
            if there in label.places or (self.only and mode != self.only):
                continue
            weights = [label.weights, self._weights(edge["hours"], edge["usd_per_t"], 0)]
            if label.modes and mode != label.modes[-1]:
                if not (self.anywhere or self.graph.nodes[here]["transships"]):
                    continue
                weights.append(self.change)
            first, second, third = (sum(parts) for parts in zip(*weights, strict=True))
            yield _Label((first, second, third), (*label.links, link), (*label.places, there), (*label.modes, mode))

    def best(self, starts: list[_Label], destination: str, banned_next: Iterable[str] = ()) -> _Label | None:
        """The best continuation of any of the starts to the destination, not directly to a banned place."""
        heap = sorted(starts)
        beginnings = set(starts)
        settled = set()
        while heap:
            label = heapq.heappop(heap)
            if label.places[-1] == destination:
                return label
            state = (label.places[-1], label.modes[-1:])
            if state in settled:
                continue
            settled.add(state)
            for longer in self.extended(label):
                if not (label in beginnings and longer.places[-1] in banned_next):
                    heapq.heappush(heap, longer)
        return None

    def along(self, places: tuple[str, ...]) -> list[_Label]:
        """The best way along exactly these places, for each mode of arrival."""
        labels = [_start(places[0])]
        for there in places[1:]:
            by_mode: dict[str, _Label] = {}
            for longer in sorted(longer for label in labels for longer in self.extended(label)):
                if longer.places[-1] == there:
                    by_mode.setdefault(longer.modes[-1], longer)
            labels = list(by_mode.values())
        return labels

    def ranked(self, origin: str, destination: str, k: int) -> list[_Label]:
        """Up to k ways over different places, best first (Yen 1971)."""
        best = self.best([_start(origin)], destination)
        found: list[_Label] = []
        candidates: dict[tuple[str, ...], _Label] = {}
        while best and len(found) < k:
            found.append(best)
            for length in range(1, len(best.places)):
                root = best.places[:length]
                taken = {label.places[length] for label in found if label.places[:length] == root}
                other = self.best(self.along(root), destination, taken)
                if other:
                    candidates[other.places] = min(other, candidates.get(other.places, other))
            best = min(candidates.values(), default=None)
            if best:
                del candidates[best.places]
        return found

    def leg(self, here: str, there: str, link: str) -> Leg:
        edge = self.graph.edges[here, there, link]
        return Leg(link, edge["forward"], edge["km"], edge["hours"], edge["mode"])

    def route(self, label: _Label) -> Route:
        edges = [self.graph.edges[step] for step in label.steps()]
        changes = [
            (place, before, after)
            for place, before, after in zip(label.places[1:], label.modes, label.modes[1:], strict=False)
            if before != after
        ]
        fixed = self.graph.graph
        return Route(
            km=sum(edge["km"] for edge in edges),
            hours=sum(edge["hours"] for edge in edges) + fixed["transship_h"] * len(changes),
            usd_per_t=sum(edge["usd_per_t"] for edge in edges) + fixed["transship_usd_per_t"] * len(changes),
            gauge_changes=sum(before.startswith("rail") and after.startswith("rail") for _, before, after in changes),
            places=label.places,
            legs=tuple(self.leg(*step) for step in label.steps()),
            transshipments=tuple(place for place, _, _ in changes),
        )


def _obstacle(graph: nx.MultiDiGraph, by: str, origin: str, destination: str) -> str:
    """Why there is no route, if it is for want of a place to transship."""
    search = _Search(graph, by, anywhere=True)
    label = search.best([_start(origin)], destination)
    if label is None:
        return ""
    places = [place for place in search.route(label).transshipments if not graph.nodes[place]["transships"]]
    return f": cargo would have to change trains or vehicles at {', '.join(places)}, which cannot transship"


def _check_known(graph: nx.MultiDiGraph, *places: str) -> None:
    unknown = [_unknown_place(place, graph.nodes) for place in places if place not in graph]
    if unknown:
        raise DataError(unknown)


def _unknown_place(name: str, known: Iterable[str]) -> Finding:
    return Finding(ERROR, "places.csv", None, "id", name, "a place of the corridor", nearest(name, known))


def _folded(name: Any) -> str:
    return " ".join(str(name).casefold().replace("_", " ").replace("-", " ").split())
