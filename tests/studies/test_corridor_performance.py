"""Hours, speed and cost as CAREC and UNESCAP define them: by hand, and equal to the key figures."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from corridors.load import load_corridor
from corridors.model import Corridor
from sim.compile.assembly import compile_plan
from sim.core.run_settings import RunSettings
from sim.engines import simulate
from sim.reports.chart_style import styled
from sim.reports.performance_charts import groups, profile_chart
from sim.reports.performance_tables import ARROW, PerformanceTables, TitledRun
from sim.run import RunResult, prepare, run_scenario
from sim.studies.corridor_performance import CROSSING, SECTION, STOP, Performance, performance
from sim.text.names import Language, Names
from tests.conftest import Told as Answer
from tests.helpers.browser import drawn_in_browser
from tests.helpers.worlds import duration, facility, itinerary, link, place, port, service, step, world

ACROSS = {"port": "gate", "direction": "outbound"}


def one_train_a_day() -> Corridor:
    """A 180 km, 60 km/h; a border: 1 h of customs at 500 USD, 10 km across in 1 h; a terminal of 4 h; 200 km in 4 h.

    1,000 t and 100 TEU a train, 0.02 USD a tonne-kilometre; no vehicle waits.
    """
    return world(
        place("city"),
        place("border"),
        place("far", country="MN"),
        place("hub", country="MN", transships=True),
        place("end", country="MN"),
        link("city", "border", length_km=180),
        link("border", "far", length_km=10, speed_kmh=10.0),
        link("far", "hub", length_km=60),
        link("hub", "end", length_km=200, speed_kmh=50.0),
        port("gate", "border", "far"),
        facility("customs", port="gate", kind="customs", handling_usd=500.0),
        facility("terminal", place="hub", kind="transshipment", handling_usd=300.0),
        duration("papers", 60),
        duration("transfer", 240),
        itinerary(
            "trip",
            step("mark", place="city"),
            step("travel", place="border", mode="rail_1435"),
            step("serve", facility="customs", duration="papers", place="border", **ACROSS),
            step("travel", place="far", mode="rail_1435", **ACROSS),
            step("travel", place="hub", mode="rail_1435"),
            step("serve", facility="terminal", duration="transfer", place="hub"),
            step("travel", place="end", mode="rail_1435"),
        ),
        service("trains", "trip", per_day=1, arrivals="timetable"),
    )


def of(corridor: Corridor, days: int = 10) -> Performance:
    return performance(simulate(compile_plan(corridor, RunSettings(date(2025, 1, 1), days)), "compiled"))


def test_a_journey_worked_out_by_hand() -> None:
    (route,) = of(one_train_a_day()).routes
    assert [(stage.kind, stage.origin, stage.destination) for stage in route.stages] == [
        (SECTION, "city", "border"),
        (CROSSING, "border", "far"),
        (SECTION, "far", "hub"),
        (STOP, "hub", "hub"),
        (SECTION, "hub", "end"),
    ]
    assert [stage.hours for stage in route.stages] == pytest.approx([3, 2, 1, 4, 4])
    assert [stage.km for stage in route.stages] == [180, 10, 60, 0, 200]
    assert [stage.cost.usd for stage in route.stages] == pytest.approx([3600, 700, 1200, 300, 4000])
    words = route.as_json()
    assert words["swod_kmh"] == pytest.approx(450 / 9)  # 3 + 1 + 1 + 4 hours on wheels
    assert words["swd_kmh"] == pytest.approx(450 / 14)
    assert (words["crossing_h"], words["usd"]) == pytest.approx((2.0, 9800.0))
    assert words["usd_per_20_t"] == pytest.approx(196.0)
    assert words["usd_per_teu"] == pytest.approx(98.0)
    assert words["usd_per_500_km_20_t"] == pytest.approx(196 / 450 * 500)
    assert (words["haulage_usd"], words["handling_usd"], words["waiting_usd"]) == pytest.approx((9000, 800, 0))


def test_the_profile_is_what_unescap_draws_against_distance() -> None:
    (route,) = of(one_train_a_day()).routes
    points = [(point.km, point.hours, point.usd_per_t, point.place) for point in route.profile]
    assert points == [
        (0, 0, 0, "city"),
        (180, pytest.approx(3), pytest.approx(3.6), "border"),
        (180, pytest.approx(4), pytest.approx(4.1), "border"),
        (190, pytest.approx(5), pytest.approx(4.3), "far"),
        (250, pytest.approx(6), pytest.approx(5.5), "hub"),
        (250, pytest.approx(10), pytest.approx(5.8), "hub"),
        (450, pytest.approx(14), pytest.approx(9.8), "end"),
    ]


def test_a_crossing_worked_out_by_hand() -> None:
    (crossing,) = of(one_train_a_day()).crossings
    assert (crossing.port, crossing.direction, crossing.klass) == ("gate", "outbound", "train")
    hours = (crossing.mean_h, crossing.median_h, crossing.p95_h, crossing.waiting_h, crossing.clearance_h)
    assert hours == pytest.approx((2, 2, 2, 0, 1))
    assert crossing.cost.rates(crossing.load_t, crossing.load_teu)["usd_per_20_t"] == pytest.approx(14.0)


def test_delay_slows_a_section_and_costs_the_price_of_the_class() -> None:
    """Trains for one single-track path in two hours, both ways at once: one of them waits for the other."""
    corridor = world(
        place("city"),
        place("end"),
        link("city", "end", length_km=120, tracks=1, paths_per_day=6.0),
        itinerary("out", step("mark", place="city"), step("travel", place="end", mode="rail_1435")),
        itinerary("back", step("mark", place="end"), step("travel", place="city", mode="rail_1435")),
        [service(name, name, per_day=1, arrivals="timetable") for name in ("out", "back")],
    )
    out, back = sorted(of(corridor).sections, key=lambda section: section.mean.waiting_h)
    assert (out.mean.waiting_h, out.mean.moving_h) == pytest.approx((0, 2))
    assert (back.mean.waiting_h, back.mean.cost.waiting_usd) == pytest.approx((2, 200))
    assert back.as_json()["swd_kmh"] == pytest.approx(30)


def test_a_fleet_goes_home_empty_and_only_what_that_costs_counts() -> None:
    corridor = world(
        place("mine", country="MN"),
        place("border"),
        link("mine", "border", "road", length_km=120),
        facility("lanes", handling_usd=7.0),
        duration("papers", 30),
        itinerary(
            "round",
            step("mark", place="mine", loaded=False),
            step("travel", place="border", mode="road"),
            step("serve", facility="lanes", duration="papers"),
            step("serve", facility="lanes", duration="papers", loaded=False),
            step("travel", place="mine", mode="road", loaded=False),
        ),
        service("trucks", "round", fleet=1, load_teu=0.0),
    )
    (route,) = of(corridor).routes
    assert (route.whole.km, route.whole.hours) == pytest.approx((120, 2.5))
    assert (route.back.usd, route.cost.usd) == pytest.approx((7, 120 * 0.02 * 1000 + 14))
    assert route.as_json()["usd_per_teu"] is None


@pytest.fixture(scope="module")
def base() -> RunResult:
    return run_scenario(prepare(load_corridor(), days=50, warmup_days=20))


def kpi(result: RunResult, *key: str) -> float:
    keys = ["port", "direction", "class", "kpi"]
    table: pd.DataFrame = result.kpis[result.kpis["side"] == "both"].set_index(keys)
    return float(table.loc[key, "value"])


@pytest.mark.parametrize("group", [("erenhot", "outbound", "cr_express"), ("manzhouli", "inbound", "cr_express")])
def test_routes_add_up_to_the_key_figures(base: RunResult, group: tuple[str, str, str]) -> None:
    """Transit time and cost per tonne of all trains that cross a port equal the key figures."""
    mine = [one for one in performance(base.trace).routes if (*one.ports[:1], one.klass) == (group[:2], group[2])]
    trains = sum(one.journeys for one in mine)
    assert sum(one.journeys * one.whole.hours for one in mine) / trains == pytest.approx(
        kpi(base, *group, "transit_h_mean")
    )
    tonnes = sum(one.journeys * one.load_t for one in mine)
    assert sum(one.journeys * one.cost.usd for one in mine) / tonnes == pytest.approx(
        kpi(base, *group, "cost_usd_per_t")
    )


def test_crossings_have_the_dwell_of_the_key_figures(base: RunResult) -> None:
    found = performance(base.trace).crossings
    assert len(found) > 10
    for one in found:
        group = (one.port, one.direction, one.klass)
        hours = [kpi(base, *group, f"{name}_h_{what}") for name, what in (("dwell", "mean"), ("dwell", "p95"))]
        assert [one.mean_h, one.p95_h] == pytest.approx(hours)
        assert one.clearance_h == pytest.approx(kpi(base, *group, "clearance_h_mean"))
    assert {one.klass for one in found}.isdisjoint({"empty_train", "passenger"})


def test_a_scenario_stands_beside_the_baseline() -> None:
    corridor = one_train_a_day()
    faster = of(world(*(row for row in _rows(corridor) if getattr(row, "id", "") != "papers"), duration("papers", 30)))
    words = PerformanceTables(TitledRun("Base", of(corridor)), corridor, Names(), TitledRun("Fast", faster))
    (row,) = words.crossings().rows
    assert row[3] == f"2.00{ARROW}1.50"
    assert row[2] == "1.00", "what reads alike stands once"
    (route,) = words.routes().rows
    assert route[3] == f"14.0{ARROW}13.5"
    assert styled(profile_chart(words, groups(words)[0])).to_dict()["hconcat"]


def _rows(corridor: Corridor) -> list[Any]:
    return [row for name in vars(corridor) for row in corridor.table(name).values()]


def test_a_route_that_a_scenario_adds_has_figures_of_its_own() -> None:
    corridor = one_train_a_day()
    more = world(*_rows(corridor), service("others", "trip", per_day=2, arrivals="timetable"))
    words = PerformanceTables(TitledRun("Base", of(corridor)), corridor, Names(), TitledRun("More", of(more)))
    added = {row[0]: row for row in words.routes().rows}["others"]
    assert added[1] == f"—{ARROW}1.90", "one of the twenty is still under way at the end"


@pytest.mark.browser
@pytest.mark.parametrize(("language", "word"), [("en", "At the border port"), ("zh", "时间与成本—距离图")])
def test_the_command_tells_prints_and_writes(
    browser: Any, bridgehead: Callable[..., Answer], mine: Path, tmp_path: Path, language: Language, word: str
) -> None:
    files = {"--json": tmp_path / "figures.json", "--report": tmp_path / "figures.html"}
    options = [str(part) for option in files.items() for part in option]
    short = ["--data", str(mine), "--days", "12", "--warmup-days", "2", "--language", language]
    answer = bridgehead("performance", *short, "--set", "facilities.exit_gate.servers=3", *options)
    assert answer.status == 0, answer.err
    assert "SWOD" in answer.out
    words = json.loads(files["--json"].read_text(encoding="utf-8"))
    assert words["scenario"]["run"]["seed"] == words["baseline"]["run"]["seed"]
    assert words["baseline"]["run"]["plan_fingerprint"] != words["scenario"]["run"]["plan_fingerprint"]
    (before,), (after,) = words["baseline"]["crossings"], words["scenario"]["crossings"]
    assert before["waiting_h"] > after["waiting_h"]
    page = files["--report"].read_text(encoding="utf-8")
    assert word in page
    assert "facilities.exit_gate.servers=3" in page
    assert drawn_in_browser(browser, page, tmp_path) == 1


def test_wrong_input_of_the_command(bridgehead: Callable[..., Answer], mine: Path) -> None:
    words = bridgehead("performance", "--data", mine, "--set", "facilities.exit_gat.servers=3")
    assert words.status == 2
    assert "exit_gate" in words.err
