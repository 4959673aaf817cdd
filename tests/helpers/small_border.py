"""A small border with everything: all 23 tables filled, every kind of step taken, and no finding against it.

Express trains leave China: received, inspected, over the border when a path is free, transshipped onto wagon sets.
They continue by one of two lines. Ore comes the other way and brings the wagon sets back. A closed fleet of trucks
shuttles over the road in the hours of the gate, each with a place in the day's quota.
"""

from __future__ import annotations

from typing import Any

from corridors.model import Corridor
from tests.helpers.worlds import (
    alternative,
    assumption,
    calendar,
    closure,
    departure,
    duration,
    facility,
    holiday,
    itinerary,
    link,
    order,
    order_rule,
    parameter,
    place,
    port,
    profile,
    service,
    share,
    shift,
    source,
    step,
    stock,
    vehicle_class,
    weather,
    world,
)

NOTED: dict[str, Any] = {"source": "survey", "grade": "assumed", "note": "made up for tests"}
OUT: dict[str, Any] = {"port": "pass", "direction": "outbound"}
IN: dict[str, Any] = {"port": "pass", "direction": "inbound"}
FOREIGN: dict[str, Any] = {"place": "steppe_gate", "port": "pass", "side": "foreign"}
QUOTA: dict[str, Any] = {"kind": "quota", "unit": "place", "capacity": 40, "daily_quota": 40, "calendar": "gate_hours"}
CHINESE: dict[str, Any] = {"place": "wall_gate", "port": "pass", "side": "cn"}


def small_border() -> Corridor:
    """The world; a new object each time, though it is immutable."""
    return world(
        [_network(), _port(), _times(), _services(), _export(), _import(), _shuttle(), _calendars()],
        source("survey"),
        parameter("cny_per_usd", 7.05, "CNY/USD", **NOTED),
        assumption("facilities.customs.servers", 1, 4, **NOTED),
        assumption("itineraries.export.wagons.amount", 1, 1, **NOTED),
    )


def _network() -> list[object]:
    broad = {"mode": "rail_1520", "paths_per_day": 24.0, **NOTED}
    return [
        place("plain", name_zh="平原", **NOTED),
        place("wall_gate", name_zh="关城", transships=True, **NOTED),
        place("steppe_gate", name_zh="草原口", country="MN", transships=True, **NOTED),
        place("north_mine", name_zh="北矿", country="MN", **NOTED),
        place("east_mine", name_zh="东矿", country="MN", **NOTED),
        link("plain", "wall_gate", length_km=300.0, **NOTED),
        link("wall_gate", "steppe_gate", length_km=9.0, tracks=1, **broad),
        link("steppe_gate", "north_mine", length_km=120.0, opening_date="2020-01-01", **broad),
        link("steppe_gate", "east_mine", length_km=200.0, **broad),
        link("wall_gate", "steppe_gate", id="border_road", mode="road", length_km=11.0, **NOTED),
    ]


def _port() -> list[object]:
    return [
        port("pass", "wall_gate", "steppe_gate", name_zh="关口", **NOTED),
        facility("tracks", 6, kind="track", **CHINESE, **NOTED),
        facility("customs", 2, kind="customs", mtbf_h=200.0, mttr_h=2.0, **CHINESE, **NOTED),
        facility("scanner", kind="scanner", **CHINESE, **NOTED),
        facility("bays", 2, kind="transshipment", handling_usd=4000.0, **FOREIGN, **NOTED),
        facility("crossing", kind="path", headway_min=40.0, **CHINESE, **NOTED),
        facility("lanes", 3, "gate_hours", **FOREIGN, **NOTED),
        stock("wagon_sets", 8, capacity=12, **FOREIGN, **NOTED),
        stock("permits", 40, **QUOTA, **FOREIGN, **NOTED),
    ]


def _times() -> list[object]:
    return [
        duration("papers", 30.0, "gamma", 0.4, **NOTED),
        duration("scan", 15.0, "triangular", 0.2, **NOTED),
        duration("transfer", 240.0, "empirical", values_min="180;240;300", **NOTED),
        duration("weighing", 4.5, "lognormal", 0.5, **NOTED),
        duration("rest", 480.0, **NOTED),
        duration("late", 120.0, "exponential", **NOTED),
        share("scanned", 0.1, **NOTED),
        profile("seasons", "1;1;0.5;1;1;1;1;1;1;1;1;1.5", **NOTED),
        profile("day_and_night", ";".join(["0.5"] * 12 + ["1.5"] * 12), "hour", **NOTED),
    ]


def _services() -> list[object]:
    return [
        vehicle_class("train", name_zh="列车", **NOTED),
        vehicle_class("truck", name_zh="卡车", vehicle_en="truck", vehicle_zh="辆", **NOTED),
        service("express", "export", 10 / 7, arrivals="timetable", delay="late", **NOTED),
        service("ore", "import", 10 / 7, profile_month="seasons", profile_hour="day_and_night", **NOTED),
        service("shuttle", "shuttle", fleet=12, vehicle_class="truck", start_spread_h=6.0, **NOTED),
        departure("express_morning", "express", "08:30", **NOTED),
        departure("express_night", "express", "22:00", "Mon;Wed-Thu", **NOTED),
    ]


def _export() -> list[object]:
    return [
        itinerary(
            "export",
            step("mark", step="origin", place="plain", **NOTED),
            step("travel", step="to_port", place="wall_gate", mode="rail_1435", **NOTED),
            step("hold", step="track", facility="tracks", **OUT, **NOTED),
            step("branch", step="sample", share="scanned", to="customs", **OUT, **NOTED),
            step("serve", step="scan", facility="scanner", duration="scan", **OUT, **NOTED),
            step("serve", step="customs", facility="customs", duration="papers", **OUT, **NOTED),
            step("pass", step="crossing", facility="crossing", **OUT, **NOTED),
            step("travel", step="over", place="steppe_gate", mode="rail_1520", **OUT, **NOTED),
            step("free", step="leave_track", facility="tracks", **OUT, **NOTED),
            step("draw", step="wagons", stock="wagon_sets", **OUT, **NOTED),
            step("serve", step="transfer", facility="bays", duration="transfer", **OUT, **NOTED),
            step("choose", step="line", choice="line", **NOTED),
        ),
        itinerary(
            "to_north",
            step("mark", step="start", place="steppe_gate", **NOTED),
            step("travel", step="north", place="north_mine", mode="rail_1520", **NOTED),
        ),
        itinerary(
            "to_east",
            step("mark", step="start", place="steppe_gate", **NOTED),
            step("travel", step="east", place="east_mine", mode="rail_1520", **NOTED),
        ),
        alternative("line", "to_north", "shares", share=0.75, **NOTED),
        alternative("line", "to_east", "shares", share=0.25, **NOTED),
    ]


def _import() -> list[object]:
    return [
        itinerary(
            "import",
            step("mark", step="origin", place="north_mine", **NOTED),
            step("travel", step="to_port", place="steppe_gate", mode="rail_1520", **NOTED),
            step("pass", step="crossing", facility="crossing", **IN, **NOTED),
            step("travel", step="over", place="wall_gate", mode="rail_1520", **IN, **NOTED),
            step("serve", step="customs", facility="customs", duration="papers", **IN, **NOTED),
            step("return", step="wagons", stock="wagon_sets", **IN, **NOTED),
            step("travel", step="onward", place="plain", mode="rail_1435", **NOTED),
        )
    ]


def _shuttle() -> list[object]:
    return [
        itinerary(
            "shuttle",
            step("mark", step="origin", place="steppe_gate", **NOTED),
            step("wait", step="morning", calendar="gate_hours", **NOTED),
            step("draw", step="permit", stock="permits", **IN, **NOTED),
            step("serve", step="lane", facility="lanes", duration="weighing", **IN, **NOTED),
            step("travel", step="over", place="wall_gate", mode="road", **IN, **NOTED),
            step("travel", step="unload", duration="rest", **NOTED),
            step("travel", step="back", place="steppe_gate", mode="road", loaded=False, **NOTED),
        )
    ]


def _calendars() -> list[object]:
    return [
        calendar("gate_hours", "Asia/Ulaanbaatar", name_zh="口岸时间", **NOTED),
        shift("gate_hours", "08:00", "12:00", id="morning", **NOTED),
        shift("gate_hours", "13:00", "20:00", "Mon-Sat", id="afternoon", servers_share=0.67, **NOTED),
        holiday("gate_hours", "MN", "National Festival", id="naadam", days_after=1, **NOTED),
        closure("pass", "2026-02-17", "2026-02-19", id="new_year", **NOTED),
        weather("dust", "border_road", 0.01, **NOTED),
        order("pass", "2026-03-25", id="halt", direction="outbound", traffic="express", **NOTED),
        order_rule("pass", "tracks", 20, 10, direction="outbound", active=False, **NOTED),
    ]
