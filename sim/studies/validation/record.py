"""The published record beside the model: what ``bridgehead validate`` tells.

In: the baseline, comparisons and natural experiments. Out: a :class:`Record`, one row a comparison, with the model's
mean over replications, its 95 % interval, and whether it is near enough.
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
from sim.run import RunResult
from sim.studies.validation.comparisons import TOLERANCE, Comparison
from sim.studies.validation.experiments import NaturalExperiment, Replay, replay, wanted_of
from sim.studies.validation.levels import Wanted, level, read
from sim.studies.validation.measures import Readings


@dataclass(frozen=True)
class Row:
    """One comparison and what came out. Figures in the unit of the publication."""

    of: Comparison
    model: float
    """Mean over replications; NaN if nothing of the kind was measured."""
    low: float
    high: float
    """95 % interval of the mean; infinite after one replication."""

    @property
    def within(self) -> bool:
        return self.of.within(self.model)

    @property
    def difference(self) -> float:
        """Of the model from the published figure, as a share of it."""
        return self.model / self.of.published - 1


@dataclass(frozen=True)
class Record:
    """Every comparison that was made, in the order of the file."""

    rows: tuple[Row, ...]
    experiments: tuple[Replay, ...]
    replications: int
    seed: int

    def count(self, role: str = "", kind: str = "") -> tuple[int, int]:
        """How many comparisons of a role and kind ('' takes all) are within tolerance, of how many."""
        these = [row for row in self.rows if role in ("", row.of.role) and kind in ("", row.of.kind)]
        return sum(row.within for row in these), len(these)

    def as_json(self, language: str = "en") -> dict[str, Any]:
        """Plain values, ready for JSON; what has no value is None."""
        return {
            "rows": [_plain(row, language) for row in self.rows],
            "experiments": [one.as_json(language) for one in self.experiments],
            "summary": self.summary(),
        }

    def summary(self) -> dict[str, Any]:
        """The counts, and how often the model was run."""
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


def figures(result: RunResult, comparisons: Iterable[Comparison]) -> dict[str, float]:
    """The model's figure for each comparison from one finished run of its level, by id of the comparison.

    In the unit of the publication (``Comparison.unit``); NaN where the run measured nothing of the kind. Which of them
    may be fitted to says ``Comparison.role``.
    """
    readings = Readings(result)
    return {comparison.id: readings.value(comparison) for comparison in comparisons}


def validate(
    baseline: Corridor,
    comparisons: Sequence[Comparison],
    experiments: Sequence[NaturalExperiment] = (),
    *,
    replications: int = 2,
    seed: int = 1,
    workers: int = 1,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Record:
    """Run every level and experiment that is asked for and compare; ``progress`` is told runs done and runs in all.

    Raises DataError for comparisons, levels or a world that cannot be used, RunError for a run that does not add up.
    """
    _check(baseline, comparisons)
    wanted = {
        name: Wanted(level(name), {one.id: one for one in comparisons if one.level == name})
        for name in sorted({comparison.level for comparison in comparisons})
    } | wanted_of(experiments)
    found = read(baseline, wanted, replications=replications, seed=seed, workers=workers, progress=progress)
    rows = tuple(_row(one, found[one.level][one.id]) for one in comparisons)
    return Record(rows, tuple(replay(one, found) for one in experiments), replications, seed)


def _check(world: Corridor, comparisons: Iterable[Comparison]) -> None:
    """Raise DataError if figures are asked for of what the world does not have."""
    tables = (world.ports, world.facilities, world.links, world.services, world.stocks, world.durations, world.classes)
    known = {name for table in tables for name in table}
    asked = {name: one.id for one in comparisons for name in (*one.of, *one.vehicle_class)}
    why, expected = message("comparison.unknown_id", "runs"), message("want.id_of_data", "runs")
    findings = [
        Finding(ERROR, "comparisons.csv", None, "of", name, expected, nearest(name, known), why, id)
        for name, id in asked.items()
        if name not in known
    ]
    if findings:
        raise DataError(findings)


def _row(comparison: Comparison, values: Sequence[float]) -> Row:
    from sim.statistics import mean_interval

    if any(map(math.isnan, values)):
        return Row(comparison, math.nan, -math.inf, math.inf)
    told = mean_interval(values)
    return Row(comparison, told.estimate, told.low, told.high)


def _plain(row: Row, language: str) -> dict[str, Any]:
    of, fact = row.of, facts()[row.of.fact]
    low, high = of.bounds
    return {
        "fact": of.fact,
        "place": fact.place,
        "metric": getattr(of, f"what_{language}"),
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
        "why": getattr(of, f"why_{language}"),
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
