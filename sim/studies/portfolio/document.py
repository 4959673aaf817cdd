"""The choices of programmes as plain values, for JSON."""

from __future__ import annotations

from typing import Any, Final

from corridors.translations import translations
from sim.studies.appraisal.document import interval_json
from sim.studies.appraisal.programme import Programme
from sim.studies.compare.paired_effects import finite
from sim.studies.portfolio import BudgetChoice, Choices, PortSearch
from sim.studies.portfolio.frontier import Best
from sim.studies.portfolio.regret import Robust
from sim.studies.portfolio.signposts import Signpost

PRICE_YEAR: Final[int] = Programme.model_fields["price_year"].default
"""Of all money: that of a programme which states none."""
QUEUE: Final = "queue"
"""The warning of a budget whose benefits are more than five times its costs."""


def as_json(found: Choices) -> dict[str, Any]:
    """The choices as plain values."""
    return {
        "quick": found.quick,
        "rate": found.rate,
        "price_year": PRICE_YEAR,
        "measured_days": found.days,
        "sets_valued": found.sets,
        "budgets": [_budget_json(one) for one in found.budgets],
        "ports": {port.port: _port_json(port) for port in found.ports},
        "regret": found.regrets and {**vars(found.regrets), "minimax": list(found.regrets.minimax)},
        "robust": found.robust and _robust_json(found.robust),
        "left_out": [vars(one) for one in found.left_out],
        "allowances_musd": {str(year): most for year, most in found.allowances.items()},
        "signposts": [_signpost_json(one) for one in found.signposts],
        "works": {
            id: {
                **{f"title_{language}": text for language, text in translations(work, "title").items()},
                "capital_musd": work.capital.value,
                "yearly_musd": work.yearly.value,
                "build_years": len(work.spend),
            }
            for id, work in sorted(found.works.items())
        },
    }


def _budget_json(one: BudgetChoice) -> dict[str, Any]:
    return {
        "budget_musd": one.budget,
        "capital_musd": one.built.capital,
        "net_musd_a_year": one.built.net,
        "works": {port: sorted(works) for port, works in one.best.works.items()},
        "opens": dict(sorted(one.openings.years.items())),
        "npv_of_search": finite(one.openings.npv),
        "npv": one.appraisal and {future: interval_json(of.npv) for future, of in one.appraisal.futures.items()},
        "assumed_share": one.assumed_share,
        "ratio": one.ratio,
        "ratios": one.ratios,
        "warnings": [QUEUE] if one.prices_a_queue else [],
        "last": {id: _last_json(one, id, best) for id, best in one.last.items()},
        "selected": one.selected and {**vars(one.selected), "means": dict(one.selected.means)},
        "whatever_happens": one.over_futures and _robust_json(one.over_futures.robust),
        "regret": one.over_futures
        and {**vars(one.over_futures.regrets), "minimax": list(one.over_futures.regrets.minimax)},
        "whole_world": one.confirmed
        and {
            "whole_musd_a_year": one.confirmed.whole,
            "ports_musd_a_year": one.confirmed.ports,
            "difference": interval_json(one.confirmed.difference),
        },
    }


def _last_json(one: BudgetChoice, id: str, best: Best) -> dict[str, Any]:
    return {
        "capital_musd": best.capital,
        "works": {port: sorted(works) for port, works in best.works.items()},
        "net_musd_a_year": one.over_futures and dict(one.over_futures.net[id]),
    }


def _robust_json(found: Robust) -> dict[str, Any]:
    return {
        "always": list(found.always),
        "never": list(found.never),
        "depends": {id: list(where) for id, where in found.depends.items()},
    }


def _signpost_json(one: Signpost) -> dict[str, Any]:
    gains = [
        {"future": future, "year": year, "ratio": ratio, "net_musd_a_year": net}
        for future, year, ratio, net in one.gains
    ]
    return {**vars(one), "reached": dict(one.reached), "gains": gains}


def _port_json(port: PortSearch) -> dict[str, Any]:
    known = port.known
    return {
        "sets": [
            {
                "works": sorted(works),
                "capital_musd": known.capital(works),
                "benefit_musd_a_year": known.benefits[works].tolist(),
                "net_musd_a_year": known.net(works),
            }
            for works in known.best(number=len(known.benefits))
        ],
        "interactions": [
            {"first": pair.first, "second": pair.second, **interval_json(pair.difference)}
            for pair in port.interactions()
        ],
    }
