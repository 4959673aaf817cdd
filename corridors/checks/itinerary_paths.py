"""Paths of vehicles through their itineraries, step by step.

Each visit has the place of the vehicle and the facilities that it holds.

Input: the itineraries of a Corridor. Output: the visits for the rules about journeys. The place of a vehicle is that of
its last mark or travel; the place of another step is that of the facility. A choose continues in the itinerary of each
of its alternatives.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import is_
from typing import Final

from corridors.model import Alternative, Corridor, Step

MOST_STANDINGS: Final = 2
"""Ways to one step that differ in the facilities held are a mistake; two are enough to find it."""


@dataclass(frozen=True)
class Standing:
    """State of a vehicle before a step."""

    place: str = ""
    mode: str = ""
    """Mode of the last travel over the graph; '' before the first."""
    kept: frozenset[str] = frozenset()
    """Facilities of which it holds a server."""


@dataclass(frozen=True)
class Visit:
    """Arrival of a vehicle at a step (None: the end of the itinerary)."""

    itinerary: str
    step: Step | None
    standing: Standing


def by_itinerary(corridor: Corridor) -> dict[str, tuple[Step, ...]]:
    """The steps of every itinerary in running order."""
    grouped: dict[str, list[Step]] = {}
    for step in corridor.itineraries.values():
        grouped.setdefault(step.itinerary, []).append(step)
    return {itinerary: tuple(steps) for itinerary, steps in grouped.items()}


def by_choice(corridor: Corridor) -> dict[str, list[Alternative]]:
    """The alternatives of every choice, in the order of their ids."""
    grouped: dict[str, list[Alternative]] = {}
    for way in corridor.alternatives.values():
        grouped.setdefault(way.choice, []).append(way)
    return grouped


def beginnings(corridor: Corridor) -> list[str]:
    """Itineraries of services, and those that no alternative continues with."""
    started = {service.itinerary for service in corridor.services.values()}
    continued = {way.itinerary for way in corridor.alternatives.values()}
    return [name for name in by_itinerary(corridor) if name in started or name not in continued]


class _Tables:
    """The tables of which walks are made, as a key: the same objects, not equal ones."""

    def __init__(self, corridor: Corridor) -> None:
        self.corridor = corridor
        self.tables = (corridor.itineraries, corridor.alternatives, corridor.services)

    def __hash__(self) -> int:
        return hash(tuple(map(id, self.tables)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Tables) and all(map(is_, self.tables, other.tables))


def walks(corridor: Corridor) -> tuple[list[Visit], ...]:
    """The visits of every itinerary, for each state at its start.

    An itinerary goes from its first step to its end or its choice. Many rules ask for the walks of one corridor, so
    those of the last one are kept.
    """
    return _walks(_Tables(corridor))


@lru_cache(maxsize=1)
def _walks(made_of: _Tables) -> tuple[list[Visit], ...]:
    return tuple(_walk_all(made_of.corridor))


def _walk_all(corridor: Corridor) -> Iterator[list[Visit]]:
    itineraries, choices = by_itinerary(corridor), by_choice(corridor)
    todo = [(name, Standing()) for name in beginnings(corridor)]
    seen = set(todo)
    while todo:
        name, start = todo.pop()
        walk = list(_along(name, itineraries[name], start))
        yield walk
        for visit in walk:
            if visit.step and visit.step.kind == "choose":
                for way in choices.get(visit.step.choice, []):
                    onward = (way.itinerary, visit.standing)
                    if way.itinerary in itineraries and onward not in seen:
                        seen.add(onward)
                        todo.append(onward)


def visits(corridor: Corridor) -> Iterator[Visit]:
    """Every step of every itinerary, once for each possible state before it."""
    for walk in walks(corridor):
        yield from walk


def _along(itinerary: str, steps: tuple[Step, ...], start: Standing) -> Iterator[Visit]:
    """The visits of one itinerary from its first step to its end or choice."""
    position = {step.step: n for n, step in enumerate(steps)}
    reached: list[list[Standing]] = [[start], *([] for _ in steps)]
    for n, step in enumerate(steps):
        for standing in reached[n][:MOST_STANDINGS]:
            yield Visit(itinerary, step, standing)
            if step.kind == "choose":
                continue
            onward = after(step, standing)
            targets = [n + 1]
            if step.kind == "branch" and position.get(step.to, 0) > n:
                targets.append(position[step.to])
            for target in targets:
                if onward not in reached[target]:
                    reached[target].append(onward)
    for standing in reached[-1][:MOST_STANDINGS]:
        yield Visit(itinerary, None, standing)


def after(step: Step, standing: Standing) -> Standing:
    """State of a vehicle after a step."""
    match step.kind:
        case "travel":
            moved = replace(standing, place=step.place or standing.place)
            return moved if step.duration else replace(moved, mode=step.mode)
        case "mark":
            return replace(standing, place=step.place or standing.place)
        case "hold":
            return replace(standing, kept=standing.kept | {step.facility})
        case "free":
            return replace(standing, kept=standing.kept - {step.facility})
        case _:
            return standing
