"""Runs of an appraisal: each set of open works over a whole year, in anchor years of each future.

Input: a corridor, works and futures. Output: :class:`PortRuns`, for each port that the works affect the flows of every
set, future, anchor year and replication, from a batch in the submodel of that port
(:mod:`sim.studies.sensitivity.port_submodels`).
All runs have common random numbers. Rows that works open or close within the run do so on its first day here: the year
of opening and the ramp are those of the programme. A stopped batch continues when it is called again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property, partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from corridors.fingerprint import fingerprint
from corridors.model import Corridor
from corridors.overlay.applying import apply
from corridors.overlay.changes import Change
from corridors.overlay.demand_scenarios import DemandScenarioId, DemandScenarios
from corridors.overlay.proposals import Proposal
from sim.core.run_settings import RunSettings
from sim.studies.appraisal.cell_batches import CellBatch, run_cells
from sim.studies.appraisal.cells import CellFigures, figures_in, files_of
from sim.studies.appraisal.generalised import FIGURES, Flows
from sim.studies.appraisal.programme import Work
from sim.studies.appraisal.schedule import WorkSet, YearsOf
from sim.studies.sensitivity.port_submodels import PortSubmodel, port_submodels

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiments.batch import Progress
    from sim.experiments.experiment import Experiment, Variation

MOST_KEPT: Final = 100
"""Replications of a set that can be kept in one folder; more of them have another one."""
SCENARIO: Final = "cell"
"""The only scenario of a folder."""
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
    """By future and the works that are open and affect this port; those of the reference where a set is not run."""
    growing: frozenset[tuple[str, str, str]]
    """(port, direction, class) whose queue grows without bound in a run."""
    yards: tuple[YardChange, ...]
    works: frozenset[str]
    """Works that affect this port."""
    left_out: frozenset[tuple[WorkSet, int]] = frozenset()
    """Sets and anchor years that are not run, as their weight is 0 in every year."""


@dataclass(frozen=True)
class Asked:
    """What is run for an appraisal, apart from its sets."""

    selected: tuple[DemandScenarioId, ...]
    """Futures."""
    anchors: tuple[int, ...]
    """Years."""
    settings: RunSettings
    replications: int

    def all_years(self, sets: Iterable[WorkSet]) -> dict[WorkSet, frozenset[int]]:
        """Sets in all anchor years."""
        return dict.fromkeys(sets, frozenset(self.anchors))

    def cells(self, years: YearsOf) -> list[Cell]:
        """Runs of sets: those of one future and year together, as their sets have most parts in common."""
        return [
            (one, future, year)
            for future in self.selected
            for year in self.anchors
            for one, of in years.items()
            if year in of
        ]


def port_cases(
    corridor: Corridor,
    works: Sequence[Work],
    committed: Sequence[Proposal],
    futures: DemandScenarios,
    settings: RunSettings,
) -> list[PortCase]:
    """The ports that works affect. Their submodels do not depend on which other works there are."""
    proposals = {work.id: from_first_day(work.proposal, settings) for work in works}
    standing = {one.id: from_first_day(one, settings) for one in committed}
    found = []
    for model in port_submodels(corridor, proposals | standing):
        if any(work.id in model.proposals for work in works):
            order = tuple(id for id in (*standing, *proposals) if id in model.proposals)
            own = replace(model, corridor=_with_services(corridor, model.corridor.services))
            found.append(PortCase(own, order, frozenset(standing), futures))
    return found


def _with_services(corridor: Corridor, services: Container[str]) -> Corridor:
    """The corridor with these services alone and all steps, so that it is the same for every list of works."""
    gone = [f"services.{id}" for id in corridor.services if id not in services]
    gone += [f"timetable.{row.id}" for row in corridor.timetable.values() if row.service not in services]
    return apply(corridor, [Change(op="remove", address=address) for address in sorted(gone)])


@dataclass(frozen=True)
class KeptCells:
    """Figures of cells in memory, as from a file, in place of a folder of runs."""

    cells: Mapping[tuple[str, Cell], CellFigures]
    """By port and cell, of all replications."""
    key: str = ""
    """Equal for equal figures alone."""


Source = Path | KeptCells
"""Where the runs of an appraisal are."""


def missing_runs(cases: Sequence[PortCase], years: YearsOf, asked: Asked, out: Source) -> int:
    """Number of runs that are not yet in ``out``, at most: a cell of which some are there counts in full."""
    cells = ((case, cell) for case in cases for cell in asked.cells(case.years_here(years, asked)))
    lacking = [(case, cell) for case, cell in cells if case.figures(cell, asked, out) is None]
    if isinstance(out, KeptCells):
        return asked.replications * len(lacking)
    return asked.replications * len({case.batch(cell, asked, out).folder for case, cell in lacking})


def run_ports(
    cases: Sequence[PortCase],
    years: YearsOf,
    asked: Asked,
    out: Source,
    *,
    workers: int = 1,
    progress: Callable[[Progress], None] = lambda progress: None,
) -> tuple[PortRuns, ...]:
    """Run the sets in their years that are not yet in ``out``, and read them; kept cells must have everything.

    Each set, future and year has a folder, named by what is run: another programme with the same set, or more
    replications, repeats no run. Raises what :func:`sim.experiments.batch.run_batch` does, and FailedRunsError.
    """
    from sim.experiments.pool import Pool

    here = [(case, case.years_here(years, asked)) for case in cases]
    wanted = [(case, cell) for case, own in here for cell in asked.cells(own)]
    found = {(case.model.port, cell): case.figures(cell, asked, out) for case, cell in wanted}
    lacking = [(case, cell) for case, cell in wanted if found[case.model.port, cell] is None]
    if lacking and not isinstance(out, KeptCells):
        batches = {one.folder: one for one in (case.batch(cell, asked, out) for case, cell in lacking)}
        known = len({case.batch(cell, asked, out).folder for case, cell in wanted}) - len(batches)
        with Pool(workers) as pool:
            run_cells(
                batches, asked.replications, pool, progress=partial(_with_known, progress, asked.replications * known)
            )
        found |= {(case.model.port, cell): case.figures(cell, asked, out) for case, cell in lacking}
    whole = {key: one for key, one in found.items() if one is not None}
    return tuple(
        _port_runs(case, own, asked, {cell: one for (port, cell), one in whole.items() if port == case.model.port})
        for case, own in here
    )


def _with_known(show: Callable[[Progress], None], known: int, one: Progress) -> None:
    """Show progress over all runs, of which so many need none."""
    show(replace(one, done=one.done + known, total=one.total + known))


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
    _cells: dict[tuple[Cell, RunSettings, int, tuple[str, ...]], tuple[Experiment, str]] = field(
        default_factory=dict, compare=False, repr=False
    )

    @property
    def works(self) -> WorkSet:
        """All works that affect this port."""
        return frozenset(self.order) - self.standing

    def years_here(self, years: YearsOf, asked: Asked) -> dict[WorkSet, frozenset[int]]:
        """Nothing in all anchor years, and what is open here in sets of works of all ports in theirs."""
        found = asked.all_years([REFERENCE])
        for one, of in years.items():
            here = one & self.works
            found[here] = found.get(here, frozenset()) | of
        return found

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

    def batch_of(self, cell: Cell, settings: RunSettings, most: int, tables: tuple[str, ...], out: Path) -> CellBatch:
        """What is run for a cell, at ``most`` so many replications, in a folder below ``out``."""
        key = cell, settings, most, tables
        if key not in self._cells:
            from sim.experiments.experiment import Experiment

            experiment = Experiment(
                id="appraisal",
                title_en="",
                title_zh="",
                baseline=self._variation(cell),
                start=settings.start,
                days=settings.days,
                warmup_days=settings.warmup_days,
                seed=settings.seed,
                replications=most,
                replications_per_shard=1,
                tables=tables,
            )
            # A name by what is run, so that others do not find these runs in their way.
            self._cells[key] = experiment, folder_name(self.model.port, experiment, self._fingerprint)
        experiment, folder = self._cells[key]
        like = self.model.port, *cell[1:]
        return CellBatch(experiment, out / folder, self.model.corridor, self._fingerprint, like)

    def batch(self, cell: Cell, asked: Asked, out: Path) -> CellBatch:
        """What is run for a cell of an appraisal."""
        return self.batch_of(cell, asked.settings, max(MOST_KEPT, asked.replications), TABLES, out)

    def files(self, cell: Cell, asked: Asked, out: Path) -> list[Path]:
        """The file of each run of a cell."""
        return files_of(self.batch(cell, asked, out).folder, SCENARIO, asked.replications)

    def figures(self, cell: Cell, asked: Asked, out: Source) -> CellFigures | None:
        """The figures of a cell in ``out``; None if runs are missing."""
        if isinstance(out, KeptCells):
            return out.cells.get((self.model.port, cell))
        return figures_in(self.batch(cell, asked, out).folder, SCENARIO, asked.replications)

    @cached_property
    def _fingerprint(self) -> str:
        return fingerprint(self.model.corridor)

    def _variation(self, cell: Cell) -> Variation:
        """The scenario of a cell, without a word of its set, future and year: what is equal is one run."""
        from sim.experiments.experiment import Variation

        works, future, year = cell
        demand = self.futures.changes(self.corridor_of(works), future, year)
        # The growth of demand comes after the works, whose fleets grow, too.
        changes = (change.unsigned() for change in (*self.changes_of(works), *demand))
        return Variation(id=SCENARIO, changes=tuple(changes), in_order=True, alone=True)


@dataclass(frozen=True)
class CellTables:
    """Tables of the runs of one port by cell."""

    flows: Mapping[Cell, pd.DataFrame]
    """Without a key for a cell in which nothing flows."""
    stocks: Mapping[Cell, pd.DataFrame]
    growing: frozenset[tuple[str, str, str]]
    """See :attr:`PortRuns.growing`."""


def _port_runs(case: PortCase, years: YearsOf, asked: Asked, cells: Mapping[Cell, CellFigures]) -> PortRuns:
    growing = frozenset(group for one in cells.values() for group in one.growing)
    flows, stocks = ({cell: getattr(one, kind) for cell, one in cells.items()} for kind in ("flows", "stocks"))
    tables = CellTables(flows, stocks, growing)
    return port_runs(case, tables, years, asked.selected, asked.anchors, asked.replications, case.works)


def port_runs(
    case: PortCase,
    tables: CellTables,
    years: YearsOf,
    selected: Sequence[DemandScenarioId],
    anchors: Sequence[int],
    replications: int,
    here: frozenset[str],
) -> PortRuns:
    """The runs of one port by set, the reference among them in all anchor years; ``here`` are its works.

    Where a set is not run, it has the flows of the reference.
    """
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
                [tables.flows.get((works if year in of else REFERENCE, future, year)) for year in anchors],
                replications,
                services,
            )
            for works, of in years.items()
            for future in selected
        },
        growing=tables.growing,
        yards=tuple(_yards(tables.stocks, here, selected, max(years.get(here, ()), default=anchors[-1]))),
        works=here,
        left_out=frozenset((works, year) for works, of in years.items() for year in anchors if year not in of),
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
    """Differences of the last set from the reference in the last anchor year in which it is run, of cargo."""
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
