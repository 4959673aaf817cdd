"""Flows of services over their whole way: small plans, every figure worked by hand."""

from __future__ import annotations

import pytest

from sim.core.plan_builder import PlanBuilder
from sim.core.wait_causes import DEMAND
from sim.engines import simulate
from sim.kpi.service_flows import COLUMNS, flow_table

DAY = 86_400
H = 3_600


def test_a_flow_has_the_mean_journey_of_its_vehicles() -> None:
    """One gate of 2 h; two trucks at once, so the second waits 2 h; then 1 h of road with cargo and 1 h back empty."""
    b = PlanBuilder(2 * DAY)
    gate = b.facility("gate", 1)
    b.service("truck", vehicle_class="truck", t=20.0)
    b.serve(gate, 2 * H, "clear")
    b.travel(H, "to the mill")
    b.travel(H, "back", loaded=False)
    b.end()
    b.vehicles([0, 0])
    [row] = flow_table(simulate(b.build())).to_dict("records")
    assert list(row) == COLUMNS
    assert (row["service"], row["class"], row["journeys"], row["load_t"]) == ("truck", "truck", 2, 20.0)
    assert row["tonnes_per_day"] == row["delivered_t_per_day"] == 20.0
    assert row["hours"] == pytest.approx((3 + 5) / 2)  # Without the empty way back.
    assert row["hours_sd"] == pytest.approx(2**0.5)
    assert row["wait_h"] == row["loaded_wait_h"] == pytest.approx(1.0)


def test_cargo_that_stays_in_a_yard_is_carried_but_not_delivered() -> None:
    """Four trucks of 100 t in four days; a train takes 100 t once."""
    b = PlanBuilder(4 * DAY)
    b.stock("yard", 0, None, port="ceke", side="cn", kind="cargo", unit="t")
    b.service("truck", vehicle_class="truck", t=100.0)
    b.travel(H, "cross", port="ceke", direction="inbound", side="cn")
    b.give_back(0, 100, "unload")
    b.end()
    b.vehicles([k * DAY for k in range(4)])
    b.service("train", vehicle_class="train", t=100.0)
    b.draw(0, 100, "load", loaded=False)
    b.travel(H, "to the mill")
    b.end()
    b.vehicles([2 * DAY])
    flows = flow_table(simulate(b.build())).set_index("service")
    assert flows.at["truck", "tonnes_per_day"] == pytest.approx(100.0)
    assert flows.at["truck", "delivered_t_per_day"] == pytest.approx(25.0)
    assert flows.at["train", "delivered_t_per_day"] == pytest.approx(25.0)


def test_a_service_without_cargo_or_without_a_journey_to_its_end_has_no_flow() -> None:
    b = PlanBuilder(DAY)
    for name, tonnes, start_s in (("empty", 0.0, 0), ("late", 50.0, DAY - H)):
        b.service(name, vehicle_class=name, t=tonnes)
        b.travel(2 * H, "road")
        b.end()
        b.vehicles([start_s])
    assert flow_table(simulate(b.build())).empty


def test_a_truck_that_waits_for_demand_is_idle_and_does_not_wait() -> None:
    """One trip a day is in demand: a truck that is back after 4 h is idle for 20 h."""
    b = PlanBuilder(4 * DAY)
    b.stock("orders", 1, None, kind=DEMAND, unit="trips")
    for day in range(1, 4):
        b.stock_set(0, day * DAY, 1)
    gate = b.facility("gate", 1)
    b.service("truck", vehicle_class="truck", t=100.0)
    b.draw(0, 1, "load", cause=DEMAND)
    b.serve(gate, 2 * H, "clear")
    b.travel(2 * H, "back", loaded=False)
    b.end()
    b.vehicles([0], trips=99)
    [row] = flow_table(simulate(b.build())).to_dict("records")
    assert row["journeys"] == 4
    assert row["hours"] == pytest.approx(2.0)
    assert (row["wait_h"], row["loaded_wait_h"]) == (0.0, 0.0)
