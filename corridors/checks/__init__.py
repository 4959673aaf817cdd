"""Whether a Corridor makes sense: the rules of the trade that no single cell can break. One function a rule.

In: a Corridor with typed values. Out: findings, errors for what cannot be run and warnings for what can but looks
wrong. The rules stand in families, one module each; every rule looks at all rows, tolerates what the others complain
about, and says in its docstring what must hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from corridors.checks import capacity, clocks, itineraries, journeys, provenance, references, rows, unused
from corridors.findings import ERROR, Finding
from corridors.io.tables import Reading, read_folder
from corridors.model import Corridor

Rule = Callable[[Corridor], Iterable[Finding]]

RULES: Final[tuple[Rule, ...]] = (
    *references.RULES,
    *rows.RULES,
    *clocks.RULES,
    *itineraries.RULES,
    *journeys.RULES,
    *capacity.RULES,
    *provenance.RULES,
    *unused.RULES,
)


def check(corridor: Corridor) -> list[Finding]:
    """All findings about a Corridor, by file and row; the order does not depend on that of the rows in their files.

    Where a value has the wrong type or is out of bounds (a Corridor that a program made, not a file) the rules that
    calculate with values are left out until it is put right.
    """
    unsound = list(rows.values_fit_the_schema(corridor))
    return _in_order([*unsound, *_judged(corridor, references.RULES if unsound else RULES)])


def check_reading(reading: Reading) -> list[Finding]:
    """The findings of reading and of the rules, with line numbers; a row with a wrong cell is not judged twice."""
    if reading.lost:
        return _in_order(reading.findings)
    judged = [
        replace(finding, row=reading.lines.get((finding.file, finding.id)))
        for finding in _judged(reading.draft, RULES)
        if (finding.file, finding.id) not in reading.spoiled
    ]
    return _in_order([*reading.findings, *judged])


def check_folder(folder: Path) -> list[Finding]:
    """Every finding in a data folder at once: files, cells and rules. Never raises on bad data."""
    return check_reading(read_folder(folder))


def _judged(corridor: Corridor, rules: Iterable[Rule]) -> Iterator[Finding]:
    for rule in rules:
        yield from rule(corridor)


def _in_order(findings: list[Finding]) -> list[Finding]:
    """Errors first, then by file and line."""
    return sorted(
        dict.fromkeys(findings),
        key=lambda f: (f.level != ERROR, f.file, f.row or 0, f.id, f.column, f.message, f.found),
    )
