"""The benchmark model in usual salabim style: a component for each vehicle.

Salabim keeps its own statistics of every resource as it runs; that is part of what it offers, and of its time. Its
processes are generators here, which is its faster way without greenlets.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import salabim as sim

from benchmarks.inputs import QUEUES, Flow, Inputs, Summary
from benchmarks.world import DIRECTIONS, HEADWAY_MIN, PORTS, SERVERS

DAY_S = 86_400


class Port:
    def __init__(self, env: Any, name: str, volume: int) -> None:
        self.link = sim.Resource(f"{name} link", 1, anonymous=True, env=env)
        self.headway_s = round(HEADWAY_MIN * 60 / volume)
        self.at = {
            direction: {kind: sim.Resource(f"{name} {kind}", n * volume, env=env) for kind, n in SERVERS.items()}
            for direction in DIRECTIONS
        }
        for direction in DIRECTIONS:
            Shifts(inspection=self.at[direction]["inspection"], servers=SERVERS["inspection"] * volume, env=env)


class Shifts(sim.Component):  # type: ignore[misc]
    """Half of the inspectors work from 20:00 to 08:00 local time (12:00 to 24:00 UTC)."""

    def setup(self, inspection: Any, servers: int) -> None:
        self.inspection, self.servers = inspection, servers

    def process(self) -> Iterator[Any]:
        while True:
            yield self.hold(DAY_S // 2)
            self.inspection.set_capacity(self.servers // 2)
            yield self.hold(DAY_S // 2)
            self.inspection.set_capacity(self.servers)


class Source(sim.Component):  # type: ignore[misc]
    def setup(self, model: Model, flow: Flow) -> None:
        self.model, self.flow = model, flow

    def process(self) -> Iterator[Any]:
        port = self.model.ports[self.flow.port]
        for arrival_s, times in zip(self.flow.arrivals_s, self.flow.times_s, strict=True):
            yield self.hold(till=arrival_s)
            Vehicle(model=self.model, port=port, flow=self.flow, times=times, env=self.model.env)


class Headway(sim.Component):  # type: ignore[misc]
    """Frees the link when the headway is over."""

    def setup(self, port: Port) -> None:
        self.port = port

    def process(self) -> Iterator[Any]:
        yield self.hold(self.port.headway_s)
        self.port.link.release(1)


class Vehicle(sim.Component):  # type: ignore[misc]
    def setup(self, model: Model, port: Port, flow: Flow, times: Any) -> None:
        self.model, self.port, self.flow, self.times = model, port, flow, times

    def process(self) -> Iterator[Any]:
        here, priority = self.port.at[self.flow.direction], self.flow.priority
        approach, customs, inspection, second_look, crossing, crane, release, onward, passed = self.times
        born = self.env.now()
        yield self.hold(approach)
        yield from self.queue("track", here["track"], priority)
        yield from self.serve(here, "customs", priority, customs)
        yield from self.serve(here, "inspection", priority, inspection)
        if not passed:
            yield from self.serve(here, "second_look", priority, second_look)
        yield from self.queue("crossing", self.port.link, priority)
        Headway(port=self.port, env=self.env)
        yield self.hold(crossing)
        yield from self.serve(here, "crane", priority, crane)
        self.release(here["track"])
        yield from self.serve(here, "release", priority, release)
        yield self.hold(onward)
        self.model.transit.append(self.env.now() - born)

    def queue(self, kind: str, resource: Any, priority: int) -> Iterator[Any]:
        came = self.env.now()
        yield self.request((resource, 1, priority))
        self.model.waits[kind].append(self.env.now() - came)

    def serve(self, here: dict[str, Any], kind: str, priority: int, time_s: int) -> Iterator[Any]:
        yield from self.queue(kind, here[kind], priority)
        yield self.hold(time_s)
        self.release(here[kind])


class Model:
    def __init__(self, inputs: Inputs, volume: int) -> None:
        self.env = sim.Environment(trace=False, yieldless=False)
        self.ports = {name: Port(self.env, name, volume) for name in PORTS}
        self.waits: dict[str, list[float]] = {name: [] for name in QUEUES}
        self.transit: list[float] = []
        for flow in inputs.flows:
            Source(model=self, flow=flow, env=self.env)
        self.env.run(inputs.horizon_s)


def run(inputs: Inputs, volume: int) -> Summary:
    model = Model(inputs, volume)
    waits = {kind: sum(times) / len(times) / 60 for kind, times in model.waits.items()}
    return Summary(len(model.transit), sum(model.transit) / len(model.transit) / 3600, waits)
