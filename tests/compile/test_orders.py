"""Orders, worked by hand: who waits for which day, and where; both engines give every trace.

The epoch is midnight UTC of 2 January 2023. Days of an order are those of its clock: one of 3 January in Beijing is in
force from hour 16 to hour 40 of the run.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from corridors.checks import check as findings_of
from corridors.model import Corridor
from corridors.overlay.applying import apply
from corridors.overlay.changes import Change
from sim.compile.assembly import compile_plan
from sim.compile.idle_changes import idle_changes
from sim.core.run_settings import RunSettings
from sim.core.trace import Trace
from sim.kpi.orders import order_table
from sim.kpi.stocks import stock_table
from sim.kpi.waiting import waiting_by_cause
from sim.kpi.waiting_roots import waiting_by_root
from sim.output.deadlock import deadlocks
from sim.text.names import Names
from tests.helpers.both_engines import agreed_trace
from tests.helpers.worlds import (
    alternative,
    departure,
    duration,
    facility,
    itinerary,
    link,
    order,
    place,
    port,
    service,
    step,
    vehicle_class,
    world,
)

H = 3600
SETTINGS = RunSettings(date(2023, 1, 2), 6)
OUT = {"port": "pass", "direction": "outbound"}


def line(*more: Any, per_day: int = 1, **service_row: Any) -> Corridor:
    """Trains from the plain by the town to the border, an hour each, where they pass a gate.

    Every day ``per_day`` trains depart, the first at hour 12 (20:00 in Beijing), an hour apart.
    """
    return world(
        [place(name) for name in ("plain", "town", "border")],
        port("pass"),
        link("plain", "town"),
        link("town", "border"),
        facility("gate", port="pass"),
        duration("check", 10),
        itinerary(
            "export",
            step("mark", place="plain"),
            step("travel", step="go", place="border", mode="rail_1435"),
            step("serve", facility="gate", duration="check", **OUT),
        ),
        service("trains", "export", per_day, arrivals="timetable", **service_row),
        [departure(f"d{n}", "trains", f"{20 + n}:00") for n in range(per_day)],
        list(more),
    )


def run(corridor: Corridor, settings: RunSettings = SETTINGS) -> Trace:
    """The agreed trace, in which no vehicle is stuck."""
    trace = agreed_trace(corridor, settings)
    assert deadlocks(trace) == []
    return trace


def hours(trace: Trace, step: str = "stop.order") -> list[tuple[float, float]]:
    """(queued, let pass) in hours of all vehicles at the gate of an order; -1 for one that still waits."""
    at = np.flatnonzero(np.array(trace.plan.labels.op_step)[trace.op] == step)
    times = zip(trace.queued_s[at].tolist(), trace.started_s[at].tolist(), strict=True)
    return sorted((queued / H, started / H if started >= 0 else -1) for queued, started in times)


def test_vehicles_wait_at_the_origin_until_the_day_after_the_last_day_of_a_stop() -> None:
    trace = run(line(order("pass", "2023-01-03", "2023-01-04")))
    # In force from hour 16 to hour 64.
    assert hours(trace) == [(12, 12), (36, 64), (60, 64), (84, 84), (108, 108), (132, 132)]
    assert (trace.queued_s[trace.op == 0] % (24 * H) == 12 * H).all()


def test_the_days_of_an_order_are_those_of_its_clock() -> None:
    trace = run(line(order("pass", "2023-01-03", time_zone="UTC")))
    assert hours(trace)[1] == (36, 48)


def test_an_agreed_exchange_lets_so_many_pass_a_day_and_unused_places_lapse() -> None:
    trace = run(line(order("pass", "2023-01-03", "2023-01-07", takes_per_day=2), per_day=3))
    # Places from hours 16, 40, 64, 88, 112; trains at hours 12, 13, 14 of each day.
    assert hours(trace)[3:9] == [(36, 36), (37, 37), (38, 40), (60, 60), (61, 64), (62, 64)]


def test_a_fraction_of_a_place_is_given_on_a_later_day() -> None:
    trace = run(line(order("pass", "2023-01-01", "2023-01-31", takes_per_day=0.5), initial_backlog=9))
    # Half a place is rounded up on the first day and given on every second one: 1, 3, 5, 7 January.
    passed = sorted(passed for _, passed in hours(trace) if passed >= 0)
    assert passed == [16, 64, 112]


def test_those_of_higher_priority_pass_first_and_then_those_who_came_first() -> None:
    express = service("express", "export", 1, arrivals="timetable", priority=0)
    later = departure("later", "express", "21:00")
    trace = run(line(order("pass", "2023-01-03", "2023-01-06", takes_per_day=1), express, later))
    names = np.array(trace.plan.labels.service)[trace.plan.vehicle_service]
    at = np.flatnonzero((np.array(trace.plan.labels.op_step)[trace.op] == "stop.order") & (trace.queued_s >= 16 * H))
    order_of = sorted(at[trace.started_s[at] >= 0], key=lambda k: trace.started_s[k])
    assert [(names[trace.vehicle[k]], trace.started_s[k] // H) for k in order_of[:4]] == [
        ("trains", 36), ("express", 40), ("express", 64), ("express", 88),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "held"),
    [
        ({}, {"trains", "post"}),
        ({"traffic": "trains"}, {"trains"}),
        ({"traffic": "mail"}, {"post"}),
        ({"exempt": "mail"}, {"trains"}),
        ({"traffic": "trains;mail", "exempt": "trains"}, {"post"}),
        ({"direction": "inbound"}, set()),
    ],
)
def test_an_order_holds_the_traffic_that_it_names_and_does_not_exempt(row: dict[str, str], held: set[str]) -> None:
    post = service("post", "export", 1, vehicle_class="mail")
    corridor = line(order("pass", "2023-01-03", **row), post, vehicle_class("mail"), vehicle_class("train"))
    labels = compile_plan(corridor, SETTINGS).labels
    assert {name for name, step in zip(labels.op_service, labels.op_step, strict=True) if step == "stop.order"} == held
    assert ("order.no_traffic" in {one.code for one in findings_of(corridor)}) == (not held)


def test_a_share_holds_the_same_vehicles_whatever_else_changes() -> None:
    half = order("pass", "2023-01-01", "2023-01-31", share=0.5)
    some = line(half, initial_backlog=40)
    more = line(half, order("pass", "2023-01-03", id="other"), initial_backlog=40)
    held = [_held(run(one)) for one in (some, more)]
    assert held[0] == held[1]
    assert 10 < len(held[0]) < 35


def _held(trace: Trace) -> set[int]:
    return set(trace.vehicle[np.array(trace.plan.labels.op_step)[trace.op] == "stop.order"].tolist())


def test_vehicles_wait_at_the_holding_place() -> None:
    trace = run(line(order("pass", "2023-01-03", holding_place="town")))
    assert hours(trace)[:3] == [(13, 13), (37, 40), (61, 61)]
    op = trace.plan.labels.op_step.index("stop.order")
    assert trace.plan.labels.op_place[op] == "town"


def test_an_order_about_a_section_holds_those_who_travel_over_it() -> None:
    assert hours(run(line(order("town_border", "2023-01-03"))))[1] == (36, 40)
    assert hours(run(line(order("town_border", "2023-01-03", holding_place="town"))))[1] == (37, 40)


def test_an_order_that_is_not_in_force_during_the_run_changes_no_byte_of_the_plan() -> None:
    plain = compile_plan(line(), SETTINGS)
    for days in (("2022-01-03", "2022-12-31"), ("2023-01-09", "2023-02-01")):
        plan = compile_plan(line(order("pass", *days)), SETTINGS)
        assert plan.fingerprint() == plain.fingerprint()
        assert plan.labels == plain.labels


def test_a_vehicle_that_chooses_another_port_passes_no_gate_of_this_one() -> None:
    ways = [
        itinerary("start", step("mark", place="plain"), step("choose", choice="port")),
        itinerary("aside", step("mark", place="plain"), step("travel", step="go", place="town", mode="rail_1435")),
        alternative("port", "export", "shares", share=0.5),
        alternative("port", "aside", "shares", share=0.5),
        service("both", "start", 12),
    ]
    corridor = line(order("pass", "2023-01-03", traffic="both"), *ways)
    trace = run(corridor)
    steps = np.array(trace.plan.labels.op_step)[trace.op]
    crossing = set(trace.vehicle[(steps == "gate") | (steps == "stop.order")].tolist())
    assert set(trace.vehicle[steps == "stop.order"].tolist()) == crossing
    assert 0 < len(crossing) < trace.plan.n_vehicles
    assert "order.no_traffic" not in {one.code for one in findings_of(corridor)}


def test_a_fleet_passes_the_gate_once_on_every_trip() -> None:
    back = [
        itinerary(
            "round",
            step("mark", place="plain"),
            step("travel", step="go", place="border", mode="rail_1435"),
            step("serve", facility="gate", duration="check", **OUT),
            step("travel", step="home", place="plain", mode="rail_1435"),
        ),
        service("fleet", "round", fleet=2),
    ]
    trace = run(line(order("pass", "2023-01-03", traffic="fleet"), *back))
    steps = np.array(trace.plan.labels.op_step)[trace.op]
    trips = (np.array(trace.plan.labels.op_service)[trace.op] == "fleet") & (steps == "go.plain_town")
    assert (steps == "stop.order").sum() == trips.sum() == 58
    waits = [(queued, passed) for queued, passed in hours(trace) if queued != passed]
    assert [passed for _, passed in waits] == [40, 40]


def test_waiting_for_an_order_has_its_cause_its_root_and_its_port() -> None:
    trace = run(line(order("pass", "2023-01-03", "2023-01-31", name_en="Halt")))
    causes, roots = waiting_by_cause(trace), waiting_by_root(trace)
    mine = causes[causes["cause"] == "order"]
    # Five trains of the days from 3 to 7 January wait to the end of the run, hour 144.
    assert mine[["port", "direction", "at", "hours"]].to_numpy().tolist() == [
        ["pass", "outbound", "stop.order", 108 + 84 + 60 + 36 + 12]
    ]
    found = roots[roots["root_state"] == "order"]
    assert found[["at", "root", "hours"]].to_numpy().tolist() == [["stop.order", "stop.order", 300]]
    assert stock_table(trace).empty
    names = Names.of(line(order("pass", "2023-01-03", name_en="Halt")), "en")
    assert (names.thing("stop.order"), names.stock("stop.order")) == ("Halt", "Halt (Pass)")


def test_a_change_of_an_order_without_effect_is_found_with_its_reason() -> None:
    base = line()
    row = {"target": "pass", "first_day": "2023-01-03", "last_day": "2023-01-04"}

    def reason(**more: Any) -> list[str]:
        change = Change(op="add", address="orders.stop", row=row | more)
        return [one.code for one in idle_changes(base, apply(base, [change]), [change], SETTINGS)]

    assert reason() == []
    assert reason(first_day="2022-01-03", last_day="2022-01-04") == ["idle.outside_run"]
    assert reason(direction="inbound") == ["idle.order_without_traffic"]
    longer = line(order("pass", "2023-01-03"))
    change = Change(op="set", address="orders.stop.last_day", value="2023-01-05")
    assert idle_changes(longer, apply(longer, [change]), [change], SETTINGS) == []
    assert len(run(apply(longer, [Change(op="remove", address="orders.stop")]))) == len(run(base))


def test_beside_an_order_in_force_other_changes_without_effect_are_still_found() -> None:
    held = line(order("pass", "2023-01-03", "2023-01-04"))
    change = Change(op="close", address="facilities.gate", first_day="2023-03-01")
    assert [one.code for one in idle_changes(held, apply(held, [change]), [change], SETTINGS)] == ["idle.outside_run"]
    same = Change(op="set", address="links.plain_town.both_ways", value=False)
    assert idle_changes(held, apply(held, [same]), [same], SETTINGS)


def test_hours_at_an_order_are_those_within_the_measured_window() -> None:
    """Trains come at hours 36 and 60 and pass at 64: of 28 and 4 h, 12 h of the first are before hour 48."""
    corridor = line(order("pass", "2023-01-03", "2023-01-04"))
    table = order_table(run(corridor, RunSettings(date(2023, 1, 2), 6, warmup_days=2)))
    assert table[["held", "held_h", "days"]].values.tolist() == [[2, 16 + 4, 16 / 24]]
    assert order_table(run(corridor, RunSettings(date(2023, 1, 2), 6, warmup_days=3))).empty


def test_the_dates_of_an_order_are_those_of_its_row_also_before_the_run() -> None:
    """In force from 30 December to 3 January of Beijing; the run begins on 2 January, UTC. A stop and an exchange of
    more than all trains, whose gate is never empty, have the same days."""
    for taken in (0.0, 90_000.0):
        corridor = line(order("pass", "2022-12-30", "2023-01-03", takes_per_day=taken))
        (row,) = order_table(run(corridor)).to_dict("records")
        assert (row["begins"], row["ends"]) == ("2022-12-29T16:00:00+00:00", "2023-01-03T16:00:00+00:00")
        assert row["days"] == 40 / 24
        (open_,) = order_table(run(line(order("pass", "2022-12-30", "2024-01-03", takes_per_day=taken)))).to_dict(
            "records"
        )
        assert (open_["ends"], open_["days"]) == ("", 6.0)


def test_a_service_with_lines_of_the_timetable_has_vehicles() -> None:
    codes = {one.code for one in findings_of(line(per_day=1))}
    rows = line()
    services = {key: replace(row, per_day=0.0, day_cv=0.5) for key, row in rows.services.items()}
    found = {one.code for one in findings_of(replace(rows, services=services))} - codes
    assert not found & {"service.no_rate", "service.days_without_rate"}
    empty = {one.code for one in findings_of(replace(rows, services=services, timetable={}))}
    assert {"service.no_rate", "service.days_without_rate"} <= empty
