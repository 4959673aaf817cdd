"""When closures are why a facility has no servers: labels of a plan, by which waiting is put down to them.

Input: the whole servers of a run over time. Output: the times in which a facility has none, although it would have some
in the same world without closures and opening dates, and what lies between two such times without a server in between:
a closure of ten days has no nights. At other times without servers, its opening hours (shifts and public holidays) are
the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from corridors.clock.calendars import Calendars
from corridors.model import Corridor, Link
from sim.compile.expected_load import Job
from sim.compile.programs import opening_facility, path_facility
from sim.compile.service_centres import servers_at_work, service_centres
from sim.compile.step_functions import StepFunction, together
from sim.core.run_settings import RunSettings

ALWAYS: StepFunction = np.zeros(1, np.int64), np.ones(1, np.int64)


def closed_times(
    corridor: Corridor, settings: RunSettings, servers: Mapping[str, StepFunction], jobs: Mapping[str, Job]
) -> Iterator[tuple[str, int, int]]:
    """(service centre, from, to) of the times in which closures are why it has no servers.

    ``servers`` and ``jobs`` are by centre, see :func:`sim.compile.assembly.compile_plan`.
    """
    world = _without_closures(corridor, {name for name, (_, levels) in servers.items() if (levels == 0).any()})
    paths = {path for link in world.links.values() for path in _paths(link)}
    openings = {opening_facility(step.calendar) for step in world.itineraries.values()}
    names = sorted(servers.keys() & {*world.facilities, *paths, *openings})
    if not names:
        return
    horizon_s = settings.horizon_s
    usual = servers_at_work(service_centres(world, Calendars(world, settings.epoch, horizon_s)), jobs, horizon_s)
    for name in names:
        times_s, (level, usual_level) = together([servers[name], usual.get(name, ALWAYS)])
        times_s = np.append(times_s, horizon_s)
        for first, end in _spells(level == 0):
            closed = first + np.flatnonzero(usual_level[first:end] > 0)
            if len(closed):
                yield name, int(times_s[closed[0]]), int(times_s[closed[-1] + 1])


def _spells(holds: npt.NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """The first index of each unbroken series of true, and the one after its last."""
    edges = np.flatnonzero(np.diff(holds, prepend=False, append=False))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def _without_closures(corridor: Corridor, shut: set[str]) -> Corridor:
    """The facilities, links and awaited calendars that closures may leave without servers, without the closures."""
    targets = {closure.target for closure in corridor.closures.values()}
    facilities = {
        row.id: replace(row, opening_date="")
        for row in corridor.facilities.values()
        if row.id in shut and (row.opening_date or targets & {row.id, row.port, row.calendar})
    }
    links = {
        row.id: replace(row, opening_date="")
        for row in corridor.links.values()
        if shut & _paths(row) and (row.opening_date or row.id in targets)
    }
    waits = {
        key: step
        for key, step in corridor.itineraries.items()
        if step.kind == "wait" and step.calendar in targets and opening_facility(step.calendar) in shut
    }
    return replace(corridor, facilities=facilities, links=links, itineraries=waits, closures={})


def _paths(link: Link) -> set[str]:
    return {path_facility(link, forward) for forward in (True, False)}
