"""The size of a plan: counted before it is made, refused beyond the limits, by every command and by the check first."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from corridors.findings import DataError, Finding
from corridors.load import load_corridor
from corridors.model import Corridor
from corridors.overlay.applying import apply
from corridors.overlay.changes import Change
from corridors.overlay.options import parse_setting
from sim.compile import plan_size
from sim.compile.assembly import compile_plan, sound_programs
from sim.compile.plan_size import MOST, Limits, too_large
from sim.compile.programs import programs
from sim.core.run_settings import RunSettings
from tests.conftest import Told
from tests.helpers.small_border import small_border
from tests.helpers.worlds import alternative, departure, itinerary, place, service, step, world

MONTH = RunSettings(date(2026, 1, 5), 30)
SUMMER = RunSettings(date(2023, 7, 18), 42, 14)
NONE = Limits(0, 0, 0, 0)
LINES = "facilities.erenhot_transshipment"
HOSTILE = (f"{LINES}.servers=100000", f"{LINES}.mtbf_h=0.01", f"{LINES}.mttr_h=0.01")
LANES = "facilities.gashuunsukhait_lanes"
TRUCKS = "services.coal_truck_gqm"
ON_THE_WAY = (
    *("ganqimaodu_berths", "ganqimaodu_inspection", "ganqimaodu_lanes_in", "ganqimaodu_lanes_out"),
    *("ganqimaodu_scanner", "gashuunsukhait_lanes", "tavan_tolgoi_loaders"),
)
WIDE = tuple(f"facilities.{name}.servers=100000" for name in ON_THE_WAY)
"""No facility holds the trucks back; as it is, a million of them make few trips, and the run fits."""


def changed(corridor: Corridor, *settings: str) -> Corridor:
    return apply(corridor, [parse_setting(setting) for setting in settings])


def closed(days: tuple[int, int], **how: Any) -> Corridor:
    """The base year with all ports closed on days of July and August 2023, counted from 18 July."""
    base = load_corridor()
    first, last = (SUMMER.start + timedelta(days=n) for n in days)
    ports = [f"ports.{port}" for port in base.ports]
    return apply(base, [Change(op="close", address=port, first_day=first, last_day=last, **how) for port in ports])


def sizes(corridor: Corridor, settings: RunSettings, likely_trips: bool = False) -> dict[str, float]:
    """What is counted, by kind."""
    made, vehicles = programs(corridor, settings), list(plan_size._vehicles(corridor, settings))
    parts = {
        "breakdowns": plan_size._breakdowns(corridor, settings),
        "calendar": plan_size._calendar_changes(corridor, settings, made),
        "vehicles": vehicles,
        "steps": plan_size._steps(corridor, settings, made, vehicles, likely_trips),
    }
    return {kind: sum(part.n for part in found) for kind, found in parts.items()}


WORLDS: dict[str, tuple[Callable[[], Corridor], RunSettings]] = {
    "small border": (small_border, MONTH),
    "base year, six weeks": (load_corridor, SUMMER),
    "shares of servers": (
        lambda: changed(load_corridor(), "shifts.gashuunsukhait_gate_day.servers_share=0.37", f"{LINES}.servers=7"),
        SUMMER,
    ),
    "failures": (
        lambda: changed(load_corridor(), f"{LINES}.servers=40", f"{LINES}.mtbf_h=3", f"{LINES}.mttr_h=2"),
        SUMMER,
    ),
    "a share on one day": (lambda: closed((14, 14), servers_share=0.45), SUMMER),
    "a share for two weeks": (lambda: closed((10, 23), servers_share=0.45), SUMMER),
    "no week ends": (lambda: closed((-30, 60), weekdays="Sat;Sun"), SUMMER),
    "a share on Mondays": (lambda: closed((0, 20), weekdays="Mon", servers_share=0.45), SUMMER),
    "closed before the run": (lambda: closed((-60, -30), servers_share=0.45), SUMMER),
    "ten times the trucks": (lambda: changed(load_corridor(), f"{TRUCKS}.fleet=*10"), SUMMER),
}


@pytest.mark.parametrize("name", WORLDS)
def test_a_plan_is_about_as_large_as_counted_and_never_much_larger(name: str) -> None:
    made, settings = WORLDS[name]
    corridor = made()
    counted, plan = sizes(corridor, settings), compile_plan(corridor, settings)
    random_s = 6 * len(plan.failure_time_s) ** 0.5 + 10
    assert len(plan.failure_time_s) <= counted["breakdowns"] + random_s
    assert len(plan.failure_time_s) >= 0.4 * counted["breakdowns"] - random_s
    changes = len(plan.calendar_time_s) + len(plan.stock_set_time_s)
    assert changes <= counted["calendar"] <= 2 * changes + 200
    assert counted["calendar"] <= plan_size._most_calendar_changes(corridor, settings)
    assert plan.n_vehicles == pytest.approx(counted["vehicles"], rel=0.05, abs=30)
    assert len(plan.draws) <= 1.2 * counted["steps"] + 1000


def test_weeks_and_holidays_of_a_run_far_from_its_limit_are_not_walked(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("walked")

    corridor = load_corridor()
    made = programs(corridor, SUMMER)
    monkeypatch.setattr(plan_size, "_calendar_changes", refuse)
    for days in (7, 42, 395):
        assert too_large(corridor, RunSettings(date(2023, 1, 1), days), made) == []
    with pytest.raises(AssertionError, match="walked"):
        too_large(corridor, SUMMER, made, Limits(**{**vars(MOST), "calendar_changes": 1000}))


def test_a_fleet_counts_with_the_trips_that_its_facilities_let_through() -> None:
    corridor = changed(load_corridor(), f"{TRUCKS}.fleet=*10")
    all_steps, likely = (sizes(corridor, SUMMER, likely)["steps"] for likely in (False, True))
    made = len(compile_plan(corridor, SUMMER, likely_trips=True).draws)
    assert made <= 1.2 * likely + 1000
    assert likely < 0.5 * all_steps
    limits = Limits(**{**vars(MOST), "steps": round(likely) + 1})
    made_programs = programs(corridor, SUMMER)
    assert too_large(corridor, SUMMER, made_programs, limits, likely_trips=True) == []
    assert [one.column for one in too_large(corridor, SUMMER, made_programs, limits)] == ["itinerary"]


def test_a_weekly_line_of_the_timetable_counts_once_a_week() -> None:
    def counted(weekdays: str) -> float:
        corridor = world(
            place("border"),
            itinerary("trip", step("mark", place="border")),
            service("trains", "trip", 1, arrivals="timetable"),
            departure("one", "trains", "08:00", weekdays=weekdays),
        )
        assert compile_plan(corridor, SUMMER).n_vehicles <= sizes(corridor, SUMMER)["vehicles"]
        return sizes(corridor, SUMMER)["vehicles"]

    assert (counted("daily"), counted("Mon"), counted("Mon;Thu")) == (43, 7, 13)


@pytest.mark.parametrize(
    ("settings", "place"),
    [
        (HOSTILE, ("facilities.csv", "erenhot_transshipment", "mtbf_h")),
        (
            (f"{LANES}.servers=100000", f"{LANES}.mtbf_h=0.5", f"{LANES}.mttr_h=0.01"),
            ("facilities.csv", "gashuunsukhait_lanes", "mtbf_h"),
        ),
        ((f"{TRUCKS}.fleet=1000000", *WIDE), ("services.csv", "coal_truck_gqm", "itinerary")),
    ],
)
def test_a_run_that_would_be_too_large_is_refused_at_its_row_before_it_takes_memory(
    bridgehead: Callable[..., Told], tmp_path: Path, settings: tuple[str, ...], place: tuple[str, ...]
) -> None:
    options = [part for setting in settings for part in ("--set", setting)]
    changes = [f"  - {{op: set, address: {one.partition('=')[0]}, value: {one.partition('=')[2]}}}" for one in settings]
    scenario = tmp_path / "large.yaml"
    scenario.write_text("\n".join(["id: large", "changes:", *changes]) + "\n")
    began = time.process_time()
    for command in (["run", *options], ["check", scenario], ["run", "--scenario", scenario]):
        answer = bridgehead(*command)
        assert (answer.status, answer.out) == (2, "")
        assert "size.too_large" in answer.err
        where = f"{place[0].removesuffix('.csv')}.{place[1]}.{place[2]}"
        # The change that causes it: of that field, else of that row.
        changed_fields = [one.partition("=")[0] for one in settings]
        assert f"{where if where in changed_fields else changed_fields[0]}: " in answer.err
    assert time.process_time() - began < 60


def test_a_batch_and_the_check_of_its_experiment_refuse_a_scenario_that_is_too_large(
    bridgehead: Callable[..., Told], tmp_path: Path
) -> None:
    changes = ", ".join(f"{{op: set, address: {one.replace('=', ', value: ')}}}" for one in HOSTILE)
    file = tmp_path / "e.yaml"
    scenarios = f"[{{id: large, changes: [{changes}]}}]"
    file.write_text(f"id: e\ntitle_en: e\ntitle_zh: e\ndays: 42\nreplications: 1\nscenarios: {scenarios}\n")
    for command in (["check", file], ["batch", file, "--out", tmp_path / "out"]):
        answer = bridgehead(*command)
        assert answer.status == 2
        assert "size.too_large" in answer.err
    assert not (tmp_path / "out").exists()


def test_choices_within_choices_are_refused_before_they_multiply() -> None:
    """Eight choices of ten ways each, one after the other, are 10^8 itineraries."""
    levels = range(8)
    rows: list[Any] = [itinerary("level_8", step("mark", place="border"))]
    for k in levels:
        rows += itinerary(f"level_{k}", step("mark", place="border"), step("choose", choice=f"choice_{k}"))
        rows += [alternative(f"choice_{k}", f"level_{k + 1}", id=f"way_{k}_{way}") for way in range(10)]
    corridor = world(place("border"), rows, service("trucks", "level_0", per_day=1.0))
    began = time.process_time()
    with pytest.raises(DataError) as refused:
        sound_programs(corridor, MONTH)
    assert time.process_time() - began < 20
    assert [(one.code, one.file, one.id) for one in refused.value.findings] == [
        ("size.too_large", "services.csv", "trucks")
    ]


def test_each_kind_has_its_own_limit_and_the_finding_names_the_largest_row() -> None:
    border = small_border()
    made = programs(border, MONTH)
    assert too_large(border, MONTH, made) == []
    found: list[Finding] = too_large(border, MONTH, made, NONE)
    assert [(one.file, one.column) for one in found] == [
        ("facilities.csv", "mtbf_h"),
        ("facilities.csv", "calendar"),
        ("services.csv", "per_day"),
        ("services.csv", "itinerary"),
    ]
    for limit in vars(MOST):
        (only,) = too_large(border, MONTH, made, Limits(**{**vars(MOST), limit: 0}))
        assert only.code == "size.too_large"
