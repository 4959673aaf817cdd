"""The page Money over a small world whose runs are stored: the answer, and sliders that need no run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from app import background, home, money_data, shelf, world
from app.jobs import Program
from app.shelf_worker import programme_anew
from corridors.findings import DataError
from corridors.load import load_corridor
from sim.__main__ import main
from sim.cli.appraise import programme_data
from sim.core.run_settings import RunSettings
from sim.reports.money import amount
from sim.run import prepare
from sim.studies import appraisal
from sim.studies.appraisal import appraise, runs
from sim.studies.appraisal.programme import Programme, load_programme
from sim.studies.appraisal.stored import RECORD, AppraisalData, Moved, Record, write_record
from sim.studies.result_file import head_of
from sim.studies.result_file.programmes import KeptAppraisal, programme_file
from sim.text.catalogue import Language, say
from tests.cli.test_appraise import FUTURES, PROGRAMME
from tests.helpers.web_page import PATIENCE_S

PAGE = str(Path(__file__).parents[2] / "app" / "pages" / "money.py")
SECOND = """\
  - {id: customs, opens: 2029, kind: equipment, capital_musd: {value: 0.5, low: 0.4, high: 0.8}, source: K044,
     changes: [{op: add, address: facilities.entry_customs.servers, value: 1}]}
"""
REPLICATIONS = 2


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Record]:
    """A data folder with one programme of two works, all of whose choices have been run."""
    root = tmp_path_factory.mktemp("money")
    folder = root / "mine"
    assert main(["new", str(folder)]) == 0
    (folder / "futures.yaml").write_text(FUTURES, encoding="utf-8")
    (folder / "programmes").mkdir()
    file = folder / "programmes" / "lane.yaml"
    file.write_text(PROGRAMME + SECOND, encoding="utf-8")
    caches = (world.baseline, world.proposals, money_data.world, money_data.programmes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(home, "folder", lambda: folder)
        patch.setenv("BRIDGEHEAD_RESULTS", str(root / "out"))
        for cached in caches:
            cached.clear()
        corridor = load_corridor(folder)
        whole = prepare(corridor, seed=1).settings
        settings = RunSettings(whole.start, 9, 2, 1)
        record = Record(load_programme(file), settings, REPLICATIONS, root / "kept")
        data = programme_data(corridor, folder)
        made: Any = {"replications": REPLICATIONS, "parts": True}
        appraise(record.programme, corridor, *data, settings, record.runs, **made)

        def record_of(programme: Programme, replications: int) -> Record:
            return Record(programme, settings, replications, record.runs)

        patch.setattr(money_data, "record_of", record_of)
        yield record
    for cached in caches:
        cached.clear()


@pytest.fixture(autouse=True)
def nothing_is_run(small: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*arguments: Any) -> None:
        raise AssertionError("a run")

    monkeypatch.setattr(runs, "run_cells", refused)


def opened(language: Language = "en", **parameters: str | list[str]) -> AppTest:
    at = AppTest.from_file(PAGE, default_timeout=PATIENCE_S)
    at.session_state["language"] = language
    for part, value in ({"replications": str(REPLICATIONS)} | parameters).items():
        at.query_params[part] = value
    at.run()
    assert not at.exception
    return at


def npv(at: AppTest) -> str:
    return str(at.metric[0].value)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_first_screen_has_answer_break_even_payers_and_kinds_of_uncertainty(language: Language) -> None:
    at = opened(language)
    assert [one.label for one in at.metric] == [
        say(f"appraisal.column.{key}", language) for key in ("npv", "bcr", "eirr", "payback")
    ]
    answer, first = at.info[0].value, at.markdown[0].value
    assert {"en": "rest on assumed prices", "zh": "取决于假定价格"}[language] in answer
    assert {"en": "Costs are paid by", "zh": "费用由"}[language] in first
    assert {"en": "pays if this is", "zh": "时不再值得"}[language] in first
    unsure = next(one.proto.body for one in at.get("html") if "<table" in one.proto.body)
    for kind in ("prices", "futures"):
        assert say(f"appraisal.unsure.{kind}", language, above="@").split("@")[0][:12] in unsure
    assert unsure.count("<tr>") == 4


@pytest.fixture
def every_ratio_is_large(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """With what the server keeps made anew, before and after."""
    monkeypatch.setattr(appraisal, "LARGE_RATIO", -1e9)
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


@pytest.mark.usefixtures("every_ratio_is_large")
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_large_ratios_of_all_futures_are_one_warning(language: Language) -> None:
    at = opened(language)
    assert not at.exception
    shown = [one.value for one in at.warning if "5" in one.value]
    assert len(shown) == 1
    assert shown[0].count({"en": " future)", "zh": "情景）"}[language]) > 1
    others = [one.value.removeprefix("- ") for one in at.markdown]
    assert not set(shown) & set(others)


def test_a_moved_opening_is_summed_from_stored_runs_and_kept_in_the_address(small: Record) -> None:
    files = sorted(small.runs.rglob("*.parquet"))
    at = opened()
    before = npv(at)
    at.slider(key="money_lane_opens_one_lane").set_value(2031).run()
    assert not at.exception
    after = npv(at)
    assert after != before
    assert at.query_params["with"] == "opens.one_lane=2031"
    assert sorted(small.runs.rglob("*.parquet")) == files
    # One opens later than the other now; the address gives the same, as does the model itself.
    again = opened(**{"with": "opens.one_lane=2031"})
    assert npv(again) == after
    study = money_data.study_of(small)
    moved = Moved(study.planned.works, {"one_lane": 2031})
    expected = money_data.appraisal_of(study, 0, moved).futures["central"].npv.estimate
    assert float(after.split()[0].replace(",", "")) == pytest.approx(expected, rel=0.01)


def test_works_rate_and_budget_are_moved_without_a_run() -> None:
    at = opened()
    whole = npv(at)
    at.checkbox(key="money_lane_out_customs").uncheck().run()
    alone = npv(at)
    assert alone != whole
    at.slider(key="money_lane_rate_").set_value(3.0).run()
    assert npv(at) != alone
    assert at.query_params["with"] == ["out.customs=1", "rate=0.03"]
    at.button(key="money_reset").click().run()
    assert npv(at) == whole
    at.slider(key="money_lane_budget_").set_value(0.0).run()
    assert not at.exception
    assert not at.metric
    assert "Within 0 M USD" in "".join(one.value for one in at.caption)


def test_a_setting_that_the_programme_does_not_have_is_a_finding() -> None:
    at = opened(**{"with": ["opens.one_lane=1900", "opens.tunnel=2030", "rate=0.06"]})
    refused = at.session_state["address_refused"]
    assert refused["with"].found in ("opens.one_lane=1900", "opens.tunnel=2030")
    assert at.slider(key="money_lane_rate_").value == 6.0


@pytest.mark.parametrize("language", ["en", "zh"])
def test_before_any_run_the_page_says_what_the_works_must_bring_and_offers_a_first_answer(
    small: Record, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, language: Language
) -> None:
    """0.2 and 0.5 M USD of equipment, without upkeep: the needed benefit follows from the costs alone."""
    started: list[Program] = []
    monkeypatch.setattr(background, "start_program", lambda program, parameter: started.append(program))

    def record_of(programme: Programme, replications: int) -> Record:
        return Record(programme, small.settings, replications, tmp_path)

    monkeypatch.setattr(money_data, "record_of", record_of)
    at = opened(language, replications="5")
    study = money_data.study_of(record_of(small.programme, 5))
    needed = study.needed(study.planned)
    first, last = study.works[0].opens, study.last_year
    factors = {year: 1.08 ** -(year - 2026) for year in range(first, last + 1)}
    assert needed.costs == pytest.approx(needed.yearly * sum(factors.values()))
    assert amount(needed.yearly, language) in at.info[0].value
    assert str(first) in at.info[0].value
    at.button(key="money_run_first").click().run()
    assert not at.exception
    (program,) = started
    assert program.options[:2] == ("--replications", str(REPLICATIONS))
    assert "--parts" not in program.options
    # Nothing, the first work, both: in two futures.
    assert len(program.files) == 3 * 2 * REPLICATIONS
    assert at.query_params["replications"] == str(REPLICATIONS)


def test_missing_runs_are_named_and_start_as_a_job(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Program] = []
    monkeypatch.setattr(background, "start_program", lambda program, parameter: started.append(program))
    at = opened(replications="5")
    assert not at.metric
    at.button(key="money_run_all").click().run()
    (program,) = started
    assert program.command == "appraise"
    assert program.options[:2] == ("--replications", "5")
    assert "--parts" in program.options
    # Four choices of two works, nothing among them, in two futures; two of five replications are there.
    assert len(program.files) == 4 * 2 * (5 - REPLICATIONS)


def test_results_on_disk_are_opened(small: Record) -> None:
    folder = money_data.results_root() / "appraisal" / "lane"
    folder.mkdir(parents=True)
    write_record(folder / RECORD, small)
    assert npv(opened(study="appraisal/lane")) == npv(opened())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_appraisal_on_the_shelf_opens_with_its_sliders_and_without_its_runs(
    small: Record, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, language: Language
) -> None:
    monkeypatch.setenv("BRIDGEHEAD_SHELF", str(tmp_path / "shelf"))
    at = opened(language)
    whole = npv(at)
    at.button(key="money_keep").click().run()
    assert not at.exception
    assert [one.value for one in at.success] == [say("app_money.is_kept", language)]
    (entry,) = shelf.entries()
    assert entry.head
    assert (entry.head.kind, entry.head.name) == ("appraisal", getattr(small.programme, f"title_{language}"))
    later = npv(opened(language, **{"with": "opens.one_lane=2031"}))

    def unread(*arguments: Any) -> None:
        raise AssertionError("a folder of runs")

    monkeypatch.setattr(runs, "figures_in", unread)
    kept = opened(language, kept=entry.id)
    assert npv(kept) == whole
    kept.slider(key="money_lane_opens_one_lane").set_value(2031).run()
    assert not kept.exception
    assert npv(kept) == later != whole


def test_an_appraisal_from_elsewhere_is_kept_with_values_of_its_figures(
    small: Record, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BRIDGEHEAD_SHELF", str(tmp_path / "shelf"))
    opened().button(key="money_keep").click().run()
    (entry,) = shelf.entries()
    made = programme_file(entry.file.read_bytes(), "mine")
    assert programme_anew(made, "mine", world.baseline()) == (small.programme.title_en, entry.file.read_bytes())
    assert isinstance(made, KeptAppraisal)
    invented = made.head.model_copy(update={"worth": (made.head.worth[0].model_copy(update={"value": 1e9}),)})
    _, content = programme_anew(replace(made, head=invented), "mine", world.baseline())
    assert head_of(content, "mine").worth == made.head.worth
    with pytest.raises(DataError) as refused:
        programme_anew(replace(made, data="0" * 64), "mine", world.baseline())
    assert [one.code for one in refused.value.findings] == ["result_file.other_data"]


def test_an_entry_that_the_shelf_does_not_have_is_a_finding(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BRIDGEHEAD_SHELF", str(tmp_path))
    at = opened(kept="../../etc/passwd")
    assert say("app_money.no_shelf", "en") in [one.value for one in at.info]
    with pytest.raises(DataError):
        money_data.kept("../../etc/passwd")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_stored_plan_has_a_frontier_and_a_budget_slider_and_is_kept_on_the_shelf(
    language: Language, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = money_data.results_root() / "plan"
    folder.mkdir(parents=True, exist_ok=True)
    works = {"lane": {"title_en": "A lane", "title_zh": "一条通道", "build_years": 1}}
    lever = "more3_entry_customs"
    budgets = [
        {"budget_musd": 0.0, "capital_musd": 0.0, "net_musd_a_year": 0.0, "opens": {}, "npv": None},
        {
            **{"budget_musd": 30.0, "capital_musd": 20.0, "net_musd_a_year": 7.5, "opens": {"lane": 2028, lever: 2027}},
            **{"npv": {"central": {"value": 61.0}}, "assumed_share": 0.82},
        },
    ]
    found = {"quick": False, "sets_valued": 4, "works": works, "budgets": budgets}
    (folder / money_data.PLAN).write_text(json.dumps(found), encoding="utf-8")
    monkeypatch.setenv("BRIDGEHEAD_SHELF", str(tmp_path))
    at = opened(language, plan="plan")
    added = {"en": "3 more of: ", "zh": "增设3个："}[language]
    amounts = {"en": ("30 M USD", "7.50 M USD", "61.0 M USD"), "zh": ("3,000万美元", "750万美元", "6,100万美元")}
    for part in (*amounts[language], works["lane"][f"title_{language}"], "2028", added, "82%"):
        assert part in at.info[0].value
    assert len(at.get("arrow_vega_lite_chart") or at.get("vega_lite_chart")) == 2
    shown = at.info[0].value
    at.button(key="money_keep").click().run()
    (entry,) = shelf.entries()
    kept = opened(language, kept=entry.id)
    assert kept.info[0].value == shown
    assert say("portfolio.stored_of_file", language) in [one.value for one in kept.caption]
    at.select_slider(key="money_plan_budget").set_value(0.0).run()
    assert not at.exception
    assert "2028" not in at.info[0].value


def test_a_damaged_plan_is_a_finding() -> None:
    folder = money_data.results_root() / "damaged"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / money_data.PLAN).write_text('{"quick": false, "works": {}, "budgets": [{}]}', encoding="utf-8")
    at = opened(plan="damaged")
    assert not at.info
    assert "damaged" in "".join(one.proto.body for one in at.get("html"))


def test_a_data_folder_that_cannot_be_appraised_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def lacking() -> AppraisalData:
        raise DataError([])

    monkeypatch.setattr(money_data, "world", lacking)
    assert "no programme can be appraised" in opened().info[0].value
