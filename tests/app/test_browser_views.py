"""The pages Overview, Replay, Data and Report in a real browser: what moves, what opens, what can be taken home."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.helpers.browser import drawn_in_browser
from tests.helpers.web_page import Visitor

pytestmark = pytest.mark.browser
expect: Any = pytest.importorskip("playwright.sync_api").expect

Visit = Callable[..., Visitor]
UNTIL = """(replay, minute) => new Promise(done => {
    const look = () => (+replay.dataset.minute > minute ? done() : setTimeout(look, 50));
    look();
})"""
"""Waits until a replay has come so far."""
LATE = "() => { const real = performance.now.bind(performance); performance.now = () => real() + 300; }"
"""A button that is pressed after the time of the next picture, as on a busy machine."""

MOST_TRIES, TRY_MS = 100, 2000
"""Attempts to steer a grid by keys, and the patience of one."""
NARROWER = """(replay, wide) => new Promise(done => {
    const look = () => (replay.dataset.to - replay.dataset.from < wide ? done() : setTimeout(look, 50));
    look();
})"""
"""Waits until a train graph shows less time."""


def answer(page: Any, what: str) -> int:
    """A number in the data attributes of the replay."""
    return int(page.locator(".replay").get_attribute(f"data-{what}"))


def picture(page: Any) -> Any:
    """The pixels of the map."""
    return page.locator(".map canvas").evaluate("canvas => canvas.toDataURL().length")


def taken(page: Any, name: str, folder: Path) -> Path:
    """The file behind a button."""
    with page.expect_download() as download:
        page.get_by_role("button", name=name).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


@pytest.mark.parametrize(
    ("language", "port", "dwell"),
    [("en", "Ganqimaodu - Gashuunsukhait", "Dwell time, h"), ("zh", "甘其毛都—嘎顺苏海图", "口岸停留时间（小时）")],
)
def test_the_overview_shows_the_map_and_a_card_a_port(visit: Visit, language: str, port: str, dwell: str) -> None:
    page = visit().open(f"overview?lang={language}")
    expect(page.locator("html")).to_have_attribute("lang", {"en": "en", "zh": "zh-CN"}[language])
    expect(page.locator(".card")).to_have_count(4)
    card = page.locator(".card").filter(has_text=port)
    expect(card.locator("table").first).to_contain_text(dwell)
    expect(card.locator("li").first).to_be_visible()
    drawn = page.locator('[data-testid="stVegaLiteChart"] svg path, [data-testid="stVegaLiteChart"] canvas')
    expect(drawn.first).to_be_visible()
    page.set_viewport_size({"width": 1024, "height": 900})
    links = page.locator('.stMainBlockContainer [data-testid="stPageLink"] p')
    expect(links).to_have_count(6)
    assert [link.inner_text() for link in links.all() if link.evaluate("p => p.scrollWidth > p.clientWidth")] == []


def test_a_replay_moves_pauses_and_is_scrubbed_without_the_server(visit: Visit) -> None:
    visitor = visit()
    page = visitor.open("replay")
    play = page.locator(".replay button.main")
    expect(play).to_have_text(re.compile("Play"))
    before, at_start = picture(page), answer(page, "minute")
    asked = len(visitor.requests)
    page.evaluate(LATE)
    play.click()
    page.locator(".replay").evaluate(UNTIL, at_start + 60)
    play.click()
    expect(play).to_have_text(re.compile("Play"))
    stopped = answer(page, "minute")
    assert picture(page) != before
    assert answer(page, "moving") > 0
    slider = page.locator('.replay input[type="range"]')
    slider.focus()
    slider.press("End")
    assert answer(page, "minute") > stopped
    slider.press("Home")
    assert answer(page, "minute") == 0
    assert len(visitor.requests) == asked, "it played without asking for anything"
    page.get_by_role("radio", name="Train graph").click()
    graph = page.locator(".graph canvas")
    expect(graph).to_have_attribute("aria-label", re.compile("Train graph"))
    visitor.settle()
    asked, wide = len(visitor.requests), answer(page, "to") - answer(page, "from")
    assert answer(page, "trains") > 50
    graph.press("+")
    page.locator(".replay").evaluate(NARROWER, wide)
    graph.press("ArrowRight")
    page.locator(".twin summary").click()
    rows = page.locator(".twin tbody tr")
    expect(rows).to_have_count(answer(page, "trains"))
    expect(rows.first).to_contain_text("h of waiting")
    assert len(visitor.requests) == asked


def test_two_replays_run_on_one_clock_and_show_one_port(visit: Visit) -> None:
    page = visit().open("replay?port=ganqimaodu")
    expect(page.locator(".diagram")).to_be_visible()
    box = page.get_by_test_id("stSelectbox").filter(has_text="Beside it")
    box.locator("input").click()
    page.get_by_role("option").nth(1).click()
    both = page.locator(".replay")
    expect(both).to_have_count(2)
    expect(page.locator(".diagram")).to_have_count(2)
    slider = page.locator('.replay input[type="range"]').first
    slider.focus()
    slider.press("End")
    last = both.first.get_attribute("data-minute")
    assert int(last) > 0
    expect(both.nth(1)).to_have_attribute("data-minute", last)
    expect(both.nth(1).locator("button.main")).to_be_hidden()
    page.get_by_role("button", name="The network").first.click()
    expect(page.locator(".diagram:visible")).to_have_count(0)


def test_a_replay_shows_both_clocks_and_the_vehicle_under_the_pointer(visit: Visit) -> None:
    page = visit().open("replay?lang=zh")
    card = page.locator(".port").filter(has_text="满洲里")
    expect(card.locator(".sides")).to_contain_text(re.compile("满洲里.*00:00.*后贝加尔斯克.*01:00"))
    box = page.locator(".map canvas").bounding_box()
    tip = page.locator(".tip")
    spots = [(x, y) for x in range(5, 96, 2) for y in range(5, 96, 3)]
    for x, y in spots:
        page.mouse.move(box["x"] + box["width"] * x / 100, box["y"] + box["height"] * y / 100)
        if tip.is_visible():
            break
    expect(tip).to_contain_text(re.compile("等待|作业|驶往"))
    page.get_by_role("button", name="甘其毛都—嘎顺苏海图").click()
    expect(page.locator(".map")).to_be_hidden()
    lanes = page.get_by_role("button", name=re.compile("^煤炭进境通道"))
    lanes.click()
    expect(page.locator(".facts")).to_contain_text(re.compile("12.*公开报道.*海关通道"))
    expect(page.locator(".node")).to_have_count(12)
    # A driverless vehicle that waits for released boxes is idle, and in no queue of the diagram.
    expect(page.locator(".node").filter(has_text="放行至跨境无人运输通道的重箱")).to_have_count(0)


def test_forecasts_of_past_days_are_checked_and_the_verdict_is_given_once(visit: Visit) -> None:
    page = visit().open("own_records")
    page.get_by_role("button", name="Try the made-up example").click()
    page.get_by_role("button", name="Clean and fit").click()
    check = page.get_by_role("button", name="Check on past days")
    check.click()
    expect(page.get_by_role("columnheader", name="Skill")).to_be_visible()
    verdicts = page.get_by_text(re.compile("better than both naive|no clear difference|worse than the better|too few"))
    told = verdicts.count()
    assert told > 0
    page.get_by_role("button", name="Forecast", exact=True).click()
    expect(page.locator("svg.marks").first).to_be_visible()
    expect(verdicts).to_have_count(told)


def test_a_wrong_edit_is_shown_beside_the_table_and_a_valid_one_is_applied(visit: Visit, tmp_path: Path) -> None:
    visitor = visit()
    page = visitor.open("data")
    page.get_by_role("combobox", name="Table").click()
    page.get_by_role("option", name="Shares").click()
    expect(page.get_by_text("Shares of vehicles that take a branch")).to_be_visible()
    visitor.settle()
    edit(page, column=2, text="7")
    expect(page.get_by_text("Unapplied edits: 1")).to_be_visible()
    expect(page.get_by_text("a number from 0 to 1")).to_be_visible()
    expect(page.get_by_role("button", name="Apply to the current scenario")).to_be_disabled()
    edit(page, column=2, text="0.5")
    expect(page.get_by_text("Errors: 0")).to_be_visible()
    page.get_by_role("button", name="Apply to the current scenario").click()
    expect(page.get_by_text("No edits.")).to_be_visible()
    scenario = taken(page, "Scenario (YAML)", tmp_path).read_text(encoding="utf-8")
    assert re.search(r"address: shares\.\w+\.share\n\s+value: 0\.5", scenario)
    folder = zipfile.ZipFile(io.BytesIO(taken(page, "Data folder (ZIP)", tmp_path).read_bytes()))
    assert "data/facilities.csv" in folder.namelist()
    assert b"0.5" in folder.read("data/shares.csv")


def edit(page: Any, column: int, text: str) -> None:
    """Write into the first row of the table: a canvas, steered by keys, with a table for screen readers inside."""
    cell = page.locator("#portal input, #portal textarea").first
    canvas = page.locator('[data-testid="stDataFrame"] canvas').first
    for _ in range(MOST_TRIES):  # A new grid takes no keys for a moment: begin again until it has taken all.
        box = canvas.bounding_box()
        page.mouse.click(box["x"] + 90, box["y"] + 52)
        try:
            for k in range(1, column + 1):
                selected = page.get_by_test_id(f"glide-cell-{k}-0")
                expect(selected).to_have_attribute("aria-selected", "true", timeout=TRY_MS)
                page.keyboard.press("ArrowRight" if k < column else "Enter")
            expect(cell).to_be_visible(timeout=TRY_MS)
            break
        except AssertionError:
            page.keyboard.press("Escape")
    cell.fill(text)
    cell.press("Enter")


def test_the_report_opens_from_a_file_and_asks_for_nothing(browser: Any, visit: Visit, tmp_path: Path) -> None:
    page = visit().open("report?lang=zh")
    page.get_by_role("button", name="生成文件").click()
    report = taken(page, "HTML", tmp_path)
    html = report.read_text(encoding="utf-8")
    assert report.stat().st_size < 3_000_000
    assert drawn_in_browser(browser, html, tmp_path) == html.count('class="chart"') > 10
    book = openpyxl.load_workbook(taken(page, "XLSX", tmp_path), read_only=True)
    assert "主要指标" in book.sheetnames


def test_on_a_phone_the_answer_on_money_is_above_the_controls(visit: Visit) -> None:
    """The chosen works are a list below their field, which cuts their names."""
    page = visit().open("money?work=m04_erenhot_line&work=m11_rail_clearance&lang=en")
    controls, answer = page.locator(".st-key-money_controls"), page.locator(".st-key-money_answer")
    expect(controls.locator('[data-testid="stCaptionContainer"] li')).to_have_count(2)
    expect(answer.locator("h3")).to_be_visible()
    for width, answer_first in ((1024, False), (700, True), (390, True)):
        page.set_viewport_size({"width": width, "height": 900})
        tops = [one.evaluate("one => one.getBoundingClientRect().top") for one in (answer, controls)]
        assert (tops[0] < tops[1]) == answer_first, width


@pytest.mark.parametrize(("language", "name"), [("en", "Upload"), ("zh", "选择文件")])
def test_the_button_of_an_uploader_is_in_the_language_of_the_page(visit: Visit, language: str, name: str) -> None:
    """Streamlit has it in English; a screen reader says both words, as a name that is only in a style is none."""
    page = visit().open(f"shelf?lang={language}")
    button = page.get_by_test_id("stFileUploaderDropzone").locator("button")
    expect(button).to_have_accessible_name(re.compile(f"{name}$"))
    seen = button.locator("p").evaluate("p => parseFloat(getComputedStyle(p).fontSize)")
    assert (seen > 0) == (name == "Upload")
    assert button.inner_text().endswith("Upload"), "the name is not that of a style alone"
