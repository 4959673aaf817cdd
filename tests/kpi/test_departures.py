"""The vehicles of a service that leave on a day: their journeys and their time at ports."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from sim.kpi.departures import departures, port_times
from sim.output.run_output import RunOutput
from sim.run import prepare, run_scenario
from tests.helpers.small_batch import my_port

START = date(2024, 3, 4)
DAYS = 4


@pytest.fixture(scope="module")
def output() -> RunOutput:
    case = prepare(my_port(), start=START, days=DAYS, warmup_days=0)
    return RunOutput.of(run_scenario(case).visits)


def services(output: RunOutput) -> list[str]:
    return list(output.plan.labels.service)


def test_each_journey_begins_on_one_day_only(output: RunOutput) -> None:
    days = [START + timedelta(k) for k in range(-1, DAYS + 1)]
    for service in services(output):
        found = [departures(output, service, day) for day in days]
        number = int((output.history.journeys.service == services(output).index(service)).sum())
        assert sum(map(len, found)) == number > 0
        assert found[0].empty, "the run begins at midnight in Beijing"


def test_times_are_those_of_the_journeys_and_unknown_while_under_way(output: RunOutput) -> None:
    journeys = output.history.journeys
    found = departures(output, services(output)[0], START + timedelta(1))
    assert len(found)
    for row in found.to_dict("records"):
        k = row["journey"]
        assert row["start_s"] == journeys.start_s[k]
        if journeys.done_s[k] < 0:
            assert row["end_s"] == -1
            assert row["days"] != row["days"]
        else:
            assert row["days"] * 86_400 == pytest.approx(journeys.done_s[k] - journeys.start_s[k])
            assert row["wait_h"] * 3600 == pytest.approx(journeys.waited_s[k])
    assert found["start_s"].is_monotonic_increasing


def test_time_at_ports_is_of_these_vehicles_alone(output: RunOutput) -> None:
    found = departures(output, services(output)[0], START + timedelta(1))
    times = port_times(output, found)
    assert 0 < times["vehicles"].sum() <= len(found) * len(times)
    assert (times["wait_h"] <= times["dwell_h"]).all()
    assert port_times(output, found.head(0)).empty


def test_an_unknown_service_has_no_journeys(output: RunOutput) -> None:
    assert departures(output, "nobody", START).empty
