"""The first year from which the load offered to what binds is 1 or more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from corridors.model import Corridor
from corridors.overlay.demand_scenarios import FutureId, Futures
from sim.studies.saturation.load import Offered

PORT, SECTION = "port", "section"
FULL = 1.0
ROUNDING = 1e-9
"""A load that is 1 but for the rounding of sums is full."""

Key = tuple[str, str, str, str]
"""(kind, port or link, direction, class); a section has no direction and class."""


@dataclass(frozen=True)
class Saturation:
    """One kind of traffic at a port, or one section of a line, in one future."""

    kind: str
    at: str
    """Port or link."""
    direction: str
    klass: str
    future: FutureId
    binds: str
    """The facility, path or quota with the greatest load in the year of saturation, else in the last year."""
    loads: Mapping[int, float]
    """The greatest load by year."""
    year: int | None
    """From then on the load is 1 or more; None: not up to the last year."""
    closed: bool
    """Whether closed fleets make most of the load of what binds: then this is the knee, not a queue without end."""

    @property
    def key(self) -> Key:
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
    """What a key stands for, as plain values."""
    kind, at, direction, klass = key
    return {"kind": kind, "port" if kind == PORT else "link": at, "direction": direction, "class": klass}


def saturations(
    found: Offered, corridor: Corridor, futures: Futures, future: FutureId, years: Sequence[int]
) -> Iterator[Saturation]:
    """Every port, direction and class, and every section with limited paths, in one future."""
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
            binds=binds.removesuffix(".back") if kind == SECTION else binds,
            loads=greatest,
            year=year,
            closed=_closed(found, binds),
        )


def since(saturated: Mapping[int, bool]) -> int | None:
    """The first year from which all are; None if the last is not. Years come in their order."""
    found = None
    for year, full in reversed(list(saturated.items())):
        if not full:
            break
        found = year
    return found


def _rank(loads: Mapping[str, float], thing: str) -> tuple[float, str]:
    return loads[thing], thing


def _closed(found: Offered, thing: str) -> bool:
    asked = found.asked[thing]
    return sum(share for service, share in asked.items() if service in found.fleets) > sum(asked.values()) / 2
