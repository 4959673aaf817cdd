"""Answers: the sentences of each case of results in both languages, and what holds for all of them."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from corridors.io.folders import data_root
from corridors.load import load_corridor
from corridors.model import Corridor
from corridors.overlay.proposals import Proposal, load_proposals
from sim.reports.answer_texts import AnswerTexts
from sim.studies.answer import PARTS, answer, answers
from sim.studies.answer.headline import headline
from sim.studies.answer.subject import Subject
from sim.studies.compare import BottleneckShift, Traffic
from sim.studies.compare.bottleneck_shifts import Bottleneck
from tests.studies.answer_cases import CHANGED, cases, compared, sentences

CASES = cases()
NAMES = [case["name"] for case in CASES]


@cache
def world() -> tuple[Corridor, dict[str, Proposal]]:
    return load_corridor(None), dict(load_proposals(data_root() / "proposals"))


def named(name: str) -> dict[str, Any]:
    return next(case for case in CASES if case["name"] == name)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_an_answer_has_the_sentences_of_its_case(case: dict[str, Any], language: str) -> None:
    assert sentences(case, *world(), language) == case[language]


def test_the_table_has_forty_cases_and_every_sentence_of_the_catalogue_that_a_part_may_begin_with() -> None:
    assert len(CASES) >= 40
    assert len(set(NAMES)) == len(NAMES)
    corridor, proposals = world()
    codes = set()
    for case in CASES:
        found = answer(compared(case, corridor, proposals), CHANGED, corridor)
        codes |= {one.code for part in PARTS for one in getattr(found, part)}
    kinds = {code.partition(".")[0] for code in codes}
    assert kinds >= {"cargo", "but", "sentence", "traffic", "moves", "nothing", "loses", "root", "queue", "closure"}
    assert kinds >= {"yard", "cost", "sure", "warning"}


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_an_answer_never_states_a_change_that_no_verdict_shows(case: dict[str, Any]) -> None:
    """More or less of anything is in the headline only if the effect is significant, or of a single pair."""
    corridor, proposals = world()
    comparison = compared(case, corridor, proposals)
    found = answer(comparison, CHANGED, corridor)
    text = " ".join(str(one) for one in found.headline)
    shown = [one for one in comparison.effects if one.significant or (one.n == 1 and not one.equal)]
    for kind, kpi in (("cargo.", "delivered_t_per_day"), ("vehicles.", "vehicles_per_day"), ("dwell.", "dwell_h_mean")):
        for end, sign in (("more", 1), ("less", -1)):
            if f"{kind}{end}" in text:
                assert any(one.kpi == kpi and sign * one.difference > 0 for one in shown)


def test_the_plain_values_have_each_message_with_its_text_and_are_json() -> None:
    corridor, proposals = world()
    case = named("one class gains and another loses")
    comparison = compared(case, corridor, proposals)
    texts = AnswerTexts(comparison, corridor, "en")
    document: Any = texts.document(answer(comparison, CHANGED, corridor))
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert document["text"] == case["en"]["headline"]
    assert [one["text"] for one in document["parts"]["losers"]] == case["en"]["losers"]
    assert [row["kpi"] for row in document["figures"]] == ["delivered_t_per_day", "vehicles_per_day"]


def test_one_pair_is_json_without_infinite_numbers() -> None:
    corridor, proposals = world()
    comparison = compared(named("one pair, more"), corridor, proposals)
    document = AnswerTexts(comparison, corridor, "zh").document(answer(comparison, CHANGED, corridor))
    json.dumps(document, allow_nan=False)


def test_the_scenario_with_the_most_extra_cargo_is_answered_first() -> None:
    corridor, proposals = world()
    comparison = compared(named("clear alone, but not among many scenarios"), corridor, proposals)
    assert [one.scenario for one in answers(comparison, corridor)] == comparison.by_benefit()


def test_the_numbers_on_which_an_answer_depends_have_their_grade_and_no_source() -> None:
    corridor, proposals = world()
    comparison = compared(named("the bottleneck moves behind the yard"), corridor, proposals)
    found = answer(comparison, CHANGED, corridor)
    assert [one.address for one in found.assumed][:1] == ["facilities.gashuunsukhait_lanes.servers"]
    assert "services.coal_truck_gqm.fleet" in [one.address for one in found.assumed]
    assert all(one.grade not in ("measured", "reported") for one in found.assumed)
    for language, grade in (("en", "assumed"), ("zh", "假定")):
        assert grade in AnswerTexts(comparison, corridor, language).assumed(found.assumed[0])


@pytest.mark.parametrize(
    ("change", "code"), [(-0.1, "sentence"), (0.0, "traffic.unclear")], ids=["shown", "not yet clear"]
)
def test_the_headline_looks_at_all_traffic_that_a_proposal_is_for(change: float, code: str) -> None:
    """The main traffic equals the baseline's; another class of the same proposal does not."""
    figures = [
        ["erenhot", "container_train", {"crossings": [5, 0, 0], "dwell": [9, 0, 0]}],
        ["erenhot", "cr_express", {"crossings": [10, 0, 0], "dwell": [8, change, 0.05]}],
    ]
    found = compared({"figures": figures}, *world())
    meant = (Traffic("erenhot", "container_train"), Traffic("erenhot", "cr_express"))
    of_both = replace(found, target_traffic={CHANGED: meant})
    (*_, traffic) = [one for one in headline(Subject(of_both, CHANGED)) if not one.code.startswith("moves")]
    assert traffic.code == code
    assert "cr_express" in str(traffic)


def test_a_reason_names_each_direction_that_the_change_concerns() -> None:
    """Both directions wait for something that the change does not touch."""
    corridor, proposals = world()
    made = compared(named("hours only"), corridor, proposals)
    both = [
        BottleneckShift(
            *(CHANGED, "manzhouli", direction, "cr_express"),
            *(Bottleneck("manzhouli_customs", 0.8, 10.0, "at_work"),) * 2,
            of_change=True,
        )
        for direction in ("outbound", "inbound")
    ]
    found = answer(replace(made, bottleneck_shifts=tuple(both)), CHANGED, corridor)
    elsewhere = [dict(one.params)["direction"] for one in found.reasons if one.code == "why.elsewhere"]
    assert sorted(map(str, elsewhere)) == ["inbound", "outbound"]


@pytest.mark.parametrize(
    ("language", "capital", "upkeep", "why"),
    [
        ("en", "Capital cost: ", "Yearly operating cost: ", "discount_rate and life_years in parameters.csv"),
        ("zh", "建设投资", "年运营费", "parameters.csv须同时有discount_rate和life_years"),
    ],
)
def test_costs_of_the_data_are_said_also_where_no_annuity_can_be_made(
    language: str, capital: str, upkeep: str, why: str
) -> None:
    """They were unknown in a world without discount rate; of a proposal without cost they are."""
    corridor, proposals = world()
    both = (one for one in proposals.values() if one.capital_musd and one.yearly_musd and one.yearly_musd.value)
    priced = next(both)
    rows = {id: row for id, row in corridor.parameters.items() if id not in ("discount_rate", "life_years")}
    without = replace(corridor, parameters=rows)
    case = named(NAMES[0]) | {"name": "without a rate", "proposals": [priced.id]}
    [first, second, third] = sentences(case, without, proposals, language)["cost"]
    [same, *_] = sentences(case, corridor, proposals, language)["cost"]
    assert first.startswith(capital)
    assert first.partition("; data" if language == "en" else "，数据")[0] in same
    assert second.startswith(upkeep)
    assert why in third
    free = priced.model_copy(update={"capital_musd": None, "yearly_musd": None})
    costless = sentences(case | {"name": "costless"}, without, {**proposals, priced.id: free}, language)["cost"]
    assert len(costless) == 1
    assert ("unknown" if language == "en" else "未知") in costless[0]
