"""Stored appraisals: what was appraised, so that it opens again without a run, with other years, works and prices.

Input: the folder of ``bridgehead appraise --out``, with its record ``appraisal.json`` and its runs. Output:
:class:`Study`, from which :meth:`Study.model` makes a :class:`~.model.Model` of some of the works at other opening
years, costs, prices and another rate: sums over the runs that are there. A set of works that was not run is
:class:`MissingRunsError`, with the number of runs that it needs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from corridors.clock.place_clocks import stated_clock
from corridors.findings import ERROR, DataError, Finding
from corridors.io.atomic_files import write_atomically
from corridors.io.json_files import read_json
from corridors.messages import message
from corridors.model import Corridor
from corridors.overlay.demand_scenarios import DemandScenarios
from corridors.overlay.proposals import Proposal
from sim.core.run_settings import RunSettings
from sim.studies.appraisal.cells import CellFigures
from sim.studies.appraisal.model import Model
from sim.studies.appraisal.needed import Needed, needed_benefit
from sim.studies.appraisal.parties import CountryShares
from sim.studies.appraisal.prices import ROOM, Prices
from sim.studies.appraisal.programme import Delay, Figure, Programme, Work, last_year_of, main_future, works_of
from sim.studies.appraisal.runs import (
    REFERENCE,
    Asked,
    Cell,
    KeptCells,
    PortCase,
    PortRuns,
    Source,
    missing_runs,
    port_cases,
    run_ports,
    shifted_services,
)
from sim.studies.appraisal.schedule import WorkSet, YearsOf, anchors_of, sets_of, years_of

RECORD: Final = "appraisal.json"
FORMAT: Final = 1
MOST_PARTS: Final = 8
"""Works up to which every choice of them is looked for among stored runs; of more, those on the way as planned."""


class MissingRunsError(RuntimeError):
    """Runs that a model needs are not stored; ``runs`` is their number."""

    def __init__(self, runs: int) -> None:
        super().__init__(f"{runs} runs are missing")
        self.runs = runs


@dataclass(frozen=True)
class Record:
    """What was appraised."""

    programme: Programme
    settings: RunSettings
    replications: int
    runs: Source
    """Folder of the runs, or their figures from a file."""


@dataclass(frozen=True)
class AppraisalData:
    """The data with which programmes are appraised."""

    corridor: Corridor
    proposals: Mapping[str, Proposal]
    prices: Prices
    futures: DemandScenarios


@dataclass(frozen=True)
class Moved:
    """What differs from a programme as its file has it."""

    works: frozenset[str]
    """Works that are built."""
    opens: Mapping[str, int] = field(default_factory=dict)
    """Opening years by work, where they are not the stated ones."""
    capital: Mapping[str, float] = field(default_factory=dict)
    """M USD by work."""
    prices: Mapping[str, float] = field(default_factory=dict)
    rate: float | None = None


def write_record(path: Path, record: Record) -> None:
    """Write the record of an appraisal to a file of its folder; the runs are in it or elsewhere."""
    assert isinstance(record.runs, Path)
    folder, runs = path.parent.resolve(), record.runs.resolve()
    place = runs.relative_to(folder).as_posix() if runs.is_relative_to(folder) else str(runs)
    content = {"format": FORMAT, **plain_record(record), "runs": place}
    write_atomically(path, (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode())


def plain_record(record: Record) -> dict[str, Any]:
    """What was appraised, as plain values, without the place of its runs."""
    settings = record.settings
    return {
        "programme": record.programme.model_dump(mode="json", exclude_defaults=True),
        "start": settings.start.isoformat(),
        "days": settings.days,
        "warmup_days": settings.warmup_days,
        "seed": settings.seed,
        "replications": record.replications,
    }


def record_of(plain: Mapping[str, Any], runs: Source) -> Record:
    """The record of plain values; raises KeyError, TypeError, ValueError or ValidationError for any other."""
    settings = RunSettings(date.fromisoformat(plain["start"]), plain["days"], plain["warmup_days"], plain["seed"])
    return Record(Programme.model_validate(plain["programme"]), settings, int(plain["replications"]), runs)


def read_record(folder: Path) -> Record:
    """The record in a folder. Raises DataError for one that cannot be read."""
    path = folder / RECORD
    try:
        content = read_json(path)
        if content["format"] != FORMAT:
            raise _unreadable(path)
        return record_of(content, folder / content["runs"])
    except (OSError, KeyError, TypeError, ValueError, ValidationError):
        raise _unreadable(path) from None


def _unreadable(path: Path) -> DataError:
    why, expected = message("record.unreadable", ROOM), message("want.record", ROOM)
    return DataError([Finding(ERROR, str(path), None, "", "", expected, message=why)])


def all_parts(works: Sequence[Work]) -> tuple[WorkSet, ...]:
    """Every choice of some of the works, the smaller first."""
    ids = [work.id for work in works]
    return tuple(frozenset(some) for n in range(1, len(ids) + 1) for some in combinations(ids, n))


def _choices(works: Sequence[Work]) -> tuple[WorkSet, ...]:
    """Every choice of a few works; of many the sets on the way as planned."""
    return all_parts(works) if len(works) <= MOST_PARTS else sets_of(works)


@dataclass(frozen=True)
class Study:
    """A programme with what is needed to run or read it."""

    record: Record
    world: AppraisalData
    works: tuple[Work, ...]
    """As planned, by opening; the changes of a later one come after those of an earlier one in every set."""
    asked: Asked
    rate: float
    cases: tuple[PortCase, ...]
    _shares: dict[WorkSet, CountryShares] = field(default_factory=dict, compare=False, repr=False)

    @staticmethod
    def of(record: Record, world: AppraisalData, rate: float) -> Study:
        """The study of a programme without findings of errors; ``rate`` is that of the data."""
        programme, settings = record.programme, record.settings
        works = works_of(programme, world.proposals, world.prices)
        committed = [world.proposals[id] for id in programme.committed]
        settings = replace(settings, clock=stated_clock(world.corridor))
        asked = Asked(programme.futures, anchors_of(works[0].opens, programme.anchors), settings, record.replications)
        cases = port_cases(world.corridor, works, committed, world.futures, settings)
        own = programme.discount_rate
        return Study(record, world, works, asked, rate if own is None else own, tuple(cases))

    @property
    def planned(self) -> Moved:
        """The programme as its file has it."""
        return Moved(frozenset(work.id for work in self.works))

    @property
    def last_year(self) -> int:
        """The end of the appraisal, whichever works are built."""
        return last_year_of(self.record.programme, self.works)

    def missing(self, moved: Moved, parts: bool = False) -> int:
        """Number of runs that are not stored, for these works and years, or for all choices of the works."""
        years = self.asked.all_years(all_parts(self.works)) if parts else self._years(self._moved(moved))
        return missing_runs(self.cases, years, self.asked, self.record.runs)

    def years(self, parts: bool = False) -> YearsOf:
        """The sets of the works as planned, in the years that need them, or all choices in all anchor years, too."""
        return self._years(self.works) | (self.asked.all_years(all_parts(self.works)) if parts else {})

    def files(self, parts: bool = True) -> tuple[Path, ...]:
        """Files of the runs that are not stored, of the works as planned or of all choices; none for kept figures."""
        if isinstance(self.record.runs, KeptCells):
            return ()
        years = self.years(parts)
        cells = ((case, cell) for case in self.cases for cell in self.asked.cells(case.years_here(years, self.asked)))
        files = (file for case, cell in cells for file in case.files(cell, self.asked, self.record.runs))
        return tuple(dict.fromkeys(file for file in files if not file.is_file()))

    def planned_runs(self) -> tuple[PortRuns, ...]:
        """The stored runs of the works as planned. Raises :class:`MissingRunsError`."""
        if lacking := self.missing(self.planned):
            raise MissingRunsError(lacking)
        return run_ports(self.cases, self.years(), self.asked, self.record.runs)

    def known_years(self) -> YearsOf:
        """The choices of the works, each with the anchor years of which all runs are stored.

        None unless those of the reference are stored in all anchor years.
        """

        cases, anchors = self.cases, self.asked.anchors

        @cache
        def stored(k: int, works: WorkSet, year: int) -> bool:
            cells = ((works, future, year) for future in self.asked.selected)
            return all(cases[k].figures(cell, self.asked, self.record.runs) is not None for cell in cells)

        def known(works: WorkSet) -> frozenset[int]:
            here = [(k, works & case.works) for k, case in enumerate(cases)]
            return frozenset(year for year in anchors if all(stored(k, one, year) for k, one in here))

        if known(REFERENCE) != frozenset(anchors):
            return {}
        return {one: years for one in _choices(self.works) if (years := known(one))}

    def kept(self) -> KeptCells:
        """All figures that are stored, of the works as planned and of other choices."""
        found: dict[tuple[str, Cell], CellFigures] = {}
        for case in self.cases:
            years = self.asked.all_years([*sets_of(self.works), *_choices(self.works)])
            for cell in self.asked.cells(case.years_here(years, self.asked)):
                if (figures := case.figures(cell, self.asked, self.record.runs)) is not None:
                    found[case.model.port, cell] = figures
        return KeptCells(found)

    def needed(self, moved: Moved) -> Needed:
        """What the works must bring to pay, from their costs alone; ``moved`` has at least one work."""
        year = self.record.programme.discount_year
        return needed_benefit(self._moved(moved), self._prices(moved), self._rate(moved), year, self.last_year)

    def model(self, moved: Moved, runs: Sequence[PortRuns]) -> Model:
        """The model of the works that are built; raises :class:`MissingRunsError` where ``runs`` lack what it needs.

        ``moved`` has at least one work.
        """
        works = self._moved(moved)
        sets = sets_of(works)
        programme = self.record.programme
        if last_year_of(programme, works) != self.last_year:
            programme = programme.model_copy(update={"last_year": self.last_year})
        ports = [self._with(port, moved.works) for port in runs if port.works & moved.works]
        known = {port.port for port in ports}
        if any(case.works & moved.works and case.model.port not in known for case in self.cases):
            raise MissingRunsError(self.missing(moved))
        needed = self._years(works)
        for port in ports:
            there = [(one & port.works, years) for one, years in needed.items()]
            whole = all((future, one) in port.flows for future in self.asked.selected for one, _ in there)
            if not whole or any((one, year) in port.left_out for one, years in there for year in years):
                raise MissingRunsError(self.missing(moved))
        return Model(programme, works, sets, self.asked.anchors, ports, self._prices(moved), self._rate(moved))

    def values_of_parts(self, moved: Moved, runs: Sequence[PortRuns]) -> dict[WorkSet, float]:
        """Mean net present value in the main future, M USD, of every choice of the works that is stored."""
        found: dict[WorkSet, float] = {}
        for works in _choices([work for work in self.works if work.id in moved.works]):
            with suppress(MissingRunsError):
                model = self.model(replace(moved, works=works), runs)
                found[works] = float(model.npv(main_future(self.asked.selected), model.prices.central).mean())
        return found

    def shares(self, works: WorkSet, ports: Sequence[PortRuns]) -> CountryShares:
        """The countries of all services, with these works; ``ports`` are those of a model of them."""
        if works not in self._shares:
            self._shares[works] = CountryShares.of(ports, self.asked.settings)
        return self._shares[works]

    def earliest(self, work: Work) -> int:
        """The first year in which a work can open: its years of building begin in the discount year at the earliest."""
        return self.record.programme.discount_year + max(1, work.opens - min(work.spend))

    def _years(self, works: Sequence[Work]) -> dict[WorkSet, frozenset[int]]:
        """The anchor years that the sets of works on the way need."""
        return years_of(works, self.asked.anchors, self.last_year)

    def _with(self, port: PortRuns, works: WorkSet) -> PortRuns:
        """The runs of a port, with the services whose volume these works change."""
        case = next(one for one in self.cases if one.model.port == port.port)
        changed = case.corridor_of(works & port.works)
        return replace(port, changed=changed, shifted=shifted_services(port.corridor, changed))

    def _rate(self, moved: Moved) -> float:
        return self.rate if moved.rate is None else moved.rate

    def _prices(self, moved: Moved) -> Prices:
        rows = self.world.prices.rows
        priced = {id: replace(rows[id], value=value) for id, value in moved.prices.items()}
        return replace(self.world.prices, rows={**rows, **priced})

    def _moved(self, moved: Moved) -> tuple[Work, ...]:
        works = [moved_work(work, moved) for work in self.works if work.id in moved.works]
        return tuple(sorted(works, key=lambda work: work.opens))


def moved_work(work: Work, moved: Moved) -> Work:
    """A work at another opening year, its spending as long before it as planned, with another capital.

    A delay is left out once the opening is moved: it is that of the stated year.
    """
    opens = moved.opens.get(work.id, work.opens)
    capital = moved.capital.get(work.id, work.capital.value)
    if opens != work.opens:
        later = opens - work.opens
        spend = {year + later: share for year, share in work.spend.items()}
        work = replace(work, opens=opens, spend=spend, delay=Delay())
    if capital != work.capital.value:
        low, high = min(work.capital.low, capital), max(work.capital.high, capital)
        work = replace(work, capital=Figure(value=capital, low=low, high=high), has_cost=True)
    return work


def as_moved(study: Study, moved: Moved) -> dict[str, Any]:
    """A programme file with what was moved, as plain values; prices are those of a data folder."""
    plain = study.record.programme.model_dump(mode="json", exclude_defaults=True)
    entries = []
    for entry in study.record.programme.works:
        id = entry.proposal or str(entry.id)
        if id not in moved.works:
            continue
        work = moved_work(next(one for one in study.works if one.id == id), moved)
        update: dict[str, Any] = {"opens": work.opens}
        if id in moved.opens:
            update |= {"spend": dict(work.spend), "delay_years": work.delay}
        if id in moved.capital:
            update["capital_musd"] = work.capital
        entries.append(entry.model_copy(update=update).model_dump(mode="json", exclude_defaults=True))
    rate = {} if moved.rate is None else {"discount_rate": moved.rate}
    return plain | {"works": entries, "last_year": study.last_year} | rate
