"""What vehicles queue for: facilities, paths, calendars to wait for, and stocks, with their levels over time.

In: the corridor and its calendars. Out: facilities and stocks in a plan, by name. Paths are handed out by facilities
made here: a link with two tracks has one for each direction ('<link>' and '<link>.back') with a headway of a day
divided by its paths; on a single track both directions share one, twice as often. A calendar for which vehicles wait
becomes a facility with room for all while it is open and for none while it is shut.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from corridors.clock import calendars
from corridors.model import Corridor, Facility
from sim.compile.programs import opening_facility, path_facility
from sim.core.plan import Ints
from sim.core.plan_builder import PlanBuilder
from sim.core.random_streams import RandomStreams
from sim.core.run_settings import DAY_S, RunSettings

HOUR_S = 3600
ROOM_FOR_ALL = 2**31 - 1
"""Servers of an open calendar: more than there can be vehicles."""


@dataclass(frozen=True)
class Centre:
    """A facility of the plan: of the table, of a link's paths, or of a calendar."""

    name: str
    servers: int
    """When fully open."""
    times_s: Ints
    levels: Ints
    """Servers from each of ``times_s`` on."""
    headway_s: int = 0
    port: str = ""
    side: str = ""
    kind: str = ""
    link: str = ""

    def server_s(self, horizon_s: int) -> float:
        """Seconds that its servers are there up to the horizon, all together."""
        return float(np.diff(np.append(self.times_s, horizon_s)) @ self.levels)


def centres(corridor: Corridor, settings: RunSettings) -> list[Centre]:
    """All facilities of a run: those of the table, then paths, then calendars, each sorted by id."""
    found = [
        Centre(
            row.id,
            row.servers,
            *calendars.facility_servers(corridor, row.id, settings.epoch, settings.horizon_s),
            headway_s=round(row.headway_min * 60),
            port=row.port,
            side=row.side,
            kind=row.kind,
        )
        for row in corridor.facilities.values()
    ]
    return [*found, *_paths(corridor, settings), *_openings(corridor, settings)]


def _paths(corridor: Corridor, settings: RunSettings) -> Iterator[Centre]:
    for link in corridor.links.values():
        if link.paths_per_day is None:
            continue
        times_s, levels = calendars.path_servers(corridor, link.id, settings.epoch, settings.horizon_s)
        shared = link.tracks == 1 and link.both_ways
        headway_s = max(1, round(DAY_S / (link.paths_per_day * (2 if shared else 1))))
        for name in dict.fromkeys(path_facility(link, forward) for forward in (True, not link.both_ways)):
            yield Centre(name, 1, times_s, levels, headway_s, kind="path", link=link.id)


def _openings(corridor: Corridor, settings: RunSettings) -> Iterator[Centre]:
    waited_for = {step.calendar for step in corridor.itineraries.values() if step.kind == "wait"}
    for calendar in sorted(waited_for):
        times_s, share = calendars.calendar_open(corridor, calendar, settings.epoch, settings.horizon_s)
        levels = np.where(share > 0, ROOM_FOR_ALL, 0)
        yield Centre(opening_facility(calendar), ROOM_FOR_ALL, times_s, levels, kind="opening")


def add_facilities(
    builder: PlanBuilder, corridor: Corridor, found: list[Centre], means_s: dict[str, int], streams: RandomStreams
) -> dict[str, int]:
    """Put the facilities into a plan, with breakdowns; index by name."""
    index = {}
    for centre in found:
        index[centre.name] = at = builder.facility(
            centre.name,
            int(centre.levels[0]),
            nominal=centre.servers,
            headway_s=centre.headway_s,
            mean_s=means_s.get(centre.name, 0),
            port=centre.port,
            side=centre.side,
            kind=centre.kind,
            link=centre.link,
        )
        builder.servers_over_time(at, centre.times_s.tolist(), centre.levels.tolist())
        if centre.name in corridor.facilities:
            for server in range(centre.servers):
                for failed_s, repaired_s in breakdowns(
                    corridor.facilities[centre.name], server, builder.horizon_s, streams
                ):
                    builder.servers_change(at, failed_s, -1)
                    builder.servers_change(at, repaired_s, +1)
    return index


def breakdowns(facility: Facility, server: int, horizon_s: int, streams: RandomStreams) -> list[tuple[int, int]]:
    """(failed, repaired) seconds of one server, in turn up for exponential times (on the calendar, in use or not)
    and under repair for exponential times; empty for a facility that never fails."""
    if facility.mtbf_h is None or facility.mttr_h is None:
        return []
    n = 16
    while True:
        u = streams.uniforms(2 * n, "breakdown", facility.id, server).reshape(n, 2)
        hours = -np.log1p(-u) * (facility.mtbf_h, facility.mttr_h)
        turns_s = np.floor(np.cumsum(hours) * HOUR_S).astype(np.int64).reshape(n, 2)
        if turns_s[-1, 0] >= horizon_s:
            return [(int(failed), int(repaired)) for failed, repaired in turns_s if failed < horizon_s]
        n *= 2


def add_stocks(builder: PlanBuilder, corridor: Corridor, settings: RunSettings) -> dict[str, int]:
    """Put the stocks into a plan, with the levels that daily quotas set; index by name."""
    index = {}
    for stock in corridor.stocks.values():
        index[stock.id] = at = builder.stock(stock.id, stock.initial, stock.capacity)
        times_s, levels = calendars.quota_levels(corridor, stock.id, settings.epoch, settings.horizon_s)
        for time_s, level in zip(times_s.tolist(), levels.tolist(), strict=True):
            builder.stock_set(at, time_s, level)
    return index
