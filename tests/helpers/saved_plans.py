"""Plans on disk for which two engines once differed.

Every array, and the labels as JSON, without pickle.
"""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from pathlib import Path

import numpy as np

from sim.core.plan import Labels, Plan

REGRESSIONS = Path(__file__).parents[1] / "regressions"


def save_plan(plan: Plan, name: str) -> Path:
    """Write ``plan`` to the folder of regressions, where a test replays it from now on."""
    path = REGRESSIONS / f"{name}.npz"
    labels = np.array(json.dumps(asdict(plan.labels)))
    np.savez_compressed(path, horizon_s=plan.horizon_s, labels=labels, **plan.arrays())
    return path


def load_plan(path: Path) -> Plan:
    """The plan that was saved."""
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    saved = json.loads(str(arrays.pop("labels")))
    labels = {
        f.name: tuple(saved[f.name]) if isinstance(saved[f.name], list) else saved[f.name]
        for f in fields(Labels)
        if f.name in saved
    }
    return Plan(horizon_s=int(arrays.pop("horizon_s")), labels=Labels(**labels), **arrays)
