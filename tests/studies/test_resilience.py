"""Resilience of worlds worked by hand: 100 trains a day of 50 t, a port that is shut for four days of January."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import cast

import pytest

from corridors.load import load_corridor
from corridors.model import Corridor
from corridors.overlay.changes import Change
from corridors.overlay.proposals import Proposal
from sim.core.run_settings import RunSettings
from sim.reports.resilience_tables import ResilienceTables
from sim.statistics import Interval, nonnegative_interval
from sim.studies.resilience import QUICK, Resilience, _Port, as_json, resilience
from sim.studies.resilience.disturbances import FULL, HALF, Plan, sections_of
from sim.studies.resilience.episodes import Root, loads_of
from sim.studies.resilience.survival import survival_of
from sim.studies.sensitivity.port_submodels import PortSubmodel
from tests.conftest import Told
from tests.helpers.neutral import neutral
from tests.helpers.small_border import small_border
from tests.helpers.worlds import (
    calendar,
    departure,
    duration,
    facility,
    itinerary,
    parameter,
    port,
    service,
    shift,
    step,
    stock,
    world,
)
from tests.studies.test_recovery_worlds import gate

SHORT = replace(QUICK, months=(1,), full_days=(4,), half_days=(4,), after_days=30, measures=2)
SETTINGS = RunSettings(date(2024, 1, 1), 40, 1, 1, 0)
USUAL = (parameter("run_start", 20240101), parameter("run_days", 40), parameter("run_warmup_days", 1))


def with_usual_run(corridor: Corridor) -> Corridor:
    names = ("ports", "calendars", "shifts", "facilities", "durations", "services", "itineraries", "stocks")
    return world(*(row for name in names for row in corridor.table(name).values()), *USUAL)


def proposal(id: str, **given: str) -> Proposal:
    change = Change(op="add", address="facilities.gate.servers", value=1)
    about = {"id": id, "title_en": id, "title_zh": id, "article": "1", "measure": "M11"} | given
    return Proposal.model_validate({**about, "changes": [change], "relieves": ["gate"]})


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("resilience")


PROPOSALS = {"second_gate": proposal("second_gate"), "shock": proposal("shock", measure="M25")}


@pytest.fixture(scope="module")
def found(out: Path) -> Resilience:
    """125 trains a day can pass, so that a quarter of the flow is spare."""
    return resilience(with_usual_run(gate(11.52)), PROPOSALS, SHORT, SETTINGS, out)


def test_four_closed_days_are_late_by_hand_and_half_the_capacity_less(found: Resilience) -> None:
    """The days of figures end at 16:00 by the clock of the port: 8 hours of the first open day clear 25 / 3 trains."""
    full, half = [one for one in found.episodes() if not one.measure]
    assert (full.shut.share, half.shut.share) == (FULL, HALF)
    assert full.delivered
    assert full.delivered.late.estimate == pytest.approx(50 * (400 - 25 / 3), rel=0.01)
    assert (full.delivered.lost.estimate, full.delivered.open.estimate) == (0.0, 0.0)
    assert full.delivered.delay.estimate == pytest.approx(50 * 4_000, rel=0.02)
    assert full.longest
    assert full.longest.days
    assert full.longest.days.estimate in (15.0, 16.0)
    assert half.delivered
    assert half.delivered.late.estimate == pytest.approx(50 * (150 - 25 / 3), rel=0.05)


def test_a_second_gate_shortens_it_and_a_shock_is_no_measure(found: Resilience) -> None:
    (border,) = found.ports
    assert border.measures == ("second_gate",)
    assert border.roots[0].root == "gate"
    (helped,) = border.main("second_gate")
    assert helped.longest
    assert helped.longest.days
    # 250 a day of which 100 arrive: some 390 are gone in three days.
    assert helped.longest.days.estimate == 3.0
    assert helped.delivered
    assert helped.delivered.delay.estimate < 0.5 * 50 * 4_000


def test_works_are_chosen_by_the_tonnes_that_wait_or_by_vehicles() -> None:
    """Many empty-handed trucks wait for a lane, few trains for the line."""
    corridor = world(
        service("big", "way", 10, vehicle_class="train", load_t=2_000.0),
        service("small", "way", 100, vehicle_class="truck", load_t=20.0),
        service("smaller", "way", 300, vehicle_class="truck", load_t=0.0),
    )
    assert {klass: loads_of(corridor, SETTINGS)[klass] for klass in ("train", "truck")} == {
        "train": 2_000.0,
        "truck": 5.0,
    }
    dated = world(service("dated", "way", 0, vehicle_class="dated", load_t=900.0, arrivals="timetable"))
    assert loads_of(dated, SETTINGS)["dated"] == 900.0
    mixed = world(
        service("few", "way", 1, vehicle_class="train", load_t=2_000.0),
        service("daily", "way", vehicle_class="train", load_t=800.0, arrivals="timetable"),
        [departure(f"d{n}", "daily", "06:00") for n in range(3)],
    )
    assert loads_of(mixed, SETTINGS)["train"] == (2_000.0 + 3 * 800.0) / 4
    roots = [Root("lane", 900.0, 4_500.0), Root("line", 10.0, 20_000.0), Root("lane", 100.0, 500.0)]
    lane, line = Root.together(roots)
    assert (lane, line) == (Root("lane", 1_000.0, 5_000.0), Root("line", 10.0, 20_000.0))
    for plan, first in ((replace(SHORT, by="tonnes"), line), (replace(SHORT, by="vehicles"), lane)):
        study = _Port(cast(PortSubmodel, None), plan, SETTINGS, 2024, Path(), 1, lambda progress: None)
        assert min((lane, line), key=study._rank) == first


def test_called_again_it_runs_nothing(found: Resilience, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.experiments import batch

    def refuse(*args: object) -> None:
        raise AssertionError("run again")

    monkeypatch.setattr(batch, "run_shard", refuse)
    again = resilience(with_usual_run(gate(11.52)), PROPOSALS, SHORT, SETTINGS, out)
    assert as_json(again) == as_json(found)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_answer_comes_first_and_names_what_helps(found: Resilience, language: str) -> None:
    tables = ResilienceTables(found, with_usual_run(gate(11.52)), language)
    first, *others = tables.answer()
    assert {"en": "with 4 closed days from 1 January, ", "zh": "自1月1日起关闭4天"}[language] in first
    assert {"en": "19.6 thousand t are late and 0 thousand t are lost", "zh": "1.96万吨货物延误，0万吨损失"}[
        language
    ] in first
    assert any("second_gate" in text or "gate" in text for text in others)
    assert [table.rows for table in tables.tables()]
    if language == "zh":
        ids = re.compile(r"second_gate|border|gate|train|inbound")
        assert not re.search("[A-Za-z]", ids.sub("", " ".join(tables.answer())))


def answer_of(found: Resilience, measures: bool = True, **losses: Interval) -> str:
    """The sentences where the undisturbed runs and those of a second month give these losses."""
    (border,) = found.ports
    first, *others = border.episodes
    assert first.delivered
    worst = replace(first, delivered=replace(first.delivered, **losses))
    little = replace(first.delivered, most=nonnegative_interval([9_000.0, 9_100.0]))
    spring = replace(first, shut=replace(first.shut, month=5), delivered=little)
    known = others if measures else [one for one in others if not one.measure]
    ports = (replace(border, episodes=(worst, spring, *known), measures=border.measures if measures else ()),)
    return " ".join(ResilienceTables(replace(found, ports=ports), with_usual_run(gate(11.52)), "en").answer())


@pytest.mark.parametrize(
    ("late", "lost", "said"),
    [
        ([19e3, 20e3], [0.0, 0.0], "are late and 0 thousand t are lost"),
        ([19e3, 20e3], [9e3, 9.1e3], "are late and 9.05 (8.44 to 9.71) thousand t are lost"),
        ([19e3, 20e3], [0.0, 9e3], "are late; whether cargo is lost is not clear: 4"),
        ([19e3, 20e3], [0.0, 400.0], "are late; whether cargo is lost is not clear: 0"),
        ([0.0, 9e3], [9e3, 9.1e3], "are lost; whether other cargo is late is not clear: 4"),
        ([0.0, 9e3], [0.0, 9e3], "how much cargo is late or lost is not clear"),
    ],
)
def test_what_is_late_or_lost_is_said_only_where_the_runs_show_it(
    found: Resilience, late: list[float], lost: list[float], said: str
) -> None:
    assert said in answer_of(found, late=nonnegative_interval(late), lost=nonnegative_interval(lost))


def test_what_is_said_of_means_names_the_number_of_runs(found: Resilience) -> None:
    text = answer_of(found)
    assert "a closure in January makes 2.2 times as much late or lost as one in May (means of 2 replications, " in text
    assert "(1 work tried; means of 2 replications, whose difference is not tested)" in text
    assert "the extra tonne-hours of waiting is for " in text
    assert "no works" not in text
    assert "few lengths, 2 replications" in text
    screened = replace(found, plan=replace(found.plan, measures=0))
    assert "few lengths, no works, 2 replications" in answer_of(screened, measures=False)


def test_a_yard_that_is_drawn_down_empties_on_the_day_of_its_stock_over_its_flow() -> None:
    """250 in the yard, 100 a day in by the port and out behind it: shut, it ends its third day empty."""
    across = {"port": "border", "direction": "inbound", "loaded": True}
    yard = world(
        port("border"),
        calendar("hours", "UTC"),
        shift("hours", "00:00", "24:00"),
        facility("gate", 1, "hours", port="border", side="cn"),
        facility("loader", 9),
        duration("work", 1.0),
        stock("yard", 250, kind="cargo", unit="loads", capacity=1000, port="border", side="cn"),
        itinerary(
            "fill", step("serve", facility="gate", duration="work", **across), step("return", stock="yard", amount=1)
        ),
        itinerary("empty", step("draw", stock="yard", amount=1), step("serve", facility="loader", duration="work")),
        service("fill", "fill", per_day=100.0, arrivals="timetable", load_t=50.0),
        service("empty", "empty", per_day=100.0, arrivals="timetable", load_t=50.0),
        *USUAL,
    )
    close = Change.model_validate(
        {"op": "close", "address": "facilities.gate", "first_day": "2024-01-06", "last_day": "2024-01-09"}
    )
    (row,) = survival_of(yard, RunSettings(date(2024, 1, 1), 20, 1, 1, 0), close, 1)
    assert (row.stock, row.state, row.day, row.days) == ("yard", "empty", 3, 4)


def test_the_section_of_a_country_is_the_one_that_most_services_pass() -> None:
    """Trains both ways pass the plain and the line to the north mine, some also that to the east mine."""
    assert sections_of(small_border(), "pass", SETTINGS) == ("plain_wall_gate", "steppe_gate_north_mine")


def test_a_port_between_any_two_countries_has_the_same_sections() -> None:
    assert sections_of(neutral(small_border()), "pass", SETTINGS) == sections_of(small_border(), "pass", SETTINGS)


def test_a_plan_has_each_place_length_and_share_once_and_ends_within_the_run() -> None:
    plan = Plan()
    shuts = plan.shuts("p", ("one", "two"), 9)
    assert len({one.id for one in shuts}) == len(shuts) == 3 * 6
    settings = plan.settings(SETTINGS, 2023, 9)
    assert settings.start == date(2023, 8, 31)
    assert settings.days == 1 + 60 + 120
    assert shuts[0].change(2023).first_day == date(2023, 9, 1)
    assert shuts[0].change(2023).last_day == date(2023, 9, 3)


def test_the_command_writes_disturbances_playbooks_and_a_report(
    bridgehead: Callable[..., Told], mine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = replace(QUICK, full_days=(2, 4), half_days=(3,), after_days=10)
    monkeypatch.setattr("sim.studies.resilience.QUICK", short)
    page, folder = tmp_path / "page.html", tmp_path / "out"
    asked = ("resilience", "--quick", "--data", mine, "--out", folder, "--workers", "1", "--replications", "2")
    told = bridgehead(*asked, "--report", page, "--language", "zh")
    assert told.status == 0, told.err
    assert not re.search(r"\b(the|port|closed|days|month)\b", told.out)
    lines = (folder / "disturbances.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + 2 * 3  # The port and one section, each in three ways.
    (playbook,) = folder.glob("playbook_*.html")
    assert "中断应对手册" in playbook.read_text(encoding="utf-8")
    html = page.read_text(encoding="utf-8")
    assert html.index("自5月1日起关闭4天") < html.index("<h2")
    rows = [re.findall(r"<tr>.*?</tr>", text, re.S) for text in (playbook.read_text(encoding="utf-8"), html)]
    assert len(rows[0]) > 6
    assert rows[0] == rows[1], "a playbook has the figures of the report"
    refused = bridgehead("resilience", "--data", mine, "--port", "nowhere")
    assert refused.status == 2
    assert "--port" in refused.err


@pytest.mark.parametrize(
    ("asked", "measures", "replications"),
    [
        ((), 3, 5),
        (("--quick",), 0, 2),
        (("--quick", "--measures", "1", "--replications", "4"), 1, 4),
        (("--measures", "0", "--replications", "2"), 0, 2),
    ],
)
def test_a_screening_takes_the_works_and_replications_that_are_given(
    bridgehead: Callable[..., Told],
    mine: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    asked: tuple[str, ...],
    measures: int,
    replications: int,
) -> None:
    plans: list[Plan] = []

    def study(corridor: Corridor, proposals: object, plan: Plan, *rest: object, **more: object) -> Resilience:
        plans.append(plan)
        return Resilience(plan, 2024, (), {})

    monkeypatch.setattr("sim.studies.resilience.resilience", study)
    told = bridgehead("resilience", "--data", mine, "--out", tmp_path / "out", *asked)
    assert told.status == 0, told.err
    (plan,) = plans
    assert (plan.measures, plan.replications, plan.quick) == (measures, replications, "--quick" in asked)


def test_files_that_cannot_be_written_are_refused_before_the_runs(
    bridgehead: Callable[..., Told], mine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def study(*args: object, **more: object) -> None:
        raise AssertionError("run")

    monkeypatch.setattr("sim.studies.resilience.resilience", study)
    playbook = f"playbook_{next(iter(load_corridor(mine).ports))}.html"
    for name in ("disturbances.csv", playbook):
        (tmp_path / name / name).mkdir(parents=True)
        told = bridgehead("resilience", "--data", mine, "--out", tmp_path / name)
        assert told.status == 2
        assert "--out" in told.err
        assert name in told.err
