"""Pages of reports: tables for paper, narrow and dark screens, and files of every table and chart."""

from __future__ import annotations

import csv
import io
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from sim.reports import chart_style, html_page

TEMPLATE = files("sim.reports").joinpath("report_template.html").read_text(encoding="utf-8")
A4_MM = 297 - 2 * 12


def page(language: str = "en") -> str:
    """A report with two tables, one of them folded, and a chart of two parts."""
    import altair as alt

    def part(title: str, hours: float) -> Any:
        rows = [{"step": "Customs, rail", "hours": hours}]
        tips = [chart_style.shown("step", "Step"), chart_style.shown("hours", "Hours", ".1f")]
        return chart_style.chart_of(rows, title=title).mark_bar().encode(x="hours:Q", y="step:N", tooltip=tips)

    wide = html_page.table(
        ["Port", "Class", *(f"Column {n}\nh" for n in range(20))],
        [["Ceke", "Coal truck", *("1,234" for _ in range(20))] for _ in range(60)],
        texts=2,
        above=[("", 2), ("Dwell", 20)],
    )
    grouped = html_page.table(["Port", "Root", "Share"], [["Ceke", 'Lane "A"', "5%"]], texts=2, grouped=True)
    chart = alt.vconcat(part("Out", 1.5), part("In", 2.5))
    specs = {"dwell": chart_style.styled(chart).to_dict()}
    body = [
        "<h1>Report</h1><h2>Wide</h2>",
        wide,
        "<h2>Chart</h2>",
        html_page.chart_place("dwell"),
        f"<details><summary>Roots</summary>{grouped}</details>",
    ]
    return html_page.whole("Report", body, specs, language)


def test_a_page_names_its_language() -> None:
    assert '<html lang="en">' in page()
    assert '<html lang="zh-CN">' in page("zh")


def test_no_heading_begins_a_page_of_paper_by_force() -> None:
    assert re.findall(r"break-(?:before|after): *(?:page|always)", TEMPLATE) == []
    assert "page-break" not in TEMPLATE


def test_the_heading_of_a_table_is_repeated_on_paper() -> None:
    table = html_page.table(["Port", "h"], [["Ceke", "1"]], texts=1, above=[("", 1), ("Dwell", 1)])
    head, body = table.split("</thead>")
    assert head.count("<tr") == 2
    assert head.count('scope="col"') == 2
    assert "<tbody><tr><td" in body


@pytest.fixture(scope="module")
def opened(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The report in a browser."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(page(), encoding="utf-8")
    tab = browser.new_page()
    requests: list[str] = []
    tab.on("request", lambda request: requests.append(request.url))
    tab.goto(path.as_uri())
    tab.locator(".chart svg").wait_for()
    tab.locator(".chart + .save").wait_for()
    yield tab
    tab.close()
    assert [url for url in requests if not url.startswith(("file:", "blob:", "data:"))] == []


def taken(tab: Any, place: str, kind: str, folder: Path) -> bytes:
    """The file behind a button."""
    with tab.expect_download() as download:
        tab.locator(place).get_by_role("button", name=kind).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    assert path.suffix == f".{kind.lower()}"
    return path.read_bytes()


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


@pytest.mark.browser
def test_a_table_is_taken_as_csv_with_its_headings_in_one_line(opened: Any, tmp_path: Path) -> None:
    table = rows(taken(opened, ".table >> nth=0", "CSV", tmp_path))
    assert table[0][:3] == ["Port", "Class", "Dwell Column 0 h"]
    assert table[1][:3] == ["Ceke", "Coal truck", "1,234"]
    assert len(table) == 61
    assert {len(row) for row in table} == {22}


@pytest.mark.browser
def test_a_chart_is_taken_as_picture_and_with_the_numbers_of_its_tooltips(opened: Any, tmp_path: Path) -> None:
    numbers = rows(taken(opened, ".chart + .save", "CSV", tmp_path))
    assert numbers == [["", "Step", "Hours"], ["Out", "Customs, rail", "1.5"], ["In", "Customs, rail", "2.5"]]
    assert b"<svg" in taken(opened, ".chart + .save", "SVG", tmp_path)
    assert taken(opened, ".chart + .save", "PNG", tmp_path).startswith(b"\x89PNG")


@pytest.mark.browser
def test_a_narrow_screen_cuts_nothing(opened: Any) -> None:
    opened.set_viewport_size({"width": 390, "height": 800})
    assert opened.evaluate("document.documentElement.scrollWidth") == 390
    assert opened.locator(".table").first.evaluate("one => getComputedStyle(one).overflowX") == "auto"
    opened.set_viewport_size({"width": 1440, "height": 1200})


@pytest.mark.browser
def test_a_dark_screen_has_light_letters_and_paper_dark_ones(opened: Any) -> None:
    def brightness() -> tuple[int, int]:
        styles = "one => [getComputedStyle(one).color, getComputedStyle(one).backgroundColor]"
        ink, paper = opened.locator("body").evaluate(styles)
        return tuple(sum(map(int, re.findall(r"\d+", colour)[:3])) for colour in (ink, paper))  # type: ignore[return-value]

    opened.emulate_media(color_scheme="dark")
    ink, paper = brightness()
    assert ink > 3 * 200
    assert paper < 3 * 40
    opened.emulate_media(color_scheme="dark", media="print")
    ink, paper = brightness()
    assert ink < 3 * 60
    assert paper == 3 * 255
    opened.emulate_media(color_scheme="light", media="screen")


@pytest.mark.browser
def test_paper_shows_folded_tables_and_nothing_wider_than_it(opened: Any) -> None:
    opened.evaluate("dispatchEvent(new Event('beforeprint'))")
    opened.emulate_media(media="print")
    opened.set_viewport_size({"width": round(A4_MM / 25.4 * 96), "height": 700})
    assert opened.locator("details[open] td").first.is_visible()
    assert opened.evaluate("document.documentElement.scrollWidth") <= round(A4_MM / 25.4 * 96)
    assert not opened.locator(".save").first.is_visible()
    opened.emulate_media(media="screen")
    opened.evaluate("dispatchEvent(new Event('afterprint'))")
    assert opened.locator("details[open]").count() == 0


def test_what_sentences_have_between_backticks_is_code_and_no_report_shows_a_backtick() -> None:
    """The report of a forecast showed the marks around the command that checks it."""
    assert html_page.with_code("<p>Use `bridgehead backtest` for it.</p>") == (
        "<p>Use <code>bridgehead backtest</code> for it.</p>"
    )
    for part in ("<p>no code</p>", '<p title="`a` and `b`">a lone ` mark</p>'):
        assert html_page.with_code(part) == part
    assert "<code>a</code>" in html_page.filled("brief_template.html", "Title", ["<p>`a`</p>"], "en")
