"""The table of roots of waiting: places, roots with what lies behind a stock, hours and shares of each traffic."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import openpyxl
import pandas as pd
import pytest

from sim.kpi.waiting_roots import COLUMNS
from sim.reports.root_tables import root_details, root_table
from sim.reports.table_files import workbook
from sim.run import RunResult, prepare, run_scenario
from sim.text.names import Names
from tests.helpers.small_border import small_border

TRUCKS = ("pass", "inbound", "truck")
TRAINS = ("pass", "outbound", "train")
NONE = ("", "", "")
SHARE = "Share of the waiting\nof the traffic there"


def roots(*rows: tuple[Any, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS)


BY_HAND = roots(
    (*TRUCKS, "lanes", "lanes", "hours", *NONE, 30.0),
    (*TRUCKS, "lanes", "lanes", "closure_or_pace", *NONE, 10.0),
    (*TRUCKS, "tracks", "bays", "at_work", "wagon_sets", "full", "ore", 50.0),
    (*TRUCKS, "tracks", "wall_gate_steppe_gate", "travel", "wagon_sets", "full", "ore", 5.0),
    (*TRUCKS, "tracks", "steppe_gate_north_mine", "travel", "wagon_sets", "full", "ore", 4.0),
    (*TRUCKS, "tracks", "tracks", "repair", *NONE, 1.0),  # Below the least share.
    (*TRAINS, "tracks", "customs", "at_work", *NONE, 400.0),
    ("other", "inbound", "truck", "lanes", "lanes", "at_work", *NONE, 7.0),
    ("", "", "train", "plain_wall_gate", "plain_wall_gate", "at_work", *NONE, 9.0),
)


def test_roots_of_a_port_by_traffic_with_shares_of_its_waiting() -> None:
    made = root_table(BY_HAND, Names.of(small_border()), "pass")
    assert made.columns == ("Traffic", "Waits for", "In the end for", "Waiting\nvehicle-hours", SHARE)
    assert made.rows == (
        ("Train, outbound", "Tracks", "Customs (at work)", "400", "100%"),
        ("Truck, inbound", "Tracks", "Wagon sets (full): Ore, Bays (at work)", "50.0", "50%"),
        ("Truck, inbound", "Lanes", "Lanes (outside opening hours on arrival)", "30.0", "30%"),
        ("Truck, inbound", "Lanes", "Lanes (closure before the queue is served)", "10.0", "10%"),
        ("Truck, inbound", "Tracks", "Wagon sets (full): Ore, under way", "9.00", "9%"),
    )
    assert made.texts == 3


def test_roots_of_all_places_name_the_port_and_end_with_what_is_outside() -> None:
    made = root_table(BY_HAND, Names.of(small_border()))
    assert made.columns[0] == "Port"
    assert [row[0] for row in made.rows] == ["other", *["Pass"] * 5, "Outside the ports"]
    assert made.rows[-1][1:] == ("Train", *made.rows[-1][2:4], "9.00", "100%")
    assert made.texts == 4


def test_hours_of_a_traffic_add_up_to_all_its_waiting_as_the_note_says() -> None:
    table = BY_HAND[BY_HAND["class"] == "train"]
    made = root_table(table, Names.of(small_border()))
    assert sum(float(row[-2]) for row in made.rows) == table["hours"].sum() == 409


def test_roots_outside_the_ports_have_their_own_table() -> None:
    made = root_table(BY_HAND, Names.of(small_border(), "zh"), "")
    assert made.columns[0] == "运输类别"
    assert [row[-2:] for row in made.rows] == [("9.00", "100%")]
    assert Names.of(small_border(), "zh").place("") == "口岸以外"


def test_roots_in_chinese() -> None:
    made = root_table(BY_HAND, Names.of(small_border(), "zh"), "pass")
    assert made.rows[1][2:] == ("wagon_sets（已满）：ore，bays（作业中）", "50.0", "50%")
    assert made.rows[3][2] == "lanes（临时关闭开始时仍在排队）"


def test_a_port_without_waiting_has_no_details() -> None:
    names = Names.of(small_border())
    assert root_details(BY_HAND, names, "nowhere") == ""
    assert "Customs (at work)" in root_details(BY_HAND, names, "pass")


@pytest.fixture(scope="module")
def run() -> RunResult:
    return run_scenario(prepare(small_border(), start=date(2023, 1, 2), days=12, warmup_days=2), "simpy")


def test_workbook_has_every_root_and_all_waiting(run: RunResult) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(run, run.record(), run.case.corridor)), read_only=True)
    head, *rows = book["Roots of waiting"].iter_rows(values_only=True)
    assert head[4:6] == ("In the end for", "State of the root")
    assert len(rows) == len(run.waiting_by_root) > 0
    assert all(row[0] for row in rows), "no row without a port or the words for what is outside"
    assert sum(row[-1] for row in rows) == pytest.approx(run.waiting["hours"].sum())
