"""The years that the model is held against: the base year, and the world as it was in others.

In: ids of levels ('base', or a scenario of ``data/years``) and what is to be read from their runs. Out: one number per
level, replication and quantity. Replications of all levels are paired: the same seed, the same replication, the same
luck. Runs go to processes of this machine, or to this thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from corridors.findings import ERROR, DataError, Finding, nearest
from corridors.folders import data_root
from corridors.model import Corridor
from corridors.proposals import Scenario, load_scenario
from sim.run import BASELINE, prepare, run_scenario
from sim.validation.measures import Quantity, Readings
from sim.workers import LocalProcesses, ThisThread, Workers

BASE: Final = "base"
HEARTBEAT_S: Final = 0.5
"""Windows hears Ctrl-C only between two waits."""


class RunError(RuntimeError):
    """A run that figures were wanted of does not add up."""


def level_files() -> dict[str, Path]:
    """The scenarios of other years by id, in the order of their names."""
    return {path.stem: path for path in sorted((data_root() / "years").glob("*.yaml"))}


@cache
def level(name: str) -> Scenario:
    """The scenario of a level; raises DataError for an unknown one or a file with faults."""
    if name == BASE:
        return BASELINE
    files = level_files()
    if name not in files:
        expected = f"{BASE}, or a scenario in the folder of years"
        raise DataError([Finding(ERROR, "comparisons.csv", None, "level", name, expected, nearest(name, files))])
    return load_scenario(files[name])


@dataclass(frozen=True)
class Job:
    """One run, and what is to be read from it."""

    baseline: Corridor
    scenario: Scenario
    quantities: tuple[tuple[str, Quantity], ...]
    """By name."""
    seed: int
    replication: int


def read(
    baseline: Corridor,
    wanted: Mapping[str, tuple[Scenario, Mapping[str, Quantity]]],
    *,
    replications: int,
    seed: int = 1,
    workers: int = 1,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, dict[str, list[float]]]:
    """Per level and name of a quantity its figure in every replication.

    ``wanted`` names for each level its scenario and what to read. ``workers`` above 1 are processes, so a script that
    calls this needs its ``if __name__ == "__main__":``. Raises DataError for a world that cannot be run, and
    :class:`RunError`.
    """
    jobs = {
        (name, replication): Job(baseline, scenario, tuple(sorted(quantities.items())), seed, replication)
        for replication in range(replications)
        for name, (scenario, quantities) in wanted.items()
    }
    found = _carry_out(jobs, workers, progress)
    return {
        name: {key: [found[name, replication][key] for replication in range(replications)] for key in quantities}
        for name, (_, quantities) in wanted.items()
    }


def _carry_out(
    jobs: Mapping[tuple[str, int], Job], workers: int, progress: Callable[[int, int], None]
) -> dict[tuple[str, int], dict[str, float]]:
    those: Workers = LocalProcesses(workers) if workers > 1 else ThisThread()
    found: dict[tuple[str, int], dict[str, float]] = {}
    under_way: dict[Future[dict[str, float]], tuple[str, int]] = {}
    todo = list(jobs)
    progress(0, len(jobs))
    try:
        while todo or under_way:
            while todo and len(under_way) < those.number * those.ahead:
                key = todo.pop(0)
                under_way[those.submit(figures_of, jobs[key])] = key
            wait(under_way, timeout=HEARTBEAT_S, return_when=FIRST_COMPLETED)
            for future in [future for future in under_way if future.done()]:
                found[under_way.pop(future)] = future.result()
                progress(len(found), len(jobs))
    finally:
        those.close()
    return found


def figures_of(job: Job) -> dict[str, float]:
    """Run once and read everything that is wanted of this run."""
    case = prepare(job.baseline, job.scenario, seed=job.seed, replication=job.replication)
    result = run_scenario(case)
    if result.problems:
        raise RunError("\n".join((f"{job.scenario.id}, replication {job.replication}:", *result.problems)))
    readings = Readings(result)
    return {name: readings.value(quantity) for name, quantity in job.quantities}
