"""A port at an instant: who waits where and since when, worked by hand, with the counts of the replay."""

from __future__ import annotations

from sim.core.plan_builder import PlanBuilder
from sim.core.trace import Visits
from sim.engines import reference
from sim.kpi.port_at import Part, Waiting, port_at
from sim.kpi.replay_frames import queues_of_ports

MIN = 60


def border() -> Visits:
    """Three trains for two tracks and one crane of an hour; a truck waits for cargo in the yard; one truck outbound."""
    b = PlanBuilder(horizon_s=600 * MIN)
    track = b.facility("track", servers=2, port="p", side="cn")
    crane = b.facility("crane", port="p", side="cn")
    gate = b.facility("gate", port="p", side="cn")
    yard = b.stock("yard", 0, port="p", side="cn", kind="cargo")
    inbound, outbound = ({"place": "p", "port": "p", "direction": way} for way in ("inbound", "outbound"))
    b.service("trains", vehicle_class="train")
    b.hold(track, 0, "track", slot="t", **inbound)
    b.serve(crane, 60 * MIN, "lift", **inbound)
    b.give_back(yard, 1, "unload", **inbound)
    b.free(track, slot="t")
    b.end()
    b.vehicles([0, 0, 0])
    b.service("inland", vehicle_class="inland_truck")
    b.draw(yard, 1, "take", place="p")
    b.end()
    b.vehicles([10 * MIN])
    for name, klass, begin in (("slow", "truck", 0), ("quick", "van", 5 * MIN)):
        b.service(name, vehicle_class=klass)
        b.serve(gate, 30 * MIN, "leave", **outbound)
        b.end()
        b.vehicles([begin])
    return reference.play(b.build())


def parts(at_min: int) -> dict[tuple[str, str], Part]:
    return {(part.direction, part.thing): part for part in port_at(border(), "p", at_min * MIN)}


def test_those_who_wait_are_counted_by_direction_and_class_with_the_longest_wait() -> None:
    found = parts(20)
    assert found["inbound", "track"].waiting == (Waiting("train", 1, 20 * MIN),)
    assert found["inbound", "crane"].waiting == (Waiting("train", 1, 20 * MIN),)
    assert found["inbound", "yard"].waiting == (Waiting("inland_truck", 1, 10 * MIN),)
    assert found["outbound", "gate"].waiting == (Waiting("van", 1, 15 * MIN),)


def test_servers_are_in_use_or_blocked_and_a_stock_has_its_level() -> None:
    found = parts(20)
    track, crane, yard = (found["inbound", thing] for thing in ("track", "crane", "yard"))
    assert (track.servers, track.busy, track.blocked, track.level) == (2, 2, 1, None)
    assert (crane.servers, crane.busy, crane.blocked) == (1, 1, 0)
    assert (yard.servers, yard.busy, yard.level) == (None, 0, 0.0)
    # The first lift gives one unit, which the truck takes; two are left when all trains are gone.
    later = parts(500)
    assert later["inbound", "yard"].level == 2.0
    assert sum(part.count for part in later.values()) == 0


def test_a_wait_ends_at_the_instant_at_which_service_begins() -> None:
    assert parts(30)["outbound", "gate"].waiting == ()
    assert parts(29)["outbound", "gate"].waiting == (Waiting("van", 1, 24 * MIN),)
    assert parts(5)["outbound", "gate"].waiting == (Waiting("van", 1, 0),)


def test_the_order_is_that_of_the_diagram_and_the_counts_are_those_of_the_replay() -> None:
    visits = border()
    for at_s in range(0, 240 * MIN, 10 * MIN):
        found = port_at(visits, "p", at_s)
        assert [part.thing for part in found] == ["gate", "track", "crane", "yard"]
        replayed: dict[str, int] = {}
        for queue in queues_of_ports(visits, at_s, at_s + 1):
            replayed[queue.thing] = replayed.get(queue.thing, 0) + int(queue.waiting[0])
        assert {part.thing: part.count for part in found if part.count} == {k: n for k, n in replayed.items() if n}
