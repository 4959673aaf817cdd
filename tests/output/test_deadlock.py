"""Deadlocked vehicles, vehicles that only wait, and the sentences about them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from sim.core.plan_builder import PlanBuilder
from sim.core.trace import Trace
from sim.engines import simulate
from sim.output.deadlock import Deadlocked, Kept, _sending, deadlocks, headlines, messages, stuck_counts
from sim.text.names import Names
from tests.helpers.plans import random_plan


def meet_on_single_tracks(second_track: int = 1, opens_again_at: int | None = None) -> Trace:
    """Two trains take two tracks in opposite order: each keeps what the other waits for."""
    b = PlanBuilder(100_000)
    east, west = b.facility("east_track"), b.facility("west_track", second_track)
    if opens_again_at is not None:
        b.servers_change(west, opens_again_at, 1)
    for name, first, then in (("up", east, west), ("down", west, east)):
        b.service(name, vehicle_class="train")
        b.hold(first, 600)
        b.hold(then, 600)
        b.free(first)
        b.free(then)
        b.end()
        b.vehicles([0])
    return simulate(b.build())


def test_two_trains_that_meet_are_stuck() -> None:
    found = deadlocks(meet_on_single_tracks())
    assert found == [
        Deadlocked("up-000000", "west_track", "west_track", 600, (Kept("east_track", 0),)),
        Deadlocked("down-000000", "east_track", "east_track", 600, (Kept("west_track", 0),)),
    ]
    assert [Names().sentence(one) for one in messages(found)] == [
        "up-000000 waits for west_track since day 1, 00:10:00 and occupies east_track (since day 1, 00:00:00).",
        "down-000000 waits for east_track since day 1, 00:10:00 and occupies west_track (since day 1, 00:00:00).",
    ]
    names = Names("zh", things={"west_track": "西股道", "east_track": "东股道"})
    first = names.sentence(messages(found)[0])
    assert first == "up-000000自第1天00:10:00起等待西股道，同时占用东股道（自第1天00:00:00起）。"


def test_a_vehicle_that_occupies_nothing_has_a_message_of_its_own() -> None:
    [answer] = messages([Deadlocked("up-000000", "load", "crane", 90_000, ())])
    assert answer.code == "deadlocked"
    assert Names().sentence(answer) == "up-000000 waits for crane since day 2, 01:00:00."


def tracks(b: PlanBuilder) -> None:
    """Two trains block each other; three more stand in the queue for the track of the first."""
    both = b.facility("east_track"), b.facility("west_track")
    for name, first, then, times in (("up", *both, [0, 5, 6, 7]), ("down", *both[::-1], [0])):
        b.service(name, vehicle_class="train")
        for track in (first, then):
            b.hold(track, 600)
        for track in (first, then):
            b.free(track)
        b.end()
        b.vehicles(times)


def jam_at_a_stock(b: PlanBuilder) -> None:
    """A truck keeps the only dock and waits for a load, which the next one in the queue of the dock brings."""
    dock, store = b.facility("dock"), b.stock("store", 0, 10)
    for name, arrives in (("taker", 0), ("giver", 10)):
        b.service(name, vehicle_class="truck")
        b.hold(dock, 60)
        if name == "taker":
            b.draw(store, 1, "take")
        else:
            b.give_back(store, 1, "give")
        b.free(dock)
        b.end()
        b.vehicles([arrives])


def pool_without_returns(b: PlanBuilder) -> None:
    """A truck keeps the gate and waits for a pass that no vehicle returns; another one queues behind it."""
    gate, passes = b.facility("gate"), b.stock("passes", 0)
    b.service("caller", vehicle_class="truck")
    b.hold(gate, 60)
    b.draw(passes, 1)
    b.free(gate)
    b.end()
    b.vehicles([0, 1])


@pytest.mark.parametrize("others", [(), (jam_at_a_stock,), (pool_without_returns,)])
def test_those_who_queue_behind_a_deadlock_are_no_part_of_it(others: tuple[Callable[[PlanBuilder], None], ...]) -> None:
    """Also beside stuck vehicles at other ports, which cannot influence them."""
    b = PlanBuilder(100_000)
    for part in (tracks, *others):
        part(b)
    found = deadlocks(simulate(b.build()))
    own = [one for one in found if one.vehicle.startswith(("up", "down"))]
    assert sorted((one.vehicle, one.kind) for one in own) == [
        ("down-000000", "deadlock"),
        ("up-000000", "deadlock"),
        *((f"up-00000{k}", "behind") for k in (1, 2, 3)),
    ]
    assert [one.code for one, _ in headlines(own)] == ["stuck.deadlock", "stuck.behind"]
    assert stuck_counts(own) == (5, 0)
    assert (len(found) > len(own)) == bool(others)


def test_those_behind_an_empty_pool_are_counted_with_it_and_not_with_a_deadlock_elsewhere() -> None:
    b = PlanBuilder(100_000)
    tracks(b)
    pool_without_returns(b)
    found = deadlocks(simulate(b.build()))
    at_pool = [(one.vehicle, one.kind, one.unsupplied) for one in found if one.vehicle.startswith("caller")]
    assert at_pool == [("caller-000000", "not_filled", True), ("caller-000001", "behind", True)]
    assert stuck_counts(found) == (5, 2)


def test_a_second_track_lets_them_pass() -> None:
    assert deadlocks(meet_on_single_tracks(second_track=2)) == []


def test_more_tracks_by_day_will_help_again() -> None:
    trace = meet_on_single_tracks()
    assert deadlocks(trace)
    # The same stand-off at a track that has a second server at other hours: it may come back.
    b = PlanBuilder(1000)
    east, west = b.facility("east_track"), b.facility("west_track", 2)
    b.servers_change(west, 1, -1)
    for name, first, then in (("up", east, west), ("down", west, east)):
        b.service(name, vehicle_class="train")
        b.travel(5)
        b.hold(first, 60)
        b.hold(then, 60)
        b.free(first)
        b.free(then)
        b.end()
        b.vehicles([0])
    assert deadlocks(simulate(b.build())) == []


def test_waiting_for_opening_hours_is_no_gridlock() -> None:
    b = PlanBuilder(100)
    gate = b.facility("gate", 1)
    b.servers_change(gate, 10, -1)
    b.service("truck", vehicle_class="truck")
    b.serve(gate, 10)
    b.end()
    b.vehicles([20, 30])
    assert deadlocks(simulate(b.build())) == []


def wagons(eastbound: list[int], quota: bool = False) -> Trace:
    """Westbound trains keep the only track while they wait for wagons, which eastbound trains bring over it."""
    b = PlanBuilder(1000)
    track = b.facility("track")
    stock = b.stock("wagons", 0)
    if quota:
        b.stock_set(stock, 1, 0)
    b.service("west", vehicle_class="train")
    b.hold(track)
    b.draw(stock)
    b.free(track)
    b.end()
    b.vehicles([0])
    b.service("east", vehicle_class="train")
    b.travel(5)
    b.hold(track)
    b.give_back(stock)
    b.free(track)
    b.end()
    b.vehicles(eastbound)
    return simulate(b.build())


def test_wagons_behind_the_train_that_waits_for_them() -> None:
    found = deadlocks(wagons(eastbound=[0]))
    assert [(d.vehicle, d.waits_for) for d in found] == [("west-000000", "wagons"), ("east-000000", "track")]
    # More trains on the way change nothing: they cannot pass the track either.
    assert [d.vehicle for d in deadlocks(wagons(eastbound=[0, 400, 998]))][:2] == ["west-000000", "east-000000"]
    # A stock that is filled every day comes to the rescue.
    assert deadlocks(wagons(eastbound=[0], quota=True)) == []


def shortage(eastbound: list[int]) -> Trace:
    """Westbound trains wait for wagons and keep nothing that eastbound trains need."""
    b = PlanBuilder(1000)
    stock = b.stock("wagons", 0)
    b.service("west", vehicle_class="train")
    b.draw(stock, 2)
    b.end()
    b.vehicles([0, 1])
    b.service("east", vehicle_class="train")
    b.travel(5)
    b.give_back(stock)
    b.end()
    b.vehicles(eastbound)
    return simulate(b.build())


def test_waiting_for_wagons_that_will_come_is_no_gridlock() -> None:
    assert deadlocks(shortage(eastbound=[998])) == []  # one is on its way
    assert deadlocks(shortage(eastbound=[0, 400])) == []  # the service continues


def sentences(trace: Trace, names: Names) -> list[str]:
    return [names.sentence(headline) for headline, _ in headlines(deadlocks(trace))]


def test_waiting_for_wagons_that_nobody_brings_is_no_deadlock_but_a_stock_that_is_not_filled() -> None:
    found = deadlocks(shortage(eastbound=[]))
    assert [(d.waits_for, d.kind) for d in found] == [("wagons", "not_filled")] * 2
    assert sentences(shortage([]), Names()) == [
        "2 vehicles wait for a stock that no other vehicle fills, and cannot move again: wagons."
    ]
    zh = Names("zh", things={"wagons": "宽轨车底"})
    assert sentences(shortage([]), zh) == ["2列/辆等待库存补充，但没有其他车辆补入，无法继续移动：宽轨车底。"]


def test_behind_a_vehicle_whose_stock_is_not_filled() -> None:
    b = PlanBuilder(1000)
    track, stock = b.facility("track"), b.stock("wagons", 0)
    for name, needs in (("west", True), ("east", False)):
        b.service(name, vehicle_class="train")
        b.hold(track, 5)
        if needs:
            b.draw(stock)
        b.free(track)
        b.end()
        b.vehicles([0 if needs else 1])
    trace = simulate(b.build())
    assert [(d.vehicle, d.kind) for d in deadlocks(trace)] == [("west-000000", "not_filled"), ("east-000000", "behind")]
    assert sentences(trace, Names())[1] == "1 vehicle is held up by such vehicles and cannot move again."


def test_a_full_yard_that_no_vehicle_empties() -> None:
    b = PlanBuilder(1000)
    yard = b.stock("yard", 0, 2)
    b.service("truck", vehicle_class="truck")
    b.give_back(yard)
    b.end()
    b.vehicles([0, 1, 2])
    [stuck] = deadlocks(simulate(b.build()))
    assert (stuck.vehicle, stuck.kind) == ("truck-000002", "not_emptied")


def test_two_stocks_that_two_services_fill_for_each_other_are_a_deadlock() -> None:
    b = PlanBuilder(1000)
    left, right = b.stock("left", 0), b.stock("right", 0)
    for name, needs, brings in (("up", left, right), ("down", right, left)):
        b.service(name, vehicle_class="train")
        b.draw(needs)
        b.give_back(brings)
        b.end()
        b.vehicles([0])
    assert {d.kind for d in deadlocks(simulate(b.build()))} == {"deadlock"}


def test_wagons_behind_the_train_that_waits_for_them_are_a_deadlock() -> None:
    assert {d.kind for d in deadlocks(wagons(eastbound=[0]))} == {"deadlock"}


@pytest.mark.parametrize("first_seed", [0, 200])
def test_who_is_called_stuck_stays_stuck(first_seed: int) -> None:
    """Random plans: in a run a hundred times as long, no vehicle that was called stuck has moved.

    Of fleets and single trains, what has not come by the horizon never does, as in plans made of data.
    """
    stuck = 0
    for seed in range(first_seed, first_seed + 200):
        plan = random_plan(seed)
        never = ~np.isin(plan.vehicle_service, _sending(plan)) & (plan.vehicle_arrival_s >= plan.horizon_s)
        plan = replace(plan, vehicle_arrival_s=np.where(never, 2**40, plan.vehicle_arrival_s))
        for d in deadlocks(simulate(plan)):
            stuck += 1
            longer = simulate(replace(plan, horizon_s=100 * plan.horizon_s))
            assert d in deadlocks(longer), (seed, d)
    assert stuck > 10
