"""Rules about loads: vehicles bring to a yard, and take from it, what they carry."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from corridors.checks.itinerary_paths import by_itinerary
from corridors.checks.report import warning
from corridors.findings import Finding
from corridors.messages import message
from corridors.model import Corridor, Step

LOADS: Final = {"t": "load_t", "TEU": "load_teu"}
"""Columns of services with the load of a vehicle, by the unit of a stock of cargo."""
MOVES: Final = ("draw", "return")


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


def _unit(corridor: Corridor, step: Step) -> str:
    """The unit of the stock of cargo that a step moves; '' for other stocks."""
    stock = corridor.stocks.get(step.stock)
    return stock.unit if stock and stock.kind == "cargo" else ""


def _same(one: float, other: float) -> bool:
    """Whether amounts are equal but for rounding: amounts are whole, loads may have decimals."""
    return math.isclose(one, other, abs_tol=0.5)


RULES = (yards_count_whole_loads,)
