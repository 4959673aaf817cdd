"""Rules R1 to R14: each damage is found by its rule, listed with its line, and harms no other record."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from openpyxl import Workbook

from corridors.findings import WARNING, DataError
from corridors.io.tables import save
from corridors.records.marks import ROUNDED_TO, _rounded
from sim.core.random_streams import RandomStreams
from sim.text.catalogue import sentence
from tests.conftest import Told
from tests.helpers.gate_logs import HEAD, LANE, at, refusals, regular, rules, visits, visits_of, visits_of_files
from tests.helpers.small_border import small_border

Bridgehead = Callable[..., Told]

TWO_STEPS = """
time_zone: Asia/Shanghai
vehicle: {column: plate, salt: pepper}
service: express
steps:
  - {step: export.scan, arrived: a1, started: s1, finished: f1}
  - {step: export.customs, arrived: a2, started: s2, finished: f2}
"""
TWO_HEAD = "plate,a1,s1,f1,a2,s2,f2"
EVENTS = """
time_zone: Asia/Shanghai
layout: long
vehicle: {column: plate, salt: pepper}
service: shuttle
activity: {column: event}
time: {column: time}
steps:
  - {step: shuttle.lane, arrived: join, started: weigh, finished: release}
"""


def test_a_sound_log_is_taken_as_it_is(tmp_path: Path) -> None:
    found = visits(tmp_path, regular())
    assert len(found.frame) == 60
    assert rules(found) == [("R9", "kept", 2)]  # Began before the first end, so that its like may be missing.
    waits = found.frame["started"] - found.frame["arrived"]
    assert set(waits) == {300.0}
    assert (found.frame["low"] == found.frame["high"]).all()


def test_what_is_no_time_is_dropped_and_midnight_of_24_hours_is_the_next_day(tmp_path: Path) -> None:
    rows = regular()
    rows[10] = f"A00010,{at(200)},soon,{at(209)}"
    rows[11] = f"A00011,{at(1430)},2026-03-02 23:55:00,2026-03-02 24:00"
    rows[12] = f"A00012,{at(240)},1900-01-00,{at(249)}"
    found = visits(tmp_path, rows)
    assert [one for one in rules(found) if one[0] == "R1"] == [
        ("R1", "corrected", 13),
        ("R1", "dropped", 12),
        ("R1", "dropped", 14),
    ]
    row = found.frame[found.frame["line"] == 13].iloc[0]
    assert row["finished"] - row["started"] == 300.0
    assert np.isnan(found.frame[found.frame["line"] == 12].iloc[0]["started"])


def test_an_hour_that_the_zone_skips_is_dropped_and_one_that_comes_twice_keeps_the_order(tmp_path: Path) -> None:
    """Warsaw: 2026-03-29 02:30 does not exist; 2026-10-25 02:30 comes twice."""
    rows = [f"A{k},2026-03-{k:02d} 10:00,2026-03-{k:02d} 10:10,2026-03-{k:02d} 10:20" for k in range(1, 31)]
    rows.append("B1,2026-03-29 01:50,2026-03-29 02:30,2026-03-29 03:10")
    rows.append("B2,2026-10-25 01:50,2026-10-25 02:50,2026-10-25 02:10")
    found = visits(tmp_path, rows, lane=LANE.replace("Asia/Shanghai", "Europe/Warsaw"))
    assert ("R2", "dropped", 32) in rules(found)
    assert ("R2", "kept", 33) in rules(found)
    summer = found.frame[found.frame["line"] == 33].iloc[0]
    assert summer["finished"] - summer["started"] == 20 * 60  # 02:50 summer time, 02:10 winter time.
    spring = found.frame[found.frame["line"] == 32].iloc[0]
    assert spring["finished"] - spring["arrived"] == 20 * 60  # 01:50 and 03:10 are twenty minutes apart.


@pytest.mark.parametrize(
    ("started", "finished", "minutes"),
    [
        ("02:50", "02:10", 20),  # Summer time, then winter time.
        ("02:10", "02:50", 40),  # Both in summer time: nothing speaks against it.
        ("02:10", "03:10", 120),
    ],
)
def test_events_of_an_hour_that_comes_twice_keep_the_order_of_a_visit(
    tmp_path: Path, started: str, finished: str, minutes: int
) -> None:
    """Warsaw: 2026-10-25 02:00 to 03:00 comes twice; each event of a visit is a row."""
    usual = (("10:00", "join"), ("10:10", "weigh"), ("10:20", "release"))
    rows = [f"A{k},2026-10-{k:02d} {hour},{name}" for k in range(1, 31) if k != 25 for hour, name in usual]
    own = zip(("01:50", started, finished), ("join", "weigh", "release"), strict=True)
    rows += [f"B1,2026-10-25 {hour},{name}" for hour, name in own]
    found = visits(tmp_path, rows, "plate,time,event", EVENTS.replace("Asia/Shanghai", "Europe/Warsaw"))
    assert len(found.frame) == 30
    [visit] = found.frame[found.frame["line"] == 2 + 3 * 29].itertuples()
    assert visit.finished - visit.started == minutes * 60


def test_the_same_month_exported_twice_counts_once(tmp_path: Path) -> None:
    once = visits(tmp_path, regular())
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("\n".join([HEAD, *regular()]), encoding="utf-8")
    twice = visits_of_files(tmp_path, ["a.csv", "b.csv"], LANE)
    assert [one for one in rules(twice) if one[0] == "R3"] == [("R3", "dropped", n) for n in range(2, 62)]
    assert list(twice.frame["arrived"]) == list(once.frame["arrived"])
    assert twice.findings == ()  # A repeat is no loss.


def test_a_record_two_minutes_beside_another_is_the_same_visit(tmp_path: Path) -> None:
    rows = [*regular(), f"A00030,{at(601)},{at(606.5)},{at(610)}", f"A00031,{at(700)},{at(705)},{at(709)}"]
    found = visits(tmp_path, rows)
    assert ("R4", "dropped", 62) in rules(found)
    assert ("R4", "dropped", 63) not in rules(found)


def test_an_end_soon_after_midnight_with_the_day_of_the_evening_is_mended(tmp_path: Path) -> None:
    rows = [*regular(), f"N1,{at(1425)},{at(1430)},{at(10)}"]
    found = visits(tmp_path, rows)
    assert ("R5", "corrected", 62) in rules(found)
    row = found.frame[found.frame["line"] == 62].iloc[0]
    assert row["finished"] - row["started"] == 20 * 60


def test_an_end_before_the_start_that_no_single_day_mends_is_dropped(tmp_path: Path) -> None:
    rows = [*regular(), f"N1,{at(600)},{at(640)},{at(620)}", f"N2,{at(600)},{at(640)},{at(620, '2026-03-09')}"]
    found = visits(
        tmp_path, rows, lane=LANE.replace("}\n", ", longest_h: 12}\n").replace("pepper, longest_h: 12", "pepper")
    )
    assert ("R5", "dropped", 62) in rules(found)
    assert ("R10", "dropped", 63) in rules(found)
    assert set(found.frame["line"]).isdisjoint({62, 63})


def test_where_trucks_wait_for_days_an_end_a_day_early_is_not_mended_by_moving_the_start(tmp_path: Path) -> None:
    """Over a Sunday trucks wait for 40 h. With the end a day early, the start was moved, to keep within a day."""
    rows = [*regular(), *(f"W{k},{at(600 + k)},{at(3000 + k)},{at(3020 + k)}" for k in range(9))]
    rows += [f"N1,{at(609)},{at(3009)},{at(3029 - 1440)}", f"N2,{at(2900)},{at(3010)},{at(3030 - 1440)}"]
    found = visits(tmp_path, rows)
    assert ("R5", "dropped", 71) in rules(found)  # Both the start and the end may be meant.
    assert ("R5", "corrected", 72) in rules(found)
    row = found.frame[found.frame["line"] == 72].iloc[0]
    assert row["finished"] - row["started"] == 20 * 60


def test_a_form_that_was_saved_once_has_no_start(tmp_path: Path) -> None:
    rows = regular(work=30)
    rows[7] = f"A00007,{at(140)},{at(175)},{at(175)}"
    found = visits(tmp_path, rows)
    assert ("R6", "corrected", 9) in rules(found)
    row = found.frame[found.frame["line"] == 9].iloc[0]
    assert np.isnan(row["started"])
    assert row["finished"] > 0


def test_a_missing_end_is_bounded_by_the_next_step_of_the_journey(tmp_path: Path) -> None:
    def row(k: int, end: str) -> str:
        t = k * 30
        return f"T{k:03d},{at(t)},{at(t + 2)},{end},{at(t + 25)},{at(t + 30)},{at(t + 60)}"

    rows = [row(k, at(k * 30 + 17)) for k in range(40)]
    rows[20] = row(20, "")
    found = visits(tmp_path, rows, TWO_HEAD, TWO_STEPS)
    assert ("R7", "kept", 22) in rules(found)
    scan = found.at("export.scan")
    open_ = scan[scan["line"] == 22].iloc[0]
    assert open_["low"] - open_["started"] == 0
    assert open_["high"] - open_["started"] == 23 * 60


def test_visits_without_an_end_at_the_end_of_the_log_were_going_on(tmp_path: Path) -> None:
    rows = regular()
    rows[-2:] = [f"A{k:05d},{at(k * 20)},{at(k * 20 + 5)}," for k in (58, 59)]
    rows[20] = f"A00020,{at(400)},{at(405)},"
    found = visits(tmp_path, rows)
    assert [one for one in rules(found) if one[0] == "R8"] == [("R8", "kept", 61)]
    assert np.isinf(found.frame[found.frame["line"] == 61].iloc[0]["high"])
    # Twelve hours before the end a lane is left, so nothing is known.
    assert ("R7", "kept", 22) in rules(found)
    assert np.isnan(found.frame[found.frame["line"] == 22].iloc[0]["high"])


def test_who_waits_at_the_end_of_the_log_is_there_though_it_waits_longer_than_works_last(tmp_path: Path) -> None:
    """Works take 4 min and waits 5 h; who had waited for 4 h was held for lost, as its wait was taken for a work."""
    rows = regular(wait=300)
    rows[-2:] = [f"A{k:05d},{at(k * 20)},," for k in (58, 59)]
    rows.append(f"L1,{at(1300)},{at(1420)},{at(1424)}")
    found = visits(tmp_path, rows)
    assert [one for one in rules(found) if one[0] == "R8"] == [("R8", "kept", 60), ("R8", "kept", 61)]


def test_journeys_that_began_before_the_log_are_no_arrivals(tmp_path: Path) -> None:
    def row(k: int) -> str:
        t = k * 30
        return f"T{k:03d},{at(t)},{at(t + 2)},{at(t + 17)},{at(t + 25)},{at(t + 30)},{at(t + 60)}"

    rows = [f"E{k},,,,{at(k)},{at(10 + k)},{at(40 + k)}" for k in range(3)] + [row(k) for k in range(1, 40)]
    found = visits(tmp_path, rows, TWO_HEAD, TWO_STEPS)
    assert {line for rule, _, line in rules(found) if rule == "R9"} >= {2, 3, 4}
    first = found.frame[found.frame["counted"]]
    assert set(first["line"]).isdisjoint({2, 3, 4})
    assert (~np.isnan(found.frame[found.frame["line"].isin([2, 3, 4])]["entry"])).sum() == 3


def test_records_far_after_all_others_and_longer_than_allowed_are_dropped(tmp_path: Path) -> None:
    rows = [*regular(), f"Z1,{at(600)},{at(605)},2062-03-02 10:10:00", f"Z2,{at(600)},{at(605)},{at(2000)}"]
    lane = LANE.replace("finished: finished}", "finished: finished, longest_h: 3}")
    found = visits(tmp_path, rows, lane=lane)
    assert [one for one in rules(found) if one[0] == "R10"] == [("R10", "dropped", 62), ("R10", "dropped", 63)]


def test_equipment_events_of_dcsa_count_where_they_are_actual(tmp_path: Path) -> None:
    """Gate in and gate out of containers; estimates of the same gate are dropped."""
    lane = """
preset: dcsa
vehicle: {salt: pepper, column: equipmentReference}
service: shuttle
steps:
  - {step: shuttle.lane, arrived: GTIN, left: GTOT}
"""
    rows = []
    for k in range(30):
        begin, end = (f"{at(60 * k + late)}+08:00".replace(" ", "T") for late in (0, 30))
        rows += [f"MSKU{k:07d},GTIN,{begin},ACT", f"MSKU{k:07d},GTOT,{end},ACT", f"MSKU{k:07d},GTOT,{begin},EST"]
    head = "equipmentReference,equipmentEventTypeCode,eventDateTime,eventClassifierCode"
    found = visits(tmp_path, rows, head, lane)
    assert (len(found.frame), rules(found).count(("R11", "dropped", 4))) == (30, 1)
    assert (found.frame["left"] - found.frame["arrived"] == 30 * 60).all()


def test_planned_records_do_not_count(tmp_path: Path) -> None:
    rows = [f"{row},{'PLN' if k % 3 == 0 else 'ACT'}" for k, row in enumerate(regular())]
    lane = LANE + "keep: {kind: [ACT, actual]}\n"
    found = visits(tmp_path, rows, HEAD + ",kind", lane)
    assert len([one for one in rules(found) if one[0] == "R11"]) == 20
    assert len(found.frame) == 40


def test_ends_entered_together_are_intervals(tmp_path: Path) -> None:
    """Twelve trucks are released at 17:59; a busy lane with one truck a minute is no batch."""
    rows = regular(n=60, every=12)
    rows += [f"B{k:05d},{at(900 + 10 * k)},{at(905 + 10 * k)},{at(1079)}" for k in range(12)]
    lane = LANE.replace("finished: finished}", "finished: finished, recorded_by: person}")
    found = visits(tmp_path, rows, lane=lane)
    batch = [line for rule, _, line in rules(found) if rule == "R12"]
    assert batch == list(range(62, 74))
    row = found.frame[found.frame["line"] == 62].iloc[0]
    assert (row["low"], row["high"]) == (row["started"], row["finished"])
    busy = visits(tmp_path, regular(n=300, every=0.2), lane=lane)
    assert [one for one in rules(busy) if one[0] == "R12"] == []


def test_ends_piled_up_at_the_end_of_a_shift_are_intervals(tmp_path: Path) -> None:
    """The lanes shut at 12:00 and 20:00 of Ulaanbaatar, the clock of Shanghai."""

    def row(name: str, d: int, arrived: int, started: int, finished: int) -> str:
        return ",".join([name, *(at(minute, f"2026-03-{d:02d}") for minute in (arrived, started, finished))])

    days = range(1, 11)
    rows = [row(f"A{d}{k:03d}", d, 480 + 20 * k, 482 + 20 * k, 485 + 20 * k) for d in days for k in range(12)]
    rows += [row(f"B{d}", d, 600, 610, 719) for d in days] + [row(f"C{d}", d, 601, 611, 718) for d in days]
    lane = LANE.replace("finished: finished}", "finished: finished, recorded_by: person}")
    found = visits(tmp_path, rows, lane=lane)
    assert {line for rule, _, line in rules(found) if rule == "R12"} == set(range(122, 142))


def test_a_step_in_an_order_that_no_way_has_is_dropped(tmp_path: Path) -> None:
    rows = [f"T{k:03d},,,{at(k * 30 + 17)},,,{at(k * 30 + 60)},{k}" for k in range(40)]
    rows[9] = f"T009,,,{at(340)},,,{at(300)},9"
    found = visits(tmp_path, rows, TWO_HEAD + ",order", TWO_STEPS + "journey: {column: order}\n")
    assert [one for one in rules(found) if one[0] == "R13"] == [("R13", "dropped", 11)]


def test_one_plate_at_two_places_is_in_doubt_unless_a_column_tells_journeys_apart(tmp_path: Path) -> None:
    rows = [f"{row},{k}" for k, row in enumerate(regular())]
    rows += [f"SWAP,{at(500)},{at(510)},{at(560)},901", f"SWAP,{at(520)},{at(530)},{at(580)},902"]
    head = HEAD + ",order"
    found = visits(tmp_path, rows, head)
    assert [one for one in rules(found) if one[0] == "R13"] == [("R13", "dropped", 62), ("R13", "dropped", 63)]
    apart = visits(tmp_path, rows, head, LANE + "journey: {column: order}\n")
    assert [one for one in rules(apart) if one[0] == "R13"] == []
    assert apart.frame["journey"].nunique() == 62


def test_test_plates_and_blank_ones_are_no_vehicles(tmp_path: Path) -> None:
    rows = [
        *regular(),
        f"TEST01,{at(5)},{at(6)},{at(7)}",
        f",{at(5)},{at(6)},{at(7)}",
        f"测试1,{at(5)},{at(6)},{at(7)}",
    ]
    found = visits(tmp_path, rows)
    assert [one for one in rules(found) if one[0] == "R14"] == [("R14", "dropped", n) for n in (62, 63, 64)]
    assert len(found.frame) == 60


def test_days_without_any_record_are_missing(tmp_path: Path) -> None:
    def row(d: int, k: int) -> str:
        times = (at(480 + 60 * k + minute, f"2026-03-{d:02d}") for minute in (0, 5, 10))
        return ",".join([f"A{d:02d}{k}", *times])

    rows = [row(d, k) for d in range(1, 31) if d not in (10, 11, 12) for k in range(6)]
    found = visits(tmp_path, rows)
    assert len(found.missing_days) == 3
    assert found.days == 25  # The first and the last day of records are parts of days.
    whole = visits(tmp_path, rows, lane=LANE + "window: {first_day: 2026-03-01, last_day: 2026-03-30}\n")
    assert whole.days == 27


def test_times_rounded_to_five_minutes_are_not_taken_for_tens() -> None:
    """Of such times half are full tens, in one log a few more, in the next a few less: that was taken for tens."""
    for seed in range(20):
        times = 300.0 * np.floor(RandomStreams(seed, 0).uniforms(400, "test", "rounded") * 5_000)
        assert _rounded(times) == 300.0
        assert _rounded(2 * times) == 600.0
        assert _rounded(6 * times) == 1800.0


@pytest.mark.parametrize("step", ROUNDED_TO)
def test_a_raster_of_most_times_is_found_beside_others_to_the_minute(step: int) -> None:
    """Six in ten are rounded; of the others few are in a finer raster, which is counted for what it has."""
    for seed in range(20):
        minutes = np.floor(RandomStreams(seed, 0).uniforms(1_000, "test", "some") * 25_000)
        minutes[:600] = np.floor(minutes[:600] / step) * step
        assert _rounded(60 * minutes) == 60.0 * step


def test_times_rounded_to_five_minutes_are_recognised(tmp_path: Path) -> None:
    assert visits(tmp_path, regular(every=5, wait=10, work=5)).rounding_s == {"shuttle.lane": 300.0}
    assert visits(tmp_path, regular(every=7, wait=3, work=4)).rounding_s == {"shuttle.lane": 60.0}
    seconds = [f"A{k},{at(k * 3.3)},{at(k * 3.3 + 1.7)},{at(k * 3.3 + 4.1)}" for k in range(80)]
    assert visits(tmp_path, seconds).rounding_s == {"shuttle.lane": 0.0}
    tens = [f"A{k},{at(k * 70)},{at(k * 70 + 10)},{at(k * 70 + 40)}" for k in range(80)]
    assert visits(tmp_path, tens).rounding_s == {"shuttle.lane": 600.0}
    declared = LANE.replace("finished: finished}", "finished: finished, rounded_min: 15}")
    assert visits(tmp_path, regular(), lane=declared).rounding_s == {"shuttle.lane": 900.0}


def test_many_dropped_records_are_a_warning_and_too_many_refuse_the_step(tmp_path: Path) -> None:
    rows = regular(every=23)
    rows[:20] = [f"A{k:05d},{at(k * 23)},{at(k * 23 + 9)},{at(k * 23 + 4)}" for k in range(20)]
    found = visits(tmp_path, rows)
    assert {one.code for one in found.findings} == {"log.many_dropped", "log.step_dropped"}
    assert found.refused_steps == {"shuttle.lane"}


def test_ids_are_hashed_and_a_formula_is_text(tmp_path: Path) -> None:
    rows = [*regular(), '"=HYPERLINK(1)",' + f"{at(5)},{at(6)},=1+1"]
    found = visits(tmp_path, rows)
    table = found.ledger.table()
    assert "A00010" not in str(table)
    assert all(len(name) == 16 for name in found.vehicles)
    assert [row[5] for row in table if row[3] == "R1"] == ["'=1+1"]
    other = visits(tmp_path, rows, lane=LANE.replace("pepper", "salt"))
    assert set(other.vehicles).isdisjoint(found.vehicles)


def test_spellings_of_one_plate_are_one_vehicle(tmp_path: Path) -> None:
    rows = [*regular(), f"蒙L·12345,{at(5)},{at(6)},{at(7)}", f"蒙l12345,{at(105)},{at(106)},{at(107)}"]
    assert len(visits(tmp_path, rows).vehicles) == 61


REFUSED = [
    ("log.no_zone", HEAD, regular(), LANE.replace("time_zone: Asia/Shanghai\n", "")),
    (
        "log.day_month",
        HEAD,
        [f"A{k},0{k}/02/2026 08:00,0{k}/02/2026 08:05,0{k}/02/2026 08:09" for k in range(1, 9)],
        LANE,
    ),
    ("log.no_column", "plate,arrived,started,done", regular(), LANE),
    ("log.no_times", HEAD, [f"A{k},early,{at(k)},{at(k + 1)}" for k in range(5)], LANE),
    ("log.no_rows", HEAD, [], LANE),
    (
        "log.load_unit",
        HEAD + ",net",
        [f"{row},95000" for row in regular()],
        LANE + "load: {column: net, unit: t, of: shuttle}\n",
    ),
    ("map.unknown_service", HEAD, regular(), LANE.replace("shuttle\n", "shutle\n")),
    ("map.unknown_step", HEAD, regular(), LANE.replace("shuttle.lane", "shuttle.lanes")),
    ("map.unsure", HEAD, regular(), LANE.replace("arrived: arrived", 'arrived: "? arrived"')),
]


@pytest.mark.parametrize(("code", "head", "rows", "lane"), REFUSED, ids=[one[0] for one in REFUSED])
def test_what_cannot_be_read_without_a_guess_is_refused(
    tmp_path: Path, code: str, head: str, rows: list[str], lane: str
) -> None:
    found = refusals(tmp_path, rows, head, lane)
    assert code in {one.code for one in found}
    assert all(one.expected for one in found)


def test_a_service_that_the_world_does_not_have_is_refused_with_the_nearest(tmp_path: Path) -> None:
    (finding,) = refusals(tmp_path, regular(), lane=LANE.replace("shuttle\n", "shutle\n"))
    assert (finding.code, finding.found, finding.nearest) == ("map.unknown_service", "shutle", "shuttle")


def test_times_that_have_not_the_form_of_the_map_are_refused_with_that_form(tmp_path: Path) -> None:
    form = "%d/%m/%Y %H:%M"
    found = refusals(tmp_path, regular(), lane=f'{LANE}time_format: "{form}"\n')
    assert {one.code for one in found} == {"log.no_times"}
    assert all(form in sentence(one.expected, "en") for one in found)


def test_a_load_in_kg_that_the_map_takes_for_tonnes_is_refused_with_the_unit(tmp_path: Path) -> None:
    """A median of 95,000 t; the same numbers as kg are loads of 95 t."""
    rows, lane = [f"{row},95000" for row in regular()], LANE + "load: {column: net, unit: t, of: shuttle}\n"
    (finding,) = refusals(tmp_path, rows, HEAD + ",net", lane)
    assert (finding.code, finding.found) == ("log.load_unit", "95000 t")
    assert "kg" in sentence(finding.message, "en")
    found = visits(tmp_path, rows, HEAD + ",net", lane.replace("unit: t", "unit: kg"))
    assert set(found.frame["load"]) == {95.0}


def test_a_load_in_tonnes_that_the_map_takes_for_kg_has_a_warning(tmp_path: Path) -> None:
    """A median of 0.095 t, too little for any vehicle; the same numbers as tonnes have none."""
    rows, lane = [f"{row},95" for row in regular()], LANE + "load: {column: net, unit: kg, of: shuttle}\n"
    found = visits(tmp_path, rows, HEAD + ",net", lane)
    (finding,) = (one for one in found.findings if one.code == "log.load_light")
    assert (finding.level, finding.found) == (WARNING, "0.095 t")
    right = visits(tmp_path, rows, HEAD + ",net", lane.replace("unit: kg", "unit: t"))
    assert "log.load_light" not in {one.code for one in right.findings}


def test_two_rows_of_headings_need_the_row_of_the_second(tmp_path: Path) -> None:
    """Merged cells of a workbook leave blanks in the first row."""
    rows = [HEAD, *regular()]
    assert {one.code for one in refusals(tmp_path, rows, "Gate,,Times,End")} == {"log.no_column"}
    assert len(visits(tmp_path, rows, "Gate,,Times,End", LANE + "log: {header_row: 2}\n").frame) == 60


def test_a_day_above_twelve_settles_day_and_month(tmp_path: Path) -> None:
    rows = [f"A{k},{k:02d}/03/2026 08:00,{k:02d}/03/2026 08:05,{k:02d}/03/2026 08:09" for k in range(1, 20)]
    assert visits(tmp_path, rows).days == 17
    american = [f"A{k},03/{k:02d}/2026 08:00,03/{k:02d}/2026 08:05,03/{k:02d}/2026 08:09" for k in range(1, 20)]
    assert list(visits(tmp_path, american).frame["arrived"]) == list(visits(tmp_path, rows).frame["arrived"])


def test_values_of_a_service_column_in_two_spellings_are_one_service(tmp_path: Path) -> None:
    rows = [f"{row},{('coal', 'Coal', 'ore', '煤')[k % 4]}" for k, row in enumerate(regular())]
    lane = LANE.replace(
        "service: shuttle", "service: {column: goods, values: {coal: shuttle, Coal: shuttle, 煤: shuttle}}"
    )
    found = visits(tmp_path, rows, HEAD + ",goods", lane)
    assert len(found.frame) == 45
    (warning, *_) = [one for one in found.findings if one.code == "log.unmapped"]
    assert warning.found == "ore (15)"
    assert len([one for one in rules(found) if one[0] == "R13"]) == 15


def test_a_negative_weight_is_no_load(tmp_path: Path) -> None:
    rows = [f"{row},{-5 if k == 3 else 95000}" for k, row in enumerate(regular())]
    lane = LANE + "load: {column: net, unit: kg, of: shuttle}\n"
    found = visits(tmp_path, rows, HEAD + ",net", lane)
    assert found.frame["load"].max() == 95.0
    assert ("R1", "dropped", 5) in rules(found)


def test_a_wrong_encoding_names_one_that_fits(tmp_path: Path) -> None:
    text = "\n".join(["车牌号,排队时间,过磅时间,放行时间", *regular()])
    lane = (
        LANE.replace("plate", "车牌号")
        .replace("arrived: arrived", "arrived: 排队时间")
        .replace("started: started", "started: 过磅时间")
        .replace("finished: finished", "finished: 放行时间")
    )
    assert len(visits_of(tmp_path, text.encode("gb18030"), lane).frame) == 60
    with pytest.raises(DataError) as refused:
        visits_of(tmp_path, text.encode("gb18030"), lane + "log: {encoding: utf-8}\n")
    (finding,) = refused.value.findings
    assert (finding.code, finding.nearest) == ("log.encoding", "gb18030")


def test_a_finding_about_a_time_shows_the_text_that_is_wrong_and_its_line(tmp_path: Path) -> None:
    """Not the first text of the column, which may be quite clear."""
    iso = "A1,2026-03-02 08:00,2026-03-02 08:05,2026-03-02 08:09"
    (found,) = refusals(tmp_path, [iso, "A2,2026-03-02 08:00,2026-03-02 08:05,03/02/2026 08:09"])
    assert (found.code, found.found, found.row) == ("log.day_month", "03/02/2026 08:09", 3)
    zone = LANE.replace("time_zone: Asia/Shanghai\n", "").replace("arrived: arrived, started: started, ", "")
    (found,) = refusals(tmp_path, [iso + "Z", iso], lane=zone)
    assert (found.code, found.found, found.row) == ("log.no_zone", "2026-03-02 08:09", 3)


def test_times_with_and_without_an_offset_in_one_column_are_a_warning(tmp_path: Path) -> None:
    rows = [row + "Z" * (k == 40) for k, row in enumerate(regular())]
    found = [one for one in visits(tmp_path, rows).findings if one.code == "log.mixed_offsets"]
    assert [(one.row, one.column, one.level) for one in found] == [(42, "finished", "warning")]
    for same in (regular(), [f"{row}Z" for row in regular()]):
        assert "log.mixed_offsets" not in {one.code for one in visits(tmp_path, same).findings}


def test_an_encoding_of_the_map_is_a_warning_for_a_workbook(tmp_path: Path) -> None:
    """A workbook says how it is encoded; the keys of the map were ignored in silence."""
    book = Workbook()
    for row in [HEAD, *regular(12)]:
        book.active.append(row.split(","))
    book.save(tmp_path / "log.xlsx")
    lane = LANE + 'log: {encoding: gb18030, delimiter: ";"}\n'
    found = visits_of(tmp_path, (tmp_path / "log.xlsx").read_bytes(), lane, "log.xlsx")
    assert [(one.code, one.found) for one in found.findings] == [("log.key_unused", "gb18030"), ("log.key_unused", ";")]


def test_a_faulty_map_does_not_hide_the_columns_that_a_log_lacks(bridgehead: Bridgehead, tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(LANE.replace("Asia/Shanghai", "Asia/Shanghia"), encoding="utf-8")
    (tmp_path / "log.csv").write_text("plate,arrived,started\nA1,2026-03-02 08:00,2026-03-02 08:10\n", encoding="utf-8")
    save(small_border(), tmp_path / "world")
    answer = bridgehead(
        *("fit", tmp_path / "log.csv", "--map", tmp_path / "map.yaml", "--out", tmp_path / "out"),
        *("--data", tmp_path / "world"),
    )
    assert (answer.status, answer.out) == (2, "")
    for text in ("map.time_zone", "log.no_column", "finished"):
        assert text in answer.err


def test_a_sheet_of_the_map_is_a_warning_for_a_log_without_sheets(tmp_path: Path) -> None:
    found = visits(tmp_path, regular(), lane=LANE + "log: {sheet: nope}\n").findings
    assert [(one.code, one.found) for one in found] == [("log.sheet_unused", "nope")]


def test_a_refused_fit_leaves_no_folder_and_says_that_map_and_log_are_missing(
    bridgehead: Bridgehead, tmp_path: Path
) -> None:
    paths = (tmp_path / "log.csv", "--map", tmp_path / "map.yaml", "--out", tmp_path / "new" / "deep")
    answer = bridgehead("fit", *paths)
    assert answer.status == 2
    assert "log.csv" in answer.err
    assert "map.yaml" in answer.err
    assert not (tmp_path / "new").exists()


def test_a_refused_run_leaves_no_folder(bridgehead: Bridgehead, tmp_path: Path) -> None:
    answer = bridgehead("run", "--json", tmp_path / "new" / "x.json", "--set", "nothing=abc")
    assert answer.status == 2
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("year", ["1026", "2096"])
def test_years_far_from_the_rest_of_the_log_are_dropped_or_a_warning(tmp_path: Path, year: str) -> None:
    """They would make the log 70 or 1,000 years long, with as many days that are taken as missing."""
    right = regular(100, every=60)
    sound = visits(tmp_path, right)
    assert "log.long_gap" not in {found.code for found in sound.findings}
    wrong = [row.replace("2026", year) if k == 50 else row for k, row in enumerate(right)]
    one = visits(tmp_path, wrong)
    assert [found for found in rules(one) if found[0] == "R10"] == [("R10", "dropped", 52)]
    assert (one.first_s, one.last_s) == (sound.first_s, sound.last_s)
    assert len(one.missing_days) == 0
    wrong = [row.replace("2026", year) if k >= 90 else row for k, row in enumerate(right)]
    (warning,) = (found for found in visits(tmp_path, wrong).findings if found.code == "log.long_gap")
    assert year in str(warning.found)
    assert "2026" in str(warning.found)
