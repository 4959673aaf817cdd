"""The benchmark model in Cimba, whose processes are compiled to run on a C core: a process for each vehicle.

Cimba draws its own times, from the same distributions, within the time. It keeps a waiting time for each visit and a
transit time for each vehicle. The link is freed by the vehicle itself, when the headway is over; a crossing that is
drawn shorter takes as long as the headway.
"""

# Cimba reads the annotations of models as objects, so they are not postponed here.
import math

import cimba as cb
from cimba import inputs

from benchmarks.inputs import QUEUES, Inputs, Summary
from benchmarks.world import (
    CV,
    DIRECTIONS,
    HEADWAY_MIN,
    MINUTES,
    PER_DAY,
    PORTS,
    PRIORITIES,
    SECOND_LOOK_SHARE,
    SERVERS,
)

DAY_MIN = 1440.0
NIGHT_MIN = DAY_MIN / 2
TIME_IS_UP = 1
"""The signal of a timer."""
SIGMA = math.sqrt(math.log1p(CV**2))


def drawn(kind: str) -> object:
    """Minutes of a step, lognormal."""
    return inputs.dist.lognormal(mean=math.log(MINUTES[kind]) - SIGMA**2 / 2, sigma=SIGMA)


class Port(cb.Model):
    """What both directions share."""

    link: cb.Resource = cb.Resource(capacity=1)
    headway_min: float = HEADWAY_MIN


class Side(cb.Model):
    """One direction at a port: its servers, the times of its steps, and what is measured."""

    port: cb.Ref[Port]
    track: cb.Resource
    customs: cb.Resource
    inspection: cb.Resource
    second_look: cb.Resource
    crane: cb.Resource
    release: cb.Resource
    approach_min: cb.Input[float] = drawn("approach")
    customs_min: cb.Input[float] = drawn("customs")
    inspection_min: cb.Input[float] = drawn("inspection")
    second_look_min: cb.Input[float] = drawn("second_look")
    crossing_min: cb.Input[float] = drawn("crossing")
    crane_min: cb.Input[float] = drawn("crane")
    release_min: cb.Input[float] = drawn("release")
    onward_min: cb.Input[float] = drawn("onward")
    looked_at_again: cb.Input[int] = inputs.dist.bernoulli(p=SECOND_LOOK_SHARE)
    track_wait: cb.Dataset
    customs_wait: cb.Dataset
    inspection_wait: cb.Dataset
    second_look_wait: cb.Dataset
    crossing_wait: cb.Dataset
    crane_wait: cb.Dataset
    release_wait: cb.Dataset
    transit: cb.Dataset
    left: cb.Output[int]
    transit_mean: cb.Output[float]
    track_mean: cb.Output[float]
    customs_mean: cb.Output[float]
    inspection_mean: cb.Output[float]
    second_look_mean: cb.Output[float]
    crossing_mean: cb.Output[float]
    crane_mean: cb.Output[float]
    release_mean: cb.Output[float]

    def __init__(self, port: Port, volume: int) -> None:
        self.port = port
        for kind, n in SERVERS.items():
            setattr(self, kind, cb.Resource(capacity=n * volume))

    @cb.on_end
    def measure(self):
        self.left = self.transit.sample_count()
        self.transit_mean = self.transit.sample_mean()
        self.track_mean = self.track_wait.sample_mean()
        self.customs_mean = self.customs_wait.sample_mean()
        self.inspection_mean = self.inspection_wait.sample_mean()
        self.second_look_mean = self.second_look_wait.sample_mean()
        self.crossing_mean = self.crossing_wait.sample_mean()
        self.crane_mean = self.crane_wait.sample_mean()
        self.release_mean = self.release_wait.sample_mean()


class Vehicle(cb.Model):
    """One vehicle on its way."""

    side: cb.Ref[Side]
    priority: int = 0

    @cb.process
    def drive(self):
        side = self.side
        cb.this_process().priority_set(self.priority)
        born = cb.now()
        cb.hold(side.approach_min.next())
        came = cb.now()
        side.track.acquire(1)
        side.track_wait.record(cb.now() - came)

        came = cb.now()
        side.customs.acquire(1)
        side.customs_wait.record(cb.now() - came)
        cb.hold(side.customs_min.next())
        side.customs.release(1)

        came = cb.now()
        side.inspection.acquire(1)
        side.inspection_wait.record(cb.now() - came)
        cb.hold(side.inspection_min.next())
        side.inspection.release(1)

        if side.looked_at_again.next() == 1:
            came = cb.now()
            side.second_look.acquire(1)
            side.second_look_wait.record(cb.now() - came)
            cb.hold(side.second_look_min.next())
            side.second_look.release(1)

        port = side.port
        came = cb.now()
        port.link.acquire(1)
        side.crossing_wait.record(cb.now() - came)
        crossing = side.crossing_min.next()
        cb.hold(port.headway_min)
        port.link.release(1)
        cb.hold(max(0.0, crossing - port.headway_min))

        came = cb.now()
        side.crane.acquire(1)
        side.crane_wait.record(cb.now() - came)
        cb.hold(side.crane_min.next())
        side.crane.release(1)
        side.track.release(1)

        came = cb.now()
        side.release.acquire(1)
        side.release_wait.record(cb.now() - came)
        cb.hold(side.release_min.next())
        side.release.release(1)
        cb.hold(side.onward_min.next())
        side.transit.record(cb.now() - born)
        cb.release(self)


class Source(cb.Model):
    """The arrivals of one service."""

    side: cb.Ref[Side]
    priority: int = 0
    gap: cb.Input[float]

    def __init__(self, side: Side, priority: int, gap_min: float) -> None:
        self.side, self.priority = side, priority
        self.gap = inputs.dist.exponential(mean=gap_min)

    @cb.process
    def send(self):
        while True:
            cb.hold(self.gap.next())
            cb.spawn(Vehicle, side=self.side, priority=self.priority)


class Night(cb.Model):
    """One inspector who does not work from 20:00 to 08:00 local time (12:00 to 24:00 UTC)."""

    side: cb.Ref[Side]

    def __init__(self, side: Side) -> None:
        self.side = side

    @cb.process
    def rest(self):
        me = cb.this_process()
        me.priority_set(2)
        while True:
            cb.hold(NIGHT_MIN - cb.now() % DAY_MIN)
            me.timer_set(NIGHT_MIN, TIME_IS_UP)
            if self.side.inspection.acquire(1) == 0:
                me.timers_clear()
                cb.hold(DAY_MIN - cb.now() % DAY_MIN)
                self.side.inspection.release(1)


class World(cb.Model):
    """All ports."""

    ports: list[Port]
    sides: list[Side]
    sources: list[Source]
    nights: list[Night]

    def __init__(self, volume: int) -> None:
        self.ports = [Port() for _ in PORTS]
        for port in self.ports:
            port.headway_min = HEADWAY_MIN / volume
        self.sides = [Side(port, volume) for port in self.ports for _ in DIRECTIONS]
        # For Cimba the higher priority goes first.
        self.sources = [
            Source(side, 1 - priority, DAY_MIN / (PER_DAY * volume * part))
            for side in self.sides
            for priority, part in PRIORITIES.values()
        ]
        self.nights = [Night(side) for side in self.sides for _ in range(SERVERS["inspection"] * volume // 2)]


def run(given: Inputs, volume: int) -> Summary:
    world = World(volume)
    window = cb.Window(duration=given.horizon_s / 60)
    found = cb.Experiment(world, window=window, seed=1).run(workers=1, on_failure="raise")

    def of_sides(name: str) -> list[float]:
        return [float(getattr(found[side], name).values[0, 0]) for side in world.sides]

    left = of_sides("left")
    waits = {kind: mean(of_sides(f"{kind}_mean"), left) for kind in QUEUES}
    return Summary(int(sum(left)), mean(of_sides("transit_mean"), left) / 60, waits)


def mean(values: list[float], weights: list[float]) -> float:
    """The mean over sides, by their vehicles."""
    return sum(value * weight for value, weight in zip(values, weights, strict=True)) / sum(weights)
