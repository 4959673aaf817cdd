"""Roots of waiting: worked by hand, and equal to an attribution by definition on random plans."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder
from sim.core.trace import Visits
from sim.core.units import HOUR_S, MINUTE_S
from sim.engines import ENGINES, play, simulate
from sim.kpi.waiting import waiting_by_cause
from sim.output import root_sweep
from sim.output.run_output import RunOutput
from sim.output.waiting_roots import waiting_roots
from tests.helpers.plans import random_plan
from tests.helpers.roots_by_definition import roots_by_definition

Seconds = dict[tuple[str, ...], float]
"""By (place, root, state), and where it passed a stock (..., stock, its state, service): seconds."""

M, H = MINUTE_S, HOUR_S


def worked(plan: Plan, engine: str) -> Seconds:
    found = waiting_roots(RunOutput.of(play(plan, engine)))
    seconds: Seconds = {}
    for (origin, end), s in found.seconds.items():
        through = (origin.stock, origin.stock_state, origin.service) if origin.stock else ()
        key = (origin.at, *end, *through)
        seconds[key] = seconds.get(key, 0.0) + s
    return seconds


def keeping(b: PlanBuilder, service: str, arrivals: list[int], kept: tuple[int, int], after: tuple[int, int]) -> None:
    """Vehicles that keep a server of the first facility, where they work for so long, until they are served at the
    second."""
    b.service(service)
    b.hold(*kept)
    b.serve(*after)
    b.free(kept[0])
    b.end()
    b.vehicles(arrivals)


def served(b: PlanBuilder, service: str, arrivals: list[int], at: tuple[int, int], priority: int = 0) -> None:
    """Vehicles that are served at one facility for so long."""
    b.service(service)
    b.serve(*at)
    b.end()
    b.vehicles(arrivals, priority=priority)


# Worked by hand ------------------------------------------------------------------------------------------------


def track_held_before_a_busy_crane() -> tuple[Plan, Seconds]:
    """Two tracks, one crane of an hour. In the first hour one track has a train at the crane, one a train that waits
    for it, and the third train waits outside."""
    b = PlanBuilder(horizon_s=10 * H)
    track, crane = b.facility("track", servers=2), b.facility("crane")
    keeping(b, "trains", [0, 0, 0], (track, 0), (crane, H))
    return b.build(), {("track", "crane", "at_work"): H, ("crane", "crane", "at_work"): 2 * H}


def track_held_on_the_way() -> tuple[Plan, Seconds]:
    """As before, but the first train shunts for 20 minutes on its track, then travels for 40, then is served: its half
    of the waiting for a track has three roots. The other track has a train that loads there for two hours."""
    b = PlanBuilder(horizon_s=10 * H)
    track, crane = b.facility("track", servers=2), b.facility("crane")
    b.service("first")
    b.hold(track, 20 * M)
    b.travel(40 * M, link="line")
    b.serve(crane, H)
    b.free(track)
    b.end()
    b.vehicles([0])
    b.service("loads")
    b.hold(track, 2 * H)
    b.free(track)
    b.end()
    b.vehicles([0, 0])
    return b.build(), {
        ("track", "track", "at_work"): 10 * M + H,
        ("track", "line", "travel"): 20 * M,
        ("track", "crane", "at_work"): 30 * M,
    }


def track_held_on_a_train_path() -> tuple[Plan, Seconds]:
    """A train keeps the only track while it travels for 40 minutes with a train path, whose headway is 5 minutes."""
    b = PlanBuilder(horizon_s=10 * H)
    track, path = b.facility("track"), b.facility("line.back", servers=2, headway_s=5 * M)
    b.service("trains")
    b.hold(track)
    b.pass_(path, 40 * M, link="line")
    b.free(track)
    b.end()
    b.vehicles([0, 0])
    return b.build(), {("track", "line", "travel"): 40 * M}


def three_in_a_row() -> tuple[Plan, Seconds]:
    """Each vehicle keeps its place until it is done at the next one. The last place works for an hour a vehicle, and is
    the root of all waiting: vehicles 1, 2 and 3 wait an hour each for the second place, vehicle 2 one hour and vehicle
    3 two hours for the first."""
    b = PlanBuilder(horizon_s=20 * H)
    first, second, third = (b.facility(name) for name in ("first", "second", "third"))
    b.service("vehicles")
    b.hold(first)
    b.hold(second)
    b.free(first)
    b.hold(third, H)
    b.free(second)
    b.free(third)
    b.end()
    b.vehicles([0, 0, 0, 0])
    return b.build(), {("first", "third", "at_work"): 3 * H, ("second", "third", "at_work"): 3 * H}


def dock_over_customs_without_servers() -> tuple[Plan, Seconds]:
    """Customs has no servers in the whole run. The first truck keeps its dock, and waits to the end."""
    b = PlanBuilder(horizon_s=48 * H)
    dock, customs = b.facility("dock"), b.facility("customs", servers=0)
    keeping(b, "trucks", [20 * H - 5 * M, 20 * H + 10 * M], (dock, 10 * M), (customs, 10 * M))
    return b.build(), {
        ("customs", "customs", "no_servers"): 28 * H - 5 * M,
        ("dock", "customs", "no_servers"): 28 * H - 10 * M,
    }


def dock_over_shut_customs() -> tuple[Plan, Seconds]:
    """Customs shuts at 20:00 until 08:00. The first truck reaches it at 20:05, keeps its dock, and is cleared by 08:10;
    the second waits for the dock from 20:10."""
    b = PlanBuilder(horizon_s=48 * H)
    dock, customs = b.facility("dock"), b.facility("customs")
    b.servers_over_time(customs, [0, 20 * H, 32 * H], [1, 0, 1])
    keeping(b, "trucks", [20 * H - 5 * M, 20 * H + 10 * M], (dock, 10 * M), (customs, 10 * M))
    return b.build(), {
        ("customs", "customs", "hours"): 12 * H - 5 * M,
        ("dock", "customs", "hours"): 12 * H - 10 * M,
        ("dock", "customs", "at_work"): 10 * M,
    }


def dock_over_customs_that_shut_on_the_queue() -> tuple[Plan, Seconds]:
    """As before, but the truck at the dock is in the queue of customs from 19:50 behind another one: hours or pace. In
    the last ten minutes before closing, customs is at work."""
    b = PlanBuilder(horizon_s=48 * H)
    dock, customs = b.facility("dock"), b.facility("customs")
    b.servers_over_time(customs, [0, 20 * H, 32 * H], [1, 0, 1])
    served(b, "others", [19 * H + 45 * M], (customs, H))
    keeping(b, "trucks", [20 * H - 10 * M, 20 * H - 5 * M], (dock, 0), (customs, 10 * M))
    return b.build(), {
        ("customs", "customs", "at_work"): 10 * M,
        ("customs", "customs", "hours_or_pace"): 12 * H,
        ("dock", "customs", "at_work"): 5 * M + 10 * M,
        ("dock", "customs", "hours_or_pace"): 12 * H,
    }


def full_yard_with_two_outlets(trains: int = 1, hours: bool = False) -> tuple[Plan, Seconds]:
    """A truck keeps its berth before a full yard, another waits for the berth. One outlet waits for a locomotive that
    is at work elsewhere for two hours; the other has two hours of work to do before it can take a load."""
    b = PlanBuilder(horizon_s=10 * H)
    berth, loco, mill = b.facility("berth"), b.facility("loco"), b.facility("mill")
    yard = b.stock("yard", level=4, capacity=4)
    if hours:
        b.servers_change(loco, 0, -1)
        b.servers_change(loco, 2 * H, 1)
    served(b, "shunter", [0], (loco, 0 if hours else 2 * H))
    b.service("trains")
    b.serve(loco, 10 * H)
    b.draw(yard, trains)
    b.end()
    b.vehicles([1])
    b.service("lorries")
    b.serve(mill, 2 * H)
    b.draw(yard, 1)
    b.end()
    b.vehicles([0])
    b.service("trucks")
    b.hold(berth)
    b.give_back(yard, 1)
    b.free(berth)
    b.end()
    b.vehicles([1, 1])
    plan = b.build()
    span = 2 * H - 1
    share = trains / (trains + 1)
    by_train = ("loco", "hours" if hours else "at_work", "yard", "full", "trains")
    by_lorry = ("mill", "at_work", "yard", "full", "lorries")
    after = 8 * H  # The lorry took one load, the second truck docked and finds the yard full; only trains can help.
    at_work = ("loco", "at_work", "yard", "full", "trains")
    expected: Seconds = {("loco", "loco", "hours" if hours else "at_work"): span + (2 * H if hours else 0)}
    for place in ("yard", "berth"):
        expected["yard" if place == "yard" else "berth", *by_train] = share * span
        expected["yard" if place == "yard" else "berth", *by_lorry] = (1 - share) * span
    expected["yard", *at_work] = expected.get(("yard", *at_work), 0.0) + after
    return plan, expected


def empty_wagon_pool() -> tuple[Plan, Seconds]:
    """Two wagon sets, both under loading for three hours, and a train that needs one after an hour."""
    b = PlanBuilder(horizon_s=10 * H)
    loading = b.facility("loading", servers=3)
    sets = b.stock("sets", level=2)
    b.service("trains")
    b.draw(sets)
    b.serve(loading, 3 * H)
    b.give_back(sets)
    b.end()
    b.vehicles([0, 0, H])
    return b.build(), {("sets", "loading", "at_work", "sets", "empty", "trains"): 2 * H}


def empty_wagon_pool_behind_a_hold() -> tuple[Plan, Seconds]:
    """As before, one set, and the train that waits for it keeps a track for which another train waits from 1:30. The
    set travels for the last of its three hours."""
    b = PlanBuilder(horizon_s=10 * H)
    loading, track = b.facility("loading", servers=3), b.facility("track")
    sets = b.stock("sets", level=1)
    b.service("first")
    b.draw(sets)
    b.serve(loading, 2 * H)
    b.travel(H, link="way home")
    b.give_back(sets)
    b.end()
    b.vehicles([0])
    b.service("second")
    b.hold(track)
    b.draw(sets)
    b.free(track)
    b.end()
    b.vehicles([H])
    served(b, "third", [90 * M], (track, 0))
    through = ("sets", "empty", "first")
    return b.build(), {
        ("sets", "loading", "at_work", *through): H,
        ("sets", "way home", "travel", *through): H,
        ("track", "loading", "at_work", *through): 30 * M,
        ("track", "way home", "travel", *through): H,
    }


def two_services_on_one_track() -> tuple[Plan, Seconds]:
    """Ore trains keep the track until the tippler has them, and it has another train until 5:00. An ore train and a
    coal train wait for the track from 1:00: both have the tippler as root."""
    b = PlanBuilder(horizon_s=20 * H)
    track, tippler = b.facility("track"), b.facility("tippler")
    served(b, "other", [0], (tippler, 5 * H))
    keeping(b, "ore", [0, H], (track, 0), (tippler, H))
    served(b, "coal", [H], (track, 0), priority=1)
    return b.build(), {
        ("tippler", "tippler", "at_work"): 5 * H,
        ("track", "tippler", "at_work"): (5 * H) + (6 * H),
    }


def circle() -> tuple[Plan, Seconds]:
    """A holds x and waits for y from 2:00, B holds y and waits for x from 1:00; a third vehicle waits for x from 3:00
    behind B, a fourth for a place that the third keeps. Before 2:00, B waits for x at work."""
    b = PlanBuilder(horizon_s=10 * H)
    x, y, z = b.facility("x"), b.facility("y"), b.facility("z")
    keeping(b, "A", [0], (x, 2 * H), (y, H))
    keeping(b, "B", [0], (y, H), (x, H))
    keeping(b, "C", [3 * H, 4 * H], (z, 0), (x, H))
    return b.build(), {
        ("x", "x", "at_work"): H,
        ("x", "x", "deadlock"): 8 * H + 7 * H,
        ("y", "y", "deadlock"): 8 * H,
        ("z", "x", "deadlock"): 6 * H,
    }


def circle_with_a_way_out() -> tuple[Plan, Seconds]:
    """As a circle, but x has a second server, at work until 5:00: no deadlock, and that server is the root of all."""
    b = PlanBuilder(horizon_s=20 * H)
    x, y = b.facility("x", servers=2), b.facility("y")
    keeping(b, "A", [0], (x, H), (y, H))
    keeping(b, "B", [0], (y, H), (x, H))
    served(b, "works", [0], (x, 5 * H))
    return b.build(), {("x", "x", "at_work"): 4 * H, ("y", "x", "at_work"): 4 * H + H}


def queue_of_four_at_night() -> tuple[Plan, Seconds]:
    """A gate shuts at 20:00 until 08:00 and takes an hour a truck. Two trucks are in its queue at closing time, two
    arrive at 22:00: twelve and ten hours until it opens, then 0, 1, 2 and 3 hours of work before them."""
    b = PlanBuilder(horizon_s=48 * H)
    gate = b.facility("gate")
    b.servers_over_time(gate, [0, 20 * H, 32 * H], [1, 0, 1])
    served(b, "trucks", [19 * H, 19 * H + 30 * M, 19 * H + 45 * M, 22 * H, 22 * H], (gate, H))
    return b.build(), {
        ("gate", "gate", "at_work"): 30 * M + 15 * M + (0 + 1 + 2 + 3) * H,
        ("gate", "gate", "hours_or_pace"): 2 * 12 * H,
        ("gate", "gate", "hours"): 2 * 10 * H,
    }


def queue_over_two_nights() -> tuple[Plan, Seconds]:
    """The gate is open from 8:00 to 9:00 only. The second truck of the first night is still there in the second one,
    for which it was in the queue: hours or pace."""
    b = PlanBuilder(horizon_s=48 * H)
    gate = b.facility("gate", servers=0)
    b.servers_over_time(gate, [0, 8 * H, 9 * H, 32 * H], [0, 1, 0, 1])
    served(b, "trucks", [6 * H, 7 * H], (gate, H))
    return b.build(), {
        ("gate", "gate", "hours"): 3 * H,
        ("gate", "gate", "at_work"): H,
        ("gate", "gate", "hours_or_pace"): 23 * H,
    }


def closure_of_a_day() -> tuple[Plan, Seconds]:
    """A gate is open from 8:00 to 20:00, takes an hour a truck, and a closure shuts it for all of the second day, of
    which it would be open for 12 h. Truck 2 is in its queue at closing time on the first day, truck 3 arrives at 22:00
    and keeps a dock, for which truck 5 waits from 23:00, truck 4 arrives on the second day at 10:00. They are served
    in the order 2, 3, 4, 5 from 8:00 on the third day; 3 until 10:00."""
    b = PlanBuilder(horizon_s=72 * H)
    gate, dock = b.facility("gate"), b.facility("dock")
    b.servers_over_time(gate, [0, 20 * H, 56 * H], [1, 0, 1])
    b.closure(gate, 32 * H, 44 * H)
    served(b, "trucks", [19 * H, 19 * H + 30 * M, 34 * H], (gate, H))
    keeping(b, "docked", [22 * H, 23 * H], (dock, 0), (gate, H))
    return b.build(), {
        ("gate", "gate", "at_work"): 30 * M + (1 + 2 + 1) * H,
        ("gate", "gate", "hours_or_pace"): 24 * H,
        ("gate", "gate", "closure_or_pace"): 12 * H,
        ("gate", "gate", "hours"): (10 + 12 + 12) * H,
        ("gate", "gate", "closure"): (12 + 10) * H,
        ("dock", "gate", "hours"): (9 + 12) * H,
        ("dock", "gate", "closure"): 12 * H,
        ("dock", "gate", "at_work"): 2 * H,
    }


def half_a_server() -> tuple[Plan, Seconds]:
    """Half of a server works the first 30 minutes of each hour from 8:00 to 10:00, and the gate is shut after that. It
    takes 30 minutes a truck. Of three trucks at 8:00 and one at 8:45 one is served at once, one at 9:00, and two the
    next day, at 8:00 and at 9:00: until 10:00 the share is the root, then the hours, for which they were there."""
    b = PlanBuilder(horizon_s=48 * H)
    gate = b.facility("gate", servers=0)
    opens = [8 * H, 9 * H, 32 * H, 33 * H]
    b.servers_over_time(gate, [0, *(t for at in opens for t in (at, at + 30 * M))], [0, *[1, 0] * 4])
    for at in opens:
        b.part_time(gate, at + 30 * M, at + H)
    served(b, "trucks", [8 * H, 8 * H, 8 * H, 8 * H + 45 * M], (gate, 30 * M))
    return b.build(), {
        ("gate", "gate", "at_work"): (30 + 60 + 60) * M,
        ("gate", "gate", "share"): (30 + 60 + 75) * M,
        ("gate", "gate", "hours_or_pace"): 2 * 22 * H,
    }


def test_waiting_for_a_share_of_servers_has_its_own_cause() -> None:
    plan, roots = half_a_server()
    waiting = waiting_by_cause(simulate(plan))
    hours = dict(zip(waiting["cause"], waiting["hours"], strict=True))
    by_state = {state: seconds / H for (_, _, state), seconds in roots.items()}
    assert hours == {"busy": by_state["at_work"], "closed": by_state["hours_or_pace"], "share": by_state["share"]}


def closure_at_noon() -> tuple[Plan, Seconds]:
    """A closure begins at noon, in the middle of the opening hours, and ends at 15:00; a repair of the only server
    lasts from 14:00, when it fails, until 17:00. The gate takes an hour a truck; one is in the queue at noon and one
    comes at 13:00."""
    b = PlanBuilder(horizon_s=48 * H)
    gate = b.facility("gate")
    b.servers_over_time(gate, [0, 12 * H, 15 * H], [1, 0, 1])
    b.closure(gate, 12 * H, 15 * H)
    b.failure(gate, 14 * H, 3 * H)
    served(b, "trucks", [11 * H, 11 * H + 30 * M, 13 * H], (gate, H))
    return b.build(), {
        ("gate", "gate", "at_work"): 30 * M + H,
        ("gate", "gate", "closure_or_pace"): 3 * H,
        ("gate", "gate", "closure"): 2 * H,
        ("gate", "gate", "repair"): 2 * 2 * H,
    }


def daily_quota() -> tuple[Plan, Seconds]:
    """Two permits a day for three trains."""
    b = PlanBuilder(horizon_s=48 * H)
    permits = b.stock("permits", level=2)
    b.stock_set(permits, 24 * H, 2)
    b.service("trains")
    b.draw(permits)
    b.end()
    b.vehicles([0, 0, 4 * H])
    return b.build(), {("permits", "permits", "quota"): 20 * H}


def crane_under_repair() -> tuple[Plan, Seconds]:
    """The only crane fails at 1:00 at work; its repair takes 3 h from 2:00, when the job is done. A train waits for it
    from 1:00, another one for the track that it keeps from 3:00. The crane shuts at 4:00 for an hour: the repair ends
    in closed hours, for which both were there before."""
    b = PlanBuilder(horizon_s=20 * H)
    track, crane = b.facility("track"), b.facility("crane")
    b.servers_over_time(crane, [0, 4 * H, 6 * H], [1, 0, 1])
    b.failure(crane, 90 * M, 3 * H)
    served(b, "first", [0], (crane, 2 * H))
    keeping(b, "trains", [H, 3 * H], (track, 0), (crane, H))
    return b.build(), {
        ("crane", "crane", "at_work"): H,
        ("crane", "crane", "repair"): 2 * H,
        ("crane", "crane", "hours_or_pace"): 2 * H,
        ("track", "crane", "repair"): H,
        ("track", "crane", "hours_or_pace"): 2 * H,
        ("track", "crane", "at_work"): H,
    }


def full_yard_without_outlets() -> tuple[Plan, Seconds]:
    """The first train comes at 5:00; until then the yard itself is the root."""
    b = PlanBuilder(horizon_s=10 * H)
    yard = b.stock("yard", level=1, capacity=1)
    b.service("trains")
    b.draw(yard)
    b.end()
    b.vehicles([5 * H])
    b.service("trucks")
    b.give_back(yard)
    b.end()
    b.vehicles([H])
    return b.build(), {("yard", "yard", "full"): 4 * H}


CASES: list[Callable[[], tuple[Plan, Seconds]]] = [
    track_held_before_a_busy_crane,
    track_held_on_the_way,
    track_held_on_a_train_path,
    three_in_a_row,
    dock_over_customs_without_servers,
    dock_over_shut_customs,
    dock_over_customs_that_shut_on_the_queue,
    full_yard_with_two_outlets,
    lambda: full_yard_with_two_outlets(trains=3),
    lambda: full_yard_with_two_outlets(hours=True),
    empty_wagon_pool,
    empty_wagon_pool_behind_a_hold,
    two_services_on_one_track,
    circle,
    circle_with_a_way_out,
    queue_of_four_at_night,
    queue_over_two_nights,
    closure_of_a_day,
    closure_at_noon,
    half_a_server,
    daily_quota,
    crane_under_repair,
    full_yard_without_outlets,
]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", CASES)
def test_roots_are_as_worked_by_hand(case: Callable[[], tuple[Plan, Seconds]], engine: str) -> None:
    plan, expected = case()
    assert worked(plan, engine) == pytest.approx(expected, rel=1e-12)


# By definition -------------------------------------------------------------------------------------------------


def swept(visits: Visits) -> dict[tuple[str, tuple[str, str, str], tuple[str, ...]], float]:
    """The attribution in the form of :func:`roots_by_definition`."""
    found = waiting_roots(RunOutput.of(visits))
    return {
        (origin.at, found.groups[origin.group], (*end, origin.stock, origin.stock_state, origin.service)): seconds
        for (origin, end), seconds in found.seconds.items()
    }


def same_roots(plan: Plan) -> None:
    expected = {key: float(s) for key, s in roots_by_definition(simulate(plan, "compiled")).items() if s}
    for engine in ENGINES:
        output = RunOutput.of(play(plan, engine))
        found = swept(output.visits)
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-9), engine
        assert sum(found.values()) == pytest.approx(output.totals.wait_s.sum(), rel=1e-12)


def random_closures(plan: Plan, random: Random) -> tuple[tuple[int, int, int], ...]:
    """Times of closures at random, also where the roster has servers, which are no closures then."""
    times = sorted({0, plan.horizon_s, *plan.calendar_time_s.tolist(), random.randrange(plan.horizon_s)})
    some = [
        (f, *sorted(random.sample(times, 2))) for f in range(plan.n_facilities) for _ in range(random.randint(0, 3))
    ]
    return tuple(sorted(some))


def random_part_time(
    plan: Plan, random: Random, closures: tuple[tuple[int, int, int], ...]
) -> tuple[tuple[int, int, int], ...]:
    """Likewise times in which a share of servers is why there is none, beside closures."""
    some = random_closures(plan, random)
    return tuple(
        (f, a, b) for f, a, b in some if all(f != other or b <= low or a >= high for other, low, high in closures)
    )


@pytest.mark.parametrize("first", range(0, 300, 50))
def test_roots_equal_those_by_definition(first: int) -> None:
    for seed in range(first, first + 50):
        plan = random_plan(seed)
        warmup_s = (0, 0, 1, 5)[seed % 4]
        closures = random_closures(plan, Random(seed)) if seed % 2 else ()
        part_time = random_part_time(plan, Random(-seed), closures) if seed % 3 else ()
        if warmup_s < plan.horizon_s:
            spells = {"closures": closures, "part_time": part_time}
            same_roots(replace(plan, labels=replace(plan.labels, warmup_s=warmup_s, **spells)))


@pytest.mark.parametrize("case", CASES)
def test_python_and_machine_code_follow_waiting_alike(
    case: Callable[[], tuple[Plan, Seconds]], monkeypatch: pytest.MonkeyPatch
) -> None:
    visits = play(case()[0])
    found = []
    for loops in (root_sweep.PLAIN, root_sweep.machine_code()):
        monkeypatch.setattr(root_sweep, "loops", lambda n_visits, loops=loops: loops)
        found.append(waiting_roots(RunOutput(visits)))
    assert root_sweep.machine_code() != root_sweep.PLAIN
    assert found[0] == found[1]
