"""Files of results: the same store comes back, and what was tampered with is refused with a finding."""

from __future__ import annotations

import csv
import io
import json
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pytest

from corridors.findings import DataError
from sim.experiments.batch import run_batch
from sim.experiments.store import Store
from sim.studies.compare import compare
from sim.studies.result_file import contents, file_bytes, read_bytes, read_head, reading, writing
from sim.studies.result_file.merging import merged
from tests.helpers.refused_files import codes_of
from tests.helpers.small_batch import lanes, my_port, results

NAME: Final = "mine.bridgehead"
WHEN: Final = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
FIGURE: Final = {
    **{"scenario": "x", "port": "p", "vehicle_class": "c", "kpi": "dwell_h_mean", "unit": "h"},
    **{"n": 2, "before": 1.0, "difference": 0.5},
}
ASKED: Final = {"port": "p", "vehicle_class": "c", "kpi": "dwell_h_mean"}
HEAD, MANIFEST, KPIS = "bridgehead.json", "manifest.json", "tables/kpis.csv"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = tmp_path_factory.mktemp("results") / "lanes"
    return run_batch(lanes(replications=2, days=2), folder, my_port(), {}).store


@pytest.fixture(scope="module")
def saved(store: Store) -> bytes:
    return file_bytes(store, name="Gate lanes", author="Li Wei", saved_at=WHEN, brief="<p>brief</p>")


def codes(content: bytes) -> list[str]:
    """The codes of the findings about a file."""
    return codes_of(read_bytes, content, NAME)


def members_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(members: dict[str, bytes], *more: tuple[str, bytes]) -> bytes:
    """A zip file of members, some of them twice."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in [*members.items(), *more]:
            archive.writestr(name, content)
    return file.getvalue()


def edited(content: bytes, **changed: Callable[[Any], Any]) -> bytes:
    """The file with changed members, whose hashes fit: only what they say can be refused.

    Keys are ``head``, ``manifest`` and kinds of tables.
    """
    members = members_of(content)
    for key, change in changed.items():
        if key == "head":
            continue
        name = MANIFEST if key == "manifest" else f"tables/{key}.csv"
        if key == "manifest":
            members[name] = json.dumps(change(json.loads(members[name]))).encode()
        else:
            members[name] = change(members[name].decode()).encode()
    head = json.loads(members[HEAD])
    head["members"] = {name: sha256(one).hexdigest() for name, one in members.items() if name != HEAD}
    members[HEAD] = json.dumps(changed.get("head", lambda plain: plain)(head)).encode()
    return packed(members)


def test_the_store_comes_back_byte_for_byte_and_the_file_is_the_same_each_time(
    store: Store, saved: bytes, tmp_path: Path
) -> None:
    assert saved == file_bytes(store, name="Gate lanes", author="Li Wei", saved_at=WHEN, brief="<p>brief</p>")
    found = read_bytes(saved, NAME)
    found.write_store(tmp_path)
    assert results(tmp_path) == results(store.folder)
    assert (found.head.name, found.head.author, found.head.saved_at) == ("Gate lanes", "Li Wei", "2026-01-02T03:04:05Z")
    assert found.brief == "<p>brief</p>"
    assert len(saved) < sum(len(one) for one in members_of(saved).values())


def test_the_results_in_a_file_give_the_comparison_of_the_folder(store: Store, saved: bytes) -> None:
    from sim.studies.compare import ExperimentResults

    world = my_port()
    of_file, of_folder = (
        compare(results, world, {}) for results in (read_bytes(saved, NAME).results(), ExperimentResults.of(store))
    )
    assert of_file.as_json() == of_folder.as_json()


def test_scenarios_of_several_files_keep_ids_of_their_own(store: Store) -> None:
    from sim.studies.compare import ExperimentResults

    one = ExperimentResults.of(store)
    base, own = one.baseline, one.others[0]

    def named(*ids: str) -> ExperimentResults:
        """Results whose other scenarios all have the rows of one."""
        scenarios = {base: one.scenarios[base]} | {id: {**one.scenarios[own], "id": id} for id in ids}
        of_base, of_own = (one.kpis[one.kpis["scenario"] == id] for id in (base, own))
        rows = pd.concat([of_base, *(of_own.assign(scenario=id) for id in ids)])
        return replace(one, scenarios=scenarios, kpis=rows)

    found = merged([("one", named("x", "x_2")), ("two", named("x", "x_2"))])
    assert found.others == ["x", "x_2", "x_2_2", "x_2_2_2"]
    assert len(set(found.kpis.groupby("scenario").size())) == 1


def test_the_head_is_read_without_the_rows(saved: bytes, tmp_path: Path) -> None:
    file = tmp_path / NAME
    file.write_bytes(saved)
    assert read_head(file).name == "Gate lanes"


@pytest.mark.parametrize(
    "name",
    [
        "../evil.json",
        "/etc/passwd",
        "tables/../../x.csv",
        "C:\\x",
        "tables/",
        "script.py",
        "tables/kpis.pkl",
        "\x1b[31m",
    ],
)
def test_a_member_of_another_name_is_refused(saved: bytes, name: str) -> None:
    assert codes(packed(members_of(saved) | {name: b""})) == ["result_file.member"]


def test_a_member_that_is_there_twice_is_refused(saved: bytes) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        twice = packed(members_of(saved), (KPIS, b""))
    assert codes(twice) == ["result_file.twice"]


def test_a_member_that_unpacks_to_more_than_the_limit_is_refused_unread(
    saved: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = packed(members_of(saved) | {"brief.html": b" " * (contents.LARGEST_TEXT + 1)})
    assert len(bomb) < len(saved) + 100_000
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("a member was unpacked"))
    assert codes(bomb) == ["result_file.too_large"]


def test_no_more_is_unpacked_than_the_size_that_a_member_states() -> None:
    packed_mb, stated = 64, 100
    content = bytearray(packed({HEAD: b"\0" * (packed_mb * contents.MB)}))
    entry = content.rfind(b"PK\1\2")
    struct.pack_into("<L", content, entry + 16, zlib.crc32(b"\0" * stated))
    struct.pack_into("<L", content, entry + 24, stated)
    tracemalloc.start()
    try:
        assert codes(bytes(content)) == ["result_file.no_head"]
        assert tracemalloc.get_traced_memory()[1] < 8 * contents.MB
    finally:
        tracemalloc.stop()


def test_a_list_of_members_with_64_bit_sizes_is_refused(saved: bytes) -> None:
    end = saved.rfind(b"PK\5\6")
    listed = int.from_bytes(saved[end + 16 : end + 20], "little")
    number = saved[end + 10 : end + 12] + bytes(6)
    record = b"PK\6\6" + struct.pack("<Q2H2L", 44, 45, 45, 0, 0) + 2 * number + struct.pack("<2Q", end - listed, listed)
    locator = b"PK\6\7" + struct.pack("<LQL", 0, end, 1)
    content = saved[:end] + record + locator + saved[end:]
    assert zipfile.ZipFile(io.BytesIO(content)).namelist() == zipfile.ZipFile(io.BytesIO(saved)).namelist()
    assert codes(content) == ["result_file.damaged"]


@pytest.mark.parametrize(
    ("limit", "code"),
    [
        ("LARGEST_FILE", "too_large"),
        ("LARGEST_CONTENT", "too_large"),
        ("MOST_ROWS", "too_many"),
        ("MOST_RUNS", "too_many"),
    ],
)
def test_more_than_the_limits_is_neither_read_nor_written(
    store: Store, saved: bytes, monkeypatch: pytest.MonkeyPatch, limit: str, code: str
) -> None:
    monkeypatch.setattr(reading, limit, 5)
    assert codes(saved) == [f"result_file.{code}"]
    monkeypatch.setattr(writing, limit, 5)
    with pytest.raises(DataError) as refused:
        file_bytes(store, name="x", saved_at=WHEN)
    assert [one.code for one in refused.value.findings] == [f"result_file.{code}"]


@pytest.mark.parametrize("content", [b"", b"PK", b"x" * 100, b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_file_of_results_is_refused(content: bytes) -> None:
    assert codes(content)[0] in ("result_file.damaged", "result_file.no_head")


def test_damage_anywhere_is_refused(saved: bytes) -> None:
    for place in range(0, len(saved), max(1, len(saved) // 40)):
        damaged = bytearray(saved)
        damaged[place] ^= 0xFF
        try:
            read_bytes(bytes(damaged), NAME)
        except DataError:
            continue
        # A byte that no reader looks at, such as the time of a member: what is read is what was written.
        assert members_of(bytes(damaged)) == members_of(saved)


def test_a_part_that_was_changed_or_left_out_is_named(saved: bytes) -> None:
    members = members_of(saved)
    assert codes(packed(members | {KPIS: members[KPIS] + b"\n"})) == ["result_file.changed"]
    del members[KPIS]
    assert codes(packed(members)) == ["result_file.missing"]


def _with(key: str, value: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda plain: plain | {key: value}


def _experiment(key: str, value: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda plain: plain | {"experiment": plain["experiment"] | {key: value}}


def _days(n: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """The manifest with all scenarios of so many days."""
    return lambda plain: plain | {"scenarios": {id: one | {"days": n} for id, one in plain["scenarios"].items()}}


def _last(column: str, value: str) -> Callable[[str], str]:
    """A table with another value in its last row."""

    def change(text: str) -> str:
        head, *rows = list(csv.reader(text.splitlines(), quoting=csv.QUOTE_MINIMAL))
        place = head.index(column)
        *before, last, end = text.split("\n")
        cells = last.split(",")
        assert len(cells) == len(head) == len(rows[-1])
        cells[place] = value
        return "\n".join([*before, ",".join(cells), end])

    return change


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"head": _with("format", 3)}, "other_format"),
        ({"head": _with("format", 2)}, "no_head"),
        ({"head": _with("format", "1; import os")}, "other_format"),
        ({"head": _with("shards", {"../x": {}})}, "foreign_rows"),
        ({"head": _with("name", "x" * 1000)}, "no_head"),
        ({"head": _with("name", "\x1b[2J")}, "no_head"),
        ({"head": _with("name", "mine\nError: yours")}, "no_head"),
        ({"head": _with("author", "\u202eiew iL")}, "no_head"),
        ({"head": _with("more", 1)}, "no_head"),
        ({"head": lambda plain: []}, "no_head"),
        ({"head": _with("figures", [FIGURE | {"kpi": "nobody"}])}, "no_head"),
        ({"head": _with("figures", [FIGURE | {"n": 0}])}, "no_head"),
        ({"head": _with("figures", [FIGURE | {"difference": float("nan")}])}, "no_head"),
        ({"head": _with("figures", [FIGURE | {"scenario": "\u202eiew iL"}])}, "no_head"),
        ({"head": _with("question", ASKED | {"port": "mine\nError: yours"})}, "no_head"),
        ({"head": _with("question", ASKED | {"vehicle_class": "\u202eiew iL"})}, "no_head"),
        ({"head": _with("question", ASKED | {"kpi": "nobody"})}, "no_head"),
        ({"manifest": lambda plain: []}, "no_manifest"),
        ({"manifest": _with("format", 9)}, "no_manifest"),
        ({"manifest": _with("scenarios", {})}, "no_manifest"),
        ({"manifest": _with("scenarios", {"baseline": []})}, "no_manifest"),
        ({"manifest": _with("more", 1)}, "no_manifest"),
        ({"manifest": _experiment("replications", 10**9)}, "no_manifest"),
        ({"manifest": _experiment("replications", 90_000)}, "too_many"),
        ({"manifest": _experiment("title_en", "\x1b]0;x\x07")}, "unshown"),
        ({"manifest": _days(10**9)}, "no_manifest"),
        ({"manifest": _days(-1)}, "no_manifest"),
        ({"manifest": _days("x")}, "no_manifest"),
        ({"kpis": lambda text: text.replace("dwell_h_mean", "nobody")}, "wrong_rows"),
        ({"kpis": lambda text: text.replace('"baseline"', '"nobody"')}, "wrong_rows"),
        ({"kpis": lambda text: text.replace(",0,", ",7,")}, "wrong_rows"),
        ({"kpis": lambda text: text + text.splitlines()[-1] + "\n"}, "wrong_rows"),
        ({"kpis": lambda text: text.replace('"outbound"', "", 1)}, "wrong_rows"),
        ({"kpis": lambda text: text.replace('"outbound"', '"sideways"')}, "wrong_rows"),
        ({"kpis": lambda text: text.replace('"both"', '"middle"')}, "wrong_rows"),
        ({"kpis": _last("value", "-3")}, "wrong_rows"),
        ({"kpis": _last("value", "inf")}, "wrong_rows"),
        ({"backlog": _last("day", "2")}, "wrong_rows"),
        ({"backlog": _last("day", "999999999999")}, "wrong_rows"),
        ({"backlog": _last("day", "-1")}, "wrong_rows"),
        ({"backlog": _last("crossings", "-1")}, "wrong_rows"),
        ({"waiting": lambda text: text + text.splitlines()[-1] + "\n"}, "wrong_rows"),
        ({"bottlenecks": _last("root_share", "1.5")}, "wrong_rows"),
        ({"runs": lambda text: text + text.splitlines()[-1] + "\n"}, "wrong_rows"),
        ({"dwell": _last("side", '"c"')}, "wrong_rows"),
        ({"kpis": lambda text: text.replace('"kpi"', '"figure"')}, "no_table"),
        ({"kpis": lambda text: text + '"a"\n'}, "no_table"),
        ({"kpis": lambda text: text.replace(",0,", ",half,", 1)}, "no_table"),
        ({"kpis": lambda text: text + "\x00"}, "unshown"),
    ],
)
def test_a_file_whose_hashes_fit_is_still_checked(saved: bytes, changed: dict[str, Any], code: str) -> None:
    assert codes(edited(saved, **changed)) == [f"result_file.{code}"]


def test_an_edit_that_changes_nothing_is_read(saved: bytes) -> None:
    assert read_bytes(edited(saved), NAME).head.name == "Gate lanes"
    assert read_bytes(edited(saved, head=_with("figures", [FIGURE])), NAME).head.figures[0].n == 2


def test_a_single_run_is_saved_and_opened(bridgehead: Any, mine: Path, tmp_path: Path) -> None:
    file = tmp_path / NAME
    made = bridgehead("run", "--data", mine, "--days", 3, "--replication", 1, "--save", file, "--author", "Li Wei")
    assert made.status == 0, made.err
    assert f"Wrote {file}" in made.err
    opened = bridgehead("open", file, "--data", mine)
    assert opened.status == 0, opened.err
    assert "Mean of 1 run of 3 days" in opened.out
    assert "Results “mine”" in opened.err
    assert "Li Wei" in opened.err
    for option in (("--best", "a.b.c"), ("--margin", 5)):
        assert bridgehead("open", file, "--data", mine, *option).status == 2
    here = bridgehead("open", file)
    assert here.status == 2
    assert "results.foreign_row" in here.err


def test_pairs_are_saved_with_two_briefs_and_opened_as_they_were_shown(
    bridgehead: Any, mine: Path, tmp_path: Path
) -> None:
    file, html, word = (tmp_path / name for name in (NAME, "a.html", "a.docx"))
    more_gates = ("--data", mine, "--set", "facilities.exit_gate.servers=3", "--days", 3, "--pairs", 2)
    made = bridgehead("run", *more_gates, "--brief", html, "--brief", word, "--author", "Li Wei", "--save", file)
    assert made.status == 0, made.err
    assert word.stat().st_size > 1000
    again = tmp_path / "again.html"
    opened = bridgehead("open", file, "--data", mine, "--brief", again, "--author", "Li Wei")
    assert opened.out == made.out
    assert again.read_bytes() == html.read_bytes()
    found = read_bytes(file.read_bytes(), NAME)
    assert found.brief.encode() == html.read_bytes()
    assert found.head.author == "Li Wei"
    assert [one.kpi for one in found.head.figures]


def test_an_author_without_a_file_that_names_one_is_a_finding(bridgehead: Any, mine: Path) -> None:
    for command in (
        ("run", "--days", 2),
        ("run", "--days", 2, "--pairs", 2, "--set", "facilities.exit_gate.servers=3"),
    ):
        answer = bridgehead(*command, "--data", mine, "--author", "Li Wei")
        assert answer.status == 2
        assert "--author: expected a file with --brief or --save" in answer.err
