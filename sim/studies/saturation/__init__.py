"""Years of saturation of ports and sections in each demand scenario, and the effect of proposals on them.

Input: a corridor, the demand scenarios (futures), proposals. Output: :class:`SaturationYears`, by offered load (exact
for a queue whose own work and capacity decide, else the latest possible year) and, on request, by runs with the spread
over replications.

===============  ===================================================================================================
:mod:`.load`     load that services offer to facilities, sections and quotas, from the corridor alone
:mod:`.years`    first year from which the load of the binding facility is 1 or more, for ports and sections
:mod:`.confirm`  first year from paired runs of all years: a queue that grows without bound, or work at the limit
===============  ===================================================================================================

*Saturated by load*: the work offered to the binding facility, section or quota is at least its capacity. *Saturated in
runs*: the queue of the traffic grows without bound (the test of :mod:`sim.statistics.stability`). The queue of a closed
fleet, or on a section, is bounded by the number of vehicles: there, the binding facility works at least 98% of its
hours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from corridors.findings import DataError, Finding
from corridors.model import Corridor
from corridors.overlay.applying import apply
from corridors.overlay.demand_scenarios import DemandScenarioId, DemandScenarios
from corridors.overlay.proposals import Proposal
from sim.core.run_settings import RunSettings
from sim.studies.saturation.load import Group, OfferedLoad, offered_load
from sim.studies.saturation.years import Key, Saturation, named, saturations

__all__ = [
    "Group",
    "Key",
    "OfferedLoad",
    "Saturation",
    "SaturationYears",
    "YearChange",
    "YearInRuns",
    "offered_load",
    "saturation_years",
    "saturations",
]


@dataclass(frozen=True)
class YearInRuns:
    """Year of saturation in runs: median, earliest and latest of the replications; None is after the last year."""

    median: int | None
    earliest: int | None
    latest: int | None
    replications: int


@dataclass(frozen=True)
class YearChange:
    """Change of a year of saturation by a proposal."""

    proposal: str
    before: Saturation
    after: Saturation


@dataclass(frozen=True)
class SaturationYears:
    """Years of saturation without proposals, and the changes that proposals make to them."""

    futures: DemandScenarios
    selected: tuple[DemandScenarioId, ...]
    """The demand scenarios that are evaluated."""
    years: tuple[int, ...]
    rows: tuple[Saturation, ...]
    """Ports, then sections, each by key; for each key all demand scenarios."""
    changes: tuple[YearChange, ...]
    """By proposal, in the order of the rows."""
    in_runs: Mapping[tuple[str, DemandScenarioId, Key], YearInRuns] = field(default_factory=dict)
    """Years in runs by (proposal, '' for none; demand scenario; key); empty without runs."""

    @property
    def base_year(self) -> int:
        """First year of the demand scenarios."""
        return self.years[0]

    @property
    def last_year(self) -> int:
        """Last year of the demand scenarios."""
        return self.years[-1]

    def row(self, key: Key, future: DemandScenarioId) -> Saturation | None:
        """One row; None if there is none."""
        return next((row for row in self.rows if row.key == key and row.future == future), None)

    def as_json(self) -> dict[str, object]:
        """The years as plain values; None is after the last year."""
        return {
            "base_year": self.base_year,
            "last_year": self.last_year,
            "futures": list(self.selected),
            "growth": [path.model_dump(mode="json") for path in self.futures.paths],
            "rows": [row.as_json() for row in self.rows],
            "moves": [
                {"proposal": change.proposal, **change.after.as_json(), "year_without": change.before.year}
                for change in self.changes
            ],
            "in_runs": [
                {"proposal": proposal, "future": future, **named(key), **vars(year)}
                for (proposal, future, key), year in self.in_runs.items()
            ],
        }


def saturation_years(
    corridor: Corridor,
    futures: DemandScenarios,
    settings: RunSettings,
    *,
    selected: Sequence[DemandScenarioId],
    last_year: int,
    proposals: Mapping[str, Proposal],
) -> SaturationYears:
    """The years of saturation by load, without proposals and with each proposal separately.

    ``settings`` define the days over which calendars are averaged; ``selected`` are the demand scenarios. Raises
    DataError for proposals that cannot be applied.
    """
    years = tuple(range(futures.base_year, last_year + 1))
    now = offered_load(corridor, settings)
    rows = [row for future in selected for row in saturations(now, corridor, futures, future, years)]
    rows.sort(key=lambda row: row.key)
    changes: list[YearChange] = []
    findings: list[Finding] = []
    for id, proposal in proposals.items():
        try:
            changed = apply(corridor, proposal.changes)
            then = offered_load(changed, settings)
        except DataError as error:
            findings += error.findings
            continue
        later = {
            (row.key, row.future): row
            for future in selected
            for row in saturations(then, changed, futures, future, years)
        }
        pairs = ((row, later.get((row.key, row.future))) for row in rows)
        changes += [YearChange(id, before, after) for before, after in pairs if after and after.year != before.year]
    if findings:
        raise DataError(findings)
    return SaturationYears(futures, tuple(selected), years, tuple(rows), tuple(changes))
