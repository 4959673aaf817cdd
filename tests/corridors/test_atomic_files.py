"""The one writer of files: whole or not at all, in every command."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from corridors.io import atomic_files
from corridors.io.atomic_files import atomic_file, write_atomically

ROOT = Path(__file__).parents[2]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written_with_its_folder(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a" / "b" / "figures.json", b"{}")
    assert (tmp_path / "a" / "b" / "figures.json").read_bytes() == b"{}"
    assert names(tmp_path / "a" / "b") == ["figures.json"]


def test_a_block_that_fails_leaves_the_old_file_and_no_temporary_file(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_bytes(b"old")

    def write_half() -> None:
        with atomic_file(path) as file:
            file.write(b"new, but not all")
            raise ValueError("half way")

    with pytest.raises(ValueError, match="half way"):
        write_half()
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["report.html"]


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_disk_that_fails_leaves_the_old_file_and_no_temporary_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    path = tmp_path / "report.html"
    path.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic_files.os, call, full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["report.html"]


def test_content_is_on_the_disk_before_the_file_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def noted(name: str) -> Callable[..., object]:
        original = getattr(os, name)

        def call(*given: object) -> object:
            calls.append(name)
            return original(*given)

        return call

    for name in ("fsync", "replace"):
        monkeypatch.setattr(atomic_files.os, name, noted(name))
    write_atomically(tmp_path / "a.csv", b"1")
    assert calls == (["fsync", "replace"] if sys.platform == "win32" else ["fsync", "replace", "fsync"])


def test_a_folder_that_cannot_be_synchronised_is_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = os.fsync
    done: list[int] = []

    def refuse_second(descriptor: int) -> None:
        done.append(descriptor)
        if len(done) > 1:
            raise OSError(22, "Invalid argument")
        original(descriptor)

    monkeypatch.setattr(atomic_files.os, "fsync", refuse_second)
    write_atomically(tmp_path / "a.csv", b"1")
    assert (tmp_path / "a.csv").read_bytes() == b"1"


@pytest.mark.skipif(sys.platform == "win32", reason="links and devices of POSIX")
def test_a_link_is_followed_and_a_device_is_written_directly(tmp_path: Path) -> None:
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    write_atomically(tmp_path / "link.json", b"{}")
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real.json").read_bytes() == b"{}"
    write_atomically(Path("/dev/null"), b"{}")
    assert not Path("/dev/null").is_file()


WRITES = {"write_text", "write_bytes", "savefig", "copyfile", "copy2", "copytree", "save"}
"""Methods that write a file (or could)."""
ALLOWED = {
    ("corridors/io/atomic_files.py", "open"): "the writer itself",
    ("sim/cli/last_resort.py", "open"): "the record of an unexpected error, under a new name",
    ("sim/cli/standard_streams.py", "open"): "the null device in place of a closed stream",
    ("sim/experiments/store.py", "open"): "the lock, and lines added to the list of times",
    ("app/jobs.py", "open"): "the log into which a child process writes",
    ("sim/reports/table_files.py", "save"): "into memory",
    ("sim/reports/brief_word.py", "save"): "into memory",
    ("app/pages/data_edits.py", "save"): "into a temporary folder",
    ("bridgehead/world.py", "save"): "the tables, with the writer",
}


def written_by(file: Path) -> set[str]:
    """Names of calls in a source file by which it writes files."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
            modes = [
                one.value for one in [*node.args, *(k.value for k in node.keywords)] if isinstance(one, ast.Constant)
            ]
            writes = name == "open" and any(isinstance(m, str) and set(m) & set("wax") and len(m) < 4 for m in modes)
            if name in WRITES or writes:
                found.add(name)
    return found


def test_no_module_writes_files_beside_the_writer() -> None:
    files = [file for room in ("corridors", "sim", "app", "bridgehead") for file in sorted((ROOT / room).rglob("*.py"))]
    found = {(file.relative_to(ROOT).as_posix(), name) for file in files for name in written_by(file)}
    assert found == set(ALLOWED)
