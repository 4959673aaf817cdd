"""Scaled whole numbers that are rounded: 2 servers times 1.3 are 3, not 2.6.

A fleet of 5,650 in place of 5,650.4 vehicles is what the scenario means, so a small difference is not reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from corridors.findings import WARNING, Finding
from corridors.io import cells
from corridors.messages import message
from corridors.model import TABLES, Corridor
from corridors.overlay.applying import lay_over
from corridors.overlay.changes import Change
from corridors.schema import schema

LEAST: Final = 0.01
"""Share of the product by which the rounded number differs from it at least, to be reported."""
ROOM: Final = "runs"


def rounded_changes(baseline: Corridor, changes: Sequence[Change]) -> list[Finding]:
    """Warnings for scaled whole numbers that are rounded by more than ``LEAST``.

    A number that is rounded to what it was has no effect, which :mod:`.idle_changes` says. The changes are in the order
    in which they are made.
    """
    found = []
    for k, change in enumerate(changes):
        if (product := scaled(baseline, changes[: k + 1])) is None:
            continue
        before, made, value = product
        if value != before and abs(value - made) > LEAST * abs(made):
            why = message("rounded.number", ROOM, made=shown(made), value=value)
            expected = message("want.whole_number", ROOM)
            origin = change.origin or "changes"
            found.append(Finding(WARNING, origin, None, change.address, str(change.unsigned()), expected, "", why))
    return found


def scaled(baseline: Corridor, changes: Sequence[Change]) -> tuple[int, float, int] | None:
    """Before, product and rounded number of the last change; None if it scales no whole number of the tables."""
    *earlier, change = changes
    table, _, rest = change.address.partition(".")
    row, _, name = rest.rpartition(".")
    column = schema(table).get(name) if table in TABLES else None
    if change.op != "scale" or column is None or column.type != "int":
        return None
    own = [one for one in earlier if one.address in (change.address, f"{table}.{row}")]
    rows = [lay_over(baseline, some, in_order=True).table(table).get(row) for some in (own, [*own, change])]
    before, value = (getattr(one, name, None) for one in rows)
    if not isinstance(before, int) or not isinstance(value, int) or not isinstance(change.value, int | float):
        return None
    return before, before * change.value, value


def shown(number: float) -> str:
    """A product without the noise of floating point."""
    return cells.show(round(number, 6))
