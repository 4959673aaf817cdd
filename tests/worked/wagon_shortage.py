"""Two wagon sets without overtaking.

A long train that needs two sets delays a short one that needs one.

Short trains are 0, 1, 2, the long train is 3; 4 to 8 come the other way and bring one set each.

======  ====================================================================  ====  =======
second  what happens                                                          sets  waiting
======  ====================================================================  ====  =======
0       0 takes a set                                                         1
1       1 takes a set                                                         0
2       3 comes, needs two                                                    0     3
3       2 comes, needs one                                                    0     3, 2
10      4 brings a set: enough for 2, but 3 is the first and needs two        1     3, 2
20      5 brings a set: 3 goes                                                0     2
30      6 brings a set: 2 goes                                                0
40      7 and 8 bring a set each, both in this instant                        2
======  ====================================================================  ====  =======

A ride takes 5 s.
"""

from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder


def plan() -> Plan:
    b = PlanBuilder(horizon_s=100)
    wagons = b.stock("wagons", level=2)
    b.service("short")
    b.draw(wagons, 1, step="load")
    b.travel(5, step="ride")
    b.end()
    b.vehicles([0, 1, 3])
    b.service("long")
    b.draw(wagons, 2, step="load")
    b.travel(5, step="ride")
    b.end()
    b.vehicles([2])
    b.service("inbound")
    b.give_back(wagons, 1, step="unload")
    b.end()
    b.vehicles([10, 20, 30, 40, 40])
    return b.build()


ROWS = """
vehicle step   queued started finished departed outcome
0       load        0       0        0        0 done
0       ride        0       0        5        5 done
1       load        1       1        1        1 done
1       ride        1       1        6        6 done
2       load        3      30       30       30 done
2       ride       30      30       35       35 done
3       load        2      20       20       20 done
3       ride       20      20       25       25 done
4       unload     10      10       10       10 done
5       unload     20      20       20       20 done
6       unload     30      30       30       30 done
7       unload     40      40       40       40 done
8       unload     40      40       40       40 done
"""
LEFT = "5 6 35 25 10 20 30 40 40"
