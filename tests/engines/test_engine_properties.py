"""What holds in every world, for every engine: nothing is lost, and numbers, launch order, horizon and neighbours
decide nothing."""

from __future__ import annotations

from dataclasses import replace
from heapq import heappush
from random import Random
from typing import Any

import numpy as np
import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st
from simpy.events import NORMAL

from sim.core import rules
from sim.core.plan import Plan
from sim.core.rules import NOT_YET
from sim.core.trace import Trace
from sim.engines import ENGINES, reference, simulate
from sim.output import conservation
from tests.helpers.plan_changes import cut, renumbered, side_by_side, without_outlook
from tests.helpers.plans import plans, random_plan

every_engine = pytest.mark.parametrize("engine", ENGINES)
COLUMNS = ("vehicle", "op", "queued_s", "started_s", "finished_s", "departed_s", "outcome")
TIMES = ("queued_s", "started_s", "finished_s", "departed_s")
Rows = list[tuple[Any, ...]]


def rows(trace: Trace) -> Rows:
    """The trace as tuples, in its order."""
    return list(zip(*(getattr(trace, column).tolist() for column in COLUMNS), strict=True))


@every_engine
@given(plan=plans())
def test_nothing_is_lost_and_no_server_idles_or_works_twice(engine: str, plan: Plan) -> None:
    trace = simulate(plan, engine)
    assert conservation.check(trace) == []
    arrived = int((plan.vehicle_arrival_s < plan.horizon_s).sum())
    departed = int((trace.vehicle_left_s != NOT_YET).sum())
    in_system = len(np.unique(trace.vehicle[trace.outcome != rules.DONE]))
    assert arrived == departed + in_system


@every_engine
@given(plan=plans())
def test_nobody_overtakes(engine: str, plan: Plan) -> None:
    """A vehicle that starts while another waits in the same queue precedes it by priority, time and key."""
    trace = simulate(plan, engine)
    queues: dict[tuple[bool, bool, int], list[tuple[int, int, tuple[int, int, int]]]] = {}
    for vehicle, op, queued, started, *_ in rows(trace):
        code = int(plan.op_code[op])
        if code in rules.AT_FACILITY | rules.AT_STOCK:
            queue = (code in rules.AT_FACILITY, code == rules.RETURN, int(plan.op_target[op]))
            start = plan.horizon_s if started == NOT_YET else started
            rank = (int(plan.vehicle_priority[vehicle]), queued, int(plan.vehicle_key[vehicle]))
            queues.setdefault(queue, []).append((queued, start, rank))
    for queue_rows in queues.values():
        for _, start, rank in queue_rows:
            assert all(rank < other for queued, later, other in queue_rows if queued < start < later)


@every_engine
@given(plan=plans(), seed=st.integers(0, 2**32))
def test_numbers_of_things_decide_nothing(engine: str, plan: Plan, seed: int) -> None:
    """Facilities, stocks, services and vehicles renumbered (which also changes the order of launch): same trace."""
    other = renumbered(plan, Random(seed))
    trace = simulate(other.plan, engine)
    old = other.old_vehicle[trace.vehicle]
    order = np.lexsort((trace.queued_s, trace.op, old))
    mapped = list(
        zip(old[order].tolist(), *(getattr(trace, column)[order].tolist() for column in COLUMNS[1:]), strict=True)
    )
    expected = simulate(plan, engine)
    assert mapped == rows(expected)
    assert trace.vehicle_left_s.tolist() == expected.vehicle_left_s[other.old_vehicle].tolist()


class _Shuffled(simpy.Environment):
    """SimPy with the events of one instant and priority in random order."""

    random = Random()

    def schedule(self, event: Any, priority: Any = NORMAL, delay: Any = 0) -> None:
        tie: Any = (self.random.random(), next(self._eid))
        heappush(self._queue, (self._now + delay, priority, tie, event))


@pytest.mark.parametrize("shuffle", range(3))
def test_the_order_of_events_in_phase_a_decides_nothing(shuffle: int, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = {seed: rows(simulate(random_plan(seed))) for seed in range(200)}
    _Shuffled.random = Random(shuffle)
    monkeypatch.setattr(reference, "Environment", _Shuffled)
    for seed, answer in expected.items():
        assert rows(simulate(random_plan(seed))) == answer, seed


@every_engine
@given(plan=plans(), data=st.data())
def test_a_later_horizon_only_goes_on(engine: str, plan: Plan, data: st.DataObject) -> None:
    """What happened before the earlier horizon is the same; what happened later had not happened yet.

    A chooser knows the calendar up to the horizon, so there is none where one looks.
    """
    plan = without_outlook(plan)
    horizon_s = data.draw(st.integers(1, plan.horizon_s), label="earlier horizon")
    longer, shorter = simulate(plan, engine), simulate(cut(plan, horizon_s), engine)
    assert rows(shorter) == _as_seen_at(longer, horizon_s)
    began_s = longer.repair_started_s[plan.failure_time_s < horizon_s]
    assert shorter.repair_started_s.tolist() == np.where(began_s < horizon_s, began_s, NOT_YET).tolist()
    left = longer.vehicle_left_s
    assert shorter.vehicle_left_s.tolist() == np.where(left < horizon_s, left, NOT_YET).tolist()


def _as_seen_at(trace: Trace, horizon_s: int) -> Rows:
    reached = trace.queued_s < horizon_s
    times = [np.where(column < horizon_s, column, NOT_YET) for column in (getattr(trace, name) for name in TIMES)]
    outcome = np.select(
        [column == NOT_YET for column in times[1:]], [rules.WAITING, rules.IN_SERVICE, rules.HELD], rules.DONE
    )
    columns = (trace.vehicle, trace.op, *times, outcome)
    return list(zip(*(column[reached].tolist() for column in columns), strict=True))


@every_engine
@given(one=plans(), other=plans())
def test_an_unrelated_service_changes_nothing(engine: str, one: Plan, other: Plan) -> None:
    both = simulate(side_by_side(one, other), engine)
    horizon_s = both.plan.horizon_s
    first, second = simulate(cut(one, horizon_s), engine), simulate(cut(other, horizon_s), engine)
    neighbours = [(vehicle + one.n_vehicles, op + one.n_ops, *rest) for vehicle, op, *rest in rows(second)]
    assert rows(both) == rows(first) + neighbours
    assert both.vehicle_left_s.tolist() == [*first.vehicle_left_s.tolist(), *second.vehicle_left_s.tolist()]


@every_engine
def test_a_long_horizon_with_nothing_left_to_do_ends_early(engine: str) -> None:
    """Fifty years after the last vehicle cost nothing."""
    for seed in range(20):
        plan = random_plan(seed)
        trace = simulate(replace(plan, horizon_s=50 * 365 * 86_400), engine)
        assert trace.events < 10_000
