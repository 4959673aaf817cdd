"""Results that were changed by hand or by a fault: refused by every reader, with the file and the cure."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyarrow import parquet

from corridors.findings import DataError
from sim.experiments.result_schema import digest_of
from sim.experiments.shard import FOOTER, Done
from sim.experiments.store import Store, open_store
from tests.conftest import Told
from tests.experiments.test_store import FIRST, LAST, done, manifest, store

__all__ = ["manifest", "store"]
Bridgehead = Callable[..., Told]


def rewrite(file: Path, change: Callable[[pa.Table], pa.Table], **record: object) -> None:
    """Change the rows of a file, or parts of its record, as a program of data analysis would."""
    table = parquet.read_table(file)
    footer = json.loads(table.schema.metadata[FOOTER.encode()]) | record
    made = change(table).replace_schema_metadata({FOOTER: json.dumps(footer)})
    parquet.write_table(made, file, compression="zstd", write_page_checksum=True)


def doubled(table: pa.Table) -> pa.Table:
    at = table.column_names.index("value")
    return table.set_column(at, table.schema.field("value"), pc.multiply(table["value"], 2.0))


def code(wrong: Store) -> str:
    with pytest.raises(DataError) as error:
        wrong.saved()
    (finding,) = error.value.findings
    with pytest.raises(DataError) as again:
        open_store(wrong.folder).read("kpis")
    assert again.value.findings == error.value.findings
    assert finding.file.endswith(FIRST.file_name)
    return finding.code


CHANGES: dict[str, Callable[[pa.Table], pa.Table]] = {
    "values doubled": doubled,
    "a row less": lambda table: table.slice(1),
    "no row": lambda table: table.slice(0, 0),
    "a row twice": lambda table: pa.concat_tables([table, table.slice(0, 1)]),
    "two rows swapped": lambda table: table.take([1, 0, *range(2, len(table))]),
    "a name": lambda table: table.set_column(1, "scenario", pa.array(["other"] * len(table))),
    "a column emptied": lambda table: table.set_column(8, "unit", pa.nulls(len(table), pa.string())),
}


@pytest.mark.parametrize("change", CHANGES)
def test_changed_rows_are_refused_by_every_reader(store: Store, change: str) -> None:
    store.commit(FIRST, done(store, FIRST))
    rewrite(store.folder / FIRST.file_name, CHANGES[change])
    assert code(store) == "store.changed"


@pytest.mark.parametrize("record", [{"failed": 3}, {"lost": True}, {"rows": {}}, {"content": "0"}, {"format": 1}])
def test_a_changed_record_is_refused(store: Store, record: dict[str, object]) -> None:
    store.commit(FIRST, done(store, FIRST))
    rewrite(store.folder / FIRST.file_name, lambda table: table, **record)
    assert code(store) == "store.changed"


def test_a_file_that_changes_after_it_was_read_is_refused(store: Store) -> None:
    store.commit(FIRST, done(store, FIRST))
    assert len(store.read("kpis")) > 0
    rewrite(store.folder / FIRST.file_name, doubled)
    with pytest.raises(DataError, match=r"store\.changed"):
        store.read("kpis")


def test_the_same_rows_in_another_layout_of_the_file_are_accepted(store: Store) -> None:
    store.commit(FIRST, done(store, FIRST))
    before = store.read("kpis")
    file = store.folder / FIRST.file_name
    table = parquet.read_table(file)
    parquet.write_table(table, file, compression="none", row_group_size=1, use_dictionary=False)
    assert open_store(store.folder).read("kpis").equals(before)


def noticed(store: Store, content: bytes, good: dict[str, pd.DataFrame]) -> bool:
    """Whether a file with this content is refused by any reader; all others read what they did before."""
    (store.folder / FIRST.file_name).write_bytes(content)
    fresh = open_store(store.folder)
    found: set[str] = set()
    for kind, rows in good.items():
        try:
            assert fresh.read(kind).equals(rows), kind
        except DataError as error:
            found.update(one.code for one in error.findings)
    assert found <= {"store.damaged", "store.changed", "store.foreign_results"}
    return bool(found)


def read_all(store: Store, content: bytes) -> dict[str, pd.DataFrame]:
    (store.folder / FIRST.file_name).write_bytes(content)
    return {kind: store.read(kind) for kind in ("kpis", "facilities", "runs")}


@pytest.mark.parametrize("flips", [120, pytest.param(2000, marks=pytest.mark.slow)])
def test_every_single_bit_that_flips_is_noticed_or_changes_nothing(store: Store, flips: int) -> None:
    content = done(store, FIRST).content
    good, chance, refused = read_all(store, content), random.Random(20260711), 0
    for _ in range(flips):
        changed = bytearray(content)
        changed[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        refused += noticed(store, changed, good)
    assert refused > 0.375 * flips


@pytest.mark.parametrize("name", ["scenario", "replication", "kpi", "facilities", "runs"])
def test_a_word_in_a_file_that_is_no_text_is_noticed_or_changes_nothing(store: Store, name: str) -> None:
    """Of columns it is damage; of the statistics of a column it must not hide rows."""
    content = done(store, FIRST).content
    good, refused = read_all(store, content), 0
    places = [one.start() for one in re.finditer(name.encode(), content)]
    for at in places:
        refused += noticed(store, bytes([*content[:at], content[at] | 128, *content[at + 1 :]]), good)
    assert refused > 0


def test_files_of_before_without_a_hash_are_read(store: Store) -> None:
    store.commit(FIRST, done(store, FIRST))
    table = parquet.read_table(store.folder / FIRST.file_name)
    record = {"format": 1, "experiment": store.fingerprint, "shard": FIRST.file_name, "failed": 0, "lost": False}
    old = table.replace_schema_metadata({FOOTER: json.dumps(record)})
    parquet.write_table(old, store.folder / FIRST.file_name)
    assert len(open_store(store.folder).saved()) == 1


def test_a_lost_shard_is_still_to_do_for_batch_and_for_compare(store: Store) -> None:
    from sim.experiments.shard import shard_content

    store.commit(FIRST, done(store, FIRST))
    rows = parquet.read_table(store.folder / FIRST.file_name).filter(pc.field("kind") == "runs")
    runs = [(2, rows.select(rows.column_names[3:]).to_pandas().head(1))]
    store.commit(LAST, Done(shard_content({"runs": runs}, store.fingerprint, LAST, 1, lost=True), 1, (0.0,)))
    assert [one.shard for one in store.saved() if not one.lost] == [FIRST]
    assert set(store.read("runs", lost=False)["scenario"]) == {"baseline"}
    assert len(store.read("runs")) == len(store.read("runs", lost=False)) + 1


def test_the_digest_depends_on_values_types_and_nulls_alone() -> None:
    table = pa.table({"a": [1, None, 3], "b": ["x", "", None]})
    same = pa.concat_tables([table.slice(0, 1), table.slice(1)])
    assert digest_of(table) == digest_of(same)
    others = [
        pa.table({"a": [1, 0, 3], "b": ["x", "", None]}),
        pa.table({"a": [1, None, 3], "b": ["x", None, None]}),
        pa.table({"a": [1, None, 3], "b": ["", "x", None]}),
        pa.table({"a": [1.0, None, 3.0], "b": ["x", "", None]}),
        pa.table({"b": ["x", "", None], "a": [1, None, 3]}),
    ]
    assert len({digest_of(one) for one in [table, *others]}) == 6
