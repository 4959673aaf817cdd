"""Programmes with faults: `check` and `appraise` list the same findings, all at once, each with its line."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from corridors.findings import WARNING
from corridors.io.folders import data_root
from corridors.io.yaml_files import parse_yaml
from corridors.load import load_corridor
from corridors.messages import Message
from corridors.model import Corridor
from corridors.overlay.demand_scenarios import DemandScenarios
from corridors.overlay.proposals import Proposal
from sim.cli.appraise import programme_data
from sim.studies.appraisal.prices import Prices, load_prices
from sim.studies.appraisal.programme import Programme, load_programme
from sim.studies.appraisal.programme_checks import check_programme
from sim.text.rules import of_programmes, short_page, without_page
from tests.conftest import Told

Bridgehead = Callable[..., Told]
HEAD = "id: bad\ntitle_en: Bad\ntitle_zh: 坏\ndiscount_year: 2026\n"
LAST = "last_year: 2055\n"
M03, M04 = "m03_manzhouli_container_line", "m04_erenhot_zamynuud"
CASES: dict[str, tuple[str, list[tuple[str, int, str]]]] = {
    "unknown work": (
        "works:\n  - {proposal: m04_erenhot_zamynuu, opens: 2028}\n",
        [("programme.unknown_proposal", 7, M04)],
    ),
    "work twice": (
        f"works:\n  - {{proposal: {M03}, opens: 2027}}\n  - {{proposal: {M03}, opens: 2029}}\n",
        [("programme.work_twice", 8, "")],
    ),
    "the same future and the same year twice": (
        f"futures: [central, central]\nanchors: [2029, 2029]\nworks:\n  - {{proposal: {M03}, opens: 2027}}\n",
        [("programme.value_twice", 6, ""), ("programme.value_twice", 7, "")],
    ),
    "work that is committed, too": (
        f"works:\n  - {{proposal: {M03}, opens: 2027}}\ncommitted: [{M03}]\n",
        [("programme.work_twice", 8, "")],
    ),
    "shares that do not sum to 1": (
        f"works:\n  - {{proposal: {M03}, opens: 2028, spend: {{2026: 0.4, 2027: 0.3}}, paid_by: {{cn_stat: 0.5}}}}\n",
        [
            ("programme.spend_sum", 7, ""),
            ("programme.paid_by_sum", 7, ""),
            ("programme.unknown_payer", 7, "cn_state"),
        ],
    ),
    "opens before it is paid for": (
        f"works:\n  - proposal: {M03}\n    opens: 2027\n    spend: {{2026: 0.5, 2029: 0.5}}\n",
        [("programme.spend_late", 9, "")],
    ),
    "negative life and text for a year": (
        f"works:\n  - {{proposal: {M03}, opens: soon}}\n  - {{proposal: {M04}, opens: 2028, life_years: -3}}\n",
        [("yaml.not_integer", 7, ""), ("yaml.too_small", 8, "")],
    ),
    "unknown future": (
        f"futures: [low, centrl]\nworks:\n  - {{proposal: {M03}, opens: 2027}}\n",
        [("yaml.not_choice", 6, "central")],
    ),
    "years out of range": (
        f"works:\n  - {{proposal: {M03}, opens: 2140}}\n  - {{proposal: {M04}, opens: 1492}}\nanchors: [2010]\n",
        [("programme.opens_outside", 7, ""), ("yaml.too_small", 8, ""), ("programme.anchor_outside", 9, "")],
    ),
    "prices of a year that nobody knows": (
        f"price_year: 2030\nworks:\n  - {{proposal: {M03}, opens: 2027}}\n",
        [("programme.price_year", 6, "")],
    ),
    "prices of the next century": (
        f"price_year: 2140\nworks:\n  - {{proposal: {M03}, opens: 2027}}\n",
        [("yaml.too_large", 6, "")],
    ),
    "shocks and demand as works": (
        f"works:\n  - {{proposal: {M03}, opens: 2027}}\n  - {{proposal: m25_erenhot_closed, opens: 2028}}\n"
        "  - {proposal: m26_demand_2035_low, opens: 2028}\ncommitted: [m25_bad_weather]\n",
        [("programme.not_built", 8, ""), ("programme.not_built", 9, ""), ("programme.not_built", 10, "")],
    ),
    "empty works": ("works: []\n", [("yaml.too_short", 6, "")]),
    "neither proposal nor changes": (
        "works:\n  - {opens: 2027}\n  - {id: other, opens: 2028}\n",
        [("programme.proposal_or_changes", 7, ""), ("programme.proposal_or_changes", 8, "")],
    ),
    "costs": (
        "works:\n"
        "  - {id: lane, opens: 2027, capital_musd: {value: 3, low: 4, high: 5},\n"
        "     changes: [{op: add, address: facilities.nowhere.servers, value: 1}]}\n"
        "  - {id: gate, opens: 2027, source: K04x, yearly_musd: {value: 3, low: 2, high: 5},\n"
        "     changes: [{op: add, address: facilities.erenhot_transshipment.servers, value: 1}]}\n",
        [
            ("programme.range", 7, ""),
            ("programme.cost_source", 7, ""),
            ("change.unknown_row", 8, ""),
            ("programme.unknown_source", 9, "K104"),
        ],
    ),
    "faults of the form and of the content": (
        f"works:\n  - {{proposal: m04_erenhot_zamynuu, opens: 2028}}\n  - {{proposal: {M03}, opens: abc}}\n",
        [("programme.unknown_proposal", 7, M04), ("yaml.not_integer", 8, "")],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_all_faults_of_a_programme_are_listed_at_once(bridgehead: Bridgehead, tmp_path: Path, case: str) -> None:
    text, expected = CASES[case]
    file = tmp_path / "bad.yaml"
    file.write_text(HEAD + LAST + text, encoding="utf-8")
    told = bridgehead("check", file, "--json", "-")
    assert told.status == 2
    found = [(one["code"], one["row"], one["nearest"]) for one in json.loads(told.out)["findings"]]
    assert [one[:2] for one in sorted(found)] == [one[:2] for one in sorted(expected)]
    assert {one[2] for one in expected} <= {one[2] for one in found} | {""}


@pytest.mark.parametrize("case", ["costs", "years out of range"])
def test_an_appraisal_refuses_what_the_check_finds(bridgehead: Bridgehead, tmp_path: Path, case: str) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(HEAD + LAST + CASES[case][0], encoding="utf-8")
    refused, checked = bridgehead("appraise", file, "--out", tmp_path / "out"), bridgehead("check", file)
    assert (refused.status, refused.out) == (2, "")
    assert refused.err == checked.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_finding_names_what_is_expected(bridgehead: Bridgehead, tmp_path: Path, language: str) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(HEAD + LAST + CASES["shares that do not sum to 1"][0], encoding="utf-8")
    lines = bridgehead("check", file, "--language", language).err.splitlines()
    expected: dict[str, Any] = {
        "en": "error: bad.yaml, line 7, works.0.spend: The shares of spending do not sum to 1; "
        "expected shares with the sum 1; found '0.7' [programme.spend_sum]",
        "zh": "错误：bad.yaml，第7行，works.0.spend：投资比例之和不为1；应为：合计为1的比例；"
        "实际为“0.7” [programme.spend_sum]",
    }
    assert lines[0] == expected[language]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "programme.spend_sum: The shares of spending do not sum to 1; expected shares with the sum 1"),
        ("zh", "programme.spend_sum: 投资比例之和不为1；应为：合计为1的比例"),
    ],
)
def test_a_code_of_a_programme_is_explained(bridgehead: Bridgehead, language: str, sentence: str) -> None:
    told = bridgehead("explain", "programme.spend_sum", "--language", language).out.splitlines()
    assert told[0] == sentence
    assert [line for line in told if "spend: {2026: 0.4" in line] == [
        f"    - {{proposal: {M03}, opens: 2028, spend: {{2026: 0.4, 2027: {share}}}}}" for share in (0.3, 0.6)
    ]


def test_every_finding_about_programmes_and_prices_says_what_is_expected() -> None:
    codes = [code for code, room in without_page().items() if room == "appraisal"]
    assert len(codes) > 25
    for code in codes:
        assert len(short_page(code, "en").split("\n\n")) in (1, 3)


WITHOUT_EXAMPLE = {"programme.no_rate", "programme.unknown_future"}
"""They depend on the data folder: one without a rate or without futures."""


@pytest.fixture(scope="module")
def data() -> tuple[Corridor, Mapping[str, Proposal], Prices, DemandScenarios]:
    corridor = load_corridor(None)
    return corridor, *programme_data(corridor, None)


def test_every_finding_about_programmes_has_examples() -> None:
    codes = {code for code in without_page() if code.startswith("programme.")}
    assert codes == of_programmes().keys() | WITHOUT_EXAMPLE


@pytest.mark.parametrize("code", of_programmes())
def test_the_bad_example_of_a_programme_raises_its_code_and_the_good_one_nothing(
    data: tuple[Corridor, Mapping[str, Proposal], Prices, DemandScenarios], code: str
) -> None:
    found = {}
    for kind, text in of_programmes()[code].items():
        programme = parse_yaml(f"{HEAD}{text}\n".encode(), "example.yaml", Programme)
        found[kind] = [one.code for one in check_programme(programme, *data)]
    assert found == {"bad": [code], "good": []}


def test_a_folder_without_a_discount_rate_or_futures_is_refused_with_findings(
    bridgehead: Bridgehead, mine: Path, tmp_path: Path
) -> None:
    file = tmp_path / "lane.yaml"
    lane = (
        "works:\n  - {id: lane, opens: 2027, changes: [{op: add, address: facilities.exit_gate.servers, value: 1}]}\n"
    )
    file.write_text("id: lane\ntitle_en: Lane\ntitle_zh: 通道\n" + lane, encoding="utf-8")
    told = bridgehead("check", "--data", mine, file)
    assert told.status == 2
    assert "futures.yaml" in told.err
    futures = (data_root() / "futures.yaml").read_text(encoding="utf-8")
    (mine / "futures.yaml").write_text(futures.partition("paths:")[0] + "paths: []\n", encoding="utf-8")
    told = bridgehead("check", "--data", mine, file)
    assert told.status == 2
    assert "discount_rate: The programme has no discount rate" in told.err


def test_the_programmes_of_the_data_have_no_errors(bridgehead: Bridgehead) -> None:
    files = sorted((data_root() / "programmes").glob("*.yaml"))
    assert files
    for file in files:
        assert bridgehead("check", file).status == 0, file.name


def test_shipped_programmes_have_no_findings(
    data: tuple[Corridor, Mapping[str, Proposal], Prices, DemandScenarios],
) -> None:
    """A later work that adds to what an earlier one built was warned of, in a programme of the README."""
    for path in sorted((data_root() / "programmes").glob("*.yaml")):
        assert check_programme(load_programme(path), *data) == [], path.name


def test_a_class_at_default_prices_gets_a_warning_that_names_them() -> None:
    """Container trains of an example were priced as bulk cargo, which nothing said."""
    folder = data_root() / "examples" / "malaszewicze"
    corridor = load_corridor(folder)
    proposals, own, futures = programme_data(corridor, folder)
    programme = load_programme(folder / "programmes" / "scanner.yaml")
    assert check_programme(programme, corridor, proposals, own, futures) == []
    [found] = check_programme(programme, corridor, proposals, load_prices(None, corridor), futures)
    assert (found.level, found.code, found.found) == (WARNING, "price.class_default", "container_train")
    assert isinstance(found.message, Message)
    assert "cargo.default 0.001 USD/t/h" in str(dict(found.message.params)["prices"])
