"""Cargo that ends in a yard is delivered when it leaves the yard: small plans, every figure worked by hand."""

from __future__ import annotations

import pytest

from sim.core.plan_builder import PlanBuilder
from sim.core.trace import Trace
from sim.engines import simulate
from sim.kpi.key_figures import kpi_table
from sim.kpi.service_flows import flow_table
from sim.kpi.stocks import drifts, messages, stock_table
from sim.kpi.waiting import waiting_by_day

DAY = 86_400
H = 3_600


def cargo(trace: Trace, klass: str = "all", port: str = "ceke") -> tuple[float, float]:
    """Tonnes a day of a class into China: (crossed, delivered)."""
    table = kpi_table(trace)
    table = table[(table["port"] == port) & (table["direction"] == "inbound") & (table["class"] == klass)]
    values = dict(zip(table["kpi"], table["value"], strict=True))
    return values["tonnes_per_day"], values["delivered_t_per_day"]


def builder(
    level: int, capacity: int | None = None, days: int = 4, warmup_days: int = 0, unit: str = "t"
) -> PlanBuilder:
    """A plan with one yard, stock 0, behind the port."""
    b = PlanBuilder(days * DAY, warmup_s=warmup_days * DAY)
    b.stock("yard", level, capacity, port="ceke", side="cn", kind="cargo", unit=unit)
    return b


def bring(b: PlanBuilder, name: str, arrivals_s: list[int], t: float, amount: int, inland_s: int = 0) -> None:
    """Vehicles that cross in an hour, drive ``inland_s`` and unload into the yard."""
    b.service(name, vehicle_class=name, t=t)
    b.travel(H, f"{name} crosses", port="ceke", direction="inbound", side="cn")
    if inland_s:
        b.travel(inland_s, f"{name} inland")
    here = {} if inland_s else {"port": "ceke", "direction": "inbound", "side": "cn"}
    b.give_back(0, amount, f"{name} unloads", **here)
    b.end()
    b.vehicles(arrivals_s)


def take(b: PlanBuilder, arrivals_s: list[int], amount: int) -> None:
    """Trains that load from the yard."""
    b.service("train", vehicle_class="train", t=float(amount))
    b.draw(0, amount, "load", loaded=False)
    b.travel(H, "to the mill")
    b.end()
    b.vehicles(arrivals_s)


def test_cargo_in_a_yard_that_nobody_empties_is_not_delivered() -> None:
    b = builder(level=0)
    bring(b, "truck", [k * DAY for k in range(4)], t=100.0, amount=100)
    trace = simulate(b.build())
    assert cargo(trace) == (100.0, 0.0)
    [yard] = stock_table(trace).to_dict("records")
    assert (yard["level_start"], yard["level_end"], yard["change"]) == (0, 400, 400)
    assert (yard["in_per_day"], yard["out_per_day"], yard["drift_per_day"]) == (100, 0, 100)


def test_delivered_is_crossed_less_what_stays_in_the_yard() -> None:
    b = builder(level=1000, capacity=2000)
    bring(b, "truck", [k * DAY for k in range(4)], t=100.0, amount=100)
    take(b, [H * 2, 2 * DAY], 250)
    trace = simulate(b.build())
    assert cargo(trace) == (100.0, 125.0)  # 500 t left in four days, 100 t more than came
    [yard] = stock_table(trace).to_dict("records")
    assert (yard["change"], yard["level_min"], yard["level_max"]) == (-100, 700, 1100)
    assert not drifts("cargo", -100, 400, 500, 4, 1100)  # less than the 125 t of one day
    assert drifts("cargo", -130, 400, 500, 4, 1100)
    assert not drifts("wagons", -240, 400, 500, 20, 1000)  # less than a quarter of the highest level
    assert drifts("wagons", -260, 400, 500, 20, 1000)
    assert not drifts("wagons", -260, 400, 500, 19, 1000)
    assert yard["drift_per_day"] == 0
    assert yard["days_until_empty"] != yard["days_until_empty"]


def test_the_initial_stock_counts_for_the_flows_that_end_there_although_none_comes() -> None:
    b = builder(level=1000)
    bring(b, "truck", [5 * DAY], t=100.0, amount=100)
    bring(b, "agv", [5 * DAY], t=60.0, amount=60)
    take(b, [0, DAY], 200)
    trace = simulate(b.build())
    assert cargo(trace, "truck") == (0.0, 50.0)  # half of 400 t in four days
    assert cargo(trace, "agv") == (0.0, 50.0)
    assert cargo(trace) == (0.0, 100.0)


def test_what_leaves_a_yard_is_of_all_its_inflows_by_their_share() -> None:
    b = builder(level=0)
    bring(b, "truck", [k * DAY for k in range(4)], t=75.0, amount=75)
    bring(b, "agv", [k * DAY for k in range(4)], t=25.0, amount=25)
    take(b, [3 * DAY], 200)
    trace = simulate(b.build())
    assert cargo(trace, "truck") == (75.0, 37.5)  # 3/4 of 200 t in four days
    assert cargo(trace, "agv") == (25.0, 12.5)


def test_only_the_measured_window_counts() -> None:
    b = builder(level=0, warmup_days=2)
    bring(b, "truck", [k * DAY for k in range(4)], t=100.0, amount=100)
    take(b, [DAY, 3 * DAY], 50)
    trace = simulate(b.build())
    assert cargo(trace) == (100.0, 25.0)
    [yard] = stock_table(trace).to_dict("records")
    assert (yard["level_start"], yard["level_end"]) == (150, 300)


def test_the_shares_of_the_run_count_where_nothing_comes_in_the_window() -> None:
    b = builder(level=0, warmup_days=2)
    bring(b, "truck", [0], t=300.0, amount=300)
    bring(b, "agv", [0], t=100.0, amount=100)
    take(b, [3 * DAY], 80)
    trace = simulate(b.build())
    assert cargo(trace, "truck") == (0.0, 30.0)
    assert cargo(trace, "agv") == (0.0, 10.0)


def test_a_yard_may_count_in_other_units_than_tonnes() -> None:
    b = builder(level=0, unit="TEU")
    bring(b, "truck", [k * DAY for k in range(4)], t=30.0, amount=2)
    take(b, [3 * DAY], 4)
    trace = simulate(b.build())
    assert cargo(trace) == (30.0, 15.0)  # 4 of 8 TEU, with 60 of 120 t


def test_cargo_on_its_way_to_a_yard_inland_is_not_delivered_yet() -> None:
    b = builder(level=0)
    bring(b, "truck", [0, 3 * DAY], t=100.0, amount=100, inland_s=2 * DAY)
    take(b, [3 * DAY], 100)
    trace = simulate(b.build())
    assert cargo(trace) == (50.0, 25.0)  # both have crossed, one has unloaded and left the yard


def test_a_flow_without_a_yard_is_delivered_as_it_crosses() -> None:
    b = builder(level=500)
    take(b, [0], 100)
    b.service("direct", vehicle_class="direct", t=80.0)
    b.travel(H, "crosses", port="ceke", direction="inbound", side="cn")
    b.end()
    b.vehicles([0, DAY])
    assert cargo(simulate(b.build())) == (40.0, 40.0)


def test_the_rest_of_a_draw_put_back_is_no_inflow() -> None:
    b = builder(level=500)
    bring(b, "truck", [0], t=100.0, amount=100)
    b.service("train", vehicle_class="train")
    b.draw(0, 100, "load", loaded=False)
    b.give_back(0, 60, "rest stays")
    b.end()
    b.vehicles([DAY])
    assert cargo(simulate(b.build())) == (25.0, 10.0)


def test_a_load_that_crosses_two_ports_counts_at_both() -> None:
    b = builder(level=0)
    b.service("truck", vehicle_class="truck", t=100.0)
    b.travel(H, "first", port="erenhot", direction="inbound", side="cn")
    b.travel(H, "second", port="ceke", direction="inbound", side="cn")
    b.give_back(0, 100, "unloads")
    b.end()
    b.vehicles([0, DAY])
    take(b, [2 * DAY], 100)
    trace = simulate(b.build())
    assert cargo(trace) == cargo(trace, port="erenhot") == (50.0, 25.0)


def test_round_trips_of_a_fleet_deliver_what_leaves() -> None:
    b = builder(level=0, days=2)
    b.service("truck", vehicle_class="truck", t=10.0)
    b.travel(2 * H, "loads", loaded=False)
    b.travel(H, "in", port="ceke", direction="inbound", side="cn")
    b.give_back(0, 10, "unloads", port="ceke", direction="inbound", side="cn")
    b.travel(H, "out", port="ceke", direction="outbound", side="cn", loaded=False)
    b.end()
    b.vehicles([0], trips=100, until_s=2 * DAY)
    take(b, [DAY], 40)
    trace = simulate(b.build())
    assert cargo(trace) == (60.0, 20.0)  # six trips of ten tonnes a day; 40 t left in two days


@pytest.mark.parametrize("kind", ["wagons", "containers", "quota"])
def test_a_pool_is_no_yard(kind: str) -> None:
    b = PlanBuilder(4 * DAY)
    b.stock("pool", 10, port="ceke", kind=kind, unit="sets")
    bring(b, "train", [0, DAY], t=100.0, amount=1)
    assert cargo(simulate(b.build())) == (50.0, 50.0)


def test_a_daily_quota_of_boxes_is_no_yard() -> None:
    b = PlanBuilder(4 * DAY)
    b.stock("boxes", 5, 5, port="ceke", kind="cargo", unit="boxes")
    for day in range(4):
        b.stock_set(0, day * DAY, 5)
    b.service("agv", vehicle_class="agv", t=60.0)
    b.draw(0, 1, "box")
    b.travel(H, "crosses", port="ceke", direction="inbound", side="cn")
    b.end()
    b.vehicles([0, 1, 2, 3])
    trace = simulate(b.build())
    assert cargo(trace) == (60.0, 60.0)
    [boxes] = stock_table(trace).to_dict("records")
    assert (boxes["level_start"], boxes["level_end"]) == (5, 5)
    assert boxes["change"] != boxes["change"]  # it is set every day


def test_a_yard_says_when_it_is_full_or_empty() -> None:
    full = builder(level=0, capacity=1000)
    bring(full, "truck", [k * DAY for k in range(4)], t=100.0, amount=100)
    [yard] = stock_table(simulate(full.build())).to_dict("records")
    assert yard["days_until_full"] == 6.0  # room for 600 t, 100 t a day
    empty = builder(level=1000)
    take(empty, [k * DAY for k in range(4)], 200)
    [yard] = stock_table(simulate(empty.build())).to_dict("records")
    assert yard["days_until_empty"] == 1.0  # 200 t left, 200 t a day


def test_a_yard_that_is_full_or_empty_within_the_window_has_no_forecast() -> None:
    """What is left at the end is less than a train or a truck needs, which wait."""
    empty = builder(level=950)
    bring(empty, "truck", [k * DAY for k in range(4)], t=100.0, amount=100)
    take(empty, [k * DAY + H for k in range(4)], 600)
    [yard] = (table := stock_table(trace := simulate(empty.build()))).to_dict("records")
    assert (yard["level_min"], yard["days_until_empty"]) == (50, 0)
    assert [note.code for note in messages(table, kpi_table(trace)) if note.code.startswith("stock")] == [
        "stock.falls_reached"
    ]
    full = builder(level=0, capacity=350)
    bring(full, "truck", [k * DAY for k in range(4)], t=100.0, amount=100)
    [yard] = (table := stock_table(trace := simulate(full.build()))).to_dict("records")
    assert (yard["level_max"], yard["days_until_full"]) == (300, 0)
    assert [note.code for note in messages(table, kpi_table(trace)) if note.code.startswith("stock")] == [
        "stock.rises_reached"
    ]


def two_yards(moved: int, taken: int, days: int = 4) -> PlanBuilder:
    """Trucks (3 of 4 tonnes) and vehicles without drivers bring 400 t a day to one yard; a shuttle moves ``moved`` t of
    it to another in the evening, from which a train takes ``taken`` t before midnight."""
    b = builder(level=0, days=days)
    b.stock("second", 0, port="ceke", side="cn", kind="cargo", unit="t")
    bring(b, "truck", [k * DAY for k in range(days)], t=300.0, amount=300)
    bring(b, "agv", [k * DAY for k in range(days)], t=100.0, amount=100)
    b.service("shuttle", vehicle_class="shuttle", t=float(moved))
    b.draw(0, moved, "load")
    b.travel(H, "to the second yard")
    b.give_back(1, moved, "unload")
    b.end()
    b.vehicles([k * DAY + 18 * H for k in range(days)])
    b.service("train", vehicle_class="train", t=float(taken))
    b.draw(1, taken, "load", loaded=False)
    b.travel(H, "to the mill")
    b.end()
    b.vehicles([k * DAY + 22 * H for k in range(days)])
    return b


def test_cargo_that_goes_from_yard_to_yard_is_delivered_when_it_leaves_the_last() -> None:
    """400 t a day cross, 200 t reach the second yard, 80 t leave it: 200 t and 120 t a day stay."""
    trace = simulate(two_yards(moved=200, taken=80).build())
    assert cargo(trace) == (400.0, 80.0)
    assert cargo(trace, "truck") == (300.0, 60.0)
    assert cargo(trace, "agv") == (100.0, 20.0)
    assert stock_table(trace)["change"].tolist() == [480, 800]
    delivered = waiting_by_day(trace).groupby("day")["delivered_t"].sum()
    assert delivered.tolist() == [80.0] * 4
    flows = flow_table(trace).set_index("service")["delivered_t_per_day"]
    assert flows.to_dict() == pytest.approx({"agv": 20, "shuttle": 80, "train": 80, "truck": 60})


def test_a_shuttle_between_yards_that_moves_more_delivers_no_more() -> None:
    assert cargo(simulate(two_yards(moved=350, taken=80).build())) == (400.0, 80.0)


def test_a_flow_from_each_of_two_yards_in_a_row_is_delivered() -> None:
    """80 t a day leave the second yard, 50 t the first."""
    b = two_yards(moved=200, taken=80)
    b.service("local", vehicle_class="local", t=50.0)
    b.draw(0, 50, "load", loaded=False)
    b.end()
    b.vehicles([k * DAY + 20 * H for k in range(4)])
    assert cargo(simulate(b.build())) == (400.0, 130.0)


def test_cargo_that_goes_in_a_circle_of_yards_is_not_delivered_by_it() -> None:
    """Of 200 t that come to the second yard in the evening 100 t go back at night."""
    b = two_yards(moved=200, taken=80)
    b.service("back", vehicle_class="shuttle", t=100.0)
    b.draw(1, 100, "load")
    b.give_back(0, 100, "unload")
    b.end()
    b.vehicles([k * DAY + 20 * H for k in range(4)])
    trace = simulate(b.build())
    assert cargo(trace) == pytest.approx((400.0, 80.0))
    assert cargo(trace, "truck") == pytest.approx((300.0, 60.0))


def test_a_vehicle_that_brings_cargo_and_then_draws_other_cargo_moves_none_between_yards() -> None:
    b = builder(level=0)
    b.stock("coils", 1000, port="ceke", side="cn", kind="cargo", unit="t")
    b.service("truck", vehicle_class="truck", t=100.0)
    b.travel(H, "crosses", port="ceke", direction="inbound", side="cn")
    b.give_back(0, 100, "unloads", port="ceke", direction="inbound", side="cn")
    b.draw(1, 50, "loads for the way back", loaded=False)
    b.end()
    b.vehicles([k * DAY for k in range(4)])
    take(b, [2 * DAY], 100)
    assert cargo(simulate(b.build())) == (100.0, 25.0)
