"""Two crossings: the near one, and one that is 20 s farther; each truck takes the one with the less expected delay.

Each crossing has one lane and a mean (and true) time of 10 s, so delay = bias + 10 x waiting. Trucks in the lane do
not count. All five come at second 0: they choose one after the other, and each sees those who chose before it in
the queue, because lanes are handed out only when all have chosen.

======  =====  ============  ============  ====================  ===============================
second  truck  near          far           takes                 queues after that (near | far)
======  =====  ============  ============  ====================  ===============================
0       0      0             20            near                  0 |
0       1      10            20            near                  0, 1 |
0       2      20            20            near (first listed)   0, 1, 2 |
0       3      30            20            far                   0, 1, 2 | 3
0       4      30            30            near (first listed)   0, 1, 2, 4 | 3
0              lanes are handed out to 0 and 3                   1, 2, 4 |
5       5      30            20            far, waits for 3      1, 2, 4 | 5
======  =====  ============  ============  ====================  ===============================
"""

from sim.plan import Plan
from sim.plan_builder import PlanBuilder


def plan() -> Plan:
    b = PlanBuilder(horizon_s=100)
    near = b.facility("near", mean_s=10)
    far = b.facility("far", mean_s=10)
    b.service("trucks")
    b.choose([("near", 0, [near]), ("far", 20, [far])])
    b.label("near")
    b.serve(near, 10)
    b.branch(1, to="out")
    b.label("far")
    b.serve(far, 10)
    b.label("out")
    b.end()
    b.vehicles([0, 0, 0, 0, 0, 5])
    return b.build()


ROWS = """
vehicle step queued started finished departed outcome
0       near      0       0       10       10 done
1       near      0      10       20       20 done
2       near      0      20       30       30 done
3       far       0       0       10       10 done
4       near      0      30       40       40 done
5       far       5      10       20       20 done
"""
LEFT = "10 20 30 10 40 20"
