"""One comparison with the figure of the model and the figures of naive forecasts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sim.studies.validation.comparisons import FactComparison


@dataclass(frozen=True)
class ComparedFigure:
    """One comparison with the figure of the model, in the unit of the publication."""

    of: FactComparison
    model: float
    """Mean over replications; NaN if nothing was measured."""
    low: float
    high: float
    """95% confidence interval of the mean; infinite after one replication."""
    naive: Mapping[str, float] = field(default_factory=dict)
    """Figure of each naive forecast that applies, by id (:data:`.naive.FORECASTS`); NaN if nothing was measured."""

    @property
    def within(self) -> bool:
        """Whether the figure of the model is within the tolerance of the comparison."""
        return self.of.within(self.model)

    @property
    def difference(self) -> float:
        """Relative deviation of the model from the published figure."""
        return self.model / self.of.published - 1
