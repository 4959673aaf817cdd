"""Write a file of results from a store: the same bytes for the same results, name, author, time and brief."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from corridors.findings import DataError
from corridors.io.characters import OVER_LINES, without_unshown
from corridors.io.yaml_files import to_yaml
from corridors.messages import message
from sim.experiments.result_schema import KINDS, row_schema
from sim.studies.result_file.contents import (
    BRIEF,
    EXPERIMENT,
    FORMAT,
    HEAD,
    LARGEST_CONTENT,
    LARGEST_FILE,
    LONGEST_NAME,
    MANIFEST,
    MOST_FIGURES,
    MOST_ROWS,
    MOST_RUNS,
    ROOM,
    TABLES,
    TIME,
    Asked,
    Figure,
    Head,
    ShardNote,
    at_most,
    megabytes,
    refused,
)

if TYPE_CHECKING:
    import pyarrow as pa

    from sim.experiments.store import Store
    from sim.studies.answer import Answer
    from sim.studies.compare import Question

FIRST_TIME: Final = (1980, 1, 1, 0, 0, 0)
"""The time of every member: the earliest that a zip file has."""


def file_bytes(
    store: Store,
    *,
    name: str,
    saved_at: datetime,
    author: str = "",
    figures: Sequence[Figure] = (),
    brief: str = "",
    question: Question | None = None,
) -> bytes:
    """The bytes of the file; ``question`` is what figures and brief answer.

    Raises DataError for damaged results, and for results that are too large for a file that is opened again.
    """
    saved = list(store.tables())
    runs = len(store.scenarios) * store.experiment.most_replications
    rows = sum(table.num_rows for _, table in saved)
    if runs > MOST_RUNS or rows > MOST_ROWS:
        found = message("found.runs_and_rows", ROOM, runs=runs, rows=rows)
        raise DataError(
            [refused(name, "too_many", message("want.runs_and_rows", ROOM, runs=MOST_RUNS, rows=MOST_ROWS), found)]
        )
    members = {
        MANIFEST: json_bytes(store.manifest),
        EXPERIMENT: to_yaml(store.experiment).encode(),
        **({BRIEF: brief.encode()} if brief else {}),
        **_tables(table for _, table in saved),
    }
    head = Head(
        format=FORMAT,
        name=shown(name),
        author=shown(author),
        saved_at=saved_at.astimezone(UTC).strftime(TIME),
        figures=tuple(figures)[:MOST_FIGURES],
        question=Asked(port=question.port, vehicle_class=question.klass, kpi=question.kpi) if question else None,
        shards={one.shard.file_name: ShardNote(failed=one.failed, lost=one.lost) for one, _ in saved},
        members={member: sha256(content).hexdigest() for member, content in members.items()},
    )
    unasked = set() if question else {"question"}
    return packed(head, members, {"kind", "worth", *unasked})


def packed(head: Head, members: Mapping[str, bytes], left_out: set[str]) -> bytes:
    """The bytes of a file with this head, without some of its fields. Raises DataError for one that is too large."""
    whole = {HEAD: json_bytes(head.model_dump(mode="json", exclude=left_out)), **members}
    made = _zipped(whole)
    for size, most in ((sum(map(len, whole.values())), LARGEST_CONTENT), (len(made), LARGEST_FILE)):
        if size > most:
            raise DataError([refused(head.name, "too_large", at_most(most), megabytes(size))])
    return made


def shown(text: str) -> str:
    """A name or author as one line without characters that cannot be shown, cut to its most characters."""
    return " ".join(OVER_LINES.sub(" ", without_unshown(text)).split())[:LONGEST_NAME]


def figures_of(answers: Iterable[Answer]) -> list[Figure]:
    """The figures of answers, in their order."""
    import math

    return [
        Figure(
            scenario=answer.scenario[:LONGEST_NAME],
            port=one.port,
            vehicle_class=one.klass,
            kpi=one.kpi,
            unit=one.unit,
            n=one.n,
            before=one.paired.mean_baseline,
            difference=one.difference,
            **(
                {"low": one.paired.difference.low, "high": one.paired.difference.high}
                if math.isfinite(one.paired.difference.half_width)
                else {}
            ),
        )
        for answer in answers
        for one in answer.figures
        if math.isfinite(one.difference)
    ]


def json_bytes(plain: Mapping[str, Any]) -> bytes:
    """Plain values as the text of a member."""
    return json.dumps(plain, indent=1, ensure_ascii=False, allow_nan=False).encode()


def _tables(tables: Iterable[pa.Table]) -> dict[str, bytes]:
    """The rows of each kind as CSV: texts in quotes, missing values without."""
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import csv

    whole = pa.concat_tables([row_schema().empty_table(), *tables], promote_options="default")
    made = {}
    for member, kind in TABLES.items():
        rows = whole.filter(pc.equal(whole["kind"], kind))
        if rows.num_rows:
            sink = pa.BufferOutputStream()
            csv.write_csv(rows.select(["scenario", "replication", *KINDS[kind]]), sink)
            made[member] = bytes(sink.getvalue())
    return made


def _zipped(members: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, FIRST_TIME), content, zipfile.ZIP_DEFLATED, 6)
    return file.getvalue()
