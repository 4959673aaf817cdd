"""Changes that change nothing are found, with the reason; the plans with and without them are equal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from corridors.io.yaml_files import parse_yaml
from corridors.messages import message
from corridors.model import Corridor
from corridors.overlay.applying import apply, lay_over
from corridors.overlay.changes import Change
from corridors.overlay.proposals import Scenario
from sim.compile import idle_changes as module
from sim.compile.assembly import compile_plan
from sim.compile.idle_changes import idle_changes
from sim.compile.rounded_changes import rounded_changes
from sim.core.run_settings import RunSettings
from sim.engines import simulate
from sim.text.rules import of_scenarios
from tests.helpers.worlds import (
    alternative,
    calendar,
    closure,
    duration,
    facility,
    itinerary,
    link,
    parameter,
    place,
    port,
    profile,
    service,
    shift,
    step,
    stock,
    weather,
    world,
)

SETTINGS = RunSettings(date(2023, 1, 2), 8)


def border() -> Corridor:
    """Trucks over a road to a gate that closes on Sundays; a second road, gate, port and calendar without traffic."""
    return world(
        [place(name) for name in ("mine", "border", "aside")],
        port("pass"),
        port("other"),
        link("mine", "border", mode="road"),
        link("border", "aside", mode="road"),
        calendar("days"),
        shift("days", "08:00", "20:00", weekdays="Mon-Sat"),
        calendar("nights", "UTC"),
        shift("nights", "20:00", "08:00", id="nights_all"),
        facility("gate", 2, "days", port="pass"),
        facility("idle_gate", 1, "nights", port="other"),
        stock("pool", 3),
        duration("check", 30),
        duration("nap", 30),
        closure("gate", "2023-01-04", id="holiday"),
        itinerary(
            "trip",
            step("mark", place="mine"),
            step("travel", step="go", place="border", mode="road"),
            step("serve", facility="gate", duration="check"),
        ),
        service("trucks", "trip", 12),
    )


def change(op: str, address: str, **more: Any) -> Change:
    if "first_day" in more:
        more["first_day"] = date.fromisoformat(more["first_day"])
    return Change(op=op, address=address, origin="mine", **more)


def holiday_added(name: str) -> Change:
    row = {"calendar": "days", "country": "CN", "holiday": name, "days_before": 0, "days_after": 0, "servers_share": 0}
    return change("add", "holidays.h", row=row)


def found(*changes: Change) -> list[str]:
    """Codes of the findings, and for each the proof that the plan stays when its change is left out."""
    corridor = apply(border(), changes)
    codes = []
    plan = compile_plan(corridor, SETTINGS)
    for finding in idle_changes(border(), corridor, changes, SETTINGS):
        codes.append(finding.code)
        others = [one for one in changes if one.address != finding.column]
        without = compile_plan(apply(border(), others), SETTINGS)
        used = {"facility": "facility_servers", "stock": "stock_level"}
        if all(len(getattr(plan, array)) == len(getattr(without, array)) for array in used.values()):
            untouched = finding.code.removeprefix("idle.unused_") in ("facilities", "calendars", "stocks", "ports")
            assert untouched or plan.fingerprint() == without.fingerprint()
    return codes


@pytest.mark.parametrize(
    ("one", "code"),
    [
        (change("set", "links.mine_border.tracks", value=1), "idle.tracks_without_paths"),
        (change("set", "links.mine_border.passing_places", value=3), "idle.sections_of_two_tracks"),
        (change("set", "links.mine_border.sections_km", value="20;40"), "idle.sections_of_two_tracks"),
        (
            change("close", "links.mine_border", first_day="2023-01-05", servers_share=0.5),
            "idle.share_of_unlimited",
        ),
        (change("close", "links.border_aside", first_day="2023-01-05"), "idle.unused_links"),
        (change("set", "links.border_aside.speed_kmh", value=10), "idle.unused_links"),
        (change("close", "links.mine_border", first_day="2023-03-05"), "idle.outside_run"),
        (change("close", "links.mine_border", first_day="2022-03-05"), "idle.outside_run"),
        (change("close", "facilities.gate", first_day="2023-01-08"), "idle.closed_anyway"),
        (change("close", "ports.pass", first_day="2023-01-04"), "idle.closed_anyway"),
        (change("close", "facilities.gate", first_day="2023-01-05", weekdays="Mon"), "idle.no_weekday"),
        (change("close", "calendars.days", first_day="2023-01-05", servers_share=1.0), "idle.share_kept"),
        (change("set", "facilities.idle_gate.servers", value=7), "idle.unused_facilities"),
        (change("close", "calendars.nights", first_day="2023-01-05"), "idle.unused_calendars"),
        (change("set", "shifts.nights_all.opens", value="21:00"), "idle.unused_calendars"),
        (change("close", "ports.other", first_day="2023-01-05"), "idle.unused_ports"),
        (change("set", "stocks.pool.initial", value=9), "idle.unused_stocks"),
        (change("set", "durations.nap.mean_min", value=9), "idle.unused_durations"),
        (change("set", "facilities.gate.servers", value=2), "idle.same_value"),
        (change("set", "services.trucks.reroute_after_h", value=""), "idle.same_empty"),
        (change("set", "facilities.gate.opening_date", value=""), "idle.same_empty"),
        (change("set", "facilities.gate.opening_date", value="2001-01-01"), "idle.outside_run"),
        (change("set", "services.trucks.opening_date", value="2022-12-01"), "idle.outside_run"),
        (change("set", "services.trucks.closing_date", value="2023-03-01"), "idle.outside_run"),
        (holiday_added("National Day"), "idle.outside_run"),
        (holiday_added("No such day"), "idle.plan_equal"),
        (change("set", "durations.check.mean_min", value=30.005), "idle.plan_equal"),
        (change("set", "durations.check.cv", value=0.0), "idle.same_value"),
        (change("set", "durations.check.cv", value=2.0), "idle.ignored_cv"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_change_without_effect_has_its_reason(one: Change, code: str) -> None:
    assert found(one) == [code]


@pytest.mark.parametrize(
    "one",
    [
        change("close", "links.mine_border", first_day="2023-01-05"),
        change("close", "facilities.gate", first_day="2023-01-05"),
        change("close", "facilities.gate", first_day="2023-01-05", servers_share=0.4),
        change("set", "facilities.gate.servers", value=3),
        change("set", "facilities.gate.handling_usd", value=3),
        change("set", "links.mine_border.paths_per_day", value=3000),
        change("set", "links.mine_border.cost_usd_per_tkm", value=9),
        change("set", "durations.check.mean_min", value=31),
        change("set", "durations.check.mean_min", value=30.01),  # 1,800.6 s are 1,801.
        change("set", "links.mine_border.length_km", value=60.004),  # Its cost rises.
        change("set", "services.trucks.load_t", value=31),
        change("remove", "closures.holiday"),
    ],
    ids=str,
)
def test_a_change_with_an_effect_is_no_finding(one: Change) -> None:
    assert found(one) == []


def late_trucks(**given: Any) -> Corridor:
    """The border with trucks by timetable, and a road without a price."""
    free = link("mine", "border", mode="road", cost_usd_per_tkm=0.0, co2_g_per_tkm=0.0)
    base = border()
    trucks = replace(base.services["trucks"], arrivals="timetable", **given)
    return replace(
        base,
        services={"trucks": trucks},
        links=base.links | {free.id: free},
        durations=base.durations | {one.id: one for one in (duration("none", 0), duration("slow", 30, "gamma", 0.5))},
    )


@pytest.mark.parametrize(
    ("given", "one", "code"),
    [
        ({}, change("set", "links.mine_border.length_km", value=60.004), "idle.plan_equal"),
        ({}, change("set", "links.mine_border.length_km", value=60.1), ""),
        ({}, change("set", "services.trucks.delay", value="none"), "idle.same_vehicles"),
        ({}, change("set", "services.trucks.delay", value="slow"), ""),
        ({"delay": "slow"}, change("set", "durations.slow.mean_min", value=30.0000001), "idle.plan_equal"),
        ({"delay": "slow"}, change("set", "durations.slow.mean_min", value=30.008), ""),
    ],
    ids=str,
)
def test_what_alters_times_by_less_than_a_second_is_told_where_the_plan_is_the_same(
    given: dict[str, Any], one: Change, code: str
) -> None:
    """The last mean has the same whole seconds, but some trucks come a second later."""
    base = late_trucks(**given)
    changed = apply(base, [one])
    assert [finding.code for finding in idle_changes(base, changed, [one], SETTINGS)] == ([code] if code else [])
    before, after = (compile_plan(world, SETTINGS).fingerprint() for world in (base, changed))
    assert (before == after) == bool(code)


def two_flows(priority: int, other: int) -> Corridor:
    """Trucks and vans wait at one gate, buses at their own."""
    base = border()
    rows = {
        row.id: row
        for row in (service("trucks", "trip", 12, priority=priority), service("vans", "trip", 12, priority=other))
    }
    return replace(base, services=rows)


@pytest.mark.parametrize(
    ("baseline", "value", "code"),
    [
        (border(), 9, "idle.waits_alone"),
        (two_flows(2, 1), 3, "idle.precedence_kept"),
        (two_flows(2, 1), 1, ""),
        (two_flows(1, 1), 0, ""),
    ],
)
def test_a_priority_counts_where_it_changes_who_is_before_whom(baseline: Corridor, value: int, code: str) -> None:
    """The times of all vehicles are the same with and without a change that is found."""
    one = change("set", "services.trucks.priority", value=value)
    changed = apply(baseline, [one])
    assert [finding.code for finding in idle_changes(baseline, changed, [one], SETTINGS)] == ([code] if code else [])
    before, after = (simulate(compile_plan(world, SETTINGS), "compiled") for world in (baseline, changed))
    assert np.array_equal(before.started_s, after.started_s) == bool(code)


def test_a_cv_that_the_distribution_ignores_has_no_effect() -> None:
    """It was compared as if it had one, so that check found nothing and a run spoke of a limit that is not reached."""
    for kind, codes in {"exponential": ["idle.ignored_cv"], "gamma": []}.items():
        distribution = change("set", "durations.check.distribution", value=kind)
        base = apply(border(), [distribution, change("set", "durations.check.cv", value=1.0)])
        one = change("set", "durations.check.cv", value=2.0)
        corridor = apply(base, [one])
        assert [each.code for each in idle_changes(base, corridor, [one], SETTINGS)] == codes
        plans = compile_plan(base, SETTINGS), compile_plan(corridor, SETTINGS)
        assert (plans[0].fingerprint() == plans[1].fingerprint()) == bool(codes)


@pytest.mark.parametrize(
    ("one", "codes"),
    [
        (change("set", "services.trucks.opening_date", value="2020-01-01"), ["idle.outside_run"]),
        (change("set", "services.trucks.opening_date", value="2023-01-03"), []),
        (change("set", "services.trucks.closing_date", value="2024-01-01"), ["idle.outside_run"]),
        (change("set", "services.trucks.closing_date", value="2023-01-05"), []),
        (change("set", "services.trucks.start_spread_h", value=5), ["idle.same_vehicles"]),
        (change("set", "services.trucks.initial_backlog", value=5), []),
        (change("set", "services.trucks.profile_hour", value="even"), ["idle.same_vehicles"]),
        (change("set", "services.trucks.profile_hour", value="noon"), []),
        (change("set", "profiles.noon.weights", value=";".join(["3"] * 12 + ["6"] * 12)), ["idle.same_vehicles"]),
        (change("set", "classes.train.wait_usd_per_h", value=99), []),
        (change("set", "durations.nap.mean_min", value=99), ["idle.unused_durations"]),
    ],
    ids=str,
)
def test_a_change_of_a_flow_counts_if_other_vehicles_start(one: Change, codes: list[str]) -> None:
    """By dates within the run, shares of weights, and what its kind of arrivals uses."""
    even, noon = (
        profile("even", ";".join(["2"] * 24), "hour"),
        profile("noon", ";".join(["1"] * 12 + ["2"] * 12), "hour"),
    )
    base = replace(border(), profiles={"even": even, "noon": noon})
    changed = lay_over(base, [one])
    assert [it.code for it in idle_changes(base, changed, [one], SETTINGS)] == codes
    same = compile_plan(base, SETTINGS).fingerprint() == compile_plan(changed, SETTINGS).fingerprint()
    assert same or not codes


def clocked(**more: Any) -> Corridor:
    """The border with a place of each clock; trucks come at noon and pass a gate that is never closed by hours."""
    base = border()
    places = {
        id: replace(base.places[id], time_zone=zone)
        for id, zone in (("mine", "Asia/Tokyo"), ("border", "Asia/Shanghai"), ("aside", "Asia/Almaty"))
    }
    gate, trucks = replace(base.facilities["gate"], calendar=""), replace(base.services["trucks"], profile_hour="noon")
    noon = profile("noon", ";".join(["0"] * 12 + ["1"] * 3 + ["0"] * 9), "hour")
    return replace(
        base,
        places=places,
        facilities={**base.facilities, "gate": gate},
        services={"trucks": trucks},
        profiles={"noon": noon},
        **{"closures": {}, **more},
    )


SHUT: dict[str, dict[str, Any]] = {
    name: {"closures": {"a": closure(name, "2023-01-04")}} for name in ("gate", "pass", "mine_border")
}
DUST: dict[str, dict[str, Any]] = {
    name: {"weather": {"dust": weather("dust", name, 200.0)}} for name in ("gate", "pass", "other")
}
ASIDE: dict[str, Any] = {"ports": {"a_pass": port("a_pass", "aside", "aside"), **border().ports}}
"""With a first port by id elsewhere, of whose side the clock of the world then is."""


@pytest.mark.parametrize(
    ("given", "address", "value", "code"),
    [
        ({}, "places.border.time_zone", "America/New_York", ""),  # Trucks come at noon on the clock of the world.
        ({}, "ports.other.place_cn", "aside", ""),
        ({}, "places.aside.time_zone", "America/New_York", "idle.plan_equal"),
        (SHUT["mine_border"], "places.mine.time_zone", "America/New_York", ""),
        (ASIDE, "places.border.time_zone", "America/New_York", "idle.plan_equal"),
        (ASIDE, "ports.other.place_cn", "mine", "idle.unused_ports"),
        (ASIDE | SHUT["gate"], "places.border.time_zone", "America/New_York", ""),
        (ASIDE | SHUT["pass"], "places.border.time_zone", "America/New_York", ""),
        (ASIDE | SHUT["pass"], "ports.pass.place_cn", "mine", ""),
        (ASIDE | DUST["gate"], "places.border.time_zone", "America/New_York", ""),
        (ASIDE | DUST["pass"], "ports.pass.place_cn", "mine", ""),
        (ASIDE | DUST["other"], "ports.other.place_cn", "mine", "idle.unused_ports"),
    ],
)
def test_a_time_zone_of_a_place_counts_where_days_or_hours_are_on_its_clock(
    given: dict[str, Any], address: str, value: str, code: str
) -> None:
    base = clocked(**given)
    one = change("set", address, value=value)
    changed = apply(base, [one])
    assert [it.code for it in idle_changes(base, changed, [one], SETTINGS)] == ([code] if code else [])
    before, after = (compile_plan(world, SETTINGS).fingerprint() for world in (base, changed))
    assert (before == after) == bool(code)


def test_a_profile_of_weather_counts() -> None:
    base = border()
    weights = {"dusty": "1;1;1;9;9;1;1;1;1;1;1;1", "even": ";".join("1" * 12)}
    months = {id: profile(id, own) for id, own in weights.items()}
    base = replace(base, profiles=months, weather={"dust": weather("dust", "gate", 20.0, profile_month="dusty")})
    for value, codes in ((";".join("1" * 12), []), ("2;2;2;18;18;2;2;2;2;2;2;2", ["idle.same_vehicles"])):
        one = change("set", "profiles.dusty.weights", value=value)
        assert [it.code for it in idle_changes(base, lay_over(base, [one]), [one], SETTINGS)] == codes
    gone = change("remove", "profiles.even")
    assert [it.code for it in idle_changes(base, lay_over(base, [gone]), [gone], SETTINGS)] == ["idle.same_vehicles"]


def test_the_lateness_of_a_timetable_counts() -> None:
    base = border()
    trucks = replace(base.services["trucks"], arrivals="timetable", delay="nap")
    base = replace(base, services={"trucks": trucks})
    one = change("set", "durations.nap.mean_min", value=99)
    assert idle_changes(base, apply(base, [one]), [one], SETTINGS) == []


def test_a_parameter_of_days_that_the_scenario_gives_has_no_effect() -> None:
    """The run has its 8 days, whatever run_days says; a parameter that gives them has an effect."""
    base = replace(border(), parameters={"run_days": parameter("run_days", 30, "d")})
    for value, codes in ((20, ["idle.days_of_scenario"]), (8, [])):
        one = change("set", "parameters.run_days.value", value=value)
        assert [it.code for it in idle_changes(base, apply(base, [one]), [one], SETTINGS)] == codes


def test_a_parameter_that_no_run_reads_has_no_effect() -> None:
    base = replace(border(), parameters={"discount_rate": parameter("discount_rate", 0.08, "1/a")})
    one = change("set", "parameters.discount_rate.value", value=0.05)
    assert [it.code for it in idle_changes(base, apply(base, [one]), [one], SETTINGS)] == ["idle.parameter_of_studies"]


def test_what_decides_at_once_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither one by one nor in groups: a scenario of a year has a hundred changes of services."""
    load, trucks = (
        change("set", "services.trucks.load_t", value=31),
        change("scale", "services.trucks.per_day", value=2),
    )
    same = change("set", "services.trucks.fleet", value="")
    corridor = apply(border(), [load, trucks, same])
    made: list[int] = []

    def counted(baseline: Corridor, some: list[Change], in_order: bool) -> Corridor:
        made.append(len(some))
        return lay_over(baseline, some, in_order)

    monkeypatch.setattr(module, "lay_over", counted)
    [one] = idle_changes(border(), corridor, [load, trucks, same], SETTINGS)
    assert (one.code, one.column) == ("idle.same_value", "services.trucks.fleet")
    assert made == [2]


def test_changes_of_a_service_that_take_each_other_back_are_found() -> None:
    twice = change("scale", "services.trucks.per_day", value=2), change("scale", "services.trucks.per_day", value=0.5)
    corridor = apply(border(), twice, in_order=True)
    [one] = idle_changes(border(), corridor, twice, SETTINGS, in_order=True)
    assert (one.code, one.column) == ("idle.together", "services.trucks.per_day")


def test_each_change_is_left_out_of_all_the_others() -> None:
    """Tracks count once the road has a limit of paths, and a second closure of the same days changes nothing."""
    limit = change("set", "links.mine_border.paths_per_day", value=3000)
    assert found(limit, change("set", "links.mine_border.tracks", value=1)) == []
    twice = (
        change("close", "facilities.gate", first_day="2023-01-05"),
        change("close", "ports.pass", first_day="2023-01-05"),
    )
    assert found(*twice) == ["idle.closed_anyway", "idle.closed_anyway", "idle.not_all"]


def test_changes_that_only_together_have_no_effect_are_one_finding() -> None:
    more = change("set", "facilities.gate.servers", value=3), change("add", "facilities.gate.servers", value=-1)
    faster = change("set", "durations.check.mean_min", value=20)
    changes = (*more, faster)
    corridor = apply(border(), changes, in_order=True)
    [one] = idle_changes(border(), corridor, changes, SETTINGS, in_order=True)
    assert (one.code, one.column) == ("idle.together", "facilities.gate.servers")
    assert (
        compile_plan(corridor, SETTINGS).fingerprint()
        == compile_plan(apply(border(), [faster]), SETTINGS).fingerprint()
    )


def test_a_scenario_of_words_only_says_so() -> None:
    words = (
        change("set", "facilities.gate.note", value="only words"),
        change("set", "facilities.gate.name_en", value="G"),
    )
    assert found(*words) == ["idle.words_only", "idle.words_only"]
    assert found(*words, change("set", "facilities.gate.servers", value=3)) == []


def test_changes_of_passing_places_count_on_a_single_track() -> None:
    single = change("set", "links.mine_border.tracks", value=1)
    places = change("set", "links.mine_border.passing_places", value=3)
    tracks = change("set", "links.mine_border.passing_tracks", value=3)
    assert found(single, places) == []
    assert found(single, places, tracks) == []
    # Without passing places neither one track nor its passing tracks count.
    assert found(single, tracks) == ["idle.tracks_without_paths", "idle.no_passing_places"]


def test_a_row_that_other_changes_need_has_an_effect() -> None:
    row = {"place": "border", "servers": 4, "kind": "gate", "source": "test"}
    more = change("add", "facilities.second", row=row)
    use = change("set", "itineraries.trip.serve_3.facility", value="second")
    assert found(more, use) == []


@pytest.mark.parametrize(("factor", "made", "value"), [(1.3, "2.6", 3), (2.6, "5.2", 5), (0.3, "0.6", 1)])
def test_a_scaled_whole_number_that_is_rounded_is_reported(factor: float, made: str, value: int) -> None:
    change = Change(op="scale", address="facilities.gate.servers", value=factor)
    [found] = rounded_changes(border(), [change])
    assert found.message == message("rounded.number", "runs", made=made, value=value)
    assert found.column == "facilities.gate.servers"
    assert apply(border(), [change]).facilities["gate"].servers == value


def test_whole_products_and_differences_below_a_hundredth_are_not_reported() -> None:
    for factor in (1.5, 2, 100.3):  # 3, 4 and 200.6 servers, rounded to 201
        change = Change(op="scale", address="facilities.gate.servers", value=factor)
        assert rounded_changes(border(), [change]) == []
    assert rounded_changes(border(), [Change(op="scale", address="services.trucks.per_day", value=1.03)]) == []


def test_a_rounded_number_is_that_of_the_changes_before_it() -> None:
    changes = [
        Change(op="set", address="facilities.gate.servers", value=5),
        Change(op="scale", address="facilities.gate.servers", value=1.5, origin="--set"),
    ]
    [found] = rounded_changes(border(), changes)
    assert found.message == message("rounded.number", "runs", made="7.5", value=8)


def test_a_number_that_is_rounded_to_what_it_was_has_no_effect() -> None:
    change = Change(op="scale", address="facilities.gate.servers", value=0.75)
    [found] = idle_changes(border(), apply(border(), [change]), [change], SETTINGS)
    assert found.message == message("idle.rounded", "runs", made="1.5", value="2")
    assert rounded_changes(border(), [change]) == []


def two_gates(left: float, right: float) -> Corridor:
    """Trucks that pass one of two gates, by shares; to a third one leads an itinerary that no alternative has."""
    ways = [
        itinerary(f"by_{gate}", step("serve", facility=gate, duration="check")) for gate in ("left", "right", "third")
    ]
    return world(
        place("border"),
        *(facility(gate) for gate in ("left", "right", "third")),
        duration("check", 30.0),
        itinerary("trip", step("mark", place="border"), step("choose", choice="gates")),
        *ways,
        alternative("gates", "by_left", "shares", share=left),
        alternative("gates", "by_right", "shares", share=right),
        service("trucks", "trip", 24),
    )


THIRD = {"choice": "gates", "itinerary": "by_third", "rule": "shares"}


@pytest.mark.parametrize(
    ("right", "changes", "codes"),
    [
        (0.5, [change("add", "alternatives.third", row=THIRD | {"share": 0})], ["idle.never_chosen"]),
        (0.5, [change("add", "alternatives.third", row=THIRD | {"share": 0.5})], []),
        (0.5, [change("set", "alternatives.gates_by_right.share", value=0)], []),
        (0.5, [change("set", "alternatives.gates_by_left.share", value=0)], []),
        (0.0, [change("set", "alternatives.gates_by_right.share", value=0.5)], []),
        (0.0, [change("set", "alternatives.gates_by_right.itinerary", value="by_third")], ["idle.never_chosen"]),
        (0.0, [change("remove", "alternatives.gates_by_right")], ["idle.never_chosen"]),
        (0.0, [change("set", "facilities.right.servers", value=2)], ["idle.unused_facilities"]),
    ],
)
def test_an_alternative_of_share_0_changes_nothing(right: float, changes: list[Change], codes: list[str]) -> None:
    base = two_gates(1 - right, right)
    corridor = lay_over(base, changes, in_order=False)
    assert [one.code for one in idle_changes(base, corridor, changes, SETTINGS)] == codes
    runs = [simulate(compile_plan(world, SETTINGS), "compiled") for world in (base, corridor)]
    moves = [sorted(zip(run.vehicle, run.started_s, run.plan.op_target[run.op], strict=True)) for run in runs]
    assert (moves[0] == moves[1]) == bool(codes)


def one_way_line() -> Corridor:
    """Trains from a depot to the border, on a single track with nine paths each way."""
    return world(
        [place(name) for name in ("depot", "border")],
        port("pass"),
        link("depot", "border", mode="rail_1435", paths_per_day=9, tracks=1),
        itinerary(
            "run",
            step("mark", place="depot"),
            step("travel", step="go", place="border", mode="rail_1435"),
        ),
        service("trains", "run", 6),
    )


@pytest.mark.parametrize("code", of_scenarios())
def test_the_bad_example_of_a_scenario_raises_its_code_and_the_good_one_nothing(code: str) -> None:
    """A second track for trains of one direction was said to cancel its paths, and no example showed why."""
    base = one_way_line() if code == "idle.one_way" else border()
    codes = {}
    for kind, text in of_scenarios()[code].items():
        made = parse_yaml(
            f"id: example\ntitle_en: Example\ntitle_zh: 示例\n{text}\n".encode(), "scenario.yaml", Scenario
        )
        settings = RunSettings(made.start or SETTINGS.start, made.days or SETTINGS.days)
        corridor = lay_over(base, made.changes, made.in_order)
        codes[kind] = [one.code for one in idle_changes(base, corridor, made.changes, settings, made.in_order)]
    assert codes == {"bad": [code], "good": []}
