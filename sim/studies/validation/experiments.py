"""Natural experiments: published changes of the past compared with the same changes in the model.

Input: ``data/validation/experiments.yaml``. Output: one :class:`ReplayedExperiment` an experiment, with the model
before and after in paired replications, the confidence interval of the difference, and whether its sign is right and
its size within a factor of :data:`FACTOR`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import ConfigDict, Field

from corridors.io.document import Document
from corridors.io.folders import data_root
from corridors.io.yaml_files import read_yaml
from corridors.overlay.options import from_settings
from corridors.overlay.proposals import Scenario
from corridors.translations import translated
from sim.studies.validation.levels import BASE, ScenarioQuantities, level
from sim.studies.validation.measures import MEASURES
from sim.studies.validation.quantity import Quantity

FACTOR: Final = 1.5
"""Largest factor between the two changes that counts as agreement."""
FIGURE: Final = "figure"
"""Name of the quantity that is read from the runs of both sides."""


class Side(Document):
    """Before or after: the published figure, and the scenario and period of the model for it."""

    published: float
    low: float | None = None
    high: float | None = None
    level: str = BASE
    settings: tuple[str, ...] = ()
    first_day: date | None = None
    last_day: date | None = None


class MeasuredQuantity(Quantity):
    """A quantity with one of the known measures."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    measure: Literal[tuple(MEASURES)]  # type: ignore[valid-type]


class NaturalExperiment(Document):
    """One published change of the past."""

    id: str
    title_en: str
    title_zh: str
    facts: tuple[str, ...] = Field(min_length=1)
    kind: Literal["given", "outcome"]
    """'given' if both figures are capacities in the input; the result then shows that they can be used."""
    unit: str
    before: Side
    after: Side
    quantity: MeasuredQuantity
    days: int | None = None
    """Length of the runs in days, if less than the whole year is enough."""
    why_en: str = ""
    why_zh: str = ""


class _File(Document):
    experiments: tuple[NaturalExperiment, ...]


@dataclass(frozen=True)
class ReplayedExperiment:
    """One experiment with the figures of the model, in its unit."""

    of: NaturalExperiment
    before: float
    after: float
    change: float
    low: float
    high: float
    """95% confidence interval of the change, over paired replications; infinite for a single one."""

    @property
    def published(self) -> float:
        """The published change."""
        return self.of.after.published - self.of.before.published

    @property
    def ratio(self) -> float:
        """Change of the model over the published change; negative if the sign is wrong."""
        return self.change / self.published

    @property
    def agrees(self) -> bool:
        """Whether the sign is right and the size within a factor of :data:`FACTOR`."""
        return 1 / FACTOR <= self.ratio <= FACTOR

    def as_json(self, language: str = "en") -> dict[str, Any]:
        """Plain values for JSON; texts in a language that the data have, else in English."""
        of = self.of
        return {
            "experiment": of.id,
            "title": translated(of, "title", language),
            "facts": list(of.facts),
            "unit": of.unit,
            "kind": of.kind,
            "published_before": of.before.published,
            "published_after": of.after.published,
            "published_change": self.published,
            "model_before": self.before,
            "model_after": self.after,
            "model_change": self.change,
            "ci_low": self.low if abs(self.low) != float("inf") else None,
            "ci_high": self.high if abs(self.high) != float("inf") else None,
            "ratio": self.ratio,
            "agrees": self.agrees,
            "why": translated(of, "why", language),
        }


def load_experiments(path: Path | None = None) -> tuple[NaturalExperiment, ...]:
    """Read every natural experiment, in the order of the file; raises DataError with all findings."""
    return read_yaml(data_root() / "validation" / "experiments.yaml" if path is None else path, _File).experiments


def scenario_of(experiment: NaturalExperiment, side: Side) -> Scenario:
    """The scenario of one side: its level with the settings applied."""
    base = level(side.level)
    days = experiment.days if experiment.days is not None else base.days
    changes = (*base.changes, *from_settings(side.settings))
    return base.model_copy(update={"id": _name(experiment, side), "changes": changes, "in_order": True, "days": days})


def wanted_of(experiments: Sequence[NaturalExperiment]) -> dict[str, ScenarioQuantities]:
    """The quantities to read for both sides of every experiment, by :func:`_name`."""
    return {
        _name(experiment, side): ScenarioQuantities(
            scenario_of(experiment, side), {FIGURE: _quantity(experiment, side)}
        )
        for experiment in experiments
        for side in (experiment.before, experiment.after)
    }


def replay(experiment: NaturalExperiment, found: Mapping[str, Mapping[str, Sequence[float]]]) -> ReplayedExperiment:
    """Compare one experiment with the figures that :func:`sim.studies.validation.levels.read` returned."""
    from sim.statistics import mean_interval

    before, after = (found[_name(experiment, side)][FIGURE] for side in (experiment.before, experiment.after))
    change = mean_interval([b - a for a, b in zip(before, after, strict=True)])
    mean_before, mean_after = sum(before) / len(before), sum(after) / len(after)
    return ReplayedExperiment(experiment, mean_before, mean_after, change.estimate, change.low, change.high)


def _name(experiment: NaturalExperiment, side: Side) -> str:
    return f"{experiment.id}_{'after' if side is experiment.after else 'before'}"


def _quantity(experiment: NaturalExperiment, side: Side) -> Quantity:
    days = {key: value for key in ("first_day", "last_day") if (value := getattr(side, key))}
    return experiment.quantity.model_copy(update=days)
