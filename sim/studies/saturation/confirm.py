"""Years of saturation in runs: all years of a demand scenario, several replications, common random numbers.

Input: that of :func:`sim.studies.saturation.saturation_years`, and a folder for the results, in which a repeated call
continues. Output: by proposal, demand scenario and traffic the year in which the replications saturate: the median, the
earliest and the latest.

A year is the demand of that year over the same days, so years differ by demand only. A replication is saturated from
the first year from which all later years are. The criterion is in :mod:`sim.studies.saturation`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np

from corridors.model import Corridor
from corridors.overlay.applying import apply
from corridors.overlay.demand_scenarios import DemandScenarioId
from corridors.overlay.proposals import Proposal
from sim.core.run_settings import RunSettings
from sim.kpi.queue_growth import AssessedDays
from sim.studies.saturation import SaturationYears, YearInRuns, offered_load
from sim.studies.saturation.years import PORT, Key, since

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiments.batch import Progress
    from sim.experiments.experiment import Variation
    from sim.experiments.store import Store

AT_THE_LIMIT: Final = 0.98
"""Least utilisation of the binding facility of a saturated closed fleet or section."""
BASELINE: Final = "baseline"
MOST_A_SHARD: Final = 5
"""Replications that are run and stored together."""


def confirm(
    found: SaturationYears,
    corridor: Corridor,
    proposals: Mapping[str, Proposal],
    settings: RunSettings,
    out: Path,
    *,
    replications: int,
    workers: int = 1,
    progress: Callable[[Progress], None] = lambda progress: None,
) -> SaturationYears:
    """Add the years in runs, without proposals and with each of ``proposals`` separately.

    Raises DataError and BatchError as :func:`sim.experiments.batch.run_batch` does, and FailedRunsError if a run
    failed.
    """
    from sim.experiments.batch import run_batch
    from sim.experiments.experiment import Experiment

    worlds = {"": corridor} | {id: apply(corridor, proposal.changes) for id, proposal in proposals.items()}
    experiment = Experiment(
        id="saturation",
        title_en="",
        title_zh="",
        scenarios=tuple(_variations(found, worlds)),
        start=settings.start,
        days=settings.days,
        warmup_days=settings.warmup_days,
        seed=settings.seed,
        replications=replications,
        replications_per_shard=min(replications, MOST_A_SHARD),
    )
    outcome = run_batch(experiment, out, corridor, proposals, workers=workers, progress=progress)
    return replace(found, in_runs=_in_runs(found, worlds, settings, outcome.whole_store()))


def _id(proposal: str, future: DemandScenarioId, year: int, base_year: int) -> str:
    """Id of the scenario of a year; the base year is the same in all demand scenarios."""
    if year == base_year:
        return proposal or BASELINE
    return "_".join(filter(None, (proposal, future, str(year))))


def _variations(found: SaturationYears, worlds: Mapping[str, Corridor]) -> Iterator[Variation]:
    from sim.experiments.experiment import Variation

    for proposal, world in worlds.items():
        own = (proposal,) if proposal else ()
        if proposal:
            yield Variation(id=proposal, proposals=own)
        for future in found.selected:
            for year in found.years[1:]:
                changes = found.futures.changes(world, future, year)
                id = _id(proposal, future, year, found.base_year)
                # A proposal with more trains and the growth of their demand change the same number, in this order.
                yield Variation(id=id, proposals=own, changes=changes, in_order=True)


def _in_runs(
    found: SaturationYears, worlds: Mapping[str, Corridor], settings: RunSettings, store: Store
) -> dict[tuple[str, DemandScenarioId, Key], YearInRuns]:
    signs = _Signs(store, settings)
    years = {}
    for proposal, world in worlds.items():
        passed = offered_load(world, settings)
        for future in found.selected:
            scenarios = {year: _id(proposal, future, year, found.base_year) for year in found.years}
            for row in (row for row in found.rows if row.future == future):
                group = row.key[1:]
                things = passed.ports.get(group, ()) if row.kind == PORT else passed.sections.get(row.at, ())
                if not things or row.binds in world.stocks:
                    # Results of runs do not include the use of quotas.
                    continue
                closed = row.kind != PORT or _is_fleet(world, row.klass)
                full = {
                    year: signs.at_the_limit(scenario, things) if closed else signs.grows(scenario, group)
                    for year, scenario in scenarios.items()
                }
                common = sorted(set.intersection(*(set(by_run) for by_run in full.values())))
                firsts = [since({year: full[year][run] for year in found.years}) for run in common]
                if firsts:
                    years[proposal, future, row.key] = _spread(firsts)
    return years


def _is_fleet(world: Corridor, klass: str) -> bool:
    return any(row.arrivals == "fleet" for row in world.services.values() if row.vehicle_class == klass)


def _spread(firsts: Sequence[int | None]) -> YearInRuns:
    """Median (the later of two middle years), earliest and latest; None is after all years."""
    ordered = sorted(firsts, key=lambda year: (year is None, year or 0))
    return YearInRuns(ordered[len(ordered) // 2], ordered[0], ordered[-1], len(ordered))


class _Signs:
    """Saturation of each replication of a scenario, from the results."""

    def __init__(self, store: Store, settings: RunSettings) -> None:
        self._days, self._warmup_days = settings.days, settings.warmup_days
        keys = ["scenario", "port", "direction", "class"]
        backlog = store.read("backlog").sort_values([*keys, "replication", "day"])
        self._backlog = {cast(tuple[Any, ...], key): of_group for key, of_group in backlog.groupby(keys)}
        self._use = _use(store)

    def grows(self, scenario: str, group: tuple[str, str, str]) -> dict[int, bool]:
        """By replication whether the queue of a group grows without bound."""
        rows = self._backlog.get((scenario, *group))
        if rows is None:
            return {}
        numbers = rows["replication"].to_numpy()[:: self._days]
        waiting = rows["vehicles_waiting"].to_numpy().reshape(-1, self._days)
        return {
            int(number): (found := AssessedDays.of(own, self._warmup_days)) is not None and found.growth is not None
            for number, own in zip(numbers, waiting, strict=True)
        }

    def at_the_limit(self, scenario: str, things: Sequence[str]) -> dict[int, bool]:
        """By replication whether the utilisation of one of the things is at least 98%."""
        found: dict[int, bool] = {}
        for thing in things:
            for number, utilisation in self._use.get((scenario, thing), {}).items():
                found[number] = found.get(number, False) or utilisation >= AT_THE_LIMIT
        return found


def _use(store: Store) -> dict[tuple[str, str], dict[int, float]]:
    """Utilisation by (scenario, facility) and replication."""
    found: dict[tuple[str, str], dict[int, float]] = {}
    table: pd.DataFrame = store.read("facilities")
    columns = (table[name].tolist() for name in ("scenario", "facility", "replication", "utilisation"))
    for scenario, facility, number, utilisation in zip(*columns, strict=True):
        found.setdefault((scenario, facility), {})[int(number)] = float(np.nan_to_num(utilisation))
    return found
