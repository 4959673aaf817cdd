"""Rules about enough: whether facilities and lines can do, over a year, what the services ask of them.

The figures are means: services as they are in an ordinary week, without waiting. A service that opens later is left
out, and so is what follows a choice by delay or a closed fleet, for both turn away from a full facility by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from corridors import network
from corridors.checks import itinerary_paths
from corridors.checks.clocks import open_share
from corridors.checks.journeys import goes_over_the_graph, legs
from corridors.checks.report import error, warning
from corridors.findings import Finding
from corridors.model import Corridor, Step

DAY_MIN: Final = 1440.0


@dataclass
class Load:
    """What the services ask for on a mean day."""

    minutes: dict[str, float] = field(default_factory=dict)
    """Minutes of one server, by facility."""
    vehicles: dict[tuple[str, bool], float] = field(default_factory=dict)
    """Vehicles over a link, by link and direction."""
    taken: dict[str, float] = field(default_factory=dict)
    """Units drawn from a stock less units returned to it."""


def a_mean_day_can_be_served(corridor: Corridor) -> Iterator[Finding]:
    """Facilities, lines and stocks are enough for what all services ask for on a mean day."""
    load = offered(corridor)
    yield from facilities_can_do_their_work(corridor, load)
    yield from lines_have_paths_enough(corridor, load)
    yield from stocks_stay_in_balance(corridor, load)


def facilities_can_do_their_work(corridor: Corridor, load: Load) -> Iterator[Finding]:
    """The work offered to a facility fits into the hours of its servers; otherwise its queue grows for ever."""
    for key, minutes in sorted(load.minutes.items()):
        facility = corridor.facilities.get(key)
        if facility is None:
            continue
        up = 1.0
        if facility.mtbf_h is not None and facility.mttr_h is not None:
            up = facility.mtbf_h / (facility.mtbf_h + facility.mttr_h)
        capacity = facility.servers * open_share(corridor, facility.calendar) * up * DAY_MIN
        if minutes > capacity:
            yield warning(
                "facilities",
                key,
                "servers",
                facility.servers,
                f"enough for {minutes / 60:.1f} server-hours on a mean day; there are {capacity / 60:.1f}",
                f"offered load {minutes / capacity:.2f}: the queue grows for ever" if capacity else "it never works",
            )


def somebody_works_where_vehicles_stop(corridor: Corridor) -> Iterator[Finding]:
    """Where an itinerary needs a server there is one, or whoever gets there waits for ever."""
    for key in sorted({step.facility for step in corridor.itineraries.values()} & set(corridor.facilities)):
        if corridor.facilities[key].servers == 0:
            yield warning("facilities", key, "servers", 0, "at least 1, or no step that needs it", "nobody works there")


def lines_have_paths_enough(corridor: Corridor, load: Load) -> Iterator[Finding]:
    """The vehicles that run over a line each day are no more than its paths; on single track both directions share."""
    for key in sorted({link for link, _ in load.vehicles}):
        link = corridor.links[key]
        if link.paths_per_day is None:
            continue
        ways = [load.vehicles.get((key, forward), 0.0) for forward in (True, False)]
        asked = sum(ways) / 2 if link.tracks == 1 else max(ways)
        if asked > link.paths_per_day:
            yield warning(
                "links",
                key,
                "paths_per_day",
                link.paths_per_day,
                f"at least {asked:.2f}, which the services ask for on a mean day",
                f"offered load {asked / link.paths_per_day:.2f}: the queue grows for ever",
            )


def stocks_stay_in_balance(corridor: Corridor, load: Load) -> Iterator[Finding]:
    """What is drawn from a stock on a mean day comes back on a mean day, or wagons run out for good.

    A stock that a closed fleet draws from or fills is left alone: the fleet waits for it.
    """
    fleets = {service.itinerary for service in corridor.services.values() if service.arrivals == "fleet"}
    by_fleets = {step.stock for step in corridor.itineraries.values() if step.itinerary in fleets}
    for key, taken in sorted(load.taken.items()):
        stock = corridor.stocks.get(key)
        if stock and key not in by_fleets and taken - (stock.daily_quota or 0) > 0.01:
            expected = "as many returned as drawn on a mean day"
            message = f"{taken:.2f} a day more are drawn than returned: it runs empty for good"
            if stock.daily_quota is not None:
                message = f"{taken:.2f} a day are drawn, of a quota of {stock.daily_quota}: the queue grows for ever"
            yield warning("stocks", key, "initial", stock.initial, expected, message)


def fleets_take_time(corridor: Corridor) -> Iterator[Finding]:
    """Every way through the cycle of a closed fleet takes time, or it would go round for ever in one instant."""
    walk = _Walk(corridor)
    for key, service in corridor.services.items():
        if (
            service.arrivals == "fleet"
            and service.itinerary in walk.steps
            and walk.shortest_min(service.itinerary, "", ()) == 0
        ):
            expected = "an itinerary with a duration or a travel over the graph on every way"
            yield error("services", key, "itinerary", service.itinerary, expected, "its cycle takes no time")


def offered(corridor: Corridor) -> Load:
    """What all services with arrivals ask for on a mean day."""
    walk = _Walk(corridor)
    for service in corridor.services.values():
        if service.arrivals != "fleet" and not service.opening_date:
            walk.load(service.itinerary, service.per_day, itinerary_paths.Standing(), ())
    return walk.asked


class _Walk:
    """Goes through itineraries with numbers: vehicles a day, minutes."""

    def __init__(self, corridor: Corridor) -> None:
        self.asked = Load()
        self.steps = itinerary_paths.by_itinerary(corridor)
        self._corridor = corridor
        self._net = network.net(corridor)
        self._legs: dict[tuple[str, str, str], list[network.Leg]] = {}

    def load(self, itinerary: str, per_day: float, start: itinerary_paths.Standing, within: tuple[str, ...]) -> None:
        """Add what ``per_day`` vehicles ask for that begin an itinerary."""
        steps = self.steps.get(itinerary, ())
        if itinerary in within:
            return
        position = {step.step: n for n, step in enumerate(steps)}
        flow = [per_day, *(0.0 for _ in steps)]
        standing = start
        for n, step in enumerate(steps):
            self._ask(step, flow[n], standing)
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
        """Mean minutes of the shortest way through an itinerary and what follows it, without waiting."""
        steps = self.steps.get(itinerary, ())
        if itinerary in within:
            return float("inf")
        position = {step.step: n for n, step in enumerate(steps)}
        least = [0.0, *(float("inf") for _ in steps)]
        for n, step in enumerate(steps):
            if step.kind == "choose":
                ways = itinerary_paths.alternatives(self._corridor, step.choice)
                onward = [self.shortest_min(way.itinerary, place, (*within, itinerary)) for way in ways]
                return least[n] + min(onward, default=0.0)
            least[n + 1] = min(least[n + 1], least[n] + self._minutes(step, place))
            if step.kind == "branch" and (jump := position.get(step.to, 0)) > n:
                least[jump] = min(least[jump], least[n])
            place = itinerary_paths.after(step, itinerary_paths.Standing(place)).place
        return least[-1]

    def _choose(self, step: Step, per_day: float, standing: itinerary_paths.Standing, within: tuple[str, ...]) -> None:
        ways = itinerary_paths.alternatives(self._corridor, step.choice)
        total = sum(way.share for way in ways)
        if total > 0 and ways[0].rule == "shares":
            for way in ways:
                self.load(way.itinerary, per_day * way.share / total, standing, within)

    def _ask(self, step: Step, per_day: float, standing: itinerary_paths.Standing) -> None:
        """What one step asks for: of its own facility, of all that the vehicle keeps meanwhile, of the links."""
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
    somebody_works_where_vehicles_stop,
    fleets_take_time,
)
