"""The command line: output, files and wrong input."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from corridors.io.folders import data_root
from corridors.load import load_corridor
from corridors.messages import message
from sim.cli import run as run_command
from tests.conftest import Told

Bridgehead = Callable[..., Told]

RUN_KEYS = [
    *("scenario", "proposals", "engine", "seed", "replication", "start", "days", "warmup_days", "stocks_from"),
    *("version", "data_fingerprint", "plan_fingerprint", "events", "visits", "wall_s"),
]
TABLE_KEYS = {
    "kpis": "port side direction class kpi unit value n",
    "facilities": "port side facility served utilisation mean_wait_h p95_wait_h mean_queue max_queue",
    "links": "link vehicles_per_day utilisation mean_wait_h",
    "bottlenecks": "port direction class facility share_of_waiting momentary_share root root_state root_share",
    "waiting_by_root": "port direction class at root root_state stock stock_state stock_service hours",
}


def result_of(words: Told) -> dict[str, Any]:
    assert words.status == 0, words.err
    result: dict[str, Any] = json.loads(words.out)
    return result


def kpi(result: dict[str, Any], name: str) -> float:
    """The key figure of the traffic class of the template folder, which has one port."""
    key = (name, "both", "truck")
    (found,) = (row["value"] for row in result["kpis"] if (row["kpi"], row["side"], row["class"]) == key)
    return float(found)


def rewrite(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8-sig")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_a_folder_of_ones_own_runs_at_once_and_tells_everything_as_json(bridgehead: Bridgehead, mine: Path) -> None:
    result = result_of(bridgehead("run", "--data", mine, "--json", "-"))
    empty = ["stocks", "growing_queues", "detours", "orders", "changes_without_effect"]
    assert list(result) == ["run", "vehicles", *TABLE_KEYS, *empty]
    assert all(result[name] == [] for name in empty)
    assert list(result["run"]) == RUN_KEYS
    for table, keys in TABLE_KEYS.items():
        assert result[table], f"{table} is empty"
        assert all(list(row) == keys.split() for row in result[table])
    vehicles = result["vehicles"]
    assert vehicles["arrived"] == vehicles["departed"] + vehicles["in_system"] > 1000
    assert 80 < kpi(result, "vehicles_per_day") < 120
    assert (result["run"]["days"], result["run"]["warmup_days"]) == (37, 7)


def test_both_engines_tell_the_same(bridgehead: Bridgehead, mine: Path) -> None:
    results = []
    for engine in ("simpy", "compiled"):
        words = bridgehead("run", "--data", mine, "--engine", engine, "--json", "-")
        assert ("same figures" in words.err) == (engine == "simpy")
        result = result_of(words)
        assert result["run"]["engine"] == engine
        for own in ("engine", "events", "wall_s"):
            del result["run"][own]
        results.append(result)
    assert results[0] == results[1]


def test_a_table_a_port_in_names_and_in_either_language(bridgehead: Bridgehead, mine: Path) -> None:
    english = bridgehead("run", "--data", mine)
    assert english.status == 0
    assert english.err == "", "in a pipe a good run is quiet"
    for words in ("My port", "Truck", "trucks", "Entry customs", "waiting", "seed 1"):
        assert words in english.out
    for unsaid in ("my_port", "entry_customs", "per year"):
        assert unsaid not in english.out, "ids, and years that nobody measured, are not for people"
    chinese = bridgehead("run", "--data", mine, "--language", "zh")
    for words in ("我的口岸", "公路货车", "进境海关", "等待", "随机种子1"):
        assert words in chinese.out


def test_the_tables_of_the_baseline_fit_a_narrow_terminal() -> None:
    from io import StringIO

    from rich.console import Console

    from corridors.load import load_corridor
    from sim.cli import port_tables
    from sim.run import prepare, run_scenario
    from sim.text.names import Names

    result = run_scenario(prepare(load_corridor(), days=3))
    for language in ("en", "zh"):
        page = StringIO()
        console = Console(file=page, width=100, force_terminal=True, color_system=None, highlight=False)
        port_tables.show(console, result, Names.of(result.case.corridor, language))
        text = page.getvalue()
        assert "…" not in text, "cut off"
        assert all(console.measure(line).maximum <= 100 for line in text.splitlines())
        for port in result.case.corridor.ports.values():
            assert getattr(port, f"name_{language}") in text


@pytest.mark.parametrize("between", ["; ", "\uff1b"])
def test_a_long_list_in_a_column_of_figures_leaves_room_for_words(between: str) -> None:
    from io import StringIO

    from rich.console import Console

    from sim.cli import console

    page = StringIO()
    hours = between.join(f"Mon 08:00-{end}:00" for end in range(12, 22))
    row = ["Trucks out of China, Erenhot", "opening hours", "sharp beginnings and ends of the day", hours, "7"]
    to = Console(file=page, width=160, soft_wrap=True)
    to.print(console.table(to, ["Of", "Number", "Reason", "Value", "n"], [row], texts=3))
    lines = page.getvalue().splitlines()
    assert all(text in lines[1] for text in row[:3]), "words in one line"
    assert len(lines) == 11, "a heading and one line for each part"
    assert sum("08:00-" in line for line in lines) == 10


def test_a_year_measured_is_told_by_the_year(bridgehead: Bridgehead, mine: Path) -> None:
    words = bridgehead("run", "--data", mine, "--days", "372", "--set", "services.trucks_out.per_day=20")
    (trucks,) = (line.split() for line in words.out.splitlines() if line.startswith("  Truck"))
    a_day, tonnes_a_day, megatonnes_a_year = float(trucks[1]), float(trucks[4]), float(trucks[6])
    assert tonnes_a_day == pytest.approx(20 * a_day, rel=0.01)
    assert megatonnes_a_year == pytest.approx(365e-6 * tonnes_a_day, abs=0.006)


def test_one_number_changed_shows_in_the_result_and_in_the_record(bridgehead: Bridgehead, mine: Path) -> None:
    base = result_of(bridgehead("run", "--data", mine, "--json", "-"))
    more = result_of(bridgehead("run", "--data", mine, "--set", "facilities.entry_customs.servers=+1", "--json", "-"))
    assert kpi(more, "wait_h_mean") < kpi(base, "wait_h_mean")
    assert base["run"]["scenario"] == "baseline"
    assert more["run"]["scenario"] == "baseline, facilities.entry_customs.servers=+1"
    assert more["run"]["data_fingerprint"] == base["run"]["data_fingerprint"]
    assert more["run"]["plan_fingerprint"] != base["run"]["plan_fingerprint"]


def test_another_replication_has_other_luck_and_the_same_one_the_same(bridgehead: Bridgehead, mine: Path) -> None:
    fingerprints = [
        result_of(bridgehead("run", "--data", mine, "--replication", number, "--json", "-"))["run"]["plan_fingerprint"]
        for number in ("0", "1", "1")
    ]
    assert fingerprints[0] != fingerprints[1] == fingerprints[2]


def test_a_short_try_is_measured_from_its_start_and_says_so(bridgehead: Bridgehead, mine: Path) -> None:
    words = bridgehead("run", "--data", mine, "--days", "5", "--json", "-")
    assert result_of(words)["run"]["warmup_days"] == 0
    assert "warm-up of 7 days" in words.err


PROPOSAL = """\
id: third_lane
title_en: A third lane
title_zh: 增设第三条通道
measure: M01
article: "1"
changes:
  - {op: add, address: facilities.exit_gate.servers, value: 1}
"""


def test_proposals_lie_in_the_folder_and_are_listed_checked_and_run(bridgehead: Bridgehead, mine: Path) -> None:
    none = " ".join(bridgehead("proposals", "--data", mine).out.split())
    assert none == f"No proposals in {mine / 'proposals'} or {mine.parent / 'proposals'}."
    (mine / "proposals").mkdir()
    assert " or " not in bridgehead("proposals", "--data", mine).out
    file = mine / "proposals" / "third_lane.yaml"
    file.write_text(PROPOSAL, encoding="utf-8")
    assert "A third lane" in bridgehead("proposals", "--data", mine).out
    assert "增设第三条通道" in bridgehead("proposals", "--data", mine, "--language", "zh").out
    assert bridgehead("check", "--data", mine).status == 0
    run = result_of(bridgehead("run", "--data", mine, "--proposal", "third_lane", "--json", "-"))["run"]
    assert (run["scenario"], run["proposals"]) == ("baseline", ["third_lane"])
    misspelt = bridgehead("run", "--data", mine, "--proposal", "third_line")
    assert misspelt.status == 2
    assert "'third_lane'" in misspelt.err
    rewrite(file, "exit_gate", "exit_gates")
    wrong = bridgehead("check", "--data", mine)
    assert wrong.status == 2
    assert "'exit_gate'" in wrong.err


def test_a_scenario_is_a_file_or_an_id(bridgehead: Bridgehead, mine: Path) -> None:
    (mine / "scenarios").mkdir()
    file = mine / "scenarios" / "rush.yaml"
    changes = "changes: [{op: scale, address: services.trucks_out.per_day, value: 1.2}]"
    file.write_text(f"id: rush\ndays: 9\nwarmup_days: 2\n{changes}\n", encoding="utf-8")
    by_id = result_of(bridgehead("run", "--data", mine, "--scenario", "rush", "--json", "-"))["run"]
    by_file = result_of(bridgehead("run", "--data", mine, "--scenario", file, "--json", "-"))["run"]
    assert by_id["plan_fingerprint"] == by_file["plan_fingerprint"]
    assert (by_id["scenario"], by_id["days"], by_id["warmup_days"]) == ("rush", 9, 2)
    assert bridgehead("check", "--data", mine, file).status == 0
    assert "'rush'" in bridgehead("run", "--data", mine, "--scenario", "rusk").err


def test_every_file_of_a_run_is_written(bridgehead: Bridgehead, mine: Path, tmp_path: Path) -> None:
    files = {
        option: tmp_path / "out" / name
        for option, name in (
            ("--json", "run.json"),
            ("--trace", "trace.parquet"),
            ("--event-log", "log.csv"),
            ("--report", "report.html"),
        )
    }
    options = [word for option, file in files.items() for word in (option, file)]
    words = bridgehead("run", "--data", mine, *options)
    assert words.status == 0
    assert "My port" in words.out, "the tables are printed as well"
    assert all(str(file) in words.err for file in files.values())
    assert json.loads(files["--json"].read_text(encoding="utf-8"))["run"]["seed"] == 1
    assert files["--trace"].read_bytes()[:4] == b"PAR1"
    assert files["--event-log"].read_text(encoding="utf-8-sig").startswith('"case",')
    assert "<html" in files["--report"].read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--days", "0"], "--days"),
        (["--days", "3", "--warmup-days", "3"], "warm-up"),
        (["--start", "2023-02-30"], "2023-02-30"),
        (["--engine", "simpi"], "simpy"),
        (["--set", "facilities.entry_custom.servers=+1"], "'entry_customs'"),
        (["--set", "facilities.entry_customs.server=+1"], "'servers'"),
        (["--set", "facilities.entry_customs.servers=many"], "many"),
        (["--set", "entry_customs=5"], "table.id.field"),
        (["--scenario", "nowhere.yaml"], "nowhere.yaml"),
        (["--trace", "trace.xlsx"], ".parquet, .csv"),
        (["--report", "."], ".html"),
        (["--data", "no_such_folder"], "no_such_folder"),
    ],
)
def test_wrong_input_is_told_without_a_traceback(
    bridgehead: Bridgehead, mine: Path, arguments: list[str], words: str
) -> None:
    where = [] if "--data" in arguments else ["--data", mine]
    answer = bridgehead("run", *where, *arguments)
    assert answer.status == 2
    assert answer.out == ""
    assert words in answer.err
    assert "Traceback" not in answer.err


WRONG_OPTIONS = [
    (
        "run --scenario year_2203 --proposal m04_erenhot_lien --set facilities.erenhot_transhipment.servers=1"
        " --set gate=5 --days 3 --warmup-days 3 --report r.pdf",
        ("'year_2023'", "'m04_erenhot_line'", "'erenhot_transshipment'", "=*1.2", "warm-up", "--report"),
    ),
    ("bottlenecks --scenario year_2203 --proposal m04 --json .", ("'year_2023'", "'m04'", "--json")),
    ("performance --scenario year_2203 --proposal m04 --json .", ("'year_2023'", "'m04'", "--json")),
    ("batch polici --out nowhere --workers 2 --dask tcp://host:1", ("'policy'", "--workers")),
    ("compare nowhere --margin 300 --report r.pdf", ("nowhere", "--margin", "--report")),
    ("saturation --future hihg --until 1990 --proposal m04 --json .", ("'high'", "--until", "'m04'", "--json")),
    ("sensitivity --samples 3 --days 2 --proposals m04 --json .", ("--samples", "--days", "'m04'", "--json")),
    ("validate --data nowhere --report r.pdf", ("nowhere", "--report")),
]


WRONG_USAGE = [
    ("run --dayz 5 --foo=3 --days -3 --seed x --replication", ("--dayz", "--foo", "--days", "--seed", "--replication")),
    ("run --days=0 --warmup-days -1 more", ("--days", "--warmup-days")),
    ("compare --foo out --margim 3", ("--foo", "--margim")),
    ("batch --workers x --foo", ("--foo", "--workers")),
]


@pytest.mark.parametrize(("command", "words"), WRONG_OPTIONS + WRONG_USAGE)
def test_all_wrong_options_of_a_command_are_told_at_once(
    bridgehead: Bridgehead, command: str, words: tuple[str, ...]
) -> None:
    answer = bridgehead(*command.split())
    assert (answer.status, answer.out) == (2, "")
    for part in words:
        assert part in answer.err
    assert f"Errors: {len(words)}, warnings: 0." in answer.err, answer.err


@pytest.mark.parametrize("command", [command for command, _ in WRONG_OPTIONS])
def test_what_would_be_right_is_told_in_chinese(bridgehead: Bridgehead, command: str) -> None:
    words = re.findall("应为：(.*?)(?:；|$)", bridgehead(*command.split(), "--language", "zh").err, re.MULTILINE)
    assert words
    assert [text for text in words if not re.search("[\u4e00-\u9fff]", text)] == []


def test_all_that_is_wrong_is_told_at_once_with_file_and_line(bridgehead: Bridgehead, mine: Path) -> None:
    rewrite(mine / "facilities.csv", "gate,2,working_day", "gate,two,working_day")
    rewrite(mine / "facilities.csv", "customs,3,working_day", "customs,3,working_dya")
    rewrite(mine / "services.csv", "trip_out,rate", "trip_uot,rate")
    for command in ("check", "run"):
        words = bridgehead(command, "--data", mine)
        assert words.status == 2
        for part in ("facilities.csv, line 3", "'two'", "'working_day'", "services.csv, line 2", "'trip_out'"):
            assert part in words.err
    alone = bridgehead("check", mine / "services.csv")
    assert "services.csv" in alone.err
    assert "facilities.csv" not in alone.err


def test_findings_are_told_in_the_language_asked_for(bridgehead: Bridgehead, mine: Path) -> None:
    words = bridgehead("run", "--data", mine, "--set", "services.no_such.per_day=1", "--language", "zh")
    assert words.status == 2
    line = "错误：--set，services.no_such.per_day：.*；应为：services.csv 中的编号；实际为“no_such”"
    assert re.search(line, words.err)
    assert not re.search("error|expected|did you mean", words.err)


def test_a_scenario_is_checked_as_it_would_run(bridgehead: Bridgehead, mine: Path, tmp_path: Path) -> None:
    """The warnings of changes are listed without a run: here a closure on weekdays that it does not cover."""
    shut = "op: close, address: facilities.exit_gate, first_day: 2023-08-01, last_day: 2023-08-03, weekdays: Sat;Sun"
    (tmp_path / "shut.yaml").write_text(f"id: shut\nchanges:\n  - {{{shut}}}\n", encoding="utf-8")
    words = bridgehead("check", tmp_path / "shut.yaml", "--data", mine)
    assert words.status == 0
    assert words.err.startswith("warning: shut.yaml")
    assert "'Sat;Sun'" in words.err
    found = bridgehead("check", tmp_path / "shut.yaml", "--data", mine, "--json", "-")
    codes = [one["code"] for one in json.loads(found.out)["findings"]]
    assert codes == ["closure.no_day", "idle.outside_run"], "it closes no day, and the run is of another year"


def test_on_a_terminal_findings_are_a_table_that_cuts_no_name(
    bridgehead: Bridgehead, mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rewrite(mine / "facilities.csv", "customs,3,working_day", "customs,3,a_calendar_with_quite_a_long_name")
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    words = bridgehead("check", "--data", mine)
    assert words.status == 2
    assert "Where" in words.err
    page = re.sub(r"\x1b\[[0-9;]*m", "", words.err)
    assert "…" not in page
    assert max(map(len, page.splitlines())) <= 60


def test_on_a_terminal_every_stage_has_a_bar_under_its_name(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.cli.batch import progress_bars
    from sim.experiments.batch import Progress

    def words() -> str:
        with progress_bars() as show:
            show("screening", Progress(3, 3, 0, None))
            show("sobol", Progress(1, 4, 0, None))
            show("sobol", Progress(2, 4, 1, 90.0))
        return capsys.readouterr().err

    assert words() == "", "in a pipe nothing moves"
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    last = re.findall(r"(\d+/\d+) (.*?)\s*$", re.sub(r"\x1b\[[^A-Za-z]*[A-Za-z]", "", words()), re.MULTILINE)[-2:]
    assert [bar[0] for bar in last] == ["3/3", "2/4"]
    assert last[0][1] == "screening"
    assert last[1][1].startswith("sobol · ")
    assert "0:01:30" in last[1][1]


def test_without_numba_simpy_runs_and_it_is_said(
    bridgehead: Bridgehead, mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.engines.find_spec", lambda name: None)
    words = bridgehead("run", "--data", mine)
    assert "SimPy engine" in words.out
    assert "numba is not installed" in words.err


def test_new_takes_no_folder_that_holds_something(bridgehead: Bridgehead, mine: Path, tmp_path: Path) -> None:
    before = {file: file.read_bytes() for file in mine.iterdir()}
    assert bridgehead("new", mine).status == 2
    assert {file: file.read_bytes() for file in mine.iterdir()} == before
    (tmp_path / "empty").mkdir()
    assert bridgehead("new", tmp_path / "empty").status == 0
    assert bridgehead("new", mine / "README.txt").status == 2


def test_routes_by_name_in_either_language(bridgehead: Bridgehead) -> None:
    words = bridgehead("route", "Tianjin", "Duisburg")
    assert words.status == 0
    lines = words.out.splitlines()[1:]
    assert [line.split()[0] for line in lines[:3]] == ["1", "2", "3"]
    assert all("Tianjin" in line and "Duisburg" in line for line in lines[:3])
    assert "杜伊斯堡" in bridgehead("route", "天津", "杜伊斯堡", "-k", "1", "--language", "zh").out
    unknown = bridgehead("route", "Tianjn", "Dusburg")
    assert unknown.status == 2
    assert "'Tianjin'" in unknown.err
    assert "'Duisburg'" in unknown.err


def test_no_way_is_an_answer_and_no_wrong_input(bridgehead: Bridgehead, mine: Path) -> None:
    words = bridgehead("route", "--data", mine, "factory", "factory_two")
    assert words.status == 2
    rewrite(mine / "links.csv", "our_side,other_side,road,5,30,,2,yes", "other_side,our_side,road,5,30,,2,no")
    rewrite(mine / "itineraries.csv", "travel,other_side,road,", "travel,our_side,road,")
    words = bridgehead("route", "--data", mine, "factory", "other_side")
    assert (words.status, words.out) == (1, "")
    assert "factory" in words.err


def test_bottlenecks_are_ranked_by_their_share_of_the_waiting(bridgehead: Bridgehead, mine: Path) -> None:
    words = bridgehead("bottlenecks", "--data", mine)
    assert words.status == 0
    assert all(name in words.out for name in ("Exit gate", "Entry customs", "Alone", "Shifting"))
    result = result_of(bridgehead("bottlenecks", "--data", mine, "--json", "-"))
    shares = [row["share_of_waiting"] for row in result["bottlenecks"]]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1)


def test_ctrl_c_ends_a_run_without_a_traceback(
    bridgehead: Bridgehead, mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sim.engines.play", interrupted)
    words = bridgehead("run", "--data", mine, "--json", "-")
    assert (words.status, words.out) == (1, "")
    assert "Stopped" in words.err


def test_a_run_that_does_not_add_up_is_refused(
    bridgehead: Bridgehead, mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = [message("conservation.waiting_balance", "runs", facility="gate", over_time=1, over_visits=2)]
    monkeypatch.setattr("sim.output.conservation.check", lambda trace: broken)
    words = bridgehead("run", "--data", mine, "--json", "-")
    assert (words.status, words.out) == (1, "")
    assert "gate: waiting time does not balance" in words.err
    assert "gate：等待时间不平衡" in bridgehead("run", "--data", mine, "--language", "zh").err


def test_help_lists_what_there_is_and_nothing_else(bridgehead: Bridgehead) -> None:
    words = bridgehead("--help")
    assert words.status == 0
    commands = [line.split()[1] for line in words.out.splitlines() if line.startswith("│ ") and line[2].isalpha()]
    assert commands == [
        *("run", "batch", "compare", "bottlenecks", "vehicle", "port", "sensitivity", "calibrate", "performance"),
        "saturation",
        *(
            "appraise",
            "plan",
            "resilience",
            "check",
            "explain",
            "proposals",
            "ids",
            "route",
            "new",
            "mapping",
            "fit",
            "state",
            "forecast",
            "backtest",
            "validate",
            "app",
            "open",
        ),
    ]
    assert bridgehead("--version").out.startswith("bridgehead ")


def test_stocks_that_do_not_settle_are_named_and_stocks_that_are_not_there_told(bridgehead: Any) -> None:
    def begins(drift: float, asked: str = "settled") -> str:
        stocks = pd.DataFrame([{"stock": "coal_ceke", "stock_kind": "cargo", "drift_per_day": drift}])
        case = SimpleNamespace(stocks_from=asked, corridor=load_corridor())
        return run_command._beginning(SimpleNamespace(case=case, stocks=stocks))  # type: ignore[arg-type]

    assert "do not settle: Coal in the supervised yards" in begins(5.0)
    assert "at which they settle" in begins(math.nan)
    assert "stocks in the data" in begins(5.0, "declared")
    told = bridgehead("run", "--data", data_root() / "template", "--days", 2, "--stocks", "base_year")
    assert "no stocks for --stocks base_year" in told.err
