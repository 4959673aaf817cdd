"""Runs of the base year and of other years for validation.

Input: scenarios (the base year, those of ``data/years``, others) and the quantities to read from their runs. Output: a
number for each scenario, quantity and replication. Replications are paired over all scenarios (common random numbers).
Runs are executed by processes of this machine, or serially in this thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from corridors.findings import ERROR, DataError, Finding, nearest
from corridors.io.folders import data_root
from corridors.messages import MessageError, message
from corridors.model import Corridor
from corridors.overlay.proposals import Scenario, load_scenario
from sim.experiments.staying import workers_for
from sim.run import BASELINE, prepare
from sim.studies.validation.measured_run import measured_run
from sim.studies.validation.measures import RunFigures
from sim.studies.validation.quantity import Quantity

BASE: Final = "base"
"""The level of the base year."""
HEARTBEAT_S: Final = 0.5
"""Longest wait in seconds; on Windows, Ctrl-C takes effect only between two waits."""


class UnbalancedRunError(MessageError, RuntimeError):
    """The balance check of a run failed, so its results are not valid."""


def level_files() -> dict[str, Path]:
    """Files of the scenarios of other years by id, in the order of ids."""
    return {path.stem: path for path in sorted((data_root() / "years").glob("*.yaml"))}


@cache
def level(name: str) -> Scenario:
    """The scenario of a level; raises DataError for an unknown level or an invalid file."""
    if name == BASE:
        return BASELINE
    files = level_files()
    if name not in files:
        why, expected = message("comparison.unknown_level", "runs"), message("want.level", "runs", base=BASE)
        raise DataError([Finding(ERROR, "comparisons.csv", None, "level", name, expected, nearest(name, files), why)])
    return load_scenario(files[name])


@dataclass(frozen=True)
class ScenarioQuantities:
    """Quantities to read from the runs of one scenario, by name."""

    scenario: Scenario
    quantities: Mapping[str, Quantity]


@dataclass(frozen=True)
class LevelRun:
    """One run and the quantities to read from it, by (name of the scenario, name of the quantity)."""

    baseline: Corridor
    scenario: Scenario
    quantities: tuple[tuple[tuple[str, str], Quantity], ...]
    seed: int
    replication: int


def read(
    baseline: Corridor,
    wanted: Mapping[str, ScenarioQuantities],
    *,
    replications: int,
    seed: int = 1,
    workers: int = 1,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, dict[str, list[float]]]:
    """Run the scenarios and read the figure of every quantity in every replication, by scenario and quantity.

    Equal scenarios are run once, whatever their ids. ``workers`` above 1 are processes, so a calling script needs
    ``if __name__ == "__main__":``. Raises DataError for data that cannot be run, and :class:`UnbalancedRunError`.
    """
    jobs = [
        LevelRun(baseline, scenario, quantities, seed, replication)
        for replication in range(replications)
        for scenario, quantities in _merged(wanted)
    ]
    found: dict[str, dict[str, list[float]]] = {
        name: {key: [] for key in one.quantities} for name, one in wanted.items()
    }
    for result in _carry_out(jobs, workers, progress):
        for (name, key), value in result.items():
            found[name][key].append(value)
    return found


def _merged(
    wanted: Mapping[str, ScenarioQuantities],
) -> list[tuple[Scenario, tuple[tuple[tuple[str, str], Quantity], ...]]]:
    """Each different scenario with all quantities to read from it."""
    merged: dict[str, tuple[Scenario, list[tuple[tuple[str, str], Quantity]]]] = {}
    for name, one in wanted.items():
        content = one.scenario.model_dump_json(exclude={"id", "title_en", "title_zh", "in_order"})
        _, quantities = merged.setdefault(content, (one.scenario, []))
        quantities += [((name, key), quantity) for key, quantity in one.quantities.items()]
    return [(scenario, tuple(quantities)) for scenario, quantities in merged.values()]


def _carry_out(
    jobs: Sequence[LevelRun], workers: int, progress: Callable[[int, int], None]
) -> list[dict[tuple[str, str], float]]:
    """Results of the jobs, in the order of the jobs."""
    found: dict[int, dict[tuple[str, str], float]] = {}
    under_way: dict[Future[dict[tuple[str, str], float]], int] = {}
    todo = list(range(len(jobs)))
    progress(0, len(jobs))
    with workers_for(workers) as those:
        while todo or under_way:
            while todo and len(under_way) < those.number * those.ahead:
                number = todo.pop(0)
                under_way[those.submit(figures_of, jobs[number])] = number
            wait(under_way, timeout=HEARTBEAT_S, return_when=FIRST_COMPLETED)
            for future in [future for future in under_way if future.done()]:
                found[under_way.pop(future)] = future.result()
                progress(len(found), len(jobs))
    return [found[number] for number in range(len(jobs))]


def figures_of(job: LevelRun) -> dict[tuple[str, str], float]:
    """Run once and read all quantities of this run."""
    case = prepare(job.baseline, job.scenario, seed=job.seed, replication=job.replication)
    result = measured_run(case)
    if result.problems:
        run = message("run.invalid", "runs", scenario=job.scenario.id, replication=job.replication)
        raise UnbalancedRunError(run, *result.problems)
    figures = RunFigures(result)
    return {name: figures.value(quantity) for name, quantity in job.quantities}
