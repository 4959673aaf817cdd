"""The brief of a comparison: its contents, at most two pages of A4, and the commands that write it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from corridors.io.folders import data_root
from corridors.load import load_corridor
from corridors.overlay.proposals import load_proposals
from sim.reports.brief import brief_html
from sim.studies.answer import answers
from tests.conftest import Told
from tests.studies.answer_cases import cases, compared

Bridgehead = Callable[..., Told]
FULL = "clear alone, but not among many scenarios", "a part lies in the yard", "the bottleneck moves behind the yard"


def brief(language: str, author: str = "") -> str:
    """The brief of a comparison of ten scenarios with roots, yards and a growing queue."""
    many, yard, roots = (next(case for case in cases() if case["name"] == name) for name in FULL)
    corridor, proposals = load_corridor(None), dict(load_proposals(data_root() / "proposals"))
    comparison = compared(many | {"stocks": yard["stocks"], "roots": roots["roots"]}, corridor, proposals)
    return brief_html(comparison, corridor, language, answers(comparison, corridor), author, date(2026, 1, 2))


@pytest.mark.parametrize(
    ("language", "parts"), [("en", ("Who loses", "Cost", "Author: A &lt;b&gt;", "Date: 2026-01-02"))]
)
def test_a_brief_has_figures_parts_fingerprints_author_and_date(language: str, parts: tuple[str, ...]) -> None:
    page = brief(language, "A <b>")
    assert all(part in page for part in parts)
    assert page.count("<tr") == 3  # The heading, cargo and crossings; the case has no hours.


@pytest.mark.parametrize(("language", "title"), [("en", "({grades})"), ("zh", "（{grades}）")])
def test_the_numbers_of_a_brief_are_under_a_heading_with_their_grades_and_no_other(language: str, title: str) -> None:
    page = brief(language)
    heading = re.search(r"<h2>([^<]*)</h2><ul>(?=<li>[^<]*[(（](?:assumed|假定|derived|推算|calibrated|校准))", page)
    assert heading
    listed = page[heading.end() :].split("</ul>")[0]
    grades = {"en": ("assumed", "calibrated", "derived"), "zh": ("假定", "校准", "推算")}[language]
    assert "3,000,000" in listed  # A capacity, as the thousands of all figures are separated.
    found = [grade for grade in grades if re.search(rf"[(（]{grade}\b", listed)]
    separator = ", " if language == "en" else "、"
    assert heading[1].endswith(title.format(grades=separator.join(found)))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_brief_asks_for_nothing_and_has_no_script(language: str) -> None:
    page = brief(language)
    assert "<script" not in page
    assert "http" not in page.replace('http-equiv="', "")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_brief_prints_on_at_most_two_pages_within_their_width(language: str, browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "brief.html"
    path.write_text(brief(language, "Li Wei"), encoding="utf-8")
    page = browser.new_page()
    try:
        page.goto(path.as_uri())
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 665, "height": 1000})  # 176 mm, the width between the margins.
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        smalls = page.evaluate("[...document.querySelectorAll('small')].map(e => getComputedStyle(e).display)")
        assert set(smalls) == {"block"}  # The second line of a cell is not glued to the first.
        made = page.pdf(prefer_css_page_size=True)
    finally:
        page.close()
    assert 1 <= len(re.findall(rb"/Type\s*/Page[^s]", made)) <= 2


def test_run_writes_a_brief_of_pairs(bridgehead: Bridgehead, mine: Path, tmp_path: Path) -> None:
    service = (mine / "services.csv").read_text().splitlines()[1].split(",")[0]
    path = tmp_path / "brief.html"
    asked = ("run", "--set", f"services.{service}.per_day=*2", "--pairs", 2, "--days", 12, "--warmup-days", 2)
    told = bridgehead(*asked, "--data", mine, "--brief", path, "--author", "Li Wei", "--language", "zh")
    assert told.status == 0, told.err
    page = path.read_text(encoding="utf-8")
    assert "编制人：Li Wei" in page
    assert "2对运行" in page
    assert bridgehead(*asked, "--data", mine, "--brief", tmp_path / "brief.pdf").status == 2
