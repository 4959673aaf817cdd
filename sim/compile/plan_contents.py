"""What the plan of a corridor is made of, each part on request, to compare two corridors without compiling them.

Input: a corridor and the settings of a run. Output: its programs, what makes the vehicles of each service, the servers
over time of the facilities and the levels of the stocks that they visit, precedence, rules and weather. A priority
counts where flows of different priority wait for the same. Costs, loads and emissions count as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import replace
from functools import cached_property
from itertools import permutations
from typing import Any, Final

from corridors.clock.calendars import Calendars
from corridors.clock.place_clocks import clock_of_world
from corridors.model import Alternative, Corridor, Duration, Facility, Profile, Service, Stock, Weather, ids_in
from corridors.overlay.changes import CLOSED_KINDS
from sim.compile.arrivals import operates, operating_span_s
from sim.compile.assembly import compile_plan
from sim.compile.distributions import constant_s, ignores_cv
from sim.compile.programs import KeptPrograms, Op, Program, opening_facility, programs
from sim.compile.service_centres import ServiceCentre, centre_of, service_centres, stock_levels
from sim.core.run_settings import RunSettings
from sim.core.units import MINUTE_S

TEXTS: Final = frozenset({"name_en", "name_zh", "note", "source", "grade", "vehicle_en", "vehicle_zh"})
"""Fields that describe a row and that no run reads; a change of one is meant to change nothing."""
READ_FOR_HOURS: Final = (
    *("calendars", "shifts", "holidays", "closures", "orders", "order_rules", "links", "stocks", "places", "ports"),
    *("itineraries", "parameters"),
)
"""Beside facilities, the tables of which servers over time and levels of stocks are made."""
PROFILES: Final = ("profile_month", "profile_hour", "profile_week")


class PlanContents:
    """What the plan of a corridor is made of, each part on request."""

    def __init__(
        self, corridor: Corridor, settings: RunSettings, kept: KeptPrograms, beside: PlanContents | None = None
    ) -> None:
        """``beside`` is that of a corridor with most of the same rows, whose levels need not be made again."""
        self.corridor = _without_never_chosen(corridor)
        self.settings = settings
        self.kept = kept
        self.beside = beside if beside is not None and self._has_the_hours_of(beside) else None

    def _has_the_hours_of(self, other: PlanContents) -> bool:
        """Whether all that makes levels is the same, apart from fields of facilities."""
        mine, theirs = self.corridor, other.corridor
        same = all(mine.table(name) is theirs.table(name) for name in READ_FOR_HOURS)
        return same and mine.facilities.keys() == theirs.facilities.keys()

    @cached_property
    def calendars(self) -> Calendars:
        """The calendars over the run."""
        return Calendars(self.corridor, self.settings.epoch, self.settings.horizon_s)

    @cached_property
    def programs(self) -> dict[str, Program]:
        """The program of each service."""
        return programs(self.corridor, self.settings, self.kept)

    @cached_property
    def visited(self) -> frozenset[str]:
        """Facilities and stocks at which vehicles of any service may wait."""
        return frozenset().union(*(program.once(_targets) for program in self.programs.values()))

    @cached_property
    def travelled(self) -> frozenset[str]:
        """Links on the way of any service."""
        return frozenset(op.labels["link"] for op in self._ops() if op.labels.get("link"))

    @cached_property
    def named(self) -> frozenset[str]:
        """Ids of durations that any service uses."""
        return frozenset(op.duration.id for op in self._ops() if op.duration) | {
            row.delay for row in self.corridor.services.values() if row.delay and row.arrivals == "timetable"
        }

    @cached_property
    def precedence(self) -> frozenset[tuple[str, str, int]]:
        """Of each two services whose vehicles may wait for the same, the first before (1), beside or behind (-1)."""
        at: dict[str, set[str]] = {}
        for service, program in self.programs.items():
            for op in program:
                at.setdefault(op.target, set()).add(service)
        rows = self.corridor.services
        pairs = {pair for target, met in at.items() if target for pair in permutations(sorted(met), 2)}
        return frozenset(
            (one, other, (rows[one].priority > rows[other].priority) - (rows[one].priority < rows[other].priority))
            for one, other in pairs
        )

    @cached_property
    def flows(self) -> dict[str, tuple[Any, ...]]:
        """All by which each service makes its vehicles, apart from its program and precedence."""
        lines: dict[str, list[tuple[Any, ...]]] = {}
        for line in self.corridor.timetable.values():
            lines.setdefault(line.service, []).append(bare(line))
        return {id: self._flow(row, lines.get(id, [])) for id, row in self.corridor.services.items()}

    def _flow(self, service: Service, lines: list[tuple[Any, ...]]) -> tuple[Any, ...]:
        corridor, settings, clock = self.corridor, self.settings, clock_of_world(self.corridor)
        fleet, on_time = service.arrivals == "fleet", service.arrivals == "timetable"
        by_rate = not fleet and not (on_time and lines)
        weights = [_shape(corridor.profiles[id]) for id in service.profiles if id and by_rate]
        waits = service.initial_backlog if service.start_spread_h or not fleet else 0
        delay = corridor.durations.get(service.delay) if on_time else None
        plain: dict[str, Any] = dict.fromkeys(("opening_date", "closing_date", "delay", *PROFILES), "")
        numbers: dict[str, Any] = {"priority": 0, "initial_backlog": 0, "start_spread_h": 0.0}
        return (
            bare(replace(service, **plain, **numbers, reroute_after_h=None)),
            bare(corridor.classes[service.vehicle_class]),
            operating_span_s(service, settings, clock),
            waits if operates(service, settings, clock) or fleet else 0,
            service.start_spread_h if fleet else 0.0,
            near(delay) if delay and constant_s(delay) != 0 else None,
            [shape for shape in weights if shape],
            lines if on_time else [],
        )

    @cached_property
    def delays(self) -> dict[str, tuple[Any, ...]]:
        """The duration by which trains of each service are late."""
        rows, durations = self.corridor.services, self.corridor.durations
        return {id: bare(durations[row.delay]) for id, row in rows.items() if row.delay in durations}

    @cached_property
    def fingerprint(self) -> str:
        """That of the plan, which is compiled for it."""
        return compile_plan(self.corridor, self.settings).fingerprint()

    @cached_property
    def levels(self) -> dict[str, tuple[Any, ...]]:
        """Those of :attr:`all_levels` that are visited."""
        return {name: level for name, level in self.all_levels.items() if name in self.visited}

    @cached_property
    def stocks(self) -> dict[str, tuple[Any, ...]]:
        """Those of :attr:`all_stocks` that are visited."""
        return {name: level for name, level in self.all_stocks.items() if name in self.visited}

    @cached_property
    def all_levels(self) -> dict[str, tuple[Any, ...]]:
        """Servers over time of all facilities, with all else that a plan has of them."""
        if self.beside is None:
            return {centre.name: _level(centre) for centre in service_centres(self.corridor, self.calendars)}
        known = self.beside.corridor.facilities
        changed = (row for id, row in self.corridor.facilities.items() if row is not known[id])
        return self.beside.all_levels | {row.id: _level(centre_of(row, self.calendars)) for row in changed}

    @cached_property
    def all_stocks(self) -> dict[str, tuple[Any, ...]]:
        """Levels and limits of all stocks, and of the gates of orders."""
        if self.beside is not None:
            return self.beside.all_stocks
        return {
            one.name: (one.initial, one.capacity, one.times_s.tolist(), one.levels.tolist(), self._days_of(one.name))
            for one in stock_levels(self.corridor, self.calendars)
        }

    def _days_of(self, stock: str) -> tuple[Any, ...]:
        """How and on which clock days of a quota differ, which mean levels do not show; those of gates do not."""
        row = self.corridor.stocks.get(stock)
        return (row.day_cv, row.day_correlation, self.calendars.clock_of(stock)) if row and row.day_cv else ()

    @cached_property
    def rules(self) -> list[tuple[Any, ...]]:
        """The rules that may issue orders about traffic of the run."""
        return [bare(rule) for rule in self.corridor.order_rules.values() if rule.gate in self.visited]

    @cached_property
    def weather(self) -> dict[str, tuple[Any, ...]]:
        """The kinds of weather with spells that shut, at least in part, what vehicles of any service use."""
        found = {}
        for row in self.corridor.weather.values():
            if row.spells_per_year > 0 and row.servers_share < 1 and (on := self._used_of(row)):
                clocks = [self.calendars.clock_of(target) for target in on]
                found[row.id] = (*bare(replace(row, profile_month="")), self._shape_of(row.profile_month), clocks)
        return found

    def _used_of(self, row: Weather) -> list[str]:
        return [target for target in ids_in(row.targets) if self._is_used(target)]

    def _shape_of(self, profile: str) -> tuple[Any, ...]:
        known = self.corridor.profiles.get(profile)
        return _shape(known) if known else ("none",) if profile else ()

    def _is_used(self, target: str) -> bool:
        tables = [table for table in CLOSED_KINDS if target in self.corridor.table(table)]
        return any(target in used(table, self) for table in tables)

    def _ops(self) -> Iterator[Op]:
        return (op for program in self.programs.values() for op in program)


def _targets(program: Program) -> frozenset[str]:
    return frozenset(op.target for op in program if op.target)


def _level(centre: ServiceCentre) -> tuple[Any, ...]:
    """The servers over time of a facility, with all else that a plan has of it."""
    return (
        centre.times_s.tolist(),
        centre.levels.tolist(),
        centre.servers,
        centre.headway_s,
        centre.port,
        centre.side,
        centre.mtbf_h,
        centre.mttr_h,
    )


def _without_never_chosen(corridor: Corridor) -> Corridor:
    """The corridor without alternatives of share 0 beside others: no vehicle takes them."""
    chosen = {row.choice for row in corridor.alternatives.values() if row.rule == "shares" and row.share > 0}
    kept = {id: row for id, row in corridor.alternatives.items() if not _is_never_chosen(row, chosen)}
    return corridor if len(kept) == len(corridor.alternatives) else replace(corridor, alternatives=kept)


def _is_never_chosen(row: Alternative, chosen: Set[str]) -> bool:
    return row.rule == "shares" and row.share == 0 and row.choice in chosen


def used(table: str, part: PlanContents) -> Set[str]:
    """Ids of a table that services use."""
    match table:
        case "links":
            return part.travelled
        case "durations":
            return part.named
        case "calendars":
            return _calendars_used(part)
        case "ports":
            return {row.port for row in part.corridor.facilities.values() if row.id in part.visited}
        case _:
            return part.visited


def _calendars_used(part: PlanContents) -> set[str]:
    """Calendars of facilities and stocks that are visited, and those for which vehicles wait."""
    corridor = part.corridor
    rows: list[Facility | Stock] = [*corridor.facilities.values(), *corridor.stocks.values()]
    of_rows = {row.calendar for row in rows if row.id in part.visited}
    return of_rows | {calendar for calendar in corridor.calendars if opening_facility(calendar) in part.visited}


def _shape(profile: Profile) -> tuple[Any, ...]:
    """What the weights of a profile do: nothing where they are even, else their shares on a clock."""
    total = sum(profile.numbers)
    shares = tuple(round(weight / total, 12) for weight in profile.numbers)
    return (profile.kind, profile.time_zone, shares) if len(set(shares)) > 1 else ()


def bare(row: Any) -> tuple[Any, ...]:
    """The fields of a row that a run reads; of a duration no coefficient of variation that its distribution ignores."""
    if isinstance(row, Duration) and ignores_cv(row):
        row = replace(row, cv=0.0)
    return tuple(getattr(row, name) for name in _fields(type(row)))


def _fields(kind: type[Any]) -> tuple[str, ...]:
    if kind not in _READ:
        _READ[kind] = tuple(name for name in kind.__dataclass_fields__ if name not in TEXTS)
    return _READ[kind]


_READ: dict[type[Any], tuple[str, ...]] = {}


def near(duration: Duration) -> tuple[Any, ...]:
    """A duration with its mean in whole seconds: most vehicles need the same with another one that is as near."""
    if (always_s := constant_s(duration)) is not None:
        return (always_s,)
    cv = 0.0 if ignores_cv(duration) else duration.cv
    return duration.distribution, round(duration.mean_min * MINUTE_S), cv, duration.values_min
