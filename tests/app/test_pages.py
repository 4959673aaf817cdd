"""The pages Overview, Replay, Data and Report, widget by widget and in both languages, over a world of a few days."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import openpyxl
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from app import run_cache
from app.short_run import ShortRun
from app.widgets.replay_payload import pack
from corridors.fingerprint import fingerprint
from corridors.model import TABLES
from corridors.overlay.changes import Change
from corridors.overlay.proposals import Scenario
from sim.kpi.replay_frames import replay
from sim.run import BASELINE
from sim.studies.compare import ScenarioComparison, compare
from sim.studies.validation.compared_figure import ComparedFigure
from sim.studies.validation.comparisons import load_comparisons
from sim.studies.validation.record import Record
from sim.text.catalogue import Language, say
from sim.text.names import Names
from tests.helpers.hand_results import results_of
from tests.helpers.stories import world_of_three_trains

ENTRY: Final = str(Path(__file__).parents[2] / "streamlit_app.py")
DAYS, WARMUP_DAYS = 9, 2
PORTS: Final = {"en": ("Manzhouli - Zabaikalsk", "Ceke - Shiveekhuren"), "zh": ("满洲里—后贝加尔斯克", "策克—西伯库伦")}
LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh")
FEWER_GATES: Final = Change(op="set", address="facilities.gashuunsukhait_lanes.servers", value=2)


@pytest.fixture(scope="module", autouse=True)
def short_runs() -> Iterator[None]:
    """Every run of the page takes a few days, and is forgotten afterwards."""
    with pytest.MonkeyPatch.context() as patch:
        run = run_cache._run

        def shorter(wanted: ShortRun, place: Any = None) -> Any:
            days, warmup_days = min(wanted.days, DAYS), min(wanted.warmup_days, WARMUP_DAYS)
            return run(replace(wanted, days=days, warmup_days=warmup_days), place)

        def base_year(version: str) -> tuple[run_cache.Answer, Record]:
            rows = (ComparedFigure(next(iter(load_comparisons())), 5_000.0, -np.inf, np.inf),)
            return run_cache.quick(BASELINE), Record(rows, (), replications=1, seed=1)

        patch.setattr(run_cache, "_run", shorter)
        patch.setattr(run_cache, "_base_year", base_year)
        patch.setattr(run_cache, "warm_up", lambda: None)
        run_cache.forget_runs()
        yield
        run_cache.forget_runs()


def opened(page: str, language: Language = "en", **state: Any) -> AppTest:
    """The page as a visitor finds it, opened by its address as the first one of its session."""
    at = AppTest.from_file(ENTRY, default_timeout=600)
    at.switch_page(f"app/pages/{page}.py")
    at.query_params["lang"] = language
    for key, value in state.items():
        at.session_state[key] = value
    at.run()
    assert not at.exception
    return at


def said(at: AppTest) -> str:
    """All text of a page, HTML included."""
    kinds = ("html", "markdown", "caption", "header", "subheader", "info", "error", "warning", "success", "code")
    return "\n".join(str(getattr(one, "value", "") or one.proto) for kind in kinds for one in at.get(kind))


def html_of(at: AppTest) -> str:
    return "\n".join(one.proto.body for one in at.get("html"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_overview_has_a_card_a_port_with_dwell_and_bottleneck(language: Language) -> None:
    at = opened("overview", language)
    html = html_of(at)
    assert html.count('<div class="card">') == 4
    for port in PORTS[language]:
        assert port in html
    assert "95%" in html
    assert {"en": "of the waiting time is for", "zh": "的等待时间发生在"}[language] in html
    assert {"en": "reported", "zh": "公开报道"}[language] in said(at)
    assert len(at.get("page_link")) == 6


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_card_marks_the_hours_of_a_queue_that_grows(language: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet = run_cache.quick(BASELINE)
    row = ["manzhouli", "inbound", "cr_express", "zabaikalsk_tracks", 0.2, 0.1, 0.3, 8.0, 7.8]
    growing = pd.DataFrame([row], columns=quiet.growing.columns)
    record = Record((), (), replications=1, seed=1)
    for answer, marks in ((quiet, 0), (replace(quiet, growing=growing), 2)):
        monkeypatch.setattr(run_cache, "_base_year", lambda version, answer=answer: (answer, record))
        html = html_of(opened("overview", language))
        assert len(re.findall("†</td>", html)) == marks, "median and 95th percentile of that class alone"
        assert ({"en": "the queue grows without bound", "zh": "排队持续增长"}[language] in html) == bool(marks)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_card_has_the_published_figures_of_its_port_alone(language: Language) -> None:
    html = html_of(opened("overview", language))
    (found,) = re.findall(r"<details><summary>[^<]*</summary><ul><li>([^<]*5,001[^<]*)</li></ul></details>", html)
    assert "5,000" in found
    assert say("names.grade.reported", language) in found
    card = next(part for part in html.split('<div class="card">') if found in part)
    assert PORTS[language][0] in card


def test_the_map_has_two_panels() -> None:
    at = opened("overview")
    ports = at.get("vega_lite_chart")[0].proto.spec
    at.button_group(key="overview_panel").set_value("network").run()
    assert not at.exception
    network = at.get("vega_lite_chart")[0].proto.spec
    assert "conicEqualArea" in ports
    assert ports != network


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_replay_says_that_it_is_one_replication(language: Language) -> None:
    at = opened("replay", language)
    assert {"en": "One replication", "zh": "单次仿真"}[language] in at.info[0].value
    assert len(at.get("bidi_component")) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_train_graph_has_the_trains_of_a_line_of_the_same_run(language: Language) -> None:
    at = opened("replay", language)
    at.button_group(key="replay_view").set_value("train_graph").run()
    assert not at.exception
    packed = at.get("bidi_component")[0].proto.bytes
    length = int.from_bytes(packed[:4], "little")
    text = json.loads(packed[4 : 4 + length])
    arrays = {
        name: np.frombuffer(packed, kind, size, 4 + length + place)
        for name, (kind, place, size) in text["arrays"].items()
    }
    assert text["view"] == "train_graph"
    assert [station[0] for station in text["stations"]][:: len(text["stations"]) - 1] == {
        "en": ["Naushki", "Zamyn-Uud"],
        "zh": ["纳乌什基", "扎门乌德"],
    }[language]
    assert text["zone"] == "Asia/Ulaanbaatar"
    assert len(arrays["first"]) > 200
    assert arrays["first"][-1] == len(arrays["time"]) == len(arrays["station"]) == len(arrays["state"])
    assert {"en": "waits for an opposing train", "zh": "等待对向列车交会"}[language] in text["causes"]
    assert 0 <= arrays["state"].max() < len(text["causes"])
    shown = next(line for line in at.selectbox(key="replay_line").options if "Malaszewicze" in line or "马拉" in line)
    at.selectbox(key="replay_line").set_value(shown).run()
    assert not at.exception
    assert at.get("bidi_component")[0].proto.bytes != packed


def test_a_proposal_and_other_days_can_be_played() -> None:
    at = opened("replay")
    base = at.get("bidi_component")[0].proto.bytes
    at.button_group(key="replay_days").set_value(1).run()
    one_day = at.get("bidi_component")[0].proto.bytes
    assert len(one_day) < len(base)
    what = at.selectbox(key="replay_what")
    what.set_value(next(title for title in what.options if "road" in title.lower())).run()
    assert not at.exception
    assert at.get("bidi_component")[0].proto.bytes != one_day


def test_the_current_scenario_can_be_played() -> None:
    at = opened("replay", present_scenario=Scenario(id="edited", changes=(FEWER_GATES,)))
    assert "Current scenario (1 change)" in at.selectbox(key="replay_what").options


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_data_of_the_component_are_complete_and_in_the_language(language: Language) -> None:
    result = run_cache.traced()
    plan = result.trace.plan
    day = replay(result.trace, plan.labels.warmup_s, plan.labels.warmup_s + 86_400)
    packed = pack(day, plan, result.case.corridor, Names.of(result.case.corridor, language), {"play": "?"})
    length = int.from_bytes(packed[:4], "little")
    text = json.loads(packed[4 : 4 + length])
    for name, (kind, at, size) in text["arrays"].items():
        array = np.frombuffer(packed, kind, size, 4 + length + at)
        if hasattr(day, name):
            assert array.tolist() == getattr(day, name).tolist(), name
    assert (4 + length) % 8 == 0
    assert {port["name"] for port in text["ports"]} >= set(PORTS[language])
    assert text["minutes"] == 1440
    sides = {side["zone"] for port in text["ports"] for side in port["sides"]}
    assert sides == {"Asia/Shanghai", "Asia/Ulaanbaatar", "Asia/Chita"}
    assert [text["classes"][k]["rail"] for k in text["class_of_service"]].count(True) > 10


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_table_opens_with_its_columns_in_the_language(language: Language) -> None:
    at = opened("data", language)
    for table in TABLES if language == "zh" else ("services", "itineraries"):
        at.selectbox(key="data_table").set_value(table).run()
        assert not at.exception, table
    assert len(at.dataframe) == 1


def test_filters_narrow_a_table_down() -> None:
    at = opened("data")
    assert "64 of 64 rows" in said(at)
    at.selectbox(key="data_port").set_value("ceke").run()
    at.multiselect(key="data_grade").set_value(["assumed"]).run()
    at.text_input(key="data_search").set_value("inspection").run()
    assert not at.exception
    shown = int(said(at).split(" of 64 rows")[0].rsplit(" ", 1)[1])
    assert 0 < shown < 10


@pytest.mark.parametrize("language", LANGUAGES)
def test_wrong_edits_are_shown_and_cannot_be_taken_over(language: Language) -> None:
    wrong = [
        FEWER_GATES.model_copy(update={"value": -1}),
        Change(op="set", address="facilities.ceke_inspection.calendar", value="ceke_gaet"),
    ]
    at = opened("data", language, data_edits=wrong)
    text = said(at)
    assert "-1" in text
    assert "ceke_gate" in text, "the nearest name"
    assert at.button(key="data_take").disabled
    at.button(key="data_discard").click().run()
    assert not at.error


def test_edits_become_the_current_scenario_and_can_be_taken_back() -> None:
    at = opened("data", data_edits=[FEWER_GATES])
    assert "No problems found" in at.success[0].value
    at.button(key="data_take").click().run()
    assert at.session_state["present_scenario"].changes == (FEWER_GATES,)
    assert "Coal lanes out of Mongolia" in html_of(at)
    at.button(key="data_reset").click().run()
    assert "present_scenario" not in at.session_state
    assert not at.exception


def test_the_last_edit_is_applied_even_if_it_arrives_with_the_button() -> None:
    """The browser sends edit and press together: the page has drawn its button before it heard of the edit."""
    last = Change(op="set", address="facilities.erenhot_customs.servers", value=3)
    at = opened("data", data_edits=[FEWER_GATES])
    at.session_state["data_edits"] = [FEWER_GATES, last]
    at.button(key="data_take").click().run()
    assert at.session_state["present_scenario"].changes == (FEWER_GATES, last)
    wrong = opened("data", data_edits=[FEWER_GATES])
    wrong.session_state["data_edits"] = [FEWER_GATES, last.model_copy(update={"value": -3})]
    wrong.button(key="data_take").click().run()
    assert "present_scenario" not in wrong.session_state
    assert "-3" in said(wrong)
    assert not wrong.exception


def test_edits_wait_while_one_looks_at_another_table_or_page() -> None:
    at = opened("data")
    at.session_state["data_live_edits"] = [FEWER_GATES]
    at.selectbox(key="data_table").set_value("shares").run()
    assert "Unapplied edits: 1" in said(at)
    at.session_state["data_edits"] = []
    at.session_state["data_live_edits"] = [FEWER_GATES]
    at.switch_page("app/pages/report.py").run()
    at.switch_page("app/pages/data.py").run()
    assert "Unapplied edits: 1" in said(at)


@pytest.mark.parametrize("page", ["data", "report"])
def test_a_scenario_that_cannot_be_made_is_shown(page: str) -> None:
    at = opened(page, present_scenario=Scenario(id="edited", proposals=("nobody",)))
    assert "nobody" in html_of(at)


def test_a_world_too_large_to_run_on_the_page_is_refused() -> None:
    many = Change(op="set", address="services.coal_trucks_gqm.fleet", value=10_000_000)
    service = next(row.id for row in run_cache.baseline().services.values() if row.fleet)
    at = opened("data", data_edits=[many.model_copy(update={"address": f"services.{service}.fleet"})])
    assert at.button(key="data_take").disabled


def test_edits_are_compared_with_the_baseline() -> None:
    at = opened("data", data_edits=[FEWER_GATES])
    at.button(key="data_run").click().run()
    assert not at.exception
    assert "Coal truck, inbound" in html_of(at)


@pytest.mark.parametrize("language", LANGUAGES)
def test_published_figures_are_shown_with_the_model(language: Language) -> None:
    at = opened("data", language)
    at.button_group(key="data_part").set_value("facts").run()
    assert not at.exception
    assert "T015" in html_of(at)
    at.text_input(key="data_facts_search").set_value("Erenhot").run()
    assert 10 < len(at.dataframe[0].value) < 200


def test_how_to_cite_gives_version_and_fingerprints() -> None:
    at = opened("data", present_scenario=Scenario(id="edited", changes=(FEWER_GATES,)))
    at.button_group(key="data_part").set_value("cite").run()
    text = said(at)
    assert fingerprint(run_cache.baseline()) in text
    assert fingerprint(run_cache.world_of(Scenario(id="x", changes=(FEWER_GATES,)))) in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_is_of_the_current_scenario(language: Language) -> None:
    at = opened("report", language, present_scenario=Scenario(id="edited", changes=(FEWER_GATES,)))
    at.button(key="report_make").click().run()
    assert not at.exception
    files = at.session_state["report_made"][2]
    html = files["html"].decode("utf-8")
    assert f">{say('run_report.changed', language)}<" in html
    assert {"en": "user scenario", "zh": "自定义情景"}[language] in html
    assert PORTS[language][0] in html
    assert len(html) < 3_000_000
    assert files["csv"].startswith(b"\xef\xbb\xbf")
    assert len(at.get("download_button")) == 4


def test_an_opened_comparison_is_in_the_report() -> None:
    at = opened("report", "zh", present_comparison=two_scenarios())
    assert "尚无方案比较" not in said(at)
    at.button(key="report_make").click().run()
    assert not at.exception
    files = at.session_state["report_made"][2]
    html = files["html"].decode("utf-8")
    assert "two_cranes" in html
    assert html.count("<footer>") == 1
    specs = json.loads(html.split('id="specs">')[1].split("</script>")[0].replace("<\\/", "</"))
    assert set(re.findall(r'class="chart" id="([^"]+)"', html)) == set(specs)
    assert any(key.startswith("ranking-") for key in specs)
    book = openpyxl.load_workbook(io.BytesIO(files["xlsx"]), read_only=True)
    _, first, *_ = book[say("table_headings.sheet.differences", "zh")].iter_rows(values_only=True)
    assert first[0] == "Scenario two_cranes"


def two_scenarios() -> ScenarioComparison:
    dwell = {"baseline": [10.0, 12.0, 11.0, 13.0], "two_cranes": [8.0, 11.0, 9.0, 10.0]}
    tonnes = {id: [100.0, 101.0, 102.0, 103.0 + k] for k, id in enumerate(dwell)}
    world = world_of_three_trains()
    return compare(results_of(dwell, tonnes, corridor=world), world, {})
