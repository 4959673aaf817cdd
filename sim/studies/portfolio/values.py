"""Yearly benefits of sets of works at one port, from runs that are kept.

Input: the runs of a port (:mod:`.cell_runs`), sets of candidates, and the futures and years to run. Output: for each
set the benefit of a year by replication, M USD, and what binds once the set is open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from corridors.model import Corridor
from corridors.overlay.demand_scenarios import DemandScenarioId
from sim.studies.appraisal import on_assumed_prices
from sim.studies.appraisal.generalised import Pricing
from sim.studies.appraisal.prices import Prices
from sim.studies.appraisal.runs import REFERENCE, flows_of, shifted_services
from sim.studies.appraisal.schedule import WorkSet
from sim.studies.compare.costs import DAYS_A_YEAR, MILLION
from sim.studies.portfolio.cell_runs import CellRuns
from sim.studies.portfolio.connections import Connections

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
YearOfFuture = tuple[DemandScenarioId, int]
WORST: Final = 3
"""Roots of waiting, by vehicle-hours, that count as binding."""


@dataclass
class PortValues:
    """Values of sets at one port. All sets have the same cells."""

    runs: CellRuns
    cells: Sequence[YearOfFuture]
    """Futures and years that are run."""
    prices: Prices
    screened: int
    """Replications of which all sets are valued unless more are wanted."""
    _by_market: dict[tuple[WorkSet, YearOfFuture, int], Mapping[tuple[str, str], Floats]] = field(default_factory=dict)
    _on_assumed: dict[tuple[WorkSet, YearOfFuture, int], tuple[float, float]] = field(default_factory=dict)

    @property
    def replications(self) -> int:
        """The most of one set."""
        return self.runs.replications

    @property
    def sets(self) -> int:
        """Number of sets with benefits."""
        return len({works for works, _, _ in self._by_market})

    @cached_property
    def reference(self) -> Corridor:
        """The port without works."""
        return self.runs.case.corridor_of(REFERENCE)

    def run(self, sets: Iterable[WorkSet], replications: int, cells: Sequence[YearOfFuture] | None = None) -> None:
        """Run the first replications of sets that are not known yet; of other cells if they are given."""
        wanted = dict.fromkeys((REFERENCE, *sets))
        self.runs.run([(one, *cell) for one in wanted for cell in cells or self.cells], replications)

    def benefit(
        self, works: WorkSet, replications: int | None = None, cells: Sequence[YearOfFuture] | None = None
    ) -> Floats:
        """(cells, replications) M USD a year, against no works; of the screened replications unless given."""
        n = replications or self.screened
        return np.stack([sum(self.by_market(works, cell, n).values(), np.zeros(n)) for cell in cells or self.cells])

    def by_market(self, works: WorkSet, cell: YearOfFuture, replications: int) -> Mapping[tuple[str, str], Floats]:
        """The benefit by leading (service, class) of each market, (replications,) M USD a year."""
        key = works, cell, replications
        if key not in self._by_market:
            before, after = (self.runs.rows((one, *cell), replications) for one in (REFERENCE, works))
            services = tuple(sorted({*_services(before), *_services(after)}))
            shifted = shifted_services(self.reference, self.runs.case.corridor_of(works))
            pricing = Pricing(self.prices, services, shifted)
            found = pricing.benefit(
                flows_of([before], replications, services),
                flows_of([after], replications, services),
                self.prices.central,
                np.array([cell[1]], float),
            )
            money = found.total[0] * DAYS_A_YEAR / MILLION
            of_streams = pricing.by_stream(found)[:, 0].mean(axis=1) * DAYS_A_YEAR / MILLION
            self._on_assumed[key] = on_assumed_prices(self.prices, pricing, of_streams)
            self._by_market[key] = dict(zip(pricing.leading, money.T, strict=True))
        return self._by_market[key]

    def on_assumed(self, works: WorkSet) -> tuple[float, float]:
        """What rests on assumed prices, and all, of the benefits of a year without their signs, M USD a cell."""
        found = [(0.0, 0.0)]
        for part in self.parts(works):
            self.benefit(part)
            found += [self._on_assumed[part, cell, self.screened] for cell in self.cells]
        return sum(one for one, _ in found), sum(one for _, one in found)

    def parts(self, works: WorkSet) -> list[WorkSet]:
        """The set, in parts that cannot influence each other, so that their benefits add up."""
        return self.connections.parts(works)

    @cached_property
    def connections(self) -> Connections:
        """What the works here have to do with each other."""
        return Connections(self.runs.case, self.prices)

    def binding(self, works: WorkSet) -> tuple[str, ...]:
        """Ids of the roots of most waiting with a set open, the worst first."""
        roots = self.roots(works)
        roots = roots[roots["root"].notna() & (roots["root"] != "")]
        hours = roots.groupby("root")["hours"].sum().sort_values(ascending=False, kind="stable")
        return tuple(map(str, hours.index[:WORST]))

    def roots(self, works: WorkSet) -> pd.DataFrame:
        """The roots of waiting with a set open, of all cells and screened replications."""
        import pandas as pd

        self.run([works], self.screened)
        parts = [self.runs.rows((works, *cell), self.screened, "waiting_by_root") for cell in self.cells]
        return pd.concat(parts, ignore_index=True)


def _services(rows: pd.DataFrame) -> set[tuple[str, str]]:
    return {(str(a), str(b)) for a, b in zip(rows["service"], rows["class"], strict=True)}


def relieving(
    values: PortValues, relieves: Mapping[str, frozenset[str]], order: Sequence[str]
) -> Callable[[WorkSet], list[str]]:
    """A function that names the candidates that relieve what binds with a set open."""

    def found(works: WorkSet) -> list[str]:
        worst = set(values.binding(works))
        return [id for id in order if id not in works and relieves.get(id, frozenset()) & worst]

    return found
