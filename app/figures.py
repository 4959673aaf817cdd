"""Key figures of a scenario and of the baseline, from single runs or from paired replications.

Input: tables of key figures as :mod:`sim.kpi.key_figures` makes them, of one run, or of several by scenario and
replication. Output: one :class:`FigurePair` by (port, direction, class, kpi), both sides of the border together;
direction '' is the total of both directions.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sim.core.kpi_declarations import higher_is_better
from sim.kpi.frames import rows_of
from sim.kpi.key_figures import ALL_CLASSES
from sim.reports.number_format import FEW
from sim.statistics import Interval, paired_difference
from sim.studies.compare.figures import CARGO

if TYPE_CHECKING:
    import pandas as pd

KEYS: Final = ["port", "direction", "class", "kpi"]
BASE: Final = "baseline"
NOW: Final = "what_if"
LEVEL: Final = 0.95
ADDED: Final = (*CARGO, "backlog_end")
"""Key figures that are also shown for both directions together."""

Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class FigurePair:
    """A key figure in its unit. ``difference`` from the baseline is None where one of the two has no value."""

    base: float | None
    now: float | None
    difference: Interval | None
    n: int = FEW
    """Observations behind a run of the scenario, of several runs the fewest."""

    @property
    def change(self) -> float | None:
        """Estimate of the difference from the baseline, in the unit of the figure; None if unknown."""
        return self.difference.estimate if self.difference else None

    @property
    def is_sure(self) -> bool:
        """Whether the confidence interval of the difference excludes 0."""
        found = self.difference
        return bool(found and math.isfinite(found.half_width) and 0 not in found)

    @property
    def has_interval(self) -> bool:
        """Whether the difference has a confidence interval, which one run does not give."""
        return bool(self.difference and math.isfinite(self.difference.half_width))


Figures = Mapping[Key, FigurePair]


def all_equal(figures: Figures) -> bool:
    """Whether every key figure is that of the baseline, to the last digit."""
    return all(one.base == one.now for one in figures.values())


def equal_runs(base: pd.DataFrame, now: pd.DataFrame) -> bool:
    """The same of two single runs, of all ports."""
    both = (table[table["side"] == "both"] for table in (base, now))
    one, other = (dict(zip(rows_of(table, KEYS), table["value"].tolist(), strict=True)) for table in both)
    return one == other


def is_better(kpi: str, change: float) -> bool:
    """Whether a change of a key figure is an improvement."""
    return (change > 0) == higher_is_better(kpi)


def of_two_runs(base: pd.DataFrame, now: pd.DataFrame, ports: Collection[str] | None = None) -> Figures:
    """Figures of one run each, of some ports or all: differences without a confidence interval."""
    values: _Values = {}
    for name, whole in ((BASE, base), (NOW, now)):
        table = whole if ports is None else whole[whole["port"].isin(ports)]
        _collect(values, table, [name] * len(table), [0] * len(table))
    return _figures(values, BASE, NOW)


def of_pairs(kpis: pd.DataFrame, base: str, now: str) -> Figures:
    """Figures of paired replications: means, and differences with 95% confidence intervals."""
    values: _Values = {}
    _collect(values, kpis, kpis["scenario"].tolist(), kpis["replication"].tolist())
    return _figures(values, base, now)


_Values = dict[Key, dict[str, dict[int, tuple[float, int]]]]
"""Value and number of observations by figure, scenario and replication.

Dictionaries, because grouping a table takes longer than a run.
"""


def _collect(values: _Values, kpis: pd.DataFrame, scenarios: list[str], replications: list[int]) -> None:
    columns = (kpis[name].tolist() for name in (*KEYS, "side", "value", "n"))
    for port, direction, klass, kpi, side, value, n, scenario, number in zip(
        *columns, scenarios, replications, strict=True
    ):
        if side != "both":
            continue
        whole = klass == ALL_CLASSES and kpi in ADDED
        for key in ((port, direction, klass, kpi), (port, "", klass, kpi))[: 1 + whole]:
            of_scenario = values.setdefault(key, {}).setdefault(scenario, {})
            sum_before, n_before = of_scenario.get(number, (0.0, 0))
            of_scenario[number] = sum_before + value, n_before + n


def _figures(values: _Values, base: str, now: str) -> Figures:
    figures = {}
    for key, by_scenario in values.items():
        before, after = by_scenario.get(base, {}), by_scenario.get(now, {})
        pairs = sorted(before.keys() & after.keys())
        difference = None
        if len(pairs) == 1:
            # As of all pairs, without what these take: a page of one run has hundreds.
            (one,) = pairs
            difference = Interval(after[one][0] - before[one][0], -math.inf, math.inf, LEVEL, 1)
        elif pairs:
            difference = paired_difference([before[n][0] for n in pairs], [after[n][0] for n in pairs]).difference
        n = min((n for _, n in after.values()), default=0)
        figures[key] = FigurePair(_mean(before), _mean(after), difference, n)
    return figures


def _mean(values: Mapping[int, tuple[float, int]]) -> float | None:
    return sum(value for value, _ in values.values()) / len(values) if values else None
