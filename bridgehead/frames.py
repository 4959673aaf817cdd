"""Tables of a world as pandas frames, and the units of columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from corridors.model import TABLES, Corridor
from corridors.schema import schema

if TYPE_CHECKING:
    import pandas as pd

ENDINGS: Final[Mapping[str, str]] = {
    "_h": "h",
    "_s": "s",
    "_min": "min",
    "_km": "km",
    "_kmh": "km/h",
    "_t": "t",
    "_teu": "TEU",
    "_usd": "USD",
    "_per_day": "1/d",
    "_utc": "UTC",
}
"""Unit by the end of the name of a column; no end is that of another."""
NAMED: Final[Mapping[str, str]] = {
    "hours": "h",
    "utilisation": "1",
    "share_of_waiting": "1",
    "momentary_share": "1",
    "p_adjusted": "1",
    "variance_ratio": "1",
    "mean_queue": "vehicles",
    "max_queue": "vehicles",
    "vehicles_waiting": "vehicles",
    "waiting": "vehicles",
    "waiting_end": "vehicles",
    "crossings": "vehicles",
    "fleet_crossings": "vehicles",
    "served": "visits",
    "day": "d",
}
"""Unit by the whole name of a column."""


def units(table: pd.DataFrame) -> dict[str, str]:
    """Unit of each column of a table that has one, by column.

    The units that a table carries in ``attrs["units"]`` come first, then those that the names of its columns state
    (``attrs`` do not survive every operation of pandas). A column ``unit`` names the unit row by row.
    """
    carried = dict(table.attrs.get("units", {}))
    found = {str(column): carried.get(column) or unit_of(str(column)) for column in table.columns}
    return {column: unit for column, unit in found.items() if unit}


def unit_of(column: str) -> str:
    """Unit that the name of a column states; '' if it states none."""
    if column in NAMED:
        return NAMED[column]
    return next((unit for end, unit in ENDINGS.items() if column.endswith(end)), "")


def with_units(table: pd.DataFrame, stated: Mapping[str, str] | None = None) -> pd.DataFrame:
    """A copy of a table with its units in ``attrs["units"]``."""
    copy = table.copy()
    copy.attrs["units"] = {**units(copy), **(stated or {})}
    return copy


def frame_of(corridor: Corridor, name: str) -> pd.DataFrame:
    """One table of a corridor: a row for each row of the file, a column for each column of its schema."""
    import pandas as pd

    columns = list(schema(name))
    rows = [[getattr(row, column) for column in columns] for row in corridor.table(name).values()]
    frame = pd.DataFrame(rows, columns=columns)
    frame.attrs["units"] = {column: field.unit for column, field in schema(name).items() if field.unit}
    return frame


def table_names() -> tuple[str, ...]:
    """Names of the tables of a world."""
    return tuple(TABLES)
