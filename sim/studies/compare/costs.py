"""Yearly cost of a scenario, and its cost per extra tonne, per extra vehicle and per hour saved.

The capital cost is spread over its life as an annuity at the social discount rate; the range of the cost follows from
the low and high estimates of the proposals. The cost of an extra tonne is the yearly cost over the extra tonnes in a
year; its range is from low cost over the high end of the effect's interval to high cost over its low end. The same
applies to an hour of dwell time saved. There is no such cost where the effect is not significant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from corridors.model import Corridor
from corridors.overlay.proposals import Estimate, Proposal
from sim.studies.compare.figures import ALL, DELIVERED
from sim.studies.compare.paired_effects import Effect, by_key
from sim.studies.compare.question import Traffic
from sim.studies.compare.results import ExperimentResults

DAYS_A_YEAR = 365
MILLION = 1e6


@dataclass(frozen=True)
class CostRange:
    """A figure with its low and high end."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class ScenarioCost:
    """Costs of one scenario per year and per unit of its effect, in million USD and USD."""

    scenario: str
    capital_musd: CostRange
    yearly_musd: CostRange
    """Annuity of the capital cost, plus the yearly operating cost."""
    cargo: Effect | None
    """Effect on the tonnes delivered per day over all ports."""
    vehicles: Effect | None
    """Effect on vehicles per day of the main target traffic."""
    dwell: Effect | None
    """Effect on the mean dwell time of that traffic."""
    usd_per_t: CostRange | None
    """Cost of an extra tonne; None without a significant increase."""
    usd_per_vehicle: CostRange | None
    """Cost of an extra vehicle; None without a significant increase."""
    usd_per_hour: CostRange | None
    """Cost of one hour less at the port for one vehicle; None without a significant decrease."""


def annuity(rate: float, years: float) -> float:
    """Yearly cost of one unit of capital over its life: rate / (1 - (1 + rate)^-years)."""
    return rate / (1 - (1 + rate) ** -years) if rate else 1 / years


def costs(
    results: ExperimentResults,
    corridor: Corridor,
    proposals: Mapping[str, Proposal],
    effects: Sequence[Effect],
    target_traffic: Mapping[str, tuple[Traffic, ...]],
) -> Iterator[ScenarioCost]:
    """Costs of each scenario whose proposals all state a cost; none if the world has no discount rate.

    The rate (share per year) and the life (years) are the rows ``discount_rate`` and ``life_years`` of parameters.csv.
    """
    known = by_key(effects)
    if not {"discount_rate", "life_years"} <= set(corridor.parameters):
        return
    factor = annuity(corridor.parameters["discount_rate"].value, corridor.parameters["life_years"].value)
    for scenario in results.others:
        made = [proposals.get(id) for id in results.proposals(scenario)]
        stated = [one for one in made if one and (one.capital_musd or one.yearly_musd)]
        if not stated or len(stated) < len(made):
            continue
        capital = summed(one.capital_musd for one in stated)
        running = summed(one.yearly_musd for one in stated)
        yearly = CostRange(*(factor * a + b for a, b in zip(_ends(capital), _ends(running), strict=True)))
        cargo = known.get((scenario, ALL, ALL, DELIVERED))
        traffic = next(iter(target_traffic[scenario]), Traffic("", ""))
        vehicles, dwell = (
            known.get((scenario, traffic.port, traffic.klass, kpi)) for kpi in ("vehicles_per_day", "dwell_h_mean")
        )
        yield ScenarioCost(
            scenario,
            capital,
            yearly,
            cargo,
            vehicles,
            dwell,
            usd_per_t=_per_unit(yearly, cargo),
            usd_per_vehicle=_per_unit(yearly, vehicles),
            usd_per_hour=_per_unit(yearly, dwell, -vehicles.paired.mean_proposal) if vehicles else None,
        )


def summed(estimates: Iterable[Estimate | None]) -> CostRange:
    """The sum of what is given, with those of the low and of the high ends."""
    given = [one for one in estimates if one]
    return CostRange(sum(one.value for one in given), sum(one.low for one in given), sum(one.high for one in given))


def _ends(figure: CostRange) -> tuple[float, float, float]:
    return figure.value, figure.low, figure.high


def _per_unit(yearly_musd: CostRange, effect: Effect | None, times: float = 1.0) -> CostRange | None:
    """USD for one unit of ``effect`` per day, times ``times``; None unless the effect is an improvement."""
    if effect is None or effect.outcome != "better":
        return None
    interval = effect.paired.difference
    least, most = sorted((times * interval.low, times * interval.high))
    if least <= 0:
        return None
    value, low, high = (MILLION / DAYS_A_YEAR * cost for cost in _ends(yearly_musd))
    return CostRange(value / (times * interval.estimate), low / most, high / least)
