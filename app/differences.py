"""Differences between two corridors, field by field, with the labels of the schema."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

from app.cell_names import cell_text
from app.language import message_name, text_of
from app.world import names_in
from corridors.model import TABLES, Corridor
from corridors.schema import schema
from sim.text.catalogue import Language, say
from sim.text.names import Names

LEFT_OUT: Final = ("assumptions", "sources")
"""Tables without effect on a run."""
PROVENANCE: Final = ("source", "grade", "note")


@dataclass(frozen=True)
class Difference:
    """One field that differs, as texts to show."""

    thing: str
    field: str
    before: str
    after: str


def differences(base: Corridor, now: Corridor, language: Language) -> list[Difference]:
    """The fields that differ, in the order of the tables; a row in only one corridor is one difference."""
    named = names_in(now, language)
    found = []
    for table in (name for name in TABLES if name not in LEFT_OUT):
        before, after = base.table(table), now.table(table)
        if before is after:
            continue
        for id in sorted({*before, *after}):
            if id not in after:
                found.append(Difference(thing_of(base, table, id, named), "", "", _say("row_removed", named)))
            elif id not in before:
                found.append(Difference(thing_of(now, table, id, named), "", "", _say("row_added", named)))
            elif before[id] is not after[id] and before[id] != after[id]:
                thing = thing_of(now, table, id, named)
                for column in _changed(before[id], after[id]):
                    declared = schema(table)[column]
                    sides = ((base, before[id]), (now, after[id]))
                    texts = [cell_text(declared, getattr(row, column), of, named) for of, row in sides]
                    found.append(Difference(thing, text_of(declared, "label", language), *texts))
    return found


def _say(id: str, named: Names) -> str:
    return say(message_name(id), named.language)


def _changed(before: Any, after: Any) -> list[str]:
    names = [field.name for field in fields(before) if field.name not in PROVENANCE]
    return [name for name in names if getattr(before, name) != getattr(after, name)]


def thing_of(corridor: Corridor, table: str, id: str, named: Names) -> str:
    """The name of a row, else of the row to which it belongs."""
    row = corridor.table(table)[id]
    if name := text_of(row, "name", named.language):
        side = getattr(row, "side", "")
        return named.thing_on(id, side) if side else name
    if table == "shifts":
        return _called(corridor, row.calendar, named)
    if table == "closures":
        return named.labelled(
            _called(corridor, row.target, named),
            named.closure(row.first_day, row.last_day, row.weekdays, row.servers_share),
        )
    return id


def _called(corridor: Corridor, id: str, named: Names) -> str:
    """The name of a calendar, port, facility, section or pool."""
    if id in corridor.calendars:
        return text_of(corridor.calendars[id], "name", named.language)
    return named.port(id) if id in corridor.ports else named.thing(id)
