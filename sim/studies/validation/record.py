"""The result of a validation: every comparison with the figures of the model.

Input: the baseline, comparisons and natural experiments. Output: a :class:`Record` with one row a comparison: the mean
of the model over replications, its 95% confidence interval, and whether it agrees.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from corridors.facts import facts
from corridors.findings import ERROR, DataError, Finding, nearest
from corridors.messages import message
from corridors.model import Corridor
from corridors.translations import translated
from sim.run import RunResult
from sim.studies.validation.comparisons import TOLERANCE, FactComparison
from sim.studies.validation.experiments import NaturalExperiment, ReplayedExperiment, replay, wanted_of
from sim.studies.validation.levels import ScenarioQuantities, level, read
from sim.studies.validation.measures import RunFigures


@dataclass(frozen=True)
class ComparedFigure:
    """One comparison with the figure of the model, in the unit of the publication."""

    of: FactComparison
    model: float
    """Mean over replications; NaN if nothing was measured."""
    low: float
    high: float
    """95% confidence interval of the mean; infinite after one replication."""

    @property
    def within(self) -> bool:
        """Whether the figure of the model is within the tolerance of the comparison."""
        return self.of.within(self.model)

    @property
    def difference(self) -> float:
        """Relative deviation of the model from the published figure."""
        return self.model / self.of.published - 1


@dataclass(frozen=True)
class Record:
    """All comparisons and natural experiments of a validation, in the order of the files."""

    rows: tuple[ComparedFigure, ...]
    experiments: tuple[ReplayedExperiment, ...]
    replications: int
    seed: int

    def count(self, role: str = "", kind: str = "") -> tuple[int, int]:
        """Number of comparisons within tolerance, and of all, for a role and kind ('' for all)."""
        these = [row for row in self.rows if role in ("", row.of.role) and kind in ("", row.of.kind)]
        return sum(row.within for row in these), len(these)

    def as_json(self, language: str = "en") -> dict[str, Any]:
        """Plain values for JSON; a missing value is None."""
        return {
            "rows": [_plain(row, language) for row in self.rows],
            "experiments": [one.as_json(language) for one in self.experiments],
            "summary": self.summary(),
        }

    def summary(self) -> dict[str, Any]:
        """Counts within tolerance by role and kind, with the number of replications."""
        counts = {}
        for name, role, kind in (
            ("test", "test", ""),
            ("test_outcome", "test", "outcome"),
            ("test_given", "test", "given"),
            ("fit", "fit", ""),
            ("all", "", ""),
        ):
            within, all_of_them = self.count(role, kind)
            counts[name] = {"within": within, "of": all_of_them}
        if self.experiments:
            agree = sum(one.agrees for one in self.experiments)
            counts["experiments"] = {"within": agree, "of": len(self.experiments)}
        return {"replications": self.replications, "seed": self.seed, "tolerance": TOLERANCE, **counts}


def figures(result: RunResult, comparisons: Iterable[FactComparison]) -> dict[str, float]:
    """The figure of the model for each comparison from one finished run of its level, by id of the comparison.

    In the unit of the publication (``unit``); NaN if the run measured no such vehicle.
    """
    run = RunFigures(result)
    return {comparison.id: run.value(comparison) for comparison in comparisons}


def validate(
    baseline: Corridor,
    comparisons: Sequence[FactComparison],
    experiments: Sequence[NaturalExperiment] = (),
    *,
    replications: int = 2,
    seed: int = 1,
    workers: int = 1,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Record:
    """Run every level and experiment and compare; ``progress`` receives the number of finished runs and of all runs.

    Raises DataError for invalid comparisons, levels or data, UnbalancedRunError if the balance check of a run fails.
    """
    _check(baseline, comparisons)
    wanted = {
        name: ScenarioQuantities(level(name), {one.id: one for one in comparisons if one.level == name})
        for name in sorted({comparison.level for comparison in comparisons})
    } | wanted_of(experiments)
    found = read(baseline, wanted, replications=replications, seed=seed, workers=workers, progress=progress)
    rows = tuple(_row(one, found[one.level][one.id]) for one in comparisons)
    return Record(rows, tuple(replay(one, found) for one in experiments), replications, seed)


def _check(corridor: Corridor, comparisons: Iterable[FactComparison]) -> None:
    """Raise DataError if a comparison refers to a row that the data do not have."""
    tables = ("ports", "facilities", "links", "services", "stocks", "durations", "classes")
    known = {name for table in tables for name in corridor.table(table)}
    used = {name: one.id for one in comparisons for name in (*one.of, *one.vehicle_class)}
    why, expected = message("comparison.unknown_id", "runs"), message("want.id_of_data", "runs")
    findings = [
        Finding(ERROR, "comparisons.csv", None, "of", name, expected, nearest(name, known), why, id)
        for name, id in used.items()
        if name not in known
    ]
    if findings:
        raise DataError(findings)


def _row(comparison: FactComparison, values: Sequence[float]) -> ComparedFigure:
    from sim.statistics import mean_interval

    if any(map(math.isnan, values)):
        return ComparedFigure(comparison, math.nan, -math.inf, math.inf)
    mean = mean_interval(values)
    return ComparedFigure(comparison, mean.estimate, mean.low, mean.high)


def _plain(row: ComparedFigure, language: str) -> dict[str, Any]:
    of, fact = row.of, facts()[row.of.fact]
    low, high = of.bounds
    return {
        "fact": of.fact,
        "place": fact.place,
        "metric": translated(of, "what", language),
        "unit": of.unit,
        "year": fact.year,
        "published": of.published,
        "model": _finite(row.model),
        "ci_low": _finite(row.low),
        "ci_high": _finite(row.high),
        "difference": _finite(row.difference),
        "tolerance": TOLERANCE,
        "within": row.within,
        "role": of.role,
        "why": translated(of, "why", language),
        "id": of.id,
        "kind": of.kind,
        "topic": of.topic,
        "level": of.level,
        "grade": fact.grade,
        "least": low,
        "most": high,
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
