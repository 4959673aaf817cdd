"""The benchmark model in usual SimPy style: resources, a process a vehicle.

It keeps one waiting time for each visit and one transit time for each vehicle, and no trace.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import simpy

from benchmarks.inputs import QUEUES, Flow, Inputs, Summary, Times
from benchmarks.world import DIRECTIONS, HEADWAY_MIN, PORTS, SERVERS

DAY_S = 86_400
Process = Generator[simpy.Event, Any, None]


class Port:
    """The resources of one port: some for each direction, and the link that both share."""

    def __init__(self, env: simpy.Environment, volume: int) -> None:
        self.link = simpy.PriorityResource(env, 1)
        self.headway_s = round(HEADWAY_MIN * 60 / volume)
        self.at = {
            direction: {kind: simpy.PriorityResource(env, n * volume) for kind, n in SERVERS.items()}
            for direction in DIRECTIONS
        }
        for resources in self.at.values():
            for _ in range(SERVERS["inspection"] * volume // 2):
                env.process(night(env, resources["inspection"]))


def night(env: simpy.Environment, inspection: simpy.PriorityResource) -> Process:
    """One inspector who does not work from 20:00 to 08:00 local time (12:00 to 24:00 UTC)."""
    while True:
        yield env.timeout(DAY_S // 2)
        with inspection.request(priority=-1) as off:
            yield off | env.timeout(DAY_S // 2)
            yield env.timeout(DAY_S - env.now % DAY_S if env.now % DAY_S else 0)


class Model:
    """All ports, and what is measured."""

    def __init__(self, inputs: Inputs, volume: int) -> None:
        self.env = simpy.Environment()
        self.ports = {name: Port(self.env, volume) for name in PORTS}
        self.waits: dict[str, list[float]] = {name: [] for name in QUEUES}
        self.transit: list[float] = []
        for flow in inputs.flows:
            self.env.process(self.source(flow))
        self.env.run(inputs.horizon_s)

    def source(self, flow: Flow) -> Process:
        for arrival_s, times in zip(flow.arrivals_s, flow.times_s, strict=True):
            yield self.env.timeout(arrival_s - self.env.now)
            self.env.process(self.vehicle(self.ports[flow.port], flow, times))

    def vehicle(self, port: Port, flow: Flow, times: Times) -> Process:
        env, priority, here = self.env, flow.priority, port.at[flow.direction]
        approach, customs, inspection, second_look, crossing, crane, release, onward, passed = times
        born = env.now
        yield env.timeout(approach)
        came = env.now
        with here["track"].request(priority) as track:
            yield track
            self.waits["track"].append(env.now - came)
            yield from self.serve(here, "customs", priority, customs)
            yield from self.serve(here, "inspection", priority, inspection)
            if not passed:
                yield from self.serve(here, "second_look", priority, second_look)
            came = env.now
            path = port.link.request(priority)
            yield path
            self.waits["crossing"].append(env.now - came)
            env.process(self.headway(port, path))
            yield env.timeout(crossing)
            yield from self.serve(here, "crane", priority, crane)
        yield from self.serve(here, "release", priority, release)
        yield env.timeout(onward)
        self.transit.append(env.now - born)

    def serve(self, here: dict[str, simpy.PriorityResource], kind: str, priority: int, time_s: int) -> Process:
        came = self.env.now
        with here[kind].request(priority) as server:
            yield server
            self.waits[kind].append(self.env.now - came)
            yield self.env.timeout(time_s)

    def headway(self, port: Port, path: Any) -> Process:
        yield self.env.timeout(port.headway_s)
        port.link.release(path)


def run(inputs: Inputs, volume: int) -> Summary:
    model = Model(inputs, volume)
    waits = {kind: sum(times) / len(times) / 60 for kind, times in model.waits.items()}
    return Summary(len(model.transit), sum(model.transit) / len(model.transit) / 3600, waits)
