"""Rules about loads: vehicles bring to a yard, and take from it, what they carry, and it crosses a port once.

The load itself is one that a vehicle can have: with kg for t, or t for kg, all cargo would be a thousand times off.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Final

from corridors.checks.itinerary_paths import by_itinerary
from corridors.checks.report import warning, warns_only
from corridors.findings import Finding
from corridors.messages import message
from corridors.model import LARGEST_LOAD_T, LEAST_LOAD_T, Corridor, Step

LOADS: Final = {"t": "load_t", "TEU": "load_teu"}
"""Columns of services with the load of a vehicle, by the unit of a stock of cargo."""
MOST_T: Final = {"truck": 1000.0}
"""By the unit of count of a class: more is kg, as any truck loads more than 1 t; for others :data:`LARGEST_LOAD_T`."""
MOVES: Final = ("draw", "return")
Crossed = tuple[str, str]
"""Port and direction."""


@warns_only
def vehicles_carry_loads_of_their_kind(corridor: Corridor) -> Iterator[Finding]:
    """A laden vehicle carries at least 0.1 t, a truck at most 1,000 t, a train at most 30,000 t."""
    for service in corridor.services.values():
        klass = corridor.classes.get(service.vehicle_class)
        most = MOST_T.get(klass.vehicle_en, LARGEST_LOAD_T) if klass else LARGEST_LOAD_T
        if service.load_t and not LEAST_LOAD_T <= service.load_t <= most:
            what = message("service.unlikely_load", load=service.load_t)
            expected = message("want.load_between", low=LEAST_LOAD_T, high=most)
            yield warning("services", service.id, "load_t", service.load_t, what, expected)


@warns_only
def yards_count_whole_loads(corridor: Corridor) -> Iterator[Finding]:
    """A vehicle moves as many units of a stock of cargo, counted in t or TEU, as its service loads.

    Cargo that crosses counts by the load, cargo in a yard by the amount of the step. Several steps of one kind may move
    the load together.
    """
    steps = by_itinerary(corridor)
    loads: dict[str, dict[str, set[float]]] = {}
    for service in corridor.services.values():
        for name in corridor.itineraries_from(service.itinerary):
            for unit, column in LOADS.items():
                if load := getattr(service, column):
                    loads.setdefault(name, {}).setdefault(unit, set()).add(load)
    for name, by_unit in loads.items():
        for unit, carried in by_unit.items():
            for kind in MOVES:
                moves = [step for step in steps.get(name, ()) if step.kind == kind and _unit(corridor, step) == unit]
                whole = float(sum(step.amount for step in moves))
                for step in moves:
                    fits = {load for load in carried if _same(step.amount, load) or _same(whole, load)}
                    if fits != carried:
                        other = min(carried - fits)
                        what = message("stock.other_amount", load=other, unit=unit, stock=step.stock)
                        expected = message("want.whole_load", load=other, unit=unit)
                        yield warning("itineraries", step.id, "amount", step.amount, what, expected)


@warns_only
def cargo_of_a_yard_crosses_once(corridor: Corridor) -> Iterator[Finding]:
    """Cargo that has crossed a port on its way to a yard does not cross it again with the vehicle that draws it.

    A loaded step with the port and direction makes the vehicle cross, and its load counts. A service that also draws
    from the yard only puts the rest of its draw back.
    """
    services = [one for one in corridor.services.values() if one.load_t or one.load_teu]
    brought: dict[str, list[tuple[str, set[Crossed]]]] = {}
    drawn: list[tuple[str, Step, dict[Crossed, Step]]] = []
    for service in services:
        moves = list(_moves(corridor, service.itinerary))
        own = {step.stock for step, _, _ in moves if step.kind == "draw"}
        for step, before, behind in moves:
            if step.kind == "draw":
                drawn.append((service.id, step, _crossings(behind)))
            elif step.stock not in own:
                brought.setdefault(step.stock, []).append((service.id, set(_crossings(before))))
    for id, step, crossings in drawn:
        for crossed, first in crossings.items():
            by = sorted(other for other, earlier in brought.get(step.stock, ()) if other != id and crossed in earlier)
            if by:
                what = message("stock.crosses_again", stock=step.stock, port=first.port, service=by[0])
                yield warning("itineraries", first.id, "port", first.port, what, message("want.crosses_once"))


def _moves(corridor: Corridor, start: str) -> Iterator[tuple[Step, list[Step], list[Step]]]:
    """The steps that move cargo of a yard, from the start of an itinerary on: each with all that lead to it, and with
    all that may follow, itself in both."""
    steps = by_itinerary(corridor)
    onward = {name: corridor.itineraries_from(name)[1:] for name in corridor.itineraries_from(start)}
    for name, following in onward.items():
        own = steps.get(name, ())
        earlier = [one for other, names in onward.items() if name in names for one in steps.get(other, ())]
        later = [one for other in following for one in steps.get(other, ())]
        for n, step in enumerate(own):
            stock = corridor.stocks.get(step.stock)
            if step.kind in MOVES and stock and stock.kind == "cargo" and stock.daily_quota is None:
                yield step, [*earlier, *own[: n + 1]], [*own[n:], *later]


def _crossings(steps: Iterable[Step]) -> dict[Crossed, Step]:
    """The ports and directions in which a vehicle crosses with its load, each with the first such step."""
    found: dict[tuple[str, str], Step] = {}
    for step in steps:
        if step.port and step.loaded:
            found.setdefault((step.port, step.direction), step)
    return found


def _unit(corridor: Corridor, step: Step) -> str:
    """The unit of the stock of cargo that a step moves; '' for other stocks."""
    stock = corridor.stocks.get(step.stock)
    return stock.unit if stock and stock.kind == "cargo" else ""


def _same(one: float, other: float) -> bool:
    """Whether amounts are equal but for rounding: amounts are whole, loads may have decimals."""
    return math.isclose(one, other, abs_tol=0.5)


RULES = (vehicles_carry_loads_of_their_kind, yards_count_whole_loads, cargo_of_a_yard_crosses_once)
