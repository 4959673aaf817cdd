"""The shelf: what is put there is listed, opened, compared, changed and deleted; files from elsewhere are checked."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any, Final

import pyarrow.compute as pc
import pytest
from streamlit.testing.v1 import AppTest

from app import shelf
from app.kept_runs import keep_runs
from app.pages.shelf import draft_of, first_figures
from app.run_cache import QUICK_DAYS, QUICK_START, QUICK_WARMUP_DAYS
from app.shelf_worker import Intake, written_anew
from app.world import baseline, data, proposals
from corridors.findings import DataError
from corridors.overlay.changes import Change
from corridors.overlay.proposals import Scenario
from sim.reports import money
from sim.reports.comparison_names import traffic_name
from sim.studies.compare import Question
from sim.studies.result_file import Figure, ResultFile, read_bytes, read_file
from sim.studies.result_file.contents import Asked
from sim.studies.result_file.merging import merged
from sim.studies.result_file.programmes import plan_bytes
from sim.text.catalogue import Language, say
from sim.text.names import Names
from tests.app.test_pages import ENTRY, LANGUAGES, html_of, said, short_runs  # noqa: F401
from tests.helpers.web_page import PATIENCE_S
from tests.studies.answer_cases import cases, compared
from tests.studies.test_programme_files import PLAN, WHEN

PERIOD: Final[dict[str, Any]] = {"start": QUICK_START, "days": QUICK_DAYS, "warmup_days": QUICK_WARMUP_DAYS}
HOSTILE: Final = "<script>alert(1)</script> [x](javascript:1) **b** $a$"


def lanes(n: int) -> Scenario:
    change = Change(op="set", address="facilities.gashuunsukhait_lanes.servers", value=n)
    return Scenario(id="what_if", changes=(change,), **PERIOD)


@pytest.fixture(scope="module", autouse=True)
def kept(tmp_path_factory: pytest.TempPathFactory, short_runs: None) -> Iterator[Path]:  # noqa: F811
    """A shelf with two short runs of the shipped world."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("kept")
        patch.setenv("BRIDGEHEAD_SHELF", str(folder))
        keep_runs(lanes(2), HOSTILE)
        keep_runs(lanes(6))
        yield folder


def opened(page: str = "shelf", language: Language = "en", **address: Any) -> AppTest:
    at = AppTest.from_file(ENTRY, default_timeout=PATIENCE_S)
    at.query_params["lang"] = language
    for key, value in address.items():
        at.query_params[key] = value
    at.switch_page(f"app/pages/{page}.py").run()
    assert [one.message for one in at.exception] == []
    return at


def test_kept_runs_are_named_by_their_changes_and_are_real_files_of_results(kept: Path) -> None:
    names = {one.head.name for one in shelf.entries() if one.head}
    assert HOSTILE in names
    assert any(name.endswith("3 → 6") for name in names)
    for path in kept.iterdir():
        file = read_file(path)
        assert list(file.manifest["scenarios"]) == ["baseline", "what_if"]
        assert file.head.figures
        assert "<html" in file.brief


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_lists_entries_with_figures_and_no_script(language: Language) -> None:
    at = opened(language=language)
    assert [header.value for header in at.header] == [say("app_shelf.title", language)]
    assert "<script>alert" not in html_of(at)
    assert "\\*\\*b\\*\\*" in said(at)
    links = [link.proto for link in at.get("page_link")]
    assert sum("shelf=" in link.query_string for link in links) == 2
    assert len(at.get("download_button")) == 2
    assert say("comparison.interval", language) in html_of(at)


def test_a_filter_leaves_entries_with_all_words() -> None:
    at = opened()
    at.text_input(key="shelf_filter").set_value("nobody").run()
    assert not at.get("download_button")
    assert say("app_shelf.none_fits", "en") in said(at)


def test_ticked_entries_are_compared_against_the_one_baseline() -> None:
    ids = [one.id for one in shelf.entries()]
    at = opened()
    for id in ids:
        at.checkbox(key=f"shelf_chosen_{id}").check()
    at.run()
    (link,) = [one.proto for one in at.get("page_link") if one.proto.label == "Compare 2 entries"]
    assert all(f"shelf={id}" in link.query_string for id in ids)
    compared = opened("compare", shelf=ids)
    assert "present_comparison" in compared.session_state
    found = compared.session_state["present_comparison"]
    assert found.results.others == ["what_if", "what_if_2"]
    more = {one: found.effect(one, "ganqimaodu", "coal_truck", "dwell_h_mean") for one in found.results.others}
    alone = merged([("one", shelf.read(shelf.get(ids[1])).results())])
    assert len(alone.others) == 1
    assert len({one.difference for one in more.values()}) == 2
    assert len({one.paired.mean_baseline for one in more.values()}) == 1


def figures_of_three() -> tuple[Figure, ...]:
    """Three figures of each of three scenarios, of which two are proposals."""
    about: dict[str, Any] = {"port": "erenhot", "vehicle_class": "cr_express", "unit": "h", "n": 10, "before": 40.0}
    return tuple(
        Figure(scenario=scenario, kpi=kpi, difference=-1.0 - n, low=-2.0 - n, high=-0.5 - n, **about)
        for n, scenario in enumerate(("m08_central_railway", "m04_erenhot_line", "own_1"))
        for kpi in ("dwell_h_mean", "delivered_t_per_day", "vehicles_per_day")
    )


def test_each_scenario_of_an_entry_has_as_many_figures() -> None:
    shown = [one.scenario for one in first_figures(figures_of_three())]
    assert shown == ["m08_central_railway"] * 2 + ["m04_erenhot_line"] * 2 + ["own_1"] * 2
    many = tuple(figures_of_three()[0].model_copy(update={"scenario": f"s{n}"}) for n in range(9))
    assert [one.scenario for one in first_figures(many)] == [f"s{n}" for n in range(9)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_entry_of_several_scenarios_says_which_row_is_of_which(
    language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = next(one for one in shelf.entries() if one.head)
    assert entry.head
    head = entry.head.model_copy(update={"figures": figures_of_three()})
    monkeypatch.setattr(shelf, "entries", lambda: [replace(entry, head=head)])
    html = html_of(opened(language=language))
    assert say("comparison.scenario", language) in html
    for id in ("m08_central_railway", "m04_erenhot_line"):
        assert html.count(escape(getattr(proposals()[id], f"title_{language}"))) == 2
    assert html.count("own_1") == 2


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("en", "Best of 10 scenarios for {traffic}: {figure}"),
        ("zh", "{traffic}：10个情景中{figure}最佳"),
    ],
)
def test_an_answer_to_a_question_is_named_by_the_question(language: Language, name: str) -> None:
    case = next(one for one in cases() if one["name"] == "clear alone, but not among many scenarios")
    made = compared(case, baseline(), dict(proposals()))
    assert shelf.asked_in_words(made, language) == ""
    made = replace(made, question=Question("ganqimaodu", "coal_truck", "dwell_h_mean"))
    named = Names.of(baseline(), language)
    traffic = traffic_name(named, "ganqimaodu", "coal_truck")
    assert shelf.asked_in_words(made, language) == name.format(traffic=traffic, figure=named.figure("dwell_h_mean"))


def test_results_of_another_baseline_are_not_compared() -> None:
    first, second = (shelf.read(one).results() for one in shelf.entries())
    other = dict(second.manifest) | {"data_fingerprint": "0" * 64}
    with pytest.raises(DataError) as refused:
        merged([("one", first), ("two", replace(second, manifest=other))])
    assert [(one.code, one.column) for one in refused.value.findings] == [
        ("result_file.other_base", "data_fingerprint")
    ]


def test_an_unknown_entry_in_the_address_is_a_finding() -> None:
    at = opened("compare", shelf="../../etc/passwd")
    assert len(at.warning) == 1
    assert shelf.get("../../etc/passwd") is None
    shelf.delete("../../etc/passwd")


def test_a_scenario_of_an_entry_opens_as_the_draft_that_made_it() -> None:
    entry = shelf.entries()[0]
    scenario = Scenario.model_validate(shelf.read(entry).manifest["scenarios"]["what_if"])
    assert [change.value for change in draft_of(scenario).loaded.changes] == [6]
    id = sorted(proposals())[0]
    whole = scenario.model_copy(update={"proposals": (id,), "changes": (*proposals()[id].changes, *scenario.changes)})
    made = draft_of(whole).loaded
    assert (made.proposals, [change.value for change in made.changes]) == ((id,), [6])


def again(made: ResultFile, name: str) -> bytes:
    return written_anew(made, name, baseline(), proposals(), "en")


def test_an_uploaded_file_is_written_anew(kept: Path) -> None:
    content = next(kept.iterdir()).read_bytes()
    made = read_bytes(again(read_bytes(content, "mine"), "mine"), "mine")
    was = read_bytes(content, "mine")
    assert made.head.members["tables/kpis.csv"] == was.head.members["tables/kpis.csv"]
    assert (made.head.name, made.head.saved_at, made.head.figures) == (
        was.head.name,
        was.head.saved_at,
        was.head.figures,
    )


def test_figures_that_a_file_invents_are_not_shown(kept: Path) -> None:
    made = read_file(next(kept.iterdir()))
    alone = replace(made, head=made.head.model_copy(update={"figures": (invented(made),)}))
    base = {"baseline": made.manifest["scenarios"]["baseline"]}
    single = made.manifest | {"scenarios": base, "experiment": made.manifest["experiment"] | {"scenarios": []}}
    shards = {name: note for name, note in made.head.shards.items() if name.startswith("baseline")}
    rows = {kind: table.filter(pc.equal(table["scenario"], "baseline")) for kind, table in made.tables.items()}
    alone = replace(alone, manifest=single, tables=rows, head=alone.head.model_copy(update={"shards": shards}))
    assert shards
    assert read_bytes(again(alone, "alone"), "alone").head.figures == ()
    both = replace(made, head=made.head.model_copy(update={"figures": (invented(made),)}))
    assert read_bytes(again(both, "both"), "both").head.figures == made.head.figures


def test_a_question_that_no_row_answers_is_refused_as_open_does(kept: Path) -> None:
    made = read_file(next(kept.iterdir()))
    asked = Asked(port="nowhere", vehicle_class="none", kpi="dwell_h_mean")
    with pytest.raises(DataError) as stop:
        again(replace(made, head=made.head.model_copy(update={"question": asked})), "asked")
    assert [one.code for one in stop.value.findings] == ["result_file.unusable"]


def invented(made: ResultFile) -> Figure:
    """A figure of a file that its rows do not have."""
    return made.head.figures[0].model_copy(update={"difference": 1e6})


def test_a_folder_that_cannot_be_written_is_a_finding_without_its_path(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kept: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(shelf, "folder", lambda: tmp_path / "file" / "shelf")
    with pytest.raises(DataError) as refused:
        shelf.put(b"", "x")
    assert str(tmp_path) not in str(refused.value.findings)


def test_a_damaged_file_is_shown_with_its_finding_and_can_be_deleted(kept: Path) -> None:
    (kept / "broken.bridgehead").write_bytes(b"PK")
    at = opened()
    assert "damaged" in html_of(at)
    at.button(key="shelf_delete_now_broken").click().run()
    assert not (kept / "broken.bridgehead").exists()
    assert len(shelf.entries()) == 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plan_on_the_shelf_opens_on_the_page_money_and_is_not_compared(kept: Path, language: Language) -> None:
    shelf.put(plan_bytes(PLAN, name=HOSTILE, saved_at=WHEN), "plan")
    (id,) = (one.id for one in shelf.entries() if one.head and one.head.kind == "plan")
    try:
        at = opened(language=language)
        links = [link.proto for link in at.get("page_link") if f"kept={id}" in link.proto.query_string]
        assert [link.page for link in links] == ["money"]
        assert not [one for one in at.checkbox if one.key == f"shelf_chosen_{id}"]
        assert "<script>alert" not in html_of(at)
        unit = money.unit_of([0.5], language).name
        assert say("app_shelf.column_worth_plan", language, unit=unit) in html_of(at)
        compared = opened("compare", language, shelf=id)
        assert "present_comparison" not in compared.session_state
    finally:
        shelf.delete(id)


def test_a_link_out_of_the_shelf_is_no_entry(kept: Path, tmp_path: Path) -> None:
    target = tmp_path / "secret.bridgehead"
    target.write_bytes(b"secret")
    link = kept / "link.bridgehead"
    link.symlink_to(target)
    try:
        assert shelf.get("link") is None
    finally:
        link.unlink()


def test_on_a_shared_server_nothing_is_kept_unasked_and_nobody_can_delete(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRIDGEHEAD_SHARED", "1")
    at = opened()
    assert not [one for one in at.button if str(one.key).startswith("shelf_delete_now")]
    assert say("app_shelf.shared", "en") in said(at)
    monkeypatch.setattr(shelf, "entries", list)
    assert say("app_shelf.empty_shared", "en") in said(opened())


def test_a_full_shelf_takes_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "MOST", 2)
    with pytest.raises(shelf.ShelfFullError):
        shelf.put(b"", "x")
    assert "delete some of them" in shelf.full_text("en")
    monkeypatch.setenv("BRIDGEHEAD_SHARED", "1")
    assert "those who run it" in shelf.full_text("en")


def test_a_file_is_checked_in_a_process_that_answers_with_its_name_and_a_new_file(kept: Path) -> None:
    content = next(kept.iterdir()).read_bytes()
    request = {"name": "mine", "content": b64encode(content).decode(), "language": "zh", "data": data()}
    status, (name, made) = Intake().reply(request)
    assert (status, name) == ("made", read_bytes(content, "mine").head.name)
    assert read_bytes(made, "mine").head.figures == read_bytes(content, "mine").head.figures
    status, findings = Intake().reply(request | {"content": b64encode(b"PK").decode()})
    assert (status, [one.file for one in findings]) == ("refused", ["mine"])
    assert Intake().reply(request | {"data": "other"}) == ("changed", None)


def test_the_board_is_the_first_tab_of_a_comparison_and_is_sorted_and_saved() -> None:
    at = opened("compare", "zh", shelf=shelf.entries()[0].id)
    assert "board" in html_of(at)
    assert say("app_compare.board_csv", "zh") in [button.proto.label for button in at.get("download_button")]
    sort = at.selectbox(key="board_sort")
    sort.set_value(sort.options[-1]).run()
    assert not at.exception


def test_proposals_are_filtered_by_port_kind_and_cost() -> None:
    at = opened("compare")
    at.selectbox(key="filter_kind").set_value("shock").run()
    shown = at.multiselect(key="compare_chosen").options
    assert 0 < len(shown) < len(proposals())
    at.selectbox(key="filter_cost").set_value("10").run()
    assert not at.exception
    assert len(at.multiselect(key="compare_chosen").options) < len(shown)
