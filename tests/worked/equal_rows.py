"""Rows that are equal in vehicle, op and second of queueing are in the order in which the vehicle lived them.

The first trip takes the only unit and ends at once; the second waits for another.
"""

from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder


def plan() -> Plan:
    b = PlanBuilder(horizon_s=9)
    store = b.stock("store", 1)
    b.service("fleet")
    b.draw(store, step="draw")
    b.end()
    b.vehicles([0], trips=2)
    return b.build()


ROWS = """
vehicle step queued started finished departed outcome
0       draw         0       0        0        0 done
0       draw         0       -        -        - waiting
"""
LEFT = "-"
