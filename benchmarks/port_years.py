"""Minutes for 1,000 port-years on two cores: ``python -m benchmarks.port_years --runs 8``.

A run of the base year simulates all ports of the data at once, for a year and its warm-up, with all tables. Some of
them, which differ in their random numbers, are made as a batch by two processes, as ``bridgehead batch`` makes them,
into a folder of results; the claim is the elapsed time, on a machine on which nothing else runs, for as many runs as
1,000 port-years take. A batch before it, one run for each process, is not counted: it starts the processes and makes
machine code. Figures that earlier batches have kept are not used, as all is in a folder that is new.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from math import ceil
from pathlib import Path
from typing import Final

from corridors.io.cache_folder import VARIABLE
from corridors.load import load_corridor
from corridors.model import Corridor
from sim.experiments.batch import run_batch
from sim.experiments.executors import LocalProcesses
from sim.experiments.experiment import Experiment

PORT_YEARS: Final = 1000
FIRST_SEED: Final = 2
"""Of the batch that is not counted; the other has the next one."""


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m benchmarks.port_years", description=__doc__)
    words.add_argument("--runs", type=int, default=8, help="runs of the base year (default: 8)")
    words.add_argument("--workers", type=int, default=2, help="processes (default: 2)")
    given = words.parse_args()
    world = load_corridor()
    runs = ceil(PORT_YEARS / len(world.ports))
    with tempfile.TemporaryDirectory() as folder:
        os.environ[VARIABLE] = str(Path(folder) / "cache")
        workers = LocalProcesses(given.workers)
        try:
            elapsed = [
                batch_s(world, Path(folder) / str(k), n, FIRST_SEED + k, workers)
                for k, n in enumerate((given.workers, given.runs))
            ]
        finally:
            workers.close()
    a_run = elapsed[1] / given.runs
    print(f"{given.runs} runs by {given.workers} processes: {elapsed[1]:.1f} s elapsed, {a_run:.2f} s for each run")
    print(f"{PORT_YEARS} port-years are {runs} runs of {len(world.ports)} ports: {runs * a_run / 60:.1f} minutes")


def batch_s(world: Corridor, out: Path, runs: int, seed: int, workers: LocalProcesses) -> float:
    """Elapsed seconds of a batch of so many runs of the base year. Raises RuntimeError if one of them fails."""
    title = "Port-years"
    experiment = Experiment(
        id="port_years", title_en=title, title_zh=title, seed=seed, replications=runs, replications_per_shard=1
    )
    began = time.perf_counter()
    outcome = run_batch(experiment, out, world, {}, workers=workers)
    if outcome.failed:
        raise RuntimeError(f"runs failed: {outcome.failed}")
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
