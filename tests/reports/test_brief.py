"""The brief of a comparison: its contents, at most two pages of A4, and the commands that write it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from corridors.io.folders import data_root
from corridors.load import load_corridor
from corridors.model import Corridor
from corridors.overlay.proposals import load_proposals
from sim.reports.brief import brief_html, write_brief
from sim.reports.brief_texts import Brief, brief_of
from sim.reports.brief_word import brief_word
from sim.reports.text_table import Table
from sim.studies.answer import answers
from sim.studies.compare import ScenarioComparison
from tests.conftest import Told
from tests.studies.answer_cases import cases, compared

Bridgehead = Callable[..., Told]
FULL = "clear alone, but not among many scenarios", "a part lies in the yard", "the bottleneck moves behind the yard"


@cache
def comparison() -> tuple[ScenarioComparison, Corridor]:
    """A comparison of ten scenarios with roots, yards and a growing queue; to be read only."""
    many, yard, roots = (next(case for case in cases() if case["name"] == name) for name in FULL)
    corridor, proposals = load_corridor(None), dict(load_proposals(data_root() / "proposals"))
    return compared(many | {"stocks": yard["stocks"], "roots": roots["roots"]}, corridor, proposals), corridor


def texts(language: str, author: str = "") -> Brief:
    """The brief of the comparison."""
    made, corridor = comparison()
    return brief_of(made, corridor, language, answers(made, corridor), author, date(2026, 1, 2))


def brief(language: str, author: str = "") -> str:
    return brief_html(texts(language, author))


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


def texts_of(word: bytes) -> list[str]:
    """The texts of paragraphs and cells of a Word document, in order."""
    import docx

    document = docx.Document(io.BytesIO(word))
    found = []
    for block in document.iter_inner_content():
        if hasattr(block, "rows"):
            found += [part.text for row in block.rows for cell in row.cells for part in cell.paragraphs]
        else:
            found.append(block.text)
    return [text for text in found if text]


def texts_of_html(page: str) -> list[str]:
    """The texts of the elements of a brief, in order."""
    body = page.partition("<main>")[2].partition("</main>")[0]
    body = body.replace("<small>", "</td><td>").replace("</div><ul>", "</p><ul>")
    parts = re.split(r"</?(?:h1|h2|p|ul|li|td|th|tr|div|table|thead|tbody|footer|small)\b[^>]*>", body)
    whole = re.sub("</?b>", "", "\0".join(parts)).replace("<wbr>", "")
    return [unescape(part).replace("\u00a0", " ") for part in whole.split("\0") if part.strip()]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_word_document_has_the_texts_of_the_html_in_their_order(language: str) -> None:
    made = texts(language, "李伟 <b>")
    assert texts_of(brief_word(made)) == texts_of_html(brief_html(made))


def test_the_table_after_a_closure_is_in_both_files() -> None:
    columns, rows = tuple("abcdefg"), (("x", "1", "2", "3", "4", "5", "6 (5 to 7)"),)
    made = replace(texts("zh"), closure=Table("After the closure", "A note", columns, rows, 1))
    word, html = texts_of(brief_word(made)), brief_html(made)
    assert {"After the closure", "A note", "g", "6 (5 to 7)"} < set(word)
    assert word == texts_of_html(html)


def test_equal_briefs_are_equal_files_with_one_time_and_fonts_for_chinese(tmp_path: Path) -> None:
    made = brief_word(texts("zh", "李伟"))
    for name in ("one.docx", "two.docx"):
        write_brief(tmp_path / name, texts("zh", "李伟"))
        assert (tmp_path / name).read_bytes() == made
    with zipfile.ZipFile(io.BytesIO(made)) as file:
        assert {one.date_time for one in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        styles = file.read("word/styles.xml").decode()
        core = file.read("docProps/core.xml").decode()
    assert styles.count('w:eastAsia="Microsoft YaHei"') == 4
    assert "李伟" in core
    assert core.count("2026-01-02T00:00:00Z") == 2


def test_characters_that_xml_cannot_hold_are_left_out(tmp_path: Path) -> None:
    assert "Li Wei" in "".join(texts_of(brief_word(texts("en", "Li\x00 \ud800Wei\x1b"))))
