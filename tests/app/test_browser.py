"""The pages What if and Compare in a real browser: what a planner does there, and that nothing leaves the machine."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.pages import PAGES
from sim.text.catalogue import Language, say
from tests.helpers.processes import BRIDGEHEAD, run
from tests.helpers.web_page import Visitor, settle

pytestmark = pytest.mark.browser
expect: Any = pytest.importorskip("playwright.sync_api").expect

Visit = Callable[..., Visitor]
HOURS = "set=shifts.gashuunsukhait_gate_day.closes%3D24:00&set=shifts.ganqimaodu_gate_day.closes%3D24:00"
"""Longer hours at the coal gates of Ganqimaodu: a setting that changes figures within days."""


def title(page: str, language: Language) -> str:
    """The heading of a page, which is its name in the navigation."""
    return say(f"app_{page}.title", language)


def slider(page: Any, name: str) -> Any:
    """The handle of a slider, by a part of its label."""
    return page.locator('[data-testid="stSlider"]').filter(has_text=name).locator('input[type="range"]').first


def port(page: Any, name: str) -> None:
    page.get_by_role("radio", name=name).click()
    expect(page.get_by_role("radio", name=name)).to_be_checked()
    settle(page)


def choose(page: Any, label: str, *options: str) -> None:
    """Options of a multiselect by a part of their names."""
    box = page.locator('[data-testid="stMultiSelect"]').filter(has_text=label)
    for option in options:
        box.locator("input").fill(option)
        page.get_by_role("option").filter(has_text=option).first.click()
    page.keyboard.press("Escape")


def test_no_page_asks_anything_of_another_machine(visit: Visit) -> None:
    """In English each page by its address, in Chinese by the links of one visit."""
    visitor = visit()
    for path in ("", *PAGES):
        page = visitor.open(path)
        expect(page.locator("h2").first).to_have_text(title(path or next(iter(PAGES)), "en"))
    page = visit().open("?lang=zh")
    for name in reversed(PAGES):
        page.get_by_role("link", name=title(name, "zh"), exact=True).click()
        expect(page.locator("h2").first).to_have_text(title(name, "zh"))
        settle(page)


def changed(page: Any) -> Any:
    """The cards of figures that differ from the baseline: cargo that only fills a yard is not delivered."""
    return page.get_by_test_id("stMetric").filter(has_not_text="same as baseline")


def test_a_slider_changes_a_figure_and_the_address(visit: Visit) -> None:
    visitor = visit()
    page = visitor.open("what_if")
    port(page, "Ganqimaodu")
    expect(changed(page)).to_have_count(0)
    handle = slider(page, "Coal lanes out of Mongolia")
    expect(handle).to_have_value("3")
    handle.focus()
    for _ in range(3):
        handle.press("ArrowRight")
    expect(changed(page)).not_to_have_count(0)
    expect(handle).to_have_value("6")
    expect(page).to_have_url(re.compile("gashuunsukhait_lanes"))
    expect(page.get_by_text("Differs from the baseline: 1")).to_be_visible()


def test_a_link_restores_the_settings_and_reset_takes_them_back(visit: Visit) -> None:
    page = visit().open(f"what_if?{HOURS}")
    expect(page.get_by_text("Differs from the baseline: 2")).to_be_visible()
    expect(page.get_by_role("radio", name="Ganqimaodu")).to_be_checked()
    expect(changed(page)).not_to_have_count(0)
    page.get_by_role("button", name="Reset to baseline").click()
    expect(changed(page)).to_have_count(0)
    expect(page).not_to_have_url(re.compile("set="))


def test_a_preset_is_a_proposal(visit: Visit) -> None:
    page = visit().open("what_if")
    choose(page, "Start from proposals", "coal lanes open one hour longer")
    expect(page).to_have_url(re.compile("proposal=m11_coal_gate_hours"))
    port(page, "Ganqimaodu")
    expect(changed(page)).not_to_have_count(0)


def test_pairs_run_in_the_background_and_a_reload_finds_them_again(visit: Visit) -> None:
    page = visit().open(f"what_if?{HOURS}")
    port(page, "Ganqimaodu")
    page.locator('[data-testid="stSelectbox"]').filter(has_text="Paired replications").locator("input").click()
    page.get_by_role("option", name="5", exact=True).click()
    page.get_by_role("button", name="Run with confidence intervals").click()
    expect(page.locator('[data-testid="stProgress"]')).to_be_visible()
    expect(page).to_have_url(re.compile("job="))
    page.reload()
    expect(page.get_by_text("Mean of 5 paired replications")).to_be_visible()
    port(page, "Ganqimaodu")
    expect(page.get_by_test_id("stMetric").filter(has_text="±")).not_to_have_count(0)


def with_pairs_of_a_year(page: Any) -> None:
    """Start pairs that are still at work when the next button is pressed, however slow the browser is."""
    page.locator('[data-testid="stSelectbox"]').filter(has_text="Days").locator("input").click()
    page.get_by_role("option", name="the base year").click()
    page.get_by_role("button", name="Run with confidence intervals").click()


def test_cancel_stops_a_run(visit: Visit) -> None:
    page = visit().open(f"what_if?{HOURS}")
    with_pairs_of_a_year(page)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Cancelled after")).to_be_visible()
    expect(page.get_by_role("button", name="Run with confidence intervals")).to_be_enabled()


def test_two_visitors_do_not_see_each_others_work(visit: Visit) -> None:
    one, other = visit(), visit()
    first = one.open(f"what_if?{HOURS}")
    with_pairs_of_a_year(first)
    expect(first.locator('[data-testid="stProgress"]')).to_be_visible()
    second = other.open("what_if")
    expect(second.locator('[data-testid="stProgress"]')).to_have_count(0)
    expect(second.get_by_text("Differs from the baseline: 0")).to_be_visible()
    expect(second).not_to_have_url(re.compile("job="))
    first.get_by_role("button", name="Cancel").click()
    expect(first.get_by_text("Cancelled after")).to_be_visible()


def test_the_language_is_switched_and_stays_from_page_to_page(visit: Visit) -> None:
    page = visit().open("what_if")
    expect(page.get_by_role("combobox", name="Days")).to_have_value("as above")
    page.get_by_role("radio", name="中文").click()
    expect(page.locator("h2").first).to_have_text("情景推演")
    expect(page.get_by_role("combobox", name="运行期")).to_have_value("同上")
    expect(page).to_have_url(re.compile("lang=zh"))
    page.get_by_role("link", name="方案比较").click()
    expect(page.locator("h2").first).to_have_text("方案比较")
    expect(page).to_have_url(re.compile("lang=zh"))


BAD = """id: mine
changes:
  - {op: set, address: facilities.erenhot_transhipment.servers, value: 3}
  - {op: set, address: facilities.erenhot_customs.servers, value: many}
"""


def test_a_bad_upload_is_refused_with_all_that_is_wrong(visit: Visit) -> None:
    page = visit().open("what_if")
    page.get_by_role("button", name="Scenario").click()
    upload = page.locator('input[type="file"]')
    for content, answer in (
        (BAD, ["erenhot_transshipment", "many"]),
        ("!!python/object/apply:os.system ['true']", ["uses the YAML tag"]),
        ("id: mine\nchanges: *all\n", ["YAML alias"]),
        ("x" * 200_000, ["at most 100,000"]),
    ):
        upload.set_input_files({"name": "mine.yaml", "mimeType": "text/yaml", "buffer": content.encode()})
        for text in answer:
            expect(page.get_by_text(text).first).to_be_visible()
    expect(page.get_by_text("Differs from the baseline: 0")).to_be_visible()


def test_a_downloaded_scenario_comes_back_by_upload(visit: Visit, tmp_path: Path) -> None:
    page = visit().open(f"what_if?{HOURS}")
    page.get_by_role("button", name="Scenario").click()
    with page.expect_download() as answer:
        page.get_by_role("button", name="Download as YAML").click()
    file = tmp_path / "what_if.yaml"
    answer.value.save_as(file)
    other = visit().open("what_if")
    other.get_by_role("button", name="Scenario").click()
    other.locator('input[type="file"]').set_input_files(file)
    expect(other.get_by_text("Differs from the baseline: 2")).to_be_visible()


def test_how_many_are_enough_is_answered_with_a_curve(visit: Visit) -> None:
    page = visit().open("what_if")
    port(page, "Ganqimaodu")
    page.get_by_text("How many are enough?").click()
    page.get_by_label("to", exact=True).fill("5")
    page.get_by_label("to", exact=True).press("Enter")
    page.get_by_role("button", name="Run all values").click()
    expect(page.get_by_label("below (hours)")).to_be_visible()
    page.get_by_label("below (hours)").fill("100000")
    page.get_by_label("below (hours)").press("Enter")
    expect(page.get_by_text(re.compile("from 3 up, .* is below 100,000 h"))).to_be_visible()


def test_proposals_are_compared_here(visit: Visit) -> None:
    page = visit().open("compare")
    choose(page, "Proposals and saved scenarios", "coal lanes open one hour longer")
    page.locator('[data-testid="stSelectbox"]').filter(has_text="Paired replications").locator("input").click()
    page.get_by_role("option", name="5", exact=True).click()
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_role("tab", name="Effects")).to_be_visible()
    for tab in ("Ranking", "Cost and benefit", "Bottlenecks", "Time at the port by step"):
        page.get_by_role("tab", name=tab).click()
    expect(page.locator('[role="tabpanel"]:visible canvas, [role="tabpanel"]:visible svg').first).to_be_visible()


@pytest.fixture(scope="module")
def finished(web_results: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A batch of the command line, finished in the folder of results of the page."""
    experiment = tmp_path_factory.mktemp("experiment") / "tiny.yaml"
    text = "id: tiny\ntitle_en: Tiny\ntitle_zh: 小\nproposals: [m11_coal_gate_hours]\ndays: 6\nwarmup_days: 2\n"
    experiment.write_text(text + "replications: 2\n", encoding="utf-8")
    run([*BRIDGEHEAD, "batch", experiment, "--out", web_results / "tiny", "--workers", "1"])
    return "tiny"


def test_a_finished_batch_is_opened_without_running_it_again(visit: Visit, finished: str) -> None:
    page = visit().open(f"compare?results={finished}&lang=zh")
    expect(page.get_by_role("tab", name="排序")).to_be_visible()
    expect(page.get_by_text("1个情景与基准情形对比").first).to_be_visible()


def test_no_address_leads_out_of_the_folder_of_results(visit: Visit, finished: str) -> None:
    visitor = visit()
    for name in ("..", "../web_results/tiny", "/etc", "server.txt"):
        page = visitor.open(f"compare?results={name}")
        expect(page.get_by_role("combobox", name="Finished batch of runs")).to_have_value("")
        expect(page.get_by_role("tab", name="Effects")).to_have_count(0)


LARGE = "&".join(
    f'change={{"op":"set","address":"facilities.erenhot_transshipment.{name}","value":{value}}}'
    for name, value in (("servers", 100000), ("mtbf_h", 0.01), ("mttr_h", 0.01))
)
"""100,000 servers that fail every minute: five milliards of breakdowns in six weeks."""


def test_a_scenario_that_is_too_large_is_refused_at_once_and_does_not_slow_another_visitor(visit: Visit) -> None:
    hostile = visit().open(f"what_if?port=erenhot&{LARGE}")
    expect(hostile.get_by_text("The run is too large, with too many breakdowns")).to_be_visible()
    expect(hostile.get_by_text("the command line runs larger scenarios")).to_be_visible()
    page = visit().open("what_if?port=ceke&set=facilities.shiveekhuren_lanes.servers%3D7")
    expect(page.get_by_test_id("stMetric").first).to_be_visible()


def test_a_slider_and_a_proposal_without_effect_have_the_reason_beside_them(visit: Visit) -> None:
    sentence = "该改动不起作用"
    shut = '{"op":"close","address":"ports.ceke","first_day":"2023-07-01","last_day":"2023-09-30"}'
    page = visit().open(f"what_if?lang=zh&port=ceke&proposal=m17_ceke_expressway&change={shut}&set=ports.ceke%3D3")
    expect(page.get_by_text(sentence)).to_have_count(2)
    expect(page.locator(".st-key-group_ceke_closures").get_by_text(sentence)).to_be_visible()
