"""Names of everything in one language: the things of the world, units, sides, directions, causes.

Reports and charts show names, never ids. The world's tables have English and Chinese names. Other languages have
theirs in the catalogue ``world_names``: ``<table>.<id>``, and ``vehicles.<class>`` for one vehicle of a class. A name
that is missing there is shown in English; an id without a name is shown as it is. ``units.<name>`` has the plural forms
of a unit of count.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

from corridors.clock.local_time import BEIJING, DAILY, every_day
from corridors.clock.place_clocks import stated_clock
from corridors.messages import Message, Text
from corridors.model import ORDER_GATE, RULE_GATE, Corridor, Facility, Link, Order, OrderRule, Place, Port, Stock
from corridors.schema import Field
from corridors.sides import FROM_CHINA, NEUTRAL, Sides
from corridors.single_tracks import (
    direction_token,
    has_sections,
    lengths_km,
    passing_place,
    section,
    section_queue,
)
from sim.core.kpi_declarations import KPIS
from sim.text.catalogue import ENGLISH, has, say
from sim.text.catalogue import Language as Language

GRADES: Final = ("measured", "reported", "derived", "assumed", "calibrated")
"""Data grades in the order in which they are listed."""


@dataclass(frozen=True)
class Names:
    """Names in one language. Each method takes an id and returns the name."""

    language: Language = ENGLISH
    ports: Mapping[str, str] = field(default_factory=dict)
    classes: Mapping[str, str] = field(default_factory=dict)
    vehicles: Mapping[str, str] = field(default_factory=dict)
    """Name of one vehicle of each class: train, truck."""
    things: Mapping[str, str] = field(default_factory=dict)
    """Facilities, stocks, links, places."""
    countries: Mapping[str, str] = field(default_factory=dict)
    """ISO code of the neighbour's country by port seen from China."""
    pairs: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """ISO codes of the countries of the sides a and b by port of these."""
    port_of: Mapping[str, str] = field(default_factory=dict)
    """Ports of facilities and stocks."""
    services: Mapping[str, str] = field(default_factory=dict)
    zone: str = ""
    """Time zone of the world; '' for UTC+8."""
    limits: Mapping[str, str] = field(default_factory=dict)
    """Kind of limit behind the cause 'quota' by facility or stock: admission or daily_quota."""

    @staticmethod
    def of(corridor: Corridor, language: Language = ENGLISH) -> Names:
        """The names that a corridor declares."""

        def named(table: str, key: str = "", column: str = "name") -> dict[str, str]:
            rows = corridor.table(table).items()
            return {id: _name(key or table, id, column, language, partial(_cell, row)) for id, row in rows}

        things = named("places") | named("links") | named("stocks") | named("facilities")
        for link in corridor.links:
            things[f"{link}.back"] = say("names.reverse_direction", language, name=things[link])
        for link_row in corridor.links.values():
            if has_sections(link_row):
                things |= _of_sections(link_row, things[link_row.id], language)
        for step in corridor.itineraries.values():
            if step.kind == "wait" and (calendar := corridor.calendars.get(step.calendar)):
                name = _name("calendars", calendar.id, "name", language, partial(_cell, calendar))
                things[f"{calendar.id}.open"] = say("names.opening_of", language, name=name)
        orders: list[Order | OrderRule] = [*corridor.orders.values(), *corridor.order_rules.values()]
        of_order = named("orders"), named("order_rules")
        things |= {row.gate: of_order[isinstance(row, OrderRule)][row.id] for row in orders}
        places = corridor.places
        centres: list[Facility | Stock] = [*corridor.facilities.values(), *corridor.stocks.values()]
        limits = {row.id: "admission" for row in corridor.facilities.values() if row.kind == "slot"}
        limits |= {row.id: "daily_quota" for row in corridor.stocks.values() if row.daily_quota is not None}
        return Names(
            language,
            named("ports"),
            named("classes"),
            named("classes", "vehicles", "vehicle"),
            things,
            {p.id: places[p.place_foreign].country for p in corridor.ports.values() if p.place_foreign in places},
            {p.id: _countries(p, places) for p in corridor.ports.values() if p.naming is NEUTRAL},
            {row.id: row.port for row in centres if row.port}
            | {row.gate: row.target for row in orders if row.target in corridor.ports},
            named("services"),
            stated_clock(corridor),
            limits,
        )

    def with_added(self, changes: Iterable[Mapping[str, Any]]) -> Names:
        """Also the names of the rows that changes (as plain values) add, which only the world of a scenario has."""
        ports, classes, vehicles, things = ({**own} for own in (self.ports, self.classes, self.vehicles, self.things))
        port_of = {**self.port_of}
        for change in changes:
            table, _, id = change["address"].partition(".")
            row = change.get("row") or {}
            if name := _name(table, id, "name", self.language, row.get, ""):
                shown = id + {"orders": ORDER_GATE, "order_rules": RULE_GATE}.get(table, "")
                {"ports": ports, "classes": classes}.get(table, things).setdefault(shown, name)
            if vehicle := _name("vehicles", id, "vehicle", self.language, row.get, ""):
                vehicles.setdefault(id, vehicle)
            if row.get("port"):
                port_of.setdefault(id, row["port"])
        return replace(self, ports=ports, classes=classes, vehicles=vehicles, things=things, port_of=port_of)

    def told_apart(self, corridor: Corridor) -> Names:
        """The same, but facilities of one port that share a name have their sides in brackets."""
        same: dict[tuple[str, str], list[str]] = {}
        for id, row in corridor.facilities.items():
            same.setdefault((row.port, self.thing(id)), []).append(id)
        shared = [id for (port, _), ids in same.items() if port and len(ids) > 1 for id in ids]
        sides = {id: self.thing_on(id, corridor.facilities[id].side) for id in shared}
        return replace(self, things={**self.things, **sides})

    def port(self, id: str) -> str:
        """The name of a port."""
        return self.ports.get(id, id)

    def place(self, port: str) -> str:
        """The name of a port, or of what lies outside the ports."""
        return self.port(port) if port else self._say("outside_ports")

    def klass(self, id: str) -> str:
        """The name of a traffic class, or that of all classes."""
        return self._say("all_classes") if id == "all" else self.classes.get(id, id)

    def thing(self, id: str) -> str:
        """The name of a facility, stock, link or place."""
        return self.things.get(id, id)

    def service(self, id: str) -> str:
        """The name of a service."""
        return self.services.get(id, id)

    def stock(self, id: str) -> str:
        """A stock with its port in brackets, as stocks of several ports may have one name."""
        port = self.port_of.get(id, "")
        return self.bracketed(self.thing(id), self.port(port)) if port else self.thing(id)

    def vehicle(self, klass: str) -> str:
        """The name of one vehicle of a class."""
        return self.vehicles.get(klass, klass)

    def vehicles_of(self, klass: str, n: float) -> str:
        """The unit of count of a class in the form for ``n``; a unit without forms in the catalogue stays as it is."""
        unit = self.vehicle(klass)
        key = f"world_names.units.{unit}"
        return say(key, self.language, n=int(n) if n == int(n) else n) if has(key, self.language) else unit

    def naming(self, port: str) -> Sides:
        """How the sides and directions of a port are named."""
        return NEUTRAL if port in self.pairs else FROM_CHINA

    def direction(self, id: str, port: str = "") -> str:
        """The name of a direction; '' for ''.

        That of a port of two countries a and b names them: those of ``port``, else of all ports if they are the same.
        """
        pair = self._pair(port) if id in NEUTRAL.directions else None
        if not pair or not id:
            return self._say(f"direction.{id}") if id else ""
        here, there = pair if id == NEUTRAL.directions[0] else pair[::-1]
        return self._say("direction.between", origin=self.country(here), destination=self.country(there))

    def side(self, id: str, port: str = "") -> str:
        """A side of the border; that of a neighbour, and of a port of a and b, by its country, if the port is given."""
        country = self.countries.get(port, "") if id == FROM_CHINA.sides[1] else ""
        if id in NEUTRAL.sides and (pair := self._pair(port)):
            country = pair[NEUTRAL.sides.index(id)]
        if has(f"names.side.{country.lower()}"):
            return self._say(f"side.{country.lower()}")
        if has(f"names.country.{country}"):
            return self._say("side.of", country=self.country(country))
        return self._say(f"side.{id}") if id else ""

    def clock(self, long: bool = False) -> str:
        """The name of the clock by which hours of the day and of the week are counted."""
        return self._say("clock.world_long") if long and not self.zone else clock_name(self.zone, self.language)

    def days_begin(self) -> str:
        """A sentence about when the days of a run begin."""
        return self._say("days_begin.zone", zone=self.zone) if self.zone else self._say("days_begin.world")

    def country(self, code: str) -> str:
        """The name of a country by its ISO code."""
        return self._labelled(f"country.{code}", code)

    def _pair(self, port: str) -> tuple[str, str] | None:
        """The countries of the sides a and b of a port, or of all ports if they are the same."""
        found = {self.pairs[port]} if port in self.pairs else set(self.pairs.values())
        return next(iter(found)) if len(found) == 1 else None

    def thing_on(self, id: str, side: str, port: str = "") -> str:
        """A thing with its side in brackets, which distinguishes things of the same name.

        ``port`` is needed for places and links; facilities and stocks have theirs. A name that ends in its side
        already is left as it is.
        """
        name = self.thing(id)
        sides = {self.side(side, port) for port in ("", *self.countries, *self.pairs)} if side else set()
        sides |= {self.side(FROM_CHINA.sides[0])}
        if not side or any(name.endswith(self.bracketed("", one).strip()) for one in sides):
            return name
        return self.bracketed(name, self.side(side, port or self.port_of.get(id, "")))

    def group(self, klass: str, direction: str, port: str = "") -> str:
        """A traffic class in one direction; without a direction, as outside the ports, the class."""
        if not direction:
            return self.klass(klass)
        return self._say("group", traffic_class=self.klass(klass), direction=self.direction(direction, port))

    def cause(self, id: str, at: str = "") -> str:
        """A cause of waiting at a facility or stock; a quota is a daily quota or an admission limit, by the stock."""
        return self._labelled(f"cause.{self.cause_kind(id, at)}", id)

    def cause_kind(self, id: str, at: str) -> str:
        """The cause, 'quota' divided into 'daily_quota' and 'admission' where the world shows which it is."""
        return self.limits.get(at, id) if id == "quota" else id

    def root_state(self, id: str) -> str:
        """The state of a root of waiting."""
        return self._labelled(f"root.{id}", id)

    def grade(self, id: str) -> str:
        """A data grade."""
        return self._labelled(f"grade.{id}", id)

    def figure(self, kpi: str) -> str:
        """The label of a key figure."""
        return self._declared(kpi, "label", kpi)

    def meaning(self, kpi: str) -> str:
        """The definition of a key figure."""
        return self._declared(kpi, "meaning", f"{kpi}.meaning")

    def unit(self, id: str) -> str:
        """The unit of a key figure or of a column; '' for that of a plain number."""
        slug = re.sub(r"[^a-z0-9]+", "_", id.lower().replace("/", "_per_")).strip("_")
        return self._labelled(f"unit.{slug}", id) if id else ""

    def unit_in(self, row: Any, column: Field, n: float = 2) -> str:
        """The unit of a column in a row, in the form for ``n``: vehicles of a flow by class; stocks have their own."""
        if column.unit == "vehicles" and (klass := getattr(row, "vehicle_class", "")):
            return self.vehicles_of(klass, n)
        return self.unit(column.unit or (getattr(row, "unit", "") if column.type == "int" else ""))

    def with_unit(self, name: str, unit: str) -> str:
        """A heading with its unit in brackets, if it has one."""
        return self.bracketed(name, self.unit(unit)) if unit else name

    def bracketed(self, name: str, more: str) -> str:
        """A name with more in brackets behind it."""
        return self._say("bracketed", name=name, more=more)

    def measured(self, value: str, unit: str) -> str:
        """A number with its unit."""
        return self._with(value, self.unit(unit))

    def measured_in(self, row: Any, value: str, column: Field) -> str:
        """A number of a row of the data with its unit there (:meth:`unit_in`)."""
        return self._with(value, self.unit_in(row, column, 1 if value == "1" else 2))

    def _with(self, value: str, unit: str) -> str:
        return self._say("measured", value=value, unit=unit) if unit else value

    def weekdays(self, text: str) -> str:
        """Week days as tables write them: ``Mon-Sat`` or ``Mon;Thu``."""
        parts = []
        for part in text.split(";"):
            days = [self._labelled(f"weekday.{day.strip().lower()}", day.strip()) for day in part.split("-")]
            parts.append(days[0] if len(days) == 1 else self._say("weekday_range", first=days[0], last=days[-1]))
        return say("common.list_separator", self.language).join(parts)

    def closure(self, first: str, last: str, weekdays: str = DAILY, share: float = 0.0) -> str:
        """A closure by its first and last day, week days, and the share of the capacity that stays open."""
        percent = float(f"{100 * share:.3g}")
        state = self._say("closure.partly_open", share=percent) if percent else self._say("closure.closed")
        days = first if first == last else self._say("closure.days", first=first, last=last)
        text = self._say("closure.on", state=state, days=days)
        return text if every_day(weekdays) else self.bracketed(text, self.weekdays(weekdays))

    def labelled(self, name: str, text: str) -> str:
        """A name, a colon, and text about it."""
        return self._say("labelled", name=name, text=text)

    def sentence(self, text: Text) -> str:
        """The text of a message whose values are ids.

        These are thing (several: things), stock, unit, port, traffic_class, direction, root_state, service, and cause
        (at that thing).
        """
        if not isinstance(text, Message):
            return text
        own = dict(text.params)
        values: dict[str, Any] = {}
        for key, value in own.items():
            if isinstance(value, tuple) and key == "things":
                values[key] = tuple(self.thing(str(one)) for one in value)
            elif isinstance(value, tuple):
                values[key] = tuple(self.sentence(one) if isinstance(one, Message) else one for one in value)
            elif isinstance(value, Message):
                values[key] = self.sentence(value)
            else:
                values[key] = value
        named: dict[str, Callable[[str], str]] = {
            "thing": self.thing,
            "traffic_class": self.klass,
            "direction": lambda id: self.direction(id, str(own.get("port", ""))),
            "stock": self.stock,
            "unit": self.unit,
            "port": self.port,
            "root_state": self.root_state,
            "service": self.service,
            "cause": lambda id: self.cause(id, str(own.get("thing", ""))),
        }
        values |= {key: name(str(own[key])) for key, name in named.items() if key in own}
        if "traffic_class" in own:
            values["vehicle"] = values.get("vehicle", self.vehicle(str(own["traffic_class"])))
        return say(f"{text.room}.{text.code}", self.language, **values)

    def _say(self, key: str, **values: Any) -> str:
        return say(f"names.{key}", self.language, **values)

    def _labelled(self, key: str, id: str) -> str:
        """The label in the catalogue, else the id."""
        return self._say(key) if has(f"names.{key}") else id

    def _declared(self, kpi: str, column: str, key: str) -> str:
        own = getattr(KPIS[kpi], f"{column}_{self.language}", None)
        if own is None and has(f"key_figures.{key}", self.language):
            return say(f"key_figures.{key}", self.language)
        return str(own or getattr(KPIS[kpi], f"{column}_{ENGLISH}"))


def clock_name(zone: str, language: Language) -> str:
    """The name of a clock: a time zone; '' and that of Beijing are UTC+8."""
    if zone in ("", BEIJING):
        return say("names.clock.world", language)
    return say("names.clock.zone", language, zone=zone)


def _of_sections(link: Link, name: str, language: Language) -> dict[str, str]:
    """Names of the sections and passing places of a single track, and of the trains that wait for them."""
    named: dict[str, str] = {}
    count = len(lengths_km(link))
    for n in range(1, count + 1):
        named[section(link, n)] = say("names.section_of", language, name=name, n=n)
    for n in range(1, count):
        named[passing_place(link, n)] = say("names.passing_place_of", language, name=name, n=n)
    for n in range(1, count + 1):
        for forward in (True, False):
            first = say("names.first_train", language, name=named[section(link, n)])
            named[section_queue(link, n, forward)] = first if forward else _reverse(first, language)
            if n < count:
                trains = say("names.trains_at", language, name=named[passing_place(link, n)])
                named[direction_token(link, n, forward)] = trains if forward else _reverse(trains, language)
    return named


def _countries(port: Port, places: Mapping[str, Place]) -> tuple[str, str]:
    first, second = (places[end].country if end in places else "" for end in port.ends)
    return first, second


def _reverse(name: str, language: Language) -> str:
    return say("names.reverse_direction", language, name=name)


def _cell(row: Any, column: str) -> Any:
    return getattr(row, column, None)


def _name(
    table: str, id: str, column: str, language: Language, cell: Callable[[str], Any], default: str | None = None
) -> str:
    """A name: of the row, of the catalogue, in English, the default, else the id."""
    own = cell(f"{column}_{language}")
    if not own and language != ENGLISH and has(f"world_names.{table}.{id}", language):
        own = say(f"world_names.{table}.{id}", language)
    return str(own or cell(f"{column}_{ENGLISH}") or (id if default is None else default))
