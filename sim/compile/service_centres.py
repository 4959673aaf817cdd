"""Service centres: facilities, train paths and calendars to wait for, and stocks, with their levels over time.

Input: the corridor and its calendars over the run. Output: lists of :class:`ServiceCentre` and :class:`StockLevels`.
Train paths are assigned by facilities made here: a link with two tracks has one for each direction ('<link>' and
'<link>.back') with a headway of a day divided by its paths; on a single track both directions share one, twice as
often. A link without a limit of paths gets such a facility only if a closure shuts it during the run: it lets in a
vehicle a second, in order of arrival, while the link is open. A single track with passing places also has one for each
section, passing place and direction there (:mod:`sim.compile.single_tracks`). A calendar for which vehicles wait
becomes a facility with room for all while it is open and for none while it is shut, and so does the outlook of a way
for vehicles that reroute (:mod:`sim.compile.detours`), which no vehicle visits. An order becomes a stock from which
each vehicle that it may hold draws one place: its places of the day while it is in force, as many as come at other
times. So does a rule that may issue orders; its controller (:mod:`sim.compile.assembly`) shuts the stock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from corridors.clock.calendars import NO_LIMIT, Calendars, DayFactors
from corridors.model import Corridor, Facility, Link, Order, Stock
from corridors.single_tracks import has_sections
from sim.compile import single_tracks
from sim.compile.day_factors import DayVariation
from sim.compile.detours import AHEAD_S, Outlook, outlook_facility, part_of
from sim.compile.expected_load import NO_JOB, Job
from sim.compile.part_time import whole_servers
from sim.compile.programs import Program, opening_facility, path_facility
from sim.compile.routes import closed_links
from sim.compile.step_functions import StepFunction
from sim.core.plan import Ints
from sim.core.random_streams import Floats, RandomStreams
from sim.core.rules import UNLIMITED
from sim.core.run_settings import RunSettings
from sim.core.units import DAY_S, MINUTE_S
from sim.core.wait_causes import ORDER

ENTRY_S = 1
"""Seconds between two vehicles that enter a link without a limit of paths, so that they keep their order of arrival."""
ROOM_FOR_ALL = 2**31 - 1
"""Servers of an open calendar: more than there can be vehicles."""


@dataclass(frozen=True)
class ServiceCentre:
    """A facility of the plan: of the table, of a link's paths, or of a calendar."""

    name: str
    servers: int
    """When fully open."""
    times_s: Ints
    levels: Floats
    """Mean servers from each of ``times_s`` on; a fraction is a server that works part of the time."""
    headway_s: int = 0
    port: str = ""
    side: str = ""
    kind: str = ""
    link: str = ""
    mtbf_h: float | None = None
    """Mean time between failures of one server; None: it never fails."""
    mttr_h: float | None = None
    """Mean time to repair."""

    @cached_property
    def works_part_time(self) -> bool:
        """Whether a server works a part of the time, at any time."""
        return bool((self.levels % 1).any())

    def server_s(self, horizon_s: int) -> float:
        """Server-seconds available up to the horizon, all servers together."""
        return float(np.diff(np.append(self.times_s, horizon_s)) @ self.levels)


@dataclass(frozen=True)
class StockLevels:
    """A stock of the plan, and the levels to which its daily quota sets it."""

    name: str
    initial: int
    capacity: int | None
    times_s: Ints
    levels: Ints
    port: str = ""
    side: str = ""
    kind: str = ""
    unit: str = ""


def service_centres(corridor: Corridor, calendars: Calendars) -> list[ServiceCentre]:
    """The facilities that vehicles visit: those of the table, then paths, then sections and passing places, then
    calendars, each sorted by id."""
    of_table = [centre_of(row, calendars) for row in corridor.facilities.values()]
    return [*of_table, *centres_beside_table(corridor, calendars)]


def centre_of(row: Facility, calendars: Calendars) -> ServiceCentre:
    """A facility of the table."""
    return ServiceCentre(
        row.id,
        row.servers,
        *calendars.servers_of(row),
        headway_s=round(row.headway_min * MINUTE_S),
        port=row.port,
        side=row.side,
        kind=row.kind,
        mtbf_h=row.mtbf_h,
        mttr_h=row.mttr_h,
    )


def centres_beside_table(corridor: Corridor, calendars: Calendars) -> list[ServiceCentre]:
    """The facilities that are not in the table of facilities."""
    closed = closed_links(corridor, calendars)
    entered = [link for link in corridor.links.values() if link.paths_per_day is not None or link.id in closed]
    paths = [entry for link in entered for entry in _entries(link, calendars)]
    waited_for = {step.calendar for step in corridor.itineraries.values() if step.kind == "wait"}
    sections = [centre for link in corridor.links.values() if has_sections(link) for centre in _sections(link)]
    return [*paths, *sections, *(_opening(calendar, calendars) for calendar in sorted(waited_for))]


def servers_at_work(
    centres: Iterable[ServiceCentre], jobs: Mapping[str, Job], horizon_s: int
) -> dict[str, StepFunction]:
    """The whole servers of each centre over time, by name; ``jobs`` are those of the centres that steps use."""
    return {
        centre.name: whole_servers(centre.times_s, centre.levels, horizon_s, jobs.get(centre.name, NO_JOB))
        for centre in centres
    }


def _entries(link: Link, calendars: Calendars) -> Iterator[ServiceCentre]:
    if link.paths_per_day is None:
        kind, headway_s, (times_s, levels) = "entry", ENTRY_S, calendars.link_open(link.id)
    else:
        kind, headway_s = "path", max(1, round(DAY_S / (link.paths_per_day * (2 if link.is_single_track else 1))))
        times_s, levels = calendars.path_servers(link.id)
    for name in dict.fromkeys(path_facility(link, forward) for forward in (True, not link.both_ways)):
        yield ServiceCentre(name, 1, times_s, levels, headway_s, kind=kind, link=link.id)


def _sections(link: Link) -> Iterator[ServiceCentre]:
    for one in single_tracks.centres(link):
        always = np.zeros(1, np.int64), np.full(1, float(one.servers))
        yield ServiceCentre(one.name, one.servers, *always, kind=one.kind, link=link.id)


def _opening(calendar: str, calendars: Calendars) -> ServiceCentre:
    return _room_for_all(opening_facility(calendar), *calendars.open_share(calendar), "opening")


def _room_for_all(name: str, times_s: Ints, share: Floats, kind: str) -> ServiceCentre:
    """A facility with room for all while ``share`` is above 0, else for none."""
    levels = np.where(share > 0, float(ROOM_FOR_ALL), 0.0)
    return ServiceCentre(name, ROOM_FOR_ALL, times_s, levels, kind=kind)


def watched_outlooks(programs: Iterable[Program]) -> list[Outlook]:
    """The outlooks that vehicles watch before they reroute, sorted by the names of their facilities."""
    watched = {way.outlook for ops in programs for op in ops for way in op.ways if way.outlook}
    return sorted(watched, key=outlook_facility)


def outlooks(corridor: Corridor, settings: RunSettings, watched: Sequence[Outlook]) -> list[ServiceCentre]:
    """The facilities of some outlooks."""
    if not watched:
        return []
    last_s = max(after_s for shut, _ in watched for _, after_s in shut)
    calendars = Calendars(corridor, settings.epoch, settings.horizon_s + last_s + AHEAD_S)
    return [
        _room_for_all(outlook_facility(one), *part_of(one, calendars, settings.horizon_s), "outlook") for one in watched
    ]


def stock_levels(corridor: Corridor, calendars: Calendars, streams: RandomStreams | None = None) -> list[StockLevels]:
    """All stocks of a run, sorted by id, then the gates of the orders in force and of rules, each sorted by id.

    Without ``streams`` with the mean of quotas that differ from day to day.
    """
    return [*_of_table(corridor, calendars, streams), *_gates(corridor, calendars)]


def _of_table(corridor: Corridor, calendars: Calendars, streams: RandomStreams | None) -> list[StockLevels]:
    return [
        StockLevels(
            row.id,
            row.initial,
            row.capacity,
            *calendars.quota_levels(row.id, _day_factors(row, streams)),
            port=row.port,
            side=row.side,
            kind=row.kind,
            unit=row.unit,
        )
        for row in corridor.stocks.values()
    ]


def _day_factors(stock: Stock, streams: RandomStreams | None) -> DayFactors | None:
    if streams is None or stock.day_cv == 0:
        return None
    variation = DayVariation("stocks", stock.id, stock.day_cv, stock.day_correlation)
    return lambda first_day, days: variation.factors(first_day, days, streams)


def _gates(corridor: Corridor, calendars: Calendars) -> Iterator[StockLevels]:
    """One stock for each order in force, the vehicles that may still pass today, and for each rule with checks."""
    for order in calendars.orders_in_force():
        times_s, levels = np.zeros(1, np.int64), np.array([UNLIMITED])
        if isinstance(order, Order):
            times_s, places = calendars.order_levels(order.id)
            levels = np.where(places == NO_LIMIT, UNLIMITED, places)
        port = order.target if order.target in corridor.ports else ""
        yield StockLevels(order.gate, int(levels[0]), None, times_s[1:], levels[1:], port=port, kind=ORDER)
