"""`port`: what waits where at an instant, the same however long the run was meant to be, in both languages."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from corridors.load import load_corridor
from sim.cli import paired_runs
from sim.kpi.replay_frames import replay
from sim.run import prepare, run_scenario
from sim.text.catalogue import ids
from tests.conftest import Told

Bridgehead = Callable[..., Told]
DAYS = ("--start", "2023-07-18", "--days", "8", "--warmup-days", "2")
MORNING = ("ganqimaodu", "--at", "2023-07-21T08:00")
PAGE = Path(__file__).parents[2] / "docs" / "command-line.md"
COMMAND_OF = {"servers": "run", "close": "run", "best": "run", "demand": "run", "trip": "vehicle", "why": "validate"}
"""The command of each question of the first page, in the order of the page."""


def plain(told: Told) -> dict[str, Any]:
    assert told.status == 0, told.err
    document: dict[str, Any] = json.loads(told.out)
    return document


def test_the_counts_are_those_of_the_replay_of_the_whole_run(bridgehead: Bridgehead) -> None:
    found = plain(bridgehead("port", *MORNING, *DAYS, "--json", "-"))
    assert (found["port"], found["at_utc"]) == ("ganqimaodu", "2023-07-21T00:00:00Z")
    assert found["run"]["days"] == 5, "no longer than needed"
    whole = run_scenario(prepare(load_corridor(), start=date(2023, 7, 18), days=8, warmup_days=2))
    second = 3 * 86400
    seen = replay(whole.trace, second, second + 600)
    queues: dict[str, int] = {}
    for queue in seen.queues:
        if queue.port == "ganqimaodu":
            queues[queue.thing] = queues.get(queue.thing, 0) + int(queue.waiting[0])
    waiting: dict[str, int] = {}
    for part in found["parts"]:
        waiting[part["thing"]] = waiting.get(part["thing"], 0) + part["waiting"]
    assert {thing: n for thing, n in waiting.items() if n} == {thing: n for thing, n in queues.items() if n}
    assert found["waiting"] == sum(waiting.values()) > 0
    busy = {queue.thing: int(queue.busy[0]) for queue in seen.queues if queue.port == "ganqimaodu" and queue.crosses}
    assert {
        part["thing"]: part["busy"] for part in found["parts"] if part["servers"] is not None
    }.items() <= busy.items()


def test_the_table_names_facilities_clocks_and_those_who_wait(bridgehead: Bridgehead) -> None:
    english = bridgehead("port", *MORNING, *DAYS)
    assert "Ganqimaodu - Gashuunsukhait, 2023-07-21 08:00 +08" in english.out
    assert re.search(r"^[\d,]+ vehicles wait\.$", english.out, re.MULTILINE)
    assert re.search(r"Coal truck [\d,]+", english.out)
    assert not re.search("Ceke|Erenhot|Manzhouli", english.err), "notes on other ports"
    chinese = bridgehead("port", *MORNING, *DAYS, "--language", "zh")
    assert "甘其毛都" in chinese.out
    assert "排队车辆共" in chinese.out
    assert re.search(r"运煤车[\d,]+", chinese.out)


def test_the_picture_has_a_box_for_each_part_with_the_number_that_waits(bridgehead: Bridgehead, tmp_path: Path) -> None:
    file = tmp_path / "port.svg"
    found = plain(bridgehead("port", *MORNING, *DAYS, "--picture", file, "--json", "-"))
    drawn = ElementTree.fromstring(file.read_text(encoding="utf-8"))
    texts = [one.text or "" for one in drawn.iter("{http://www.w3.org/2000/svg}text")]
    boxes = drawn.findall("{http://www.w3.org/2000/svg}g")
    assert len(boxes) == len(found["parts"]) > 10
    for part in found["parts"]:
        assert not part["waiting"] or f"{part['waiting']:,}" in texts
    width, height = (float(drawn.attrib[name]) for name in ("width", "height"))
    for one in drawn.iter("{http://www.w3.org/2000/svg}rect"):
        x, y = float(one.attrib.get("x", 0)), float(one.attrib.get("y", 0))
        assert 0 <= x <= x + float(one.attrib["width"]) <= width
        assert 0 <= y <= y + float(one.attrib["height"]) <= height


def test_a_picture_of_another_kind_is_refused(bridgehead: Bridgehead, tmp_path: Path) -> None:
    told = bridgehead("port", *MORNING, *DAYS, "--picture", tmp_path / "port.png")
    assert told.status == 2
    assert "--picture" in told.err


def test_an_instant_with_an_offset_is_the_same_instant(bridgehead: Bridgehead) -> None:
    local, offset = (
        plain(bridgehead("port", "ganqimaodu", "--at", at, *DAYS, "--json", "-"))["parts"]
        for at in ("2023-07-21T08:00", "2023-07-21T00:00Z")
    )
    assert local == offset


@pytest.mark.parametrize("at", ["2023-07-19T12:00", "2023-07-26T08:00", "2022-01-01T00:00"])
def test_an_instant_outside_the_measured_days_is_refused_with_these_days(bridgehead: Bridgehead, at: str) -> None:
    told = bridgehead("port", "ganqimaodu", "--at", at, *DAYS)
    assert (told.status, told.out) == (2, "")
    assert "--at: expected an instant in the measured days of the run, 2023-07-20 to 2023-07-25; --start" in told.err


def test_an_unknown_port_and_a_wrong_instant_are_refused_together(bridgehead: Bridgehead) -> None:
    told = bridgehead("port", "ganqimao", "--at", "eight", *DAYS)
    assert told.status == 2
    assert "error: PORT: expected one of" in told.err
    assert "did you mean 'ganqimaodu'?" in told.err
    assert "error: --at: expected an instant, such as" in told.err


def questions() -> list[str]:
    """The commands of the section of the docs with the questions of the first page."""
    section = PAGE.read_text(encoding="utf-8").partition("\n## Questions of the first page")[2].partition("\n## ")[0]
    (block,) = re.findall(r"^```\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    return [re.sub(r"\s+#.*", "", line) for line in block.splitlines()]


@pytest.mark.parametrize(
    ("number", "english", "chinese"),
    [
        (1, "Gashuunsukhait", "嘎顺苏海图"),
        (2, "Ceke", "策克"),
        (3, "Erenhot", "二连浩特"),
        (4, "Erenhot", "二连浩特"),
        (5, "2023-08-01", "2023-08-01"),
        pytest.param(6, "published", "公开", marks=pytest.mark.slow),
        (7, "Erenhot", "二连浩特"),
        (8, "Ganqimaodu", "甘其毛都"),
    ],
)
def test_each_question_of_the_first_page_is_one_command(
    bridgehead: Bridgehead,
    number: int,
    english: str,
    chinese: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On few days and in two pairs; the answer comes, and names the place. Every second one is asked in Chinese.

    In one process: others would take longer to start than these few runs take.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(paired_runs, "processes", lambda workers: workers or 1)
    lines = questions()
    assert len(lines) == 8
    words = shlex.split(lines[number - 1])[1:]
    is_paired = "--pairs" in words or "--best" in words
    short = ("--start", "2023-07-30", "--days", "4", "--warmup-days", "1") if is_paired or words[0] == "port" else ()
    pairs = ("--pairs", "2") if is_paired else ()
    language, word = ("en", english) if number % 2 else ("zh", chinese)
    told = bridgehead(*words, *short, *pairs, "--language", language)
    assert told.status == 0, told.err
    assert word in told.out
    assert (tmp_path / "line.bridgehead").exists() == (number == 7)


def test_the_questions_that_the_first_page_asks_come_first() -> None:
    asked = {id.removeprefix("ask_") for id in ids("app_questions") if id.startswith("ask_")}
    assert asked == set(COMMAND_OF)
    commands = [line.split()[1] for line in questions()]
    assert commands[: len(COMMAND_OF)] == list(COMMAND_OF.values())


def test_the_answer_comes_before_the_notes_and_who_has_just_come_waits_no_hours(bridgehead: Bridgehead) -> None:
    """The gate opens at eight: those who waited at the gate join the queue for the lanes at that second."""
    told = bridgehead("port", "ganqimaodu", "--at", "2023-07-21T08:00", *DAYS)
    lanes = next(line for line in told.out.splitlines() if "Coal lanes out of Mongolia" in line)
    assert lanes.rstrip().endswith("just now")
    assert "just now: the first of them joined this queue within the last minute" in told.out
    parts = plain(bridgehead("port", "ganqimaodu", "--at", "2023-07-21T08:00", *DAYS, "--json", "-"))["parts"]
    (came,) = (part["classes"] for part in parts if part["thing"] == "gashuunsukhait_lanes" and part["classes"])
    assert all(one["longest_wait_h"] < 1 / 60 for one in came)
    others = [line.rstrip() for line in told.out.splitlines() if "Lanes out of China" in line]
    assert others
    assert all(re.search(r" \d+\.\d+$", line) for line in others), "who waits since the evening before"
