"""Levels of yards with which a run starts: those of the base year on that day, unless something else is declared."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from corridors.load import load_corridor
from corridors.model import Corridor
from corridors.overlay.options import parse_setting
from corridors.overlay.proposals import Scenario
from sim.core.start_levels import base_year_levels, with_levels
from sim.run import prepare, run_scenario

JULY = date(2023, 7, 18)
YARD = "coal_ganqimaodu"


@pytest.fixture(scope="module")
def world() -> Corridor:
    return load_corridor()


def first_levels(world: Corridor, scenario: Scenario | None = None, **settings: Any) -> tuple[str, dict[str, int]]:
    """Where the levels are from, and the level of each stock at second 0 of a run of one day."""
    result = run_scenario(prepare(world, scenario or Scenario(id="base"), **{"start": JULY, "days": 1} | settings))
    levels = result.stocks.set_index("stock")["level_first"].astype(int).to_dict()
    return str(result.record()["stocks_from"]), levels


def test_a_short_run_starts_from_the_yards_of_the_base_year_on_that_day(world: Corridor) -> None:
    stocks_from, levels = first_levels(world)
    assert stocks_from == "base_year"
    assert levels[YARD] == base_year_levels()[YARD][JULY] < 1_000_000
    assert levels["wagons_zabaikalsk"] == world.stocks["wagons_zabaikalsk"].initial  # a pool


def test_another_day_has_another_level(world: Corridor) -> None:
    assert first_levels(world)[1][YARD] != first_levels(world, start=date(2023, 3, 1))[1][YARD]


@pytest.mark.parametrize("start", [date(2022, 12, 1), date(2024, 1, 1), date(2026, 5, 1)])
def test_the_first_day_and_days_outside_the_base_year_start_as_declared(world: Corridor, start: date) -> None:
    stocks_from, levels = first_levels(world, start=start)
    assert (stocks_from, levels[YARD]) == ("declared", world.stocks[YARD].initial)


def test_a_run_of_a_year_starts_as_declared(world: Corridor) -> None:
    assert prepare(world, start=date(2023, 1, 1), days=365).stocks_from == "declared"
    assert prepare(world, start=date(2023, 1, 1), days=364).stocks_from == "base_year"


def test_a_scenario_that_changes_a_stock_keeps_its_own(world: Corridor) -> None:
    own = Scenario(id="own", changes=(parse_setting(f"stocks.{YARD}.initial=777"),))
    _, levels = first_levels(world, own)
    assert levels[YARD] == 777
    assert levels["coal_ceke"] == base_year_levels()["coal_ceke"][JULY]


def test_a_level_is_at_most_the_capacity(world: Corridor) -> None:
    assert with_levels(world, {YARD: 9_000_000}).stocks[YARD].initial == world.stocks[YARD].capacity


def test_a_scenario_may_declare_its_levels(world: Corridor) -> None:
    declared = Scenario(id="year", stocks_from="declared")
    assert first_levels(world, declared) == ("declared", {id: row.initial for id, row in world.stocks.items()})
    assert first_levels(world, declared, stocks="base_year")[0] == "base_year"


def test_a_world_of_ones_own_starts_as_declared() -> None:
    from corridors.io.folders import data_root

    assert prepare(load_corridor(data_root() / "template"), start=JULY, days=5).stocks_from == "declared"


def test_settled_levels_no_longer_drift(world: Corridor) -> None:
    """Both yards of the base year are used up: they settle empty, and a run from there does not drift."""
    result = run_scenario(prepare(world, start=JULY, days=42, warmup_days=14, stocks="settled"))
    yards = result.stocks[result.stocks["stock_kind"] == "cargo"].dropna(subset="change")
    assert result.record()["stocks_from"] == "settled"
    assert yards["level_first"].tolist() == [0, 0]
    assert yards["drift_per_day"].tolist() == [0, 0]
