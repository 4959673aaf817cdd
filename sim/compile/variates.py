"""Random variates of a run: arrivals, every duration and branch outcome, and breakdowns, all drawn ahead.

The numbers of a step are a separate stream, indexed by vehicle. Vehicles that are there at the first second have
separate streams, so that a backlog changes no other vehicle's numbers. A fleet has one stream a step and trip. Its
vehicles get as many trips as each could begin if it never waited, so trips never run out, or fewer where requested.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from math import ceil
from sys import maxsize
from typing import Any

import numpy as np

from corridors.model import Service
from sim.compile import distributions
from sim.compile.arrivals import Arrivals, Schedule
from sim.compile.expected_load import trip_s
from sim.compile.programs import BYTES_OF_OP, Op, Program
from sim.compile.service_centres import ServiceCentre
from sim.core import rules
from sim.core.kept import Held, Kept, KeptPart, arrays
from sim.core.plan import Ints, Ints32
from sim.core.random_streams import Floats, RandomStreams
from sim.core.units import HOUR_S

DRAWN_AT_A_TIME = 2**15
"""Numbers drawn for one step of a fleet at a time: few enough to stay in a processor's cache."""

BYTES_OF_DRAW = 40
"""Of one op, beside an array: a number, and its place."""

Draw = int | Ints32
"""Seconds or outcomes of one op: the same for all, or (n_vehicles,), or (n_trips, n_vehicles) for a fleet."""


@dataclass(frozen=True)
class Draws:
    """The durations and outcomes drawn for one service."""

    ops: list[Draw]
    """By op; 0 for one that needs no draw."""
    trips: int | Ints
    """Trips of each vehicle: 1, or (n_vehicles,)."""


@dataclass(frozen=True)
class ServiceVariates:
    """Everything drawn for one service."""

    arrivals: Arrivals
    until_s: int
    """A fleet starts no trip from this second on."""
    draws: Draws


def service_variates(
    services: Iterable[Service],
    programs: Mapping[str, Program],
    schedule: Schedule,
    streams: RandomStreams,
    most_trips: Mapping[str, int],
    kept: KeptNumbers | None = None,
) -> dict[str, ServiceVariates]:
    """Draw for all services, by id; ``most_trips`` limits the trips of a vehicle where it names the service.

    Numbers that are ``kept`` are taken as they are, and those that are not are kept.
    """
    kept = kept or KeptNumbers(0)
    found = {}
    for service in services:
        arrived = kept.arrivals_of(service, schedule, streams)
        _, until_s = schedule.span_s(service)
        most = most_trips.get(service.id, maxsize)
        found[service.id] = ServiceVariates(
            arrived, until_s, kept.draws_of(programs[service.id], service, arrived, until_s, streams, most)
        )
    return found


class KeptNumbers:
    """Numbers that earlier plans leave, which are the same: draws and arrivals, by op and by service.

    All that is kept takes at most so many bytes together, also what is made of the numbers (:attr:`all`).
    """

    def __init__(self, most_bytes: int) -> None:
        self.all: Kept[Any] = Kept(most_bytes)
        """What is used again of all kinds."""
        self.draws: KeptPart[Ints32] = KeptPart(self.all, "draws")
        """By what they are drawn from."""
        self._arrivals: KeptPart[Arrivals] = KeptPart(self.all, "arrivals")
        self._last: KeptPart[_Drawn] = KeptPart(self.all, "last")
        """By service and replication."""

    def arrivals_of(self, service: Service, schedule: Schedule, streams: RandomStreams) -> Arrivals:
        """The arrivals of a service; see :meth:`~sim.compile.arrivals.Schedule.arrivals`."""
        key = (streams, *schedule.read_for(service))
        found = self._arrivals.get(key)
        if found is None:
            found = schedule.arrivals(service, streams)
            found.times_s.setflags(write=False)
            self._arrivals.put(key, found, arrays([found.times_s]))
        return found

    def draws_of(
        self,
        program: Program,
        service: Service,
        arrived: Arrivals,
        until_s: int,
        streams: RandomStreams,
        most_trips: int,
    ) -> Draws:
        """The draws of a service: those of the last plan of the replication where they are made of the same."""
        last, how = self._last.get((service.id, streams)), (until_s, most_trips, service.arrivals)
        if last is not None and last.program is program and last.arrived is arrived and last.how == how:
            return last.draws
        found = draws(program, service, arrived, until_s, streams, most_trips, self.draws)
        made = _Drawn(program, arrived, how, found)
        self._last.put((service.id, streams), made, made.held, BYTES_OF_DRAW * len(program))
        return found


@dataclass(frozen=True)
class _Drawn:
    """The draws of a service and all that they are made of."""

    program: Program
    arrived: Arrivals
    how: tuple[Hashable, ...]
    draws: Draws

    @property
    def held(self) -> list[Held]:
        """What others may hold, too."""
        program = (self.program, BYTES_OF_OP * len(self.program))
        return [program, *arrays((*self.draws.ops, self.draws.trips, self.arrived.times_s))]


def breakdowns(centre: ServiceCentre, server: int, horizon_s: int, streams: RandomStreams) -> list[tuple[int, int]]:
    """(failed, repaired) seconds of one server, in turn up for exponential times (on the calendar, in use or not)
    and under repair for exponential times, as if no job in hand delayed a repair; empty for a facility that never
    fails."""
    if centre.mtbf_h is None or centre.mttr_h is None:
        return []
    n = 16
    while True:
        u = streams.uniforms(2 * n, "breakdown", centre.name, server).reshape(n, 2)
        hours = -np.log1p(-u) * (centre.mtbf_h, centre.mttr_h)
        turns_s = np.floor(np.cumsum(hours) * HOUR_S).astype(np.int64).reshape(n, 2)
        if turns_s[-1, 0] >= horizon_s:
            return [(int(failed), int(repaired)) for failed, repaired in turns_s if failed < horizon_s]
        n *= 2


def draws(
    program: Program,
    service: Service,
    arrived: Arrivals,
    until_s: int,
    streams: RandomStreams,
    most_trips: int = maxsize,
    kept: KeptPart[Ints32] | None = None,
) -> Draws:
    """Draw for all vehicles of a service; a fleet starts no trip from ``until_s`` on, and its trips take time.

    No vehicle of a fleet gets more than ``most_trips``; those that it gets are the same however many they are.
    """
    if not len(arrived.times_s):
        return Draws([0] * len(program), 1)
    if service.arrivals == "fleet":
        return _fleet(program, service, arrived.times_s, until_s, streams, most_trips, kept)

    def uniforms(purpose: str, step: str) -> Floats:
        ahead = streams.uniforms(arrived.backlog, f"backlog {purpose}", service.id, step)
        return np.concatenate((ahead, streams.uniforms(arrived.later, purpose, service.id, step)))

    of = _Source(uniforms, (streams, service.id, arrived.backlog, arrived.later), kept)
    return Draws([_draw(op, of) for op in program], 1)


@dataclass(frozen=True)
class _Source:
    """Where the numbers of some vehicles, or trips, come from."""

    uniforms: Callable[[str, str], Floats]
    names: tuple[Hashable, ...]
    """All that the uniform numbers depend on beside purpose and step."""
    kept: KeptPart[Ints32] | None
    keys: dict[int, Hashable] = field(default_factory=dict)
    """Of the arrays that are drawn or kept, by their identity."""

    def drawn(self, purpose: str, step: str, how: tuple[Hashable, ...], made: Callable[[Floats], Ints32]) -> Ints32:
        """What is made of the uniform numbers of a step; ``how`` is all that this depends on."""
        if self.kept is None:
            return made(self.uniforms(purpose, step))
        key = (*self.names, purpose, step, *how)
        found = self.kept.get(key)
        if found is None:
            found = made(self.uniforms(purpose, step))
            found.setflags(write=False)
            self.kept.put(key, found, arrays([found]))
        self.keys[id(found)] = key
        return found


def _draw(op: Op, of: _Source) -> Draw:
    if op.code == rules.BRANCH:
        if 0 < op.below < 1:
            return of.drawn("outcome", op.stream, (op.below,), lambda u: (u >= op.below).astype(np.int32))
        return int(op.below <= 0)
    duration = op.duration
    if duration is None:
        return op.seconds
    always_s = distributions.constant_s(duration)
    if always_s is not None:
        return always_s
    return of.drawn("duration", op.stream, (duration,), lambda u: distributions.seconds(duration, u))


def _fleet(
    program: Program,
    service: Service,
    starts_s: Ints,
    until_s: int,
    streams: RandomStreams,
    most_trips: int,
    kept: KeptPart[Ints32] | None,
) -> Draws:
    n = len(starts_s)
    expected = min(most_trips, max(0, until_s - int(starts_s.min())) / program.once(trip_s))
    at_a_time = max(1, min(ceil(expected), DRAWN_AT_A_TIME // n))
    turns: list[list[Draw]] = []
    keys: dict[int, Hashable] = {}
    ends, begun = starts_s, np.ones(n, np.int64)
    while not turns or ((ends < until_s).any() and at_a_time * len(turns) < most_trips):
        first = at_a_time * len(turns)

        def uniforms(purpose: str, step: str, first: int = first) -> Floats:
            return streams.trips(at_a_time, n, purpose, service.id, step, first=first)

        of = _Source(uniforms, (streams, service.id, "fleet", at_a_time, n, first), kept, keys)
        drawn = [_draw(op, of) for op in program]
        turns.append(drawn)
        ends_of_trips = ends + np.cumsum(least_trip_s(program, drawn, (at_a_time, n)), axis=0)
        begun += (ends_of_trips < until_s).sum(axis=0)
        ends = ends_of_trips[-1]
    trips = np.minimum(begun, most_trips)
    return Draws([_all_trips(op, int(trips.max()), keys, kept) for op in zip(*turns, strict=True)], trips)


def _all_trips(
    turns: tuple[Draw, ...], trips: int, keys: Mapping[int, Hashable], kept: KeptPart[Ints32] | None
) -> Draw:
    """What was drawn for one op, of the first so many trips; what is kept of it are parts of the same array."""
    several = [turn for turn in turns if not isinstance(turn, int)]
    if not several:
        return turns[0]
    if len(several) == 1:
        return several[0][:trips]
    whole = np.concatenate(several)
    if kept is not None:
        whole.setflags(write=False)
        first = 0
        for turn in several:
            kept.put(keys[id(turn)], whole[first : first + len(turn)], arrays([whole]))
            first += len(turn)
    return whole[:trips]


def least_trip_s(program: Program, drawn: list[Draw], shape: tuple[int, int]) -> Ints:
    """(n_trips, n_vehicles) length of each trip, as drawn, if it never has to wait.

    At a choice by delay the shortest of the alternatives counts.
    """
    jumps = {op.jump for op in program if op.code == rules.BRANCH} | {way.jump for op in program for way in op.ways}
    left_at: dict[int, Ints] = {}
    left = np.zeros(shape, np.int64)
    for at in range(len(program) - 1, -1, -1):
        op = program[at]
        if op.code in rules.TIMED:
            left = left + np.asarray(drawn[at])
        elif op.code == rules.BRANCH:
            left = np.where(np.asarray(drawn[at]) == 1, left_at[op.jump], left)
        elif op.code == rules.CHOOSE:
            left = np.minimum.reduce([left_at[way.jump] for way in op.ways])
        elif op.code == rules.END:
            left = np.zeros(shape, np.int64)
        if at in jumps:
            left_at[at] = left
    return left
