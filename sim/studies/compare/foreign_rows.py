"""Results of a world with other ports, classes or sections than those of the data: these rows have no names or costs.

Data that only differ in numbers or names are compared, with a warning (:mod:`.warnings`).
"""

from __future__ import annotations

from typing import Final

from corridors.findings import ERROR, Finding, nearest
from corridors.messages import message
from corridors.model import Corridor, link_of_paths
from sim.studies.compare.results import ExperimentResults

ROOM: Final = "runs"
"""The catalogue of the messages."""


def foreign_rows(results: ExperimentResults, corridor: Corridor) -> list[Finding]:
    """A finding for each port, class and section of the results that neither the data nor a scenario has."""
    added: dict[str, set[str]] = {}
    for change in results.changes():
        table, _, id = str(change["address"]).partition(".")
        if change.get("row") is not None:
            added.setdefault(table, set()).add(id)
    named = {
        "ports": set(results.kpis["port"]),
        "classes": set(results.kpis["class"]) - {"all"},
        "links": {link_of_paths(str(link)) for link in results.links["link"]},
    }
    findings = []
    why, expected = message("results.foreign_row", ROOM), message("want.data_of_results", ROOM)
    for table, ids in named.items():
        known = {*corridor.table(table), *added.get(table, ())}
        for id in sorted(map(str, ids - known - {""})):
            findings.append(Finding(ERROR, f"{table}.csv", None, "", id, expected, nearest(id, known), why))
    return findings
