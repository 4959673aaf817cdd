"""The command `appraise` on a small port: tables, JSON, flows and reports in both languages, and a second call."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.studies.appraisal.generalised import STREAMS
from sim.studies.appraisal.parties import COST_STREAMS
from sim.text.catalogue import has
from tests.conftest import Told

Bridgehead = Callable[..., Told]
PROGRAMME = """\
id: lane
title_en: One more lane
title_zh: 增加一条通道
last_year: 2035
discount_rate: 0.08
futures: [low, central]
anchors: [2028]
works:
  - {id: one_lane, opens: 2027, kind: equipment, capital_musd: {value: 0.2, low: 0.1, high: 0.3}, source: K044,
     paid_by: {cn_state: 0.6, mn_state: 0.4}, changes: [{op: add, address: facilities.exit_gate.servers, value: 1}]}
"""
FUTURES = """\
base_year: 2025
futures: [{id: low, title_en: low, title_zh: 低情景}, {id: central, title_en: central, title_zh: 中情景}]
paths:
  - {id: trucks, title_en: Trucks, title_zh: 货车, services: [trucks_out], source: U004, grade: assumed, note_en: made,
     note_zh: 假定, factors: [{year: 2030, low: 1.1, central: 1.3, high: 1.3}]}
"""
SHORT = ("--days", "9", "--replications", "2", "--workers", "1")


@pytest.fixture
def programme(mine: Path, tmp_path: Path) -> Path:
    (mine / "futures.yaml").write_text(FUTURES, encoding="utf-8")
    file = tmp_path / "lane.yaml"
    file.write_text(PROGRAMME, encoding="utf-8")
    return file


def test_an_appraisal_writes_tables_json_flows_and_a_report(
    bridgehead: Bridgehead, mine: Path, programme: Path, tmp_path: Path
) -> None:
    out, page = tmp_path / "out", tmp_path / "lane.html"
    asked = ("appraise", programme, "--data", mine, *SHORT, "--out", out)
    told = bridgehead(*asked, "--json", "-", "--report", page)
    assert told.status == 0, told.err
    found = json.loads(told.out)
    assert set(found["futures"]) == {"low", "central"}
    assert found["rate"] == 0.08

    # The flows give the NPV and the ratio with a calculator.
    with (out / "flows.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for future, one in found["futures"].items():
        mine_rows = [row for row in rows if row["future"] == future]
        costs = -sum(
            float(row["present_value_musd"])
            for row in mine_rows
            if row["stream"] in ("capital", "upkeep", "renewal", "residual")
        )
        npv = sum(float(row["value_musd"]) * 1.08 ** -(int(row["year"]) - 2026) for row in mine_rows)
        assert npv == pytest.approx(one["npv"]["value"], rel=1e-3, abs=1e-5)
        assert costs == pytest.approx(one["pvc"], rel=1e-3)
        assert (npv + costs) / costs == pytest.approx(one["bcr"]["value"], rel=1e-3)

    assert "which are taken for a year: no figure here includes all seasons" in page.read_text(encoding="utf-8")

    # The report begins with the answer; its charts and tables are whole.
    html = page.read_text(encoding="utf-8")
    assert html.index("For 1 USD of cost") < html.index("<h2")
    assert "NaN" not in re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)

    # Called again, nothing is run; in Chinese no text is left in English.
    before = {file: file.stat().st_mtime_ns for file in out.rglob("*.parquet")}
    again = bridgehead(*asked, "--language", "zh", "--report", page)
    assert again.status == 0, again.err
    assert {file: file.stat().st_mtime_ns for file in out.rglob("*.parquet")} == before
    assert "每投入1美元" in again.out
    assert not re.search(r"\b(the|price|future|capital)\b", again.out)
    assert "每投入1美元" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_stream_has_a_name(language: str) -> None:
    """Charts and tables of both languages name benefits and costs; ids are for files."""
    assert [one for one in (*STREAMS, *COST_STREAMS) if not has(f"appraisal.stream.{one}", language)] == []


def test_an_appraisal_that_was_stopped_continues_with_what_is_missing(
    bridgehead: Bridgehead, mine: Path, programme: Path, tmp_path: Path
) -> None:
    asked = ("appraise", programme, "--data", mine, *SHORT, "--json", "-", "--out")
    whole = bridgehead(*asked, tmp_path / "whole")
    assert bridgehead(*asked, tmp_path / "out").out == whole.out
    files = sorted((tmp_path / "out").rglob("*.parquet"))
    assert len(files) == 8  # Two sets of works in two futures, two replications each.
    kept = {file: file.stat().st_mtime_ns for file in files[1:]}
    files[0].unlink()
    assert bridgehead(*asked, tmp_path / "out").out == whole.out
    assert {file: file.stat().st_mtime_ns for file in files[1:]} == kept
    assert files[0].exists()


def test_a_programme_is_found_by_its_id_and_an_unknown_one_is_refused(bridgehead: Bridgehead) -> None:
    told = bridgehead("appraise", "erenhot_frist")
    assert told.status == 2
    assert "erenhot_first" in told.err
