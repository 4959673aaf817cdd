"""Priority without interruption: express before bulk at one crane.

The vehicle key decides between equals.

Bulk trains are 0, 1, 2 (priority 1, keys 0, 2, 1); express trains are 3, 4 (priority 0). Bulk takes 10, express 4.

======  ===========================================================  ========  ==============
second  what happens                                                 at crane  waiting
======  ===========================================================  ========  ==============
0       0 comes                                                      0
1       1 and 2 come                                                 0         2, 1 (by key)
5       3 comes: first in the queue, but 0 is not interrupted        0         3, 2, 1
10      0 leaves, 3 goes in                                          3         2, 1
14      3 leaves, 2 goes in: it came with 1, and its key is smaller  2         1
20      4 comes                                                      2         4, 1
24      2 leaves, 4 goes in, though 1 has waited since 1             4         1
28      4 leaves, 1 goes in                                          1
38      1 leaves
======  ===========================================================  ========  ==============
"""

from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder


def plan() -> Plan:
    b = PlanBuilder(horizon_s=100)
    crane = b.facility("crane")
    b.service("bulk")
    b.serve(crane, 10)
    b.end()
    b.vehicles([0, 1, 1], priority=1, keys=[0, 2, 1])
    b.service("express")
    b.serve(crane, 4)
    b.end()
    b.vehicles([5, 20], priority=0, keys=[3, 4])
    return b.build()


ROWS = """
vehicle step  queued started finished departed outcome
0       crane      0       0       10       10 done
1       crane      1      28       38       38 done
2       crane      1      14       24       24 done
3       crane      5      10       14       14 done
4       crane     20      24       28       28 done
"""
LEFT = "10 38 24 14 28"
