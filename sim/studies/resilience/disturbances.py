"""Disturbances: what is shut, how far, how many days and from which month on; and the sections of a port.

Input: a corridor and a port. Output: :class:`Shut`, each a change of one scenario. A port is shut on both sides; a
section in both directions. Half the capacity is half the servers, train paths and quotas.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Literal

from corridors.model import Corridor
from corridors.overlay.changes import Change
from sim.core.run_settings import RunSettings

FULL: Final = 0.0
HALF: Final = 0.5
"""Shares of the capacity that stay open."""


@dataclass(frozen=True)
class Shut:
    """One disturbance, from the first day of a month on."""

    port: str
    address: str
    """``ports.<id>`` or ``links.<id>``."""
    share: float
    """Of the capacity that stays open."""
    days: int
    month: int

    @property
    def id(self) -> str:
        """Names its scenario."""
        how = "half" if self.share else "shut"
        return f"{self.address.replace('.', '_')}_{how}_{self.days}_days_month_{self.month}"

    @property
    def main(self) -> bool:
        """Whether the port itself is shut, not a section."""
        return self.address.startswith("ports.")

    @property
    def thing(self) -> str:
        """Id of the port or link."""
        return self.address.partition(".")[2]

    def change(self, year: int) -> Change:
        """The closure in a year."""
        first = date(year, self.month, 1)
        days = {"first_day": first.isoformat(), "last_day": (first + timedelta(days=self.days - 1)).isoformat()}
        share = {"servers_share": self.share} if self.share else {}
        return Change.model_validate({"op": "close", "address": self.address, **days, **share})


@dataclass(frozen=True)
class Plan:
    """Which disturbances are run."""

    months: tuple[int, ...] = (1, 5, 9)
    full_days: tuple[int, ...] = (3, 7, 14, 30)
    half_days: tuple[int, ...] = (30, 60)
    sections: bool = True
    measures: int = 3
    """Works a port that are tried against its longest full closure."""
    after_days: int = 120
    """Days that are run after the longest disturbance."""
    replications: int = 5
    quick: bool = False
    by: Literal["tonnes", "vehicles"] = "tonnes"
    """What the roots that works relieve are ordered by: tonne-hours of waiting, or vehicle-hours."""

    def shuts(self, port: str, sections: Sequence[str], month: int) -> list[Shut]:
        """All disturbances of a port and its sections from one month on."""
        places = [f"ports.{port}", *(f"links.{id}" for id in sections)]
        how = [(FULL, days) for days in self.full_days] + [(HALF, days) for days in self.half_days]
        return [Shut(port, place, share, days, month) for place in places for share, days in how]

    def longest(self, port: str, month: int) -> Shut:
        """The longest full closure of the port itself from a month on."""
        return Shut(port, f"ports.{port}", FULL, max(self.full_days), month)

    def settings(self, usual: RunSettings, year: int, month: int) -> RunSettings:
        """Runs whose measuring begins with the disturbance."""
        start = date(year, month, 1) - timedelta(days=usual.warmup_days)
        days = usual.warmup_days + max(*self.full_days, *self.half_days) + self.after_days
        return replace(usual, start=start, days=days)


QUICK: Final = Plan(
    months=(5,), full_days=(7, 14), half_days=(30,), measures=0, after_days=60, replications=2, quick=True
)
"""A screening: one month, no measures."""


def sections_of(corridor: Corridor, port: str, settings: RunSettings) -> tuple[str, ...]:
    """The section that most services of the model of a port pass, of each country; not the border itself.

    Of equal ones the first in the table of links. A section is between two places of one country.
    """
    from sim.compile.programs import programs

    passed = Counter[str]()
    for program in programs(corridor, settings).values():
        passed.update({str(op.labels.get("link", "")) for op in program} - {""})
    best: dict[str, str] = {}
    for id, country in _within_countries(corridor, port):
        if passed[id] > passed.get(best.get(country, ""), 0):
            best[country] = id
    return tuple(best.values())


def _within_countries(corridor: Corridor, port: str) -> Iterator[tuple[str, str]]:
    """(link, country) of links within a country whose border the port is on."""
    countries = {corridor.places[id].country for id in corridor.ports[port].ends if id in corridor.places}
    for link in corridor.links.values():
        country, other = (corridor.places[id].country for id in (link.origin, link.destination))
        if country == other and country in countries:
            yield link.id, country
