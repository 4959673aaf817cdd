"""Classes that a scenario brings in the place of one of the baseline: electric trucks for diesel ones, say.

The baseline has no vehicles of such a class, so that by itself it would look like a gain, and the class that it comes
from like a loss. Compared are the two together.
"""

from __future__ import annotations

from dataclasses import replace

from corridors.model import Corridor
from sim.studies.compare.results import Results

OWN = "own_class"
"""Column of the rows of kind ``kpis``: the class that the scenario itself counts a vehicle as."""


def stand_ins(results: Results, scenario: str, corridor: Corridor) -> dict[str, str]:
    """By class that only the scenario has the class of the baseline on whose service, or whose way, its vehicles go."""
    of_itinerary = {row.itinerary: row.vehicle_class for row in corridor.services.values()}
    found: dict[str, str] = {}
    for change in results.scenarios[scenario].get("changes", ()):
        table, _, rest = str(change["address"]).partition(".")
        if table != "services":
            continue
        row = change.get("row") or {}
        service, _, column = rest.partition(".")
        if column == "vehicle_class" and service in corridor.services:
            found.setdefault(str(change.get("value")), corridor.services[service].vehicle_class)
        elif row.get("itinerary") in of_itinerary:
            found.setdefault(str(row.get("vehicle_class")), of_itinerary[row["itinerary"]])
    return {new: old for new, old in found.items() if new not in corridor.classes}


def together(results: Results, corridor: Corridor) -> Results:
    """The results with every stand-in counted as the class whose place it takes."""
    place = {
        (scenario, new): old
        for scenario in results.others
        for new, old in stand_ins(results, scenario, corridor).items()
    }
    if not place:
        return results
    tables = {kind: getattr(results, kind) for kind in ("kpis", "waiting", "dwell", "backlog")}
    for kind, table in tables.items():
        own = table["class"]
        counted = [place.get(key, key[1]) for key in zip(table["scenario"], own, strict=True)]
        tables[kind] = table.assign(**{"class": counted, OWN: own})
    days = ["scenario", "replication", "port", "direction", "class", "day"]
    backlog = tables["backlog"].groupby(days, as_index=False)["vehicles_waiting"].sum()
    return replace(results, **{**tables, "backlog": backlog})
