"""Whether two corridors have the same plan, found from what plans are made of.

Equal parts make equal plans, of which none is compiled. Only parts that differ by less than a second may make equal
plans or not, so both are compiled. Servers and levels, which differ in most changes, are compared before programs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from corridors.clock import local_time
from corridors.clock.place_clocks import stated_clock
from corridors.model import TABLES, Duration
from sim.compile.plan_contents import PlanContents, bare, near
from sim.compile.programs import Op, Program

FLOWS: Final = frozenset({"services", "timetable", "profiles", "classes"})
"""Tables whose rows make vehicles."""
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
HOURS: Final = frozenset(
    ("calendars", "shifts", "holidays", "closures", "orders", "facilities", "links", "stocks", "places", "ports")
)
"""Tables that make servers over time and levels of stocks, the last two by their clocks."""
OF_SETTINGS: Final = {
    "parameters.run_start.value": "start",
    "parameters.run_days.value": "days",
    "parameters.run_warmup_days.value": "warmup_days",
}
"""Settings of a run that parameters give unless the scenario or an option does."""
OF_WAYS: Final = ("transship_h", "transship_usd_per_t")
"""Parameters by which ways are found."""


def equal_plans(one: PlanContents, other: PlanContents) -> bool:
    """Whether two corridors have the same plan; both are compiled only if times differ by less than a second."""
    differ = {table for table in TABLES if _differs(one.corridor.table(table), other.corridor.table(table))}
    if "parameters" in differ and not _differs(*_parameters_of_run(one, other)):
        differ = differ - {"parameters"}
    if differ & {"places", "ports"} and stated_clock(one.corridor) != stated_clock(other.corridor):
        # Days, arrivals and hours of the week are on the clock of the world.
        return False
    if differ & (FLOWS | {"durations"}) and one.flows != other.flows:
        return False
    if "services" in differ:
        # Whether vehicles reroute shows in their programs.
        differ = differ | {"itineraries"}
        if one.precedence != other.precedence:
            return False
    if "parameters" in differ:
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
    if differ & (HOURS | {"weather", "profiles"}) and one.weather != other.weather:
        return False
    if not differ & WAYS:
        return True
    mine, theirs = one.programs, other.programs
    if mine.keys() != theirs.keys():
        return False
    # Kept programs that nothing changed are the same objects.
    differ_in = [service for service, program in mine.items() if program is not theirs[service]]
    some, others = ({service: made[service] for service in differ_in} for made in (mine, theirs))
    if one.delays == other.delays and _plain(some, bare) == _plain(others, bare):
        return True
    return _plain(some, near) == _plain(others, near) and one.fingerprint == other.fingerprint


def _has(levels: Mapping[str, Any], some: Mapping[str, Any]) -> bool:
    return all(name in levels and levels[name] == level for name, level in some.items())


def _parameters_of_run(one: PlanContents, other: PlanContents) -> list[dict[str, Any]]:
    """The parameters of two corridors that a run reads, without those of which that of the first has a setting."""
    read = {
        id
        for id, row in one.corridor.parameters.items()
        if id in OF_WAYS or (f"parameters.{id}.value" in OF_SETTINGS and row.value == _setting(one, id))
    }
    return [{id: row for id, row in part.corridor.parameters.items() if id in read} for part in (one, other)]


def _setting(part: PlanContents, parameter: str) -> float:
    """What the run has for a parameter of its days."""
    name = OF_SETTINGS[f"parameters.{parameter}.value"]
    value = getattr(part.settings, name)
    return float(local_time.number_of_day(value) if name == "start" else value)


def _differs(rows: Mapping[str, Any], others: Mapping[str, Any]) -> bool:
    """Whether two tables differ in more than descriptions. Rows that no change wrote are the same objects."""
    if rows is others:
        return False
    return rows.keys() != others.keys() or any(
        row is not others[id] and bare(row) != bare(others[id]) for id, row in rows.items()
    )


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
                _labels(op) if read is near else op.labels,
            )
            for op in program
        ]
        for service, program in made.items()
    }


def _labels(op: Op) -> dict[str, Any]:
    """Labels with the kilometres as they are shown."""
    return {**op.labels, "km": round(op.labels.get("km", 0.0), 1)}
