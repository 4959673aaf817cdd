"""Columns of the table editor on the page Data: label, meaning, values by name, and width.

Input: the declaration of a column and the rows shown. Output: the column configuration of Streamlit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import streamlit as st

from app.cell_names import called, choice, names_rows
from app.language import text_of
from corridors.io.cells import show
from corridors.model import Corridor
from corridors.schema import Field
from corridors.sides import ALL, FROM_CHINA, NEUTRAL
from sim.reports.chart_labels import width
from sim.text.names import Names

LETTER_PX: Final = 6.9
BESIDE_CELL_PX, BESIDE_HEAD_PX = 22, 46
"""Width of a letter, and space beside the text of a cell and of a heading."""
MOST_PX: Final = 330


def _offered(field: Field, corridor: Corridor) -> tuple[str, ...]:
    """The choices of a column: of sides and directions those that the ports of the world have."""
    named = {name for own in ALL for name in (*own.sides, *own.directions)}
    used = {name for port in corridor.ports.values() for name in (*port.naming.sides, *port.naming.directions)}
    return tuple(value for value in field.choices if value not in named or not used or value in used)


def unused_columns(table: str, corridor: Corridor) -> tuple[str, ...]:
    """Columns that a table of the world does without: those of a port seen from China where no port is."""
    ports = corridor.ports.values()
    return FROM_CHINA.columns if table == "ports" and ports and all(row.naming is NEUTRAL for row in ports) else ()


def configured(field: Field, rows: Sequence[Any], corridor: Corridor, named: Names) -> Any:
    """The configuration of a column: label with unit, meaning, and valid values by name."""
    label = text_of(field, "label")
    label = named.with_unit(label[:1].upper() + label[1:], field.unit)
    meaning = text_of(field, "meaning")
    columns = st.column_config
    if field.type == "bool":
        return columns.CheckboxColumn(label, help=meaning)
    options: Mapping[str, str] = {}
    if field.choices:
        empty = [] if field.required else [""]
        options = {value: choice(value, named) for value in (*empty, *_offered(field, corridor))}
    elif names_rows(field):
        options = {id: called(corridor, table, id, named) for table in field.reference for id in corridor.table(table)}
    values = {show(getattr(row, field.name)) for row in rows}
    if options and field.type == "ids":
        return columns.MultiselectColumn(
            label,
            help=meaning,
            width=MOST_PX,
            options=list(options),
            format_func=lambda id: options.get(str(id), str(id)),
        )
    if names_rows(field):
        options = {"": "", **options}
    wide = room(label, (options.get(value, value) for value in values))
    if options:
        return columns.SelectboxColumn(
            label,
            help=meaning,
            width=wide,
            options=list(options),
            format_func=lambda id: options.get(str(id), str(id or "")),
        )
    if field.type in ("int", "float"):
        return columns.NumberColumn(label, help=meaning, width=wide, step=1 if field.type == "int" else None)
    return columns.TextColumn(label, help=meaning, width=wide)


def room(label: str, texts: Iterable[str]) -> int:
    """Width in pixels at which neither the heading nor the cells are cut."""
    cells = max((width(text) for text in texts), default=0)
    return min(MOST_PX, int(max(LETTER_PX * width(label) + BESIDE_HEAD_PX, LETTER_PX * cells + BESIDE_CELL_PX)))
