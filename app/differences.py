"""What differs between two worlds, field by field, in the words of the tables' own declaration."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

from corridors.clock.local_time import every_day
from corridors.io.cells import show
from corridors.model import TABLES, Closure, Corridor
from corridors.schema import Field, schema
from sim.text.names import Language, Names

LEFT_OUT: Final = ("assumptions", "sources")
"""They say how well numbers are known, and move nothing."""
PROVENANCE: Final = ("source", "grade", "note")
ADDED: Final = ("added", "新增")
REMOVED: Final = ("taken away", "移除")
CLOSED: Final = ("closed", "关闭")
PARTLY_OPEN: Final = ("{share:g}% open", "开放{share:g}%")
DAYS: Final = ("{first} to {last}", "{first}至{last}")


@dataclass(frozen=True)
class Difference:
    """One field that is another: finished texts."""

    thing: str
    field: str
    before: str
    after: str


def differences(base: Corridor, now: Corridor, language: Language) -> list[Difference]:
    """Every field that differs, in the order of the tables; a row that only one world has is one difference."""
    pair = 1 if language == "zh" else 0
    named = Names.of(now, language)
    found = []
    for table in (name for name in TABLES if name not in LEFT_OUT):
        before, after = base.table(table), now.table(table)
        for id in sorted({*before, *after}):
            if id not in after:
                found.append(Difference(_thing(base, table, id, named), "", "", REMOVED[pair]))
            elif id not in before:
                found.append(Difference(_thing(now, table, id, named), "", "", ADDED[pair]))
            elif before[id] != after[id]:
                thing = _thing(now, table, id, named)
                for column in _changed(before[id], after[id]):
                    declared = schema(table)[column]
                    label = declared.label_zh if pair else declared.label_en
                    texts = [_value(getattr(row, column), declared, named) for row in (before[id], after[id])]
                    found.append(Difference(thing, label, *texts))
    return found


def _changed(before: Any, after: Any) -> list[str]:
    names = [field.name for field in fields(before) if field.name not in PROVENANCE]
    return [name for name in names if getattr(before, name) != getattr(after, name)]


def _thing(corridor: Corridor, table: str, id: str, named: Names) -> str:
    """The name of a row; of one that has none, that of what it belongs to."""
    row = corridor.table(table)[id]
    pair = (getattr(row, "name_en", ""), getattr(row, "name_zh", ""))
    if any(pair):
        side = getattr(row, "side", "")
        return named.thing_on(id, side) if side else named.pick(pair)
    if table == "shifts":
        return _called(corridor, row.calendar, named)
    if table == "closures":
        return named.labelled(_called(corridor, row.target, named), _closure(row, named))
    return id


def _called(corridor: Corridor, id: str, named: Names) -> str:
    """The name of a calendar, or of what else may be shut."""
    if id in corridor.calendars:
        calendar = corridor.calendars[id]
        return named.pick((calendar.name_en, calendar.name_zh))
    return named.port(id) if id in corridor.ports else named.thing(id)


def _closure(row: Closure, named: Names) -> str:
    share = row.servers_share
    told = named.pick(PARTLY_OPEN).format(share=float(f"{100 * share:.3g}")) if share else named.pick(CLOSED)
    days = named.pick(DAYS).format(first=row.first_day, last=row.last_day)
    days = row.first_day if row.first_day == row.last_day else days
    told = f"{days}{told}" if named.language == "zh" else f"{told}, {days}"
    return told if every_day(row.weekdays) else named.bracketed(told, named.weekdays(row.weekdays))


def _value(value: Any, declared: Field, named: Names) -> str:
    text = show(value)
    return named.weekdays(text) if declared.type == "weekdays" else named.measured(text, declared.unit)
