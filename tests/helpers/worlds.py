"""Small worlds for tests: one function a table, with defaults for everything that a story does not mention.

    corridor = world(
        place("border"),
        calendar("day", "Asia/Ulaanbaatar"), shift("day", "08:00", "20:00"),
        facility("gate", calendar="day"),
        duration("check", 5),
        itinerary("trip", step("mark", place="border"), step("serve", facility="gate", duration="check")),
        service("trucks", "trip", per_day=24),
    )

Rows may have any order, also in lists; every default may be overridden by naming the column. Missing rows are not
added: a row that names a missing place stays wrong, as a test of checks needs it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from corridors.model import (
    TABLES,
    Alternative,
    Assumption,
    Calendar,
    Closure,
    Corridor,
    Departure,
    Duration,
    Facility,
    Holiday,
    Link,
    Order,
    OrderRule,
    Parameter,
    Place,
    Port,
    Profile,
    Service,
    Share,
    Shift,
    Source,
    Step,
    Stock,
    VehicleClass,
    Weather,
    key_of,
)

DECLARED = {"source": "test", "grade": "assumed"}


def world(*rows: Any, **tables: Iterable[Any]) -> Corridor:
    """A Corridor of these rows (single, or in lists), each table sorted by id and steps by their order.

    The source 'test' that the defaults quote is there, and so is a vehicle class 'train' unless another is given.
    """
    flat = list(_flat([rows, list(tables.values())]))
    if not any(isinstance(row, VehicleClass) for row in flat):
        flat.append(vehicle_class("train"))
    if not any(isinstance(row, Source) and row.id == "test" for row in flat):
        flat.append(source("test"))
    made: dict[str, dict[str, Any]] = {}
    for name, kind in TABLES.items():
        own = [row for row in flat if isinstance(row, kind)]
        own.sort(key=(lambda s: (s.itinerary, s.order, s.step)) if kind is Step else key_of)
        made[name] = {key_of(row): row for row in own}
        assert len(made[name]) == len(own), f"two rows of {name} have the same id"
    return Corridor(**made)


def _flat(rows: Iterable[Any]) -> Iterable[Any]:
    for row in rows:
        if isinstance(row, list | tuple):
            yield from _flat(row)
        else:
            yield row


def _row(kind: type[Any], id: str, defaults: dict[str, Any], given: dict[str, Any]) -> Any:
    names = {"name_en": id.replace("_", " ").capitalize(), "name_zh": id}
    known = kind.__dataclass_fields__
    values = {name: value for name, value in (names | DECLARED).items() if name in known}
    return kind(**{"id": id} | values | defaults | given)


def place(id: str, **given: Any) -> Place:
    """A place in China where nothing can be transshipped."""
    return _row(Place, id, {"country": "CN", "latitude": 45.0, "longitude": 110.0, "transships": False}, given)


def link(origin: str, destination: str, mode: str = "rail_1435", length_km: float = 60.0, **given: Any) -> Link:
    """A double-track two-way link ``<origin>_<destination>``, one minute a kilometre, without a limit of paths."""
    defaults = {
        "origin": origin,
        "destination": destination,
        "mode": mode,
        "length_km": length_km,
        "speed_kmh": 60.0,
        "paths_per_day": None,
        "tracks": 2,
        "both_ways": True,
        "cost_usd_per_tkm": 0.02,
        "co2_g_per_tkm": 20.0,
    }
    return _row(Link, given.pop("id", f"{origin}_{destination}"), defaults, given)


def port(id: str, place_cn: str = "border", place_foreign: str = "border", **given: Any) -> Port:
    """A border port, both sides at one place by default."""
    return _row(Port, id, {"place_cn": place_cn, "place_foreign": place_foreign}, given)


def facility(id: str, servers: int = 1, calendar: str = "", **given: Any) -> Facility:
    """A service centre at 'border', of no port, that never fails and costs nothing."""
    defaults = {
        "place": "border",
        "port": "",
        "side": "cn" if given.get("port") else "",
        "kind": "gate",
        "servers": servers,
        "calendar": calendar,
        "headway_min": 0.0,
        "handling_usd": 0.0,
        "mtbf_h": None,
        "mttr_h": None,
    }
    return _row(Facility, id, defaults, given)


def stock(id: str, initial: int = 0, **given: Any) -> Stock:
    """A stock of wagon sets at 'border' without limit or quota."""
    defaults = {
        "place": "border",
        "port": "",
        "side": "cn" if given.get("port") else "",
        "kind": "wagons",
        "unit": "set",
        "initial": initial,
        "capacity": None,
        "daily_quota": None,
        "calendar": "",
    }
    return _row(Stock, id, defaults, given)


def duration(id: str, mean_min: float, distribution: str = "constant", cv: float = 0.0, **given: Any) -> Duration:
    """How long something takes; always the same unless a distribution is named."""
    defaults = {"distribution": distribution, "mean_min": mean_min, "cv": cv, "values_min": ""}
    return _row(Duration, id, defaults, given)


def share(id: str, share: float, **given: Any) -> Share:
    """A probability."""
    return _row(Share, id, {"share": share}, given)


def vehicle_class(id: str, **given: Any) -> VehicleClass:
    """A class of trains."""
    defaults = {"vehicle_en": "train", "vehicle_zh": "列", "wait_usd_per_h": 100.0, "idle_co2_kg_per_h": 10.0}
    return _row(VehicleClass, id, defaults, given)


def service(id: str, itinerary: str, per_day: float = 0.0, **given: Any) -> Service:
    """A flow of trains: Poisson at ``per_day``; a closed fleet when ``fleet`` is given."""
    defaults = {
        "vehicle_class": "train",
        "itinerary": itinerary,
        "arrivals": "fleet" if given.get("fleet") else "rate",
        "per_day": per_day,
        "fleet": 0,
        "profile_month": "",
        "profile_hour": "",
        "delay": "",
        "start_spread_h": 0.0,
        "initial_backlog": 0,
        "load_teu": 100.0,
        "load_t": 1000.0,
        "priority": 1,
    }
    return _row(Service, id, defaults, given)


def departure(id: str, service: str, time: str, weekdays: str = "daily", **given: Any) -> Departure:
    """A line of the timetable, in Beijing time."""
    defaults = {"service": service, "weekdays": weekdays, "time": time, "time_zone": "Asia/Shanghai"}
    return _row(Departure, id, defaults, given)


def step(kind: str, **given: Any) -> Step:
    """One step, to be numbered and named by :func:`itinerary`."""
    defaults = {
        "itinerary": "",
        "step": "",
        "order": 0,
        "kind": kind,
        "place": "",
        "mode": "",
        "facility": "",
        "stock": "",
        "amount": 1 if kind in ("draw", "return") else 0,
        "duration": "",
        "share": "",
        "to": "",
        "calendar": "",
        "choice": "",
        "port": "",
        "direction": "",
        "loaded": True,
    }
    return Step(**defaults | DECLARED | given)


def itinerary(id: str, *steps: Step) -> list[Step]:
    """The steps of one itinerary in running order; unnamed ones are called ``<kind>_<number>``, from 1."""
    return [
        replace(s, itinerary=id, order=number, step=s.step or f"{s.kind}_{number}")
        for number, s in enumerate(steps, start=1)
    ]


def alternative(choice: str, itinerary: str, rule: str = "delay", **given: Any) -> Alternative:
    """One way out of a choose step, called ``<choice>_<itinerary>``."""
    defaults = {"choice": choice, "itinerary": itinerary, "rule": rule, "share": 0.0, "bias_h": 0.0, "watch": ""}
    return _row(Alternative, given.pop("id", f"{choice}_{itinerary}"), defaults, given)


def calendar(id: str, time_zone: str = "Asia/Shanghai", **given: Any) -> Calendar:
    """Working time in one local clock; without a shift it never opens."""
    return _row(Calendar, id, {"time_zone": time_zone}, given)


def shift(calendar: str, opens: str, closes: str, weekdays: str = "daily", **given: Any) -> Shift:
    """Hours in which all servers of a calendar work."""
    defaults = {"calendar": calendar, "weekdays": weekdays, "opens": opens, "closes": closes, "servers_share": 1.0}
    name = f"{calendar}_{weekdays}_{opens}".replace(":", "").replace(";", "_").replace("-", "_").lower()
    return _row(Shift, given.pop("id", name), defaults, given)


def holiday(calendar: str, country: str, holiday: str, **given: Any) -> Holiday:
    """Public holidays on which a calendar is shut."""
    defaults = {
        "calendar": calendar,
        "country": country,
        "holiday": holiday,
        "days_before": 0,
        "days_after": 0,
        "servers_share": 0.0,
    }
    name = f"{calendar}_{holiday}".replace(" ", "_").lower()
    return _row(Holiday, given.pop("id", name), defaults, given)


def order(target: str, first_day: str, last_day: str = "", **given: Any) -> Order:
    """A stop of all traffic over a port or section on one day, or more, of Beijing."""
    defaults = {
        "target": target,
        "direction": "",
        "traffic": "",
        "exempt": "",
        "first_day": first_day,
        "last_day": last_day or first_day,
        "time_zone": "Asia/Shanghai",
        "takes_per_day": 0.0,
        "share": 1.0,
        "holding_place": "",
    }
    return _row(Order, given.pop("id", "stop"), defaults, given)


def order_rule(target: str, watch: str, above: int, below: int, **given: Any) -> OrderRule:
    """A rule that stops all traffic over a port or section, checked at 18:00 in Beijing; orders last a day or more."""
    defaults = {
        "target": target,
        "direction": "",
        "traffic": "",
        "exempt": "",
        "share": 1.0,
        "holding_place": "",
        "watch": watch,
        "watch_traffic": "",
        "above": above,
        "below": below,
        "min_days": 1.0,
        "check_time": "18:00",
        "time_zone": "Asia/Shanghai",
        "active": True,
    }
    return _row(OrderRule, given.pop("id", "policy"), defaults, given)


def closure(target: str, first_day: str, last_day: str = "", **given: Any) -> Closure:
    """Dated days (one day if only one is given) on which the target is shut."""
    days = {"first_day": first_day, "last_day": last_day or first_day, "weekdays": "daily"}
    defaults = {"target": target, "servers_share": 0.0} | days
    return _row(Closure, given.pop("id", f"{target}_{first_day}"), defaults, given)


def weather(id: str, targets: str, spells_per_year: float, **given: Any) -> Weather:
    """Weather whose spells shut the targets for one day."""
    defaults = {"targets": targets, "spells_per_year": spells_per_year, "profile_month": "", "mean_days": 1.0}
    return _row(Weather, id, defaults | {"servers_share": 0.0}, given)


def profile(id: str, weights: str, kind: str = "month", **given: Any) -> Profile:
    """Monthly or hourly weights."""
    return _row(Profile, id, {"kind": kind, "weights": weights}, given)


def parameter(id: str, value: float, unit: str = "", **given: Any) -> Parameter:
    """A single number."""
    return _row(Parameter, id, {"value": value, "unit": unit, "meaning_en": id, "meaning_zh": id}, given)


def assumption(address: str, low: float | None, high: float | None, **given: Any) -> Assumption:
    """The range of one number."""
    return Assumption(**{"address": address, "low": low, "high": high} | DECLARED | given)


def source(id: str, **given: Any) -> Source:
    """A document that is quoted."""
    return Source(**{"id": id, "title": id, "url": "", "year": "2026"} | given)
