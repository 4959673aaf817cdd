"""Random plans of hard cases for engines.

Ties, zero durations, shifts that end, closures, full stocks and deadlocks.

``random_plan(seed)`` makes one plan from a seed; ``plans()`` is the same generator as a Hypothesis strategy, which
shrinks. Worlds are tiny (up to four facilities, three stocks, four services, some twenty vehicles) and seconds are
few, so that nearly everything happens at the same instant as something else; some plans are stretched, beyond a window
of the compiled engine (4,096 s) or beyond all its windows (2^24 s). Every plan is valid.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

import numpy as np
from hypothesis import strategies as st

from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder
from sim.core.plan_steps import Durations

TEMPERS = ((0,), (0, 1), (0, 0, 1, 2, 3), (0, 1, 2, 5, 9), (1, 2, 3, 4, 7, 11))
"""The lengths that occur in one plan: from 'everything at once' to 'hardly a tie'."""


def plans() -> st.SearchStrategy[Plan]:
    """Valid plans for Hypothesis."""
    return st.randoms(use_true_random=False).map(_plan)


def random_plan(seed: int) -> Plan:
    """The valid plan that belongs to ``seed``."""
    return _plan(Random(seed))


def fine_plan(seed: int) -> Plan:
    """The same with seconds so fine that hardly two things happen in one."""
    return _plan(Random(seed), fine=True)


@dataclass
class _World:
    """A plan in the making, with what its programs may use."""

    random: Random
    builder: PlanBuilder
    lengths: tuple[int, ...]
    facilities: list[int]
    stocks: list[tuple[int, int]]
    """(stock, largest amount that it can hold)."""
    vehicles: int = 0
    trips: int = 1
    labels: int = 0
    held: list[int] = field(default_factory=list)
    stretch: int = 1
    """Seconds in a unit of time."""
    fine: bool = False

    def second(self, units: int) -> int:
        """A time or length of so many units, in fine plans with a part of one more."""
        return units * self.stretch + (self.random.randrange(self.stretch) if self.fine else 0)

    def new_label(self) -> str:
        self.labels += 1
        return f"place {self.labels}"

    def lasting(self) -> Durations:
        """Draws of lengths."""
        drawn = self.draws(self.lengths)
        if not self.fine:
            return drawn
        values = np.asarray(drawn)
        parts = [self.random.randrange(1, self.stretch) for _ in range(values.size)]
        return values + np.array(parts).reshape(values.shape)

    def draws(self, values: tuple[int, ...]) -> Durations:
        """A constant, one value a vehicle, or one a trip and vehicle."""
        if self.random.randrange(3) == 0:
            return self.random.choice(values)
        if self.trips == 1:
            return [self.random.choice(values) for _ in range(self.vehicles)]
        shape = (self.trips, self.vehicles)
        return np.array([self.random.choice(values) for _ in range(shape[0] * shape[1])]).reshape(shape)


def _plan(random: Random, fine: bool = False) -> Plan:
    horizon_s = random.choice((1, 7, 20, 60, 60, 400, 400))
    stretch = 60_007 if fine else random.choice((1, 1, 1, 1, 1, 1, 137, 60_007))
    lengths = tuple(length * stretch for length in random.choice(TEMPERS))
    world = _World(random, PlanBuilder(horizon_s * stretch), lengths, [], [], stretch=stretch, fine=fine)
    for number in range(random.randint(1, 4)):
        _facility(world, number)
    for number in range(random.randint(0, 3)):
        _stock(world, number)
    services = [random.randint(0, 6) for _ in range(random.randint(1, 4))]
    keys = list(range(sum(services)))
    if random.randrange(2):
        random.shuffle(keys)
    for number, vehicles in enumerate(services):
        _service(world, number, vehicles, [keys.pop() for _ in range(vehicles)])
    for _ in range(random.choice((0, 0, 1, 2)) if world.stocks else 0):
        _controller(world, len(services))
    return world.builder.build()


def _facility(world: _World, number: int) -> None:
    random = world.random
    servers = random.choice((0, 1, 1, 1, 2, 3))
    facility = world.builder.facility(
        f"facility {number}",
        servers,
        nominal=random.randint(1, 3),
        headway_s=random.choice((0, 0, 1, 2, 5)) * world.stretch,
        mean_s=random.randint(0, 5) * world.stretch,
    )
    world.facilities.append(facility)
    if random.randrange(2):
        times = sorted({random.randint(0, 40) for _ in range(random.randint(1, 5))} - {0})
        levels = [random.choice((0, 0, 1, 2)) for _ in times]
        world.builder.servers_over_time(facility, [0, *(world.second(time) for time in times)], [servers, *levels])
    if random.randrange(4) == 0:
        world.builder.servers_change(facility, world.second(random.randint(0, 40)), random.choice((-1, 1)))
    if random.randrange(3) == 0:
        failing = {(random.randint(0, 40), random.randint(0, 2)) for _ in range(random.randint(1, 8))}
        for time_s, server in sorted(failing):
            repair_s = random.choice((1, 2, 5, 30)) * world.stretch
            world.builder.failure(facility, world.second(time_s), repair_s, server)


def _stock(world: _World, number: int) -> None:
    random = world.random
    capacity = random.choice((1, 2, 3, 5, None))
    most = 5 if capacity is None else capacity
    stock = world.builder.stock(f"stock {number}", random.randint(0, most), capacity)
    world.stocks.append((stock, min(3, most)))
    for _ in range(random.choice((0, 0, 1, 3))):
        world.builder.stock_set(stock, world.second(random.randint(0, 40)), random.randint(0, most))


def _controller(world: _World, services: int) -> None:
    """A controller with low thresholds and many checks; some count nothing, or a facility twice."""
    random = world.random
    below = random.choice((0, 1, 1, 2, 3))
    stretch, last = world.stretch, random.choice((4, 20, 60))
    world.builder.controller(
        random.choice(world.stocks)[0],
        below + random.choice((0, 0, 1, 2)),
        below,
        facilities=random.choices(world.facilities, k=random.choice((0, 1, 1, 2, 3))),
        services=random.sample(range(services), k=random.randint(0, services)),
        checks_s=[random.randint(0, last) * stretch for _ in range(random.choice((1, 5, 20)))],
        least_s=random.choice((0, 0, 1, 4, 20)) * stretch,
    )


def _service(world: _World, number: int, vehicles: int, keys: list[int]) -> None:
    random, builder = world.random, world.builder
    world.vehicles, world.trips = vehicles, random.choice((1, 1, 2, 4))
    builder.service(f"service {number}")
    _block(world, steps=random.randint(0, 7), depth=2)
    builder.end()
    last_arrival = random.choice((0, 3, 30))
    builder.vehicles(
        [world.second(random.randint(0, last_arrival)) for _ in range(vehicles)],
        priority=random.randint(0, 2),
        trips=[random.randint(1, world.trips) for _ in range(vehicles)],
        until_s=random.choice((None, None, 5 * world.stretch, 25 * world.stretch)),
        keys=keys,
    )


def _block(world: _World, steps: int, depth: int) -> None:
    """Steps that leave the vehicle with the servers that it had before."""
    before = list(world.held)
    kinds: list[Callable[[_World, int], None]] = [_travel, _serve, _serve, _pass, _mark, _hold, _hold, _stocks, _stocks]
    if depth:
        kinds += [_branch, _choose, _choose]
    for _ in range(steps):
        taken = [facility for facility in world.held if facility not in before]
        if taken and world.random.randrange(3) == 0:
            _free(world, world.random.choice(taken))
        else:
            world.random.choice(kinds)(world, depth)
    for facility in [facility for facility in world.held if facility not in before]:
        _free(world, facility)


def _travel(world: _World, depth: int) -> None:
    world.builder.travel(world.lasting())


def _serve(world: _World, depth: int) -> None:
    world.builder.serve(world.random.choice(world.facilities), world.lasting())


def _pass(world: _World, depth: int) -> None:
    world.builder.pass_(world.random.choice(world.facilities), world.lasting())


def _mark(world: _World, depth: int) -> None:
    world.builder.mark()


def _hold(world: _World, depth: int) -> None:
    """Hold a facility not yet held; vehicles that hold two in different orders may deadlock."""
    facility = world.random.choice(world.facilities)
    if facility not in world.held:
        world.builder.hold(facility, world.lasting())
        world.held.append(facility)


def _free(world: _World, facility: int) -> None:
    world.builder.free(facility)
    world.held.remove(facility)


def _stocks(world: _World, depth: int) -> None:
    if world.stocks:
        stock, most = world.random.choice(world.stocks)
        move = world.builder.draw if world.random.randrange(2) else world.builder.give_back
        move(stock, world.random.randint(1, most))


def _branch(world: _World, depth: int) -> None:
    """Some vehicles skip a block."""
    over = world.new_label()
    world.builder.branch(world.draws((0, 1)), over)
    _block(world, world.random.randint(0, 3), depth - 1)
    world.builder.label(over)


def _choose(world: _World, depth: int) -> None:
    """One to three ways that meet again; a way may be empty, start with another choice, or end the trip."""
    random, builder = world.random, world.builder
    meet = world.new_label()
    ways = [world.new_label() for _ in range(random.randint(1, 3))]
    if random.randrange(3) == 0:
        ways.append(meet)
    builder.choose(
        [
            (
                way,
                random.choice((0, 0, 1, 4, -3)) * world.stretch,
                random.choices(world.facilities, k=random.choice((0, 1, 1, 2, 3))),
            )
            for way in ways
        ]
    )
    for way in ways:
        if way == meet:
            continue
        builder.label(way)
        _block(world, random.randint(0, 3), depth - 1)
        if random.randrange(4) == 0:
            for facility in world.held:
                builder.free(facility)
            builder.end()
        else:
            builder.branch(1, meet)
    builder.label(meet)
