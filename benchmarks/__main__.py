"""``python -m benchmarks [--quick]``: every contender in turn, several rounds, one table in ``out/benchmarks.md``.

Each measurement runs in a separate process; contenders take turns, so that a disturbance affects neighbouring
measurements alike. Claims are ratios within a round: the median of the rounds with the smallest and the largest.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

from benchmarks.c_loop import compiler
from benchmarks.measurements import FULL, QUICK, Measurements, Result
from benchmarks.report import report

ROOT = Path(__file__).parent.parent
OUT = ROOT / "out" / "benchmarks.md"
VOLUMES = (1, 2, 4, 8)
GROWING = ("end_to_end", "ours_compiled")
"""What is measured at all volumes: what a run costs with all tables, and the engine with its full trace."""


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    words.add_argument("--quick", action="store_true", help="two minutes: short horizons, two rounds")
    words.add_argument("--rounds", type=int, help="rounds instead of 3 (2 with --quick)")
    given = words.parse_args()
    size = QUICK if given.quick else FULL
    measured = Measurements(size, {}, {name: {volume: [] for volume in VOLUMES} for name in GROWING}, {}, missing())
    for number in range(given.rounds or size.rounds):
        one_round(measured, number + 1)
    starts(measured)
    text = report(measured)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(text, encoding="utf-8")
    print(text)
    say(f"written to {OUT}")


def missing() -> dict[str, str]:
    """Contenders that cannot run here, and why."""
    packages = {name: f"{name} is not installed" for name in ("cimba", "salabim", "ciw") if find_spec(name) is None}
    return packages | ({} if compiler() else {"c": "there is no C compiler"})


def one_round(measured: Measurements, number: int) -> None:
    size = measured.size
    tasks = {
        "ours_compiled": (size.days, 1, 3),
        "simpy": (size.days, 1, 1),
        "c": (size.days, 1, 3),
        "ours_on_simpy": (size.days, 1, 1),
        "end_to_end": (size.days, 1, 3),
        "key_figures": (size.days, 1, 3),
        "base_year": (size.days, 1, 3),
        "base_key_figures": (size.days, 1, 3),
        "cimba": (size.cimba_days, 1, 3),
        "salabim": (size.slow_days, 1, 1),
        "ciw": (size.slow_days, 1, 1),
        "two_workers": (size.growth_days, 1, 5),
        "memory": (size.days, 1, 1),
    }
    for name, (days, volume, repeats) in tasks.items():
        if name not in measured.missing:
            measured.rounds.setdefault(name, []).append(measure(number, name, days, volume, repeats))
    for name, by_volume in measured.growth.items():
        for volume in VOLUMES:
            by_volume[volume].append(measure(number, name, size.growth_days, volume, 3))


def measure(number: int, task: str, days: int, volume: int, repeats: int) -> Result:
    """One measurement in its own process; a contender that fails stops the benchmark with its own words."""
    say(f"round {number}: {task}, {days} days, volume {volume}")
    words = [task, "--days", str(days), "--volume", str(volume), "--repeats", str(repeats)]
    command = [sys.executable, "-m", "benchmarks.measure", *words]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    result: Result = json.loads(done.stdout)
    return result


def starts(measured: Measurements) -> None:
    """Measure fresh processes, in seconds of elapsed time: a week of the baseline, without and with cached code."""
    week = [sys.executable, "-m", "sim", "run", "--days", "7"]
    # Python caches bytecode unless this variable is set, as it is on some machines for tests.
    usual = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for _ in range(measured.size.start_rounds):
        with tempfile.TemporaryDirectory() as cache:
            cold = {**usual, "NUMBA_CACHE_DIR": cache}
            for name, engine in (("cold", "compiled"), ("cached", "compiled"), ("simpy", "simpy")):
                say(f"a week of the baseline in a fresh process, {name}")
                start = time.perf_counter()
                command = [*week, "--engine", engine]
                subprocess.run(command, cwd=ROOT, env=cold, check=True, capture_output=True)
                measured.start.setdefault(name, []).append(time.perf_counter() - start)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
