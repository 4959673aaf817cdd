"""Fastest ways over the graph, as the itineraries of services need them.

A way is determined once: over the links that are open on the first day of the run, or on the opening date of the
service if that is later. A link that opens during a run is used by services that open with it, or later. Detours around
closed links (:mod:`sim.compile.detours`) are ways over the same links.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from corridors import network
from corridors.clock.calendars import Calendars
from corridors.findings import ERROR, Finding
from corridors.model import Corridor, Service, Step
from sim.compile.detours import AHEAD_S, Shut, beyond_s, ways_around
from sim.core.run_settings import RunSettings


def closed_links(corridor: Corridor, calendars: Calendars) -> frozenset[str]:
    """The links that a closure shuts at some time of the run."""
    named = {closure.target for closure in corridor.closures.values()} & set(corridor.links)
    return frozenset(link for link in named if calendars.shuts(link))


class Routes:
    """The fastest ways of the itineraries, with a finding for each that does not exist."""

    def __init__(self, corridor: Corridor, settings: RunSettings) -> None:
        calendars = Calendars(corridor, settings.epoch, settings.horizon_s)
        self.closed = closed_links(corridor, calendars)
        self.orders = calendars.orders_in_force()
        self._settings = settings
        self._corridor = corridor
        self._start = settings.start
        self._nets: dict[date, network.Net] = {}
        self._found: dict[tuple[date, str, str, str], list[network.Leg]] = {}
        self._around: dict[tuple[date, str, str, str, tuple[str, ...]], list[list[network.Leg]]] = {}
        self.findings: list[Finding] = []

    def legs(self, service: Service, step: Step, origin: str) -> list[network.Leg]:
        """The links from ``origin`` to the step's place within the step's mode."""
        day = self._day(service)
        key = (day, origin, step.place, step.mode)
        if key not in self._found:
            try:
                self._found[key] = network.path(self._net(day), origin, step.place, step.mode)
            except network.NoRoute as reason:
                self._found[key] = []
                expected = f"a place that {step.mode} leads to from {origin} on {day}"
                self.findings.append(
                    Finding(
                        ERROR, "itineraries.csv", None, "place", step.place, expected, message=reason.reason, id=step.id
                    )
                )
        return self._found[key]

    def detours(
        self, service: Service, step: Step, origin: str, legs: Sequence[network.Leg]
    ) -> list[list[network.Leg]]:
        """The ways from ``origin`` to the step's place around the links of ``legs`` that close during the run."""
        day = self._day(service)
        key = (day, origin, step.place, step.mode, tuple(leg.link for leg in legs))
        if key not in self._around:
            net = self._net(day)
            self._around[key] = ways_around(net, self.closed, origin, step.place, step.mode, legs)
        return self._around[key]

    def beyond_s(self, shut: Shut) -> int:
        """How long after the run a vehicle can leave that meets none of these links closed; see :func:`beyond_s`."""
        ahead_s = self._settings.horizon_s + shut[-1][1] + AHEAD_S
        return beyond_s(shut, Calendars(self._corridor, self._settings.epoch, ahead_s), self._settings.horizon_s)

    def _day(self, service: Service) -> date:
        """The day whose open links a service travels over."""
        return max(self._start, date.fromisoformat(service.opening_date)) if service.opening_date else self._start

    def _net(self, day: date) -> network.Net:
        if day not in self._nets:
            self._nets[day] = network.net(self._corridor, on=day)
        return self._nets[day]
