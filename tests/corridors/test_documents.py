"""What is wrong in a YAML file: all of it at once, each with its line, in words of the trade and in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from corridors.findings import DataError, Finding
from corridors.messages import message
from corridors.overlay.demand_scenarios import load_demand_scenarios
from corridors.overlay.proposals import load_proposal, load_scenario
from sim.experiments.experiment import load_experiment
from sim.text.catalogue import sentence
from sim.text.findings import in_language, line
from tests.conftest import Told

Bridgehead = Callable[..., Told]

EXPERIMENT = """\
id: wrong
title_en: Wrong
title_zh: 错误
proposals: m04
days: ten
replications: 0
replications_per_shard: 1.5
engine: simpi
start: 2023-02-30
scenarios:
  - id: Third lane
    changes: 5
  - id: gates
    proposals: [m01, [m02]]
    changes:
      - {op: sett, address: 7, value: [1], servers_share: 2}
    in_order: perhaps
target: {kpi: dwell_h_mean, port: x, direction: out, maximum: 1, half_width: -1, vehicle_class: }
design:
  kind: sobol
  points: 6
  factors: [{address: a.b.c, levels: [1]}]
"""

WANTED = [
    (4, "proposals", "m04", "yaml.no_form", ""),
    (5, "days", "ten", "yaml.not_integer", ""),
    (6, "replications", "0", "yaml.too_small", ""),
    (7, "replications_per_shard", "1.5", "yaml.not_integer", ""),
    (8, "engine", "simpi", "yaml.not_choice", "simpy"),
    (9, "start", "2023-02-30", "yaml.no_such_day", ""),
    (11, "scenarios.0.id", "Third lane", "yaml.not_id", ""),
    (12, "scenarios.0.changes", "5", "yaml.not_list", ""),
    (14, "scenarios.1.proposals.1", "[m02]", "yaml.not_text", ""),
    (16, "scenarios.1.changes.0.op", "sett", "yaml.not_choice", "set"),
    (16, "scenarios.1.changes.0.address", "7", "yaml.not_text", ""),
    (16, "scenarios.1.changes.0.value", "[1]", "change.not_scalar", ""),
    (16, "scenarios.1.changes.0.servers_share", "2", "yaml.too_large", ""),
    (17, "scenarios.1.in_order", "perhaps", "yaml.not_boolean", ""),
    (18, "target.direction", "out", "yaml.not_choice", ""),
    (18, "target.vehicle_class", "", "yaml.no_value", ""),
    (18, "target.half_width", "-1", "yaml.too_small", ""),
    (18, "target.maximum", "1", "yaml.too_small", ""),
    (19, "design", "", "design.power_of_two", ""),
    (19, "design", "", "design.no_levels", ""),
]
FORMS = message(
    "want.either", one=message("want.word", name="all"), other=message("want.list_such_as", example="[m04]")
)
"""The values expected of the key ``proposals``."""


def refused(load: Callable[[Path], object], text: str, path: Path) -> tuple[Finding, ...]:
    path.write_text(dedent(text), encoding="utf-8")
    with pytest.raises(DataError) as error:
        load(path)
    return error.value.findings


def test_all_findings_in_an_experiment_have_our_codes(tmp_path: Path) -> None:
    found = refused(load_experiment, EXPERIMENT, tmp_path / "wrong.yaml")
    assert [(one.row, one.column, one.found, one.code, one.nearest) for one in found] == WANTED
    assert found[0].expected == FORMS


def test_all_of_these_have_a_chinese_line(tmp_path: Path) -> None:
    for one in refused(load_experiment, EXPERIMENT, tmp_path / "wrong.yaml"):
        worded = in_language(one, "zh")
        for text in filter(None, (worded.message, worded.expected)):
            assert re.search("[\u4e00-\u9fff]", text) or text == one.expected, one
    assert sentence(FORMS, "zh") == "all，或方括号列表，如 [m04]"


@pytest.mark.parametrize(
    ("load", "text", "codes"),
    [
        (
            load_experiment,
            "id: a\ntitle_en: a\ntitle_zh: a\nreplications: 1\nproposals: [m04, 5]\n",
            ["yaml.not_text"],
        ),
        (load_experiment, "id: a\ntitle_en: a\ntitle_zh: a\nreplications: 1\ntarget: 5\n", ["yaml.not_keys"]),
        (load_experiment, "id: a\ntitle_zh: a\nreplications: many\n", ["yaml.missing_key", "yaml.not_integer"]),
        (
            load_proposal,
            "id: a\ntitle_en: a\ntitle_zh: a\nmeasure: M01\narticle: '1'\nchanges: []\n",
            ["yaml.too_short"],
        ),
        (load_demand_scenarios, "base_year: 2023\nfutures: 1\npaths: 2\n", ["yaml.not_list", "yaml.not_list"]),
    ],
)
def test_findings_have_our_codes_and_not_the_words_of_pydantic(
    load: Callable[[Path], object], text: str, codes: list[str], tmp_path: Path
) -> None:
    found = sorted(refused(load, text, tmp_path / "a.yaml"), key=lambda one: one.row or 0)
    assert [one.code for one in found] == codes
    assert all("nput should" not in line(one, "en") for one in found)


USED = """\
id: used
title_en: Used
title_zh: 使用
proposals: [thrid_lane]
replications: 1
days: 9
scenarios:
  - id: more
    proposals: [third_lane, nobody]
    changes:
      - {op: set, address: facilities.exit_gat.servers, value: 3}
      - {op: set, address: facilities.exit_gate.servers, value: three}
target: {kpi: dwell, port: my_port, direction: outbound, maximum: 3, half_width: 1, vehicle_class: truck}
design:
  kind: one_at_a_time
  factors:
    - {address: facilities.exit_gate.servers, levels: [1, 2]}
    - {address: facilities.exit_gate.sides, levels: [cn]}
"""
PROPOSAL = """\
id: third_lane
title_en: A third lane
title_zh: 增设第三条通道
measure: M01
article: "1"
changes:
  - {op: add, address: facilities.entry_customs.server, value: 1}
"""
IN_USE = [
    ("wrong_name.yaml, line 4, proposals", "'thrid_lane'", "'third_lane'"),
    ("wrong_name.yaml, line 9, more, proposals", "'nobody'", ""),
    ("third_lane.yaml, line 7, facilities.entry_customs.server", "'server'", "'servers'"),
    ("wrong_name.yaml, line 11, more, facilities.exit_gat.servers", "'exit_gat'", "'exit_gate'"),
    ("wrong_name.yaml, line 12, more, facilities.exit_gate.servers", "'three'", ""),
    ("wrong_name.yaml, line 13, target.kpi", "'dwell'", "'dwell_h_"),
    ("wrong_name.yaml, line 18, design, facilities.exit_gate.sides", "'sides'", "'side'"),
]


def test_a_scenario_that_changes_nothing_is_odd_but_not_wrong(bridgehead: Bridgehead, mine: Path) -> None:
    """Such as one whose writer was called away after the title; other days alone are a scenario."""
    file = mine / "rush.yaml"
    words = []
    third_lane = "changes: [{op: set, address: facilities.exit_gate.servers, value: 3}]\n"
    for more in ("", "in_order: true\n", "days: 9\n", third_lane):
        file.write_text(f"id: rush\ntitle_en: Third lane at\n{more}", encoding="utf-8")
        answer = bridgehead("check", file, "--data", mine)
        assert answer.status == 0, answer.err
        words.append("warning: rush.yaml, line 1, rush, changes: The scenario changes nothing" in answer.err)
    assert words == [True, True, False, False]


@pytest.mark.parametrize("command", ["check", "batch"])
def test_what_is_wrong_in_use_is_told_by_file_and_line(command: str, bridgehead: Bridgehead, mine: Path) -> None:
    """Also of the proposals that an experiment names, and whatever its file is called."""
    (mine / "proposals").mkdir()
    (mine / "proposals" / "third_lane.yaml").write_text(PROPOSAL, encoding="utf-8")
    file = mine / "wrong_name.yaml"
    file.write_text(USED, encoding="utf-8")
    more = ("--out", mine.parent / "out", "--workers", "1") if command == "batch" else ()
    words = bridgehead(command, file, "--data", mine, *more)
    assert words.status == 2
    for where, what, close in IN_USE:
        lines = [line for line in words.err.splitlines() if line.startswith(f"error: {where}: ")]
        assert any(what in line and close in line for line in lines), (where, words.err)
    assert f"Errors: {len(IN_USE)}, " in words.err


def test_a_wrong_option_is_told_by_its_name(bridgehead: Bridgehead, mine: Path) -> None:
    words = bridgehead("run", "--data", mine, "--proposal", "nothing_yet", "--days", 3, "--warmup-days", 5)
    assert words.status == 2
    assert "error: --proposal: The id is unknown; expected the id of a proposal; found 'nothing_yet'" in words.err
    assert "error: --warmup-days: The warm-up must be shorter" in words.err


def test_days_that_a_scenario_file_asks_for_are_told_by_its_line(bridgehead: Bridgehead, mine: Path) -> None:
    file = mine / "rush.yaml"
    file.write_text("id: rush\ndays: 3\nproposals: [nobody]\nwarmup_days: 8\n", encoding="utf-8")
    for command in (("run", "--data", mine, "--scenario", file), ("check", file, "--data", mine)):
        words = bridgehead(*command)
        assert words.status == 2
        assert "error: rush.yaml, line 3, proposals: The proposal is unknown" in words.err
        assert "found 'nobody'" in words.err
        assert "error: rush.yaml, line 4, warmup_days: The warm-up must be shorter" in words.err


def test_a_document_that_changes_is_read_anew_and_refused_each_time_it_is_wrong(tmp_path: Path) -> None:
    """What was read is kept by the bytes of the file."""
    file = tmp_path / "rush.yaml"
    for days in (3, 4, 3):
        file.write_text(f"id: rush\ndays: {days}\n", encoding="utf-8")
        assert load_scenario(file).days == days
        assert load_scenario(file) == load_scenario(file)
    file.write_text("id: rush\ndays: soon\n", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(DataError) as refused:
            load_scenario(file)
        assert [one.code for one in refused.value.findings] == ["yaml.not_integer"]
