"""Mapping of new traffic classes of a scenario to classes of the baseline, such as electric trucks to diesel trucks.

The baseline has no vehicles of a new class, so by itself the new class would look like a gain, and the class that it
replaces like a loss. The comparison counts the two as one class.
"""

from __future__ import annotations

from dataclasses import replace

from corridors.model import Corridor
from sim.studies.compare.results import ExperimentResults

OWN = "own_class"
"""Column of the rows of kind ``kpis``: the class of the vehicle in the scenario itself."""


def class_mapping(results: ExperimentResults, scenario: str, corridor: Corridor) -> dict[str, str]:
    """By new class of a scenario, the class of the baseline with the same service or the same itinerary."""
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


def with_mapped_classes(results: ExperimentResults, corridor: Corridor) -> ExperimentResults:
    """The results with each new class counted as the class that it replaces."""
    replaced = {
        (scenario, new): old
        for scenario in results.others
        for new, old in class_mapping(results, scenario, corridor).items()
    }
    if not replaced:
        return results
    tables = {kind: getattr(results, kind) for kind in ("kpis", "waiting", "dwell", "backlog")}
    for kind, table in tables.items():
        own = table["class"]
        counted = [replaced.get(key, key[1]) for key in zip(table["scenario"], own, strict=True)]
        tables[kind] = table.assign(**{"class": counted, OWN: own})
    days = ["scenario", "replication", "port", "direction", "class", "day"]
    backlog = tables["backlog"].groupby(days, as_index=False)["vehicles_waiting"].sum()
    return replace(results, **{**tables, "backlog": backlog})
