"""A world seen from China, with the names of sides and directions that any two countries have."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from corridors.io.tables import assemble
from corridors.model import TABLES, Corridor
from corridors.sides import FROM_CHINA, NEUTRAL

NAMES = dict(zip((*FROM_CHINA.sides, *FROM_CHINA.directions), (*NEUTRAL.sides, *NEUTRAL.directions), strict=True))


def neutral(corridor: Corridor, zones: dict[str, str] | None = None) -> Corridor:
    """The same world with ports of places a and b; ``zones`` are time zones of places."""
    rows: dict[str, list[Any]] = {table: list(corridor.table(table).values()) for table in TABLES}
    for table in ("facilities", "stocks"):
        rows[table] = [replace(row, side=NAMES.get(row.side, "")) for row in rows[table]]
    for table in ("itineraries", "orders", "order_rules"):
        rows[table] = [replace(row, direction=NAMES.get(row.direction, "")) for row in rows[table]]
    rows["ports"] = [
        replace(row, place_cn="", place_foreign="", place_a=row.place_cn, place_b=row.place_foreign)
        for row in rows["ports"]
    ]
    rows["places"] = [replace(row, time_zone=(zones or {}).get(row.id, "")) for row in rows["places"]]
    return assemble(rows)
