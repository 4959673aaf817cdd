"""Input and output of every contender: the same vehicles, the same few figures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.world import DIRECTIONS, PORTS, PRIORITIES, SERVERS
from sim.core.plan import Plan
from sim.core.trace import Trace

STEPS = ("approach", "customs", "inspection", "second_look", "crossing", "crane", "release", "onward")
QUEUES = (*SERVERS, "crossing")

Times = tuple[int, int, int, int, int, int, int, int, int]
"""Seconds of each of ``STEPS`` for one vehicle, and last 1 if it needs no second look."""


@dataclass(frozen=True)
class Flow:
    """The vehicles of one service, in order of arrival."""

    port: str
    direction: str
    priority: int
    arrivals_s: list[int]
    times_s: list[Times]


@dataclass(frozen=True)
class Inputs:
    """A plan of the benchmark model as Python lists, for models written by hand."""

    horizon_s: int
    flows: list[Flow]


@dataclass
class Summary:
    """What came out, so that one sees that all did the same work. Means are over what was complete by the horizon."""

    left: int
    transit_h: float
    wait_min: dict[str, float]


def inputs(plan: Plan) -> Inputs:
    """Unpack the draws of ``plan``."""
    flows = []
    services = [(p, d, k) for d in DIRECTIONS for p in PORTS for k in PRIORITIES]
    for port, direction, kind in services:
        k = plan.labels.service.index(f"{port}_{direction}_{kind}")
        first, end = plan.service_vehicle_start[k : k + 2].tolist()
        ops = [op for op, name in enumerate(plan.labels.op_service) if name == plan.labels.service[k]]
        of_step = {plan.labels.op_step[op]: int(plan.op_draw[op]) for op in ops if plan.op_vehicle_stride[op]}
        arrivals = plan.vehicle_arrival_s[first:end]
        columns = [plan.draws[of_step[step] :][: end - first].tolist() for step in (*STEPS, "sample")]
        order = np.argsort(arrivals, kind="stable").tolist()
        times = list(zip(*columns, strict=True))
        priority = PRIORITIES[kind][0]
        flows.append(Flow(port, direction, priority, np.sort(arrivals).tolist(), [times[v] for v in order]))
    return Inputs(plan.horizon_s, flows)


def summary_of(trace: Trace) -> Summary:
    """The same figures from a trace."""
    plan = trace.plan
    gone = trace.vehicle_left_s >= 0
    transit_s = (trace.vehicle_left_s - plan.vehicle_arrival_s)[gone]
    step = np.array([QUEUES.index(name) if name in QUEUES else -1 for name in plan.labels.op_step], np.int8)[trace.op]
    waits = {}
    for number, name in enumerate(QUEUES):
        granted = (step == number) & (trace.started_s >= 0)
        waits[name] = float((trace.started_s[granted] - trace.queued_s[granted]).mean()) / 60
    return Summary(int(gone.sum()), float(transit_s.mean()) / 3600, waits)
