"""What the command says of the days of a run: a warm-up that does not fit, the year of the demand, the base year."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, NoReturn

import pytest

from corridors.load import load_corridor
from sim.cli import validate
from sim.cli.catalogue import find_scenario
from sim.cli.failure import Failure
from sim.cli.options import RunOptions
from sim.cli.single_run import tell_period
from sim.run import BASELINE, prepare
from tests.conftest import Told

Bridgehead = Callable[..., Told]


def notes(capsys: pytest.CaptureFixture[str], scenario: str | None = None, **asked: Any) -> str:
    own = find_scenario(scenario, None)[0] if scenario else BASELINE
    case = prepare(load_corridor(None), own, **asked)
    tell_period(RunOptions(scenario=scenario), case)
    return " ".join(capsys.readouterr().err.split())


def test_a_warm_up_that_does_not_fit_is_answered_with_one_that_does(capsys: pytest.CaptureFixture[str]) -> None:
    told = notes(capsys, start=date(2023, 8, 1), days=28)
    assert "does not fit into 28 days" in told
    assert told.endswith("--warmup-days 7")
    assert notes(capsys, start=date(2023, 8, 1), days=28, warmup_days=7) == ""
    assert "--warmup-days" not in notes(capsys, start=date(2023, 8, 1), days=3), "a quarter of 3 days is none"


@pytest.mark.parametrize("year", [2019, 2030])
def test_a_run_of_another_year_says_whose_demand_it_has(capsys: pytest.CaptureFixture[str], year: int) -> None:
    told = notes(capsys, start=date(year, 1, 1), days=30, warmup_days=10)
    assert f"dated {year}, but demand is that of the base year, 2023" in told
    assert "--scenario year_2025" in told


def test_a_run_of_the_base_year_or_with_the_demand_of_its_year_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert notes(capsys) == ""
    assert notes(capsys, days=5, warmup_days=1) == "", "December 2022 is the warm-up of the base year"
    assert notes(capsys, scenario="year_2025") == ""


@pytest.mark.parametrize(("language", "expected"), [("en", "the base year alone"), ("zh", "仅对照基准年")])
def test_a_quick_validation_says_that_it_covers_the_base_year_alone(
    bridgehead: Bridgehead, monkeypatch: pytest.MonkeyPatch, language: str, expected: str
) -> None:
    def stop(*given: object) -> NoReturn:
        raise Failure("enough")

    monkeypatch.setattr(validate, "_record", stop)
    assert expected in bridgehead("validate", "--quick", "--language", language).err
    assert expected not in bridgehead("validate", "--language", language).err
