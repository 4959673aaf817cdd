"""The conservation check: valid traces pass; a trace with one error gives one message with the place and the time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from corridors.messages import Message, Param, message
from sim.core.plan_builder import PlanBuilder
from sim.core.trace import Trace
from sim.engines import simulate
from sim.output.conservation import check
from sim.output.intervals import Servers
from sim.text.catalogue import sentence
from tests.helpers.hand_traces import hand_trace
from tests.helpers.plans import random_plan
from tests.helpers.stories import H, one_truck_two_trips, three_trains


def spoiled(trace: Trace, step: str, **times: int) -> Trace:
    """The same trace with times of the first row of a step replaced."""
    row = int(np.flatnonzero(trace.op == trace.plan.labels.op_step.index(step))[0])
    columns = {}
    for name, value in times.items():
        column = getattr(trace, name).copy()
        column[row] = value
        columns[name] = column
    return replace(trace, **columns)


def only(problems: list[Message], code: str) -> dict[str, Param]:
    """The values of the only message, which must have this code, and a sentence in English."""
    assert [problem.code for problem in problems] == [f"conservation.{code}"]
    assert sentence(problems[0], "en")
    return dict(problems[0].params)


@pytest.mark.parametrize("story", [three_trains, one_truck_two_trips])
def test_stories_told_right_have_no_problem(story) -> None:
    assert check(story()) == []


def test_times_must_be_in_order() -> None:
    found = check(spoiled(three_trains(), "customs", started_s=4 * H))
    values = only(found, "finish_early")
    assert values["n"] == 1
    first = values["first"]
    assert isinstance(first, Message)
    assert dict(first.params).items() >= {"vehicle": "west-000000", "step": "customs", "started": 4 * H}.items()


def test_an_outcome_must_fit_its_times() -> None:
    trace = three_trains()
    outcome = trace.outcome.copy()
    outcome[0] = 1
    only(check(replace(trace, outcome=outcome)), "outcome")


def test_nobody_is_lost_between_two_steps() -> None:
    found = check(spoiled(three_trains(), "crane", queued_s=5 * H))
    gap = message("conservation.gap", "runs", n=1, vehicle="west-000000", step="cross")
    assert gap in found
    assert sentence(gap, "en") == "The next step does not follow at once (1 time, first west-000000 after cross)"


def test_a_vehicle_that_left_unseen_is_missed() -> None:
    trace = three_trains()
    left = trace.vehicle_left_s.copy()
    left[0] = -1
    values = only(check(replace(trace, vehicle_left_s=left)), "count")
    assert values == {"n": 3, "departed": 0, "in_system": 2, "without_rows": 0}


def test_who_left_keeps_nothing() -> None:
    b = PlanBuilder(100)
    track = b.facility("track")
    b.service("train", vehicle_class="train")
    b.hold(track, 10, "track")
    b.free(track)
    b.end()
    b.vehicles([0])
    trace = hand_trace(b.build(), [(0, "track", 0, 0, 10, None)], {0: 10})
    only(check(trace), "left_and_keeps")


def gate(rows: list[tuple], servers: int = 1, shut_at: int | None = None) -> Trace:
    """Trucks at one gate; everyone leaves when the gate is done."""
    b = PlanBuilder(100)
    lane = b.facility("gate", servers)
    if shut_at is not None:
        b.servers_change(lane, shut_at, -servers)
    b.service("truck", vehicle_class="truck")
    b.serve(lane, 10, "gate")
    b.end()
    b.vehicles([row[0] for row in rows])
    visits = [(k, "gate", queued, started, finished, finished) for k, (queued, started, finished) in enumerate(rows)]
    return hand_trace(b.build(), visits, {k: row[2] for k, row in enumerate(rows) if row[2] is not None})


def test_two_trucks_in_one_lane() -> None:
    found = check(gate([(0, 0, 10), (5, 5, 15)]))
    values = only(found, "overloaded")
    assert values == {"n": 1, "facility": "gate", "second": 5, "busy": 2, "servers": 1, "waiting": 0}


def test_a_lane_kept_idle() -> None:
    found = check(gate([(0, 0, 10), (5, 12, 22)]))
    assert only(found, "idle").items() >= {"facility": "gate", "second": 10}.items()


def test_the_busy_may_finish_after_closing_but_nobody_may_begin() -> None:
    assert check(gate([(0, 0, 10), (7, None, None)], shut_at=5)) == []
    only(check(gate([(0, 0, 10), (7, 10, 20)], shut_at=5)), "overloaded")


def yard(capacity: int | None, level: int, quota_at: int | None, draws: list[int], returns: list[int]) -> Trace:
    b = PlanBuilder(100)
    stock = b.stock("coal", level, capacity)
    if quota_at is not None:
        b.stock_set(stock, quota_at, 2)
    b.service("taker", vehicle_class="train")
    b.draw(stock, 1, "take")
    b.end()
    b.vehicles(draws)
    b.service("giver", vehicle_class="truck")
    b.give_back(stock, 1, "give")
    b.end()
    b.vehicles(returns)
    rows = [(k, "take", t, t, t, t) for k, t in enumerate(draws)]
    rows += [(k, "give", t, t, t, t) for k, t in enumerate(returns, start=len(draws))]
    return hand_trace(b.build(), rows, {row[0]: row[2] for row in rows})


def test_a_stock_is_never_overdrawn_or_overfull() -> None:
    assert check(yard(2, 1, None, draws=[0, 10], returns=[5])) == []
    drawn = only(check(yard(2, 1, None, draws=[0, 4], returns=[5])), "stock_range")
    assert drawn == {"n": 1, "stock": "coal", "level": -1, "second": 4, "capacity": 2}
    full = only(check(yard(2, 1, None, draws=[], returns=[5, 6])), "stock_range")
    assert full.items() >= {"level": 3, "second": 6}.items()


def test_a_quota_wipes_out_what_was_before() -> None:
    assert check(yard(None, 1, 50, draws=[10, 50, 60], returns=[])) == []
    values = only(check(yard(None, 1, 50, draws=[10, 50, 60, 70], returns=[])), "stock_negative")
    assert values == {"n": 1, "stock": "coal", "level": -1, "second": 70}


def test_every_random_plan_is_conserved() -> None:
    for seed in range(60):
        assert check(simulate(random_plan(seed))) == [], seed


def _crane_that_fails() -> Trace:
    b = PlanBuilder(300)
    crane = b.facility("crane")
    b.failure(crane, 50, repair_s=20)
    b.failure(crane, 55, repair_s=30)
    b.service("train", vehicle_class="train")
    b.serve(crane, 60)
    b.end()
    b.vehicles([0, 250])
    return simulate(b.build())


def test_no_repair_begins_before_its_failure_or_the_end_of_the_last() -> None:
    trace = _crane_that_fails()
    assert trace.repair_started_s.tolist() == [60, 80]
    assert check(trace) == []
    found = check(replace(trace, repair_started_s=np.array([40, 80])))
    early = [dict(one.params) for one in found if one.code == "conservation.repair_early"]
    assert early == [{"facility": "crane", "failed": 50, "started": 40}]
    found = check(replace(trace, repair_started_s=np.array([60, 70])))
    assert "conservation.repair_early" in [one.code for one in found]
    assert all(sentence(one, "en") and sentence(one, "zh") for one in found)


def test_no_failure_waits_while_a_server_is_free() -> None:
    trace = _crane_that_fails()
    values = only(check(replace(trace, repair_started_s=np.array([60, 180]))), "failure_waits")
    assert values == {"facility": "crane", "failed": 55, "started": 180, "second": 80}


def test_servers_under_repair_are_not_at_work() -> None:
    """Off the roster they count neither way: two servers until 100, one until 200, none after."""
    b = PlanBuilder(300)
    crane = b.facility("crane", 2)
    b.servers_over_time(crane, [0, 100, 200], [2, 1, 0])
    b.failure(crane, 20, repair_s=30, server=0)
    b.failure(crane, 80, repair_s=60, server=1)
    b.failure(crane, 150, repair_s=100, server=0)
    b.failure(crane, 160, repair_s=10, server=1)
    b.service("train")
    b.mark()
    b.end()
    b.vehicles([0])
    trace = simulate(b.build())
    assert trace.repair_started_s.tolist() == [20, 80, 150, 160]
    servers = Servers.of_run(trace)
    assert list(zip(servers.time_s.tolist(), servers.level.tolist(), strict=True)) == [
        (0, 2), (20, 1), (50, 2), (80, 1), (100, 1), (150, 0), (200, 0),
    ]  # fmt: skip
    assert servers.available_s(0, 300).tolist() == [20 * 2 + 30 + 30 * 2 + 20 + 50]
