"""Checked worlds, holidays and texts that are kept on disk equal those made anew; damaged ones are not used."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from corridors import checks, kept_worlds
from corridors.clock import public_holidays
from corridors.findings import DataError
from corridors.fingerprint import fingerprint
from corridors.io import cache_folder, kept_files, tables
from corridors.io.folders import data_root
from corridors.load import load_corridor
from sim.text import catalogue

SMALL = data_root() / "template"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder."""
    folder = tmp_path / "cache"
    monkeypatch.setenv(cache_folder.VARIABLE, str(folder))
    monkeypatch.delenv(cache_folder.REUSE, raising=False)
    return folder


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """A small data folder that tests change."""
    return Path(shutil.copytree(SMALL, tmp_path / "world"))


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders that were read and checked."""
    found: list[Path] = []

    def counted(folder: Path) -> tables.Reading:
        found.append(folder)
        return read(folder)

    read = tables.read_folder
    monkeypatch.setattr(tables, "read_folder", counted)
    return found


def kept(folder: Path, kind: str = kept_worlds.KIND) -> list[Path]:
    return sorted((folder / kind).glob("*"))


def test_a_kept_world_is_the_world_that_was_read(world: Path, reads: list[Path], cache: Path) -> None:
    first, second = load_corridor(world), load_corridor(world)
    assert reads == [world]
    assert second == first
    assert fingerprint(second) == fingerprint(first)  # With the types of all values.
    for table in kept_worlds.TABLES:
        assert list(second.table(table)) == list(first.table(table))
    assert len(kept(cache)) == 1


def test_the_world_is_kept_by_content_and_not_by_place(world: Path, reads: list[Path], tmp_path: Path) -> None:
    load_corridor(world)
    load_corridor(Path(shutil.copytree(world, tmp_path / "copy")))
    assert reads == [world]


def _cell(world: Path) -> None:
    file = world / "facilities.csv"
    file.write_bytes(file.read_bytes() + b"\r\n")


def _new_file(world: Path) -> None:
    (world / "notes.txt").touch()


def _new_folder(world: Path) -> None:
    (world / "spare").mkdir()


@pytest.mark.parametrize("change", [_cell, _new_file, _new_folder])
def test_any_change_of_the_folder_is_read_and_checked(world: Path, reads: list[Path], change: object) -> None:
    load_corridor(world)
    change(world)  # type: ignore[operator]
    load_corridor(world)
    assert len(reads) == 2


def test_a_folder_with_errors_is_never_kept_and_has_the_same_findings(world: Path, cache: Path) -> None:
    load_corridor(world)
    file = world / "facilities.csv"
    sound = file.read_bytes()
    file.write_bytes(sound + b"a row,of two cells\r\n")
    found = []
    for _ in range(2):
        with pytest.raises(DataError) as wrong:
            load_corridor(world)
        found.append([one.as_json() for one in wrong.value.findings])
    assert found[0] == found[1]
    assert len(kept(cache)) == 1
    file.write_bytes(sound)
    load_corridor(world)


DAMAGES = {
    "empty": lambda content: b"",
    "cut": lambda content: content[:-9],
    "one byte": lambda content: content[:-9] + b"7" + content[-8:],
    "no text": lambda content: b"\x80\x04N.",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_read_again_and_replaced(world: Path, reads: list[Path], cache: Path, damage: str) -> None:
    first = load_corridor(world)
    (file,) = kept(cache)
    whole = file.read_bytes()
    file.write_bytes(DAMAGES[damage](whole))
    assert fingerprint(load_corridor(world)) == fingerprint(first)
    assert len(reads) == 2
    assert file.read_bytes() == whole


@pytest.mark.parametrize("text", [b"xx", b"{}", b"null"])
def test_a_text_of_another_form_is_as_good_as_none(world: Path, reads: list[Path], cache: Path, text: bytes) -> None:
    first = load_corridor(world)
    (file,) = kept(cache)
    file.write_bytes(kept_files._digest(text) + b"\n" + text)
    assert fingerprint(load_corridor(world)) == fingerprint(first)
    assert len(reads) == 2


def test_another_version_of_the_program_does_not_use_it(
    world: Path, reads: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    load_corridor(world)
    monkeypatch.setattr(kept_worlds, "_program", lambda: b"another version")
    load_corridor(world)
    assert len(reads) == 2


def test_the_program_is_its_rules_tables_and_libraries(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    kept_worlds._program.cache_clear()
    before = kept_worlds._program()
    monkeypatch.setattr(kept_worlds, "version_of", lambda library: "0.0")
    kept_worlds._program.cache_clear()
    other = kept_worlds._program()
    monkeypatch.undo()
    package = Path(shutil.copytree(Path(checks.__file__).parents[1], tmp_path / "corridors"))
    rule = package / "checks" / "capacity.py"
    rule.write_bytes(rule.read_bytes() + b"\n")
    monkeypatch.setattr(kept_worlds, "__file__", str(package / "kept_worlds.py"))
    kept_worlds._program.cache_clear()
    assert len({before, other, kept_worlds._program()}) == 3
    kept_worlds._program.cache_clear()


def test_nothing_is_kept_where_reuse_is_off(
    world: Path, reads: list[Path], cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(cache_folder.REUSE, "0")
    assert load_corridor(world) == load_corridor(world)
    assert len(reads) == 2
    assert not cache.exists()


def test_a_cache_that_cannot_be_written_does_no_harm(
    world: Path, reads: list[Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv(cache_folder.VARIABLE, str(tmp_path / "file" / "below"))
    load_corridor(world)
    load_corridor(world)
    assert len(reads) == 2


def test_few_worlds_are_kept(world: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_worlds, "MOST", 2)
    for n in range(4):
        (world / f"notes_{n}.txt").touch()
        load_corridor(world)
    assert len(kept(cache)) == 2


@pytest.fixture
def years() -> Iterator[None]:
    public_holidays._public_holidays.cache_clear()
    public_holidays.holiday_days.cache_clear()
    yield
    public_holidays._public_holidays.cache_clear()
    public_holidays.holiday_days.cache_clear()


@pytest.mark.usefixtures("years")
@pytest.mark.parametrize("damage", [None, *DAMAGES])
def test_kept_holidays_are_those_of_the_library(cache: Path, damage: str | None) -> None:
    first = public_holidays._public_holidays("MN", 2023)
    (file,) = kept(cache, "holidays")
    if damage:
        file.write_bytes(DAMAGES[damage](file.read_bytes()))
    public_holidays._public_holidays.cache_clear()
    second = public_holidays._public_holidays("MN", 2023)
    assert list(second.items()) == list(first.items())
    assert all(day.year == 2023 and type(day) is date for day in second)


@pytest.mark.parametrize("damage", [None, *DAMAGES])
def test_kept_texts_are_those_of_the_catalogue(cache: Path, damage: str | None) -> None:
    file = catalogue.FOLDER / "zh" / "common.po"
    first = catalogue._compiled(file)
    (known,) = kept(cache, "texts")
    if damage:
        known.write_bytes(DAMAGES[damage](known.read_bytes()))
    assert catalogue._compiled(file) == first


@pytest.mark.usefixtures("years")
def test_holidays_and_texts_of_another_version_of_the_code_are_not_used(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version in ("one", "other"):
        for module in (public_holidays, catalogue):
            monkeypatch.setattr(module, "code_of", lambda _, version=version: version)
        public_holidays._public_holidays.cache_clear()
        public_holidays._public_holidays("MN", 2023)
        catalogue._compiled(catalogue.FOLDER / "zh" / "common.po")
    assert (len(kept(cache, "holidays")), len(kept(cache, "texts"))) == (2, 2)
    files = str(public_holidays.__file__), str(catalogue.__file__), "none.py"
    assert len({kept_files.code_of(file) for file in files}) == 3


def test_a_text_is_kept_only_under_its_whole_key(cache: Path) -> None:
    one, other = kept_files.kept_file("kind", b"one"), kept_files.kept_file("kind", b"other")
    assert one is not None
    assert other is not None
    kept_files.keep_text(one, b"text\n\nmore", 2)
    assert kept_files.kept_text(one) == b"text\n\nmore"
    assert kept_files.kept_text(other) is None
    assert cache in one.parents
