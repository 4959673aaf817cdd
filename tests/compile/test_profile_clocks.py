"""Profiles by zone and week: hours on days that the clocks change, weekdays, half hours; runs from local midnight."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from corridors.clock.local_time import local_s, offsets_s, seconds, zone
from corridors.io.folders import data_root
from corridors.load import load_corridor
from corridors.model import Corridor, Departure, Profile
from sim.compile.arrivals import Schedule
from sim.compile.assembly import compile_plan
from sim.core.random_streams import RandomStreams
from sim.core.run_settings import RunSettings
from sim.run import prepare
from sim.studies.forecast.members import Request, local_days
from tests.helpers.both_engines import agreed_trace
from tests.helpers.worlds import departure, itinerary, place, profile, service, step, world

WARSAW = "Europe/Warsaw"
BY_DAY = ";".join(["0"] * 8 + ["1"] * 12 + ["0"] * 4)
"""Arrivals from 8:00 to 20:00."""
FORWARD, BACK = date(2026, 3, 29), date(2026, 10, 25)
"""Days on which the clocks of the European Union change, at 01:00 UTC."""


def _world(row: Profile, **given: str) -> Corridor:
    column = {"month": "profile_month", "hour": "profile_hour"}.get(row.kind, "profile_week")
    return world(
        service("trucks", "trip", 240.0, **{column: row.id}, **given),
        place("gate"),
        row,
        itinerary("trip", step("mark", place="gate")),
    )


def _local_rates(row: Profile, settings: RunSettings, clock: str) -> list[tuple[datetime, float]]:
    """The local time at which each hour of a run begins, and the vehicles expected in it."""
    corridor = _world(row)
    times_s, expected = Schedule(corridor, settings).operational_time(corridor.services["trucks"])
    begins = [settings.epoch + timedelta(seconds=one) for one in times_s[:-1].tolist()]
    return [(one.astimezone(ZoneInfo(clock)), n) for one, n in zip(begins, np.diff(expected).tolist(), strict=True)]


@pytest.mark.parametrize("name", [WARSAW, "Asia/Shanghai", "Asia/Kolkata", "America/St_Johns", "Australia/Lord_Howe"])
def test_offsets_of_many_hours_are_those_of_each(name: str) -> None:
    at_s = seconds(datetime(2026, 1, 1, tzinfo=UTC)) + np.arange(365 * 24) * 3600
    assert offsets_s(at_s, zone(name)).tolist() == [
        datetime.fromtimestamp(one, ZoneInfo(name)).utcoffset().total_seconds()  # type: ignore[union-attr]
        for one in at_s.tolist()
    ]


def test_instants_in_any_order_have_their_local_time() -> None:
    at_s = [seconds(datetime(2026, 10, 25, *at, tzinfo=UTC)) for at in ((1, 0), (0, 59), (23, 30))]
    shown = local_s(np.array([*at_s, np.nan]), zone(WARSAW))
    assert [datetime.fromtimestamp(one, UTC).strftime("%d %H:%M") for one in shown[:3]] == [
        "25 02:00",
        "25 02:59",
        "26 00:30",
    ]
    assert np.isnan(shown[3])


@pytest.mark.parametrize(("day", "hours"), [(FORWARD, 23), (BACK, 25)])
def test_hours_of_a_profile_are_local_on_the_days_that_the_clocks_change(day: date, hours: int) -> None:
    run = RunSettings(day - timedelta(days=1), days=3, clock=WARSAW)
    rates = _local_rates(profile("day", BY_DAY, kind="hour", time_zone=WARSAW), run, WARSAW)
    assert rates[0][0].isoformat()[:16] == f"{day - timedelta(days=1)}T00:00"
    assert sum(at.date() == day for at, _ in rates) == hours
    assert all((n > 0) == (8 <= at.hour < 20) for at, n in rates)
    assert sum(n for at, n in rates if at.date() == day) == pytest.approx(240)


def test_the_weekdays_of_a_profile_are_those_of_its_clock() -> None:
    run = RunSettings(date(2026, 3, 23), days=14)
    rates = _local_rates(profile("week", "1;1;1;1;1;0;2", kind="weekday", time_zone="Asia/Tokyo"), run, "Asia/Tokyo")
    per_day = {0: 240.0, 1: 240.0, 2: 240.0, 3: 240.0, 4: 240.0, 5: 0.0, 6: 480.0}
    assert all(n == pytest.approx(per_day[at.weekday()] / 24) for at, n in rates)


def test_the_hours_of_a_week_begin_on_monday() -> None:
    weights = ["1"] * 168
    weights[0], weights[26] = "5", "3"
    run = RunSettings(FORWARD - timedelta(days=8), days=21, clock=WARSAW)
    rates = _local_rates(profile("hours", ";".join(weights), kind="week", time_zone=WARSAW), run, WARSAW)
    busy = {(at.weekday(), at.hour): round(n / 10 * 174 / 168, 9) for at, n in rates}
    assert {key: n for key, n in busy.items() if n != 1} == {(0, 0): 5, (1, 2): 3}


def test_a_clock_half_an_hour_apart_shares_the_hours_of_the_run() -> None:
    rates = _local_rates(profile("day", BY_DAY, kind="hour", time_zone="Asia/Kolkata"), RunSettings(FORWARD, 2), "UTC")
    # 8:00 to 20:00 in India is 2:30 to 14:30 UTC.
    assert [n for _, n in rates[:24]] == pytest.approx([0] * 2 + [10] + [20] * 11 + [10] + [0] * 9)


def test_a_profile_without_zone_has_the_clock_of_the_world() -> None:
    corridor = load_corridor(data_root() / "examples" / "malaszewicze")
    day = profile("day", BY_DAY, kind="hour")
    trains = replace(corridor.services["west"], profile_hour="day", arrivals="rate", delay="")
    own = replace(corridor, services={"west": trains}, profiles={"day": day})
    settings = prepare(corridor, start=FORWARD, days=2, warmup_days=0).settings
    times_s, expected = Schedule(own, settings).operational_time(trains)
    joins = [settings.epoch + timedelta(seconds=one) for one in times_s[:-1][np.diff(expected) > 0].tolist()]
    assert {one.astimezone(ZoneInfo(WARSAW)).hour for one in joins} == set(range(8, 20))


def test_a_run_starts_at_local_midnight_where_places_have_zones() -> None:
    for name, first in (("malaszewicze", "2026-03-28T23:00"), ("khorgos", "2026-03-28T16:00")):
        case = prepare(load_corridor(data_root() / "examples" / name), start=FORWARD, days=2)
        assert case.settings.epoch.isoformat()[:16] == first
        assert compile_plan(case.corridor, case.settings).labels.start == case.settings.epoch.isoformat()
    assert RunSettings(BACK, 1, clock=WARSAW).epoch == datetime(2026, 10, 24, 22, tzinfo=UTC)
    assert prepare(load_corridor(), start=FORWARD, days=2).settings.epoch == datetime(2026, 3, 29, tzinfo=UTC)


@pytest.mark.parametrize(("day", "hours"), [(FORWARD, 23), (BACK, 25)])
def test_the_days_of_a_forecast_are_local_when_the_clocks_change(day: date, hours: int) -> None:
    at = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(WARSAW)).astimezone(UTC)
    request = Request(at, days=3, warmup_days=2, clock=WARSAW)
    begins = request.second + np.arange(3 * 24) * 3600
    assert np.unique(request.day_of(begins), return_counts=True)[1].tolist()[:2] == [hours, 24]
    assert local_days(request)[0] == day.toordinal() - date(1970, 1, 1).toordinal()
    assert [request.hours_until(k) for k in range(3)] == [0, hours, hours + 24]


def _dated(*lines: Departure) -> tuple[Corridor, list[str]]:
    """A world with a service of these lines, and its arrivals in Warsaw from 28 March 2026 on."""
    corridor = world(
        service("trucks", "trip", arrivals="timetable"),
        place("gate", time_zone=WARSAW),
        itinerary("trip", step("mark", place="gate")),
        *lines,
    )
    run = RunSettings(FORWARD - timedelta(days=1), days=4, clock=WARSAW)
    schedule = Schedule(corridor, run)
    times_s = schedule.arrivals(corridor.services["trucks"], RandomStreams(1, 0)).times_s.tolist()
    assert schedule.expected(corridor.services["trucks"]) >= len(times_s)
    at = [(run.epoch + timedelta(seconds=one)).astimezone(ZoneInfo(WARSAW)) for one in times_s]
    return corridor, [f"{one:%d %H:%M}" for one in at]


def test_dated_arrivals_come_on_their_days_and_clocks_together() -> None:
    _, found = _dated(
        departure("a", "trucks", "06:20", day="2026-03-29", time_zone=WARSAW, vehicles=3),
        departure("b", "trucks", "23:00", day="2026-03-28", time_zone=WARSAW),
        departure("c", "trucks", "06:20", day="2026-03-29", time_zone="Europe/Minsk"),
        departure("past", "trucks", "06:20", day="2026-03-27", time_zone=WARSAW),
        departure("later", "trucks", "06:20", day="2026-05-27", time_zone=WARSAW),
    )
    # On 29 March Warsaw is two hours ahead of UTC, and Minsk three.
    assert found == ["28 23:00", "29 05:20", "29 06:20", "29 06:20", "29 06:20"]


def test_dated_departures_are_extra_to_those_of_weekdays() -> None:
    _, found = _dated(
        departure("usual", "trucks", "12:00", "Sat-Mon", time_zone=WARSAW),
        departure("extra", "trucks", "12:00", day="2026-03-31", time_zone=WARSAW, vehicles=2),
    )
    assert found == ["28 12:00", "29 12:00", "30 12:00", "31 12:00", "31 12:00"]


def test_both_engines_play_dated_arrivals_alike() -> None:
    corridor, _ = _dated(departure("a", "trucks", "06:20", day="2026-03-29", time_zone=WARSAW, vehicles=3))
    trace = agreed_trace(corridor, RunSettings(FORWARD, days=2, clock=WARSAW))
    assert np.unique(trace.vehicle).size == 3


def test_the_days_of_a_report_are_those_of_the_run_on_its_clock() -> None:
    case = prepare(load_corridor(data_root() / "examples" / "malaszewicze"), start=FORWARD, days=2)
    labels = compile_plan(case.corridor, case.settings).labels
    assert [f"{labels.local(hour * 3600):%d %H:%M}" for hour in (0, 1, 2, 23)] == [
        "29 00:00",
        "29 01:00",
        "29 03:00",
        "30 00:00",
    ]
    assert labels.midnight_s(23 * 3600 - 1) == 0
    assert labels.midnight_s(23 * 3600) == 23 * 3600


def test_a_calendar_without_zone_has_the_clock_of_the_world() -> None:
    corridor = load_corridor(data_root() / "examples" / "malaszewicze")
    (calendar,) = corridor.calendars.values()
    assert calendar.time_zone == WARSAW
    settings = prepare(corridor, start=FORWARD, days=3, warmup_days=0).settings
    plans = {
        zone: compile_plan(
            replace(corridor, calendars={calendar.id: replace(calendar, time_zone=zone)}), settings
        ).fingerprint()
        for zone in (WARSAW, "", "Asia/Shanghai")
    }
    assert plans[""] == plans[WARSAW] != plans["Asia/Shanghai"]
