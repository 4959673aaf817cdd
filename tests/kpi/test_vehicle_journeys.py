"""One vehicle: its steps add up to its journey, its waits to those of the run, and servers are freed when it starts."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from sim.core.rules import NOT_YET
from sim.core.units import HOUR_S
from sim.core.vehicle_names import vehicle_name, vehicle_number
from sim.kpi.vehicle_journeys import journey_steps, slowest_crossings, trips_of
from sim.output.intervals import facility_of_op
from sim.output.run_output import RunOutput
from sim.run import prepare, run_scenario
from tests.helpers.small_border import small_border
from tests.helpers.worlds import calendar, departure, duration, facility, itinerary, place, service, shift, step, world


@pytest.fixture(scope="module", params=["simpy", "compiled"])
def output(request: pytest.FixtureRequest) -> RunOutput:
    case = prepare(small_border(), start=date(2023, 3, 6), days=3, warmup_days=1)
    return RunOutput.of(run_scenario(case, request.param).visits)


def test_every_vehicle_is_found_by_its_name(output: RunOutput) -> None:
    plan = output.plan
    assert [vehicle_number(plan, vehicle_name(plan, v)) for v in range(plan.n_vehicles)] == list(range(plan.n_vehicles))
    service = plan.labels.service[0]
    beyond = int(plan.service_vehicle_start[1])
    for name in ("", "nobody-000001", f"{service}-", f"{service}-x", f"{service}-{beyond:06d}", f"{service}--00001"):
        assert vehicle_number(plan, name) is None


def test_the_steps_of_all_journeys_have_all_waiting_of_the_run(output: RunOutput) -> None:
    plan, waited_h, closed_h, rows = output.plan, 0.0, 0.0, 0
    for vehicle in range(plan.n_vehicles):
        for trip in range(len(trips_of(output, vehicle)[0])):
            steps = journey_steps(output, vehicle, trip)
            rows += len(steps)
            waited_h += steps["wait_h"].sum()
            closed_h += steps["closed_h"].sum()
            assert (steps["closed_h"] <= steps["wait_h"] + 1e-9).all()
            assert list(steps["cause"] != "") == list(steps["wait_h"] > 0)
            # A step is reached when the one before it is over.
            assert list(steps["queued_s"][1:]) == list(steps["finished_s"][:-1])
    assert rows == len(output.visits)
    trace = output.visits.trace()
    until = np.where(trace.started_s == NOT_YET, plan.horizon_s, trace.started_s)
    assert waited_h == pytest.approx((until - trace.queued_s).sum() / HOUR_S)
    assert 0 < closed_h < waited_h


def test_a_server_is_freed_by_a_vehicle_that_left_it_at_that_second(output: RunOutput) -> None:
    plan, trace = output.plan, output.visits.trace()
    facility = facility_of_op(plan)[trace.op]
    seen = 0
    for vehicle in range(plan.n_vehicles):
        for trip in range(len(trips_of(output, vehicle)[0])):
            steps = journey_steps(output, vehicle, trip)
            for at, started, by in zip(steps["at"], steps["started_s"], steps["freed_by"], strict=True):
                if by and not at.endswith(".back") and at not in {link for link in plan.labels.facility_link if link}:
                    seen += 1
                    before = (trace.vehicle == vehicle_number(plan, by)) & (trace.departed_s == started)
                    assert at in [plan.labels.facility[k] for k in facility[before] if k >= 0]
    assert seen


def test_the_slowest_crossings_are_those_of_the_run(output: RunOutput) -> None:
    crossings = output.history.crossings
    over = crossings.leave_in(output.plan.labels.warmup_s, output.plan.horizon_s)
    table = slowest_crossings(output, 5)
    assert list(table["dwell_h"] * HOUR_S) == pytest.approx(sorted(crossings.dwell_s[over, 0], reverse=True)[:5])
    assert len(slowest_crossings(output, 10**6)) == int(over.sum())
    group = output.history.groups[0]
    mine = slowest_crossings(output, 10**6, group[0], group[2])
    assert set(mine["class"]) == {group[2]}
    assert len(mine) < int(over.sum())
    assert not len(slowest_crossings(output, 5, "elsewhere"))
    # The named trip is the one in which the vehicle crossed.
    for row in slowest_crossings(output, 10**6).to_dict("records"):
        begin_s, _ = trips_of(output, vehicle_number(output.plan, row["vehicle"]) or 0)
        steps = journey_steps(output, vehicle_number(output.plan, row["vehicle"]) or 0, row["trip"])
        assert begin_s[row["trip"]] <= row["enter_s"]
        assert (steps["queued_s"] == row["enter_s"]).any()


def test_two_trucks_at_one_bay_by_hand() -> None:
    """Trucks reach a bay at 8:00 and at 8:10 that opens at 9:00 and takes half an hour: the first waits an hour, all of
    it while the bay is shut; the second 80 minutes, 50 of them while it is shut, until the first leaves at 9:30."""
    corridor = world(
        place("gate"),
        calendar("day", "Asia/Shanghai"),
        shift("day", "09:00", "17:00"),
        duration("half_hour", 30),
        facility("bay", calendar="day"),
        itinerary("way", step("mark", place="gate"), step("serve", step="bay", facility="bay", duration="half_hour")),
        service("truck", "way", arrivals="timetable"),
        departure("first", "truck", "08:00"),
        departure("second", "truck", "08:10"),
    )
    output = RunOutput.of(run_scenario(prepare(corridor, start=date(2023, 3, 6), days=1, warmup_days=0)).visits)
    assert output.plan.n_vehicles == 2
    for number, wait_h, closed_h, freed_by in ((0, 1.0, 1.0, ""), (1, 80 / 60, 50 / 60, "truck-000000")):
        last = journey_steps(output, number, 0).iloc[-1]
        assert (last["at"], last["cause"], last["freed_by"]) == ("bay", "busy", freed_by)
        assert (last["wait_h"], last["closed_h"]) == (pytest.approx(wait_h), pytest.approx(closed_h))
