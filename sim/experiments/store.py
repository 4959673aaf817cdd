"""The results of an experiment: a folder of Parquet files, one for each shard, and a manifest.

A shard (some consecutive replications of one scenario) is the unit of saving, and has exactly one file with all its
kinds of rows. So a single renaming commits a shard: it is saved completely or not at all, whatever happens to the
program. With a file for each kind of rows, a stop between two renamings would leave half a shard. As all files have
the same columns (see :mod:`sim.experiments.result_schema`), one line reads an experiment::

    pandas.read_parquet("out", filters=[("kind", "==", "kpis")])
    duckdb.sql("SELECT scenario, port, class, direction, avg(value) AS hours FROM 'out/*.parquet'"
               " WHERE kpi = 'dwell_h_mean' AND side = 'both' GROUP BY ALL")

The name of a file is that of its shard: missing files are the remaining work. Files do not depend on the worker, the
order or the number of attempts: a shard that is computed again replaces an equal file. Names that begin with '_' or
'.' are no results, and readers of Parquet folders skip them: ``_manifest.json`` (written once), ``_times.csv`` (time
and duration of each run), ``_lock``, and temporary files, which the next batch deletes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from corridors.findings import ERROR, DataError, Finding
from corridors.io.atomic_files import TEMPORARY, is_device, is_refused, write_atomically
from corridors.io.json_files import json_values, read_json
from corridors.io.plain_files import LARGEST_RECORD
from corridors.io.system_problems import os_problem
from corridors.messages import Message, MessageError, Text, message
from sim.experiments.experiment import Experiment
from sim.experiments.result_schema import ADDED, KEY, KINDS, row_schema
from sim.experiments.shard import FOOTER, FORMAT, Done, Shard, has_all, is_intact, shards_of

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

MANIFEST: Final = "_manifest.json"
TIMES: Final = "_times.csv"
LOCK: Final = "_lock"
MOST_ROWS: Final = 50_000_000
"""Rows of a shard: far more than its runs can write."""
ROOM: Final = "runs"
"""The catalogue of the messages of stores."""


class StoreError(MessageError):
    """Results cannot be saved any more, such as on a full disk. Results saved before are intact."""


@dataclass(frozen=True)
class Saved:
    """A saved shard."""

    shard: Shard
    failed: int
    """Number of its runs that failed."""
    lost: bool
    """Its worker died, which says nothing about the scenario: it must still be run."""


class Store:
    """A folder of results and its manifest. Made by :func:`create_store` or :func:`open_store`."""

    def __init__(self, folder: Path, manifest: Mapping[str, Any], in_memory: bool = False) -> None:
        """``in_memory``: keep what was read, so that several kinds of rows of a few small files read each once."""
        self.folder = folder
        self.manifest = manifest
        self.experiment = Experiment.model_validate(manifest["experiment"])
        self.fingerprint = fingerprint_of(manifest)
        self._intact: dict[str, tuple[int, int]] = {}
        """Size and time of change of the files whose content was compared with its hash, by name."""
        self._in_memory = in_memory
        self._read: dict[str, pa.Table] = {}
        """What is kept of these files."""

    @property
    def scenarios(self) -> Mapping[str, Mapping[str, Any]]:
        """By id title_en, title_zh, proposals and all changes of each scenario; the baseline comes first."""
        scenarios: Mapping[str, Mapping[str, Any]] = self.manifest["scenarios"]
        return scenarios

    @cached_property
    def shards(self) -> Mapping[str, Shard]:
        """Every possible shard by the name of its file, in the order of work."""
        size = self.experiment.replications_per_shard
        possible = shards_of(self.scenarios, self.experiment.most_replications, size)
        return {shard.file_name: shard for shard in possible}

    def saved(self) -> list[Saved]:
        """The saved shards. Raises DataError with every file that is damaged or foreign."""
        return [saved for saved, _ in self._files()]

    def commit(self, shard: Shard, done: Done) -> None:
        """Save a shard completely. Raises StoreError."""
        try:
            write_atomically(self.folder / shard.file_name, done.content)
            self._note_times(shard, done.seconds)
        except OSError as error:
            path, why = str(self.folder / shard.file_name), os_problem(error)
            raise StoreError(message("store.not_written", ROOM, path=path, why=why)) from error

    def read(self, kind: str, replications: int | None = None, *, lost: bool = True) -> pd.DataFrame:
        """The rows of one kind of :data:`~sim.experiments.result_schema.KINDS`, after scenario and replication.

        In the order of scenarios and replications; of the first ``replications`` only if given, and without those of
        lost shards, which must still be run, if not ``lost``. Raises DataError for damaged or changed files and for a
        kind that the experiment leaves out, KeyError for an unknown kind.
        """
        import pyarrow as pa

        columns = [*KEY, *KINDS[kind]]
        if kind not in self.experiment.kinds:
            want = message("want.tables", ROOM, names=self.experiment.tables)
            raise _wrong(self.folder / MANIFEST, "no_table", want, kind)
        empty = pa.schema([row_schema().field(column) for column in columns]).empty_table()
        tables = [
            table.replace_schema_metadata() for saved, table in self._files(kind, columns) if lost or not saved.lost
        ]
        rows: pd.DataFrame = pa.concat_tables([empty, *tables], promote_options="default").to_pandas()
        if replications is not None:
            rows = rows[rows["replication"] < replications]
        rank = {scenario: k for k, scenario in enumerate(self.scenarios)}
        rows = rows.assign(rank=rows["scenario"].map(rank)).sort_values(["rank", "replication"], kind="stable")
        return rows.drop(columns=["kind", "rank"]).reset_index(drop=True)

    def tables(self) -> list[tuple[Saved, pa.Table]]:
        """Every saved shard with all its rows, in the order of shards. Raises DataError with every bad file."""
        return self._files()

    def _files(self, kind: str | None = None, columns: list[str] | None = None) -> list[tuple[Saved, pa.Table]]:
        """Every file with its rows (of one kind), in the order of shards; raises DataError with every bad file."""
        files: list[tuple[Saved, pa.Table]] = []
        findings: list[Finding] = []
        for path in self.folder.rglob("*.parquet"):
            if not path.name.startswith((".", "_")):
                try:
                    files.append(self._file(path, kind, columns))
                except DataError as error:
                    findings += error.findings
        if findings:
            raise DataError(sorted(findings, key=str))
        order = {name: k for k, name in enumerate(self.shards)}
        return sorted(files, key=lambda file: order[file[0].shard.file_name])

    def _file(self, path: Path, kind: str | None, columns: list[str] | None) -> tuple[Saved, pa.Table]:
        import pyarrow.compute as pc
        from pyarrow import ArrowException, parquet

        name = path.relative_to(self.folder).as_posix()
        shard = self.shards.get(name)
        if shard is None:
            raise _wrong(path, "foreign_file", "own_results_only")
        if is_device(path):  # Readers of Parquet wait for a pipe without end.
            raise _wrong(path, "not_plain", "complete_file")
        # Also what is wrong in the text of a name is a ValueError.
        unreadable = ArrowException, OSError, KeyError, TypeError, ValueError
        try:
            is_large = path.stat().st_size > LARGEST_RECORD or parquet.read_metadata(path).num_rows > MOST_ROWS
        except unreadable:
            raise _wrong(path, "damaged", "complete_file") from None
        if is_large:
            raise _wrong(path, "too_large", "complete_file")
        wanted = [("kind", "==", kind)] if kind else None
        try:
            if columns and not ADDED.isdisjoint(columns):
                present = parquet.read_schema(path).names
                columns = [column for column in columns if column not in ADDED or column in present]
            status = path.stat()
            version = status.st_size, status.st_mtime_ns
            known = self._intact.get(name) == version
            in_part = known and name not in self._read
            if known and not in_part:
                table = self._read[name]
            elif in_part:
                table = parquet.read_table(path, columns=columns, filters=wanted, page_checksum_verification=True)
            else:
                table = parquet.read_table(path, page_checksum_verification=True)
            if self._in_memory:
                self._read[name] = table
            record = json_values(table.schema.metadata[FOOTER.encode()])
            belongs = (record["experiment"], record["shard"]) == (self.fingerprint, name)
            saved = Saved(shard, record["failed"], record["lost"])
            # Of a file read in part, statistics in it that were changed may hide rows.
            intact = has_all(record, kind, table) if in_part else known or is_intact(record, table)
            if (self._in_memory or not known) and kind:
                table = table.filter(pc.equal(table["kind"], kind))
            table = table.select(columns) if columns else table
        except unreadable:
            raise _wrong(path, "damaged", "complete_file") from None
        if not belongs:
            raise _wrong(path, "foreign_results", "own_results_only")
        if not intact:
            raise _wrong(path, "changed", "complete_file")
        self._intact[name] = version
        return saved, table

    def _note_times(self, shard: Shard, seconds: tuple[float, ...]) -> None:
        """Append the duration (s) and the time of saving of each run."""
        from datetime import UTC, datetime

        now = datetime.now(UTC).isoformat(timespec="seconds")
        with (self.folder / TIMES).open("a", encoding="utf-8", newline="\n") as file:
            if file.tell() == 0:
                file.write("scenario,replication,seconds,saved_at\n")
            for replication, took_s in zip(shard.replications, seconds, strict=True):
                file.write(f"{shard.scenario},{replication},{took_s:.2f},{now}\n")


def fingerprint_of(manifest: Mapping[str, Any]) -> str:
    """SHA-256 of a manifest."""
    return sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def open_store(folder: Path, in_memory: bool = False) -> Store:
    """Open the results in a folder for reading, see :class:`Store`. Raises DataError if there are none."""
    path = folder / MANIFEST
    try:
        manifest = read_json(path)
        if manifest["format"] != FORMAT:
            expected = message("want.format", ROOM, format=FORMAT)
            raise _wrong(path, "other_format", expected, str(manifest["format"]))
        if not all(isinstance(one, dict) for one in manifest["scenarios"].values()):
            raise _wrong(path, "no_manifest", "manifest")
        return Store(folder, manifest, in_memory)
    except OSError as error:
        raise _wrong(path, "unreadable", "manifest", os_problem(error)) from None
    except DataError:
        raise
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _wrong(path, "no_manifest", "manifest") from None


@contextmanager
def create_store(folder: Path, manifest: Mapping[str, Any]) -> Iterator[Store]:
    """Open a folder to save results in, for one program at a time: a new one, or one of the same experiment.

    Raises DataError for a folder that cannot be written, that another batch uses, that has other files, or whose
    manifest differs, with every difference.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in (folder / LOCK, folder / TIMES):
            if is_refused(path):
                raise _wrong(path, "not_plain", "writable_folder")
        lock = (folder / LOCK).open("a")
    except OSError as error:
        raise _wrong(folder, "unwritable", "writable_folder", os_problem(error)) from None
    with lock:
        if not _lock(lock.fileno()):
            raise _wrong(folder, "in_use", "one_batch")
        if (folder / MANIFEST).exists():
            store = open_store(folder)
            _refuse_differences(store, manifest)
        else:
            if other := sorted(path.name for path in folder.iterdir() if not path.name.startswith((".", "_"))):
                raise _wrong(folder, "not_empty", "new_folder", other[0])
            store = Store(folder, manifest)
            try:
                text = json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
                write_atomically(folder / MANIFEST, text.encode())
            except OSError as error:
                raise _wrong(folder, "unwritable", "writable_folder", os_problem(error)) from None
        for path in folder.glob(TEMPORARY):
            path.unlink(missing_ok=True)
        yield store


def _refuse_differences(store: Store, manifest: Mapping[str, Any]) -> None:
    there, here = (dict(_leaves(_written_out(one))) for one in (store.manifest, manifest))
    path = store.folder / MANIFEST
    nothing, why = message("found.nothing", ROOM), message("store.differs", ROOM)
    findings = [
        Finding(ERROR, str(path), None, key, there.get(key, nothing), here.get(key, nothing), message=why)
        for key in dict.fromkeys([*there, *here])
        if there.get(key) != here.get(key)
    ]
    if findings:
        summary = message("store.other_experiment", ROOM)
        raise DataError([*findings, Finding(ERROR, str(path), None, "", "", "", message=summary)])


def _written_out(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest with all defaults of the experiment, which make no difference."""
    experiment = Experiment.model_validate(manifest["experiment"])
    return {**manifest, "experiment": experiment.model_dump(mode="json")}


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every single value of nested mappings and lists, as text, with the keys that lead to it."""
    if isinstance(value, Mapping | list) and value:
        items = value.items() if isinstance(value, Mapping) else enumerate(value)
        for key, inside in items:
            yield from _leaves(inside, f"{path}.{key}" if path else str(key))
    else:
        yield path, str(value)


def _wrong(path: Path, code: str, want: str | Message, found: Text = "") -> DataError:
    why = message(f"store.{code}", ROOM)
    expected = message(f"want.{want}", ROOM) if isinstance(want, str) else want
    return DataError([Finding(ERROR, str(path), None, "", found, expected, message=why)])


def _lock(descriptor: int) -> bool:
    """Lock an open file for this process, until it is closed or the process ends; False if another one has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True  # Some network folders have no locks; two batches there waste work but damage nothing.
    return True
