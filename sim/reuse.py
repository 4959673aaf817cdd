"""Figures of units of plans that were computed before, kept by content.

Most changes of a scenario concern some units of the plan (:mod:`sim.kpi.plan_units`); the others leave the same rows as
before. So the figures of a unit are kept under a hash of all that they depend on, its part of the plan with all names;
only units that are not known are simulated. Every figure is equal to the last bit to that of a run of the whole plan.

Input: plans. Output: their figures. A :class:`KeptUnits` belongs to one process and is bounded in memory; the one of
this process is :func:`kept_units`. With the environment variable ``BRIDGEHEAD_REUSE=0`` nothing is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Final, Protocol

from corridors.io.cache_folder import may_reuse
from sim import engines
from sim.compile.kept_compilation import KeptCompilation
from sim.core.joined_visits import JoinedVisits
from sim.core.kept import Kept, KeptPart
from sim.core.kpi_declarations import KPIS
from sim.core.plan import Ints, Ints32, Plan
from sim.core.plan_parts import PlanPart, part_of
from sim.core.trace import ROWS_AT_A_TIME, Rows, Trace, Visits, ran_short
from sim.core.vehicle_names import service_of, vehicle_number
from sim.kpi.key_figures import FIGURES, vehicle_counts
from sim.kpi.plan_units import units_of
from sim.kpi.run_tables import RunFigures, figures_of
from sim.kpi.unit_origins import KnownContents, Origin, Origins
from sim.kpi.unit_tables import ORDERS, LastJoins, Parts, apart, together
from sim.output.deadlock import Deadlocked

if TYPE_CHECKING:
    import pandas as pd

MOST_BYTES: Final = 64 * 2**20
"""Memory of the kept figures of a process; a run of the base year needs some megabytes."""
MOST_BYTES_OF_DRAWS: Final = 64 * 2**20
"""Memory of the kept numbers of a process, and of what is made of them; half a base year needs some 41 megabytes."""
LEAST_BYTES: Final = 4096
"""Counted for each unit beside its tables."""
MANY_TRIPS: Final = 2**21
"""Trips of vehicles from which on a plan is large; a run of the base year has somewhat fewer."""


@dataclass(frozen=True)
class KeptUnit:
    """The figures of one unit."""

    tables: Parts
    vehicles: dict[str, int]
    deadlocked: list[Deadlocked]
    visits: int
    events: int
    empty: dict[str, pd.DataFrame]
    """Tables of the run that made them which had no rows."""

    @cached_property
    def size(self) -> int:
        """Bytes in memory, roughly."""
        return LEAST_BYTES + sum(rows.size for rows in self.tables.values() if rows is not None)


class UnitFiles(Protocol):
    """Figures that other processes left, by the text of what they depend on."""

    def get(self, name: str) -> KeptUnit | None:
        """The figures of a name; None if there are none."""

    def put(self, name: str, unit: KeptUnit) -> None:
        """Keep figures for other processes."""


class KeptUnits:
    """What runs leave for others: figures of units by the hash of what they depend on, and numbers drawn."""

    def __init__(self, most_bytes: int = MOST_BYTES, most_bytes_of_draws: int = MOST_BYTES_OF_DRAWS) -> None:
        self.units: Kept[KeptUnit] = Kept(most_bytes)
        self.compilation = KeptCompilation(most_bytes_of_draws)
        self.contents = KnownContents()
        self.joins = LastJoins()
        self.files: UnitFiles | None = None
        """Where figures that are not in memory are looked for."""
        self.last_run: tuple[int, int] | None = None
        """Seed and replication of the last run of a batch."""

    def unit(self, key: Hashable, name: str) -> KeptUnit | None:
        """The figures of a unit, by all that they depend on, and by the name of its file."""
        found = self.units.get(key)
        if found is None and self.files and (found := self.files.get(name)):
            self.units.put(key, found, found.size)
        return found

    def keep(self, key: Hashable, name: str, unit: KeptUnit) -> None:
        """Keep the figures of a unit."""
        self.units.put(key, unit, unit.size)
        if self.files:
            self.files.put(name, unit)

    @property
    def draws(self) -> KeptPart[Ints32]:
        """Numbers drawn, by what they are drawn from."""
        return self.compilation.numbers.draws


@cache
def _of_this_process(most_bytes: int, most_bytes_of_draws: int) -> KeptUnits:
    return KeptUnits(most_bytes, most_bytes_of_draws)


def kept_units(most_bytes: int = MOST_BYTES, most_bytes_of_draws: int = MOST_BYTES_OF_DRAWS) -> KeptUnits | None:
    """The figures kept in this process, by how much they may take; None where reuse is switched off."""
    return _of_this_process(most_bytes, most_bytes_of_draws) if may_reuse() else None


class LaterVisits:
    """The visits of a plan of which only the number is known; the engine runs when more is requested.

    A :class:`~sim.core.trace.Visits`.
    """

    def __init__(self, plan: Plan, engine: str, visits: int, events: int) -> None:
        self.plan, self.events = plan, events
        self._engine, self._visits = engine, visits

    def __len__(self) -> int:
        return self._visits

    @cached_property
    def played(self) -> Visits:
        """The visits, as the engine holds them."""
        return engines.play(self.plan, self._engine)

    @property
    def vehicle_left_s(self) -> Ints:
        """See :class:`~sim.core.trace.Visits`."""
        return self.played.vehicle_left_s

    @property
    def repair_started_s(self) -> Ints:
        """See :class:`~sim.core.trace.Visits`."""
        return self.played.repair_started_s

    @property
    def check_count(self) -> Ints:
        """See :class:`~sim.core.trace.Visits`."""
        return self.played.check_count

    def pieces(self, rows_at_a_time: int = ROWS_AT_A_TIME) -> Iterator[Rows]:
        """See :class:`~sim.core.trace.Visits`."""
        return self.played.pieces(rows_at_a_time)

    def between(self, first_vehicle: int, end_vehicle: int, from_s: int, to_s: int) -> Iterator[Rows]:
        """See :class:`~sim.core.trace.Visits`."""
        return self.played.between(first_vehicle, end_vehicle, from_s, to_s)

    def trace(self) -> Trace:
        """See :class:`~sim.core.trace.Visits`."""
        return self.played.trace()


def rows_played(visits: Visits) -> Visits:
    """Visits that are all there: for them no engine runs any more, whichever process has them."""
    return visits.played if isinstance(visits, LaterVisits) else visits


def has_rows(visits: Visits) -> bool:
    """Whether the rows of visits are there, so that no engine runs when they are requested."""
    return not isinstance(visits, LaterVisits) or "played" in vars(visits)


def is_large(plan: Plan) -> bool:
    """Whether the rows of a whole run would take much memory, so that those of one unit at a time are better."""
    return int(plan.vehicle_trips.sum()) > MANY_TRIPS


def figures_with(
    kept: KeptUnits | None,
    plan: Plan,
    engine: str,
    only: Collection[str] | None = None,
    *,
    measure: Callable[[], None] = lambda: None,
) -> RunFigures | None:
    """The figures of a plan (all tables, or those named), of which only the units that are not kept are simulated.

    Of a large plan one unit is simulated after the other, and its rows are dropped once there are figures of them.
    ``measure`` is called after a simulation. None if a vehicle runs short of trips
    (:func:`~sim.core.trace.ran_short`): such figures are not kept.
    """
    if kept is None and not is_large(plan):
        visits = engines.play(plan, engine)
        if ran_short(visits):
            return None
        measure()
        return figures_of(visits, only)
    run = _RunByUnit(plan, engine, only, kept.joins if kept else LastJoins())
    every = range(len(run.units.members))
    keys = run.keys(kept.contents) if kept else {}
    found = {k: unit for k in keys if kept and (unit := kept.unit(*keys[k])) is not None}
    missing = [k for k in every if k not in found]
    if not missing and (known := run.joined(found)):
        return known
    for some in run.turns(missing, found):
        played = [engines.play(run.part(k).plan, engine) for k in some]
        if any(map(ran_short, played)):
            return None
        measure()
        rows = run.with_rows(some, played)
        computed = figures_of(rows, run.tables)
        if computed.problems:
            return figures_of(rows if len(some) == len(every) else engines.play(plan, engine), only)
        for k, unit in run.apart(some, played, computed).items():
            found[k] = unit
            if kept:
                kept.keep(*keys[k], unit)
        if len(some) == len(every):
            run.note(found, computed)
            return RunFigures(**(vars(computed) | computed.only(only).by_name()))
        del rows, played, computed
    whole = run.joined(found)
    assert whole is not None
    return whole


class _RunByUnit:
    """A run of a plan, unit by unit."""

    def __init__(self, plan: Plan, engine: str, only: Collection[str] | None, joins: LastJoins) -> None:
        self.units = units_of(plan)
        self._joins = joins
        self.tables = [name for name in ORDERS if only is None or name in only]
        self._plan, self._engine, self._only = plan, engine, only
        self._large = is_large(plan)
        self._parts: dict[int, PlanPart] = {}

    def part(self, k: int) -> PlanPart:
        """A unit as a plan."""
        if k in self._parts:
            return self._parts[k]
        part = part_of(self._plan, self.units.components, self.units.members[k])
        if not self._large:
            self._parts[k] = part
        return part

    def keys(self, known: KnownContents) -> dict[int, tuple[Hashable, str]]:
        """By unit all that its figures depend on, and the name of their file."""
        declared = tuple((id, declared, FIGURES[id]) for id, declared in KPIS.items())
        origins = Origins(self._plan, self.units)
        found: dict[int, tuple[Hashable, str]] = {}
        for k in range(len(self.units.members)):
            content = self._content(k, origins.of(k), known)
            name = " ".join((self._engine, *self.tables, content))
            found[k] = (self._engine, *self.tables, *declared, content), name
        return found

    def _content(self, k: int, origin: Origin | None, known: KnownContents) -> str:
        """The content of a unit, which takes a small part of the time where its origin is known."""
        content = known.get(origin) if origin else None
        if content is None:
            content = self.part(k).content()
            if origin:
                known.put(origin, content)
        return content

    def turns(self, missing: Sequence[int], found: Mapping[int, KeptUnit]) -> list[list[int]]:
        """The units to be simulated, together those of which rows are held together.

        An empty table has the form that a run with services gives it, so each turn has a unit with services if any has.
        """
        serves = {self.units.of_name[service] for service in self._plan.labels.service}
        every = range(len(self.units.members))
        if not serves.intersection(missing):
            again = min(serves or every, key=lambda k: found[k].visits if k in found else 0)
            missing = sorted({*missing, again})
        if not (self._large and serves):
            return [list(missing)]
        (first, *others), without = [k for k in missing if k in serves], [k for k in missing if k not in serves]
        return [sorted([*without, first]), *([k] for k in others)]

    def with_rows(self, some: Sequence[int], played: Sequence[Visits]) -> Visits:
        """The visits of some units together."""
        if len(some) == 1:
            return played[0]
        parts = [self.part(k) for k in some]
        if len(some) == len(self.units.members):
            return JoinedVisits(self._plan, list(zip(parts, played, strict=True)))
        components = [component for k in some for component in self.units.members[k]]
        whole = part_of(self._plan, self.units.components, components)
        return JoinedVisits(whole.plan, [(part.within(whole), one) for part, one in zip(parts, played, strict=True)])

    def apart(self, some: Sequence[int], played: Sequence[Visits], computed: RunFigures) -> dict[int, KeptUnit]:
        """The figures of each of some units."""
        tables = computed.by_name()
        rows = apart(computed, self.tables, self.units, some)
        without_rows = {name: tables[name] for name in self.tables if not len(tables[name])}
        found = {}
        for k, visits in zip(some, played, strict=True):
            stuck = [one for one in computed.deadlocked if self.units.of_name[service_of(one.vehicle)] == k]
            found[k] = KeptUnit(rows[k], vehicle_counts(visits), stuck, len(visits), visits.events, without_rows)
        return found

    def note(self, found: Mapping[int, KeptUnit], computed: RunFigures) -> None:
        """Keep how the figures of all units, that were simulated together, are put together."""
        self._joins.note([found[k].tables for k in range(len(self.units.members))], computed)

    def joined(self, found: Mapping[int, KeptUnit]) -> RunFigures | None:
        """The figures of all units together; None if they lack the form of an empty table."""
        empty = {name: table for unit in found.values() for name, table in unit.empty.items()}
        units = [found[k] for k in range(len(self.units.members))]
        tables = together([unit.tables for unit in units], empty, self._joins)
        if tables is None:
            return None
        plan, stuck = self._plan, [one for unit in units for one in unit.deadlocked]
        visits, events = sum(unit.visits for unit in units), sum(unit.events for unit in units)
        return RunFigures(
            **tables.only(self._only).by_name(),
            visits=LaterVisits(plan, self._engine, visits, events),
            vehicles={name: sum(unit.vehicles[name] for unit in units) for name in units[0].vehicles},
            problems=(),
            deadlocked=sorted(stuck, key=lambda one: vehicle_number(plan, one.vehicle) or 0),
        )
