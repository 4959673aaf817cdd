"""A daily quota of two places (a day has 100 s here): who finds none waits for midnight; unused places lapse.

======  ===================================================================  ======  =======
second  what happens                                                         places  waiting
======  ===================================================================  ======  =======
0       0 takes a place                                                      1
10      1 takes a place                                                      0
20, 30  2 and 3 come                                                         0       2, 3
100     set to two: 2 and 3 go                                               0
200     set to two: none comes on the third day                              2
300     set to two, not to four                                              2
310     4 takes a place                                                      1
311     5 takes a place                                                      0
312     6 comes and still waits at the horizon (350)                         0       6
======  ===================================================================  ======  =======
"""

from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder


def plan() -> Plan:
    b = PlanBuilder(horizon_s=350)
    places = b.stock("places", level=2)
    for midnight in (100, 200, 300):
        b.stock_set(places, midnight, 2)
    b.service("trucks")
    b.draw(places, step="quota")
    b.mark("admitted")
    b.end()
    b.vehicles([0, 10, 20, 30, 310, 311, 312])
    return b.build()


ROWS = """
vehicle step     queued started finished departed outcome
0       quota         0       0        0        0 done
0       admitted      0       0        0        0 done
1       quota        10      10       10       10 done
1       admitted     10      10       10       10 done
2       quota        20     100      100      100 done
2       admitted    100     100      100      100 done
3       quota        30     100      100      100 done
3       admitted    100     100      100      100 done
4       quota       310     310      310      310 done
4       admitted    310     310      310      310 done
5       quota       311     311      311      311 done
5       admitted    311     311      311      311 done
6       quota       312       -        -        - waiting
"""
LEFT = "0 10 100 100 310 311 -"
