"""Notes on a run in every output: queues that grow, cargo that is not delivered, stocks that drift."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Sequence
from html import unescape
from pathlib import Path

import openpyxl
import pytest

from corridors.load import load_corridor
from sim.reports.run_notes import note_texts
from sim.reports.run_report import report_html
from sim.reports.table_files import workbook
from sim.run import RunResult, prepare, run_scenario
from sim.text.names import Names
from tests.conftest import Told

FALLS = (
    "Coal in the supervised yards (Ceke - Shiveekhuren): the level falls by 22,144 t per day within the measured days, "
    "from 375,884 t to 176,584 t. At this rate the stock is empty 8 days after the end of the run."
)


@pytest.fixture(scope="module")
def result() -> RunResult:
    """Nine measured days of the base year, in which the yards give more than they receive."""
    return run_scenario(prepare(load_corridor(), days=40))


def test_a_stock_that_falls_is_reported_with_the_days_until_it_is_empty(result: RunResult) -> None:
    texts = note_texts(result, Names.of(result.case.corridor))
    assert FALLS in texts
    moved = "Ceke - Shiveekhuren: 38,542 t/day cross the border, 60,687 t/day are delivered;"
    assert any(text.startswith(moved) for text in texts)
    assert sum("Ganqimaodu" in text for text in texts) == len(
        note_texts(result, Names.of(result.case.corridor), "ganqimaodu")
    )
    assert not any("wagon" in text for text in texts)  # Pools rise and fall by less than a day's traffic.


@pytest.mark.parametrize("language", ["en", "zh"])
def test_report_and_workbook_have_the_notes_and_the_stocks(result: RunResult, language: str) -> None:
    names = Names.of(result.case.corridor, language)
    texts = note_texts(result, names)
    page = unescape(report_html(run=result, corridor=result.case.corridor, meta=result.record(), language=language))
    made = workbook(result, result.record(), result.case.corridor, language)
    book = openpyxl.load_workbook(io.BytesIO(made))
    notes, stocks = ("Notes", "Stocks") if language == "en" else ("说明", "存量")
    assert [row[0].value for row in book[notes].iter_rows(min_row=2)] == texts
    assert all(text in page for text in texts)
    assert book[stocks].max_row == 1 + len(result.stocks)
    assert names.stock("coal_ceke") in page
    assert (names.unit("train sets") == "组") == (language == "zh")


def test_json_has_the_stocks_and_null_where_there_is_no_value(result: RunResult) -> None:
    rows = {row["stock"]: row for row in result.as_json()["stocks"]}
    assert rows["coal_ceke"]["days_until_full"] is None
    assert rows["coal_ceke"]["change"] == -199_300
    assert rows["agv_boxes"]["change"] is None
    assert rows["wagons_ubtz"]["capacity"] is None


GROWS = (
    "My port, Truck, outbound: the queue grows without bound, by 151 vehicles per day on average, mainly at Exit gate. "
    "297 vehicles arrive per day and 147 get through: the demand exceeds the capacity by 102%."
)
"""By hand 156 a day: of 300 trucks the gate passes 180, 24 server-hours at 8 minutes; customs 144, 36 at 15 minutes."""


@pytest.fixture
def overloaded(bridgehead: Callable[..., Told], tmp_path: Path) -> Sequence[str | Path]:
    """Options of a run of a world with more than its gate and customs can clear."""
    assert bridgehead("new", tmp_path / "mine").status == 0
    return ("run", "--data", tmp_path / "mine", "--set", "services.trucks_out.per_day=*3", "--days", "40")


def test_run_reports_a_queue_that_grows_and_marks_its_hours(
    bridgehead: Callable[..., Told], overloaded: Sequence[str | Path], tmp_path: Path
) -> None:
    files = ("--report", tmp_path / "r.html", "--tables", tmp_path / "t.xlsx")
    answer = bridgehead(*overloaded, *files)
    assert answer.status == 0
    assert GROWS in answer.err
    assert re.search(r"Truck .*\d†.*\d†.*\d†", answer.out)
    page = unescape((tmp_path / "r.html").read_text(encoding="utf-8"))
    assert GROWS in page
    assert re.search(r">[\d.,]+†<", page)
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert str(book["Notes"]["A2"].value).startswith(GROWS)
    chinese = bridgehead(*overloaded, "--language", "zh")
    assert "排队持续增长，平均每天增加151列（辆），主要在出境卡口" in chinese.err


def test_json_has_the_queues_that_grow(bridgehead: Callable[..., Told], overloaded: Sequence[str | Path]) -> None:
    answer = bridgehead(*overloaded, "--json", "-")
    [row] = json.loads(answer.out)["growing_queues"]
    assert (row["port"], row["direction"], row["class"]) == ("my_port", "outbound", "truck")
    assert row["facility"] == "exit_gate"
    assert row["ci_low"] < 156 < row["ci_high"]
    assert GROWS in answer.err


def test_a_steady_run_has_no_notes_and_no_marks(bridgehead: Callable[..., Told], tmp_path: Path) -> None:
    assert bridgehead("new", tmp_path / "mine").status == 0
    answer = bridgehead("run", "--data", tmp_path / "mine", "--days", "40")
    assert "Note" not in answer.err
    assert "†" not in answer.out
