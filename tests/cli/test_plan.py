"""The command `plan` on a small port: the choice by budget, its report in both languages, and what it refuses."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.reports.plan_cautions import plan_cautions
from sim.studies.compare.costs import annuity
from tests.cli.test_appraise import FUTURES
from tests.conftest import Told

Bridgehead = Callable[..., Told]
PROPOSAL = """\
id: {id}
title_en: {id}
title_zh: {id}
measure: M11
article: "1"
opening_date: 2027-01-01
{cost}relieves: [{facility}]
changes:
  - {{op: add, address: facilities.{facility}.servers, value: 1}}
note_en: made
note_zh: 假定
"""
COST = (
    "capital_musd: {{value: {0}, low: {0}, high: {0}, grade: assumed, source: K044}}\n"
    "yearly_musd: {{value: 0, low: 0, high: 0, grade: assumed, source: K044}}\nprice_year: 2025\n"
)
QUICK = ("--days", "20", "--workers", "1", "--quick")
SHORT = ("--days", "20", "--workers", "1", "--replications", "2")


@pytest.fixture
def mine_with_proposals(mine: Path) -> Path:
    (mine / "futures.yaml").write_text(FUTURES, encoding="utf-8")
    rate = 'discount_rate,0.08,1/a,Discount rate,折现率,own_estimate,assumed,"an example"\n'
    with (mine / "parameters.csv").open("a", encoding="utf-8") as file:
        file.write(rate)
    folder = mine / "proposals"
    folder.mkdir(exist_ok=True)
    for id, facility, cost in (
        ("cheap_lane", "exit_gate", COST.format(0.02)),
        ("dear_lane", "exit_gate", COST.format(900)),
        ("free_lane", "exit_gate", ""),
    ):
        text = PROPOSAL.format(id=id, facility=facility, cost=cost)
        (folder / f"{id}.yaml").write_text(text, encoding="utf-8")
    return mine


def test_two_works_of_which_each_alone_changes_nothing_are_built_together(
    bridgehead: Bridgehead, mine_with_proposals: Path, tmp_path: Path
) -> None:
    """Gate and customs, one after the other, have one server each and take half an hour: the slower one decides."""
    for table, columns in (
        ("durations", {"distribution": "constant", "mean_min": "30"}),
        ("facilities", {"servers": "1"}),
    ):
        rewrite(mine_with_proposals / f"{table}.csv", columns)
    for id, facility in (("more_at_gate", "exit_gate"), ("more_at_customs", "entry_customs")):
        text = PROPOSAL.format(id=id, facility=facility, cost=COST.format(0.02))
        (mine_with_proposals / "proposals" / f"{id}.yaml").write_text(text, encoding="utf-8")
    choose = ("--choose", "more_at_gate,more_at_customs", "--levers", "0")
    asked = ("plan", "--data", mine_with_proposals, *QUICK, *choose, "--budget", "1", "--out", tmp_path / "out")
    told = bridgehead(*asked, "--json", "-")
    assert told.status == 0, told.err
    found = json.loads(told.out)
    [budget] = found["budgets"]
    assert set(budget["opens"]) == {"more_at_gate", "more_at_customs"}
    assert budget["ratio"] > 5
    assert budget["warnings"] == ["queue"], "a ratio above 5 has its warning in the file, too"
    assert 0 < budget["assumed_share"] <= 1
    [pair] = [one for port in found["ports"].values() for one in port["interactions"]]
    assert pair["value"] == pytest.approx(budget["net_musd_a_year"], rel=0.1)


def rewrite(path: Path, columns: dict[str, str]) -> None:
    """Put values into columns of all rows of a table."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(row | columns for row in rows)


def test_a_plan_chooses_what_pays_within_each_budget_and_repeats_no_run(
    bridgehead: Bridgehead, mine_with_proposals: Path, tmp_path: Path
) -> None:
    page, out = tmp_path / "plan.html", tmp_path / "out"
    asked = ("plan", "--data", mine_with_proposals, *QUICK, "--levers", "0", "--out", out)
    told = bridgehead(*asked, "--budget", "0,1,2000", "--json", "-", "--report", page)
    assert told.status == 0, told.err
    found = json.loads(told.out)
    chosen = {one["budget_musd"]: one["opens"] for one in found["budgets"]}
    assert chosen[0.0] == {}
    assert list(chosen[1.0]) == ["cheap_lane"]
    assert "dear_lane" not in chosen[2000.0]
    assert found["left_out"] == [{"id": "free_lane", "why": "no_cost"}]
    assert all(one["capital_musd"] <= one["budget_musd"] for one in found["budgets"])
    html = page.read_text(encoding="utf-8")
    assert html.index("With 1 M USD: cheap_lane (2027)") < html.index("<h2")
    assert "It is no appraisal" in html
    assert re.findall(r"runs of [^,]*|rate of [^.]*", html) == ["runs of 13 measured days", "rate of 8%"]
    assert "no figure here includes all seasons" in html

    before = {file: file.stat().st_mtime_ns for file in out.rglob("*.parquet")}
    # Two replications of nothing and of one lane: both lanes change the same, so they are run once.
    assert len(before) == 4
    again = bridgehead(
        *asked, "--budget", "5", "--choose", "cheap_lane", "--language", "zh", "--report", page
    )  # Neither another budget nor fewer candidates repeat a run.
    assert again.status == 0, again.err
    assert {file: file.stat().st_mtime_ns for file in out.rglob("*.parquet")} == before
    assert "投资500万美元：cheap_lane（2027年）" in again.out
    assert "每次仿真统计13天，假定各年效益相同，投资按折现率8%折算为年金" in again.out
    assert not re.search(r"\b(the|works|budget)\b", again.out)

    # A reader of the file alone finds the same cautions, and the year of the prices.
    file = tmp_path / "plan.bridgehead"
    asked = (*asked, "--budget", "5", "--save", file)
    for language, year in (("en", "prices of 2025"), ("zh", "2025年价")):
        made = bridgehead(*asked, "--language", language)
        opened = bridgehead("open", file, "--data", mine_with_proposals, "--language", language)
        assert (made.status, opened.status) == (0, 0), made.err + opened.err
        cautions = list(plan_cautions(language, quick=True, days=13, rate=0.08))
        assert len(cautions) == 2
        for told in (made, opened):
            said = "".join(told.out.split())
            assert [one for one in (*cautions, year) if "".join(one.split()) not in said] == []
    assert {file: file.stat().st_mtime_ns for file in out.rglob("*.parquet")} == before


def test_works_that_limits_keep_closed_have_no_part_in_capital_and_net_benefit(
    bridgehead: Bridgehead, mine_with_proposals: Path, tmp_path: Path
) -> None:
    """A post that opens in 2035, the last year, is paid for in 2034, when nothing may be spent."""
    asked = ("plan", "--data", mine_with_proposals, *SHORT, "--levers", "0", "--choose", "cheap_lane")
    page = tmp_path / "plan.html"
    told = bridgehead(*asked, "--budget", "2034:0,2035:1", "--out", tmp_path / "out", "--json", "-", "--report", page)
    assert told.status == 0, told.err
    (one,) = json.loads(told.out)["budgets"]
    assert one["works"] == {"my_port": ["cheap_lane"]}
    assert (one["opens"], one["capital_musd"], one["net_musd_a_year"]) == ({}, 0.0, 0.0)
    assert "With 1 M USD, no work of the best set opens." in page.read_text(encoding="utf-8")


def test_a_whole_plan_keeps_to_limits_by_year_and_says_how_sure_it_is(
    bridgehead: Bridgehead, mine_with_proposals: Path, tmp_path: Path
) -> None:
    """No capital may be spent before 2030, and posts are built in a year."""
    asked = ("plan", "--data", mine_with_proposals, *SHORT, "--out", tmp_path / "out", "--budget", "2029:0,2032:1")
    page = tmp_path / "plan.html"
    told = bridgehead(*asked, "--levers", "2", "--json", "-", "--never", "dear_lane", "--report", page)
    assert told.status == 0, told.err
    assert re.search(
        r"It (no longer pays|would pay) if this|No price or cost by itself", page.read_text(encoding="utf-8")
    )
    found = json.loads(told.out)
    (one,) = found["budgets"]
    assert found["allowances_musd"] == {"2029": 0.0, "2032": 1.0}
    assert "more2_entry_customs" in one["opens"]  # Two servers more at what binds, priced by its kind.
    assert set(one["opens"].values()) == {2031}
    assert set(one["npv"]) == {"low", "central", "high"}
    best = {future: max(value["value"], 0.0) for future, value in one["npv"].items()}
    assert found["regret"]["regret"]["nothing"] == pytest.approx(best)
    assert {"id": "dear_lane", "why": "excluded"} in found["left_out"]
    # The programmes of the search were compared in longer runs.
    chosen = one["last"][one["selected"]["best"]]
    assert set(one["opens"]) == {work for works in chosen["works"].values() for work in works}
    assert len(one["last"]) > 1
    assert "more2_entry_customs" in one["whatever_happens"]["always"]
    assert one["whole_world"]["difference"]["value"] == pytest.approx(0.0, abs=1e-9), "there is one port"
    assert {sign["work"]: len(sign["gains"]) for sign in found["signposts"]} == dict.fromkeys(one["opens"], 6)


def test_options_that_are_wrong_are_refused_together(bridgehead: Bridgehead, mine_with_proposals: Path) -> None:
    told = bridgehead("plan", "--data", mine_with_proposals, "--budget", "much,-3,1,000", "--choose", "cheap_line")
    assert told.status == 2
    assert told.err.count("--budget") == 3
    assert "'cheap_line'; did you mean 'cheap_lane'?" in told.err


def test_the_discount_rate_of_the_command_line_comes_before_that_of_the_data(
    bridgehead: Bridgehead, mine_with_proposals: Path, tmp_path: Path
) -> None:
    """The lane lasts 30 years and costs nothing a year but its annuity."""
    asked = ("plan", "--data", mine_with_proposals, *QUICK, "--levers", "0", "--choose", "cheap_lane", "--budget", "1")
    found = {}
    for rate in (0.0, 0.08, 0.2):
        told = bridgehead(*asked, "--out", tmp_path / "out", "--rate", rate, "--json", "-")
        assert told.status == 0, told.err
        found[rate] = json.loads(told.out)
        assert found[rate]["rate"] == rate
    net = {rate: one["budgets"][0]["net_musd_a_year"] for rate, one in found.items()}
    assert net[0.0] - net[0.2] == pytest.approx(0.02 * (annuity(0.2, 30) - 1 / 30))
    told = bridgehead(*asked, "--out", tmp_path / "out", "--json", "-")
    assert json.loads(told.out) == found[0.08], "the row of the data"
    parameters = mine_with_proposals / "parameters.csv"
    lines = parameters.read_text(encoding="utf-8").splitlines(keepends=True)
    parameters.write_text("".join(line for line in lines if "discount_rate" not in line), encoding="utf-8")
    refused = bridgehead(*asked, "--out", tmp_path / "other")
    assert refused.status == 2
    assert "a row discount_rate, or --rate" in refused.err
    assert bridgehead(*asked, "--out", tmp_path / "other", "--rate", "0.2").status == 0


@pytest.mark.parametrize("rate", ["1", "-0.01", "8", "nan"])
def test_a_discount_rate_that_is_no_share_is_refused(
    bridgehead: Bridgehead, mine_with_proposals: Path, rate: str
) -> None:
    told = bridgehead("plan", "--data", mine_with_proposals, "--rate", rate)
    assert told.status == 2
    assert told.err.count("--rate") == 1


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("both", [("--choose", "--never"), ("--choose", "--committed"), ("--never", "--committed")])
def test_a_work_in_two_lists_is_refused(
    bridgehead: Bridgehead, mine_with_proposals: Path, both: tuple[str, str], language: str
) -> None:
    first, other = both
    asked = ("plan", "--data", mine_with_proposals, first, "cheap_lane,dear_lane", other, "free_lane,cheap_lane")
    told = bridgehead(*asked, "--language", language)
    assert (told.status, told.out) == (2, "")
    errors = [line for line in told.err.splitlines() if "cheap_lane" in line]
    assert len(errors) == 1
    assert first in errors[0]
    assert "free_lane" not in told.err
    assert {"en": f"(also in {other})", "zh": f"（另见{other}）"}[language] in errors[0]


def test_a_shock_is_no_work_to_choose(bridgehead: Bridgehead, mine_with_proposals: Path) -> None:
    shock = PROPOSAL.format(id="shock", facility="exit_gate", cost=COST.format(1)).replace("M11", "M25")
    (mine_with_proposals / "proposals" / "shock.yaml").write_text(shock, encoding="utf-8")
    told = bridgehead("plan", "--data", mine_with_proposals, "--choose", "shock")
    assert told.status == 2
    assert "expected a work: not a shock, not a demand scenario; found 'shock'" in told.err


@pytest.mark.parametrize(
    "budget",
    ["1,1", "5,1,5.0", "2020:1", "2030:5,2029:9", "2030:9,2031:5", "2040:5", "2030:5,7", "soon:5", "2030:much"],
)
def test_limits_by_year_that_fall_or_are_late_are_refused(
    bridgehead: Bridgehead, mine_with_proposals: Path, budget: str
) -> None:
    told = bridgehead("plan", "--data", mine_with_proposals, "--budget", budget)
    assert told.status == 2
    assert told.err.count("--budget") == 1


def test_a_plan_that_was_interrupted_continues_to_the_same_result(
    bridgehead: Bridgehead, mine_with_proposals: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.experiments.store import Store

    def asked(out: str) -> tuple[object, ...]:
        where = ("--out", tmp_path / out, "--json", tmp_path / f"{out}.json")
        return ("plan", "--data", mine_with_proposals, *QUICK, "--levers", "1", "--budget", "1", *where)

    assert bridgehead(*asked("whole")).status == 0
    commit, done = Store.commit, list[object]()

    def interrupted(store: Store, *args: Any) -> None:
        if len(done) == 3:
            raise KeyboardInterrupt
        commit(store, *args)
        done.append(args)

    with monkeypatch.context() as patched:
        patched.setattr(Store, "commit", interrupted)
        bridgehead(*asked("parts"))
    assert not (tmp_path / "parts.json").exists()
    kept = {file: file.stat().st_mtime_ns for file in (tmp_path / "parts").rglob("*.parquet")}
    assert len(kept) == 3
    assert bridgehead(*asked("parts")).status == 0
    assert kept.items() <= {file: file.stat().st_mtime_ns for file in (tmp_path / "parts").rglob("*.parquet")}.items()
    assert (tmp_path / "parts.json").read_bytes() == (tmp_path / "whole.json").read_bytes()


@pytest.mark.parametrize("command", [("plan",), ("appraise", "any")])
def test_a_folder_that_is_a_file_is_refused_before_any_run(
    bridgehead: Bridgehead, mine_with_proposals: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "taken").write_text("mine")
    told = bridgehead(*command, "--data", mine_with_proposals, "--out", tmp_path / "taken")
    assert told.status == 2
    assert "--out" in told.err
    assert (tmp_path / "taken").read_text() == "mine"
