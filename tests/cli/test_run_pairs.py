"""`run --pairs`: the change of a case against its base, as a batch with the same runs has it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corridors.load import load_corridor
from sim.cli import paired_runs
from sim.run import prepare
from sim.studies import unreached
from tests.conftest import Told

Bridgehead = Callable[..., Told]
SHORT = ("--days", "12", "--warmup-days", "2")


@pytest.fixture
def case(mine: Path) -> Path:
    """A scenario of the small world with twice its traffic."""
    service = (mine / "services.csv").read_text().splitlines()[1].split(",")[0]
    file = mine.parent / "busy.yaml"
    file.write_text(
        f"id: busy\ntitle_en: Busy\ntitle_zh: 繁忙\nchanges:\n"
        f"  - {{op: scale, address: services.{service}.per_day, value: 2}}\n"
    )
    return file


def rows(document: dict[str, Any], scenario: str) -> dict[tuple[str, ...], tuple[float, ...]]:
    keys, figures = ("port", "direction", "class", "kpi"), ("mean_baseline", "mean", "ci_low", "ci_high")
    return {
        tuple(row[key] for key in keys): tuple(row[name] for name in figures)
        for row in document["rows"]
        if row["scenario"] == scenario
    }


def test_pairs_give_the_figures_of_a_batch_with_the_same_scenarios(
    bridgehead: Bridgehead, mine: Path, case: Path, tmp_path: Path
) -> None:
    change = case.read_text().split("changes:")[1].strip().removeprefix("- ")
    (tmp_path / "same.yaml").write_text(
        "id: same\ntitle_en: Same\ntitle_zh: 同\nreplications: 3\ndays: 12\nwarmup_days: 2\n"
        f"scenarios:\n  - id: busy\n    changes: [{change}]\n"
    )
    folder = tmp_path / "results"
    assert bridgehead("batch", tmp_path / "same.yaml", "--out", folder, "--data", mine, "--workers", 2).status == 0
    batch = json.loads(bridgehead("compare", folder, "--data", mine, "--json", "-").out)
    pairs = json.loads(bridgehead("run", "--scenario", case, "--pairs", 3, *SHORT, "--data", mine, "--json", "-").out)
    assert rows(pairs, "busy") == rows(batch, "busy") != {}
    assert any(low > 0 for key, (_, _, low, _) in rows(pairs, "busy").items() if key[3] == "vehicles_per_day")


def test_the_base_is_the_scenario_that_settings_change(bridgehead: Bridgehead, mine: Path, case: Path) -> None:
    service = case.read_text().split("services.")[1].split(".")[0]
    half = f"services.{service}.per_day=*0.5"
    back = json.loads(
        bridgehead(
            *("run", "--scenario", case, "--set", half, "--beside", "baseline", "--pairs", 2, *SHORT),
            *("--data", mine, "--json", "-"),
        ).out
    )
    below = json.loads(
        bridgehead("run", "--scenario", case, "--set", half, "--pairs", 2, *SHORT, "--data", mine, "--json", "-").out
    )
    key = next(key for key, row in rows(below, "changed").items() if key[3] == "vehicles_per_day" and row[0] > 0)
    base, less, *_ = rows(below, "changed")[key]
    plain, same, *_ = rows(back, "changed")[key]
    assert plain == same == less < base


def test_the_heading_names_the_base_and_the_report_is_written(
    bridgehead: Bridgehead, mine: Path, case: Path, tmp_path: Path
) -> None:
    service = case.read_text().split("services.")[1].split(".")[0]
    asked = (
        "run",
        "--scenario",
        case,
        "--set",
        f"services.{service}.per_day=*0.5",
        "--pairs",
        2,
        *SHORT,
        "--data",
        mine,
    )
    answer = bridgehead(*asked, "--report", tmp_path / "pairs.html")
    assert "compared with the baseline (Busy): 2 paired replications of 12 days" in answer.out
    assert "Paired runs" in (tmp_path / "pairs.html").read_text(encoding="utf-8")
    chinese = bridgehead(*asked, "--language", "zh").out
    assert "与基准情形（繁忙）对比" in chinese
    assert "日均到达量由200调整为100\n" in chinese
    assert "services." not in chinese
    assert "cancel each other" not in answer.out + answer.err  # To the base, which is busy, it is a change.
    assert "services." not in answer.out


def test_little_work_is_done_by_this_process_and_much_by_one_a_core(
    mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paired_runs, "processes", lambda workers: workers or 7)
    small, base_year = (prepare(load_corridor(folder), days=12, warmup_days=2) for folder in (mine, None))
    assert [paired_runs._workers(small, pairs) for pairs in (2, 50)] == [1, 7]
    assert [paired_runs._workers(base_year, pairs) for pairs in (1, 2)] == [7, 7]


def test_what_paired_runs_cannot_give_is_refused_at_once(bridgehead: Bridgehead, mine: Path, tmp_path: Path) -> None:
    one_run = ("--trace", tmp_path / "t.csv", "--event-log", tmp_path / "e.csv", "--tables", tmp_path / "t.xlsx")
    answer = bridgehead("run", "--pairs", 2, *one_run, "--replication", 3, "--stocks", "settled", "--data", mine)
    assert answer.status == 2
    for option in ("--trace", "--event-log", "--tables", "--replication", "--stocks"):
        assert f"error: {option}: expected without this option, which is for a single run" in answer.err
    wanted = "a scenario, a proposal, a setting or a closure to compare with the baseline"
    assert f"error: --pairs: expected {wanted}" in answer.err
    assert not list(tmp_path.glob("t.*"))
    unknown = bridgehead("run", "--beside", "nowhere", "--set", "facilities.none.servers=2", "--data", mine)
    assert unknown.status == 2
    assert "error: --against: The file or id is unknown" in unknown.err
    assert "facilities.none.servers" in unknown.err


def test_a_fault_of_the_scenario_beside_is_one_of_its_file(bridgehead: Bridgehead, mine: Path, case: Path) -> None:
    broken = case.with_name("broken.yaml")
    broken.write_text(case.read_text().replace("busy", "broken").replace("per_day", "per_dai"))
    answer = bridgehead("run", "--scenario", case, "--beside", broken, "--pairs", 2, *SHORT, "--data", mine)
    assert answer.status == 2
    assert "broken.yaml, line" in answer.err
    assert "pairs.yaml" not in answer.err


@pytest.mark.parametrize("option", ["--against", "--beside"])
def test_the_data_as_they_are_are_compared_with_another_scenario(
    bridgehead: Bridgehead, mine: Path, case: Path, option: str
) -> None:
    """Also with `--scenario baseline`; the scenario of the option is the baseline of every change."""
    asked = (option, case, "--pairs", 2, *SHORT, "--data", mine, "--json", "-")
    plain = json.loads(bridgehead("run", *asked).out)
    assert rows(plain, "as_is") == rows(json.loads(bridgehead("run", "--scenario", "baseline", *asked).out), "as_is")
    twice, once, *_ = next(row for key, row in rows(plain, "as_is").items() if key[3] == "vehicles_per_day" and row[0])
    assert once < twice


@pytest.mark.parametrize("asked", [(), ("--scenario", "baseline"), ("--against", "baseline")])
def test_a_baseline_is_not_compared_with_itself(bridgehead: Bridgehead, mine: Path, asked: tuple[str, ...]) -> None:
    answer = bridgehead("run", *asked, "--pairs", 2, "--data", mine)
    assert answer.status == 2
    assert answer.err.startswith("error: --pairs: expected a scenario, a proposal, a setting or a closure")
    assert "pairs.yaml" not in answer.err


@pytest.mark.parametrize("pairs", [(), ("--against", "baseline", "--pairs", 2)])
def test_the_warm_up_of_a_scenario_is_dropped_with_a_note_where_the_days_are_fewer(
    bridgehead: Bridgehead, mine: Path, case: Path, pairs: tuple[object, ...]
) -> None:
    case.write_text(case.read_text() + "days: 40\nwarmup_days: 20\n")
    answer = bridgehead("run", "--scenario", case, "--days", 10, *pairs, "--data", mine)
    assert answer.status == 0
    assert "warm-up" in answer.err
    assert "20" in answer.err
    case.write_text(case.read_text().replace("days: 40", "days: 15"))
    assert bridgehead("run", "--scenario", case, "--data", mine).status == 2


CLOSED = ("--close", "my_port:3@2026-01-05", "--pairs", 2, "--start", "2026-01-01", "--days", 20, "--warmup-days", 2)


def test_a_closure_by_option_is_that_of_a_scenario_and_its_recovery_is_shown(
    bridgehead: Bridgehead, mine: Path, tmp_path: Path
) -> None:
    by_option = json.loads(bridgehead("run", *CLOSED, "--data", mine, "--json", "-").out)
    file = tmp_path / "closed.yaml"
    change = "{op: close, address: ports.my_port, first_day: 2026-01-05, last_day: 2026-01-07}"
    file.write_text(f"id: closed\ntitle_en: Closed\ntitle_zh: 关闭\nchanges:\n  - {change}\n")
    same = bridgehead("run", "--scenario", file, *CLOSED[2:], "--data", mine, "--json", "-")
    by_file = json.loads(same.out)
    assert rows(by_option, "changed") == rows(by_file, "closed") != {}
    assert by_option["recoveries"]
    for one, other in zip(by_option["recoveries"], by_file["recoveries"], strict=True):
        assert one | {"scenario": ""} == other | {"scenario": ""}
        assert (one["first_day"], one["last_day"], one["n"]) == (4, 6, 2)
    shown = bridgehead("run", *CLOSED, "--data", mine).out
    assert "closed, 2026-01-05" in " ".join(shown.split())
    assert "close ports.my_port" not in shown
    assert shown.index("Recovery after a closure") < shown.index("Cargo delivered, all ports")


def test_a_finding_about_a_closure_names_its_option(bridgehead: Bridgehead, mine: Path) -> None:
    days = ("--start", "2026-01-01", "--days", 3, "--warmup-days", 0, "--data", mine)
    late = bridgehead("run", "--close", "my_port:3@2036-01-05", *days)
    assert (late.status, late.out) == (2, "")
    assert "expected a run whose days include 2036-01-05" in late.err
    paired = bridgehead("run", "--close", "my_port:3@2036-01-05", *days[:-4], "--data", mine, "--pairs", 2)
    for told in (late, paired):
        assert told.status == 2
        assert "--start:" not in told.err, "not given, or not what is wrong"
        assert "--close" in told.err
        assert "found '2036-01-05..2036-01-07'" in told.err
    both = bridgehead("run", "--close", "my_port:3@2036-01-05", "--set", "facilities.exit_gate.servers=+0", *days)
    assert [line.partition(",")[0] for line in both.err.splitlines() if "no effect" in line] == [
        *("warning: --set", "warning: --close")
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("my_port", "The text is not a closure"),
        ("my_port:3", "The text is not a closure"),
        ("my_port:0@2026-01-05", "The text is not a closure"),
        ("my_port:3@2026-02-30", "The calendar has no such day"),
        ("my_port:9999999999@2026-01-05", "The text is not a closure"),
        ("my_port:3@2026-01-05*1", "The share that stays open is not one of a closure"),
        ("my_prt:3@2026-01-05", "my_port"),
        ("ports.my_prt:3@2026-01-05", "my_port"),
        ("services.trucks:3@2026-01-05", "services"),
    ],
)
def test_what_is_no_closure_is_refused(bridgehead: Bridgehead, mine: Path, text: str, code: str) -> None:
    answer = bridgehead("run", "--close", text, *SHORT, "--data", mine)
    assert (answer.status, answer.out) == (2, "")
    assert code in answer.err
    assert "Errors: 1" in answer.err


@pytest.mark.parametrize(("language", "words"), [("en", "without stocks_from"), ("zh", "不写 stocks_from")])
def test_a_scenario_whose_yards_begin_otherwise_is_refused_in_pairs(
    bridgehead: Bridgehead, mine: Path, case: Path, language: str, words: str
) -> None:
    """Yards of paired runs begin as those of a batch; a line of the scenario that says otherwise had no effect."""
    case.write_text(case.read_text(encoding="utf-8") + "stocks_from: settled\n", encoding="utf-8")
    for asked in (("--scenario", case), ("--against", case)):
        answer = bridgehead("run", *asked, "--pairs", 2, "--data", mine, *SHORT, "--language", language)
        assert answer.status == 2
        assert words in answer.err
        assert f"{asked[0]}: " in answer.err or f"{asked[0]}：" in answer.err


def test_best_runs_each_proposal_alone_and_begins_with_the_best(bridgehead: Bridgehead) -> None:
    lanes, hours = "m11_gashuunsukhait_lanes", "m11_coal_gate_hours"
    both = ("--proposal", lanes, "--proposal", hours, "--pairs", 2, *SHORT)
    found = json.loads(bridgehead("run", *both, "--best", "ganqimaodu.coal_truck.dwell_h_mean", "--json", "-").out)
    assert {row["scenario"] for row in found["rows"]} == {lanes, hours}
    assert set(found["best"]["order"]) == {lanes, hours}
    assert found["best"]["text"]


def test_best_takes_proposals_alone(bridgehead: Bridgehead) -> None:
    answer = bridgehead("run", "--best", "ceke.all.delivered_t_per_day", "--close", "ceke:10@2023-08-01", *SHORT)
    assert answer.status == 2
    assert "--proposal" in answer.err
    assert "--close" in answer.err
    assert "--pairs" not in answer.err


def test_all_that_is_wrong_with_best_is_said_before_the_first_run(
    bridgehead: Bridgehead, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_run(*_: Any, **__: Any) -> None:
        raise AssertionError("a run was started")

    monkeypatch.setattr(paired_runs, "_compared", no_run)
    unknown = ("--proposal", "m11_none", "--proposal", "m12_none")
    answer = bridgehead(
        "run", *unknown, "--best", "ganqimaodo.coal_truck.dwell", "--close", "ceke:10@2023-08-01", *SHORT
    )
    assert answer.status == 2
    for part in ("m11_none", "m12_none", "ganqimaodo", "dwell", "--close"):
        assert part in answer.err
    assert "ganqimaodu" in answer.err
    assert "dwell_h_mean" in answer.err
    one = bridgehead("run", "--proposal", "m11_gashuunsukhait_lanes", "--best", "dwell", *SHORT)
    assert one.status == 2
    assert "dwell.." not in one.err


def test_of_a_large_run_a_note_names_what_says_more_of_its_limits(
    bridgehead: Bridgehead, mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fewer days, after which the limit itself is spoken of; or pairs, after which the figures alone are."""
    with (mine / "links.csv").open("a") as file:
        file.write("old_road,Old road,旧路,factory,our_side,road,120,60,,2,yes,0.05,70,own_estimate,assumed,,\n")
    with (mine / "closures.csv").open("a") as file:
        file.write("works,factory_road,2025-01-03,2025-01-03,0,own_estimate,assumed,\n")
    asked = ("run", "--data", mine, "--days", 4, "--warmup-days", 1, "--set", "services.trucks_out.reroute_after_h=100")
    assert "In this run the change has no effect: without it every vehicle moves" in bridgehead(*asked).err
    monkeypatch.setattr(unreached, "MOST_VISITS", 1)
    large, pairs = bridgehead(*asked), bridgehead(*asked, "--pairs", 2)
    assert "with fewer days it is, and --pairs says whether any figure changes: services.trucks_out" in large.err
    assert "In this run the change has no effect" not in large.err + pairs.err
    first = pairs.out.splitlines()[1]
    assert first.startswith("The change has no effect: in each of 2 pairs of runs all figures are exactly those")
    assert "缩短天数可检查，使用 --pairs 可知指标是否有变化" in bridgehead(*asked, "--language", "zh").err
