"""Rules about relations between values of a Corridor, one function a rule.

Input: a Corridor with typed values. Output: findings, errors for data that cannot be run and warnings for data that
can but are most likely wrong. Each family of rules has a module; every rule reads all rows, tolerates violations of
the others, and states in its docstring what must hold. ``docs/rules.md`` shows each with a bad and a good row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from corridors.checks import (
    capacity,
    clocks,
    closed_links,
    itineraries,
    journeys,
    openings,
    orders,
    parameters,
    provenance,
    references,
    rows,
    shares,
    unused,
)
from corridors.checks.report import table_named
from corridors.findings import ERROR, Finding, limited_suggestions
from corridors.io.tables import Reading, read_folder
from corridors.model import Corridor

Rule = Callable[[Corridor], Iterable[Finding]]

RULES: Final[tuple[Rule, ...]] = (
    *references.RULES,
    *rows.RULES,
    *clocks.RULES,
    *itineraries.RULES,
    *journeys.RULES,
    *closed_links.RULES,
    *orders.RULES,
    *capacity.RULES,
    *parameters.RULES,
    *shares.RULES,
    *provenance.RULES,
    *unused.RULES,
)
RUN_RULES: Final[tuple[Rule, ...]] = (*RULES, *openings.RULES, *orders.RUN_RULES)
"""Also the rules about the days of a run."""
FOLDER_RULES: Final[tuple[Rule, ...]] = (*RUN_RULES, *openings.FOLDER_RULES, *provenance.FOLDER_RULES)
"""Also the rules of tables only: documents set numbers that no source states, and name changes without effect."""


LACKS: Final = {"closure.detour": "services.csv"}
"""Findings that something is lacking in the rows of another file; they are left out while a cell there is wrong."""


@limited_suggestions()
def check(corridor: Corridor) -> list[Finding]:
    """All findings about a Corridor, by file and row.

    The order of rows in the files has no effect.

    If a value has the wrong type or is out of bounds (in a Corridor from a program, not from files), the rules that
    calculate with values are skipped.
    """
    unsound = list(rows.values_fit_the_schema(corridor))
    return _in_order([*unsound, *_found(corridor, references.RULES if unsound else RULES)])


@limited_suggestions()
def new_findings(before: Corridor, after: Corridor) -> list[Finding]:
    """The findings that changes of a corridor cause on the days of its run.

    A rule that names all rows of a table in one finding reads only the rows that differ.
    """
    if any(rows.values_fit_the_schema(after)):
        known = set(check(before))
        return [one for one in check(after) if one not in known]
    whole = [rule for rule in RUN_RULES if not table_named(rule)]
    known = set(_found(before, whole))
    found = [one for one in _found(after, whole) if one not in known]
    for rule in RUN_RULES:
        if table := table_named(rule):
            old = before.table(table)
            differ = {id: row for id, row in after.table(table).items() if row != old.get(id)}
            found += rule(replace(after, **{table: differ}))
    return _in_order(found)


@limited_suggestions()
def check_reading(reading: Reading) -> list[Finding]:
    """The findings of reading and of the rules, with line numbers.

    Rows with a wrong cell skip the rules.
    """
    if reading.lost:
        return _in_order([*map(reading.at_home, reading.findings)])
    found = [
        replace(finding, row=reading.lines.get((finding.file, finding.id)))
        for finding in _found(reading.draft, FOLDER_RULES)
        if not {(finding.file, finding.id), _assumed(finding)} & reading.spoiled
        and LACKS.get(finding.code) not in {file for file, _ in reading.spoiled}
    ]
    return _in_order([*map(reading.at_home, [*reading.findings, *found])])


def _assumed(finding: Finding) -> tuple[str, str]:
    """File and id of the row of an assumption, for findings about its range."""
    table, _, rest = finding.id.partition(".") if finding.code.startswith("range.") else ("", "", "")
    return f"{table}.csv", rest.rpartition(".")[0]


@limited_suggestions()
def check_folder(folder: Path) -> list[Finding]:
    """All findings in a data folder: files, cells and rules.

    Never raises on bad data.
    """
    return check_reading(read_folder(folder))


def _found(corridor: Corridor, rules: Iterable[Rule]) -> Iterator[Finding]:
    for rule in rules:
        yield from rule(corridor)


def _in_order(findings: list[Finding]) -> list[Finding]:
    """Errors first, then by file and line."""
    return sorted(
        dict.fromkeys(findings),
        key=lambda f: (f.level != ERROR, f.file, f.row or 0, f.id, f.column, f.code, str(f.message), str(f.found)),
    )
