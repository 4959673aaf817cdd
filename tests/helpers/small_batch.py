"""A small experiment for tests.

A separate port, three scenarios, a few days, shards of two replications.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from corridors.io.folders import data_root
from corridors.load import load_corridor
from corridors.model import Corridor
from sim.experiments.experiment import Experiment

LANES: dict[str, Any] = {
    "kind": "one_at_a_time",
    "factors": [{"address": "facilities.exit_gate.servers", "levels": [1, 3]}],
}


def my_port() -> Corridor:
    """The world of `bridgehead new`: trucks, a gate, customs."""
    return load_corridor(data_root() / "template")


def lanes(**given: Any) -> Experiment:
    """The baseline and two numbers of gate lanes, three replications each: six shards by default.

    SimPy, because processes start sooner without numba and there is little to compute.
    """
    usual = {"id": "lanes", "title_en": "Gate lanes", "title_zh": "卡口通道", "days": 4, "warmup_days": 1}
    usual |= {"engine": "simpy", "design": LANES, "replications": 3, "replications_per_shard": 2}
    return Experiment.model_validate(usual | given)


def results(folder: Path) -> dict[str, str]:
    """What a folder of results holds: by name of file a digest of its bytes. Notes for people do not count."""
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.iterdir())
        if file.suffix == ".parquet" or file.name == "_manifest.json"
    }
