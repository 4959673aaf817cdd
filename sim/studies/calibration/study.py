"""A whole calibration: screen the guesses, sample the few that matter, fit surrogates, confirm by runs.

Every port is run in its own world (see :mod:`sim.studies.sensitivity.port_submodels`), and all are fitted together,
because some guesses are shared: trains by Manzhouli and by Erenhot run on the same lines of Russia. Four stages, all
kept: ``declared`` and, last, ``confirm`` with a few replications; ``ends``, each guess by itself at both ends of its
range; ``sample``, a Latin hypercube over the guesses with most bearing on the facts of a port.

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
from sim.experiments.shard import code_fingerprint
from sim.studies.calibration.facts import FAR, Array, loss, of_submodel, residuals, softened
from sim.studies.calibration.fit import Sample, best_points, latin_hypercube, pulled
from sim.studies.calibration.runs import Runs, opened
from sim.studies.sensitivity.port_submodels import PortSubmodel, port_submodels
from sim.studies.sensitivity.uncertain_inputs import UncertainInput
from sim.studies.validation.comparisons import Comparison

FITTED: Final = ("assumed", "calibrated")
"""Grades of numbers that may be fitted."""
BEARING: Final = 0.2
"""Least change of the softened residuals, summed, from end to end of a guess, for which it is worth fitting."""
NEAR: Final = 0.1
"""Fits whose loss is within this share of the loss as declared from the best are nearly as good."""
CLEARLY: Final = 2.0
"""Standard errors of the paired difference by which a fit must be better than the declared values."""


@dataclass(frozen=True)
class CalibrationSettings:
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
class FittedNumber:
    """One number of one guess, before and after."""

    item: str
    address: str
    declared: float
    value: float
    low: float
    high: float
    spread: tuple[float, float]
    """Least and most among the near-equal fits."""
    ports: tuple[str, ...]
    """Whose facts it was fitted to."""


@dataclass(frozen=True)
class FactFit:
    """One fact before and after; figures in its own unit, means over replications."""

    port: str
    of: Comparison
    before: float
    after: float

    @property
    def fitted(self) -> bool:
        """Whether it was fitted to."""
        return is_fitted(self.of)


@dataclass(frozen=True)
class Calibration:
    """What was found. Ports without facts to fit, or guesses with a bearing on them, are left out."""

    settings: CalibrationSettings
    numbers: tuple[FittedNumber, ...]
    facts: tuple[FactFit, ...]
    """Those fitted to and those only tested."""
    losses: Mapping[str, tuple[float, float]]
    """By port the loss over its fitted facts as declared and after."""
    before: float
    """Loss over all fitted facts as declared, and after."""
    after: float
    noise: float
    """Within what ``after`` - ``before``, paired by replication, lies by chance."""
    near_equal: int
    """Fits that are nearly as good as the best, itself included."""
    runs: int

    @property
    def clearly_better(self) -> bool:
        """Whether it fits better than the declared values beyond chance, and no port's test facts fit worse."""
        return self.after - self.before < -self.noise and not self.worsened_ports

    @property
    def worsened_ports(self) -> tuple[str, ...]:
        """Ports whose test facts fit worse than as declared, by the loss over those that the model does not just let
        through: what was gained on the fitted facts was bought there.
        """
        found = []
        for port in self.losses:
            tests = [
                one for one in self.facts if one.port == port and one.of.role == "test" and one.of.kind == "outcome"
            ]
            if tests:
                figures = np.array([[one.before for one in tests], [one.after for one in tests]])
                before, after = loss(residuals([one.of for one in tests], figures))
                found += [port] if after > before else []
        return tuple(found)

    def agree(self, role: str, after: bool) -> int:
        """How many facts of a role are within tolerance, before or after."""
        these = [one for one in self.facts if one.of.role == role]
        return sum(one.of.within(one.after if after else one.before) for one in these)

    def count(self, role: str) -> int:
        """How many facts there are of a role."""
        return sum(one.of.role == role for one in self.facts)


def is_fitted(comparison: Comparison) -> bool:
    """Whether numbers are fitted to a fact: it is declared for it, and the model does not just let it through."""
    return comparison.role == "fit" and comparison.kind == "outcome"


def calibrate(
    corridor: Corridor,
    inputs: Sequence[UncertainInput],
    comparisons: Sequence[Comparison],
    out: Path,
    settings: CalibrationSettings,
    *,
    workers: int = 1,
    progress: Callable[[str, int, int], None] = lambda stage, done, total: None,
) -> Calibration | None:
    """Run all that is not yet in ``out``, and tell what was found; None if no fact hangs on any guess.

    ``progress`` is told stage, runs done, runs in all. Raises DataError for a folder of something else, RunError for a
    run that does not add up.
    """
    free = tuple(_free(corridor, inputs))
    with opened(out, _manifest(corridor, free, comparisons, settings), workers) as runs:
        runs.progress = progress
        ports = [_Port(submodel, of_submodel(comparisons, submodel), submodel.inputs(free)) for submodel in port_submodels(corridor, {})]
        ports = [port for port in ports if port.inputs and port.fitted.any()]
        for port in ports:
            port.screen(runs, settings)
        chosen = {id for port in ports for id in port.worth[: settings.most]}
        ports = [port for port in ports if chosen & set(port.worth)]
        if not ports:
            return None
        order = [item for item in free if item.id in chosen]
        return _fit(runs, ports, order, settings)


class _Port:
    """One port's world on its way through the stages."""

    def __init__(self, submodel: PortSubmodel, facts: tuple[Comparison, ...], inputs: tuple[UncertainInput, ...]) -> None:
        self.submodel, self.facts, self.inputs = submodel, facts, inputs
        self.fitted = np.array([is_fitted(one) for one in facts], bool)
        self.to_fit = [one for one in facts if is_fitted(one)]
        self.worth: list[str] = []
        """Guesses worth fitting, most bearing first."""
        self.declared = np.empty((0, 0))
        """Figures as declared, shape (replications, facts)."""

    def residuals(self, figures: Array) -> Array:
        """Of the facts to fit; ``figures`` of all facts, shape (..., facts)."""
        return residuals(self.to_fit, figures[..., self.fitted])

    def screen(self, runs: Runs, settings: CalibrationSettings) -> None:
        self.declared = runs.at("declared", self.submodel, self.inputs, [{}], self.facts, settings.replications)[0]
        points = [{item.id: share} for item in self.inputs for share in (0.0, 1.0)]
        ends = runs.at("ends", self.submodel, self.inputs, points, self.facts)[:, 0]
        there = softened(np.clip(self.residuals(ends), -FAR, FAR)).reshape(len(self.inputs), 2, -1)
        moved = np.abs(there[:, 1] - there[:, 0]).sum(axis=1)
        bearing = {item.id: float(most) for item, most in zip(self.inputs, moved, strict=True)}
        order = sorted(bearing, key=lambda id: (-bearing[id], id))
        self.worth = [id for id in order if bearing[id] >= BEARING]

    def sample(self, runs: Runs, inputs: Sequence[UncertainInput], settings: CalibrationSettings) -> Sample:
        """A Latin hypercube over those of the guesses that are worth fitting here."""
        here = [item.id for item in inputs if item.id in self.worth]
        points = latin_hypercube(len(here), settings.points * len(here), settings.seed)
        figures = self.at(runs, "sample", here, points, 1)[:, 0]
        return Sample(tuple(here), points, self.residuals(figures))

    def at(self, runs: Runs, stage: str, ids: Sequence[str], shares: Array, replications: int) -> Array:
        """Figures of all facts, shape (points, replications, facts), with those of the guesses that are met here."""
        met = {item.id for item in self.inputs}
        points = [{id: share for id, share in zip(ids, row, strict=True) if id in met} for row in shares.tolist()]
        return runs.at(stage, self.submodel, self.inputs, points, self.facts, replications)


def _fit(runs: Runs, ports: Sequence[_Port], inputs: Sequence[UncertainInput], settings: CalibrationSettings) -> Calibration:
    ids = [item.id for item in inputs]
    middle = np.array([item.declared for item in inputs])
    samples = [port.sample(runs, inputs, settings) for port in ports]
    candidates = best_points(samples, ids, middle, settings.candidates)
    confirmed = [port.at(runs, "confirm", ids, candidates, settings.replications) for port in ports]
    before = loss(np.concatenate([port.residuals(port.declared) for port in ports], axis=-1))
    after = loss(np.concatenate([port.residuals(made) for port, made in zip(ports, confirmed, strict=True)], axis=-1))
    total = after.mean(axis=1) + pulled(candidates, middle)
    best = int(np.argmin(total))
    equal = [k for k, one in enumerate(total.tolist()) if one <= total[best] + NEAR * float(before.mean())]
    change = after[best] - before
    facts = [
        FactFit(port.submodel.port, one, float(port.declared[:, k].mean()), float(made[best, :, k].mean()))
        for port, made in zip(ports, confirmed, strict=True)
        for k, one in enumerate(port.facts)
    ]
    return Calibration(
        settings=settings,
        numbers=tuple(_numbers(ports, inputs, candidates, best, equal)),
        facts=tuple(facts),
        losses={
            port.submodel.port: (
                float(loss(port.residuals(port.declared)).mean()),
                float(loss(port.residuals(made[best])).mean()),
            )
            for port, made in zip(ports, confirmed, strict=True)
        },
        before=float(before.mean()),
        after=float(after[best].mean()),
        noise=CLEARLY * float(change.std(ddof=1)) / np.sqrt(change.size),
        near_equal=len(equal),
        runs=runs.total,
    )


def _numbers(
    ports: Sequence[_Port], inputs: Sequence[UncertainInput], candidates: Array, best: int, equal: Sequence[int]
) -> Iterator[FittedNumber]:
    """The numbers of the fitted guesses that vehicles of these ports meet, and those that follow them."""
    met = {
        (item.id, one.address): port.submodel.port for port in ports for item in port.inputs for one in item.numbers
    }
    for k, item in enumerate(inputs):
        judges = tuple(port.submodel.port for port in ports if item.id in port.worth)
        for one in item.numbers:
            if (item.id, one.address) not in met:
                continue
            values = [item.value(one, float(candidates[fit, k])) for fit in equal]
            value = item.value(one, float(candidates[best, k]))
            for address in (one.address, *one.followers):
                spread = (min(values), max(values))
                yield FittedNumber(item.id, address, one.declared, value, one.low, one.high, spread, judges)


def _free(corridor: Corridor, inputs: Sequence[UncertainInput]) -> Iterator[UncertainInput]:
    """The guesses with a number that may be fitted, and of their numbers only these."""
    for item in inputs:
        numbers = tuple(one for one in item.numbers if corridor.assumptions[one.address].grade in FITTED)
        if numbers:
            yield replace(item, numbers=numbers)


def _manifest(
    corridor: Corridor, inputs: Sequence[UncertainInput], comparisons: Sequence[Comparison], settings: CalibrationSettings
) -> dict[str, Any]:
    return {
        "code_fingerprint": code_fingerprint(),
        "data_fingerprint": fingerprint(corridor),
        "guesses": {one.id: [number.address for number in one.numbers] for one in inputs},
        "comparisons": [one.model_dump(mode="json") for one in comparisons],
        **{name: getattr(settings, name) for name in ("seed", "days", "most", "points", "candidates", "replications")},
    }
