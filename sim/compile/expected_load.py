"""Expected use: how often a vehicle comes to each op of a program, and how long a facility's server is kept.

The rule of choice multiplies a queue by a mean service time. A facility serves many steps, so its mean is weighted by
use: vehicles a day of the service, or of its timetable, times the chance that one comes to the step. A fleet makes as
many trips a day as it would without ever waiting; the alternatives of a choice by delay count as equally likely,
detours around closed links as not used. A server is kept for the duration of a SERVE, for the headway of a PASS, and
from a HOLD to the FREE as long as that takes without waiting.
Both together bound what a fleet can do: no more trips than the narrowest facility on every trip's way lets through.
How much the times vary says how long a server that is due to go still works (:mod:`sim.compile.part_time`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from math import inf
from sys import maxsize
from typing import Final

import numpy as np

from corridors.model import Service
from sim.compile.programs import Op, Program
from sim.core import rules
from sim.core.plan import Ints
from sim.core.random_streams import Floats
from sim.core.units import DAY_S

LIKELY_MORE, SPARE_TRIPS = 1.1, 8
"""Likely trips of each vehicle: so many times an even share of what is let through, and so many trips."""


def chances(program: Program) -> Floats:
    """(n_ops,) the chance that a vehicle comes to each op on one trip; jumps only go forward."""
    chance = np.zeros(len(program) + 1)
    chance[0] = 1.0
    for at, op in enumerate(program):
        if op.code == rules.BRANCH:
            chance[at + 1] += chance[at] * op.goes_on
            chance[op.jump] += chance[at] * (1 - op.goes_on)
        elif op.code == rules.CHOOSE:
            for way, part in zip(op.ways, op.parts, strict=True):
                chance[way.jump] += chance[at] * part
        elif op.code != rules.END:
            chance[at + 1] += chance[at]
    return chance[:-1]


def trip_s(program: Program) -> float:
    """Expected length of one trip without waiting, if every choice by delay falls on the shortest alternative."""
    left = np.zeros(len(program) + 1)
    for at in range(len(program) - 1, -1, -1):
        op = program[at]
        if op.code == rules.BRANCH:
            left[at] = op.goes_on * left[at + 1] + (1 - op.goes_on) * left[op.jump]
        elif op.code == rules.CHOOSE:
            left[at] = min(left[way.jump] for way in op.ways)
        elif op.code != rules.END:
            left[at] = op.mean_s + left[at + 1]
    return float(left[0])


@dataclass(frozen=True)
class Job:
    """The time for which vehicles keep a server of one facility."""

    mean_s: float
    squared_variation: float
    """Variance over the square of the mean."""


NO_JOB: Final = Job(0.0, 0.0)
"""Of a facility that no step uses."""


def facility_jobs(
    services: Mapping[str, Service],
    programs: Mapping[str, Program],
    headways_s: Mapping[str, int],
    per_day: Callable[[Service], float],
    only: Collection[str] | None = None,
) -> dict[str, Job]:
    """Time for which a server is kept, by facility, of all or those named; those that no step uses are left out.

    ``per_day`` gives the vehicles of a service with arrivals that come on a mean day.
    """
    number: dict[str, int] = {}
    at: list[Ints] = []
    columns: list[tuple[Floats, Floats, Floats]] = []
    aside: dict[str, int] = {}
    for name, program in programs.items():
        use = program.once(_use_columns)
        mean_s, square = use.mean_s.copy(), use.square.copy()
        for k in use.headways:
            target = use.targets[k]
            if only is None or target in only:
                mean_s[k], square[k] = headways_s[target], headways_s[target] ** 2
        aside |= {target: headways_s[target] for target in use.aside if only is None or target in only}
        service = services[name]
        trips = _trips_per_day(service, program) if service.arrivals == "fleet" else per_day(service)
        weight = trips * use.chance
        numbers = [number.setdefault(target, len(number)) for target in use.different]
        at.append(np.array(numbers, np.int64)[use.which])
        columns.append((weight, weight * mean_s, weight * square))
    which = np.concatenate([*at, np.empty(0, np.int64)])

    def sums(column: int) -> list[float]:
        """By target, added up in the order of the programs."""
        some: list[Floats] = [of_program[column] for of_program in columns]
        return list(np.bincount(which, np.concatenate([*some, np.empty(0)]), len(number)).tolist())

    used, kept, squares = sums(0), sums(1), sums(2)
    jobs = {
        name: _job(used[k], kept[k], squares[k]) for name, k in sorted(number.items()) if only is None or name in only
    }
    # A link that only detours use: each vehicle keeps its entry for the headway.
    return jobs | {name: Job(float(headway_s), 0.0) for name, headway_s in aside.items() if not used[number[name]]}


def _job(used: float, kept: float, squares: float) -> Job:
    if not used or not kept:
        return Job(0.0, 0.0)
    mean_s = kept / used
    return Job(mean_s, max(0.0, squares / used / mean_s**2 - 1))


def trips_let_through(program: Program, server_s: Mapping[str, float], headways_s: Mapping[str, int]) -> float:
    """Trips of all vehicles together that the facilities on every trip's way let through; without end if none binds.

    ``server_s`` are the seconds, by facility, that its servers are there during the run, as if they were never idle.
    """
    through = inf
    for op, chance, kept_s in program.once(_uses):
        if chance == 1:
            mean_s, _ = kept_s or (headways_s[op.target], 0.0)
            through = min(through, server_s[op.target] / mean_s if mean_s else inf)
    return through


def likely_trips_of(vehicles: int, let_through: float) -> int:
    """Trips of each vehicle of a fleet; ``let_through`` may be infinite."""
    return int(min(maxsize, LIKELY_MORE * let_through / vehicles + SPARE_TRIPS))


def _trips_per_day(service: Service, program: Program) -> float:
    """Of a fleet that never waits."""
    length_s = program.once(trip_s)
    return service.fleet * DAY_S / length_s if length_s else 0.0


def _uses(program: Program) -> list[tuple[Op, float, tuple[float, float] | None]]:
    """Each op at a facility, the chance of coming there, and mean (s) and variance of the time for which a server is
    kept; None for the headway of a path."""
    chance = program.once(chances)
    return [
        (op, chance[at], None if op.code == rules.PASS else _kept(program, chance, at))
        for at, op in enumerate(program)
        if op.code in rules.AT_FACILITY
    ]


@dataclass(frozen=True)
class _UseColumns:
    """The uses of facilities by a program, as columns."""

    targets: tuple[str, ...]
    different: tuple[str, ...]
    """The targets, each once."""
    which: Ints
    """By use the place of its target among these."""
    chance: Floats
    mean_s: Floats
    square: Floats
    """Mean of the square of the time for which a server is kept."""
    headways: tuple[int, ...]
    """The uses in which a server is kept for the headway of a path: 0 in the columns above."""
    aside: tuple[str, ...]
    """The paths that only detours use."""


def _use_columns(program: Program) -> _UseColumns:
    uses = program.once(_uses)
    kept = [(0.0, 0.0) if kept_s is None else kept_s for _, _, kept_s in uses]
    targets = tuple(op.target for op, _, _ in uses)
    place = {target: k for k, target in enumerate(dict.fromkeys(targets))}
    return _UseColumns(
        targets=targets,
        different=tuple(place),
        which=np.array([place[target] for target in targets], np.int64),
        chance=np.array([chance for _, chance, _ in uses], float),
        mean_s=np.array([mean_s for mean_s, _ in kept], float),
        square=np.array([mean_s**2 + variance for mean_s, variance in kept], float),
        headways=tuple(k for k, (_, _, kept_s) in enumerate(uses) if kept_s is None),
        aside=tuple(op.target for op, _, _ in uses if op.aside and op.code == rules.PASS),
    )


def _kept(program: Program, chance: Floats, at: int) -> tuple[float, float]:
    """Mean (s) and variance of the time for which a server is kept."""
    op = program[at]
    if op.code != rules.HOLD:
        return op.mean_s, op.variance
    held = list(_while_held(program, chance, at))
    mean_s = op.mean_s + sum(part * later.mean_s for part, later in held)
    return mean_s, op.variance + sum(part * later.variance for part, later in held)


def _while_held(program: Program, chance: Floats, at: int) -> Iterator[tuple[float, Op]]:
    """The ops between a HOLD and its FREE that take time, with the chance that a vehicle that holds comes to each."""
    code, target = program[at].code, program[at].target
    if code == rules.HOLD and chance[at]:
        for later, op in enumerate(program[at + 1 :], at + 1):
            if op.code == rules.FREE and op.target == target:
                break
            if op.seconds or op.duration:
                yield chance[later] / chance[at], op
