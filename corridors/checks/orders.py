"""Rules about orders: days, traffic, holding places, thresholds, and other orders about the same traffic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from corridors import network
from corridors.checks import itinerary_paths
from corridors.checks.capacity import mean_of_services
from corridors.checks.journeys import legs
from corridors.checks.parameters import declared_days, outside_the_run
from corridors.checks.report import error, warning, warns_only
from corridors.clock import local_time
from corridors.findings import Finding
from corridors.messages import message
from corridors.model import Corridor, OrderRule, Step, ids_in
from corridors.orders import AnyOrder, Point, point_of, services_counted, services_named


def orders_end_after_they_begin(corridor: Corridor) -> Iterator[Finding]:
    """The last day of an order is not before the first."""
    for key, order in corridor.orders.items():
        if order.last_day < order.first_day:
            what, expected = message("order.last_day"), message("want.day_from", day=order.first_day)
            yield error("orders", key, "last_day", order.last_day, what, expected)


def orders_name_one_target(corridor: Corridor) -> Iterator[Finding]:
    """The target of an order is a port or a link, and only a port has directions."""
    for table, key, order in _both(corridor):
        if order.target in corridor.ports and order.target in corridor.links:
            what = message("reference.ambiguous", files=("ports.csv", "links.csv"))
            yield error(table, key, "target", order.target, what, message("want.id_of_one_table"))
        elif order.target in corridor.links and order.direction:
            what, expected = message("order.direction_of_link"), message("want.no_direction")
            yield error(table, key, "direction", order.direction, what, expected)


@warns_only
def orders_hold_some_traffic(corridor: Corridor) -> Iterator[Finding]:
    """A service that an order names, and does not exempt, leads over its port or section."""
    for table, key, order in _both(corridor):
        if _sound(corridor, order) and not _points(corridor, order):
            what, expected = message("order.no_traffic", target=order.target), message("want.traffic_of_order")
            yield warning(table, key, "traffic", order.traffic, what, expected)


@warns_only
def holding_places_are_on_the_way(corridor: Corridor) -> Iterator[Finding]:
    """All traffic of an order passes its holding place before the port or section."""
    for table, key, order in _both(corridor):
        if order.holding_place not in corridor.places or not _sound(corridor, order):
            continue
        past = sorted(service for service, points in _points(corridor, order).items() if not all(points))
        if past:
            what = message("order.holding_place", services=tuple(past))
            yield warning(table, key, "holding_place", order.holding_place, what, message("want.place_on_way"))


@warns_only
def orders_do_not_overlap(corridor: Corridor) -> Iterator[Finding]:
    """Two orders about the same port or section do not name the same traffic on the same day.

    Vehicles pass one gate after the other, so the second may hold what the first has let pass.
    """
    rows = [order for order in corridor.orders.values() if _sound(corridor, order)]
    for first, second in combinations(rows, 2):
        if (
            first.target == second.target
            and first.first_day <= second.last_day
            and second.first_day <= first.last_day
            and _points(corridor, first).keys() & _points(corridor, second).keys()
        ):
            what, expected = message("order.overlap", order=first.id), message("want.other_days_than", order=first.id)
            yield warning("orders", second.id, "first_day", second.first_day, what, expected)


@warns_only
def orders_and_rules_do_not_overlap(corridor: Corridor) -> Iterator[Finding]:
    """A dated order and a rule in use about the same port or section do not name the same traffic."""
    for rule in corridor.order_rules.values():
        traffic = _points_of_sound(corridor, rule) if rule.active else {}
        for order in corridor.orders.values():
            if order.target == rule.target and traffic.keys() & _points_of_sound(corridor, order).keys():
                what, expected = message("order.with_rule", order=rule.id), message("want.other_traffic", order=rule.id)
                yield warning("orders", order.id, "traffic", order.traffic, what, expected)


@warns_only
def orders_hold_no_rerouting_traffic(corridor: Corridor) -> Iterator[Finding]:
    """The services that an order about a section holds do not reroute, which only closures make them do."""
    for table, key, order in _both(corridor):
        if order.target not in corridor.links or (isinstance(order, OrderRule) and not order.active):
            continue
        held = _points_of_sound(corridor, order)
        some = sorted(id for id in held if corridor.services[id].reroute_after_h is not None)
        if some:
            what, expected = message("order.not_rerouted", services=tuple(some)), message("want.traffic_without_detour")
            yield warning(table, key, "traffic", order.traffic, what, expected)


def thresholds_are_in_order(corridor: Corridor) -> Iterator[Finding]:
    """An order is lifted below a number of vehicles that is not above the one from which it is issued."""
    for key, rule in corridor.order_rules.items():
        if rule.below > rule.above:
            what, expected = message("order_rule.thresholds"), message("want.at_most", n=rule.above)
            yield error("order_rules", key, "below", rule.below, what, expected)


@warns_only
def rules_count_some_vehicles(corridor: Corridor) -> Iterator[Finding]:
    """A service that a rule counts waits at one of the facilities that it watches."""
    for key, rule in corridor.order_rules.items():
        itineraries = {
            name
            for service in services_counted(corridor, rule)
            for name in corridor.itineraries_from(service.itinerary)
        }
        visited = {step.facility for step in corridor.itineraries.values() if step.itinerary in itineraries}
        if visited.isdisjoint(ids_in(rule.watch)):
            what, expected = message("order_rule.counts_none"), message("want.visited_facility")
            yield warning("order_rules", key, "watch", rule.watch, what, expected)


def orders_are_in_force_during_the_run(corridor: Corridor) -> Iterator[Finding]:
    """An order has a day of the run that the parameters declare."""
    days = declared_days(corridor)
    for order in corridor.orders.values():
        yield from outside_the_run("orders", order, days, "order.outside_run")


@warns_only
def orders_leave_some_days(corridor: Corridor) -> Iterator[Finding]:
    """An order that takes no vehicle at all leaves a day of the run on which its traffic goes."""
    days = declared_days(corridor)
    for key, order in corridor.orders.items():
        if not days or order.takes_per_day or order.share < 1 or not _points_of_sound(corridor, order):
            continue
        if local_time.day(order.first_day) <= days[0] and local_time.day(order.last_day) >= days[1]:
            what, expected = message("order.whole_run"), message("want.end_of_order")
            yield warning("orders", key, "last_day", order.last_day, what, expected)


@warns_only
def orders_limit_their_traffic(corridor: Corridor) -> Iterator[Finding]:
    """An agreed number a day is less than twice the vehicles that the order holds on a mean day, else it is no limit.

    Fleets have no number a day, and are left out.
    """
    per_day = mean_of_services(corridor)
    for key, order in corridor.orders.items():
        held = [corridor.services[id] for id in _points_of_sound(corridor, order)]
        if not held or any(service.arrivals == "fleet" for service in held):
            continue
        n = order.share * sum(map(per_day, held))
        if order.takes_per_day >= 2 * n > 0:
            what, expected = message("order.no_limit", n=n), message("want.places_below", n=2 * n)
            yield warning("orders", key, "takes_per_day", order.takes_per_day, what, expected)


@warns_only
def orders_by_rule_end(corridor: Corridor) -> Iterator[Finding]:
    """The shortest order of a rule in use is shorter than the run, so that it ends."""
    days = declared_days(corridor)
    for key, rule in corridor.order_rules.items():
        if days and rule.active and rule.min_days > (days[1] - days[0]).days:
            what, expected = message("order_rule.min_days"), message("want.days_within_run", n=(days[1] - days[0]).days)
            yield warning("order_rules", key, "min_days", rule.min_days, what, expected)


def _both(corridor: Corridor) -> Iterator[tuple[str, str, AnyOrder]]:
    """The rows of both tables: table, id, row."""
    yield from (("orders", key, order) for key, order in corridor.orders.items())
    yield from (("order_rules", key, rule) for key, rule in corridor.order_rules.items())


def _sound(corridor: Corridor, order: AnyOrder) -> bool:
    """Whether other rules accept the target and direction."""
    link = order.target in corridor.links
    return (order.target in corridor.ports) != link and not (link and order.direction)


def _points_of_sound(corridor: Corridor, order: AnyOrder) -> dict[str, list[bool]]:
    """The points of an order whose target and direction other rules accept; else none."""
    return _points(corridor, order) if _sound(corridor, order) else {}


def _points(corridor: Corridor, order: AnyOrder) -> dict[str, list[bool]]:
    """By service that an order holds: for each of its gates whether it is at the holding place, if there is one."""
    net = network.net(corridor)
    itineraries = itinerary_paths.by_itinerary(corridor)

    def way(step: Step, origin: str) -> Sequence[network.Leg]:
        return legs(net, origin, step.place, step.mode) or []

    starts: dict[str, list[str]] = {}
    for walk in itinerary_paths.walks(corridor):
        if walk:
            starts.setdefault(walk[0].itinerary, []).append(walk[0].standing.place)
    found: dict[str, list[bool]] = {}
    known: dict[tuple[str, str], Point | None] = {}
    for service in services_named(corridor, order):
        for name in corridor.itineraries_from(service.itinerary):
            for place in starts.get(name, []):
                if (name, place) not in known:
                    known[name, place] = point_of(order, corridor.links, itineraries[name], place, way)
                if point := known[name, place]:
                    found.setdefault(service.id, []).append(point.at_holding_place)
    return found


RULES = (
    orders_end_after_they_begin,
    orders_name_one_target,
    orders_hold_some_traffic,
    holding_places_are_on_the_way,
    orders_do_not_overlap,
    orders_and_rules_do_not_overlap,
    orders_hold_no_rerouting_traffic,
    orders_limit_their_traffic,
    thresholds_are_in_order,
    rules_count_some_vehicles,
)
RUN_RULES = (orders_are_in_force_during_the_run, orders_leave_some_days, orders_by_rule_end)
