"""Raised limits that are never reached, and choices that no vehicle takes, are said to have no effect in the run."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from corridors.model import Corridor
from corridors.overlay.applying import lay_over
from corridors.overlay.changes import Change
from corridors.overlay.proposals import Scenario
from sim.run import RunResult, prepare, run_scenario
from sim.studies import unreached as module
from sim.studies.unreached import unknown_limits, unreached
from tests.helpers.worlds import (
    calendar,
    closure,
    departure,
    duration,
    facility,
    itinerary,
    link,
    order_rule,
    parameter,
    place,
    port,
    service,
    shift,
    step,
    stock,
    world,
)


def yard(**limits: Any) -> Corridor:
    """Two trucks a day, at 8:00 and 8:20, bring 20 t each into a yard, from which a train takes 20 t at noon.

    They need one of the places of the day, and for half an hour at the gate one of a pool of tractors. The road may be
    shut; another way is twice as long.
    """
    given: dict[str, Any] = {"capacity": 200, "quota": 10, "tractors": 3, "paths": 96.0, "closes": "20:00", "above": 10}
    limits = given | limits
    into = {"port": "pass", "direction": "inbound"}
    return world(
        [place(name, country="MN" if name == "beyond" else "CN") for name in ("border", "beyond", "aside")],
        port("pass", "border", "beyond"),
        link("beyond", "border", mode="road", paths_per_day=limits["paths"]),
        link("beyond", "aside", mode="road"),
        link("aside", "border", mode="road"),
        closure("beyond_border", limits.get("shut", "2026-01-03")),
        calendar("day"),
        shift("day", "06:00", limits["closes"]),
        facility("gate", 2, "day", port="pass"),
        duration("check", 30),
        stock("coal", port="pass", kind="cargo", unit="t", capacity=limits["capacity"]),
        stock("permits", limits["quota"], kind="quota", daily_quota=limits["quota"]),
        stock("tractors", limits["tractors"], capacity=limits["tractors"]),
        order_rule("pass", "gate", limits["above"], 0),
        itinerary(
            "trip",
            step("mark", place="beyond"),
            step("draw", stock="permits"),
            step("travel", place="border", mode="road", **into),
            step("draw", stock="tractors"),
            step("serve", facility="gate", duration="check", **into),
            step("return", stock="tractors"),
            step("return", stock="coal", amount=20),
        ),
        itinerary("train", step("mark", place="border"), step("draw", stock="coal", amount=20)),
        service("trucks", "trip", 2, arrivals="timetable", load_t=20.0, reroute_after_h=limits.get("reroute")),
        service("trains", "train", 1, arrivals="timetable", load_t=20.0),
        departure("first", "trucks", "08:00"),
        departure("second", "trucks", "08:20"),
        departure("noon", "trains", "12:00"),
        parameter("run_warmup_days", 0),
    )


def change(address: str, value: Any) -> Change:
    return Change(op="set", address=address, value=value, origin="mine")


def run_with(baseline: Corridor, *changes: Change) -> RunResult:
    """Six days with the changes, of which a later one of a field comes on top of an earlier one."""
    case = prepare(baseline, Scenario(id="mine", in_order=True), start=date(2025, 1, 1), days=6, warmup_days=0)
    case = replace(case, corridor=lay_over(baseline, changes, in_order=True), changes=changes)
    return run_scenario(case, "simpy")


def told(baseline: Corridor, *changes: Change) -> list[tuple[str, str]]:
    return [(one.code, one.column) for one in unreached(baseline, run_with(baseline, *changes))]


LIMITS = {
    "capacity": (change("stocks.coal.capacity", 400),),
    "quota": (change("stocks.permits.daily_quota", 20),),
    "tractors": (change("stocks.tractors.initial", 4), change("stocks.tractors.capacity", 4)),
    "paths": (change("links.beyond_border.paths_per_day", 192.0),),
    "closes": (change("shifts.day_daily_0600.closes", "22:00"),),
    "above": (change("order_rules.policy.above", 20),),
    "active": (change("order_rules.policy.active", False),),
    "reroute": (change("services.trucks.reroute_after_h", 100.0),),
}


@pytest.mark.parametrize("limit", LIMITS)
def test_a_raised_limit_that_is_never_reached_is_told(limit: str) -> None:
    changes = LIMITS[limit]
    shut = {"shut": "2025-01-03"} if limit == "reroute" else {}
    assert told(yard(**shut), *changes) == [("idle.unreached", ", ".join(one.address for one in changes))]


@pytest.mark.parametrize(
    ("limit", "tight"), [("capacity", 60), ("quota", 1), ("tractors", 1), ("paths", 48.0), ("closes", "09:10")]
)
def test_a_raised_limit_that_is_reached_is_not_told(limit: str, tight: Any) -> None:
    assert told(yard(**{limit: tight}), *LIMITS[limit]) == []


def test_a_detour_that_is_taken_is_not_told() -> None:
    assert told(yard(shut="2025-01-03"), change("services.trucks.reroute_after_h", 1.0)) == []
    # All wait for the road to open, and enter one after the other.
    assert told(yard(shut="2025-01-03"), *LIMITS["paths"]) == []


def test_of_several_changes_each_is_left_out() -> None:
    more_trucks = change("services.trucks.load_t", 25.0)
    assert told(yard(), more_trucks, *LIMITS["quota"]) == [("idle.unreached", "stocks.permits.daily_quota")]
    assert told(yard(), *LIMITS["paths"], *LIMITS["quota"]) == [
        ("idle.unreached", "links.beyond_border.paths_per_day, stocks.permits.daily_quota")
    ]


def test_of_changes_that_replace_each_other_it_is_said_that_not_all_can_go() -> None:
    """One more permit a day is enough for both trucks, whichever of the two gives it."""
    quota = "stocks.permits.daily_quota"
    more = Change(op="add", address=quota, value=10, origin="mine")
    each = ("idle.unreached", quota)
    assert told(yard(quota=1), more, more) == [each, each, ("idle.not_all", quota)]
    assert told(yard(quota=1), more) == []
    assert told(yard(), more, more) == [each], "both are without effect, also together"


def test_spare_vehicles_and_an_unreached_limit_have_no_effect_together_either() -> None:
    """More shuttles make trips that no key figure shows; the load of the trucks is an effect."""
    baseline = yard()
    away = world(
        [place(name, country="MN") for name in ("beyond", "aside")],
        link("beyond", "aside", mode="road"),
        link("aside", "beyond", mode="road"),
        itinerary(
            "loop", step("mark", place="beyond"), *(step("travel", place=to, mode="road") for to in ("aside", "beyond"))
        ),
        service("shuttles", "loop", fleet=2),
    )
    baseline = replace(
        baseline,
        itineraries={**baseline.itineraries, **away.itineraries},
        services={**baseline.services, **away.services},
        links={**away.links, **baseline.links},
    )
    fleet, quota, load = change("services.shuttles.fleet", 6), *LIMITS["quota"], change("services.trucks.load_t", 25.0)
    assert told(baseline, fleet, quota, load) == [
        ("idle.spare_fleet", "services.shuttles.fleet"),
        ("idle.unreached", "stocks.permits.daily_quota"),
    ]


def test_days_that_a_change_sets_are_those_of_both_runs() -> None:
    """So the second run does not show what they change."""
    assert told(yard(), change("parameters.run_warmup_days.value", 2)) == []


def test_another_gate_of_the_same_length_is_an_effect() -> None:
    """Every vehicle moves at the same times, but elsewhere."""
    baseline = yard()
    other = replace(
        baseline, facilities={**baseline.facilities, "side": replace(baseline.facilities["gate"], id="side")}
    )
    assert told(other, change("itineraries.trip.serve_5.facility", "side")) == []


def test_what_is_said_already_and_a_large_run_are_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run_with(yard(), *LIMITS["quota"])
    assert list(unreached(yard(), result, {"stocks.permits.daily_quota"})) == []
    assert unknown_limits(result) == []
    monkeypatch.setattr(module, "MOST_VISITS", 1)
    assert list(unreached(yard(), result)) == []
    assert unknown_limits(result) == ["stocks.permits.daily_quota"]
    assert unknown_limits(result, {"stocks.permits.daily_quota"}) == []
