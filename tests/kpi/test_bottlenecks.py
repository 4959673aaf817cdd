"""The bottleneck by both measures, against small cases worked by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from corridors.messages import Message
from sim.core.plan_builder import PlanBuilder
from sim.core.trace import Trace
from sim.engines import simulate
from sim.kpi.bottlenecks import active_periods, bottleneck_table, messages, momentary_table
from sim.kpi.waiting import waiting_by_cause
from sim.output.run_output import RunOutput
from sim.text.names import Names
from tests.helpers.hand_traces import hand_trace
from tests.helpers.stories import H, three_trains

NAMES_ZH = Names(
    "zh",
    ports={"erenhot": "二连浩特"},
    classes={"container_train": "集装箱班列"},
    things={"crane": "换装门吊", "customs": "海关"},
)


def bottlenecks_of(trace: Trace) -> pd.DataFrame:
    return bottleneck_table(waiting_by_cause(trace), momentary_table(trace))


def periods(trace: Trace) -> list[tuple[str, int, int]]:
    found = active_periods(RunOutput(trace))
    names = trace.plan.labels.facility
    return [(names[f], a, b) for f, a, b in zip(found.facility, found.from_s, found.to_s, strict=True)]


def working(spans: dict[str, list[tuple[int, int]]], horizon_s: int = 100, warmup_s: int = 0) -> Trace:
    """Facilities of one port with one server each, busy in the given spans."""
    b = PlanBuilder(horizon_s, warmup_s=warmup_s)
    rows, left = [], {}
    for name, busy in spans.items():
        facility = b.facility(name, port="ceke", side="cn")
        b.service(f"to {name}", vehicle_class="truck")
        b.serve(facility, [end - start for start, end in busy], name, port="ceke", direction="inbound", side="cn")
        b.end()
        b.vehicles([start for start, _ in busy])
        for start, end in busy:
            left[len(rows)] = end
            rows.append((len(rows), name, start, start, end, end))
    return hand_trace(b.build(), rows, left)


def shares(trace: Trace) -> dict[str, tuple[float, float, float]]:
    table = momentary_table(trace)
    return {
        row.facility: (row.momentary_share, row.sole_share, row.shifting_share) for row in table.itertuples(index=False)
    }


def test_active_means_all_servers_busy_and_none_blocked_or_a_vehicle_waiting() -> None:
    # Customs: busy 1 to 5 and from 9 on. Crane: waited for from 4, works until 9. Two tracks: both kept from 2 to 4,
    # until 3 one of them by a train that waits for customs.
    assert periods(three_trains()) == [
        ("track", 3 * H, 4 * H),
        ("customs", 1 * H, 5 * H),
        ("customs", 9 * H, 12 * H),
        ("crane", 4 * H, 9 * H),
    ]


def test_the_bottleneck_shifts_where_periods_overlap() -> None:
    # a: 0-40, b: 30-90 (longer: takes over at 30), a again: 95-100 after a pause without an active facility.
    found = shares(working({"a": [(0, 40), (95, 99)], "b": [(30, 90)]}))
    assert found["a"] == pytest.approx((0.30 + 0.04, 0.30 + 0.04, 0.10))
    assert found["b"] == pytest.approx((0.60, 0.50, 0.10))


def test_a_longer_period_keeps_the_turn_until_it_ends() -> None:
    # a: 0-60 is longer than b: 50-90, so b's turn begins only at 60; from 50 to 60 it shifts.
    found = shares(working({"a": [(0, 60)], "b": [(50, 90)], "c": [(10, 20)]}))
    assert found["a"] == pytest.approx((0.60, 0.50, 0.10))
    assert found["b"] == pytest.approx((0.30, 0.30, 0.10))
    assert found["c"] == (0.0, 0.0, 0.0)


def test_a_period_is_long_also_by_what_lies_before_the_window() -> None:
    # b (0-60) outlasts a (40-90) although the window begins at 50: it has the turn until 60.
    found = shares(working({"a": [(40, 90)], "b": [(0, 60)]}, warmup_s=50))
    assert found["b"] == pytest.approx((0.2, 0.0, 0.2))
    assert found["a"] == pytest.approx((0.6, 0.6, 0.2))


def test_three_trains_wait_for_the_crane() -> None:
    table = bottlenecks_of(three_trains())
    found = {row.facility: (row.share_of_waiting, row.momentary_share) for row in table.itertuples()}
    # Waiting: 2 h for the crane, 1 h for customs. Crane 4-9 is longer than customs 1-5 and takes over at 4.
    assert found == {"crane": pytest.approx((2 / 3, 5 / 12)), "customs": pytest.approx((1 / 3, 6 / 12))}
    assert list(table["facility"]) == ["crane", "customs"]


def test_what_a_class_does_not_pass_is_not_its_bottleneck() -> None:
    b = PlanBuilder(100)
    gate, crane = b.facility("gate", port="erenhot", side="cn"), b.facility("crane", port="erenhot", side="cn")
    here = {"port": "erenhot", "direction": "outbound", "side": "cn"}
    for name, facility, lasts in (("truck", gate, 90), ("train", crane, 30)):
        b.service(name, vehicle_class=name)
        b.serve(facility, lasts, name, **here)
        b.end()
        b.vehicles([0])
    trace = hand_trace(b.build(), [(0, "truck", 0, 0, 90, 90), (1, "train", 0, 0, 30, 30)], {0: 90, 1: 30})
    found = {
        (row.facility, row._2): row.momentary_share
        for row in momentary_table(trace)[["facility", "class", "momentary_share"]].itertuples()
    }
    assert found == {("gate", "truck"): 0.9, ("crane", "train"): 0.3}


def test_who_waits_inland_for_a_place_across_waits_for_the_port() -> None:
    b = PlanBuilder(100)
    slot = b.facility("slot", 0, nominal=1, port="erenhot", side="foreign", kind="slot")
    b.service("boxes", vehicle_class="train")
    b.serve(slot, 5, "slot", cause="quota")
    b.travel(5, "cross", port="erenhot", direction="outbound", side="cn")
    b.end()
    b.vehicles([10])
    trace = hand_trace(b.build(), [(0, "slot", 10, None, None, None)], {})
    assert bottlenecks_of(trace).to_dict("records") == [
        {
            "port": "erenhot",
            "direction": "outbound",
            "class": "train",
            "facility": "slot",
            "share_of_waiting": 1.0,
            "momentary_share": 0.9,
        }
    ]


def test_a_message_for_each_direction_and_class() -> None:
    found = messages(waiting_by_cause(three_trains()), momentary_table(three_trains()))
    [answer] = found["erenhot"]
    params = dict(answer.params)
    waiting, turns = params["waiting"], params["turns"]
    assert (answer.code, list(found)) == ("bottleneck_with_turns", ["erenhot"])
    assert isinstance(waiting, Message)
    assert isinstance(turns, tuple)
    assert dict(waiting.params) == {
        "traffic_class": "container_train",
        "direction": "outbound",
        "share": pytest.approx(2 / 3),
        "thing": "crane",
        "cause": "closed",
    }
    assert [dict(turn.params)["thing"] for turn in turns if isinstance(turn, Message)] == ["customs", "crane"]
    assert Names().sentence(answer) == (
        "container_train, outbound: 67% of the waiting time is for crane "
        "(main cause: closed by hours, closure or repair)."
        " From moment to moment the traffic is limited by customs (50% of the time), crane (42% of the time)."
    )
    assert NAMES_ZH.sentence(answer) == (
        "集装箱班列（出境）：67%的等待时间发生在换装门吊，主要原因：非开放时段、临时关闭或维修。"
        "各时刻制约该运输的是：海关（50%的时间）、换装门吊（42%的时间）。"
    )


def test_a_facility_at_which_nothing_waits_is_not_named() -> None:
    """A gate is busy half of the time and never has a queue; all wait for room in the yard behind it."""
    b = PlanBuilder(240 * H)
    at = b.facility("gate", 1, port="erenhot", side="cn")
    yard = b.stock("yard", 0, 20, port="erenhot", side="cn", kind="cargo", unit="t")
    b.service("truck", vehicle_class="truck", t=10.0)
    b.serve(at, H // 2, "gate", port="erenhot", side="cn", direction="outbound")
    b.give_back(yard, 10, "unload", port="erenhot", side="cn", direction="outbound")
    b.end()
    b.vehicles([k * H for k in range(240)])
    trace = simulate(b.build())
    table = momentary_table(trace)
    assert dict(zip(table["facility"], table["momentary_share"], strict=True)) == {"gate": pytest.approx(0.5)}
    [answer] = messages(waiting_by_cause(trace), table)["erenhot"]
    assert answer.code == "bottleneck"
    assert dict(answer.params)["thing"] == "yard"


def test_a_port_without_waiting() -> None:
    quiet = working({"a": [(0, 10)]})
    assert bottlenecks_of(quiet).empty
    assert messages(waiting_by_cause(quiet), momentary_table(quiet)) == {"ceke": []}


def test_waiting_outside_the_ports_has_messages_of_its_own() -> None:
    waiting = pd.DataFrame(
        [
            ("", "", "train", "line", "closed", 30.0),
            ("", "", "train", "line", "capacity", 10.0),
            ("", "", "train", "mine", "capacity", 40.0),
            ("", "", "truck", "mine", "capacity", 200.0),
        ],
        columns=["port", "direction", "class", "at", "cause", "hours"],
    )
    nothing = momentary_table(working({"a": []})).iloc[:0]
    found = messages(waiting, nothing)
    assert list(found) == [""]
    assert [dict(one.params)["hours"] for one in found[""]] == [200, 80]
    names = Names("zh", classes={"train": "列车"}, vehicles={"train": "列"}, things={"line": "干线"})
    sentence = names.sentence(found[""][1])
    assert sentence.startswith("列车（口岸以外）：共等待80列·小时，其中50%发生在干线")
