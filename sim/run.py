"""One run from the declared world to its figures: what the command line, batches and the web page all call.

:func:`prepare` lays a scenario over the baseline and settles when and how long to run: a Case. :func:`run_scenario`
compiles a case, simulates it and makes every table of it, with the record of how they came about.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import sim
from corridors.findings import ERROR, DataError, Finding, Findings
from corridors.fingerprint import fingerprint
from corridors.model import Corridor
from corridors.overlay.changes import COMMAND_LINE
from corridors.overlay.proposals import Proposal, Scenario, apply, changes_of
from sim.core.run_settings import RunSettings, SettingError

if TYPE_CHECKING:
    import pandas as pd

    from sim.core.trace import Trace, Visits
    from sim.output.deadlock import Deadlocked

BASELINE: Final = Scenario(id="baseline")

FIRST_DAY: Final = date(1970, 1, 1)
LAST_DAY: Final = date(2200, 1, 1)
"""Between them the rules of clocks and holidays are known."""

Progress = Callable[[str], None]
"""Is told each phase as it begins: compile, simulate, measure."""


@dataclass(frozen=True)
class Case:
    """A scenario ready to run. Other replications differ in ``settings`` alone."""

    scenario: Scenario
    corridor: Corridor
    """The baseline with the scenario laid over it."""
    settings: RunSettings
    data_fingerprint: str
    """Of the baseline, before the scenario."""
    warmup_dropped: int = 0
    """Days of the usual warm-up that did not fit into the days asked for; such a run is measured from its start."""

    @property
    def title(self) -> str:
        """The scenario's id, and the single settings made on the command line."""
        made = [change.model_copy(update={"origin": ""}) for change in self.scenario.changes if _by_hand(change)]
        return ", ".join([self.scenario.id, *map(str, made)])


@dataclass(frozen=True)
class RunResult:
    """The output of one run; the tables are those of :mod:`sim.kpi`."""

    case: Case
    engine: str
    visits: Visits
    vehicles: dict[str, int]
    kpis: pd.DataFrame
    facilities: pd.DataFrame
    links: pd.DataFrame
    bottlenecks: pd.DataFrame
    momentary: pd.DataFrame
    waiting: pd.DataFrame
    dwell: pd.DataFrame
    backlog: pd.DataFrame
    problems: list[str]
    """What breaks the laws of conservation; the run is worth nothing unless this is empty."""
    deadlocked: list[Deadlocked]
    """Vehicles that wait for each other and would never move again."""
    wall_s: float
    """Seconds for compiling, simulating and the tables."""

    @cached_property
    def trace(self) -> Trace:
        """Every visit; made when it is first asked for, as no figure needs it."""
        return self.visits.trace()

    def record(self) -> dict[str, Any]:
        """How the run came about, as plain values: enough to repeat it and to see that it is the same."""
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
            "version": sim.__version__,
            "data_fingerprint": self.case.data_fingerprint,
            "plan_fingerprint": self.visits.plan.fingerprint(),
            "events": self.visits.events,
            "visits": len(self.visits),
            "wall_s": round(self.wall_s, 3),
        }

    def as_json(self) -> dict[str, Any]:
        """The record and every table as plain values, ready for JSON; what has no value is None.

        The paths of a link stand among the links, not among the facilities.
        """
        labels = self.visits.plan.labels
        paths = {name for name, link in zip(labels.facility, labels.facility_link, strict=True) if link}
        return {
            "run": self.record(),
            "vehicles": self.vehicles,
            "kpis": _rows(self.kpis),
            "facilities": _rows(self.facilities[~self.facilities.facility.isin(paths)]),
            "links": _rows(self.links),
            "bottlenecks": _rows(self.bottlenecks),
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
) -> Case:
    """A case: the scenario laid over the baseline, and its settings.

    Start, days and warm-up are taken from the arguments, else from the scenario, else from the rows ``run_start``
    (YYYYMMDD), ``run_days`` and ``run_warmup_days`` of ``parameters.csv``. A warm-up that nobody asked for gives way
    where it does not fit. Raises DataError with everything that does not fit together.
    """
    wrong = Findings()
    # Where something is wrong, the rest is still looked at without it.
    corridor, changes = baseline, scenario.changes
    with wrong.gather():
        changes = changes_of(scenario, proposals or {})
    with wrong.gather():
        corridor = apply(baseline, changes, scenario.in_order)
    with wrong.gather():
        settings, dropped = _settings(corridor, scenario, start, days, warmup_days, seed, replication)
    wrong.refuse()
    return Case(scenario, corridor, settings, fingerprint(baseline), dropped)


def _settings(
    corridor: Corridor,
    scenario: Scenario,
    start: date | None,
    days: int | None,
    warmup_days: int | None,
    seed: int,
    replication: int,
) -> tuple[RunSettings, int]:
    """When and how long to run, and the days of warm-up that did not fit."""
    start = start or scenario.start or _first_day(corridor)
    asked_days = scenario.days if days is None else days
    days = _whole(corridor, "run_days") if asked_days is None else asked_days
    warmup_days = scenario.warmup_days if warmup_days is None else warmup_days
    dropped = 0
    if warmup_days is None:
        warmup_days = _whole(corridor, "run_warmup_days")
        if asked_days and warmup_days >= days > 0:
            warmup_days, dropped = 0, warmup_days
    if start < FIRST_DAY or start.toordinal() + days > LAST_DAY.toordinal():
        expected = f"days from {FIRST_DAY} to {LAST_DAY}"
        column = "days" if FIRST_DAY <= start < LAST_DAY else "start"
        raise DataError([Finding(ERROR, scenario.id, None, column, f"{days} days from {start}", expected)])
    try:
        return RunSettings(start, days, warmup_days, seed, replication), dropped
    except SettingError as wrong:
        raise DataError([Finding(ERROR, scenario.id, None, wrong.setting, "", "", message=str(wrong))]) from None


def run_scenario(case: Case, engine: str | None = None, progress: Progress = lambda phase: None) -> RunResult:
    """Run one replication; ``engine`` None takes the fastest that there is.

    Raises DataError for a world that cannot be compiled.
    """
    from sim.engines import resolve_engine
    from sim.kpi import bottlenecks, key_figures, waiting
    from sim.output import conservation, deadlock
    from sim.output.run_output import RunOutput

    chosen = resolve_engine(engine)
    began = time.perf_counter()
    visits = replicate(case.corridor, case.settings, chosen, progress)
    progress("measure")
    measured = RunOutput.whole(visits)
    vehicles, kpis = key_figures.vehicle_counts(visits), key_figures.kpi_table(measured)
    facilities, links = key_figures.facility_table(measured), key_figures.link_table(measured)
    causes, dwell = waiting.waiting_by_cause(measured), waiting.dwell_by_step(measured)
    momentary, backlog = bottlenecks.momentary_table(measured), waiting.waiting_by_day(measured)
    wall_s = time.perf_counter() - began
    return RunResult(
        case=case,
        engine=chosen,
        visits=visits,
        vehicles=vehicles,
        kpis=kpis,
        facilities=facilities,
        links=links,
        bottlenecks=bottlenecks.both_ways(causes, momentary),
        momentary=momentary,
        waiting=causes,
        dwell=dwell,
        backlog=backlog,
        problems=conservation.check(measured),
        deadlocked=deadlock.gridlock(measured),
        wall_s=wall_s,
    )


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

    for likely_trips in (True, False):
        progress("compile")
        plan = compile_plan(corridor, settings, likely_trips=likely_trips)
        progress("simulate")
        visits = engines.play(plan, engine)
        if not ran_short(visits):
            break
    return visits


def ran_short(visits: Visits) -> bool:
    """Whether a vehicle of a fleet left for lack of trips, before the time at which it stops beginning any."""
    plan, left_s = visits.plan, visits.vehicle_left_s
    return bool(((plan.vehicle_trips > 1) & (left_s >= 0) & (left_s < plan.vehicle_until_s)).any())


def _by_hand(change: Any) -> bool:
    return bool(change.origin == COMMAND_LINE)


def _first_day(corridor: Corridor) -> date:
    number = _whole(corridor, "run_start")
    try:
        return date(number // 10_000, number // 100 % 100, number % 100)
    except ValueError:
        raise _bad_parameter("run_start", str(number), "a day as the number YYYYMMDD") from None


def _whole(corridor: Corridor, name: str) -> int:
    row = corridor.parameters.get(name)
    if row is None:
        raise _bad_parameter(name, "no such row", "a row, or the value on the command line")
    if row.value != int(row.value):
        raise _bad_parameter(name, str(row.value), "a whole number")
    return int(row.value)


def _bad_parameter(name: str, found: str, expected: str) -> DataError:
    return DataError([Finding(ERROR, "parameters.csv", None, "value", found, expected, id=name)])


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    plain = table.astype(object).where(table.notna(), None)
    return [{str(column): value for column, value in row.items()} for row in plain.to_dict("records")]
