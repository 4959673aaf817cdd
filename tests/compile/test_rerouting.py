"""Rerouting, worked by hand: who takes the detour around a closed link, and who waits.

The epoch is midnight UTC. Closed days are those of Beijing: a link that is closed on 3 January is shut from 16:00 UTC
on the 2nd to 16:00 UTC on the 3rd, hours 16 to 40 of a run from 2 January. Both engines give every trace.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

import numpy as np
import pytest

from corridors.checks import check
from corridors.clock.calendars import Calendars
from corridors.load import load_corridor
from corridors.model import Corridor
from corridors.overlay.applying import apply
from corridors.overlay.changes import Change
from sim.compile.assembly import compile_plan
from sim.compile.detours import outlook
from sim.compile.idle_changes import idle_changes
from sim.core.run_settings import RunSettings
from sim.core.trace import Trace
from sim.engines import simulate
from sim.kpi import facilities
from sim.kpi.detours import detour_table
from sim.kpi.run_tables import figures_of
from sim.reports.run_notes import detour_texts, note_texts, outside_texts
from sim.text.names import Names
from tests.helpers.both_engines import agreed_trace
from tests.helpers.worlds import (
    closure,
    departure,
    duration,
    facility,
    itinerary,
    link,
    parameter,
    place,
    service,
    step,
    world,
)

H = 3600
SETTINGS = RunSettings(date(2023, 1, 2), 5)
OPENS_H = 40
CLOSED = closure("mine_border", "2023-01-03", id="shut")


def trip(
    *more: Any,
    after_h: float | None,
    at: tuple[str, ...] = ("20:00",),
    mode: str = "road",
    on: str = "daily",
    **short: Any,
) -> Corridor:
    """A mine, a border 60 km away (1 h), and a way around by the steppe, 60 km and 60 km (2 h).

    Departures are in Beijing time, 8 h more than UTC; 20:00 is noon.
    """
    return world(
        [place(name) for name in ("mine", "steppe", "border")],
        link("mine", "border", mode=mode, **short),
        [] if any(getattr(row, "id", "") == "mine_steppe" for row in more) else link("mine", "steppe", mode=mode),
        link("steppe", "border", mode=mode),
        itinerary("trip", step("mark", place="mine"), step("travel", step="go", place="border", mode=mode)),
        service("trucks", "trip", len(at), arrivals="timetable", reroute_after_h=after_h),
        [departure(f"d{n}", "trucks", time, on) for n, time in enumerate(at)],
        list(more),
    )


@pytest.mark.parametrize(("share", "shut"), [(0.0, True), (0.02, True), (0.03, True), (0.05, False)])
def test_a_share_that_leaves_no_path_shuts_the_link_for_those_who_reroute(share: float, shut: bool) -> None:
    """24 paths a day on 1 day: 0.03 leaves less than one of them, 0.05 leaves one."""
    part = closure("mine_border", "2023-01-03", servers_share=share, id="shut")
    corridor = trip(part, after_h=0.0, at=("20:00", "23:00"), paths_per_day=24.0)
    calendars = Calendars(corridor, SETTINGS.epoch, SETTINGS.horizon_s)
    assert calendars.shuts("mine_border") is shut
    assert {finding.code for finding in check(corridor)} & {"share.less_than_a_path"} == (
        {"share.less_than_a_path"} if shut and share else set()
    )
    as_shut = trip(
        closure("mine_border", "2023-01-03", id="shut"), after_h=0.0, at=("20:00", "23:00"), paths_per_day=24.0
    )
    plans = [compile_plan(one, SETTINGS).fingerprint() for one in (corridor, as_shut)]
    assert (plans[0] == plans[1]) is shut


def simulated(corridor: Corridor, settings: RunSettings = SETTINGS) -> Trace:
    return agreed_trace(corridor, settings)


def ways(trace: Trace) -> list[tuple[float, str, float]]:
    """For each trip the hour of its start, its links and the hour of its end."""
    labels, found = trace.plan.labels, {}
    for row in range(len(trace)):
        if labels.op_link[trace.op[row]]:
            found.setdefault(int(trace.vehicle[row]), []).append(row)
    return [
        (
            trace.queued_s[rows[0]] / H,
            " ".join(labels.op_link[trace.op[row]] for row in rows),
            trace.departed_s[rows[-1]] / H,
        )
        for rows in found.values()
    ]


SHORT, AROUND = "mine_border", "mine_steppe steppe_border"
WAITS = [(12, SHORT, 13), (36, SHORT, 41), (60, SHORT, 61), (84, SHORT, 85), (108, SHORT, 109)]
TURNS = [(12, SHORT, 13), (36, AROUND, 38), (60, SHORT, 61), (84, SHORT, 85), (108, SHORT, 109)]


@pytest.mark.parametrize(
    ("after_h", "expected"),
    [
        (None, WAITS),
        # At hour 36 the link opens in 4 h, and the detour takes 1 h more: it saves 3 h.
        (0, TURNS),
        (2.99, TURNS),
        (3, WAITS),
        (100, WAITS),
    ],
)
def test_a_truck_takes_the_detour_if_it_saves_more_than_so_many_hours(after_h: float | None, expected: Any) -> None:
    assert ways(simulated(trip(CLOSED, after_h=after_h))) == expected


@pytest.mark.parametrize(("after_h", "hours"), [(None, (81, 58, 35, 12)), (0, (2, 2, 2, 2)), (20, (2, 2, 2, 9))])
def test_trucks_before_a_closed_section_take_the_other_way(after_h: float | None, hours: tuple[int, ...]) -> None:
    """A truck a day at 08:00 UTC, 24 paths a day, closed from the second to the fifth day: until hour 112."""
    closed = closure("mine_border", "2023-01-03", "2023-01-06")
    corridor = trip(closed, after_h=after_h, at=("16:00",), paths_per_day=24.0)
    found = ways(simulated(corridor, RunSettings(date(2023, 1, 2), 8)))
    assert [round(end - start) for start, _, end in found] == [1, *hours, 1, 1, 1]


def test_those_that_wait_are_counted_before_the_closed_link_in_order_of_arrival() -> None:
    """A path every 3 h (8 a day); trucks from hour 34 on, one an hour.

    ====== ============ ============================= ======
    hour   opens in     path for the next, delay      saves
    ====== ============ ============================= ======
    34     6            first at 40: 6 h              5
    35     5            6 h + detour 1: first at 40   4: waits
    36     4            second at 43: 7 h             6
    37     3            second at 43: 6 h             5
    38     2            second at 43: 5 h             4: waits
    39     1            third at 46: 7 h              6
    ====== ============ ============================= ======
    """
    times = tuple(f"{hour - 16:02}:00" for hour in range(34, 40))
    corridor = trip(CLOSED, after_h=4, at=times, on="Tue", paths_per_day=8.0)
    assert ways(simulated(corridor)) == [
        (34, AROUND, 36),
        (35, SHORT, 41),
        (36, AROUND, 38),
        (37, AROUND, 39),
        (38, SHORT, 44),
        (39, AROUND, 41),
    ]


def test_paths_and_queues_of_the_detour_count() -> None:
    """Six trucks at hour 36; the detour begins with a link of one path every 2 h.

    Waiting takes 4 h and 1 h of running for all (one a second); the detour 2 h and 2 h for each that is ahead.
    """
    rows = [CLOSED, link("mine", "steppe", mode="road", paths_per_day=12.0)]
    corridor = trip(*rows, after_h=0, at=("20:00",) * 6)
    found = [one for one in ways(simulated(corridor)) if one[0] == 36]
    assert found == [
        (36, AROUND, 38),
        # 2 + 2 h of the detour are less than 5 h and a second less than 5 h + 1 s; 2 + 4 h are more.
        (36, AROUND, 40),
        *((36, SHORT, pytest.approx(41, abs=0.01)) for _ in range(4)),
    ]
    entered = sorted(one[2] for one in found[2:])
    assert np.diff(entered).tolist() == pytest.approx([1 / H] * 3)


def test_an_open_link_is_left_for_no_queue() -> None:
    """On days without a closure the queue for paths is no reason to take another way; nor shortly before one."""
    rows = [closure("mine_border", "2023-01-05")]
    found = ways(simulated(trip(*rows, after_h=0, at=("20:00",) * 5, paths_per_day=12.0)))
    for hour in (12, 36, 108):
        assert [one for one in found if one[0] == hour] == [(hour, SHORT, hour + 1 + 2 * n) for n in range(5)]
    # From hour 64 to 88 the link is closed: three who came at 60 are caught, and those of hour 84 go around.
    assert [one[1:] for one in found if one[0] == 60] == [(SHORT, end) for end in (61, 63, 89, 91, 93)]
    assert [one for one in found if one[0] == 84] == [(84, AROUND, 86)] * 5


def chain(*closed: Any, after_h: float | None = 0, at: str = "20:00", bypass_km: float = 150.0) -> Corridor:
    """a - b - c, 1 h each, and a bypass from a to c of 150 km (2.5 h)."""
    return world(
        [place(name) for name in "abc"],
        [link("a", "b", mode="road"), link("b", "c", mode="road")],
        link("a", "c", id="bypass", mode="road", length_km=bypass_km),
        itinerary("trip", step("mark", place="a"), step("travel", step="go", place="c", mode="road")),
        service("trucks", "trip", 1, arrivals="timetable", reroute_after_h=after_h),
        departure("d", "trucks", at),
        list(closed),
    )


def test_two_closed_links_are_waited_for_once_where_they_close_together() -> None:
    """Both open at hour 40. At noon of the second day (36) a truck waits 4 h before the first and passes the second."""
    both = [closure("a_b", "2023-01-03"), closure("b_c", "2023-01-03")]
    assert ways(simulated(chain(*both, after_h=None)))[1] == (36, "a_b b_c", 42)
    # 4 h of waiting less half an hour of running more: a detour saves 3.5 h, and not 7.
    assert ways(simulated(chain(*both, after_h=3.49)))[1] == (36, "bypass", 38.5)
    assert ways(simulated(chain(*both, after_h=3.5)))[1] == (36, "a_b b_c", 42)


def test_a_link_that_is_still_closed_when_the_truck_will_come_to_it_counts() -> None:
    """The second link closes a day longer: before the first, the wait until hour 64 counts, which begins at b."""
    both = [closure("a_b", "2023-01-03"), closure("b_c", "2023-01-03", "2023-01-04")]
    # 40 + 1 = 41 at b, on at 64: 65 in all instead of 38, so 27 h more wait, less 0.5.
    assert ways(simulated(chain(*both, after_h=None)))[1] == (36, "a_b b_c", 65)
    assert ways(simulated(chain(*both, after_h=26.49)))[1] == (36, "bypass", 38.5)
    assert ways(simulated(chain(*both, after_h=26.5)))[1] == (36, "a_b b_c", 65)


@pytest.mark.parametrize(
    ("at", "start", "way", "end"), [("22:30", 38.5, "a_b b_c", 41.0), ("23:30", 39.5, "a_b b_c", 41.5)]
)
def test_a_link_ahead_that_opens_in_time_is_no_reason(at: str, start: float, way: str, end: float) -> None:
    """Only the second link is closed, until hour 40; who leaves at 38.5 is there at 39.5 and waits half an hour."""
    found = ways(simulated(chain(closure("b_c", "2023-01-03"), at=at)))
    assert [one for one in found if one[0] == start] == [(start, way, end)]


def test_a_truck_turns_off_before_the_way_splits_not_at_the_barrier() -> None:
    """Only the second link is closed: at hour 36 the truck takes the bypass at a."""
    assert ways(simulated(chain(closure("b_c", "2023-01-03"))))[1] == (36, "bypass", 38.5)


def test_a_truck_that_is_under_way_decides_again_before_the_closed_link() -> None:
    """Without the bypass from a, one from b to c of 2 h; and trucks that are ahead in its queue count there."""
    corridor = chain(closure("b_c", "2023-01-03"), at="20:00")
    aside = replace(corridor.links["bypass"], origin="b", length_km=120.0)
    corridor = replace(corridor, links={**corridor.links, "bypass": aside})
    # At a (36) and at b (37) alike: open in 3 h at b, 1 h more to run.
    assert ways(simulated(corridor))[1] == (36, "a_b bypass", 39)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        # Both ways are closed equally long: the shorter one is waited for.
        (("2023-01-03", "2023-01-03"), (36, SHORT, 41)),
        # The detour opens a day before the way: 40 + 2.
        (("2023-01-03", "2023-01-04"), (36, AROUND, 42)),
        # The way opens a day before the detour.
        (("2023-01-04", "2023-01-03"), (36, SHORT, 41)),
    ],
)
def test_a_detour_that_is_closed_as_well_counts_its_wait(days: tuple[str, str], expected: Any) -> None:
    on_detour, on_way = days
    rows = [closure("mine_border", "2023-01-03", on_way), closure("mine_steppe", "2023-01-03", on_detour)]
    assert ways(simulated(trip(*rows, after_h=0)))[1] == expected


def test_a_detour_whose_far_link_opens_until_the_truck_comes_is_open() -> None:
    """steppe_border opens at hour 40 as well; a truck at 39 is there at 40, and one at 36 would wait 3 h there."""
    rows = [closure("mine_border", "2023-01-03", "2023-01-04"), closure("steppe_border", "2023-01-03")]
    found = ways(simulated(trip(*rows, after_h=0, at=("20:00", "23:00"))))
    assert (36, AROUND, 41) in found
    # A second after the one that has waited at steppe.
    assert [one for one in found if one[0] == 39] == [(39, AROUND, pytest.approx(41 + 1 / H))]


@pytest.mark.parametrize(
    ("after_h", "turned"),
    [
        # The link opens at hour 136. At hours 84 and 108, 52 and 28 h are left, less 1 h of the detour.
        (0, [84, 108]),
        (26.99, [84, 108]),
        (27, [84]),
        (50.99, [84]),
        (51, []),
        (1000, []),
    ],
)
@pytest.mark.parametrize("days", [5, 6, 9])
def test_a_closure_beyond_the_end_of_the_run_is_no_reason_to_turn_earlier(
    days: int, after_h: float, turned: list[int]
) -> None:
    """A run that ends within the closure has the decisions of a longer one."""
    rows = [closure("mine_border", "2023-01-05", "2023-01-07"), closure("mine_border", "2023-01-03", id="first")]
    found = ways(simulated(trip(*rows, after_h=after_h), RunSettings(date(2023, 1, 2), days)))
    # In the first closure 4 h are left at hour 36.
    expected = [36, *turned] if after_h < 3 else turned
    assert [start for start, way, _ in found if way.split()[0] == "mine_steppe" and start < 120] == expected


def test_of_several_detours_the_best_at_the_moment_is_taken() -> None:
    """A second detour of 2.5 h stays open while the first, of 2 h, is closed at its second link."""
    rows = [
        *(closure(one, "2023-01-03", "2023-01-04") for one in ("mine_border", "steppe_border")),
        link("steppe", "border", id="old_road", mode="road", length_km=90.0),
    ]
    assert ways(simulated(trip(*rows, after_h=0)))[1] == (36, "mine_steppe old_road", 38.5)


@pytest.mark.parametrize("mode", ["rail_1435", "rail_1520", "road"])
def test_a_detour_keeps_to_the_gauge(mode: str) -> None:
    """Links of another mode beside the way, however short, are no detour."""
    other = "rail_1520" if mode == "rail_1435" else "rail_1435"
    rows = [CLOSED, link("mine", "border", id="beside", mode=other, length_km=10.0)]
    assert ways(simulated(trip(*rows, after_h=0, mode=mode))) == TURNS


def test_a_one_way_link_against_the_direction_is_no_detour() -> None:
    rows = [CLOSED, link("steppe", "mine", id="mine_steppe", mode="road", both_ways=False)]
    corridor = trip(*rows, after_h=0)
    assert ways(simulated(corridor)) == WAITS
    assert [one.code for one in check(corridor) if one.code.startswith(("closure.", "service."))] == [
        "service.no_detour"
    ]


def test_a_fleet_reroutes_on_every_trip_both_ways() -> None:
    """Round trips of 4 h and more; those that would meet the closed link go around, in either direction."""
    corridor = world(
        [place(name) for name in ("mine", "steppe", "border")],
        [
            link("mine", "border", mode="road"),
            link("mine", "steppe", mode="road"),
            link("steppe", "border", mode="road"),
        ],
        facility("gate", 3),
        duration("work", 60, "exponential"),
        itinerary(
            "round",
            step("mark", place="mine"),
            step("travel", step="go", place="border", mode="road"),
            step("serve", facility="gate", duration="work"),
            step("travel", step="back", place="mine", mode="road"),
        ),
        service("coal", "round", fleet=9, start_spread_h=4.0, reroute_after_h=0),
        closure("mine_border", "2023-01-03"),
    )
    trace = simulated(corridor)
    labels = trace.plan.labels
    link_of = np.array(labels.op_link)[trace.op]
    shut = (trace.started_s >= 16 * H) & (trace.started_s < OPENS_H * H)
    assert not (shut & (link_of == "mine_border")).any()
    around = link_of == "mine_steppe"
    assert (around & shut).sum() > 30
    # No vehicle is on the detour but from an hour before the closure (who would come to the closed link) to its end.
    assert (trace.queued_s[around] >= 15 * H).all()
    assert (trace.queued_s[around] < (OPENS_H + 1) * H).all()
    steps = {labels.op_step[op] for op in trace.op[around & shut].tolist()}
    assert steps == {"go.mine_steppe", "back.mine_steppe"}


def test_the_plan_without_a_closure_is_the_same_with_and_without_rerouting() -> None:
    def plan(corridor: Corridor) -> str:
        return compile_plan(corridor, SETTINGS).fingerprint()

    assert plan(trip(after_h=0)) == plan(trip(after_h=None))
    after_the_run = closure("mine_border", "2023-02-03")
    assert plan(trip(after_the_run, after_h=0)) == plan(trip(after_h=None))
    half = closure("mine_border", "2023-01-03", servers_share=0.5)
    assert plan(trip(half, after_h=0, paths_per_day=24.0)) == plan(trip(half, after_h=None, paths_per_day=24.0))
    assert plan(trip(CLOSED, after_h=0)) != plan(trip(CLOSED, after_h=None))


def test_rerouting_changes_no_random_number() -> None:
    """Durations and arrivals of all vehicles are those of the run without a detour."""
    rows = [CLOSED, facility("gate"), duration("work", 30, "exponential")]
    more = itinerary("trip2", step("mark", place="mine"), step("travel", step="go", place="border", mode="road"),
                     step("serve", facility="gate", duration="work"))  # fmt: skip
    worlds = [trip(*rows, more, service("ore", "trip2", 20, reroute_after_h=h), after_h=h) for h in (None, 0)]
    served = []
    for one in worlds:
        trace = simulated(one)
        at_gate = np.array(trace.plan.labels.op_step)[trace.op] == "serve_3"
        done = at_gate & (trace.finished_s >= 0)
        times = dict(
            zip(trace.vehicle[done].tolist(), (trace.finished_s - trace.started_s)[done].tolist(), strict=True)
        )
        served.append(times)
        assert len(times) > 50
    both = served[0].keys() & served[1].keys()
    assert all(served[0][vehicle] == served[1][vehicle] for vehicle in both)


def test_trains_of_the_base_year_go_around_a_closed_line_on_their_gauge() -> None:
    """The example of docs/experiments.md: Shenyang - Harbin is closed; trains go by Qiqihar, if their service may."""
    pair = ("cre_mzl_shenyang_duisburg", "cre_mzl_duisburg_shenyang")
    changes = [
        Change(op="close", address="links.shenyang_harbin", first_day=date(2023, 7, 20), last_day=date(2023, 7, 30)),
        *(Change(op="set", address=f"services.{one}.reroute_after_h", value=6) for one in pair),
    ]
    corridor = apply(load_corridor(), changes)
    plan = compile_plan(corridor, RunSettings(date(2023, 7, 15), 20), likely_trips=True)
    trace = simulate(plan)
    table = detour_table(trace)
    assert set(table["link"]) == {"shenyang_harbin"}
    assert set(table["service"]) <= set(pair)
    assert table["vehicles"].sum() >= 5
    around = np.array([bool(one) for one in plan.labels.op_detour])[trace.op]
    links = {plan.labels.op_link[op] for op in trace.op[around].tolist()}
    assert {corridor.links[one].mode for one in links} == {"rail_1435"}
    found = [one for one in check(corridor) if one.code == "closure.detour"]
    assert len(found) == 1
    assert not set(dict(found[0].message.params)["itineraries"]) & set(pair)


# What is reported ------------------------------------------------------------------------------------------------


def test_the_vehicles_that_took_another_way_are_reported_with_their_hours() -> None:
    corridor = trip(CLOSED, after_h=0, at=("20:00", "21:00"))
    trace = simulated(corridor)
    table = detour_table(trace)
    assert table.to_dict("records") == [
        {"class": "train", "service": "trucks", "link": "mine_border", "vehicles": 2, "more_h": 2.0}
    ]
    english, chinese = (note_texts(figures_of(trace), Names.of(corridor, language)) for language in ("en", "zh"))
    assert english == [
        "Train: 2 vehicles took another way around the closed section Mine border, which took 1.00 h longer to run on "
        "average, 2.00 h in all."
    ]
    assert len(chinese) == 1
    assert "改道" in chinese[0]
    names = Names.of(corridor)
    here = {step.port for step in corridor.steps(corridor.services["trucks"].itinerary)} - {""}
    assert outside_texts(figures_of(trace), names) == english
    assert all(detour_texts(figures_of(trace), corridor, names, port) == english for port in here)
    assert detour_texts(figures_of(trace), corridor, names, "elsewhere") == []
    single = figures_of(simulated(trip(CLOSED, after_h=0)))
    assert note_texts(single, Names.of(corridor))[0].startswith("Train: 1 vehicle took another way")
    assert detour_table(simulated(trip(CLOSED, after_h=None))).empty


def test_what_vehicles_only_watch_is_no_facility_of_the_tables() -> None:
    trace = simulated(trip(CLOSED, after_h=0))
    assert "mine_border@0.outlook" in trace.plan.labels.facility
    assert set(facilities.facility_table(trace)["facility"]) == {"mine_border", "mine_border.back"}
    assert facilities.link_table(trace)["link"].tolist() == ["mine_border", "mine_steppe", "steppe_border"]


# The check and changes -------------------------------------------------------------------------------------------


def codes(corridor: Corridor) -> list[str]:
    found = [one.code for one in check(corridor)]
    return [code for code in found if code.startswith(("closure.", "service.no_detour"))]


def test_check_warns_of_a_detour_that_is_not_used_and_of_one_that_is_not_there() -> None:
    assert codes(trip(CLOSED, after_h=None)) == ["closure.detour"]
    assert codes(trip(CLOSED, after_h=0)) == []
    assert codes(trip(closure("steppe_border", "2023-01-03", id="far"), after_h=0)) == []
    alone = trip(CLOSED, after_h=0)
    alone = replace(alone, links={"mine_border": alone.links["mine_border"]})
    assert codes(alone) == ["service.no_detour"]
    assert codes(replace(alone, services={})) == []


@pytest.mark.parametrize(
    ("first", "last", "within"),
    [
        ("2031-01-03", "2031-01-05", False),
        ("2022-12-01", "2022-12-31", False),
        ("2022-12-01", "2023-01-01", True),
        ("2023-01-05", "2031-01-01", True),
        ("9999-12-30", "9999-12-31", False),
    ],
)
def test_check_warns_of_closures_within_the_run_only(first: str, last: str, within: bool) -> None:
    start, days = (parameter(name, value) for name, value in (("run_start", 20230101.0), ("run_days", 5.0)))
    for after_h, code in ((None, "closure.detour"), (0, "service.no_detour")):
        corridor = trip(closure("mine_border", first, last_day=last, id="far"), after_h=after_h)
        corridor = replace(corridor, parameters={"run_start": start, "run_days": days})
        if after_h == 0:
            corridor = replace(corridor, links={"mine_border": corridor.links["mine_border"]})
        assert codes(corridor) == ([code] if within else [])


def rerouting(value: float | None) -> Change:
    return Change(op="set", address="services.trucks.reroute_after_h", value=value, origin="mine")


@pytest.mark.parametrize(
    ("corridor", "value", "code"),
    [
        (lambda: trip(after_h=None), 0, ["idle.no_closure_on_way"]),
        (lambda: trip(closure("steppe_border", "2023-01-03"), after_h=None), 0, ["idle.no_closure_on_way"]),
        (lambda: trip(closure("mine_border", "2023-02-03"), after_h=None), 0, ["idle.no_closure_on_way"]),
        (lambda: without(trip(CLOSED, after_h=None), "mine_steppe"), 0, ["idle.no_detour"]),
        (lambda: trip(CLOSED, after_h=0), 0, ["idle.same_value"]),
        (lambda: trip(CLOSED, after_h=None), 0, []),
        (lambda: trip(CLOSED, after_h=0), 6, []),
    ],
)
def test_rerouting_without_a_closure_or_another_way_is_a_change_without_effect(
    corridor: Callable[[], Corridor], value: float, code: list[str]
) -> None:
    before = corridor()
    changed = apply(before, [rerouting(value)])
    found = idle_changes(before, changed, [rerouting(value)], SETTINGS)
    assert [one.code for one in found] == code
    same = compile_plan(before, SETTINGS).fingerprint() == compile_plan(changed, SETTINGS).fingerprint()
    assert same == bool(code)


def without(corridor: Corridor, link_id: str) -> Corridor:
    return replace(corridor, links={id: row for id, row in corridor.links.items() if id != link_id})


# The outlook -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(20))
def test_the_outlook_opens_when_a_vehicle_that_leaves_then_meets_no_closed_link(seed: int) -> None:
    """Against walks over the links: the least second of leaving, after now, at which no link is closed.

    A vehicle that leaves now and waits on the way comes no later than that; exactly then, where no link closes before
    another opens.
    """
    random = Random(seed)
    rows = [
        closure(f"{name}_x", f"2023-01-{random.randint(1, 9):02}", id=f"{name}{n}")
        for name in "abc"
        for n in range(random.randint(0, 4))
    ]
    rows = [replace(row, last_day=f"2023-01-{int(row.first_day[-2:]) + random.randint(0, 2):02}") for row in rows]
    corridor = world([place(p) for p in "abcx"], [link(p, "x") for p in "abc"], rows)
    offsets = sorted(random.randint(0, 3 * 86_400) for _ in range(3))
    shut = tuple((f"{name}_x", after) for name, after in zip("abc", offsets, strict=True))
    settings = RunSettings(date(2023, 1, 1), 16)
    calendars = Calendars(corridor, settings.epoch, settings.horizon_s + offsets[-1])
    times, levels = outlook(shut, calendars)

    def opens_s(name: str, from_s: int) -> int:
        at, level = calendars.link_open(name)
        here = int(np.searchsorted(at, from_s, "right")) - 1
        return from_s if level[here] > 0 else int(at[here + 1])

    def waits_s(leaves: int) -> int:
        now, before = leaves, 0
        for name, after in shut:
            now = opens_s(name, now + after - before)
            before = after
        return now - leaves - before

    def closes(name: str, from_s: int, to_s: int) -> bool:
        at, level = calendars.link_open(name)
        return bool(((at > from_s) & (at <= to_s) & (level == 0)).any())

    for leaves in random.sample(range(12 * 86_400), 60):
        here = int(np.searchsorted(times, leaves, "right")) - 1
        free = leaves if levels[here] > 0 else int(times[here:][levels[here:] > 0][0])
        assert waits_s(free) == 0
        assert all(waits_s(second) > 0 for second in range(leaves, free, 3600))
        assert waits_s(leaves) <= free - leaves
        if not any(closes(name, leaves + after, free + after) for name, after in shut):
            assert waits_s(leaves) == free - leaves
