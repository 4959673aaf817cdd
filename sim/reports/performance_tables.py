"""Corridor performance as finished texts, for a terminal and a page alike; a scenario stands beside the baseline.

In: the :class:`~sim.studies.corridor_performance.Performance` of one run or of two, and names. Out: the tables of
crossings, routes and sections. Where a figure of the scenario reads otherwise than that of the baseline, the cell has
both, with an arrow.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from corridors.model import Corridor
from sim.reports.comparison_tables import Table
from sim.studies.corridor_performance import CROSSING, Crossing, Performance, Route, Section
from sim.studies.corridor_performance.cost import speed
from sim.text.comparison import decimals, plain
from sim.text.names import Names
from sim.text.performance import WORDS, say

ARROW = "\u00a0→\u00a0"
MOST_DECIMALS = 2

Row = TypeVar("Row")


@dataclass(frozen=True)
class Told:
    """A run and what it is called."""

    title: str
    performance: Performance


class PerformanceTables:
    """The tables of one run, or of two beside each other, in one language."""

    def __init__(self, baseline: Told, corridor: Corridor, names: Names, scenario: Told | None = None) -> None:
        self.baseline, self.scenario, self.names = baseline, scenario, names
        self._services = {row.id: getattr(row, f"name_{names.language}") for row in corridor.services.values()}

    @property
    def runs(self) -> list[Told]:
        """The baseline, and the scenario if there is one."""
        return [self.baseline, *([self.scenario] if self.scenario else [])]

    def route(self, service: str) -> str:
        """What a service is called."""
        return self._services.get(service, service)

    def crossings(self) -> Table:
        """Hours and cost at each crossing."""

        def cells(one: Crossing) -> list[float | None]:
            rates = one.cost.rates(one.load_t, one.load_teu)
            hours = [one.mean_h, one.median_h, one.p95_h, one.waiting_h, one.clearance_h]
            return [one.per_day, *hours, rates["usd"], rates["usd_per_teu"], rates["usd_per_20_t"]]

        figures = ("a_day", "mean_h", "median_h", "p95_h", "waiting_h", "clearance_h", "usd", "usd_teu", "usd_20t")
        rows = self._beside(
            [told.performance.crossings for told in self.runs],
            lambda one: (one.port, one.direction, one.klass),
            lambda one: [self.names.port(one.port), self.names.group(one.klass, one.direction)],
            cells,
        )
        return self._table("crossings", ("port", "traffic", *figures), rows, 2)

    def routes(self) -> Table:
        """Every service from origin to destination, by speed and cost."""

        def cells(one: Route) -> list[float | None]:
            whole, rates = one.whole, one.cost.rates(one.load_t, one.load_teu)
            speeds = [speed(whole.km, whole.moving_h), speed(whole.km, whole.hours)]
            cost = [rates["usd_per_t"], rates["usd_per_teu"], one.cost.per_500_km(whole.km, one.load_t)]
            return [one.per_day, whole.km, whole.hours, one.hours_of(CROSSING), *speeds, *cost]

        figures = ("a_day", "km", "hours", "crossing_h", "swod", "swd", "usd_t", "usd_teu", "usd_500")
        rows = self._beside(
            [told.performance.routes for told in self.runs],
            lambda one: one.service,
            lambda one: [self.route(one.service)],
            cells,
        )
        return self._table("routes", ("route", *figures), rows, 1)

    def sections(self) -> Table:
        """Every section of the line, by speed and cost."""

        def cells(one: Section) -> list[float | None]:
            mean, rates = one.mean, one.mean.cost.rates(one.load_t, one.load_teu)
            speeds = [speed(mean.km, mean.moving_h), speed(mean.km, mean.hours)]
            cost = [rates["usd_per_t"], rates["usd_per_teu"], mean.cost.per_500_km(mean.km, one.load_t)]
            return [one.per_day, mean.km, mean.hours, *speeds, *cost]

        figures = ("a_day", "km", "hours", "swod", "swd", "usd_t", "usd_teu", "usd_500")
        rows = self._beside(
            [told.performance.sections for told in self.runs],
            lambda one: (one.mean.origin, one.mean.destination, one.klass),
            lambda one: [self._stretch(one), self.names.klass(one.klass)],
            cells,
        )
        return self._table("sections", ("section", "class", *figures), rows, 2)

    def _stretch(self, one: Section) -> str:
        between = self.names.pick((" - ", "—"))
        return between.join(self.names.thing(place) for place in (one.mean.origin, one.mean.destination))

    def _beside(
        self,
        runs: Sequence[Sequence[Row]],
        key: Callable[[Row], Hashable],
        texts: Callable[[Row], list[str]],
        cells: Callable[[Row], list[float | None]],
    ) -> list[tuple[str, ...]]:
        """A row for all that any of the runs has, in the order of the first that has it."""
        known = [{key(one): one for one in run} for run in runs]
        made = []
        for found in dict.fromkeys(name for run in known for name in run):
            own = [run.get(found) for run in known]
            first = next(one for one in own if one)
            columns = zip(*(_told(cells(one)) if one else ["-"] * len(cells(first)) for one in own), strict=True)
            made.append((*texts(first), *(ARROW.join(dict.fromkeys(column)) for column in columns)))
        return made

    def _table(self, key: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]], texts: int) -> Table:
        note = say(self.names, f"{key}_note") if f"{key}_note" in WORDS else ""
        return Table(key, note, tuple(say(self.names, column) for column in columns), tuple(rows), texts)


def _told(values: Sequence[float | None]) -> list[str]:
    return ["-" if value is None else plain(value, min(MOST_DECIMALS, decimals(0, value))) for value in values]
