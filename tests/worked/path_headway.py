"""A line with one path and a headway of 10 s: trains follow each other while earlier ones still run, 25 s each.

The line is shut for maintenance from 25 to 40. A path given out frees itself after the headway, not when the train
arrives. The horizon is 50.

======  =================================================================  ====  =======  =======
second  what happens                                                       free  on line  waiting
======  =================================================================  ====  =======  =======
0       0 goes                                                             0     0
3, 4    1 and 2 come                                                       0     0        1, 2
5       3 comes                                                            0     0        1, 2, 3
10      headway over, 1 goes                                               0     0, 1     2, 3
20      headway over, 2 goes                                               0     0, 1, 2  3
25      0 arrives; the line shuts: the path is still in its headway        -1    1, 2     3
30      headway over: no path, since the line is shut                      0     1, 2     3
35      1 arrives                                                          0     2        3
40      the line opens, 3 goes                                             0     2, 3
45      2 arrives                                                          0     3
50      horizon; headway would be over, and 3 would arrive at 65           0     3
======  =================================================================  ====  =======  =======
"""

from sim.core.plan import Plan
from sim.core.plan_builder import PlanBuilder


def plan() -> Plan:
    b = PlanBuilder(horizon_s=50)
    line = b.facility("line", headway_s=10)
    b.servers_over_time(line, [0, 25, 40], [1, 0, 1])
    b.service("westbound")
    b.pass_(line, 25)
    b.end()
    b.vehicles([0, 3, 4])
    b.service("eastbound")
    b.pass_(line, 25)
    b.end()
    b.vehicles([5])
    return b.build()


ROWS = """
vehicle step queued started finished departed outcome
0       line      0       0       25       25 done
1       line      3      10       35       35 done
2       line      4      20       45       45 done
3       line      5      40        -        - in service
"""
LEFT = "25 35 45 -"
