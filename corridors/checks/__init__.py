"""Rules about relations between values of a Corridor, one function a rule.

Input: a Corridor with typed values. Output: findings, errors for data that cannot be run and warnings for data that
can but are most likely wrong. Each family of rules has a module; every rule reads all rows, tolerates violations of
the others, and states in its docstring what must hold. ``docs/rules.md`` shows each with a bad and a good row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import replace
from pathlib import Path
from typing import Final

from corridors.checks import (
    capacity,
    choices,
    circles,
    clocks,
    closed_links,
    itineraries,
    journeys,
    links,
    loads,
    measured_days,
    openings,
    orders,
    parameters,
    ports,
    provenance,
    references,
    rows,
    services,
    shares,
    unused,
    values,
)
from corridors.checks.doubtful import Columns, Rule, in_whatever_sense
from corridors.checks.kept_findings import KeptRule
from corridors.checks.report import may_refuse, table_named
from corridors.findings import ERROR, Finding, limited_suggestions
from corridors.io.tables import Reading, read_folder
from corridors.model import TABLES, Corridor

RULES: Final[tuple[Rule, ...]] = (
    *references.RULES,
    *links.RULES,
    *ports.RULES,
    *rows.RULES,
    *services.RULES,
    *choices.RULES,
    *clocks.RULES,
    *itineraries.RULES,
    *journeys.RULES,
    *circles.RULES,
    *loads.RULES,
    *closed_links.RULES,
    *orders.RULES,
    *capacity.RULES,
    *parameters.RULES,
    *shares.RULES,
    *provenance.RULES,
    *unused.RULES,
)
REFUSING: Final[tuple[Rule, ...]] = tuple(
    rule if rule is references.references_exist else KeptRule(rule) for rule in RULES if may_refuse(rule)
)
"""Those that do not only warn; unknown ids are looked for by themselves."""
RUN_RULES: Final[tuple[Rule, ...]] = (
    *RULES,
    *openings.RULES,
    *measured_days.RULES,
    *orders.RUN_RULES,
)
"""Also the rules about the days of a run."""
MOST_REPEATED: Final = 20
"""Rows with a repeated id of which unknown ids are found."""
FOLDER_RULES: Final[tuple[Rule, ...]] = (
    *RUN_RULES,
    *openings.FOLDER_RULES,
    *closed_links.FOLDER_RULES,
    *provenance.FOLDER_RULES,
)
"""Also the rules of tables only: documents set numbers that no source states, and name changes without effect."""


@limited_suggestions()
def check(
    corridor: Corridor, wrong: Columns | None = None, lost: Set[str] = frozenset(), warn: bool = True
) -> list[Finding]:
    """All findings about a Corridor, by file and row; unless it is to ``warn``, without those of rules that only warn.

    The order of rows in the files has no effect.

    Where a value has the wrong type or is out of bounds (in a Corridor from a program, not from files), or an id is
    unknown, the findings do not depend on it; nor on other ``wrong`` cells, and tables that ``lost`` rows.
    """
    known = wrong or {}
    unsound = [
        one for one in values.values_fit_the_schema(corridor) if one.column not in known.get((one.file, one.id), ())
    ]
    doubtful = _cells(unsound)
    for row, columns in known.items():
        doubtful.setdefault(row, set()).update(columns)
    rules = RULES if warn else REFUSING
    return _in_order([*unsound, *in_whatever_sense(corridor, rules, doubtful, lost)])


@limited_suggestions()
def new_findings(before: Corridor, after: Corridor) -> list[Finding]:
    """The findings that changes of a corridor cause on the days of its run.

    A rule that names all rows of a table in one finding reads only the rows that differ.
    """
    if any(values.values_fit_the_schema(after)):
        known = set(check(before))
        return [one for one in check(after) if one not in known]
    whole = [rule for rule in RUN_RULES if not table_named(rule)]
    known = set(_found(before, whole))
    found = [one for one in in_whatever_sense(after, whole, {}) if one not in known]
    for rule in RUN_RULES:
        if table := table_named(rule):
            old = before.table(table)
            differ = {id: row for id, row in after.table(table).items() if row != old.get(id)}
            found += rule(replace(after, **{table: differ}))
    return _in_order(found)


@limited_suggestions()
def check_reading(reading: Reading) -> list[Finding]:
    """The findings of reading and of the rules, with line numbers.

    A wrong cell hides no finding that does not depend on it (:mod:`corridors.checks.doubtful`).
    """
    found = [
        replace(finding, row=reading.lines.get((finding.file, finding.id)))
        for finding in in_whatever_sense(reading.draft, FOLDER_RULES, reading.wrong, reading.lost)
    ]
    for table, key, row, line in reading.repeated[:MOST_REPEATED]:
        again = replace(reading.draft, **{table: {**reading.draft.table(table), key: row}})
        names = in_whatever_sense(again, (), {}, frozenset(TABLES) if reading.lost else {table})
        found += (replace(one, row=line) for one in names if (one.file, one.id) == (f"{table}.csv", key))
    return _in_order([*map(reading.at_home, [*reading.findings, *found])])


@limited_suggestions()
def check_folder(folder: Path) -> list[Finding]:
    """All findings in a data folder: files, cells and rules.

    Never raises on bad data.
    """
    return check_reading(read_folder(folder))


def _found(corridor: Corridor, rules: Iterable[Rule]) -> Iterator[Finding]:
    for rule in rules:
        yield from rule(corridor)


def _cells(findings: Iterable[Finding]) -> dict[tuple[str, str], set[str]]:
    """The columns of the cells that findings are about, by file and id of the row."""
    columns: dict[tuple[str, str], set[str]] = {}
    for one in findings:
        columns.setdefault((one.file, one.id), set()).add(one.column)
    return columns


def _in_order(findings: list[Finding]) -> list[Finding]:
    """Errors first, then by file and line."""
    return sorted(
        dict.fromkeys(findings),
        key=lambda f: (f.level != ERROR, f.file, f.row or 0, f.id, f.column, f.code, str(f.message), str(f.found)),
    )
