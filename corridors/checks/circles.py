"""Rule about servers that vehicles keep while they wait for others: no circle in which each waits for the next."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Final

from corridors.checks.itinerary_paths import Visit, visits
from corridors.checks.report import warning, warns_only
from corridors.findings import Finding
from corridors.messages import message
from corridors.model import Corridor

ARRIVALS: Final = ("serve", "hold", "pass")
"""Kinds of steps at which a vehicle waits for a server."""
Waits = dict[str, dict[str, list[Visit]]]
"""By a facility of which vehicles keep a server, and one that they wait for meanwhile: their steps."""


@warns_only
def kept_servers_make_no_circle(corridor: Corridor) -> Iterator[Finding]:
    """Vehicles that keep a server while they wait for another do not wait for each other in a circle.

    Where all of them also keep the only server of one more facility, only one of them can be there at a time.
    """
    waits: Waits = {}
    for visit in visits(corridor):
        step = visit.step
        if step and step.kind in ARRIVALS and step.facility in corridor.facilities:
            for kept in sorted(visit.standing.kept - {step.facility}):
                waits.setdefault(kept, {}).setdefault(step.facility, []).append(visit)
    known: set[frozenset[str]] = set()
    for start in sorted(waits):
        circle = _shortest_circle(waits, start)
        if not circle or frozenset(circle) in known:
            continue
        known.add(frozenset(circle))
        meet = [visit for at, to in zip(circle, [*circle[1:], circle[0]], strict=True) for visit in waits[at][to]]
        before = frozenset.intersection(*(visit.standing.kept for visit in meet)) - set(circle)
        if any(corridor.facilities[id].servers == 1 for id in before if id in corridor.facilities):
            continue
        steps = [visit.step for visit in meet if visit.step]
        names = tuple(dict.fromkeys(step.id for step in steps))
        what, first = message("itinerary.circle", ids=tuple(circle), names=names), steps[0]
        yield warning("itineraries", first.id, "facility", first.facility, what, message("want.one_order"))


def _shortest_circle(waits: Mapping[str, Mapping[str, object]], start: str) -> list[str]:
    """The facilities of the shortest circle through one of them, from it on; none if there is no circle."""
    before: dict[str, str] = {}
    rest = deque([start])
    while rest:
        at = rest.popleft()
        for to in sorted(waits.get(at, ())):
            if to == start:
                circle = [at]
                while circle[-1] != start:
                    circle.append(before[circle[-1]])
                return circle[::-1]
            if to not in before:
                before[to] = at
                rest.append(to)
    return []


RULES = (kept_servers_make_no_circle,)
