"""Traffic of an order: the services that it names, and where on their way they wait for it.

Input: rows of the table of orders and the steps of itineraries. Output: services, and a :class:`Point` of an
itinerary. The checks use it to find orders that hold no vehicle, the compile step to place the gate of each order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from corridors.model import Corridor, Link, Order, OrderRule, Service, Step, ids_in
from corridors.network import Leg
from corridors.step_kinds import step_kinds

AnyOrder = Order | OrderRule
Legs = Callable[[Step, str], Sequence[Leg]]
"""The links of a travel step from a place."""


class Point(NamedTuple):
    """A point of an itinerary: before a step, or before one of the links of a travel."""

    step: int
    leg: int = 0
    at_holding_place: bool = False
    """Whether it is at the holding place that the order names."""


def services_named(corridor: Corridor, order: AnyOrder) -> list[Service]:
    """The services that an order names by id or class, without the exempt ones; in the order of ids."""
    return _services(corridor, order.traffic, order.exempt)


def services_counted(corridor: Corridor, rule: OrderRule) -> list[Service]:
    """The services whose waiting vehicles a rule counts; in the order of ids."""
    return _services(corridor, rule.watch_traffic, "")


def _services(corridor: Corridor, traffic: str, exempt: str) -> list[Service]:
    names, others = set(ids_in(traffic)), set(ids_in(exempt))
    return [
        service
        for service in corridor.services.values()
        if not others & {service.id, service.vehicle_class}
        and (not names or names & {service.id, service.vehicle_class})
    ]


def point_of(order: AnyOrder, links: Mapping[str, Link], steps: Sequence[Step], place: str, legs: Legs) -> Point | None:
    """Where vehicles of an itinerary wait for an order; None if the itinerary does not lead over its target.

    The itinerary starts at ``place`` ('' for that of its first mark). Vehicles wait at the last departure from the
    holding place before the target, else at the first step after the marks.
    """
    point = Point(next((k for k, step in enumerate(steps) if step.kind != "mark"), 0))
    for k, step in enumerate(steps):
        if step.port == order.target and step.direction and order.direction in ("", step.direction):
            return point
        if step.kind == "travel" and not step.duration:
            for n, leg in enumerate(legs(step, place)):
                if place == order.holding_place:
                    point = Point(k, n, True)
                if leg.link == order.target:
                    return point
                link = links[leg.link]
                place = link.destination if leg.forward else link.origin
        if step.place and step_kinds()[step.kind].moves:
            place = step.place
    return None
