"""Rules about references: every id that a row names exists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from operator import is_
from typing import Any, Final

from corridors.checks.itinerary_paths import by_itinerary
from corridors.checks.report import error
from corridors.facts import facts
from corridors.findings import Finding, nearest
from corridors.messages import Message, Text, message
from corridors.model import TABLES, Corridor
from corridors.schema import Field, schema


def known_ids(corridor: Corridor, place: str) -> set[str]:
    """The ids of a table, of a column, or of the facts.

    Tables are like 'places', a column is like 'itineraries.itinerary'.
    """
    if place == "facts":
        return set(facts())
    table, _, column = place.partition(".")
    if column:
        return {getattr(row, column) for row in corridor.table(table).values()} - {""}
    return set(corridor.table(table))


def references_exist(corridor: Corridor) -> Iterator[Finding]:
    """Every place, facility, stock, duration, calendar, source ...

    That a row names is declared in its table.
    """
    for table, column in _referring():
        rows, known = corridor.table(table), [_known_ids(corridor, place) for place in column.reference]
        sound = _SOUND.get((table, column.name))
        if sound and sound[0] is rows and all(map(is_, sound[1], known)):
            continue
        none = True
        for finding in _unknown(corridor, table, column, set().union(*known)):
            none = False
            yield finding
        if none:
            _SOUND[table, column.name] = rows, known


@cache
def _referring() -> tuple[tuple[str, Field], ...]:
    """The columns that name rows; jumps within an itinerary have another rule."""
    columns = ((table, column) for table in TABLES for column in schema(table).values() if column.reference)
    return tuple((table, column) for table, column in columns if column.reference != ("itineraries.step",))


_SOUND: Final[dict[tuple[str, str], tuple[Mapping[str, Any], list[set[str]]]]] = {}
"""Rows of which a column was found to name ids that exist, and these ids."""
_IDS: Final[dict[str, tuple[Mapping[str, Any], set[str]]]] = {}
"""The ids of a place of the last table, one and the same set as long as they are equal."""


def _known_ids(corridor: Corridor, place: str) -> set[str]:
    rows: Mapping[str, Any] = facts() if place == "facts" else corridor.table(place.partition(".")[0])
    last = _IDS.get(place)
    if last and last[0] is rows:
        return last[1]
    ids = known_ids(corridor, place)
    if last and last[1] == ids:
        ids = last[1]
    _IDS[place] = rows, ids
    return ids


def _unknown(corridor: Corridor, table: str, column: Field, valid: set[str]) -> Iterator[Finding]:
    expected, what = _ids_of(column.reference), message("reference.unknown")
    for key, row in corridor.table(table).items():
        text = getattr(row, column.name)
        for name in text.split(";") if column.type == "ids" else (text,):
            if name and name not in valid:
                yield error(table, key, column.name, name, what, expected, nearest(name, valid))


def _ids_of(places: tuple[str, ...]) -> Message:
    """The phrase for the ids of tables or of a column.

    Tables are like 'places', a column is like 'itineraries.itinerary'.
    """
    if len(places) > 1:
        return message("want.id_of_any", files=tuple(f"{table}.csv" for table in places))
    table, _, column = places[0].partition(".")
    if column:
        return message("want.value_of_column", file=f"{table}.csv", column=column)
    return message("want.id_of", file=f"{table}.csv")


def jumps_lead_to_a_later_step(corridor: Corridor) -> Iterator[Finding]:
    """A branch jumps to a later step of the same itinerary."""
    itineraries = by_itinerary(corridor)
    places = {name: {step.step: (step.order, step.step) for step in steps} for name, steps in itineraries.items()}
    for key, step in corridor.itineraries.items():
        if not step.to:
            continue
        here, there = (step.order, step.step), places[step.itinerary].get(step.to)
        if there is None or there <= here:
            later = (name for name, place in places[step.itinerary].items() if place > here)
            what = message("reference.unknown_step") if there is None else message("reference.jump_back")
            yield error("itineraries", key, "to", step.to, what, message("want.later_step"), nearest(step.to, later))


def targets_are_unambiguous(corridor: Corridor) -> Iterator[Finding]:
    """The target of a closure is an id of only one table."""
    for key, closure in corridor.closures.items():
        found = [table for table in schema("closures")["target"].reference if closure.target in corridor.table(table)]
        if len(found) > 1:
            what = message("reference.ambiguous", files=tuple(f"{table}.csv" for table in found))
            yield error("closures", key, "target", closure.target, what, message("want.id_of_one_table"))


def assumptions_name_a_number(corridor: Corridor) -> Iterator[Finding]:
    """The address of an assumption, ``table.id.field``, is that of a number."""
    for address in corridor.assumptions:
        yield from _no_number(corridor, address)


def _no_number(corridor: Corridor, address: str) -> Iterator[Finding]:
    def wrong(what: Message, expected: Text, close: str = "") -> Finding:
        return error("assumptions", address, "address", address, what, expected, close)

    table, _, rest = address.partition(".")
    key, _, name = rest.rpartition(".")
    if table not in TABLES:
        close = nearest(table, TABLES)
        yield wrong(message("assumption.unknown_table"), message("want.address_of_table"), close and f"{close}.{rest}")
    elif key not in corridor.table(table):
        # If only the field is missing, the rest is the id.
        if rest in corridor.table(table):
            close = f"{address}.{next(iter(numbers_of(table)), '')}"
            yield wrong(message("assumption.no_field"), message("want.address"), close)
        else:
            close = nearest(key, corridor.table(table))
            expected = message("want.id_of", file=f"{table}.csv")
            yield wrong(message("assumption.unknown_row", id=key), expected, close and f"{table}.{close}.{name}")
    elif name not in numbers_of(table):
        close = nearest(name, numbers_of(table))
        expected = message("want.one_of", names=numbers_of(table))
        yield wrong(message("assumption.no_number", column=name), expected, close and f"{table}.{key}.{close}")
    elif getattr(corridor.table(table)[key], name) is None:
        yield wrong(message("assumption.empty_number"), message("want.filled_number"))


@cache
def numbers_of(table: str) -> tuple[str, ...]:
    """The numeric columns of a table."""
    return tuple(column.name for column in schema(table).values() if column.type in ("int", "float"))


RULES = (references_exist, jumps_lead_to_a_later_step, targets_are_unambiguous, assumptions_name_a_number)
