"""Scores of a validation: shares of figures that agree, median differences, comparison with naive forecasts.

Input: compared figures. Output: a :class:`Score` of a part of them. Parts are by role and kind, in the order of
:data:`PARTS`: figures that result from the model come before those that follow from input, and figures of the test
before those of the fit.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from sim.studies.validation.compared_figure import ComparedFigure

PARTS: Final = (("test", "outcome"), ("test", "given"), ("fit", "outcome"), ("fit", "given"))
"""Role and kind of each part, in the order of every table."""
VOLUMES: Final = ("flow", "departures")
"""Measures of volumes: vehicles, TEU or tonnes that pass."""
VOLUME_TOLERANCE: Final = 0.05
"""Second, stricter tolerance of volumes that follow from input."""


@dataclass(frozen=True)
class Score:
    """Number of figures that agree, and the median size of the relative difference (NaN without figures)."""

    within: int
    of: int
    median_difference: float

    def as_json(self) -> dict[str, Any]:
        """Plain values for JSON; a missing value is None."""
        finite = math.isfinite(self.median_difference)
        return {
            "within": self.within,
            "of": self.of,
            "median_difference": self.median_difference if finite else None,
        }


@dataclass(frozen=True)
class NaiveScore:
    """The model and a naive forecast on the figures that have this forecast."""

    model: Score
    naive: Score


def part(rows: Iterable[ComparedFigure], role: str = "", kind: str = "") -> list[ComparedFigure]:
    """The figures of a role and a kind; '' for all."""
    return [row for row in rows if role in ("", row.of.role) and kind in ("", row.of.kind)]


def by_part(rows: Iterable[ComparedFigure]) -> list[ComparedFigure]:
    """All figures in the order of :data:`PARTS`, those of a part in the order given."""
    return sorted(rows, key=lambda row: PARTS.index((row.of.role, row.of.kind)))


def score(rows: Iterable[ComparedFigure]) -> Score:
    """The score of figures of the model."""
    rows = list(rows)
    return _score([row.within for row in rows], [row.difference for row in rows])


def volumes(rows: Iterable[ComparedFigure]) -> Score:
    """The score of volumes that follow from input, within :data:`VOLUME_TOLERANCE` instead of the tolerance."""
    flows = [row for row in part(rows, kind="given") if row.of.measure in VOLUMES]
    return _score([abs(row.difference) <= VOLUME_TOLERANCE for row in flows], [row.difference for row in flows])


def naive_score(rows: Iterable[ComparedFigure], forecast: str) -> NaiveScore:
    """The model and a naive forecast, on the figures that have the forecast."""
    rows = [row for row in rows if forecast in row.naive]
    values = [row.naive[forecast] for row in rows]
    differences = [value / row.of.published - 1 for row, value in zip(rows, values, strict=True)]
    agree = [row.of.within(value) for row, value in zip(rows, values, strict=True)]
    return NaiveScore(score(rows), _score(agree, differences))


def _score(agree: Sequence[bool], differences: Sequence[float]) -> Score:
    sizes = [math.inf if math.isnan(difference) else abs(difference) for difference in differences]
    return Score(sum(agree), len(agree), median(sizes) if sizes else math.nan)
