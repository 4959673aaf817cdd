"""Rules about capacity: sufficient for the mean demand of the services.

Loads are means of an ordinary week, without waiting; closures that last for the whole run count. Services that open
later are not counted, nor are closed fleets and the itineraries after a choice by delay, because both adapt to full
facilities.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from corridors import network
from corridors.checks import itinerary_paths
from corridors.checks.clocks import open_share
from corridors.checks.journeys import goes_over_the_graph, legs
from corridors.checks.ordinary_week import OrdinaryWeek
from corridors.checks.parameters import declared_days
from corridors.checks.report import error, warning, warns_only
from corridors.clock import local_time
from corridors.clock.mean_day import vehicles_per_day
from corridors.findings import Finding
from corridors.messages import message
from corridors.model import Corridor, Departure, Facility, Service, Step
from corridors.single_tracks import has_sections, lengths_km

DAY_MIN: Final = 1440.0
ROUNDING: Final = 1e-9
LEAST_UNITS: Final = 0.01
"""Units a day by which a stock is out of balance: less comes from rounded rates."""


@dataclass
class Load:
    """Demand of the services on a mean day."""

    minutes: dict[str, float] = field(default_factory=dict)
    """Minutes of one server, by facility."""
    vehicles: dict[tuple[str, bool], float] = field(default_factory=dict)
    """Vehicles over a link, by link and direction."""
    taken: dict[str, float] = field(default_factory=dict)
    """Units drawn from a stock minus units returned to it."""
    kept: dict[str, float] = field(default_factory=dict)
    """Minutes for which vehicles keep a unit of a stock until they return it in the same itinerary."""
    may_leave: set[str] = field(default_factory=set)
    """Links with closures around which vehicles may take a detour."""
    uncounted: set[str] = field(default_factory=set)
    """Itineraries of vehicles that are not counted, because they adapt."""


@warns_only
def a_mean_day_can_be_served(corridor: Corridor) -> Iterator[Finding]:
    """Facilities, links and stocks suffice for the mean daily demand."""
    load, week = offered(corridor), OrdinaryWeek(corridor)
    yield from facilities_have_capacity(corridor, load, week)
    yield from links_have_capacity(corridor, load, week)
    yield from stocks_stay_in_balance(corridor, load, week)
    yield from pools_have_units(corridor, load)


def facilities_have_capacity(corridor: Corridor, load: Load, week: OrdinaryWeek) -> Iterator[Finding]:
    """The work offered to a facility fits into the hours of its servers.

    Otherwise its queue grows without bound. For a facility without servers see :func:`facilities_have_servers`.
    """
    for key, minutes in sorted(load.minutes.items()):
        facility = corridor.facilities.get(key)
        if facility is None or not facility.servers:
            continue
        left = week.of_facility(key)
        capacity = _capacity_min(corridor, facility) * left
        if left and minutes > capacity * (1 + ROUNDING):  # What nothing is left of, another rule finds.
            what = message("capacity.never_open")
            if capacity:
                what = message("capacity.overloaded_facility", load=minutes / capacity)
            expected = message("want.server_hours", needed=minutes / 60, present=capacity / 60)
            yield warning("facilities", key, "servers", facility.servers, what, expected)


def facility_loads(corridor: Corridor) -> dict[str, float]:
    """Work offered to each facility with servers on a mean day, as a share of its capacity.

    That of fleets is left out: it depends on how long they wait.
    """
    loads = {}
    for key, minutes in offered(corridor).minutes.items():
        facility = corridor.facilities.get(key)
        if facility is not None and (capacity := _capacity_min(corridor, facility)):
            loads[key] = minutes / capacity
    return loads


def _capacity_min(corridor: Corridor, facility: Facility) -> float:
    """Minutes of its servers on a mean day."""
    up = 1.0
    if facility.mtbf_h is not None and facility.mttr_h is not None:
        up = facility.mtbf_h / (facility.mtbf_h + facility.mttr_h)
    return facility.servers * open_share(corridor, facility.calendar) * up * DAY_MIN


@warns_only
def facilities_have_servers(corridor: Corridor) -> Iterator[Finding]:
    """A facility that an itinerary uses has at least one server."""
    for key in sorted({step.facility for step in corridor.itineraries.values()} & set(corridor.facilities)):
        if corridor.facilities[key].servers == 0:
            yield warning("facilities", key, "servers", 0, message("capacity.no_servers"), message("want.servers"))


def links_have_capacity(corridor: Corridor, load: Load, week: OrdinaryWeek) -> Iterator[Finding]:
    """The vehicles a day on a link are no more than its train paths.

    On single track both directions share them, and each section between passing places holds one at a time.
    """
    for key in sorted({link for link, _ in load.vehicles}):
        link = corridor.links[key]
        # A section that is shut for the whole run another rule finds.
        left = 1.0 if key in load.may_leave else week.of_link(key) or 1.0
        ways = [load.vehicles.get((key, forward), 0.0) / left for forward in (True, False)]
        if has_sections(link):
            longest = max(lengths_km(link))
            busy = sum(ways) * 60 * longest / link.speed_kmh / DAY_MIN
            if busy > 1:
                what = message("capacity.overloaded_section", km=longest, load=busy)
                column = "sections_km" if link.sections_km else "passing_places"
                yield warning("links", key, column, getattr(link, column), what, message("want.short_sections"))
        if link.paths_per_day is None:
            continue
        needed = sum(ways) / 2 if link.tracks == 1 else max(ways)
        if needed > link.paths_per_day * (1 + ROUNDING):
            what = message("capacity.overloaded_link", load=needed / link.paths_per_day)
            expected = message("want.paths" if left == 1 else "want.paths_open", n=needed)
            yield warning("links", key, "paths_per_day", link.paths_per_day, what, expected)


def stocks_stay_in_balance(corridor: Corridor, load: Load, week: OrdinaryWeek) -> Iterator[Finding]:
    """On a mean day as many units are drawn from a stock as are returned to it.

    Otherwise it runs empty; or, if it has a capacity, full, and vehicles wait for room. A yard without one rises.

    Not checked where vehicles that are not counted may make up the difference, such as closed fleets, which wait.
    """
    steps = corridor.itineraries.values()
    drawn = {step.stock for step in steps if step.kind == "draw"}  # Another rule finds a stock that nothing draws from.
    unsure = {(step.stock, step.kind) for step in steps if step.itinerary in load.uncounted}
    for key, taken in sorted(load.taken.items()):
        stock = corridor.stocks.get(key)
        if stock is None:
            continue
        share = week.of_quota(key)
        issued = (stock.daily_quota or 0) * share
        if taken - issued > LEAST_UNITS and (key, "return") not in unsure:
            what, expected = message("capacity.drained_stock", n=taken), message("want.as_many_returned")
            if stock.daily_quota is not None:
                what, expected = message("capacity.over_quota", n=taken), message("want.quota", n=taken)
                if 0 < share < 1:
                    expected = message("want.quota_issued", n=taken / share)
                yield warning("stocks", key, "daily_quota", stock.daily_quota, what, expected)
            else:
                yield warning("stocks", key, "initial", stock.initial, what, expected)
        rises = key in drawn and -taken > LEAST_UNITS and (key, "draw") not in unsure
        if rises and stock.daily_quota is None and (stock.capacity is not None or stock.kind == "cargo"):
            what, expected = message("capacity.rising_stock", n=-taken), message("want.as_many_drawn")
            if stock.capacity is not None:
                days = max(stock.capacity - stock.initial, 0) / -taken
                what = message("capacity.filled_stock", n=-taken, days=days)
            yield warning("stocks", key, "capacity", stock.capacity, what, expected)


def pools_have_units(corridor: Corridor, load: Load) -> Iterator[Finding]:
    """A pool has the units that vehicles keep at the same time on a mean day.

    Otherwise its queue grows without bound. Only where every vehicle returns in its itinerary what it draws there:
    other pools gain and lose units.
    """
    for key, minutes in sorted(load.kept.items()):
        stock = corridor.stocks.get(key)
        if stock is None or stock.daily_quota is not None or not stock.initial or not _circulates(corridor, key):
            continue
        needed = minutes / DAY_MIN
        if needed > stock.initial * (1 + ROUNDING):
            what = message("capacity.overloaded_pool", load=needed / stock.initial)
            yield warning("stocks", key, "initial", stock.initial, what, message("want.units_kept", needed=needed))


def _circulates(corridor: Corridor, stock: str) -> bool:
    """Whether each itinerary returns all that it draws from a stock, by turns, on whatever way through its branches."""
    for steps in itinerary_paths.by_itinerary(corridor).values():
        position = {step.step: n for n, step in enumerate(steps)}
        skipped = [
            steps[n + 1 : position[step.to]]
            for n, step in enumerate(steps)
            if step.kind == "branch" and step.to in position
        ]
        if not all(_by_turns([step for step in part if step.stock == stock]) for part in (steps, *skipped)):
            return False
    return True


def _by_turns(moves: Sequence[Step]) -> bool:
    """Whether each draw is followed by a return of as much."""
    return len(moves) % 2 == 0 and all(
        (draw.kind, back.kind) == ("draw", "return") and draw.amount == back.amount
        for draw, back in zip(moves[::2], moves[1::2], strict=True)
    )


def fleets_take_time(corridor: Corridor) -> Iterator[Finding]:
    """Every way through the cycle of a closed fleet takes time.

    Otherwise a run would not end.
    """
    walk = _Walk(corridor)
    for key, service in corridor.services.items():
        if (
            service.arrivals == "fleet"
            and service.itinerary in walk.steps
            and walk.shortest_min(service.itinerary, "", ()) == 0
        ):
            what, expected = message("capacity.fleet_without_time"), message("want.itinerary_with_time")
            yield error("services", key, "itinerary", service.itinerary, what, expected)


def offered(corridor: Corridor) -> Load:
    """Demand of all services with arrivals on a mean day."""
    walk, per_day = _Walk(corridor), mean_of_services(corridor)
    for service in corridor.services.values():
        if service.arrivals != "fleet" and not service.opening_date:
            walk.reroutes = service.reroute_after_h is not None
            walk.load(service.itinerary, per_day(service), itinerary_paths.Standing(), ())
        else:
            walk.asked.uncounted.update(corridor.itineraries_from(service.itinerary))
    return walk.asked


def mean_of_services(corridor: Corridor) -> Callable[[Service], float]:
    """Of a service with arrivals, on a mean day of the declared run; of a timetable without one, from its first day."""
    lines: dict[str, list[Departure]] = {}
    for line in corridor.timetable.values():
        lines.setdefault(line.service, []).append(line)
    run = declared_days(corridor)

    def of_service(service: Service) -> float:
        own = lines.get(service.id, [])
        dated = [local_time.day(line.day) for line in own if line.day] or [date.min]
        return vehicles_per_day(service, own, *(run or (min(dated), max(dated))))

    return of_service


class _Walk:
    """Walk through itineraries that sums vehicles a day and minutes."""

    def __init__(self, corridor: Corridor) -> None:
        self.asked = Load()
        self.steps = itinerary_paths.by_itinerary(corridor)
        self._corridor = corridor
        self._choices = itinerary_paths.by_choice(corridor)
        self._net = network.net(corridor)
        self._closed = {row.target for row in corridor.closures.values()}
        self.reroutes = False
        """Whether the vehicles that walk may take a detour."""
        self._legs: dict[tuple[str, str, str], list[network.Leg]] = {}

    def load(self, itinerary: str, per_day: float, start: itinerary_paths.Standing, within: tuple[str, ...]) -> None:
        """Add the demand of ``per_day`` vehicles that begin an itinerary."""
        steps = self.steps.get(itinerary, ())
        if itinerary in within:
            return
        position = {step.step: n for n, step in enumerate(steps)}
        flow = [per_day, *(0.0 for _ in steps)]
        standing, drawn = start, dict[str, int]()
        for n, step in enumerate(steps):
            self._ask(step, flow[n], standing)
            for stock, amount in drawn.items():
                minutes = flow[n] * self._minutes(step, standing.place) * amount
                self.asked.kept[stock] = self.asked.kept.get(stock, 0.0) + minutes
            if step.kind in ("draw", "return"):
                drawn[step.stock] = drawn.get(step.stock, 0) + (step.amount if step.kind == "draw" else -step.amount)
            standing = itinerary_paths.after(step, standing)
            jump = position.get(step.to, 0)
            share = self._corridor.shares.get(step.share)
            if step.kind == "branch" and jump > n and share:
                flow[n + 1] += flow[n] * share.share
                flow[jump] += flow[n] * (1 - share.share)
            elif step.kind == "choose":
                self._choose(step, flow[n], standing, (*within, itinerary))
            else:
                flow[n + 1] += flow[n]

    def shortest_min(self, itinerary: str, place: str, within: tuple[str, ...]) -> float:
        """Mean minutes of the shortest way through an itinerary.

        Continuations are included, waiting is not.
        """
        steps = self.steps.get(itinerary, ())
        if itinerary in within:
            return float("inf")
        position = {step.step: n for n, step in enumerate(steps)}
        least = [0.0, *(float("inf") for _ in steps)]
        for n, step in enumerate(steps):
            if step.kind == "choose":
                ways = self._choices.get(step.choice, [])
                onward = [self.shortest_min(way.itinerary, place, (*within, itinerary)) for way in ways]
                return least[n] + min(onward, default=0.0)
            least[n + 1] = min(least[n + 1], least[n] + self._minutes(step, place))
            if step.kind == "branch" and (jump := position.get(step.to, 0)) > n:
                least[jump] = min(least[jump], least[n])
            place = itinerary_paths.after(step, itinerary_paths.Standing(place)).place
        return least[-1]

    def _choose(self, step: Step, per_day: float, standing: itinerary_paths.Standing, within: tuple[str, ...]) -> None:
        ways = self._choices.get(step.choice, [])
        total = sum(way.share for way in ways)
        for way in ways:
            if total > 0 and ways[0].rule == "shares":
                self.load(way.itinerary, per_day * way.share / total, standing, within)
            else:
                self.asked.uncounted.update(self._corridor.itineraries_from(way.itinerary))

    def _ask(self, step: Step, per_day: float, standing: itinerary_paths.Standing) -> None:
        """Add the demand of one step on facilities and links.

        Facilities that the vehicle holds meanwhile are included.
        """
        minutes = self._minutes(step, standing.place)
        for kept in standing.kept:
            self._add(kept, per_day * minutes)
        if step.kind in ("draw", "return"):
            units = per_day * (step.amount if step.kind == "draw" else -step.amount)
            self.asked.taken[step.stock] = self.asked.taken.get(step.stock, 0.0) + units
        facility = self._corridor.facilities.get(step.facility)
        if facility and step.kind == "pass":
            self._add(facility.id, per_day * facility.headway_min)
        elif facility and step.kind in ("serve", "hold"):
            self._add(facility.id, per_day * minutes)
        for leg in self._travel(step, standing.place):
            over = (leg.link, leg.forward)
            self.asked.vehicles[over] = self.asked.vehicles.get(over, 0.0) + per_day
            if self.reroutes and leg.link in self._closed:
                rest = self._net.without({leg.link})
                if legs(rest, standing.place, step.place, step.mode) is not None:
                    self.asked.may_leave.add(leg.link)

    def _add(self, facility: str, minutes: float) -> None:
        self.asked.minutes[facility] = self.asked.minutes.get(facility, 0.0) + minutes

    def _minutes(self, step: Step, place: str) -> float:
        duration = self._corridor.durations.get(step.duration)
        if duration:
            return duration.mean_min
        return sum(leg.hours for leg in self._travel(step, place)) * 60

    def _travel(self, step: Step, place: str) -> list[network.Leg]:
        if not goes_over_the_graph(step) or not place:
            return []
        asked = (place, step.place, step.mode)
        if asked not in self._legs:
            self._legs[asked] = legs(self._net, *asked) or []
        return self._legs[asked]


RULES = (
    a_mean_day_can_be_served,
    facilities_have_servers,
    fleets_take_time,
)
