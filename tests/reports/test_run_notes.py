"""Notes on a run: cargo that is not delivered and stocks that drift, in every output."""

from __future__ import annotations

import io
from html import unescape

import openpyxl
import pytest

from corridors.load import load_corridor
from sim.reports.run_notes import note_texts
from sim.reports.run_report import report_html
from sim.reports.table_files import workbook
from sim.run import RunResult, prepare, run_scenario
from sim.text.names import Names

FALLS = (
    "Coal in the supervised yards (Ceke - Shiveekhuren): the level falls by 13,398 t per day within the measured days, "
    "from 304,204 to 183,624. At this rate the stock is empty 14 days after the end of the run."
)


@pytest.fixture(scope="module")
def result() -> RunResult:
    """Nine measured days of the base year, in which the yards give more than they receive."""
    return run_scenario(prepare(load_corridor(), days=40))


def test_a_stock_that_falls_is_reported_with_the_days_until_it_is_empty(result: RunResult) -> None:
    texts = note_texts(result, Names.of(result.case.corridor))
    assert FALLS in texts
    assert texts[0].startswith("Ceke - Shiveekhuren: 47,289 t/day cross the border, 60,687 t/day are delivered;")
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
    assert rows["coal_ceke"]["change"] == -120_580
    assert rows["agv_boxes"]["change"] is None
    assert rows["wagons_ubtz"]["capacity"] is None
