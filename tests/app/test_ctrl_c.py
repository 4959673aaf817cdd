"""Ctrl-C in the terminal of the web page: the page, its workers and jobs end, and nothing is printed about it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.helpers.processes import BRIDGEHEAD, PATIENCE_S, PYTHON, ROOT, in_terminal, run, until
from tests.helpers.web_page import free_port

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="groups of processes of POSIX")
TROUBLE = re.compile("Traceback|Fatal|Error|Exception|Interrupt|Warning")


@contextmanager
def started(command: Sequence[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program whose output goes to a file, which a test that fails shows."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with (
        log.open("wb") as file,
        in_terminal(command, cwd=log.parent, env=environment, stdout=file, stderr=subprocess.STDOUT) as process,
    ):
        try:
            yield process
        finally:
            print(log.read_text())


def children(pid: int) -> set[int]:
    """The processes below a process."""
    listed = run(["ps", "-eo", "pid=,ppid="]).stdout
    parents = {int(child): int(parent) for child, parent in map(str.split, listed.splitlines())}
    found: set[int] = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5):
            return True
    except (URLError, OSError):
        return False


def interrupted(process: subprocess.Popen[bytes]) -> set[int]:
    """Ctrl-C: the terminal signals the whole group. Returns what was below the process."""
    below = children(process.pid)
    os.killpg(process.pid, signal.SIGINT)
    process.wait(PATIENCE_S)
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in below) or not Path("/proc").is_dir())
    return below


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.0, 0.6, 1.5])
def test_ctrl_c_while_the_page_starts_prints_nothing_about_it(seconds: float, tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    command = [*BRIDGEHEAD, "app", "--no-browser", "--port", str(free_port())]
    with started(command, log) as process:
        until(lambda: bool(children(process.pid)))
        time.sleep(seconds)
        interrupted(process)
    assert not TROUBLE.search(log.read_text()), log.read_text()


def test_ctrl_c_ends_the_page_and_its_workers_and_prints_nothing_about_it(tmp_path: Path) -> None:
    log, port = tmp_path / "log.txt", free_port()
    with started([*BRIDGEHEAD, "app", "--no-browser", "--port", str(port)], log) as process:
        until(lambda: "http://" in log.read_text())
        until(lambda: len(children(process.pid)) >= 2)  # The server and the run of the base year.
        below = interrupted(process)
    assert len(below) >= 2
    assert process.returncode == 0
    assert not TROUBLE.search(log.read_text()), log.read_text()


@pytest.mark.slow
def test_ctrl_c_ends_a_page_that_streamlit_started(tmp_path: Path) -> None:
    log, port = tmp_path / "log.txt", free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "streamlit_app.py"), f"--server.port={port}"]
    command += ["--server.headless=true", "--server.address=127.0.0.1", "--browser.gatherUsageStats=false"]
    with started(command, log) as process:
        until(lambda: answers(port))
        interrupted(process)
    assert process.returncode == 0
    assert not TROUBLE.search(log.read_text()), log.read_text()


WITH_WORKER = """
import signal, subprocess, sys
from app import subprocesses
worker = subprocesses.start("app.run_worker", stdout=subprocess.PIPE)
print("started", flush=True)
try:
    signal.pause()
except KeyboardInterrupt:
    alive = worker.poll() is None
    worker.stdin.close()
    print("alive" if alive else "gone", worker.wait(600), flush=True)
"""


@pytest.mark.parametrize("seconds", [0.2, 3.0])
def test_ctrl_c_reaches_no_worker_which_ends_with_its_pipe(seconds: float, tmp_path: Path) -> None:
    """While the worker loads its modules, and while it waits for requests."""
    log = tmp_path / "log.txt"
    with started([*PYTHON, WITH_WORKER], log) as process:
        until(lambda: "started" in log.read_text())
        time.sleep(seconds)
        os.killpg(process.pid, signal.SIGINT)
        process.wait(PATIENCE_S)
    assert log.read_text().split("\n") == ["started", "alive 0", ""]
