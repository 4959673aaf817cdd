"""Findings of rules about a Corridor with doubtful cells: those that hold whatever the cells are meant to say.

A cell is doubtful if its value does not fit its column, or is an id that no table declares. Input: a Corridor, its
wrong cells, and the rules. Output: all unknown ids, and the findings that the rules make with each of several values in
the doubtful cells. So one wrong cell hides no other mistake, not even in its row, and what would follow from it alone
is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import replace
from typing import Any, Final

from corridors.checks.references import known_ids, references_exist
from corridors.findings import Finding
from corridors.io import cells
from corridors.io.cells import Value
from corridors.model import Corridor
from corridors.schema import Field, schema

Rule = Callable[[Corridor], Iterable[Finding]]
Row = tuple[str, str]
"""Name of the file and key of a row."""
Columns = Mapping[Row, Set[str]]
"""Columns of the doubtful cells of rows."""

KEYS: Final = {"itineraries": ("itinerary", "step"), "assumptions": ("address",)}
"""Columns that make the key of a row; of the other tables it is the id."""
WAYS: Final = ("travel.gap", "travel.no_link_from", "travel.no_link_to")
"""Findings that a link is lacking, which follow from a link with a doubtful end."""
ENDS: Final = frozenset({"origin", "destination"})
LARGE: Final = 1000.0
MOST: Final = 8
"""Known ids that are tried for an unknown one without a near one."""
OTHERS: Final[Mapping[str, tuple[Value, ...]]] = {
    "bool": (False, True),
    "date": ("2000-01-01", "9999-12-31"),
    "time": ("00:00", "12:00"),
    "weekdays": ("Mon-Sun", "Mon"),
    "zone": ("", "UTC"),
    "country": ("CN", "KZ"),
    "numbers": ("1", ";".join("1" * 12)),
}
"""Values that a column of a type may have, the neutral one first."""


def in_whatever_sense(
    corridor: Corridor, rules: Iterable[Rule], wrong: Columns, lost: Set[str] = frozenset()
) -> list[Finding]:
    """The unknown ids of a Corridor and the findings of rules that do not depend on its doubtful cells.

    ``wrong`` are the cells whose value does not fit. From tables that ``lost`` rows, nothing can be concluded but that
    ids of other tables are unknown.
    """
    unknown = [one for one in references_exist(corridor) if not _is_about(one, wrong) and not _refers_to(one, lost)]
    if lost:
        return unknown
    rest = [rule for rule in rules if rule is not references_exist]
    values = _values(corridor, wrong, unknown)
    if not values:
        found = [finding for rule in rest for finding in rule(corridor)]
        return [*unknown, *(one for one in found if not _is_about(one, wrong))]
    doubtful = {row: {*wrong.get(row, ()), *values.get(row, ())} for row in {*wrong, *values}}
    number = max(len(some) for columns in values.values() for some in columns.values())
    worlds = [_with(corridor, values, n) for n in range(max(number, 2))]
    first, *others = [[finding for rule in rest for finding in rule(world)] for world in worlds]
    again = [{_said(finding) for finding in found} for found in others]
    held = (one for one in first if all(_said(one) in found for found in again))
    lacking = any(file == "links.csv" and columns & ENDS for (file, _), columns in doubtful.items())
    return [*unknown, *(one for one in held if not _is_about(one, doubtful) and not (lacking and one.code in WAYS))]


def _said(finding: Finding) -> Finding:
    """A finding without its suggestion: the number of searches is limited."""
    return replace(finding, nearest="")


def _is_about(finding: Finding, cells: Columns) -> bool:
    """Whether a finding is about one of some cells; a range is also about the number that it is for."""
    if finding.column in cells.get((finding.file, finding.id), ()):
        return True
    if not finding.code.startswith("range."):
        return False
    table, _, rest = finding.id.partition(".")
    key, _, name = rest.rpartition(".")
    return name in cells.get((f"{table}.csv", key), ())


def _refers_to(finding: Finding, tables: Set[str]) -> bool:
    """Whether an unknown id may be one of some tables."""
    column = schema(finding.file.removesuffix(".csv"))[finding.column]
    return any(place.partition(".")[0] in tables for place in column.reference)


def _values(corridor: Corridor, wrong: Columns, unknown: Iterable[Finding]) -> dict[Row, dict[str, tuple[Value, ...]]]:
    """Values to try in each doubtful cell, by row and column."""
    found: dict[Row, dict[str, tuple[Value, ...]]] = {}
    for (file, key), columns in wrong.items():
        table = file.removesuffix(".csv")
        own = KEYS.get(table, ("id",))
        for column in schema(table).values():
            if column.name in columns and column.name not in own and key in corridor.table(table):
                found.setdefault((file, key), {})[column.name] = _of_column(corridor, column)
    for one in unknown:
        column = schema(one.file.removesuffix(".csv"))[one.column]
        found.setdefault((one.file, one.id), {})[column.name] = _of_id(corridor, one, column)
    return found


def _of_column(corridor: Corridor, column: Field) -> tuple[Value, ...]:
    """Values that a wrong cell may be meant to have, the neutral one first."""
    neutral = cells.neutral(column)
    if column.reference:
        some = sorted(set().union(*(known_ids(corridor, place) for place in column.reference)))[:1]
        return (neutral, *some)
    if column.choices:
        return tuple(dict.fromkeys((neutral, *column.choices)))
    if column.type in ("int", "float"):
        most = min(LARGE, column.high if column.high is not None else LARGE)
        large: Value = int(most) if column.type == "int" else most
        return (neutral, large) if neutral != large else (neutral, column.low)
    return tuple(dict.fromkeys((neutral, *OTHERS.get(column.type, ()))))


def _of_id(corridor: Corridor, unknown: Finding, column: Field) -> tuple[Value, ...]:
    """Values for a cell with an unknown id: as it is, and known ones that may be meant."""
    row = corridor.table(unknown.file.removesuffix(".csv"))[unknown.id]
    text = str(getattr(row, column.name))
    known = set().union(*(known_ids(corridor, place) for place in column.reference))
    names = text.split(";") if column.type == "ids" else [text]
    likely = [unknown.nearest] if unknown.nearest else sorted(_of_other_steps(corridor, row, column) & known)[:MOST]
    meant = (
        ";".join(dict.fromkeys(name if name in known else other for name in names))
        for other in likely or [min(known, default="")]
    )
    return tuple(dict.fromkeys((text, *meant)))


def _of_other_steps(corridor: Corridor, row: Any, column: Field) -> set[str]:
    """What the other steps of an itinerary have in a column; nothing for a row of another table."""
    steps = corridor.steps(row.itinerary) if column.table == "itineraries" else ()
    return {getattr(step, column.name) for step in steps if step.id != row.id} - {""}


def _with(corridor: Corridor, values: Mapping[Row, Mapping[str, tuple[Value, ...]]], n: int) -> Corridor:
    """The Corridor with the n-th value in each doubtful cell."""
    changed: dict[str, dict[str, Any]] = {}
    for (file, key), columns in values.items():
        table = file.removesuffix(".csv")
        rows = changed.setdefault(table, dict(corridor.table(table)))
        rows[key] = replace(rows[key], **{name: some[n % len(some)] for name, some in columns.items()})
    return replace(corridor, **changed)
