"""First year from which the load of the binding facility is 1 or more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from corridors.model import Corridor, link_of_paths
from corridors.overlay.demand_scenarios import DemandScenarioId, DemandScenarios
from sim.studies.saturation.load import OfferedLoad

PORT, SECTION = "port", "section"
FULL = 1.0
ROUNDING = 1e-9
"""Tolerance of a load of 1 for rounding errors of sums."""

Key = tuple[str, str, str, str]
"""(kind, port or link, direction, class); a section has no direction and class."""


@dataclass(frozen=True)
class Saturation:
    """Saturation of one class and direction at a port, or of one section, in one demand scenario."""

    kind: str
    at: str
    """Port or link."""
    direction: str
    klass: str
    future: DemandScenarioId
    binds: str
    """The facility, section or quota with the largest load in the year of saturation, else in the last year."""
    loads: Mapping[int, float]
    """The largest load by year."""
    year: int | None
    """First year from which the load is 1 or more; None if it is not up to the last year."""
    closed: bool
    """Whether most of the load of the binding facility is that of closed fleets: then the year is that of the knee."""

    @property
    def key(self) -> Key:
        """Kind, place, direction and class; the same in every demand scenario."""
        return (self.kind, self.at, self.direction, self.klass)

    def as_json(self) -> dict[str, object]:
        """The row as plain values."""
        return {
            **named(self.key),
            "future": self.future,
            "binds": self.binds,
            "closed_fleet": self.closed,
            "load": {str(year): load for year, load in self.loads.items()},
            "year": self.year,
        }


def named(key: Key) -> dict[str, object]:
    """A key as plain values with names."""
    kind, at, direction, klass = key
    return {"kind": kind, "port" if kind == PORT else "link": at, "direction": direction, "class": klass}


def saturations(
    found: OfferedLoad, corridor: Corridor, futures: DemandScenarios, future: DemandScenarioId, years: Sequence[int]
) -> Iterator[Saturation]:
    """All ports, directions and classes, and all sections with limited train paths, in one demand scenario."""
    loads = {year: found.loads(futures.factors(corridor, future, year)) for year in years}
    of_ports = (((PORT, *group), things) for group, things in found.ports.items())
    of_sections = (((SECTION, link, "", ""), things) for link, things in found.sections.items())
    for (kind, at, direction, klass), things in (*of_ports, *of_sections):
        by_thing = {year: {thing: found.load_of(loads[year][thing], klass) for thing in things} for year in years}
        most = {year: max(things, key=partial(_rank, by_thing[year])) for year in years}
        greatest = {year: by_thing[year][most[year]] for year in years}
        year = since({year: load >= FULL - ROUNDING for year, load in greatest.items()})
        binds = most[years[-1] if year is None else year]
        yield Saturation(
            *(kind, at, direction, klass, future),
            binds=link_of_paths(binds) if kind == SECTION else binds,
            loads=greatest,
            year=year,
            closed=_closed(found, binds),
        )


def since(saturated: Mapping[int, bool]) -> int | None:
    """First year from which all later years are saturated; None if the last is not. Years are in order."""
    found = None
    for year, full in reversed(list(saturated.items())):
        if not full:
            break
        found = year
    return found


def _rank(loads: Mapping[str, float], thing: str) -> tuple[float, str]:
    return loads[thing], thing


def _closed(found: OfferedLoad, thing: str) -> bool:
    own = found.shares[thing]
    return sum(share for service, share in own.items() if service in found.fleets) > sum(own.values()) / 2
