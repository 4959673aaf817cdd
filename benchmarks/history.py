"""CPU seconds of whole commands by commit: ``python -m benchmarks.history [--against COMMIT] [--rounds N]``.

This checkout and another commit run the same commands in turns, each in a fresh process, with their own data. The
claim is the ratio within a pair of runs: its median, with the smallest and the largest. CPU seconds are user and
system time. Each command adds a row to ``benchmarks/history.csv``, which is the record of the figures by commit.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Final

ROOT: Final = Path(__file__).parent.parent
HISTORY: Final = ROOT / "benchmarks" / "history.csv"
REFERENCE: Final = "42902bf"
"""The commit against which the targets of speed are set."""
COMMANDS: Final[Mapping[str, Sequence[str]]] = {
    "run": ("run",),
    "run --days 7": ("run", "--days", "7"),
    "--help": ("--help",),
}
"""The base year with its month of warm-up, a week, and the start of the program."""
COLUMNS: Final = (
    "date", "commit", "against", "command", "rounds", "cpu_s", "against_cpu_s", "ratio", "ratio_low", "ratio_high",
)  # fmt: skip


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m benchmarks.history", description=__doc__)
    words.add_argument("--against", default=REFERENCE, help=f"commit to compare with (default: {REFERENCE})")
    words.add_argument("--rounds", type=int, default=3, help="pairs of each command (default: 3)")
    given = words.parse_args()
    commit = git("describe", "--always", "--dirty", "--exclude", "*")
    with tempfile.TemporaryDirectory() as folder:
        other = Path(folder) / "other"
        git("worktree", "add", "--detach", str(other), given.against)
        try:
            found = {name: pairs(command, other, given.rounds) for name, command in COMMANDS.items()}
        finally:
            git("worktree", "remove", "--force", str(other))
    for name, seconds in found.items():
        add(row(commit, given.against, name, seconds))


def pairs(command: Sequence[str], other: Path, rounds: int) -> list[tuple[float, float]]:
    """CPU seconds of a command here and in the other tree, run in turns; the first of each is not counted."""
    found = [(cpu_seconds(command, ROOT), cpu_seconds(command, other)) for _ in range(rounds + 1)]
    return found[1:]


def cpu_seconds(command: Sequence[str], tree: Path) -> float:
    """User and system time of one command in a fresh process."""
    # A program that is installed keeps its compiled modules.
    usual = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "sim", *command], cwd=tree, check=True, capture_output=True, env=usual)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def row(commit: str, against: str, command: str, seconds: Sequence[tuple[float, float]]) -> list[str]:
    """A row of the history: medians, and the range of the ratios."""
    ours, others = zip(*seconds, strict=True)
    ratios = [our / their for our, their in seconds]
    numbers = (median(ours), median(others), median(ratios), min(ratios), max(ratios))
    day = datetime.now(UTC).date().isoformat()
    return [day, commit, against, command, str(len(seconds)), *(f"{number:.3f}" for number in numbers)]


def add(cells: Sequence[str]) -> None:
    """Write a row to the end of the history, and print it."""
    new = not HISTORY.exists()
    with HISTORY.open("a", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        if new:
            table.writerow(COLUMNS)
        table.writerow(cells)
    print(dict(zip(COLUMNS, cells, strict=True)))


def git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    main()
