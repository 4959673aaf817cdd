"""The map of a log: which column says what, as a YAML document.

Input: a file and the world that it speaks of. Output: a :class:`RecordMap`, or a DataError with all findings. A value
that begins with ``?`` is a guess of ``bridgehead mapping`` and must be decided first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field

from corridors.clock import local_time
from corridors.clock.local_time import BEIJING
from corridors.clock.place_clocks import zone_of_place
from corridors.findings import ERROR, WARNING, DataError, Finding, nearest
from corridors.io.document import Document
from corridors.io.plain_files import Source
from corridors.io.yaml_files import read_yaml
from corridors.io.yaml_locations import placed
from corridors.messages import Message, Text, message
from corridors.model import Corridor, Step
from corridors.records.reading import ENCODINGS, Form

UNSURE: Final = "?"
NO_SALT: Final = ("", "change me")
SEEN: Final = ("serve", "hold", "pass", "travel", "draw", "wait", "mark")
"""Kinds of steps at which a vehicle can be seen."""
UNIVERSAL: Final = ("UTC", "GMT", "Etc/UTC", "Etc/GMT")
RAILWAYS_OF_RUSSIA: Final = "Europe/Moscow"
WINTER_AND_SUMMER: Final = (1_735_689_600.0, 1_751_328_000.0)
"""Seconds since 1970 at which clocks are compared: 1 January and 1 July 2025."""
TIMES: Final = ("arrived", "started", "finished", "left")
"""The four times of a visit, in their order."""

PRESETS: Final[Mapping[str, Mapping[str, Any]]] = {
    "bridgehead": {
        "layout": "long",
        "vehicle": {"column": "case"},
        "journey": {"column": "case"},
        "activity": {"column": "activity", "lifecycle": "lifecycle"},
        "time": {"column": "timestamp"},
    },
    "xes": {
        "layout": "long",
        "vehicle": {"column": "case:concept:name"},
        "journey": {"column": "case:concept:name"},
        "activity": {"column": "concept:name", "lifecycle": "lifecycle:transition"},
        "time": {"column": "time:timestamp"},
    },
    "dcsa": {
        "layout": "long",
        "vehicle": {"column": "equipmentReference"},
        "activity": {"column": "equipmentEventTypeCode"},
        "time": {"column": "eventDateTime"},
        "keep": {"eventClassifierCode": ("ACT",)},
    },
    "ocel2": {
        "layout": "long",
        "vehicle": {"column": "vehicle"},
        "activity": {"column": "activity"},
        "time": {"column": "time"},
    },
}
"""Columns of known formats; keys that the map has itself count."""


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Word = Annotated[str, BeforeValidator(_as_text)]
"""A text; a number is its digits, since a column may be called 1."""


class FileForm(Document):
    """How the files are to be read; all is found out where it is left out."""

    sheet: Word = ""
    header_row: Annotated[int, Field(ge=0)] = 0
    encoding: str = ""
    delimiter: str = ""


class VehicleColumn(Document):
    """The column with the plate or number; ids are hashed with the salt as they are read."""

    column: Word
    salt: str = ""


class Journeys(Document):
    """What makes a new journey of a vehicle: another value of a column, or so many hours without a record."""

    gap_h: Annotated[float, Field(gt=0)] = 12.0
    column: Word = ""


class ServiceColumn(Document):
    """The column by which services differ, and the service of each of its values."""

    column: Word
    values: dict[str, str]


class Activities(Document):
    """For one row an event: the columns with the name of the event and of its lifecycle."""

    column: Word
    lifecycle: Word = ""


class OneColumn(Document):
    """A column."""

    column: Word


class Zones(Document):
    """For tables of stops: the columns with the zone, and when it was entered and left."""

    column: Word
    entered: Word
    left: Word


class StepMap(Document):
    """One step of an itinerary: the columns (wide), events (long) or zone (stops) that speak of it."""

    step: str
    arrived: Word = ""
    started: Word = ""
    finished: Word = ""
    left: Word = ""
    zone: Word = ""
    recorded_by: Literal["machine", "person"] = "machine"
    rounded_min: Annotated[float, Field(ge=0, le=120)] | None = None
    longest_h: Annotated[float, Field(gt=0)] | None = None
    servers: Annotated[int, Field(ge=1)] | None = None
    """Known servers, for a station where only arrivals and departures are known."""
    time_zone: str = ""

    @property
    def times(self) -> dict[str, str]:
        """The columns or events that are given, by the time of the visit."""
        return {name: getattr(self, name) for name in TIMES if getattr(self, name)}


class LoadColumn(Document):
    """The column with the net weight, and the service whose load it gives."""

    column: Word
    unit: Literal["kg", "t"]
    of: str


class Arrivals(Document):
    """The service whose arrivals the log counts: where it joins the queue (demand), or at the gate (throughput)."""

    of: str
    counted_at: Literal["joins_queue", "gate"]


class Window(Document):
    """First and last day of the records, where they cannot be found out; both included."""

    first_day: date | None = None
    last_day: date | None = None


class RecordMap(Document):
    """The whole map."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")] = "own_records"
    """Id of the source that measured numbers name."""
    title: str = ""
    preset: Literal["bridgehead", "dcsa", "xes", "ocel2"] | None = None
    object_type: str = ""
    log: FileForm = FileForm()
    time_zone: str = ""
    time_format: str = ""
    layout: Literal["wide", "long", "stops"] = "wide"
    vehicle: VehicleColumn | None = None
    journey: Journeys = Journeys()
    service: str | ServiceColumn = ""
    activity: Activities | None = None
    time: OneColumn | None = None
    zone: Zones | None = None
    steps: tuple[StepMap, ...] = ()
    load: LoadColumn | None = None
    arrivals: Arrivals | None = None
    window: Window = Window()
    missing_days: tuple[date, ...] = ()
    keep: dict[str, tuple[Word, ...]] = Field(default_factory=dict)
    """Columns whose rows count only with one of these values."""
    test_vehicles: tuple[Word, ...] = ()

    @property
    def form(self) -> Form:
        """How its files are read."""
        return Form(**self.log.model_dump(), object_type=self.object_type)

    @property
    def services(self) -> tuple[str, ...]:
        """Ids of the services of its rows."""
        if isinstance(self.service, str):
            return (self.service,) if self.service else ()
        return tuple(dict.fromkeys(self.service.values.values()))

    @property
    def uses(self) -> dict[str, tuple[tuple[str, str], ...]]:
        """What each column that the map names is for: keys of the map, each with its step or ''."""
        parts = {"vehicle": self.vehicle, "activity": self.activity, "time": self.time, "zone": self.zone}
        named = [(part.column, key, "") for key, part in (parts | {"load": self.load}).items() if part]
        named += [(self.journey.column, "journey", ""), *((column, "keep", "") for column in self.keep)]
        if not isinstance(self.service, str):
            named.append((self.service.column, "service", ""))
        if self.activity:
            named.append((self.activity.lifecycle, "lifecycle", ""))
        if self.zone:
            named += [(self.zone.entered, "entered", ""), (self.zone.left, "departed", "")]
        if self.layout == "wide":
            named += [(column, time, one.step) for one in self.steps for time, column in one.times.items()]
        found: dict[str, tuple[tuple[str, str], ...]] = {}
        for column, key, step in named:
            if column:
                found[column] = (*found.get(column, ()), (key, step))
        return found

    @property
    def columns(self) -> frozenset[str]:
        """Every column that the map names."""
        return frozenset(self.uses)

    def unused(self, headers: Iterable[Iterable[str]]) -> tuple[str, ...]:
        """Columns of logs that the map does not name; none for known formats, which have many by nature."""
        names = dict.fromkeys(name for header in headers for name in header if name)
        return () if self.preset else tuple(name for name in names if name not in self.uses)

    @property
    def required(self) -> frozenset[str]:
        """The columns that a log must have; known formats may lack the lifecycle."""
        spare = {self.activity.lifecycle} if self.activity and self.preset else set()
        return self.columns - spare


def load_map(path: Source, corridor: Corridor) -> RecordMap:
    """The map in a file, complete with its preset; raises DataError with all errors about it."""
    made, errors = read_map(path, corridor)
    if errors:
        raise DataError(errors)
    return made


def read_map(path: Source, corridor: Corridor) -> tuple[RecordMap, list[Finding]]:
    """The map in a file, with the errors about it; raises DataError where its form is none of a map."""
    made = _with_preset(read_yaml(path, RecordMap), corridor)
    return made, [one for one in findings_of(made, corridor, path) if one.level == ERROR]


def _with_preset(found: RecordMap, corridor: Corridor) -> RecordMap:
    if found.preset is None:
        return found
    given = found.model_dump(exclude_unset=True)
    filled = {key: value | given.get(key, {}) if isinstance(value, dict) else value for key, value in _preset(found)}
    if found.preset == "bridgehead" and not found.steps:
        filled["steps"] = [
            {"step": step.id, "started": f"{step.id}|start", "finished": f"{step.id}|complete"}
            for step in corridor.itineraries.values()
            if step.kind in ("serve", "hold", "pass")
        ]
    return RecordMap.model_validate({**given, **filled, **{k: given[k] for k in given.keys() - filled.keys()}})


def _preset(found: RecordMap) -> Iterator[tuple[str, Any]]:
    assert found.preset is not None
    for key, value in PRESETS[found.preset].items():
        yield key, (dict(value) if isinstance(value, Mapping) else value)


def findings_of(found: RecordMap, corridor: Corridor, path: Source) -> list[Finding]:
    """Findings about a map that is valid in form, with their lines in its file; warnings alone where it was loaded."""
    return placed(_findings(found, corridor, path.name), {path.name: path})


def _findings(found: RecordMap, corridor: Corridor, file: str) -> Iterator[Finding]:
    def wrong(key: str, value: str, code: Message, expected: Text, close: str = "", level: str = ERROR) -> Finding:
        return Finding(level, file, None, key, value, expected, close, code)

    unsure = list(_unsure(found.model_dump(mode="json")))
    for key, value in unsure:
        yield wrong(key, value, message("map.unsure"), message("want.decided"))
    if unsure:
        return  # Every other finding about a guess would be noise.
    if found.log.encoding and found.log.encoding.lower() not in ENCODINGS:
        close = nearest(found.log.encoding, ENCODINGS)
        yield wrong("log.encoding", found.log.encoding, message("map.encoding"), _one_of(ENCODINGS), close)
    for key, name in [("time_zone", found.time_zone), *_zones(found)]:
        try:
            local_time.zone(name)
        except ValueError:
            yield wrong(key, name, message("map.time_zone"), message("want.zone"))
    yield from _other_clocks(found, corridor, wrong)
    needed: dict[str, tuple[str, ...]] = {"wide": (), "long": ("activity", "time"), "stops": ("zone",)}
    for key in ("vehicle", *needed[found.layout]):
        if getattr(found, key) is None:
            yield wrong(key, "", message("map.missing", layout=found.layout), message("want.this_key"))
    if found.vehicle and found.vehicle.salt in NO_SALT:
        yield wrong("vehicle.salt", found.vehicle.salt, message("map.salt"), message("want.salt"), level=WARNING)
    yield from _services(found, corridor, wrong)
    yield from _steps(found, corridor, wrong)


def _services(found: RecordMap, corridor: Corridor, wrong: Any) -> Iterator[Finding]:
    named = [("service", name) for name in found.services]
    if not isinstance(found.service, str):
        named = [(f"service.values.{value}", name) for value, name in found.service.values.items()]
    if not named and found.preset != "bridgehead":
        yield wrong("service", "", message("map.missing", layout=found.layout), message("want.service"))
    for key, part in (("load.of", found.load), ("arrivals.of", found.arrivals)):
        named += [(key, part.of)] if part else []
    for key, name in named:
        if name not in corridor.services:
            close = nearest(name, corridor.services)
            yield wrong(key, name, message("map.unknown_service"), message("want.service"), close)


def _steps(found: RecordMap, corridor: Corridor, wrong: Any) -> Iterator[Finding]:
    known = [name for name in found.services if name in corridor.services]
    reached = {way for name in known for way in corridor.itineraries_from(corridor.services[name].itinerary)}
    if not found.steps:
        yield wrong("steps", "", message("map.missing", layout=found.layout), message("want.step"))
    seen: set[str] = set()
    for n, one in enumerate(found.steps):
        key = f"steps.{n}.step"
        step = corridor.itineraries.get(one.step)
        if step is None:
            close = nearest(one.step, corridor.itineraries)
            yield wrong(key, one.step, message("map.unknown_step"), message("want.step"), close)
        elif step.kind not in SEEN:
            yield wrong(key, one.step, message("map.step_kind", kind=step.kind), message("want.one_of", names=SEEN))
        elif reached and step.itinerary not in reached:
            yield wrong(key, one.step, message("map.other_itinerary"), _one_of(tuple(sorted(reached))))
        if one.step in seen:
            yield wrong(key, one.step, message("map.step_twice"), message("want.key_once"))
        seen.add(one.step)
        if not (one.zone if found.layout == "stops" else one.times):
            yield wrong(f"steps.{n}", one.step, message("map.no_time"), message("want.times"))


def _unsure(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str) and value.startswith(UNSURE):
        yield key, value
    elif isinstance(value, dict):
        for name, inside in value.items():
            yield from _unsure(inside, f"{key}.{name}" if key else name)
    elif isinstance(value, list):
        for n, inside in enumerate(value):
            yield from _unsure(inside, f"{key}.{n}")


def _zones(found: RecordMap) -> Iterator[tuple[str, str]]:
    for n, one in enumerate(found.steps):
        yield f"steps.{n}.time_zone", one.time_zone


def _other_clocks(found: RecordMap, corridor: Corridor, wrong: Any) -> Iterator[Finding]:
    """A warning for each clock of the map that neither side of the border keeps where its steps are.

    UTC is on purpose, and so is the time of Moscow, that of the Russian railways, where one side is in Russia.
    """
    steps: dict[tuple[str, str], list[Step]] = {}
    for n, one in enumerate(found.steps):
        if one.step in corridor.itineraries:
            clock = (f"steps.{n}.time_zone", one.time_zone) if one.time_zone else ("time_zone", found.time_zone)
            steps.setdefault(clock, []).append(corridor.itineraries[one.step])
    for (key, name), at in steps.items():
        places = {place for step in at for place in _sides(step, corridor)} & corridor.places.keys()
        clocks = tuple(sorted({zone_of_place(corridor, place) or BEIJING for place in places}))
        kept = {_offsets(clock) for clock in clocks}
        railways = name == RAILWAYS_OF_RUSSIA and any(corridor.places[place].country == "RU" for place in places)
        if name and clocks and name not in UNIVERSAL and not railways and _offsets(name) not in kept | {None}:
            yield wrong(key, name, message("map.other_clock", clocks=clocks), _one_of(clocks), level=WARNING)


def _sides(step: Step, corridor: Corridor) -> Iterator[str]:
    """The place of a step, and both sides of its port."""
    facility = corridor.facilities.get(step.facility)
    yield facility.place if facility else step.place
    if step.port in corridor.ports:
        yield from corridor.ports[step.port].ends


def _offsets(name: str) -> tuple[float, ...] | None:
    """The offsets of a clock from UTC in winter and summer; None for a name that is no zone."""
    try:
        zone = local_time.zone(name)
    except ValueError:
        return None
    return tuple(local_time.offset_s(second, zone) for second in WINTER_AND_SUMMER)


def _one_of(names: tuple[str, ...]) -> Message:
    return message("want.one_of", names=names)
