"""Write the tables of docs/calibration.md: fitted numbers, and the fit to each figure before and after.

    bridgehead calibrate
    python tools/calibration_table.py

In: the two files of ``data/calibration``, and the data of today, whose differences from those of the calibration it
lists. A test compares the page with them.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import Final

from corridors.io.atomic_files import write_atomically
from corridors.io.folders import data_root
from corridors.load import load_corridor
from sim.studies.validation.comparisons import load_comparisons
from sim.studies.validation.levels import BASE
from tools.page_parts import put_into

PAGE: Final = Path(__file__).parents[1] / "docs" / "calibration.md"
NAME: Final = "base_2023"


def table() -> str:
    """Both tables as Markdown."""
    values, facts = (_rows(file) for file in (f"{NAME}.csv", f"{NAME}_facts.csv"))
    first = values[0]
    lines = [f"Loss {first['loss_before']} with the set values, {first['loss_after']} after fitting; clearly better:"]
    lines.append(f" {first['clearly_better']}.\n\n")
    for role in ("fit", "test"):
        these = [row for row in facts if row["role"] == role]
        agree = [sum(row[f"within_{when}"] == "yes" for row in these) for when in ("before", "after")]
        lines.append(f"Of {len(these)} figures with the role {role}, {agree[0]} agree before and {agree[1]} after.\n")
    lines.append(_since(values, facts))
    lines.append("\n| number | set value | fitted value | near-equal fits | range |\n|---|---|---|---|---|\n")
    lines += [_value(row) for row in values]
    lines.append("\n| ID | port | role | published | before | after |\n|---|---|---|---|---|---|\n")
    lines += [_fact(row) for row in facts if row["kind"] == "outcome"]
    return "".join(lines)


def _since(values: list[dict[str, str]], facts: list[dict[str, str]]) -> str:
    """What today's data have otherwise: set values of the numbers, and year, role, kind and value of the figures."""
    corridor = load_corridor()
    moved = [
        f"`{row['address']}` ({row['declared']}, now {'empty' if now is None else format(now, 'g')})"
        for row in values
        if (now := corridor.cell(row["address"])) != float(row["declared"])
    ]
    today = {one.id: (one.role, one.kind, one.published) for one in load_comparisons() if one.level == BASE}
    other = [
        row["comparison"]
        for row in facts
        if today.get(row["comparison"]) != (row["role"], row["kind"], float(row["published"]))
    ]
    parts = [
        ("Fitted numbers with another set value", moved),
        ("Figures with another year, role, kind or value", other),
    ]
    return "".join(f"\n{name} since then: {', '.join(those) or 'none'}.\n" for name, those in parts)


def _value(row: dict[str, str]) -> str:
    spread, range = f"{row['spread_low']} - {row['spread_high']}", f"{row['low']} - {row['high']}"
    return f"| `{row['address']}` | {row['declared']} | {row['value']} | {spread} | {range} |\n"


def _fact(row: dict[str, str]) -> str:
    fits = [f"{row[key]}{' ✓' if row[f'within_{key}'] == 'yes' else ''}" for key in ("before", "after")]
    cells = [row["comparison"], row["port"], row["role"], f"{row['published']} {row['unit']}", *fits]
    return f"| {' | '.join(cells)} |\n"


def _rows(file: str) -> list[dict[str, str]]:
    with (data_root() / "calibration" / file).open(encoding="utf-8-sig", newline="") as source:
        return list(csv.DictReader(source))


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    write_atomically(PAGE, put_into(PAGE.read_text(encoding="utf-8"), "calibration", table()).encode())
