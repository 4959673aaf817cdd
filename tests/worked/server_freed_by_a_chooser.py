"""A server that a chooser gives up is handed out in the same phase B, to the first in the queue by then.

At 5, vehicle 0 has kept its server for 5 s and chooses; vehicle 2 is at a desk for no time. The server is free when the
only chooser has advanced, so it goes to vehicle 1. Vehicle 2 has priority, but queues in the phase A after that.
"""

from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder


def plan() -> Plan:
    b = PlanBuilder(horizon_s=20)
    crane, desk = b.facility("crane"), b.facility("desk")
    b.service("first")
    b.hold(crane, 5, "hold")
    b.choose([("on", 0, [])])
    b.label("on")
    b.free(crane)
    b.end()
    b.vehicles([0], priority=0)
    b.service("second")
    b.serve(crane, 3)
    b.end()
    b.vehicles([1], priority=1)
    b.service("third")
    b.serve(desk, 0)
    b.serve(crane, 3)
    b.end()
    b.vehicles([5], priority=0)
    return b.build()


ROWS = """
vehicle step queued started finished departed outcome
0       hold         0       0        5        5 done
1       crane        1       5        8        8 done
2       desk         5       5        5        5 done
2       crane        5       8       11       11 done
"""
LEFT = "5 8 11"
