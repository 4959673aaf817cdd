"""Changes of a scenario that change nothing: the plan with the change equals the plan without it.

Input: the baseline, the changes of a scenario and the settings of the run. Output: a finding for each change without
which the scenario has the same plan, with the reason as far as rules know one.

Each change is left out in turn, and what a plan is made of is compared where the rows differ: programs, the servers
over time of the facilities and the levels of the stocks that vehicles visit, and what makes the vehicles of each
service. Equal parts make equal plans, of which none is compiled. Only parts that differ by less than a second may make
equal plans or not, so both are compiled. A priority counts where flows of different priority wait for the
same. Costs, loads and emissions count as well. What decides most changes is compared first: fields of services that no
other change writes, then servers and levels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property
from itertools import permutations
from typing import Any, Final

from corridors.clock import local_time
from corridors.clock.calendars import Calendars
from corridors.clock.place_clocks import clock_of_world
from corridors.clock.public_holidays import holiday_days
from corridors.findings import WARNING, DataError, Finding
from corridors.messages import Message, message
from corridors.model import (
    BACK,
    TABLES,
    Alternative,
    Corridor,
    Duration,
    Facility,
    Holiday,
    Profile,
    Service,
    Stock,
    ids_in,
)
from corridors.overlay.applying import lay_over
from corridors.overlay.changes import CLOSED_KINDS, Change
from corridors.single_tracks import has_sections, lengths_km
from sim.compile.arrivals import operates, operating_span_s
from sim.compile.assembly import compile_plan
from sim.compile.distributions import constant_s
from sim.compile.programs import KeptPrograms, Op, Program, opening_facility, programs
from sim.compile.rounded_changes import shown
from sim.compile.routes import closed_links
from sim.compile.service_centres import service_centres, stock_levels
from sim.core.run_settings import RunSettings
from sim.core.units import MINUTE_S

TEXTS: Final = frozenset({"name_en", "name_zh", "note", "source", "grade", "vehicle_en", "vehicle_zh"})
"""Fields that describe a row and that no run reads; a change of one is meant to change nothing."""
ORIGINS: Final = frozenset({"assumptions", "sources"})
"""Tables that say where numbers come from."""
FLOWS: Final = frozenset({"services", "timetable", "profiles", "classes"})
"""Tables whose rows make vehicles."""
INDIRECT: Final = frozenset(
    {
        *("reroute_after_h", "priority", "opening_date", "closing_date", "delay", "start_spread_h", "initial_backlog"),
        *("profile_month", "profile_hour", "profile_week"),
    }
)
"""Fields of services that count by what follows from them, such as the days on which a service sends vehicles."""
WAYS: Final = frozenset(
    {
        "places",
        "links",
        "ports",
        "facilities",
        "stocks",
        "durations",
        "shares",
        "itineraries",
        "alternatives",
        "closures",
        "orders",
        "order_rules",
    }
)
"""Tables that programs read."""
HOURS: Final = frozenset({"calendars", "shifts", "holidays", "closures", "orders", "facilities", "links", "stocks"})
"""Tables that make servers over time and levels of stocks."""
FIELD_OPS: Final = frozenset({"set", "scale", "add"})
"""Kinds of changes of one field, where they give no row."""
DATES: Final = ("opening_date", "closing_date")
OPENED: Final = frozenset({"services", "facilities", "links"})
"""Tables whose rows may have such dates."""
SECTIONS: Final = frozenset({"passing_places", "passing_tracks", "sections_km"})
"""Fields of a link that count on a single track only."""
PROFILES: Final = ("profile_month", "profile_hour", "profile_week")
OF_SETTINGS: Final = {
    "parameters.run_start.value": "start",
    "parameters.run_days.value": "days",
    "parameters.run_warmup_days.value": "warmup_days",
}
"""Settings of a run that parameters give unless the scenario or an option does."""
OF_WAYS: Final = ("transship_h", "transship_usd_per_t")
"""Parameters by which ways are found."""
ROOM: Final = "runs"
UNUSED: Final = {
    "links": "idle.unused_links",
    "facilities": "idle.unused_facilities",
    "stocks": "idle.unused_stocks",
    "durations": "idle.unused_durations",
    "calendars": "idle.unused_calendars",
    "ports": "idle.unused_ports",
}
"""Messages about rows that no service uses, by table."""


def idle_changes(
    baseline: Corridor,
    changed: Corridor,
    changes: Sequence[Change],
    settings: RunSettings,
    in_order: bool = False,
    kept: KeptPrograms | None = None,
) -> list[Finding]:
    """Warnings for the changes without which ``changed``, the baseline with all of them, has the same plan.

    Each change is left out in turn; then those without effect together, since one may only repeat another; then groups
    of the others, which may cancel each other. A scenario that changes descriptions only has a warning for each change.
    Programs are taken from those that are ``kept``, or from those of earlier parts of this scenario.
    """
    kept = kept or KeptPrograms()
    whole = _Parts(changed, settings, kept)
    found: list[Finding] = []

    def without(left_out: Set[int]) -> _Parts | None:
        """The plan without some changes if it is the same; None if it is not, or the others do not work without."""
        others = [change for k, change in enumerate(changes) if k not in left_out]
        try:
            parts = _Parts(lay_over(baseline, others, in_order), settings, kept)
            return parts if _equal(whole, parts) else None
        except (DataError, LookupError):
            return None

    read = [k for k, change in enumerate(changes) if not _is_text(change)]
    if not read:
        whys = dict.fromkeys(range(len(changes)), message("idle.words_only", ROOM))
        return [_finding(changes, [k], why) for k, why in whys.items()]
    decisive = {k for k in read if _makes_other_vehicles(baseline, changed, changes[k], changes)}
    idle: list[int] = []
    for k in read:
        if k not in decisive and (parts := without({k})) is not None:
            idle.append(k)
            found.append(_finding(changes, [k], _reason(changes[k], whole, parts)))
    if len(idle) > 1 and without(set(idle)) is None:
        found.append(_finding(changes, idle, message("idle.not_all", ROOM, changes=_shown(changes, idle))))
    done: set[int] = set()
    for group in _groups(changes, [k for k in read if k not in idle]):
        if decisive.isdisjoint(group) and done.isdisjoint(group) and (parts := without(set(group))) is not None:
            done.update(group)
            found.append(_finding(changes, group, _reason_together(changes, group, whole, parts)))
    return found


def _reason_together(changes: Sequence[Change], group: Sequence[int], whole: _Parts, without: _Parts) -> Message:
    """Why changes have no effect together: a second track for trains of one direction, else they cancel each other."""
    tables, rows, fields = zip(*(_split(changes[k].address) for k in group), strict=True)
    both_ways = {rows[0], rows[0] + BACK} <= whole.visited | without.visited
    if {*tables} == {"links"} and len({*rows}) == 1 and {*fields} == {"tracks", "paths_per_day"} and not both_ways:
        return message("idle.one_way", ROOM, link=rows[0], changes=_shown(changes, group))
    return message("idle.together", ROOM, changes=_shown(changes, group))


def _split(address: str) -> tuple[str, str, str]:
    """Table, row and field of an address; those of a row have no field."""
    table, _, rest = address.partition(".")
    row, _, field = rest.rpartition(".")
    return table, row, field


def _is_text(change: Change) -> bool:
    return change.address.partition(".")[0] in ORIGINS or change.address.rpartition(".")[2] in TEXTS


def _makes_other_vehicles(baseline: Corridor, changed: Corridor, one: Change, changes: Sequence[Change]) -> bool:
    """Whether a change, the only one of its field, gives a row of which vehicles are made another value.

    The plan without it is another one then, whatever else changes or is left out. False says nothing.
    """
    table, _, rest = one.address.partition(".")
    row, _, name = rest.rpartition(".")
    if table != "services" or name in INDIRECT or one.op not in FIELD_OPS or one.row is not None:
        return False
    rows = [corridor.table(table).get(row) for corridor in (baseline, changed)]
    written = {one.address, f"{table}.{row}"}
    if None in rows or sum(other.address in written for other in changes) > 1:
        return False
    before, after = (getattr(it, name) for it in rows)
    return bool(before != after)


def _row(change: Change) -> str:
    """The address of the row that a change writes, adds, removes or closes."""
    own = change.op not in FIELD_OPS or change.row is not None
    return change.address if own else change.address.rpartition(".")[0]


def _finding(changes: Sequence[Change], some: Sequence[int], why: Message) -> Finding:
    """The warning about some changes, at their addresses."""
    first, expected = changes[some[0]], message("want.effective_change", ROOM)
    addresses = ", ".join(dict.fromkeys(changes[k].address for k in some))
    shown = "; ".join(_shown(changes, some))
    return Finding(WARNING, first.origin or "changes", None, addresses, shown, expected, "", why)


def _shown(changes: Sequence[Change], some: Sequence[int]) -> tuple[str, ...]:
    return tuple(str(changes[k].unsigned()) for k in some)


def _groups(changes: Sequence[Change], some: Sequence[int]) -> list[list[int]]:
    """Groups of several changes that may cancel each other: of a row, of a proposal, and all; the smallest first."""
    by: dict[tuple[str, str], list[int]] = {}
    for k in some:
        for key in (("row", _row(changes[k])), ("origin", changes[k].origin), ("all", "")):
            by.setdefault(key, []).append(k)
    return sorted(({tuple(group): group for group in by.values() if len(group) > 1}).values(), key=len)


class _Parts:
    """What the plan of a corridor is made of, each part on request."""

    def __init__(self, corridor: Corridor, settings: RunSettings, kept: KeptPrograms) -> None:
        self.corridor = _without_never_chosen(corridor)
        self.settings = settings
        self.kept = kept

    @cached_property
    def calendars(self) -> Calendars:
        return Calendars(self.corridor, self.settings.epoch, self.settings.horizon_s)

    @cached_property
    def programs(self) -> dict[str, Program]:
        return programs(self.corridor, self.settings, self.kept)

    @cached_property
    def visited(self) -> frozenset[str]:
        """Facilities and stocks at which vehicles of any service may wait."""
        return frozenset(op.target for op in self._ops() if op.target)

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
            lines.setdefault(line.service, []).append(_bare(line))
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
            _bare(replace(service, **plain, **numbers, reroute_after_h=None)),
            _bare(corridor.classes[service.vehicle_class]),
            operating_span_s(service, settings, clock),
            waits if operates(service, settings, clock) or fleet else 0,
            service.start_spread_h if fleet else 0.0,
            _near(delay) if delay and constant_s(delay) != 0 else None,
            [shape for shape in weights if shape],
            lines if on_time else [],
        )

    @cached_property
    def delays(self) -> dict[str, tuple[Any, ...]]:
        """The duration by which trains of each service are late."""
        rows, durations = self.corridor.services, self.corridor.durations
        return {id: _bare(durations[row.delay]) for id, row in rows.items() if row.delay in durations}

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
        return {
            centre.name: (
                centre.times_s.tolist(),
                centre.levels.tolist(),
                centre.servers,
                centre.headway_s,
                centre.port,
                centre.side,
                centre.mtbf_h,
                centre.mttr_h,
            )
            for centre in service_centres(self.corridor, self.calendars)
        }

    @cached_property
    def all_stocks(self) -> dict[str, tuple[Any, ...]]:
        return {
            one.name: (one.initial, one.capacity, one.times_s.tolist(), one.levels.tolist(), *self._days_of(one.name))
            for one in stock_levels(self.corridor, self.calendars)
        }

    def _days_of(self, stock: str) -> tuple[float, float]:
        """How much the days of a quota differ, which its mean levels do not show; those of gates of orders do not."""
        row = self.corridor.stocks.get(stock)
        return (row.day_cv, row.day_correlation) if row else (0.0, 0.0)

    @cached_property
    def rules(self) -> list[tuple[Any, ...]]:
        """The rules that may issue orders about traffic of the run."""
        return [_bare(rule) for rule in self.corridor.order_rules.values() if rule.gate in self.visited]

    @cached_property
    def weather(self) -> dict[str, tuple[Any, ...]]:
        """The kinds of weather with spells that shut, at least in part, what vehicles of any service use."""
        return {
            row.id: (*_bare(replace(row, profile_month="")), self._shape_of(row.profile_month))
            for row in self.corridor.weather.values()
            if row.spells_per_year > 0 and row.servers_share < 1 and any(map(self._is_used, ids_in(row.targets)))
        }

    def _shape_of(self, profile: str) -> tuple[Any, ...]:
        known = self.corridor.profiles.get(profile)
        return _shape(known) if known else ("none",) if profile else ()

    def _is_used(self, target: str) -> bool:
        tables = [table for table in CLOSED_KINDS if target in self.corridor.table(table)]
        return any(target in _used(table, self) for table in tables)

    def _ops(self) -> Iterator[Op]:
        return (op for program in self.programs.values() for op in program)


def _without_never_chosen(corridor: Corridor) -> Corridor:
    """The corridor without alternatives of share 0 beside others: no vehicle takes them."""
    chosen = {row.choice for row in corridor.alternatives.values() if row.rule == "shares" and row.share > 0}
    kept = {id: row for id, row in corridor.alternatives.items() if not _is_never_chosen(row, chosen)}
    return corridor if len(kept) == len(corridor.alternatives) else replace(corridor, alternatives=kept)


def _is_never_chosen(row: Alternative, chosen: Set[str]) -> bool:
    return row.rule == "shares" and row.share == 0 and row.choice in chosen


def _equal(one: _Parts, other: _Parts) -> bool:
    """Whether two corridors have the same plan; both are compiled only if times differ by less than a second."""
    differ = {table for table in TABLES if _differs(one.corridor.table(table), other.corridor.table(table))}
    if "parameters" in differ and not _differs(*_parameters_of_run(one, other)):
        differ = differ - {"parameters"}
    if differ & (FLOWS | {"durations"}) and one.flows != other.flows:
        return False
    if "services" in differ:
        # Whether vehicles reroute shows in their programs.
        differ = differ | {"itineraries"}
        if one.precedence != other.precedence:
            return False
    if "parameters" in differ:
        return False
    if differ & {"weather", "profiles"} and one.weather != other.weather:
        return False
    if not differ & WAYS:
        other.__dict__["programs"] = one.programs
    if "order_rules" in differ and one.rules != other.rules:
        return False
    if differ & HOURS and not (_has(other.all_levels, one.levels) and _has(other.all_stocks, one.stocks)):
        # It visits the same with other servers, or not the same: its programs, which take longest, need not be made.
        return False
    if differ & HOURS and (one.levels != other.levels or one.stocks != other.stocks):
        return False
    if not differ & WAYS:
        return True
    mine, theirs = one.programs, other.programs
    if mine.keys() != theirs.keys():
        return False
    # Kept programs that nothing changed are the same objects.
    differ_in = [service for service, program in mine.items() if program is not theirs[service]]
    some, others = ({service: made[service] for service in differ_in} for made in (mine, theirs))
    if one.delays == other.delays and _plain(some, _bare) == _plain(others, _bare):
        return True
    return _plain(some, _near) == _plain(others, _near) and one.fingerprint == other.fingerprint


def _has(levels: Mapping[str, Any], some: Mapping[str, Any]) -> bool:
    return all(name in levels and levels[name] == level for name, level in some.items())


def _shape(profile: Profile) -> tuple[Any, ...]:
    """What the weights of a profile do: nothing where they are even, else their shares on a clock."""
    total = sum(profile.numbers)
    shares = tuple(round(weight / total, 12) for weight in profile.numbers)
    return (profile.kind, profile.time_zone, shares) if len(set(shares)) > 1 else ()


def _parameters_of_run(one: _Parts, other: _Parts) -> list[dict[str, Any]]:
    """The parameters of two corridors that a run reads, without those of which that of the first has a setting."""
    read = {
        id
        for id, row in one.corridor.parameters.items()
        if id in OF_WAYS or (f"parameters.{id}.value" in OF_SETTINGS and row.value == _setting(one, id))
    }
    return [{id: row for id, row in part.corridor.parameters.items() if id in read} for part in (one, other)]


def _setting(part: _Parts, parameter: str) -> float:
    """What the run has for a parameter of its days."""
    name = OF_SETTINGS[f"parameters.{parameter}.value"]
    value = getattr(part.settings, name)
    return float(local_time.number_of_day(value) if name == "start" else value)


def _differs(rows: Mapping[str, Any], others: Mapping[str, Any]) -> bool:
    """Whether two tables differ in more than descriptions. Rows that no change wrote are the same objects."""
    return rows.keys() != others.keys() or any(
        row is not others[id] and _bare(row) != _bare(others[id]) for id, row in rows.items()
    )


def _bare(row: Any) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in _fields(type(row)))


def _fields(kind: type[Any]) -> tuple[str, ...]:
    if kind not in _READ:
        _READ[kind] = tuple(name for name in kind.__dataclass_fields__ if name not in TEXTS)
    return _READ[kind]


_READ: dict[type[Any], tuple[str, ...]] = {}


def _plain(made: dict[str, Program], read: Callable[[Duration], tuple[Any, ...]]) -> dict[str, list[tuple[Any, ...]]]:
    """Programs as plain values, of durations only what is ``read`` of them."""
    return {
        service: [
            (
                op.code,
                op.step,
                op.stream,
                op.target,
                op.amount,
                read(op.duration) if op.duration else None,
                op.seconds,
                op.below,
                op.goes_on,
                op.jump,
                op.ways,
                _labels(op) if read is _near else op.labels,
            )
            for op in program
        ]
        for service, program in made.items()
    }


def _near(duration: Duration) -> tuple[Any, ...]:
    """A duration with its mean in whole seconds: most vehicles need the same with another one that is as near."""
    if (always_s := constant_s(duration)) is not None:
        return (always_s,)
    return duration.distribution, round(duration.mean_min * MINUTE_S), duration.cv, duration.values_min


def _labels(op: Op) -> dict[str, Any]:
    """Labels with the kilometres as they are shown."""
    return {**op.labels, "km": round(op.labels.get("km", 0.0), 1)}


# Reasons, from the special to the general -------------------------------------------------------------------------


def _reason(change: Change, whole: _Parts, without: _Parts) -> Message:
    """Why a change has no effect: the first rule that knows."""
    table, _, rest = change.address.partition(".")
    for rule in REASONS:
        if (why := rule(change, table, rest, whole, without)) is not None:
            return why
    return message("idle.plan_equal", ROOM)


def _value_there(change: Change, table: str, rest: str, whole: _Parts, without: _Parts) -> Message | None:
    if change.op in ("set", "scale", "add") and change.row is None:
        row, _, name = rest.rpartition(".")
        if table == "alternatives" and row not in whole.corridor.alternatives:
            return None  # One that is never chosen is left out there.
        rows = [part.corridor.table(table).get(row) for part in (whole, without)]
        if rows == [None, None]:
            return message("idle.no_row", ROOM)
        value, other = (getattr(one, name, None) for one in rows)
        if value == other:
            factor = change.value if change.op == "scale" and isinstance(change.value, int | float) else 1
            if isinstance(other, int) and other * factor != value:
                return message("idle.rounded", ROOM, made=shown(other * factor), value=str(value))
            empty = value is None or value == ""
            return message("idle.same_empty", ROOM) if empty else message("idle.same_value", ROOM, value=str(value))
    return None


def _no_paths(change: Change, table: str, rest: str, whole: _Parts, without: _Parts) -> Message | None:
    link = whole.corridor.links.get(rest if change.op == "close" else rest.rpartition(".")[0])
    if table != "links" or link is None or link.id not in whole.travelled or link.paths_per_day is not None:
        return None
    if change.op == "close" and change.servers_share > 0:
        return message("idle.share_of_unlimited", ROOM, link=link.id)
    if rest.endswith(".tracks"):
        return message("idle.tracks_without_paths", ROOM, link=link.id)
    return None


def _no_sections(change: Change, table: str, rest: str, whole: _Parts, without: _Parts) -> Message | None:
    """Passing places of a link with two tracks, and tracks of passing places where there are none."""
    id, _, name = rest.rpartition(".")
    link = whole.corridor.links.get(id)
    if table != "links" or link is None or id not in whole.travelled or name not in SECTIONS:
        return None
    if link.tracks != 1:
        return message("idle.sections_of_two_tracks", ROOM, link=id)
    if name == "passing_tracks" and (not has_sections(link) or len(lengths_km(link)) == 1):
        return message("idle.no_passing_places", ROOM, link=id)
    if name == "passing_places" and link.sections_km:
        return message("idle.sections_decide", ROOM, link=id)
    return None


def _no_detour(change: Change, table: str, rest: str, whole: _Parts, without: _Parts) -> Message | None:
    id, _, name = rest.rpartition(".")
    if table != "services" or name != "reroute_after_h":
        return None
    links = {op.labels.get("link") for op in whole.programs[id]}
    code = "idle.no_detour" if links & closed_links(whole.corridor, whole.calendars) else "idle.no_closure_on_way"
    return message(code, ROOM, service=id)


def _no_one_else(change: Change, table: str, rest: str, whole: _Parts, without: _Parts) -> Message | None:
    """A priority of a service that waits with no other one, or with none whose precedence changes."""
    id, _, name = rest.rpartition(".")
    if table != "services" or name != "priority":
        return None
    met = any(id in pair[:2] for pair in whole.precedence)
    return message("idle.precedence_kept" if met else "idle.waits_alone", ROOM, service=id)


def _same_flow(change: Change, table: str, rest: str, whole: _Parts, without: _Parts) -> Message | None:
    """A row of a service, or of what makes its vehicles, by which it sends the same ones."""
    return message("idle.same_vehicles", ROOM) if table in FLOWS else None


def _not_read(change: Change, table: str, rest: str, whole: _Parts, without: _Parts) -> Message | None:
    """A parameter of the days of a run that the scenario or an option gives, or one that no run reads."""
    if table != "parameters":
        return None
    code = "idle.days_of_scenario" if change.address in OF_SETTINGS else "idle.parameter_of_studies"
    return message(code, ROOM, parameter=rest.partition(".")[0])


def _unused(change: Change, table: str, rest: str, whole: _Parts, without: _Parts) -> Message | None:
    own = change.op in ("close", "remove") or change.row is not None
    row = rest if own else rest.rpartition(".")[0]
    if table == "closures" and (closure := whole.corridor.closures.get(row) or without.corridor.closures.get(row)):
        row = closure.target
        table = next((name for name in CLOSED_KINDS if row in whole.corridor.table(name)), table)
    if table in ("shifts", "holidays") and (kept := getattr(whole.corridor, table).get(row)):
        table, row = "calendars", kept.calendar
    if table not in UNUSED or row in _used(table, whole) | _used(table, without):
        return None
    return message(UNUSED[table], ROOM, thing=row)


def _used(table: str, part: _Parts) -> Set[str]:
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


def _calendars_used(part: _Parts) -> set[str]:
    """Calendars of facilities and stocks that are visited, and those for which vehicles wait."""
    corridor = part.corridor
    rows: list[Facility | Stock] = [*corridor.facilities.values(), *corridor.stocks.values()]
    of_rows = {row.calendar for row in rows if row.id in part.visited}
    return of_rows | {calendar for calendar in corridor.calendars if opening_facility(calendar) in part.visited}


def _no_day(change: Change, table: str, rest: str, whole: _Parts, without: _Parts) -> Message | None:
    """A closure or an order outside the run, or a closure of hours that are closed without it."""
    start, days = whole.settings.start, whole.settings.days
    holiday = (_row_of(table, rest, whole) or _row_of(table, rest, without)) if table == "holidays" else None
    if holiday and not _has_a_day(holiday, start, days):
        return message("idle.outside_run", ROOM, start=str(start), days=days)
    if change.op == "close":
        first, last = change.first_day, change.last_day or change.first_day
    elif dates := [day for part in (whole, without) if (day := _date_of(table, rest, part))]:
        first, last = min(dates), max(dates)
    elif table in ("closures", "orders") and (row := _row_of(table, rest, whole) or _row_of(table, rest, without)):
        first, last = local_time.day(row.first_day), local_time.day(row.last_day)
    else:
        return None
    if first is None or last is None:
        return None
    if not local_time.touches(first, last, start, start + timedelta(days=days - 1)):
        return message("idle.outside_run", ROOM, start=str(start), days=days)
    if change.op != "close" and table in OPENED:
        return None
    stock = whole.corridor.stocks.get(rest.partition(".")[0]) if table == "stocks" else None
    if table == "orders" or (stock and stock.daily_quota is None):
        return None  # Nothing of a pool without daily quota shuts, which a warning about the closure says.
    if change.op == "close" and not local_time.every_day(change.weekdays):
        on = local_time.weekdays(change.weekdays)
        if not any((first + timedelta(days=n)).weekday() in on for n in range(min(7, (last - first).days + 1))):
            return message("idle.no_weekday", ROOM)
    share = change.servers_share if change.op == "close" else 0.0
    return message("idle.share_kept" if share else "idle.closed_anyway", ROOM)


def _has_a_day(holiday: Holiday, start: date, days: int) -> bool:
    """Whether a holiday has a day in a run, or may have one; a day before or after it counts, as clocks differ."""
    if not holiday_days(holiday.country, holiday.holiday, start.year):
        return True  # Of an unknown holiday the check says more.
    first, last = -1 - holiday.days_after, days + holiday.days_before
    near = (start + timedelta(days=n) for n in range(first, last + 1))
    return any(day in holiday_days(holiday.country, holiday.holiday, day.year) for day in near)


def _date_of(table: str, rest: str, part: _Parts) -> date | None:
    """The date that an address of an opening or closing date has in a corridor; None if it has none."""
    row, _, name = rest.rpartition(".")
    text = getattr(part.corridor.table(table).get(row), name, "") if table in OPENED and name in DATES else ""
    return local_time.day(text) if text else None


def _row_of(table: str, rest: str, part: _Parts) -> Any:
    """The closure, order or rule of an address of a row, or of one of its fields."""
    rows = part.corridor.table(table)
    return rows.get(rest) or rows.get(rest.rpartition(".")[0])


def _no_traffic(change: Change, table: str, rest: str, whole: _Parts, without: _Parts) -> Message | None:
    """An order, or a rule, that holds no vehicle of any service, or a rule that is not in use."""
    order = _row_of(table, rest, whole) if table in ("orders", "order_rules") else None
    if order is None or order.gate in whole.visited:
        return None
    if table == "order_rules" and not order.active:
        return message("idle.rule_not_in_use", ROOM, order=order.id)
    return message("idle.order_without_traffic", ROOM, order=order.id)


def _no_spell(change: Change, table: str, rest: str, whole: _Parts, without: _Parts) -> Message | None:
    """Weather that never comes, leaves all open, or shuts what no vehicle uses."""
    return message("idle.weather", ROOM) if table == "weather" else None


def _never_chosen(change: Change, table: str, rest: str, whole: _Parts, without: _Parts) -> Message | None:
    """An alternative of share 0, which is in neither of the two."""
    there = {*whole.corridor.alternatives, *without.corridor.alternatives}
    gone = there.isdisjoint({rest, rest.rpartition(".")[0]})
    return message("idle.never_chosen", ROOM, thing=_id_of(change, rest)) if table == "alternatives" and gone else None


def _id_of(change: Change, rest: str) -> str:
    return rest if _row(change) == change.address else rest.rpartition(".")[0]


Rule = Callable[[Change, str, str, _Parts, _Parts], Message | None]
REASONS: Final[tuple[Rule, ...]] = (
    _value_there,
    _not_read,
    _no_one_else,
    _no_detour,
    _no_sections,
    _no_paths,
    _unused,
    _no_day,
    _no_traffic,
    _no_spell,
    _never_chosen,
    _same_flow,
)
