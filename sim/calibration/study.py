"""A whole calibration: screen the guesses, sample the few that matter, fit a surrogate, confirm by runs.

Port by port, each in its own world (see :mod:`sim.sensitivity.worlds`), because a fact about one port says nothing of
another. Four stages, all kept: ``declared`` and, last, ``confirm`` with a few replications; ``ends``, each guess by
itself at both ends of its range; ``sample``, a Latin hypercube over the guesses with most bearing on the facts.

Only numbers of the grade assumed (or calibrated, by an earlier calibration) are fitted; others are never touched. What
is confirmed is judged by its own runs, not by the surrogate, and several near-equal fits are kept: their spread is
what the facts leave open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from corridors.fingerprint import fingerprint
from corridors.model import Corridor
from sim.calibration.facts import FAR, Array, loss, of_world, residuals, softened
from sim.calibration.fit import best_points, latin_hypercube, pulled
from sim.calibration.runs import Runs, opened
from sim.sensitivity.guesses import Guess
from sim.sensitivity.worlds import World, worlds
from sim.shard import code_fingerprint
from sim.validation.comparisons import Comparison

FITTED: Final = ("assumed", "calibrated")
"""Grades of numbers that may be fitted."""
BEARING: Final = 0.2
"""Least change of the softened residuals, summed, from end to end of a guess, for which it is worth fitting."""
NEAR: Final = 0.1
"""Fits whose loss is within this share of the loss as declared from the best are nearly as good."""
CLEARLY: Final = 2.0
"""Standard errors of the paired difference by which a fit must be better than the declared values."""


@dataclass(frozen=True)
class Asked:
    """What a calibration shall do."""

    seed: int = 1
    days: int | None = None
    """Of every run; None: the base year, which is what the facts are about."""
    most: int = 6
    """Guesses to fit, a port."""
    points: int = 10
    """Of the sample, for each guess."""
    candidates: int = 6
    """Fits to confirm."""
    replications: int = 3


@dataclass(frozen=True)
class Fitted:
    """One number of one guess, before and after."""

    address: str
    declared: float
    value: float
    low: float
    high: float
    spread: tuple[float, float]
    """Least and most among the near-equal fits."""


@dataclass(frozen=True)
class Compared:
    """One fact before and after; figures in its own unit, means over replications."""

    of: Comparison
    before: float
    after: float


@dataclass(frozen=True)
class PortFit:
    """What was found at one port."""

    port: str
    guesses: tuple[Guess, ...]
    """Those fitted, most bearing first."""
    bearing: Mapping[str, float]
    """By guess: the change of the softened residuals from end to end of its range, summed over the facts."""
    numbers: tuple[Fitted, ...]
    facts: tuple[Compared, ...]
    """Those fitted to and those only tested."""
    before: float
    """Loss over the facts to be fitted, as declared."""
    after: float
    difference: float
    """After - before, paired by replication, and within what chance it lies."""
    chance: float
    near_equal: int
    """Fits that are nearly as good as the best, itself included."""

    @property
    def clearly_better(self) -> bool:
        """Whether the fit is better than the declared values beyond chance, and agrees with no fewer test facts."""
        return self.difference < -self.chance and self.agree("test", after=True) >= self.agree("test", after=False)

    def agree(self, role: str, after: bool) -> int:
        """How many facts of a role are within tolerance."""
        these = [one for one in self.facts if one.of.role == role]
        return sum(one.of.within(one.after if after else one.before) for one in these)

    def count(self, role: str) -> int:
        """How many facts there are of a role."""
        return sum(one.of.role == role for one in self.facts)


@dataclass(frozen=True)
class Calibration:
    """What was found, port by port; ports without facts to fit, or guesses with a bearing on them, are left out."""

    asked: Asked
    ports: tuple[PortFit, ...]
    runs: int

    @property
    def better(self) -> tuple[PortFit, ...]:
        """The ports whose fit is worth taking over."""
        return tuple(one for one in self.ports if one.clearly_better)


def calibrate(
    corridor: Corridor,
    guesses: Sequence[Guess],
    comparisons: Sequence[Comparison],
    out: Path,
    asked: Asked,
    *,
    workers: int = 1,
    progress: Callable[[str, int, int], None] = lambda stage, done, total: None,
) -> Calibration:
    """Run all that is not yet in ``out``, and tell what was found; ``progress`` is told stage, runs done, runs in all.

    Raises DataError for a folder of something else, RunError for a run that does not add up.
    """
    free = tuple(_free(corridor, guesses))
    with opened(out, _manifest(corridor, free, comparisons, asked), workers) as runs:
        runs.progress = progress
        found = (_port(runs, world, free, comparisons, asked) for world in worlds(corridor, {}))
        return Calibration(asked, tuple(one for one in found if one), runs.total)


def _free(corridor: Corridor, guesses: Sequence[Guess]) -> Iterator[Guess]:
    """The guesses with a number that may be fitted, and of their numbers only these."""
    for guess in guesses:
        numbers = tuple(one for one in guess.numbers if corridor.assumptions[one.address].grade in FITTED)
        if numbers:
            yield replace(guess, numbers=numbers)


def _manifest(
    corridor: Corridor, guesses: Sequence[Guess], comparisons: Sequence[Comparison], asked: Asked
) -> dict[str, Any]:
    return {
        "code_fingerprint": code_fingerprint(),
        "data_fingerprint": fingerprint(corridor),
        "guesses": {one.id: [number.address for number in one.numbers] for one in guesses},
        "comparisons": [one.model_dump(mode="json") for one in comparisons],
        **{name: getattr(asked, name) for name in ("seed", "days", "most", "points", "candidates", "replications")},
    }


def _port(
    runs: Runs, world: World, free: Sequence[Guess], comparisons: Sequence[Comparison], asked: Asked
) -> PortFit | None:
    facts = of_world(comparisons, world)
    near = world.guesses(free)
    to_fit = np.array([one.role == "fit" and one.kind == "outcome" for one in facts], bool)
    if not near or not to_fit.any():
        return None
    fitted = [one for one, wanted in zip(facts, to_fit, strict=True) if wanted]
    declared = runs.at("declared", world, near, [{}], facts, asked.replications)
    chosen, bearing = _chosen(runs, world, near, facts, fitted, to_fit, asked)
    if not chosen:
        return None
    middle = np.array([guess.declared for guess in chosen])
    sample = latin_hypercube(len(chosen), asked.points * len(chosen), asked.seed)
    figures = runs.at("sample", world, chosen, _points(chosen, sample), facts)[:, 0][:, to_fit]
    candidates = best_points(sample, figures, fitted, middle, asked.candidates)
    confirmed = runs.at("confirm", world, chosen, _points(chosen, candidates), facts, asked.replications)
    losses = loss(residuals(fitted, confirmed[..., to_fit]))
    total = losses.mean(axis=1) + pulled(candidates, middle)
    best = int(np.argmin(total))
    before = loss(residuals(fitted, declared[0][:, to_fit]))
    equal = [k for k, one in enumerate(total.tolist()) if one <= total[best] + NEAR * float(before.mean())]
    change = losses[best] - before
    return PortFit(
        port=world.port,
        guesses=tuple(chosen),
        bearing=bearing,
        numbers=tuple(_numbers(chosen, candidates, best, equal)),
        facts=tuple(
            Compared(one, float(declared[0, :, k].mean()), float(confirmed[best, :, k].mean()))
            for k, one in enumerate(facts)
        ),
        before=float(before.mean()),
        after=float(losses[best].mean()),
        difference=float(change.mean()),
        chance=CLEARLY * float(change.std(ddof=1)) / np.sqrt(change.size) if change.size > 1 else 0.0,
        near_equal=len(equal),
    )


def _chosen(
    runs: Runs,
    world: World,
    near: Sequence[Guess],
    facts: Sequence[Comparison],
    fitted: Sequence[Comparison],
    to_fit: Array,
    asked: Asked,
) -> tuple[list[Guess], dict[str, float]]:
    """The guesses with most bearing on the facts to be fitted, and the bearing of all."""
    ends = runs.at("ends", world, near, [{guess.id: share} for guess in near for share in (0.0, 1.0)], facts)
    there = softened(np.clip(residuals(fitted, ends[:, 0][:, to_fit]), -FAR, FAR)).reshape(len(near), 2, -1)
    moved = np.abs(there[:, 1] - there[:, 0]).sum(axis=1)
    bearing = {guess.id: float(most) for guess, most in zip(near, moved, strict=True)}
    order = sorted(near, key=lambda guess: (-bearing[guess.id], guess.id))
    return [guess for guess in order if bearing[guess.id] >= BEARING][: asked.most], bearing


def _points(guesses: Sequence[Guess], shares: Array) -> list[dict[str, float]]:
    return [dict(zip((guess.id for guess in guesses), row, strict=True)) for row in shares.tolist()]


def _numbers(guesses: Sequence[Guess], candidates: Array, best: int, equal: Sequence[int]) -> Iterator[Fitted]:
    for k, guess in enumerate(guesses):
        for one in guess.numbers:
            values = [one.at(float(candidates[fit, k])) for fit in equal]
            value = one.at(float(candidates[best, k]))
            for address in (one.address, *one.followers):
                yield Fitted(address, one.declared, value, one.low, one.high, (min(values), max(values)))
