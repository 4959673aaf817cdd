"""The check finds first whatever a command would refuse."""

from __future__ import annotations

import csv
import json
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Told
from tests.helpers.template import in_file

Bridgehead = Callable[..., Told]

PARAMETERS = [
    ("run_start,20250101", "run_start,20250230"),
    ("run_start,20250101", "run_start,0"),
    ("run_start,20250101", "run_start,2025.5"),
    ("run_start,20250101", "run_start,22500101"),
    ("run_start,20250101", "run_start,19500101"),
    ("run_start,20250101", "run_start,1e12"),
    ("run_days,37", "run_days,-3"),
    ("run_days,37", "run_days,0"),
    ("run_days,37", "run_days,7"),
    ("run_days,37", "run_days,36500"),
    ("run_days,37", "run_days,24856"),
    ("run_warmup_days,7", "run_warmup_days,7.5"),
    ("run_warmup_days,7", "run_warmup_days,-1"),
    ("run_warmup_days,7", "run_warmup_days,37"),
    ("run_start,", "run_begin,"),
    ("run_days,", "days,"),
]


@pytest.mark.parametrize(("old", "new"), PARAMETERS)
def test_parameters_that_no_run_can_use_are_found_by_the_check(
    bridgehead: Bridgehead, mine: Path, old: str, new: str
) -> None:
    in_file(mine / "parameters.csv", old, new)
    for command in ("check", "run"):
        answer = bridgehead(command, "--data", mine)
        assert (answer.status, answer.out) == (2, ""), answer
        place = r"parameters\.csv" if old.endswith(",") else r"parameters\.csv, line [234], run_\w+, value: "
        assert re.search(place, answer.err) or command == "run"


@pytest.mark.parametrize(
    "row", ["discount_rate,-1", "discount_rate,1.1", "life_years,0", "life_years,-30", "cny_per_usd,0"]
)
def test_parameters_that_compare_divides_by_are_found_by_the_check(
    bridgehead: Bridgehead, mine: Path, row: str
) -> None:
    with (mine / "parameters.csv").open("a", encoding="utf-8") as table:
        table.write(f"{row},,,,own_estimate,assumed,a guess\n")
    answer = bridgehead("check", "--data", mine)
    assert answer.status == 2
    assert row.partition(",")[0] in answer.err


@pytest.mark.parametrize(
    ("days", "words"), [("24856", "24,855"), ("36500", "24,855"), ("40000", "24,855"), ("0", "--days")]
)
def test_days_beyond_the_clock_of_the_engine_are_refused_as_an_option(
    bridgehead: Bridgehead, mine: Path, days: str, words: str
) -> None:
    answer = bridgehead("run", "--data", mine, "--days", days)
    assert (answer.status, answer.out) == (2, "")
    assert "--days" in answer.err
    assert words in answer.err
    for engine in ("simpy", "compiled"):
        assert bridgehead("run", "--data", mine, "--days", days, "--engine", engine).status == 2


def test_a_scenario_among_the_proposals_is_no_proposal_for_the_check_either(bridgehead: Bridgehead, mine: Path) -> None:
    (mine / "proposals").mkdir()
    (mine / "proposals" / "more.yaml").write_text("id: more\ndays: 30\n")
    for command in (["proposals"], ["check"], ["run", "--proposal", "more"]):
        answer = bridgehead(*command, "--data", mine)
        assert answer.status == 2
        assert "changes" in answer.err


@pytest.mark.parametrize("kind", ["scenarios", "experiments"])
def test_a_document_in_the_folder_of_another_kind_is_found(bridgehead: Bridgehead, mine: Path, kind: str) -> None:
    (mine / kind).mkdir()
    texts = {
        "scenarios": "id: e\ntitle_en: e\ntitle_zh: e\nreplications: 2\n",
        "experiments": "id: s\ndays: 30\n",
    }
    (mine / kind / "odd.yaml").write_text(texts[kind])
    assert bridgehead("check", "--data", mine).status == 2


def test_a_scenario_over_tables_with_errors_is_no_sound_scenario(
    bridgehead: Bridgehead, mine: Path, tmp_path: Path
) -> None:
    (tmp_path / "s.yaml").write_text("id: s\ndays: 9\n")
    in_file(mine / "facilities.csv", ",3,working_day", ",three,working_day")
    for command in (["check", tmp_path / "s.yaml"], ["run", "--scenario", tmp_path / "s.yaml"]):
        answer = bridgehead(*command, "--data", mine)
        assert answer.status == 2
        assert "facilities.csv" in answer.err


LONG = (
    "[{op: set, address: durations.coal_gate_mn.mean_min, value: 5256000}, "
    "{op: set, address: durations.coal_gate_mn.cv, value: 20}]"
)
LONGER = LONG.replace("value: 20", "value: 21")


def test_a_fault_that_a_scenario_causes_in_a_row_is_one_of_the_scenario(bridgehead: Bridgehead, tmp_path: Path) -> None:
    files = [tmp_path / "one.yaml", tmp_path / "two.yaml"]
    for file, changes in zip(files, (LONG, LONGER), strict=True):
        file.write_text(f"id: {file.stem}\nchanges: {changes}\n")
    answer = bridgehead("check", *files, "--json", "-")
    found = [one for one in json.loads(answer.out)["findings"] if one["level"] == "error"]
    assert [one["file"] for one in found] == ["one.yaml", "two.yaml"]
    assert all(one["column"].startswith("durations.coal_gate_mn.") and not one["used_by"] for one in found)
    assert all(one["row"] == 2 for one in found)


def test_a_fault_that_a_proposal_causes_in_a_row_is_one_of_the_proposal(bridgehead: Bridgehead, tmp_path: Path) -> None:
    file = tmp_path / "slow.yaml"
    words = "title_en: a\ntitle_zh: a\nmeasure: M01\narticle: a\n"
    changes = "[{op: set, address: facilities.erenhot_transshipment.servers, value: 100000000}]"
    file.write_text(f"id: slow\n{words}changes: {changes}\n")
    answer = bridgehead("check", file, "--json", "-")
    found = [one for one in json.loads(answer.out)["findings"] if one["level"] == "error"]
    assert found
    assert {one["file"] for one in found} == {"slow.yaml"}
    assert all(one["column"].startswith("facilities.erenhot_transshipment") for one in found)


FACTOR = "{address: facilities.exit_gate.servers, low: 1, high: 4}"
LEVELS = ", ".join(
    f"{{address: {one}, levels: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]}}"
    for one in (
        *("facilities.exit_gate.servers", "facilities.entry_customs.servers", "links.border_road.tracks"),
        *("services.trucks_out.priority", "services.trucks_out.load_teu"),
    )
)


@pytest.mark.parametrize(
    "line",
    [
        "replications: 1000000000000",
        "replications: 2\nreplications_per_shard: 1000000000000",
        "replications: 2\ntarget: {kpi: a, port: b, direction: inbound, vehicle_class: c, relative: 1, maximum: 1e6}",
        f"replications: 2\ndesign: {{kind: sobol, points: 1099511627776, factors: [{FACTOR}]}}",
        f"replications: 2\ndesign: {{kind: full_factorial, factors: [{LEVELS}]}}",
    ],
)
def test_an_experiment_of_any_size_is_refused_before_it_takes_memory(
    bridgehead: Bridgehead, mine: Path, tmp_path: Path, line: str
) -> None:
    file = tmp_path / "e.yaml"
    file.write_text(f"id: e\ntitle_en: e\ntitle_zh: e\ndays: 3\n{line}\n")
    for command in (["check", file], ["batch", file, "--out", tmp_path / "out"]):
        answer = bridgehead(*command, "--data", mine)
        assert (answer.status, answer.out) == (2, "")
        assert "100000" in answer.err or "100,000" in answer.err or "1e+05" in answer.err, answer.err
    assert not (tmp_path / "out").exists()


VALUES = (
    *("", "0", "-1", "1", "7", "0.5", "1e9", "1e-9", "99999999", "yes", "no", "x", "2025-02-30", "0001-01-01"),
    *("9999-12-31", "24:00", "00:00", "25:30", "daily", "Mon", "Asia/Urumqi", "truck", "my_port", "our_side", "cn"),
    *("rail_1520", "serve", "hold", "free", "draw", "choose", "constant", "empirical", "timetable", "fleet", "\u2460"),
)


@pytest.mark.parametrize("seed", range(24))
def test_tables_that_the_check_accepts_can_be_run(bridgehead: Bridgehead, mine: Path, seed: int) -> None:
    """Some cells of the template are replaced and some rows are lost or doubled, always the same ones."""
    chance = random.Random(f"check {seed}")
    tables = [file for file in sorted(mine.glob("*.csv")) if len(rows_of(file)) > 1]
    for _ in range(chance.randint(1, 2)):
        file = chance.choice(tables)
        rows = rows_of(file)
        at = chance.randrange(1, len(rows))
        kind = chance.randrange(10)
        if kind == 0 and len(rows) > 2:
            del rows[at]
        elif kind == 1:
            rows.append(["again", *rows[at][1:]])
        else:
            rows[at][chance.randrange(len(rows[at]))] = chance.choice(VALUES)
        with file.open("w", encoding="utf-8", newline="") as sink:
            csv.writer(sink).writerows(rows)
    checked = bridgehead("check", "--data", mine)
    ran = bridgehead("run", "--data", mine, "--json", "-")
    assert "unexpected" not in checked.err + ran.err
    assert checked.status in (0, 2), checked
    assert ran.status == checked.status, (checked.err, ran.err)


def rows_of(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8-sig", newline="") as table:
        return list(csv.reader(table))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("{op: set, address: facilities.exit_gate.opening_date, value: 2026-01-01}", "facility.opens_after_run"),
        ("{op: set, address: services.trucks_out.per_day, value: 60000}", "capacity.overloaded_facility"),
        ("{op: set, address: facilities.exit_gate.headway_min, value: 20}", "facility.unused_headway"),
    ],
)
def test_a_scenario_with_titles_that_may_be_a_proposal_gets_the_warnings_of_its_run(
    bridgehead: Bridgehead, mine: Path, tmp_path: Path, change: str, code: str
) -> None:
    found = []
    for name, titles in (("plain", ""), ("titled", "title_en: t\ntitle_zh: t\n")):
        file = tmp_path / f"{name}.yaml"
        file.write_text(f"id: {name}\n{titles}changes:\n  - {change}\n")
        document = json.loads(bridgehead("check", file, "--data", mine, "--json", "-").out)
        found.append([(one["code"], one["column"]) for one in document["findings"]])
    assert found[0] == found[1]
    assert code in [code for code, _ in found[0]]
