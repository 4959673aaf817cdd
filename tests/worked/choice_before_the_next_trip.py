"""A chooser that ends its trip begins the next one, and queues, before the next chooser looks.

On its first trip, vehicle 0 chooses the end; on its second, it branches to the gate, where vehicle 1 finds it: 10 s,
more than the 5 s of the mark.
"""

from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder
from tests.helpers.choices import gate_or_mark


def plan() -> Plan:
    b = PlanBuilder(horizon_s=9)
    gate = b.facility("gate", mean_s=10)
    b.service("first")
    b.branch([[0], [1]], to="gate")
    b.choose([("end", 0, [])])
    b.label("end")
    b.end()
    b.label("gate")
    b.serve(gate, 1)
    b.end()
    b.vehicles([0], trips=2)
    b.service("second")
    gate_or_mark(b, gate)
    b.vehicles([0])
    return b.build()


ROWS = """
vehicle step queued started finished departed outcome
0       gate         0       0        1        1 done
1       other        0       0        0        0 done
"""
LEFT = "1 0"
