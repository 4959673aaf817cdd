"""A full stockpile blocks the trucks.

A truck that cannot tip keeps the unloading bay until a coal train makes room.

The pile holds 3 loads and starts with 1. A truck stays at the only bay (2 s to dock) until it has tipped one load;
trains 4 and 5 take two loads each.

======  ==============================================================  ====  ========  ============
second  what happens                                                    pile  at berth  waiting
======  ==============================================================  ====  ========  ============
0       0 docks                                                         1     0
1       1 comes                                                         1     0         1
2       0 tips and leaves, 1 docks; 2 comes                             2     1         2
3       3 comes                                                         2     1         2, 3
4       1 tips and leaves, 2 docks                                      3     2         3
6       2 wants to tip: full                                            3     2 (full)  3
10      train 4 takes two; in the same instant 2 tips and leaves,       2     3
        and 3 docks
12      3 tips and leaves                                               3
30      train 5 takes two                                               1
======  ==============================================================  ====  ========  ============
"""

from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder


def plan() -> Plan:
    b = PlanBuilder(horizon_s=100)
    berth = b.facility("berth")
    pile = b.stock("pile", level=1, capacity=3)
    b.service("trucks")
    b.hold(berth, 2)
    b.give_back(pile, 1, step="tip")
    b.free(berth)
    b.end()
    b.vehicles([0, 1, 2, 3])
    b.service("coal trains")
    b.draw(pile, 2, step="load")
    b.end()
    b.vehicles([10, 30])
    return b.build()


ROWS = """
vehicle step  queued started finished departed outcome
0       berth      0       0        2        2 done
0       tip        2       2        2        2 done
1       berth      1       2        4        4 done
1       tip        4       4        4        4 done
2       berth      2       4        6       10 done
2       tip        6      10       10       10 done
3       berth      3      10       12       12 done
3       tip       12      12       12       12 done
4       load      10      10       10       10 done
5       load      30      30       30       30 done
"""
LEFT = "2 4 10 12 10 30"
