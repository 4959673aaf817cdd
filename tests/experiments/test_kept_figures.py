"""Figures in files of the cache folder: used by later processes, checked before use, and bounded."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corridors.io import kept_files
from corridors.io.cache_folder import REUSE, VARIABLE
from sim import engines
from sim.experiments import kept_figures, shard
from sim.experiments.batch import run_batch
from sim.reuse import KeptUnits
from tests.helpers.small_batch import lanes, my_port, results


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder, and a process that keeps nothing in memory from one batch to the next."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    monkeypatch.delenv(REUSE, raising=False)
    monkeypatch.setattr(kept_figures, "MOST_BYTES", 2**20)
    kept_figures._of_this_process.cache_clear()
    return tmp_path / "cache" / kept_figures.KIND


@pytest.fixture
def batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], tuple[dict[str, bytes], int]]:
    """Runs the small batch as a new process: its files, and how often an engine ran."""
    played: list[Any] = []
    play = engines.play

    def counted(*given: Any) -> Any:
        played.append(given)
        return play(*given)

    monkeypatch.setattr(engines, "play", counted)

    def run(name: str) -> tuple[dict[str, bytes], int]:
        played.clear()
        kept = KeptUnits()
        monkeypatch.setattr(
            shard, "kept_units", lambda most_bytes_of_draws: None if os.environ.get(REUSE) == "0" else kept
        )
        run_batch(lanes(), tmp_path / name, my_port(), {})
        return results(tmp_path / name), len(played)

    return run


def with_a_byte_changed(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :]


def test_a_later_batch_simulates_nothing_again(cache: Path, batch: Callable[[str], Any], monkeypatch: Any) -> None:
    first, played = batch("first")
    assert played > 0
    assert list(cache.glob("*.kept"))
    again, replayed = batch("again")
    assert (again, replayed) == (first, 0)
    monkeypatch.setenv(REUSE, "0")
    without, most = batch("without")
    assert without == first
    assert most >= played


@pytest.mark.parametrize("harm", [with_a_byte_changed, lambda content: content[:50], lambda _: b"", lambda c: b"x" + c])
def test_a_damaged_file_is_computed_anew(cache: Path, batch: Callable[[str], Any], harm: Any) -> None:
    first, played = batch("first")
    for file in cache.glob("*.kept"):
        file.write_bytes(harm(file.read_bytes()))
    assert batch("again") == (first, played)
    assert batch("mended") == (first, 0)


def test_files_of_another_code_are_not_used(cache: Path, batch: Callable[[str], Any], monkeypatch: Any) -> None:
    first, played = batch("first")
    monkeypatch.setattr(kept_figures, "version_of", lambda library: "another")
    kept_figures._of_this_process.cache_clear()
    assert batch("again") == (first, played)


def test_what_is_no_figures_is_not_used(cache: Path) -> None:
    files = kept_figures.FigureFiles("code")
    file = kept_files.kept_file(kept_figures.KIND, files._key("name"))
    assert file
    kept_files.keep_text(file, b"no archive")
    assert files.get("name") is None
    assert files.get("other") is None


def test_a_folder_that_cannot_be_written_is_no_harm(cache: Path, batch: Callable[[str], Any]) -> None:
    cache.parent.mkdir()
    cache.write_bytes(b"a file in place of the folder")
    assert batch("first")[1] == batch("again")[1] > 0


def test_the_oldest_files_make_room_and_old_temporary_ones_go(tmp_path: Path) -> None:
    now = time.time()
    for k in range(10):
        kept_files.keep_text(tmp_path / f"{k}.kept", bytes(1000))
        os.utime(tmp_path / f"{k}.kept", (now - 100 + k, now - 100 + k))
    for name, age in ((".a.kept.1.part", 2 * kept_files.OLD_S), (".b.kept.2.part", 0)):
        (tmp_path / name).write_bytes(b"half")
        os.utime(tmp_path / name, (now - age, now - age))
    kept_files.make_room(tmp_path, most_bytes=20_000)
    assert len(list(tmp_path.glob("*.kept"))) == 10
    kept_files.make_room(tmp_path, most_bytes=8_000)
    assert sorted(path.name for path in tmp_path.glob("*.kept")) == [f"{k}.kept" for k in range(5, 10)]
    assert [path.name for path in tmp_path.glob(".*.part")] == [".b.kept.2.part"]


def test_runs_begin_with_the_replication_of_the_run_before_and_files_are_the_same(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the numbers of one replication at least are kept, however many there are room for."""
    turns: list[int] = []
    run_scenario = shard.run_scenario

    def noted(case: Any, *given: Any, **named: Any) -> Any:
        turns.append(case.settings.replication)
        return run_scenario(case, *given, **named)

    monkeypatch.setattr(shard, "run_scenario", noted)
    found = []
    for reuse in ("0", "1"):
        monkeypatch.setenv(REUSE, reuse)
        kept = KeptUnits(most_bytes_of_draws=0)
        monkeypatch.setattr(
            shard, "kept_units", lambda most_bytes_of_draws, reuse=reuse, kept=kept: kept if int(reuse) else None
        )
        run_batch(lanes(), tmp_path / reuse, my_port(), {})
        found.append(results(tmp_path / reuse))
    assert turns[:9] == [0, 1, 0, 1, 0, 1, 2, 2, 2]
    assert turns[9:] == [0, 1, 1, 0, 0, 1, 2, 2, 2]
    assert found[0] == found[1]


@pytest.mark.parametrize(("pages", "workers", "most"), [(2**21, 4, 256), (2**18, 4, 32), (None, 4, 64)])
def test_numbers_take_a_bounded_share_of_the_memory_of_a_machine(
    pages: int | None, workers: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In MB; Windows has no such call."""

    def told(name: str) -> int:
        if pages is None:
            raise ValueError(name)
        return {"SC_PHYS_PAGES": pages, "SC_PAGE_SIZE": 4096}[name]

    monkeypatch.setattr(os, "sysconf", told, raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: workers)
    assert shard.bytes_of_draws.__wrapped__() == most * 2**20
