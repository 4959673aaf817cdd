"""Columns of the editor on the page Data: names, units and meanings in the language, values by name, room for them.

In: the declaration of a column and the rows that are shown. Out: how Streamlit shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import streamlit as st

from app.language import language, say
from corridors.io.cells import show
from corridors.model import TABLES, Corridor
from corridors.schema import Field
from sim.reports.chart_labels import width
from sim.text.names import GRADES, Names

LETTER_PX: Final = 6.9
BESIDE_CELL_PX, BESIDE_HEAD_PX = 22, 46
"""Of a letter, and of what stands beside the words of a cell and of a heading."""
MOST_PX: Final = 330


def configured(field: Field, rows: Sequence[Any], corridor: Corridor, told: Names) -> Any:
    """How a column is shown: its name and unit in the language, what it means, and the values that there are."""
    chinese = language() == "zh"
    label = field.label_zh if chinese else field.label_en
    label = told.with_unit(label[:1].upper() + label[1:], field.unit)
    meaning = field.meaning_zh if chinese else field.meaning_en
    columns = st.column_config
    if field.type == "bool":
        return columns.CheckboxColumn(label, help=meaning)
    named: Mapping[str, str] = {}
    if field.choices:
        named = {value: choice(value, told) for value in [*([] if field.required else [""]), *field.choices]}
    elif field.type == "id" and field.reference and set(field.reference) <= set(TABLES):
        named = {id: called(corridor, table, id) for table in field.reference for id in corridor.table(table)}
        named = {"": "", **named}
    values = {show(getattr(row, field.name)) for row in rows}
    wide = room(label, (named.get(value, value) for value in values))
    if named:
        return columns.SelectboxColumn(
            label,
            help=meaning,
            width=wide,
            options=list(named),
            format_func=lambda id: named.get(str(id), str(id or "")),
        )
    if field.type in ("int", "float"):
        return columns.NumberColumn(label, help=meaning, width=wide, step=1 if field.type == "int" else None)
    return columns.TextColumn(label, help=meaning, width=wide)


def room(label: str, texts: Iterable[str]) -> int:
    """Pixels of a column in which neither its heading nor what stands in it is cut."""
    cells = max((width(text) for text in texts), default=0)
    return min(MOST_PX, int(max(LETTER_PX * width(label) + BESIDE_HEAD_PX, LETTER_PX * cells + BESIDE_CELL_PX)))


def choice(value: str, told: Names) -> str:
    """What one of the fixed values of a column is called."""
    if value in GRADES:
        return told.grade(value)
    return say(f"choices.{value}") if value else ""


def called(corridor: Corridor, table: str, id: str) -> str:
    """The name of a row in the language, or its id where it has none."""
    return str(getattr(corridor.table(table)[id], f"name_{language()}", id))
