"""A shard: the unit of work and of saving, some consecutive replications of one scenario; and how it is run.

In: a :class:`Task`, which holds all that a worker needs, wherever it stands. Out: the finished Parquet file as bytes.
A run that fails is a row that says in which stage and why, and the others go on. What the machine, not the model, is
to blame for (no memory, no disk) is raised instead: it says nothing about the scenario.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sim
from corridors.model import Corridor
from corridors.overlay.proposals import Scenario
from sim.experiments.result_schema import KINDS, to_parquet
from sim.run import Case, RunResult, prepare, run_scenario

if TYPE_CHECKING:
    import pandas as pd

FOOTER: Final = "bridgehead"
"""Key of a shard's record in the metadata of its file."""
FORMAT: Final = 1


@dataclass(frozen=True)
class Shard:
    """Replications ``first`` to ``last``, both included, of one scenario."""

    scenario: str
    first: int
    last: int

    @property
    def file_name(self) -> str:
        """Ids have no '-', so no two shards share a name."""
        return f"{self.scenario}-{self.first:05d}-{self.last:05d}.parquet"

    @property
    def replications(self) -> range:
        return range(self.first, self.last + 1)


def shards_of(scenarios: Iterable[str], replications: int, size: int) -> list[Shard]:
    """All shards of an experiment: by replications first, so that early results tell something of every scenario."""
    return [
        Shard(scenario, first, min(first + size, replications) - 1)
        for first in range(0, replications, size)
        for scenario in list(scenarios)
    ]


@dataclass(frozen=True)
class Task:
    """One shard to run. ``world`` and ``scenario`` are pickled, so that a worker can tell that it has them already."""

    shard: Shard
    world: bytes
    """The baseline, a Corridor."""
    scenario: bytes
    """A Scenario, with the changes of its proposals among its own."""
    seed: int
    engine: str | None
    experiment: str
    """Fingerprint of the experiment to which it belongs."""
    code: str
    """Fingerprint of the code that it must be run with."""


@dataclass(frozen=True)
class Done:
    """A shard that was run: its file, how many runs failed, and the seconds of each (for people, not for the file)."""

    content: bytes
    failed: int
    seconds: tuple[float, ...]


class ForeignCodeError(RuntimeError):
    """A worker has another version of Bridgehead than the program that gave it the task."""


def run_shard(task: Task) -> Done:
    """Run all replications of a shard. Raises MemoryError, OSError and :class:`ForeignCodeError`, no model's error."""
    if code_fingerprint() != task.code:
        raise ForeignCodeError(f"the worker has other code than the batch (its version says {sim.__version__})")
    rows: dict[str, list[tuple[int, pd.DataFrame]]] = {kind: [] for kind in KINDS}
    failed, seconds = 0, []
    for replication in task.shard.replications:
        tables, took_s = _run(task, replication)
        for kind, table in tables.items():
            rows[kind].append((replication, table))
        failed += int(tables["runs"]["failure_stage"].notna().sum())
        seconds.append(took_s)
    content = to_parquet(rows, task.shard.scenario, footer(task.experiment, task.shard, failed))
    return Done(content, failed, tuple(seconds))


def lost_shard(task: Task, error: BaseException) -> Done:
    """What is kept of a shard whose worker died or could not work: runs that failed, and are still to be run."""
    told = _failure("worker", error)
    runs = [(number, _runs_table({"seed": task.seed, **told})) for number in task.shard.replications]
    content = to_parquet({"runs": runs}, task.shard.scenario, footer(task.experiment, task.shard, len(runs), lost=True))
    return Done(content, len(runs), (0.0,) * len(runs))


def footer(experiment: str, shard: Shard, failed: int, lost: bool = False) -> Mapping[str, str]:
    """What the file of a shard says about itself."""
    record = {"format": FORMAT, "experiment": experiment, "shard": shard.file_name, "failed": failed, "lost": lost}
    return {FOOTER: json.dumps(record)}


RESULT_ROOMS: Final = (
    "corridors",
    *(f"sim/{room}" for room in ("core", "compile", "engines", "output", "kpi", "statistics", "experiments")),
    "sim/run.py",
)
"""Rooms and modules whose code can change the result of a run."""


def code_files(root: Path) -> list[Path]:
    """The source files below ``root`` that can change the result of a run, in the order of their names."""
    rooms = [root / room for room in RESULT_ROOMS]
    return sorted(file for room in rooms for file in (room.rglob("*.py") if room.is_dir() else [room]))


def fingerprint_of_code(root: Path) -> str:
    """SHA-256 of the names and contents of :func:`code_files`; line ends do not count."""
    digest = sha256()
    for file in code_files(root):
        name = file.relative_to(root).as_posix()
        digest.update(f"{name}\0".encode() + file.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()


@cache
def code_fingerprint() -> str:
    """The fingerprint of the running program's code, see :func:`fingerprint_of_code`."""
    return fingerprint_of_code(Path(__file__).resolve().parents[2])


@lru_cache(maxsize=1)
def _world(pickled: bytes) -> Corridor:
    corridor: Corridor = pickle.loads(pickled)
    return corridor


@lru_cache(maxsize=8)
def _case(world: bytes, scenario: bytes, seed: int) -> Case:
    """A scenario laid over the baseline, once for all replications that a worker runs of it."""
    made: Scenario = pickle.loads(scenario)
    return prepare(_world(world), made, seed=seed)


def _run(task: Task, replication: int) -> tuple[dict[str, pd.DataFrame], float]:
    """The tables of one run and its seconds; of a run that failed only that it did, and why."""
    stages = ["prepare"]
    try:
        case = _case(task.world, task.scenario, task.seed)
        case = replace(case, settings=replace(case.settings, replication=replication))
        result = run_scenario(case, task.engine, progress=stages.append)
        tables = _tables(result)
    except (MemoryError, OSError):
        raise
    except Exception as error:  # Whatever is wrong with one run is told in the results, and the batch goes on.
        return {"runs": _runs_table({"seed": task.seed, **_failure(stages[-1], error)})}, 0.0
    return tables, result.wall_s


def _tables(result: RunResult) -> dict[str, pd.DataFrame]:
    told = result.record()
    record = {
        **{key: told[key] for key in ("seed", "version", "data_fingerprint", "plan_fingerprint", "visits")},
        **result.vehicles,
        "deadlocked": len(result.deadlocked),
        "problems": len(result.problems),
    }
    if result.problems:
        # Figures that do not add up are worth nothing, so none are kept.
        why = {"failure_stage": "conservation", "failure_message": "\n".join(result.problems)}
        return {"runs": _runs_table(record | why)}
    return {
        "kpis": result.kpis,
        "facilities": result.facilities,
        "links": result.links,
        "bottlenecks": result.bottlenecks,
        "waiting": result.waiting,
        "backlog": result.backlog,
        "dwell": result.dwell,
        "runs": _runs_table(record),
    }


def _failure(stage: str, error: BaseException) -> dict[str, str]:
    return {"failure_stage": stage, "failure_type": type(error).__name__, "failure_message": str(error)}


def _runs_table(record: Mapping[str, Any]) -> pd.DataFrame:
    """One run as a row; what is not known of it is empty."""
    import pandas as pd

    known = {"version": sim.__version__, **record}
    return pd.DataFrame([[known.get(column) for column in KINDS["runs"]]], columns=list(KINDS["runs"]), dtype=object)
