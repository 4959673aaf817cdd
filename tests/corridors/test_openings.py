"""Closures, opening dates and the days of the run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from corridors.checks import new_findings
from corridors.checks.closed_links import closures_of_links_stop_vehicles
from corridors.checks.openings import closures_shut_what_is_open, facilities_are_not_closed_for_the_whole_run
from corridors.model import Corridor
from corridors.overlay.applying import apply
from corridors.overlay.changes import Change
from tests.conftest import Told
from tests.helpers.small_border import small_border
from tests.helpers.worlds import closure, link, parameter, port


def border(*closures: object, days: int = 30) -> Corridor:
    """The small border with these closures alone and a run of thirty days."""
    start, length = parameter("run_start", 20260101, "YYYYMMDD"), parameter("run_days", days, "days")
    base = small_border()
    parameters = {**base.parameters, start.id: start, length.id: length}
    return replace(base, parameters=parameters, closures={row.id: row for row in closures})  # type: ignore[attr-defined]


def found(*closures: object, days: int = 30) -> list[tuple[str, tuple[str, ...]]]:
    """Row of each finding, and what it says is shut."""
    findings = facilities_are_not_closed_for_the_whole_run(border(*closures, days=days))
    return [(one.id, dict(one.message.params)["names"]) for one in findings]  # type: ignore[misc,union-attr]


@pytest.mark.parametrize(
    ("target", "things"),
    [
        ("bays", ("bays",)),
        ("pass", ("bays", "crossing", "customs", "lanes", "scanner", "tracks")),
        ("gate_hours", ("lanes",)),
        ("wall_gate_steppe_gate", ("wall_gate_steppe_gate",)),
        ("border_road", ("border_road",)),
    ],
)
def test_a_closure_of_all_days_is_named_with_what_it_shuts(target: str, things: tuple[str, ...]) -> None:
    assert found(closure(target, "2025-12-31", "2026-01-31", id="works")) == [("works", things)]
    assert found(closure(target, "2026-01-02", "2026-01-31", id="works")) == []
    assert found(closure(target, "2025-12-31", "2026-01-31", id="works"), days=40) == []
    assert found(closure(target, "2025-12-31", "2026-01-31", id="works", servers_share=0.5)) == []


def test_closures_count_together() -> None:
    halves = (
        closure("bays", "2025-12-31", "2026-01-20", id="one"),
        closure("pass", "2026-01-15", "2026-02-01", id="two"),
    )
    assert found(*halves) == [("one", ("bays",))]
    week = (
        closure("bays", "2025-12-01", "2026-03-01", id="week", weekdays="Mon-Fri"),
        closure("bays", "2025-12-01", "2026-03-01", id="weekend", weekdays="Sat-Sun"),
    )
    assert found(*week) == [("week", ("bays",))]
    assert found(week[0]) == []


@pytest.mark.parametrize("target", ["bays", "pass", "gate_hours", "wall_gate_steppe_gate", "border_road", "permits"])
def test_a_closure_of_what_is_shut_anyway_is_found_at_its_row(target: str) -> None:
    """Of two that shut the same the later one by id; none of two on other days, or with another share."""

    def idle(*closures: object) -> list[tuple[str, str]]:
        return [(one.id, one.code) for one in closures_shut_what_is_open(border(*closures))]

    works = closure(target, "2026-01-05", "2026-01-09", id="works")
    assert idle(works) == []
    assert idle(works, closure(target, "2026-01-06", "2026-01-07", id="within")) == [("within", "closure.shut_anyway")]
    assert idle(works, closure(target, "2026-01-09", "2026-01-10", id="beyond")) == []
    half = closure(target, "2026-01-05", "2026-01-09", id="half", servers_share=0.5)
    more = closure(target, "2026-01-05", "2026-01-09", id="more", servers_share=0.8)
    if target != "border_road":  # Without a limit of paths another rule finds shares.
        assert idle(half, more) == [("more", "closure.share_is_open")]
        assert idle(half, works) == [("half", "closure.share_is_open")]
    # Another rule finds rows outside the run, and of week days without a day.
    assert idle(works, closure(target, "2027-01-06", id="later")) == []


def test_a_closure_that_no_vehicle_meets_is_found() -> None:
    """A second road, and a port without facilities, are used by no vehicle; the road across is."""
    base = border(*(closure(id, "2026-01-05", id=f"works_{id}") for id in ("aside", "border_road", "far")))
    base = replace(base, links={**base.links, "aside": link("plain", "wall_gate", mode="road", id="aside")})
    base = replace(base, ports={**base.ports, "far": port("far", "plain", "steppe_gate")})
    stopped = [*closures_of_links_stop_vehicles(base), *closures_shut_what_is_open(base)]
    assert [(one.id, one.code) for one in stopped] == [
        ("works_aside", "closure.stops_nothing"),
        ("works_far", "closure.stops_nothing"),
    ]


def test_a_share_that_the_shift_leaves_anyway_is_found() -> None:
    base = border(closure("gate_hours", "2026-01-05", "2026-01-09", id="works", servers_share=0.7))
    assert list(closures_shut_what_is_open(base)) == []  # The morning shift has all servers.
    only = replace(base, shifts={"afternoon": base.shifts["afternoon"]})
    assert [one.code for one in closures_shut_what_is_open(only)] == ["closure.share_is_open"]
    monday = border(closure("lanes", "2026-01-04", id="sunday"))
    monday = replace(monday, shifts={"afternoon": monday.shifts["afternoon"]})
    assert [one.code for one in closures_shut_what_is_open(monday)] == ["closure.shut_anyway"]


def test_days_without_hours_need_no_closure() -> None:
    """The afternoon shift is from Monday to Saturday and the morning shift daily, so Sundays count."""
    weekdays = closure("gate_hours", "2025-12-01", "2026-03-01", id="week", weekdays="Mon-Sat")
    assert found(weekdays) == []
    base = border(weekdays)
    base = replace(base, shifts={"afternoon": base.shifts["afternoon"]})
    assert [one.id for one in facilities_are_not_closed_for_the_whole_run(base)] == ["week"]


def test_a_change_that_shuts_a_facility_for_the_whole_run_is_blamed() -> None:
    days = {"first_day": "2025-12-31", "last_day": "2026-01-31"}
    change = Change.model_validate({"op": "close", "address": "facilities.bays", "origin": "test", **days})
    base = border()
    assert [one.code for one in new_findings(base, apply(base, [change]))] == ["closure.whole_run"]


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Closures shut exit_gate on all days of the run"), ("zh", "临时关闭使 exit_gate 在整个仿真期内停用")],
)
def test_run_warns_of_it(
    language: str, words: str, mine: Path, bridgehead: Callable[..., Told], tmp_path: Path
) -> None:
    scenario = tmp_path / "shut.yaml"
    scenario.write_text(
        "id: shut\nchanges: [{op: close, address: facilities.exit_gate, first_day: 2020-01-01, last_day: 2030-01-01}]\n"
    )
    answer = bridgehead("run", "--data", mine, "--scenario", scenario, "--days", 9, "--language", language)
    assert answer.status == 0
    assert words in answer.err
