"""Levers: one more server at what binds, priced by ``lever.<kind of facility>`` of prices.csv.

Input: the roots of waiting of a port without works, the port's corridor and prices. Output: works of a programme, as
their entries, for the roots of most waiting whose kind has a price.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from corridors.model import Corridor
from sim.kpi.waiting_roots import congestion
from sim.studies.appraisal.prices import Prices
from sim.studies.appraisal.programme import Figure, WorkEntry
from sim.studies.root_levers import SERVER, Lever, levers, one_more

if TYPE_CHECKING:
    import pandas as pd

PREFIX: Final = "more_"
"""Begins the id of a lever; the id of the facility follows."""


def thing_of(id: str) -> str:
    """The facility of a lever; '' for another work."""
    return id.removeprefix(PREFIX) if id.startswith(PREFIX) else ""


def lever_entries(corridor: Corridor, roots: pd.DataFrame, prices: Prices, most: int) -> list[WorkEntry]:
    """At most ``most`` levers, those with the most vehicle-hours of waiting first."""
    known = congestion(roots)
    hours: dict[str, float] = {}
    waited_for = set(known["at"])
    for row in known[known["port"] != ""].to_dict("records"):
        for lever in sorted(set(levers(corridor, row, waited_for))):
            if lever.unit == SERVER and _price(prices, corridor, lever.thing) and one_more(corridor, lever):
                hours[lever.thing] = hours.get(lever.thing, 0.0) + row["hours"]
    worst = sorted(hours, key=lambda thing: (-hours[thing], thing))[:most]
    return [_entry(corridor, thing, prices) for thing in worst]


def _price(prices: Prices, corridor: Corridor, thing: str) -> str:
    """The kind of a facility, if one more server of it has a price; else ''."""
    row = corridor.facilities.get(thing)
    return row.kind if row and f"lever.{row.kind}" in prices.rows else ""


def _entry(corridor: Corridor, thing: str, prices: Prices) -> WorkEntry:
    kind = _price(prices, corridor, thing)
    capital, yearly = (prices.rows[f"{name}.{kind}"] for name in ("lever", "lever_yearly"))
    return WorkEntry(
        id=f"{PREFIX}{thing}",
        kind="line" if kind == "transshipment" else "equipment",
        capital_musd=Figure(value=capital.value, low=capital.low, high=capital.high),
        yearly_musd=Figure(value=yearly.value, low=yearly.low, high=yearly.high),
        grade="assumed",
        source=capital.source,
        changes=one_more(corridor, Lever(thing, SERVER)),
    )
