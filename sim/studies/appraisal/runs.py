"""Runs of an appraisal: each set of open works over a whole year, in the anchor years of each future.

Input: a corridor, works and futures. Output: :class:`PortRuns`, for each port that the works affect the flows of every
set, future, anchor year and replication, from a batch in the submodel of that port
(:mod:`sim.studies.sensitivity.port_submodels`).
All runs have common random numbers. Rows that works open or close within the run do so on its first day here: the year
of opening and the ramp are those of the programme. A stopped batch continues when it is called again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from corridors.fingerprint import fingerprint
from corridors.model import Corridor
from corridors.overlay.changes import Change, apply
from corridors.overlay.demand_scenarios import DemandScenarioId, DemandScenarios
from corridors.overlay.proposals import Proposal
from sim.core.run_settings import RunSettings
from sim.studies.appraisal.generalised import FIGURES, Flows
from sim.studies.appraisal.programme import Work
from sim.studies.appraisal.schedule import WorkSet
from sim.studies.sensitivity.port_submodels import PortSubmodel, port_submodels

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiments.batch import Progress
    from sim.experiments.experiment import Experiment, Variation
    from sim.experiments.store import Store

MOST_A_SHARD: Final = 5
"""Replications that are run and stored together."""
TABLES: Final = ("flows", "backlog", "stocks")
"""Tables of a run that an appraisal reads."""
REFERENCE: Final[WorkSet] = frozenset()
KEPT: Final = 8
"""Corridors with works that are kept: a set is run in several years and demand scenarios one after the other."""
Cell = tuple[WorkSet, DemandScenarioId, int]
"""Open works, future and year of a run."""


@dataclass(frozen=True)
class YardChange:
    """Change of a yard within a year with the works, less that without, in the unit of the stock."""

    future: DemandScenarioId
    stock: str
    unit: str
    difference: float


@dataclass(frozen=True)
class PortRuns:
    """Flows at one port. Figures have the shape (anchors, replications, services)."""

    port: str
    corridor: Corridor
    """The submodel without works."""
    changed: Corridor
    """The submodel with all works."""
    services: tuple[tuple[str, str], ...]
    """(service, class) of all flows."""
    shifted: frozenset[str]
    """Services whose volume a work changes."""
    flows: Mapping[tuple[DemandScenarioId, WorkSet], Flows]
    """By future and the works that are open and affect this port."""
    growing: frozenset[tuple[str, str, str]]
    """(port, direction, class) whose queue grows without bound in a run."""
    yards: tuple[YardChange, ...]
    works: frozenset[str]
    """Works that affect this port."""


def run_ports(
    corridor: Corridor,
    works: Sequence[Work],
    committed: Sequence[Proposal],
    sets: Sequence[WorkSet],
    futures: DemandScenarios,
    selected: Sequence[DemandScenarioId],
    anchors: Sequence[int],
    settings: RunSettings,
    out: Path,
    *,
    replications: int,
    workers: int = 1,
    progress: Callable[[Progress], None] = lambda progress: None,
) -> tuple[PortRuns, ...]:
    """Run or read all that is needed; raises what :func:`sim.experiments.batch.run_batch` does, and FailedRunsError."""
    from sim.experiments.batch import run_batch

    proposals = {work.id: from_first_day(work.proposal, settings) for work in works}
    standing = {one.id: from_first_day(one, settings) for one in committed}
    found = []
    for model in port_submodels(corridor, proposals | standing):
        here = frozenset(work.id for work in works if work.id in model.proposals)
        if not here:
            continue
        own = list(dict.fromkeys([REFERENCE, *(one & here for one in sets)]))
        order = tuple(id for id in (*standing, *proposals) if id in model.proposals)
        case = PortCase(model, order, frozenset(standing), futures)
        cells = [(one, future, year) for one in own for future in selected for year in anchors]
        experiment = case.experiment_of(cells, settings, replications)
        folder = out / case.folder(experiment)
        outcome = run_batch(experiment, folder, model.corridor, {}, workers=workers, progress=progress)
        found.append(_read(case, outcome.whole_store(), own, selected, anchors, replications, here))
    return tuple(found)


def from_first_day(proposal: Proposal, settings: RunSettings) -> Proposal:
    """The proposal with rows that open or close within the run open or closed from its first day on."""
    last = settings.start + timedelta(days=settings.days)
    first = {"opening_date": settings.start, "closing_date": settings.start + timedelta(days=1)}

    def moved(column: str, value: Any) -> Any:
        try:
            day = date.fromisoformat(str(value))
        except ValueError:
            return value
        return first[column].isoformat() if first[column] < day < last else value

    changes = []
    for change in proposal.changes:
        if change.row:
            row = {key: moved(key, value) if key in first else value for key, value in change.row.items()}
            change = change.model_copy(update={"row": row})
        elif change.op == "set" and change.address.rpartition(".")[2] in first:
            change = change.model_copy(update={"value": moved(change.address.rpartition(".")[2], change.value)})
        changes.append(change)
    return proposal.model_copy(update={"changes": tuple(changes)})


def folder_name(port: str, experiment: Experiment, world: str) -> str:
    """Names the folder of the results of an experiment at a port; ``world`` is the fingerprint of its corridor."""
    text = json.dumps(experiment.model_dump(mode="json", exclude_unset=True), sort_keys=True)
    return f"{port}_{sha256((text + world).encode()).hexdigest()[:10]}"


@dataclass(frozen=True)
class PortCase:
    """The runs of sets of works at one port."""

    model: PortSubmodel
    order: tuple[str, ...]
    """What is committed, then the works by their planned openings: each builds on those before it."""
    standing: frozenset[str]
    """What is committed."""
    futures: DemandScenarios

    def changes_of(self, works: WorkSet) -> tuple[Change, ...]:
        """The changes of what is committed and of a set, in order."""
        ids = [id for id in self.order if id in self.standing | works]
        return tuple(change for id in ids for change in self.model.proposals[id].changes)

    def corridor_of(self, works: WorkSet) -> Corridor:
        """The submodel with a set open; the last few are kept."""
        if works not in self._made:
            made = apply(self.model.corridor, self.changes_of(works), in_order=True)
            for old in list(self._made)[: len(self._made) - KEPT + 1]:
                self._made.pop(old, None)
            self._made[works] = made
            return made
        return self._made[works]

    @cached_property
    def _made(self) -> dict[WorkSet, Corridor]:
        return {}

    def experiment_of(
        self,
        cells: Sequence[Cell],
        settings: RunSettings,
        replications: int,
        a_shard: int = MOST_A_SHARD,
        tables: tuple[str, ...] = TABLES,
    ) -> Experiment:
        """The experiment with a scenario for each cell; ``a_shard`` replications are run and stored together."""
        from sim.experiments.experiment import Experiment

        first, *others = self._variations(cells)
        return Experiment(
            id="appraisal",
            title_en="",
            title_zh="",
            baseline=first,
            scenarios=tuple(others),
            start=settings.start,
            days=settings.days,
            warmup_days=settings.warmup_days,
            seed=settings.seed,
            replications=replications,
            replications_per_shard=min(replications, a_shard),
            tables=tables,
        )

    def folder(self, experiment: Experiment) -> str:
        """Names the folder of an experiment by what is run, so that others do not find these runs in their way."""
        return folder_name(self.model.port, experiment, self._fingerprint)

    @cached_property
    def _fingerprint(self) -> str:
        return fingerprint(self.model.corridor)

    def _variations(self, cells: Sequence[Cell]) -> Iterator[Variation]:
        from sim.experiments.experiment import Variation

        sets = list(dict.fromkeys(works for works, _, _ in cells))
        changed = {works: self.corridor_of(works) for works in sets}
        for works, future, year in cells:
            demand = self.futures.changes(changed[works], future, year)
            # The growth of demand comes after the works, whose fleets grow, too.
            changes = (*self.changes_of(works), *demand)
            yield Variation(id=scenario_id(sets.index(works), future, year), changes=changes, in_order=True, alone=True)


def scenario_id(place: int, future: DemandScenarioId, year: int) -> str:
    """The id of the scenario of a set by its place among the sets of an experiment."""
    return f"set_{place}_{future}_{year}"


@dataclass(frozen=True)
class CellTables:
    """Tables of the runs of one port by cell."""

    flows: Mapping[Cell, pd.DataFrame]
    """Without a key for a cell in which nothing flows."""
    stocks: Mapping[Cell, pd.DataFrame]
    growing: frozenset[tuple[str, str, str]]
    """See :attr:`PortRuns.growing`."""


def _read(
    case: PortCase,
    store: Store,
    sets: Sequence[WorkSet],
    selected: Sequence[DemandScenarioId],
    anchors: Sequence[int],
    replications: int,
    here: frozenset[str],
) -> PortRuns:
    cells = {
        scenario_id(n, future, year): (works, future, year)
        for n, works in enumerate(sets)
        for future in selected
        for year in anchors
    }
    flows, stocks = (
        {cells[str(id)]: rows for id, rows in store.read(kind).groupby("scenario")} for kind in ("flows", "stocks")
    )
    return port_runs(
        case, CellTables(flows, stocks, growing_queues(store)), sets, selected, anchors, replications, here
    )


def growing_queues(store: Store) -> frozenset[tuple[str, str, str]]:
    """(port, direction, class) whose queue grows without bound in a run of a store."""
    from sim.studies.compare import ExperimentResults
    from sim.studies.compare.steady_state import unsteady_queues

    return frozenset(unsteady_queues(ExperimentResults.of(store, ("backlog",))).growing)


def port_runs(
    case: PortCase,
    tables: CellTables,
    sets: Sequence[WorkSet],
    selected: Sequence[DemandScenarioId],
    anchors: Sequence[int],
    replications: int,
    here: frozenset[str],
) -> PortRuns:
    """The runs of one port; ``sets`` begin with the reference and end with all the works of this port, ``here``."""
    known = sorted({(str(a), str(b)) for rows in tables.flows.values() for a, b in zip(*_who(rows), strict=True)})
    services = tuple(known)
    before, after = case.corridor_of(REFERENCE), case.corridor_of(here)
    return PortRuns(
        port=case.model.port,
        corridor=before,
        changed=after,
        services=services,
        shifted=shifted_services(before, after),
        flows={
            (future, works): flows_of(
                [tables.flows.get((works, future, year)) for year in anchors], replications, services
            )
            for works in sets
            for future in selected
        },
        growing=tables.growing,
        yards=tuple(_yards(tables.stocks, sets[-1], selected, anchors[-1])),
        works=here,
    )


def _who(rows: pd.DataFrame) -> tuple[pd.Series[Any], pd.Series[Any]]:
    return rows["service"], rows["class"]


def flows_of(cells: Sequence[pd.DataFrame | None], replications: int, services: Sequence[tuple[str, str]]) -> Flows:
    """The figures of some scenarios as arrays (scenarios, replications, services)."""
    figures = {column: np.zeros((len(cells), replications, len(services))) for column in FIGURES}
    figures["load_t"][:] = 1.0
    place = {one: k for k, one in enumerate(services)}
    for n, rows in enumerate(cells):
        if rows is None:
            continue
        of = np.array([place[a, b] for a, b in zip(rows["service"], rows["class"], strict=True)], int)
        for column in FIGURES:
            figures[column][n, rows["replication"].to_numpy(int), of] = rows[column].to_numpy(float)
    return Flows(figures)


def _yards(
    stocks: Mapping[Cell, pd.DataFrame], last: WorkSet, selected: Sequence[DemandScenarioId], year: int
) -> Iterator[YardChange]:
    """Differences of the last set from the reference in the last anchor year, of stocks of cargo."""
    for future in selected:
        here = [stocks.get((works, future, year)) for works in (last, REFERENCE)]
        found = [rows[(rows["stock_kind"] == "cargo") & rows["change"].notna()] for rows in here if rows is not None]
        if len(found) < len(here):
            continue
        with_works, without = (rows.groupby("stock")["change"].mean() for rows in found)
        units = {name: unit for rows in found for name, unit in zip(rows["stock"], rows["unit"], strict=True)}
        for stock, difference in (with_works - without).dropna().items():
            yield YardChange(future, str(stock), str(units[stock]), float(difference))


def shifted_services(before: Corridor, after: Corridor) -> frozenset[str]:
    """Services that works add, remove or give another volume."""

    def volume(corridor: Corridor, id: str) -> object:
        row = corridor.services.get(id)
        return row and (row.per_day, row.fleet, row.load_t, row.vehicle_class)

    both = {*before.services, *after.services}
    return frozenset(id for id in both if volume(before, id) != volume(after, id))
