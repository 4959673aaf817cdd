"""Closures that last for the whole run, and the calendar of a quota, count in the warnings about capacity."""

from __future__ import annotations

from typing import Any

import pytest

from corridors.checks.capacity import a_mean_day_can_be_served
from corridors.messages import Message
from corridors.model import Corridor
from tests.helpers.worlds import (
    calendar,
    closure,
    duration,
    facility,
    itinerary,
    link,
    parameter,
    place,
    service,
    shift,
    step,
    stock,
    world,
)

DAYS = [parameter("run_start", 20250101), parameter("run_days", 42)]
WEEKENDS = {"weekdays": "Sat-Sun"}


def gate(per_day: float, *more: Any, hours: str = "") -> Corridor:
    """Trucks of half an hour at a gate that is always open and serves 48 a day."""
    return world(
        place("border"),
        facility("gate", calendar=hours),
        duration("check", 30.0),
        service("trucks", "trip", per_day),
        itinerary("trip", step("mark", place="border"), step("serve", facility="gate", duration="check")),
        *DAYS,
        *more,
    )


def road(per_day: float, *more: Any, **given: Any) -> Corridor:
    """Trucks over a road with 24 paths a day."""
    return world(
        [place(name) for name in ("mine", "border")],
        link("mine", "border", mode="road", paths_per_day=24.0, tracks=2),
        service("trucks", "trip", per_day, **given),
        itinerary("trip", step("mark", place="mine"), step("travel", place="border", mode="road")),
        *DAYS,
        *more,
    )


def quota(per_day: float, *more: Any) -> Corridor:
    """Trucks that draw one of 24 places a day, issued on five days a week."""
    return world(
        place("border"),
        calendar("office"),
        shift("office", "08:00", "16:00", weekdays="Mon-Fri"),
        stock("permits", 24, kind="quota", daily_quota=24, calendar="office"),
        service("trucks", "trip", per_day),
        itinerary("trip", step("mark", place="border"), step("draw", stock="permits")),
        *DAYS,
        *more,
    )


def told(corridor: Corridor) -> list[tuple[str, float]]:
    whats = [one.message for one in a_mean_day_can_be_served(corridor)]
    return [(what.code, round(float(str(what.params[0][1])), 3)) for what in whats if isinstance(what, Message)]


def overloaded(load: float, of: str = "facility") -> list[tuple[str, float]]:
    return [(f"capacity.overloaded_{of}", load)]


@pytest.mark.parametrize(
    ("per_day", "row", "expected"),
    [
        (30, closure("gate", "2024-01-01", "2026-12-31", servers_share=0.5), overloaded(1.25)),
        (24, closure("gate", "2024-01-01", "2026-12-31", servers_share=0.5), []),
        (40, closure("gate", "2025-01-01", "2025-12-31", **WEEKENDS), overloaded(1.167)),
        (34, closure("gate", "2025-01-01", "2025-12-31", **WEEKENDS), []),
        (40, closure("gate", "2025-01-01", "2025-02-10", **WEEKENDS), []),  # It ends before the run.
        (40, closure("gate", "2025-01-02", "2025-12-31", **WEEKENDS), overloaded(1.167)),
        (40, closure("gate", "2025-01-21", "2025-12-31", **WEEKENDS), overloaded(1.167)),  # The second half.
        (40, closure("gate", "2025-01-23", "2025-12-31", **WEEKENDS), []),
        (40, closure("gate", "2025-01-01", "2025-12-31"), []),  # Another rule: nothing is left of it.
    ],
)
def test_closures_of_a_facility_count_if_they_last(per_day: float, row: Any, expected: Any) -> None:
    assert told(gate(per_day, row)) == expected


@pytest.mark.parametrize("clock", ["Asia/Shanghai", "America/New_York"])
def test_the_clock_of_a_facility_moves_no_day_out_of_the_week(clock: str) -> None:
    shut = closure("hours", "2025-01-01", "2025-12-31", **WEEKENDS)
    open_always = [calendar("hours", clock), shift("hours", "00:00", "24:00")]
    assert told(gate(40, shut, *open_always, hours="hours")) == overloaded(1.167)


def test_closures_of_a_section_count_if_they_last_and_no_one_goes_around() -> None:
    shut = closure("mine_border", "2025-01-01", "2025-12-31", **WEEKENDS)
    assert told(road(20)) == []
    assert told(road(17, shut)) == []
    assert told(road(20, shut)) == overloaded(1.167, "link")
    around = [place("side"), link("mine", "side", mode="road"), link("side", "border", mode="road")]
    assert told(road(20, shut, reroute_after_h=4.0)) == overloaded(1.167, "link")  # There is no other way.
    assert told(road(20, shut, around)) == overloaded(1.167, "link")
    assert told(road(20, shut, around, reroute_after_h=4.0)) == []
    others = [service("others", "elsewhere", 1, reroute_after_h=4.0)]
    others += itinerary("elsewhere", step("mark", place="mine"), step("travel", place="side", mode="road"))
    assert told(road(20, shut, around, others)) == overloaded(1.167, "link")


def test_a_quota_counts_on_its_days_of_issue() -> None:
    assert told(quota(17)) == []
    assert told(quota(17.2)) == [("capacity.over_quota", 17.2)]
    assert told(quota(10, closure("permits", "2025-01-01", "2025-12-31", servers_share=0.5))) == [
        ("capacity.over_quota", 10)
    ]
    assert told(quota(8, closure("permits", "2025-01-01", "2025-12-31", servers_share=0.5))) == []
