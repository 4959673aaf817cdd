"""A gate whose only lane is under repair, or a road of 30 s around it; a truck takes 10 s at the gate.

======  =====  ===========================================================  ====  =====
second  truck  expected delay at the gate                                   road  takes
======  =====  ===========================================================  ====  =====
5              the lane fails for 40 s, until 45
10      0      until 45: 35                                                 30    road
20      1      until 45: 25                                                 30    gate
21      2      until 45, then truck 1: 34                                   30    road
50      3      truck 1 is at work: 10                                       30    gate
52             the lane fails again, for 100 s: the repair waits for the job
53      4      trucks 1 and 3 are ahead, the repair is not foreseen: 20     30    gate
55             truck 1 is done, the repair begins, until 155
60      5      until 155, then trucks 3 and 4: 115                          30    road
======  =====  ===========================================================  ====  =====
"""

from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder


def plan() -> Plan:
    b = PlanBuilder(horizon_s=200)
    gate = b.facility("gate", mean_s=10)
    b.failure(gate, 5, repair_s=40)
    b.failure(gate, 52, repair_s=100)
    b.service("trucks")
    b.choose([("gate", 0, [gate]), ("road", 30, [])])
    b.label("gate")
    b.serve(gate, 10)
    b.end()
    b.label("road")
    b.travel(30, "road")
    b.end()
    b.vehicles([10, 20, 21, 50, 53, 60])
    return b.build()


ROWS = """
vehicle step queued started finished departed outcome
0       road     10      10       40       40 done
1       gate     20      45       55       55 done
2       road     21      21       51       51 done
3       gate     50     155      165      165 done
4       gate     53     165      175      175 done
5       road     60      60       90       90 done
"""
LEFT = "40 55 51 165 175 90"
REPAIRS = "5 55"
