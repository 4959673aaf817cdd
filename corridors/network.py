"""Graph of the corridor and routes over it, by mode, time and cost.

Input: places and links. Output: a read-only graph of ids and numbers (:class:`Net`, or the same in NetworkX for its
algorithms), the fastest path within one mode (the way of a vehicle), and ranked routes over all modes (the choices of a
cargo). A cargo changes mode, from one track gauge to the other or between rail and road, only at a place that
transships; the change takes ``transship_h`` hours and ``transship_usd_per_t``, two rows of the table of parameters, 0
where they are absent. Running times are without waiting, which is a result of the simulation.

Equal routes are ranked by the ids of their links, so the order of rows has no effect.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, Literal

from corridors.clock.local_time import day
from corridors.findings import ERROR, DataError, Finding, Findings, nearest
from corridors.messages import Message, message
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
    """One way from origin to destination, with its places and the links between them."""

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
    """The graph for searches. It needs no NetworkX, whose import takes longer than all searches of a run."""

    transships: Mapping[str, bool]
    """By place id: whether cargo can change mode there."""
    edges: Mapping[str, tuple[Edge, ...]]
    """By place id: the edges that leave it, by link."""
    transship_h: float
    transship_usd_per_t: float


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
        {place: place in corridor.places and corridor.places[place].transships for place in edges},
        {place: tuple(leaving) for place, leaving in edges.items()},
        numbers.get("transship_h", 0.0),
        numbers.get("transship_usd_per_t", 0.0),
    )


def build(corridor: Corridor, on: date | None = None) -> nx.MultiDiGraph:
    """The same as a frozen NetworkX graph; nodes are place ids, edges are keyed by link id.

    Edges carry ``mode``, ``km``, ``hours``, ``usd_per_t``, ``co2_kg_per_t`` and ``forward``.
    """
    import networkx as nx

    made = net(corridor, on)
    graph = nx.MultiDiGraph(transship_h=made.transship_h, transship_usd_per_t=made.transship_usd_per_t)
    for place_id, place in sorted(corridor.places.items()):
        graph.add_node(place_id, latitude=place.latitude, longitude=place.longitude, transships=place.transships)
    for edge in (edge for leaving in made.edges.values() for edge in leaving):
        numbers = asdict(edge)
        graph.add_edge(numbers.pop("origin"), numbers.pop("destination"), key=numbers.pop("link"), **numbers)
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
    wrong = Findings()
    for name in names:
        with wrong.gather():
            found.append(place_id(places, name))
    wrong.refuse()
    return found


def path(net: Net, origin: str, destination: str, mode: str) -> list[Leg]:
    """The fastest way between two place ids within one mode; no legs if they are the same place.

    Raises NoRoute, and DataError for an unknown place.
    """
    _check_known(net, origin, destination)
    label = _Search(net, "time", only=mode).best([_start(origin)], destination)
    if label is None:
        raise NoRoute(message("route.no_way_by_mode", mode=mode, origin=origin, destination=destination))
    return [_leg(edge) for edge in label.edges]


def routes(
    world: Corridor | Net,
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
        world = net(world, on)
    _check_known(world, origin, destination)
    search = _Search(world, by)
    found = search.ranked(origin, destination, k)
    if not found:
        raise NoRoute(_obstacle(world, by, origin, destination))
    return [search.route(label) for label in found]


@dataclass(frozen=True, order=True)
class _Label:
    """One way to a place, compared by its weights and then by the ids of its links."""

    weights: tuple[int, int, int]
    """What is ranked by, what settles ties, and the changes of mode."""
    links: tuple[str, ...]
    places: tuple[str, ...]
    edges: tuple[Edge, ...]

    @property
    def mode(self) -> str:
        """Mode of the last link; '' at the start."""
        return self.edges[-1].mode if self.edges else ""


def _start(origin: str) -> _Label:
    return _Label((0, 0, 0), (), (origin,), ())


class _Search:
    """Dijkstra's and Yen's algorithms over (place, mode of arrival), where Yen's looks at places only.

    NetworkX's k shortest paths would call the same places by another mode another route.
    """

    def __init__(self, net: Net, by: str, only: str = "", anywhere: bool = False) -> None:
        self.net = net
        self.by = by
        self.only = only
        self.anywhere = anywhere
        self.change = self._weights(net.transship_h, net.transship_usd_per_t, 1)

    def _weights(self, hours: float, usd_per_t: float, changes: int) -> tuple[int, int, int]:
        time, cost = round(hours * MILLISECONDS_PER_H), round(usd_per_t * MICRODOLLARS)
        return (time, cost, changes) if self.by == "time" else (cost, time, changes)

    def extended(self, label: _Label) -> Iterable[_Label]:
        """The label carried on over every link that may come next."""
        here = label.places[-1]
        for edge in self.net.edges[here]:
            there = edge.destination
            if there in label.places or (self.only and edge.mode != self.only):
                continue
            weights = [label.weights, self._weights(edge.hours, edge.usd_per_t, 0)]
            if label.mode and edge.mode != label.mode:
                if not (self.anywhere or self.net.transships[here]):
                    continue
                weights.append(self.change)
            first, second, third = (sum(parts) for parts in zip(*weights, strict=True))
            links, places = (*label.links, edge.link), (*label.places, there)
            yield _Label((first, second, third), links, places, (*label.edges, edge))

    def best(self, starts: list[_Label], destination: str, banned_next: Iterable[str] = ()) -> _Label | None:
        """The best continuation of any of the starts to the destination, not directly to a banned place."""
        heap = sorted(starts)
        beginnings = set(starts)
        settled = set()
        while heap:
            label = heapq.heappop(heap)
            if label.places[-1] == destination:
                return label
            state = (label.places[-1], label.mode)
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
                    by_mode.setdefault(longer.mode, longer)
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

    def route(self, label: _Label) -> Route:
        changes = [
            (before.destination, before.mode, after.mode)
            for before, after in pairwise(label.edges)
            if before.mode != after.mode
        ]
        return Route(
            km=sum(edge.km for edge in label.edges),
            hours=sum(edge.hours for edge in label.edges) + self.net.transship_h * len(changes),
            usd_per_t=sum(edge.usd_per_t for edge in label.edges) + self.net.transship_usd_per_t * len(changes),
            gauge_changes=sum(before.startswith("rail") and after.startswith("rail") for _, before, after in changes),
            places=label.places,
            legs=tuple(_leg(edge) for edge in label.edges),
            transshipments=tuple(place for place, _, _ in changes),
        )


def _leg(edge: Edge) -> Leg:
    return Leg(edge.link, edge.forward, edge.km, edge.hours, edge.mode)


def _obstacle(net: Net, by: str, origin: str, destination: str) -> Message:
    """The reason why there is no route: no way at all, or no transshipment at some places."""
    search = _Search(net, by, anywhere=True)
    label = search.best([_start(origin)], destination)
    if label is None:
        return message("route.no_way", origin=origin, destination=destination)
    places = tuple(place for place in search.route(label).transshipments if not net.transships[place])
    return message("route.no_transshipment", origin=origin, destination=destination, places=places)


def _check_known(net: Net, *places: str) -> None:
    unknown = [_unknown_place(place, net.edges) for place in places if place not in net.edges]
    if unknown:
        raise DataError(unknown)


def _unknown_place(name: str, known: Iterable[str]) -> Finding:
    what, expected = message("route.unknown_place"), message("want.place")
    return Finding(ERROR, "places.csv", None, "id", name, expected, nearest(name, known), what)


def _folded(name: Any) -> str:
    return " ".join(str(name).casefold().replace("_", " ").replace("-", " ").split())
