"""Data of the diagrams of ports in the replay: boxes in the order of the steps, and the numbers behind each.

Input: a layout (:mod:`sim.kpi.port_layout`), the corridor and names. Output: plain values for the payload.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from app.cell_names import choice
from app.language import text_of
from corridors.model import Corridor, ids_in, link_of_paths
from corridors.schema import schema
from sim.core.plan import Plan
from sim.kpi.port_layout import PortLayout
from sim.text.catalogue import say
from sim.text.data_texts import source_title
from sim.text.names import Names

FIELDS: Final = {
    "facilities": ("servers", "calendar", "handling_usd", "headway_min", "mtbf_h", "mttr_h", "opening_date"),
    "stocks": ("initial", "capacity", "daily_quota"),
    "links": ("paths_per_day", "tracks", "passing_places", "length_km", "speed_kmh"),
}
"""Columns that the diagram shows, by table."""
Fact = list[str | list[str]]


def diagram(
    port: str, layout: PortLayout, queue_of: Mapping[str, list[int]], plan: Plan, corridor: Corridor, names: Names
) -> dict[str, Any]:
    """Boxes and lines of a port; ``queue_of`` has the positions of the counts of each facility or stock."""
    nominal = dict(zip(plan.labels.facility, plan.facility_nominal.tolist(), strict=True))
    nodes = [
        {
            "name": names.thing(node.thing),
            "title": _title(node.thing, corridor, names),
            "direction": node.direction,
            "towards": say(
                "app_replay.port_direction", names.language, direction=names.direction(node.direction, port)
            ),
            "column": node.column,
            "row": node.row,
            "at": queue_of.get(node.thing, []),
            "servers": nominal.get(node.thing, 0),
            "facts": _facts(node.thing, corridor, names),
        }
        for node in layout.nodes
    ]
    return {"nodes": nodes, "edges": [list(edge) for edge in layout.edges]}


def _title(thing: str, corridor: Corridor, names: Names) -> str:
    """The name with the side, and the kind."""
    row = corridor.facilities.get(thing) or corridor.stocks.get(thing)
    if row is None:
        return names.thing(thing)
    name = names.thing_on(thing, row.side)
    return say("app_replay.port_node", names.language, name=name, kind=choice(row.kind, names))


def _facts(thing: str, corridor: Corridor, names: Names) -> list[Fact]:
    """Rows of what, value, data grade and titles of sources: the columns of its row, and the durations of its steps."""
    table, id = _row_of(thing, corridor)
    rows = [_fact(table, id, column, corridor, names) for column in FIELDS.get(table, ())]
    steps = corridor.itineraries.values()
    used = {step.duration for step in steps if step.duration and thing in (step.facility, step.stock)}
    for duration in sorted(used & corridor.durations.keys()):
        row = corridor.durations[duration]
        name = say("app_replay.mean_of", names.language, name=text_of(row, "name", names.language))
        value = names.measured(f"{row.mean_min:g}", "min")
        rows.append([name, value, *_known("durations", duration, "mean_min", corridor, names)])
    return [row for row in rows if row]


def _row_of(thing: str, corridor: Corridor) -> tuple[str, str]:
    """Table and id of the row behind a facility, stock or link."""
    for table in ("facilities", "stocks"):
        if thing in corridor.table(table):
            return table, thing
    link = link_of_paths(thing)
    return ("links", link) if link in corridor.links else ("", thing)


def _fact(table: str, id: str, column: str, corridor: Corridor, names: Names) -> Fact:
    """One number of a row; [] where it has none or the column does not apply."""
    field, value = schema(table)[column], getattr(corridor.table(table)[id], column)
    if value in (None, "") or (column in ("handling_usd", "headway_min") and not value):
        return []
    if column == "calendar":
        shown = text_of(corridor.calendars[value], "name", names.language) if value in corridor.calendars else value
    elif isinstance(value, str):
        shown = value
    else:
        unit = corridor.stocks[id].unit if table == "stocks" else field.unit
        shown = names.measured(f"{value:,.6g}", unit)
    return [text_of(field, "label", names.language), shown, *_known(table, id, column, corridor, names)]


def _known(table: str, id: str, column: str, corridor: Corridor, names: Names) -> tuple[str, list[str]]:
    """Data grade and titles of the sources of a number: its own if it has any, else those of its row."""
    known = corridor.assumptions.get(f"{table}.{id}.{column}") or corridor.table(table)[id]
    titles = [source_title(corridor, one, names.language) or one for one in ids_in(known.source)]
    return names.grade(known.grade), titles
