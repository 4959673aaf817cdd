"""What one more would give: one server, path or unit more at each bottleneck, in paired runs.

In: one run. Out: a :class:`~sim.studies.compare.Comparison` whose scenarios each add one to the world of that run, with
intervals, and where the bottleneck goes next.

The run tells the bottlenecks: for every port, direction and class the facility, link or stock with the greatest share
of its waiting; those that cost most vehicle-hours are tried. A batch in a folder that is thrown away then runs the
world and each of its variants, in pairs on the same seed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from corridors.model import Corridor
from corridors.overlay.changes import Change
from sim.studies.compare import Comparison, Results, Traffic, compare
from sim.text.names import Names

if TYPE_CHECKING:
    from sim.experiments.batch import Progress
    from sim.run import RunResult

KEYS: Final = ["port", "direction", "class"]


@dataclass(frozen=True)
class Candidate:
    """A bottleneck of which there could be one more."""

    thing: str
    """Id of the facility, link or stock."""
    traffic: Traffic
    """The port and class that wait for it longest."""
    hours: float
    """Vehicle-hours that they wait for it in the run that was looked at."""
    changes: tuple[Change, ...]
    """What makes it one more."""

    @property
    def scenario(self) -> str:
        """Id of the scenario with one more."""
        return f"more_{self.thing}"


@dataclass(frozen=True)
class Marginal:
    """What one more of each candidate gives; ``comparison`` has a scenario for each, named as the candidate says."""

    candidates: tuple[Candidate, ...]
    comparison: Comparison


def candidates(result: RunResult, most: int) -> list[Candidate]:
    """The bottlenecks of one run for which vehicles wait longest in all, at most ``most`` of them.

    What cannot be had one more of (a stock of cargo) is left out.
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
    """The changes that make a server, a path a day, a place of a quota, a set or a box one more; none for cargo."""
    if thing in corridor.facilities:
        return (Change(op="add", address=f"facilities.{thing}.servers", value=1),)
    if thing in corridor.links:
        return (Change(op="add", address=f"links.{thing}.paths_per_day", value=1),)
    stock = corridor.stocks.get(thing)
    if stock is None or stock.kind == "cargo":
        return ()
    fields = ["initial"]
    fields += ["capacity"] if stock.capacity is not None else []
    fields += ["daily_quota"] if stock.daily_quota is not None else []
    return tuple(Change(op="add", address=f"stocks.{thing}.{field}", value=1) for field in fields)


def marginal(
    result: RunResult,
    *,
    replications: int = 5,
    most: int = 6,
    workers: int = 1,
    progress: Callable[[Progress], None] = lambda progress: None,
) -> Marginal:
    """What one more of each bottleneck of a run gives, over the world, days and seed of that run.

    Raises DataError like :func:`sim.experiments.batch.run_batch`; ``progress`` is told as there.
    """
    from sim.experiments.batch import run_batch
    from sim.experiments.experiment import Experiment, Variation

    found = candidates(result, most)
    world, settings = result.case.corridor, result.case.settings
    english, chinese = Names.of(world, "en"), Names.of(world, "zh")
    experiment = Experiment(
        id="marginal",
        title_en="What one more would give",
        title_zh="增加一个的效果",
        scenarios=tuple(
            Variation(
                id=one.scenario,
                title_en=english.thing(one.thing),
                title_zh=chinese.thing(one.thing),
                changes=one.changes,
            )
            for one in found
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
        results = Results.of(outcome.store)
    return Marginal(tuple(found), compare(results, world, meant={one.scenario: (one.traffic,) for one in found}))
