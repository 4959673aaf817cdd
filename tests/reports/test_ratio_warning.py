"""A benefit-cost ratio above 5 has its warning wherever ratios are shown: one sentence that names all of them."""

from __future__ import annotations

from typing import Any, Final

import pytest

from corridors.load import load_corridor
from sim.reports.number_format import NO_VALUE
from sim.reports.plan_summary import PlanSummary
from sim.reports.ratio_warning import marked_ratio, ratio_warning
from sim.studies.portfolio.stored import StoredPlan

BUDGET: Final[dict[str, Any]] = {"capital_musd": 1.0, "net_musd_a_year": 0.5, "opens": {"lane": 2028}}


def plan(*budgets: dict[str, Any]) -> StoredPlan:
    """A stored choice of budgets of 5, 6, ... M USD."""
    rows = [{**BUDGET, "budget_musd": 5.0 + n, **more} for n, more in enumerate(budgets)]
    return StoredPlan.model_validate({"quick": True, "sets_valued": 4, "works": {"lane": {}}, "budgets": rows})


@pytest.mark.parametrize("language", ["en", "zh"])
def test_one_sentence_names_every_ratio_above_5(language: str) -> None:
    assert not ratio_warning([("one", 5.0), ("two", -9.0)], language)
    found = ratio_warning([("one", 5.1), ("two", 4.9), ("three", 12.3), ("four", None)], language)
    assert "5.1" in found
    assert "12" in found
    assert "two" not in found
    assert "four" in found, "the value is not known, but that it is large"


def test_a_large_ratio_in_a_table_is_marked_in_its_cell() -> None:
    assert marked_ratio(None, "en") == NO_VALUE
    assert [marked_ratio(5.0, one) for one in ("en", "zh")] == ["5.00", "5.00"]
    assert [marked_ratio(7.2, one) for one in ("en", "zh")] == ["7.20 (above 5)", "7.20（高于5）"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_opened_plan_warns_by_its_ratios_once_for_all_budgets(language: str) -> None:
    """Whether or not the file has the word: anybody may have made it."""
    stored = plan({"ratio": 7.25}, {"ratio": 2.0, "ratios": {"central": 4.0, "high": 9.5}}, {"ratio": 1.0})
    made = PlanSummary(stored, load_corridor(), language)
    (warning,) = made.warnings(made.budgets)
    assert "7.2" in warning
    assert "9.5" in warning
    assert "4.0" not in warning
    assert made.answer().count(warning) == 1
    assert not made.warnings(made.budgets[2:])


def test_a_plan_of_an_earlier_version_names_the_budgets_that_have_the_word() -> None:
    made = PlanSummary(plan({"ratio": 2.0, "warnings": ["queue"]}, {"ratio": 1.0}), load_corridor(), "en")
    (warning,) = made.warnings(made.budgets)
    assert "above 5: 5 M USD." in warning
