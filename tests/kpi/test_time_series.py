"""Queues, flows and levels over time: a worked border, every figure by hand, both engines."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder
from sim.core.run_settings import RunSettings
from sim.engines import simulate
from sim.kpi.key_figures import kpi_table
from sim.kpi.time_series import flow_table, level_table, shut_table
from sim.kpi.waiting import waiting_by_day
from tests.helpers.worlds import calendar, closure, duration, facility, itinerary, port, service, shift, step, world

H, DAY = 3_600, 86_400
ENGINES = ("compiled", "simpy")


def gate_and_yard() -> Plan:
    """A gate of two hours a truck; three trucks of 30 t at 0:00, 0:00 and 0:30; then a yard of 10 t, from which a
    train takes 40 t as soon as they are there. Eight hours, of which the last half hour is no whole period of an hour
    and a half."""
    b = PlanBuilder(8 * H)
    gate = b.facility("gate", 1, port="ceke", side="cn")
    yard = b.stock("yard", 10, None, port="ceke", side="cn", kind="cargo", unit="t")
    across = {"port": "ceke", "direction": "inbound", "side": "cn"}
    b.service("trucks", vehicle_class="truck", t=30.0)
    b.serve(gate, 2 * H, "gate", **across)
    b.give_back(yard, 30, "unload", **across)
    b.end()
    b.vehicles([0, 0, H // 2])
    b.service("trains", vehicle_class="train", t=40.0)
    b.draw(yard, 40, "load", loaded=False)
    b.travel(H, "to the mill")
    b.end()
    b.vehicles([0])
    return b.build()


def columns(table: pd.DataFrame, *names: str) -> dict[str, list[float]]:
    return {name: table[name].tolist() for name in names}


@pytest.mark.parametrize("engine", ENGINES)
def test_queue_and_flow_of_each_hour(engine: str) -> None:
    table = flow_table(simulate(gate_and_yard(), engine), H)
    assert set(table["class"]) == {"truck"}  # The train crosses no port and waits at none.
    assert columns(table, "time_s", "waiting", "waiting_end", "crossings", "fleet_crossings") == {
        "time_s": [k * H for k in range(8)],
        # One waits from 0:00 to 2:00, the other from 0:30 to 4:00; work ends at 2:00, 4:00 and 6:00.
        "waiting": [1.5, 2.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0],
        "waiting_end": [2, 2, 1, 1, 0, 0, 0, 0],
        "crossings": [0, 0, 1, 0, 1, 0, 1, 0],
        "fleet_crossings": [0] * 8,
    }
    # The train takes 40 t at 2:00.
    assert columns(table, "crossed_t", "delivered_t") == {
        "crossed_t": [0.0, 0.0, 30.0, 0.0, 30.0, 0.0, 30.0, 0.0],
        "delivered_t": [0.0, 0.0, 40.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    }


@pytest.mark.parametrize("engine", ENGINES)
def test_periods_of_any_length_and_the_rest_that_is_no_whole_period(engine: str) -> None:
    table = flow_table(simulate(gate_and_yard(), engine), 3 * H // 2)
    assert columns(table, "time_s", "waiting", "waiting_end", "crossings") == {
        "time_s": [0, 5_400, 10_800, 16_200, 21_600],
        "waiting": [5 / 3, 4 / 3, 2 / 3, 0.0, 0.0],
        "waiting_end": [2, 1, 0, 0, 0],
        "crossings": [0, 1, 1, 0, 1],
    }


@pytest.mark.parametrize("engine", ENGINES)
def test_the_level_of_a_stock_at_the_end_of_each_hour(engine: str) -> None:
    table = level_table(simulate(gate_and_yard(), engine), H)
    assert columns(table, "stock", "level")["level"] == [10, 10, 0, 0, 30, 30, 60, 60]
    assert set(table["stock"]) == {"yard"}


@pytest.mark.parametrize("engine", ENGINES)
def test_days_add_up_to_the_key_figures_of_the_window(engine: str) -> None:
    b = PlanBuilder(4 * DAY, warmup_s=DAY)
    b.stock("yard", 500, None, port="ceke", side="cn", kind="cargo", unit="t")
    for name, t, times in (("truck", 75.0, [0, DAY, 2 * DAY]), ("agv", 25.0, [H, DAY + H, 3 * DAY])):
        b.service(name, vehicle_class=name, t=t)
        b.travel(H, f"{name} crosses", port="ceke", direction="inbound", side="cn")
        b.give_back(0, int(t), f"{name} unloads", port="ceke", direction="inbound", side="cn")
        b.end()
        b.vehicles(times)
    b.service("train", vehicle_class="train", t=90.0)
    b.draw(0, 90, "load", loaded=False)
    b.end()
    b.vehicles([0, DAY, 3 * DAY])
    trace = simulate(b.build(), engine)
    table = waiting_by_day(trace)
    measured = table[table["day"] >= 1].groupby("class")[["crossed_t", "delivered_t"]].sum() / 3
    kpis = kpi_table(trace)
    for klass in ("truck", "agv"):
        for column, kpi in (("crossed_t", "tonnes_per_day"), ("delivered_t", "delivered_t_per_day")):
            (value,) = kpis.loc[(kpis["class"] == klass) & (kpis["kpi"] == kpi) & (kpis["side"] == "both"), "value"]
            assert measured.loc[klass, column] == pytest.approx(value), (klass, kpi)


@pytest.mark.parametrize("engine", ENGINES)
def test_trips_of_a_closed_fleet_are_counted_as_such(engine: str) -> None:
    b = PlanBuilder(6 * H)
    b.service("fleet", vehicle_class="truck", t=10.0)
    b.travel(2 * H, "across", port="ceke", direction="inbound", side="cn")
    b.travel(H, "back", loaded=False)
    b.end()
    b.vehicles([0], trips=9)
    table = flow_table(simulate(b.build(), engine), H)
    assert table["fleet_crossings"].tolist() == table["crossings"].tolist() == [0, 0, 1, 0, 0, 1]
    assert table["fleet_crossed_t"].sum() == 20.0


def test_hours_shut_by_the_calendar_and_by_a_closure() -> None:
    """Open from 8 to 20 UTC+8, which is 0:00 to 12:00 UTC; closed on 2 January, from midnight to midnight UTC+8."""
    from sim.run import prepare, visits_of

    across = {"port": "border", "direction": "inbound", "loaded": True}
    corridor = world(
        port("border"),
        calendar("hours"),
        shift("hours", "08:00", "20:00"),
        closure("hours", "2024-01-02"),
        facility("gate", 1, "hours", port="border", side="cn"),
        facility("always", 1, port="border", side="cn"),
        duration("work", 10),
        itinerary("way", step("serve", facility="gate", duration="work", **across)),
        service("trains", "way", 2.0),
    )
    settings = RunSettings(date(2024, 1, 1), 3)
    visits = visits_of(prepare(corridor, start=settings.start, days=3, warmup_days=0), "simpy")
    assert shut_table(visits).to_records(index=False).tolist() == [
        ("border", "cn", "gate", 12 * H, DAY, "hours"),
        ("border", "cn", "gate", DAY, DAY + 12 * H, "closure"),
        ("border", "cn", "gate", DAY + 12 * H, 2 * DAY, "hours"),
        ("border", "cn", "gate", 2 * DAY + 12 * H, 3 * DAY, "hours"),
    ]
