"""Runs at points of the inputs, each kept in a separate file, so that finished runs survive a stop.

Input: a port submodel, points (see :mod:`sim.studies.sensitivity.design`) and the quantities to read from each run.
Output: figures of shape (points, replications, comparisons). Files are written atomically. A manifest says which
settings and data the results belong to; a folder with results of others is refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from corridors.findings import ERROR, DataError, Finding
from corridors.io.atomic_files import atomic_file
from corridors.io.json_files import read_json
from corridors.io.system_problems import file_problem
from corridors.messages import Message, Text, message
from corridors.overlay.proposals import Scenario
from sim.experiments.executors import Workers
from sim.experiments.staying import workers_for
from sim.studies.calibration.facts import Array
from sim.studies.sensitivity.design import Point
from sim.studies.sensitivity.port_submodels import PortSubmodel
from sim.studies.sensitivity.uncertain_inputs import UncertainInput
from sim.studies.validation.comparisons import FactComparison
from sim.studies.validation.levels import HEARTBEAT_S, LevelRun, figures_of

MANIFEST: Final = "_manifest.json"
READABLE: Final = 100
"""Most characters of a value that a message shows."""
Key = tuple[str, str]


@contextmanager
def opened(folder: Path, manifest: Mapping[str, Any], workers: int) -> Iterator[Runs]:
    """Open a folder of runs and start the workers; raises DataError if the folder holds other results."""
    path = folder / MANIFEST
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if path.exists():
            _refuse_differences(path, manifest)
        else:
            _write(path, manifest)
    except OSError as error:
        problem, expected = message("store.unwritable", "runs"), message("want.writable_folder", "runs")
        why = file_problem(error)
        raise DataError([Finding(ERROR, str(folder), None, "", why, expected, message=problem)]) from None
    with workers_for(workers) as those:
        yield Runs(folder, those, int(manifest["seed"]), manifest["days"])


@dataclass
class Runs:
    """The runs of a folder, made by :func:`opened`."""

    folder: Path
    workers: Workers
    seed: int
    days: int | None
    """Days of every run; None takes those of the base year."""
    progress: Callable[[str, int, int], None] = lambda stage, done, total: None
    total: int = field(default=0)
    """Number of runs requested so far, those found in the folder included."""

    def at(
        self,
        stage: str,
        submodel: PortSubmodel,
        inputs: Sequence[UncertainInput],
        points: Sequence[Point],
        comparisons: Sequence[FactComparison],
        replications: int = 1,
    ) -> Array:
        """Figures of the comparisons at every point; raises UnbalancedRunError if the balance check of a run fails."""
        keys = [(k, r) for k in range(len(points)) for r in range(replications)]
        files = {key: self.folder / f"{stage}_{submodel.port}" / f"{key[0]:04d}_{key[1]:02d}.json" for key in keys}
        todo = [key for key in keys if not is_complete(files[key], comparisons)]
        done = len(keys) - len(todo)
        self.total += len(keys)
        under_way: dict[Future[dict[Key, float]], tuple[int, int]] = {}
        self.progress(f"{stage}_{submodel.port}", done, len(keys))
        while todo or under_way:
            while todo and len(under_way) < self.workers.number * self.workers.ahead:
                k, r = todo.pop(0)
                job = self._job(submodel, inputs, points[k], comparisons, r)
                under_way[self.workers.submit(figures_of, job)] = (k, r)
            wait(under_way, timeout=HEARTBEAT_S, return_when=FIRST_COMPLETED)
            for future in [future for future in under_way if future.done()]:
                _write(files[under_way.pop(future)], {name: value for (_, name), value in future.result().items()})
                done += 1
                self.progress(f"{stage}_{submodel.port}", done, len(keys))
        found = [read_json(files[key]) for key in keys]
        figures = [[np.nan if one[of.id] is None else one[of.id] for of in comparisons] for one in found]
        return np.array(figures, float).reshape(len(points), replications, len(comparisons))

    def _job(
        self,
        submodel: PortSubmodel,
        inputs: Sequence[UncertainInput],
        point: Point,
        comparisons: Sequence[FactComparison],
        replication: int,
    ) -> LevelRun:
        known = {item.id: item for item in inputs}
        changes = tuple(change for id, share in point.items() for change in known[id].at(share))
        scenario = Scenario(id="point", changes=changes, days=self.days)
        quantities = tuple(((submodel.port, one.id), one) for one in comparisons)
        return LevelRun(submodel.corridor, scenario, quantities, self.seed, replication)


def is_complete(path: Path, comparisons: Sequence[FactComparison]) -> bool:
    """Whether a run is there with a number or nothing for every comparison; a damaged file is run again."""
    try:
        found = read_json(path) if path.is_file() else {}
        values = [found[of.id] for of in comparisons]
        return path.is_file() and all(value is None or isinstance(float(value), float) for value in values)
    except (KeyError, OverflowError, TypeError, ValueError):
        return False


def _write(path: Path, content: Mapping[str, Any]) -> None:
    plain = {key: None if isinstance(value, float) and np.isnan(value) else value for key, value in content.items()}
    with atomic_file(path) as file:
        file.write((json.dumps(plain, indent=1, allow_nan=False) + "\n").encode())


def _shown(key: str, found: Any, expected: Any) -> tuple[Text, Text]:
    """Two values that differ; one that is too long is replaced by its name."""
    if isinstance(found, Message):
        return found, str(expected)[:READABLE]
    was, now = str(found), str(expected)
    other, current = message("found.other", "runs", key=key), message("want.current", "runs", key=key)
    return was if len(was) <= READABLE else other, now if len(now) <= READABLE else current


def _refuse_differences(path: Path, manifest: Mapping[str, Any]) -> None:
    try:
        there = read_json(path)
    except ValueError:
        there = None
    there = there if isinstance(there, dict) else {}
    nothing, why = message("found.nothing", "runs"), message("store.differs", "runs")
    findings = [
        Finding(ERROR, str(path), None, key, *_shown(key, there.get(key, nothing), value), message=why)
        for key, value in manifest.items()
        if there.get(key) != value
    ]
    if findings:
        summary = message("store.other_data", "runs")
        raise DataError([*findings, Finding(ERROR, str(path), None, "", "", "", message=summary)])
