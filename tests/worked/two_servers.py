"""Two customs windows before one queue: the first in the queue takes the window that is free first.

======  ============================================  ==============  =======
second  what happens                                  at the windows  waiting
======  ============================================  ==============  =======
0       0 (10 s) and 1 (4 s) come                     0, 1
1       2 comes                                       0, 1            2
2       3 comes                                       0, 1            2, 3
4       1 leaves, 2 (5 s) goes in                     0, 2            3
9       2 leaves, 3 (1 s) goes in                     0, 3
10      0 and 3 leave
12      4 (2 s) comes and goes in                      4
14      4 leaves
======  ============================================  ==============  =======
"""

from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder


def plan() -> Plan:
    b = PlanBuilder(horizon_s=100)
    customs = b.facility("customs", servers=2)
    b.service("trucks")
    b.serve(customs, [10, 4, 5, 1, 2])
    b.end()
    b.vehicles([0, 0, 1, 2, 12])
    return b.build()


ROWS = """
vehicle step    queued started finished departed outcome
0       customs      0       0       10       10 done
1       customs      0       0        4        4 done
2       customs      1       4        9        9 done
3       customs      2       9       10       10 done
4       customs     12      12       14       14 done
"""
LEFT = "10 4 9 10 14"
