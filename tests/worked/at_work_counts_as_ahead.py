"""A vehicle at work counts as ahead: the gate, mean 10 s, costs a chooser 10 s, more than the 5 s of the mark."""

from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder
from tests.helpers.choices import gate_or_mark


def plan() -> Plan:
    b = PlanBuilder(horizon_s=20)
    gate = b.facility("gate", mean_s=10)
    b.service("first")
    b.serve(gate, 9)
    b.end()
    b.vehicles([0])
    b.service("second")
    gate_or_mark(b, gate)
    b.vehicles([1])
    return b.build()


ROWS = """
vehicle step queued started finished departed outcome
0       gate         0       0        9        9 done
1       other        1       1        1        1 done
"""
LEFT = "9 1"
