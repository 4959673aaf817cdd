"""Levers: more servers at what binds, priced by ``lever.<kind of facility>`` of prices.csv.

Input: the roots of waiting of a port without works, the port's corridor and prices. Output: works of a programme, as
their entries, for the roots of most waiting whose kind has a price.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from corridors.model import Corridor
from sim.kpi.waiting_roots import congestion
from sim.studies.appraisal.prices import Price, Prices
from sim.studies.appraisal.programme import Figure, WorkEntry
from sim.studies.root_levers import SERVER, Lever, levers, one_more

if TYPE_CHECKING:
    import pandas as pd

ID: Final = re.compile(r"more([2-9])?_(.+)")
"""The id of a lever: the servers it adds, if more than one, and the id of the facility."""
MOST_SERVERS: Final = 4
"""Servers more, up to which a lever is tried."""


def thing_of(id: str) -> str:
    """The facility of a lever; '' for another work."""
    found = ID.fullmatch(id)
    return found[2] if found else ""


def servers_of(id: str) -> int:
    """Servers that a lever adds."""
    found = ID.fullmatch(id)
    return int(found[1] or 1) if found else 0


def one_less(id: str) -> str:
    """The lever with one server less; '' for a lever of one server and for another work."""
    n = servers_of(id) - 1
    return _id(thing_of(id), n) if n > 0 else ""


def _id(thing: str, servers: int) -> str:
    return f"more{servers if servers > 1 else ''}_{thing}"


def lever_entries(corridor: Corridor, roots: pd.DataFrame, prices: Prices, most: int) -> list[WorkEntry]:
    """Levers of one to :data:`MOST_SERVERS` servers at ``most`` facilities, those with the most vehicle-hours first."""
    known = congestion(roots)
    hours: dict[str, float] = {}
    waited_for = set(known["at"])
    for row in known[known["port"] != ""].to_dict("records"):
        for lever in sorted(set(levers(corridor, row, waited_for))):
            if lever.unit == SERVER and _price(prices, corridor, lever.thing) and one_more(corridor, lever):
                hours[lever.thing] = hours.get(lever.thing, 0.0) + row["hours"]
    worst = sorted(hours, key=lambda thing: (-hours[thing], thing))[:most]
    return [_entry(corridor, thing, n, prices) for thing in worst for n in range(1, MOST_SERVERS + 1)]


def _price(prices: Prices, corridor: Corridor, thing: str) -> str:
    """The kind of a facility, if one more server of it has a price; else ''."""
    row = corridor.facilities.get(thing)
    return row.kind if row and f"lever.{row.kind}" in prices.rows else ""


def _entry(corridor: Corridor, thing: str, servers: int, prices: Prices) -> WorkEntry:
    kind = _price(prices, corridor, thing)
    capital, yearly = (prices.rows[f"{name}.{kind}"] for name in ("lever", "lever_yearly"))
    changes = one_more(corridor, Lever(thing, SERVER))
    return WorkEntry(
        id=_id(thing, servers),
        kind="line" if kind == "transshipment" else "equipment",
        capital_musd=_times(capital, servers),
        yearly_musd=_times(yearly, servers),
        grade="assumed",
        source=capital.source,
        changes=tuple(change.model_copy(update={"value": servers}) for change in changes),
    )


def _times(price: Price, servers: int) -> Figure:
    return Figure(value=servers * price.value, low=servers * price.low, high=servers * price.high)
