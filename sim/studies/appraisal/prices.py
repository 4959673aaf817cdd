"""Prices of an appraisal: every number with its range, source and grade, and how each flow answers.

Input: the folder ``appraisal`` of the data, with ``prices.csv`` (one price a row, id ``kind.of`` such as
``cargo.cr_express``) and ``answers.csv`` (services or classes). Output: :class:`Prices` and the answer of a service.
The row of a service comes before that of its class, and that before ``default``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, cast

import numpy as np
import numpy.typing as npt

from corridors.facts import facts
from corridors.findings import ERROR, DataError, Finding, nearest
from corridors.io.csv_files import read_sheet, repeated_columns
from corridors.io.folders import data_root
from corridors.io.plain_files import exists
from corridors.messages import message
from corridors.model import Corridor
from sim.studies.appraisal.benefits import REGIMES, Regime

ROOM: Final = "appraisal"
"""The catalogue of the messages of appraisals."""
PRICES: Final = "prices.csv"
ANSWERS: Final = "answers.csv"
DEFAULT: Final = "default"
GRADES: Final = ("measured", "reported", "derived", "assumed")
Point = Mapping[str, float | npt.NDArray[np.float64]]
"""Values of prices by id; arrays (points, 1, 1) for several points at once."""


@dataclass(frozen=True)
class Price:
    """One price, in its unit, with its range."""

    id: str
    value: float
    low: float
    high: float
    unit: str
    source: str
    grade: str
    meaning_en: str
    meaning_zh: str

    @property
    def uncertain(self) -> bool:
        """Whether it has a range."""
        return self.low < self.high


@dataclass(frozen=True)
class AnswerRow:
    """How a service or class answers, and the market whose tonnes it shares."""

    extra: Regime
    market: str
    includes: str = ""
    """A service whose whole way the service also covers: its costs of a tonne are saved."""


@dataclass(frozen=True)
class Prices:
    """All prices and answers by id."""

    rows: Mapping[str, Price]
    answers: Mapping[str, AnswerRow]
    sources: frozenset[str] = frozenset()
    """Ids of facts and sources that a number may name."""

    def id_of(self, kind: str, service: str, klass: str) -> str:
        """The id of the price of a kind for a service: its own, that of its class, or the default."""
        for name in (service, klass):
            if f"{kind}.{name}" in self.rows:
                return f"{kind}.{name}"
        return f"{kind}.{DEFAULT}"

    def answer(self, service: str, klass: str) -> AnswerRow:
        """The answer of a service; one of a class without a row diverts. Without a market, it has its own."""
        found = self.answers.get(service) or self.answers.get(klass) or AnswerRow("diverts", "")
        return AnswerRow(found.extra, found.market or service, found.includes)

    @property
    def central(self) -> dict[str, float]:
        """The value of each price."""
        return {id: price.value for id, price in self.rows.items()}


def load_prices(folder: Path | None, corridor: Corridor) -> Prices:
    """The prices of a folder; a missing folder or table has that of the package. Raises DataError with all findings."""
    own = data_root() / "appraisal"
    paths = {name: (folder or own) / name for name in (PRICES, ANSWERS)}
    paths = {name: path if exists(path) else own / name for name, path in paths.items()}
    known = {*facts(), *corridor.sources, *_package_sources()}
    findings: list[Finding] = []
    rows = {price.id: price for price in _prices(paths[PRICES], known, findings)}
    answers = dict(_answers(paths[ANSWERS], known, findings))
    missing = sorted({price for price in _required() if price not in rows}) if not findings else []
    findings += [_wrong(PRICES, None, "id", "", "missing_price", id=id) for id in missing]
    if findings:
        raise DataError(findings)
    return Prices(rows, answers, frozenset(known))


def _package_sources() -> set[str]:
    return {cells["id"] for _, cells in _cells(data_root() / "baseline" / "sources.csv", [])}


def _required() -> Iterator[str]:
    """Ids of prices without which nothing can be appraised: those of the package, but for single classes."""
    for _, cells in _cells(data_root() / "appraisal" / PRICES, []):
        kind, _, of = cells["id"].partition(".")
        if not of or of == DEFAULT or kind in ("carbon", "uplift", "life", "build", "rate"):
            yield cells["id"]


def _prices(path: Path, known: set[str], findings: list[Finding]) -> Iterator[Price]:
    for line, cells in _cells(path, findings):
        fail = partial(_wrong, path.name, line, id=cells["id"])
        numbers = [_number(cells[column]) for column in ("value", "low", "high")]
        if None in numbers:
            findings.append(fail("value", cells["value"], "not_number"))
            continue
        value, low, high = cast(list[float], numbers)
        if not low <= value <= high:
            findings.append(fail("value", cells["value"], "not_in_range"))
        findings += _provenance(cells, known, fail)
        texts = (cells[column] for column in ("unit", "source", "grade", "meaning_en", "meaning_zh"))
        yield Price(cells["id"], value, low, high, *texts)


def _answers(path: Path, known: set[str], findings: list[Finding]) -> Iterator[tuple[str, AnswerRow]]:
    for line, cells in _cells(path, findings):
        fail = partial(_wrong, path.name, line, id=cells["flow"])
        if cells["extra"] not in REGIMES:
            findings.append(fail("extra", cells["extra"], "unknown_answer", near=nearest(cells["extra"], REGIMES)))
            continue
        findings += _provenance(cells, known, fail)
        yield cells["flow"], AnswerRow(cells["extra"], cells["market"], cells.get("includes", ""))


def _provenance(cells: Mapping[str, str], known: set[str], fail: partial[Finding]) -> Iterator[Finding]:
    if cells["grade"] not in GRADES:
        yield fail("grade", cells["grade"], "unknown_grade")
    for source in cells["source"].split(";"):
        if source not in known:
            yield fail("source", source, "unknown_source", near=nearest(source, known))


def _cells(path: Path, findings: list[Finding]) -> Iterator[tuple[int, dict[str, str]]]:
    sheet = read_sheet(path)
    findings += [*sheet.findings, *repeated_columns(path.name, sheet.header)]
    for line, cells in sheet.rows:
        yield line, dict(zip(sheet.header, cells, strict=True))


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _wrong(file: str, line: int | None, column: str, found: str, code: str, id: str = "", near: str = "") -> Finding:
    why, expected = message(f"price.{code}", ROOM), message(f"want.{code}", ROOM)
    return Finding(ERROR, file, line, column, found, expected, near, why, id)
