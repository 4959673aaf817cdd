"""What the check says of single tracks: opposing trains that the paths let meet, and tracks that count for nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from corridors.checks import check, new_findings
from corridors.load import load_corridor
from corridors.model import Corridor
from corridors.overlay.applying import apply
from corridors.overlay.options import parse_setting
from sim.compile.assembly import compile_plan
from sim.core.run_settings import RunSettings
from sim.engines import simulate
from tests.helpers.worlds import departure, itinerary, link, place, service, step, world

H = 3600


def two_trains(**of_link: Any) -> Corridor:
    """Trains from either end of a section of 100 km at 50 km/h (2 h), at 08:00 and 08:10 UTC."""
    return world(
        [place("west"), place("east")],
        link("west", "east", length_km=100.0, **{"speed_kmh": 50.0, "tracks": 1, **of_link}),
        itinerary("eastward", step("mark", place="west"), step("travel", place="east", mode="rail_1435")),
        itinerary("westward", step("mark", place="east"), step("travel", place="west", mode="rail_1435")),
        [service("e", "eastward", 2, arrivals="timetable"), service("w", "westward", 2, arrivals="timetable")],
        [departure(f"{s}{t[:2]}{t[3:]}", s, t) for s in "ew" for t in ("16:00", "16:10")],
    )


def codes(corridor: Corridor) -> list[str]:
    return [one.code for one in check(corridor) if one.code.startswith("link.")]


@pytest.mark.parametrize(
    ("of_link", "expected"),
    [
        # The case: 12 pairs are 60 min apart, 48 are 15 min, and a train takes two hours.
        ({"paths_per_day": 12.0}, ["link.head_on"]),
        ({"paths_per_day": 48.0}, ["link.head_on"]),
        ({"paths_per_day": None}, ["link.tracks_without_paths"]),
        # Twins: exactly two hours apart, a little less, faster trains, another gauge, a road.
        ({"paths_per_day": 6.0}, []),
        ({"paths_per_day": 6.1}, ["link.head_on"]),
        ({"paths_per_day": 12.0, "speed_kmh": 100.0}, []),
        ({"paths_per_day": 12.0, "speed_kmh": 99.0}, ["link.head_on"]),
        ({"paths_per_day": None, "both_ways": False}, []),
        ({"paths_per_day": 48.0, "both_ways": False}, []),
        ({"paths_per_day": 48.0, "tracks": 2}, []),
        ({"paths_per_day": None, "tracks": 2}, []),
    ],
    ids=str,
)
def test_single_tracks_on_which_trains_meet_are_named(of_link: dict[str, Any], expected: list[str]) -> None:
    assert codes(two_trains(**of_link)) == expected


@pytest.mark.parametrize(("paths", "meet"), [(6.0, False), (12.0, True), (48.0, True), (None, True)])
def test_trains_meet_where_the_check_warns_and_nowhere_else(paths: float | None, meet: bool) -> None:
    corridor = two_trains(paths_per_day=paths)
    trace = simulate(compile_plan(corridor, RunSettings(date(2023, 1, 2), 2)))
    labels = trace.plan.labels
    spans = [
        (trace.started_s[row], trace.finished_s[row], labels.op_service[trace.op[row]])
        for row in range(len(trace))
        if labels.op_link[trace.op[row]] and trace.finished_s[row] >= 0
    ]
    met = any(
        one[0] < other[1] and other[0] < one[1] for one in spans for other in spans if one[2] == "e" and other[2] == "w"
    )
    assert met == meet == bool(codes(corridor))


def test_one_finding_names_all_single_tracks_of_a_kind() -> None:
    more = [link("east", f"end{n}", tracks=1, paths_per_day=99.0, length_km=200.0) for n in range(3)]
    corridor = two_trains(paths_per_day=48.0)
    corridor = world(*(list(corridor.table(name).values()) for name in ("links", "itineraries", "services")), more,
                     [place(name) for name in ("west", "east", "end0", "end1", "end2")])  # fmt: skip
    [finding] = [one for one in check(corridor) if one.code == "link.head_on"]
    assert dict(finding.message.params)["links"] == ("east_end0", "east_end1", "east_end2", "west_east")


BASE = load_corridor()


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (["links.shenyang_harbin.tracks=1"], [("link.head_on", "shenyang_harbin")]),
        (["links.shenyang_harbin.tracks=1", "links.shenyang_harbin.paths_per_day="],
         [("link.tracks_without_paths", "shenyang_harbin")]),
        (["links.ceke_jiayuguan.tracks=2"], []),
        (["links.shenyang_harbin.speed_kmh=90"], []),
    ],
)  # fmt: skip
def test_a_change_is_blamed_for_the_link_that_it_changes_only(
    settings: list[str], expected: list[tuple[str, str]]
) -> None:
    found = new_findings(BASE, apply(BASE, [parse_setting(one) for one in settings]))
    of_links = [one for one in found if one.code in ("link.head_on", "link.tracks_without_paths")]
    assert [(one.code, one.id) for one in of_links] == expected
    assert [dict(one.message.params)["links"] for one in of_links] == [(id,) for _, id in expected]
