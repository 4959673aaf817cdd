"""Growth of demand after the base year: demand scenarios, as factors by year.

Input: one YAML file with the paths of all demand scenarios side by side, so that low and high are the range of central;
each path has a source and a grade. Output: the factor of any service in any year, and the changes that set the demand
of a corridor to that of a year.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from corridors.findings import ERROR, Finding, nearest
from corridors.io.document import Document
from corridors.io.folders import data_root
from corridors.io.yaml_files import read_yaml
from corridors.messages import InvalidValueError, message
from corridors.model import Corridor, Service
from corridors.overlay.changes import Change

DemandScenarioId = Literal["low", "central", "high"]


class DemandScenario(Document):
    """One named future."""

    id: DemandScenarioId
    title_en: str
    title_zh: str


class Factors(Document):
    """Ratio of the demand of one year to that of the base year, by future."""

    year: int
    low: Annotated[float, Field(gt=0)]
    central: Annotated[float, Field(gt=0)]
    high: Annotated[float, Field(gt=0)]

    @model_validator(mode="after")
    def _are_in_order(self) -> Factors:
        if not self.low <= self.central <= self.high:
            raise InvalidValueError(message("future.order"))
        return self


class Growth(Document):
    """Growth path of one kind of traffic, at a constant rate between years."""

    id: str
    title_en: str
    title_zh: str
    classes: tuple[str, ...] = ()
    """Traffic classes; all their services follow the path."""
    services: tuple[str, ...] = ()
    """Further services."""
    factors: Annotated[tuple[Factors, ...], Field(min_length=1)]
    grade: Literal["measured", "reported", "derived", "assumed"]
    source: str
    note_en: str = ""
    note_zh: str = ""


class DemandScenarios(Document):
    """All paths; traffic without a path stays at its level of the base year."""

    base_year: int
    futures: Annotated[tuple[DemandScenario, ...], Field(min_length=1)]
    paths: tuple[Growth, ...]

    @model_validator(mode="after")
    def _years_go_forward(self) -> DemandScenarios:
        for path in self.paths:
            if any(a >= b for a, b in pairwise([self.base_year, *(point.year for point in path.factors)])):
                raise InvalidValueError(message("future.years", path=path.id, year=str(self.base_year)))
        return self

    @property
    def last_year(self) -> int:
        """The last year of all paths."""
        return max((path.factors[-1].year for path in self.paths), default=self.base_year)

    def path_of(self, service: str, vehicle_class: str) -> Growth | None:
        """The path of a service; None if its demand is constant."""
        paths = (path for path in self.paths if service in path.services or vehicle_class in path.classes)
        return next(paths, None)

    def factor(self, path: Growth, future: DemandScenarioId, year: int) -> float:
        """Ratio of the demand of a year to that of the base year.

        Constant before the base year and after the last figure.
        """
        points = [(self.base_year, 1.0), *((point.year, float(getattr(point, future))) for point in path.factors)]
        if year <= self.base_year:
            return 1.0
        for (before, low), (after, high) in pairwise(points):
            if year <= after:
                return float(low * (high / low) ** ((year - before) / (after - before)))
        return points[-1][1]

    def factors(self, corridor: Corridor, future: DemandScenarioId, year: int) -> Mapping[str, float]:
        """Factors that are not 1, by service."""
        found = {}
        for service in corridor.services.values():
            path = self.path_of(service.id, service.vehicle_class)
            factor = self.factor(path, future, year) if path else 1.0
            if factor != 1.0:
                found[service.id] = factor
        return found

    def changes(self, corridor: Corridor, future: DemandScenarioId, year: int) -> tuple[Change, ...]:
        """The changes that set the demand of a year.

        They scale vehicles a day, or vehicles of a fleet and the demand for its trips. Of fleets that share a demand,
        the first in the order of ids scales it.
        """
        scaled: dict[str, float] = {}
        for id, factor in self.factors(corridor, future, year).items():
            service = corridor.services[id]
            scaled[f"services.{id}.{_size(service)}"] = factor
            for stock in corridor.demand_of(service):
                scaled.setdefault(f"stocks.{stock}.daily_quota", factor)
        return tuple(
            Change(op="scale", address=address, value=factor, origin=f"{future} {year}")
            for address, factor in scaled.items()
        )


def _size(service: Service) -> str:
    """The column with the size of a service."""
    return "fleet" if service.arrivals == "fleet" else "per_day"


def load_demand_scenarios(path: Path | None = None) -> DemandScenarios:
    """The demand scenarios of a file (default: those of the package).

    Raises DataError with all findings.
    """
    return read_yaml(data_root() / "futures.yaml" if path is None else path, DemandScenarios)


def check_demand_scenarios(futures: DemandScenarios, corridor: Corridor) -> list[Finding]:
    """Findings about demand scenarios over a corridor.

    They are about unknown services and classes, and about services that cannot grow because each of their
    departures is a line of timetable.csv.
    """
    unknown = [
        Finding(
            ERROR,
            "futures.yaml",
            None,
            kind,
            name,
            message("want.id_of", file=f"{kind}.csv"),
            nearest(name, known),
            message("future.unknown_id"),
            path.id,
        )
        for path in futures.paths
        for kind, names, known in (
            ("classes", path.classes, corridor.classes),
            ("services", path.services, corridor.services),
        )
        for name in names
        if name not in known
    ]
    lines = {departure.service for departure in corridor.timetable.values()}
    fixed = [
        Finding(
            ERROR,
            "futures.yaml",
            None,
            "services",
            row.id,
            message("want.service_without_timetable"),
            message=message("future.timetabled"),
            id=path.id,
        )
        for row in corridor.services.values()
        if row.id in lines and (path := futures.path_of(row.id, row.vehicle_class))
    ]
    return unknown + fixed
