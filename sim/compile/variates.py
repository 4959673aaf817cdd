"""What chance has in store for the vehicles of a service: every duration and every outcome of a branch, drawn ahead.

The numbers of a step are a stream of their own, indexed by vehicle; those that stand there at the first second have
streams of their own too, so that a backlog moves nobody else's luck. A fleet has one stream a step and trip. Its
vehicles get as many trips as each could begin if it never waited, so trips never run out, or fewer where asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from sys import maxsize

import numpy as np

from corridors.model import Service
from sim.compile import distributions
from sim.compile.arrivals import Arrivals
from sim.compile.expected_load import trip_s
from sim.compile.programs import Op, Program
from sim.core import rules
from sim.core.plan import Ints, Ints32
from sim.core.random_streams import Floats, RandomStreams

DRAWN_AT_A_TIME = 2**15
"""Numbers drawn for one step of a fleet at a time: few enough to stay in a processor's cache."""

Draw = int | Ints32
"""Seconds or outcomes of one op: the same for all, or (n_vehicles,), or (n_trips, n_vehicles) for a fleet."""


@dataclass(frozen=True)
class Draws:
    """Everything drawn for one service."""

    ops: list[Draw]
    """By op; 0 for one that takes neither time nor chance."""
    trips: int | Ints
    """Trips of each vehicle: 1, or (n_vehicles,)."""


def draws(
    program: Program,
    service: Service,
    arrived: Arrivals,
    until_s: int,
    streams: RandomStreams,
    most_trips: int = maxsize,
) -> Draws:
    """Draw for all vehicles of a service; a fleet starts no trip from ``until_s`` on, and its trips take time.

    No vehicle of a fleet gets more than ``most_trips``; those that it gets are the same however many they are.
    """
    if not len(arrived.times_s):
        return Draws([0] * len(program), 1)
    if service.arrivals == "fleet":
        return _fleet(program, service, arrived.times_s, until_s, streams, most_trips)

    def uniforms(purpose: str, step: str) -> Floats:
        ahead = streams.uniforms(arrived.backlog, f"backlog {purpose}", service.id, step)
        return np.concatenate((ahead, streams.uniforms(arrived.later, purpose, service.id, step)))

    return Draws([_draw(op, uniforms) for op in program], 1)


def _draw(op: Op, uniforms: Callable[[str, str], Floats]) -> Draw:
    if op.code == rules.BRANCH:
        if 0 < op.below < 1:
            return (uniforms("outcome", op.stream) >= op.below).astype(np.int32)
        return int(op.below <= 0)
    if op.duration is None:
        return op.seconds
    always_s = distributions.constant_s(op.duration)
    return distributions.seconds(op.duration, uniforms("duration", op.stream)) if always_s is None else always_s


def _fleet(
    program: Program, service: Service, starts_s: Ints, until_s: int, streams: RandomStreams, most_trips: int
) -> Draws:
    n = len(starts_s)
    expected = min(most_trips, max(0, until_s - int(starts_s.min())) / trip_s(program))
    at_a_time = max(1, min(ceil(expected), DRAWN_AT_A_TIME // n))
    turns: list[list[Draw]] = []
    ends, begun = starts_s, np.ones(n, np.int64)
    while not turns or ((ends < until_s).any() and at_a_time * len(turns) < most_trips):
        first = at_a_time * len(turns)

        def uniforms(purpose: str, step: str, first: int = first) -> Floats:
            return streams.trips(at_a_time, n, purpose, service.id, step, first=first)

        drawn = [_draw(op, uniforms) for op in program]
        turns.append(drawn)
        ends_of_trips = ends + np.cumsum(least_trip_s(program, drawn, (at_a_time, n)), axis=0)
        begun += (ends_of_trips < until_s).sum(axis=0)
        ends = ends_of_trips[-1]
    trips = np.minimum(begun, most_trips)
    return Draws([_all_trips(op, int(trips.max())) for op in zip(*turns, strict=True)], trips)


def _all_trips(turns: tuple[Draw, ...], trips: int) -> Draw:
    """What was drawn for one op, of the first so many trips."""
    several = [turn for turn in turns if not isinstance(turn, int)]
    return np.concatenate(several)[:trips] if several else turns[0]


def least_trip_s(program: Program, drawn: list[Draw], shape: tuple[int, int], first: int = 0) -> Ints:
    """(n_trips, n_vehicles) length of each trip from op ``first`` on, as drawn, if it never has to wait.

    At a choice by delay the shortest of the alternatives counts.
    """
    total = np.zeros(shape, np.int64)
    goes_on_at = np.full(shape, first)
    for at in range(first, len(program)):
        op = program[at]
        here = goes_on_at <= at
        if op.code in rules.TIMED:
            total += here * np.asarray(drawn[at])
        elif op.code == rules.BRANCH:
            goes_on_at[here & (np.asarray(drawn[at]) == 1)] = op.jump
        elif op.code in (rules.END, rules.CHOOSE):
            ways = [least_trip_s(program, drawn, shape, way.jump) for way in op.ways]
            total += here * np.minimum.reduce(ways) if ways else 0
            goes_on_at[here] = len(program)
    return total
