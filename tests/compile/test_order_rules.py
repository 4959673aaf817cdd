"""Orders that a rule issues, worked by hand; both engines give every trace.

The epoch is midnight UTC of 2 January 2023. The rule looks at 18:00 in Beijing, hour 10 of each day of the run.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from corridors.model import Corridor
from corridors.overlay.applying import apply
from corridors.overlay.changes import Change
from sim.compile.assembly import compile_plan
from sim.compile.idle_changes import idle_changes
from sim.core.run_settings import RunSettings
from sim.core.trace import Trace
from sim.engines import simulate
from sim.kpi.bottlenecks import messages as bottleneck_messages
from sim.kpi.bottlenecks import momentary_table
from sim.kpi.orders import messages, order_table
from sim.kpi.waiting import waiting_by_cause
from sim.kpi.waiting_roots import waiting_by_root
from sim.output.controllers import times_in_force
from sim.output.deadlock import deadlocks
from tests.helpers.both_engines import agreed_trace
from tests.helpers.worlds import (
    closure,
    departure,
    duration,
    facility,
    itinerary,
    link,
    order,
    order_rule,
    place,
    port,
    service,
    step,
    vehicle_class,
    world,
)

H = 3600
SETTINGS = RunSettings(date(2023, 1, 2), 8)
OUT = {"port": "pass", "direction": "outbound"}
RULE = {"direction": "outbound", "traffic": "trains"}


def line(*more: Any) -> Corridor:
    """A train every six hours (from hour 0), an hour to the border, where a gate of 2 h is shut for three days.

    The gate is shut on 3, 4 and 5 January in Beijing, hours 16 to 88.
    """
    return world(
        [place(name) for name in ("plain", "border")],
        port("pass"),
        link("plain", "border"),
        facility("gate", port="pass"),
        duration("check", 120),
        closure("gate", "2023-01-03", id="shut", last_day="2023-01-05"),
        itinerary(
            "export",
            step("mark", place="plain"),
            step("travel", step="go", place="border", mode="rail_1435"),
            step("serve", facility="gate", duration="check", **OUT),
        ),
        service("trains", "export", 4, arrivals="timetable"),
        [departure(f"d{n}", "trains", f"{6 * n + 2:02d}:00") for n in range(4)],
        list(more),
    )


def run(corridor: Corridor) -> Trace:
    """The agreed trace, in which no vehicle is stuck."""
    trace = agreed_trace(corridor, SETTINGS)
    assert deadlocks(trace) == []
    return trace


def orders(trace: Trace) -> list[tuple[float, float, int]]:
    """(from, to, vehicles counted) of each order, in hours; -1 for one that is still in force."""
    return [(one.from_s / H, one.to_s / H if one.to_s >= 0 else -1, one.count) for one in times_in_force(trace)]


def held(trace: Trace, gate: str = "policy.rule") -> list[tuple[float, float]]:
    """(queued, let pass) in hours of the vehicles that waited for an order."""
    at = np.flatnonzero(np.array(trace.plan.labels.op_step)[trace.op] == gate)
    at = at[trace.started_s[at] != trace.queued_s[at]]
    return sorted(zip((trace.queued_s[at] / H).tolist(), (trace.started_s[at] / H).tolist(), strict=True))


def test_loading_stops_while_many_wait_and_starts_again_when_few_do() -> None:
    """Trains leave at hours 0, 6, 12, 18 and so on, an hour before they are at the gate, which is shut from 16 to 88.

    Those of hours 19, 25 and 31 wait at the check of hour 34: an order. Those of 36 to 102 wait for loading. The gate
    opens at hour 88 and serves three by hour 94; at hour 106 none waits, and all twelve leave. At hour 130 they and
    four more have come, 16 in all, and the gate has begun 12, every 2 h from 107 on: four wait, the next order. Those
    of 132 to 150 wait until hour 154.
    """
    trace = run(line(order_rule("pass", "gate", 3, 1, **RULE)))
    assert trace.check_count.tolist() == [0, 3, 3, 3, 0, 4, 0, 0]
    assert orders(trace) == [(34, 106, 3), (130, 154, 4)]
    assert held(trace) == [(hour, 106) for hour in range(36, 103, 6)] + [(hour, 154) for hour in range(132, 151, 6)]


@pytest.mark.parametrize(("min_days", "lifted"), [(0, 106), (3, 106), (3.5, 130), (30, -1)])
def test_an_order_lasts_its_shortest_time(min_days: float, lifted: float) -> None:
    trace = run(line(order_rule("pass", "gate", 3, 1, min_days=min_days, **RULE)))
    assert orders(trace)[0] == (34, lifted, 3)


def test_the_threshold_and_the_time_of_the_check_decide_when_an_order_is_issued() -> None:
    """At hour 82 trains 19 to 79 wait, eleven; at 106 nine of them were begun, from 88 on, and two wait; 130: none.

    06:00 are hours 22, 46 and so on: five at 46; three are begun before 94, so the order ends at 118. 18:00 in UTC are
    hours 18, 42 and so on: four at 42, of which one is begun before 90.
    """
    assert orders(run(line(order_rule("pass", "gate", 8, 1, **RULE))))[0] == (82, 130, 11)
    assert orders(run(line(order_rule("pass", "gate", 3, 1, check_time="06:00", **RULE))))[0] == (46, 118, 5)
    assert orders(run(line(order_rule("pass", "gate", 3, 1, time_zone="UTC", **RULE))))[0] == (42, 114, 4)


def test_only_the_traffic_that_the_rule_names_is_counted_and_held() -> None:
    mail = [
        vehicle_class("train"),
        vehicle_class("mail"),
        service("post", "export", 4, arrivals="timetable", vehicle_class="mail"),
        [departure(f"p{n}", "post", f"{6 * n + 2:02d}:00") for n in range(4)],
    ]
    both = run(line(order_rule("pass", "gate", 6, 1, **RULE), *mail))
    # The post is not held: of 22 by hour 130, 21 are begun before, and one is counted.
    assert orders(both)[0] == (34, 154, 6)
    trains = run(line(order_rule("pass", "gate", 3, 1, watch_traffic="trains", **RULE), *mail))
    assert orders(trains)[0][0::2] == (34, 3)
    names = np.array(trains.plan.labels.service)[trains.plan.vehicle_service]
    at_gate = trains.vehicle[np.array(trains.plan.labels.op_step)[trains.op] == "policy.rule"]
    assert set(names[at_gate]) == {"trains"}


def test_half_of_the_loading_continues_where_a_rule_halves_it() -> None:
    trace = run(line(order_rule("pass", "gate", 3, 1, share=0.5, **RULE)))
    whole = run(line(order_rule("pass", "gate", 3, 1, **RULE)))
    assert 0 < len(held(trace)) < len(held(whole))


def test_a_rule_that_is_not_in_use_or_holds_no_traffic_changes_no_byte_of_the_plan() -> None:
    plain = compile_plan(line(), SETTINGS)
    for rule in (
        order_rule("pass", "gate", 3, 1, active=False, **RULE),
        order_rule("pass", "gate", 3, 1, direction="inbound"),
    ):
        plan = compile_plan(line(rule), SETTINGS)
        assert plan.fingerprint() == plain.fingerprint()
        assert plan.labels == plain.labels


def test_waiting_for_an_order_of_a_rule_has_its_cause_and_its_root() -> None:
    trace = run(line(order_rule("pass", "gate", 3, 1, **RULE)))
    causes, roots = waiting_by_cause(trace), waiting_by_root(trace)
    hours = sum(passed - queued for queued, passed in held(trace))
    assert causes.loc[causes["cause"] == "order", ["port", "direction", "at", "hours"]].to_numpy().tolist() == [
        ["pass", "outbound", "policy.rule", hours]
    ]
    assert roots.loc[roots["root_state"] == "order", ["root", "hours"]].to_numpy().tolist() == [["policy.rule", hours]]


def test_the_table_of_orders_has_each_order_and_who_waited_for_it() -> None:
    trace = run(line(order_rule("pass", "gate", 3, 1, **RULE), order("pass", "2023-01-09", traffic="trains")))
    table = order_table(trace)
    assert table[["order", "issued", "begins", "ends", "days"]].to_numpy().tolist() == [
        ["policy.rule", "by_rule", "2023-01-03T10:00:00+00:00", "2023-01-06T10:00:00+00:00", 3],
        ["policy.rule", "by_rule", "2023-01-07T10:00:00+00:00", "2023-01-08T10:00:00+00:00", 1],
        ["stop.order", "dated", "2023-01-08T16:00:00+00:00", "2023-01-09T16:00:00+00:00", 1],
    ]
    assert table[["held", "longest_queue"]].to_numpy().tolist() == [[12, 12], [4, 4], [4, 4]]
    assert table["counted"].tolist()[:2] == [3, 4]
    assert np.isnan(table["counted"][2])
    assert table["held_h"].tolist() == [sum(106 - h for h in range(36, 103, 6)), 22 + 16 + 10 + 4, 22 + 16 + 10 + 4]
    texts = [dict(note.params) for note in messages(table)]
    assert [(one["thing"], one["orders"], one["days"], one["held"]) for one in texts] == [
        ("policy.rule", 2, 4, 16), ("stop.order", 1, 1, 4),
    ]  # fmt: skip
    assert order_table(run(line())).empty


def test_orders_count_within_the_measured_window_only() -> None:
    corridor = line(order_rule("pass", "gate", 3, 1, **RULE))
    trace = simulate(compile_plan(corridor, RunSettings(date(2023, 1, 2), 8, warmup_days=3)), "simpy")
    # The warm-up ends at hour 72 of the first order, from 34 to 106.
    assert order_table(trace)["days"].tolist() == [(106 - 72) / 24, 1]


def test_a_change_of_a_rule_without_effect_is_found_with_its_reason() -> None:
    base = line(order_rule("pass", "gate", 3, 1, active=False, **RULE))

    def reason(*changes: Change) -> list[str]:
        return [one.code for one in idle_changes(base, apply(base, changes), changes, SETTINGS)]

    on = Change(op="set", address="order_rules.policy.active", value=True)
    other = Change(op="set", address="order_rules.policy.above", value=5)
    assert reason(on) == reason(on, other) == []
    assert reason(other) == ["idle.rule_not_in_use"]


def test_a_rule_that_issues_no_order_says_how_many_it_counted_at_most() -> None:
    trace = run(line(order_rule("pass", "gate", 50, 1, **RULE)))
    (row,) = order_table(trace).to_dict("records")
    assert (row["order"], row["issued"], row["days"], row["held"]) == ("policy.rule", "not_issued", 0, 0)
    assert row["counted"] == trace.check_count.max() > 0
    (note,) = messages(order_table(trace))
    assert (note.code, dict(note.params)["most"]) == ("orders_none", trace.check_count.max())


def test_waiting_for_an_order_is_said_to_be_due_to_it() -> None:
    trace = run(line(order_rule("pass", "gate", 3, 1, **RULE)))
    causes = waiting_by_cause(trace)
    held_up = causes[causes["cause"] == "order"]
    (said,) = bottleneck_messages(held_up, momentary_table(trace))["pass"]
    assert said.code == "bottleneck_order"
