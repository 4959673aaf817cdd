"""How a choice of programmes was made, in sentences: its runs, its rate, and what its figures do not include.

Input: whether the choice was quick, measured days of a run, and the discount rate. Output: the sentences that a choice
from its runs and one from a file have in common.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from corridors.overlay.demand_scenarios import DemandScenarioId
from sim.reports import money
from sim.studies.compare.costs import DAYS_A_YEAR
from sim.studies.portfolio import SEARCH_REPLICATIONS
from sim.studies.portfolio.search import LEAST_INDIFFERENCE
from sim.text.catalogue import Language, say


def plan_cautions(language: Language, *, quick: bool, days: int, rate: float) -> Iterator[str]:
    """How a choice was made; ``days`` are those of a run of the search."""
    values = {"n": days, "rate": f"{100 * rate:g}%"}
    if not quick:
        yield say("portfolio.basis", language, **values)
        return
    least = money.amount(LEAST_INDIFFERENCE, language, exact=True)
    yield say("portfolio.screening", language, **values, replications=str(SEARCH_REPLICATIONS), least=least)
    if days < DAYS_A_YEAR:
        yield say("portfolio.screening_short", language)


def ratios_of(
    budget_musd: float, ratio: float | None, ratios: Mapping[DemandScenarioId, float], language: Language
) -> Iterator[tuple[str, float | None]]:
    """The benefit-cost ratios of a budget, of a year and of all years by demand scenario, each with its name."""
    budget = money.amount(budget_musd, language, exact=True)
    if ratio is not None:
        yield say("portfolio.ratio_of_year", language, budget=budget), ratio
    for id, value in ratios.items():
        future = say(f"appraisal.future.{id}", language)
        yield say("portfolio.ratio_of_future", language, budget=budget, future=future), value
