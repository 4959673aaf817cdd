"""A facility that an alternative lists twice counts twice.

At 1, one vehicle is at work at the gate, whose mean is 3 s: listed twice 6 s, more than the 5 s of the mark.
"""

from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder
from tests.helpers.choices import gate_or_mark


def plan() -> Plan:
    b = PlanBuilder(horizon_s=20)
    gate = b.facility("gate", mean_s=3)
    b.service("first")
    b.serve(gate, 10)
    b.end()
    b.vehicles([0])
    b.service("second")
    gate_or_mark(b, gate, [gate, gate])
    b.vehicles([1])
    return b.build()


ROWS = """
vehicle step queued started finished departed outcome
0       gate         0       0       10       10 done
1       other        1       1        1        1 done
"""
LEFT = "10 1"
