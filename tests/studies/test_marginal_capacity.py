"""Effect of one more unit of capacity at bottlenecks: shorter dwell time at a busy gate."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from corridors.checks import check as findings_of
from corridors.io.tables import save
from corridors.load import load_corridor
from corridors.model import Corridor
from corridors.overlay.applying import apply, lay_over
from corridors.overlay.options import from_settings, parse_setting
from corridors.overlay.proposals import Scenario
from sim.core.start_levels import with_levels
from sim.kpi.waiting import waiting_by_cause, waiting_by_day
from sim.reports.answer_texts import AnswerTexts
from sim.run import RunResult, prepare, run_scenario
from sim.studies.answer.bottleneck import together
from sim.studies.marginal_capacity import Marginal, candidates, marginal
from sim.studies.root_levers import (
    HOUR,
    PATH,
    SERVER,
    SHARE,
    TRIP,
    UNIT,
    VEHICLE,
    Lever,
    levers,
    one_more,
)
from tests.conftest import Told
from tests.helpers.small_batch import my_port
from tests.helpers.small_border import small_border
from tests.helpers.worlds import (
    departure,
    duration,
    facility,
    itinerary,
    place,
    port,
    service,
    step,
    stock,
    vehicle_class,
    world,
)


@pytest.fixture(scope="module")
def run() -> RunResult:
    """The template port with a single gate lane."""
    world = apply(my_port(), from_settings(["facilities.exit_gate.servers=1"]))
    return run_scenario(prepare(world, days=10, warmup_days=2), "simpy")


@pytest.fixture(scope="module")
def found(run: RunResult) -> Marginal:
    return marginal(run, replications=3, most=2)


def test_candidates_are_the_worst_bottlenecks_each_once(run: RunResult) -> None:
    worst = candidates(run, most=10)
    assert len({(one.thing, one.unit) for one in worst}) == len(worst) >= 1
    assert [one.hours for one in worst] == sorted((one.hours for one in worst), reverse=True)
    assert candidates(run, most=1) == worst[:1]


def test_one_more_of_the_worst_shortens_the_stay(found: Marginal) -> None:
    first = found.candidates[0]
    row = found.comparison.effect(first.scenario, first.traffic.port, first.traffic.klass, "dwell_h_mean")
    assert row
    assert row.n == 3
    assert row.difference < 0
    assert found.comparison.main_target(first.scenario) == first.traffic


def test_the_root_of_a_share_of_servers_has_the_share_and_the_servers_as_levers() -> None:
    world = small_border()
    row = {"root_state": "share", "root": "lanes", "at": "lanes", "stock": "", "stock_state": "", "stock_service": ""}
    assert list(levers(world, row, ["lanes"])) == [Lever("gate_hours", SHARE), Lever("lanes", SERVER)]


def test_every_kind_of_bottleneck_can_have_one_more() -> None:
    world = small_border()
    facility = next(iter(world.facilities))
    link = next(id for id, row in world.links.items() if row.paths_per_day is not None)
    road = next(id for id, row in world.links.items() if row.paths_per_day is None)
    assert [str(change) for change in one_more(world, Lever(facility, SERVER))] == [f"facilities.{facility}.servers=+1"]
    assert [str(change) for change in one_more(world, Lever(link, PATH))] == [f"links.{link}.paths_per_day=+1"]
    assert one_more(world, Lever(road, PATH)) == ()
    shares = [str(change) for change in one_more(world, Lever("gate_hours", SHARE))]
    assert shares == ["shifts.afternoon.servers_share=0.77"]  # The morning has all servers.
    nearly = lay_over(world, [parse_setting("shifts.afternoon.servers_share=0.95")])
    assert [one.value for one in one_more(nearly, Lever("gate_hours", SHARE))] == [1]
    quota = next(id for id, row in world.stocks.items() if row.daily_quota is not None)
    assert f"stocks.{quota}.daily_quota=+1" in [str(change) for change in one_more(world, Lever(quota, UNIT))]
    apply(world, one_more(world, Lever(quota, UNIT)))
    assert [one_more(world, Lever("nowhere", unit)) for unit in (SERVER, PATH, UNIT)] == [(), (), ()]


def row(at: str, root: str, state: str, stock: str = "", stock_state: str = "", service: str = "") -> dict[str, str]:
    return {
        "at": at,
        "root": root,
        "root_state": state,
        "stock": stock,
        "stock_state": stock_state,
        "stock_service": service,
    }


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (row("lanes", "lanes", "at_work"), {("lanes", SERVER)}),
        (row("lanes", "lanes", "repair"), {("lanes", SERVER)}),
        (row("lanes", "lanes", "hours"), {("gate_hours", HOUR)}),
        (row("lanes", "lanes", "hours_or_pace"), {("gate_hours", HOUR), ("lanes", SERVER)}),
        (row("lanes", "lanes", "closure"), set()),
        (row("lanes", "lanes", "closure_or_pace"), {("lanes", SERVER)}),
        (row("tracks", "customs", "at_work"), {("customs", SERVER)}),
        (row("tracks", "scanner", "at_work"), {("tracks", SERVER)}),  # For the scanner, no vehicle waits.
        (row("tracks", "plain_wall_gate", "travel"), {("tracks", SERVER)}),
        (row("tracks", "wall_gate_steppe_gate.back", "at_work"), {("wall_gate_steppe_gate", PATH)}),
        (row("permits", "permits", "quota"), {("permits", UNIT)}),
        (
            row("wagon_sets", "bays", "at_work", "wagon_sets", "empty", "ore"),
            {("bays", SERVER), ("wagon_sets", UNIT)},
        ),
        (
            row("tracks", "lanes", "hours", "wagon_sets", "full", "shuttle"),
            {("gate_hours", HOUR), ("shuttle", VEHICLE)},
        ),
        (row("tracks", "border_road", "travel", "wagon_sets", "full", "shuttle"), {("shuttle", VEHICLE)}),
        (row("tracks", "lanes", "hours", "wagon_sets", "full", "express"), {("gate_hours", HOUR), ("express", TRIP)}),
        (row("tracks", "wagon_sets", "full"), {("express", TRIP)}),
    ],
)
def test_levers_of_a_root(given: dict[str, str], expected: set[tuple[str, str]]) -> None:
    waited_for = {"lanes", "tracks", "customs", "wall_gate_steppe_gate.back"}
    found = set(levers(small_border(), given, waited_for))
    assert found == {Lever(*one) for one in expected}


@pytest.mark.parametrize(
    ("opens", "closes", "expected"),
    [
        ("08:00", "19:00", "20:00"),
        ("08:00", "23:00", "24:00"),
        ("08:00", "24:00", "01:00"),
        ("22:00", "06:00", "07:00"),
        ("08:00", "07:30", "08:00"),
        ("08:00", "08:00", None),
        ("00:00", "24:00", None),
    ],
)
def test_one_more_hour_ends_a_shift_later_up_to_the_whole_day(opens: str, closes: str, expected: str | None) -> None:
    world = lay_over(
        small_border(), from_settings([f"shifts.afternoon.opens={opens}", f"shifts.afternoon.closes={closes}"])
    )
    world = replace(world, shifts={"afternoon": world.shifts["afternoon"]})
    changes = one_more(world, Lever("gate_hours", HOUR))
    assert [str(change) for change in changes] == ([f"shifts.afternoon.closes={expected}"] if expected else [])
    assert lay_over(world, changes).shifts["afternoon"].closes == (expected or closes)


def test_one_more_hour_is_for_the_last_shift_of_a_day() -> None:
    """The morning shift is the last on Sundays only: longer, it would open the break of the other days."""
    changes = one_more(small_border(), Lever("gate_hours", HOUR))
    assert [str(change) for change in changes] == ["shifts.afternoon.closes=21:00"]


def test_one_more_hour_is_for_both_sides_of_a_border() -> None:
    """An hour on one side brings the trucks to the closed gate of the other one."""
    world = load_corridor()
    [lever] = levers(world, row("zamynuud_road_out", "zamynuud_road_out", "hours"), ())
    assert lever == Lever("erenhot_road", HOUR)
    assert [str(change) for change in one_more(world, lever)] == [
        "shifts.erenhot_road_day.closes=19:00",
        "shifts.zamyn_uud_road_day.closes=19:00",
    ]
    [lever] = levers(world, row("ganqimaodu_agv_gate", "ganqimaodu_agv_gate", "hours"), ())
    assert [str(change) for change in one_more(world, lever)] == ["shifts.ganqimaodu_agv_day.closes=01:00"]


def test_one_more_vehicle_is_for_fleets() -> None:
    world = small_border()
    assert [str(change) for change in one_more(world, Lever("shuttle", VEHICLE))] == ["services.shuttle.fleet=+1"]
    assert one_more(world, Lever("express", VEHICLE)) == ()


def test_one_more_of_a_daily_quota_is_for_cargo_too_but_not_for_a_yard() -> None:
    """Boxes that are released for 160 trips a day are cargo; the coal in a yard is no capacity."""
    world = load_corridor()
    [lever] = levers(world, row("agv_boxes", "agv_boxes", "quota"), ())
    assert (lever.thing, lever.unit) == ("agv_boxes", "unit")
    more = apply(world, one_more(world, lever)).stocks["agv_boxes"]
    before = world.stocks["agv_boxes"]
    assert before.daily_quota
    assert (more.daily_quota, more.kind) == (before.daily_quota + 1, "cargo")
    assert one_more(world, Lever("coal_ganqimaodu", "unit")) == ()


def test_candidates_of_a_full_yard_are_its_outlets() -> None:
    """Twice the demand for coal fills the yards at Ganqimaodu: trucks wait at berths, for trains and trucks inland."""
    demand = parse_setting("stocks.coal_demand_gqm.daily_quota=2024")
    case = prepare(
        load_corridor(), Scenario(id="twice", changes=(demand,)), days=21, warmup_days=7, start=date(2023, 8, 1)
    )
    world = with_levels(case.corridor, {"coal_ganqimaodu": 3_000_000})
    found = candidates(run_scenario(replace(case, corridor=world, levels={})), most=2)
    assert {(one.thing, one.unit) for one in found} == {("coal_train_gqm", VEHICLE), ("coal_road_gqm", VEHICLE)}


@pytest.fixture(scope="module")
def in_a_row() -> RunResult:
    """Two gates of 6 minutes one behind the other, of which the second has no queue at first."""
    ids = ("gate_one", "gate_two")
    gates = [step("serve", facility=id, duration="check", port="pass", direction="outbound") for id in ids]
    made = world(
        place("border"),
        port("pass"),
        duration("check", 6),
        *(facility(id, place="border", port="pass", side="cn", kind="gate") for id in ids),
        vehicle_class("truck"),
        itinerary("trip", step("mark", place="border"), *gates),
        service("trucks", "trip", per_day=200.0, vehicle_class="truck", arrivals="rate"),
    )
    return run_scenario(prepare(made, start=date(2023, 1, 1), days=5, warmup_days=1), "simpy")


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ("alone changes all waiting by", "one more at both by")), ("zh", ("仅", "两处各增加"))],
)
def test_of_two_gates_in_a_row_both_are_tried_together(
    in_a_row: RunResult, language: str, words: tuple[str, str]
) -> None:
    """One more at the first only moves the queue to the second; at both it goes."""
    found = marginal(in_a_row, replications=3, most=2)
    [one] = found.together
    assert (one.move.at, one.move.next) == ("gate_one", "gate_two")
    assert one.move.more.estimate > 0.5 * one.move.less.estimate
    assert one.both.high < 0
    assert one.both.estimate < 3 * one.alone.estimate
    text = AnswerTexts(found.comparison, in_a_row.case.corridor, language).sentence(together(one))
    assert all(word in text for word in words)
    plain = one.as_json()
    assert (plain["at"], plain["next"], plain["direction"]) == ("gate_one", "gate_two", "outbound")


def test_the_days_of_waiting_add_up_to_all_waiting(run: RunResult) -> None:
    days = waiting_by_day(run.trace)
    measured = days[days["day"] >= 2].groupby(["port", "direction", "class"])["vehicles_waiting"].sum() * 24
    waiting = waiting_by_cause(run.trace)
    hours = waiting[waiting["port"] != ""].groupby(["port", "direction", "class"])["hours"].sum()
    assert measured[measured > 0].to_dict() == pytest.approx(hours.to_dict())
    assert set(days["day"]) == set(range(10))


def test_the_command_shows_and_keeps_what_one_more_would_give(
    bridgehead: Callable[..., Told], mine: Path, tmp_path: Path
) -> None:
    file = tmp_path / "bottlenecks.json"
    asked = ("--marginal", "--replications", 2, "--top", 1, "--days", 6, "--workers", 1, "--engine", "simpy")
    answer = bridgehead("bottlenecks", "--data", mine, *asked, "--json", file)
    assert answer.status == 0, answer.err
    assert "Effect of one more unit of capacity" in answer.out
    document = json.loads(file.read_text(encoding="utf-8"))
    assert document["bottlenecks"]
    assert document["marginal"]["rows"]
    [tried] = document["marginal"]["candidates"]
    assert tried.keys() == {"scenario", "thing", "unit", "port", "class", "hours"}
    assert tried["scenario"] in {row["scenario"] for row in document["marginal"]["rows"]}


def filled_yard(capacity: int | None) -> Corridor:
    """Twenty-four trucks of a day fill the yard, twelve of a timetable empty it: the yard can have no unit."""
    marks = {"place": "border", "port": "pass", "direction": "outbound"}
    return world(
        place("border"),
        place("beyond", country="MN"),
        port("pass", place_foreign="beyond"),
        facility("gate", port="pass", place="border"),
        stock("yard", capacity=capacity, port="pass", place="border", kind="cargo", unit="t"),
        duration("check", 10.0),
        vehicle_class("train"),
        itinerary(
            "fills",
            step("mark", **marks),
            step("serve", facility="gate", duration="check", **marks),
            step("return", stock="yard", amount=20, **marks),
        ),
        itinerary("empties", step("mark", place="border"), step("draw", stock="yard", amount=20, place="border")),
        service("fillers", "fills", 24.0, arrivals="timetable", load_t=20.0),
        service("emptiers", "empties", 12.0, arrivals="timetable", load_t=20.0),
    )


def scheduled(made: Corridor, **emptiers: Any) -> Corridor:
    """The same with other values of the service that empties the yard."""
    return replace(made, services={**made.services, "emptiers": replace(made.services["emptiers"], **emptiers)})


@pytest.mark.parametrize(
    ("emptiers", "lines", "expected"),
    [
        ({}, (), ["services.emptiers.per_day=+1"]),
        ({"arrivals": "rate"}, (), ["services.emptiers.per_day=+1"]),
        ({"arrivals": "fleet", "per_day": 0.0, "fleet": 2}, (), ["services.emptiers.fleet=+1"]),
        (
            {"per_day": 12 / 7},
            (("daily", "", 1), ("Mon-Fri", "", 1)),
            ["timetable.t0.vehicles=+1", "timetable.t1.vehicles=+1", "services.emptiers.per_day=*2"],
        ),
        (
            {"per_day": 2.0},
            (("daily", "", 2), ("daily", "2025-01-03", 1)),
            ["timetable.t0.vehicles=+1", "timetable.t1.vehicles=+1", "services.emptiers.per_day=*1.5"],
        ),
        ({"per_day": 0.0}, (("daily", "2025-01-03", 5),), ["timetable.t0.vehicles=+1"]),
    ],
)
def test_a_full_yard_can_have_one_more_of_each_service_that_empties_it(
    emptiers: dict[str, Any], lines: tuple[tuple[str, str, int], ...], expected: list[str]
) -> None:
    """A vehicle of a fleet, a vehicle a day, or one with each departure of a timetable and its mean a day."""
    made = scheduled(filled_yard(100), **emptiers)
    rows = [departure(f"t{n}", "emptiers", "08:00", on, day=day, vehicles=k) for n, (on, day, k) in enumerate(lines)]
    made = replace(made, timetable={one.id: one for one in rows})
    [lever] = levers(made, row("gate", "yard", "full"), ["gate"])
    changes = one_more(made, lever)
    assert [str(change) for change in changes] == expected
    assert not [one for one in findings_of(apply(made, changes)) if one.code == "timetable.other_rate" and lines[1:]]
    behind = row("gate", "loader", "at_work", "yard", "full", "emptiers")
    assert lever in list(levers(made, behind, ["gate", "loader"]))


def test_an_empty_yard_can_have_one_more_of_each_service_that_fills_it() -> None:
    assert list(levers(filled_yard(100), row("yard", "yard", "empty"), ["yard"])) == [
        Lever("yard", UNIT),
        Lever("fillers", TRIP),
    ]


FULL_ALL_DAYS = ("--start", "2025-01-01", "--days", 20, "--warmup-days", 5, "--engine", "simpy", "--workers", 1)


@pytest.mark.parametrize(("language", "unit"), [("en", "a vehicle a day, or with"), ("zh", "每日或时刻表每班")])
def test_of_a_full_yard_that_a_timetable_empties_one_more_vehicle_a_day_is_tried(
    bridgehead: Callable[..., Told], tmp_path: Path, language: str, unit: str
) -> None:
    """Of 24 trucks of 20 t a day 12 get through; one more emptier lets one more in."""
    save(filled_yard(100), tmp_path / "mine")
    asked = ("--marginal", "--replications", 2, *FULL_ALL_DAYS, "--json", tmp_path / "made.json")
    answer = bridgehead("bottlenecks", "--data", tmp_path / "mine", *asked, "--language", language)
    assert answer.status == 0, answer.err
    assert unit in " ".join(answer.out.split())
    document = json.loads((tmp_path / "made.json").read_text(encoding="utf-8"))["marginal"]
    tried = {(one["thing"], one["unit"]): one["scenario"] for one in document["candidates"]}
    scenario = tried["emptiers", TRIP]
    [more] = [
        one["difference"]
        for one in document["rows"]
        if (one["scenario"], one["kpi"], one["port"]) == (scenario, "vehicles_per_day", "pass")
        and one["class"] == "train"
    ]
    assert more == pytest.approx(1.0, abs=0.1)
    assert document["untried"] == []


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        (
            "en",
            "Nothing is tried for Yard (full), 100% of the waiting of Train, outbound (Pass): no service",
        ),
        ("zh", "只运出而不运入"),
    ],
)
def test_a_root_that_nothing_acts_on_is_named_with_the_reason(
    bridgehead: Callable[..., Told], tmp_path: Path, language: str, sentence: str
) -> None:
    """Without a service that empties it, the yard is full after five trucks for good."""
    made = filled_yard(100)
    made = replace(made, services={"fillers": made.services["fillers"]})
    save(made, tmp_path / "mine")
    answer = bridgehead(
        "bottlenecks", "--data", tmp_path / "mine", "--marginal", *FULL_ALL_DAYS, "--language", language
    )
    assert answer.status == 0, answer.err
    assert sentence in " ".join(answer.out.split())
    assert "0 scenarios" not in answer.out
