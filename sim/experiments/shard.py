"""Shards: the unit of work and of saving, some consecutive replications of one scenario.

Input: a :class:`Task`, with all that a worker needs. Output: the content of a Parquet file. A run that fails is a row
with its stage and reason, and the other runs continue. Errors of the machine (no memory, no disk) are raised instead,
as they say nothing about the scenario.
"""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sim
from corridors.io.folders import data_root
from corridors.messages import Message, MessageError, message
from corridors.model import Corridor
from corridors.overlay.proposals import Scenario
from sim.core.failures import stored, stored_messages
from sim.experiments.kept_figures import figure_files
from sim.experiments.result_schema import KINDS, Rows, counts_of, digest_of, wide_table, written
from sim.reuse import MOST_BYTES_OF_DRAWS as USUAL_BYTES_OF_DRAWS
from sim.reuse import KeptUnits, kept_units
from sim.run import Case, RunResult, prepare, run_scenario

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from sim.kpi.run_tables import RunTables
    from sim.output.deadlock import Deadlocked

FOOTER: Final = "bridgehead"
"""Key of a shard's record in the metadata of its file."""
FORMAT: Final = 1
"""Of manifests, and of shards without a hash."""
SEALED: Final = 2
"""Of shards with the numbers of their rows and a hash of their content."""


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
        """Numbers of its replications."""
        return range(self.first, self.last + 1)


def shards_of(scenarios: Iterable[str], replications: int, size: int) -> list[Shard]:
    """All shards of an experiment, by replications first; workers take them as the batch orders them."""
    return [
        Shard(scenario, first, min(first + size, replications) - 1)
        for first in range(0, replications, size)
        for scenario in list(scenarios)
    ]


@dataclass(frozen=True)
class Task:
    """One shard to run. ``world`` and ``scenario`` are pickled, so that a worker can cache them."""

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
    """Fingerprint of the code that must run it."""
    data: str
    """Fingerprint of the world."""
    checked: bool
    """Whether the scenario was applied to the world before without a finding."""
    kinds: tuple[str, ...] = tuple(KINDS)
    """Kinds of rows to compute and store."""


@dataclass(frozen=True)
class Done:
    """A finished shard: the content of its file, the number of failed runs, and the duration (s) of each run."""

    content: bytes
    failed: int
    seconds: tuple[float, ...]


class ForeignCodeError(MessageError, RuntimeError):
    """The code of a worker differs from that of the program that submitted the task."""


def run_shard(task: Task) -> Done:
    """Run all replications of a shard. Raises MemoryError, OSError and :class:`ForeignCodeError`, no model's error."""
    if code_fingerprint() != task.code:
        raise ForeignCodeError(message("batch.foreign_code", "runs", version=sim.__version__))
    kept, replications = _kept(), task.shard.replications
    done = {k: _run(task, k, kept) for k in _in_turn(task, kept)}
    rows: dict[str, list[tuple[int, pd.DataFrame]]] = {kind: [] for kind in KINDS}
    for replication in replications:
        for kind, table in done[replication][0].items():
            rows[kind].append((replication, table))
    failed = sum(int(tables["runs"]["failure_stage"].notna().sum()) for tables, _ in done.values())
    content = shard_content(rows, task.experiment, task.shard, failed)
    return Done(content, failed, tuple(done[k][1] for k in replications))


def lost_shard(task: Task, error: BaseException) -> Done:
    """The rows of a shard whose worker died or could not work: failed runs, which must still be run."""
    failure = _failure("worker", error)
    runs = [(number, _runs_table({"seed": task.seed, **failure})) for number in task.shard.replications]
    content = shard_content({"runs": runs}, task.experiment, task.shard, len(runs), lost=True)
    return Done(content, len(runs), (0.0,) * len(runs))


def shard_content(rows: Rows, experiment: str, shard: Shard, failed: int, lost: bool = False) -> bytes:
    """The file of a shard: its rows, and in the metadata their numbers and a hash of everything."""
    return sealed(wide_table(rows, shard.scenario), experiment, shard, failed, lost)


def sealed(table: pa.Table, experiment: str, shard: Shard, failed: int, lost: bool = False) -> bytes:
    """The file of a shard with these rows, in all columns."""
    record = {"format": SEALED, "experiment": experiment, "shard": shard.file_name, "failed": failed, "lost": lost}
    record["rows"] = counts_of(table)
    return written(table, {FOOTER: json.dumps(record | {"content": seal_of(record, table)})})


def seal_of(record: Mapping[str, Any], table: pa.Table) -> str:
    """SHA-256 of the record of a shard, without the hash in it, and of its rows."""
    hashed = {key: value for key, value in record.items() if key != "content"}
    return sha256(f"{json.dumps(hashed, sort_keys=True)}\0{digest_of(table)}".encode()).hexdigest()


def is_intact(record: Mapping[str, Any], table: pa.Table) -> bool:
    """Whether a file has the rows with which it was written; ``table`` has all its rows and columns.

    Files of format 1 have no hash and are believed. Raises KeyError for a record without its parts.
    """
    if record["format"] == FORMAT:
        return "content" not in record
    whole: bool = record["rows"] == counts_of(table) and record["content"] == seal_of(record, table)
    return whole and record["format"] == SEALED


def has_all(record: Mapping[str, Any], kind: str | None, table: pa.Table) -> bool:
    """Whether a table has as many rows as its file had, of one kind or of all; only sealed files know."""
    rows = record.get("rows")
    return rows is None or sum(rows.values() if kind is None else [rows.get(kind, 0)]) == len(table)


RESULT_ROOMS: Final = (
    "corridors",
    *(f"sim/{room}" for room in ("core", "compile", "engines", "output", "kpi", "statistics", "experiments")),
    "sim/run.py",
    "sim/reuse.py",
)
"""Rooms and modules whose code can change the result of a run."""


RESULT_TABLES: Final = ("schema/kpis.csv", "schema/step_kinds.csv")
"""Files of the data folder that declare figures and steps; the fingerprint of the data does not include them."""


def code_files(root: Path) -> dict[str, Path]:
    """The files below ``root`` that can change the result of a run, by name, in the order of their names.

    The names are those of a checkout, also in a wheel.
    """
    rooms = [root / room for room in RESULT_ROOMS]
    sources = (file for room in rooms for file in (room.rglob("*.py") if room.is_dir() else [room]))
    named = {file.relative_to(root).as_posix(): file for file in sources}
    tables = {f"data/{table}": data_root(root) / table for table in RESULT_TABLES}
    return dict(sorted((named | tables).items()))


def fingerprint_of_code(root: Path) -> str:
    """SHA-256 of the names and contents of :func:`code_files`; line ends do not count."""
    digest = sha256()
    for name, file in code_files(root).items():
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
def _case(world: bytes, data: str, scenario: bytes, seed: int, checked: bool) -> Case:
    """A scenario applied to the baseline, once for all replications in a worker."""
    made: Scenario = pickle.loads(scenario)
    return prepare(_world(world), made, seed=seed, data_fingerprint=data, checked=checked)


def _kept() -> KeptUnits | None:
    """What this process keeps, and what others left in files; None where reuse is switched off."""
    kept = kept_units(most_bytes_of_draws=bytes_of_draws())
    if kept is not None:
        kept.files = figure_files(code_fingerprint())
    return kept


MOST_BYTES_OF_DRAWS: Final = 256 * 2**20
"""Memory of the numbers kept by a worker: five replications of half a base year need some 180 megabytes."""
SHARE_OF_MEMORY: Final = 1 / 8
"""Of the machine, for the numbers of as many workers as it has processors."""


@cache
def bytes_of_draws() -> int:
    """Memory of the numbers that this process may keep: the usual one where the system does not say how much it has."""
    try:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return USUAL_BYTES_OF_DRAWS
    return min(MOST_BYTES_OF_DRAWS, int(memory * SHARE_OF_MEMORY / (os.cpu_count() or 1)))


def _in_turn(task: Task, kept: KeptUnits | None) -> Sequence[int]:
    """The replications of a shard, those first of which numbers are kept for sure: of the run before."""
    of_last_run = kept is not None and kept.last_run == (task.seed, task.shard.last)
    return task.shard.replications[::-1] if of_last_run else task.shard.replications


def _run(task: Task, replication: int, kept: KeptUnits | None) -> tuple[dict[str, pd.DataFrame], float]:
    """The tables of one run and its duration (s); of a failed run only its stage and reason."""
    stages = ["prepare"]
    try:
        case = _case(task.world, task.data, task.scenario, task.seed, task.checked)
        case = replace(case, settings=replace(case.settings, replication=replication))
        result = run_scenario(case, task.engine, progress=stages.append, only=task.kinds, kept=kept)
        if kept is not None:
            kept.last_run = (task.seed, replication)
        tables = _tables(result, task.kinds)
    except (MemoryError, OSError):
        raise
    except Exception as error:  # The results store the reason, and the batch continues.
        return {"runs": _runs_table({"seed": task.seed, **_failure(stages[-1], error)})}, 0.0
    return tables, result.wall_s


def _tables(result: RunResult, kinds: Collection[str]) -> dict[str, pd.DataFrame]:
    return tables_of_run(result, result.record(), result.vehicles, result.deadlocked, result.problems, kinds)


def tables_of_run(
    run: RunTables,
    record: Mapping[str, Any],
    vehicles: Mapping[str, int],
    deadlocked: Collection[Deadlocked],
    problems: Sequence[Message],
    kinds: Collection[str] = tuple(KINDS),
) -> dict[str, pd.DataFrame]:
    """The rows of one run by kind, as a shard stores them; of an invalid run only the record."""
    from sim.output.deadlock import stuck_counts

    row = {
        **{key: record[key] for key in ("seed", "version", "data_fingerprint", "plan_fingerprint", "visits")},
        **vehicles,
        **dict(zip(("deadlocked", "unsupplied"), stuck_counts(deadlocked), strict=True)),
        "problems": len(problems),
    }
    if problems:
        # Results that fail the conservation check are not valid, so none are stored.
        why = {"failure_stage": "conservation", "failure_message": stored_messages(problems)}
        return {"runs": _runs_table(row | why)}
    stored = {name: table for name, table in run.by_name().items() if name in kinds}
    return {**stored, "runs": _runs_table(row)}


def _failure(stage: str, error: BaseException) -> dict[str, str]:
    return {"failure_stage": stage, "failure_type": type(error).__name__, "failure_message": stored(error)}


def _runs_table(record: Mapping[str, Any]) -> pd.DataFrame:
    """One run as a row; unknown values are empty."""
    import pandas as pd

    known = {"version": sim.__version__, **record}
    return pd.DataFrame([[known.get(column) for column in KINDS["runs"]]], columns=list(KINDS["runs"]), dtype=object)
