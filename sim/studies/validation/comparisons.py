"""Comparisons of published figures with figures of the model, as data.

Input: ``data/validation/comparisons.csv`` and the facts. Output: one :class:`FactComparison` a row, or a DataError with
all findings in the file. Every comparison has a *role* and a *kind*:

role ``fit``   the fact was used to make the model: it is a source of its data, or calibration is fitted to it
role ``test``  the fact was not used
kind ``given``    the figure of the model follows from input (demand, loads, a duration): agreement shows only that the
                  model can carry that input
kind ``outcome``  it results from the workings of the model (queues, gates, calendars, returning wagons)
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, ConfigDict, Field, PrivateAttr, ValidationError, model_validator

from corridors.facts import Fact, facts
from corridors.findings import ERROR, DataError, Finding, nearest
from corridors.io.csv_files import read_sheet, repeated_columns
from corridors.io.folders import data_root
from corridors.io.schema_errors import refusals_of
from corridors.messages import InvalidValueError, Param, message
from sim.core.kpi_declarations import KPIS
from sim.studies.validation.measures import LOADS, MEASURES
from sim.studies.validation.own_facts import own_facts
from sim.studies.validation.quantity import Quantity

ROOM: Final = "runs"
"""The catalogue of the messages about comparisons."""
TOLERANCE: Final = 0.15
"""Largest relative deviation from a published figure that counts as agreement."""
REPLICATED: Final = ("peak_day", "waiting_to_depart", "departures", "hours_to_departure")
"""Measures that may have their own number of replications: record days, and queues of trains on a day."""
OF_LOADS: Final = ("flow", "peak_day", "load", "served_an_hour")
"""Measures in vehicles, TEU or tonnes."""
TOPICS: Final = (
    "trains",
    "teu",
    "tonnes",
    "trucks",
    "transshipment",
    "crossing",
    "border_hours",
    "speed",
    "transit",
    "payload",
    "stock",
)
"""Ids of the topics, in the order of the report."""


def _split(value: Any) -> Any:
    return tuple(part for part in value.split(";") if part) if isinstance(value, str) else value


def _none(value: Any) -> Any:
    return None if value == "" else value


Ids = Annotated[tuple[str, ...], BeforeValidator(_split)]
OptionalNumber = Annotated[float | None, BeforeValidator(_none)]


class FactComparison(Quantity):
    """One row: a fact, the figure of the model that is compared with it, and the range that counts as agreement."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    """The id of the fact, with a suffix where a fact is compared more than once."""
    fact: str
    topic: Literal[TOPICS]  # type: ignore[valid-type]
    level: str
    """'base' for the base year, or the id of a scenario in ``data/years``."""
    what_en: str = Field(min_length=1)
    what_zh: str = Field(min_length=1)
    of: Ids = ()
    vehicle_class: Ids = ()
    replications: int = Field(0, ge=0)
    """Number of replications of a record day or a queue of trains, in runs of its port by itself (:mod:`.record_days`);
    0 for those of the validation."""
    unit: str
    published: float
    """The published figure; the middle of a published range."""
    low: OptionalNumber = None
    high: OptionalNumber = None
    """The published range, if there is one."""
    reading: str = ""
    """Derivation of ``published`` from the fact, unless it is the value of the fact."""
    role: Literal["fit", "test"]
    kind: Literal["given", "outcome"]
    why_en: str = ""
    why_zh: str = ""
    """Reason for a difference; required of every figure out of tolerance."""
    _own: Fact | None = PrivateAttr(None)

    @property
    def figure(self) -> Fact:
        """The published figure, of the folder of the comparison or of the base year."""
        return facts()[self.fact] if self._own is None else self._own

    @property
    def is_own(self) -> bool:
        """Whether the published figure is one of an own folder."""
        return self._own is not None

    def with_own(self, fact: Fact | None) -> FactComparison:
        """The comparison with a figure of an own folder; None: it is one of the base year."""
        made = self.model_copy()
        made._own = fact
        return made

    @model_validator(mode="after")
    def _makes_sense(self) -> FactComparison:
        if self.measure not in MEASURES:
            raise _invalid("measure", measure=self.measure, names=tuple(MEASURES))
        kpis = LOADS if self.measure in OF_LOADS else KPIS if self.measure == "kpi" else [""]
        if self.kpi not in kpis and not (self.measure == "served_an_hour" and self.kpi == ""):
            raise _invalid("kpi", names=tuple(kpis), measure=self.measure)
        if self.replications and (self.measure not in REPLICATED or len(self.of) != 1):
            raise _invalid("replications", measures=REPLICATED)
        if self.low is not None and self.high is not None and not self.low <= self.published <= self.high:
            raise _invalid("outside_range")
        if (self.low is None) != (self.high is None):
            raise _invalid("half_range")
        return self

    @property
    def bounds(self) -> tuple[float, float]:
        """Lowest and highest figure that agree: the published range, and at least the tolerance."""
        spread = TOLERANCE * abs(self.published)
        low = self.published - spread if self.low is None else min(self.low, self.published - spread)
        high = self.published + spread if self.high is None else max(self.high, self.published + spread)
        return low, high

    def within(self, model: float) -> bool:
        """Whether a figure of the model agrees; NaN does not."""
        low, high = self.bounds
        return not math.isnan(model) and low <= model <= high


def load_comparisons(path: Path | None = None) -> tuple[FactComparison, ...]:
    """Read every comparison, in the order of the file; raises DataError with all findings.

    The published figures of another file than that of the base year may stand in ``facts.csv`` beside it.
    """
    own: Mapping[str, Fact] = {}
    findings: list[Finding] = []
    if path is not None:
        own, findings = own_facts(path.parent)
    path = data_root() / "validation" / "comparisons.csv" if path is None else path
    sheet = read_sheet(path)
    findings += [finding for finding in sheet.findings if finding.level == ERROR]
    findings += repeated_columns(path.name, sheet.header)
    made: list[FactComparison] = []
    for line, cells in sheet.rows:
        row = {name: cell for name, cell in zip(sheet.header, cells, strict=True) if name and cell}
        try:
            made.append(FactComparison.model_validate(row))
        except ValidationError as error:
            findings += [one for problem in error.errors() for one in _findings(path.name, line, row, problem)]
            continue
        made[-1] = made[-1].with_own(own.get(made[-1].fact))
        if not made[-1].is_own and made[-1].fact not in facts():
            close, why = nearest(made[-1].fact, own or facts()), message("comparison.unknown_fact", ROOM)
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
