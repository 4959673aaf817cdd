"""Outputs: none replaces an input, none is half written, and a stream that is closed or full ends nothing early."""

from __future__ import annotations

import fcntl
import json
import os
import resource
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.cli import run as run_command
from sim.text.rules import codes
from tests.conftest import Told
from tests.helpers.processes import BRIDGEHEAD, run, texts_of

Bridgehead = Callable[..., Told]
SHORT = ("--days", "3", "--warmup-days", "0")
ROOT = Path(__file__).parents[2]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("option", "name"),
    [
        ("--tables", "places.csv"),
        ("--trace", "places.csv"),
        ("--event-log", "links.csv"),
        ("--json", "places.csv"),
        ("--json", "new.json"),
        ("--report", "proposals/r.html"),
        ("--tables", "../mine/more.xlsx"),
        ("--json", "../link/places.csv"),
    ],
)
def test_an_output_in_the_data_folder_is_refused_and_nothing_is_written(
    bridgehead: Bridgehead, mine: Path, option: str, name: str
) -> None:
    (mine.parent / "link").symlink_to(mine)
    before = contents(mine)
    answer = bridgehead("run", "--data", mine, *SHORT, option, mine / name)
    assert (answer.status, answer.out) == (2, "")
    assert f"{option}: The output lies in the folder of the data" in answer.err
    assert contents(mine) == before


def test_a_file_name_that_is_too_long_is_not_told_as_a_folder(
    bridgehead: Bridgehead, mine: Path, tmp_path: Path
) -> None:
    (tmp_path / "there").mkdir()
    answer = bridgehead("run", "--data", mine, *SHORT, "--json", tmp_path / "there" / ("a" * 300 + ".json"))
    assert answer.status == 2
    assert "The file cannot be created: the name is too long" in answer.err
    assert "folder" not in answer.err
    answer = bridgehead("run", "--data", mine, *SHORT, "--json", tmp_path / ("a" * 300) / "a.json")
    assert answer.status == 2
    assert "The folder cannot be created" in answer.err


def test_an_output_over_a_scenario_is_refused_also_through_a_link(
    bridgehead: Bridgehead, mine: Path, tmp_path: Path
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("id: mine\ndays: 3\n")
    (tmp_path / "soft.json").symlink_to(file)
    (tmp_path / "hard.json").hardlink_to(file)
    for name in ("mine.yaml", "soft.json", "hard.json", "./mine.yaml"):
        answer = bridgehead("run", "--data", mine, "--scenario", file, "--json", f"{tmp_path}/{name}")
        assert answer.status == 2
        assert "would replace an input" in answer.err
    assert file.read_text() == "id: mine\ndays: 3\n"


def test_an_output_over_a_file_that_is_checked_or_over_demand_scenarios_is_refused(
    bridgehead: Bridgehead, mine: Path, tmp_path: Path
) -> None:
    for name in ("mine.yaml", "futures.yaml"):
        (tmp_path / name).write_text("id: mine\ndays: 3\n")
    answer = bridgehead("check", "--data", mine, tmp_path / "mine.yaml", "--json", tmp_path / "mine.yaml")
    assert (answer.status, "would replace an input" in answer.err) == (2, True)
    answer = bridgehead("run", "--data", mine, *SHORT, "--json", tmp_path / "futures.yaml")
    assert (answer.status, "would replace an input" in answer.err) == (2, True)


@pytest.mark.parametrize("other", ["a.csv", "./a.csv", "b/../a.csv", "link.csv"])
def test_a_file_named_twice_is_refused(
    bridgehead: Bridgehead, mine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "b").mkdir()
    (tmp_path / "link.csv").symlink_to(tmp_path / "a.csv")
    answer = bridgehead("run", "--data", mine, *SHORT, "--trace", "a.csv", "--tables", other)
    assert answer.status == 2
    assert "--tables: The output is already named by --trace" in answer.err
    assert not (tmp_path / "a.csv").exists()


def test_two_outputs_may_go_to_one_device(bridgehead: Bridgehead, mine: Path) -> None:
    assert bridgehead("run", "--data", mine, *SHORT, "--json", os.devnull).status == 0


@pytest.mark.parametrize("out", [".", "results", "proposals"])
def test_results_among_the_data_are_refused(bridgehead: Bridgehead, mine: Path, tmp_path: Path, out: str) -> None:
    experiment = tmp_path / "e.yaml"
    experiment.write_text("id: e\ntitle_en: e\ntitle_zh: e\ndays: 3\nreplications: 2\n")
    answer = bridgehead("batch", experiment, "--data", mine, "--out", mine / out)
    assert answer.status == 2
    assert "--out: The output lies in the folder of the data" in answer.err


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs a folder in which nobody can write")
def test_a_file_that_cannot_be_made_is_refused_before_the_run(bridgehead: Bridgehead, mine: Path) -> None:
    for path in ("/proc/x.json", "/proc/x/y.json", f"/tmp/{'x' * 300}.json"):
        answer = bridgehead("run", "--data", mine, *SHORT, "--json", path)
        assert (answer.status, answer.out) == (2, "")
        assert "--json" in answer.err


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs a folder in which nobody can write")
def test_a_new_folder_that_cannot_be_made_ends_in_one_line(bridgehead: Bridgehead, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "nowhere").symlink_to(tmp_path / "circle")
    for path, status in (("/proc/x", 1), (tmp_path / "file" / "x", 1), (tmp_path / "file", 2), ("/dev/null", 2)):
        answer = bridgehead("new", path)
        assert answer.status == status, answer
        assert "Traceback" not in answer.err
        assert answer.err.count("\n") <= 3


# Processes with odd streams.


def process(*arguments: object, **more: object) -> subprocess.CompletedProcess[str]:
    return run([*BRIDGEHEAD, *arguments], status=None, **more)


def shell(line: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return run(["bash", "-c", f'set -o pipefail; "$@" {line}', "bash", *BRIDGEHEAD, *arguments], status=None)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with a name")
@pytest.mark.parametrize(
    ("option", "name"),
    [
        ("--trace", "f.csv"),
        ("--event-log", "f.csv"),
        ("--tables", "f.xlsx"),
        ("--json", "f.json"),
        ("--report", "f.html"),
        ("--json", "link.json"),
    ],
)
def test_a_pipe_in_the_place_of_an_output_is_refused(
    bridgehead: Bridgehead, mine: Path, tmp_path: Path, option: str, name: str
) -> None:
    os.mkfifo(tmp_path / name.replace("link", "f"))
    if name.startswith("link"):
        (tmp_path / name).symlink_to(tmp_path / "f.json")
    answer = bridgehead("run", "--data", mine, *SHORT, option, tmp_path / name)
    assert (answer.status, answer.out) == (2, "")
    assert f"{option}: The path is a pipe or a device" in answer.err


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="needs the devices of Linux")
def test_the_streams_of_the_system_can_be_outputs(mine: Path) -> None:
    for file in ("/dev/stdout", "/dev/null", "-"):
        answer = process("run", "--data", mine, *SHORT, "--json", file, stdout=subprocess.PIPE)
        assert answer.returncode == 0, answer.stderr
        assert ('"kpis"' in answer.stdout) == (file != "/dev/null")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the devices of Linux")
@pytest.mark.parametrize(
    ("line", "status", "words"),
    [
        (">&-", 0, ""),
        (">/dev/full", 1, "The output could not be written: no space left on the disk"),
        ("2>&-", 0, None),
        ("2>/dev/full", 0, None),
        ("<&- >&- 2>&-", 0, None),
    ],
)
def test_a_closed_or_full_stream_is_no_traceback_and_files_are_written(
    mine: Path, tmp_path: Path, line: str, status: int, words: str | None
) -> None:
    file = tmp_path / "r.json"
    for command in (["run", "--data", mine, *SHORT, "--json", file], ["explain"]):
        answer = shell(line, *command)
        assert answer.returncode == status, answer.stderr
        assert "Traceback" not in answer.stderr
        assert "Exception ignored" not in answer.stderr
        assert words is None or words in answer.stderr
    assert json.loads(file.read_text())["run"]["days"] == 3


def unread() -> int:
    """The end to write to of a pipe without a reader."""
    reading, writing = os.pipe()
    os.close(reading)
    return writing


def test_a_pipe_without_a_reader_ends_in_silence_and_files_are_written(mine: Path, tmp_path: Path) -> None:
    file = tmp_path / "r.json"
    for command in (["run", "--data", mine, *SHORT, "--json", file], ["explain"]):
        writing = unread()
        answer = process(*command, stdout=writing)
        os.close(writing)
        assert (answer.returncode, "Traceback" in answer.stderr, "Exception" in answer.stderr) == (141, False, False)
    assert json.loads(file.read_text())["run"]["days"] == 3


@pytest.mark.skipif(not hasattr(fcntl, "F_SETPIPE_SZ"), reason="needs a pipe of a known size")
def test_a_reader_of_one_line_ends_it_in_silence() -> None:
    """As `| head -n 1` does; the output is longer than the pipe, so the program still writes when the reader leaves."""
    reading, writing = os.pipe()
    room = fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    with subprocess.Popen(
        [*BRIDGEHEAD, "explain"], cwd=ROOT, stdout=writing, stderr=subprocess.PIPE, text=True
    ) as program:
        os.close(writing)
        line = b""
        while not line.endswith(b"\n"):
            line += os.read(reading, 1)
        os.close(reading)
        _, errors = texts_of(program)
    assert sum(map(len, codes())) > room
    assert (program.returncode, errors) == (141, "")


def test_a_full_disk_leaves_the_older_file_as_it_was(mine: Path, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("r.json", "r.html", "t.xlsx", "t.parquet", "e.csv")]
    for file in files:
        file.write_text("older")
    options = zip(("--json", "--report", "--tables", "--trace", "--event-log"), files, strict=True)

    def small_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))

    answer = process(
        *("run", "--data", mine, "--days", "20", *(part for pair in options for part in pair)),
        preexec_fn=small_disk,
        stdout=subprocess.DEVNULL,
        # Python keeps what it has compiled of a module even if only its beginning fits on the disk.
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr
    assert answer.stderr.count("Could not write") == len(files)
    assert {file.read_text() for file in files} == {"older"}
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == sorted(file.name for file in files)


# The last resort.


def test_an_unexpected_error_is_a_sentence_and_its_details_a_file(
    bridgehead: Bridgehead, mine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("nobody expected this")

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(run_command, "_show", fail)
    answer = bridgehead("run", "--data", mine, *SHORT)
    assert answer.status == 1
    assert "Traceback" not in answer.err
    assert "unexpected error (ZeroDivisionError)" in answer.err
    (file,) = tmp_path.glob("bridgehead-error-*.txt")
    assert str(file) in answer.err.replace("\n", "")
    assert "nobody expected this" in file.read_text()
    assert "--days" in file.read_text()
    chinese = bridgehead("run", "--data", mine, *SHORT, "--language", "zh")
    assert chinese.status == 1
    assert "意外错误" in chinese.err


@pytest.mark.parametrize("error", [MemoryError(), RecursionError("too deep"), OSError(5, "Input/output error")])
def test_errors_of_the_machine_are_sentences_too(
    bridgehead: Bridgehead, mine: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: Exception
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(run_command, "_show", fail)
    answer = bridgehead("run", "--data", mine, *SHORT)
    assert answer.status == 1
    assert "Traceback" not in answer.err
    assert answer.err.strip()


def test_details_that_no_file_can_take_are_printed(
    bridgehead: Bridgehead, mine: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("lost")

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    monkeypatch.setattr(run_command, "_show", fail)
    answer = bridgehead("run", "--data", mine, *SHORT)
    assert (answer.status, "KeyError" in answer.err, "lost" in answer.err) == (1, True, True)
