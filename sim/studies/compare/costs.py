"""What a scenario costs in a year, and what a tonne or a vehicle more costs, or an hour less.

Capital is spread over its life as an annuity at the social discount rate; the range of the cost is that of the
proposals' own low and high estimates. A tonne more costs the yearly cost over the tonnes more in a year, from low cost
over the high end of the effect's interval to high cost over its low end; likewise an hour of dwell saved. Where no
effect is shown, no such figure is worth stating, and none is given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from corridors.model import Corridor
from corridors.overlay.proposals import Estimate, Proposal
from sim.studies.compare.figures import ALL
from sim.studies.compare.paired_effects import Row, by_key
from sim.studies.compare.results import Results
from sim.studies.compare.target_traffic import Traffic

DAYS_A_YEAR = 365
MILLION = 1e6


@dataclass(frozen=True)
class Range:
    """A figure with its low and high end."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Cost:
    """The yearly account of one scenario that costs something, in million USD and USD."""

    scenario: str
    capital_musd: Range
    yearly_musd: Range
    """Annuity of the capital and the cost of running, in a year."""
    cargo: Row | None
    """The effect on tonnes a day over all ports."""
    vehicles: Row | None
    """The effect on vehicles a day of the main traffic that the scenario is meant to help."""
    dwell: Row | None
    """The effect on the mean dwell of that traffic."""
    usd_per_t: Range | None
    """A tonne more; None where no more tonnes are shown."""
    usd_per_vehicle: Range | None
    """A vehicle more; None where no more vehicles are shown."""
    usd_per_hour: Range | None
    """An hour less that one vehicle stays at the port; None where no shorter dwell is shown."""


def annuity(rate: float, years: float) -> float:
    """What one unit of capital costs in each year of its life: rate / (1 - (1 + rate)^-years)."""
    return rate / (1 - (1 + rate) ** -years) if rate else 1 / years


def costs(
    results: Results,
    corridor: Corridor,
    proposals: Mapping[str, Proposal],
    rows: Sequence[Row],
    meant: Mapping[str, tuple[Traffic, ...]],
) -> Iterator[Cost]:
    """The account of every scenario whose proposals all state a cost; none where the world has no discount rate.

    The rate (a share a year) and the life (years) are the rows ``discount_rate`` and ``life_years`` of parameters.csv.
    """
    known = by_key(tuple(rows))
    if not {"discount_rate", "life_years"} <= set(corridor.parameters):
        return
    factor = annuity(corridor.parameters["discount_rate"].value, corridor.parameters["life_years"].value)
    for scenario in results.others:
        made = [proposals.get(id) for id in results.proposals(scenario)]
        stated = [one for one in made if one and (one.capital_musd or one.yearly_musd)]
        if not stated or len(stated) < len(made):
            continue
        capital = _sum(one.capital_musd for one in stated)
        running = _sum(one.yearly_musd for one in stated)
        yearly = Range(*(factor * a + b for a, b in zip(_ends(capital), _ends(running), strict=True)))
        cargo = known.get((scenario, ALL, ALL, "tonnes_per_day"))
        traffic = next(iter(meant[scenario]), Traffic("", ""))
        vehicles, dwell = (
            known.get((scenario, traffic.port, traffic.klass, kpi)) for kpi in ("vehicles_per_day", "dwell_h_mean")
        )
        yield Cost(
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


def _sum(estimates: Iterator[Estimate | None]) -> Range:
    given = [one for one in estimates if one]
    return Range(sum(one.value for one in given), sum(one.low for one in given), sum(one.high for one in given))


def _ends(figure: Range) -> tuple[float, float, float]:
    return figure.value, figure.low, figure.high


def _per_unit(yearly_musd: Range, effect: Row | None, times: float = 1.0) -> Range | None:
    """USD for one unit of ``effect`` a day, ``times`` over; None unless an effect for the better is shown."""
    if effect is None or effect.outcome != "better":
        return None
    interval = effect.paired.difference
    least, most = sorted((times * interval.low, times * interval.high))
    if least <= 0:
        return None
    value, low, high = (MILLION / DAYS_A_YEAR * cost for cost in _ends(yearly_musd))
    return Range(value / (times * interval.estimate), low / most, high / least)
