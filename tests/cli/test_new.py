"""`bridgehead new`: a whole folder, or none, also on a disk that is full."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from corridors.io import atomic_files
from corridors.io.folders import data_root
from tests.conftest import Told

Bridgehead = Callable[..., Told]


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("exists", [False, True])
def test_a_new_folder_has_all_files_of_the_template(bridgehead: Bridgehead, tmp_path: Path, exists: bool) -> None:
    folder = tmp_path / "a" / "mine"
    if exists:
        folder.mkdir(parents=True)
    assert bridgehead("new", folder).status == 0
    assert content(folder) == content(data_root() / "template")
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("exists", [False, True])
def test_a_full_disk_is_one_sentence_and_nothing_is_left(
    bridgehead: Bridgehead, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exists: bool, language: str
) -> None:
    folder = tmp_path / "mine"
    if exists:
        folder.mkdir()
    write, written = atomic_files.write_atomically, []

    def full(path: Path, text: bytes) -> None:
        if len(written) == 5:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        written.append(path)
        write(path, text)

    monkeypatch.setattr(atomic_files, "write_atomically", full)
    answer = bridgehead("new", folder, "--language", language)
    assert answer.status == 1
    assert "[(" not in answer.err
    assert ("no space left on the disk" if language == "en" else "磁盘") in answer.err
    assert len(answer.err.splitlines()) == 1
    assert [path for path in tmp_path.rglob("*") if path != folder] == []
    assert folder.exists() == exists


@pytest.mark.parametrize(("language", "said"), [("en", "a copy of the example khorgos"), ("zh", "与示例 khorgos 相同")])
def test_a_copy_of_an_example_promises_no_file_that_it_lacks(
    bridgehead: Bridgehead, tmp_path: Path, language: str, said: str
) -> None:
    answer = bridgehead("new", tmp_path / "mine", "--like", "khorgos", "--language", language)
    assert said in " ".join(answer.out.split())
    assert "README" not in answer.out
    assert content(tmp_path / "mine") == content(data_root() / "examples" / "khorgos")
