"""Effect of one more unit of capacity at each root of waiting, in paired runs.

Input: one run. Output: a :class:`~sim.studies.compare.ScenarioComparison` whose scenarios each add one unit (a server,
a train path per day, a unit of a stock, a vehicle of a fleet or a day, an opening hour a day) to the world of that run.

The candidates are what the roots of waiting name (:mod:`sim.studies.root_levers`): for each port, direction and class
the main ones; those with the most vehicle-hours are tried. A batch in a temporary folder then runs the world and each
of its variants in pairs, with the same seed. Where one more unit only moves the queue on to a place that can have one
more, too (two gates in a row), a second batch tries both together.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from corridors.model import Calendar, Corridor, Facility, Link, Service, Stock
from corridors.overlay.changes import Change
from sim.kpi.waiting_roots import congestion
from sim.statistics import Interval
from sim.studies import root_levers
from sim.studies.compare import ExperimentResults, ScenarioComparison, Traffic, compare
from sim.studies.compare.queue_moves import QueueMove, queue_move, waiting_change
from sim.studies.root_levers import Lever, levers

if TYPE_CHECKING:
    from sim.experiments.batch import Progress
    from sim.run import RunResult

KEYS: Final = ["port", "direction", "class"]
ROOT: Final = ["root", "root_state", "stock", "stock_state", "stock_service"]
LEAST_SHARE: Final = 0.1
"""Share of the waiting of a port, direction and class below which a lever is tried only if it is the largest."""


@dataclass(frozen=True)
class Candidate:
    """A root of waiting that can have one more unit."""

    thing: str
    """Id of the facility, link, stock, service or calendar."""
    unit: str
    """One of :data:`sim.studies.root_levers.UNITS`."""
    traffic: Traffic
    """The port and class with the most waiting of which it is the root."""
    hours: float
    """Vehicle-hours of that waiting in the run."""
    changes: tuple[Change, ...]
    """The changes that add one unit."""

    @property
    def scenario(self) -> str:
        """Id of the scenario with one more unit."""
        return Lever(self.thing, self.unit).scenario


@dataclass(frozen=True)
class Together:
    """One more unit at a root and at the place to which its queue moves on."""

    move: QueueMove
    alone: Interval
    """Change of all waiting of that traffic and direction with one more at the root alone, vehicle-hours a day."""
    both: Interval
    """The same with one more at both."""

    def as_json(self) -> dict[str, object]:
        """As plain values; None for the interval of one run."""
        plain = {"port": self.move.traffic.port, "class": self.move.traffic.klass, "direction": self.move.direction}
        return plain | {
            "at": self.move.at,
            "next": self.move.next,
            "alone_h_per_day": _plain(self.alone),
            "both_h_per_day": _plain(self.both),
        }


def _plain(change: Interval) -> dict[str, float | None]:
    ends = {"mean": change.estimate, "ci_low": change.low, "ci_high": change.high}
    return {name: value if math.isfinite(value) else None for name, value in ends.items()}


@dataclass(frozen=True)
class Marginal:
    """Effects of one more unit; ``comparison`` has a scenario for each candidate, with its id."""

    candidates: tuple[Candidate, ...]
    comparison: ScenarioComparison
    together: tuple[Together, ...] = ()
    """Of the candidates whose queue only moves on."""


def candidates(result: RunResult, most: int) -> list[Candidate]:
    """The roots of the most waiting in one run that can have one more unit, at most ``most`` of them.

    A root may have several levers, such as the hours and the servers of a gate; each has all hours of the root.
    """
    corridor = result.case.corridor
    roots = congestion(result.waiting_by_root)
    waited_for = set(roots["at"])
    hours: dict[tuple[str, str, str], dict[Lever, float]] = {}
    for row in roots[roots["port"] != ""].to_dict("records"):
        mine = hours.setdefault((row["port"], row["direction"], row["class"]), {})
        for lever in set(levers(corridor, row, waited_for)):
            mine[lever] = mine.get(lever, 0.0) + row["hours"]
    all_hours = roots.groupby(KEYS)["hours"].sum()
    found: dict[Lever, Candidate] = {}
    for group, mine in hours.items():
        ordered = sorted(mine.items(), key=lambda item: (-item[1], item[0]))
        possible = [
            (lever, part, changes) for lever, part in ordered if (changes := root_levers.one_more(corridor, lever))
        ]
        for k, (lever, part, changes) in enumerate(possible):
            known = found.get(lever)
            if (k == 0 or part >= LEAST_SHARE * all_hours[group]) and (known is None or known.hours < part):
                found[lever] = Candidate(lever.thing, lever.unit, Traffic(group[0], group[2]), part, changes)
    return sorted(found.values(), key=lambda one: (-one.hours, one.scenario))[:most]


def untried(result: RunResult) -> list[tuple[dict[str, Any], float]]:
    """The main roots of a run that no lever acts on, those with the most vehicle-hours first.

    Each is its columns of :func:`sim.kpi.waiting_roots.waiting_by_root` but that of the place, with its share of the
    waiting of its port ('' outside the ports, where nothing is tried), direction and class.
    """
    corridor = result.case.corridor
    roots = congestion(result.waiting_by_root)
    waited_for = set(roots["at"])
    all_hours = roots.groupby(KEYS)["hours"].sum()
    hours: dict[tuple[str, ...], float] = {}
    for row in roots.to_dict("records"):
        possible = (root_levers.one_more(corridor, lever) for lever in levers(corridor, row, waited_for))
        if not row["port"] or not any(possible):
            key = tuple(row[column] for column in (*KEYS, *ROOT))
            hours[key] = hours.get(key, 0.0) + row["hours"]
    worst = sorted(hours.items(), key=lambda item: (-item[1], item[0]))
    shares = [(key, part / all_hours[key[: len(KEYS)]]) for key, part in worst]
    return [(dict(zip((*KEYS, *ROOT), key, strict=True)), share) for key, share in shares if share >= LEAST_SHARE]


def _row(world: Corridor, one: Candidate) -> Facility | Link | Stock | Service | Calendar:
    """The row of what a candidate has more of, which has its names."""
    match one.unit:
        case root_levers.SERVER:
            return world.facilities[one.thing]
        case root_levers.PATH:
            return world.links[one.thing]
        case root_levers.UNIT:
            return world.stocks[one.thing]
        case root_levers.VEHICLE | root_levers.TRIP:
            return world.services[one.thing]
    return world.calendars[one.thing]


def marginal(
    result: RunResult,
    *,
    replications: int = 5,
    most: int = 6,
    workers: int = 1,
    progress: Callable[[Progress], None] = lambda progress: None,
) -> Marginal:
    """Effects of one more unit at each root of waiting of a run, with the world, days and seed of that run.

    Raises DataError and calls ``progress`` as :func:`sim.experiments.batch.run_batch` does.
    """
    from sim.experiments.batch import passing_batch
    from sim.experiments.experiment import Experiment, Variation

    found = candidates(result, most)
    world, settings = result.case.corridor, result.case.settings
    variations = [
        Variation(id=one.scenario, title_en=row.name_en, title_zh=row.name_zh, changes=one.changes)
        for one, row in ((one, _row(world, one)) for one in found)
    ]

    def compared(some: Sequence[Variation], traffic: Mapping[str, Traffic]) -> ScenarioComparison:
        experiment = Experiment(
            id="marginal",
            title_en="",
            title_zh="",
            scenarios=tuple(some),
            start=settings.start,
            days=settings.days,
            warmup_days=settings.warmup_days,
            seed=settings.seed,
            replications=replications,
            replications_per_shard=1,
            engine="simpy" if result.engine == "simpy" else "compiled",
        )
        with passing_batch(experiment, world, {}, workers=workers, progress=progress) as outcome:
            results = ExperimentResults.of(outcome.store)
        return compare(results, world, targets={id: (one,) for id, one in traffic.items()})

    alone = compared(variations, {one.scenario: one.traffic for one in found})
    both: list[tuple[Variation, QueueMove]] = []
    for one in found:
        move = queue_move(alone.results, one.scenario, one.traffic)
        lever = next(root_levers.capacity(world, move.next), None) if move and move.at == one.thing else None
        changes = root_levers.one_more(world, lever) if lever else ()
        if move and lever and changes:
            both.append((Variation(id=f"{one.scenario}__{lever.scenario}", changes=(*one.changes, *changes)), move))
    if not both:
        return Marginal(tuple(found), alone)
    second = compared([one for one, _ in both], {one.id: move.traffic for one, move in both})
    together = [
        Together(move, waiting_change(alone.results, move.scenario, move), waiting_change(second.results, one.id, move))
        for one, move in both
    ]
    return Marginal(tuple(found), alone, tuple(together))
