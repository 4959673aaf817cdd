"""What changes nothing, fits nowhere or changes money only is said by the command itself, with its reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.cli.words import not_one_of
from sim.text.findings import in_language
from tests.conftest import Told

Bridgehead = Callable[..., Told]
SHORT = ("--days", 5, "--warmup-days", 1)


def scenario(folder: Path, text: str) -> Path:
    file = folder / "mine.yaml"
    file.write_text(f"id: mine\n{text}")
    return file


@pytest.mark.parametrize(("language", "words"), [("en", "2025-03-01, by --start and --days"), ("zh", "2025-03-01")])
def test_pairs_are_refused_for_a_closure_outside_the_run(
    bridgehead: Bridgehead, mine: Path, language: str, words: str
) -> None:
    asked = ("run", "--data", mine, *SHORT, "--pairs", 2, "--language", language)
    answer = bridgehead(*asked, "--close", "my_port:2@2025-03-01")
    assert (answer.status, answer.out) == (2, "")
    assert words in answer.err
    # Beside a change with an effect the pairs are run, and the answer has the reason.
    both = bridgehead(*asked, "--close", "my_port:2@2025-03-01", "--set", "facilities.exit_gate.servers=+1")
    assert both.status == 0
    reason = {"en": "its days are outside the run", "zh": "日期不在仿真期内"}[language]
    assert reason in both.out


def test_a_dearer_charge_is_answered_with_the_cost_of_a_tonne(bridgehead: Bridgehead, mine: Path) -> None:
    """45 USD more for 20 t are 2.25 USD a tonne, the same in each pair."""
    asked = ("run", "--data", mine, *SHORT, "--set", "facilities.exit_gate.handling_usd=50")
    answer = bridgehead(*asked, "--pairs", 2)
    assert "Cost of a tonne, Truck: 2.25 USD more (the same in each pair)." in answer.out
    single = bridgehead(*asked)
    cost = next(
        row["value"]
        for row in json.loads(bridgehead(*asked, "--json", "-").out)["kpis"]
        if (row["kpi"], row["side"], row["class"]) == ("cost_usd_per_t", "both", "truck")
    )
    assert f"Cost per tonne: My port, Truck, outbound {cost:.3g} USD/t" in " ".join(single.err.split())
    plain = bridgehead("run", "--data", mine, *SHORT, "--set", "facilities.exit_gate.servers=+1", "--pairs", 2)
    assert "Cost of a tonne" not in plain.out


def test_days_of_a_scenario_are_told_to_override_the_parameter(bridgehead: Bridgehead, mine: Path) -> None:
    file = scenario(
        mine.parent, "days: 5\nchanges: [{op: set, address: parameters.run_days.value, value: 20}]\nwarmup_days: 1\n"
    )
    assert "[idle.days_of_scenario]" in bridgehead("check", "--data", mine, file).err
    assert "[idle.days_of_scenario]" in bridgehead("run", "--data", mine, "--scenario", file).err


def test_a_warmup_that_does_not_fit_is_found_by_the_check(bridgehead: Bridgehead, mine: Path) -> None:
    file = scenario(mine.parent, "days: 5\nchanges: [{op: add, address: facilities.exit_gate.servers, value: 1}]\n")
    answer = bridgehead("check", "--data", mine, file)
    assert "mine.yaml, line 2, days: The warm-up of 7 days does not fit into 5 days" in " ".join(answer.err.split())
    assert answer.status == 0


def test_a_run_that_is_too_large_names_the_change(bridgehead: Bridgehead, mine: Path) -> None:
    file = scenario(
        mine.parent,
        "changes:\n"
        "  - {op: set, address: facilities.exit_gate.mtbf_h, value: 0.05}\n"
        "  - {op: set, address: facilities.exit_gate.mttr_h, value: 0.01}\n"
        "days: 20000\n",
    )
    for command in (("run", "--data", mine, "--scenario", file), ("check", "--data", mine, file)):
        answer = bridgehead(*command)
        assert answer.status == 2
        assert "mine.yaml, line 3, facilities.exit_gate.mtbf_h" in " ".join(answer.err.split())


@pytest.mark.parametrize(
    ("close", "words"),
    [
        ("my_port:2@2025-02-30", ("The calendar has no such day", "'2025-02-30'")),
        ("my_port:2@2025-01-03*1", ("a share below 1", "'1'")),
        ("my_port:2@2025-02-30*2", ("The calendar has no such day", "a share below 1")),
        ("my_port@2025-01-03", ("ID:DAYS@DATE",)),
    ],
)
def test_a_closure_by_option_is_refused_for_what_is_wrong(
    bridgehead: Bridgehead, mine: Path, close: str, words: tuple[str, ...]
) -> None:
    answer = bridgehead("run", "--data", mine, "--close", close)
    assert answer.status == 2
    assert all(word in " ".join(answer.err.split()) for word in words)


@pytest.mark.parametrize(
    ("days", "near"), [("Sunday", "Sun"), ("Sat, Sun", "Sat;Sun"), ("monday-friday", "Mon-Fri"), ("weekend", "Sat;Sun")]
)
def test_week_days_in_another_form_have_the_form_that_is_read(
    bridgehead: Bridgehead, mine: Path, days: str, near: str
) -> None:
    shut = f"op: close, address: facilities.exit_gate, first_day: 2025-01-05, last_day: 2025-01-31, weekdays: '{days}'"
    file = scenario(mine.parent, f"changes:\n  - {{{shut}}}\n")
    found = json.loads(bridgehead("check", "--data", mine, file, "--json", "-").out)["findings"]
    assert [(one["code"], one["nearest"]) for one in found] == [("change.weekdays", near)]
    assert found[0]["expected"]


@pytest.mark.parametrize(
    ("zone", "near"),
    [
        ("UTC+8", "Asia/Shanghai"),
        ("GMT+07:00", "Asia/Hovd"),
        ("+3", "Europe/Moscow"),
        ("UTC+4", "Etc/GMT-4"),
        ("UTC+0", "UTC"),
    ],
)
def test_an_offset_has_a_zone_with_that_offset(bridgehead: Bridgehead, mine: Path, zone: str, near: str) -> None:
    table = mine / "calendars.csv"
    table.write_text(table.read_text(encoding="utf-8-sig").replace("Asia/Shanghai", zone), encoding="utf-8")
    found = json.loads(bridgehead("check", "--data", mine, "--json", "-").out)["findings"]
    assert [(one["code"], one["nearest"]) for one in found if one["level"] == "error"] == [("cell.not_zone", near)]


def test_a_sensitivity_of_a_world_without_ranges_says_why(bridgehead: Bridgehead, mine: Path, tmp_path: Path) -> None:
    answer = bridgehead("sensitivity", "--data", mine, "--out", tmp_path / "out")
    assert (answer.status, answer.out) == (2, "")
    assert "none can be varied" in " ".join(answer.err.split())


def test_of_many_names_the_nearest_are_listed() -> None:
    names = [f"port_{n}.truck.dwell_h_mean" for n in range(60)]
    found = not_one_of("--best", "port_7.truck.dwell", names)
    text = str(in_language(found, "en").expected)
    assert found.nearest.startswith("port_")
    assert text.endswith("or another of 60 names")
    assert text.count("port_") == 4
    assert str(in_language(not_one_of("--best", "x", names[:3]), "en").expected).count("port_") == 3


def test_a_run_on_days_without_traffic_says_so(bridgehead: Bridgehead, mine: Path) -> None:
    """The flow runs from February on: the days of the tables have some of it, those of January none."""
    table = mine / "services.csv"
    rows = [line.split(",") for line in table.read_text(encoding="utf-8-sig").splitlines()]
    rows[1][rows[0].index("opening_date")] = ""
    rows[1][rows[0].index("profile_month")] = "later"
    table.write_text("\n".join(map(",".join, rows)) + "\n", encoding="utf-8")
    with (mine / "profiles.csv").open("a", encoding="utf-8") as profiles:
        profiles.write("later,month,0;1;1;1;1;1;1;1;1;1;1;1,own_estimate,assumed,made up\n")
    assert "service.no_traffic" not in bridgehead("check", "--data", mine).err
    answer = bridgehead("run", "--data", mine, "--days", 20, "--warmup-days", 2)
    assert answer.status == 0
    assert "No vehicle crosses in the measured days: My port (Truck, outbound)." in " ".join(answer.err.split())
