"""A vehicle that chooses twice does so before the next chooser: after its first choice it is the first chooser again.

At its second choice, vehicle 0 finds the gate free, and takes it. Had vehicle 1, whose choice leads to the queue in any
case, come first, the gate would have cost 10 s, and the mark 5.
"""

from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder
from tests.helpers.choices import gate_or_mark


def plan() -> Plan:
    b = PlanBuilder(horizon_s=9)
    gate = b.facility("gate", mean_s=10)
    b.service("first")
    b.choose([("again", 0, [])])
    b.label("again")
    gate_or_mark(b, gate)
    b.vehicles([0])
    b.service("second")
    b.choose([("queue", 0, [])])
    b.label("queue")
    b.serve(gate, 1)
    b.end()
    b.vehicles([0])
    return b.build()


ROWS = """
vehicle step queued started finished departed outcome
0       gate         0       0        1        1 done
1       gate         0       1        2        2 done
"""
LEFT = "1 2"
