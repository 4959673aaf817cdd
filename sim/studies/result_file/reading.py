"""Read a file of results that may come from anybody: checked first, then read as data.

Refused with findings, before anything is unpacked: a file or a content above its limit, a member of another name, two
of one name, encryption, another version, members that differ from their hash, rows that are not those of a store.
"""

from __future__ import annotations

import io
import json
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from corridors.findings import DataError, Finding
from corridors.io.atomic_files import write_atomically
from corridors.io.characters import UNSHOWN
from corridors.io.json_files import json_values
from corridors.io.plain_files import content_of
from corridors.messages import message
from corridors.overlay.proposals import Scenario
from sim.experiments.experiment import Experiment
from sim.experiments.result_schema import KINDS, row_schema
from sim.experiments.shard import FORMAT as STORE_FORMAT
from sim.experiments.shard import sealed, shards_of
from sim.experiments.store import MANIFEST as STORE_MANIFEST
from sim.experiments.store import Store, open_store
from sim.studies.result_file.contents import (
    APPRAISED,
    BRIEF,
    FORMAT,
    HEAD,
    LARGEST_CONTENT,
    LARGEST_FIGURES,
    LARGEST_FILE,
    LARGEST_TEXT,
    MANIFEST,
    MEMBERS,
    MOST_ROWS,
    MOST_RUNS,
    NEEDED,
    PROGRAMME_FORMAT,
    ROOM,
    RUNS,
    TABLES,
    Head,
    Kind,
    at_most,
    megabytes,
    refused,
)
from sim.studies.result_file.row_checks import row_findings, wrong_days

if TYPE_CHECKING:
    import pyarrow as pa

    from sim.studies.compare import ExperimentResults, Question

END: Final = struct.Struct("<4s4H2LH")
"""The last bytes of a zip file without a comment."""
LOCATOR_64: Final = 20
"""Bytes before them by which a file with 64-bit sizes names its list of members."""
LARGEST_DIRECTORY: Final = 20_000
"""Bytes of the list of members."""
ENCRYPTED: Final = 1


@dataclass(frozen=True)
class ResultFile:
    """A file of results that was checked."""

    head: Head
    manifest: Mapping[str, Any]
    tables: Mapping[str, pa.Table]
    """Rows by kind."""
    brief: str
    """HTML of the one who saved it; '' without any. It is text to write to a file, not to show on a page of ours."""

    def write_store(self, folder: Path) -> Store:
        """Write the store of which the file was made into an empty folder."""
        import pyarrow as pa
        import pyarrow.compute as pc

        text = json.dumps(self.manifest, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
        write_atomically(folder / STORE_MANIFEST, text.encode())
        store = open_store(folder)
        for name, note in self.head.shards.items():
            shard = store.shards[name]
            parts = [row_schema().empty_table()]
            for kind, rows in self.tables.items():
                of_shard = pc.and_(
                    pc.equal(rows["scenario"], shard.scenario),
                    pc.and_(
                        pc.greater_equal(rows["replication"], shard.first),
                        pc.less_equal(rows["replication"], shard.last),
                    ),
                )
                part = rows.filter(of_shard)
                parts.append(part.append_column("kind", pa.array([kind] * part.num_rows, pa.string())))
            table = pa.concat_tables(parts, promote_options="default").combine_chunks()
            write_atomically(folder / name, sealed(table, store.fingerprint, shard, note.failed, note.lost))
        return store

    def results(self) -> ExperimentResults:
        """The tables for a comparison, with what they were asked."""
        from sim.studies.compare import ExperimentResults

        with tempfile.TemporaryDirectory() as folder:
            found = ExperimentResults.of(self.write_store(Path(folder)))
        return replace(found, question=self.question)

    @property
    def question(self) -> Question | None:
        """What the results were asked."""
        from sim.studies.compare import Question

        asked = self.head.question
        return Question(asked.port, asked.vehicle_class, asked.kpi) if asked else None


def read_file(path: Path) -> ResultFile:
    """The file at a path. Raises DataError with the findings about it."""
    return read_bytes(content_of(path, LARGEST_FILE), path.name)


def read_head(path: Path) -> Head:
    """The head alone, which lists what is in a file; its members are not compared with their hashes.

    Raises DataError.
    """
    return head_of(content_of(path, LARGEST_FILE), path.name)


def head_of(content: bytes, name: str) -> Head:
    """The head alone of a file with this content. Raises DataError."""
    return _head(_members(content, name, only=HEAD), name)


def checked_members(content: bytes, name: str, *kinds: Kind) -> tuple[Head, dict[str, bytes]]:
    """The head and the members of a file of one of these kinds, each with its hash. Raises DataError."""
    if len(content) > LARGEST_FILE:
        raise DataError([refused(name, "too_large", at_most(LARGEST_FILE), megabytes(len(content)))])
    members = _members(content, name)
    head = _head(members, name)
    if head.kind not in kinds:
        expected = "file_of_runs" if RUNS in kinds else "file_of_programme"
        raise DataError([refused(name, "other_kind", expected, message(f"file_of.{head.kind}", ROOM))])
    found = [*_changed(head, members, name)]
    if found:
        raise DataError(found)
    return head, members


def read_bytes(content: bytes, name: str) -> ResultFile:
    """The file with this content, called ``name`` in findings. Raises DataError with the findings about it."""
    head, members = checked_members(content, name, RUNS)
    manifest = _manifest(members[MANIFEST], name)
    rows = sum(content.count(b"\n") for member, content in members.items() if member in TABLES)
    if rows > MOST_ROWS:
        most = message("want.runs_and_rows", ROOM, runs=MOST_RUNS, rows=MOST_ROWS)
        raise DataError([refused(name, "too_many", most, message("found.runs_and_rows", ROOM, runs=0, rows=rows))])
    _text(members.get(BRIEF, b""), name, BRIEF)
    tables = {kind: _table(members[member], kind, name, member) for member, kind in TABLES.items() if member in members}
    made = ResultFile(head, manifest, tables, members.get(BRIEF, b"").decode())
    _check_rows(made, name)
    return made


@contextmanager
def usable(name: str) -> Iterator[None]:
    """Raise DataError for anything that goes wrong with results from a file that may come from anybody."""
    try:
        yield
    except DataError:
        raise
    except Exception:  # What a stranger wrote into the rows must not end the program, whatever it is.
        raise DataError([refused(name, "unusable", "usable_results")]) from None


def _members(content: bytes, name: str, only: str = "") -> dict[str, bytes]:
    """The members by name, or one of them; nothing is read of a file with a member to refuse."""
    try:
        _check_directory(content)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            listed = archive.infolist()
            found = [*_refused_members(listed, name)]
            if found:
                raise DataError(found)
            read = {one.filename: _unpacked(archive, one) for one in listed if only in ("", one.filename)}
    except DataError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError, RuntimeError):
        raise DataError([refused(name, "damaged", "result_file")]) from None
    if HEAD not in read:
        raise DataError([refused(name, "no_head", "result_file")])
    return read


def _unpacked(archive: zipfile.ZipFile, one: zipfile.ZipInfo) -> bytes:
    """The content of a member, of which no more is unpacked than the size that was checked, whatever is packed."""
    with archive.open(one) as member:
        return member.read(one.file_size)


def _check_directory(content: bytes) -> None:
    """Raise BadZipFile for a list of members that is larger than ours, which would be read as a whole.

    A file with 64-bit sizes has another list than the one whose size is checked.
    """
    if len(content) < END.size:
        raise zipfile.BadZipFile
    mark, *_, size, _, comment = END.unpack(content[-END.size :])
    is_64 = content[-END.size - LOCATOR_64 : -END.size].startswith(b"PK\6\7")
    if mark != b"PK\5\6" or comment or size > LARGEST_DIRECTORY or is_64:
        raise zipfile.BadZipFile


def _refused_members(listed: list[zipfile.ZipInfo], name: str) -> Iterator[Finding]:
    seen: set[str] = set()
    for one in listed:
        if one.filename not in MEMBERS:
            yield refused(name, "member", message("want.one_of", ROOM, names=MEMBERS), _short(one.filename))
        elif one.filename in seen:
            yield refused(name, "twice", "each_member_once", one.filename)
        elif one.flag_bits & ENCRYPTED or one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            yield refused(name, "packed", "plain_member", one.filename)
        elif one.filename not in TABLES and one.file_size > (most := _largest(one.filename)):
            yield refused(name, "too_large", at_most(most), megabytes(one.file_size), one.filename)
        seen.add(one.filename)
    size = sum(one.file_size for one in listed)
    if size > LARGEST_CONTENT:
        yield refused(name, "too_large", at_most(LARGEST_CONTENT), megabytes(size))


def _largest(member: str) -> int:
    return LARGEST_FIGURES if member == APPRAISED else LARGEST_TEXT


def _head(members: Mapping[str, bytes], name: str) -> Head:
    try:
        plain = json_values(members[HEAD].decode())
        if isinstance(plain, dict) and plain.get("format") not in (FORMAT, PROGRAMME_FORMAT):
            want = message("want.file_format", ROOM, first=FORMAT, second=PROGRAMME_FORMAT)
            raise DataError([refused(name, "other_format", want, _short(str(plain.get("format"))))])
        return Head.model_validate(plain)
    except DataError:
        raise
    except (ValidationError, ValueError):
        raise DataError([refused(name, "no_head", "result_file", member=HEAD)]) from None


def _changed(head: Head, members: Mapping[str, bytes], name: str) -> Iterator[Finding]:
    """A finding for every member that is missing, or whose content has another hash than the head says."""
    needed = {*head.members, *NEEDED[head.kind], *(set(members) - {HEAD})}
    for member in sorted(needed):
        if member not in members:
            yield refused(name, "missing", "result_file", member=member[:80])
        elif sha256(members[member]).hexdigest() != head.members.get(member):
            yield refused(name, "changed", "unchanged_member", member=member)


def _manifest(content: bytes, name: str) -> dict[str, Any]:
    """The manifest; its scenarios and experiment are those of a store, and every text can be shown."""
    wrong = DataError([refused(name, "no_manifest", "manifest", member=MANIFEST)])
    try:
        manifest = json_values(content.decode())
        experiment = Experiment.model_validate(manifest["experiment"])
        scenarios = manifest["scenarios"]
        for id, scenario in scenarios.items():
            if Scenario.model_validate(scenario).id != id:
                raise wrong
        sound = (
            manifest["format"] == STORE_FORMAT
            and bool(scenarios)
            and all(isinstance(manifest[key], str) for key in ("version", "code_fingerprint", "data_fingerprint"))
            and set(manifest)
            == {"format", "version", "code_fingerprint", "data_fingerprint", "experiment", "scenarios"}
            and len({(one.get("start"), one.get("days")) for one in scenarios.values()}) == 1
            and all("start" in one and "days" in one for one in scenarios.values())
            and not wrong_days(manifest)
        )
    except (ValidationError, ValueError, KeyError, TypeError, AttributeError):
        raise wrong from None
    if not sound:
        raise wrong
    if any(UNSHOWN.search(text) for text in texts_in(manifest)):
        raise DataError([refused(name, "unshown", "shown_texts", member=MANIFEST)])
    runs = len(scenarios) * experiment.most_replications
    if runs > MOST_RUNS:
        most = message("want.runs_and_rows", ROOM, runs=MOST_RUNS, rows=MOST_ROWS)
        raise DataError([refused(name, "too_many", most, message("found.runs_and_rows", ROOM, runs=runs, rows=0))])
    found: dict[str, Any] = manifest
    return found


def texts_in(value: Any) -> Iterator[str]:
    """Every text of nested values, with the keys."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inside in value.items():
            yield key
            yield from texts_in(inside)
    elif isinstance(value, list):
        for inside in value:
            yield from texts_in(inside)


def _text(content: bytes, name: str, member: str) -> str:
    """A member as text without characters that cannot be shown."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise DataError([refused(name, "damaged", "result_file", member=member)]) from None
    if UNSHOWN.search(text):
        raise DataError([refused(name, "unshown", "shown_texts", member=member)])
    return text


def _table(content: bytes, kind: str, name: str, member: str) -> pa.Table:
    """The rows of a kind, with its columns and types."""
    import pyarrow as pa
    from pyarrow import csv

    _text(content, name, member)
    columns = ["scenario", "replication", *KINDS[kind]]
    types = {column: row_schema().field(column).type for column in columns}
    try:
        table = csv.read_csv(
            pa.BufferReader(content),
            read_options=csv.ReadOptions(use_threads=False),
            parse_options=csv.ParseOptions(newlines_in_values=True),
            convert_options=csv.ConvertOptions(
                column_types=types,
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        )
    except (pa.ArrowException, ValueError):
        raise DataError([refused(name, "no_table", "own_columns", member=member)]) from None
    if table.column_names != columns:
        raise DataError([refused(name, "no_table", "own_columns", member=member)])
    return table


def _check_rows(made: ResultFile, name: str) -> None:
    """Raise DataError for shards that the experiment does not have, and for rows that are not those of its runs."""
    experiment = Experiment.model_validate(made.manifest["experiment"])
    possible = {
        shard.file_name: shard
        for shard in shards_of(
            made.manifest["scenarios"], experiment.most_replications, experiment.replications_per_shard
        )
    }
    strange = [one for one in made.head.shards if one not in possible]
    if strange:
        raise DataError([refused(name, "foreign_rows", "own_rows", _short(strange[0]))])
    known = {(possible[one].scenario, n) for one in made.head.shards for n in possible[one].replications}
    if found := list(row_findings(made.tables, made.manifest, known, name)):
        raise DataError(found)


def _short(text: str) -> str:
    return UNSHOWN.sub("?", text)[:80]
