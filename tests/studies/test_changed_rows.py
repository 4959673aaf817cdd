"""Target traffic of changed rows that are no place to wait: the vehicles that meet them are its traffic."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from corridors.model import Corridor
from sim.studies.compare import Traffic
from sim.studies.compare.target_traffic import changed_directions, target_traffic
from tests.helpers.hand_results import BASELINE, PORT, results_of
from tests.helpers.worlds import (
    calendar,
    closure,
    departure,
    duration,
    facility,
    itinerary,
    link,
    place,
    port,
    profile,
    service,
    share,
    shift,
    step,
    weather,
    world,
)


def border() -> Corridor:
    """Coal and boxes pass the gate with checks of different length; boxes also pass customs, bulk a scanner."""
    marks = {"place": "border", "port": PORT, "direction": "outbound"}
    return world(
        *(place(id) for id in ("border", "yard", "aside")),
        link("yard", "border", mode="road"),
        link("border", "aside", mode="road"),
        port(PORT),
        *(calendar(id) for id in ("days", "nights")),
        shift("days", "08:00", "18:00", id="day_shift"),
        *(facility("gate", port=PORT, place="border"), facility("customs", port=PORT, place="border", calendar="days")),
        facility("scanner", port=PORT, place="border"),
        closure("customs", "2023-01-10", id="shut"),
        weather("storm", "scanner", 3.0),
        *(duration("coal_check", 10.0), duration("box_check", 20.0), duration("late", 30.0), duration("scan", 5.0)),
        share("scanned", 0.5),
        profile("by_month", ";".join("1" * 12)),
        itinerary("coal_way", step("serve", facility="gate", duration="coal_check", **marks)),
        itinerary(
            "box_way",
            step("serve", facility="gate", duration="box_check", **marks),
            step("serve", facility="customs", duration="box_check", **marks),
        ),
        itinerary(
            "bulk_way",
            step("mark", place="yard"),
            step("travel", place="border", mode="road"),
            step("branch", share="scanned", to="end", **marks),
            step("serve", facility="scanner", duration="scan", **marks),
            step("mark", step="end", **marks),
        ),
        service("coal", "coal_way", 24.0, vehicle_class="coal_trucks", profile_month="by_month"),
        service("boxes", "box_way", 24.0, vehicle_class="box_trucks", delay="late", arrivals="timetable"),
        service("bulk", "bulk_way", 24.0, vehicle_class="bulk_trucks"),
        departure("d1", "boxes", "08:00"),
    )


PASSED = [("coal_trucks", "gate"), ("box_trucks", "gate"), ("box_trucks", "customs"), ("bulk_trucks", "scanner")]
COAL, BOXES, BULK = (Traffic(PORT, f"{one}_trucks") for one in ("coal", "box", "bulk"))


@pytest.mark.parametrize(
    ("address", "traffic", "passing"),
    [
        ("durations.coal_check.mean_min", {COAL}, {COAL, BOXES}),
        ("durations.box_check.mean_min", {BOXES}, {COAL, BOXES}),
        ("durations.late.mean_min", {BOXES}, set()),
        ("durations.scan.mean_min", {BULK}, {BULK}),
        ("shares.scanned.share", {BULK}, set()),
        ("itineraries.bulk_way.end.duration", {BULK}, {BULK}),
        ("classes.bulk_trucks.wait_usd_per_h", {BULK}, set()),
        ("profiles.by_month.weights", {COAL}, set()),
        ("timetable.d1.time", {BOXES}, set()),
        ("shifts.day_shift.closes", {BOXES}, {BOXES}),
        ("closures.shut.last_day", {BOXES}, {BOXES}),
        ("weather.storm.spells_per_year", {BULK}, {BULK}),
        ("services.coal.per_day", {COAL}, set()),
        ("facilities.gate.servers", {COAL, BOXES}, {COAL, BOXES}),
        ("links.yard_border.speed_kmh", {BULK}, set()),
        ("links.yard_border.length_km", {BULK}, set()),
        ("links.border_aside.speed_kmh", set(), set()),
        ("sources.s.title", set(), set()),
    ],
)
def test_the_traffic_that_meets_a_changed_row_is_the_target(
    address: str, traffic: set[Traffic], passing: set[Traffic]
) -> None:
    """And the directions are those in which vehicles pass its facilities, also those with another duration there."""
    results = results_of({BASELINE: [10.0, 11.0], "changed": [12.0, 13.0]})
    results.scenarios["changed"]["changes"] = [{"op": "set", "address": address, "value": 1}]  # type: ignore[index]
    rows = [
        {"scenario": BASELINE, "replication": 0, "port": PORT, "direction": "outbound", "class": klass, "at": at}
        for klass, at in PASSED
    ]
    results = replace(results, dwell=pd.DataFrame(rows))
    assert set(target_traffic(results, border(), {})["changed"]) == traffic
    directions = changed_directions(results, border(), {})["changed"]
    assert directions == {(one.port, "outbound", one.klass) for one in passing}
