"""Work of no time keeps its server until the next phase A: no server is given twice in one phase B.

Vehicle 0 goes before vehicle 1 by its key. Its first work takes no time; in the phase A after it, it queues again,
ahead of vehicle 1, which would have had the server if it had been given twice.
"""

from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder


def plan() -> Plan:
    b = PlanBuilder(horizon_s=20)
    crane = b.facility("crane")
    b.service("first")
    b.serve(crane, 0, "first")
    b.serve(crane, 3, "again")
    b.end()
    b.vehicles([0])
    b.service("second")
    b.serve(crane, 3)
    b.end()
    b.vehicles([0])
    return b.build()


ROWS = """
vehicle step queued started finished departed outcome
0       first        0       0        0        0 done
0       again        0       0        3        3 done
1       crane        0       3        6        6 done
"""
LEFT = "3 6"
