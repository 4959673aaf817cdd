"""A replay shows each vehicle where its trace says it was: worked by hand, and over the base year."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder
from sim.core.trace import Trace
from sim.kpi import replay_frames
from sim.kpi.replay_frames import GONE, MOVING, SAMPLE_S, SERVED, WAITING, Replay
from tests.helpers.hand_traces import hand_trace

HOUR = 3600
OPEN = None


def border() -> Plan:
    """Trains run from a mine to a border with one crane."""
    b = PlanBuilder(horizon_s=12 * HOUR)
    crane = b.facility("crane", port="border", side="cn")
    b.service("trains", vehicle_class="train")
    b.mark("origin", place="mine")
    b.travel([2 * HOUR] * 3, "run", place="station", link="line")
    b.serve(crane, HOUR, "lift", place="station", port="border", direction="inbound")
    b.travel(HOUR, "home", place="yard")
    b.end()
    b.vehicles([0, HOUR, 11 * HOUR])
    return b.build()


def two_trains() -> Trace:
    """Train 0 meets a free crane; train 1 waits half an hour for it; train 2 is on the line at the end."""
    return hand_trace(
        border(),
        [
            (0, "origin", 0, 0, 0, 0),
            (0, "run", 0, 0, 2 * HOUR, 2 * HOUR),
            (0, "lift", 2 * HOUR, 2 * HOUR, 4 * HOUR, 4 * HOUR),
            (0, "home", 4 * HOUR, 4 * HOUR, 5 * HOUR, 5 * HOUR),
            (1, "origin", HOUR, HOUR, HOUR, HOUR),
            (1, "run", HOUR, HOUR, 7 * HOUR // 2, 7 * HOUR // 2),
            (1, "lift", 7 * HOUR // 2, 4 * HOUR, 5 * HOUR, 5 * HOUR),
            (1, "home", 5 * HOUR, 5 * HOUR, 6 * HOUR, 6 * HOUR),
            (2, "origin", 11 * HOUR, 11 * HOUR, 11 * HOUR, 11 * HOUR),
            (2, "run", 11 * HOUR, 11 * HOUR, OPEN, OPEN),
        ],
        left={0: 5 * HOUR, 1: 6 * HOUR},
    )


def stations(seen: Replay, vehicle: int) -> list[tuple[int, str, int]]:
    """(minute, place, state) of a vehicle."""
    k = seen.vehicle.tolist().index(vehicle)
    own = slice(seen.first[k], seen.first[k + 1])
    places = [seen.places[place] for place in seen.place[own]]
    return list(zip(seen.minute[own].tolist(), places, seen.state[own].tolist(), strict=True))


def test_a_train_moves_then_waits_then_is_served_then_is_gone() -> None:
    seen = replay_frames.replay(two_trains(), 0, 12 * HOUR)
    assert stations(seen, 0) == [
        (0, "mine", MOVING),
        (120, "station", SERVED),
        (240, "station", MOVING),
        (300, "yard", GONE),
    ]
    assert stations(seen, 1) == [
        (60, "mine", MOVING),
        (210, "station", WAITING),
        (240, "station", SERVED),
        (300, "station", MOVING),
        (360, "yard", GONE),
    ]


def test_what_a_train_is_at_has_a_name() -> None:
    seen = replay_frames.replay(two_trains(), 0, 12 * HOUR)
    at = [seen.things[thing] for thing in seen.thing[seen.first[1] : seen.first[2]]]
    assert at == ["line", "crane", "crane", "yard", "yard"]


def test_a_train_on_a_link_at_the_end_is_drawn_as_if_it_took_as_long_as_the_others() -> None:
    usual_min = (120 + 150) // 2
    assert stations(replay_frames.replay(two_trains(), 0, 12 * HOUR), 2) == [
        (660, "mine", MOVING),
        (660 + usual_min, "station", GONE),
    ]


def test_a_window_shows_what_began_before_it_and_leaves_out_what_is_over() -> None:
    seen = replay_frames.replay(two_trains(), 5 * HOUR, 11 * HOUR)
    assert seen.vehicle.tolist() == [1], "train 0 has gone, train 2 has not come"
    assert stations(seen, 1) == [(0, "station", MOVING), (60, "yard", GONE)]
    early = replay_frames.replay(two_trains(), HOUR, 2 * HOUR)
    assert stations(early, 0) == [(-60, "mine", MOVING), (60, "station", GONE)]


def test_queues_are_counted_every_ten_minutes() -> None:
    (queue,) = replay_frames.replay(two_trains(), 3 * HOUR, 5 * HOUR).queues
    assert (queue.port, queue.thing, queue.is_stock) == ("border", "crane", False)
    assert queue.waiting.tolist() == [0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0]
    assert queue.busy.tolist() == [1] * 12
    assert queue.servers.tolist() == [1] * 12


@pytest.mark.parametrize(("from_s", "to_s"), [(-1, HOUR), (HOUR, HOUR), (0, 13 * HOUR)])
def test_a_window_lies_within_the_run(from_s: int, to_s: int) -> None:
    with pytest.raises(ValueError, match="no window"):
        replay_frames.replay(two_trains(), from_s, to_s)


def test_queues_of_a_replay_agree_with_the_stations_of_its_vehicles() -> None:
    seen = replay_frames.replay(two_trains(), 0, 12 * HOUR)
    counted = np.zeros(12 * HOUR // SAMPLE_S, int)
    for vehicle in range(3):
        own = stations(seen, vehicle)
        for (since, _, state), (until, _, _) in pairwise(own):
            if state == WAITING:
                counted[since // 10 : until // 10] += 1
    assert counted.tolist() == sum(queue.waiting for queue in seen.queues).tolist()
