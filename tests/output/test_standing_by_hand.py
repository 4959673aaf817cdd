"""States with results by hand, on both engines: who is through when, from the state on.

Seconds of events are counted from the instant of the state.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder
from sim.core.resuming import Resumed, resume
from sim.core.state import Standing, State
from sim.core.trace import Trace
from sim.engines import ENGINES, simulate

every_engine = pytest.mark.parametrize("engine", ENGINES)

HOUR, MINUTE = 3600, 60
AT = 21 * HOUR
"""The second of the state."""


def builder() -> PlanBuilder:
    return PlanBuilder(80 * HOUR)


def resumed(plan: Plan, standing: Sequence[Standing], engine: str, **more: object) -> tuple[Resumed, Trace]:
    levels = tuple(plan.stock_level.tolist())
    made = resume(plan, State(AT, tuple(standing), levels, **more))  # type: ignore[arg-type]
    return made, simulate(made.plan, engine)


def waiting(vehicle: int, order: int, op: int = 0) -> Standing:
    return Standing(vehicle, op, working=False, rest_s=0, since_s=AT - 600.0 + order)


def times(made: Resumed, found: np.ndarray) -> dict[int, int]:
    """Seconds after the state by vehicle of the first plan."""
    return {int(made.vehicle_of[k]): int(second) - AT for k, second in enumerate(found.tolist()) if second >= 0}


def starts(made: Resumed, trace: Trace, facility: int) -> dict[int, int]:
    """By vehicle: when its work at a facility begins after the state."""
    plan = made.plan
    rows = [k for k in range(len(trace)) if plan.op_target[trace.op[k]] == facility and not made.leads[trace.op[k]]]
    return {
        int(made.vehicle_of[trace.vehicle[k]]): int(trace.started_s[k]) - AT for k in rows if trace.started_s[k] >= 0
    }


def lane(vehicles: int) -> tuple[PlanBuilder, int]:
    """One lane that works for an hour on each, and vehicles that came before the state."""
    b = builder()
    gate = b.facility("gate", 1)
    b.service("truck")
    b.serve(gate, HOUR)
    b.end()
    b.vehicles([0] * vehicles)
    return b, gate


@every_engine
def test_a_closed_gate_moves_none_of_412_until_it_opens(engine: str) -> None:
    """Tricky input 28: the first starts at opening, the others one after the other."""
    b, gate = lane(412)
    for second, delta in ((20 * HOUR, -1), (32 * HOUR, 1)):
        b.servers_change(gate, second, delta)
    made, trace = resumed(b.build(), [waiting(k, k) for k in range(412)], engine)
    found = starts(made, trace, gate)
    assert [found[k] for k in range(3)] == [11 * HOUR, 12 * HOUR, 13 * HOUR]
    assert min(found.values()) == 11 * HOUR
    assert min(times(made, trace.vehicle_left_s).values()) == 12 * HOUR


@every_engine
def test_from_a_state_without_vehicles_a_run_is_one_in_which_none_came_before(engine: str) -> None:
    """Tricky input 29: two came before and are in no state; the next come 10 and 20 min after it."""
    b = builder()
    gate = b.facility("gate", 1)
    b.service("truck")
    b.serve(gate, HOUR)
    b.end()
    b.vehicles([0, AT - MINUTE, AT + 10 * MINUTE, AT + 20 * MINUTE])
    made, trace = resumed(b.build(), [], engine)
    assert times(made, trace.vehicle_left_s) == {2: 70 * MINUTE, 3: 130 * MINUTE}
