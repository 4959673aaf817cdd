"""Numbers on which an answer depends, and which no source states: their value, grade and range.

Candidates are the numbers that the scenario changes, as they are in the baseline; capacity, and work of the traffic, at
the root of its waiting before and after; and the volume of the traffic. Numbers that are measured or reported are left
out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from corridors.io.cells import show
from corridors.model import TABLES, Corridor, link_of_paths
from corridors.schema import schema
from sim.studies.answer.bottleneck import main_shift
from sim.studies.answer.subject import Subject

SAFE: Final = ("measured", "reported")
"""Grades that need no mention."""
ORDER: Final = ("assumed", "calibrated", "derived")
MOST: Final = 6
"""Numbers that an answer names."""
CAPACITY: Final = {
    "facilities": ("servers",),
    "stocks": ("capacity", "daily_quota"),
    "links": ("paths_per_day", "travel_time_min", "speed_kmh"),
}
"""Columns of the thing that is a root of waiting."""
VOLUME: Final = ("per_day", "fleet")
MOST_SERVICES: Final = 2
"""Services of the traffic whose volume is named, the largest."""


@dataclass(frozen=True)
class Assumed:
    """One number that an answer depends on."""

    address: str
    """Table, row and column."""
    value: str
    """As the table has it."""
    grade: str
    low: str = ""
    high: str = ""
    """Its range, as the table has it; '' where none is declared."""

    def as_json(self) -> dict[str, str]:
        """The number as plain values."""
        return {name: getattr(self, name) for name in ("address", "value", "grade", "low", "high")}


def assumptions(subject: Subject, corridor: Corridor) -> tuple[Assumed, ...]:
    """The numbers without a source that states them, assumed ones first, at most :data:`MOST`."""
    found = {one.address: one for address in _addresses(subject, corridor) if (one := _assumed(corridor, address))}
    return tuple(sorted(found.values(), key=lambda one: ORDER.index(one.grade))[:MOST])


def _addresses(subject: Subject, corridor: Corridor) -> Iterator[str]:
    yield from subject.comparison.results.addresses(subject.scenario)
    shift, own = main_shift(subject), subject.services(corridor)
    itineraries = {row.itinerary for row in own}
    for found in (shift.before, shift.after) if shift else ():
        if found is None:
            continue
        thing = link_of_paths(found.at) or found.at
        for table, columns in CAPACITY.items():
            if thing in corridor.table(table):
                yield from (f"{table}.{thing}.{column}" for column in columns if column in schema(table))
        for step in corridor.itineraries.values():
            if step.facility == thing and step.duration and step.itinerary in itineraries:
                yield f"durations.{step.duration}.mean_min"
    for row in sorted(own, key=lambda row: -max(row.per_day, row.fleet))[:MOST_SERVICES]:
        yield from (f"services.{row.id}.{column}" for column in VOLUME)


def _assumed(corridor: Corridor, address: str) -> Assumed | None:
    """The number of an address if no source states it; None for other addresses, and for nothing."""
    table, _, rest = address.partition(".")
    id, _, column = rest.rpartition(".")
    if table not in TABLES or column not in schema(table) or id not in corridor.table(table):
        return None
    row: Any = corridor.table(table)[id]
    known = corridor.assumptions.get(address)
    grade, value = (known or row).grade if known or hasattr(row, "grade") else "", getattr(row, column)
    if not value or not grade or grade in SAFE or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    low, high = (show(end) if end is not None else "" for end in ((known.low, known.high) if known else (None, None)))
    return Assumed(address, show(value), grade, low, high)
