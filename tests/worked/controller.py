"""A controller stops loading while two trains or more wait at the gate (10 s each), for 30 s at least.

It looks every 20 s, in force from two on, until none waits; the post is not counted, and needs no admission.

======  ==========================================================================  =======  ============
second  what happens                                                                counted  admission
======  ==========================================================================  =======  ============
0       0 is admitted and served to 10
1 to 3  1, 2 and 3 are admitted and wait: served to 20, 30 and 40
20      1 is done; 2, about to be served, and 3 wait: loading stops                 2        0
20      4 comes at the same second, after the check: it waits for its admission
21      the post, 7, waits behind 3
25      5 waits for its admission
40      3 is done; the post waits, and does not count; 20 s are less than 30 s      0        0
60      loading is free again: 4 (to 70) and 5 (to 80) are admitted                 0        without limit
75      6 is admitted and waits
80      5 is done, 6 is about to be served (to 90): one is less than two            1        without limit
======  ==========================================================================  =======  ============
"""

from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder
from sim.core.rules import UNLIMITED


def plan() -> Plan:
    b = PlanBuilder(horizon_s=100)
    gate = b.facility("gate", servers=1)
    admission = b.stock("admission", level=UNLIMITED)
    trains = b.service("trains")
    b.draw(admission, step="load")
    b.serve(gate, 10, step="gate")
    b.end()
    b.vehicles([0, 1, 2, 3, 20, 25, 75])
    b.service("post")
    b.serve(gate, 10, step="gate")
    b.end()
    b.vehicles([21])
    b.controller(admission, 2, 1, facilities=[gate], services=[trains], checks_s=[20, 40, 60, 80], least_s=30)
    return b.build()


ROWS = """
vehicle step     queued started finished departed outcome
0       load          0       0        0        0 done
0       gate          0       0       10       10 done
1       load          1       1        1        1 done
1       gate          1      10       20       20 done
2       load          2       2        2        2 done
2       gate          2      20       30       30 done
3       load          3       3        3        3 done
3       gate          3      30       40       40 done
4       load         20      60       60       60 done
4       gate         60      60       70       70 done
5       load         25      60       60       60 done
5       gate         60      70       80       80 done
6       load         75      75       75       75 done
6       gate         75      80       90       90 done
7       gate         21      40       50       50 done
"""
LEFT = "10 20 30 40 70 80 90 50"
CHECKS = "2 0 0 1"
