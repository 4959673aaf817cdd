"""The page Questions: its fields in the address, the runs that it starts, the answer and its brief."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from app import answered, background
from app.jobs import Job, Jobs, _end
from app.pages.questions_forms import narrowest, rows_met
from app.pages.questions_trip import unit_of
from app.world import baseline, proposals
from corridors.overlay.proposals import load_proposals
from sim.experiments.expansion import expand
from sim.experiments.experiment import Experiment
from sim.studies.answer import answers
from sim.text.catalogue import Language, say
from tests.app.test_pages import ENTRY, LANGUAGES, html_of, said, short_runs  # noqa: F401
from tests.helpers.processes import PATIENCE_S
from tests.studies.answer_cases import cases, compared

KINDS: Final = ("servers", "close", "best", "demand", "trip", "why")
LANES: Final = {"ask": "servers", "thing": "gashuunsukhait_lanes", "n": "5"}


def opened(language: Language = "en", **address: str | list[str]) -> AppTest:
    """The first page at an address."""
    at = AppTest.from_file(ENTRY, default_timeout=PATIENCE_S)
    at.query_params["lang"] = language
    for key, value in address.items():
        at.query_params[key] = value
    at.run()
    assert [one.message for one in at.exception] == []
    return at


class Endless(Jobs):
    """Jobs that run until they are stopped, without a process."""

    def _run(self, job: Job) -> None:
        job._stop.wait(PATIENCE_S)
        _end(job, "cancelled")


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Jobs]:
    made = Endless(at_once=1)
    monkeypatch.setattr(background, "jobs", lambda: made)
    yield made
    made.close()


def one(at: AppTest, part: str) -> str:
    """The only value of a part of the address."""
    value = at.query_params[part]
    return value if isinstance(value, str) else value[0]


def started(at: AppTest) -> Experiment:
    """The experiment that the button starts."""
    at.button(key="question_run").click().run()
    assert [one.message for one in at.exception] == []
    job = background.jobs().get(one(at, "answer"))
    assert job is not None
    return job.experiment


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_question_opens_with_all_fields_filled_in(kind: str, language: Language) -> None:
    at = opened(language, ask=kind)
    assert [header.value for header in at.header] == [say("app_questions.title", language)]
    assert at.radio(key="question__ask").value == kind
    assert not at.warning
    assert not at.error
    if kind in ("trip", "why"):
        assert len(at.info) == 1, "its answer needs no button"
    else:
        assert not at.button(key="question_run").disabled
    if kind == "best":
        assert len(at.multiselect[0].value) >= 2, "works at the port are chosen at first"


@pytest.mark.parametrize(
    "address",
    [
        {"ask": "nobody"},
        {"ask": "servers", "thing": "nobody"},
        {"ask": "servers", "n": "0"},
        {"ask": "servers", "n": "1e99"},
        {"ask": "servers", "n": "²"},
        {"ask": "servers", "n": "9" * 5000},
        {"ask": "servers", "day": "nobody"},
        {"ask": "close", "thing": "ports.nobody"},
        {"ask": "close", "day": "1800-01-01"},
        {"ask": "close", "day": "<script>"},
        {"ask": "best", "traffic": "ceke.nobody"},
        {"ask": "best", "figure": "nobody"},
        {"ask": "best", "candidate": ["m04_erenhot_line", "nobody"]},
        {"ask": "demand", "n": "1999"},
        {"answr": "nobody"},
    ],
)
def test_a_wrong_value_in_the_address_is_refused_and_the_default_is_used(address: dict[str, Any]) -> None:
    at = opened(**address)
    name, wrong = list(address.items())[-1]
    if "day" in address and address["ask"] == "servers":
        assert not at.warning, "a field of another question is dropped"
        return
    assert len(at.warning) == 1
    shown = name if name == "answr" else wrong[-1] if isinstance(wrong, list) else wrong
    assert shown[:80].replace("<", "&lt;").replace(">", "&gt;") in html_of(at)
    at.run()
    assert len(at.warning) == 1


def test_many_proposals_in_the_address_are_cut_with_a_word() -> None:
    many = sorted(proposals())[:12]
    at = opened(ask="best", candidate=many)
    assert len(at.warning) == 1
    assert at.multiselect(key="question_best_ceke_candidate").value == many[:8]


def test_a_link_restores_the_fields_and_defaults_are_not_in_the_address() -> None:
    at = opened(**LANES)
    assert at.selectbox(key="question_servers_thing").value == "gashuunsukhait_lanes"
    number = at.number_input(key="question_servers_gashuunsukhait_lanes_n")
    assert number.value == 5
    number.set_value(baseline().facilities["gashuunsukhait_lanes"].servers + 1).run()
    assert "n" not in at.query_params
    assert one(at, "thing") == "gashuunsukhait_lanes"


def test_the_same_number_as_in_the_baseline_cannot_be_run() -> None:
    at = opened(**LANES | {"n": str(baseline().facilities["gashuunsukhait_lanes"].servers)})
    assert at.button(key="question_run").disabled
    assert "number of the baseline" in said(at)


def test_more_servers_are_one_change_titled_as_on_the_command_line(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    made = started(opened(**LANES))
    (changed,) = made.scenarios
    assert [(change.op, change.address, change.value) for change in changed.changes] == [
        ("set", "facilities.gashuunsukhait_lanes.servers", 5)
    ]
    now = baseline().facilities["gashuunsukhait_lanes"].servers
    assert changed.title_en.endswith(f"{now} → 5")
    assert changed.title_zh.startswith("出蒙煤炭通道")
    assert made.replications == 10


def test_a_closure_is_within_the_run_and_leaves_time_for_the_queues(jobs: Jobs) -> None:
    made = started(opened(ask="close", thing="ports.ceke", n="3", day="2023-09-01"))
    (change,) = made.scenarios[0].changes
    assert (change.address, change.first_day, change.last_day) == ("ports.ceke", date(2023, 9, 1), date(2023, 9, 3))
    assert made.start is not None
    assert made.days is not None
    assert made.warmup_days == (date(2023, 9, 1) - made.start).days
    assert made.days > made.warmup_days + 3


@pytest.mark.parametrize(("thing", "n"), [("future.high", "2035"), ("class.coal_truck", "-20")])
def test_demand_changes_fleets_with_the_demand_for_their_trips(jobs: Jobs, thing: str, n: str) -> None:
    made = started(opened(ask="demand", thing=thing, n=n))
    _, changed = expand(made, baseline(), proposals())
    fleets = [one for one in changed.changes if one.address.endswith(".fleet")]
    assert fleets
    assert any(one.address.endswith(".daily_quota") for one in changed.changes)
    assert all((one.value > 1) == (n == "2035") for one in fleets if isinstance(one.value, float))


def test_demand_of_several_classes_changes_together(jobs: Jobs) -> None:
    made = started(opened(ask="demand", thing="class.coal_truck", candidate="truck", n="10"))
    _, changed = expand(made, baseline(), proposals())
    services = {baseline().services[one.address.split(".")[1]] for one in changed.changes if "services." in one.address}
    assert {one.vehicle_class for one in services} == {"coal_truck", "truck"}
    assert made.scenarios[0].title_en == "Coal truck, Truck: demand +10%"


def test_the_class_chosen_first_is_not_offered_again() -> None:
    at = opened(ask="demand", thing="class.coal_truck", candidate=["truck", "cr_express"], n="10")
    assert "Coal truck" not in at.multiselect[0].options
    at.selectbox(key="question_demand_thing").set_value("class.truck").run()
    assert [one.message for one in at.exception] == []
    assert (at.multiselect[0].value, "Truck" in at.multiselect[0].options) == (["cr_express"], False)
    assert one(at, "candidate") == "cr_express"


def test_proposals_are_run_each_alone(jobs: Jobs) -> None:
    chosen = ["m04_erenhot_line", "m11_erenhot_road_24h"]
    made = started(opened(ask="best", traffic="erenhot.cr_express", candidate=chosen))
    assert made.proposals == tuple(chosen)
    assert not made.scenarios


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_works_chosen_at_first_are_the_same_in_every_language(language: Language) -> None:
    """By title they differed, and one that no train of the class meets was among them."""
    at = opened(language, ask="best", traffic="erenhot.cr_express")
    assert at.multiselect[0].value == ["m04_erenhot_line", "m04_erenhot_zamynuud", "m08_central_railway"]
    met = rows_met("erenhot", "cr_express")
    assert ("facilities", "zamynuud_transshipment") in met
    assert ("itineraries", "bulk_ern") not in met
    assert ("facilities", "manzhouli_transshipment") not in met
    assert ("shifts", "ganqimaodu_gate_day") in rows_met("ganqimaodu", "coal_truck")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_published_figure_stands_beside_the_model_with_its_source(language: Language) -> None:
    at = opened(language, ask="why")
    assert "5,001" in at.info[0].value
    assert "5,000" in at.info[0].value
    assert "T015" in said(at)


@pytest.mark.parametrize("language", LANGUAGES)
def test_vehicles_of_a_day_are_listed_with_journey_and_waits(language: Language) -> None:
    at = opened(language, ask="trip", thing="coal_truck_gqm")
    assert "2023-0" in at.info[0].value
    assert html_of(at).count("<table>") == 2
    assert "coal_truck_gqm-" in html_of(at)


@pytest.mark.parametrize(("days", "unit", "each"), [(0.04, "min", 1440.0), (1.5, "h", 24.0), (2.0, "d", 1.0)])
def test_journeys_are_shown_in_minutes_hours_or_days_by_the_longest(days: float, unit: str, each: float) -> None:
    assert unit_of(pd.DataFrame({"days": [0.001, days]})) == (unit, each)


@pytest.fixture(params=["one class gains and another loses"])
def finished(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Shows the answer of a case of results as that of a finished job of an experiment."""
    world, known = baseline(), dict(load_proposals())
    case = next(one for one in cases() if one["name"] == request.param)
    comparison = compared(case, world, known)

    def show(experiment: Experiment, language: Language) -> AppTest:
        job = Job("a" * 32, experiment, tmp_path, total=20, state="done")
        made = Endless(at_once=1)
        made._jobs[job.id] = job
        monkeypatch.setattr(background, "jobs", lambda: made)
        monkeypatch.setattr(background, "comparison_of", lambda job, question: comparison)
        monkeypatch.setattr(answered, "answers_of", lambda job, question: answers(comparison, world))
        return opened(language, **LANES, answer=job.id)

    return show, case


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_has_sentence_figures_parts_links_and_the_brief(finished: Any, language: Language) -> None:
    show, case = finished
    change = {"op": "set", "address": "facilities.gashuunsukhait_lanes.servers", "value": 5}
    plain = {"id": "servers", "title_en": "", "title_zh": "", "replications": 10}
    scenario = {"id": "changed", "title_en": "Change", "title_zh": "改动", "changes": [change]}
    at = show(Experiment.model_validate(plain | {"scenarios": [scenario]}), language)
    text = said(at).replace("\\", "")
    for part in ("headline", "losers", "bottleneck", "cost", "certainty"):
        for sentence in case[language].get(part, ()):
            assert sentence in text
    assert say("comparison.interval", language) in html_of(at)
    assert say("app_questions.corrected", language) not in text, "there is one scenario"
    links = [link.proto for link in at.get("page_link")]
    assert any("servers" in link.query_string and "change=" in link.query_string for link in links)
    assert any(f"batch={'a' * 32}" in link.query_string for link in links)
    labels = [button.proto.label for button in at.get("download_button")]
    assert labels == [say(f"app_questions.brief_{kind}", language) for kind in ("html", "docx")] + [
        say("app_questions.file", language)
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("finished", ["clear alone, but not among many scenarios"], indirect=True)
def test_an_answer_of_several_scenarios_says_what_is_corrected_for_their_number(
    finished: Any, language: Language
) -> None:
    show, _ = finished
    plain = {"id": "servers", "title_en": "", "title_zh": "", "replications": 10}
    at = show(Experiment.model_validate(plain), language)
    assert say("app_questions.corrected", language) in said(at)


def test_runs_of_another_question_are_not_shown(finished: Any) -> None:
    show, _ = finished
    at = show(Experiment.model_validate({"id": "close", "title_en": "", "title_zh": "", "replications": 10}), "en")
    assert not at.get("download_button")
    assert "appears here" in said(at)


def test_the_brief_of_the_page_has_the_bytes_of_that_of_the_command_line(tmp_path: Path) -> None:
    from app.widgets.answer_card import brief_bytes
    from sim.cli.compare import deliver_comparison

    world, known = baseline(), dict(load_proposals())
    case = next(one for one in cases() if one["name"] == "one class gains and another loses")
    comparison = compared(case, world, known)
    files = [("--brief", tmp_path / f"brief.{kind}") for kind in ("html", "docx")]
    deliver_comparison(files, None, comparison, world)
    for kind in ("html", "docx"):
        assert (tmp_path / f"brief.{kind}").read_bytes() == brief_bytes(kind, comparison, answers(comparison, world))


def test_the_first_question_is_about_a_facility_that_vehicles_wait_for() -> None:
    """Without a run: the one whose work is nearest to its capacity, or above it."""
    at = opened()
    assert at.session_state["question_servers_thing"] == "manzhouli_container_lines"
    assert narrowest(["ceke_bays", "manzhouli_bulk_lines", "erenhot_bulk_lines"]) == "manzhouli_bulk_lines"
    assert narrowest(["coal_ceke", "nothing"]) == "coal_ceke", "the first, where none has a load"
