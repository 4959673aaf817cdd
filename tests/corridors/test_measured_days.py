"""A service has traffic in the measured days: what closes before, has no weight or no departure then, is found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from corridors.checks.measured_days import services_have_traffic_in_the_measured_days
from corridors.checks.services import services_are_open_or_closed
from corridors.model import Corridor
from tests.helpers.small_border import small_border
from tests.helpers.worlds import parameter, profile

NO_SUNDAY = ";".join(["1"] * 144 + ["0"] * 24)


def border(start: int, days: int, warmup: int, **ore: Any) -> Corridor:
    """The small border with declared days, and other values of the service of ore."""
    made = small_border()
    values = (parameter("run_start", start), parameter("run_days", days), parameter("run_warmup_days", warmup))
    profiles = (
        profile("not_in_january", "0;1;1;1;1;1;1;1;1;1;1;1"),
        profile("weekends", "0;0;0;0;0;1;1", "weekday"),
        profile("no_sunday", NO_SUNDAY, "week"),
    )
    return replace(
        made,
        parameters={**made.parameters, **{row.id: row for row in values}},
        profiles={**made.profiles, **{row.id: row for row in profiles}},
        services={**made.services, "ore": replace(made.services["ore"], **ore)},
    )


def found(corridor: Corridor) -> list[tuple[str, str, str]]:
    return [(one.id, one.column, one.code) for one in services_have_traffic_in_the_measured_days(corridor)]


@pytest.mark.parametrize(
    ("ore", "column", "code"),
    [
        ({"closing_date": "2026-01-08"}, "closing_date", "service.closed_before_measuring"),
        ({"closing_date": "2026-01-09"}, "", ""),
        ({"profile_month": "not_in_january"}, "profile_month", "service.no_traffic_when_measured"),
        ({"profile_month": "", "profile_week": "weekends"}, "", ""),
        ({"per_day": 0.02}, "per_day", "service.rare"),
        ({"per_day": 0.03}, "", ""),
    ],
)
def test_a_service_without_traffic_in_the_measured_days_is_found(ore: dict[str, Any], column: str, code: str) -> None:
    """The run has 23 measured days, 8 to 30 January 2026; a service closes at the start of its closing date."""
    expected = [("ore", column, code)] if code else []
    assert found(border(20260101, 30, 7, **ore)) == expected


def test_days_outside_the_weights_are_found_by_month_and_week_day() -> None:
    """5 to 9 January 2026 are Monday to Friday, the 11th is a Sunday."""
    weekends = {"profile_month": "", "profile_week": "weekends"}
    assert found(border(20260105, 5, 0, **weekends)) == [("ore", "profile_week", "service.no_traffic_when_measured")]
    assert found(border(20260105, 6, 0, **weekends)) == []
    sunday = {"profile_month": "", "profile_hour": "", "profile_week": "no_sunday"}
    assert found(border(20260111, 1, 0, **sunday)) == [("ore", "profile_week", "service.no_traffic_when_measured")]
    assert found(border(20260110, 1, 0, **sunday)) == []
    # Weekends and months each have days, but no day has both: 31 January 2026 is a Saturday.
    both = {"profile_month": "not_in_january", "profile_week": "weekends"}
    assert found(border(20260131, 6, 0, **both)) == []
    assert found(border(20260131, 5, 0, **both, opening_date="2026-02-02")) == [
        ("ore", "profile_week", "service.no_traffic_when_measured")
    ]


def test_a_timetable_without_a_departure_on_these_week_days_is_found() -> None:
    made = border(20260105, 2, 0)
    line = replace(made.timetable["express_morning"], weekdays="Fri")
    only = replace(made, timetable={line.id: line})
    assert found(only) == [("express", "arrivals", "service.no_traffic_when_measured")]
    assert found(replace(only, timetable={line.id: replace(line, weekdays="Tue")})) == []


def test_without_a_declared_run_nothing_is_found() -> None:
    made = border(20260101, 30, 7, closing_date="2020-01-01")
    assert found(replace(made, parameters={})) == []


@pytest.mark.parametrize(
    ("ore", "warmup", "code"),
    [
        ({"per_day": 0.0}, 0, "service.no_rate"),
        ({"per_day": 0.0, "initial_backlog": 4}, 0, ""),
        ({"per_day": 0.0, "initial_backlog": 4}, 7, ""),
        ({"per_day": 0.0, "initial_backlog": 4, "opening_date": "2026-01-01"}, 0, ""),
        ({"per_day": 0.0, "initial_backlog": 4, "opening_date": "2026-01-02"}, 0, "service.no_rate"),
        ({"per_day": 0.0, "initial_backlog": 4, "closing_date": "2026-01-01"}, 0, "service.no_rate"),
        ({"per_day": 0.01}, 0, "service.rare"),
        ({"per_day": 0.01, "initial_backlog": 4}, 0, ""),
        ({"per_day": 0.01, "initial_backlog": 4}, 7, "service.rare"),
        ({"profile_month": "not_in_january", "initial_backlog": 4}, 0, ""),
        ({"profile_month": "not_in_january", "initial_backlog": 4}, 7, "service.no_traffic_when_measured"),
    ],
)
def test_a_backlog_is_traffic(ore: dict[str, Any], warmup: int, code: str) -> None:
    """It waits at its origin at the first second, if the service runs then; without a warm-up, that is measured."""
    made = border(20260101, 30, warmup, **ore)
    rules = services_have_traffic_in_the_measured_days, services_are_open_or_closed
    codes = [one.code for rule in rules for one in rule(made) if one.id == "ore"]
    assert [one for one in codes if one != "service.closed_before_measuring"] == ([code] if code else [])
