"""One run from the corridor to its tables, for the command line, batches and the web page.

:func:`prepare` applies a scenario to the baseline and sets the period of the run: a Case. :func:`run_scenario`
compiles a case, simulates it and computes its tables, with the record that reproduces them.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import sim
from corridors.clock import local_time
from corridors.clock.place_clocks import stated_clock
from corridors.findings import ERROR, DataError, Finding, Findings
from corridors.fingerprint import fingerprint
from corridors.messages import message
from corridors.model import Corridor
from corridors.overlay.applying import lay_over
from corridors.overlay.causes import at_causes
from corridors.overlay.changes import OPTIONS, Change
from corridors.overlay.proposals import Proposal, Scenario, apply, changes_of
from sim.core.run_settings import RunSettings, SettingError
from sim.core.start_levels import Levels, StocksFrom, levels_on, with_levels
from sim.kpi.run_tables import RunFigures, figures_of

if TYPE_CHECKING:
    import pandas as pd

    from sim.core.trace import Trace, Visits
    from sim.reuse import KeptUnits

BASELINE: Final = Scenario(id="baseline")
ROOM: Final = "runs"
"""The catalogue of the messages of runs."""

FIRST_DAY: Final = date(1970, 1, 1)
LAST_DAY: Final = date(2200, 1, 1)
"""The clock rules and holidays between these days are known."""

Progress = Callable[[str], None]
"""Receives each phase as it begins: compile, simulate, measure."""


@dataclass(frozen=True)
class Case:
    """A scenario ready to run. Replications differ only in ``settings``."""

    scenario: Scenario
    corridor: Corridor
    """The baseline with the scenario applied."""
    settings: RunSettings
    data_fingerprint: str
    """Of the baseline without the scenario."""
    changes: tuple[Change, ...] = ()
    """All changes of the scenario: those of its proposals, then its own."""
    warmup_dropped: int = 0
    """Days of the default warm-up that do not fit into the requested days; such a run is measured from its start."""
    stocks_from: StocksFrom = "declared"
    """Levels of yards at the start (:mod:`sim.core.start_levels`)."""
    levels: Levels = field(default_factory=dict)
    """Those of the base year, if the run starts from them."""
    proposals: tuple[Proposal, ...] = ()
    """The proposals of the scenario, for their titles."""

    @property
    def title(self) -> str:
        """The scenario's id and the single settings of the command line."""
        return ", ".join([self.scenario.id, *self.by_hand])

    @property
    def by_hand(self) -> list[str]:
        """The single settings of the command line, as they are written there."""
        return [str(change.unsigned()) for change in self.scenario.changes if change.origin in OPTIONS]


@dataclass(frozen=True, kw_only=True)
class RunResult(RunFigures):
    """The tables of one run, with what was run and whether the result is valid."""

    case: Case
    engine: str
    wall_s: float
    """Seconds for compiling, simulating and the tables."""
    idle_changes: tuple[Finding, ...] = ()
    """Warnings for changes without effect (:mod:`sim.compile.idle_changes`), where the caller looked for them."""

    @cached_property
    def trace(self) -> Trace:
        """Every visit; computed at first access, as no table needs it."""
        return self.visits.trace()

    def record(self) -> dict[str, Any]:
        """The origin of the run as plain values: enough to repeat it and to compare the repetition."""
        settings = self.case.settings
        return {
            "scenario": self.case.title,
            "proposals": list(self.case.scenario.proposals),
            "engine": self.engine,
            "seed": settings.seed,
            "replication": settings.replication,
            "start": settings.start.isoformat(),
            "days": settings.days,
            "warmup_days": settings.warmup_days,
            "stocks_from": self.case.stocks_from,
            "version": sim.__version__,
            "data_fingerprint": self.case.data_fingerprint,
            "plan_fingerprint": self.visits.plan.fingerprint(),
            "events": self.visits.events,
            "visits": len(self.visits),
            "wall_s": round(self.wall_s, 3),
        }

    def as_json(self) -> dict[str, Any]:
        """The record and the main tables as plain values for JSON; a missing value is None.

        Train paths of a link are among the links, not among the facilities.
        """
        from sim.kpi.key_figures import complete

        labels = self.visits.plan.labels
        paths = {name for name, link in zip(labels.facility, labels.facility_link, strict=True) if link}
        return {
            "run": self.record(),
            "vehicles": self.vehicles,
            "kpis": _rows(complete(self.kpis)),
            "facilities": _rows(self.facilities[~self.facilities.facility.isin(paths)]),
            "links": _rows(self.links),
            "bottlenecks": _rows(self.bottlenecks),
            "waiting_by_root": _rows(self.waiting_by_root),
            "stocks": _rows(self.stocks),
            "growing_queues": _rows(self.growing),
            "detours": _rows(self.detours),
            "orders": _rows(self.orders),
            "changes_without_effect": [finding.as_json() for finding in self.idle_changes],
        }


def prepare(
    baseline: Corridor,
    scenario: Scenario = BASELINE,
    proposals: Mapping[str, Proposal] | None = None,
    *,
    start: date | None = None,
    days: int | None = None,
    warmup_days: int | None = None,
    seed: int = 1,
    replication: int = 0,
    stocks: StocksFrom | None = None,
    data_fingerprint: str = "",
    checked: bool = False,
) -> Case:
    """Apply a scenario to the baseline and determine the settings of the run.

    Start, days and warm-up are those of the arguments, else of the scenario, else of the rows ``run_start``
    (YYYYMMDD), ``run_days`` and ``run_warmup_days`` of ``parameters.csv``. A warm-up that is not an argument is dropped
    where it does not fit into the requested days, unless both are those of the scenario. ``stocks`` (default: of the
    scenario) are the levels of yards at the start (:mod:`sim.core.start_levels`). ``data_fingerprint`` is that of the
    data, where it is known. ``checked``: the same changes were applied to the same baseline before without a finding.
    Raises DataError with all findings.
    """
    wrong = Findings()
    # A part that is wrong is left out, and the others are still checked.
    corridor, changes = baseline, scenario.changes
    with wrong.gather():
        changes = changes_of(scenario, proposals or {})
    with wrong.gather():
        try:
            corridor = (lay_over if checked else apply)(baseline, changes, scenario.in_order)
        except DataError as error:
            raise DataError(at_causes(error.findings, changes, document_of(scenario))) from None
    with wrong.gather():
        settings, dropped = _settings(corridor, scenario, start, days, warmup_days, seed, replication)
    wrong.refuse()
    named = tuple((proposals or {})[id] for id in scenario.proposals)
    stocks_from: StocksFrom = stocks or scenario.stocks_from
    levels: Levels = {}
    if stocks_from == "base_year":
        levels = levels_on(corridor, settings.start, settings.days)
        stocks_from = "base_year" if levels else "declared"
    found = data_fingerprint or fingerprint(baseline)
    return Case(scenario, corridor, settings, found, tuple(changes), dropped, stocks_from, levels, named)


def document_of(scenario: Scenario) -> str:
    """The id by which findings name a scenario; '' for the baseline, whose changes are those of options."""
    return "" if scenario.id == BASELINE.id else scenario.id


def _settings(
    corridor: Corridor,
    scenario: Scenario,
    start: date | None,
    days: int | None,
    warmup_days: int | None,
    seed: int,
    replication: int,
) -> tuple[RunSettings, int]:
    """The settings, and the days of the default warm-up that do not fit."""
    start = start or scenario.start or _first_day(corridor)
    dropped = 0
    asked_days = scenario.days if days is None else days
    if warmup_days is None:
        warmup_days = _whole(corridor, "run_warmup_days") if scenario.warmup_days is None else scenario.warmup_days
        # The warm-up of a scenario belongs to its own days, that of the tables to theirs.
        both_of_scenario = days is None and scenario.warmup_days is not None
        if asked_days and warmup_days >= asked_days > 0 and not both_of_scenario:
            warmup_days, dropped = 0, warmup_days
    days = _whole(corridor, "run_days") if asked_days is None else asked_days
    if start < FIRST_DAY or start.toordinal() + days > LAST_DAY.toordinal():
        expected = message("want.days_between", ROOM, first=str(FIRST_DAY), last=str(LAST_DAY))
        found = message("found.period", ROOM, n=days, start=str(start))
        column = "days" if FIRST_DAY <= start < LAST_DAY else "start"
        why = message("run.outside_calendar", ROOM)
        raise DataError([Finding(ERROR, scenario.id, None, column, found, expected, message=why)])
    try:
        return RunSettings(start, days, warmup_days, seed, replication, stated_clock(corridor)), dropped
    except SettingError as wrong:
        why = wrong.messages[0]
        raise DataError([Finding(ERROR, scenario.id, None, wrong.setting, "", "", message=why)]) from None


def run_scenario(
    case: Case,
    engine: str | None = None,
    progress: Progress = lambda phase: None,
    only: Collection[str] | None = None,
    kept: KeptUnits | None = None,
) -> RunResult:
    """Run one replication and compute its tables, all or those named; ``engine`` None is the fastest available.

    What is ``kept`` of other runs is not simulated again, and what is not is kept (:mod:`sim.reuse`); the tables are
    the same without it.

    Raises DataError for a corridor that cannot be compiled, PlanError for a run that no engine can hold.
    """
    from sim.engines import resolve_engine

    chosen = resolve_engine(engine)
    began = time.perf_counter()
    figures = _figures(case, chosen, progress, only, kept)
    return RunResult(**vars(figures), case=case, engine=chosen, wall_s=time.perf_counter() - began)


def visits_of(case: Case, engine: str, progress: Progress = lambda phase: None) -> Visits:
    """Run one replication with the levels of yards at its start; raises as :func:`run_scenario`."""
    return replicate(at_start(case, engine), case.settings, engine, progress)


def at_start(case: Case, engine: str) -> Corridor:
    """The corridor of a case with the levels of yards at the start."""
    levels = settled_levels(case, engine) if case.stocks_from == "settled" else case.levels
    return with_levels(case.corridor, levels)


def _figures(
    case: Case, engine: str, progress: Progress, only: Collection[str] | None, kept: KeptUnits | None
) -> RunFigures:
    """The figures of a case, of which only what is not kept is simulated; raises as :func:`run_scenario`."""
    from sim.compile.assembly import compile_plan
    from sim.reuse import figures_with

    corridor = at_start(case, engine)
    for likely_trips in (True, False):
        progress("compile")
        compilation = kept.compilation if kept else None
        plan = compile_plan(corridor, case.settings, likely_trips=likely_trips, kept=compilation)
        progress("simulate")
        figures = figures_with(kept, plan, engine, only, measure=lambda: progress("measure"))
        if figures is not None:
            return figures
    return figures_of(replicate(corridor, case.settings, engine), only)  # No run with all trips runs short of them.


def settled_levels(case: Case, engine: str) -> Levels:
    """Levels at which the yards of a case settle, from one run of the usual length before it.

    A yard that drifts at the end of that run ends empty or full; any other has its last level.
    """
    from sim.kpi.stocks import CARGO, stock_table

    corridor = case.corridor
    start, days, warmup_days = (
        _first_day(corridor),
        *(_whole(corridor, f"run_{key}") for key in ("days", "warmup_days")),
    )
    settings = replace(case.settings, start=start, days=days, warmup_days=warmup_days)
    stocks = stock_table(replicate(corridor, settings, engine))
    found = {}
    for row in stocks[(stocks["stock_kind"] == CARGO) & stocks["change"].notna()].to_dict("records"):
        drift, level, most = row["drift_per_day"], int(row["level_end"]), row["capacity"]
        full = level if math.isnan(most) else int(most)
        found[str(row["stock"])] = 0 if drift < 0 else full if drift > 0 else level
    return found


def replicate(
    corridor: Corridor, settings: RunSettings, engine: str, progress: Progress = lambda phase: None
) -> Visits:
    """Simulate one replication and return its visits; ``progress`` receives the phases compile and simulate.

    Fleets are drawn the trips that they will likely make, far fewer than they could begin if they never waited. Where a
    vehicle runs out of them, all trips are drawn and the run is repeated: the trips drawn before are the same, so the
    rows are those of a plan that had all trips from the start. Raises DataError for a world that cannot be compiled.
    """
    from sim import engines
    from sim.compile.assembly import compile_plan
    from sim.core.trace import ran_short

    for likely_trips in (True, False):
        progress("compile")
        plan = compile_plan(corridor, settings, likely_trips=likely_trips)
        progress("simulate")
        visits = engines.play(plan, engine)
        if not ran_short(visits):
            break
    return visits


def _first_day(corridor: Corridor) -> date:
    number = _whole(corridor, "run_start")
    try:
        return local_time.day_of_number(number)
    except ValueError:
        raise _bad_parameter("run_start", "not_day", str(number), "day_number") from None


def _whole(corridor: Corridor, name: str) -> int:
    row = corridor.parameters.get(name)
    if row is None:
        raise _bad_parameter(name, "missing", "", "row_or_option")
    if row.value != int(row.value):
        raise _bad_parameter(name, "not_whole", str(row.value), "whole_number")
    return int(row.value)


def _bad_parameter(name: str, code: str, found: str, want: str) -> DataError:
    why, expected = message(f"parameter.{code}", ROOM), message(f"want.{want}", ROOM)
    return DataError([Finding(ERROR, "parameters.csv", None, "value", found, expected, message=why, id=name)])


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    plain = table.astype(object).where(table.notna(), None)
    return [{str(column): value for column, value in row.items()} for row in plain.to_dict("records")]
