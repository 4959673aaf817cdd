"""Memory of a process of the page's short runs after many moves of sliders: ``python -m benchmarks.page_memory``.

One process answers requests as :mod:`app.run_worker` does; every move sets a slider to a value that it never had, so
that each leaves figures that none had left before. The claim is the resident memory after the last move, times that
after 50; ``--moves`` 1000 takes some minutes.
"""

from __future__ import annotations

import argparse
import os
import pickle
import time
from datetime import date
from itertools import cycle
from pathlib import Path
from typing import Final

from app.run_worker import Runner
from app.short_run import ShortRun
from corridors.fingerprint import fingerprint
from corridors.load import load_corridor
from corridors.overlay.options import parse_setting
from corridors.overlay.proposals import Scenario
from sim.experiments.executors import keep_freed_memory

FIRST: Final = 50
"""Moves after which memory is compared with."""
SLIDERS: Final = (
    "services.truck_ern_in.per_day=*{}",
    "durations.late_cre.mean_min=*{}",
    "services.truck_mzl_in.per_day=*{}",
    "facilities.ceke_inspection.servers=+{n}",
)
"""A slider of each kind of traffic."""


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m benchmarks.page_memory", description=__doc__)
    words.add_argument("--moves", type=int, default=1000, help="moves of sliders (default: 1000)")
    words.add_argument("--days", type=int, default=42, help="days of a run (default: 42, of which 14 are warm-up)")
    given = words.parse_args()
    keep_freed_memory()
    runner, data = Runner(), fingerprint(load_corridor())
    first_mb = 0.0
    for n, slider in zip(range(1, given.moves + 1), cycle(SLIDERS)):
        change = parse_setting(slider.format(round(0.5 + n / given.moves, 6), n=n))
        scenario = Scenario(id="what_if", changes=(change,))
        run = ShortRun("answer", scenario, date(2023, 1, 1), given.days, given.days // 3, seed=1)
        status, value = runner.reply({**run.plain(), "data": data})
        assert status == "made", value
        pickle.dumps((status, value), protocol=5)
        if n == FIRST:
            first_mb = resident_mb()
        if n % FIRST == 0 or n == given.moves:
            now_mb = resident_mb()
            times = f", {now_mb / first_mb:.2f} times that after {FIRST}" if first_mb else ""
            print(f"{n} moves: {now_mb:.0f} MB{times}; {time.process_time():.0f} CPU seconds", flush=True)


def resident_mb() -> float:
    """Memory of this process that is in use, in MB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


if __name__ == "__main__":
    main()
