"""Changes of stocks within the measured days: of each run, and compared with the baseline.

Cargo that crosses the border and fills a yard is not delivered. For each scenario that changes the cargo across the
border by more or less than the cargo delivered, the rest lies in the yards at the end of the run, or has been drawn
from them (:class:`YardEffect`). A stock that drifts has no steady state within the run: a longer run brings something
else. Both are only said where they are beyond the sampling error: the interval over the pairs, or over the runs of a
scenario, excludes 0. A single run or pair has no interval; there any change is one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from sim.kpi.stocks import drifts
from sim.statistics import Interval, Paired, mean_interval
from sim.studies.compare.figures import ALL, BOTH, CROSSED, DELIVERED
from sim.studies.compare.paired_effects import Effect, beyond_error, by_key, finite, pairs_of
from sim.studies.compare.results import ExperimentResults

if TYPE_CHECKING:
    import pandas as pd

LEAST_KEPT: Final = 0.01
"""A smaller rest, as a share of the change of cargo, is left out: the levels are those of two instants."""
MOST_RUNS: Final = 0.5
"""A stock that reaches its bound in this share of the runs has no days left until then."""


@dataclass(frozen=True)
class StockDrift:
    """Trend of one stock over the runs of one scenario that drifts within the measured days, beyond sampling error."""

    scenario: str
    stock: str
    unit: str
    trend: Interval
    """Units a day; below 0 the level falls."""
    days_left: Interval | None
    """Days after the run until it is full or empty, from the mean level and at the ends of the trend; 0 where it has
    been in at least half of the runs. None for a stock without a limit that fills."""

    @property
    def rate(self) -> float:
        """Mean units a day."""
        return self.trend.estimate


@dataclass(frozen=True)
class StockEffect:
    """Change of one stock in a scenario and in the baseline, in units per measured day."""

    scenario: str
    port: str
    stock: str
    unit: str
    paired: Paired
    level_end: float
    """Mean level of the scenario at the end of the run."""

    def as_json(self) -> dict[str, object]:
        """The effect as plain values."""
        found = self.paired.difference
        return {
            "scenario": self.scenario,
            "port": self.port,
            "stock": self.stock,
            "unit": self.unit,
            "n": found.n,
            "change_per_day_baseline": self.paired.mean_baseline,
            "change_per_day": self.paired.mean_proposal,
            "difference": found.estimate,
            "ci_low": finite(found.low),
            "ci_high": finite(found.high),
            "level_end": self.level_end,
        }


@dataclass(frozen=True)
class YardEffect:
    """Cargo of one scenario that crosses the border and stays in yards, compared with the baseline, in t/day."""

    scenario: str
    crossed: Effect
    delivered: Effect
    left: Interval
    """More cargo in the yards at the end over the pairs, t/day; below 0 for less."""
    yards: tuple[StockEffect, ...]
    """The yards whose change differs, the largest difference first."""

    @property
    def kept(self) -> float:
        """More cargo in the yards at the end; below 0 for less."""
        return self.left.estimate

    @property
    def falls(self) -> bool:
        """Whether the yards of the scenario are emptied, by at least half of what they have less of in the end."""
        return sum(one.paired.mean_proposal for one in self.yards) <= -abs(self.kept) / 2

    @property
    def kind(self) -> str:
        """What becomes of the cargo."""
        if not self.crossed.equal and not beyond_error(self.crossed.paired.difference):
            return "fills_unclear" if self.kept > 0 else "drawn_unclear"
        if self.crossed.equal:
            return "fills_alone" if self.kept > 0 else "drawn"
        if self.kept > 0:
            return "stays" if self.crossed.difference > 0 else "fills"
        return "made_up" if self.crossed.difference < 0 else "drawn"

    @property
    def sentence(self) -> str:
        """The message about it, ``yard.<kind>``; ``_more`` beyond what crosses, ``_level`` without use of a stock."""
        # More in the yard than crosses, or less than is missing: the yard does not hold a part of the change.
        beyond = self.kind in ("stays", "made_up") and abs(self.kept) > abs(self.crossed.difference)
        # A yard that rises less than in the baseline has not given anything.
        level = self.kept <= 0 and not self.falls
        return f"yard.{self.kind}{'_more' if beyond else ''}{'_level' if level else ''}"


def stock_effects(results: ExperimentResults) -> list[StockEffect]:
    """The effect of each scenario on each stock that no quota sets."""
    made = []
    for stock, rows in _by_stock(results):
        wide = rows.pivot(index="scenario", columns="replication", values="change") / results.measured_days
        if results.baseline not in wide.index:
            continue
        others = {id: wide.loc[id].to_numpy(float) for id in results.others if id in wide.index}
        ends = rows.groupby("scenario")["level_end"].mean()
        port, unit = (str(rows[column].iloc[0]) for column in ("port", "unit"))
        for scenario, paired in pairs_of(wide.loc[results.baseline].to_numpy(float), others).items():
            made.append(StockEffect(scenario, port, stock, unit, paired, float(ends[scenario])))
    rank = {scenario: k for k, scenario in enumerate(results.others)}
    return sorted(made, key=lambda effect: rank[effect.scenario])


def yard_effects(
    results: ExperimentResults, table: pd.DataFrame, effects: Sequence[Effect], stocks: Sequence[StockEffect]
) -> Iterator[YardEffect]:
    """Of each scenario that leaves more or less cargo in the yards than the baseline.

    ``table`` is that of :func:`~sim.studies.compare.figures.figures`.
    """
    known, left = by_key(effects), _left(results, table)
    cargo = set(results.stocks.loc[results.stocks["stock_kind"] == "cargo", "stock"])
    for scenario in results.others:
        crossed, delivered = (known.get((scenario, ALL, ALL, kpi)) for kpi in (CROSSED, DELIVERED))
        if crossed is None or delivered is None:
            continue
        own = [one for one in stocks if one.scenario == scenario and one.stock in cargo]
        own = [one for one in own if beyond_error(one.paired.difference)]
        found = YardEffect(scenario, crossed, delivered, left[scenario], tuple(sorted(own, key=_size)))
        most = max(abs(crossed.difference), abs(delivered.difference))
        if own and beyond_error(found.left) and abs(found.kept) > LEAST_KEPT * most:
            yield found


def _left(results: ExperimentResults, table: pd.DataFrame) -> dict[str, Interval]:
    """By scenario how much more crosses and is not delivered than in the baseline, over the pairs, t/day."""
    whole = table[(table["port"] == ALL) & (table["class"] == ALL) & (table["direction"] == BOTH)]
    wide = whole.pivot(index="scenario", columns=["kpi", "replication"], values="value")
    if CROSSED not in wide or DELIVERED not in wide or results.baseline not in wide.index:
        return {}
    kept = wide[CROSSED] - wide[DELIVERED]
    others = {id: kept.loc[id].to_numpy(float) for id in results.others if id in kept.index}
    pairs = pairs_of(kept.loc[results.baseline].to_numpy(float), others)
    return {scenario: paired.difference for scenario, paired in pairs.items()}


def stock_drifts(results: ExperimentResults) -> list[StockDrift]:
    """Every stock and scenario that drifts, by stock, in the order of scenarios."""
    rank: Mapping[str, int] = {scenario: k for k, scenario in enumerate(results.scenarios)}
    made = []
    for stock, rows in _by_stock(results):
        columns = ["change", "in_per_day", "out_per_day", "level_max", "level_end", "capacity"]
        kind, days = str(rows["stock_kind"].iloc[0]), results.measured_days
        of_scenario = {str(scenario): own for scenario, own in rows.groupby("scenario")}
        for scenario in sorted(of_scenario, key=lambda id: rank[id]):
            own = of_scenario[scenario]
            change, came, went, highest, end, capacity = map(float, own[columns].mean())
            trend = mean_interval(own["change"].to_numpy(float) / days)
            if drifts(kind, change, came * days, went * days, days, highest) and beyond_error(trend):
                room, bound = (capacity - end, "full") if change > 0 else (end, "empty")
                reached = float((own[f"days_until_{bound}"] == 0).mean()) >= MOST_RUNS
                left = _days_left(0.0 if reached else room, trend)
                made.append(StockDrift(scenario, stock, str(rows["unit"].iloc[0]), trend, left))
    return made


def _days_left(room: float, trend: Interval) -> Interval | None:
    """Days until ``room`` is used up at the mean trend and at its ends; None without a limit."""
    if not math.isfinite(room):
        return None
    if trend.n == 1:
        return replace(trend, estimate=max(room, 0.0) / abs(trend.estimate))
    days = [max(room, 0.0) / abs(rate) for rate in (trend.estimate, trend.low, trend.high)]
    return replace(trend, estimate=days[0], low=min(days[1:]), high=max(days[1:]))


def _by_stock(results: ExperimentResults) -> Iterator[tuple[str, pd.DataFrame]]:
    table = results.stocks.dropna(subset=["change"])
    return ((str(stock), rows) for stock, rows in table.groupby("stock"))


def _size(effect: StockEffect) -> float:
    return -abs(effect.paired.difference.estimate)
