"""A calibration as data, and the step that writes it into the tables.

Input: a Calibration. Output: two files in ``data/calibration``, ``<name>.csv`` with the values (grade calibrated) and
``<name>_facts.csv`` with the fit of every published figure before and after. A separate step writes the values into the
tables of a data folder: the cell of each number, its row of ``assumptions.csv`` (grade calibrated, the calibration as
source) and a row of ``sources.csv``. Ranges are kept, so that a calibration can be repeated.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from corridors.io.atomic_files import atomic_file
from sim.studies.calibration.study import Calibration

VALUES: Final = (
    *("address", "value", "declared", "low", "high", "spread_low", "spread_high", "near_equal_fits"),
    *("ports", "facts", "loss_before", "loss_after", "clearly_better", "grade"),
)
FACTS: Final = (
    *("port", "comparison", "fact", "role", "kind", "unit", "published"),
    *("before", "after", "within_before", "within_after"),
)
CALIBRATED: Final = "calibrated"


def write_record(folder: Path, name: str, calibration: Calibration) -> list[Path]:
    """Write both files; equal calibrations give equal files. Returns their paths."""
    values, facts = folder / f"{name}.csv", folder / f"{name}_facts.csv"
    _write(values, VALUES, _values(calibration))
    _write(facts, FACTS, _facts(calibration))
    return [values, facts]


def apply_record(folder: Path, name: str, calibration: Calibration, title: str) -> list[str]:
    """Write the fitted values into the tables of a data folder; returns the addresses written.

    ``title`` is that of the new row of ``sources.csv``.
    """
    source = f"calibration_{name}"
    made = {one.address: number(one.value) for one in calibration.numbers}
    by_table: dict[str, dict[str, str]] = {}
    for address, value in made.items():
        by_table.setdefault(address.partition(".")[0], {})[address] = value
    for table, values in by_table.items():
        _set_cells(folder / f"{table}.csv", table, values)
    _set_grades(folder / "assumptions.csv", source, set(made))
    _add_source(folder / "sources.csv", source, title)
    return sorted(made)


def number(value: float) -> str:
    """Format a value as in the tables."""
    return f"{value:.6g}" if abs(value) < 1e6 else f"{value:.0f}"


def _values(found: Calibration) -> Iterable[dict[str, str]]:
    for one in found.numbers:
        yield {
            "address": one.address,
            "value": number(one.value),
            "declared": number(one.declared),
            "low": number(one.low),
            "high": number(one.high),
            "spread_low": number(one.spread[0]),
            "spread_high": number(one.spread[1]),
            "near_equal_fits": str(found.near_equal),
            "ports": ";".join(one.ports),
            "facts": ";".join(fact.of.id for fact in found.facts if fact.fitted and fact.port in one.ports),
            "loss_before": f"{found.before:.3f}",
            "loss_after": f"{found.after:.3f}",
            "clearly_better": "yes" if found.clearly_better else "no",
            "grade": CALIBRATED,
        }


def _facts(found: Calibration) -> Iterable[dict[str, str]]:
    for one in found.facts:
        yield {
            "port": one.port,
            "comparison": one.of.id,
            "fact": one.of.fact,
            "role": one.of.role,
            "kind": one.of.kind,
            "unit": one.of.unit,
            "published": f"{one.of.published:g}",
            "before": f"{one.before:.4g}",
            "after": f"{one.after:.4g}",
            "within_before": "yes" if one.of.within(one.before) else "no",
            "within_after": "yes" if one.of.within(one.after) else "no",
        }


def _set_cells(file: Path, table: str, values: Mapping[str, str]) -> None:
    header, rows = _read(file)
    keys = 2 if table == "itineraries" else 1
    for row in rows:
        for k, column in enumerate(header):
            address = ".".join([table, *row[:keys], column])
            row[k] = values.get(address, row[k])
    _rewrite(file, header, rows)


def _set_grades(file: Path, source: str, addresses: set[str]) -> None:
    header, rows = _read(file)
    for row in rows:
        if row[0] in addresses:
            row[header.index("grade")], row[header.index("source")] = CALIBRATED, source
    _rewrite(file, header, rows)


def _add_source(file: Path, source: str, title: str) -> None:
    header, rows = _read(file)
    if source not in {row[0] for row in rows}:
        rows.append([{"id": source, "title": title}.get(column, "") for column in header])
    _rewrite(file, header, rows)


def _read(file: Path) -> tuple[list[str], list[list[str]]]:
    with file.open(encoding="utf-8-sig", newline="") as source:
        header, *rows = csv.reader(source)
    return header, rows


def _rewrite(file: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    mark = file.read_bytes().startswith(b"\xef\xbb\xbf")
    _write_lines(file, [header, *rows], "utf-8-sig" if mark else "utf-8")


def _write(file: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    _write_lines(file, [columns, *([row[column] for column in columns] for row in rows)], "utf-8")


def _write_lines(file: Path, lines: Sequence[Sequence[str]], encoding: str) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    with atomic_file(file) as sink:
        sink.write(text.getvalue().encode(encoding))
