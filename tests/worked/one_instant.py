"""All events of an instant precede the choice of the next vehicle.

Work of zero length continues the instant.

One desk. Express vehicles 0 (0 s at the desk) and 1 (3 s) come at 7. Bulk vehicle 2 is at the desk from 0 to 7;
bulk vehicle 3 comes at 5, drives 2 s and reaches the desk at 7.

======  ======  ==================================================================  =======
second  phase   what happens                                                        waiting
======  ======  ==================================================================  =======
0       A       2 drives for no time and reaches the desk                           2
0       B       2 is served (7 s)
5       A       3 sets out
7       A       2 leaves; 3 reaches the desk; 0 and 1 come, in whatever order       0, 1, 3
7       B       express first, smaller key first: 0 is served (0 s)                 1, 3
7       A       0 leaves                                                            1, 3
7       B       1 is served (3 s)                                                   3
10      A, B    1 leaves, 3 is served (3 s)
13      A       3 leaves
======  ======  ==================================================================  =======
"""

from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder


def plan() -> Plan:
    b = PlanBuilder(horizon_s=100)
    desk = b.facility("desk")
    b.service("express")
    b.serve(desk, [0, 3])
    b.end()
    b.vehicles([7, 7], priority=0)
    b.service("bulk")
    b.travel([0, 2], step="drive")
    b.serve(desk, [7, 3])
    b.end()
    b.vehicles([0, 5], priority=1)
    return b.build()


ROWS = """
vehicle step  queued started finished departed outcome
0       desk       7       7        7        7 done
1       desk       7       7       10       10 done
2       drive      0       0        0        0 done
2       desk       0       0        7        7 done
3       drive      5       5        7        7 done
3       desk       7      10       13       13 done
"""
LEFT = "7 10 7 13"
