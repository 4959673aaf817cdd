"""Proposals in pairs: what both together bring beyond the sum, by hand, and pairs that cannot be run together."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from corridors.findings import DataError
from corridors.overlay.changes import Change
from corridors.overlay.proposals import Proposal
from sim.experiments.expansion import expand
from sim.experiments.experiment import Experiment, Variation
from sim.reports.comparison_tables import ComparisonTables
from sim.reports.interactions import interaction_matrix, interaction_table
from sim.studies.compare import compare
from sim.studies.compare.interactions import interactions
from sim.text.names import Names
from tests.conftest import Told
from tests.helpers.hand_results import BASELINE, results_of
from tests.helpers.small_border import small_border
from tests.helpers.stories import world_of_three_trains

ALONE = {"a": ["a"], "b": ["b"], "c": ["c"]}
DAYS: dict[str, Any] = {"start": date(2023, 3, 6), "days": 3, "warmup_days": 0}
BOTH = {"a__b": ["a", "b"], "a__c": ["a", "c"], "b__c": ["b", "c"]}
# Lanes (a) and the yard's outlet (b) bring nothing alone; c brings 50 and takes 40 of what a and b bring together.
TONNES = {
    BASELINE: [1000.0, 1010.0, 990.0, 1003.0],
    "a": [1000.0, 1010.0, 990.0, 1003.0],
    "b": [1001.0, 1010.0, 991.0, 1003.0],
    "c": [1050.0, 1061.0, 1040.0, 1052.0],
    "a__b": [1100.0, 1112.0, 1089.0, 1103.0],
    "a__c": [1050.0, 1061.0, 1040.0, 1052.0],
    "b__c": [1011.0, 1021.0, 1001.0, 1012.0],
}


def found_by_hand():  # type: ignore[no-untyped-def]
    dwell = {scenario: [10.0, 10.0, 10.0, 10.0] for scenario in TONNES}
    results = results_of(dwell, TONNES, proposals=ALONE | BOTH)
    return compare(results, world_of_three_trains())


def test_the_interaction_is_what_both_bring_beyond_the_sum() -> None:
    found = {one.both: one for one in found_by_hand().interactions if one.kpi == "delivered_t_per_day"}
    lanes = found["a__b"]
    assert (lanes.first_alone, lanes.second_alone, lanes.together) == (0.0, 0.5, pytest.approx(100.25))
    # Of each replication 1100 - 1000 - 1001 + 1000 = 99, 1112 - 1010 = 102, 1089 - 991 = 98, 1103 - 1003 = 100.
    assert lanes.paired.difference.estimate == pytest.approx(99.75)
    assert lanes.paired.difference.half_width == pytest.approx(3.182 * 1.7078 / 2, rel=1e-3)
    assert {both: one.kind for both, one in found.items()} == {
        "a__b": "complements",
        "a__c": "independent",
        "b__c": "substitutes",
    }
    assert found["a__c"].paired.difference.estimate == 0
    assert found["a__c"].more == 0


def test_p_values_are_adjusted_for_the_pairs_that_interact() -> None:
    found = {one.both: one for one in found_by_hand().interactions if one.kpi == "delivered_t_per_day"}
    assert found["a__c"].p_adjusted == 1.0
    ordered = sorted((found["a__b"], found["b__c"]), key=lambda one: one.paired.p_value)
    assert ordered[0].p_adjusted == pytest.approx(2 * ordered[0].paired.p_value)


def test_without_a_scenario_alone_there_is_no_interaction() -> None:
    rest = {scenario: values for scenario, values in TONNES.items() if scenario != "b"}
    results = results_of({scenario: [10.0] * 4 for scenario in rest}, rest, proposals=ALONE | BOTH)
    assert {one.both for one in compare(results, world_of_three_trains()).interactions} == {"a__c"}
    assert not list(interactions(results.kpis, results_of({BASELINE: [1.0]}), 0.001))


def test_table_and_matrix_name_the_pairs_the_largest_interaction_first() -> None:
    comparison = found_by_hand()
    pairs = ["Scenario a + Scenario b", "Scenario b + Scenario c", "Scenario a + Scenario c"]
    for language, kinds in (
        ("en", ["complements", "substitutes", "independent"]),
        ("zh", ["互补", "替代", "互不影响"]),
    ):
        tables = ComparisonTables(comparison, world_of_three_trains(), Names(language))
        table = interaction_table(tables)
        assert [row[0] for row in table.rows] == pairs
        assert [row[1] for row in table.rows] == kinds
        assert table.rows[0][2:5] == ("0.0", "+0.5", "+100")
        spec = json.dumps(interaction_matrix(tables).to_dict(), ensure_ascii=False)
        assert "Scenario a + Scenario b" in spec


def proposal(id: str, *changes: Change) -> Proposal:
    own = tuple(change.model_copy(update={"origin": id}) for change in changes)
    return Proposal(id=id, measure="M01", title_en=f"Title {id}", title_zh=f"题{id}", article="1", changes=own)


def test_an_experiment_of_pairs_leaves_out_those_that_write_one_field() -> None:
    world = small_border()
    facility = next(iter(world.facilities))
    one = Change(op="add", address=f"facilities.{facility}.servers", value=1)
    other = Change(op="set", address=f"facilities.{facility}.servers", value=3)
    service = next(iter(world.services))
    third = Change(op="scale", address=f"services.{service}.load_t", value=1.5)
    known = {"a": proposal("a", one), "b": proposal("b", other), "c": proposal("c", third)}
    asked = Experiment(
        id="x", title_en="X", title_zh="X", proposals=("a", "b", "c"), pairs=True, replications=2, **DAYS
    )
    scenarios = expand(asked, world, known)
    assert [one.id for one in scenarios] == ["baseline", "a", "b", "c", "a__c", "b__c"]
    assert scenarios[4].title_en == "Title a + Title c"
    assert scenarios[4].proposals == ("a", "c")
    without = expand(asked.model_copy(update={"pairs": False}), world, known)
    assert [one.id for one in without] == ["baseline", "a", "b", "c"]
    # Also over another baseline.
    over = asked.model_copy(update={"proposals": ("b", "c"), "baseline": Variation(id="baseline", proposals=("a",))})
    with pytest.raises(DataError, match=r"a, b"):
        expand(over, world, known)


Bridgehead = Callable[..., Told]


def test_compare_shows_pairs_of_a_batch(bridgehead: Bridgehead, mine: Path, tmp_path: Path) -> None:
    service = (mine / "services.csv").read_text().splitlines()[1].split(",")[0]
    (mine / "proposals").mkdir(exist_ok=True)
    for id, by in (("more", 1.5), ("heavier", 1.2)):
        field = "per_day" if id == "more" else "load_t"
        (mine / "proposals" / f"{id}.yaml").write_text(
            f"id: {id}\nmeasure: M01\narticle: '1'\ntitle_en: {id}\ntitle_zh: {id}\nchanges:\n"
            f"  - {{op: scale, address: services.{service}.{field}, value: {by}}}\n"
        )
    (tmp_path / "two.yaml").write_text(
        "id: two\ntitle_en: Two\ntitle_zh: 二\nreplications: 2\ndays: 10\nwarmup_days: 1\npairs: true\n"
        "proposals: [more, heavier]\n"
    )
    folder = tmp_path / "results"
    answer = bridgehead("batch", tmp_path / "two.yaml", "--out", folder, "--data", mine, "--workers", 1)
    assert answer.status == 0, answer.err
    shown = bridgehead("compare", folder, "--data", mine)
    assert "Proposals in pairs" in shown.out
    assert "more + heavier" in shown.out
    document = json.loads(bridgehead("compare", folder, "--data", mine, "--json", "-").out)
    assert {one["both"] for one in document["interactions"]} == {"more__heavier"}
    report = tmp_path / "two.html"
    assert bridgehead("compare", folder, "--data", mine, "--report", report).status == 0
    assert "Proposals in pairs" in report.read_text(encoding="utf-8")
