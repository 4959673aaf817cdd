"""The best of several scenarios for one figure: named only where the pairs show it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from corridors.io.folders import data_root
from corridors.load import load_corridor
from sim.experiments.batch import run_batch
from sim.experiments.store import open_store
from sim.reports.answer_texts import AnswerTexts
from sim.reports.brief import brief_html
from sim.reports.brief_texts import brief_of
from sim.reports.comparison_names import names_of
from sim.reports.comparison_tables import ComparisonTables
from sim.reports.effect_texts import interval, verdict
from sim.studies.answer import answers
from sim.studies.answer.best import Best, best, choices
from sim.studies.answer.headline import losses
from sim.studies.answer.subject import Subject
from sim.studies.compare import ExperimentResults, Question, ScenarioComparison, Traffic, compare
from sim.text.names import Names
from tests.conftest import Told
from tests.helpers.hand_results import CLASS, PORT, kpi_rows, results_of
from tests.helpers.small_batch import lanes, my_port
from tests.helpers.stories import world_of_three_trains

BASE = [10.0, 12.0, 11.0, 13.0, 10.5, 12.5]


def comparison_of(dwell: Mapping[str, Sequence[float]]) -> ScenarioComparison:
    world = world_of_three_trains()
    return compare(results_of({"baseline": BASE, **dwell}, corridor=world), world, {})


def found(dwell: Mapping[str, Sequence[float]], kpi: str = "dwell_h_mean", port: str = PORT) -> Best:
    return best(comparison_of(dwell), world_of_three_trains(), port, CLASS, kpi)


def less(hours: float, noise: float = 0.01) -> list[float]:
    """Hours of each pair, less those of the baseline by about so many."""
    return [value - hours + noise * (k % 3 - 1) for k, value in enumerate(BASE)]


def codes(of: Best) -> list[str]:
    return [one.code for one in of.sentences]


def test_the_best_is_clearly_ahead_of_all_others() -> None:
    of = found({"one": less(1.0), "three": less(3.0), "two": less(2.0)})
    assert of.order == ("three", "two", "one")
    assert codes(of) == ["best.less", "best.ahead_both"]
    assert codes(found({"one": less(1.0), "three": less(3.0)})) == ["best.less", "best.ahead"]
    four = {"one": less(1.0), "three": less(3.0), "two": less(2.0), "none": less(0.5)}
    assert codes(found(four)) == ["best.less", "best.ahead"], '"both" is two others, "all" is more'


def test_a_scenario_that_the_pairs_do_not_separate_from_the_best_is_named() -> None:
    of = found({"one": less(1.0), "first": less(2.001), "second": less(2.0, noise=-0.02)})
    assert codes(of) == ["best.less", "best.close"]
    assert dict(of.sentences[1].params)["rivals"] == ("second",)


@pytest.mark.parametrize(
    ("dwell", "code"),
    [
        ({"same": BASE, "also": BASE}, "best.none_changes"),
        ({"worse": less(-1.0), "much_worse": less(-2.0)}, "best.none_better"),
        ({"noise": less(0.0, noise=2.0), "more_noise": less(0.0, noise=-2.0)}, "best.none_better"),
    ],
)
def test_no_scenario_is_best_where_none_is_significantly_better(dwell: Mapping[str, list[float]], code: str) -> None:
    assert codes(found(dwell)) == [code]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "en",
            "noise has the best mean of 3 scenarios, but its improvement is not significant. "
            "Significant improvements: Scenario two, Scenario one.",
        ),
        ("zh", "3个情景中均值最优的是“Scenario noise”，但与基准情形相比改善不显著；改善显著的情景：Scenario two"),
    ],
)
def test_scenarios_behind_an_unclear_mean_are_named_where_they_are_significantly_better(
    language: str, text: str
) -> None:
    """The hours less of 'noise' are 3 on average, far apart; those of the others are 1 and 2 in each pair."""
    comparison = comparison_of({"one": less(1.0), "noise": less(3.0, noise=9.0), "two": less(2.0)})
    world = world_of_three_trains()
    of = best(comparison, world, PORT, CLASS, "dwell_h_mean")
    assert of.order == ("noise", "two", "one")
    assert [one.outcome for id in of.order if (one := comparison.effect(id, PORT, CLASS, "dwell_h_mean"))] == [
        "cannot_tell",
        "better",
        "better",
    ]
    assert codes(of) == ["best.unclear"]
    texts = AnswerTexts(comparison, world, language)
    assert text in texts.joined(texts.sentence(one) for one in of.sentences)


def test_a_figure_that_no_run_has_is_unknown() -> None:
    of = found({"one": less(1.0)}, port="nowhere")
    assert codes(of) == ["best.unknown"]
    assert of.order == ("one",)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "the best of 2 scenarios is Scenario one: 1.00 h less (0.99 to 1.01). The other one is significantly"),
        ("zh", "2个情景中最优为“Scenario one”，减少1.00小时（0.99至1.01）。其余1个情景均显著逊于该情景。"),
    ],
)
def test_the_sentences_have_amount_interval_and_title(language: str, text: str) -> None:
    comparison, world = comparison_of({"one": less(1.0), "half": less(0.5)}), world_of_three_trains()
    texts = AnswerTexts(comparison, world, language)
    of = best(comparison, world, PORT, CLASS, "dwell_h_mean")
    assert text in texts.joined(texts.sentence(one) for one in of.sentences)


def test_compare_begins_with_the_best_scenario_and_orders_the_answers_by_it(
    bridgehead: Callable[..., Told], tmp_path: Path
) -> None:
    folder, data = tmp_path / "lanes", data_root() / "template"
    run_batch(lanes(), folder, my_port(), {})
    wrong = bridgehead("compare", folder, "--data", data, "--best", "nowhere.none.dwell_h_mean")
    assert wrong.status == 2
    results = ExperimentResults.of(open_store(folder))
    wanted = next(one for one in choices(compare(results, my_port(), {})) if one.endswith(".dwell_h_mean"))
    assert wanted in "".join(wrong.err.split())
    told = bridgehead("compare", folder, "--data", data, "--best", wanted, "--json", "-")
    assert told.status == 0, told.err
    document = json.loads(told.out)
    assert [one["scenario"] for one in document["answers"]] == document["best"]["order"]
    shown = bridgehead("compare", folder, "--data", data, "--best", wanted)
    assert "".join(shown.out.split()).startswith("".join("".join(document["best"]["text"]).split()))
    # The best one has its losers and its cost before the next one begins.
    first, second = document["answers"][:2]
    own = "".join(shown.out.partition(second["title"])[0].split())
    costs = [one["text"] for one in first["parts"]["cost"]]
    assert costs
    losers = [one["text"] for one in first["parts"]["losers"]]
    assert [one for one in (*losers, *costs) if "".join(one.split()) not in own] == []


def test_each_choice_is_a_figure_of_a_traffic_of_the_comparison() -> None:
    comparison, world = comparison_of({"one": less(1.0)}), world_of_three_trains()
    known = choices(comparison)
    assert f"{PORT}.{CLASS}.dwell_h_mean" in known
    for one in known:
        port, klass, kpi = one.split(".")
        assert codes(best(comparison, world, port, klass, kpi)) != ["best.unknown"]


def asked(question: Question, **scenarios: Sequence[float]) -> tuple[ScenarioComparison, AnswerTexts]:
    """A comparison with a question, of scenarios whose target is other traffic, and its texts."""
    world = world_of_three_trains()
    results = results_of({"baseline": BASE, **scenarios}, corridor=world)
    other = {id: (Traffic("elsewhere", "bulk"),) for id in results.others}
    made = compare(results, world, {}, targets=other, question=question)
    return made, AnswerTexts(made, world, "en")


def test_an_answer_is_about_the_traffic_of_the_question_not_the_target_of_the_scenario() -> None:
    question = Question(PORT, CLASS, "dwell_h_mean")
    made, texts = asked(question, one=less(1.0), half=less(0.5))
    answer = answers(made, world_of_three_trains())[0]
    assert answer.figures[0].key == ("one", PORT, CLASS, "dwell_h_mean")
    assert "at the port on average" in texts.headline(answer)
    brief = brief_of(made, world_of_three_trains(), "en", [answer])
    assert "the best of 2 scenarios is Scenario one" in brief.asked
    assert brief.asked in brief_html(brief)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_figure_that_is_asked_for_is_in_one_table_whatever_the_scenarios_are_meant_for(language: str) -> None:
    """11.5 h in the baseline; the table of the target traffic is about other traffic, or has none."""
    made, _ = asked(Question(PORT, CLASS, "dwell_h_mean"), half=less(0.5), same=BASE, one=less(1.0))
    names = names_of(made.results, world_of_three_trains(), language)
    tables = ComparisonTables(made, world_of_three_trains(), names)
    found = tables.asked()
    assert [row[0] for row in found.rows] == [tables.title(id) for id in ("one", "half", "same")]
    assert [row[2:4] for row in found.rows] == [("11.5", "10.5"), ("11.5", "11.0"), ("11.5", "11.5")]
    effects = [one for id in ("one", "half") if (one := made.effect(id, PORT, CLASS, "dwell_h_mean"))]
    for row, effect in zip(found.rows, effects, strict=False):
        assert (row[1], row[5]) == (verdict(effect, language), interval(effect, language))
        assert effect.outcome == "better"
    assert names.klass(CLASS) in found.note
    assert names.figure("dwell_h_mean") in found.note
    unasked = ComparisonTables(comparison_of({"one": less(1.0)}), world_of_three_trains(), names)
    assert not unasked.asked().rows


def test_scenarios_that_change_nothing_are_named_with_the_traffic_that_they_are_meant_for() -> None:
    world = world_of_three_trains()
    meant = {"same": (Traffic(PORT, CLASS),)}
    made = compare(results_of({"baseline": BASE, "same": BASE}, corridor=world), world, {}, targets=meant)
    tables = ComparisonTables(made, world, names_of(made.results, world, "en"))
    assert f"{tables.title('same')} ({tables.who(PORT, CLASS)})" in tables.target().rest


def test_traffic_of_the_question_without_a_change_is_named_where_only_other_traffic_changes() -> None:
    rows = [row for id in ("baseline", "one") for row in kpi_rows(id, "dwell_h_mean", BASE, klass="bulk")]
    world = world_of_three_trains()
    results = results_of({"baseline": BASE, "one": less(-1.0)}, corridor=world)
    results = replace(results, kpis=pd.concat([results.kpis, pd.DataFrame(rows)], ignore_index=True))
    made = compare(results, world, {}, question=Question(PORT, "bulk", "dwell_h_mean"))
    said = [one.code for one in answers(made, world)[0].headline]
    assert said[1:3] == ["traffic.equal", "sentence"]
    assert Subject(made, "one").traffic == Traffic(PORT, "bulk")


def test_traffic_of_the_question_that_loses_hours_is_named_before_others_that_lose_crossings() -> None:
    fewer = {"baseline": [20.0, 21.0, 20.0, 21.0], "one": [10.0, 11.0, 10.0, 11.0]}
    others = [("elsewhere", "bulk"), ("elsewhere", "boxes"), (PORT, "bulk")]
    rows = [
        row | {"port": port}
        for id, values in fewer.items()
        for port, klass in others
        for row in kpi_rows(id, "vehicles_per_day", values, klass=klass)
    ]
    results = results_of({"baseline": BASE, "one": less(-1.0)}, corridor=world_of_three_trains())
    results = replace(results, kpis=pd.concat([results.kpis, pd.DataFrame(rows)], ignore_index=True))
    made = compare(results, world_of_three_trains(), {}, question=Question(PORT, CLASS, "dwell_h_mean"))
    lost = losses(Subject(made, "one"))
    assert {(one.port, one.klass, one.kpi) for one in lost} >= {(*who, "vehicles_per_day") for who in others}
    assert (PORT, CLASS, "dwell_h_mean") in {(one.port, one.klass, one.kpi) for one in lost}
    said = str(answers(made, world_of_three_trains())[0].headline)
    assert "dwell.more" in said


def test_a_saved_comparison_is_opened_with_its_question(bridgehead: Callable[..., Told], tmp_path: Path) -> None:
    folder, data, file = tmp_path / "lanes", data_root() / "template", tmp_path / "asked.bridgehead"
    run_batch(lanes(), folder, my_port(), {})
    results = ExperimentResults.of(open_store(folder))
    *_, wanted = (one for one in choices(compare(results, my_port(), {})) if one.endswith(".dwell_h_mean"))
    briefs = [tmp_path / name for name in ("compared.html", "opened.html")]
    common = ("--data", data, "--brief")
    made = bridgehead("compare", folder, *common, briefs[0], "--best", wanted, "--save", file)
    assert made.status == 0, made.err
    opened = bridgehead("open", file, *common, briefs[1])
    assert opened.status == 0, opened.err
    assert opened.out == made.out
    assert briefs[0].read_bytes() == briefs[1].read_bytes()
    assert 'class="asked"' in briefs[1].read_text(encoding="utf-8")
    again = bridgehead("open", file, "--data", data, "--best", "nowhere.none.dwell_h_mean")
    assert again.status == 2


def test_facilities_of_a_port_with_one_name_are_told_apart() -> None:
    world = load_corridor()
    names = names_of(results_of({"baseline": BASE}, corridor=world), world, "en")
    tracks = ("erenhot_tracks_1520", "zamynuud_tracks_1520")
    assert len({names.thing(id) for id in tracks}) == 2
    assert Names.of(world).thing(tracks[0]) in names.thing(tracks[0])
    assert names.thing("erenhot_road_out") == Names.of(world).thing("erenhot_road_out")
