"""Comparisons: differences calculated by hand, verdicts, warnings, tables, report and command."""

from __future__ import annotations

import json
import math
import re
from ast import literal_eval
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from corridors.findings import DataError
from corridors.io.folders import data_root
from corridors.model import Corridor
from corridors.overlay.changes import Change
from corridors.overlay.proposals import Estimate, Proposal
from sim.cli.compare import refuse_without_pairs
from sim.experiments.batch import run_batch
from sim.experiments.store import open_store
from sim.reports.answer_texts import AnswerTexts
from sim.reports.comparison_charts import ranking_chart
from sim.reports.comparison_names import names_of, warning_texts
from sim.reports.comparison_report import write_comparison
from sim.reports.comparison_tables import ComparisonTables
from sim.reports.effect_texts import verdict
from sim.statistics.paired import paired_difference
from sim.statistics.verdict import Outcome
from sim.studies.answer import answer
from sim.studies.answer.side_effects import stocks
from sim.studies.answer.subject import Subject
from sim.studies.compare import ALL, BottleneckShift, Effect, ExperimentResults, ScenarioComparison, Traffic, compare
from sim.studies.compare.bottleneck_shifts import Bottleneck, main_shift_of
from sim.studies.compare.costs import annuity
from sim.studies.compare.figures import figures
from sim.studies.compare.ranking import one_for_equals
from sim.text.catalogue import say
from sim.text.findings import in_language
from sim.text.names import Language, Names
from tests.conftest import Told
from tests.helpers.browser import drawn_in_browser
from tests.helpers.hand_results import AT, BASELINE, CLASS, PORT, kpi_rows, noisy, results_of
from tests.helpers.small_batch import lanes, my_port
from tests.helpers.stories import world_of_three_trains
from tests.helpers.worlds import parameter

Bridgehead = Callable[..., Told]

ROW_KEYS = [
    *("scenario", "port", "class", "direction", "kpi", "unit", "n", "mean_baseline", "mean", "difference"),
    *("ci_low", "ci_high", "p_adjusted", "variance_ratio", "verdict"),
]
DWELL = {
    BASELINE: [10.0, 12.0, 11.0, 13.0],
    "cranes": [8.0, 11.0, 9.0, 10.0],  # differences -2, -1, -2, -3
    "paint": [10.0, 12.5, 10.5, 13.5],  # differences 0, 0.5, -0.5, 0.5
    "nothing": [10.0, 12.0, 11.0, 13.0],
}


def compared(results: ExperimentResults, **given: Any) -> ScenarioComparison:
    return compare(results, world_of_three_trains(), given.pop("proposals", {}), **given)


def dwell_of(comparison: ScenarioComparison, scenario: str) -> Effect:
    effect = comparison.effect(scenario, PORT, CLASS, "dwell_h_mean")
    assert effect
    return effect


def p_of_t3(t: float) -> float:
    """Two-sided p-value of Student's t with 3 degrees of freedom, which has a closed form."""
    x = abs(t) / math.sqrt(3)
    return 1 - 2 / math.pi * (x / (1 + x * x) + math.atan(x))


def test_a_difference_worked_out_by_hand() -> None:
    row = dwell_of(compared(results_of(DWELL)), "cranes")
    assert (row.n, row.paired.mean_baseline, row.paired.mean_proposal, row.difference) == (4, 11.5, 9.5, -2.0)
    # mean -2, standard deviation sqrt(2/3), t(0.975, 3) = 3.182446
    half = 3.182446 * math.sqrt(2 / 3) / 2
    assert row.paired.difference.low == pytest.approx(-2 - half, abs=1e-6) == pytest.approx(-3.299, abs=5e-4)
    assert row.paired.difference.high == pytest.approx(-0.701, abs=5e-4)
    # var of the difference 2/3, of the two samples 5/3 each
    assert row.paired.variance_ratio == pytest.approx(0.2)


def test_holm_counts_the_scenarios_that_change_the_figure_and_no_others() -> None:
    comparison = compared(results_of(DWELL))
    cranes, paint = dwell_of(comparison, "cranes"), dwell_of(comparison, "paint")
    first = 2 * p_of_t3(-2 / (math.sqrt(2 / 3) / 2))
    assert cranes.p_adjusted == pytest.approx(first) == pytest.approx(0.0326, abs=1e-4)
    assert cranes.outcome == "better"
    assert paint.p_adjusted == pytest.approx(p_of_t3(0.125 / (math.sqrt(0.6875 / 3) / 2)))
    assert paint.outcome == "cannot_tell"
    assert paint.more is not None
    assert paint.more > 4


def test_what_equals_the_baseline_is_exactly_no_difference() -> None:
    row = dwell_of(compared(results_of(DWELL)), "nothing")
    interval = row.paired.difference
    assert (interval.low, interval.estimate, interval.high, row.p_adjusted) == (0.0, 0.0, 0.0, 1.0)
    assert (row.outcome, row.more, row.equal) == ("no_difference", 0, True)


def test_sums_in_another_order_are_no_difference() -> None:
    rounded = {BASELINE: [0.1 + 0.2, 0.7, 0.8], "same": [0.3, 0.7, 0.8]}
    assert dwell_of(compared(results_of(rounded)), "same").equal


def test_a_difference_within_the_margin_is_none_to_speak_of() -> None:
    close = {BASELINE: [10.0, 12.0, 11.0], "close": [10.004, 12.005, 11.006]}
    assert dwell_of(compared(results_of(close), margin=0.001), "close").outcome == "no_difference"
    assert dwell_of(compared(results_of(close), margin=0.0), "close").outcome == "worse"


def test_one_replication_shows_nothing() -> None:
    comparison = compared(results_of({BASELINE: [10.0], "cranes": [2.0], "same": [10.0]}))
    row = dwell_of(comparison, "cranes")
    assert (row.outcome, row.more) == ("cannot_tell", 2)
    assert row.as_json()["ci_low"] is None
    assert dwell_of(comparison, "same").outcome == "no_difference"
    json.dumps(comparison.as_json(), allow_nan=False)


def test_pairs_are_made_of_replications_that_both_have() -> None:
    row = dwell_of(compared(results_of({BASELINE: [10.0, 12.0, 11.0], "cranes": [8.0, 10.0]})), "cranes")
    assert (row.n, row.paired.mean_baseline) == (2, 11.0)


def test_both_directions_count_with_their_vehicles_and_tonnes() -> None:
    rows = []
    for direction, vehicles, tonnes, hours, usd in (("outbound", 1, 100, 10, 4), ("inbound", 3, 300, 20, 8)):
        for kpi, value in (
            ("vehicles_per_day", vehicles),
            ("tonnes_per_day", tonnes),
            ("dwell_h_mean", hours),
            ("cost_usd_per_t", usd),
        ):
            rows += kpi_rows(BASELINE, kpi, [value], direction)
    rows += kpi_rows(BASELINE, "tonnes_per_day", [50.0], klass="truck", port="ceke")
    rows += kpi_rows(BASELINE, "vehicles_per_day", [5.0], klass="truck", port="ceke")
    rows += kpi_rows(BASELINE, "cost_usd_per_t", [16.0], klass="truck", port="ceke")
    rows += kpi_rows(BASELINE, "dwell_h_mean", [40.0], klass="truck", port="ceke")
    table = figures(pd.DataFrame(rows))
    found = {(row["port"], row["class"], row["kpi"]): row["value"] for row in table.to_dict("records")}
    assert found[PORT, CLASS, "vehicles_per_day"] == 4
    assert found[PORT, CLASS, "dwell_h_mean"] == (1 * 10 + 3 * 20) / 4
    assert found[PORT, ALL, "cost_usd_per_t"] == (100 * 4 + 300 * 8) / 400
    assert found[PORT, ALL, "dwell_h_mean"] == (100 * 10 + 300 * 20) / 400
    assert found[ALL, ALL, "dwell_h_mean"] == (100 * 10 + 300 * 20 + 50 * 40) / 450
    assert found[ALL, ALL, "tonnes_per_day"] == 450
    assert found[ALL, ALL, "cost_usd_per_t"] == (100 * 4 + 300 * 8 + 50 * 16) / 450
    assert (ALL, ALL, "vehicles_per_day") not in found  # trains and trucks are not added up


def test_percentiles_are_compared_by_direction() -> None:
    results = results_of(DWELL)
    hours = {"outbound": {BASELINE: [20.0, 24.0, 22.0, 26.0], "cranes": [16.0, 22.0, 18.0, 20.0]}}
    hours["inbound"] = {BASELINE: [9.0, 8.0, 9.0, 7.0], "cranes": [9.0, 8.0, 9.0, 7.0]}
    more = [
        row
        for direction, by_scenario in hours.items()
        for scenario, values in by_scenario.items()
        for row in kpi_rows(scenario, "dwell_h_p95", values, direction)
    ]
    comparison = compared(replace(results, kpis=pd.concat([results.kpis, pd.DataFrame(more)], ignore_index=True)))
    rows = {row.direction: row for row in comparison.effects if row.kpi == "dwell_h_p95"}
    assert (rows["outbound"].paired.mean_baseline, rows["outbound"].difference) == (23.0, -4.0)  # twice the means'
    assert rows["outbound"].outcome == "better"
    assert rows["outbound"].p_adjusted == pytest.approx(p_of_t3(-2 / (math.sqrt(2 / 3) / 2)))
    assert rows["inbound"].equal
    assert {row.direction for row in comparison.effects if row.kpi != "dwell_h_p95"} == {"both"}
    words = ComparisonTables(comparison, world_of_three_trains(), Names.of(world_of_three_trains())).all_effects().rows
    assert [row[1] for row in words if "95th" in row[2]] == ["Erenhot - Zamyn-Uud, cr_express, outbound"]


def test_a_class_that_only_one_of_the_two_has_was_0_in_the_other() -> None:
    results = results_of(DWELL)
    trucks = pd.DataFrame(kpi_rows("cranes", "vehicles_per_day", [3.0, 4.0, 3.0, 4.0], klass="truck"))
    results = replace(results, kpis=pd.concat([results.kpis, trucks], ignore_index=True))
    row = compared(results).effect("cranes", PORT, "truck", "vehicles_per_day")
    assert row
    assert (row.paired.mean_baseline, row.difference) == (0.0, 3.5)


TONNES = {BASELINE: [1000.0, 1010.0, 990.0, 1000.0], "cranes": [1090.0, 1120.0, 1090.0, 1100.0]}


def cranes(**given: Any) -> dict[str, Proposal]:
    def about(value: float, low: float, high: float) -> Estimate:
        return Estimate(value=value, low=low, high=high, grade="assumed", source="made up")

    change = Change(op="add", address="facilities.gantry.servers", value=1)
    usual: dict[str, Any] = {"id": "cranes", "title_en": "Cranes", "title_zh": "门吊", "measure": "M03", "article": "1"}
    usual |= {"changes": (change,), "opening_date": date(2027, 1, 1), "price_year": 2025, "relieves": (AT,)}
    usual |= {"capital_musd": about(10, 5, 20), "yearly_musd": about(1, 0.5, 2)}
    return {"cranes": Proposal.model_validate(usual | given)}


def world() -> Corridor:
    made = world_of_three_trains()
    rows = {row.id: row for row in (parameter("discount_rate", 0.08, "1/a"), parameter("life_years", 30, "a"))}
    return replace(made, parameters={**made.parameters, **rows})


def test_a_tonne_more_costs_the_yearly_cost_over_the_tonnes_of_a_year() -> None:
    assert annuity(0.08, 30) == pytest.approx(0.0888274, abs=1e-7)
    assert annuity(0, 20) == 0.05
    results = results_of(
        {id: DWELL[id] for id in TONNES}, TONNES, proposals={"cranes": ["cranes"]}, corridor=world(), waiting=WAITING
    )
    comparison = compare(results, world(), cranes())
    (cost,) = comparison.costs
    assert cost.yearly_musd.value == pytest.approx(10 * 0.0888274 + 1, abs=1e-5)
    # differences 90, 110, 100, 100: 100 with half-width 3.182446 * 8.16497 / 2 = 12.992
    assert cost.usd_per_t
    assert cost.usd_per_t.value == pytest.approx(1_888_274 / 365 / 100, abs=1e-3)
    assert cost.usd_per_t.low == pytest.approx((5 * 0.0888274 + 0.5) * 1e6 / 365 / 112.992, abs=1e-2)
    assert cost.usd_per_t.high == pytest.approx((20 * 0.0888274 + 2) * 1e6 / 365 / 87.008, abs=1e-2)
    # 2 vehicles a day stay 2 hours less each; vehicles are as many as before, so that one more has no cost
    assert cost.usd_per_hour
    assert cost.usd_per_hour.value == pytest.approx(1_888_274 / 365 / 4, abs=1e-2)
    assert cost.usd_per_vehicle is None
    table = ComparisonTables(comparison, world(), Names.of(world())).costs()
    assert table.rows[0][4] == "not stated: effect not significant"


def test_without_an_effect_no_cost_of_one_more_is_stated() -> None:
    results = results_of(dict.fromkeys(TONNES, DWELL[BASELINE]), proposals={"cranes": ["cranes"]}, corridor=world())
    comparison = compare(results, world(), cranes())
    (cost,) = comparison.costs
    assert (cost.usd_per_t, cost.usd_per_vehicle, cost.usd_per_hour) == (None, None, None)
    table = ComparisonTables(comparison, world(), Names.of(world())).costs()
    assert not table.rows
    assert "no cost per unit is stated" in table.rest
    assert "Scenario cranes (1.89)" in table.rest


WAITING = {BASELINE: {AT: 300.0, "customs": 60.0}, "cranes": {AT: 30.0, "customs": 90.0}}


def test_the_bottleneck_goes_from_the_gantry_to_customs() -> None:
    results = results_of({id: DWELL[id] for id in WAITING}, proposals={"cranes": ["cranes"]}, waiting=WAITING)
    comparison = compared(results, proposals=cranes())
    assert comparison.target_traffic["cranes"] == (Traffic(PORT, CLASS),)
    (shift,) = comparison.bottleneck_shifts
    assert shift.before
    assert shift.after
    assert shift.moves
    assert (shift.before.at, shift.after.at) == (AT, "customs")
    assert shift.before.share == pytest.approx(300 / 360)
    assert shift.after.waiting_h_per_day == pytest.approx(120 / 30)  # over 30 measured days
    words = ComparisonTables(comparison, world(), Names.of(world())).bottleneck().rows[0]
    assert words[2].startswith("the bottleneck moves from ")
    assert words[3] == "12.0\u00a0→\u00a04.00"


def test_the_bottleneck_is_the_root_of_waiting() -> None:
    """All wait for the gantry: first for its work, then for room in a full yard."""
    roots = {
        BASELINE: {(AT, "at_work", ""): 300.0, ("customs", "at_work", "yard"): 60.0},
        "cranes": {(AT, "at_work", ""): 30.0, ("customs", "at_work", "yard"): 20.0, ("tracks", "hours", "yard"): 25.0},
    }
    waiting = {id: {AT: sum(hours.values())} for id, hours in roots.items()}
    results = results_of(
        {id: DWELL[id] for id in roots}, proposals={"cranes": ["cranes"]}, waiting=waiting, roots=roots
    )
    (shift,) = compared(results, proposals=cranes()).bottleneck_shifts
    assert shift.before
    assert shift.after
    assert (shift.before.at, shift.before.state, shift.before.share) == (AT, "at_work", pytest.approx(300 / 360))
    assert (shift.after.at, shift.after.state, shift.after.share) == ("yard", "full", pytest.approx(45 / 75))
    assert shift.moves
    words = ComparisonTables(compared(results, proposals=cranes()), world(), Names.of(world())).bottleneck().rows[0]
    assert "yard (full, 60% of waiting)" in words[2]


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "the place of the bottleneck stays, its reason changes: from "), ("zh", "瓶颈位置不变，原因改变：由")],
)
def test_a_bottleneck_does_not_move_where_only_its_reason_changes(language: Language, words: str) -> None:
    """All wait for the gantry: first for its work, then for its opening hours."""
    roots = {BASELINE: {(AT, "at_work", ""): 300.0}, "cranes": {(AT, "hours", ""): 90.0}}
    waiting = {id: {AT: sum(hours.values())} for id, hours in roots.items()}
    results = results_of(
        {id: DWELL[id] for id in roots}, proposals={"cranes": ["cranes"]}, waiting=waiting, roots=roots
    )
    comparison = compared(results, proposals=cranes())
    rows = ComparisonTables(comparison, world(), Names.of(world(), language)).bottleneck().rows
    assert rows[0][2].startswith(words)


def test_the_ranking_has_the_baseline_among_the_scenarios_and_chances_that_sum_to_1() -> None:
    found = compared(results_of({id: DWELL[id] for id in TONNES}, TONNES)).ranking
    kpis = ("delivered_t_per_day", "tonnes_per_day")
    assert [(rank.scenario, rank.kpi) for rank in found] == [(id, kpi) for kpi in kpis for id in ("cranes", BASELINE)]
    ranks = found[:2]
    assert sum(rank.probability_best or 0 for rank in ranks) == pytest.approx(1)
    assert (ranks[0].probability_best or 0) > 0.99


@pytest.mark.parametrize(("language", "counted"), [("en", "counted with it"), ("zh", "并入基准情形")])
def test_a_scenario_that_only_waits_is_in_the_sentence_of_every_table_that_has_no_row_for_it(
    language: Language, counted: str
) -> None:
    """Chances of the ranking add up to 100%: what equals the baseline is counted with it."""
    tonnes = {
        BASELINE: [10.0, 12.0, 11.0, 13.0],
        "cranes": [10.1, 11.9, 11.3, 13.0],
        "nothing": [10.0, 12.0, 11.0, 13.0],
    }
    comparison = compared(results_of({id: DWELL[id] for id in tonnes}, tonnes))
    tables = ComparisonTables(comparison, world(), Names.of(world(), language))
    assert [rank.probability_best for rank in tables.ranks("delivered_t_per_day")] == [None, None]  # None differs.
    assert tables.ranking().note == tables.say("ranking_unclear")
    assert len(ranking_chart(tables, "delivered_t_per_day").hconcat) == 1, "an empty panel of chances"
    known = [rank for rank in comparison.ranking if rank.kpi == "delivered_t_per_day"]
    rows = one_for_equals(known, {"nothing"}, BASELINE)
    assert [rank.scenario for rank in rows].count("nothing") == 0
    assert sum(rank.probability_best or 0 for rank in rows) == pytest.approx(1)
    assert min(rank.probability_best or 0 for rank in rows) > 0.05
    own = tables.title("nothing")
    for table in (tables.ranking(), tables.cargo(), tables.target(), tables.bottleneck(), tables.sections()):
        assert own in table.rest, table.title
    assert counted in tables.ranking().rest


def codes(results: ExperimentResults) -> list[str]:
    return [warning.code.removeprefix("warning.") for warning in compared(results).warnings]


def sentences(results: ExperimentResults, language: Language = "en") -> list[str]:
    return warning_texts(compared(results), names_of(results, world_of_three_trains(), language))


def test_one_interval_has_one_number_of_further_pairs() -> None:
    """All ports and the only port that changes have one interval; the negligible difference is that of the port."""
    comparison = compared(results_of({BASELINE: [10.0, 12.0, 11.0], "cranes": [9.0, 12.5, 11.0]}))
    one = next(effect for effect in comparison.effects if effect.kpi == "delivered_t_per_day")
    unclear, same = paired_difference([1, 2, 3], [1, 3, 2]), paired_difference([1, 2, 3], [1, 2, 3])
    of_port = replace(one, port=PORT, klass=ALL, outcome="cannot_tell", more=12, paired=unclear)
    whole, still = replace(of_port, port=ALL, more=1), replace(of_port, port="other", paired=same)
    made = replace(comparison, effects=(whole, of_port, still))
    assert made.effect("cranes", ALL, ALL, "delivered_t_per_day") == whole
    assert made.cargo("cranes") == replace(whole, more=12)
    both = replace(comparison, effects=(whole, of_port, replace(of_port, port="other")))
    assert both.cargo("cranes") == whole


def test_results_without_a_pair_are_refused_with_the_runs_that_are_there() -> None:
    results = results_of({BASELINE: [10.0, 11.0], "cranes": [9.0]}, expected=3)
    refuse_without_pairs(results, Path("out"))
    for missing, done in ((BASELINE, 0), ("cranes", 2)):
        runs, kpis = (table[table["scenario"] != missing] for table in (results.runs, results.kpis))
        kept = replace(results, runs=runs, kpis=kpis)
        with pytest.raises(DataError) as refused:
            refuse_without_pairs(kept, Path("out"))
        [finding] = refused.value.findings
        assert finding.code == "results.no_pairs"
        assert in_language(finding, "en").found == f"{done} of 3 runs"
        assert codes(kept)[0] == "partial"
        assert not {"few", "few_more"} & set(codes(kept))


def test_warnings_on_missing_and_failed_runs_come_first() -> None:
    results = results_of({BASELINE: [10.0, 11.0], "cranes": [9.0]}, expected=3, failed={"cranes": 1})
    assert codes(results) == ["partial", "failed", "few_more"]
    notes = sentences(results)
    assert notes[0].startswith("Incomplete: 4 of 6 runs are finished")
    assert notes[1] == "1 run failed and is left out with its pair: Scenario cranes."
    assert notes[2].startswith("Only 1 replication: confidence intervals are wide")
    assert sentences(results, "zh")[1] == "1次运行失败，连同其配对一并剔除：Scenario cranes。"


def test_a_warning_names_two_scenarios_and_counts_the_others() -> None:
    """Five scenarios with a failed run each: two titles, and three more."""
    failed = {f"s{k}": 1 for k in range(5)}
    results = results_of({id: [10.0] for id in (BASELINE, *failed)}, failed=failed)
    note = next(note for note in sentences(results) if "failed" in note)
    assert note == "5 runs failed and are left out with their pairs: Scenario s0; Scenario s1; and 3 more."
    assert "Scenario s0；Scenario s1，另有3个情景" in " ".join(sentences(results, "zh"))


def test_a_warning_on_deadlocks_has_the_number_of_runs() -> None:
    results = results_of({BASELINE: [10.0, 11.0], "cranes": [9.0, 8.0]})
    results = replace(results, runs=results.runs.assign(deadlocked=[0, 0, 2, 0]))
    (warning,) = [one for one in compared(results).warnings if one.code == "warning.deadlock"]
    assert dict(warning.params) == {"n": 1, "scenarios": ("cranes",)}
    assert "Deadlock (vehicles block each other) in 1 run: Scenario cranes." in sentences(results)


def test_a_warning_on_vehicles_that_wait_for_a_stock_without_supply() -> None:
    results = results_of({BASELINE: [10.0, 11.0], "cranes": [9.0, 8.0]})
    results = replace(results, runs=results.runs.assign(unsupplied=[0, 0, 2, 1]))
    assert "unsupplied" in codes(results)
    assert "deadlock" not in codes(results)
    assert any(one.startswith("In 2 runs, vehicles wait indefinitely for a stock") for one in sentences(results))


def test_a_warning_on_data_that_have_changed_since_the_results() -> None:
    results = results_of(DWELL)
    assert "other_data" not in codes(results)
    assert "warning.other_data" in [warning.code for warning in compare(results, world()).warnings]


def test_a_queue_that_grows_has_no_mean_and_one_that_settles_has() -> None:
    both = {id: DWELL[id] for id in (BASELINE, "cranes")}
    growing = results_of(both, backlog={BASELINE: noisy(5, growth=0.5), "cranes": noisy(5)}, days=200)
    comparison = compared(growing)
    assert comparison.queues.grows(BASELINE, PORT, CLASS)
    assert not comparison.queues.grows("cranes", PORT, CLASS)
    (note,) = [note for note in sentences(growing) if "grows without bound" in note]
    assert "in: the baseline. Its mean waiting time and dwell time depend on the length of the run." in note
    assert note.startswith("The queue grows without bound (Erenhot - Zamyn-Uud, cr_express, outbound; up to 0.5 vehic")
    steady = results_of(both, backlog={BASELINE: noisy(5), "cranes": noisy(5)}, days=200)
    assert not {"growing", "early"} & set(codes(steady))


@pytest.mark.parametrize(("address", "grows"), [(f"ports.{PORT}", False), ("ports.ceke", True), ("links.a_b", False)])
def test_the_queue_of_a_closure_is_not_said_to_grow(address: str, grows: bool) -> None:
    """Day 150 to the end of 200: 20 more wait each day."""
    shut = noisy(5)[:150] + [5 + 20.0 * day for day in range(50)]
    both = dict.fromkeys((BASELINE, "shut"), DWELL[BASELINE])
    results = results_of(both, backlog={BASELINE: noisy(5), "shut": shut}, days=200)
    change = {"op": "close", "address": address, "first_day": "2023-05-31", "last_day": "2024-01-31"}
    results.scenarios["shut"]["changes"] = [change]  # type: ignore[index]
    assert compared(results).queues.grows("shut", PORT, CLASS) == grows
    assert not compared(results).queues.grows(BASELINE, PORT, CLASS)
    # A row that is added to the table of closures is the same closure.
    row = {"target": address.partition(".")[2], "first_day": "2023-05-31", "last_day": "2024-01-31"}
    results.scenarios["shut"]["changes"] = [{"op": "add", "address": "closures.shut", "row": row}]  # type: ignore[index]
    if address != "ports.ceke":  # No queue of that port is known here.
        assert compared(results).queues.grows("shut", PORT, CLASS) == grows
    else:
        assert not compared(results).queues.grows("shut", PORT, CLASS)


def yard_results(**more: Any) -> ExperimentResults:
    """Two replications of 30 measured days: lanes bring 6,459 t a day more across, of which 1,551 leave the yard."""
    crossed = {BASELINE: [100_000.0, 100_100.0], "lanes": [106_459.0, 106_559.0]}
    delivered = {BASELINE: [102_000.0, 102_000.0], "lanes": [103_551.0, 103_551.0]}
    flows = {"in_per_day": 100_000.0, "out_per_day": 102_000.0, "capacity": 3_000_000.0}

    def stock(change: float, end: float) -> dict[str, float]:
        return {**flows, "level_start": end - change, "level_end": end, "change": change}

    # Per day: 2,000 and 1,900 t less in the yard without the lanes, 2,908 and 3,008 t more with them.
    stocks = {
        BASELINE: [stock(-60_000.0, 500_000.0), stock(-57_000.0, 500_000.0)],
        "lanes": [stock(87_240.0, 700_000.0), stock(90_240.0, 700_000.0)],
    }
    dwell = {BASELINE: [10.0, 11.0], "lanes": [10.0, 11.0]}
    return results_of(dwell, crossed, delivered=delivered, stocks=stocks, **more)


def test_cargo_that_only_fills_a_yard_is_no_gain() -> None:
    comparison = compared(yard_results())
    cargo = comparison.effect("lanes", ALL, ALL, "delivered_t_per_day")
    assert cargo
    assert cargo.difference == 1551
    assert comparison.by_benefit() == ["lanes"]
    (found,) = comparison.yards
    assert (found.crossed.difference, found.kept) == (6459, 4908)
    (yard,) = found.yards
    assert yard.paired.difference.estimate == pytest.approx(4908)
    assert yard.as_json()["level_end"] == 700_000
    for language, expected in (
        ("en", "Of 6,459 t/day more across the border, 4,908 lie in the yard at the end."),
        ("zh", "多过境的6,459吨/日中，期末有4,908吨/日留在堆场。"),
    ):
        names = names_of(comparison.results, world_of_three_trains(), language)
        assert ComparisonTables(comparison, world_of_three_trains(), names).yards().rows[0][1] == expected


@pytest.mark.parametrize(
    ("crossed", "delivered", "rises", "expected"),
    [
        (0.0, 300.0, 0.0, "Of 300 t/day more delivered, 300 come from the stock in the yard."),
        (100.0, 300.0, 0.0, "Of 300 t/day more delivered, 200 come from the stock in the yard."),
        (-500.0, -200.0, 0.0, "Of 500 t/day less across the border, 300 are replaced from the stock in the yard."),
        (-100.0, 200.0, 0.0, "100 t/day less cross the border, and 300 more come from the stock in the yard."),
        (-100.0, -400.0, 0.0, "300 t/day more lie in the yard at the end; 100 t/day less cross the border."),
        (0.0, -400.0, 0.0, "400 t/day more lie in the yard at the end; the cargo across the border does not change."),
        (100.0, -200.0, 0.0, "100 t/day more cross the border, but 300 more lie in the yard at the end."),
        (0.0, 300.0, 500.0, "Of 300 t/day more delivered, 300 stay in the yard in the baseline; no stock is used up."),
        (
            *(-500.0, -200.0, 500.0),
            "Of 500 t/day less across the border, 300 stay in the yard in the baseline; no stock is used up.",
        ),
        (
            *(-100.0, 200.0, 500.0),
            "100 t/day less cross the border, and 300 less stay in the yard than in the baseline; no stock is used up.",
        ),
        (0.0, -400.0, 500.0, "400 t/day more lie in the yard at the end; the cargo across the border does not change."),
    ],
)
def test_the_sentence_on_a_yard_fits_every_sign(crossed: float, delivered: float, rises: float, expected: str) -> None:
    """Also where the yard rises in the baseline, so that less in it is no use of its stock; answers say the same."""
    days = 30
    levels = {"in_per_day": 1.0, "out_per_day": 1.0, "capacity": 9.0, "level_start": 5.0, "level_end": 5.0}
    base, changed = ({**levels, "change": days * (rises + more)} for more in (0.0, crossed - delivered))
    results = results_of(
        {BASELINE: [1.0, 2.0], "works": [1.0, 2.0]},
        {BASELINE: [1000.0, 1000.0], "works": [1000.0 + crossed] * 2},
        delivered={BASELINE: [1000.0, 1000.0], "works": [1000.0 + delivered] * 2},
        stocks={BASELINE: [base] * 2, "works": [changed] * 2},
    )
    assert results.measured_days == days
    comparison, made = compared(results), world_of_three_trains()
    assert ComparisonTables(comparison, made, names_of(results, made, "en")).yards().rows[0][1] == expected
    (yard,) = comparison.yards
    (told,) = [one for one in stocks(Subject(comparison, "works")) if one.code == yard.sentence]
    spoken: tuple[tuple[Language, str], ...] = (("en", "no stock is used up"), ("zh", "堆场存货并未动用"))
    for language, unused in spoken:
        in_table = ComparisonTables(comparison, made, names_of(results, made, language)).yards().rows[0][1]
        in_answer = AnswerTexts(comparison, made, language).sentence(told)
        assert [unused in text for text in (in_table, in_answer)] == ["no stock is used up" in expected] * 2


def test_what_lies_within_the_noise_of_the_pairs_is_not_said_of_a_yard() -> None:
    """More in the yard in one pair, less in the other: neither a sentence nor a forecast, whatever the mean."""
    results = yard_results()
    noisy_flow = results.kpis["value"].where(
        (results.kpis["kpi"] != "tonnes_per_day") | (results.kpis["replication"] == 0), 100_000.0
    )
    stocks = results.stocks.copy()
    stocks["change"] = [-40e6, 10e6, 40e6, -10e6]
    noisy_runs = replace(results, kpis=results.kpis.assign(value=noisy_flow), stocks=stocks)
    comparison = compared(noisy_runs)
    assert comparison.yards == ()
    assert comparison.drifts == ()
    assert len(compared(results).yards) == 1
    one_pair = replace(noisy_runs, **{name: _first(getattr(noisy_runs, name)) for name in ("kpis", "stocks", "runs")})
    assert len(compared(one_pair).drifts) == 2  # A single pair has no interval.


def _first(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["replication"] == 0]


def test_the_days_until_a_yard_is_full_are_those_of_the_ends_of_its_trend() -> None:
    """2.0 and 2.4 Mt more in 30 days: 73,333 t a day, half-width 12.7062 x 6,667, which has 0; 2.3 Mt of room."""
    results = yard_results()
    stocks = results.stocks.assign(change=[0.0, 0.0, 2.0e6, 2.4e6])
    assert compared(replace(results, stocks=stocks)).drifts == ()
    stocks["change"] = [0.0, 0.0, 2.19e6, 2.21e6]
    (drift,) = compared(replace(results, stocks=stocks)).drifts
    half = 12.7062 * 0.01e6 / 30
    assert drift.days_left
    assert drift.days_left.estimate == pytest.approx(30 * 2.3 / 2.2)
    assert drift.days_left.low == pytest.approx(2.3e6 / (2.2e6 / 30 + half), rel=1e-4)
    assert drift.days_left.high == pytest.approx(2.3e6 / (2.2e6 / 30 - half), rel=1e-4)
    full = replace(results, stocks=stocks.assign(days_until_full=[math.nan, math.nan, 0.0, 40.0]))
    (drift,) = compared(full).drifts
    assert drift.days_left
    assert drift.days_left.estimate == 0.0
    assert any("full within the run already" in note for note in sentences(full))


def roots_of(*rows: tuple[str, str, str, float, int]) -> pd.DataFrame:
    """Vehicle-hours by scenario, direction, root and replication, of 30 measured days."""
    whole = [
        {"scenario": scenario, "replication": k, "port": PORT, "direction": direction, "class": CLASS, "at": AT}
        | {"root": root, "root_state": "at_work", "stock": "", "stock_state": "", "stock_service": "", "hours": hours}
        for scenario, direction, root, hours, k in rows
    ]
    return pd.DataFrame(whole)


def of_roots(*rows: tuple[str, str, str, float, int]) -> ExperimentResults:
    """Results with these roots and steps in both directions."""
    results = results_of({BASELINE: [10.0, 11.0, 12.0], "cranes": [8.0, 9.0, 10.0]}, proposals={"cranes": ["cranes"]})
    steps = pd.concat([results.dwell, results.dwell.assign(direction="inbound", at="customs")])
    return replace(results, waiting_by_root=roots_of(*rows), dwell=steps)


def test_a_bottleneck_moves_only_beyond_the_noise_of_the_pairs() -> None:
    usual = ((AT, 300.0), ("customs", 60.0))
    before = [(BASELINE, "outbound", root, hours, k) for root, hours in usual for k in range(3)]
    for hours, moves in (((40.0, 110.0, 130.0), False), ((110.0, 111.0, 112.0), True)):
        after = [("cranes", "outbound", AT, 80.0, k) for k in range(3)]
        after += [("cranes", "outbound", "customs", some, k) for k, some in enumerate(hours)]
        comparison = compared(of_roots(*before, *after), proposals=cranes())
        shift = comparison.bottleneck_shifts[0]
        assert shift.before
        assert shift.after
        assert (shift.before.at, shift.after.at, shift.moves, shift.unclear) == (AT, "customs", moves, not moves)
        made = answer(comparison, "cranes", world())
        assert (made.bottleneck[0].code == "root.unclear") == (not moves)
        assert any(one.code == "moves.to" for one in made.headline) == moves
        words = ComparisonTables(comparison, world(), Names.of(world())).sentence(shift)
        assert words.startswith("not yet clear" if not moves else "the bottleneck moves")


def test_waiting_and_shares_within_the_noise_are_not_said_to_change() -> None:
    rows = [(BASELINE, "outbound", AT, 300.0, k) for k in range(3)]
    rows += [(BASELINE, "outbound", "customs", 100.0, k) for k in range(3)]
    for noise, codes in ((90.0, ("root.stays_unclear", "root.waiting_unclear")), (1.0, ("root.stays", "root.waiting"))):
        after = [("cranes", "outbound", AT, 300.0, k) for k in range(3)]
        after += [("cranes", "outbound", "customs", 150.0 + (k - 1) * noise, k) for k in range(3)]
        comparison = compared(of_roots(*rows, *after), proposals=cranes())
        assert tuple(one.code for one in answer(comparison, "cranes", world()).bottleneck) == codes


def test_the_bottleneck_is_that_of_the_direction_which_the_change_concerns() -> None:
    """Inbound waiting changes more, but the cranes are for those who pass them outbound."""
    hours = {BASELINE: (100.0, 500.0), "cranes": (60.0, 300.0)}
    rows = [
        (scenario, direction, root, some, k)
        for scenario, both in hours.items()
        for direction, root, some in zip(("outbound", "inbound"), (AT, "customs"), both, strict=True)
        for k in range(3)
    ]
    comparison = compared(of_roots(*rows), proposals=cranes())
    found = main_shift_of(comparison.bottleneck_shifts, "cranes", comparison.main_target("cranes"))
    assert found
    assert (found.direction, found.of_change) == ("outbound", True)
    assert [one.direction for one in comparison.bottleneck_shifts] == ["outbound", "inbound"]
    row = ComparisonTables(comparison, world(), Names.of(world())).bottleneck().rows[0]
    assert "outbound" in row[1]
    assert dict(answer(comparison, "cranes", world()).bottleneck[0].params)["direction"] == "outbound"


def test_a_warning_on_stocks_that_do_not_settle() -> None:
    """In 30 days: by less than one day of traffic, by far more, and not at all."""
    stocks = yard_results().stocks
    unknown = yard_results()
    assert not {"stock_falls", "stock_rises"} & set(codes(unknown))  # Less than one day's traffic in 30 days.
    stocks["change"] *= 1.5 * 30
    more = replace(unknown, stocks=stocks)
    assert {"stock_falls", "stock_rises"} <= set(codes(more))
    assert any("in: the baseline. At this rate the stock is empty" in note for note in sentences(more))
    stocks["change"] = 0.0
    assert not {"stock_falls", "stock_rises"} & set(codes(replace(unknown, stocks=stocks)))


def test_what_only_a_scenario_brings_is_called_by_its_name_not_its_id() -> None:
    results = results_of(DWELL)
    row = {"name_en": "Reefer", "name_zh": "冷藏车", "vehicle_en": "truck", "vehicle_zh": "辆"}
    results.scenarios["paint"]["changes"] = [{"op": "add", "address": "classes.reefer", "row": row}]  # type: ignore[index]
    names = names_of(results, world_of_three_trains(), "zh")
    assert (names.klass("reefer"), names.vehicle("reefer")) == ("冷藏车", "辆")
    assert names.klass(CLASS) == Names.of(world_of_three_trains(), "zh").klass(CLASS)


def test_a_warning_on_a_warm_up_period_that_is_too_short() -> None:
    both = {id: DWELL[id] for id in (BASELINE, "cranes")}
    slow = {BASELINE: noisy(20, start=200), "cranes": noisy(20)}
    notes = sentences(results_of(both, backlog=slow, days=200, warmup_days=5))
    assert any(note.startswith("Warm-up period too short") and "in: the baseline." in note for note in notes)
    assert "early" not in codes(results_of(both, backlog=slow, days=200, warmup_days=80))


def page_of(folder: Path, language: Language) -> str:
    results = results_of(
        {id: DWELL[id] for id in TONNES}, TONNES, proposals={"cranes": ["cranes"]}, corridor=world(), waiting=WAITING
    )
    path = folder / f"{language}.html"
    write_comparison(path, compare(results, world(), cranes()), world(), language)
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_report_of_a_comparison_without_costs_has_no_section_on_them(tmp_path: Path, language: Language) -> None:
    title = say("comparison.costs", language)
    assert title in page_of(tmp_path, language)
    path = tmp_path / "free.html"
    results = results_of({id: DWELL[id] for id in TONNES}, TONNES, corridor=world(), waiting=WAITING)
    write_comparison(path, compare(results, world(), {}), world(), language)
    page = path.read_text(encoding="utf-8")
    assert title not in page
    assert "0 years" not in page


def test_the_report_asks_nothing_of_any_network_and_shows_every_chart(tmp_path: Path) -> None:
    for language in ("en", "zh"):
        page = page_of(tmp_path, language)
        body = page.split("<script", 1)[0]
        assert "default-src 'none'" in body
        assert not re.search(r"<(link|img|iframe)|\ssrc=|url\(", body)
        places = re.findall(r'<div class="chart" id="([^"]+)"', body)
        assert places == ["cargo", "dwell", "pareto", "ranking-delivered_t_per_day"]
        specs = re.search(r'<script type="application/json" id="specs">(.*?)</script>', page, re.DOTALL)
        assert specs
        assert list(json.loads(specs[1])) == places
        assert "c0de" in body
        in_chinese = language == "zh"
        assert ("手算" in body) == ("改善" in body) == in_chinese
        assert ("Comparison: By hand" in body) == (not in_chinese)
        assert bool(re.search(r"[\u4e00-\u9fff]", body)) == in_chinese


@pytest.mark.browser
def test_a_browser_draws_every_chart_without_any_request(browser: Any, tmp_path: Path) -> None:
    assert drawn_in_browser(browser, page_of(tmp_path, "zh"), tmp_path) == 4


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Gate lanes in the template world: a real experiment, with one scenario that changes nothing."""
    folder = tmp_path_factory.mktemp("compare") / "lanes"
    same = {"id": "same", "title_en": "As it is", "title_zh": "不变"}
    run_batch(lanes(scenarios=[same]), folder, my_port(), {})
    return folder


@pytest.fixture
def mine_of(bridgehead: Bridgehead, tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    assert bridgehead("new", folder).status == 0
    return folder


def test_the_command_gives_the_rows_that_were_agreed(bridgehead: Bridgehead, batch: Path, mine_of: Path) -> None:
    answer = bridgehead("compare", batch, "--data", mine_of, "--json", "-")
    assert answer.status == 0, answer.err
    result = json.loads(answer.out)
    assert list(result) == [
        "baseline",
        "rows",
        "ranking",
        "interactions",
        "stocks",
        "recoveries",
        "warnings",
        "answers",
    ]
    assert result["baseline"] == "baseline"
    assert all(list(row) == ROW_KEYS for row in result["rows"])
    keys = ["scenario", "kpi", "mean", "ci_low", "ci_high", "probability_best"]
    assert all(list(rank) == keys for rank in result["ranking"])
    same = [row for row in result["rows"] if row["scenario"] == "same"]
    assert len(same) > 5
    assert all((row["difference"], row["verdict"]) == (0, "no difference shown") for row in same)
    assert {row["n"] for row in result["rows"]} == {3}


def test_the_screen_and_the_files(bridgehead: Bridgehead, batch: Path, mine_of: Path, tmp_path: Path) -> None:
    report, figures_file = tmp_path / "report.html", tmp_path / "figures.json"
    files = ("--report", report, "--json", figures_file)
    answer = bridgehead("compare", batch, "--data", mine_of, *files, "--language", "zh")
    assert answer.status == 0, answer.err
    assert "各口岸到达货运量合计" in answer.out
    assert "不变" in answer.out
    assert json.loads(figures_file.read_text(encoding="utf-8"))["rows"]
    assert "情景对比：卡口通道" in report.read_text(encoding="utf-8")


def test_the_page_shows_how_the_best_is_chosen(batch: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = (data_root().parent / "docs" / "compare.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    exec(program.replace("out/policy", batch.as_posix()).replace("first_stage=10", "first_stage=3"), {})
    chosen, runs = capsys.readouterr().out.splitlines()
    ids = {"baseline", "same", "point_1", "point_2"}
    assert chosen in ids or set(literal_eval(chosen)) <= ids
    assert literal_eval(runs).keys() == ids
    assert sum(literal_eval(runs).values()) == 100


def test_an_unfinished_batch_says_so(bridgehead: Bridgehead, batch: Path, mine_of: Path, tmp_path: Path) -> None:
    partial = tmp_path / "partial"
    partial.mkdir()
    for file in batch.iterdir():
        if file.suffix in (".parquet", ".json") and not file.name.startswith("same-00002"):
            (partial / file.name).write_bytes(file.read_bytes())
    answer = bridgehead("compare", partial, "--data", mine_of, "--json", "-")
    result = json.loads(answer.out)
    assert result["warnings"][0].startswith("Incomplete: 11 of 12 runs are finished")
    assert {row["n"] for row in result["rows"] if row["scenario"] == "same"} == {2}


def test_a_batch_without_a_single_run_is_refused(
    bridgehead: Bridgehead, batch: Path, mine_of: Path, tmp_path: Path
) -> None:
    (tmp_path / "_manifest.json").write_bytes((batch / "_manifest.json").read_bytes())
    answer = bridgehead("compare", tmp_path, "--data", mine_of)
    assert answer.status == 2
    assert "0 of 3 runs [results.no_pairs]" in answer.err


def test_a_folder_of_something_else_is_refused(bridgehead: Bridgehead, tmp_path: Path, batch: Path) -> None:
    assert bridgehead("compare", tmp_path / "nowhere").status == 2
    answer = bridgehead("compare", tmp_path)
    assert answer.status == 2
    assert "the manifest of an experiment" in answer.err
    (tmp_path / "_manifest.json").write_bytes((batch / "_manifest.json").read_bytes())
    (tmp_path / "baseline-00000-00001.parquet").write_bytes(b"no Parquet")
    answer = bridgehead("compare", tmp_path)
    assert answer.status == 2
    assert "The file is damaged" in answer.err


def test_results_of_other_data_are_refused_with_what_the_data_lack(
    bridgehead: Bridgehead, batch: Path, mine_of: Path
) -> None:
    """Rows of a port or class that the data do not have would have no name and no cost."""
    answer = bridgehead("compare", batch)
    assert answer.status == 2
    assert "ports.csv: The results have this id, and the data do not" in answer.err
    assert "[results.foreign_row]" in answer.err
    assert bridgehead("explain", "results.foreign_row").status == 0


@pytest.mark.parametrize("percent", ["-1", "101", "nan"])
def test_a_margin_is_a_percentage(bridgehead: Bridgehead, batch: Path, percent: str) -> None:
    answer = bridgehead("compare", batch, f"--margin={percent}")
    assert answer.status == 2
    assert "a percentage from 0 to 100" in answer.err


def test_how_well_pairing_works_stands_in_the_table_and_in_a_sentence() -> None:
    """Cranes: 0.2, worked out by hand above; paint 0.07, nothing 0; only cranes says what traffic it is meant for."""
    results = results_of(DWELL, proposals={"cranes": ["cranes"]}, corridor=world())
    tables = ComparisonTables(compare(results, world(), cranes()), world(), Names.of(world()))
    target = tables.target()
    assert (target.columns[-1], target.rows[0][-1]) == ("Variance\nratio", "0.20")
    assert "in 3 of 3 scenarios per tonne over all ports (1 of them does not change it)" in tables.pairing()
    assert tables.pairing().endswith("and in 1 of 1 for the target traffic.")
    one_run = results_of({id: values[:1] for id, values in DWELL.items()}, proposals={"cranes": ["cranes"]})
    assert ComparisonTables(compare(one_run, world(), cranes()), world(), Names.of(world())).pairing() == ""


def test_a_scenario_that_is_meant_for_more_than_is_shown_says_so() -> None:
    """Cranes are meant for trains, which are shown, and for trucks; paint for trains alone."""
    trains, trucks = Traffic(PORT, CLASS), Traffic(PORT, "truck")
    meant = {"cranes": (trains, trucks), "paint": (trains,), "nothing": ()}
    results = results_of(DWELL, proposals={"cranes": ["cranes"]}, corridor=world())
    tables = ComparisonTables(compare(results, world(), cranes(), targets=meant), world(), Names.of(world()))
    words = {row[0]: row[1] for row in tables.target().rows}
    assert [who.endswith(" (1 of 2)") for who in words.values()] == [True, False]
    rest = tables.target().rest
    assert rest.startswith(f"{tables.title('cranes')}: further target traffic: {tables.who(PORT, 'truck')}.")
    assert tables.title("nothing") in rest
    chinese = ComparisonTables(tables.of, world(), Names.of(world(), "zh")).target()
    assert chinese.rows[0][1].endswith("（2类之一）")
    assert "目标运输还有" in chinese.rest


def test_all_durations_of_a_table_are_in_hours() -> None:
    """A change of 15 seconds is a small number of hours, beside changes of hours."""
    saved = [0.004, 0.005, 0.003, 0.004]
    for hours, times, base, changed in ((0.2, 1, "0.200", "-0.0040"), (20.0, 10, "20.0", "-0.040")):
        both = {BASELINE: [hours] * 4, "cranes": [hours - times * less for less in saved]}
        table = ComparisonTables(compared(results_of(both)), world(), Names.of(world())).all_effects()
        row = next(row for row in table.rows if row[2].startswith("Dwell time, mean"))
        assert (row[2], row[4], row[5]) == ("Dwell time, mean, h", base, changed)
        assert not any(cell.endswith(", min") for row in table.rows for cell in row)


@pytest.mark.parametrize(
    ("outcome", "low", "high", "expected"),
    [
        ("cannot_tell", 0.1, 2.0, ("not clear after adjustment", "校正后尚不能确定")),
        ("cannot_tell", -0.1, 2.0, ("not yet clear", "尚不能确定")),
        ("no_difference", 0.1, 0.2, ("no relevant difference, below the margin", "无实质差异（低于界限）")),
        ("no_difference", -0.1, 0.1, ("no relevant difference", "无实质差异")),
        ("better", 0.1, 2.0, ("better", "改善")),
    ],
)
def test_a_verdict_that_seems_to_contradict_its_interval_says_why(
    outcome: Outcome, low: float, high: float, expected: tuple[str, str]
) -> None:
    one = dwell_of(compared(results_of({BASELINE: [2.0] * 4, "cranes": [1.0, 1.1, 1.2, 1.0]})), "cranes")
    found = replace(one.paired.difference, estimate=(low + high) / 2, low=low, high=high)
    effect = replace(one, outcome=outcome, more=0, paired=replace(one.paired, difference=found))
    assert (verdict(effect, "en"), verdict(effect, "zh")) == expected


def test_the_verdict_on_a_figure_that_no_pair_changes_says_so() -> None:
    """ "No relevant difference" reads as an estimate that is small."""
    one = dwell_of(compared(results_of({BASELINE: [2.0, 2.1, 2.2], "cranes": [2.0, 2.1, 2.2]})), "cranes")
    assert one.outcome == "no_difference"
    assert (verdict(one, "en"), verdict(one, "zh")) == ("the same in every pair", "各对运行结果相同")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (1.0, 1.0, "the bottleneck stays the same: customs (at work, 100% of waiting)"),
        (0.9, 0.7, "the bottleneck stays the same: customs (at work), 90% of waiting before, 70% after"),
    ],
)
def test_a_bottleneck_that_stays_has_its_share_once_or_before_and_after(
    before: float, after: float, expected: str
) -> None:
    ends = [Bottleneck("customs", share, 10.0, "at_work") for share in (before, after)]
    tables = ComparisonTables(compared(results_of(DWELL)), world(), Names("en"))
    assert tables.sentence(BottleneckShift("cranes", PORT, "outbound", CLASS, *ends)) == expected


def test_hours_of_a_queue_that_grows_are_marked() -> None:
    both = {id: DWELL[id] for id in (BASELINE, "cranes")}
    for grows, mark in ((0.5, "†"), (0.0, "")):
        queues = {BASELINE: noisy(5, growth=grows), "cranes": noisy(5)}
        results = results_of(both, proposals={"cranes": ["cranes"]}, corridor=world(), backlog=queues, days=200)
        tables = ComparisonTables(compare(results, world(), cranes()), world(), Names.of(world()))
        assert tables.target().rows[0][2] == f"better{mark}"
        assert tables.costs().rows[0][-1].endswith(f"){mark}")
        notes = (tables.target().note, tables.costs().note)
        assert [("†" in note, "The queue grows" in note) for note in notes] == [(bool(mark), bool(mark))] * 2


def test_what_the_store_keeps_is_what_the_comparison_reads(batch: Path) -> None:
    results = ExperimentResults.of(open_store(batch))
    assert (results.days, results.warmup_days, results.expected) == (4, 1, 3)
    assert results.addresses("point_1") == ["facilities.exit_gate.servers"]
    assert set(results.backlog["day"]) == {0, 1, 2, 3}
