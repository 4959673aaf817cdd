"""Railway lines of a world: chains of sections of one gauge, as a train graph shows them.

Input: a corridor. Output: its lines (:class:`RailLine`) with stations and kilometres. Two sections belong to one line
if they have the same mode, both or neither have passing places (:mod:`corridors.single_tracks`), and no third such
section begins where they meet.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from corridors.model import Corridor, Link
from corridors.single_tracks import has_sections, lengths_km, passing_place


@dataclass(frozen=True)
class RailLine:
    """A line from its first to its last place."""

    id: str
    mode: str
    links: tuple[tuple[str, bool], ...]
    """Ids of the links in order, each with whether it leads from its origin to its destination."""
    stations: tuple[str, ...]
    """Ids of places and passing places in order."""
    km: tuple[float, ...]
    """Distance of each station from the first."""
    places: tuple[str, ...]
    """The stations that are places of the world, in order."""
    single: bool
    """Whether trains meet at stations only."""


def rail_lines(corridor: Corridor) -> tuple[RailLine, ...]:
    """The lines of a world: those with the most passing places first, then by the number of links and by id."""
    chains: list[list[tuple[Link, bool]]] = []
    kinds: dict[tuple[str, bool], list[Link]] = {}
    for link in corridor.links.values():
        if link.mode.startswith("rail") and link.origin != link.destination:
            kinds.setdefault((link.mode, has_sections(link)), []).append(link)
    for links in kinds.values():
        chains += _chains(links)
    found: dict[str, RailLine] = {}
    for chain in chains:
        line = _line(chain)
        id = line.id if line.id not in found else f"{line.id}-{line.mode}"
        found[id] = RailLine(
            id, *(getattr(line, name) for name in ("mode", "links", "stations", "km", "places", "single"))
        )
    return tuple(
        sorted(found.values(), key=lambda line: (not line.single, -len(line.stations), -len(line.links), line.id))
    )


def line_of(lines: tuple[RailLine, ...], id: str) -> RailLine | None:
    """The line of that id, or the one that contains the link of that id."""
    return next((line for line in lines if line.id == id or id in dict(line.links)), None)


def _chains(links: list[Link]) -> Iterator[list[tuple[Link, bool]]]:
    """Maximal chains of links, each link in one."""
    at: dict[str, list[Link]] = {}
    for link in links:
        for place in (link.origin, link.destination):
            at.setdefault(place, []).append(link)

    def goes_on(place: str) -> bool:
        here = at[place]
        return len(here) == 2 and _other_end(here[0], place) != _other_end(here[1], place)

    left = {link.id: link for link in links}
    ends = [place for place in at if not goes_on(place)]
    # What remains after the chains with ends are circles, which begin anywhere.
    for place in [*ends, *at]:
        for link in at[place]:
            chain, there = [], place
            following: Link | None = link
            while following is not None and following.id in left:
                del left[following.id]
                forward = following.origin == there
                chain.append((following, forward))
                there = following.destination if forward else following.origin
                following = next((one for one in at[there] if one.id in left), None) if goes_on(there) else None
            if chain:
                yield chain


def _other_end(link: Link, place: str) -> str:
    return link.destination if link.origin == place else link.origin


def _line(chain: list[tuple[Link, bool]]) -> RailLine:
    first, forward = chain[0]
    places = [first.origin if forward else first.destination]
    stations, lengths = [*places], [0.0]
    for link, along in chain:
        places.append(link.destination if along else link.origin)
        between = [passing_place(link, n) for n in range(1, len(lengths_km(link)))] if has_sections(link) else []
        kilometres = lengths_km(link) if has_sections(link) else (link.length_km,)
        stations += [*(between if along else between[::-1]), places[-1]]
        lengths += kilometres if along else kilometres[::-1]
    return RailLine(
        id=first.id if len(chain) == 1 else f"{places[0]}-{places[-1]}",
        mode=first.mode,
        links=tuple((link.id, along) for link, along in chain),
        stations=tuple(stations),
        km=tuple(accumulate(lengths)),
        places=tuple(places),
        single=has_sections(first),
    )
