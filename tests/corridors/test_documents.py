"""What is wrong in a YAML file: all of it at once, each with its line, in words of the trade and in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from corridors.findings import DataError, Finding
from corridors.overlay.demand_scenarios import load_futures
from corridors.overlay.proposals import load_proposal
from sim.experiments.experiment import load_experiment
from sim.text.findings import in_chinese
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
    (4, "proposals", "m04", "the word all or a list in brackets: [m04]", "", ""),
    (5, "days", "ten", "a whole number", "", ""),
    (6, "replications", "0", "a number of at least 1", "", ""),
    (7, "replications_per_shard", "1.5", "a whole number", "", ""),
    (8, "engine", "simpi", "one of simpy, compiled", "simpy", ""),
    (9, "start", "2023-02-30", "a date written YYYY-MM-DD", "", "there is no such day"),
    (11, "scenarios.0.id", "Third lane", "an id of lower-case letters, digits and underscores", "", ""),
    (12, "scenarios.0.changes", "5", "a list, each with keys such as op, address, value", "", ""),
    (14, "scenarios.1.proposals.1", "[m02]", "text", "", ""),
    (16, "scenarios.1.changes.0.op", "sett", "one of set, scale, add, remove, close", "set", ""),
    (16, "scenarios.1.changes.0.address", "7", "text", "", ""),
    (16, "scenarios.1.changes.0.value", "[1]", "one number or text", "", ""),
    (16, "scenarios.1.changes.0.servers_share", "2", "a number of at most 1", "", ""),
    (17, "scenarios.1.in_order", "perhaps", "true or false", "", ""),
    (18, "target.direction", "out", "one of outbound, inbound", "", ""),
    (18, "target.vehicle_class", "", "text", "", "no value"),
    (18, "target.half_width", "-1", "a number above 0", "", ""),
    (18, "target.maximum", "1", "a number of at least 2", "", ""),
    (19, "design", "", "sobol needs a power of 2 as points, such as 8, not 6", "", ""),
    (19, "design", "", "a.b.c: sobol has no levels", "", ""),
]


def refused(load: Callable[[Path], object], text: str, path: Path) -> tuple[Finding, ...]:
    path.write_text(dedent(text), encoding="utf-8")
    with pytest.raises(DataError) as error:
        load(path)
    return error.value.findings


def test_everything_wrong_in_an_experiment_is_told_in_our_words(tmp_path: Path) -> None:
    found = refused(load_experiment, EXPERIMENT, tmp_path / "wrong.yaml")
    told = [(one.row, one.column, one.found, one.expected, one.nearest, one.message) for one in found]
    assert told == WANTED


def test_all_of_that_has_a_chinese_form() -> None:
    for *_, expected, _, message in WANTED:
        for text in filter(None, (expected, message)):
            assert re.search("[\u4e00-\u9fff]", in_chinese(text)), text
    assert in_chinese(WANTED[0][3]) == "all 一词，或方括号列表：[m04]"


@pytest.mark.parametrize(
    ("load", "text", "told"),
    [
        (load_experiment, "id: a\ntitle_en: a\ntitle_zh: a\nreplications: 1\nproposals: [m04, 5]\n", ["text"]),
        (load_experiment, "id: a\ntitle_en: a\ntitle_zh: a\nreplications: 1\ntarget: 5\n", ["keys such as"]),
        (load_experiment, "id: a\ntitle_zh: a\nreplications: many\n", ["this key, which is missing", "whole number"]),
        (load_proposal, "id: a\ntitle_en: a\ntitle_zh: a\nmeasure: M01\narticle: '1'\nchanges: []\n", ["at least 1"]),
        (load_futures, "base_year: 2023\nfutures: 1\npaths: 2\n", ["each with keys such as id", "such as id"]),
    ],
)
def test_no_finding_speaks_as_the_library_does(
    load: Callable[[Path], object], text: str, told: list[str], tmp_path: Path
) -> None:
    found = sorted(refused(load, text, tmp_path / "a.yaml"), key=lambda one: one.row or 0)
    assert len(found) == len(told)
    for one, part in zip(found, told, strict=True):
        assert part in one.expected
        assert "nput should" not in str(one)


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
    told = []
    third_lane = "changes: [{op: set, address: facilities.exit_gate.servers, value: 3}]\n"
    for more in ("", "in_order: true\n", "days: 9\n", third_lane):
        file.write_text(f"id: rush\ntitle_en: Third lane at\n{more}", encoding="utf-8")
        answer = bridgehead("check", file, "--data", mine)
        assert answer.status == 0, answer.err
        told.append("warning: rush.yaml, line 1, rush, changes: it changes nothing" in answer.err)
    assert told == [True, True, False, False]


@pytest.mark.parametrize("command", ["check", "batch"])
def test_what_is_wrong_in_use_is_told_by_file_and_line(command: str, bridgehead: Bridgehead, mine: Path) -> None:
    """Also of the proposals that an experiment names, and whatever its file is called."""
    (mine / "proposals").mkdir()
    (mine / "proposals" / "third_lane.yaml").write_text(PROPOSAL, encoding="utf-8")
    file = mine / "wrong_name.yaml"
    file.write_text(USED, encoding="utf-8")
    more = ("--out", mine / "out", "--workers", "1") if command == "batch" else ()
    told = bridgehead(command, file, "--data", mine, *more)
    assert told.status == 2
    for where, what, close in IN_USE:
        lines = [line for line in told.err.splitlines() if line.startswith(f"error: {where}: ")]
        assert any(what in line and close in line for line in lines), (where, told.err)
    assert f"Errors: {len(IN_USE)}, " in told.err


def test_a_wrong_option_is_told_by_its_name(bridgehead: Bridgehead, mine: Path) -> None:
    told = bridgehead("run", "--data", mine, "--proposal", "nothing_yet", "--days", 3, "--warmup-days", 5)
    assert told.status == 2
    assert "error: --proposal: found 'nothing_yet'; expected the id of a proposal" in told.err
    assert "error: --warmup-days: warmup_days is 5" in told.err


def test_days_that_a_scenario_file_asks_for_are_told_by_its_line(bridgehead: Bridgehead, mine: Path) -> None:
    file = mine / "rush.yaml"
    file.write_text("id: rush\ndays: 3\nproposals: [nobody]\nwarmup_days: 8\n", encoding="utf-8")
    for command in (("run", "--data", mine, "--scenario", file), ("check", file, "--data", mine)):
        told = bridgehead(*command)
        assert told.status == 2
        assert "error: rush.yaml, line 3, proposals: found 'nobody'" in told.err
        assert "error: rush.yaml, line 4, warmup_days: warmup_days is 8" in told.err
