"""Small worlds, declared as rows, compiled and run, with every second of their traces worked out by hand.

The epoch is midnight UTC, which is 08:00 in Beijing and Ulaanbaatar and 09:00 in Chita. Hours below are hours of the
run. A row reads: vehicle (its place among those of its service), step, queued, started, finished, departed.
"""

from __future__ import annotations

from datetime import date

import pytest

from corridors.model import Corridor
from sim.compile.assembly import compile_plan
from sim.core.rules import OUTCOMES
from sim.core.run_settings import RunSettings
from sim.engines import simulate
from tests.helpers.worlds import (
    calendar,
    departure,
    duration,
    facility,
    itinerary,
    link,
    place,
    service,
    share,
    shift,
    step,
    stock,
    world,
)

RAIL = "rail_1435"
MIN, HOUR, DAY = 60, 3600, 86_400
NEVER = -1
Row = tuple[int, str, int, int, int, int]


def run(corridor: Corridor, days: int = 1) -> dict[str, list[Row]]:
    """The trace by service, sorted by vehicle and time."""
    trace = simulate(compile_plan(corridor, RunSettings(date(2023, 1, 2), days)))
    plan = trace.plan
    found: dict[str, list[Row]] = {name: [] for name in plan.labels.service}
    columns = (trace.vehicle, trace.op, trace.queued_s, trace.started_s, trace.finished_s, trace.departed_s)
    for vehicle, op, *times in zip(*(column.tolist() for column in columns), strict=True):
        k = int(plan.vehicle_service[vehicle])
        own = vehicle - int(plan.service_vehicle_start[k])
        found[plan.labels.service[k]].append((own, plan.labels.op_step[op], *times))
    return {name: sorted(rows, key=lambda row: (row[0], row[2])) for name, rows in found.items()}


def at(second: int) -> tuple[int, int, int, int]:
    """The times of a step that takes no time and no waiting."""
    return (second, second, second, second)


def spent(queued: int, started: int, finished: int, departed: int | None = None) -> tuple[int, int, int, int]:
    """The times of a step; a server that is not kept is given up when the work is done."""
    return (queued, started, finished, finished if departed is None else departed)


def test_trains_over_two_sections_wait_for_a_path_on_the_second() -> None:
    # A train every 30 min from 00:15. The first section takes 1 h and never waits; the second takes 30 min and
    # gives 24 paths a day each way, one an hour: train n enters it n hours after the first, at 01:15.
    rows = run(
        world(
            [place(name) for name in ("jining", "sonid", "border")],
            link("jining", "sonid", length_km=60),
            link("border", "sonid", length_km=30, paths_per_day=24),
            itinerary("trip", step("mark", place="jining"), step("travel", step="out", place="border", mode=RAIL)),
            service("trains", "trip", 48, arrivals="timetable"),
        )
    )["trains"]
    expected: list[Row] = []
    for n in range(48):
        came, at_second = 15 * MIN + n * 30 * MIN, 75 * MIN + n * 30 * MIN
        enters = 75 * MIN + n * HOUR
        expected.append((n, "mark_1", *at(came)))
        expected.append((n, "out.jining_sonid", *spent(came, came, _by_midnight(at_second))))
        if at_second < DAY:
            started, left = _by_midnight(enters), _by_midnight(enters + 30 * MIN)
            expected.append((n, "out.border_sonid", *spent(at_second, started, left)))
    assert rows == expected


def test_on_a_single_track_both_directions_share_the_paths() -> None:
    # 12 pairs a day are 24 paths on one track: one an hour, in either direction. Eastbound trains come at 01:00 and
    # 02:00, westbound ones at 01:00 and 01:30. At 01:00 the tie goes to the service that comes first by name.
    rows = run(
        world(
            place("east"),
            place("west"),
            link("west", "east", length_km=15, paths_per_day=12, tracks=1),
            itinerary("eastward", step("mark", place="west"), step("travel", step="run", place="east", mode=RAIL)),
            itinerary("westward", step("mark", place="east"), step("travel", step="run", place="west", mode=RAIL)),
            service("eastbound", "eastward", arrivals="timetable"),
            service("westbound", "westward", arrivals="timetable"),
            departure("e1", "eastbound", "09:00"),
            departure("e2", "eastbound", "10:00"),
            departure("w1", "westbound", "09:00"),
            departure("w2", "westbound", "09:30"),
        )
    )
    passed = {name: [row[2:5] for row in rows[name] if row[1] == "run.west_east"] for name in rows}
    quarter = 15 * MIN
    assert passed["eastbound"] == [
        (HOUR, HOUR, HOUR + quarter),
        (2 * HOUR, 4 * HOUR, 4 * HOUR + quarter),
    ]
    assert passed["westbound"] == [
        (HOUR, 2 * HOUR, 2 * HOUR + quarter),
        (90 * MIN, 3 * HOUR, 3 * HOUR + quarter),
    ]


@pytest.mark.parametrize(
    ("scanned", "opened", "served"),
    [
        (0.0, 1.0, {}),
        (1.0, 0.0, {"scan": 10 * MIN}),
        (1.0, 1.0, {"scan": 10 * MIN, "open": 60 * MIN}),
    ],
)
def test_customs_inspects_in_tiers(scanned: float, opened: float, served: dict[str, int]) -> None:
    # Trains at 01:00 and 01:05 keep a track each; papers take 20 min at one window; a scan 10 min, opening 1 h at
    # one bay. The second train follows the first through every single server.
    rows = run(
        world(
            place("border"),
            [duration("papers", 20), duration("scan", 10), duration("open", 60)],
            [share("scanned", scanned), share("opened", opened)],
            facility("tracks", 2, kind="track"),
            facility("window", kind="customs"),
            facility("scanner", kind="scanner"),
            facility("bay", kind="inspection"),
            itinerary(
                "trip",
                step("mark", place="border"),
                step("hold", step="track", facility="tracks"),
                step("serve", step="papers", facility="window", duration="papers"),
                step("branch", step="tier_scan", share="scanned", to="released"),
                step("serve", step="scan", facility="scanner", duration="scan"),
                step("branch", step="tier_open", share="opened", to="released"),
                step("serve", step="open", facility="bay", duration="open"),
                step("mark", step="released", place="border"),
                step("free", step="leave", facility="tracks"),
            ),
            service("trains", "trip", arrivals="timetable"),
            departure("first", "trains", "09:00"),
            departure("second", "trains", "09:05"),
        )
    )["trains"]
    expected: list[Row] = []
    free = dict.fromkeys(("papers", "scan", "open"), 0)
    for n, came in enumerate((HOUR, 65 * MIN)):
        now, lines = came, []
        for name, length in {"papers": 20 * MIN, **served}.items():
            started = max(now, free[name])
            lines.append((n, name, *spent(now, started, started + length)))
            now = free[name] = started + length
        expected += [(n, "mark_1", *at(came)), (n, "track", *spent(came, came, came, now)), *lines]
        expected.append((n, "released", *at(now)))
    assert rows == expected
    # By hand: 01:20 and 01:40 by papers, 01:30 and 01:50 by scan, 02:30 and 03:30 by opening.
    released = [row[2] for row in rows if row[1] == "released"]
    assert (
        released
        == {
            0: [80 * MIN, 100 * MIN],
            1: [90 * MIN, 110 * MIN],
            2: [150 * MIN, 210 * MIN],
        }[len(served)]
    )


def test_a_gate_keeps_ulaanbaatar_hours_and_finishes_what_it_began() -> None:
    # The gate works from 08:00 to 20:00 in Ulaanbaatar: hours 0 to 12 of the run, and from 24 on. Trucks are
    # timetabled in the clock of Chita, an hour ahead: 20:00 there is hour 11. The first is at the gate from hour 11 to
    # 13, past closing time; the second, half an hour later, waits for the next morning; the third behind it.
    rows = run(
        world(
            place("border"),
            calendar("ub", "Asia/Ulaanbaatar"),
            shift("ub", "08:00", "20:00"),
            duration("weigh", 120),
            facility("gate", 1, "ub"),
            itinerary(
                "trip", step("mark", place="border"), step("serve", step="gate", facility="gate", duration="weigh")
            ),
            service("trucks", "trip", arrivals="timetable"),
            [
                departure(f"d{n}", "trucks", time, "Mon", time_zone="Asia/Chita")
                for n, time in enumerate(("20:00", "20:30", "23:00"))
            ],
        ),
        days=2,
    )["trucks"]
    half = 11 * HOUR + 30 * MIN
    assert rows == [
        (0, "mark_1", *at(11 * HOUR)),
        (0, "gate", *spent(11 * HOUR, 11 * HOUR, 13 * HOUR)),
        (1, "mark_1", *at(half)),
        (1, "gate", *spent(half, 24 * HOUR, 26 * HOUR)),
        (2, "mark_1", *at(14 * HOUR)),
        (2, "gate", *spent(14 * HOUR, 26 * HOUR, 28 * HOUR)),
    ]


def test_vehicles_wait_for_a_calendar_all_together() -> None:
    # The post opens at 08:00 in Chita, which is hour 23 of the run. Three trucks that came at hour 12 go at once.
    rows = run(
        world(
            place("border"),
            calendar("chita", "Asia/Chita"),
            shift("chita", "08:00", "20:00"),
            duration("drive", 30),
            itinerary(
                "trip",
                step("mark", place="border"),
                step("wait", step="opening", calendar="chita"),
                step("travel", step="cross", duration="drive"),
            ),
            service("trucks", "trip", arrivals="timetable"),
            [departure(f"d{n}", "trucks", "20:00", "Mon") for n in range(3)],
        ),
        days=2,
    )["trucks"]
    assert [row for row in rows if row[1] != "mark_1"] == [
        line
        for n in range(3)
        for line in (
            (n, "opening", *spent(12 * HOUR, 23 * HOUR, 23 * HOUR)),
            (n, "cross", *spent(23 * HOUR, 23 * HOUR, 23 * HOUR + 30 * MIN)),
        )
    ]


def test_westbound_trains_wait_for_wagons_that_eastbound_trains_bring() -> None:
    # One set of wagons is ready. Westbound trains at 01:00 and 02:00 keep a track each and change onto a set, 4 h
    # at one crane. The first goes at 05:00; the second gets the set that an eastbound train gives back at 05:30.
    rows = run(
        world(
            place("zamyn_uud"),
            [duration("transfer", 240), duration("unload", 90)],
            stock("sets", 1),
            facility("tracks", 2, kind="track"),
            facility("crane", kind="transshipment"),
            itinerary(
                "west",
                step("mark", place="zamyn_uud"),
                step("hold", step="track", facility="tracks"),
                step("draw", step="set", stock="sets"),
                step("serve", step="transfer", facility="crane", duration="transfer"),
                step("free", facility="tracks"),
            ),
            itinerary(
                "east",
                step("mark", place="zamyn_uud"),
                step("travel", step="unload", duration="unload"),
                step("return", step="set_back", stock="sets"),
            ),
            service("westbound", "west", arrivals="timetable"),
            service("eastbound", "east", arrivals="timetable"),
            departure("w1", "westbound", "09:00"),
            departure("w2", "westbound", "10:00"),
            departure("e1", "eastbound", "12:00"),
        )
    )
    back = 5 * HOUR + 30 * MIN
    assert rows["westbound"] == [
        (0, "mark_1", *at(HOUR)),
        (0, "track", *spent(HOUR, HOUR, HOUR, 5 * HOUR)),
        (0, "set", *at(HOUR)),
        (0, "transfer", *spent(HOUR, HOUR, 5 * HOUR)),
        (1, "mark_1", *at(2 * HOUR)),
        (1, "track", *spent(2 * HOUR, 2 * HOUR, 2 * HOUR, back + 4 * HOUR)),
        (1, "set", *spent(2 * HOUR, back, back)),
        (1, "transfer", *spent(back, back, back + 4 * HOUR)),
    ]
    assert rows["eastbound"][-1] == (0, "set_back", *at(back))


def test_a_full_stockpile_holds_a_fleet_until_a_train_takes_coal() -> None:
    # Two trucks of 100 t circulate: 30 min to load at one loader, 1 h to the yard, 1 h back. The yard holds 250 t and
    # has 100. Truck 0 brings its load at 01:30 (200 t), truck 1 at 02:00: no room, it waits in the yard. A train takes
    # 150 t at 03:00; truck 1 unloads, and the yard has 150 t.
    # Truck 0 is back at 02:30, loads until 03:00, brings 100 t at 04:00 (250 t, full), is back at 05:00.
    # Truck 1 is back at 04:00, loads until 04:30, reaches the full yard at 05:30 and stays there.
    # Truck 0 comes with its third load at 06:30 and queues behind truck 1.
    rows = run(
        world(
            [place("mine"), place("yard")],
            [duration("load", 30), duration("take", 10)],
            link("mine", "yard", "road", length_km=60),
            facility("loader", place="mine", kind="loader"),
            stock("coal", 100, kind="cargo", capacity=250, place="yard"),
            itinerary(
                "round",
                step("mark", step="at_mine", place="mine", loaded=False),
                step("serve", step="load", facility="loader", duration="load"),
                step("travel", step="there", place="yard", mode="road"),
                step("return", step="tip", stock="coal", amount=100),
                step("travel", step="back", place="mine", mode="road", loaded=False),
            ),
            itinerary(
                "haul",
                step("mark", place="yard"),
                step("draw", step="coal", stock="coal", amount=150),
                step("travel", step="take", duration="take"),
            ),
            service("trucks", "round", fleet=2),
            service("train", "haul", arrivals="timetable"),
            departure("only", "train", "11:00"),
        )
    )
    half = 30 * MIN

    def loads(truck: int, queued: int, started: int) -> list[Row]:
        done = started + half
        return [
            (truck, "at_mine", *at(queued)),
            (truck, "load", *spent(queued, started, done)),
            (truck, "there.mine_yard", *spent(done, done, done + HOUR)),
        ]

    def tips(truck: int, came: int, tipped: int) -> list[Row]:
        return [
            (truck, "tip", *spent(came, tipped, tipped)),
            (truck, "back.mine_yard", *spent(tipped, tipped, tipped + HOUR)),
        ]

    assert rows["trucks"] == [
        *loads(0, 0, 0),
        *tips(0, 90 * MIN, 90 * MIN),
        *loads(0, 150 * MIN, 150 * MIN),
        *tips(0, 4 * HOUR, 4 * HOUR),
        *loads(0, 5 * HOUR, 5 * HOUR),
        (0, "tip", *spent(6 * HOUR + half, NEVER, NEVER)),
        *loads(1, 0, half),
        *tips(1, 2 * HOUR, 3 * HOUR),
        *loads(1, 4 * HOUR, 4 * HOUR),
        (1, "tip", *spent(5 * HOUR + half, NEVER, NEVER)),
    ]
    assert rows["train"] == [
        (0, "mark_1", *at(3 * HOUR)),
        (0, "coal", *at(3 * HOUR)),
        (0, "take", *spent(3 * HOUR, 3 * HOUR, 3 * HOUR + 10 * MIN)),
    ]


def test_a_daily_quota_lets_so_many_pass_from_local_midnight() -> None:
    # Two places a day, given at midnight in Beijing (hour 16 of the run); unused places lapse. Five trucks stand
    # there at the first second: two pass at once, two at hour 16, the last at hour 40. No truck comes for the other
    # place of that day, nor for those of hour 64; the truck of hour 65 finds two, not five.
    rows = run(
        world(
            place("border"),
            stock("permits", 2, kind="quota", daily_quota=2),
            itinerary("trip", step("mark", place="border"), step("draw", step="permit", stock="permits")),
            service("trucks", "trip", arrivals="timetable", initial_backlog=5),
            [departure(f"thursday_{n}", "trucks", "01:00", "Thu") for n in range(3)],
        ),
        days=4,
    )["trucks"]
    thursday = 65 * HOUR
    passed = [row[2:4] for row in rows if row[1] == "permit"]
    assert passed == [
        (0, 0),
        (0, 0),
        (0, 16 * HOUR),
        (0, 16 * HOUR),
        (0, 40 * HOUR),
        (thursday, thursday),
        (thursday, thursday),
        (thursday, 88 * HOUR),
    ]


def test_a_delayed_train_comes_late_and_an_inland_one_is_under_way_at_the_end() -> None:
    # Due at hour 20, an hour and a half late, on a section of 4 h: it has not arrived when the day ends.
    corridor = world(
        [place("inland"), place("border")],
        duration("late", 90),
        link("inland", "border", length_km=240),
        itinerary("trip", step("mark", place="inland"), step("travel", step="out", place="border", mode=RAIL)),
        service("trains", "trip", arrivals="timetable", delay="late"),
        departure("evening", "trains", "04:00", "Tue"),
    )
    came = 21 * HOUR + 30 * MIN
    assert run(corridor)["trains"] == [
        (0, "mark_1", *at(came)),
        (0, "out.inland_border", *spent(came, came, NEVER)),
    ]
    trace = simulate(compile_plan(corridor, RunSettings(date(2023, 1, 2), 1)))
    assert [OUTCOMES[code] for code in trace.outcome] == ["done", "in service"]


def _by_midnight(second: int) -> int:
    """The second, or never if it is not before the end of a day's run."""
    return second if second < DAY else NEVER
