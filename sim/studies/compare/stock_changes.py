"""Changes of stocks within the measured days: of each run, and compared with the baseline.

Cargo that crosses the border and fills a yard is not delivered. For each scenario that changes the cargo across the
border by more or less than the cargo delivered, the rest lies in the yards at the end of the run, or has been drawn
from them (:class:`YardEffect`). A stock that drifts has no steady state within the run: a longer run brings something
else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sim.kpi.stocks import drifts
from sim.statistics import Paired
from sim.studies.compare.figures import ALL, CROSSED, DELIVERED
from sim.studies.compare.paired_effects import Effect, by_key, finite, pairs_of
from sim.studies.compare.results import ExperimentResults

if TYPE_CHECKING:
    import pandas as pd

LEAST_KEPT: Final = 0.01
"""A smaller rest, as a share of the change of cargo, is left out: the levels are those of two instants."""


@dataclass(frozen=True)
class StockDrift:
    """Mean course of one stock in the runs of one scenario that drifts within the measured days."""

    scenario: str
    stock: str
    unit: str
    rate: float
    """Units a day; below 0 the level falls."""
    days_left: float | None
    """Days after the run until it is full or empty at this rate; None for a stock without a limit that fills."""


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
    yards: tuple[StockEffect, ...]
    """The yards whose change differs, the largest difference first."""

    @property
    def kept(self) -> float:
        """More cargo in the yards at the end; below 0 for less."""
        return self.crossed.difference - self.delivered.difference

    @property
    def kind(self) -> str:
        """What becomes of the cargo; the sentences are the messages ``yard.<kind>``."""
        if self.crossed.equal:
            return "fills_alone" if self.kept > 0 else "drawn"
        if self.kept > 0:
            return "stays" if self.crossed.difference > 0 else "fills"
        return "made_up" if self.crossed.difference < 0 else "drawn"


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
    results: ExperimentResults, effects: Sequence[Effect], stocks: Sequence[StockEffect]
) -> Iterator[YardEffect]:
    """Of each scenario that leaves more or less cargo in the yards than the baseline."""
    known = by_key(effects)
    cargo = set(results.stocks.loc[results.stocks["stock_kind"] == "cargo", "stock"])
    for scenario in results.others:
        crossed, delivered = (known.get((scenario, ALL, ALL, kpi)) for kpi in (CROSSED, DELIVERED))
        if crossed is None or delivered is None:
            continue
        own = [
            one for one in stocks if one.scenario == scenario and one.stock in cargo and one.paired.difference.estimate
        ]
        found = YardEffect(scenario, crossed, delivered, tuple(sorted(own, key=_size)))
        most = max(abs(crossed.difference), abs(delivered.difference))
        if own and abs(found.kept) > LEAST_KEPT * most:
            yield found


def stock_drifts(results: ExperimentResults) -> list[StockDrift]:
    """Every stock and scenario that drifts, by stock, in the order of scenarios."""
    rank: Mapping[str, int] = {scenario: k for k, scenario in enumerate(results.scenarios)}
    made = []
    for stock, rows in _by_stock(results):
        columns = ["change", "in_per_day", "out_per_day", "level_max", "level_end", "capacity"]
        kind = str(rows["stock_kind"].iloc[0])
        means = rows.groupby("scenario")[columns].mean()
        for scenario in sorted(map(str, means.index), key=lambda id: rank[id]):
            change, came, went, highest, end, capacity = map(float, means.loc[scenario])
            days = results.measured_days
            if drifts(kind, change, came * days, went * days, days, highest):
                rate = change / days
                room = capacity - end if rate > 0 else end
                made.append(StockDrift(scenario, stock, str(rows["unit"].iloc[0]), rate, finite(room / abs(rate))))
    return made


def _by_stock(results: ExperimentResults) -> Iterator[tuple[str, pd.DataFrame]]:
    table = results.stocks.dropna(subset=["change"])
    return ((str(stock), rows) for stock, rows in table.groupby("stock"))


def _size(effect: StockEffect) -> float:
    return -abs(effect.paired.difference.estimate)
