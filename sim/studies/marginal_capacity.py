"""Effect of one more unit of capacity at each bottleneck, in paired runs.

Input: one run. Output: a :class:`~sim.studies.compare.ScenarioComparison` whose scenarios each add one unit (a server,
a train path per day, a unit of a stock) to the world of that run.

The candidates are the bottlenecks of the run: for each port, direction and class the facility, link or stock with the
largest share of its waiting; those with the most vehicle-hours are tried. A batch in a temporary folder then runs the
world and each of its variants in pairs, with the same seed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from corridors.model import Corridor, Facility, Link, Stock
from corridors.overlay.changes import Change
from sim.studies.compare import ExperimentResults, ScenarioComparison, Traffic, compare

if TYPE_CHECKING:
    from sim.experiments.batch import Progress
    from sim.run import RunResult

KEYS: Final = ["port", "direction", "class"]


@dataclass(frozen=True)
class Candidate:
    """A bottleneck whose capacity can be increased by one unit."""

    thing: str
    """Id of the facility, link or stock."""
    traffic: Traffic
    """The port and class with the most waiting for it."""
    hours: float
    """Vehicle-hours of their waiting for it in the run."""
    changes: tuple[Change, ...]
    """The changes that add one unit."""

    @property
    def scenario(self) -> str:
        """Id of the scenario with one more unit."""
        return f"more_{self.thing}"


@dataclass(frozen=True)
class Marginal:
    """Effects of one more unit; ``comparison`` has a scenario for each candidate, with its id."""

    candidates: tuple[Candidate, ...]
    comparison: ScenarioComparison


def candidates(result: RunResult, most: int) -> list[Candidate]:
    """The bottlenecks of one run with the most waiting, at most ``most`` of them.

    Bottlenecks without a capacity (a stock of cargo) are left out.
    """
    waiting = result.waiting
    waiting = waiting[waiting["port"] != ""]
    hours = waiting.groupby([*KEYS, "at"], as_index=False)[["hours"]].sum()
    hours = hours.sort_values(["hours", *KEYS, "at"], ascending=[False, True, True, True, True])
    found: dict[str, Candidate] = {}
    for row in hours.drop_duplicates(KEYS).to_dict("records"):
        thing = str(row["at"]).removesuffix(".back")
        changes = one_more(result.case.corridor, thing)
        if changes and thing not in found:
            found[thing] = Candidate(thing, Traffic(row["port"], row["class"]), row["hours"], changes)
    return list(found.values())[:most]


def one_more(corridor: Corridor, thing: str) -> tuple[Change, ...]:
    """Changes that add one unit: a server, a train path per day, a place of a quota, a set or a box.

    None for cargo, and for a link without a limit of paths, before which vehicles wait only while it is closed.
    """
    if thing in corridor.facilities:
        return (Change(op="add", address=f"facilities.{thing}.servers", value=1),)
    if thing in corridor.links:
        if corridor.links[thing].paths_per_day is None:
            return ()
        return (Change(op="add", address=f"links.{thing}.paths_per_day", value=1),)
    stock = corridor.stocks.get(thing)
    if stock is None or stock.kind == "cargo":
        return ()
    fields = ["initial"]
    fields += ["capacity"] if stock.capacity is not None else []
    fields += ["daily_quota"] if stock.daily_quota is not None else []
    return tuple(Change(op="add", address=f"stocks.{thing}.{field}", value=1) for field in fields)


def _row(world: Corridor, thing: str) -> Facility | Link | Stock:
    """The row of a facility, link or stock, which has its names."""
    return world.facilities.get(thing) or world.links.get(thing) or world.stocks[thing]


def marginal(
    result: RunResult,
    *,
    replications: int = 5,
    most: int = 6,
    workers: int = 1,
    progress: Callable[[Progress], None] = lambda progress: None,
) -> Marginal:
    """Effects of one more unit of each bottleneck of a run, with the world, days and seed of that run.

    Raises DataError and calls ``progress`` as :func:`sim.experiments.batch.run_batch` does.
    """
    from sim.experiments.batch import run_batch
    from sim.experiments.experiment import Experiment, Variation

    found = candidates(result, most)
    world, settings = result.case.corridor, result.case.settings
    experiment = Experiment(
        id="marginal",
        title_en="",
        title_zh="",
        scenarios=tuple(
            Variation(id=one.scenario, title_en=row.name_en, title_zh=row.name_zh, changes=one.changes)
            for one, row in ((one, _row(world, one.thing)) for one in found)
        ),
        start=settings.start,
        days=settings.days,
        warmup_days=settings.warmup_days,
        seed=settings.seed,
        replications=replications,
        replications_per_shard=1,
        engine="simpy" if result.engine == "simpy" else "compiled",
    )
    with tempfile.TemporaryDirectory() as folder:
        outcome = run_batch(experiment, Path(folder) / "results", world, {}, workers=workers, progress=progress)
        results = ExperimentResults.of(outcome.store)
    return Marginal(tuple(found), compare(results, world, targets={one.scenario: (one.traffic,) for one in found}))
