"""Days that differ: factors by date with mean 1, and what they do to arrivals, timetables and demand for trips."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from corridors.model import Corridor
from sim.compile.arrivals import Schedule
from sim.compile.assembly import compile_plan
from sim.compile.day_factors import DayVariation
from sim.core.plan_builder import PlanBuilder
from sim.core.random_streams import RandomStreams
from sim.core.run_settings import RunSettings
from sim.core.units import DAY_S, HOUR_S
from sim.engines import play, simulate
from sim.kpi.bottlenecks import messages
from sim.kpi.replay_frames import IDLE, replay
from sim.kpi.run_tables import figures_of
from sim.kpi.service_flows import flow_table
from sim.kpi.waiting import queue_over_time
from sim.reports.root_tables import root_table
from sim.text.names import Names
from tests.helpers.worlds import (
    calendar,
    closure,
    departure,
    duration,
    facility,
    itinerary,
    place,
    service,
    shift,
    step,
    stock,
    vehicle_class,
    world,
)

STREAMS = RandomStreams(seed=1, replication=0)
COAL = DayVariation("stocks", "coal", cv=0.185, correlation=0.7)
DAY = date(2023, 1, 1)
MONTH = RunSettings(DAY, days=28)
UNCHANGED = "a71306bf150bbded88118fd6cf18b757df14f1228f7d6b99680972d77193fcd1"
"""Fingerprint of the plan of :func:`trains` at 100 a day over the month, from before days could differ."""


def sample(variation: DayVariation, years: int = 40, replications: int = 25) -> np.ndarray[Any, Any]:
    """(replications, days) of factors."""
    streams = (RandomStreams(7, n) for n in range(replications))
    return np.array([variation.factors(date(1980, 1, 1), 365 * years, one) for one in streams])


@pytest.mark.parametrize(("cv", "correlation"), [(0.185, 0.7), (0.185, 0.0), (0.8, 0.4), (0.05, 0.95)])
def test_factors_have_mean_1_their_variation_and_their_correlation(cv: float, correlation: float) -> None:
    """The bounds are those of 25 replications of 40 years: four standard errors, from the spread between them."""
    factors = sample(DayVariation("services", "trains", cv, correlation))
    pairs = np.array([np.corrcoef(one[:-1], one[1:])[0, 1] for one in factors])
    for values, wanted in ((factors.mean(1), 1.0), (factors.std(1) / factors.mean(1), cv), (pairs, correlation)):
        error = values.std(ddof=1) / np.sqrt(len(values))
        assert abs(values.mean() - wanted) < 4 * error + 0.01 * wanted
        assert error < 0.02


def test_a_factor_belongs_to_its_date_whatever_the_run() -> None:
    year = COAL.factors(DAY, 365, STREAMS)
    assert (COAL.factors(DAY, 30, STREAMS) == year[:30]).all()
    assert (COAL.factors(DAY + timedelta(days=100), 265, STREAMS) == year[100:]).all()
    assert (COAL.factors(DAY - timedelta(days=31), 396, STREAMS)[31:] == year).all()


def test_rows_seeds_and_replications_have_separate_days() -> None:
    year = COAL.factors(DAY, 365, STREAMS)
    others = [
        replace(COAL, row="ore").factors(DAY, 365, STREAMS),
        replace(COAL, table="services").factors(DAY, 365, STREAMS),
        COAL.factors(DAY, 365, RandomStreams(2, 0)),
        COAL.factors(DAY, 365, RandomStreams(1, 1)),
    ]
    assert all(abs(np.corrcoef(year, other)[0, 1]) < 0.4 for other in others)


def test_more_variation_keeps_the_order_of_the_days() -> None:
    """Common random numbers: a scenario with days that differ more has its busy days on the same dates."""
    calm, wild = COAL.factors(DAY, 365, STREAMS), replace(COAL, cv=0.4).factors(DAY, 365, STREAMS)
    assert np.corrcoef(calm.argsort().argsort(), wild.argsort().argsort())[0, 1] > 0.99


def test_without_variation_every_day_is_its_mean() -> None:
    assert DayVariation("stocks", "coal", 0.0, 0.0).factors(DAY, 5, STREAMS).tolist() == [1.0] * 5


def test_known_factors_are_the_same_on_every_machine() -> None:
    assert COAL.factors(DAY, 3, STREAMS).tolist() == [1.005272119, 1.048047579, 0.985175871]


def trains(**columns: Any) -> Corridor:
    return world(
        place("yard"),
        itinerary("trip", step("mark", place="yard")),
        service("trains", "trip", arrivals="timetable", **columns),
    )


def by_day(corridor: Corridor, settings: RunSettings, streams: RandomStreams = STREAMS) -> np.ndarray[Any, Any]:
    """Arrivals of the only service by days of UTC+8; the days at both ends are parts."""
    row = next(iter(corridor.services.values()))
    times_s = Schedule(corridor, settings).arrivals(row, streams).times_s
    return np.bincount((times_s + 8 * HOUR_S) // DAY_S, minlength=settings.days + 1)


@pytest.mark.parametrize("arrivals", ["rate", "timetable"])
def test_the_vehicles_of_a_day_follow_its_factor(arrivals: str) -> None:
    corridor = trains(per_day=1000, day_cv=0.3, day_correlation=0.5)
    row = replace(corridor.services["trains"], arrivals=arrivals)
    found = by_day(replace(corridor, services={"trains": row}), MONTH)[1:-1]
    factors = DayVariation("services", "trains", 0.3, 0.5).factors(DAY, 29, STREAMS)[1:-1]
    assert found == pytest.approx(1000 * factors, abs=1 if arrivals == "timetable" else 200)


def test_a_busy_day_brings_the_same_vehicles_closer_together() -> None:
    """Time change: the first vehicles of a service are the same in a scenario with days that differ."""
    alike, differing = trains(per_day=100), trains(per_day=100, day_cv=0.3)
    rows = [replace(one.services["trains"], arrivals="rate") for one in (alike, differing)]
    one, other = (Schedule(alike, MONTH).operational_time(row, STREAMS) for row in rows)
    arrived = [Schedule(alike, MONTH).arrivals(row, STREAMS).times_s for row in rows]
    first = min(map(len, arrived))
    expected = [np.interp(times[:first], *grid) for times, grid in zip(arrived, (one, other), strict=True)]
    assert expected[0] == pytest.approx(expected[1], abs=100 / 24 / HOUR_S * 2)


def test_a_train_of_the_timetable_is_cancelled_or_runs_twice() -> None:
    corridor = replace(
        trains(per_day=3, day_cv=0.5),
        timetable={f"line_{n}": departure(f"line_{n}", "trains", f"{n:02}:00") for n in (1, 12, 20)},
    )
    settings = RunSettings(DAY, days=4000)
    found = by_day(corridor, settings)[1:-1]
    factors = DayVariation("services", "trains", 0.5, 0).factors(DAY, 4001, STREAMS)[1:-1]
    assert found.mean() == pytest.approx(3 * factors.mean(), rel=0.02)
    assert np.corrcoef(found, factors)[0, 1] > 0.8
    assert (np.abs(found - 3 * factors) <= 3).all()
    # A run that starts later has the same trains.
    assert (by_day(corridor, RunSettings(DAY + timedelta(days=50), days=20))[1:-1] == found[50:69]).all()


@pytest.mark.parametrize("change", ["per_day", "order", "other"])
def test_other_services_and_loads_leave_the_days_of_a_service(change: str) -> None:
    corridor = trains(per_day=1000, day_cv=0.3)
    usual = by_day(corridor, MONTH)
    if change == "per_day":
        more = {"trains": replace(corridor.services["trains"], per_day=2000)}
        assert by_day(replace(corridor, services=more), MONTH) == pytest.approx(2 * usual, abs=2)
    else:
        row = service("boxes" if change == "order" else "wagons", "trip", per_day=5, day_cv=0.2)
        both = {row.id: row} | dict(corridor.services) if change == "order" else dict(corridor.services) | {row.id: row}
        times_s = Schedule(replace(corridor, services=both), MONTH).arrivals(both["trains"], STREAMS).times_s
        assert (np.bincount((times_s + 8 * HOUR_S) // DAY_S, minlength=29) == usual).all()


def coal_port(**columns: Any) -> Corridor:
    """Trucks that wait at a border for demand for their coal, on six days a week from 08:00 to 19:00 (UTC+8)."""
    return world(
        place("border"),
        calendar("gate_hours", "Asia/Shanghai"),
        shift("gate_hours", "08:00", "19:00", weekdays="Mon-Sat"),
        duration("round", 600, cv=0),
        facility("gate", servers=1000, calendar="gate_hours"),
        stock("orders", **{"kind": "demand", "daily_quota": 110, "calendar": "gate_hours", **columns}),
        itinerary(
            "trip",
            step("mark", place="border"),
            step("draw", stock="orders"),
            step("serve", facility="gate", duration="round"),
        ),
        service("trucks", "trip", arrivals="fleet", fleet=1000, per_day=0),
    )


def test_demand_is_spread_over_the_open_hours_and_lapses() -> None:
    plan = compile_plan(coal_port(), RunSettings(date(2023, 1, 2), days=7))
    levels = dict(zip(plan.stock_set_time_s.tolist(), plan.stock_set_level.tolist(), strict=True))
    hours = {8 + h: levels[h * HOUR_S] for h in range(16)}  # Monday from 08:00 on.
    assert hours == {hour: 10 if hour < 19 else 0 for hour in range(8, 24)}
    assert not any(levels[5 * DAY_S + h * HOUR_S] for h in range(16, 24))  # Sunday.
    assert sum(levels.values()) == 6 * 110


def drawn_by_day(corridor: Corridor, settings: RunSettings, engine: str = "simpy") -> np.ndarray[Any, Any]:
    """Trips that found demand, by day of UTC+8."""
    trace = simulate(compile_plan(corridor, settings), engine)
    begun = trace.started_s[(trace.op == 1) & (trace.started_s >= 0)]
    return np.bincount((begun + 8 * HOUR_S) // DAY_S, minlength=settings.days + 1)


@pytest.mark.parametrize("engine", ["simpy", "compiled"])
def test_the_trips_of_a_fleet_follow_the_demand_of_the_day(engine: str) -> None:
    """The trucks suffice, so that the trips of a day are the demand that is drawn for it."""
    settings = RunSettings(date(2023, 1, 2), days=28)
    found = drawn_by_day(coal_port(day_cv=0.3, day_correlation=0.7), settings, engine)
    factors = DayVariation("stocks", "orders", 0.3, 0.7).factors(settings.start, 28, STREAMS)
    wanted = [0 if day % 7 == 6 else int(110 * factor + 0.5) for day, factor in enumerate(factors)]
    assert found[:28].tolist() == wanted
    assert len(set(wanted)) > 15


def test_a_closure_takes_the_demand_of_its_days_and_leaves_that_of_others() -> None:
    settings = RunSettings(date(2023, 1, 2), days=14)
    usual = drawn_by_day(coal_port(day_cv=0.3), settings)
    shut = replace(coal_port(day_cv=0.3), closures={"c": closure("gate_hours", "2023-01-04", "2023-01-05")})
    found = drawn_by_day(shut, settings)
    assert found.tolist() == [0 if day in (2, 3) else n for day, n in enumerate(usual.tolist())]


@pytest.mark.parametrize(
    ("kind", "cause"), [("demand", "demand"), ("cargo", "demand"), ("quota", "quota"), ("containers", "wagons")]
)
def test_waiting_for_demand_or_for_released_cargo_has_its_own_cause_and_root(kind: str, cause: str) -> None:
    """What a daily quota releases of a cargo is what there is to carry; a limit or empty boxes hold vehicles up."""
    corridor, settings = coal_port(kind=kind), RunSettings(date(2023, 1, 2), days=7)
    run = figures_of(play(compile_plan(corridor, settings), "simpy"))
    assert set(run.waiting[run.waiting["at"] == "orders"].cause) - {"closed"} == {cause}
    roots = run.waiting_by_root
    assert set(roots[roots.root == "orders"].root_state) == {"demand" if cause == "demand" else "quota"}


def test_trucks_that_wait_for_the_cargo_of_a_yard_are_held_up() -> None:
    """Without a daily quota, others bring the cargo: their work is what is waited for."""
    corridor = coal_port(kind="cargo", daily_quota=None, calendar="")
    assert {*compile_plan(corridor, RunSettings(date(2023, 1, 2), days=1)).labels.op_cause} >= {"cargo"}


@pytest.mark.parametrize("at", [{}, {"port": "gate_port", "side": "cn", "direction": "outbound"}])
def test_idle_trucks_that_wait_for_demand_are_no_queue(at: dict[str, str]) -> None:
    """At a port or outside: bottlenecks, roots, days, growth, sentences and replay show them apart."""
    b = PlanBuilder(horizon_s=30 * DAY_S)
    demand = b.stock("coal", 0, kind="demand", **({"port": "gate_port"} if at else {}))
    gate = b.facility("lane", 1, port="gate_port")
    b.service("trucks", vehicle_class="truck", t=20, wait_usd_per_h=8, idle_co2_kg_per_h=3)
    b.mark("origin", place="border")
    b.draw(demand, 1, "orders", place="border", cause="demand", **({k: v for k, v in at.items() if k != "side"}))
    b.serve(gate, HOUR_S, "gate", place="border", port="gate_port", direction="outbound")
    b.end()
    b.vehicles([0] * 50, trips=200)
    for day in range(30):
        b.stock_set(demand, day * DAY_S, 10)
    visits = play(b.build(), "simpy")
    run = figures_of(visits)
    hours = run.waiting.groupby("cause")["hours"].sum()
    assert hours["demand"] > 20 * hours["busy"] > 0
    assert list(run.bottlenecks["facility"]) == ["lane"]
    assert list(run.bottlenecks["share_of_waiting"]) == [1]
    assert run.growing.empty
    assert run.backlog["vehicles_waiting"].max() < 5
    assert queue_over_time(visits, port="gate_port")["waiting"].max() < 10
    port = at.get("port", "")
    idle = messages(run.waiting, run.momentary, run.waiting_by_root)[port][-1]
    assert (idle.code, round(float(dict(idle.params)["hours"]))) == ("idle", round(hours["demand"]))
    corridor = world(vehicle_class("truck", name_zh="卡车"))
    for language, words in (("en", "idle without demand for another trip, not in a queue"), ("zh", "不计入拥堵")):
        names = Names.of(corridor, language)
        assert words in names.sentence(idle)
        assert [row[-3:] for row in root_table(run.waiting_by_root, names).rows if "coal" in str(row)] == []
    longer = run.waits_over.set_index("hours")["share"]
    assert longer[8.0] > 0 == longer[12.0], "ten trips of an hour wait nine hours at most"
    kpis = run.kpis[run.kpis["side"] == "both"].set_index("kpi")["value"]
    assert kpis["transit_h_mean"] == pytest.approx(kpis["wait_h_mean"] + 1, abs=0.01)  # An hour at the gate.
    assert kpis["wait_h_mean"] == pytest.approx(4.5)  # Ten trips begin at once every day, and follow each other.
    assert kpis["cost_usd_per_t"] == pytest.approx(kpis["wait_h_mean"] * 8 / 20)
    assert kpis["co2_kg_per_t"] == pytest.approx(kpis["wait_h_mean"] * 3 / 20)
    flows = flow_table(visits).iloc[0]
    waited = (flows["wait_h"], flows["loaded_wait_h"], flows["hours"] - 1, flows["co2_kg"] / 3)
    assert waited == pytest.approx([kpis["wait_h_mean"]] * 4, abs=0.05)
    seen = replay(visits.trace(), 20 * DAY_S, 21 * DAY_S)
    assert (seen.state == IDLE).sum() > 40
    assert {queue.thing for queue in seen.queues} == {"lane"}


def test_a_quota_of_days_that_differ_is_that_of_the_date_in_any_run() -> None:
    corridor = coal_port(kind="quota", day_cv=0.3)
    long, late = (compile_plan(corridor, RunSettings(DAY + timedelta(days=n), days=60 - n)) for n in (0, 20))
    assert late.stock_set_level.tolist() == long.stock_set_level.tolist()[20:]


def test_days_that_are_alike_leave_the_plan_as_it_was() -> None:
    """The mechanism is not used: the plan of the base year without day_cv is that of a corridor without the columns."""
    corridor = trains(per_day=100)
    explicit = trains(per_day=100, day_cv=0.0, day_correlation=0.0)
    assert compile_plan(corridor, MONTH).fingerprint() == compile_plan(explicit, MONTH).fingerprint() == UNCHANGED
