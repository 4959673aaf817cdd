"""Tables of a run as files: a workbook that people read, the same as Parquet and CSV for programs."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from corridors.load import load_corridor
from sim.kpi.key_figures import complete
from sim.reports.table_files import csv, parquet, workbook, write_tables
from sim.run import RunResult, prepare, run_scenario
from tests.conftest import Told


@pytest.fixture(scope="module")
def result() -> RunResult:
    return run_scenario(prepare(load_corridor(), days=6, warmup_days=2), "compiled")


def sheets(content: bytes) -> dict[str, list[tuple[object, ...]]]:
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    return {page.title: list(page.iter_rows(values_only=True)) for page in book.worksheets}


@pytest.mark.parametrize(("language", "port", "title"), [("en", "Ceke", "Key figures"), ("zh", "策克", "主要指标")])
def test_a_workbook_says_names_and_never_ids(result: RunResult, language: str, port: str, title: str) -> None:
    made = sheets(workbook(result, result.record(), result.case.corridor, language))  # type: ignore[arg-type]
    _, *rows = made[title]
    assert len(rows) == len(complete(result.kpis))
    assert str(rows[0][0]).startswith(port)
    answer = {str(cell) for page in list(made.values())[1:] for row in page for cell in row if isinstance(cell, str)}
    ids = {*result.kpis["kpi"], *result.kpis["port"], *result.facilities["facility"], *result.links["link"]}
    assert answer & ids == set()
    *_, value, n = rows[0]
    assert (value, n) == (pytest.approx(result.kpis["value"].iloc[0]), result.kpis["n"].iloc[0])


def test_the_first_sheet_tells_how_the_run_can_be_made_again(result: RunResult) -> None:
    first = next(iter(sheets(workbook(result, result.record(), result.case.corridor)).values()))
    answer = dict(row[:2] for row in first)
    assert answer["Random seed"] == 1
    assert answer["Plan fingerprint"] == result.trace.plan.fingerprint()


def test_equal_tables_make_equal_bytes(result: RunResult) -> None:
    record, corridor = result.record(), result.case.corridor
    slower = record | {"wall_s": 99.0}
    assert workbook(result, record, corridor) == workbook(result, slower, corridor)
    assert parquet(result, record) == parquet(result, slower)


def test_text_that_looks_like_a_formula_stays_text(result: RunResult) -> None:
    made = workbook(result, result.record(), result.case.corridor, changed=[("=1+1", "servers", "1", "2")])
    page = openpyxl.load_workbook(io.BytesIO(made))["Changes"]
    assert (page["A2"].value, page["A2"].data_type) == ("=1+1", "s")


def test_parquet_and_csv_hold_every_row_of_every_table(result: RunResult) -> None:
    whole = pd.read_parquet(io.BytesIO(parquet(result, result.record())))
    of_kpis = whole[whole["kind"] == "kpis"]
    assert of_kpis["value"].tolist() == result.kpis["value"].tolist()
    kinds = {"kpis", "facilities", "links", "bottlenecks", "waiting", "waiting_by_root", "dwell", "stocks"}
    assert set(whole["kind"]) == kinds
    text = csv(result, result.record())
    assert text.startswith(b"\xef\xbb\xbf")
    assert len(pd.read_csv(io.BytesIO(text))) == len(whole)


def test_the_command_line_writes_them(bridgehead: Callable[..., Told], tmp_path: Path) -> None:
    answer = bridgehead("run", "--days", "3", "--tables", tmp_path / "made" / "t.xlsx", "--language", "zh")
    assert answer.status == 0
    assert "主要指标" in openpyxl.load_workbook(tmp_path / "made" / "t.xlsx").sheetnames
    refused = bridgehead("run", "--tables", tmp_path / "t.docx")
    assert refused.status == 2
    assert ".xlsx, .parquet, .csv" in refused.err


def test_a_file_of_another_kind_is_refused(result: RunResult, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"expected one of \.xlsx"):
        write_tables(tmp_path / "t.ods", result)
