"""What adds one unit of capacity at a root of waiting.

Input: a row of :func:`sim.kpi.waiting_roots.waiting_by_root` and the world of its run. Output: the levers that act on
that root: a server, a train path, a unit of a stock, a vehicle of a fleet, a vehicle more a day (or with each departure
of a timetable) of a service without a fleet, an opening hour a day, or a larger share of the servers of a shift. Paired
runs find out which of them helps (:mod:`sim.studies.marginal_capacity`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final, NamedTuple

from corridors.clock import local_time
from corridors.model import DEMAND, Corridor, Departure, Link, Service, Stock, link_of_paths
from corridors.overlay.changes import Change
from corridors.single_tracks import has_sections, lengths_km
from sim.compile.programs import opening_facility
from sim.output import waiting_roots as roots

SERVER: Final = "server"
PATH: Final = "path"
PASSING_PLACE: Final = "passing_place"
UNIT: Final = "unit"
VEHICLE: Final = "vehicle"
TRIP: Final = "trip"
HOUR: Final = "hour"
SHARE: Final = "share"
UNITS: Final = (SERVER, PATH, PASSING_PLACE, UNIT, VEHICLE, TRIP, HOUR, SHARE)
"""Kinds of units; the labels are in the catalogue ``comparison`` under ``unit_of.<unit>``."""
HOUR_MIN: Final = 60
MORE_SHARE: Final = 0.1
"""By how much a share of the servers grows, at most to all of them."""


class Lever(NamedTuple):
    """One more unit of a thing."""

    thing: str
    """Id of a facility, link, stock, service, or calendar."""
    unit: str

    @property
    def scenario(self) -> str:
        """Id of the scenario with one more unit."""
        more = {VEHICLE: "more_vehicles_", TRIP: "more_trips_", HOUR: "more_hours_", SHARE: "more_share_"}
        return more.get(self.unit, "more_") + self.thing


def levers(corridor: Corridor, row: Mapping[Any, Any], waited_for: Collection[str]) -> Iterator[Lever]:
    """The levers at the root of one row; ``waited_for`` are the facilities with a separate queue.

    A shut facility has its opening hours, together with those of the other side of the border, and for vehicles that
    were in the queue before, also its servers. A share of servers has itself and its servers. Where servers are kept by
    travel, or by work at a facility for which no vehicle waits, more of the servers kept are the lever. Behind a stock,
    the service that draws from it or fills it is one, too; where no vehicle of them is in the system, all of them are.
    """
    state, root = row["root_state"], row["root"]
    if state in (roots.HOURS, roots.HOURS_OR_PACE):
        yield from _hours(corridor, root)
    if state == roots.SHARE and root in corridor.facilities:
        yield Lever(corridor.facilities[root].calendar, SHARE)
    if state in (
        roots.HOURS_OR_PACE,
        roots.CLOSURE_OR_PACE,
        roots.SHARE,
        roots.REPAIR,
        roots.NO_SERVERS,
        roots.DEADLOCK,
    ):
        yield from capacity(corridor, root)
    if state in (roots.QUOTA, roots.EMPTY):
        yield from capacity(corridor, root)
    if state in (roots.FULL, roots.EMPTY):
        yield from map(_more_of, _relieving(corridor, root, state))
    if state == roots.AT_WORK:
        yield from capacity(corridor, root if row["stock"] or root in waited_for else row["at"])
    if state == roots.TRAVEL and not row["stock"]:
        yield from capacity(corridor, row["at"])
    if row["stock"]:
        service = corridor.services.get(row["stock_service"])
        relieving = _relieving(corridor, row["stock"], row["stock_state"])
        if service and (service.arrivals == "fleet" or service in relieving):
            yield _more_of(service)
        if row["stock_state"] == roots.EMPTY:
            yield from capacity(corridor, row["stock"])


def _relieving(corridor: Corridor, stock: str, state: str) -> list[Service]:
    """The services that draw from a stock that is full, or fill one that is empty, and do not undo it on their way.

    None for what is empty and can have a unit more (a pool, a daily quota), nor for demand.
    """
    row = corridor.stocks.get(stock)
    if row is None or row.kind == DEMAND or (state == roots.EMPTY and _can_be_more(row)):
        return []
    relieves, undoes = ("draw", "return") if state == roots.FULL else ("return", "draw")
    found = []
    for service in corridor.services.values():
        ways = set(corridor.itineraries_from(service.itinerary))
        kinds = {step.kind for step in corridor.itineraries.values() if step.stock == stock and step.itinerary in ways}
        if relieves in kinds and undoes not in kinds:
            found.append(service)
    return found


def _more_of(service: Service) -> Lever:
    return Lever(service.id, VEHICLE if service.arrivals == "fleet" else TRIP)


def one_more(corridor: Corridor, lever: Lever) -> tuple[Change, ...]:
    """Changes that add one unit; none where there is nothing to add to.

    There is none for cargo in a yard, which no quota sets, for demand, for a link without a limit of paths, before
    which vehicles wait only while it is closed, for opening hours around the clock, and for shifts with all servers.
    """
    thing, unit = lever
    match unit:
        case "server" if thing in corridor.facilities:
            return (_added(f"facilities.{thing}.servers"),)
        case "path" if thing in corridor.links and corridor.links[thing].paths_per_day is not None:
            return (_added(f"links.{thing}.paths_per_day"),)
        case "passing_place" if thing in corridor.links:
            return _shorter_section(corridor.links[thing])
        case "vehicle" if thing in corridor.services and corridor.services[thing].arrivals == "fleet":
            return (_added(f"services.{thing}.fleet"),)
        case "trip" if thing in corridor.services and corridor.services[thing].arrivals != "fleet":
            return tuple(_more_trips(corridor, corridor.services[thing]))
        case "hour" if thing in corridor.calendars:
            return tuple(change for one in _shared_hours(corridor, thing) for change in _longer(corridor, one))
        case "share" if thing in corridor.calendars:
            return tuple(_larger_shares(corridor, thing))
        case "unit" if thing in corridor.stocks and _can_be_more(corridor.stocks[thing]):
            stock = corridor.stocks[thing]
            fields = ["initial"]
            fields += ["capacity"] if stock.capacity is not None else []
            fields += ["daily_quota"] if stock.daily_quota is not None else []
            return tuple(_added(f"stocks.{thing}.{field}") for field in fields)
    return ()


def _more_trips(corridor: Corridor, service: Service) -> Iterator[Change]:
    """A vehicle more a day, or with each line of the timetable, whose mean a day (if there is one) then grows alike."""
    lines = [line for line in corridor.timetable.values() if line.service == service.id]
    if not lines:
        yield _added(f"services.{service.id}.per_day")
        return
    yield from (_added(f"timetable.{line.id}.vehicles") for line in lines)
    if service.per_day > 0:
        of_mean = [line for line in lines if not line.day] or lines
        days = sum(map(_days, of_mean))
        grows = 1 + days / sum(_days(line) * line.vehicles for line in of_mean)
        yield Change(op="scale", address=f"services.{service.id}.per_day", value=round(grows, 10))


def _days(line: Departure) -> int:
    """Days of a week on which a line departs; 1 for its only day."""
    return 1 if line.day else len(local_time.weekdays(line.weekdays))


def _can_be_more(stock: Stock) -> bool:
    """Whether a unit can be added: of a pool, or of what a daily quota releases, but not of the cargo in a yard."""
    return stock.kind != DEMAND and (stock.kind != "cargo" or stock.daily_quota is not None)


def capacity(corridor: Corridor, name: str) -> Iterator[Lever]:
    """The lever of a facility, of a link by the name of its paths or sections, or of a stock."""
    thing = link_of_paths(name)
    link = corridor.links.get(thing)
    if link and has_sections(link):
        yield Lever(thing, PASSING_PLACE)
        if link.paths_per_day is None:
            return
    for table, unit in ((corridor.facilities, SERVER), (corridor.links, PATH), (corridor.stocks, UNIT)):
        if thing in table:
            yield Lever(thing, unit)
            return


def _shorter_section(link: Link) -> tuple[Change, ...]:
    """One more passing place: in the middle of the longest section, or with shorter sections where all are equal."""
    if not has_sections(link):
        return ()
    changes = []
    if link.passing_places is not None:
        changes.append(_added(f"links.{link.id}.passing_places"))
    if link.sections_km:
        lengths = list(lengths_km(link))
        longest = lengths.index(max(lengths))
        lengths[longest : longest + 1] = [lengths[longest] / 2] * 2
        value = ";".join(f"{km:.10g}" for km in lengths)
        changes.append(Change(op="set", address=f"links.{link.id}.sections_km", value=value))
    return tuple(changes)


def _hours(corridor: Corridor, facility: str) -> Iterator[Lever]:
    row = corridor.facilities.get(facility)
    calendar = row.calendar if row else next((id for id in corridor.calendars if opening_facility(id) == facility), "")
    if calendar:
        yield Lever(_shared_hours(corridor, calendar)[0], HOUR)


def _shared_hours(corridor: Corridor, calendar: str) -> list[str]:
    """A calendar with those that vehicles pass on the same way through the same port, sorted: mostly the other side."""
    ways: dict[str, set[tuple[str, str]]] = {}
    for step in corridor.itineraries.values():
        row = corridor.facilities.get(step.facility)
        if row and row.calendar:
            ways.setdefault(step.itinerary, set()).add((row.port, row.calendar))
    found = {calendar}
    for way in ways.values():
        ports = {port for port, hours in way if hours == calendar}
        found |= {hours for port, hours in way if port in ports}
    return sorted(found)


def _longer(corridor: Corridor, calendar: str) -> Iterator[Change]:
    """One hour more for each shift that is the last on all its days, or less where that is around the clock."""
    shifts = [shift for shift in corridor.shifts.values() if shift.calendar == calendar]
    last: dict[int, int] = {}
    for shift in shifts:
        closes = local_time.hours(shift.opens, shift.closes)[1]
        last |= {day: max(closes, last.get(day, 0)) for day in local_time.weekdays(shift.weekdays)}
    for shift in shifts:
        opens, closes = local_time.hours(shift.opens, shift.closes)
        until = min(closes + HOUR_MIN, opens + local_time.DAY_MIN)
        if until > closes == max(last[day] for day in local_time.weekdays(shift.weekdays)):
            minute = until if until <= local_time.DAY_MIN else until - local_time.DAY_MIN
            value = f"{minute // HOUR_MIN:02}:{minute % HOUR_MIN:02}"
            yield Change(op="set", address=f"shifts.{shift.id}.closes", value=value)


def _larger_shares(corridor: Corridor, calendar: str) -> Iterator[Change]:
    """A tenth of the servers more for each shift of a calendar that has a part of them, at most all."""
    for shift in corridor.shifts.values():
        if shift.calendar == calendar and 0 < shift.servers_share < 1:
            value = round(min(shift.servers_share + MORE_SHARE, 1.0), 10)
            yield Change(op="set", address=f"shifts.{shift.id}.servers_share", value=value)


def _added(address: str) -> Change:
    return Change(op="add", address=address, value=1)
