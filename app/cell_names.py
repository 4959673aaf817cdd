"""Cells of tables as texts to read: names instead of ids, with units.

Input: the declaration of a column, a value of it, and the corridor whose rows it may name. Output: a text in one
language.
"""

from __future__ import annotations

from typing import Any

from app.language import message_name, text_of
from corridors.io.cells import show
from corridors.model import TABLES, Corridor, ids_in
from corridors.schema import Field
from corridors.sides import NEUTRAL
from corridors.step_kinds import step_kinds
from sim.reports.number_format import NO_VALUE
from sim.text.catalogue import LIST, say
from sim.text.names import GRADES, Names


def names_rows(field: Field) -> bool:
    """Whether a column holds ids of rows of tables: one id, or several."""
    return field.type in ("id", "ids") and bool(field.reference) and set(field.reference) <= set(TABLES)


def cell_text(field: Field, value: Any, corridor: Corridor, named: Names) -> str:
    """A cell as a text; a dash for a blank one."""
    text = show(value)
    if not text:
        return NO_VALUE
    if field.type == "bool":
        return _say("yes" if value else "no", named)
    if field.type == "weekdays":
        return named.weekdays(text)
    if field.choices:
        return choice(text, named)
    if names_rows(field):
        return say(LIST, named.language).join(row_name(corridor, field, id, named) for id in ids_in(text))
    return named.measured(text, field.unit)


def _say(id: str, named: Names) -> str:
    return say(message_name(id), named.language)


def choice(value: str, named: Names) -> str:
    """The name of one of the fixed values of a column."""
    if value in GRADES:
        return named.grade(value)
    if value in step_kinds():
        return text_of(step_kinds()[value], "label", named.language)
    if value in NEUTRAL.sides:
        return named.side(value)
    if value in NEUTRAL.directions:
        return named.direction(value)
    return say(message_name(f"choices.{value}"), named.language) if value else ""


def row_name(corridor: Corridor, field: Field, id: str, named: Names) -> str:
    """The name of the row that an id of a column means; the id where there is no such row."""
    tables = (table for table in field.reference if id in corridor.table(table))
    return called(corridor, next(tables, ""), id, named)


def called(corridor: Corridor, table: str, id: str, named: Names) -> str:
    """The name of a row, with its side where it has one, else its id."""
    row = corridor.table(table).get(id) if table else None
    name = text_of(row, "name", named.language) if row else ""
    side = getattr(row, "side", "")
    return (named.thing_on(id, side) if side and table in ("facilities", "stocks") else name) or id
