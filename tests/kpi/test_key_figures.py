"""Key figures against figures worked out by hand from two short stories (see tests/helpers/stories.py)."""

from __future__ import annotations

import numpy as np
import pytest

from sim.core.kpi_declarations import KPIS
from sim.core.plan_builder import PlanBuilder
from sim.core.trace import Trace
from sim.kpi.facilities import facility_table, link_table
from sim.kpi.key_figures import kpi_table, vehicle_counts
from sim.kpi.waiting import dwell_by_step, queue_over_time, throughput_over_time, waiting_by_cause
from sim.output.group_statistics import percentiles
from sim.output.run_output import RunOutput
from sim.output.vehicle_rows import vehicle_rows
from tests.helpers.hand_traces import hand_trace
from tests.helpers.stories import H, one_truck_two_trips, three_trains


def figures(trace: Trace, **where: str) -> dict[str, float]:
    """The figures of one group as {kpi: value}; side 'both' unless given."""
    table = kpi_table(trace)
    for column, value in ({"side": "both"} | where).items():
        table = table[table[column.rstrip("_")] == value]
    assert not table["kpi"].duplicated().any()
    return dict(zip(table["kpi"], table["value"], strict=True))


def test_trains_of_one_port() -> None:
    found = figures(three_trains(), port="erenhot", direction="outbound", class_="container_train")
    assert found == pytest.approx(
        {
            "vehicles_per_day": 4.0,  # two crossings over in half a day
            "teu_per_day": 200.0,
            "tonnes_per_day": 4000.0,
            "delivered_t_per_day": 4000.0,  # no yard
            "dwell_h_mean": 6.5,  # train 0 from 1 to 7, train 1 from 2 to 9
            "dwell_h_p50": 6.5,
            "dwell_h_p90": 6.9,  # position 0.9 of the way from 6 to 7
            "dwell_h_p95": 6.95,
            "wait_h_mean": 1.5,  # train 0: one hour for the crane; train 1: one for customs, one for the crane
            "clearance_h_mean": 2.5,  # 2 of service; 1 of waiting and 2 of service
            "transit_h_mean": 10.0,  # only train 0 left
            "transit_h_p50": 10.0,
            "transit_h_p95": 10.0,
            "backlog_end": 1.0,  # train 2 in customs
            "cost_usd_per_t": 0.36,  # train 0: 100 + 10 + 200 for its steps, 1 h of waiting at 50, over 1000 t
            "co2_kg_per_t": 2.0,  # 1000 + 80 + 900 + 1 h at 20
        }
    )
    assert list(found) == list(KPIS)


def test_sides_of_one_port() -> None:
    cn = figures(three_trains(), side="cn", class_="container_train")
    foreign = figures(three_trains(), side="foreign", class_="container_train")
    assert cn["dwell_h_mean"] == 3.5  # the track is kept from 1 to 4, and from 2 to 6
    assert foreign["dwell_h_mean"] == 3.0  # from 4 to 7, and from 6 to 9
    assert cn["wait_h_mean"] == 0.5
    assert foreign["wait_h_mean"] == 1.0
    assert cn["clearance_h_mean"] == 2.5
    assert foreign["clearance_h_mean"] == 0.0
    assert cn["backlog_end"] == 1.0
    assert foreign["backlog_end"] == 0.0


def test_a_warm_up_is_not_measured() -> None:
    trace = three_trains()
    object.__setattr__(trace.plan.labels, "warmup_s", 8 * H)
    found = figures(trace, class_="container_train")
    assert found["vehicles_per_day"] == pytest.approx(6.0)  # train 1 alone, in the last sixth of a day
    assert found["dwell_h_mean"] == 7.0


def test_trucks_that_circulate() -> None:
    trace = one_truck_two_trips()
    inbound = figures(trace, port="ceke", direction="inbound", class_="truck")
    outbound = figures(trace, port="ceke", direction="outbound", class_="truck")
    assert inbound["vehicles_per_day"] == 4.0
    assert inbound["tonnes_per_day"] == 400.0
    assert inbound["dwell_h_mean"] == 3.5  # 1 to 3, and 5 to 10
    assert inbound["transit_h_mean"] == 4.5  # from the start of the trip until unloaded: 0 to 3, and 4 to 10
    assert inbound["cost_usd_per_t"] == pytest.approx(0.55)  # the first round trip, 20 + 30 + 5, over 100 t
    assert outbound["vehicles_per_day"] == 2.0
    assert outbound["tonnes_per_day"] == 0.0
    assert outbound["backlog_end"] == 1.0
    assert "cost_usd_per_t" not in outbound  # no tonne to lay it on
    assert "transit_h_mean" not in outbound
    assert vehicle_counts(trace) == {"arrived": 1, "departed": 0, "in_system": 1}


def test_vehicle_rows_are_in_order_of_time_even_where_trips_meet() -> None:
    trace = one_truck_two_trips()
    history, [piece] = RunOutput.of(trace).history, vehicle_rows(trace)
    steps = [trace.plan.labels.op_step[k] for k in piece.op]
    assert steps == ["load", "gate", "unload", "empty_gate", "home", "load", "gate", "unload", "empty_gate"]
    assert history.journeys.start_s.tolist() == [0, 4 * H]
    assert history.journeys.end_s.tolist() == [4 * H, -1]


def test_one_label_through_two_trips_is_two_crossings() -> None:
    b = PlanBuilder(10)
    gate = b.facility("gate")
    b.service("agv", vehicle_class="agv")
    b.serve(gate, 2, "gate", port="ceke", direction="inbound", side="cn")
    b.end()
    b.vehicles([0], trips=2)
    trace = hand_trace(b.build(), [(0, "gate", 0, 0, 2, 2), (0, "gate", 2, 2, 4, 4)], {0: 4})
    assert RunOutput.of(trace).history.crossings.exit_s.tolist() == [2, 4]


def test_an_empty_service_is_paid_for_by_the_tonnes_of_its_class() -> None:
    b = PlanBuilder(100)
    b.service("full", vehicle_class="train", t=10.0)
    b.travel(5, "west", port="erenhot", direction="outbound", side="cn", cost_usd=30.0)
    b.end()
    b.vehicles([0])
    b.service("empty", vehicle_class="train")
    b.travel(5, "east", port="erenhot", direction="inbound", side="cn", loaded=False, cost_usd=20.0)
    b.end()
    b.vehicles([0])
    trace = hand_trace(b.build(), [(0, "west", 0, 0, 5, 5), (1, "east", 0, 0, 5, 5)], {0: 5, 1: 5})
    assert figures(trace, direction="outbound", class_="train")["cost_usd_per_t"] == pytest.approx(5.0)
    assert "cost_usd_per_t" not in figures(trace, direction="inbound", class_="train")


def test_all_classes_add_up_where_adding_makes_sense() -> None:
    total = figures(three_trains(), port="erenhot", class_="all")
    cargo = {"teu_per_day": 200.0, "tonnes_per_day": 4000.0, "delivered_t_per_day": 4000.0}
    assert total == {"vehicles_per_day": 4.0, **cargo, "backlog_end": 1.0}


def test_nothing_happened_yet() -> None:
    trace = three_trains()
    nobody = hand_trace(trace.plan, [], {})
    assert set(kpi_table(nobody)["value"]) == {0.0}
    assert facility_table(nobody)["served"].sum() == 0
    assert dwell_by_step(nobody).empty
    assert waiting_by_cause(nobody).empty


def test_facilities_of_three_trains() -> None:
    table = facility_table(three_trains()).set_index("facility")
    customs, crane, track = table.loc["customs"], table.loc["crane"], table.loc["track"]
    assert (customs["served"], crane["served"], track["served"]) == (3, 2, 3)
    assert customs["utilisation"] == pytest.approx(7 / 12)  # 1 to 5 and 9 to 12
    assert crane["utilisation"] == pytest.approx(4 / 7)  # 5 to 9 of the hours from 5 to 12
    assert track["utilisation"] == pytest.approx((3 + 4 + 3) / 24)  # two tracks
    assert customs["mean_wait_h"] == pytest.approx(1 / 3)
    assert customs["p95_wait_h"] == pytest.approx(0.9)  # waits 0, 0, 1: position 1.9
    assert crane["mean_queue"] == pytest.approx(2 / 12)
    assert crane["max_queue"] == 1
    assert track["max_queue"] == 0


def test_a_path_is_taken_for_its_headway() -> None:
    b = PlanBuilder(100)
    path = b.facility("path", headway_s=20, link="line", kind="path")
    b.service("train", vehicle_class="train")
    b.pass_(path, 30, "line", link="line")
    b.end()
    b.vehicles([0, 0, 80])
    rows = [(0, "line", 0, 0, 30, 30), (1, "line", 0, 20, 50, 50), (2, "line", 80, 80, None, None)]
    trace = hand_trace(b.build(), rows, {0: 30, 1: 50})
    assert facility_table(trace)["utilisation"].tolist() == [0.6]
    line = link_table(trace).iloc[0]
    assert line["vehicles_per_day"] == pytest.approx(2 * 864)
    assert line["utilisation"] == pytest.approx(0.6)
    assert line["mean_wait_h"] == pytest.approx(20 / 3 / 3600)


def test_dwell_is_split_by_step() -> None:
    table = dwell_by_step(three_trains()).set_index("step")
    assert table["wait_h"].to_dict() == {"receive": 0.0, "customs": 0.5, "cross": 0.0, "crane": 1.0}
    assert table["service_h"].to_dict() == {"receive": 0.0, "customs": 2.0, "cross": 1.0, "crane": 2.0}
    assert table["at"].to_dict() == {
        "receive": "track",
        "customs": "customs",
        "cross": "border_crossing",
        "crane": "crane",
    }


def test_waiting_has_causes() -> None:
    table = waiting_by_cause(three_trains())
    found = {(row.at, row.cause): row.hours for row in table.itertuples()}
    assert found == {("customs", "busy"): 1.0, ("crane", "closed"): 1.0, ("crane", "wagons"): 1.0}
    trucks = {(row.at, row.cause): row.hours for row in waiting_by_cause(one_truck_two_trips()).itertuples()}
    assert trucks == {("gate", "closed"): 3.0, ("empty_gate", "closed"): 2.0}  # the second up to the horizon


def test_queues_over_time() -> None:
    port = queue_over_time(three_trains(), port="erenhot", every_s=H)
    assert port["waiting"].tolist() == [0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0, 0]
    assert port["inside"].tolist() == [0, 1, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1]
    crane = queue_over_time(three_trains(), facility="crane", every_s=2 * H)
    assert crane["waiting"].tolist() == [0, 0, 1, 1, 0, 0]
    with pytest.raises(KeyError):
        queue_over_time(three_trains(), facility="no_such_crane")


def test_throughput_over_time() -> None:
    table = throughput_over_time(three_trains(), every_s=4 * H)
    assert table["vehicles"].tolist() == [0, 1, 1]
    assert table["tonnes"].tolist() == [0.0, 1000.0, 1000.0]


@pytest.mark.parametrize("most", [1, 4, 10_000])
def test_percentiles_are_those_of_numpy(most: int) -> None:
    """Ties or none, groups without rows in the middle and at the end, one with a single row."""
    rng = np.random.default_rng(7)
    group, values = rng.choice([0, 1, 3, 4], 200), rng.integers(0, most, 201)
    group = np.append(group, 5)
    shares = (0, 0.5, 0.9, 0.95, 1)
    found = percentiles(group, values, 7, shares)
    for k in (0, 1, 3, 4, 5):
        assert found[k] == pytest.approx(np.percentile(values[group == k], [100 * share for share in shares]))
    assert np.isnan(found[[2, 6]]).all()
    zeros = np.bincount(group[values == 0], minlength=7)
    some = values > 0
    assert np.array_equal(percentiles(group[some], values[some], 7, shares, zeros), found, equal_nan=True)
