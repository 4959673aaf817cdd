"""Rules about names: whatever a row names must exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from corridors.checks.report import error
from corridors.facts import facts
from corridors.findings import Finding, nearest
from corridors.model import TABLES, Corridor
from corridors.schema import Field, schema


def known_ids(corridor: Corridor, place: str) -> set[str]:
    """The ids of a table ('places'), of a column ('itineraries.itinerary'), or of the facts."""
    if place == "facts":
        return set(facts())
    table, _, column = place.partition(".")
    if column:
        return {getattr(row, column) for row in corridor.table(table).values()} - {""}
    return set(corridor.table(table))


def references_exist(corridor: Corridor) -> Iterator[Finding]:
    """Every place, facility, stock, duration, calendar, source ... that a row names is declared in its table."""
    known = {
        place: known_ids(corridor, place)
        for table in TABLES
        for column in schema(table).values()
        for place in column.reference
    }
    for table in TABLES:
        for column in schema(table).values():
            # A step jumps within its own itinerary, which is a rule of its own.
            if column.reference and column.reference != ("itineraries.step",):
                valid = set().union(*(known[place] for place in column.reference))
                yield from _unknown(corridor, table, column, valid)


def _unknown(corridor: Corridor, table: str, column: Field, valid: set[str]) -> Iterator[Finding]:
    expected = "an id of " + " or ".join(_where(place) for place in column.reference)
    for key, row in corridor.table(table).items():
        text = getattr(row, column.name)
        for name in text.split(";") if column.type == "ids" else (text,):
            if name and name not in valid:
                yield error(table, key, column.name, name, expected, "unknown", nearest(name, valid))


def _where(place: str) -> str:
    table, _, column = place.partition(".")
    return f"{table}.csv, column {column}" if column else f"{table}.csv"


def jumps_lead_to_a_later_step(corridor: Corridor) -> Iterator[Finding]:
    """A branch jumps to a later step of its own itinerary: nobody goes back."""
    for key, step in corridor.itineraries.items():
        if not step.to:
            continue
        steps = corridor.steps(step.itinerary)
        later = [other.step for other in steps if (other.order, other.step) > (step.order, step.step)]
        if step.to not in later:
            known = step.to in {other.step for other in steps}
            message = "jumps only go forward" if known else "unknown step"
            yield error(
                "itineraries", key, "to", step.to, "a later step of this itinerary", message, nearest(step.to, later)
            )


def targets_are_unambiguous(corridor: Corridor) -> Iterator[Finding]:
    """What a closure shuts is named by an id that only one of calendars, facilities, ports, links, stocks has."""
    for key, closure in corridor.closures.items():
        found = [table for table in schema("closures")["target"].reference if closure.target in corridor.table(table)]
        if len(found) > 1:
            expected = "an id that only one table has"
            yield error("closures", key, "target", closure.target, expected, f"it is in {' and '.join(found)}")


def assumptions_name_a_number(corridor: Corridor) -> Iterator[Finding]:
    """The address of an assumption is ``table.id.field`` of a number that stands in the data."""
    for address in corridor.assumptions:
        yield from _no_number(corridor, address)


def _no_number(corridor: Corridor, address: str) -> Iterator[Finding]:
    tell = partial(error, "assumptions", address, "address", address)
    table, _, rest = address.partition(".")
    key, _, name = rest.rpartition(".")
    if table not in TABLES:
        yield tell("table.id.field", f"no table is called {table!r}", nearest(table, TABLES))
    elif key not in corridor.table(table):
        # Perhaps only the field is missing: then the rest is the id.
        if rest in corridor.table(table):
            yield tell("table.id.field", "the field is missing", f"{address}.{next(iter(numbers_of(table)), '')}")
        else:
            close = nearest(key, corridor.table(table))
            yield tell(f"an id of {table}.csv", f"unknown id {key!r}", f"{table}.{close}.{name}" if close else "")
    elif name not in numbers_of(table):
        close = nearest(name, numbers_of(table))
        yield tell(
            f"one of {', '.join(numbers_of(table))}",
            f"{name!r} is no number of {table}.csv",
            f"{table}.{key}.{close}" if close else "",
        )
    elif getattr(corridor.table(table)[key], name) is None:
        yield tell("a number that is filled in", "the cell it names is empty")


def numbers_of(table: str) -> Iterable[str]:
    """The columns of a table that hold numbers."""
    return [column.name for column in schema(table).values() if column.type in ("int", "float")]


RULES = (references_exist, jumps_lead_to_a_later_step, targets_are_unambiguous, assumptions_name_a_number)
