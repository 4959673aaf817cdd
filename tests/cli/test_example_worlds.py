"""The example worlds: no finding, and commands run on them, by the names of their countries."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from corridors.io.folders import data_root
from tests.conftest import Told

Bridgehead = Callable[..., Told]
EXAMPLES = data_root() / "examples"
PORT = {"malaszewicze": "malaszewicze_brest", "khorgos": "khorgos", "chirundu": "chirundu"}
PROPOSAL = {"malaszewicze": "second_scanner", "khorgos": "fourth_crane", "chirundu": "second_zambian_scanner"}
ENDS = {"malaszewicze": ("moscow", "duisburg"), "khorgos": ("urumqi", "almaty"), "chirundu": ("harare", "lusaka")}
WITHOUT_CHINA = ("malaszewicze", "chirundu")
SHORT = ("--days", "4", "--warmup-days", "1", "--engine", "simpy")
OF_CHINA = re.compile(
    r"china|beijing|mongol|manzhouli|erenhot|ganqimaodu|ceke|outbound|inbound|neighbour"
    r"|中国|北京|蒙古|蒙方|满洲里|二连|甘其毛都|策克|进境|出境|邻方|中方",
    re.IGNORECASE,
)
"""Words of the base year that have no place on the screens of another border."""


def words_of_china(text: str) -> list[str]:
    return [text[max(0, at.start() - 30) : at.end() + 30] for at in OF_CHINA.finditer(text)]


@pytest.mark.parametrize("world", PORT)
def test_an_example_world_has_no_finding(bridgehead: Bridgehead, world: str) -> None:
    told = bridgehead("check", "--data", EXAMPLES / world, "--json", "-")
    assert told.status == 0
    assert json.loads(told.out)["findings"] == []


@pytest.mark.parametrize("world", PORT)
@pytest.mark.parametrize(
    "command",
    [
        ("run", "--proposal", "PROPOSAL", *SHORT),
        ("bottlenecks", *SHORT),
        ("performance", *SHORT),
        ("route", "FROM", "TO"),
        ("proposals",),
        ("saturation",),
    ],
    ids=lambda command: command[0],
)
def test_a_command_runs_on_an_example_world(bridgehead: Bridgehead, world: str, command: tuple[str, ...]) -> None:
    put = {"PROPOSAL": PROPOSAL[world], "FROM": ENDS[world][0], "TO": ENDS[world][1]}
    told = bridgehead(*(put.get(word, word) for word in command), "--data", EXAMPLES / world)
    assert told.status == 0, told.err
    assert len(told.out) > 50
    if world in WITHOUT_CHINA:
        assert words_of_china(told.out) == []


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("world", WITHOUT_CHINA)
def test_the_report_of_a_border_without_china_has_no_word_of_it(
    bridgehead: Bridgehead, world: str, language: str, tmp_path: Path
) -> None:
    report = tmp_path / "report.html"
    told = bridgehead("run", "--data", EXAMPLES / world, "--report", report, "--language", language, *SHORT)
    assert told.status == 0, told.err
    assert words_of_china(told.out) == []
    page = report.read_text(encoding="utf-8")
    sentences = re.sub(r"<script.*?</script>|<style.*?</style>", "", page, flags=re.DOTALL)
    assert words_of_china(sentences) == []
    assert {"en": "Poland to Belarus", "zh": "波兰至白俄罗斯"}[language] in page or world != "malaszewicze"


def test_sides_and_directions_of_a_border_have_their_names_in_the_results(bridgehead: Bridgehead) -> None:
    told = bridgehead("run", "--data", EXAMPLES / "malaszewicze", "--json", "-", *SHORT)
    kpis = json.loads(told.out)["kpis"]
    assert {row["direction"] for row in kpis} == {"a_to_b", "b_to_a"}
    assert {row["side"] for row in kpis} == {"both", "a", "b"}


def test_new_copies_an_example_and_knows_no_other(bridgehead: Bridgehead, tmp_path: Path) -> None:
    assert bridgehead("new", tmp_path / "mine", "--like", "khorgos").status == 0
    copied = {path.name for path in (tmp_path / "mine").iterdir()}
    assert {"ports.csv", "proposals", "futures.yaml"} <= copied
    refused = bridgehead("new", tmp_path / "other", "--like", "kohrgos")
    assert refused.status != 0
    assert "khorgos" in refused.err
