"""The Corridor: the whole declared world, as immutable tables of rows.

Ids and numbers, and how rows belong together.

Each class is one row of one table in a data folder (``data/baseline/<table>.csv``); the meaning of every column, its
unit, default and bounds is stored once, in ``data/schema/<table>.csv``, and feeds loading, checks, docs and screen
labels. Each table is keyed by its first column and sorted by it (itineraries keep the order of ``order``), so the
order of rows in a file never matters.

Every row carries ``source`` (ids of ``facts.csv`` and ``sources.csv``, separated by ';') and ``grade`` (measured,
reported, derived, assumed, calibrated). They hold for every number of the row, except for numbers that
``assumptions.csv`` names by address with a separate source, grade and range.

An address is ``table.id.field`` (``facilities.erenhot_transshipment.servers``); a step's id has two parts,
``itineraries.<itinerary>.<step>.<field>``.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, Final, cast

from corridors.sides import FROM_CHINA, NEUTRAL, Sides


@dataclass(frozen=True, slots=True)
class Place:
    """A node of the graph."""

    id: str
    name_en: str
    name_zh: str
    country: str
    """ISO 3166 code: CN, MN, RU, BY, PL, DE."""
    latitude: float
    longitude: float
    transships: bool
    """True where cargo may change between track gauges, or between rail and road."""
    source: str
    grade: str
    time_zone: str = ""
    """IANA name of its clock; '' for that of the calendars that are kept there, else UTC+8."""
    note: str = ""


DEMAND = "demand"
"""The kind of a stock of trips that are wanted on a day."""
ORDER_GATE, RULE_GATE = ".order", ".rule"
"""Ends of the names of the stocks from which vehicles draw a place that an order, or the orders of a rule, leave."""
BACK = ".back"
"""End of the name of the train paths, or of the entry, of a link in the opposite direction."""
LEAST_LOAD_T: Final = 0.1
"""Less is no load of a vehicle, in tonnes."""
LARGEST_LOAD_T: Final = 30_000.0
"""More than the heaviest train, in tonnes."""


PART_OF_LINK: Final = re.compile(r"(\.section_\d+(\.queue)?|\.place_\d+(\.token)?)?(\.back)?$")
"""End of the name of a facility that is made of a link; see :mod:`corridors.single_tracks`."""


def ids_in(text: str) -> tuple[str, ...]:
    """The ids of a cell that lists them, separated by ';'; none for an empty cell."""
    return tuple(id for part in text.split(";") if (id := part.strip()))


def link_of_paths(name: str) -> str:
    """The id of the link whose paths, entry, sections or passing places have this name; any other name as it is."""
    return PART_OF_LINK.sub("", name, count=1)


@dataclass(frozen=True, slots=True)
class Link:
    """A section between two places: one directed edge of the graph.

    It is two edges when ``both_ways``.
    """

    id: str
    name_en: str
    name_zh: str
    origin: str
    destination: str
    mode: str
    """rail_1435, rail_1520, road or agv."""
    length_km: float
    speed_kmh: float
    """Mean running speed without waiting for paths."""
    paths_per_day: float | None
    """Train pairs (rail) or vehicles each way a day; None: never a limit."""
    tracks: int
    """1: both directions share the paths of one single track; 2: each direction has its own."""
    both_ways: bool
    cost_usd_per_tkm: float
    co2_g_per_tkm: float
    source: str
    grade: str
    opening_date: str = ""
    """First day of traffic (ISO date); '' if open before any run."""
    passing_places: int | None = None
    """Places between the ends of a single track at which trains can meet; None: not declared."""
    passing_tracks: int | None = None
    """Tracks of each of these places; None: two."""
    sections_km: str = ""
    """Lengths of the sections between them from the origin on, separated by ';'; '': equal ones."""
    note: str = ""

    @property
    def is_single_track(self) -> bool:
        """Whether both directions share one track, and so its paths."""
        return self.tracks == 1 and self.both_ways


@dataclass(frozen=True, slots=True)
class Port:
    """A border port: a named group of facilities on two sovereign sides."""

    id: str
    name_en: str
    name_zh: str
    place_cn: str
    """The place in China of a port that is seen from there, with the one of the neighbour; '' for a port of a and b."""
    place_foreign: str
    source: str
    grade: str
    place_a: str = ""
    """The places of a port between any two countries."""
    place_b: str = ""
    note: str = ""

    @property
    def naming(self) -> Sides:
        """How the sides and directions of this port are named."""
        return NEUTRAL if self.place_a or self.place_b else FROM_CHINA

    @property
    def ends(self) -> tuple[str, str]:
        """The places of its two sides; '' for one that is missing."""
        first, second = self.naming.columns
        return getattr(self, first), getattr(self, second)


@dataclass(frozen=True, slots=True)
class Facility:
    """One service centre; inland, ``port`` and ``side`` are ''."""

    id: str
    name_en: str
    name_zh: str
    place: str
    port: str
    side: str
    """cn or foreign; of a port of two places a and b: a or b."""
    kind: str
    """track, border_police, customs, scanner, inspection, transshipment, gate, weighbridge, berth, loader, path,
    slot, opening."""
    servers: int
    calendar: str
    """Working hours; '' for always open."""
    headway_min: float
    """For a path: minutes between two vehicles; 0 for every other kind."""
    handling_usd: float
    """Charge per vehicle served."""
    mtbf_h: float | None
    """Mean time between failures of one server; None: never fails."""
    mttr_h: float | None
    source: str
    grade: str
    opening_date: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Stock:
    """A counted pool, drawn and returned.

    Examples: wagon sets, tonnes of coal in a yard, places of a daily quota.
    """

    id: str
    name_en: str
    name_zh: str
    place: str
    port: str
    side: str
    kind: str
    """wagons, containers, cargo, quota or demand (trips that are wanted on a day, spread over its open hours)."""
    unit: str
    initial: int
    capacity: int | None
    """None: no limit."""
    daily_quota: int | None
    """Level to which the stock is set at every local midnight (unused places lapse); None: never set."""
    calendar: str
    """Days on which the quota is given (and the time zone of midnight); '' for every day, in UTC+8."""
    source: str
    grade: str
    day_cv: float = 0.0
    """Standard deviation / mean of the daily quota; 0: the same every day."""
    day_correlation: float = 0.0
    """Of the quota of a day with that of the day before."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Duration:
    """Duration of one activity: distribution, mean, coefficient of variation."""

    id: str
    name_en: str
    name_zh: str
    distribution: str
    """constant, uniform, triangular (symmetric), exponential, gamma, lognormal, weibull or empirical."""
    mean_min: float
    cv: float
    """Standard deviation / mean; ignored by constant, exponential (1) and empirical."""
    values_min: str
    """For empirical: the observed minutes, separated by ';', rescaled to ``mean_min``."""
    source: str
    grade: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """A probability: the share of vehicles that take a branch."""

    id: str
    name_en: str
    name_zh: str
    share: float
    source: str
    grade: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class VehicleClass:
    """What vehicles of one class have in common."""

    id: str
    name_en: str
    name_zh: str
    vehicle_en: str
    """Unit of count: train, truck, vehicle."""
    vehicle_zh: str
    wait_usd_per_h: float
    """Cost of one hour of waiting of one vehicle with its cargo."""
    idle_co2_kg_per_h: float
    source: str
    grade: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    """A flow of vehicles of one class along one itinerary."""

    id: str
    name_en: str
    name_zh: str
    vehicle_class: str
    itinerary: str
    arrivals: str
    """rate (Poisson), timetable (evenly spaced, or by ``timetable.csv``, each with a delay) or fleet (closed)."""
    per_day: float
    """Mean vehicles a day over a year (rate, timetable); 0 for a fleet."""
    fleet: int
    """Vehicles that circulate (fleet); 0 otherwise."""
    profile_month: str
    profile_hour: str
    delay: str
    """Duration by which a timetabled vehicle is late; '' for none."""
    start_spread_h: float
    """A fleet's vehicles start their first trip evenly at random over this many hours."""
    initial_backlog: int
    """Vehicles that stand at the origin at the first second."""
    load_teu: float
    load_t: float
    priority: int
    """Lower goes first."""
    source: str
    grade: str
    profile_week: str = ""
    """Profile of the days or of the hours of a week; '' for even."""
    opening_date: str = ""
    closing_date: str = ""
    """First day without new vehicles or new trips (ISO date); '' for never."""
    day_cv: float = 0.0
    """Standard deviation / mean of the demand of a day; 0: days are alike."""
    day_correlation: float = 0.0
    """Of the demand of a day with that of the day before."""
    reroute_after_h: float | None = None
    """Before a closed link a vehicle takes another way that saves more than so many hours; None: it waits."""
    note: str = ""

    @property
    def profiles(self) -> tuple[str, str, str]:
        """Its profiles of months, of hours and of a week; '' for none."""
        return self.profile_month, self.profile_hour, self.profile_week


@dataclass(frozen=True, slots=True)
class Departure:
    """One line of a timetable: departures of a service on given weekdays, or on one day (a dated arrival)."""

    id: str
    service: str
    weekdays: str
    """'daily', a range 'Mon-Sat' or a list 'Mon;Thu'."""
    time: str
    """HH:MM."""
    time_zone: str
    """IANA name of its clock; '' for that of the world."""
    source: str
    grade: str
    day: str = ""
    """Its only day (ISO date); '' for every day of ``weekdays``."""
    vehicles: int = 1
    """Vehicles that depart together."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an itinerary, keyed by (itinerary, step).

    The kinds of steps, with the columns that each needs and may fill, are in ``data/schema/step_kinds.csv``
    (:mod:`corridors.step_kinds`). The first travel of an itinerary starts at the place of its first step, a mark.
    """

    itinerary: str
    step: str
    order: int
    kind: str
    place: str
    """Where it happens (travel: where it leads)."""
    mode: str
    facility: str
    stock: str
    amount: int
    duration: str
    share: str
    to: str
    calendar: str
    choice: str
    port: str
    """Port whose dwell this step belongs to; '' for the open line. A vehicle is at the port from the first to
    the last step of an unbroken run with the same port and direction."""
    direction: str
    """outbound (leaves China) or inbound, of a port of two places a and b: a_to_b or b_to_a; '' away from ports."""
    loaded: bool
    source: str
    grade: str
    note: str = ""

    @property
    def id(self) -> str:
        """Itinerary and step, joined by a dot."""
        return f"{self.itinerary}.{self.step}"


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way out of a choose step: an itinerary that continues the journey."""

    id: str
    choice: str
    itinerary: str
    rule: str
    """delay (least expected delay) or shares (fixed); the same for all alternatives of a choice."""
    share: float
    bias_h: float
    watch: str
    """Facilities whose expected wait counts for the rule delay, separated by ';'."""
    source: str
    grade: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working time in one local clock.

    Its hours are the rows of shifts.csv that name it.
    """

    id: str
    name_en: str
    name_zh: str
    time_zone: str
    """IANA name; local time exists only here."""
    source: str
    grade: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Shift:
    """Hours of a calendar on given weekdays, with the share of servers.

    1 is all servers, 0 none.
    """

    id: str
    calendar: str
    weekdays: str
    opens: str
    """HH:MM."""
    closes: str
    """HH:MM, 24:00 allowed; at or before ``opens``: the next day."""
    servers_share: float
    source: str
    grade: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Holiday:
    """Public holidays on which a calendar is closed, by rule.

    Names are those of the ``holidays`` library.
    """

    id: str
    calendar: str
    country: str
    holiday: str
    """Part of the holiday's English name."""
    days_before: int
    days_after: int
    servers_share: float
    source: str
    grade: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Closure:
    """Dated days with a share of the servers (0: closed) or of the quota."""

    id: str
    target: str
    """A calendar, facility, port (all its facilities), link or stock with a quota."""
    first_day: str
    last_day: str
    """Both included, ISO dates, in the target's clock (UTC+8 if it has none)."""
    weekdays: str
    """Of the days between only these."""
    servers_share: float
    source: str
    grade: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """A dated order: the vehicles that the receiving side takes on some days.

    Those that it does not take wait upstream, in order of priority and arrival.
    """

    id: str
    name_en: str
    name_zh: str
    target: str
    """A port or a link."""
    direction: str
    """outbound or inbound, of a port; '' for both."""
    traffic: str
    """Classes and services that the order names, separated by ';'; '' for all."""
    exempt: str
    """Classes and services that it does not hold."""
    first_day: str
    last_day: str
    """Both included, ISO dates, in ``time_zone``; '' is the clock of the world."""
    time_zone: str
    """IANA name: the clock of the receiving side."""
    takes_per_day: float
    """Vehicles that are taken a day; 0: none, a stop."""
    share: float
    """Share of these vehicles that the order holds; the others pass."""
    holding_place: str
    """Place on the way at which vehicles wait; '' for the start of their itinerary."""
    source: str
    grade: str
    note: str = ""

    @property
    def gate(self) -> str:
        """The stock from which vehicles draw a place that the order leaves."""
        return self.id + ORDER_GATE


@dataclass(frozen=True, slots=True)
class OrderRule:
    """A rule by which orders are issued: loading stops while many vehicles wait.

    At every check the rule counts the waiting vehicles, and stops the loading of some traffic by two thresholds.
    """

    id: str
    name_en: str
    name_zh: str
    target: str
    """A port or a link."""
    direction: str
    """outbound or inbound, of a port; '' for both."""
    traffic: str
    """Classes and services whose loading stops, separated by ';'; '' for all."""
    exempt: str
    """Classes and services that it does not hold."""
    share: float
    """Share of these vehicles that an order holds; the others pass."""
    holding_place: str
    """Place on the way at which vehicles wait; '' for the start of their itinerary."""
    watch: str
    """Facilities whose queues are counted, separated by ';'."""
    watch_traffic: str
    """Classes and services that are counted there; '' for all."""
    above: int
    """Waiting vehicles from which on an order is issued."""
    below: int
    """Waiting vehicles below which it is lifted."""
    min_days: float
    """Shortest length of an order."""
    check_time: str
    """HH:MM of every day, in ``time_zone``; '' is the clock of the world."""
    time_zone: str
    """IANA name."""
    active: bool
    """Whether the rule is in use."""
    source: str
    grade: str
    note: str = ""

    @property
    def gate(self) -> str:
        """The stock from which vehicles draw a place that the orders of the rule leave."""
        return self.id + RULE_GATE


@dataclass(frozen=True, slots=True)
class Weather:
    """A kind of weather whose spells shut rows, in whole or in part, on days that are drawn.

    A run has its spells as closures of these days.
    """

    id: str
    name_en: str
    name_zh: str
    targets: str
    """Calendars, facilities, ports, links or stocks with a quota, separated by ';'; a spell shuts them together."""
    spells_per_year: float
    profile_month: str
    """Months in which spells begin; '' for all alike."""
    mean_days: float
    servers_share: float
    source: str
    grade: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """Pattern of the months, of the hours of a day, of the days of a week or of the hours of a week.

    12, 24, 7 or 168 weights, weeks from Monday on. Weights are rescaled to a mean of 1.
    """

    id: str
    kind: str
    """month, hour, weekday or week."""
    weights: str
    """Numbers separated by ';'."""
    source: str
    grade: str
    time_zone: str = ""
    """IANA name of its clock; '' for that of the world."""
    note: str = ""

    @property
    def numbers(self) -> tuple[float, ...]:
        """The weights as declared."""
        return tuple(float(weight) for weight in self.weights.split(";"))


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number of no other table: an exchange rate, the base year."""

    id: str
    value: float
    unit: str
    meaning_en: str
    meaning_zh: str
    source: str
    grade: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Assumption:
    """Source, grade and range of a number that differ from those of its row."""

    address: str
    low: float | None
    high: float | None
    source: str
    grade: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Source of figures: a document, an abstract or a declared assumption.

    Published figures are in facts.csv.
    """

    id: str
    title: str
    url: str
    year: str
    note: str = ""


TABLES: dict[str, type[Any]] = {
    "places": Place,
    "links": Link,
    "ports": Port,
    "facilities": Facility,
    "stocks": Stock,
    "durations": Duration,
    "shares": Share,
    "classes": VehicleClass,
    "services": Service,
    "timetable": Departure,
    "itineraries": Step,
    "alternatives": Alternative,
    "calendars": Calendar,
    "shifts": Shift,
    "holidays": Holiday,
    "closures": Closure,
    "orders": Order,
    "order_rules": OrderRule,
    "weather": Weather,
    "profiles": Profile,
    "parameters": Parameter,
    "assumptions": Assumption,
    "sources": Source,
}
"""Row class of every table, in the order in which they are read and written."""


@dataclass(frozen=True)
class Corridor:
    """The declared world. Each table maps ids to rows, in sorted order.

    Steps are in running order.
    """

    places: Mapping[str, Place]
    links: Mapping[str, Link]
    ports: Mapping[str, Port]
    facilities: Mapping[str, Facility]
    stocks: Mapping[str, Stock]
    durations: Mapping[str, Duration]
    shares: Mapping[str, Share]
    classes: Mapping[str, VehicleClass]
    services: Mapping[str, Service]
    timetable: Mapping[str, Departure]
    itineraries: Mapping[str, Step]
    """Keyed by 'itinerary.step', sorted by (itinerary, order, step)."""
    alternatives: Mapping[str, Alternative]
    calendars: Mapping[str, Calendar]
    shifts: Mapping[str, Shift]
    holidays: Mapping[str, Holiday]
    closures: Mapping[str, Closure]
    orders: Mapping[str, Order]
    order_rules: Mapping[str, OrderRule]
    weather: Mapping[str, Weather]
    profiles: Mapping[str, Profile]
    parameters: Mapping[str, Parameter]
    assumptions: Mapping[str, Assumption]
    sources: Mapping[str, Source]

    def table(self, name: str) -> Mapping[str, Any]:
        """The rows of one table by id; raises KeyError for an unknown table."""
        if name not in TABLES:
            raise KeyError(name)
        rows: Mapping[str, Any] = getattr(self, name)
        return rows

    def cell(self, address: str) -> Any:
        """The value at an address such as ``facilities.berth.servers``; raises KeyError for an unknown table or row."""
        table, _, rest = address.partition(".")
        row, _, field = rest.rpartition(".")
        return getattr(self.table(table)[row], field)

    def steps(self, itinerary: str) -> tuple[Step, ...]:
        """The steps of one itinerary in running order."""
        return tuple(step for step in self.itineraries.values() if step.itinerary == itinerary)

    def demand_of(self, service: Service) -> list[str]:
        """Ids of the stocks of demand from which the vehicles of a service draw, sorted."""
        ways = set(self.itineraries_from(service.itinerary))
        drawn = {step.stock for step in self.itineraries.values() if step.itinerary in ways and step.kind == "draw"}
        return sorted(id for id in drawn if id in self.stocks and self.stocks[id].kind == DEMAND)

    def itineraries_from(self, itinerary: str) -> list[str]:
        """An itinerary and all with which its choices, and theirs, may continue."""
        found = [itinerary]
        for name in found:
            choices = {step.choice for step in self.steps(name) if step.kind == "choose"}
            ways = (way.itinerary for way in self.alternatives.values() if way.choice in choices)
            found += dict.fromkeys(way for way in ways if way not in found)
        return found


def key_of(row: Any) -> str:
    """The id of any row: its ``id``, or an assumption's ``address``."""
    return str(getattr(row, _key_column(cast("Hashable", type(row)))))


@cache
def _key_column(kind: Any) -> str:
    return "id" if hasattr(kind, "id") else fields(kind)[0].name
