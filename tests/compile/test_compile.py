"""From itineraries to ops: ways over the graph, paths, branches, choices, fleets, and what each step means."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from corridors.findings import DataError
from corridors.load import load_corridor
from corridors.model import Corridor
from sim.compile.assembly import compile_plan
from sim.compile.expected_load import chances, trip_s
from sim.compile.programs import Program, programs
from sim.compile.service_centres import ROOM_FOR_ALL
from sim.compile.step_labels import StepLabels
from sim.core import rules
from sim.core.plan import Plan
from sim.core.run_settings import RunSettings
from sim.core.units import DAY_S
from sim.core.wait_causes import CAUSES
from tests.helpers.both_engines import agreed_trace
from tests.helpers.worlds import (
    alternative,
    calendar,
    closure,
    departure,
    duration,
    facility,
    itinerary,
    link,
    place,
    port,
    service,
    share,
    shift,
    step,
    stock,
    vehicle_class,
    world,
)

WEEK = RunSettings(date(2023, 1, 2), days=7)
RAIL = "rail_1435"
MINUTES = [duration(f"min_{n}", n) for n in (5, 10, 20, 30, 60)]


def test_a_travel_becomes_one_op_a_link_of_the_fastest_way() -> None:
    corridor = world(
        [place(name) for name in ("harbin", "hailar", "border")],
        link("harbin", "hailar", length_km=90),
        link("border", "hailar", length_km=30),
        link("harbin", "border", length_km=200),
        itinerary("trip", step("mark", place="harbin"), step("travel", step="out", place="border", mode=RAIL)),
        service("trains", "trip", 1),
    )
    ops = programs(corridor, WEEK)["trains"]
    assert [(op.code, op.step, op.seconds) for op in ops] == [
        (rules.MARK, "mark_1", 0),
        (rules.TRAVEL, "out.harbin_hailar", 5400),
        (rules.TRAVEL, "out.border_hailar", 1800),
        (rules.END, "end", 0),
    ]
    assert [op.labels["place"] for op in ops[:3]] == ["harbin", "hailar", "border"]


def test_a_double_track_hands_out_paths_for_each_direction_a_single_track_for_both() -> None:
    plan = compile_plan(_there_and_back(tracks=2), WEEK)
    assert _facilities(plan) == {"inland_border": 7200, "inland_border.back": 7200}
    assert _targets(plan, "trains") == ["inland_border", "inland_border.back"]

    plan = compile_plan(_there_and_back(tracks=1), WEEK)
    assert _facilities(plan) == {"inland_border": 3600}
    assert _targets(plan, "trains") == ["inland_border", "inland_border"]
    assert plan.labels.facility_link == ("inland_border",)
    assert plan.labels.facility_kind == ("path",)


def test_a_closed_line_hands_out_no_paths() -> None:
    plan = compile_plan(_there_and_back(closure("inland_border", "2023-01-04")), WEEK)
    midnight = 2 * DAY_S - 8 * 3600
    forward = plan.calendar_facility == 0
    assert plan.calendar_time_s[forward].tolist() == [midnight, midnight + DAY_S]
    assert plan.calendar_delta[forward].tolist() == [-1, 1]


def test_a_service_uses_the_lines_that_are_open_when_it_starts() -> None:
    rows = [
        place("inland"),
        place("border"),
        link("inland", "border", length_km=100),
        link("inland", "border", id="new_line", length_km=50, opening_date="2023-01-04"),
        itinerary("trip", step("mark", place="inland"), step("travel", step="out", place="border", mode=RAIL)),
        service("old", "trip", 1),
        service("new", "trip", 1, opening_date="2023-01-04"),
    ]
    ops = programs(world(rows), WEEK)
    assert ops["old"][1].step == "out.inland_border"
    assert ops["new"][1].step == "out.new_line"


def test_all_ways_that_do_not_exist_are_named_at_once() -> None:
    corridor = world(
        [place(name) for name in ("inland", "border", "island")],
        link("inland", "border"),
        itinerary("a", step("mark", place="inland"), step("travel", place="island", mode=RAIL)),
        itinerary("b", step("mark", place="inland"), step("travel", place="border", mode="road")),
        service("one", "a", 1),
        service("two", "b", 1),
    )
    with pytest.raises(DataError) as caught:
        compile_plan(corridor, WEEK)
    assert [(f.file, f.id, f.found) for f in caught.value.findings] == [
        ("itineraries.csv", "a.travel_2", "island"),
        ("itineraries.csv", "b.travel_2", "border"),
    ]


def test_a_train_may_wait_for_a_track_across_the_border_before_it_travels_there() -> None:
    plan = compile_plan(_crossing(), WEEK)
    steps = ("hold_2", "hold_3", "cross.cn_yard_mn_yard", "customs")
    assert _column(plan, "cause", *steps) == ["yard", "other_side", "path", "busy"]
    assert _column(plan, "side", *steps) == ["cn", "foreign", "cn", "foreign"]
    assert _column(plan, "clearance", *steps) == [False, False, False, True]
    assert _column(plan, "port", "mark_1", "customs") == ["", "crossing"]
    assert _column(plan, "direction", "mark_1", "customs") == ["", "outbound"]


def test_a_link_counts_tonne_kilometres_of_the_load_and_a_facility_its_charge() -> None:
    plan = compile_plan(_crossing(), WEEK)
    assert _column(plan, "cost_usd", "cross.cn_yard_mn_yard", "customs") == [0.02 * 60 * 1000, 7.0]
    assert _column(plan, "co2_kg", "cross.cn_yard_mn_yard", "customs") == [20 * 60 * 1000 / 1000, 0.0]
    assert _column(plan, "km", "cross.cn_yard_mn_yard", "customs") == [60.0, 0.0]
    empty = compile_plan(_crossing(loaded=False), WEEK)
    assert _column(empty, "cost_usd", "cross.cn_yard_mn_yard", "customs") == [0.0, 7.0]
    assert _column(empty, "loaded", "cross.cn_yard_mn_yard") == [False]


def test_a_service_carries_the_load_of_its_row_and_the_costs_of_its_class() -> None:
    corridor = world(
        place("border"),
        vehicle_class("truck", wait_usd_per_h=12.0, idle_co2_kg_per_h=3.0),
        itinerary("trip", step("mark", place="border")),
        service("trucks", "trip", 1, vehicle_class="truck", load_teu=2, load_t=20, priority=4),
    )
    plan = compile_plan(corridor, WEEK)
    labels = plan.labels
    assert (labels.service, labels.service_class, labels.service_teu, labels.service_t) == (
        ("trucks",),
        ("truck",),
        (2,),
        (20,),
    )
    assert (labels.service_wait_usd_per_h, labels.service_idle_co2_kg_per_h) == ((12.0,), (3.0,))
    assert set(plan.vehicle_priority.tolist()) == {4}


def test_causes_follow_what_is_waited_for() -> None:
    kinds = ("wagons", "cargo", "quota")
    corridor = world(
        place("border"),
        [stock(f"some_{kind}", 5, kind=kind) for kind in kinds],
        facility("slots", kind="slot"),
        facility("main_line", kind="path", headway_min=10),
        facility("window", kind="customs"),
        calendar("day"),
        shift("day", "08:00", "20:00"),
        MINUTES,
        itinerary(
            "trip",
            step("mark", place="border"),
            *(step("draw", step=f"draw_{kind}", stock=f"some_{kind}") for kind in kinds),
            step("return", step="unload", stock="some_cargo"),
            step("hold", step="slot", facility="slots"),
            step("pass", step="path", facility="main_line"),
            step("serve", step="window", facility="window", duration="min_5"),
            step("wait", step="wait", calendar="day"),
            step("free", facility="slots"),
        ),
        service("trains", "trip", 1),
    )
    steps = ("draw_wagons", "draw_cargo", "draw_quota", "unload", "slot", "path", "window", "wait")
    assert _column(compile_plan(corridor, WEEK), "cause", *steps) == [
        *kinds,
        *("yard", "quota", "path", "busy", "closed"),
    ]


def test_waiting_for_a_calendar_is_a_service_of_no_length_with_room_for_all() -> None:
    corridor = world(
        place("border"),
        calendar("day"),
        shift("day", "08:00", "20:00"),
        shift("day", "20:00", "22:00", servers_share=0.25),
        itinerary("trip", step("mark", place="border"), step("wait", calendar="day")),
        service("trucks", "trip", 1),
    )
    plan = compile_plan(corridor, replace(WEEK, days=1))
    assert plan.labels.facility == ("day.open",)
    assert plan.op_code[1] == rules.SERVE
    assert plan.draws[plan.op_draw[1]] == 0
    assert plan.facility_servers.tolist() == [ROOM_FOR_ALL]
    assert plan.calendar_time_s.tolist() == [14 * 3600]
    assert plan.calendar_delta.tolist() == [-ROOM_FOR_ALL]


def test_a_branch_sends_the_share_that_goes_on_through_the_inspection() -> None:
    corridor = world(
        place("border"),
        MINUTES,
        share("inspected", 0.3),
        facility("bay", 5, kind="inspection"),
        itinerary(
            "trip",
            step("mark", place="border"),
            step("branch", share="inspected", to="released"),
            step("serve", facility="bay", duration="min_5"),
            step("mark", step="released", place="border"),
        ),
        service("trucks", "trip", 500),
    )
    plan = compile_plan(corridor, WEEK)
    branch = plan.op_code.tolist().index(rules.BRANCH)
    assert plan.labels.op_step[plan.op_jump[branch]] == "released"
    jumps = plan.draws[plan.op_draw[branch] :][: plan.n_vehicles]
    assert jumps.mean() == pytest.approx(0.7, abs=0.03)
    assert chances(programs(corridor, WEEK)["trucks"]) == pytest.approx([1, 1, 0.3, 1, 1])
    wider = replace(corridor, shares={"inspected": replace(corridor.shares["inspected"], share=0.4)})
    still_inspected = compile_plan(wider, WEEK).draws[plan.op_draw[branch] :][: plan.n_vehicles] == 0
    assert still_inspected[jumps == 0].all()


@pytest.mark.parametrize(("inspected", "draw"), [(0.0, 1), (1.0, 0)])
def test_a_share_of_none_or_all_needs_no_chance(inspected: float, draw: int) -> None:
    corridor = world(
        place("border"),
        share("inspected", inspected),
        itinerary(
            "trip",
            step("mark", place="border"),
            step("branch", share="inspected", to="out"),
            step("mark", step="in", place="border"),
            step("mark", step="out", place="border"),
        ),
        service("trucks", "trip", 5),
    )
    plan = compile_plan(corridor, WEEK)
    assert plan.draws.tolist() == [draw]


def test_fixed_shares_of_a_choice_come_out_as_declared() -> None:
    plan = compile_plan(_choice("shares"), replace(WEEK, days=200))
    branches = np.flatnonzero(plan.op_code == rules.BRANCH)
    first, second = (plan.draws[plan.op_draw[op] :][: plan.n_vehicles] for op in branches)
    assert (first == 0).mean() == pytest.approx(0.5, abs=0.02)
    assert ((first == 1) & (second == 0)).mean() == pytest.approx(0.3, abs=0.02)
    assert ((first == 1) & (second == 1)).mean() == pytest.approx(0.2, abs=0.02)
    assert chances(programs(_choice("shares"), WEEK)["trucks"])[_serves(plan)] == pytest.approx([0.5, 0.3, 0.2])


def test_a_choice_by_delay_has_every_alternative_behind_it_with_bias_and_queues() -> None:
    plan = compile_plan(_choice("delay"), WEEK)
    choose = plan.op_code.tolist().index(rules.CHOOSE)
    assert plan.op_choice_count[choose] == 3
    assert [plan.labels.op_step[op + 1] for op in plan.alternative_jump] == ["serve_a", "serve_b", "serve_c"]
    assert plan.alternative_bias_s.tolist() == [0, 1800, 3600]
    assert plan.watch_facility.tolist() == [0, 1, 2]
    assert chances(programs(_choice("delay"), WEEK)["trucks"])[_serves(plan)] == pytest.approx([1 / 3] * 3)


def test_a_choice_that_leads_back_to_itself_is_refused() -> None:
    corridor = world(
        place("border"),
        itinerary("trip", step("mark", place="border"), step("choose", choice="ways")),
        alternative("ways", "trip"),
        service("trucks", "trip", 5),
    )
    with pytest.raises(DataError, match=r"alternatives\.csv, .*, itinerary: choice\.circular; .*; found 'trip'"):
        compile_plan(corridor, WEEK)


def test_ways_apart_may_each_free_the_track_that_was_kept_before() -> None:
    corridor = world(
        place("border"),
        MINUTES,
        facility("track", kind="track"),
        facility("bay_a"),
        facility("bay_b"),
        itinerary("trip", step("mark", place="border"), step("hold", facility="track"), step("choose", choice="bay")),
        [
            itinerary(
                way,
                step("mark", place="border"),
                step("hold", facility=f"bay_{way}", duration="min_10"),
                step("free", facility="track"),
                step("free", facility=f"bay_{way}"),
            )
            for way in "ab"
        ],
        alternative("bay", "a", watch="bay_a"),
        alternative("bay", "b", watch="bay_b"),
        service("trains", "trip", 1),
    )
    plan = compile_plan(corridor, WEEK)
    holds, frees = plan.op_code == rules.HOLD, plan.op_code == rules.FREE
    slot_of = dict(zip(plan.op_target[holds].tolist(), plan.op_slot[holds].tolist(), strict=True))
    assert [slot_of[f] for f in plan.op_target[frees].tolist()] == plan.op_slot[frees].tolist()


def test_mean_service_times_are_weighted_by_use() -> None:
    corridor = world(
        place("border"),
        MINUTES,
        share("inspected", 0.5),
        facility("bay", 2),
        facility("track", kind="track"),
        facility("line", kind="path", headway_min=6),
        itinerary(
            "trip",
            step("mark", place="border"),
            step("hold", facility="track", duration="min_5"),
            step("branch", share="inspected", to="leave"),
            step("serve", facility="bay", duration="min_20"),
            step("free", step="leave", facility="track"),
            step("pass", facility="line", duration="min_60"),
        ),
        itinerary("quick", step("mark", place="border"), step("serve", facility="bay", duration="min_10")),
        service("thorough", "trip", 30),
        service("brisk", "quick", 45),
    )
    plan = compile_plan(corridor, WEEK)
    means = dict(zip(plan.labels.facility, plan.facility_mean_s.tolist(), strict=True))
    assert means == {"bay": round((15 * 1200 + 45 * 600) / 60), "track": 300 + 600, "line": 360}


def _two_gates(*rows: Any) -> Corridor:
    return world(
        place("border"),
        MINUTES,
        facility("gate"),
        itinerary("slow", step("mark", place="border"), step("serve", facility="gate", duration="min_60")),
        itinerary("quick", step("mark", place="border"), step("serve", facility="gate", duration="min_10")),
        *rows,
    )


def _mean_s(*rows: Any) -> list[int]:
    return [int(mean_s) for mean_s in compile_plan(_two_gates(*rows), WEEK).facility_mean_s]


def test_vehicles_without_a_rate_count_in_the_mean_work_as_they_come() -> None:
    """By lines of the timetable on weekdays, on days of the run, or as a backlog: 7, 7 and 7 slow ones a week."""
    dated = [departure(f"d{n}", "a", "06:00", day=f"2023-01-0{n}") for n in range(2, 9)]
    late = [departure(f"l{n}", "a", "06:00", day=f"2024-01-0{n}") for n in range(2, 9)]
    weekly = departure("w", "a", "06:00")
    timetable = service("a", "slow", arrivals="timetable")
    assert _mean_s(timetable, weekly) == _mean_s(timetable, *dated) == [3600]
    assert _mean_s(service("a", "slow", initial_backlog=7)) == [3600]
    others = service("b", "quick", 3)
    by_hand = [round((1 * 3600 + 3 * 600) / 4)]
    assert _mean_s(timetable, weekly, others) == _mean_s(timetable, *dated, others) == by_hand
    assert _mean_s(service("a", "slow", initial_backlog=7), others) == by_hand
    assert _mean_s(timetable, *dated, weekly, others) == [round((2 * 3600 + 3 * 600) / 5)]
    assert _mean_s(timetable, *late, others) == [600]  # None of them comes.


def test_dated_vehicles_of_a_service_without_a_rate_choose_the_way_with_less_delay() -> None:
    """The gate of the first way works for an hour; the other one opens 40 minutes after the first vehicle came.

    The second vehicle, 10 minutes after the first, would wait 50 minutes here and 30 there.
    """
    corridor = world(
        place("border"),
        MINUTES,
        calendar("day"),
        shift("day", "06:40", "20:00"),
        facility("here"),
        facility("there", calendar="day"),
        itinerary("by_here", step("mark", place="border"), step("serve", facility="here", duration="min_60")),
        itinerary("by_there", step("mark", place="border"), step("serve", facility="there", duration="min_60")),
        itinerary("trip", step("mark", place="border"), step("choose", choice="gates")),
        alternative("gates", "by_here", watch="here"),
        alternative("gates", "by_there", watch="there"),
        service("trucks", "trip", arrivals="timetable"),
        departure("first", "trucks", "06:00", day="2023-01-03"),
        departure("second", "trucks", "06:10", day="2023-01-03"),
    )
    trace = agreed_trace(corridor, WEEK)
    served = trace.op[trace.finished_s - trace.started_s == 3600]
    assert [trace.plan.labels.facility[trace.plan.op_target[op]] for op in served] == ["here", "there"]


def test_no_vehicle_of_a_fleet_runs_out_of_trips() -> None:
    plan = compile_plan(_fleet(duration("load", 90, "exponential")), replace(WEEK, days=20))
    longest = _longest_life_s(plan)
    assert (longest >= plan.vehicle_until_s).all()
    without_last = longest - _trip_lengths(plan)[plan.vehicle_trips - 1, np.arange(plan.n_vehicles)]
    assert (without_last < plan.vehicle_until_s).all()


def test_a_fleet_stops_on_its_closing_day() -> None:
    plan = compile_plan(_fleet(duration("load", 60), closing_date="2023-01-05"), WEEK)
    closing = 3 * DAY_S - 8 * 3600
    assert set(plan.vehicle_until_s.tolist()) == {closing}
    assert set(plan.vehicle_trips.tolist()) == {closing // 3600}


def test_fleets_that_take_no_time_are_all_named() -> None:
    corridor = world(
        place("border"),
        itinerary("trip", step("mark", place="border")),
        service("phantoms", "trip", fleet=3),
        service("ghosts", "trip", fleet=3),
    )
    with pytest.raises(DataError) as caught:
        compile_plan(corridor, WEEK)
    assert [f.id for f in caught.value.findings] == ["ghosts", "phantoms"]


def test_the_shortest_alternative_bounds_the_trips_of_a_fleet() -> None:
    corridor = _choice("delay")
    fleet = replace(corridor, services={"trucks": service("trucks", "trip", fleet=4)})
    assert trip_s(_program(fleet)) == 300
    assert set(compile_plan(fleet, replace(WEEK, days=1)).vehicle_trips.tolist()) == {288}


def test_breakdowns_take_servers_away_on_top_of_the_calendar() -> None:
    corridor = world(
        place("border"),
        calendar("day"),
        shift("day", "08:00", "20:00"),
        facility("crane", 2, "day", mtbf_h=40.0, mttr_h=5.0),
        itinerary("trip", step("mark", place="border")),
        service("trains", "trip", 1),
    )
    plan = compile_plan(corridor, replace(WEEK, days=60))
    level = plan.facility_servers[0] + np.cumsum(plan.calendar_delta)
    assert (level.min(), level.max()) == (0, 2)
    assert plan.facility_nominal.tolist() == [2]
    failures = list(zip(plan.failure_time_s.tolist(), plan.failure_server.tolist(), strict=True))
    assert failures == sorted(failures)
    assert {server for _, server in failures} == {0, 1}
    assert plan.failure_repair_s.min() >= 1
    # 2 servers, 60 days, a failure every 45 h.
    assert len(failures) == pytest.approx(64, rel=0.3)


def test_quotas_are_set_at_local_midnight() -> None:
    corridor = world(
        place("border"),
        stock("places", 3, kind="quota", daily_quota=8),
        itinerary("trip", step("mark", place="border"), step("draw", stock="places")),
        service("trucks", "trip", 1),
    )
    plan = compile_plan(corridor, replace(WEEK, days=2))
    assert plan.stock_level.tolist() == [3]
    assert plan.stock_set_time_s.tolist() == [0, 16 * 3600, 40 * 3600]
    assert plan.stock_set_level.tolist() == [8, 8, 8]


def test_a_port_at_a_single_place_has_no_sides_by_place() -> None:
    corridor = world(
        place("border"),
        place("hub", country="MN"),
        port("one_place", "border", "border"),
        port("two_places", "border", "hub"),
    )
    side_of = StepLabels(corridor).side_of
    assert side_of("border", "one_place") == ""
    assert [side_of(name, "two_places") for name in ("border", "hub", "")] == ["cn", "foreign", ""]
    assert side_of("hub", "") == ""


def test_the_baseline_compiles() -> None:
    corridor = load_corridor()
    plan = compile_plan(corridor, WEEK)
    assert plan.labels.service == tuple(sorted(corridor.services))
    assert set(plan.labels.op_port) == {"", *corridor.ports}
    assert set(plan.labels.op_cause) <= set(CAUSES)
    arrived = dict(zip(plan.labels.service, np.diff(plan.service_vehicle_start).tolist(), strict=True))
    fleets = {s.id: s.fleet for s in corridor.services.values() if s.arrivals == "fleet" and not s.opening_date}
    assert {name: arrived[name] for name in fleets} == fleets


def _there_and_back(*rows: Any, tracks: int = 2) -> Corridor:
    return world(
        place("inland"),
        place("border"),
        link("inland", "border", paths_per_day=12, tracks=tracks),
        itinerary(
            "trip",
            step("mark", place="inland"),
            step("travel", place="border", mode=RAIL),
            step("travel", place="inland", mode=RAIL, loaded=False),
        ),
        service("trains", "trip", 1),
        *rows,
    )


def _crossing(loaded: bool = True) -> Corridor:
    """A port with a yard on either side; a train queues for the far track before it leaves the near one."""

    def at_port(kind: str, **given: Any) -> Any:
        return step(kind, port="crossing", direction="outbound", loaded=loaded, **given)

    mongolian = {"place": "mn_yard", "port": "crossing", "side": "foreign"}
    return world(
        place("cn_yard"),
        place("mn_yard", country="MN"),
        port("crossing", "cn_yard", "mn_yard"),
        facility("near_track", kind="track", place="cn_yard", port="crossing", side="cn"),
        facility("far_track", kind="track", **mongolian),
        facility("far_customs", kind="customs", handling_usd=7.0, **mongolian),
        link("cn_yard", "mn_yard", paths_per_day=24),
        MINUTES,
        itinerary(
            "trip",
            step("mark", place="cn_yard"),
            at_port("hold", facility="near_track"),
            at_port("hold", facility="far_track", place="mn_yard"),
            at_port("travel", step="cross", place="mn_yard", mode=RAIL),
            at_port("free", facility="near_track"),
            at_port("serve", step="customs", facility="far_customs", duration="min_20"),
            at_port("free", facility="far_track"),
        ),
        service("trains", "trip", 1, load_t=1000),
    )


def _choice(rule: str) -> Corridor:
    """Three lanes to choose from, after 5, 10 and 20 minutes at them."""
    lanes = {"a": ("min_5", 0.5), "b": ("min_10", 0.3), "c": ("min_20", 0.2)}
    return world(
        place("border"),
        MINUTES,
        [facility(f"lane_{lane}") for lane in lanes],
        itinerary("trip", step("mark", place="border"), step("choose", choice="lane")),
        [
            itinerary(
                lane,
                step("mark", place="border"),
                step("serve", step=f"serve_{lane}", facility=f"lane_{lane}", duration=minutes),
            )
            for lane, (minutes, _) in lanes.items()
        ],
        [
            alternative("lane", lane, rule, share=part, bias_h=n / 2, watch=f"lane_{lane}")
            for n, (lane, (_, part)) in enumerate(lanes.items())
        ],
        service("trucks", "trip", 20),
    )


def _fleet(loading: Any, **columns: Any) -> Corridor:
    return world(
        place("mine"),
        loading,
        share("weighed", 0.5),
        facility("loader", 9, place="mine"),
        duration("weigh", 30),
        itinerary(
            "trip",
            step("mark", place="mine"),
            step("serve", facility="loader", duration="load"),
            *([] if columns else [step("branch", share="weighed", to="home"), step("travel", duration="weigh")]),
            step("mark", step="home", place="mine"),
        ),
        service("trucks", "trip", fleet=30, **columns),
    )


def _trip_lengths(plan: Plan) -> np.ndarray:
    """(n_trips, n_vehicles) seconds of the trips of the fleet above without waiting, worked out op by op."""
    load, branch, weigh = (plan.op_code.tolist().index(code) for code in (rules.SERVE, rules.BRANCH, rules.TRAVEL))
    shape = (int(plan.vehicle_trips.max()), plan.n_vehicles)

    def drawn(op: int) -> np.ndarray:
        return plan.draws[plan.op_draw[op] :][: shape[0] * shape[1]].reshape(shape)

    return drawn(load) + (drawn(branch) == 0) * plan.draws[plan.op_draw[weigh]]


def _longest_life_s(plan: Plan) -> np.ndarray:
    """(n_vehicles,) when each vehicle would end its last trip if it never waited."""
    own = np.arange(plan.vehicle_trips.max())[:, np.newaxis] < plan.vehicle_trips
    return plan.vehicle_arrival_s + (_trip_lengths(plan) * own).sum(axis=0)


def _program(corridor: Corridor) -> Program:
    return programs(corridor, WEEK)["trucks"]


def _facilities(plan: Plan) -> dict[str, int]:
    return dict(zip(plan.labels.facility, plan.facility_headway_s.tolist(), strict=True))


def _targets(plan: Plan, name: str) -> list[str]:
    return [
        plan.labels.facility[target]
        for target, code, owner in zip(plan.op_target, plan.op_code, plan.labels.op_service, strict=True)
        if code in rules.AT_FACILITY and owner == name
    ]


def _serves(plan: Plan) -> np.ndarray:
    return plan.op_code == rules.SERVE


def _column(plan: Plan, label: str, *steps: str) -> list[Any]:
    """One label of the named steps."""
    values = getattr(plan.labels, f"op_{label}")
    return [values[plan.labels.op_step.index(name)] for name in steps]
