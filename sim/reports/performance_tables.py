"""Tables of corridor performance as finished texts, for terminal and HTML report, of one run or of two.

Input: the :class:`~sim.studies.corridor_performance.Performance` of the baseline and optionally of a scenario, and
names. Output: the tables of crossings, routes and sections. A cell has both figures with an arrow where the texts
differ.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from corridors.model import Corridor
from corridors.translations import translated
from sim.reports.number_format import NO_VALUE, decimals, is_value, of_few, plain
from sim.reports.text_table import Table
from sim.studies.corridor_performance import (
    CROSSING,
    CrossingPerformance,
    Performance,
    SectionPerformance,
    ServiceRoute,
)
from sim.studies.corridor_performance.cost import speed
from sim.text.catalogue import say
from sim.text.names import Names

ARROW: Final = "\u00a0→\u00a0"
MOST_DECIMALS: Final = 2

Item = TypeVar("Item")


@dataclass(frozen=True)
class TitledRun:
    """The performance of a run with its title."""

    title: str
    performance: Performance


class PerformanceTables:
    """The tables of one run, or of two side by side, in one language."""

    def __init__(
        self, baseline: TitledRun, corridor: Corridor, names: Names, scenario: TitledRun | None = None
    ) -> None:
        self.baseline, self.scenario, self.names = baseline, scenario, names
        self._services = {row.id: translated(row, "name", names.language) for row in corridor.services.values()}

    @property
    def runs(self) -> list[TitledRun]:
        """The baseline, and the scenario if there is one."""
        return [self.baseline, *([self.scenario] if self.scenario else [])]

    def route(self, service: str) -> str:
        """The name of a service."""
        return self._services.get(service, service)

    def crossings(self) -> Table:
        """Hours and cost of each crossing."""

        def cells(one: CrossingPerformance) -> list[float | str | None]:
            rates = one.cost.rates(one.load_t, one.load_teu)
            percentiles = (of_few(_text(hours), one.n, self.names.language) for hours in (one.median_h, one.p95_h))
            cost = (rates["usd"], rates["usd_per_teu"], rates["usd_per_20_t"])
            return [one.per_day, one.mean_h, *percentiles, one.waiting_h, one.clearance_h, *cost]

        figures = ("a_day", "mean_h", "median_h", "p95_h", "waiting_h", "clearance_h", "usd", "usd_teu", "usd_20t")
        rows = self._beside(
            [run.performance.crossings for run in self.runs],
            lambda one: (one.port, one.direction, one.klass),
            lambda one: [self.names.port(one.port), self.names.group(one.klass, one.direction, one.port)],
            cells,
        )
        return self._table("crossings", ("port", "traffic", *figures), rows, 2)

    def routes(self) -> Table:
        """Speed and cost of each service from origin to destination."""

        def cells(one: ServiceRoute) -> list[float | str | None]:
            whole, rates = one.whole, one.cost.rates(one.load_t, one.load_teu)
            speeds = [speed(whole.km, whole.moving_h), speed(whole.km, whole.hours)]
            cost = [rates["usd_per_t"], rates["usd_per_teu"], one.cost.per_500_km(whole.km, one.load_t)]
            return [one.per_day, whole.km, whole.hours, one.hours_of(CROSSING), *speeds, *cost]

        figures = ("a_day", "length_km", "hours", "crossing_h", "swod", "swd", "usd_t", "usd_teu", "usd_500")
        rows = self._beside(
            [run.performance.routes for run in self.runs],
            lambda one: one.service,
            lambda one: [self.route(one.service)],
            cells,
        )
        return self._table("routes", ("route", *figures), rows, 1)

    def sections(self) -> Table:
        """Speed and cost of each section."""

        def cells(one: SectionPerformance) -> list[float | str | None]:
            mean, rates = one.mean, one.mean.cost.rates(one.load_t, one.load_teu)
            speeds = [speed(mean.km, mean.moving_h), speed(mean.km, mean.hours)]
            cost = [rates["usd_per_t"], rates["usd_per_teu"], mean.cost.per_500_km(mean.km, one.load_t)]
            return [one.per_day, mean.km, mean.hours, *speeds, *cost]

        figures = ("a_day", "length_km", "hours", "swod", "swd", "usd_t", "usd_teu", "usd_500")
        rows = self._beside(
            [run.performance.sections for run in self.runs],
            lambda one: (one.mean.origin, one.mean.destination, one.klass),
            lambda one: [self._section(one), self.names.klass(one.klass)],
            cells,
        )
        return self._table("sections", ("section", "class", *figures), rows, 2)

    def _section(self, one: SectionPerformance) -> str:
        origin, destination = (self.names.thing(place) for place in (one.mean.origin, one.mean.destination))
        return self.say("between", origin=origin, destination=destination)

    def _beside(
        self,
        runs: Sequence[Sequence[Item]],
        key: Callable[[Item], Hashable],
        texts: Callable[[Item], list[str]],
        cells: Callable[[Item], list[float | str | None]],
    ) -> list[tuple[str, ...]]:
        """One row per item of any of the runs, in the order of their first appearance."""
        known = [{key(one): one for one in run} for run in runs]
        made = []
        for found in dict.fromkeys(name for run in known for name in run):
            own = [run.get(found) for run in known]
            first = next(one for one in own if one)
            missing = [NO_VALUE] * len(cells(first))
            columns = zip(*([_text(cell) for cell in cells(one)] if one else missing for one in own), strict=True)
            made.append((*texts(first), *(ARROW.join(dict.fromkeys(column)) for column in columns)))
        return made

    def _table(self, key: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]], texts: int) -> Table:
        heads = tuple(self.say(column) for column in columns)
        return Table(self.say(key), self.say(f"{key}_note"), heads, tuple(rows), texts)

    def say(self, key: str, **values: Any) -> str:
        """A message of the catalogue ``performance``."""
        return say(f"performance.{key}", self.names.language, **values)


def _text(value: float | str | None) -> str:
    """A cell: a finished text, or a number; a dash for none."""
    if isinstance(value, str):
        return value
    return plain(value, min(MOST_DECIMALS, decimals(0, value))) if is_value(value) else NO_VALUE
