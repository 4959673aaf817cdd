"""A calibration in stages: screen the inputs, sample the influential ones, fit surrogates, confirm by runs.

Each port is run in its submodel (see :mod:`sim.studies.sensitivity.port_submodels`), and all are fitted together,
because some inputs are shared: trains by Manzhouli and by Erenhot run on the same lines of Russia. Finished runs of all
four stages are kept: ``declared``, replicated; ``ends``, each input by itself at both ends of its range; ``sample``, a
Latin hypercube over the inputs with the greatest influence on the figures of a port; ``confirm``, replicated.

Only numbers of the grade assumed (or calibrated, by an earlier calibration) are fitted. Candidates are judged by the
runs that confirm them, not by the surrogate. Several near-equal fits are kept; their spread shows how far the published
figures determine the values.
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
from sim.studies.validation.comparisons import FactComparison

FITTED: Final = ("assumed", "calibrated")
"""Grades of numbers that may be fitted."""
KEPT: Final = frozenset({"per_day", "fleet", "load_t", "load_teu", "length_km"})
"""Fields that are never fitted: totals of demand and loads are published, only their division is assumed; lengths can
be read off a map."""
BEARING: Final = 0.2
"""Least change of the softened residuals, summed, between the ends of an input, for which the input is fitted."""
NEAR: Final = 0.1
"""Near-equal fits: those whose loss exceeds the best by at most this share of the loss as declared."""
CLEARLY: Final = 2.0
"""Standard errors of the paired difference by which a fit must be better than the declared values."""


@dataclass(frozen=True)
class CalibrationSettings:
    """Settings of a calibration."""

    seed: int = 1
    days: int | None = None
    """Days of every run; None takes the base year, which the published figures describe."""
    most: int = 6
    """Inputs to fit for each port."""
    points: int = 10
    """Points of the sample for each input."""
    candidates: int = 6
    """Number of fits to confirm by runs."""
    replications: int = 3


@dataclass(frozen=True)
class FittedNumber:
    """One number of an input, before and after fitting."""

    input: str
    address: str
    declared: float
    value: float
    low: float
    high: float
    spread: tuple[float, float]
    """Lowest and highest value among the near-equal fits."""
    ports: tuple[str, ...]
    """Ports to whose figures it was fitted."""


@dataclass(frozen=True)
class FactFit:
    """One published figure with those of the model before and after, in its unit; means over replications."""

    port: str
    of: FactComparison
    before: float
    after: float

    @property
    def fitted(self) -> bool:
        """Whether numbers were fitted to it."""
        return is_fitted(self.of)


@dataclass(frozen=True)
class Calibration:
    """Results of a calibration, without ports that have no figures to fit or no inputs that affect them."""

    settings: CalibrationSettings
    numbers: tuple[FittedNumber, ...]
    facts: tuple[FactFit, ...]
    """Published figures that were fitted or tested."""
    losses: Mapping[str, tuple[float, float]]
    """Loss over the fitted figures by port, as declared and after."""
    before: float
    """Loss over all fitted figures as declared."""
    after: float
    """Loss over all fitted figures after fitting."""
    noise: float
    """Sampling error of ``after`` - ``before``, paired by replication (:data:`CLEARLY` standard errors)."""
    near_equal: int
    """Number of near-equal fits, the best included."""
    runs: int

    @property
    def clearly_better(self) -> bool:
        """Whether the fit is better beyond the sampling error, and the test figures of no port fit worse."""
        return self.after - self.before < -self.noise and not self.worsened_ports

    @property
    def worsened_ports(self) -> tuple[str, ...]:
        """Ports whose test figures of the kind ``outcome`` have a greater loss than as declared."""
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
        """Number of figures of a role within tolerance, before or after."""
        these = [one for one in self.facts if one.of.role == role]
        return sum(one.of.within(one.after if after else one.before) for one in these)

    def count(self, role: str) -> int:
        """Number of figures of a role."""
        return sum(one.of.role == role for one in self.facts)


def is_fitted(comparison: FactComparison) -> bool:
    """Whether numbers are fitted to a published figure: its role is ``fit`` and its kind ``outcome``."""
    return comparison.role == "fit" and comparison.kind == "outcome"


def calibrate(
    corridor: Corridor,
    inputs: Sequence[UncertainInput],
    comparisons: Sequence[FactComparison],
    out: Path,
    settings: CalibrationSettings,
    *,
    workers: int = 1,
    progress: Callable[[str, int, int], None] = lambda stage, done, total: None,
) -> Calibration | None:
    """Calibrate a corridor; runs that are in the folder ``out`` are not repeated.

    Returns None if no input affects any figure to fit. ``progress`` receives the stage, the finished runs and all runs.
    Raises DataError for a folder with other results, UnbalancedRunError if the balance check of a run fails.
    """
    free = tuple(_free(corridor, inputs))
    with opened(out, _manifest(corridor, free, comparisons, settings), workers) as runs:
        runs.progress = progress
        ports = [
            _Port(submodel, of_submodel(comparisons, submodel), submodel.inputs(free))
            for submodel in port_submodels(corridor, {})
        ]
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
    """One port submodel in the stages of a calibration."""

    def __init__(
        self, submodel: PortSubmodel, facts: tuple[FactComparison, ...], inputs: tuple[UncertainInput, ...]
    ) -> None:
        self.submodel, self.facts, self.inputs = submodel, facts, inputs
        self.fitted = np.array([is_fitted(one) for one in facts], bool)
        self.to_fit = [one for one in facts if is_fitted(one)]
        self.worth: list[str] = []
        """Inputs worth fitting, the most influential first."""
        self.declared = np.empty((0, 0))
        """Figures as declared, shape (replications, facts)."""

    def residuals(self, figures: Array) -> Array:
        """Residuals of the figures to fit; ``figures`` has all figures, shape (..., facts)."""
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
        """Run a Latin hypercube over the inputs that are worth fitting here."""
        here = [item.id for item in inputs if item.id in self.worth]
        points = latin_hypercube(len(here), settings.points * len(here), settings.seed)
        figures = self.at(runs, "sample", here, points, 1)[:, 0]
        return Sample(tuple(here), points, self.residuals(figures))

    def at(self, runs: Runs, stage: str, ids: Sequence[str], shares: Array, replications: int) -> Array:
        """Figures of all comparisons, shape (points, replications, facts), with the inputs that affect this port."""
        met = {item.id for item in self.inputs}
        points = [{id: share for id, share in zip(ids, row, strict=True) if id in met} for row in shares.tolist()]
        return runs.at(stage, self.submodel, self.inputs, points, self.facts, replications)


def _fit(
    runs: Runs, ports: Sequence[_Port], inputs: Sequence[UncertainInput], settings: CalibrationSettings
) -> Calibration:
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
    """Numbers of the fitted inputs that vehicles of these ports use, and their followers."""
    met = {(item.id, one.address): port.submodel.port for port in ports for item in port.inputs for one in item.numbers}
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
    """The inputs with numbers that may be fitted, reduced to these numbers."""
    for item in inputs:
        numbers = tuple(
            one
            for one in item.numbers
            if corridor.assumptions[one.address].grade in FITTED and one.address.rpartition(".")[2] not in KEPT
        )
        if numbers:
            yield replace(item, numbers=numbers)


def _manifest(
    corridor: Corridor,
    inputs: Sequence[UncertainInput],
    comparisons: Sequence[FactComparison],
    settings: CalibrationSettings,
) -> dict[str, Any]:
    return {
        "code_fingerprint": code_fingerprint(),
        "data_fingerprint": fingerprint(corridor),
        "uncertain_inputs": {one.id: [number.address for number in one.numbers] for one in inputs},
        "comparisons": [one.model_dump(mode="json") for one in comparisons],
        **{name: getattr(settings, name) for name in ("seed", "days", "most", "points", "candidates", "replications")},
    }
