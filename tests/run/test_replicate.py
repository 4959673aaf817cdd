"""A run whose fleets are drawn only the trips that they will likely make gives what all trips would have given."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.model import Corridor
from sim.compile.assembly import compile_plan
from sim.core.run_settings import RunSettings
from sim.core.trace import ran_short
from sim.engines import play
from sim.run import replicate
from tests.helpers.trace_diff import equal
from tests.helpers.worlds import calendar, closure, duration, facility, itinerary, place, service, shift, step, world

MONTH = RunSettings(date(2023, 1, 2), days=30)
TRUCKS = 40
LETS_THROUGH = 30 * 24
"""Trips in a month of one loader that needs an hour."""


def _queueing_fleet(**columns: Any) -> Corridor:
    """Trucks that could make sixteen trips a day and find one loader for all."""
    return world(
        place("mine"),
        facility("loader", 1, place="mine"),
        duration("load", 60),
        duration("drive", 30, "exponential"),
        itinerary(
            "trip",
            step("mark", place="mine"),
            step("serve", facility="loader", duration="load"),
            step("serve", facility="road", duration="drive"),
        ),
        facility("road", 1000, place="mine"),
        service("trucks", "trip", fleet=TRUCKS, **columns),
    )


@pytest.mark.parametrize("engine", ["simpy", "compiled"])
def test_a_fleet_that_queues_is_drawn_few_trips_and_makes_theequal(engine: str) -> None:
    corridor = _queueing_fleet()
    all_trips = compile_plan(corridor, MONTH)
    found = replicate(corridor, MONTH, engine)
    assert all_trips.vehicle_trips.min() > 400
    assert found.plan.vehicle_trips.max() == int(1.1 * LETS_THROUGH / TRUCKS + 8)
    assert len(found.plan.draws) < len(all_trips.draws) / 10
    assert equal(found.trace(), play(all_trips, engine).trace())


@pytest.mark.parametrize("engine", ["simpy", "compiled"])
def test_who_runs_out_of_trips_gets_all_of_them_in_a_second_run(engine: str) -> None:
    """Most trucks come so late that the first make far more than an even share of the trips."""
    corridor = _queueing_fleet(start_spread_h=29 * 24)
    few = play(compile_plan(corridor, MONTH, likely_trips=True), engine)
    phases: list[str] = []
    found = replicate(corridor, MONTH, engine, phases.append)
    all_trips = play(compile_plan(corridor, MONTH), engine)
    assert ran_short(few)
    assert not equal(few.trace(), all_trips.trace())
    assert phases == ["compile", "simulate"] * 2
    assert not ran_short(found)
    assert equal(found.trace(), all_trips.trace())


def test_without_a_queue_no_trip_is_missing() -> None:
    """Where nothing on the way binds, a fleet gets all the trips that it could begin."""
    plans = [
        compile_plan(_many_loaders(), MONTH, likely_trips=likely).vehicle_trips.tolist() for likely in (True, False)
    ]
    assert plans[0] == plans[1]


def test_a_fleet_that_stopped_beginning_trips_did_not_run_short() -> None:
    """It left with its last trip, after its closing day."""
    corridor = _many_loaders(closing_date="2023-01-05")
    found = play(compile_plan(corridor, MONTH, likely_trips=True), "compiled")
    assert (found.vehicle_left_s >= found.plan.vehicle_until_s).all()
    assert not ran_short(found)


def test_some_of_the_trips_are_the_first_of_all() -> None:
    corridor = _queueing_fleet()
    some, every = (compile_plan(corridor, MONTH, likely_trips=likely) for likely in (True, False))
    trips = int(some.vehicle_trips.max())
    at, among = (int(plan.op_draw.max()) for plan in (some, every))
    n = trips * TRUCKS
    assert np.array_equal(some.draws[at : at + n], every.draws[among : among + n])


def _many_loaders(**columns: Any) -> Corridor:
    corridor = _queueing_fleet(**columns)
    loader = corridor.facilities["loader"]
    return replace(corridor, facilities={**corridor.facilities, "loader": replace(loader, servers=TRUCKS)})


LOADERS = st.builds(
    dict,
    servers=st.integers(1, 20),
    mtbf_h=st.sampled_from([None, 50.0]),
)
FLEETS = st.builds(
    dict,
    fleet=st.integers(1, 30),
    priority=st.integers(1, 2),
    start_spread_h=st.sampled_from([0, 24, 200]),
    opening_date=st.sampled_from(["", "2023-01-07"]),
    closing_date=st.sampled_from(["", "2023-01-08", "2023-01-11", "2023-01-12"]),
)


@settings(max_examples=40, deadline=None)
@given(
    loader=LOADERS,
    fleets=st.lists(FLEETS, min_size=1, max_size=3),
    minutes=st.lists(st.sampled_from([2.0, 15.0, 90.0, 900.0]), min_size=2, max_size=2),
    shut_until=st.sampled_from(["2023-01-01", "2023-01-05", "2023-01-11"]),
    warmup_days=st.sampled_from([0, 9]),
)
def test_likely_trips_never_change_a_run_unnoticed(
    loader: dict[str, Any], fleets: list[dict[str, Any]], minutes: list[float], shut_until: str, warmup_days: int
) -> None:
    """Whatever fleets share a loader, whenever they come and leave, and however long it was shut before: either a run
    of likely trips says that they were too few, or it is the run of all trips, second for second."""
    repair = {"mttr_h": 5.0} if loader["mtbf_h"] else {}
    corridor = world(
        place("mine"),
        calendar("day"),
        shift("day", "06:00", "20:00"),
        closure("day", "2023-01-01", shut_until),
        facility("loader", place="mine", calendar="day", **loader, **repair),
        facility("road", 1000, place="mine"),
        duration("load", minutes[0], "exponential"),
        duration("drive", minutes[1], "exponential"),
        itinerary(
            "trip",
            step("mark", place="mine"),
            step("serve", facility="loader", duration="load"),
            step("serve", facility="road", duration="drive"),
        ),
        [service(f"fleet_{number}", "trip", **columns) for number, columns in enumerate(fleets)],
    )
    ten_days = RunSettings(date(2023, 1, 2), days=10, warmup_days=warmup_days)
    likely, every = (play(compile_plan(corridor, ten_days, likely_trips=few), "compiled") for few in (True, False))
    assert not ran_short(every)
    assert ran_short(likely) or equal(likely.trace(), every.trace())
