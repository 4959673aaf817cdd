"""Demand scenarios: what a year asks for, and that the shipped paths say the same as the proposals made of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from corridors.facts import facts
from corridors.findings import DataError
from corridors.io.folders import data_root
from corridors.load import load_corridor
from corridors.model import Corridor
from corridors.overlay.applying import apply
from corridors.overlay.changes import Change
from corridors.overlay.demand_scenarios import (
    DemandScenarioId,
    DemandScenarios,
    check_demand_scenarios,
    load_demand_scenarios,
)
from corridors.overlay.proposals import load_proposals
from tests.conftest import Told


@pytest.fixture(scope="module")
def base() -> Corridor:
    return load_corridor()


@pytest.fixture(scope="module")
def futures() -> DemandScenarios:
    return load_demand_scenarios()


def test_demand_grows_by_the_same_share_every_year_between_two_figures(futures: DemandScenarios) -> None:
    trains = futures.paths[0]
    central = [futures.factor(trains, "central", year) for year in range(2022, 2040)]
    assert central[:3] == [1.0, 1.0, pytest.approx(1.04, abs=1e-4)]  # K156: 4 % a year to 2030
    assert central[8] == pytest.approx(1.04**7, abs=1e-4)
    assert central[9] / central[8] == pytest.approx(1.025, abs=1e-4)
    assert set(central[13:]) == {1.4888}, "after the last figure it stays"


@pytest.mark.parametrize("future", ["low", "central", "high"])
@pytest.mark.parametrize("year", [2027, 2035])
def test_the_proposals_of_demand_are_points_of_these_paths(
    base: Corridor, futures: DemandScenarios, future: DemandScenarioId, year: int
) -> None:
    proposal = load_proposals()[f"m26_demand_{year}_{future}"]
    said = {change.address: change.value for change in proposal.changes}
    ours = {change.address: change.value for change in futures.changes(base, future, year)}
    assert set(ours) == set(said)
    assert ours == pytest.approx(said, abs=1e-3)


def test_every_path_has_a_source_that_exists_and_names_what_exists(base: Corridor, futures: DemandScenarios) -> None:
    assert check_demand_scenarios(futures, base) == []
    known = facts()
    for path in futures.paths:
        assert path.source, path.id
        for id in path.source.split(";"):
            assert id in known, id
    assert futures.base_year == base.parameters["base_year"].value
    assert futures.last_year == 2035


def test_a_fleet_grows_in_vehicles_and_the_rest_in_vehicles_a_day(base: Corridor, futures: DemandScenarios) -> None:
    later = apply(base, futures.changes(base, "high", 2035))
    assert later.services["coal_truck_gqm"].fleet == round(5000 * 2.3988)
    assert later.services["cre_ern_beijing_moscow"].per_day == pytest.approx(2.24 * 1.8294)
    assert later.services["bulk_mzl"] == base.services["bulk_mzl"]


def test_all_that_is_wrong_in_a_file_is_told_at_once(tmp_path: Path, base: Corridor) -> None:
    text = (data_root() / "futures.yaml").read_text(encoding="utf-8")
    broken = tmp_path / "futures.yaml"
    broken.write_text(text.replace("low: 1.1487", "low: 2").replace("base_year", "base_yaer"), encoding="utf-8")
    with pytest.raises(DataError) as answer:
        load_demand_scenarios(broken)
    codes = {finding.code: finding for finding in answer.value.findings}
    assert set(codes) == {"yaml.missing_key", "yaml.unknown_key", "future.order"}
    assert codes["yaml.unknown_key"].nearest == "base_year"
    wrong = text.replace("[cr_express]", "[cr_expres]").replace("coal_truck_gqm,", "coal_truck_gkm,")
    broken.write_text(wrong, encoding="utf-8")
    found = check_demand_scenarios(load_demand_scenarios(broken), base)
    assert [finding.nearest for finding in found] == ["cr_express", "coal_truck_gqm"]
    with_lines = apply(
        base,
        [
            Change(
                op="add",
                address="timetable.first",
                row={"service": "cre_mzl_harbin_moscow", "weekdays": "daily", "time": "08:00", "grade": "assumed"},
            )
        ],
    )
    (line,) = check_demand_scenarios(load_demand_scenarios(), with_lines)
    assert (line.found, line.code) == ("cre_mzl_harbin_moscow", "future.timetabled")
    broken.write_text(text.replace("year: 2035", "year: 2029"), encoding="utf-8")
    with pytest.raises(DataError, match=r"future\.years"):
        load_demand_scenarios(broken)


def test_check_reads_futures_too(bridgehead: Callable[..., Told], mine: Path) -> None:
    text = (data_root() / "futures.yaml").read_text(encoding="utf-8")
    (mine / "futures.yaml").write_text(text, encoding="utf-8")
    answer = bridgehead("check", "--data", mine)
    assert answer.status == 2
    assert "coal_truck_gqm" in answer.err
    assert bridgehead("check", data_root() / "futures.yaml").status == 0
