"""The record of orders: which known orders are held against which rule."""

from __future__ import annotations

import runpy
from datetime import date
from pathlib import Path

from corridors.load import load_corridor
from tools.page_parts import part_of

ROOT = Path(__file__).parents[2]
TOOL = runpy.run_path(str(ROOT / "tools" / "order_record.py"))


def test_each_port_of_the_model_that_an_order_names_has_a_line() -> None:
    found = TOOL["record"](("erenhot", "manzhouli"))
    one = TOOL["Recorded"]
    assert one("erenhot", "outbound", date(2020, 12, 8), date(2020, 12, 16)) in found
    assert one("manzhouli", "outbound", date(2020, 12, 8), date(2020, 12, 16)) in found
    assert one("manzhouli", "inbound", date(2021, 12, 1), date(2022, 1, 13)) in found
    assert one("manzhouli", "inbound", date(2022, 4, 20), None) in found
    assert {one.port for one in found} == {"erenhot", "manzhouli"}
    assert TOOL["_known"](found, "manzhouli", "inbound", 2021) == "2 Mar to 5 Mar; 12 Mar to 18 Mar; 1 Dec to 13 Jan"
    assert TOOL["_known"](found, "manzhouli", "inbound", 2022) == "20 Apr to ?"
    assert TOOL["_known"](found, "erenhot", "outbound", 2022) == "1 Aug to 21 Aug"
    assert TOOL["_known"](found, "erenhot", "outbound", 2023) == "–"


def test_the_page_has_a_line_for_each_year_and_rule() -> None:
    page = (ROOT / "docs" / "orders.md").read_text(encoding="utf-8")
    lines = part_of(page, "record").splitlines()[2:]
    rules = load_corridor().order_rules
    assert [line.split(" | ")[0].strip("| ") for line in lines] == [str(y) for y in TOOL["YEARS"] for _ in rules]
