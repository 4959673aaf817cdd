"""The base year is made once on a computer, and anew for other data, another program or a damaged file."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app import home, kept_base_year
from app.kept_base_year import kept_or_made
from corridors.io.cache_folder import REUSE, VARIABLE
from corridors.io.kept_files import keep_text

MADE: Any = ("answer", "record")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    monkeypatch.delenv(REUSE, raising=False)
    return tmp_path


@pytest.fixture
def made() -> tuple[list[int], Callable[[], bytes]]:
    """Counts how often the run is made."""
    times: list[int] = []

    def make() -> bytes:
        times.append(1)
        return pickle.dumps(MADE)

    return times, make


def test_a_second_server_does_not_run_the_base_year(cache: Path, made: Any) -> None:
    times, make = made
    assert [kept_or_made(make) for _ in range(3)] == [MADE] * 3
    assert len(times) == 1


@pytest.mark.parametrize("damage", [b"", b"no hash\nno pickle", None])
def test_a_damaged_file_is_as_good_as_none(cache: Path, made: Any, damage: bytes | None) -> None:
    times, make = made
    kept_or_made(make)
    (file,) = cache.rglob("*.kept")
    file.write_bytes(file.read_bytes()[:-1] if damage is None else damage)
    assert kept_or_made(make) == MADE
    assert len(times) == 2
    assert kept_or_made(make) == MADE
    assert len(times) == 2, "kept again"


def test_a_text_that_is_no_pickle_any_more_is_made_anew(cache: Path) -> None:
    kept_or_made(lambda: pickle.dumps(MADE))
    (file,) = cache.rglob("*.kept")
    keep_text(file, b"not a pickle", 4)
    assert kept_or_made(lambda: pickle.dumps(MADE)) == MADE


def test_other_data_program_or_published_figures_are_another_base_year(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = {kept_base_year.key()}
    for module, name, value in (
        (kept_base_year, "code_fingerprint", lambda: "another program"),
        (kept_base_year, "fingerprint", lambda corridor: "other data"),
        (home, "comparisons", lambda: []),
        (kept_base_year, "version_of", lambda library: "another version"),
        (kept_base_year, "code_of", lambda file: "another page"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, value)
            keys.add(kept_base_year.key())
    assert len(keys) == 6


def test_without_reuse_nothing_is_kept(cache: Path, made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    times, make = made
    monkeypatch.setenv(REUSE, "0")
    assert [kept_or_made(make) for _ in range(2)] == [MADE] * 2
    assert len(times) == 2
    assert not list(cache.rglob("*.kept"))
