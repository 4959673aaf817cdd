"""What reuse of figures saves: ``python -m benchmarks.reuse [--rounds N] [--replications N]``.

With and without reuse (:mod:`sim.reuse`) in turns, in one process: the answer to a slider after a run of the baseline,
and the policy batch with one worker. The claim is the ratio of CPU seconds within a pair: its median, with the smallest
and the largest. The files of both batches are compared byte for byte.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Final

from corridors.io.cache_folder import REUSE
from corridors.io.folders import data_root
from corridors.load import load_corridor
from corridors.model import Corridor
from corridors.overlay.options import parse_setting
from corridors.overlay.proposals import Scenario, load_proposals
from sim.experiments.batch import run_batch
from sim.experiments.experiment import load_experiment
from sim.experiments.store import MANIFEST, TIMES
from sim.reuse import KeptUnits
from sim.run import prepare, run_scenario

SLIDERS: Final[Mapping[str, str]] = {
    "trucks at Erenhot": "services.truck_ern_in.per_day=*1.1",
    "trains at Erenhot": "facilities.erenhot_transshipment.servers=+1",
    "Ceke": "facilities.ceke_inspection.servers=+1",
    "Ganqimaodu": "facilities.ganqimaodu_inspection.servers=+1",
}
DAYS: Final = {"days": 42, "warmup_days": 14}
"""Those of the page What if."""
POLICY: Final = data_root() / "experiments" / "policy.yaml"


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m benchmarks.reuse", description=__doc__)
    words.add_argument("--rounds", type=int, default=3, help="pairs of each slider (default: 3)")
    words.add_argument("--replications", type=int, default=2, help="of the policy batch; 0: no batch (default: 2)")
    given = words.parse_args()
    world = load_corridor()
    run_scenario(prepare(world, **DAYS))
    for name, setting in SLIDERS.items():
        ratios = sorted(slider(world, setting) for _ in range(given.rounds))
        print(f"{name}: {median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})", flush=True)
    if given.replications:
        without, found = batches(world, given.replications)
        print(f"policy batch: {found / without:.2f} ({found:.0f} against {without:.0f} CPU seconds)")


def slider(world: Corridor, setting: str) -> float:
    """CPU seconds of the answer to a slider after a run of the baseline, times those without reuse."""
    scenario = Scenario(id="what_if", changes=(parse_setting(setting),))
    kept = KeptUnits()
    run_scenario(prepare(world, **DAYS), kept=kept)
    case = prepare(world, scenario, **DAYS)
    found = cpu_seconds(lambda: run_scenario(case, kept=kept))
    return found / cpu_seconds(lambda: run_scenario(case))


def batches(world: Corridor, replications: int) -> tuple[float, float]:
    """CPU seconds of the policy batch without and with reuse. Raises ValueError if their files differ."""
    asked = load_experiment(POLICY).model_copy(update={"replications": replications, "target": None})
    seconds, files = [], []
    for reuse in ("0", "1"):
        os.environ[REUSE] = reuse
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "results"
            seconds.append(cpu_seconds(lambda out=out: run_batch(asked, out, world, load_proposals())))  # type: ignore[misc]
            files.append({path.name: path.read_bytes() for path in out.iterdir() if path.name != TIMES})
    if files[0] != files[1] or MANIFEST not in files[0]:
        raise ValueError("results differ")
    return seconds[0], seconds[1]


def cpu_seconds(call: Callable[[], object]) -> float:
    """CPU seconds of a call in this process."""
    began = time.process_time()
    call()
    return time.process_time() - began


if __name__ == "__main__":
    main()
