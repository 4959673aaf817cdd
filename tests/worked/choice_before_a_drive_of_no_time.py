"""A chooser advances through a drive of no time, and queues, before the next chooser looks.

Vehicle 1 finds vehicle 0 in the queue of the gate: 10 s, more than the 5 s of the mark.
"""

from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder
from tests.helpers.choices import gate_or_mark


def plan() -> Plan:
    b = PlanBuilder(horizon_s=9)
    gate = b.facility("gate", mean_s=10)
    b.service("first")
    b.choose([("drive", 0, [])])
    b.label("drive")
    b.travel(0, "drive")
    b.serve(gate, 1)
    b.end()
    b.vehicles([0])
    b.service("second")
    gate_or_mark(b, gate)
    b.vehicles([0])
    return b.build()


ROWS = """
vehicle step queued started finished departed outcome
0       drive        0       0        0        0 done
0       gate         0       0        1        1 done
1       other        0       0        0        0 done
"""
LEFT = "1 0"
