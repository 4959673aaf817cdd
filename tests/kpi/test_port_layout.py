"""Diagram of a port: columns follow the order of steps; servers of vehicles that wait elsewhere are blocked."""

from __future__ import annotations

from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder
from sim.engines import reference
from sim.kpi.port_layout import Node, port_layouts
from sim.kpi.replay_frames import replay

MIN = 60


def border() -> Plan:
    """Trains hold one of two tracks, are checked, and are lifted by one crane; trucks take what lies in the yard."""
    b = PlanBuilder(horizon_s=600 * MIN)
    track = b.facility("track", servers=2, port="p", side="cn")
    check = b.facility("check", port="p", side="cn")
    crane = b.facility("crane", port="p", side="cn")
    loader = b.facility("loader", port="p", side="cn")
    yard = b.stock("yard", 0, port="p", side="cn", kind="cargo")
    here = {"place": "p", "port": "p", "direction": "inbound"}
    b.service("trains", vehicle_class="train")
    b.hold(track, 0, "track", slot="t", **here)
    b.serve(check, 10 * MIN, "check", **here)
    b.serve(crane, 60 * MIN, "lift", **here)
    b.give_back(yard, 1, "unload", **here)
    b.free(track, slot="t")
    b.end()
    b.vehicles([0, 0, 0])
    b.service("trucks", vehicle_class="truck")
    b.draw(yard, 1, "take", place="p")
    b.serve(loader, MIN, "load", place="p")
    b.end()
    b.vehicles([0])
    return b.build()


def test_facilities_stand_in_the_order_of_the_steps_and_those_who_take_cargo_come_last() -> None:
    layout = port_layouts(border())["p"]
    order = ["track", "check", "crane", "yard", "loader"]
    assert layout.nodes == tuple(Node(thing, "inbound", k, 0) for k, thing in enumerate(order))
    assert layout.edges == ((0, 1), (1, 2), (2, 3), (3, 4))


def test_steps_in_a_circle_have_columns_and_directions_have_separate_ones() -> None:
    b = PlanBuilder(horizon_s=60)
    first, second = b.facility("first", port="p"), b.facility("second", port="p")
    for name, way, direction in (("a", (first, second), "inbound"), ("b", (second, first), "inbound")):
        b.service(name)
        for facility in way:
            b.serve(facility, 1, f"{facility}", port="p", direction=direction)
        b.end()
        b.vehicles([0])
    b.service("c")
    b.serve(second, 1, "s", port="p", direction="outbound")
    b.end()
    b.vehicles([0])
    layout = port_layouts(b.build())["p"]
    assert [(node.thing, node.direction, node.column) for node in layout.nodes] == [
        ("second", "outbound", 0),
        ("first", "inbound", 0),
        ("second", "inbound", 1),
    ]
    assert layout.edges == ((1, 2),)


def test_a_server_is_blocked_while_its_vehicle_waits_for_the_next_step() -> None:
    seen = replay(reference.run(border()), 0, 200 * MIN)
    state = {queue.thing: queue for queue in seen.queues}
    assert sorted(state) == ["check", "crane", "loader", "track", "yard"]
    # The second train has a track from 0 min on, waits for the check until 10 min and for the crane from 20 to 70 min.
    # The third has its track from 70 min on and waits for the crane from 80 to 130 min.
    assert state["track"].blocked.tolist() == [1, 0, *[1] * 5, 0, *[1] * 5, *[0] * 7]
    assert state["track"].busy.tolist() == [*[2] * 13, *[1] * 6, 0]
    assert state["track"].waiting.tolist() == [*[1] * 7, *[0] * 13]
    assert state["crane"].busy.tolist() == [0, *[1] * 18, 0]
    assert not state["crane"].blocked.any()
    assert state["yard"].waiting.tolist() == [*[1] * 7, *[0] * 13]
    assert {thing for thing, queue in state.items() if not queue.crosses} == {"yard"}
