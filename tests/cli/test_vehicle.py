"""`vehicle`: the list of the slowest names vehicles that the command then shows, and odd ids are refused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from corridors.load import load_corridor
from sim.cli import words
from sim.cli.vehicle import waits_and_stay
from sim.text.catalogue import Language
from sim.text.names import Names
from tests.conftest import Told

Bridgehead = Callable[..., Told]
SHORT = ("--days", "6", "--warmup-days", "1")


def test_a_vehicle_of_the_list_has_its_hours_step_by_step(bridgehead: Bridgehead, mine: Path) -> None:
    listed = json.loads(bridgehead("vehicle", *SHORT, "--data", mine, "--top", 3, "--json", "-").out)
    assert len(listed["slowest"]) == 3
    slowest = listed["slowest"][0]
    shown = json.loads(bridgehead("vehicle", slowest["vehicle"], *SHORT, "--data", mine, "--json", "-").out)
    at_port = [one for one in shown["steps"] if one["port"] == slowest["port"]]
    assert at_port[0]["queued_utc"] == slowest["enter_utc"]
    assert sum(one["wait_h"] for one in at_port) == pytest.approx(slowest["wait_h"])
    assert shown["vehicle"] == slowest["vehicle"]
    assert shown["trips"] == 1


def test_the_table_names_facilities_and_clocks(bridgehead: Bridgehead, mine: Path) -> None:
    answer = bridgehead("vehicle", *SHORT, "--data", mine, "--top", 1)
    assert "Crossings with the longest dwell time: 1" in answer.out
    assert "+08" in answer.out
    name = next(word for word in answer.out.split() if word.startswith("trucks_out-"))
    english, chinese = (
        bridgehead("vehicle", name, *SHORT, "--data", mine, *language).out for language in ((), ("--language", "zh"))
    )
    assert name in english
    assert re.search(r"^Arrives at .+ on 20\d\d-\d\d-\d\d \d\d:\d\d \+\d\d, [\d.]+ h after ", english, re.MULTILINE)
    assert "Steps of less than a minute are left out." in english
    assert name in chinese
    assert re.search(r"^20.+到达.+小时；等待", chinese, re.MULTILINE)
    assert not re.search(r"\b0\.00\b", english), "rows of no time"


def test_the_first_line_has_arrival_and_waits_of_the_steps(bridgehead: Bridgehead, mine: Path) -> None:
    (slowest,) = json.loads(bridgehead("vehicle", *SHORT, "--data", mine, "--top", 1, "--json", "-").out)["slowest"]
    asked = ("vehicle", slowest["vehicle"], *SHORT, "--data", mine)
    steps = json.loads(bridgehead(*asked, "--json", "-").out)["steps"]
    (answer,) = [line for line in bridgehead(*asked).out.splitlines() if line.startswith("Arrives at ")]
    shown = [f"{day}T{time}{ahead}:00" for day, time, ahead in re.findall(r"(20\d\d-\S+) (\S+) (\+\d\d)", answer)]
    end, begin = (datetime.fromisoformat(one) for one in shown)
    assert end == datetime.fromisoformat(steps[-1]["finished_utc"]).replace(second=0)
    assert begin == datetime.fromisoformat(steps[0]["queued_utc"]).replace(second=0)
    hours, most = re.findall(r"([\d.]+) h", answer)[1:]
    assert float(hours) == pytest.approx(sum(one["wait_h"] for one in steps), abs=0.05)
    by_place = {one["at"]: sum(other["wait_h"] for other in steps if other["at"] == one["at"]) for one in steps}
    assert float(most) == pytest.approx(max(by_place.values()), abs=0.05)


def step(at: str, wait_h: float, cause: str, worked_h: float = 0.0, place: str = "zamyn_uud") -> dict[str, Any]:
    """One step of a journey away from ports."""
    started_s = round(wait_h * 3600)
    finished_s = started_s + round(worked_h * 3600)
    times = {"queued_s": 0, "started_s": started_s, "finished_s": finished_s, "departed_s": finished_s}
    return times | {"at": at, "place": place, "port": "", "side": "", "cause": cause, "wait_h": wait_h, "closed_h": 0.0}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (
            "en",
            r"it waits 5\.50 h, most at Sainshand.*: 3\.00 h in all \(mostly: waits for an opposing train\); "
            r"queues apart, it stays longest at Malaszewicze: 86\.5 h",
        ),
        (
            "zh",
            "等待5.50小时，其中最久在赛音山达.*：合计3.00小时（主要为.*）；不计排队，停留最久在马拉舍维奇：86.5小时",
        ),
    ],
)
def test_the_place_of_most_wait_has_the_sum_of_its_waits_and_the_longest_stay_is_named(
    monkeypatch: pytest.MonkeyPatch, code: Language, expected: str
) -> None:
    """No single wait is the longest there, and what is stood without a queue is no wait."""
    line = "sainshand_zamyn_uud"
    steps = [
        step("zamynuud_transshipment", 2.5, "busy", 8.9),
        *(step(line, wait_h, "opposing_train", 0.6) for wait_h in (0.9, 0.8)),
        step(line, 1.3, "train_ahead"),
        step("beijing", 0.0, "", 14.2, place="beijing"),
        step("malaszewicze", 0.0, "", 40.5, place="malaszewicze"),
        step("malaszewicze", 0.0, "", 46.0, place="malaszewicze"),
    ]
    monkeypatch.setattr(words, "_language", code)
    said = waits_and_stay(pd.DataFrame(steps), Names.of(load_corridor(), code), horizon_s=10**7)
    assert re.fullmatch(expected, said)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("trucks_ou-000001", "error: ID: expected a vehicle of the run, such as trucks_out-000000; found "),
        ("trucks_out-999999", "error: ID: expected a vehicle of the run, such as trucks_out-000000; found "),
        ("trucks_out", "error: ID: expected a vehicle of the run"),
        ("trucks_out-000000.7", "error: ID: expected a trip from 0 to 0; found "),
        ("trucks_out-000000.x", "error: ID: expected a trip from 0 to 0; found "),
    ],
)
def test_an_unknown_vehicle_is_refused(bridgehead: Bridgehead, mine: Path, asked: str, expected: str) -> None:
    answer = bridgehead("vehicle", asked, *SHORT, "--data", mine)
    assert (answer.status, answer.out) == (2, "")
    assert expected in answer.err


def test_a_train_graph_needs_a_railway_and_a_known_line(bridgehead: Bridgehead, mine: Path, tmp_path: Path) -> None:
    file = ("--train-graph", tmp_path / "g.svg")
    answer = bridgehead("run", *SHORT, "--data", mine, *file)
    assert (answer.status, answer.out) == (2, "")
    assert "--train-graph: expected data with a railway line" in answer.err
    answer = bridgehead("run", *SHORT, "--line", "sainshand_zamin_uud", *file)
    assert "did you mean 'sainshand_zamyn_uud'?" in answer.err
    answer = bridgehead("run", *SHORT, "--line", "sainshand_zamyn_uud")
    assert "--train-graph: expected a file" in answer.err


def test_an_unknown_port_and_class_are_refused_together(bridgehead: Bridgehead, mine: Path) -> None:
    answer = bridgehead("vehicle", *SHORT, "--data", mine, "--port", "prot", "--class", "lorry")
    assert answer.status == 2
    assert "error: --port: expected one of" in answer.err
    assert "error: --class: expected one of" in answer.err


def test_a_vehicle_has_no_list_of_a_port(bridgehead: Bridgehead, mine: Path) -> None:
    answer = bridgehead("vehicle", "trucks_out-000001", *SHORT, "--data", mine, "--port", "my_port")
    assert answer.status == 2
    assert "error: --port: expected without this option, which is for the list of the slowest" in answer.err


@pytest.mark.parametrize("which", ["nosuch", "nosuch-000001", "nosuch-000001.0002"])
def test_a_vehicle_of_no_service_is_refused_before_the_run(
    bridgehead: Bridgehead, mine: Path, which: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*arguments: object, **more: object) -> None:
        raise AssertionError("simulated")

    monkeypatch.setattr("sim.run.run_scenario", never)
    answer = bridgehead("vehicle", which, "--data", mine)
    assert answer.status == 2
    assert "-000000" in answer.err
