"""Two small stories worked out by hand, on which several tests of key figures agree. Hours are written as such."""

from __future__ import annotations

from corridors.model import Corridor
from sim.core.plan_builder import PlanBuilder
from sim.core.trace import Trace
from tests.helpers.hand_traces import hand_trace
from tests.helpers.worlds import facility, link, place, port, source, vehicle_class, world

H = 3600


def three_trains() -> Trace:
    """Three westbound trains at one port within 12 hours.

    One customs officer on the Chinese side; a crane on the foreign side that opens at hour 5. The receiving track is
    kept until the train has crossed.

        hour      1    2    3    4    5    6    7    8    9   10
        train 0   customs...     cross wait crane....  onward......... left
        train 1        wait customs...    cross wait crane....  onward ...
        train 2                                             customs ...
    """
    b = PlanBuilder(12 * H)
    track = b.facility("track", 2, port="erenhot", side="cn", kind="track")
    customs = b.facility("customs", 1, port="erenhot", side="cn", kind="customs")
    crane = b.facility("crane", 0, nominal=1, port="erenhot", side="foreign", kind="transshipment")
    b.servers_change(crane, 5 * H, 1)
    b.service("west", vehicle_class="container_train", teu=50.0, t=1000.0, wait_usd_per_h=50.0, idle_co2_kg_per_h=20.0)
    cn = {"port": "erenhot", "direction": "outbound", "side": "cn"}
    b.mark("origin", place="inland")
    b.travel(1 * H, "approach", link="inland_border", place="border", cost_usd=100.0, co2_kg=1000.0)
    b.hold(track, 0, "receive", **cn)
    b.serve(customs, [2 * H, 2 * H, 4 * H], "customs", clearance=True, **cn)
    b.travel(1 * H, "cross", port="erenhot", direction="outbound", link="border_crossing", cost_usd=10.0, co2_kg=80.0)
    b.free(track)
    b.serve(crane, 2 * H, "crane", port="erenhot", direction="outbound", side="foreign", cause="wagons")
    b.travel([3 * H, 4 * H, 3 * H], "onward", link="border_west", cost_usd=200.0, co2_kg=900.0)
    b.end()
    b.vehicles([0, 1 * H, 8 * H])
    rows = [
        (0, "origin", 0, 0, 0, 0),
        (0, "approach", 0, 0, 1, 1),
        (0, "receive", 1, 1, 1, 4),
        (0, "customs", 1, 1, 3, 3),
        (0, "cross", 3, 3, 4, 4),
        (0, "crane", 4, 5, 7, 7),
        (0, "onward", 7, 7, 10, 10),
        (1, "origin", 1, 1, 1, 1),
        (1, "approach", 1, 1, 2, 2),
        (1, "receive", 2, 2, 2, 6),
        (1, "customs", 2, 3, 5, 5),
        (1, "cross", 5, 5, 6, 6),
        (1, "crane", 6, 7, 9, 9),
        (1, "onward", 9, 9, None, None),
        (2, "origin", 8, 8, 8, 8),
        (2, "approach", 8, 8, 9, 9),
        (2, "receive", 9, 9, 9, None),
        (2, "customs", 9, 9, None, None),
    ]
    return hand_trace(b.build(), _in_seconds(rows), {0: 10 * H})


def world_of_three_trains() -> Corridor:
    """The places, links and names behind :func:`three_trains`."""
    return world(
        place("inland", name_en="Inland Town", name_zh="内地", latitude=41.0, longitude=113.1),
        place("border", name_en="Border Town", name_zh="边城", latitude=43.65, longitude=111.98),
        place("far", name_en="Far Town", name_zh="对岸", country="MN", latitude=43.72, longitude=111.9),
        place("west", name_en="West City", name_zh="西城", country="MN", latitude=47.9, longitude=106.9),
        link("inland", "border", name_en="Inland line", name_zh="内地线", paths_per_day=10.0),
        link("border", "far", id="border_crossing", name_en="Crossing", name_zh="过境段"),
        link("far", "west", id="border_west", name_en="West line", name_zh="西线"),
        port("erenhot", "border", "far", name_en="Erenhot - Zamyn-Uud", name_zh="二连浩特—扎门乌德"),
        facility("track", 2, port="erenhot", kind="track", name_en="Receiving tracks", name_zh="到发线"),
        facility("customs", port="erenhot", kind="customs", name_en="Customs hall", name_zh="海关大厅"),
        facility(
            "crane", port="erenhot", side="foreign", kind="transshipment", name_en="Gantry", name_zh="门吊", place="far"
        ),
        vehicle_class("container_train", name_en="Container train", name_zh="集装箱班列"),
        source("test", title="A <test> & its </script> source"),
    )


def one_truck_two_trips() -> Trace:
    """A coal truck that goes round twice within 24 hours, and waits for its third gate at the end.

    Trip one: loads 0-1, gate inbound 1-2, unloads 2-3, empty gate 3-4, then is back at once (a mark without length).
    Trip two: loads 4-5, waits for the gate until 8 (closed 6-8), in 8-9, unloads 9-10, waits for the empty gate.
    """
    b = PlanBuilder(12 * H)
    loader = b.facility("loader")
    gate = b.facility("gate", 1, port="ceke", side="foreign", kind="gate")
    back = b.facility("empty_gate", 1, port="ceke", side="foreign", kind="gate")
    b.servers_change(gate, 2 * H, -1)
    b.servers_change(gate, 8 * H, 1)
    b.servers_change(back, 6 * H, -1)
    b.service("trucks", vehicle_class="truck", t=100.0, wait_usd_per_h=10.0)
    b.serve(loader, 1 * H, "load", loaded=False, cost_usd=20.0)
    b.serve(gate, 1 * H, "gate", port="ceke", direction="inbound", side="foreign", cost_usd=30.0)
    b.travel(1 * H, "unload", port="ceke", direction="inbound", side="cn")
    b.serve(back, 1 * H, "empty_gate", port="ceke", direction="outbound", side="foreign", loaded=False, cost_usd=5.0)
    b.mark("home", loaded=False)
    b.end()
    b.vehicles([0], trips=2)
    rows = [
        (0, "load", 0, 0, 1, 1),
        (0, "gate", 1, 1, 2, 2),
        (0, "unload", 2, 2, 3, 3),
        (0, "empty_gate", 3, 3, 4, 4),
        (0, "home", 4, 4, 4, 4),
        (0, "load", 4, 4, 5, 5),
        (0, "gate", 5, 8, 9, 9),
        (0, "unload", 9, 9, 10, 10),
        (0, "empty_gate", 10, None, None, None),
    ]
    return hand_trace(b.build(), _in_seconds(rows), {})


def _in_seconds(rows: list[tuple]) -> list[tuple]:
    return [(vehicle, step, *(None if t is None else t * H for t in times)) for vehicle, step, *times in rows]
