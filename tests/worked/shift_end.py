"""The gate shuts while both lanes are busy: the trucks in the lanes are finished, the queue stays overnight.

Two lanes until second 20, none until 40, then two again. Free lanes count below zero after the shift.

======  =====================================  ====  ========  =======
second  what happens                           free  in lanes  waiting
======  =====================================  ====  ========  =======
0       0 (8 s) goes in                        1     0
5       1 (30 s) goes in                       0     0, 1
8       0 leaves                               1     1
12      2 (10 s) goes in                       0     1, 2
13      3 comes                                0     1, 2      3
15      4 comes                                0     1, 2      3, 4
20      end of the shift: two lanes go         -2    1, 2      3, 4
22      2 leaves                               -1    1         3, 4
35      1 leaves                               0               3, 4
40      the gate opens, 3 (8 s), 4 (5 s) in    0     3, 4
45      4 leaves                               1     3
48      3 leaves                               2
======  =====================================  ====  ========  =======
"""

from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder


def plan() -> Plan:
    b = PlanBuilder(horizon_s=60)
    gate = b.facility("gate", servers=2)
    b.servers_over_time(gate, [0, 20, 40], [2, 0, 2])
    b.service("trucks")
    b.serve(gate, [8, 30, 10, 8, 5])
    b.end()
    b.vehicles([0, 5, 12, 13, 15])
    return b.build()


ROWS = """
vehicle step queued started finished departed outcome
0       gate      0       0        8        8 done
1       gate      5       5       35       35 done
2       gate     12      12       22       22 done
3       gate     13      40       48       48 done
4       gate     15      40       45       45 done
"""
LEFT = "8 35 22 48 45"
