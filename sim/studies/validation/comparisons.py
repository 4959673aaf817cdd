"""Which published figure is compared with which figure of the model, as data.

In: ``data/validation/comparisons.csv`` and the facts. Out: one :class:`Comparison` a row, or a DataError with all that
is wrong with the file. Every comparison has a *role* and a *kind*:

role ``fit``   the fact was used to make the model: it is a source of its data, or calibration is fitted to it
role ``test``  the fact was not used
kind ``given``    the model's figure follows from numbers that were put in (demand, loads, a duration): agreement only
                  shows that the model lets them through
kind ``outcome``  it follows from how the model works (queues, gates, calendars, wagons that come back)
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from corridors.facts import facts
from corridors.findings import ERROR, DataError, Finding, nearest
from corridors.io.csv_files import read_sheet
from corridors.io.folders import data_root
from corridors.io.schema_errors import refusals_of
from corridors.messages import InvalidValueError, Param, message
from sim.kpi.key_figures import KPIS
from sim.studies.validation.measures import LOADS, MEASURES, Quantity

ROOM: Final = "runs"
"""The catalogue of the messages about comparisons."""
TOLERANCE: Final = 0.15
"""How far from a published figure still counts as agreement, as a share of it."""
TOPICS: Final = {
    "trains": ("Container trains", "中欧班列列数"),
    "teu": ("Containers", "集装箱量"),
    "tonnes": ("Cargo", "货运量"),
    "trucks": ("Trucks", "公路车辆"),
    "transshipment": ("Transshipment", "换装能力与作业"),
    "crossing": ("Trains at the crossing", "过境列数"),
    "border_hours": ("Hours at the border", "口岸停留时间"),
    "speed": ("Speed", "运行速度"),
    "transit": ("Transit", "全程时间"),
    "payload": ("Payload", "单车（列）载重"),
    "stock": ("Stocks and queues", "库存与积压"),
}
"""What is compared: name in English and Chinese, in the order of the report."""


def _listed(value: Any) -> Any:
    return tuple(part for part in value.split(";") if part) if isinstance(value, str) else value


def _none(value: Any) -> Any:
    return None if value == "" else value


Listed = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Maybe = Annotated[float | None, BeforeValidator(_none)]


class Comparison(Quantity):
    """One row: a fact, the figure of the model it is held against, and how near is near enough."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    """The fact's id, and a word where one fact is compared more than once."""
    fact: str
    topic: Literal[tuple(TOPICS)]  # type: ignore[valid-type]
    level: str
    """'base', or the id of a year in ``data/years``."""
    what_en: str = Field(min_length=1)
    what_zh: str = Field(min_length=1)
    of: Listed = ()
    vehicle_class: Listed = ()
    unit: str
    published: float
    """The figure of the fact; the middle of its range where it is one."""
    low: Maybe = None
    high: Maybe = None
    """The range as reported; without one, within :data:`TOLERANCE` is near enough."""
    reading: str = ""
    """How ``published`` follows from the fact, unless it is the fact's value."""
    role: Literal["fit", "test"]
    kind: Literal["given", "outcome"]
    why_en: str = ""
    why_zh: str = ""
    """Why the model differs; wanted of every figure out of tolerance."""

    @model_validator(mode="after")
    def _makes_sense(self) -> Comparison:
        if self.measure not in MEASURES:
            raise _invalid(
                "measure", measure=self.measure, names=tuple(MEASURES), close=nearest(self.measure, MEASURES)
            )
        kpis = LOADS if self.measure in ("flow", "peak_day", "load") else KPIS if self.measure == "kpi" else [""]
        if self.kpi not in kpis:
            raise _invalid("kpi", names=tuple(kpis), measure=self.measure)
        if self.low is not None and self.high is not None and not self.low <= self.published <= self.high:
            raise _invalid("outside_range")
        if (self.low is None) != (self.high is None):
            raise _invalid("half_range")
        return self

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and the most that agree: within tolerance, or inside the range as reported."""
        spread = TOLERANCE * abs(self.published)
        low = self.published - spread if self.low is None else min(self.low, self.published - spread)
        high = self.published + spread if self.high is None else max(self.high, self.published + spread)
        return low, high

    def within(self, model: float) -> bool:
        """Whether a figure of the model agrees."""
        low, high = self.bounds
        return not math.isnan(model) and low <= model <= high


def load_comparisons(path: Path | None = None) -> tuple[Comparison, ...]:
    """Every comparison, in the order of the file. Raises DataError with every finding at once."""
    path = data_root() / "validation" / "comparisons.csv" if path is None else path
    sheet = read_sheet(path)
    findings = [finding for finding in sheet.findings if finding.level == ERROR]
    made: list[Comparison] = []
    for line, cells in sheet.rows:
        row = {name: cell for name, cell in zip(sheet.header, cells, strict=True) if name and cell}
        try:
            made.append(Comparison.model_validate(row))
        except ValidationError as error:
            findings += [one for problem in error.errors() for one in _findings(path.name, line, row, problem)]
            continue
        if made[-1].fact not in facts():
            close, why = nearest(made[-1].fact, facts()), message("comparison.unknown_fact", ROOM)
            expected = message("want.fact_id", ROOM)
            findings.append(Finding(ERROR, path.name, line, "fact", made[-1].fact, expected, close, why))
        if made[-1].id in {other.id for other in made[:-1]}:
            why, expected = message("comparison.repeated_id", ROOM), message("want.each_id_once", ROOM)
            findings.append(Finding(ERROR, path.name, line, "id", made[-1].id, expected, message=why))
    if findings:
        raise DataError(findings)
    return tuple(made)


def _findings(file: str, line: int, row: dict[str, str], problem: Any) -> Iterator[Finding]:
    column = str(problem["loc"][0]) if problem["loc"] else ""
    for one in refusals_of(problem, []):
        found, expected, what = row.get(column, ""), one.expected, one.message
        if problem["type"] == "extra_forbidden":
            expected, what = "", message("column.unknown")
        yield Finding(ERROR, file, line, column, found, expected, one.nearest, what, row.get("id", ""))


def _invalid(code: str, **params: Param) -> InvalidValueError:
    return InvalidValueError(message(f"comparison.{code}", ROOM, **params))
