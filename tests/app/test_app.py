"""The web page's script without a browser: each page in both languages, each group of widgets, and the same numbers."""

from __future__ import annotations

import contextlib
import json
import os
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app.figures import FigurePair, is_better, of_pairs, of_two_runs
from app.load_guard import too_much
from app.pages.what_if_answer import change_text
from app.results import finished, open_results, titles
from app.run_cache import QUICK_DAYS, QUICK_SETTINGS, QUICK_START, QUICK_WARMUP_DAYS, quick
from app.serve import FLAGS
from app.session.draft import Draft, RunPeriod
from app.widgets.sliders import GROUPS, sliders
from corridors.findings import DataError
from corridors.load import load_corridor
from corridors.overlay.applying import apply
from corridors.overlay.options import parse_setting
from corridors.overlay.proposals import to_yaml
from sim.cli import page_settings
from sim.statistics import Interval
from tests.conftest import Told
from tests.helpers.processes import PATIENCE_S, PYTHON, run

ROOT = Path(__file__).parents[2]
GATES = "facilities.gashuunsukhait_lanes.servers"
HORIZON = RunPeriod(QUICK_START, QUICK_DAYS, QUICK_WARMUP_DAYS)


def page(
    name: str = "what_if",
    language: str = "en",
    state: Mapping[str, Any] | None = None,
    **parameters: str | list[str],
) -> AppTest:
    """A page that has run once, opened by its address as the first one of its session."""
    at = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=PATIENCE_S)
    at.switch_page(f"app/pages/{name}.py")
    for key, value in {"lang": language, **parameters}.items():
        at.query_params[key] = value
    for key, value in (state or {}).items():
        at.session_state[key] = value
    at.run()
    assert [one.message for one in at.exception] == []
    return at


def the(elements: Any, label: str) -> Any:
    """The one widget whose label begins like this."""
    (found,) = [element for element in elements if element.label.startswith(label)]
    return found


def open_port(at: AppTest, port: str) -> None:
    """The tab of a port with all its groups open."""
    for group in GROUPS:
        at.session_state[f"group_{port}_{group}"] = True
    at.button_group(key="port").set_value(port).run()


def open_box(at: AppTest, key: str) -> None:
    """Open a box, whose content is drawn only then."""
    at.session_state[key] = True
    at.run()


@pytest.mark.parametrize(("language", "titles"), [("en", ["What if", "Compare"]), ("zh", ["情景推演", "方案比较"])])
def test_each_page_speaks_both_languages(language: str, titles: list[str]) -> None:
    for name, title in zip(("what_if", "compare"), titles, strict=True):
        assert [header.value for header in page(name, language).header] == [title]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_port_shows_its_sliders_in_groups_with_help(language: str) -> None:
    at = page("what_if", language)
    for port in ("manzhouli", "erenhot", "ganqimaodu", "ceke", ""):
        open_port(at, port)
        assert [one.message for one in at.exception] == []
        shown = [one for one in (*at.slider, *at.select_slider) if str(one.key).startswith("slider_")]
        mine = [slider for slider in sliders().values() if slider.port == port]
        assert len(shown) == len(mine)
        assert len({slider.group for slider in mine}) == (len(GROUPS) if port else 2)
        for widget in shown:
            assert widget.help, widget.label
        said = "\n".join(widget.help for widget in shown)
        assert ("Data grade" if language == "en" else "数据等级") in said
        assert ("Baseline value" if language == "en" else "基准值") in said


@pytest.mark.parametrize(("language", "differs"), [("en", "Differs from the baseline: "), ("zh", "与基准情形的差异：")])
def test_a_slider_of_every_group_makes_a_scenario_that_runs(language: str, differs: str) -> None:
    """One after the other in one session: each is moved in the run in which the one before it goes back."""
    at = page("what_if", language)
    open_port(at, "ganqimaodu")
    back: Callable[[], object] = list
    for group in GROUPS:
        slider = next(one for one in sliders().values() if one.group == group and one.port == "ganqimaodu")
        widget = (at.select_slider if slider.is_time else at.slider)(key=f"slider_{slider.key}")
        base = widget.value
        back()
        widget.set_value(slider.high).run()
        assert [one.message for one in at.exception] == []
        assert [one.value for one in at.error] == []
        assert at.query_params["set"] in (f"{slider.key}={slider.high}", [f"{slider.key}={slider.high}"])
        assert the(at.expander, differs).label.startswith(f"{differs}1")
        find = at.select_slider if slider.is_time else at.slider
        back = partial(find(key=f"slider_{slider.key}").set_value, base)


def test_a_proposal_is_a_preset_and_reset_takes_it_back() -> None:
    at = page("what_if")
    at.multiselect(key="presets").set_value(["m11_coal_gate_hours"]).run()
    assert the(at.expander, "Differs").label != "Differs from the baseline: 0 values"
    the(at.button, "Reset to baseline").click().run()
    assert the(at.expander, "Differs").label == "Differs from the baseline: 0 values"


def test_proposals_that_contradict_are_shown_not_run() -> None:
    at = page("what_if")
    at.multiselect(key="presets").set_value(["m26_demand_2035_high", "m26_demand_2035_low"]).run()
    assert len(at.error) == 1
    assert [one.message for one in at.exception] == []


def test_a_saved_scenario_can_be_opened_again() -> None:
    at = page("what_if")
    at.multiselect(key="presets").set_value(["m11_coal_gate_hours"]).run()
    open_box(at, "file_box")
    at.text_input(key="saved_name").set_value("Longer hours").run()
    the(at.button, "Save").click().run()
    the(at.button, "Reset to baseline").click().run()
    the(at.button, "Open: Longer hours").click().run()
    assert the(at.expander, "Differs").label != "Differs from the baseline: 0 values"
    at.switch_page("app/pages/compare.py").run()
    assert "Longer hours" in at.multiselect(key="compare_chosen").options


def test_an_invalid_address_is_shown_with_the_expected_value() -> None:
    at = page(set=f"{GATES}=100000")
    assert len(at.error) == 1
    assert the(at.expander, "Differs").label == "Differs from the baseline: 0 values"


@pytest.mark.parametrize(
    ("name", "parameters", "found"),
    [
        ("what_if", {"port": "nope"}, "nope"),
        ("what_if", {"port": "ceki"}, "ceki"),
        ("what_if", {"prot": "ceke"}, "prot"),
        ("what_if", {"port": "ceke", "changes": "{}"}, "changes"),
        ("compare", {"results": "nope"}, "nope"),
        ("compare", {"port": "ceke"}, "port"),
        ("what_if", {"lang": "xx"}, "xx"),
    ],
)
def test_an_unknown_name_in_an_address_is_shown_until_another_is_requested(
    name: str, parameters: dict[str, str], found: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "_manifest.json").write_text("{}")
    monkeypatch.setenv("BRIDGEHEAD_RESULTS", str(tmp_path))
    at = page(name)
    for key, value in parameters.items():
        at.query_params[key] = value
    at.run()
    assert len(at.warning) == 1
    assert found in shown_tables(at)
    at.run()
    assert len(at.warning) == 1
    for key in parameters:
        at.query_params[key] = {"lang": "zh", "port": "erenhot" if name == "what_if" else ""}.get(key, "")
        if not at.query_params[key] or key == "results":
            del at.query_params[key]
    if "results" in parameters:
        at.query_params["results"] = "one"
    at.run()
    assert len(at.warning) == 0


def shown_tables(at: AppTest) -> str:
    return "".join(one.proto.body for one in at.get("html"))


def test_a_known_address_has_no_findings() -> None:
    at = page("what_if", port="ceke")
    assert len(at.warning) == 0
    assert at.session_state["port"] == "ceke"


def test_page_command_line_and_batch_give_the_same_numbers(
    bridgehead: Callable[..., Told], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = Draft(moved={GATES: 5, "services.cre_mzl_harbin_moscow.per_day": 1.25, "ports.ceke": 1})
    scenario = draft.scenario({}, HORIZON)
    shown = quick(scenario)
    file = tmp_path / "what_if.yaml"
    file.write_text(to_yaml(scenario), encoding="utf-8")
    words = bridgehead("run", "--scenario", file, "--json", "-")
    assert words.status == 0, words.err
    result = json.loads(words.out)
    assert result["run"]["plan_fingerprint"] == shown.record["plan_fingerprint"]
    assert [row for row in result["kpis"] if row["value"] is not None] == shown.kpis.to_dict("records")

    from app.pages.what_if_confidence import experiment
    from app.session import what_if as state
    from sim.experiments.store import open_store

    monkeypatch.setattr(state, "scenario", lambda: scenario)
    asked = tmp_path / "experiment.yaml"
    asked.write_text(to_yaml(experiment(scenario, 2, whole_year=False)), encoding="utf-8")
    assert bridgehead("batch", asked, "--out", tmp_path / "out", "--workers", "1").status == 0
    kpis = open_store(tmp_path / "out").read("kpis")
    first = kpis[(kpis["scenario"] == "what_if") & (kpis["replication"] == 0)]
    keys = ["port", "side", "direction", "class", "kpi"]
    batch = first.set_index(keys)["value"].to_dict()
    assert batch == shown.kpis.set_index(keys)["value"].to_dict()
    base = quick()
    pairs = of_pairs(kpis, "baseline", "what_if")
    single = of_two_runs(base.kpis, shown.kpis)
    assert pairs.keys() == single.keys()


def test_differences_of_two_runs_have_no_interval_and_those_of_pairs_have_one() -> None:
    base = quick()
    figures = of_two_runs(base.kpis, base.kpis)
    figure = figures["ganqimaodu", "", "all", "tonnes_per_day"]
    both = [figures["ganqimaodu", way, "all", "tonnes_per_day"].now for way in ("inbound", "outbound")]
    assert figure.now == pytest.approx(sum(value or 0 for value in both))
    assert figure.change == 0
    assert not figure.has_interval
    pairs = [base.kpis.assign(scenario=name, replication=n) for name in ("a", "b") for n in range(3)]
    import pandas as pd

    found = of_pairs(pd.concat(pairs), "a", "b")["ganqimaodu", "", "all", "tonnes_per_day"]
    assert found.has_interval
    assert not found.is_sure


@pytest.mark.parametrize(
    ("estimate", "half", "words"),
    [
        (0.004, 0.00021, "same as baseline"),
        (0.0491, 0.0069, "+0.05 ± 0.01"),
        (0.002, 0.03, "0.00 ± 0.03"),
        (-11.7, 0.53, "-11.7 ± 0.53"),
        (15735.2, 304.1, "+15,735 ± 304"),
    ],
)
def test_a_change_is_shown_to_hundredths_and_no_more(estimate: float, half: float, words: str) -> None:
    difference = Interval(estimate, estimate - half, estimate + half, 0.95, 10)
    assert change_text(FigurePair(1.0, 1.0 + estimate, difference)) == words


def test_more_cargo_is_better_and_longer_dwell_is_worse() -> None:
    assert is_better("tonnes_per_day", +1)
    assert not is_better("dwell_h_p95", +1)
    assert is_better("dwell_h_p95", -1)


def test_a_world_many_times_as_busy_is_not_run_on_the_page() -> None:
    base = load_corridor()
    assert too_much(base, base, QUICK_SETTINGS) == []
    busy = apply(base, [parse_setting("services.coal_truck_gqm.fleet=900000")])
    assert len(too_much(base, busy, QUICK_SETTINGS)) == 1


LARGE: list[tuple[str, dict[str, Any]]] = [
    ("facilities.erenhot_transshipment", {"servers": 100000, "mtbf_h": 0.01, "mttr_h": 0.01}),
    ("facilities.gashuunsukhait_lanes", {"servers": 5000, "mtbf_h": 10.0, "mttr_h": 0.1}),
]


@pytest.mark.parametrize(("language", "row", "values"), [("en", *LARGE[0]), ("zh", *LARGE[1])])
@pytest.mark.parametrize("name", ["what_if", "replay", "report"])
def test_a_scenario_of_an_address_that_is_too_large_is_refused_on_every_page(
    name: str, language: str, row: str, values: dict[str, Any]
) -> None:
    changes = [{"op": "set", "address": f"{row}.{key}", "value": value} for key, value in values.items()]
    at = page("what_if", language, change=[json.dumps(one) for one in changes])
    if name != "what_if":
        at.switch_page(f"app/pages/{name}.py").run()
    if name == "replay":
        title = {"en": "Current scenario", "zh": "当前情景"}[language]
        box = at.selectbox(key="replay_what")
        box.set_value(next(one for one in box.options if one.startswith(title))).run()
    if name == "report":
        at.button[0].click().run()
    assert not at.exception
    assert "size.too_large" in shown_tables(at)
    assert {"en": "The page is shared", "zh": "网页由多人共用"}[language] in "".join(one.value for one in at.caption)


def test_a_job_of_a_year_that_is_too_large_is_refused_with_the_finding_though_the_short_run_is_not() -> None:
    values = {"servers": 500, "mtbf_h": 10.0, "mttr_h": 0.1}
    changes = [{"op": "set", "address": f"{LARGE[1][0]}.{key}", "value": value} for key, value in values.items()]
    at = page(state={"whole_year": True}, change=[json.dumps(one) for one in changes])
    assert "size.too_large" not in shown_tables(at)
    the(at.button, "Run with confidence intervals").click().run()
    assert not at.exception
    assert "job" not in at.query_params
    assert "size.too_large" in shown_tables(at)


@pytest.mark.parametrize(
    ("name", "value"), [("run_days", 36500), ("run_days", 40000), ("run_start", 99991231), ("run_warmup_days", 24855)]
)
def test_days_beyond_the_clock_in_an_address_are_refused_on_the_page(name: str, value: int) -> None:
    at = page(change=json.dumps({"op": "set", "address": f"parameters.{name}.value", "value": value}))
    shown = shown_tables(at)
    if name == "run_start":
        # A day that the calendar has; short runs have separate days.
        assert "parameter.unusable" not in shown
    else:
        assert "parameter.unusable" in shown


@pytest.mark.parametrize("days", ["36500", "121", "1", "-3"])
def test_short_runs_of_the_server_have_days_within_bounds(bridgehead: Callable[..., Told], days: str) -> None:
    answer = bridgehead("app", "--days", days)
    assert (answer.status, answer.out) == (2, "")
    assert "--days" in answer.err


ODD = [("BRIDGEHEAD_DAYS", value) for value in ("abc", "1", "121", "4.5", "9" * 5000, "nan")]
ODD += [("BRIDGEHEAD_RUN_SECONDS", value) for value in ("abc", "inf", "nan", "0", "-1", "1e400", "86401")]


@pytest.mark.parametrize(("name", "value"), ODD)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_environment_variable_out_of_bounds_is_refused(
    bridgehead: Callable[..., Told], monkeypatch: pytest.MonkeyPatch, name: str, value: str, language: str
) -> None:
    monkeypatch.setenv(name, value)
    answer = bridgehead("app", "--no-browser", "--language", language)
    assert (answer.status, answer.out) == (2, "")
    assert name in answer.err
    assert {"en": "number from", "zh": "的"}[language] in answer.err


def test_an_empty_environment_variable_is_as_if_not_set() -> None:
    empty = {page_settings.DAYS: "", page_settings.SECONDS: " "}
    assert page_settings.days_of(empty) == page_settings.days_of({}) == page_settings.USUAL_DAYS
    assert page_settings.seconds_of(empty) == page_settings.seconds_of({}) == page_settings.USUAL_S
    assert page_settings.days_of({page_settings.DAYS: "30"}) == 30
    assert page_settings.seconds_of({page_settings.SECONDS: "1.5"}) == 1.5


def test_a_server_that_is_started_with_a_wrong_variable_ends_with_a_sentence() -> None:
    wrong = os.environ | {"BRIDGEHEAD_RUN_SECONDS": "nan"}
    done = run([*PYTHON, "import app.run_cache"], status=2, env=wrong)
    assert done.stdout == ""
    assert "BRIDGEHEAD_RUN_SECONDS" in done.stderr
    assert "Traceback" not in done.stderr


def test_only_folders_directly_below_the_results_folder_are_opened(tmp_path: Path) -> None:
    inside, outside = tmp_path / "out", tmp_path / "elsewhere"
    for folder in (inside / "mine", outside):
        folder.mkdir(parents=True)
        (folder / "_manifest.json").write_text("{}", encoding="utf-8")
    (inside / "not_results").mkdir()
    with contextlib.suppress(OSError):  # On Windows, links need a permission.
        (inside / "link").symlink_to(outside, target_is_directory=True)
    assert finished(inside) == ["mine"]
    assert finished(tmp_path / "nowhere") == []
    for name in ("..", "../elsewhere", "link", str(outside), "not_results"):
        with pytest.raises(DataError):
            open_results(inside, name)


def test_results_are_chosen_by_title_and_by_folder_where_two_have_one(tmp_path: Path) -> None:
    titles_en = {"a": "Lanes", "b": "Lanes", "c": "Hours"}
    for folder, title in titles_en.items():
        (tmp_path / folder).mkdir()
        experiment = {"id": "mine", "title_en": title} | ({"title_zh": "时段"} if folder == "c" else {})
        (tmp_path / folder / "_manifest.json").write_text(json.dumps({"experiment": experiment}), encoding="utf-8")
    for folder, text in {"d": '{"experiment": {"id": "pairs"}}', "e": "{", "f": "[]"}.items():
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "_manifest.json").write_text(text, encoding="utf-8")
    names = finished(tmp_path)
    assert list(titles(tmp_path, names, "en").values()) == ["Lanes (a)", "Lanes (b)", "Hours", "Paired runs", "e", "f"]
    assert list(titles(tmp_path, names, "zh").values())[:3] == ["Lanes（a）", "Lanes（b）", "时段"]


def flat(settings: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Each value with the names of the tables around it, in one name."""
    for key, value in settings.items():
        if isinstance(value, dict):
            yield from flat(value, f"{before}{key}.")
        else:
            yield before + key, value


def test_the_settings_of_the_server_are_the_same_however_it_is_started() -> None:
    written = dict(flat(tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))))
    flags = {
        name: json.loads(value) if value in ("true", "false") or value.isdigit() else value
        for name, value in FLAGS.items()
    }
    flags.pop("logger.hideWelcomeMessage")
    assert written == flags


def test_a_port_that_is_taken_is_shown(bridgehead: Callable[..., Told]) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        words = bridgehead("app", "--no-browser", "--port", str(taken.getsockname()[1]))
    assert words.status == 2
    assert "--port" in words.err


def test_a_closure_of_a_short_run_is_in_the_measured_days() -> None:
    (closed,) = Draft(moved={"ports.ceke": 2}).scenario({}, HORIZON).changes
    assert closed.first_day is not None
    assert closed.first_day >= date(2023, 7, 1)
    assert HORIZON.first_measured == closed.first_day
