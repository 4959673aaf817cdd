"""Closures of links, with and without a limit of paths: no vehicle enters on closed days, and then in order of arrival.

The epoch is midnight UTC, 08:00 on the clock of links. A link that is closed on 3 January opens at 16:00 UTC of that
day, second 40 h of a run from 2 January.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from corridors.checks import check
from corridors.load import load_corridor
from corridors.model import Corridor
from corridors.overlay.applying import apply
from corridors.overlay.changes import Change
from sim.compile.assembly import compile_plan
from sim.core.run_settings import RunSettings
from sim.core.trace import Trace
from sim.engines import simulate
from sim.kpi import facilities, waiting
from sim.studies.root_levers import Lever, one_more
from sim.studies.saturation.load import offered_load
from tests.helpers.both_engines import agreed_trace
from tests.helpers.worlds import closure, departure, duration, facility, itinerary, link, place, service, step, world

HOUR, DAY = 3600, 86_400
SHUT_S, OPEN_S = 16 * HOUR, 40 * HOUR
"""Midnight of 3 and 4 January in Beijing, in a run from 2 January."""
SETTINGS = RunSettings(date(2023, 1, 2), 4)


def trip(*more: Any, closed: Any = (), **of_link: Any) -> Corridor:
    """Trucks every two hours over a road of 1 h to a gate of 10 min."""
    return world(
        [place(name) for name in ("mine", "border")],
        link("mine", "border", mode="road", **of_link),
        facility("gate"),
        duration("check", 10),
        itinerary(
            "trip",
            step("mark", place="mine"),
            step("travel", step="go", place="border", mode="road"),
            step("serve", facility="gate", duration="check"),
        ),
        service("trucks", "trip", 12, arrivals="timetable"),
        list(more),
        closed,
    )


def simulated(corridor: Corridor, settings: RunSettings = SETTINGS) -> Trace:
    return agreed_trace(corridor, settings)


def entries(trace: Trace, step: str = "go.mine_border") -> tuple[np.ndarray, np.ndarray]:
    """Seconds at which vehicles reached and entered a link, in the order of entering."""
    here = np.array([trace.plan.labels.op_step[op] == step for op in trace.op.tolist()])
    order = np.argsort(trace.started_s[here], kind="stable")
    return trace.queued_s[here][order], trace.started_s[here][order]


CLOSED = closure("mine_border", "2023-01-03")


@pytest.mark.parametrize("paths", [None, 2000.0])
@pytest.mark.parametrize("tracks", [1, 2])
def test_nobody_enters_a_closed_link_and_then_all_enter_in_order_of_arrival(paths: float | None, tracks: int) -> None:
    queued, started = entries(simulated(trip(closed=CLOSED, paths_per_day=paths, tracks=tracks)))
    assert not ((started >= SHUT_S) & (started < OPEN_S)).any()
    late = (queued >= SHUT_S) & (queued < OPEN_S)
    assert late.sum() == 12
    headway_s = 1 if paths is None else round(DAY / paths / (2 if tracks == 1 else 1))
    assert started[late].tolist() == [OPEN_S + n * headway_s for n in range(12)]
    assert (np.diff(queued) > 0).all()
    assert (started[~late] == queued[~late]).all()


def test_a_fleet_keeps_its_order_of_arrival_behind_a_closed_road() -> None:
    """Vehicles of a fleet that come to the road in another order than that of their numbers do not overtake there."""
    cycle = itinerary(
        "round",
        step("mark", place="mine"),
        step("serve", facility="pit", duration="load"),
        step("travel", step="go", place="border", mode="road"),
        step("serve", facility="gate", duration="check"),
        step("travel", step="back", place="mine", mode="road"),
    )
    pit = [facility("pit", servers=40, place="mine"), duration("load", 200, "exponential")]
    corridor = trip(pit, cycle, service("coal", "round", fleet=40, start_spread_h=10.0), closed=CLOSED)
    trace = simulated(corridor)
    labels = trace.plan.labels
    coal = np.array([labels.op_service[op] == "coal" for op in trace.op.tolist()])
    go = np.array([labels.op_step[op] == "go.mine_border" for op in trace.op.tolist()])
    gate = np.array([labels.op_step[op] == "serve_4" for op in trace.op.tolist()])
    waited = coal & go & (trace.queued_s >= SHUT_S) & (trace.queued_s < OPEN_S)
    order = trace.vehicle[waited][np.argsort(trace.queued_s[waited])].tolist()
    assert len(order) > 20
    assert order != sorted(order)
    after = coal & gate & (trace.started_s >= OPEN_S + HOUR)
    first: list[int] = []
    for vehicle in trace.vehicle[after][np.argsort(trace.started_s[after])].tolist():
        if vehicle in order and vehicle not in first:
            first.append(vehicle)
    assert first == order


def test_the_wait_before_a_closed_link_has_the_cause_closed_and_names_the_link() -> None:
    trace = simulated(trip(closed=CLOSED))
    queued, started = entries(trace)
    table = waiting.waiting_by_cause(trace)
    here = table[table["at"] == "mine_border"]
    assert here["cause"].tolist() == ["closed"]
    assert here["hours"].sum() == pytest.approx((started - queued).sum() / HOUR)
    links = facilities.link_table(trace).set_index("link")
    assert links.utilisation.isna()["mine_border"], "an entry without a limit has no use of its capacity"
    assert links.mean_wait_h["mine_border"] == pytest.approx((started - queued).mean() / HOUR)


def test_a_row_of_closures_and_a_change_close_give_one_plan() -> None:
    change = Change(op="close", address="links.mine_border", first_day=date(2023, 1, 3))
    by_row, by_change = trip(closed=CLOSED), apply(trip(), [change])
    plans = [compile_plan(corridor, SETTINGS).fingerprint() for corridor in (by_row, by_change)]
    assert plans[0] == plans[1] != compile_plan(trip(), SETTINGS).fingerprint()


@pytest.mark.parametrize(
    "closed",
    [
        closure("mine_border", "2023-02-03"),
        closure("mine_border", "2022-12-03"),
        closure("mine_border", "2023-01-03", servers_share=0.3),
        closure("mine_border", "2023-01-03", servers_share=1.0),
        closure("mine_border", "2023-01-03", weekdays="Mon"),
    ],
    ids=["after the run", "before the run", "a share of no limit", "all of it", "on another week day"],
)
def test_a_closure_that_shuts_no_link_leaves_the_plan_as_it_is(closed: Any) -> None:
    plans = [compile_plan(corridor, SETTINGS).fingerprint() for corridor in (trip(), trip(closed=closed))]
    assert plans[0] == plans[1]


def test_a_share_of_a_link_without_a_limit_is_a_warning() -> None:
    def codes(corridor: Corridor) -> list[str]:
        return [finding.code for finding in check(corridor)]

    some = closure("mine_border", "2023-01-03", id="some", servers_share=0.3)
    assert "closure.no_paths" in codes(trip(closed=some))
    assert "closure.no_paths" not in codes(trip(closed=some, paths_per_day=24.0))
    assert "closure.no_paths" not in codes(trip(closed=closure("mine_border", "2023-01-03", id="all")))


def test_vehicles_both_ways_wait_each_at_their_end() -> None:
    back = itinerary("home", step("mark", place="border"), step("travel", step="home", place="mine", mode="road"))
    rows = [service("empty", "home", arrivals="timetable"), departure("e", "empty", "20:00")]
    trace = simulated(trip(back, rows, closed=CLOSED))
    queued, started = entries(trace, "home.mine_border")
    # 12:00 UTC each day: before the closure, on the closed day (40 h), and after it.
    assert queued.tolist() == [12 * HOUR, 36 * HOUR, 60 * HOUR, 84 * HOUR]
    assert started.tolist() == [12 * HOUR, OPEN_S, 60 * HOUR, 84 * HOUR]


def test_studies_of_capacity_leave_out_a_road_without_a_limit() -> None:
    corridor = trip(closed=CLOSED)
    load = offered_load(corridor, SETTINGS)
    assert set(load.shares) == {"gate"}
    assert one_more(corridor, Lever("mine_border", "path")) == ()


def test_the_coal_road_of_the_base_year_closes() -> None:
    road = "gashuunsukhait_ganqimaodu_road"
    days = {"first_day": date(2023, 7, 4), "last_day": date(2023, 7, 6)}
    settings = RunSettings(date(2023, 7, 1), 8)
    corridor = apply(load_corridor(), [Change(op="close", address=f"links.{road}", **days)])
    trace = simulate(compile_plan(corridor, settings, likely_trips=True))
    labels = trace.plan.labels
    over = np.array([labels.op_link[op] == road for op in trace.op.tolist()])
    started, opens_s = trace.started_s[over], 5 * DAY + 16 * HOUR
    assert not ((started >= 2 * DAY + 16 * HOUR) & (started < opens_s)).any()
    assert (started == opens_s).sum() > 0
    assert (started > opens_s).sum() > 100


def detour(length_km: float, mode: str = "road", share: float = 0.0) -> list[str]:
    """Findings about a closed road beside which another way leads to the border."""
    ways = [
        place("aside"),
        link("mine", "aside", mode=mode, length_km=length_km),
        link("aside", "border", mode=mode, length_km=length_km),
    ]
    corridor = trip(ways, closed=closure("mine_border", "2023-01-03", id="shut", servers_share=share))
    return [finding.code for finding in check(corridor) if finding.code.startswith("closure.")]


def test_a_closed_link_that_another_way_avoids_is_a_warning() -> None:
    assert detour(60.0) == ["closure.detour"]
    # A way of another mode, a closed link that is not on the way, and no closure are no reasons.
    assert detour(60.0, mode="rail_1435") == []
    assert detour(20.0) == []
    assert detour(60.0, share=1.0) == []
