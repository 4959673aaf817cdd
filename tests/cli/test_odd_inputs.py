"""Inputs that no one would write on purpose: each gives the right value or findings, and never a traceback."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from corridors.io import plain_files
from tests.conftest import Told
from tests.helpers.template import in_file, without_rows

Bridgehead = Callable[..., Told]
SHORT = ("--days", "5", "--warmup-days", "0")


def refused(answer: Told, *parts: str) -> None:
    """Exit status 2 and findings that name these parts."""
    assert answer.status == 2, answer
    assert answer.out == ""
    assert "Traceback" not in answer.err
    assert "error: " in answer.err
    for part in parts:
        assert part in answer.err, answer.err


# What is no plain file.

ODD_FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "pipe": (os.mkfifo, "a pipe"),
    "device": (lambda path: path.symlink_to("/dev/zero"), "a device"),
    "empty_device": (lambda path: path.symlink_to("/dev/null"), "a device"),
    "folder": (Path.mkdir, "a folder"),
    "circle": (lambda path: path.symlink_to(path), "symbolic links"),
    "nowhere": (lambda path: path.symlink_to("nowhere"), "no such file"),
}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs the files of Unix")
@pytest.mark.parametrize("odd", ODD_FILES)
@pytest.mark.parametrize("place", ["table", "scenario", "proposal", "experiment"])
def test_what_is_no_plain_file_is_refused_wherever_it_is(
    bridgehead: Bridgehead, mine: Path, tmp_path: Path, odd: str, place: str
) -> None:
    make, words = ODD_FILES[odd]
    file = {"table": mine / "places.csv", "proposal": mine / "proposals" / "odd.yaml"}.get(place, tmp_path / "odd.yaml")
    file.parent.mkdir(exist_ok=True)
    file.unlink(missing_ok=True)
    make(file)
    commands = {
        "table": ["run", "--data", mine],
        "proposal": ["proposals", "--data", mine],
        "scenario": ["run", "--data", mine, "--scenario", file],
        "experiment": ["batch", file, "--data", mine, "--out", tmp_path / "out"],
    }
    refused(bridgehead(*commands[place]), file.name, words)
    assert bridgehead("check", "--data", mine, *([] if place == "table" else [file])).status == 2


@pytest.mark.parametrize("name", ["x" * 300, "x" * 300 + ".yaml", "a/" * 3000 + "b"])
def test_a_name_that_no_file_can_have_is_an_unknown_file(bridgehead: Bridgehead, mine: Path, name: str) -> None:
    refused(bridgehead("run", "--data", mine, "--scenario", name))
    refused(bridgehead("run", "--data", name))
    refused(bridgehead("check", name))
    refused(bridgehead("compare", name))
    refused(bridgehead("batch", name, "--out", mine.parent / "out"))


def test_a_circle_of_links_is_no_data_folder(bridgehead: Bridgehead, tmp_path: Path) -> None:
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    refused(bridgehead("run", "--data", tmp_path / "circle"), "circle")


@pytest.mark.parametrize("kind", ["table", "document"])
def test_a_file_above_the_limit_is_refused_and_one_below_is_read(
    bridgehead: Bridgehead, mine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("BRIDGEHEAD_REUSE", "0")  # A world that was kept is not read again.
    scenario = tmp_path / "long.yaml"
    scenario.write_text(f"id: long\ndays: 5\nwarmup_days: 0\n# {'x' * 60_000}\n")
    in_file(mine / "sources.csv", "to be replaced", "x" * 60_000)
    command = ["run", "--data", mine, "--scenario", scenario]
    assert bridgehead(*command).status == 0
    monkeypatch.setattr(f"corridors.io.{'csv' if kind == 'table' else 'yaml'}_files.LARGEST_{kind.upper()}", 50_000)
    answer = bridgehead(*command)
    refused(answer, "The file is too large", "0.1 MB", {"table": "sources.csv", "document": "long.yaml"}[kind])


def test_an_endless_file_is_read_no_further_than_the_limit(tmp_path: Path) -> None:
    file = tmp_path / "sparse.csv"
    with file.open("wb") as made:
        made.truncate(10**12)
    with pytest.raises(ValueError, match=r"file\.too_large"):
        plain_files.content_of(file, plain_files.LARGEST_TABLE)


# YAML whose words promise another type than the value has.


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("start: !!timestamp foo", "timestamp"),
        ("start: !!timestamp 2025-01-01", "timestamp"),
        ("title_en: !!bool maybe", "maybe"),
        ("days: !!int five", "five"),
        ("days: !!float 1e", "1e"),
        ("title_en: !!binary '$$'", "binary"),
        ("proposals: !!set {a, b}", "set"),
        ("proposals: !!omap [a: 1]", "omap"),
        ("!!merge x: {title_en: s}", "merge"),
        ("days: " + "1" * 5000, "finite number"),
        ("title_en: \"\\ud800\"", "\\ud800"),
        ("title_en: \"\\e[31m\"", "\\x1b"),
        ("title_en: \x07", "\\x07"),
        ("? [a, b]\n: 1", "single value"),
        ("title_en: " + "[" * 5000, "YAML"),
    ],
)  # fmt: skip
def test_yaml_of_the_wrong_kind_is_refused_in_one_line(
    bridgehead: Bridgehead, mine: Path, tmp_path: Path, line: str, words: str
) -> None:
    file = tmp_path / "odd.yaml"
    file.write_text(f"id: odd\n{line}\n", encoding="utf-8")
    for command in (["run", "--data", mine, "--scenario", file], ["check", "--data", mine, file]):
        answer = bridgehead(*command)
        refused(answer, "odd.yaml", words)
        errors = [text for text in answer.err.splitlines() if not text.startswith(("Errors:", "To explain"))]
        assert all(text.startswith(("error: ", "warning: ")) for text in errors), answer.err


def test_twenty_thousand_wrong_keys_are_counted_and_the_first_listed(
    bridgehead: Bridgehead, mine: Path, tmp_path: Path
) -> None:
    file = tmp_path / "keys.yaml"
    file.write_text("id: s\ntitle_en: t\n" + "".join(f"key{n}: 1\n" for n in range(20_000)))
    answer = bridgehead("check", "--data", mine, file)
    refused(answer, "keys.yaml, line 3, key0", "and 19,800 more findings", "Errors: 20000")


# Control characters, which a terminal obeys and a workbook refuses.


@pytest.mark.parametrize("character", ["\x1b", "\x00", "\x07", "\x7f", "\x9b", "\ufffe"])
def test_a_control_character_in_a_name_is_refused_and_shown_as_an_escape(
    bridgehead: Bridgehead, mine: Path, tmp_path: Path, character: str
) -> None:
    in_file(mine / "ports.csv", "My port", f"My{character}port")
    for command in (["run", *SHORT, "--tables", tmp_path / "t.xlsx"], ["check"]):
        answer = bridgehead(*command, "--data", mine)
        refused(answer, "ports.csv, line 2")
        assert character not in answer.err
    assert not (tmp_path / "t.xlsx").exists()


def test_a_control_character_in_a_setting_or_a_new_row_is_refused(
    bridgehead: Bridgehead, mine: Path, tmp_path: Path
) -> None:
    refused(bridgehead("run", "--data", mine, "--set", "ports.my_port.name_en=\x1b[31m"), "control character")
    file = tmp_path / "odd.yaml"
    file.write_text('id: odd\nchanges: [{op: add, address: places.x, row: {country: CN, name_en: "a\\bb"}}]\n')
    refused(bridgehead("run", "--data", mine, "--scenario", file), "control character", "a\\x08b")


def test_a_line_break_in_a_note_is_no_control_character(bridgehead: Bridgehead, mine: Path) -> None:
    in_file(mine / "ports.csv", "an example, replace it by your own figure", "one line\nand one more\tand a tab")
    assert bridgehead("check", "--data", mine).status == 0


# Days at the ends of the calendar.

ENDS = [("0001-01-01", "9999-12-31"), ("2025-01-01", "9999-12-31"), ("0001-01-01", "2025-12-31")]


@pytest.mark.parametrize(("first", "last"), ENDS)
@pytest.mark.parametrize(
    "target", ["ports.my_port", "facilities.exit_gate", "calendars.working_day", "links.factory_road"]
)
def test_a_closure_up_to_the_last_day_of_the_calendar_closes_the_whole_run(
    bridgehead: Bridgehead, mine: Path, tmp_path: Path, first: str, last: str, target: str
) -> None:
    file = tmp_path / "shut.yaml"
    file.write_text(f"id: shut\nchanges: [{{op: close, address: {target}, first_day: {first}, last_day: {last}}}]\n")
    answer = bridgehead("run", "--data", mine, *SHORT, "--scenario", file, "--json", "-")
    assert answer.status == 0, answer.err
    if not target.startswith("links"):
        assert json.loads(answer.out)["vehicles"]["departed"] == 0
    with (mine / "closures.csv").open("a", encoding="utf-8") as table:
        table.write(f"shut,{target.partition('.')[2]},{first},{last},0,own_estimate,assumed,for ever\n")
    assert bridgehead("check", "--data", mine).status == 0
    again = bridgehead("run", "--data", mine, *SHORT, "--json", "-")
    assert json.loads(again.out)["vehicles"] == json.loads(answer.out)["vehicles"]


def test_week_days_of_a_closure_without_end_are_closed_in_the_run(
    bridgehead: Bridgehead, mine: Path, tmp_path: Path
) -> None:
    def served(*more: object) -> int:
        answer = bridgehead("run", "--data", mine, "--days", "14", "--warmup-days", "0", "--json", "-", *more)
        (gate,) = (row for row in json.loads(answer.out)["facilities"] if row["facility"] == "exit_gate")
        return int(gate["served"])

    written = {}
    for name, first, last in (("ever", "0001-01-01", "9999-12-31"), ("year", "2025-01-01", "2025-12-31")):
        written[name] = tmp_path / f"{name}.yaml"
        change = f"{{op: close, address: ports.my_port, first_day: {first}, last_day: {last}, weekdays: Sat;Sun}}"
        written[name].write_text(f"id: {name}\nchanges: [{change}]\n")
    assert served("--scenario", written["ever"]) == served("--scenario", written["year"]) < served()


@pytest.mark.parametrize("column", ["opening_date", "closing_date"])
@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "9999-12-31"])
def test_a_service_may_open_or_close_on_any_day_of_the_calendar(
    bridgehead: Bridgehead, mine: Path, column: str, day: str
) -> None:
    answer = bridgehead("run", "--data", mine, *SHORT, "--set", f"services.trucks_out.{column}={day}", "--json", "-")
    assert answer.status == 0, answer.err
    never = (column == "opening_date") == (day == "9999-12-31")
    assert (json.loads(answer.out)["vehicles"]["arrived"] == 0) is never


# Worlds without a table or a stop.


def test_a_port_that_vehicles_only_pass_has_traffic_and_no_bottleneck(bridgehead: Bridgehead, mine: Path) -> None:
    without_rows(mine / "itineraries.csv", "gate,", "customs,")
    assert bridgehead("check", "--data", mine).status == 0
    answer = bridgehead("run", "--data", mine)
    assert answer.status == 0
    assert re.search(r"Truck +97\.3 trucks +195 +1,950 +0\.2 +0\.2 +0\.0", answer.out), answer.out
    assert "Busiest" not in answer.out
    assert "bottleneck" not in answer.out


@pytest.mark.parametrize("gone", ["rows", "file"])
def test_a_world_of_lines_alone_needs_no_facilities(bridgehead: Bridgehead, mine: Path, gone: str) -> None:
    without_rows(mine / "itineraries.csv", "gate,", "customs,")
    for table in ("facilities", "durations", "ports"):
        if gone == "file":
            (mine / f"{table}.csv").unlink()
        else:
            without_rows(mine / f"{table}.csv", "")
    in_file(mine / "itineraries.csv", "my_port,outbound", ",")
    answer = bridgehead("run", "--data", mine, *SHORT, "--json", "-")
    assert answer.status == 0, answer.err
    assert json.loads(answer.out)["vehicles"]["departed"] > 400
    assert bridgehead("run", "--data", mine, *SHORT).status == 0
    assert "error" not in bridgehead("check", "--data", mine).err


def test_a_table_that_itineraries_name_is_missed_once(bridgehead: Bridgehead, mine: Path) -> None:
    (mine / "facilities.csv").unlink()
    without_rows(mine / "durations.csv", "")
    answer = bridgehead("check", "--data", mine)
    refused(answer, "facilities.csv: A required table is missing", "durations.csv: A required table has no rows")
    assert "Errors: 2" in answer.err
