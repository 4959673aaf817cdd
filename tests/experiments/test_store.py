"""The folder of results: whole shards or none, read by anybody in one line, and never mixed with something else."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pyarrow import parquet

from corridors.findings import DataError
from sim.experiments import store as module
from sim.experiments.batch import manifest_of
from sim.experiments.expansion import expand
from sim.experiments.result_schema import ADDED, COLUMNS, KINDS, wide_table
from sim.experiments.shard import FOOTER, FORMAT, Done, Shard, shard_content
from sim.experiments.store import MANIFEST, Store, StoreError, create_store, open_store
from sim.kpi import detours
from tests.helpers.small_batch import lanes, my_port, results

LAST = Shard("point_2", 2, 2)
FIRST = Shard("baseline", 0, 1)


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    world, asked = my_port(), lanes()
    return manifest_of(asked, expand(asked, world, {}), world)


@pytest.fixture
def store(tmp_path: Path, manifest: dict[str, Any]) -> Iterator[Store]:
    with create_store(tmp_path / "out", manifest) as opened:
        yield opened


def done(store: Store, shard: Shard, value: float = 1.5, failed: int = 0) -> Done:
    """A shard with one key figure, one facility and one run a replication."""
    kpi = pd.DataFrame([["p", "both", "outbound", "truck", "wait_h_mean", "h", value, 9]], columns=[*KINDS["kpis"]])
    facility = pd.DataFrame([["p", "cn", "gate", 7, 0.5, 1.0, 2.0, 0.5, 3]], columns=[*KINDS["facilities"]])
    run = pd.DataFrame([[None] * len(KINDS["runs"])], columns=[*KINDS["runs"]], dtype=object).assign(visits=12)
    rows = {
        kind: [(number, table) for number in shard.replications]
        for kind, table in (("kpis", kpi), ("facilities", facility), ("runs", run))
    }
    content = shard_content(rows, store.fingerprint, shard, failed)
    return Done(content, failed, tuple(0.1 for _ in shard.replications))


def test_what_is_saved_is_there_and_what_is_missing_is_still_to_do(store: Store) -> None:
    assert store.saved() == []
    assert list(store.shards.values())[:4] == [
        FIRST,
        *(Shard(f"point_{k}", 0, 1) for k in (1, 2)),
        Shard("baseline", 2, 2),
    ]
    store.commit(LAST, done(store, LAST, failed=1))
    store.commit(FIRST, done(store, FIRST))
    assert [(saved.shard, saved.failed) for saved in store.saved()] == [(FIRST, 0), (LAST, 1)]


def test_anybody_reads_it_in_one_line(store: Store) -> None:
    for shard in (LAST, FIRST):
        store.commit(shard, done(store, shard))
    everything = pd.read_parquet(store.folder)
    assert tuple(everything.columns) == COLUMNS
    assert everything.groupby("kind").size().to_dict() == {"facilities": 3, "kpis": 3, "runs": 3}
    kpis = pd.read_parquet(store.folder, filters=[("kind", "==", "kpis")])
    assert kpis["value"].tolist() == [1.5] * 3


def test_duckdb_reads_it_in_one_line(store: Store) -> None:
    duckdb = pytest.importorskip("duckdb")
    store.commit(FIRST, done(store, FIRST, 2.5))
    answer = duckdb.sql(f"SELECT scenario, avg(value) FROM read_parquet('{store.folder}/**/*.parquet') GROUP BY 1")
    assert answer.fetchall() == [("baseline", 2.5)]


def test_rows_of_one_kind_come_with_their_own_columns_and_types_in_the_order_of_the_experiment(store: Store) -> None:
    for shard in (LAST, Shard("point_2", 0, 1), FIRST):
        store.commit(shard, done(store, shard))
    table = open_store(store.folder).read("facilities")
    assert list(table.columns) == ["scenario", "replication", *KINDS["facilities"]]
    assert list(zip(table["scenario"], table["replication"], strict=True)) == [
        ("baseline", 0),
        ("baseline", 1),
        ("point_2", 0),
        ("point_2", 1),
        ("point_2", 2),
    ]
    assert table["max_queue"].dtype == "int64"
    assert len(store.read("facilities", replications=2)) == 4
    assert store.read("links").empty
    with pytest.raises(KeyError):
        store.read("trains")


def test_a_file_from_before_a_column_was_added_has_missing_values_there(store: Store) -> None:
    for shard in (FIRST, LAST):
        store.commit(shard, done(store, shard))
    old = store.folder / FIRST.file_name
    table = parquet.read_table(old).drop_columns(["n"])
    record = json.loads(table.schema.metadata[FOOTER.encode()]) | {"format": FORMAT}
    del record["content"]
    parquet.write_table(table.replace_schema_metadata({FOOTER: json.dumps(record)}), old)
    table = open_store(store.folder).read("kpis")
    assert table["value"].tolist() == [1.5] * 3
    assert table["n"].isna().tolist() == [True, True, False]


def test_a_batch_from_before_flows_were_stored_is_read_without_them(store: Store) -> None:
    for shard in (FIRST, LAST):
        store.commit(shard, done(store, shard))
        file = store.folder / shard.file_name
        table = parquet.read_table(file)
        record = json.loads(table.schema.metadata[FOOTER.encode()]) | {"format": FORMAT}
        del record["content"]
        columns = [name for name in KINDS["flows"] if name in ADDED]
        old = table.drop_columns(columns).replace_schema_metadata({FOOTER: json.dumps(record)})
        parquet.write_table(old, file)
    assert len(open_store(store.folder).saved()) == 2
    flows = open_store(store.folder).read("flows")
    assert flows.empty
    assert set(KINDS["flows"]) <= set(flows.columns)
    assert open_store(store.folder).read("kpis")["value"].tolist() == [1.5] * 3


def test_flows_are_stored_and_read(store: Store) -> None:
    row = ["trucks_out", "truck", 7, 20.0, 140.0, 130.0, 55.0, 9.5, 1.25, 4.0, 3.0, 80.0]
    table = pd.DataFrame([row], columns=[*KINDS["flows"]])
    rows = {"flows": [(number, table) for number in FIRST.replications]}
    store.commit(FIRST, Done(shard_content(rows, store.fingerprint, FIRST, 0), 0, (0.1, 0.1)))
    flows = store.read("flows")
    assert flows[[*KINDS["flows"]]].iloc[0].tolist() == row
    assert flows["journeys"].dtype == "int64"


def test_saved_again_equal_replaces_equal(store: Store) -> None:
    store.commit(FIRST, done(store, FIRST))
    before = results(store.folder)
    store.commit(FIRST, done(store, FIRST))
    assert results(store.folder) == before
    times = (store.folder / "_times.csv").read_text(encoding="utf-8").splitlines()
    assert len(times) == 1 + 4


def test_half_written_files_are_no_results_and_are_swept_away(store: Store, manifest: dict[str, Any]) -> None:
    store.commit(FIRST, done(store, FIRST))
    half = store.folder / f".{LAST.file_name}.4711.part"
    half.write_bytes(done(store, LAST).content[:500])
    assert [saved.shard for saved in store.saved()] == [FIRST]
    assert len(pd.read_parquet(store.folder, filters=[("kind", "==", "kpis")])) == 2
    copy = store.folder.with_name("copy")
    shutil.copytree(store.folder, copy)
    with create_store(copy, manifest) as again:
        assert [saved.shard for saved in again.saved()] == [FIRST]
    assert [file.name for file in copy.glob(".*")] == []


def test_killed_before_the_manifest_was_written_it_begins_anew(tmp_path: Path, manifest: dict[str, Any]) -> None:
    (tmp_path / f".{MANIFEST}.4711.part").write_text("{", encoding="utf-8")
    with create_store(tmp_path, manifest) as store:
        assert store.saved() == []
    assert json.loads((tmp_path / MANIFEST).read_text(encoding="utf-8")) == manifest


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "text"])
def test_a_damaged_file_is_told_and_the_others_stay(store: Store, damage: str) -> None:
    for shard in (FIRST, LAST):
        store.commit(shard, done(store, shard))
    file = store.folder / LAST.file_name
    whole = file.read_bytes()
    content = {
        "cut": whole[:-100],
        "flipped": whole.replace(b"outbound", b"inbound!"),
        "empty": b"",
        "text": b"what is this",
    }[damage]
    assert content != whole
    file.write_bytes(content)
    for look in (store.saved, lambda: store.read("kpis")):
        with pytest.raises(DataError, match=LAST.file_name) as error:
            look()
        assert [finding.code for finding in error.value.findings] == ["store.damaged"]
    file.unlink()
    assert [saved.shard for saved in store.saved()] == [FIRST]


def test_files_of_something_else_are_told_all_at_once(store: Store) -> None:
    store.commit(FIRST, done(store, FIRST))
    (store.folder / "inside").mkdir()
    for name in ("trace.parquet", "inside/trace.parquet", "baseline-00000-00004.parquet"):
        (store.folder / name).write_bytes(done(store, FIRST).content)
    (store.folder / LAST.file_name).write_bytes(done(store, FIRST).content)
    foreign = shard_content({"kpis": [(2, pd.DataFrame(columns=[*KINDS["kpis"]]))]}, "x", Shard("baseline", 2, 2), 0)
    (store.folder / "baseline-00002-00002.parquet").write_bytes(foreign)
    with pytest.raises(DataError) as error:
        store.saved()
    assert len(error.value.findings) == 5
    codes = sorted(finding.code for finding in error.value.findings)
    assert codes == ["store.foreign_file"] * 3 + ["store.foreign_results"] * 2


def test_another_experiment_is_refused_with_every_difference(store: Store, manifest: dict[str, Any]) -> None:
    store.commit(FIRST, done(store, FIRST))
    before = results(store.folder)
    other = json.loads(json.dumps(manifest))
    other["data_fingerprint"] = "0" * 64
    other["experiment"]["seed"] = 2
    other["scenarios"]["point_1"]["changes"][0]["value"] = 2
    del other["scenarios"]["point_2"]
    folder = store.folder.with_name("copy")
    shutil.copytree(store.folder, folder)
    with pytest.raises(DataError) as error, create_store(folder, other):
        pass
    answer = str(error.value)
    for part in (
        "data_fingerprint: store.differs; expected",
        "experiment.seed: store.differs; expected 2; found '1'",
        "scenarios.point_1.changes.0.value: store.differs; expected 2; found '1'",
        "scenarios.point_2.changes.0.value: store.differs; expected found.nothing; found '3'",
        "store.other_experiment",
    ):
        assert part in answer
    assert "replications" not in answer, "what is the same is not listed"
    assert results(folder) == before


def test_a_default_that_is_written_out_is_no_difference(store: Store, manifest: dict[str, Any]) -> None:
    other = json.loads(json.dumps(manifest))
    other["experiment"] |= {"seed": 1, "engine": "simpy", "target": None}
    folder = store.folder.with_name("copy")
    shutil.copytree(store.folder, folder)
    with create_store(folder, other) as again:
        assert again.fingerprint == store.fingerprint


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path, manifest: dict[str, Any]) -> None:
    (tmp_path / "thesis.txt").write_text("all my work", encoding="utf-8")
    with pytest.raises(DataError, match=r"thesis\.txt"), create_store(tmp_path, manifest):
        pass
    assert [file.name for file in tmp_path.iterdir() if not file.name.startswith("_")] == ["thesis.txt"]


@pytest.mark.parametrize(
    "text", ["", "{", "[1]", '{"format": 1}', '{"format": 99}', '{"format": 1, "experiment": {"id": 3}}']
)
def test_a_manifest_that_is_none_is_told(tmp_path: Path, manifest: dict[str, Any], text: str) -> None:
    (tmp_path / MANIFEST).write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=MANIFEST), create_store(tmp_path, manifest):
        pass
    with pytest.raises(DataError, match=MANIFEST):
        open_store(tmp_path)


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, "[" * 900 + "]" * 900, '{"a":' * 100_000, "9" * 5000, '{"format": 1' + "0" * 5000 + "}", "\ud800"],
)
def test_a_manifest_that_is_nested_too_deeply_or_too_long_a_number_is_none(
    tmp_path: Path, manifest: dict[str, Any], text: str
) -> None:
    (tmp_path / MANIFEST).write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(DataError, match=r"store\.no_manifest"):
        open_store(tmp_path)
    with pytest.raises(DataError, match=r"store\.no_manifest"), create_store(tmp_path, manifest):
        pass


@pytest.mark.parametrize("scenarios", [None, [], {"baseline": 3}, "deep"])
def test_a_manifest_with_damaged_scenarios_is_none(tmp_path: Path, manifest: dict[str, Any], scenarios: Any) -> None:
    deep: Any = {}
    for _ in range(300):
        deep = {"a": deep}
    damaged = {**manifest, "scenarios": deep if scenarios == "deep" else scenarios}
    (tmp_path / MANIFEST).write_text(json.dumps(damaged), encoding="utf-8")
    with pytest.raises(DataError, match=r"store\.no_manifest"):
        open_store(tmp_path)


def test_a_pipe_in_the_place_of_the_manifest_is_none(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / MANIFEST)
    with pytest.raises(DataError, match=r"store\.no_manifest"):
        open_store(tmp_path)


@pytest.mark.parametrize("name", ["_lock", "_times.csv"])
def test_a_pipe_among_the_files_of_a_store_is_refused(tmp_path: Path, manifest: dict[str, Any], name: str) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(DataError, match=r"store\.not_plain"), create_store(tmp_path, manifest):
        pass


def test_a_shard_of_any_size_is_refused_before_it_is_read(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.commit(FIRST, done(store, FIRST))
    n = len(store.read("runs"))
    monkeypatch.setattr(module, "MOST_ROWS", n)
    with pytest.raises(DataError, match=r"store\.too_large"):
        store.read("runs")
    monkeypatch.undo()
    with (store.folder / FIRST.file_name).open("ab") as file:
        file.truncate(module.LARGEST_RECORD + 1)
    with pytest.raises(DataError, match=r"store\.too_large"):
        store.read("runs")


def test_a_manifest_of_any_size_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / MANIFEST).open("wb") as file:
        file.truncate(module.LARGEST_RECORD + 1)
    with pytest.raises(DataError, match=r"store\.no_manifest"):
        open_store(tmp_path)


def test_a_pipe_in_the_place_of_a_shard_is_told_by_every_reader(store: Store) -> None:
    """Also by the reader of tables that have columns of later versions, which looks at the schema first."""
    for shard in (FIRST, LAST):
        store.commit(shard, done(store, shard))
    (store.folder / LAST.file_name).unlink()
    os.mkfifo(store.folder / LAST.file_name)
    for read in (store.saved, store.tables, *(partial(store.read, kind) for kind in store.experiment.kinds)):
        with pytest.raises(DataError, match=rf"{LAST.file_name}.*store\.not_plain; expected want\.complete_file"):
            read()


def test_a_folder_without_results_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"store\.unreadable; expected want\.manifest"):
        open_store(tmp_path)
    with pytest.raises(DataError, match=r"store\.unreadable; expected want\.manifest"):
        open_store(tmp_path / "nowhere")


def test_one_batch_at_a_time(store: Store, manifest: dict[str, Any]) -> None:
    with pytest.raises(DataError, match=r"store\.in_use"), create_store(store.folder, manifest):
        pass


@pytest.mark.parametrize("fails", ["write", "replace"])
def test_a_full_disk_is_told_and_what_was_saved_is_intact(
    store: Store, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    store.commit(FIRST, done(store, FIRST))
    before = results(store.folder)

    def no_room(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync" if fails == "write" else "replace", no_room)
        with pytest.raises(StoreError, match="disk_full"):
            store.commit(LAST, done(store, LAST))
    assert results(store.folder) == before
    assert [file.name for file in store.folder.glob(".*")] == [], "no half file is left to fill the disk"
    store.commit(LAST, done(store, LAST))
    assert len(store.saved()) == 2


def test_a_folder_that_cannot_be_written_is_told(
    tmp_path: Path, manifest: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(DataError, match=r"store\.unwritable"), create_store(tmp_path / "file", manifest):
        pass
    with (
        pytest.raises(DataError, match=r"store\.unwritable"),
        create_store(tmp_path / "file" / "x", manifest),
    ):
        pass

    def forbidden(*_: Any) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(os, "replace", forbidden)
    with pytest.raises(DataError, match="read_only"), create_store(tmp_path / "out", manifest):
        pass


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="whoever may do everything is not refused")
def test_a_folder_without_permission_is_told(tmp_path: Path, manifest: dict[str, Any]) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(DataError, match="no_permission"), create_store(tmp_path / "out", manifest):
            pass
    finally:
        tmp_path.chmod(0o700)


def test_detours_of_a_run_are_rows_of_its_results() -> None:
    assert KINDS["detours"] == tuple(detours.COLUMNS)
    table = pd.DataFrame([("truck", "trucks", "road", 3, 4.5)], columns=detours.COLUMNS)
    [row] = wide_table({"detours": [(2, table)]}, "shut").to_pylist()
    assert {name: value for name, value in row.items() if value is not None} == {
        **{"kind": "detours", "scenario": "shut", "replication": 2},
        **{"class": "truck", "service": "trucks", "link": "road", "vehicles": 3, "more_h": 4.5},
    }
