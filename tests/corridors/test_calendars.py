"""When a border works: hours on two sides, night shifts, holidays, closures, opening dates, daily quotas."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from corridors.clock import calendars, local_time, public_holidays
from corridors.load import load_corridor
from corridors.model import Corridor
from tests.helpers.work import steps_run
from tests.helpers.worlds import calendar, closure, departure, facility, holiday, link, port, shift, stock, world

DAY = 86_400
HOUR = 3_600


def utc(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


def at(steps: tuple[np.ndarray, np.ndarray], hour: float) -> float:
    """The value of a step function so many hours after the epoch."""
    times, values = steps
    assert times[0] == 0
    return float(values[np.searchsorted(times, hour * HOUR, "right") - 1])


def coal_port(*more: object) -> Corridor:
    """Gates 08:00 to 20:00 in Mongolia, 08:00 to 18:00 in China: Ganqimaodu's two clocks, both UTC+8."""
    return world(
        port("ganqimaodu"),
        calendar("mongolian_gates", "Asia/Ulaanbaatar"),
        shift("mongolian_gates", "08:00", "20:00"),
        calendar("chinese_gates"),
        shift("chinese_gates", "08:00", "18:00"),
        facility("exit_gate", 6, "mongolian_gates", port="ganqimaodu", side="foreign"),
        facility("entry_gate", 8, "chinese_gates", port="ganqimaodu", side="cn"),
        *more,
    )


def test_two_sides_of_one_border_keep_their_own_hours():
    corridor = coal_port()
    times, servers = calendars.Calendars(corridor, utc(2023, 3, 1), 2 * DAY).facility_servers("exit_gate")
    # 08:00 in UTC+8 is the epoch itself; 20:00 is noon UTC.
    assert times.tolist() == [0, 12 * HOUR, 24 * HOUR, 36 * HOUR]
    assert servers.tolist() == [6, 0, 6, 0]
    times, servers = calendars.Calendars(corridor, utc(2023, 3, 1), DAY).facility_servers("entry_gate")
    assert times.tolist() == [0, 10 * HOUR]
    assert servers.tolist() == [8, 0]
    assert times.dtype == np.int64


def test_a_facility_without_a_calendar_never_closes():
    times, servers = calendars.Calendars(world(facility("yard", 12)), utc(2023, 1, 1), 365 * DAY).facility_servers(
        "yard"
    )
    assert times.tolist() == [0]
    assert servers.tolist() == [12]


def test_a_calendar_without_shifts_never_opens():
    corridor = world(calendar("shut"), facility("gate", 3, "shut"))
    times, servers = calendars.Calendars(corridor, utc(2023, 1, 1), 5 * DAY).facility_servers("gate")
    assert (times.tolist(), servers.tolist()) == ([0], [0])


def test_night_shift_runs_past_midnight_with_half_of_the_crew():
    corridor = world(
        calendar("bay", "Asia/Chita"),  # UTC+9
        shift("bay", "08:00", "20:00"),
        shift("bay", "20:00", "08:00", weekdays="Mon-Fri", servers_share=0.5),
        facility("zabaikalsk_bay", 5, "bay"),
    )
    friday = utc(2023, 3, 3)
    bay = calendars.Calendars(corridor, friday, 3 * DAY).facility_servers("zabaikalsk_bay")
    assert at(bay, 0) == 5  # 09:00 local
    assert at(bay, 11) == 2.5  # 20:00 local: half of 5
    assert at(bay, 22.9) == 2.5  # Saturday 07:54: the shift that began on Friday
    assert at(bay, 23) == 5
    assert at(bay, 24 + 11) == 0  # no work on Saturday night
    assert at(bay, 24 + 23) == 5


def test_the_night_before_the_run_is_still_at_work_when_it_starts():
    corridor = world(calendar("night"), shift("night", "22:00", "10:00", weekdays="Tue"), facility("gate", 2, "night"))
    wednesday = utc(2023, 3, 1)
    times, servers = calendars.Calendars(corridor, wednesday, DAY).facility_servers("gate")
    assert (times.tolist(), servers.tolist()) == ([0, 2 * HOUR], [2, 0])


def test_where_shifts_overlap_the_larger_share_counts():
    corridor = world(
        calendar("c"),
        shift("c", "00:00", "24:00", servers_share=0.25),
        shift("c", "09:00", "17:00"),
        facility("scanner", 4, "c"),
    )
    scanner = calendars.Calendars(corridor, utc(2023, 3, 1), DAY).facility_servers("scanner")
    assert scanner[0].tolist() == [0, HOUR, 9 * HOUR]
    assert scanner[1].tolist() == [1, 4, 1]


def test_naadam_shuts_the_mongolian_gates_but_not_the_chinese():
    corridor = coal_port(holiday("mongolian_gates", "MN", "National Festival"))
    exit_gate = calendars.Calendars(corridor, utc(2023, 7, 9), 9 * DAY).facility_servers("exit_gate")
    entry_gate = calendars.Calendars(corridor, utc(2023, 7, 9), 9 * DAY).facility_servers("entry_gate")
    noon = [at(exit_gate, 24 * day + 4) for day in range(9)]
    assert noon == [6, 0, 0, 0, 0, 0, 0, 6, 6]  # 10 to 15 July
    assert [at(entry_gate, 24 * day + 4) for day in range(9)] == [8] * 9


def test_a_holiday_may_last_longer_by_custom_and_across_the_new_year():
    corridor = world(
        calendar("gates"),
        shift("gates", "08:00", "18:00"),
        holiday("gates", "CN", "New Year's Day", days_before=1, days_after=2),
    )
    opening = calendars.Calendars(corridor, utc(2025, 12, 30), 6 * DAY).open_share("gates")
    assert [at(opening, 24 * day + 4) for day in range(6)] == [1, 0, 0, 0, 0, 1]


def test_a_border_shuts_on_the_day_and_not_on_the_day_off_for_it():
    """1 January 2023 was a Sunday, and offices took the Monday off."""
    assert public_holidays.holiday_days("CN", "New Year's Day", 2023) == {date(2023, 1, 1)}
    assert public_holidays.holiday_days("CN", "New Year's Day (observed)", 2023) == {date(2023, 1, 2)}


@pytest.mark.parametrize("year", [2023, 2024, 2027, 2035])
def test_the_coal_gates_keep_their_holidays_in_every_year(year: int):
    """X127: 18 to 28 days a year besides the weekly rest; both sides alike, and the road port of Erenhot fewer."""
    corridor = load_corridor()

    def days_shut(calendar_id: str) -> set[date]:
        opening = calendars.Calendars(corridor, utc(year, 1, 1), 365 * DAY).open_share(calendar_id)
        days = [date(year, 1, 1) + timedelta(days=day) for day in range(365)]
        return {day for n, day in enumerate(days) if at(opening, 24 * n + 4) == 0 and day.weekday() < 6}

    coal = days_shut("ganqimaodu_gate")
    assert 18 <= len(coal) <= 28
    assert coal == days_shut("gashuunsukhait_gate") == days_shut("ceke_gate") == days_shut("shiveekhuren_gate")
    feasts = [date(year, 10, 1), *(date(year, 7, day) for day in range(11, 16))]
    assert {day for day in feasts if day.weekday() < 6} <= coal
    assert 10 <= len(days_shut("erenhot_road")) < len(coal)


def test_a_chinese_make_up_weekend_is_a_working_day():
    corridor = world(calendar("c"), shift("c", "08:00", "18:00"), holiday("c", "CN", "substituted"))
    january = calendars.Calendars(corridor, utc(2025, 1, 1), 40 * DAY).open_share("c")
    assert at(january, 25 * 24 + 4) == 1  # Sunday 26 January 2025 was worked ...
    assert at(january, 33 * 24 + 4) == 0  # ... for Monday 3 February


def test_on_a_holiday_a_skeleton_crew_works_and_two_reasons_do_not_cut_twice():
    corridor = world(
        calendar("c"),
        shift("c", "00:00", "24:00"),
        holiday("c", "CN", "National Day", servers_share=0.5),
        closure("c", "2025-10-01", "2025-10-02", servers_share=0.5),
        facility("windows", 8, "c"),
    )
    windows = calendars.Calendars(corridor, utc(2025, 10, 1), 5 * DAY).facility_servers("windows")
    assert windows[1].tolist() == [4, 8]  # 4, not 2, on the first and the second
    assert windows[0].tolist() == [0, 2 * DAY + 16 * HOUR]  # 1 to 3 October, until midnight in China


def test_a_closure_may_shut_some_week_days_only():
    """Sunday 5 March 2023 is shut; the Saturday before and the Monday after are not."""
    corridor = coal_port(closure("exit_gate", "2023-03-01", "2023-03-31", weekdays="Sun"))
    steps = calendars.Calendars(corridor, utc(2023, 3, 4), 3 * DAY).facility_servers("exit_gate")
    without = calendars.Calendars(coal_port(), utc(2023, 3, 4), 3 * DAY).facility_servers("exit_gate")
    noons = [(at(steps, 24 * day + 4), at(without, 24 * day + 4)) for day in range(3)]
    assert [shut for shut, _ in noons] == [noons[0][1], 0, noons[2][1]]
    assert noons[1][1] > 0


def test_a_closure_reaches_its_target_and_nothing_else():
    corridor = coal_port(
        facility("elsewhere", 3),
        link("a", "b"),
        closure("ganqimaodu", "2023-03-02"),
        closure("a_b", "2023-03-02"),
        closure("exit_gate", "2023-03-04", servers_share=0.5),
    )

    def noons(facility_id: str) -> list[float]:
        steps = calendars.Calendars(corridor, utc(2023, 3, 1), 4 * DAY).facility_servers(facility_id)
        return [at(steps, 24 * day + 4) for day in range(4)]

    assert noons("exit_gate") == [6, 0, 6, 3]
    assert noons("entry_gate") == [8, 0, 8, 8]
    assert noons("elsewhere") == [3, 3, 3, 3]
    times, open_paths = calendars.Calendars(corridor, utc(2023, 3, 1), 4 * DAY).path_servers("a_b")
    assert times.tolist() == [0, 16 * HOUR, 40 * HOUR]  # the second of March, midnight to midnight in China
    assert open_paths.tolist() == [1, 0, 1]


def test_a_closure_ends_the_shift_of_the_evening_before_at_midnight():
    corridor = world(
        calendar("night"),
        shift("night", "20:00", "06:00"),
        facility("gate", 1, "night"),
        closure("night", "2023-03-02"),
    )
    times, servers = calendars.Calendars(corridor, utc(2023, 3, 1), 3 * DAY).facility_servers("gate")
    # Opens at 20:00 on the first, shut from midnight; the small hours of the third are worked again.
    assert (times[:6] / HOUR).tolist() == [0, 12, 16, 40, 46, 60]
    assert servers[:6].tolist() == [0, 1, 0, 1, 0, 1]


def test_a_second_bay_works_from_its_opening_day_in_its_own_clock():
    corridor = world(
        calendar("chita", "Asia/Chita"),
        shift("chita", "00:00", "24:00"),
        facility("bay", 2, "chita", opening_date="2023-03-03"),
        link("a", "b", opening_date="2023-03-02"),
        link("b", "c", opening_date="2020-01-01"),
    )
    times, servers = calendars.Calendars(corridor, utc(2023, 3, 1), 5 * DAY).facility_servers("bay")
    assert (times.tolist(), servers.tolist()) == ([0, DAY + 15 * HOUR], [0, 2])
    times, servers = calendars.Calendars(corridor, utc(2023, 3, 1), 5 * DAY).path_servers("a_b")
    assert (times.tolist(), servers.tolist()) == ([0, 16 * HOUR], [0, 1])
    times, servers = calendars.Calendars(corridor, utc(2023, 3, 1), 5 * DAY).path_servers("b_c")
    assert (times.tolist(), servers.tolist()) == ([0], [1])


def test_summer_time_at_malaszewicze():
    corridor = world(calendar("pl", "Europe/Warsaw"), shift("pl", "02:30", "08:00"))
    # On 26 March 2023 clocks skip from 02:00 to 03:00; on 29 October they show 02:00 to 03:00 twice.
    times, _ = calendars.Calendars(corridor, utc(2023, 3, 25), 3 * DAY).open_share("pl")
    assert (times / HOUR).tolist() == [0, 1.5, 7, 25.5, 30, 48.5, 54]
    times, _ = calendars.Calendars(corridor, utc(2023, 10, 28), 3 * DAY).open_share("pl")
    assert (times / HOUR).tolist() == [0, 0.5, 6, 24.5, 31, 49.5, 55]


def test_the_offset_of_a_clock_is_that_of_the_instant_and_not_of_the_wall():
    """Warsaw goes over to summer time at 01:00 UTC; in Shanghai nothing changes."""
    warsaw, change = local_time.zone("Europe/Warsaw"), utc(2026, 3, 29).timestamp() + HOUR
    assert [local_time.offset_s(change + s, warsaw) for s in (-1, 0, HOUR)] == [HOUR, 2 * HOUR, 2 * HOUR]
    assert local_time.offset_s(change, local_time.zone("")) == 8 * HOUR


def test_a_shift_that_the_clock_skips_altogether_is_not_worked_backwards():
    corridor = world(calendar("pl", "Europe/Warsaw"), shift("pl", "02:30", "03:15", weekdays="Sun"))
    times, share = calendars.Calendars(corridor, utc(2023, 3, 26), DAY).open_share("pl")
    assert (times.tolist(), share.tolist()) == ([0], [0.0])


def test_a_quota_is_set_every_midnight_and_cut_by_a_decision():
    corridor = world(
        calendar("gates", "Asia/Ulaanbaatar"),
        shift("gates", "08:00", "20:00", weekdays="Mon-Sat"),
        stock("places", kind="quota", daily_quota=301, calendar="gates"),
        closure("places", "2023-03-03", "2023-03-04", servers_share=0.5),
    )
    wednesday = utc(2023, 3, 1)
    times, levels = calendars.Calendars(corridor, wednesday, 6 * DAY).quota_levels("places")
    assert (times / HOUR).tolist() == [0, 16, 40, 64, 88, 112, 136]
    #                          Wed, Thu, Fri cut, Sat cut, Sunday shut, Mon, Tue; half a place is kept for Saturday
    assert levels.tolist() == [301, 301, 151, 150, 0, 301, 301]


def test_the_quota_of_a_day_under_way_stands_even_if_its_gates_have_closed():
    corridor = world(
        calendar("gates"), shift("gates", "00:00", "07:00"), stock("places", daily_quota=10, calendar="gates")
    )
    times, levels = calendars.Calendars(corridor, utc(2023, 3, 1), 10 * HOUR).quota_levels("places")  # 08:00 to 18:00
    assert (times.tolist(), levels.tolist()) == ([0], [10])


def test_a_stock_without_quota_is_never_set_and_one_without_calendar_every_day():
    corridor = world(stock("wagons"), stock("places", daily_quota=5))
    assert [len(part) for part in calendars.Calendars(corridor, utc(2023, 1, 1), 9 * DAY).quota_levels("wagons")] == [
        0,
        0,
    ]
    times, levels = calendars.Calendars(corridor, utc(2023, 1, 1), 2 * DAY).quota_levels("places")
    assert (times.tolist(), levels.tolist()) == ([0, 16 * HOUR, 40 * HOUR], [5, 5, 5])


def test_departures_keep_the_clock_of_their_station():
    train = departure("x", "express", "20:15", weekdays="Mon;Thu", time_zone="Europe/Berlin")
    times = calendars.departures(train, utc(2023, 3, 20), 14 * DAY)
    monday, summer_monday = 19.25, 18.25
    assert (times / HOUR).tolist() == [monday, 72 + monday, 168 + summer_monday, 240 + summer_monday]


def test_a_day_in_a_table_begins_at_local_midnight():
    assert calendars.midnight_s("2023-03-02", utc(2023, 3, 1)) == 16 * HOUR
    assert calendars.midnight_s("2023-03-01", utc(2023, 3, 1), "Europe/Moscow") == -3 * HOUR


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("daily", {0, 1, 2, 3, 4, 5, 6}),
        ("Mon-Sat", {0, 1, 2, 3, 4, 5}),
        ("Mon;Thu", {0, 3}),
        ("Sat-Mon", {5, 6, 0}),
        ("mon-tue; Sun", {0, 1, 6}),
        ("Fri", {4}),
    ],
)
def test_week_days_as_people_write_them(text: str, days: set[int]):
    assert local_time.weekdays(text) == days


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (local_time.weekdays, "Mo-Sa"),
        (local_time.weekdays, ""),
        (local_time.weekdays, "Mon-Tue-Wed"),
        (local_time.minutes, "8"),
        (local_time.minutes, "24:01"),
        (local_time.minutes, "08:60"),
        (local_time.day, "2023-02-29"),
        (local_time.day, "1/5/2023"),
        (local_time.day, "20230501"),
        (local_time.zone, "Asia/Erenhot"),
        (local_time.zone, "../zones"),
    ],
)
def test_what_cannot_be_read_is_quoted_with_what_would_be_right(read, text: str):
    with pytest.raises(ValueError, match=f"^'{text}' .*write") as error:
        read(text)
    assert "\n" not in str(error.value)


def test_hours_that_end_on_the_next_day():
    assert local_time.hours("08:00", "24:00") == (480, 1440)
    assert local_time.hours("20:00", "08:00") == (1200, 1920)
    assert local_time.hours("08:00", "08:00") == (480, 1920)
    with pytest.raises(ValueError, match="24:00"):
        local_time.hours("24:00", "08:00")


def test_a_country_without_known_holidays_is_refused():
    with pytest.raises(ValueError, match="'XX' is no country"):
        public_holidays.holiday_days("XX", "Day", 2023)
    assert public_holidays.holiday_days("MN", "lunar new year", 2023) == {
        date(2023, 2, 21),
        date(2023, 2, 22),
        date(2023, 2, 23),
    }


def test_an_epoch_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        calendars.Calendars(coal_port(), datetime(2023, 3, 1), DAY).open_share("chinese_gates")


def test_the_order_of_rows_and_the_length_of_the_run_change_nothing():
    rows = [calendar("c"), shift("c", "08:00", "12:00"), shift("c", "13:00", "18:00"), facility("f", 3, "c")]
    long = calendars.Calendars(world(*rows), utc(2023, 1, 1), 30 * DAY).facility_servers("f")
    short = calendars.Calendars(world(*reversed(rows)), utc(2023, 1, 1), 10 * DAY).facility_servers("f")
    within = long[0] < 10 * DAY
    assert long[0][within].tolist() == short[0].tolist()
    assert long[1][within].tolist() == short[1].tolist()


def test_every_second_agrees_with_a_clock_on_the_wall():
    """The step function against the plain question 'is it between 21:00 and 05:30 on a Mon, Wed or Fri night?'."""
    corridor = world(calendar("c", "Europe/Berlin"), shift("c", "21:00", "05:30", weekdays="Mon;Wed;Fri"))
    epoch = utc(2023, 10, 20)
    steps = calendars.Calendars(corridor, epoch, 21 * DAY).open_share("c")
    for quarter in range(21 * 96):
        wall = (epoch + timedelta(minutes=15 * quarter)).astimezone(local_time.zone("Europe/Berlin"))
        evening = wall.weekday() in (0, 2, 4) and wall.hour >= 21
        morning = wall.weekday() in (1, 3, 5) and (wall.hour, wall.minute) < (5, 30)
        assert at(steps, quarter / 4) == float(evening or morning), wall


def test_the_work_for_a_year_of_a_whole_border_is_bounded():
    rows = [
        row
        for n in range(10)
        for row in (
            calendar(f"c{n}", "Asia/Ulaanbaatar"),
            shift(f"c{n}", "08:00", "20:00", weekdays="Mon-Fri"),
            shift(f"c{n}", "20:00", "08:00", servers_share=0.5),
            holiday(f"c{n}", "MN", "National Festival"),
            *(facility(f"f{n}_{k}", 4, f"c{n}", port="p") for k in range(6)),
        )
    ]
    corridor = world(port("p"), closure("p", "2023-05-01"), *rows)
    public_holidays.holiday_days("MN", "National Festival", 2023)  # the library's own start is not what is measured

    def all_facilities() -> None:
        for facility_id in corridor.facilities:
            times, _ = calendars.Calendars(corridor, utc(2023, 1, 1), 365 * DAY).facility_servers(facility_id)
            assert len(times) > 700

    assert steps_run(all_facilities) < 4_000_000


@pytest.mark.parametrize("on", ["daily", "Sat;Sun", "Mon-Fri", "Wed", "Sat-Mon"])
def test_days_on_week_days_are_counted_as_they_are_listed(on: str) -> None:
    for first, days in ((date(2023, 1, 1), 0), (date(2023, 1, 4), 1), (date(2024, 2, 26), 9), (date(2023, 5, 6), 400)):
        last = first + timedelta(days=days - 1)
        listed = [first + timedelta(days=n) for n in range(days)]
        assert local_time.days_on(on, first, last) == sum(day.weekday() in local_time.weekdays(on) for day in listed)


def test_week_days_of_a_closure_without_end_are_those_of_the_run() -> None:
    """Servers of thirty days are the same whether the closure ends with them or never, on either side of UTC."""
    for zone in ("Asia/Shanghai", "America/Los_Angeles"):
        found = []
        for last in ("2023-03-05", "9999-12-31"):
            row = closure("gate", "2023-01-01", last, weekdays="Sat;Sun")
            corridor = world(
                calendar("hours", zone), shift("hours", "00:00", "24:00"), facility("gate", 2, "hours"), row
            )
            found.append(calendars.Calendars(corridor, utc(2023, 2, 1), 30 * DAY).facility_servers("gate"))
        for one, other in zip(*found, strict=True):
            np.testing.assert_array_equal(one, other)
        assert {0.0, 2.0} == set(found[0][1].tolist())


def test_a_day_and_its_number_are_each_other_s_inverse() -> None:
    assert local_time.day_of_number(20230102.0) == date(2023, 1, 2)
    assert local_time.number_of_day(date(2023, 1, 2)) == 20230102
    for wrong in (20230230, 2023.5, 0, 1e12):
        with pytest.raises(ValueError, match=r"YYYYMMDD|day|month"):
            local_time.day_of_number(wrong)
