"""Which points of the guesses to run: trajectories of Morris, the sample of Saltelli, levels of one guess at a time.

In: the guesses of one port's world. Out: points, each the share of its range at which every guess stands, and the
experiment that runs the world and its proposals at all of them. Every point has the same seed, so that only what the
point changes makes a difference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np

from sim.experiments.experiment import Experiment, Variation
from sim.studies.sensitivity.port_submodels import World
from sim.studies.sensitivity.uncertain_inputs import Guess

Point = Mapping[str, float]
"""By guess the share of its range; a guess that is not there stays as declared."""

LEVELS: Final = 4
"""Of Morris' grid: shares 0, 1/3, 2/3 and 1. A step goes over two thirds of the range."""
SWEPT: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Where one guess is tried by itself, beside the declared value."""
BASE: Final = "base"
"""In names of scenarios: no proposal."""


@dataclass(frozen=True)
class Horizon:
    """How long every run is, and which luck it has."""

    start: date | None
    days: int
    """Warm-up included."""
    warmup_days: int
    seed: int


def problem(guesses: Sequence[Guess]) -> dict[str, Any]:
    """The guesses as SALib wants to be told of them: each from 0 to 1."""
    return {"num_vars": len(guesses), "names": [guess.id for guess in guesses], "bounds": [[0.0, 1.0]] * len(guesses)}


def trajectories(guesses: Sequence[Guess], number: int, seed: int) -> list[Point]:
    """Morris: ``number`` walks through the ranges, of one step for each guess; (guesses + 1) x number points."""
    from SALib.sample import morris

    # SALib takes 0 for no seed.
    return _points(guesses, morris.sample(problem(guesses), number, num_levels=LEVELS, seed=seed + 1))


def saltelli(guesses: Sequence[Guess], number: int, seed: int) -> list[Point]:
    """Sobol: ``number`` (a power of 2) x (guesses + 2) points."""
    from SALib.sample import sobol

    return _points(guesses, sobol.sample(problem(guesses), number, calc_second_order=False, seed=seed + 1))


def sweep(guesses: Sequence[Guess]) -> list[Point]:
    """Each guess at every level by itself, the others as declared."""
    return [{guess.id: share} for guess in guesses for share in SWEPT]


def matrix(guesses: Sequence[Guess], points: Sequence[Point]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The points as SALib made them, shape (points, guesses)."""
    return np.array([[point[guess.id] for guess in guesses] for point in points])


def scenario(k: int, proposal: str = BASE) -> str:
    """The id of a proposal (or of none) at point ``k``."""
    return f"point_{k:05d}_{proposal}"


def experiment(
    stage: str,
    world: World,
    guesses: Sequence[Guess],
    points: Sequence[Point],
    proposals: Sequence[str],
    horizon: Horizon,
    replications: int,
) -> Experiment:
    """The world by itself and with each of the proposals that reach it, at every point.

    A guess is about the world as it is, so a proposal acts on what the guess says: guesses first, proposals after.
    """
    known = {guess.id: guess for guess in guesses}
    made = []
    for k, point in enumerate(points):
        guessed = tuple(change for id, share in point.items() for change in known[id].at(share))
        acting = {id: world.proposals[id].changes for id in proposals if id in world.proposals}
        made.append(Variation(id=scenario(k), changes=guessed, in_order=True))
        made += [Variation(id=scenario(k, id), changes=(*guessed, *own), in_order=True) for id, own in acting.items()]
    return _experiment(stage, world, horizon, replications, scenarios=tuple(made))


def as_declared(world: World, horizon: Horizon, replications: int) -> Experiment:
    """The world by itself and with each proposal that reaches it, all guesses as declared."""
    return _experiment("declared", world, horizon, replications, proposals=tuple(world.proposals))


def _experiment(stage: str, world: World, horizon: Horizon, replications: int, **scenarios: Any) -> Experiment:
    return Experiment(
        id=f"sensitivity_{stage}_{world.port}",
        title_en=f"Sensitivity: {stage}, {world.port}",
        title_zh=f"敏感性分析：{stage}，{world.port}",
        start=horizon.start,
        days=horizon.days,
        warmup_days=horizon.warmup_days,
        seed=horizon.seed,
        replications=replications,
        replications_per_shard=replications,
        **scenarios,
    )


def _points(guesses: Sequence[Guess], shares: np.ndarray[Any, np.dtype[np.float64]]) -> list[Point]:
    return [dict(zip((guess.id for guess in guesses), row, strict=True)) for row in shares.tolist()]
