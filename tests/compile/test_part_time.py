"""Shares of servers are kept in time: a fraction of a server works that part of the hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridors.model import Corridor
from sim.compile.assembly import compile_plan
from sim.compile.expected_load import Job
from sim.compile.part_time import whole_servers
from sim.core.run_settings import RunSettings
from sim.core.trace import Trace
from sim.engines import play, simulate
from sim.output.run_output import RunOutput
from sim.output.waiting_roots import waiting_roots
from tests.helpers.worlds import (
    calendar,
    closure,
    duration,
    facility,
    itinerary,
    place,
    service,
    shift,
    step,
    stock,
    world,
)

HOUR, DAY = 3600, 86_400
DAYS = 80
SETTINGS = RunSettings(date(2025, 1, 1), 30)


def border(
    servers: int,
    share: float,
    mean_min: float,
    distribution: str = "constant",
    cv: float = 0.0,
    opens: str = "08:00",
    closes: str = "20:00",
    per_day: float = 3.0,
) -> Corridor:
    """One facility with a shift of a share of its servers."""
    return world(
        place("border"),
        calendar("c", "UTC"),
        shift("c", opens, closes, servers_share=share),
        facility("gate", servers, "c"),
        duration("work", mean_min, distribution, cv),
        itinerary("trip", step("mark", place="border"), step("serve", facility="gate", duration="work")),
        service("trucks", "trip", per_day),
    )


def simulated(corridor: Corridor, days: int = DAYS) -> Trace:
    return simulate(compile_plan(corridor, RunSettings(date(2025, 1, 1), days)), "compiled")


def served(trace: Trace) -> int:
    """Vehicles whose work began."""
    here = np.array(trace.plan.labels.op_step)[trace.op] == "serve_2"
    return int((trace.started_s[here] >= 0).sum())


def test_four_tenths_of_one_server_serve_three_trucks_a_day() -> None:
    trace = simulated(border(1, 0.4, 30), 60)
    assert (trace.vehicle_left_s < 0).sum() <= 6
    works = np.array(trace.plan.labels.op_step)[trace.op] == "serve_2"
    started = trace.started_s[works & (trace.started_s >= 0)]
    assert len(np.unique(started // DAY)) >= 50


@pytest.mark.parametrize("share", [0.07, 0.25, 0.4, 0.5, 0.83, 0.95])
@pytest.mark.parametrize(
    ("servers", "mean_min", "distribution", "cv"),
    [
        (1, 30, "constant", 0.0),
        (1, 30, "exponential", 1.0),
        (1, 4, "gamma", 0.5),
        (1, 95, "lognormal", 0.6),
        (3, 50, "constant", 0.0),
        (3, 50, "exponential", 1.0),
        (7, 20, "triangular", 0.3),
    ],
)
def test_with_vehicles_always_waiting_the_work_done_is_the_share(
    share: float, servers: int, mean_min: float, distribution: str, cv: float
) -> None:
    """Compared with all servers all day: 24 h, so that no end of a shift adds hours."""
    flood = 2 * servers * 1440 / mean_min
    world_of = border(servers, share, mean_min, distribution, cv, "00:00", "24:00", flood)
    jobs = DAYS * 1440 * servers * share / mean_min
    noise = 3 * cv * np.sqrt(jobs) + 2
    assert served(simulated(world_of)) == pytest.approx(jobs, rel=0.03, abs=noise)


@pytest.mark.parametrize("share", [0.1, 0.4, 0.6, 0.9])
@pytest.mark.parametrize("mean_min", [5, 30, 100])
def test_in_a_day_shift_the_share_is_that_of_its_hours(share: float, mean_min: float) -> None:
    trace = simulated(border(1, share, mean_min, per_day=2 * 720 / mean_min))
    jobs = DAYS * 720 * share / mean_min
    assert served(trace) == pytest.approx(jobs, rel=0.03, abs=2)


def test_a_job_as_long_as_two_days_of_its_share_is_done_every_other_day() -> None:
    """A tenth of 12 h is 72 min a day: a job of 144 min every other day."""
    trace = simulated(border(1, 0.1, 144, per_day=8.0), 40)
    assert served(trace) == pytest.approx(20, abs=1)
    works = np.array(trace.plan.labels.op_step)[trace.op] == "serve_2"
    started = trace.started_s[works & (trace.started_s >= 0)]
    assert (np.diff(np.sort(started)) >= DAY).all()


@given(
    share=st.floats(0.01, 0.99),
    servers=st.integers(1, 12),
    mean_s=st.integers(1, 3 * DAY),
    squared=st.floats(0, 2),
    spans=st.lists(st.integers(1, 40 * HOUR), min_size=1, max_size=40),
)
def test_the_extra_server_has_its_hours_less_the_jobs_that_it_finishes(
    share: float, servers: int, mean_s: int, squared: float, spans: list[int]
) -> None:
    """Spans of the share and closed hours in turn: levels are whole, within one, and the time is the share's."""
    edges = np.cumsum([0, *spans])
    level = round(servers * share, 9)
    levels = np.where(np.arange(len(spans)) % 2 == 0, level, 0.0)
    times, whole = whole_servers(edges[:-1], levels, int(edges[-1]), Job(float(mean_s), squared))
    assert times[0] == 0
    assert (np.diff(times) > 0).all()
    assert (np.diff(whole) != 0).all()
    at = levels[np.searchsorted(edges[:-1], times, "right") - 1]
    assert (whole >= np.floor(at)).all()
    assert (whole <= np.ceil(at)).all()
    lasts = np.diff([*times.tolist(), int(edges[-1])])
    entitled = float(np.diff(edges) @ levels)
    given = float(lasts @ whole)
    stays = int((np.diff(whole, prepend=0) > 0).sum()) + len(spans)
    assert given <= entitled + stays
    part = level % 1 or 1.0
    assert given >= entitled - mean_s * (1 + squared) * (stays + 2) - part * DAY - stays


def test_whole_servers_have_the_plan_of_a_facility_with_so_many() -> None:
    half = compile_plan(border(4, 0.5, 30), RunSettings(date(2025, 1, 1), 10))
    two = compile_plan(border(2, 1.0, 30), RunSettings(date(2025, 1, 1), 10))
    assert half.calendar_time_s.tolist() == two.calendar_time_s.tolist()
    assert half.calendar_delta.tolist() == two.calendar_delta.tolist()


def test_a_share_of_the_places_of_a_quota_is_kept_over_days() -> None:
    cut = closure("places", "2025-01-01", "2025-01-31", servers_share=0.4)
    corridor = world(stock("places", kind="quota", daily_quota=1), cut)
    plan = compile_plan(corridor, RunSettings(date(2025, 1, 2), 19))
    assert plan.stock_set_level.tolist() == [0, 1, 0, 1, 0] * 4


@pytest.mark.parametrize("parts", [(0.3, "share"), (1.0, "")])
def test_waiting_while_a_part_of_a_server_is_away_has_the_share_as_its_root(parts: tuple[float, str]) -> None:
    """Two servers of which 0.3 work all day are 0.6 of one: it is away for 40% of the time, no hours."""
    share, state = parts
    plan = compile_plan(border(2, share, 30.0, opens="00:00", closes="24:00", per_day=36.0), SETTINGS)
    away = sum(to_s - from_s for _, from_s, to_s in plan.labels.part_time)
    assert away / plan.horizon_s == pytest.approx(0.4 if state else 0, abs=0.03)
    found = waiting_roots(RunOutput(play(plan)))
    states = {end.state for _, end in found.seconds}
    assert states == ({"at_work", state} if state else {"at_work"})


def test_a_night_is_no_share_and_neither_is_a_closure() -> None:
    """The shift is from 8:00 to 20:00: outside it the hours are the root; a closure that leaves half is one."""
    plan = compile_plan(border(1, 0.5, 30.0, per_day=20.0), SETTINGS)
    midnight = [
        from_s for _, from_s, to_s in plan.labels.part_time if from_s % DAY < 8 * HOUR or to_s % DAY > 20 * HOUR
    ]
    assert plan.labels.part_time
    assert midnight == []
    shut = border(1, 1.0, 30.0, per_day=20.0)
    shut = replace(shut, closures={"half": closure("gate", "2025-01-10", "2025-01-20", id="half", servers_share=0.5)})
    labels = compile_plan(shut, SETTINGS).labels
    assert labels.closures
    assert labels.part_time == ()
