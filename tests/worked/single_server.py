"""One gate lane, first come, first served.

======  ==============================  =========  =======
second  what happens                    in lane    waiting
======  ==============================  =========  =======
0       0 comes, check takes 10         0
4       1 comes                         0          1
5       2 comes                         0          1, 2
10      0 leaves, 1 (10 s) goes in      1          2
20      1 leaves, 2 (3 s) goes in       2
23      2 leaves
30      3 comes and goes in (5 s)       3
35      3 leaves
======  ==============================  =========  =======
"""

from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder


def plan() -> Plan:
    b = PlanBuilder(horizon_s=100)
    gate = b.facility("gate")
    b.service("trucks")
    b.serve(gate, [10, 10, 3, 5])
    b.end()
    b.vehicles([0, 4, 5, 30])
    return b.build()


ROWS = """
vehicle step queued started finished departed outcome
0       gate      0       0       10       10 done
1       gate      4      10       20       20 done
2       gate      5      20       23       23 done
3       gate     30      30       35       35 done
"""
LEFT = "10 20 23 35"
