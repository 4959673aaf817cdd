"""Points of the inputs at which the model runs: Morris trajectories, Saltelli samples, one-at-a-time sweeps.

Input: the uncertain inputs of one port submodel. Output: points, each a share of the range of every input, and the
experiment that runs the submodel and its proposals at all points. All points have the same seed (common random
numbers), so differences between them come from the inputs alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np

from sim.experiments.experiment import Experiment, Variation
from sim.studies.sensitivity.port_submodels import PortSubmodel
from sim.studies.sensitivity.uncertain_inputs import UncertainInput

Point = Mapping[str, float]
"""Share of its range by input; an input that is absent has its declared value."""

LEVELS: Final = 4
"""Levels of the Morris grid: shares 0, 1/3, 2/3 and 1. One step covers two thirds of the range."""
SWEPT: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Shares at which a sweep varies one input by itself, in addition to the declared value."""
BASE: Final = "base"
"""Represents 'no proposal' in the ids of scenarios."""


@dataclass(frozen=True)
class Horizon:
    """Start, length and seed of every run."""

    start: date | None
    days: int
    """Length of a run, warm-up included."""
    warmup_days: int
    seed: int


def problem(inputs: Sequence[UncertainInput]) -> dict[str, Any]:
    """The inputs in the format of SALib, each from 0 to 1."""
    return {"num_vars": len(inputs), "names": [item.id for item in inputs], "bounds": [[0.0, 1.0]] * len(inputs)}


def trajectories(inputs: Sequence[UncertainInput], number: int, seed: int) -> list[Point]:
    """Sample Morris trajectories with one step for each input: (inputs + 1) x ``number`` points."""
    from SALib.sample import morris

    # SALib takes 0 for no seed.
    return _points(inputs, morris.sample(problem(inputs), number, num_levels=LEVELS, seed=seed + 1))


def saltelli(inputs: Sequence[UncertainInput], number: int, seed: int) -> list[Point]:
    """Draw Saltelli's sample for Sobol indices: ``number`` (a power of 2) x (inputs + 2) points."""
    from SALib.sample import sobol

    return _points(inputs, sobol.sample(problem(inputs), number, calc_second_order=False, seed=seed + 1))


def sweep(inputs: Sequence[UncertainInput]) -> list[Point]:
    """Every input at every level by itself, the others at their declared values."""
    return [{item.id: share} for item in inputs for share in SWEPT]


def matrix(inputs: Sequence[UncertainInput], points: Sequence[Point]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The points as an array of shape (points, inputs)."""
    return np.array([[point[item.id] for item in inputs] for point in points])


def scenario(k: int, proposal: str = BASE) -> str:
    """The id of the scenario of a proposal, or of none, at point ``k``."""
    return f"point_{k:05d}_{proposal}"


def experiment(
    stage: str,
    submodel: PortSubmodel,
    inputs: Sequence[UncertainInput],
    points: Sequence[Point],
    proposals: Sequence[str],
    horizon: Horizon,
    replications: int,
) -> Experiment:
    """The submodel without proposals and with each proposal that affects it, at every point.

    Inputs describe the present state, so their changes come first and those of the proposal act on the result.
    """
    known = {item.id: item for item in inputs}
    made = []
    for k, point in enumerate(points):
        assumed = tuple(change for id, share in point.items() for change in known[id].at(share))
        acting = {id: submodel.proposals[id].changes for id in proposals if id in submodel.proposals}
        made.append(Variation(id=scenario(k), changes=assumed, in_order=True))
        made += [Variation(id=scenario(k, id), changes=(*assumed, *own), in_order=True) for id, own in acting.items()]
    return _experiment(stage, submodel, horizon, replications, scenarios=tuple(made))


def as_declared(submodel: PortSubmodel, horizon: Horizon, replications: int) -> Experiment:
    """The submodel without proposals and with each that affects it, all inputs at their declared values."""
    return _experiment("declared", submodel, horizon, replications, proposals=tuple(submodel.proposals))


def _experiment(
    stage: str, submodel: PortSubmodel, horizon: Horizon, replications: int, **scenarios: Any
) -> Experiment:
    id = f"sensitivity_{stage}_{submodel.port}"
    return Experiment(
        id=id,
        title_en=id,
        title_zh=id,
        start=horizon.start,
        days=horizon.days,
        warmup_days=horizon.warmup_days,
        seed=horizon.seed,
        replications=replications,
        replications_per_shard=replications,
        **scenarios,
    )


def _points(inputs: Sequence[UncertainInput], shares: np.ndarray[Any, np.dtype[np.float64]]) -> list[Point]:
    return [dict(zip((item.id for item in inputs), row, strict=True)) for row in shares.tolist()]
