"""The result of a validation: every comparison with the figures of the model.

Input: the baseline, comparisons and natural experiments. Output: a :class:`Record` with one row a comparison: the mean
of the model over replications, its 95% confidence interval, and whether it agrees.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corridors.findings import ERROR, DataError, Finding, nearest
from corridors.messages import message
from corridors.model import Corridor
from corridors.translations import translated
from sim.run import RunResult
from sim.studies.validation.compared_figure import ComparedFigure
from sim.studies.validation.comparisons import TOLERANCE, FactComparison
from sim.studies.validation.experiments import NaturalExperiment, ReplayedExperiment, replay, wanted_of
from sim.studies.validation.levels import ScenarioQuantities, level, read
from sim.studies.validation.measures import RunFigures
from sim.studies.validation.naive import FORECASTS, naive_quantities
from sim.studies.validation.quantity import Quantity
from sim.studies.validation.record_days import RecordDays
from sim.studies.validation.scores import PARTS, VOLUME_TOLERANCE, naive_score, part, score, volumes


@dataclass(frozen=True)
class Record:
    """All comparisons and natural experiments of a validation, in the order of the files."""

    rows: tuple[ComparedFigure, ...]
    experiments: tuple[ReplayedExperiment, ...]
    replications: int
    seed: int

    def count(self, role: str = "", kind: str = "") -> tuple[int, int]:
        """Number of comparisons within tolerance, and of all, for a role and kind ('' for all)."""
        these = score(part(self.rows, role, kind))
        return these.within, these.of

    def at(self, corridor: Corridor, port: str) -> tuple[ComparedFigure, ...]:
        """The comparisons about a port, or about a facility or stock of it."""
        of_port = {
            id for table in (corridor.facilities, corridor.stocks) for id, row in table.items() if row.port == port
        }
        return tuple(row for row in self.rows if {port, *of_port} & set(row.of.of))

    def as_json(self, language: str = "en") -> dict[str, Any]:
        """Plain values for JSON; a missing value is None."""
        return {
            "rows": [_plain(row, language) for row in self.rows],
            "experiments": [one.as_json(language) for one in self.experiments],
            "summary": self.summary(),
        }

    def summary(self) -> dict[str, Any]:
        """Scores by role and kind, outcomes first, beside naive forecasts, with the number of replications."""
        parts = [*PARTS, ("test", ""), ("fit", ""), ("", "")]
        counts: dict[str, Any] = {
            _name(role, kind): score(part(self.rows, role, kind)).as_json() for role, kind in parts
        }
        given = {role: volumes(part(self.rows, role)).as_json() for role in ("test", "fit")}
        counts["given_volumes"] = {"tolerance": VOLUME_TOLERANCE, **given}
        counts["naive"] = {name: self._naive(name) for name in FORECASTS}
        if self.experiments:
            agree = sum(one.agrees for one in self.experiments)
            counts["experiments"] = {"within": agree, "of": len(self.experiments)}
        return {"replications": self.replications, "seed": self.seed, "tolerance": TOLERANCE, **counts}

    def _naive(self, forecast: str) -> dict[str, Any]:
        """Scores of the model and of a naive forecast by role and kind."""
        found = {_name(*these): naive_score(part(self.rows, *these), forecast) for these in PARTS}
        return {name: {"model": one.model.as_json(), "naive": one.naive.as_json()} for name, one in found.items()}


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

    Record days with more replications are then read from runs of their port (:mod:`.record_days`).
    Raises DataError for invalid comparisons, levels or data, UnbalancedRunError if the balance check of a run fails.
    """
    _check(baseline, comparisons)
    wanted = _wanted(comparisons) | wanted_of(experiments)
    records, first = RecordDays(comparisons, replications), 0

    def of_whole_runs(done: int, total: int) -> None:
        nonlocal first
        first = total
        progress(done, total + records.runs)

    found = read(baseline, wanted, replications=replications, seed=seed, workers=workers, progress=of_whole_runs)
    scenarios = {name: one.scenario for name, one in wanted.items()}
    more = records.read(
        baseline,
        scenarios,
        seed=seed,
        workers=workers,
        progress=lambda done: progress(first + done, first + records.runs),
    )
    for name, values in more.items():
        found[name] |= values
    rows = tuple(_row(one, found) for one in comparisons)
    return Record(rows, tuple(replay(one, found) for one in experiments), replications, seed)


def _wanted(comparisons: Sequence[FactComparison]) -> dict[str, ScenarioQuantities]:
    """The quantities to read at each level: the comparisons of the level, and naive forecasts that repeat it."""
    wanted: dict[str, dict[str, Quantity]] = {}
    for one in comparisons:
        wanted.setdefault(one.level, {})[one.id] = one
        for forecast, (then, quantity) in naive_quantities(one).items():
            wanted.setdefault(then, {})[_forecast_of(one, forecast)] = quantity
    return {name: ScenarioQuantities(level(name), quantities) for name, quantities in sorted(wanted.items())}


def _forecast_of(comparison: FactComparison, forecast: str) -> str:
    """Name of the quantity of a naive forecast; ids of comparisons have no slash."""
    return f"{comparison.id}/{forecast}"


def ids_compared(corridor: Corridor) -> set[str]:
    """The rows of a world that comparisons name."""
    tables = ("ports", "facilities", "links", "services", "stocks", "durations", "classes")
    return {name for table in tables for name in corridor.table(table)}


def _check(corridor: Corridor, comparisons: Iterable[FactComparison]) -> None:
    """Raise DataError if a comparison refers to a row that the data do not have."""
    known = ids_compared(corridor)
    used = {name: one.id for one in comparisons for name in (*one.of, *one.vehicle_class)}
    why, expected = message("comparison.unknown_id", "runs"), message("want.id_of_data", "runs")
    findings = [
        Finding(ERROR, "comparisons.csv", None, "of", name, expected, nearest(name, known), why, id)
        for name, id in used.items()
        if name not in known
    ]
    if findings:
        raise DataError(findings)


def _row(comparison: FactComparison, found: Mapping[str, Mapping[str, Sequence[float]]]) -> ComparedFigure:
    from sim.statistics import mean_interval

    values = found[comparison.level][comparison.id]
    forecasts = {
        name: found[then][_forecast_of(comparison, name)] for name, (then, _) in naive_quantities(comparison).items()
    }
    naive = {name: sum(those) / len(those) for name, those in forecasts.items()}
    if any(map(math.isnan, values)):
        return ComparedFigure(comparison, math.nan, -math.inf, math.inf, naive)
    mean = mean_interval(values)
    return ComparedFigure(comparison, mean.estimate, mean.low, mean.high, naive)


def _plain(row: ComparedFigure, language: str) -> dict[str, Any]:
    of, fact = row.of, row.of.figure
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
        **{name: _finite(row.naive.get(name, math.nan)) for name in FORECASTS},
    }


def _name(role: str, kind: str) -> str:
    """The key of a part in JSON."""
    return "_".join(filter(None, (role, kind))) or "all"


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
